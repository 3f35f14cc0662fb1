"""The road: one transaction each, failures apart, timers once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from adapters.base import Batch, Place
from bot.road import LANES
from flows.events import Moved, Said
from storage import inbox, timers
from storage.database import Locked
from storage.inbox import PER_LANE


def poison(town: Any, person: str) -> None:
    """An event that nobody can handle any more, as after a damaged write."""
    item = town.inbound(person, Said(at=town.now, text="x"))
    town.receive(item)
    with town.database.transaction() as connection:
        connection.exec_driver_sql('UPDATE inbox SET event = \'{"kind": "?"}\' WHERE "key" = ?', (item.key,))


def test_a_batch_and_its_cursor_are_one(town: Any) -> None:
    item = town.inbound("ana", Said(at=town.now, text="/help"))
    town.road.receive("web", Batch(cursor="7", items=(item, item)))
    town.road.receive("web", Batch(cursor=None, items=(item,)))
    assert town.road.cursor("web") == "7"
    assert town.one("SELECT count(*) FROM inbox") == 1


def test_an_event_that_fails_three_times_is_set_aside_and_the_lane_goes_on(town: Any) -> None:
    id = town.publish()
    town.think()
    town.says("ana", f"/start {id}")
    poison(town, "ana")
    town.receive(
        town.inbound("ana", Said(at=town.now, text="2")),
        town.inbound("bo", Said(at=town.now, text="/help")),
        town.inbound("cy", Said(at=town.now, text=f"/start {id}")),
    )
    first = town.road.think()
    assert first.events == 2, "the others are handled at once"
    assert town.stored(id) == {}, "what comes after it in its lane waits, so that the order holds"
    assert town.one("SELECT count(*) FROM inbox WHERE state = 'new'") == 2
    for _ in range(5):
        town.road.think()
    assert [answer.value for answer in town.stored(id).values()] == ["bus"]
    assert town.rows("SELECT count(*), max(attempts) FROM inbox WHERE state = 'aside'") == [(1, 3)]
    said = [text for text in town.texts("web:ana") if "Something went wrong on our side" in text]
    assert len(said) == 1
    assert town.one("SELECT count(*) FROM lanes") == 0


@pytest.mark.sqlite
def test_what_breaks_at_the_very_end_leaves_nothing_and_shows_nothing_twice(town: Any) -> None:
    """Letters are keyed by the inbox row: the same event, handled again, makes the same keys."""
    id = town.publish()
    town.think()
    town.receive(town.inbound("ana", Said(at=town.now, text=f"/start {id}")))
    with town.database.transaction() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER crash BEFORE UPDATE OF state ON inbox BEGIN SELECT RAISE(ABORT, 'crash'); END"
        )
    assert town.road.think().letters == []
    tables = ("outbox", "sessions", "participants", "prompts", "ballots")
    assert [town.one(f"SELECT count(*) FROM {table}") for table in tables] == [0] * 5
    with town.database.transaction() as connection:
        connection.exec_driver_sql("DROP TRIGGER crash")
    town.think()
    item = town.one("SELECT id FROM inbox WHERE adapter = 'web'")
    assert town.rows('SELECT "key" FROM outbox') == [(f"{item}.0",)]


def test_a_flood_of_one_person_is_handled_in_order_and_lets_others_through(town: Any) -> None:
    id = town.publish()
    town.says("ana", f"/start {id}")
    flood = [town.inbound("ana", Said(at=town.now, text=str(1 + i % 3))) for i in range(PER_LANE + 8)]
    town.receive(*flood, town.inbound("bo", Said(at=town.now, text="/help")))
    assert town.road.think().events == PER_LANE + 1
    assert town.road.think().events == 8
    assert town.texts("web:bo")


def test_more_lanes_than_one_batch_takes(town: Any) -> None:
    town.receive(*(town.inbound(f"p{i}", Said(at=town.now, text="/help")) for i in range(LANES + 6)))
    assert [town.road.think().events for _ in range(3)] == [LANES, 6, 0]


@pytest.mark.sqlite
def test_a_locked_database_loses_nothing_that_was_thought(town: Any) -> None:
    """The database stops between two lanes that are tried apart: what is done is handed on, the rest waits."""
    town.says("ana", "/help")
    poison(town, "ana")
    town.receive(town.inbound("bo", Said(at=town.now, text="/help")))
    other = type(town)(town.file)
    with town.database.transaction() as connection:
        connection.connection.dbapi_connection.execute("PRAGMA busy_timeout = 20")
    with other.database.transaction(), pytest.raises(Locked):
        town.road.think()
    other.database.close()
    assert town.one("SELECT count(*) FROM inbox WHERE state = 'new'") == 2
    thought = town.road.think()
    assert thought.events == 1
    assert [letter.place for letter in thought.letters] == ["web:bo"]


def test_words_after_an_erasure_in_the_same_batch_begin_anew(town: Any) -> None:
    id = town.publish()
    town.says("ana", f"/start {id}", "2")
    before = town.one("SELECT id FROM participants")
    texts = ["/erase yes", f"/start {id}", "3"]
    town.receive(*(town.inbound("ana", Said(at=town.now, text=text)) for text in texts))
    assert town.road.think().events == 3
    assert town.rows("SELECT count(*), min(id) <> ? FROM participants", before) == [(1, 1)]
    assert [answer.value for answer in town.stored(id).values()] == ["pied"]
    assert town.counters(id)["mode"] == {"n:answered": 1, "c:pied": 1}


def test_a_group_that_moved_keeps_its_conversations(town: Any) -> None:
    """Also when somebody has spoken in the new group before we are told of the move."""
    for place, person in (("-1", "5"), ("-1", "6"), ("-100", "5")):
        item = town.inbound(person, Said(at=town.now, text="/help"), "telegram")
        town.receive(replace(item, place=Place("telegram", place), private=False))
    town.think()
    item = town.inbound("5", Moved(at=town.now, to_chat="-100"), "telegram")
    town.receive(replace(item, place=Place("telegram", "-1"), private=False))
    town.think()
    assert town.one("SELECT count(*) FROM inbox WHERE state <> 'done'") == 0
    lanes = town.rows("SELECT lane, place FROM conversations ORDER BY lane")
    assert lanes == [("telegram:-100|5", "telegram:-100"), ("telegram:-100|6", "telegram:-100")]


# --- Timers ----------------------------------------------------------------------------------------------------------


def timer(town: Any, key: str, late: str, due: timedelta) -> dict[str, Any]:
    subject = "nobody"
    row: dict[str, Any] = {
        "key": key,
        "timer": "invite",
        "subject": subject,
        "lane": f"consultation:{subject}",
        "detail": "0",
    }
    row |= {"fence": None, "due_ms": town.now_ms + due // timedelta(milliseconds=1), "wall": None, "zone": None}
    return {**row, "late": late}


def arm(town: Any, *keys: str, late: str = "fire", due: timedelta = timedelta()) -> None:
    with town.database.transaction() as connection:
        timers.arm(connection, [timer(town, key, late, due) for key in keys])


@pytest.mark.parametrize(
    ("late", "after", "rings"),
    [
        ("fire", 48 * 3600, 1),
        ("skip", 59, 1),
        ("skip", 61, 0),
        ("within:21600", 21600, 1),
        ("within:21600", 21601, 0),
    ],
)
def test_what_a_timer_does_after_downtime(town: Any, late: str, after: int, rings: int) -> None:
    arm(town, "t", late=late)
    town.later(seconds=after)
    assert town.road.ring() == rings
    assert town.one("SELECT count(*) FROM timers") == 0
    assert town.one("SELECT count(*) FROM inbox") == rings


def test_a_timer_rings_once_and_not_before_its_time(town: Any) -> None:
    arm(town, "t", due=timedelta(seconds=10))
    assert town.road.ring() == 0
    town.later(seconds=10)
    assert [town.road.ring(), town.road.ring()] == [1, 0]
    with town.database.transaction() as connection:
        assert inbox.waiting(connection) == 1


def test_timers_beyond_one_page_all_ring(town: Any) -> None:
    arm(town, *(f"t{i}" for i in range(1100)))
    assert [town.road.ring() for _ in range(4)] == [500, 500, 100, 0]


def test_a_whole_life_after_two_days_of_downtime(town: Any, flow_text: Any) -> None:
    """Opening and closing both fell into the downtime: both happen, in order, and the result is posted."""
    window = "{opens: 2026-03-03T12:00, closes: 2026-03-04T12:00}"
    id = town.publish(flow_text(window=window), places=("telegram:-100",))
    town.later(days=4)
    town.ring()
    town.ring()
    assert town.run(id).state == "closing"
    town.tally(id)
    town.think()
    assert town.run(id).state == "closed"
    assert town.texts("telegram:-100")[-1] == f"results:{id}"


def test_a_monthly_consultation_comes_back_on_the_31st(town: Any, flow_text: Any) -> None:
    window = "{opens: 2026-03-30T08:00, closes: 2026-03-31T20:00, every: month, until: 2026-12-31T00:00}"
    id = town.publish(flow_text(window=window))
    closed = []
    for number in range(1, 6):
        name = id if number == 1 else f"{id}-{number}"
        run = town.run(name)
        assert run.occurrence == number
        closed.append(run.closes_wall)
        town.later(milliseconds=run.opens_ms - town.now_ms)
        town.ring()
        town.later(milliseconds=run.closes_ms - town.now_ms)
        town.ring()
        town.tally(name)
        town.think()
    days = ["03-31", "04-30", "05-31", "06-30", "07-31"]
    assert closed == [f"2026-{day}T20:00:00" for day in days]


def test_a_recurring_consultation_skips_what_was_slept_through(town: Any, flow_text: Any) -> None:
    window = "{opens: 2026-03-03T08:00, closes: 2026-03-04T20:00, every: week, until: 2026-12-31T00:00}"
    id = town.publish(flow_text(window=window))
    town.later(days=16)
    town.ring()
    town.ring()
    town.tally(id)
    town.think()
    run = town.run(f"{id}-2")
    assert run.state == "open"
    assert (run.occurrence, run.closes_wall) == (3, "2026-03-18T20:00:00")
