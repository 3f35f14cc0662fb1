"""The published JSON Schema is the one the code makes, and says the same as the loader about good and bad files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from flows import schema
from flows.load import load_file
from flows.mistakes import Notebook
from flows.yamltree import compose

FOLDER = Path(schema.__file__).parent
PUBLISHED = FOLDER / "flow-1.schema.json"
SHIPPED = sorted(FOLDER.glob("library/*.yaml"))
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


@pytest.mark.parametrize("path", SHIPPED + BLOCKS, ids=lambda path: path.stem)
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
