"""Files that come from anybody: nothing raises, nothing takes long, nothing grows, and each gets a clear sentence."""

from __future__ import annotations

import json
import os
import time
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.load import from_source, load_file, load_text
from flows.schema import FORMS, FlowForm, keys_of

GOOD = """\
palabre: 1
id: sample
lang: en
title: Sample
steps:
  - ask: mode
    text: How?
    optional: true
    one_of: {velo: Bike, bus: Bus, no: None}
  - end: bye
    text: "12:30"
"""


def written(folder: Path, data: bytes) -> Path:
    path = folder / "flow.yaml"
    path.write_bytes(data)
    return path


def only(path: Path) -> str:
    loaded = load_file(path, lang="en")
    assert loaded.flow is None
    (found,) = loaded.mistakes
    return str(found).removeprefix(str(path))


def test_ten_megabytes_are_refused_before_they_are_read(tmp_path: Path) -> None:
    path = tmp_path / "big.yaml"
    with path.open("wb") as file:
        file.truncate(10_000_000)
    load_file(path, lang="en")  # the catalogs are read once and stay
    tracemalloc.start()
    loaded = load_file(path, lang="en")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert loaded.mistakes[0].what == "this file is larger than 64 KB"
    assert peak < 1_000_000


def test_ten_megabytes_of_text_are_refused() -> None:
    started = time.process_time()
    loaded = load_text("a: b\n" * 2_000_000, "f", lang="en")
    assert [mistake.what for mistake in loaded.mistakes] == ["this file is larger than 64 KB"]
    assert time.process_time() - started < 1


def test_just_64_kilobytes_are_read(tmp_path: Path) -> None:
    padding = b"#" * (64 * 1024 - len(GOOD.encode()) - 1) + b"\n"
    assert load_file(written(tmp_path, padding + GOOD.encode())).flow is not None
    assert "64 KB" in only(written(tmp_path, b"#" + padding + GOOD.encode()))


@pytest.mark.parametrize(
    "text",
    [
        "[" * 3000,
        "{" * 60_000,
        "- " * 30_000,
        "? " * 30_000,
        "a: {" * 10_000,
        '"' * 60_000,
        "x: [a," + "b," * 30_000,
        "a: &a [" + "x," * 20 + "]\n" + "".join(f"{c}: [{'*a,' * 20}]\n" for c in "bcdefghij"),
        "&a " * 20_000,
        "!a " * 20_000,
        "%a\n" * 20_000,
        "---\n" * 16_000,
        "a: >\n" + "\n" * 60_000,
        "steps:\n" + "- say: a\n" * 7_000,
        "steps:\n" + "- x\n" * 15_000,
        "a: 1\n" * 12_000,
        "\n".join(f"k{i}: " for i in range(7_000)),
        "title: " + "{a}" * 20_000,
        "steps:\n- {ask: a, text: b, when: '" + "(" * 60_000 + "'}",
        "steps:\n- {ask: a, text: b, when: '" + "not " * 15_000 + "'}",
        "steps:\n- {ask: a, text: b, one_of: {" + ",".join(f"c{i}: x" for i in range(6_000)) + "}}",
    ],
    ids=range(21),
)
def test_bombs_end_quickly_with_few_mistakes(text: str) -> None:
    started = time.process_time()
    loaded = load_text(text, "f", lang="en")
    assert loaded.flow is None
    assert 1 <= len(loaded.mistakes) <= 200
    assert time.process_time() - started < 5


def test_bytes_that_are_not_utf8(tmp_path: Path) -> None:
    path = written(tmp_path, "palabre: 1\ntitle: Été".encode("latin-1"))
    assert only(path) == (
        ":2:8: the file: this character is not written in UTF-8 - save the file as UTF-8 in your editor"
    )


def test_utf16_from_an_old_editor(tmp_path: Path) -> None:
    assert "UTF-8" in only(written(tmp_path, GOOD.encode("utf-16")))


def test_a_byte_order_mark_and_carriage_returns_change_nothing(tmp_path: Path) -> None:
    plain = load_text(GOOD, "f").flow
    path = written(tmp_path, b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    loaded = load_file(path)
    assert loaded.flow == plain
    assert from_source(loaded.source) == plain


def test_mistakes_have_the_right_line_with_carriage_returns() -> None:
    text = GOOD.replace("optional", "optinal").replace("\n", "\r\n")
    (found,) = load_text(text, "f").mistakes
    assert (found.line, found.column) == (8, 5)


def test_words_stay_words() -> None:
    flow = load_text(GOOD, "f").flow
    assert flow is not None
    assert flow.steps[-1].text.by_lang == {"en": "12:30"}  # type: ignore[union-attr]
    assert [choice.code for choice in flow.asks[0].kind.choices] == ["velo", "bus", "no"]  # type: ignore[union-attr]
    assert load_text(GOOD.replace('"12:30"', "no"), "f").flow.steps[-1].text.by_lang == {"en": "no"}  # type: ignore


def test_no_file_a_folder_a_closed_file(tmp_path: Path) -> None:
    assert "there is no such file" in only(tmp_path / "nothing.yaml")
    assert "this is a folder" in only(tmp_path)
    path = written(tmp_path, GOOD.encode())
    path.chmod(0)
    if os.getuid() != 0:
        assert "cannot be opened" in only(path)


def test_an_empty_file(tmp_path: Path) -> None:
    assert ":1:1: the file: the file is empty" in only(written(tmp_path, b""))


@settings(deadline=None)
@given(st.text(max_size=300))
def test_no_text_makes_the_loader_raise(text: str) -> None:
    loaded = load_text(text, "f")
    assert (loaded.flow is None) == bool(loaded.mistakes)


SPICE = ["\t", "§", "'", '"', "{", "}", "[", "]", ":", "- ", "&a ", "*a", "!!x ", "\n", "  ", "null", "|", ">", "#"]


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_no_damage_to_a_good_file_makes_the_loader_raise(data: st.DataObject) -> None:
    text = GOOD
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text)))
        cut = data.draw(st.integers(0, 12))
        text = text[:at] + data.draw(st.sampled_from(SPICE) | st.text(max_size=2)) + text[at + cut :]
    loaded = load_text(text, "f")
    assert (loaded.flow is None) == bool(loaded.mistakes)
    if loaded.flow is not None:
        assert from_source(loaded.source) == loaded.flow


