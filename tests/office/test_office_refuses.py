"""What the office refuses, in sentences, leaving nothing behind."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot import office
from bot.backdoor import perform
from bot.office import OfficeError
from bot.road import Road
from bot.scene import Rules
from flows.load import from_source
from storage import migrate
from storage.database import Database

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SOURCE = """\
palabre: 1
id: mobilite
lang: en
title: Getting around
window: {opens: 2026-03-05T08:00, closes: 2026-03-20T20:00}
steps:
  - ask: mode
    text: How?
    one_of: {velo: By bike, bus: By bus}
  - end: thanks
    text: Thank you!
"""


@pytest.fixture
def road(tmp_path: Path) -> Iterator[Road]:
    database = Database(f"sqlite:///{tmp_path}/palabre.db")
    migrate.upgrade(database)
    yield Road(database, Rules(lang="en"), lambda: NOW)
    database.close()


def wall(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def publish(road: Road, *, lang: str = "en", **asked: Any) -> Any:
    publication = office.Publication(flow=from_source(SOURCE), source=SOURCE, who="test", **asked)
    with road.database.transaction() as connection:
        scene = road.scene(connection)
        done = office.publish(scene, publication, lang)
        scene.flush()
    return done


def count(road: Road, table: str) -> int:
    with road.database.transaction() as connection:
        return int(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())


@pytest.mark.parametrize(
    ("opens", "closes", "said"),
    [
        ("2026-03-10T08:00", "2026-03-09T08:00", "must lie after the opening and in the future"),
        ("2026-03-10T08:00", "2026-03-10T08:00", "must lie after the opening and in the future"),
        (None, "2026-03-01T08:00", "must lie after the opening and in the future"),
        ("2026-02-01T08:00", "2026-03-02T10:00", "must lie after the opening and in the future"),
        ("2026-03-10T08:00", "2026-03-29T02:30", "That hour does not exist: the clocks change that night. Try "),
        ("2026-03-29T02:10", "2026-03-30T02:30", "That hour does not exist: the clocks change that night. Try "),
    ],
)
def test_hours_that_do_not_fit_are_refused_and_leave_nothing(
    road: Road, opens: str | None, closes: str, said: str
) -> None:
    with pytest.raises(OfficeError, match=said):
        publish(road, opens=wall(opens), closes=wall(closes))
    assert [count(road, table) for table in ("consultations", "timers", "audit", "outbox")] == [0, 0, 0, 0]


def test_a_skipped_hour_comes_with_the_next_one_in_ones_language(road: Road) -> None:
    with pytest.raises(OfficeError, match=r"29 mars 2026.*0?3:00"):
        publish(road, closes=wall("2026-03-29T02:30"), lang="fr")


def test_hours_are_told_by_the_wall_of_the_flow(road: Road) -> None:
    run = publish(road)
    assert run.state == "scheduled"
    assert run.closes_wall == "2026-03-20T20:00:00"
    assert run.closes_ms == datetime(2026, 3, 20, 19, 0, tzinfo=UTC).timestamp() * 1000


def test_at_once_opens_whatever_the_file_says(road: Road) -> None:
    run = publish(road, at_once=True)
    assert run.state == "open"
    assert count(road, "timers") == 1


def test_a_taken_name_gets_a_number(road: Road) -> None:
    assert [publish(road).id for _ in range(3)] == ["mobilite", "mobilite-2", "mobilite-3"]


def test_closing_what_is_not_open_is_a_sentence(road: Road) -> None:
    publish(road)
    for id in ("mobilite", "nowhere"):
        reply = perform(road, {"do": "close", "id": id, "lang": "en"})
        assert reply == {"error": f"No open consultation is called “{id}”."}
    assert count(road, "audit") == 1


def test_an_unknown_wish_is_a_sentence(road: Road) -> None:
    assert "error" in perform(road, {"do": "dance", "lang": "en"})


def test_closing_before_the_announced_hour_needs_a_reason(road: Road) -> None:
    publish(road, closes=datetime.fromisoformat("2026-03-20T20:00"), at_once=True)
    wish = {"do": "close", "id": "mobilite", "lang": "en"}
    for reason in ("", "  "):
        assert "--reason" in perform(road, {**wish, "reason": reason})["error"]
    assert count(road, "audit") == 1
    assert perform(road, {**wish, "reason": "The bridge is closed."}) == {"id": "mobilite", "state": "closing"}
