"""The power goes while people vote: what was confirmed is on the disk, the file is whole, nothing is there by half.

What the service's own connection executes is executed again on a disk that forgets what was not synced (`powercut`):
the power is cut at every sync and at random moments between, and what is left is opened as the service opens it.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from powercut import Disk, Tape, contents, listen, record

from adapters.base import Batch, Inbound, Place
from bot import office
from bot.road import Road
from bot.scene import Rules
from bot.upkeep import scrub
from flows.events import Said
from flows.load import from_source
from storage import consultations, migrate
from storage.database import PRAGMAS, Database

pytestmark = pytest.mark.sqlite

RANDOM_CUTS = 100
MANY = 10_000
FLOW = """\
palabre: 1
id: place
lang: en
title: The square
results: at_close
recap: false
steps:
  - ask: mode
    text: How do you come to the centre?
    one_of: {velo: By bike, bus: By bus, pied: On foot}
  - ask: age
    text: Your age?
    number: {min: 12, max: 110}
    optional: true
  - end: thanks
    text: Thank you!
"""


class Story:
    """Some people vote, change their minds, one leaves for good; the consultation is closed and counted."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now = datetime(2026, 3, 2, 9, tzinfo=UTC)
        self.road = Road(database, Rules(lang="en"), lambda: self.now)
        self._n = 0

    def publish(self) -> None:
        asked = office.Publication(flow=from_source(FLOW), source=FLOW, who="test", at_once=True)
        with self.database.transaction() as connection:
            scene = self.road.scene(connection)
            office.publish(scene, asked, "en")
            scene.flush()

    def say(self, *said: tuple[str, str]) -> None:
        """What these people say arrives together and is handled."""
        items = []
        for person, text in said:
            self._n += 1
            event = Said(at=self.now, text=text)
            place = Place("web", person)
            items.append(Inbound(key=f"k{self._n}", place=place, person=person, event=event, private=True, locale="en"))
        self.road.turn([("web", Batch(cursor=str(self._n), items=tuple(items)))])
        self.now += timedelta(seconds=1)

    def close(self) -> None:
        with self.database.transaction() as connection:
            scene = self.road.scene(connection)
            run = consultations.get(connection, "place")
            assert run is not None
            office.begin_closing(scene, run)
            office.follow_count(scene, run)
            scene.flush()
        while self.road.think().events:
            pass

    def play(self, seed: int) -> None:
        dice = random.Random(seed)
        self.publish()
        people = [f"p{n}" for n in range(6)]
        for person in people:
            self.say((person, "/start place"))
        for person in people:
            self.say((person, dice.choice("123")))
        scrub(self.database)
        for _ in range(6):
            self.say(*((person, dice.choice(("/back", "34", "2", "/skip"))) for person in dice.sample(people, 3)))
        self.say((people[0], "/erase"))
        self.say((people[0], "1"))
        scrub(self.database)
        self.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A migrated database, closed."""
    found = tmp_path / "palabre.db"
    database = Database(f"sqlite:///{found}")
    migrate.upgrade(database)
    database.close()
    return found


def script_of(file: Path, seed: int) -> list[str]:
    """What the service executes; `file` stays as it was."""
    own = file.with_name("real.db")
    own.write_bytes(file.read_bytes())
    database = Database(f"sqlite:///{own}")
    with listen(database) as script:
        Story(database).play(seed)
    found = list(script)
    database.close()
    with closing(sqlite3.connect(own)) as made:
        (votes,) = made.execute("SELECT count(*) FROM ballots").fetchone()
        (state,) = made.execute("SELECT state FROM consultations").fetchone()
    assert votes >= 5
    assert state == "closed"
    return found


def found_after(folder: Path, files: Mapping[str, bytes]) -> str:
    """Open what is left as the service does; what it holds, once it is seen to be whole."""
    for name in ("palabre.db", "palabre.db-wal", "palabre.db-shm", "palabre.db-journal"):
        (folder / name).unlink(missing_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    database = Database(f"sqlite:///{folder}/palabre.db")
    try:
        with database.transaction() as connection:
            raw = connection.connection.dbapi_connection
            assert isinstance(raw, sqlite3.Connection)
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
        return contents(raw)
    finally:
        database.close()


def losses(tape: Tape, folder: Path, moments: list[int], dice: random.Random | None = None) -> Iterator[str]:
    """Each cut after which the database is not what was confirmed, or with it what was just being confirmed."""
    folder.mkdir(exist_ok=True)
    for disk in tape.cuts(moments):
        if not _kept(tape, folder, disk, dice):
            yield f"after {disk.commits} commits"


def _kept(tape: Tape, folder: Path, disk: Disk, dice: random.Random | None) -> bool:
    return tape.fits(found_after(folder, disk.files(dice)), disk.commits)


@pytest.mark.parametrize("checkpoint", [PRAGMAS["wal_autocheckpoint"], 20])
def test_what_was_confirmed_is_there_after_a_power_cut(file: Path, tmp_path: Path, checkpoint: object) -> None:
    """With checkpoints as they are set, and with one every few commits, when the file itself is written to."""
    seed = random.randrange(1_000_000)
    tape = record(script_of(file, seed), file, {**PRAGMAS, "wal_autocheckpoint": checkpoint})
    dice = random.Random(seed)
    moments = [dice.randrange(len(tape.steps) + 1) for _ in range(RANDOM_CUTS)]
    print(f"\nseed {seed}: {len(tape.states) - 1} commits, {len(tape.steps)} steps, {len(tape.syncs)} moments")
    assert list(losses(tape, tmp_path / "cut", tape.syncs)) == [], seed
    assert list(losses(tape, tmp_path / "cut", moments, dice)) == [], seed


@pytest.mark.soak
def test_ten_thousand_power_cuts(file: Path, tmp_path: Path) -> None:
    for seed in range(20):
        fresh = tmp_path / f"{seed}" / "palabre.db"
        fresh.parent.mkdir()
        fresh.write_bytes(file.read_bytes())
        dice = random.Random(seed)
        checkpoint = dice.choice((5, 20, 10_000))
        tape = record(script_of(fresh, seed), fresh, {**PRAGMAS, "wal_autocheckpoint": checkpoint})
        for _ in range(MANY // 20 // 250):
            moments = dice.sample(range(len(tape.steps) + 1), 250)
            assert list(losses(tape, fresh.parent / "cut", moments, dice)) == [], seed


def test_a_vote_its_confirmation_and_the_cursor_are_one_commit(file: Path) -> None:
    """So no letter can be on the disk, or leave, before the vote that it confirms."""
    found: list[str] = []
    voted = 0
    for statement in script_of(file, 2):
        found.append(statement)
        if statement.strip().upper() == "COMMIT":
            written = "\n".join(found)
            if "INSERT INTO ballots" in written:
                voted += 1
                assert all(f"INSERT INTO {table}" in written for table in ("inbox", "outbox", "cursors"))
            found = []
    assert voted >= 6


def test_without_the_sync_of_each_commit_votes_would_be_lost(file: Path, tmp_path: Path) -> None:
    """That the cuts above can lose anything at all: with less than `synchronous=FULL` they do."""
    tape = record(script_of(file, 1), file, {**PRAGMAS, "synchronous": "normal"})
    assert list(losses(tape, tmp_path / "cut", [len(tape.steps)])) != []
