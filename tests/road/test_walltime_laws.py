"""Wall-clock times on every night on which clocks change, from 2026 to 2035, in twelve zones."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.upkeep import reckon_wall_times
from bot.walltime import after_quiet, exists, following, instant, local
from flows.flow import Every

ZONES = [
    "Europe/Paris",
    "Europe/Dublin",
    "Africa/Casablanca",
    "America/Guadeloupe",
    "America/Miquelon",
    "America/Santiago",
    "America/Nuuk",
    "Indian/Reunion",
    "Pacific/Noumea",
    "Pacific/Chatham",
    "Australia/Lord_Howe",
    "Antarctica/Troll",
]
FROM, TO = datetime(2026, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC)
QUIET = (time(21), time(8))


def transitions(zone: str) -> Iterator[tuple[datetime, timedelta, timedelta]]:
    """(moment, offset before, offset after) of each change, found by looking, not by asking the code under test."""
    there = ZoneInfo(zone)
    day = FROM
    while day < TO:
        next_day = day + timedelta(days=1)
        if day.astimezone(there).utcoffset() != next_day.astimezone(there).utcoffset():
            minute = day
            while minute.astimezone(there).utcoffset() == day.astimezone(there).utcoffset():
                minute += timedelta(minutes=15)
            before, after = day.astimezone(there).utcoffset(), minute.astimezone(there).utcoffset()
            assert before is not None
            assert after is not None
            yield minute, before, after
        day = next_day


CHANGES = [(zone, *change) for zone in ZONES for change in transitions(zone)]


def test_the_zones_hold_both_kinds_and_odd_ones() -> None:
    jumps = {after - before for _zone, _at, before, after in CHANGES}
    assert {timedelta(hours=1), timedelta(hours=-1), timedelta(minutes=30), timedelta(hours=2)} <= jumps
    assert len(CHANGES) > 150
    assert {zone for zone in ZONES if zone not in {change[0] for change in CHANGES}} == {
        "America/Guadeloupe",
        "Indian/Reunion",
        "Pacific/Noumea",
    }


def test_around_every_change_an_hour_means_one_moment() -> None:
    for zone, at, before, after in CHANGES:
        naive = at.replace(tzinfo=None)
        first, last = min(naive + before, naive + after), max(naive + before, naive + after)
        for minutes in range(-180, 181, 5):
            wall = first + timedelta(minutes=minutes)
            found = instant(wall, zone)
            skipped = after > before and first <= wall < last
            assert exists(wall, zone) is not skipped, (zone, wall)
            if skipped:
                assert found == at, (zone, wall)
                continue
            assert local(found, zone) == wall, (zone, wall)
            if after < before and first <= wall < last:
                assert found == (wall - before).replace(tzinfo=UTC), ("the first of the two", zone, wall)


def test_instants_never_run_backwards() -> None:
    for zone, at, before, after in CHANGES:
        if after < before:
            continue  # in autumn the second of two equal hours is never meant
        start = (at - timedelta(hours=3)).replace(tzinfo=None) + before
        found = [instant(start + timedelta(minutes=minutes), zone) for minutes in range(0, 360, 5)]
        assert found == sorted(found), (zone, at)


def test_quiet_hours_end_when_the_clock_says_so_and_never_in_the_past() -> None:
    for zone, at, _before, _after in CHANGES:
        for quiet in (QUIET, (time(22), time(2, 30)), (time(1), time(3)), (time(0), time(0))):
            for minutes in range(-720, 721, 15):
                moment = at + timedelta(minutes=minutes)
                polite = after_quiet(moment, zone, quiet)
                assert moment <= polite <= moment + timedelta(hours=13), (zone, moment, quiet)
                assert after_quiet(polite, zone, quiet) == polite, (zone, moment, quiet)


@pytest.mark.parametrize("zone", ZONES)
def test_without_a_change_nearby_quiet_hours_are_plain(zone: str) -> None:
    noon = instant(datetime.fromisoformat("2026-07-01T12:00"), zone)
    assert after_quiet(noon, zone, QUIET) == noon
    late = instant(datetime.fromisoformat("2026-07-01T22:00"), zone)
    assert local(after_quiet(late, zone, QUIET), zone) == datetime.fromisoformat("2026-07-02T08:00")
    early = instant(datetime.fromisoformat("2026-07-02T07:59"), zone)
    assert local(after_quiet(early, zone, QUIET), zone) == datetime.fromisoformat("2026-07-02T08:00")


@pytest.mark.parametrize(
    ("wall", "every", "times", "then"),
    [
        ("2026-01-31T20:00", Every.MONTH, 1, "2026-02-28T20:00"),
        ("2026-01-31T20:00", Every.MONTH, 2, "2026-03-31T20:00"),
        ("2027-12-31T20:00", Every.MONTH, 2, "2028-02-29T20:00"),
        ("2026-12-15T20:00", Every.MONTH, 1, "2027-01-15T20:00"),
        ("2026-03-28T02:30", Every.DAY, 1, "2026-03-29T02:30"),
        ("2026-03-22T20:00", Every.WEEK, 3, "2026-04-12T20:00"),
    ],
)
def test_the_next_time_is_the_same_hour_on_the_wall(wall: str, every: Every, times: int, then: str) -> None:
    assert following(datetime.fromisoformat(wall), every, times) == datetime.fromisoformat(then)


def test_a_timer_set_by_the_wall_follows_new_time_zone_tables(town: Any, flow_text: Any) -> None:
    """The tables changed while we were away: what was reckoned with the old ones is reckoned again."""
    id = town.publish(flow_text(window="{closes: 2026-03-20T20:00}"))
    right = town.run(id).closes_ms
    with town.database.transaction() as connection:
        connection.exec_driver_sql("UPDATE timers SET due_ms = due_ms - 3600000 WHERE timer = 'close'")
        connection.exec_driver_sql("UPDATE consultations SET closes_ms = closes_ms - 3600000")
        reckon_wall_times(connection)
    assert town.one("SELECT due_ms FROM timers WHERE timer = 'close'") == right
    assert town.run(id).closes_ms == right
