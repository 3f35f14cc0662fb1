"""Results that were stored long ago still open; samples are only ever added."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from flows.tally.outcome import Outcome
from flows.tally.result import QuestionResult, Result

HERE = Path(__file__).parent
SAMPLES = [(file.stem, row) for file in sorted(HERE.glob("results-*.json")) for row in json.loads(file.read_text())]


@pytest.mark.parametrize("stored", [row for _, row in SAMPLES], ids=[name for name, _ in SAMPLES])
def test_an_old_result_opens_and_says_what_it_said(stored: dict[str, Any]) -> None:
    result = Result.from_json(stored)
    assert Result.from_json(json.loads(json.dumps(result.to_json()))) == result
    written = result.to_json()
    assert {name: written[name] for name in stored if name != "questions"} == {
        name: value for name, value in stored.items() if name != "questions"
    }
    for before, after in zip(stored["questions"], written["questions"], strict=True):
        assert {name: after[name] for name in before} == before


def test_what_an_old_result_does_not_hold_is_as_if_nobody_had_given_it() -> None:
    _, first = SAMPLES[0]
    for question in Result.from_json(first).questions:
        assert (question.blank, question.none, question.outcome, question.histograms) == (0, 0, None, ())


def test_the_current_shape_has_a_sample_with_an_outcome_of_every_kind() -> None:
    _, last = SAMPLES[-1]
    assert {field.name for field in fields(QuestionResult)} == set(last["questions"][0])
    outcomes = [question["outcome"] for question in last["questions"]]
    assert {name for one in outcomes for name in one} >= {field.name for field in fields(Outcome)}
