"""JSON from outside, read as far as it can be read."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.legible import MAX_DEPTH, read


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b'{"a": 1}', {"a": 1}),
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        (b'{"a": "\\ud83d", "b": 1}', {"a": "\ufffd", "b": 1}),
        (b'{"\\udc00": "\\ud83d\\ude00"}', {"\ufffd": "\U0001f600"}),
        (b'{"a": "\xe9"}', {"a": "\ufffd"}),
        (b'{"a": 1e999, "b": [NaN, -Infinity, 2.5]}', {"a": None, "b": [None, None, 2.5]}),
        (b'{"a": ' + b"9" * 5_000 + b', "b": 1}', {"a": None, "b": 1}),
        (b'["\\ud83d", 18446744073709551615, -9223372036854775808, 18446744073709551616]',
         ["\ufffd", 2**64 - 1, -(2**63), 1.8446744073709552e19]),
        (b"not JSON", None),
        (b"", None),
        (b'{"a": 1', None),
        (b'{"a": 1}{"b": 2}', None),
        ('{"a": 1}'.encode("utf-16"), None),
    ],
)  # fmt: skip
def test_what_no_strict_reader_reads(body: bytes, found: Any) -> None:
    assert read(body) == found


@pytest.mark.parametrize("around", [b"", b'"\\ud83d", '])
@pytest.mark.parametrize("depth", [1_000, 5_000, 200_000])
@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a]{":', b"}")])
def test_a_heap_of_brackets_is_lost_alone(around: bytes, depth: int, opening: bytes, closing: bytes) -> None:
    heap = opening * depth + b"1" + closing * depth
    found = read(b'[%b{"before": "]["}, %b, {"after": "[\\"["}]' % (around, heap))
    assert (found[-3], found[-1]) == ({"before": "]["}, {"after": '["['})
    deep, levels = found[-2], 0
    while isinstance(deep, list | dict) and deep:
        deep, levels = next(iter(deep.values() if isinstance(deep, dict) else deep)), levels + 1
    assert levels == depth or (levels < MAX_DEPTH and deep is None)


def test_a_heap_that_never_ends_is_no_json() -> None:
    assert read(b'{"a": ' + b"[" * 5_000) is None
    assert read(b"]" * 5_000) is None
