"""What an amendment changes, as lines to read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.amending import Change, changes, lines

WORDS = st.lists(st.sampled_from(["le", "bus", "roule", "tard", "soir", "<b>", "*x*"]), max_size=12).map(" ".join)


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("a b c", "a b c", ()),
        ("a b c", "a  b\nc", ()),
        ("a b c", "a x c", (Change("a b c", "a x c"),)),
        ("a b c d e f", "a b c d e", (Change("… d e f", ""),)),
        ("a b c", "a b new c", (Change("", "a b new c"),)),
        ("", "all of it", (Change("", "all of it"),)),
        (
            "one two three four five six seven eight",
            "ONE two three four five six seven EIGHT",
            (Change("one two three …", "ONE two three …"), Change("… six seven eight", "… six seven EIGHT")),
        ),
    ],
)
def test_changes(before: str, after: str, found: tuple[Change, ...]) -> None:
    assert changes(before, after) == found


def test_lines_begin_with_a_sign() -> None:
    assert lines("a b c", "a x c") == ("− a b c", "+ a x c")
    assert lines("a", "a") == ()


@given(before=WORDS, after=WORDS)
def test_every_word_that_comes_or_goes_is_there(before: str, after: str) -> None:
    found = changes(before, after)
    assert (before.split() == after.split()) == (not found)
    removed, added = " ".join(one.removed for one in found), " ".join(one.added for one in found)
    assert set(before.split()) - set(after.split()) <= set(removed.split())
    assert set(after.split()) - set(before.split()) <= set(added.split())
