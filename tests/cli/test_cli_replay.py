"""`palabre replay`: every choice of cards made again from the log, and what it says when one does not follow."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from adapters.base import Batch, Inbound, Place
from bot import office
from bot.cli import main
from bot.road import Road
from bot.scene import Rules
from flows.events import Said
from flows.load import from_source
from storage import migrate
from storage.database import Database

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
FLOW = """\
palabre: 1
id: ideas
lang: en
title: Ideas
steps:
  - react: cards
    text: What do you think?
    policy: polis
    statements: {a: First, b: Second, c: Third, d: Fourth}
    batch: 2
  - end: bye
    text: Bye!
"""
# The seed is left as it was drawn, so exactly one choice follows from it: whichever that is, this is another.
OTHER_CARDS = "UPDATE servings SET chosen = CASE chosen WHEN '4 3 2' THEN '2 3 4' ELSE '4 3 2' END WHERE id = 2"


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    """Three people were shown cards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PALABRE_DATABASE__URL", f"sqlite:///{tmp_path}/palabre.db")
    monkeypatch.setenv("PALABRE_LOCALE", "en")
    database = Database(f"sqlite:///{tmp_path}/palabre.db")
    migrate.upgrade(database)
    road = Road(database, Rules(lang="en"), lambda: START)
    with database.transaction() as connection:
        scene = road.scene(connection)
        office.publish(scene, office.Publication(flow=from_source(FLOW), source=FLOW, who="t", at_once=True), "en")
        scene.flush()
    for person in ("ann", "bob", "cid"):
        event = Said(at=START, text="/start")
        item = Inbound(key=person, place=Place("web", person), person=person, event=event, private=True, locale="en")
        road.receive("web", Batch(cursor=person, items=(item,)))
    while road.think().events:
        pass
    return database


def replay(id: str) -> Result:
    return CliRunner().invoke(main, ["replay", id])


def test_everything_follows(database: Database) -> None:
    database.close()
    done = replay("ideas")
    assert done.exit_code == 0, done.output
    assert "3 choices were made again (9 cards)." in done.output
    assert "Every one follows" in done.output


def test_where_nobody_was_shown_a_card_nothing_is_claimed(database: Database) -> None:
    with database.transaction() as connection:
        connection.exec_driver_sql("DELETE FROM servings")
    database.close()
    done = replay("ideas")
    assert done.exit_code == 0, done.output
    assert "nothing to check" in done.output
    assert "Every one follows" not in done.output


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (OTHER_CARDS, "other cards follow"),
        ("UPDATE servings SET policy = 'bandit' WHERE id = 2", "by another policy than the published one"),
        ("UPDATE servings SET question = 'gone' WHERE id = 2", "the flow has no such question"),
        ("UPDATE servings SET pool = 'x' WHERE id = 2", "the row cannot be read"),
    ],
)
def test_what_does_not_follow_is_named(database: Database, change: str, said: str) -> None:
    with database.transaction() as connection:
        connection.exec_driver_sql(change)
    database.close()
    done = replay("ideas")
    assert done.exit_code == 1
    assert "Number 2 in the log: " in done.output
    assert said in done.output
    assert "Every one follows" not in done.output


def test_a_consultation_that_is_not_there_is_a_sentence(database: Database) -> None:
    database.close()
    done = replay("nothing")
    assert done.exit_code == 1
    assert "No consultation is called “nothing”" in done.output
