"""What the shipped flows promise to organisers, read from the files as they stand."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

LIBRARY = Path(__file__).parents[2] / "flows" / "library"
FLOWS = sorted(LIBRARY.glob("*.yaml"))
BLOCKS = sorted((LIBRARY / "blocks").glob("*.yaml"))
THEMES = sorted((LIBRARY / "blocks").glob("debate-*.yaml"))
CLOSED = ("one_of", "any_of", "scale", "rating", "yes_no")


def read(path: Path) -> dict[str, Any]:
    data = YAML(typ="safe").load(path.read_text("utf-8"))
    assert isinstance(data, dict)
    return data


def texts(node: Any) -> Iterator[dict[str, str]]:
    """Every text of a file: the mappings from a language to words."""
    match node:
        case {"fr": _, **_rest} | {"en": _, **_rest}:
            yield node
        case dict():
            for value in node.values():
                yield from texts(value)
        case list():
            for value in node:
                yield from texts(value)


def asks(path: Path) -> list[dict[str, Any]]:
    return [step for step in read(path)["steps"] if "ask" in step]


def name(path: Path) -> str:
    return path.stem


def test_the_library_holds_what_it_should() -> None:
    assert {path.stem for path in FLOWS} >= {"local-vote", "great-debate", "service-feedback"}
    assert {path.stem for path in BLOCKS} >= {"promise", "consent", "demographics"}
    assert len(THEMES) == 4


@pytest.mark.parametrize("path", [*FLOWS, *BLOCKS], ids=name)
def test_every_text_is_french_and_english_and_keeps_its_blanks(path: Path) -> None:
    found = list(texts(read(path)["steps"]))
    assert found
    for text in found:
        assert set(text) == {"fr", "en"}, text
        blanks = [{piece.split("}")[0] for piece in words.split("{")[1:]} for words in text.values()]
        assert blanks[0] == blanks[1], text


@pytest.mark.parametrize("path", [*FLOWS, *BLOCKS], ids=name)
def test_the_file_opens_with_a_word_to_the_organiser(path: Path) -> None:
    head = path.read_text("utf-8").split("palabre: 1")[0]
    assert all(line.startswith("#") for line in head.splitlines())
    assert len(head) > 200
    if path in FLOWS:
        assert "What it is for" in head
        assert "What to change first" in head


@pytest.mark.parametrize("path", FLOWS, ids=name)
def test_a_shipped_flow_can_be_published_on_any_day(path: Path) -> None:
    assert "window" not in read(path)


@pytest.mark.parametrize("path", FLOWS, ids=name)
def test_it_begins_with_the_promise_and_the_agreement(path: Path) -> None:
    steps = read(path)["steps"]
    before_first_question = [
        step.get("include") for step in steps[: next(i for i, s in enumerate(steps) if "ask" in s)]
    ]
    assert [block for block in before_first_question if block] == ["promise", "consent"]


@pytest.mark.parametrize("path", [*FLOWS, *BLOCKS], ids=name)
def test_nobody_is_forced_to_have_an_opinion(path: Path) -> None:
    for ask in asks(path):
        exits = {"optional", "dont_know", "abstain", "consent"} & set(ask)
        assert exits, f"{ask['ask']} leaves no way out"


@pytest.mark.parametrize("path", [*FLOWS, *BLOCKS], ids=name)
def test_labels_fit_a_button(path: Path) -> None:
    long = [
        label
        for ask in asks(path)
        for kind in ("one_of", "any_of")
        for text in ask.get(kind, {}).values()
        for label in text.values()
        if len(label) > 40
    ]
    assert not long


@pytest.mark.parametrize("path", THEMES, ids=name)
def test_a_theme_of_the_debate_has_nine_closed_and_three_open_questions(path: Path) -> None:
    kinds = [next(kind for kind in (*CLOSED, "long_text") if kind in ask) for ask in asks(path)]
    assert [kind in CLOSED for kind in kinds] == [True] * 9 + [False] * 3
    for ask in asks(path)[:9]:
        assert ask["dont_know"] is True
        assert 2 <= len(ask.get("one_of") or ask["any_of"]) <= 5
    for ask in asks(path)[9:]:
        assert ask["optional"] is True


def test_who_you_are_is_asked_last_and_kept_out_of_results() -> None:
    for ask in asks(LIBRARY / "blocks" / "demographics.yaml"):
        assert ask["personal"] is True
        assert ask["abstain"] is True
        assert ask["optional"] is True
    steps = read(LIBRARY / "great-debate.yaml")["steps"]
    assert steps[-2]["include"] == "demographics"
    assert "end" in steps[-1]


def test_the_local_vote_offers_no_opinion_and_stays_silent_until_the_closing_hour() -> None:
    flow = read(LIBRARY / "local-vote.yaml")
    questions = asks(LIBRARY / "local-vote.yaml")
    assert flow["results"] == "at_close"
    assert len(questions) == 3
    assert all(ask["dont_know"] is True and "one_of" in ask for ask in questions)
    assert [(r.get("after"), r.get("before"), r["to"]) for r in flow["reminders"]] == [
        ("3d", None, "unfinished"),
        (None, "1d", "unfinished"),
        (None, "1d", "subscribed"),
    ]
