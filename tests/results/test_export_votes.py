"""Votes as files: a table that spreadsheets and `palabre count` read, the exchange formats of the field, a calendar."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from randomvotes import a_flow, a_vote, options, some_ballots, text

from bot import counting
from bot.results.archive import package
from bot.results.calendar import calendar_of
from bot.results.export import export_csv, export_json, totals_csv
from flows.flow import Ask, Cut, Flow, Method, Order, Rule, Slot, Slots
from flows.session import Answer, Given, Value
from flows.tally.counts import Ballot, Result, count
from flows.tally.files import read

COUNTED = [method for method in Method if method not in (Method.CONSENT, Method.AVAILABILITY, Method.MATRIX)]
AT = datetime(2026, 3, 21, 19, 0, tzinfo=UTC)


def one(method: Method, seed: int, people: int = 30) -> tuple[Flow, list[Ballot], Result]:
    random = Random(f"{method}-{seed}-files")
    ask = a_vote(random, method)
    assert ask.rule is not None
    ask = replace(ask, rule=replace(ask.rule, quorum=None, threshold=None, tie=Cut.ORDER))
    flow, ballots = a_flow(ask), some_ballots(random, ask, people)
    if ask.rule.method in (Method.SCORE, Method.DOTS, Method.QUADRATIC):
        ballots = [ballot for ballot in ballots if ballot.answer.value != ()]  # nobody can send an empty purse
    return flow, ballots, count(flow, ballots, consultation="17")


@pytest.mark.parametrize("method", COUNTED)
def test_what_is_exported_counts_the_same_from_the_file(method: Method) -> None:
    """`palabre count` on our own files: JSON carries everything, the table all that a table can."""
    for seed in range(25):
        flow, ballots, result = one(method, seed)
        outcome = result.questions[0].outcome
        assert outcome is not None
        file = read(export_json(flow, ballots, result, "en"), "x.json", "en")
        wish = counting.wish_of(
            "en",
            method=method.value,
            seats=None,
            budget=None,
            completion="add1u",
            satisfaction=None,
            skip=True,
            grades=None,
            tie="order",
            seed=None,
        )
        if not file.ballots:
            continue
        found, _aside = counting.count(file, wish, "en")
        assert (found.winners, found.voters) == (outcome.winners, outcome.voters), seed
        assert {line.code: line.score for line in found.lines} == {line.code: line.score for line in outcome.lines}


@pytest.mark.parametrize("method", list(Method))
def test_a_table_has_a_column_for_each_thing_that_was_given(method: Method) -> None:
    flow, ballots, result = one(method, 1)
    rows = list(csv.DictReader(io.StringIO(export_csv(flow, ballots, result, "en").decode("utf-8-sig"), newline="")))
    assert len(rows) == len(ballots)
    for row in rows:
        if "=" in row["q"]:
            given = dict(part.split("=") for part in row["q"].split(";"))
            assert {
                name.removeprefix("q:"): cell for name, cell in row.items() if name.startswith("q:") and cell
            } == given
    marks = {row["q"] for row in rows if row["q"].startswith("#")}
    assert marks == {f"#{ballot.answer.given}" for ballot in ballots if ballot.answer.given is not Given.ANSWER}


def test_ranks_stand_in_their_columns() -> None:
    ask = Ask(name="q", text=text("?"), kind=Order(choices=options("abc")), rule=Rule(method=Method.IRV), wording="w")
    flow = a_flow(ask)
    ballots = [Ballot("t", "q", Answer(Given.ANSWER, ("c", "a")), "w")]
    result = count(flow, ballots, consultation="17")
    (row,) = csv.DictReader(io.StringIO(export_csv(flow, ballots, result, "en").decode("utf-8-sig"), newline=""))
    assert row == {"q": "c;a", "q_label": "Option C; Option A", "q:a": "2", "q:b": "", "q:c": "1"}


def test_the_six_ways_of_not_choosing_are_counted_apart_in_the_totals() -> None:
    flow, _, _ = one(Method.PLURALITY, 1)
    ballots = [Ballot(str(given), "q", Answer(given), "w") for given in Given if given is not Given.ANSWER]
    table = totals_csv(flow, count(flow, ballots, consultation="17"), "en").decode()
    for mark in ("#skipped", "#dont_know", "#abstain", "#blank", "#none"):
        assert f'"{mark}","","1"' in table


@pytest.mark.parametrize(("method", "ending"), [(Method.SCHULZE, "so"), (Method.EQUAL_SHARES, "pb")])
def test_the_package_has_the_formats_of_the_field(method: Method, ending: str) -> None:
    flow, ballots, result = one(method, 4)
    with zipfile.ZipFile(io.BytesIO(package(flow, ballots, result, "en", source="id: x\n"))) as archive:
        (name,) = [name for name in archive.namelist() if f".{ending}" in name]
        file = read(archive.read(name), name, "en")
        dictionary = archive.read("dictionary.csv").decode("utf-8-sig")
        method_told = archive.read("method.txt").decode()
    given = [ballot for ballot in ballots if ballot.answer.given is Given.ANSWER and ballot.answer.value]
    assert file.voters in (len(given), sum(ballot.answer.given is Given.ANSWER for ballot in ballots))
    assert len(file.options) == len(result.questions[0].rows)
    assert f'"q","w-q","question","{method}"' in dictionary
    assert "The rule" in method_told


def test_a_forgotten_or_empty_vote_makes_a_package_too() -> None:
    for method in Method:
        flow, _, _ = one(method, 2)
        result = count(flow, [], consultation="17")
        assert package(flow, [], result, "fr", source="")


def dates(*given: Value, slots: tuple[Slot, ...], lasts: timedelta | None = None) -> bytes | None:
    kind = Slots(slots=slots, zone="Europe/Paris", lasts=lasts)
    asked = text("Quand, où, avec qui ? Venez; merci\\")
    ask = Ask(name="q", text=asked, kind=kind, rule=Rule(method=Method.AVAILABILITY), wording="w")
    flow = a_flow(ask)
    ballots = [Ballot(str(at), "q", Answer(Given.ANSWER, value), "w") for at, value in enumerate(given)]
    result = count(flow, ballots, consultation="17")
    return calendar_of(flow, result, "fr", at=AT, url="https://x.example/c/17")


EVENING = Slot(code="2026-12-03T18:00", at=datetime.fromisoformat("2026-12-03T18:00"))
SUMMER = Slot(code="2026-07-03T18:00", at=datetime.fromisoformat("2026-07-03T18:00"))
DAY = Slot(code="2026-12-31", at=date(2026, 12, 31))


def test_the_best_date_is_an_event_in_universal_time() -> None:
    file = dates((("2026-12-03T18:00", "yes"),), slots=(EVENING, SUMMER), lasts=timedelta(hours=2))
    assert file is not None
    lines = file.decode().replace("\r\n ", "").split("\r\n")
    assert lines[:3] == ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Palabre//Palabre//EN"]
    assert "DTSTART:20261203T170000Z" in lines
    assert "DTEND:20261203T190000Z" in lines
    assert "DTSTAMP:20260321T190000Z" in lines
    assert "DESCRIPTION:Quand\\, où\\, avec qui ? Venez\\; merci\\\\" in lines
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == 1
    assert all(len(line) <= 75 for line in file.split(b"\r\n"))


def test_summer_time_and_whole_days() -> None:
    summer = dates((("2026-07-03T18:00", "yes"),), slots=(EVENING, SUMMER))
    assert summer is not None
    assert b"DTSTART:20260703T160000Z\r\nDTEND:20260703T170000Z" in summer
    whole = dates((("2026-12-31", "maybe"),), slots=(EVENING, DAY))
    assert whole is not None
    assert b"DTSTART;VALUE=DATE:20261231\r\nDTEND;VALUE=DATE:20270101" in whole


def test_level_dates_are_all_there_and_no_date_makes_no_file() -> None:
    both = dates((("2026-12-03T18:00", "yes"), ("2026-12-31", "yes")), slots=(EVENING, DAY))
    assert both is not None
    assert both.count(b"BEGIN:VEVENT") == 2
    assert dates(slots=(EVENING, DAY)) is None
    assert dates((("2026-12-31", "no"),), slots=(EVENING, DAY)) is None


def test_json_says_what_a_question_decides_by() -> None:
    for method in Method:
        flow, ballots, result = one(method, 3)
        data = json.loads(export_json(flow, ballots, result, "en"))
        (question,) = data["questions"]
        assert question["method"] == method.value
        assert {"seats", "tie", "quorum", "threshold", "strictly", "earlier_wordings"} <= set(question)
