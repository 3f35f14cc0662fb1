"""Marks, corrections and outcomes; hours and wording by compare-and-set; who can be reached."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from storage import ballots, changes, consultations, migrate, people
from storage.changes import Outcome
from storage.consultations import ALLOWED
from storage.database import Connection, Database


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    database = Database(f"sqlite:///{tmp_path}/palabre.db")
    migrate.upgrade(database)
    with database.transaction() as opened:
        for version in "vw":
            consultations.add_version(opened, version, "f", "text", 0)
        yield opened
    database.close()


def add(connection: Connection, id: str, state: str = "open", **values: Any) -> str:
    made = consultations.blank(id, "v", state, results="live", secrecy="open", zone="UTC", now_ms=0)
    consultations.add(connection, replace(made, key=b"k", **values))
    return id


def person(connection: Connection, id: int, place: str, *, private: bool = True, reachable: bool = True) -> int:
    lane = f"{place}|{id}"
    people.add(
        connection,
        [{"id": id, "lang": "fr", "since_ms": 0}],
        [{"identity": f"telegram:{id}", "participant": id}],
        [
            {
                "lane": lane,
                "place": place,
                "participant": id,
                "private": private,
                "session": None,
                "reachable": reachable,
            }
        ],
    )
    return id


STATES = ("draft", "review", "scheduled", "open", "closing", "closed", "answered", "archived")
PATHS = {
    ("draft", "review"),
    ("draft", "scheduled"),
    ("draft", "open"),
    ("draft", "archived"),
    ("review", "draft"),
    ("review", "scheduled"),
    ("review", "open"),
    ("scheduled", "open"),
    ("scheduled", "draft"),
    ("open", "closing"),
    ("closing", "closed"),
    ("closed", "answered"),
    ("closed", "open"),
    ("answered", "archived"),
}


@pytest.mark.parametrize("before", STATES)
@pytest.mark.parametrize("after", STATES)
def test_a_state_changes_along_its_path_and_no_other(connection: Connection, before: str, after: str) -> None:
    id = add(connection, "c", before)
    if (before, after) in PATHS:
        assert consultations.change_state(connection, id, before, after)
        assert not consultations.change_state(connection, id, before, after)
    else:
        with pytest.raises(ValueError, match="cannot go from"):
            consultations.change_state(connection, id, before, after)
    assert set(ALLOWED) == set(STATES)


def test_the_wording_changes_once_for_whoever_read_the_last_one(connection: Connection) -> None:
    id = add(connection, "c")
    assert consultations.set_version(connection, id, "v", "w", 5)
    assert not consultations.set_version(connection, id, "v", "w", 6)
    found = consultations.get(connection, id)
    assert found is not None
    assert (found.version, found.touched_ms) == ("w", 5)


@pytest.mark.parametrize("state", STATES)
def test_hours_move_only_where_they_still_matter_and_once(connection: Connection, state: str) -> None:
    id = add(connection, "c", state, closes_ms=100)
    moved = consultations.put_off(connection, id, 100, "2026-01-01T00:00:00", 200)
    assert moved == (state in ("scheduled", "open"))
    assert not consultations.put_off(connection, id, 100, "2026-01-02T00:00:00", 300)


def test_people_are_reminded_once_in_a_while(connection: Connection) -> None:
    id = add(connection, "c")
    assert consultations.note_reminder(connection, id, 1000, 0)
    assert not consultations.note_reminder(connection, id, 1500, 500)
    assert consultations.note_reminder(connection, id, 2000, 1000)
    assert not consultations.note_reminder(connection, add(connection, "d", "closed"), 1, 0)


def test_only_drafts_that_nobody_touched_are_put_away(connection: Connection) -> None:
    for id, state, touched in (("a", "draft", 1), ("b", "draft", 99), ("c", "open", 1), ("d", "review", 1)):
        add(connection, id, state, touched_ms=touched)
    assert consultations.put_away(connection, 50) == ["a"]
    assert consultations.put_away(connection, 50) == []
    assert [run.id for run in consultations.all_of(connection, "archived")] == ["a"]


def test_a_vote_that_was_taken_back_was_a_vote(connection: Connection) -> None:
    id = add(connection, "c")
    assert not consultations.answered(connection, id)
    ballots.count(connection, {(id, "q", "c:a"): 1})
    ballots.count(connection, {(id, "q", "c:a"): -1})
    assert consultations.answered(connection, id)
    assert not consultations.answered(connection, add(connection, "d"))


def test_marks_stay_in_order(connection: Connection) -> None:
    id = add(connection, "c")
    changes.mark(connection, id, "extended", 5, before=1, after=2)
    changes.mark(connection, id, "early", 9, why="Il pleut « à verse »", hour=None)
    found = changes.marks_of(connection, id)
    assert [(mark.kind, mark.at_ms) for mark in found] == [("extended", 5), ("early", 9)]
    assert found[1].detail == {"why": "Il pleut « à verse »", "hour": None}


def test_a_correction_is_decided_once_and_not_by_its_author(connection: Connection) -> None:
    id = add(connection, "c")
    fix = changes.propose(connection, id, before="v", after="w", who="1", at_ms=5)
    assert not changes.decide(connection, id, fix.number, changes.APPROVED, by="1")
    assert changes.decide(connection, id, fix.number, changes.APPROVED, by="2")
    assert not changes.decide(connection, id, fix.number, changes.REFUSED)
    assert changes.fix(connection, id, 99) is None


def test_a_newer_correction_takes_the_place_of_one_that_waits(connection: Connection) -> None:
    id = add(connection, "c")
    first = changes.propose(connection, id, before="v", after="w", who="1", at_ms=5)
    second = changes.propose(connection, id, before="v", after="w", who="1", at_ms=6)
    assert not changes.decide(connection, id, first.number, changes.APPROVED, by="2")
    assert changes.decide(connection, id, second.number, changes.APPROVED, by="2")


def test_a_later_outcome_takes_the_place_of_the_first(connection: Connection) -> None:
    id = add(connection, "c")
    assert changes.outcome_of(connection, id) is None
    for text in ("Trees.", "Ten trees."):
        changes.give_outcome(connection, id, Outcome(text, "the gardeners", "2026-12-01", 5))
    assert changes.outcome_of(connection, id) == Outcome("Ten trees.", "the gardeners", "2026-12-01", 5)


def test_people_are_written_to_in_private_and_where_they_can_be_reached(connection: Connection) -> None:
    person(connection, 1, "telegram:1")
    person(connection, 2, "telegram:-100", private=False)
    person(connection, 3, "telegram:3", reachable=False)
    found = people.addresses(connection, [3, 2, 1, 9])
    assert [(one.participant, one.place, one.lang) for one in found] == [(1, "telegram:1", "fr")]
    assert people.is_group(connection, "telegram:-100")
    assert not people.is_group(connection, "telegram:1")


def test_a_code_is_made_once_and_found_however_it_is_typed(connection: Connection) -> None:
    person(connection, 1, "telegram:1")
    code = people.code_of(connection, 1)
    assert people.code_of(connection, 1) == code
    for typed in (code, code.lower(), code.replace("-", ""), f" {code.replace('-', ' ')} "):
        assert people.by_code(connection, typed) == 1
    for typed in ("", "-", "AAAA", "x" * 200):
        assert people.by_code(connection, typed) is None


def test_roles_move_with_a_group(connection: Connection) -> None:
    person(connection, 1, "telegram:1")
    people.grant(connection, 1, "organiser", "telegram:-1", 5)
    people.let_admins_launch(connection, "telegram:-1", False)
    people.move_place(connection, "telegram:-1", "telegram:-100")
    assert people.roles_of(connection, 1) == {("organiser", "telegram:-100")}
    assert not people.admins_launch(connection, "telegram:-100")
    assert people.admins_launch(connection, "telegram:-1")
