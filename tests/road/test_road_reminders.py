"""A reminder is for somebody who wanted one: never after /stop, never at night, never after the closing, once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
def id(town: Any, flow_text: Any) -> str:
    text = flow_text(window="{closes: 2026-03-20T20:00}").replace(
        "steps:",
        "reminders:\n"
        '  - {after: 2d, to: unfinished, text: "Still {left} to go"}\n'
        '  - {after: 3d, to: subscribed, text: "It is open since three days"}\n'
        "steps:",
    )
    return str(town.publish(text))


def at(town: Any, wall: str) -> None:
    """Let time pass as the service would, hour by hour."""
    until = datetime.fromisoformat(wall).replace(tzinfo=PARIS)
    while town.now < until:
        town.later(seconds=min(3600, (until - town.now).total_seconds()))
        town.ring()


def reminders(town: Any, place: str = "web:ana") -> list[str]:
    return [text for text in town.texts(place) if "to go" in text]


def test_who_started_and_did_not_finish_is_reminded_once(town: Any, id: str) -> None:
    town.says("ana", f"/start {id}", "2")
    town.says("bo", f"/start {id}", "2", "33", "an idea")
    at(town, "2026-03-04T09:59")
    assert reminders(town) == []
    at(town, "2026-03-06T12:00")
    assert len(reminders(town)) == 1
    assert reminders(town)[0].startswith("Still 2 to go")
    assert reminders(town, "web:bo") == []


def test_an_answer_in_between_puts_the_reminder_off(town: Any, id: str) -> None:
    town.says("ana", f"/start {id}")
    at(town, "2026-03-03T18:00")
    town.says("ana", "2")
    at(town, "2026-03-05T17:59")
    assert reminders(town) == []
    at(town, "2026-03-05T18:01")
    assert len(reminders(town)) == 1


def test_nobody_is_reminded_at_night(town: Any, id: str) -> None:
    at(town, "2026-03-02T22:30")
    town.says("ana", f"/start {id}")
    at(town, "2026-03-05T07:59")
    assert reminders(town) == []
    at(town, "2026-03-05T08:01")
    assert len(reminders(town)) == 1


def test_downtime_into_the_night_waits_for_the_morning(town: Any, id: str) -> None:
    """The reminder was due in the afternoon; we were away and are back late in the evening."""
    at(town, "2026-03-02T16:30")
    town.says("ana", f"/start {id}")
    town.now = datetime(2026, 3, 4, 21, 30, tzinfo=PARIS).astimezone(UTC)
    town.ring()
    assert reminders(town) == []
    at(town, "2026-03-05T08:01")
    assert len(reminders(town)) == 1


def test_a_reminder_that_is_many_hours_late_is_let_go(town: Any, id: str) -> None:
    town.says("ana", f"/start {id}")
    town.later(days=5)
    town.ring()
    assert reminders(town) == []


@pytest.mark.parametrize("word", ["/stop", "/erase yes"])
def test_nobody_who_left_is_reminded(town: Any, id: str, word: str) -> None:
    town.says("ana", f"/start {id}", "2", word)
    at(town, "2026-03-10T12:00")
    assert reminders(town) == []


def test_nobody_is_reminded_after_the_closing(town: Any, id: str) -> None:
    town.says("ana", f"/start {id}", "2")
    town.close(id)
    at(town, "2026-03-10T12:00")
    assert reminders(town) == []


def test_a_reminder_that_would_fall_after_the_closing_is_not_set(town: Any, id: str) -> None:
    at(town, "2026-03-19T19:00")
    town.says("ana", f"/start {id}", "2")
    assert town.one("SELECT count(*) FROM timers WHERE timer = 'remind'") == 0


def test_who_asked_to_be_told_and_did_not_start_is_told_apart(town: Any, flow_text: Any) -> None:
    text = flow_text(window="{opens: 2026-03-04T10:00, closes: 2026-03-20T20:00}").replace(
        "steps:", 'reminders:\n  - {after: 3d, to: subscribed, text: "Open since three days"}\nsteps:'
    )
    id = town.publish(text)
    for person in ("ana", "bo", "cy"):
        town.says(person, f"/start {id}")
        assert "Opens " in town.texts(f"web:{person}")[-1]
        town.presses(person, f"c.subscribe.{id}")
    town.says("cy", "/stop")
    at(town, "2026-03-04T10:01")
    told = {person: "is open" in town.texts(f"web:{person}")[-1] for person in ("ana", "bo", "cy")}
    assert told == {"ana": True, "bo": True, "cy": False}
    town.says("bo", f"/start {id}")
    at(town, "2026-03-08T12:00")
    later = {p: sum("three days" in text for text in town.texts(f"web:{p}")) for p in ("ana", "bo", "cy")}
    assert later == {"ana": 1, "bo": 0, "cy": 0}
