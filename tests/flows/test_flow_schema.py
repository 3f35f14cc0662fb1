"""The published JSON Schema is the one the code makes, and says the same as the loader about good and bad files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from flows import schema
from flows.load import load_file, load_text
from flows.mistakes import Notebook
from flows.yamltree import compose

FOLDER = Path(schema.__file__).parent
PUBLISHED = FOLDER / "flow-1.schema.json"
SHIPPED = sorted(FOLDER.glob("library/*.yaml"))
VOTES = Path(__file__).parents[1] / "transcripts" / "flows" / "votes.yaml"
BLOCKS = sorted(FOLDER.glob("library/blocks/*.yaml"))


def validator() -> Draft202012Validator:
    return Draft202012Validator(json.loads(PUBLISHED.read_text()))


def data(text: str) -> Any:
    notes = Notebook("en")
    tree = compose(text, "f", notes)
    assert tree is not None, notes.mistakes
    return tree.value


def test_the_published_schema_is_current() -> None:
    assert PUBLISHED.read_text() == schema.published(), "run: python -m flows.schema > flows/flow-1.schema.json"


def test_the_published_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(json.loads(PUBLISHED.read_text()))


@pytest.mark.parametrize("path", [*SHIPPED, *BLOCKS, VOTES], ids=lambda path: path.stem)
def test_what_ships_fits_the_schema(path: Path) -> None:
    assert [error.message for error in validator().iter_errors(data(path.read_text()))] == []


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_what_ships_has_no_mistake(path: Path) -> None:
    assert load_file(path).mistakes == ()


GOOD = """\
palabre: 1
id: x
lang: fr
title: T
steps:
  - ask: a
    text: 2026
    number: true
    timeout: 2d
  - ask: b
    text: {fr: b}
    one_of: {x: 1, y: true}
    timeout: {after: 2d, to: bye}
  - ask: c
    text: c
    any_of: {x: X, y: Y}
    at_most: 1
  - end: bye
    text: z
"""


def test_short_forms_fit_the_schema() -> None:
    assert validator().is_valid(data(GOOD))


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("palabre: 1", "palabre: 2"),
        ("id: x", "id: X Y"),
        ("title: T", "titel: T"),
        ("number: true", "number: false"),
        ("number: true", "short_text: {max: 5000}"),
        ("number: true", "number: true\n    short_text: true"),
        ("    number: true\n", ""),
        ("timeout: 2d", "timeout: soon"),
        ("one_of: {x: 1, y: true}", "one_of: {x: 1}"),
        ("one_of: {x: 1, y: true}", "one_of: {é: 1, y: 2}"),
        ("any_of: {x: X, y: Y}", "scale: {from: 1, to: 5}"),
        ("  - ask: c", "  - aks: c"),
        ("steps:", "reminders: [{text: x}]\nsteps:"),
    ],
)
def test_what_the_loader_refuses_the_schema_refuses(good: str, bad: str) -> None:
    assert good in GOOD
    assert not validator().is_valid(data(GOOD.replace(good, bad)))


VOTE = """\
palabre: 1
id: x
lang: fr
title: T
steps:
  - vote: a
    text: a
    options: {x: X, y: Y}
  - vote: b
    text: b
    method: dots
    options: {x: X, y: Y}
    points: 7
    quorum: 25%
    electorate: 12
    threshold: 0.5
  - vote: c
    text: c
    method: consent
    reason: none
  - vote: d
    text: d
    method: availability
    slots: [2026-12-03T18:00, 2026-12-04]
  - rank: e
    text: e
    method: stv
    seats: 1
    options: {x: X, y: Y}
  - grade: f
    text: f
    options: {x: X, y: Y}
    grades: {good: G, bad: B}
  - grade: g
    text: g
    options: {x: X, y: Y}
    criteria: {u: {text: U, grades: 7}}
    batch: 1
  - budget: h
    text: h
    projects: {x: {label: X, cost: 5}, y: {label: Y, cost: 6}}
    limit: 10
  - end: bye
    text: z
"""


def test_votes_fit_the_schema() -> None:
    assert validator().is_valid(data(VOTE))
    assert load_text(VOTE, "f").mistakes == ()


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("    options: {x: X, y: Y}\n  - vote: b", "  - vote: b"),
        ("    options: {x: X, y: Y}\n  - vote: b", "    options: {x: X, y: Y}\n    points: 3\n  - vote: b"),
        ("method: dots", "method: dotz"),
        ("points: 7", "points: 0"),
        ("points: 7", "most: 7"),
        ("points: 7", "seats: 7"),
        ("quorum: 25%", "quorum: some"),
        ("quorum: 25%", "quorum: 0"),
        ("threshold: 0.5", "threshold: 2"),
        ("threshold: 0.5", "threshold: two"),
        ("reason: none", "reason: no"),
        ("reason: none", "options: {x: X, y: Y}"),
        ("slots: [2026-12-03T18:00, 2026-12-04]", "slots: [2026-12-03]"),
        ("slots: [2026-12-03T18:00, 2026-12-04]", "slots: [2026-12-03, friday]"),
        ("slots: [2026-12-03T18:00, 2026-12-04]", "options: {x: X, y: Y}"),
        ("method: stv", "method: borda"),
        ("grades: {good: G, bad: B}", "grades: {good: G}"),
        ("grades: {good: G, bad: B}", "grades: 4"),
        ("grades: {good: G, bad: B}", "batch: 1"),
        ("grades: {good: G, bad: B}", "method: matrix"),
        ("    batch: 1", "    method: majority_judgment"),
        ("text: U, grades: 7", "grades: 7"),
        ("label: X, cost: 5", "label: X"),
        ("label: X, cost: 5", "label: X, cost: -5"),
        ("    limit: 10\n", ""),
    ],
)
def test_what_the_loader_refuses_in_votes_the_schema_refuses(good: str, bad: str) -> None:
    assert good in VOTE
    changed = VOTE.replace(good, bad)
    assert not validator().is_valid(data(changed))
    assert load_text(changed, "f").mistakes


@pytest.mark.parametrize("share", ["2/3", "50%", "12.5 %", "majority", "1", "0.5"])
def test_shares_of_all_kinds_fit_the_schema(share: str) -> None:
    text = VOTE.replace("threshold: 0.5", f"threshold: {share}")
    assert validator().is_valid(data(text))
    assert load_text(text, "f").mistakes == ()