WORDS = st.sampled_from(["", "2d", "mode", "{left}", "{x}", "mode == 'a'"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 400) | WORDS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["fr", "en", "a", "b", "from", "to"]), inner, max_size=3)
    ),
    max_leaves=6,
)
STEP_KEYS = sorted({key for form in FORMS.values() for key in keys_of(form)})
HEAD_KEYS = keys_of(FlowForm)


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(st.sampled_from(HEAD_KEYS), VALUES, max_size=5),
    st.lists(VALUES | st.dictionaries(st.sampled_from(STEP_KEYS), VALUES, max_size=6), max_size=4) | VALUES,
)
def test_no_data_of_any_shape_makes_the_loader_raise(head: dict[str, object], steps: object) -> None:
    data = {"palabre": 1, "id": "x", "lang": "fr", "title": "T", **head, "steps": steps}
    loaded = load_text(json.dumps(data), "f")
    assert (loaded.flow is None) == bool(loaded.mistakes)


AB = {"a": "Ann", "b": "Bob"}
BALLOTS: list[dict[str, object]] = [
    {"vote": "v", "options": AB, "method": "approval"},
    {"vote": "v", "options": AB, "method": "dots"},
    {"vote": "v", "method": "consent"},
    {"vote": "v", "method": "availability", "slots": ["2026-12-03", "2026-12-04T18:00"]},
    {"rank": "v", "options": AB, "method": "stv"},
    {"grade": "v", "options": AB, "criteria": {"u": {"text": "U", "grades": 5}}},
    {"budget": "v", "projects": {"a": {"label": "A", "cost": 5}, "b": {"label": "B", "cost": 6}}, "limit": 9},
]
ODD = (
    VALUES
    | st.sampled_from(
        ["consent", "matrix", "greedy", "2/3", "25%", "majority", "9999-12-31T23:59-01:00", "EUR", "none"]
    )
    | st.dictionaries(st.sampled_from(["a", "b", "none", "é"]), VALUES, max_size=3)
    | st.lists(st.sampled_from(["2026-12-03", "0001-01-01T00:00+05:00", "x"]) | VALUES, max_size=3)
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(BALLOTS), st.dictionaries(st.sampled_from(STEP_KEYS), ODD, max_size=4))
def test_no_vote_of_any_shape_makes_the_loader_raise(ballot: dict[str, object], odd: dict[str, object]) -> None:
    steps = [
        {"text": "T", "blank": True, **ballot, **odd},
        {"say": "x", "text": "X", "when": "v_reason == skipped or v == blank or 'a' in v"},
        {"end": "bye", "text": "Bye"},
    ]
    loaded = load_text(json.dumps({"palabre": 1, "id": "x", "lang": "fr", "title": "T", "steps": steps}), "f")
    assert (loaded.flow is None) == bool(loaded.mistakes)
    if loaded.flow is not None:
        assert from_source(loaded.source) == loaded.flow


def test_brackets_in_texts_are_no_depth() -> None:
    """Many pairs on one line, and a text full of signs: neither goes deep."""
    pairs = "".join("[a] " for _ in range(300))
    loaded = load_text(GOOD.replace("title:", f"summary: '{pairs}'\ntitle:"), "f", lang="en")
    assert loaded.flow is not None, loaded.mistakes


def test_what_was_published_before_a_limit_was_drawn_is_still_read() -> None:
    """More keys than may be written today, and more open brackets in a text."""
    choices = ", ".join(f"c{n}: L{n}" for n in range(90))
    asks = [f"  - ask: q{n}\n    text: '{'[' * 70} How?'\n    one_of: {{{choices}}}\n" for n in range(30)]
    old = GOOD.replace("  - end:", "".join(asks) + "  - end:")
    assert len(load_text(old, "f", lang="en").mistakes) == 1
    assert len(from_source(old).asks) == 31


def test_of_very_many_mistakes_two_hundred_are_told() -> None:
    loaded = load_text("a: &a [b]\n" + "".join(f"b{n}: *a\n" for n in range(2000)), "f", lang="en")
    assert loaded.flow is None
    assert len(loaded.mistakes) == 200
