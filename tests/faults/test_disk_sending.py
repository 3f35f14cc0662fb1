"""The database takes nothing while messages leave and while erased rows are tidied away, or the messenger takes
nothing: each message waits, nothing is given up, nobody is cut off."""

from __future__ import annotations

import asyncio
import resource
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path

import pytest
from running import Town, until
from walkers import FLOW

from adapters.base import Action, Batch, Capabilities, File, Gone, Later, Limit, Outgoing, Place, Sent
from adapters.telegram_emulator import Emulator
from bot import erasures, letters
from bot.clock import system_now
from bot.deliver import Deliverer
from bot.thread import StorageThread
from bot.upkeep import scrub
from flows.messages import Message, message
from storage import erasures as erased_rows
from storage import meta, migrate, outbox
from storage.database import Database, Full

pytestmark = pytest.mark.sqlite

PLACE = Place("post", "1")


class Post:
    """A messenger that takes everything, unless whoever it is for has gone, or it is broken itself."""

    name = "post"

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.gone = False
        self.broken = False

    def capabilities(self, place: Place) -> Capabilities:
        return Capabilities(max_text=1000, edit=True)

    def limits(self, place: Place) -> tuple[Limit, ...]:
        return ()

    async def receive(self, cursor: str | None) -> AsyncIterator[Batch]:
        return
        yield

    async def send(self, out: Outgoing) -> Sent:
        if self.gone:
            raise Gone("blocked")
        if self.broken:
            raise Later(0.05, broken=True)
        self.taken.append(out.key)
        return Sent(ref=str(len(self.taken)))

    async def act(self, action: Action) -> None: ...

    async def rights(self, place: Place) -> frozenset[str]:
        return frozenset()

    async def fetch(self, ref: str) -> File:
        raise NotImplementedError

    async def note(self, inbound_key: str, text: str) -> None: ...

    async def close(self) -> None: ...


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """It waits for a lock no longer than a moment."""
    found = Database(f"sqlite:///{tmp_path / 'palabre.db'}")
    migrate.upgrade(found)
    with found.transaction() as connection:
        raw = connection.connection.dbapi_connection
    assert isinstance(raw, sqlite3.Connection)
    raw.execute("PRAGMA busy_timeout = 20")
    yield found
    found.close()


@contextmanager
def locked(database: Database) -> Iterator[None]:
    assert database.path is not None
    with closing(sqlite3.connect(database.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@contextmanager
def no_room() -> Iterator[None]:
    """No file of this process grows; nothing may be printed meanwhile."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def letter(
    database: Database, key: str, *, resend: bool = True, result: bool = False, place: Place = PLACE
) -> outbox.Letter:
    """A letter in the outbox, and as the deliverer gets it."""
    said = letters.Results("x", "en") if result else letters.Whole(message("Hello."), "en")
    row = {"key": key, "adapter": "post", "place": str(place), "payload": letters.write(said), "prompt": None}
    row |= {"replaces": None, "consultation": None, "rank": 0, "resend": resend, "due_ms": 0}
    with database.transaction() as connection:
        outbox.put(connection, [{**row, "state": outbox.WAITING, "coalesce": None}])
        return next(one for one in outbox.due(connection, 1, 100, (), ["post"]) if one.key == key)


def state(database: Database, key: str) -> str:
    with database.transaction() as connection:
        return str(connection.exec_driver_sql("SELECT state FROM outbox WHERE key = ?", (key,)).scalar_one())


def states(database: Database) -> set[str]:
    with database.transaction() as connection:
        return {str(row[0]) for row in connection.exec_driver_sql("SELECT state FROM outbox")}


@asynccontextmanager
async def delivering(database: Database, post: Post) -> AsyncIterator[Deliverer]:
    storage = StorageThread(database)

    async def made(*_about: object) -> Message:
        """What a result says stands in the database."""
        return message(await storage.within(lambda connection: meta.get(connection, "result")) or "Nobody came.")

    async def nothing(*_about: object) -> None:
        return None

    deliverer = Deliverer({"post": post}, storage, system_now, resolve=made, paint=nothing)
    running = asyncio.create_task(deliverer.run())
    yield deliverer
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await storage.call(lambda: None)


@pytest.mark.parametrize("resend", [True, False])
async def test_a_result_that_cannot_be_read_yet_leaves_later_and_once(database: Database, resend: bool) -> None:
    post, one = Post(), letter(database, "1", resend=resend, result=True)
    async with delivering(database, post) as deliverer:
        with locked(database):
            deliverer.add([one])
            await asyncio.sleep(0.2)
            assert (post.taken, deliverer.idle) == ([], False)
        await until(lambda: deliverer.idle, "it is sent and noted")
    assert (post.taken, state(database, "1")) == (["1.0"], outbox.SENT)


async def test_somebody_who_left_while_the_database_was_locked_can_come_back(database: Database) -> None:
    post = Post()
    first = letter(database, "1")
    async with delivering(database, post) as deliverer:
        post.gone = True
        with locked(database):
            deliverer.add([first])
            await asyncio.sleep(0.2)
        await until(lambda: deliverer.idle, "it is noted that they left")
        assert state(database, "1") == outbox.FAILED
        post.gone = False
        deliverer.add([letter(database, "2")])
        await until(lambda: deliverer.idle, "they are written to again")
    assert (post.taken, state(database, "2")) == (["2.0"], outbox.SENT)


def test_erased_rows_leave_the_log_once_there_is_room(database: Database) -> None:
    with database.transaction() as connection:
        meta.put(connection, "erased", "Zénobie" * 1000)
    with no_room(), pytest.raises(Full, match="cannot be written"):
        scrub(database)
    scrub(database)
    assert Path(f"{database.path}-wal").stat().st_size == 0


def test_the_list_of_erasures_is_kept_once_there_is_room(database: Database) -> None:
    with database.transaction() as connection:
        erased_rows.note(connection, 1, 5)
    with no_room(), pytest.raises(Full, match="list of erasures"):
        erasures.keep_beside(database)
    erasures.keep_beside(database)
    assert [one.at_ms for one in erasures.read(erasures.list_of(database))] == [5]
    with database.transaction() as connection:
        assert erased_rows.new(connection) == []


async def test_the_service_lives_on_while_an_erasure_cannot_be_listed(tmp_path: Path) -> None:
    async with Emulator() as telegram, Town(tmp_path, telegram=telegram, LOCALE="en") as town:
        await town.publish(FLOW)
        await town.start()
        listed = Path(f"{town.database}.erased")
        listed.mkdir()  # nothing can be written there
        citizen = telegram.citizen(1, "Zoé", "en")
        citizen.say("/start mobilite")
        await until(lambda: len(citizen.screen()) > 1, "they are greeted")
        citizen.say("/erase")
        await until(
            lambda: "Yes, erase everything" in citizen.screen()[-1].labels,
            lambda: str(citizen.screen()[-1].labels),
            seconds=10,
        )
        citizen.press("Yes, erase everything")
        await until(lambda: "erased cannot be written" in town.log(), "it is told")
        assert town.value("SELECT count(*) FROM identities") == 0
        other = telegram.citizen(2, "Max", "en")
        other.say("/start mobilite")
        await until(lambda: len(other.screen()) > 1, "others are served")
        listed.rmdir()
        await until(listed.is_file, "it is listed")
        assert town.lives == 1
        assert town.alive


async def test_a_broadcast_goes_on_by_itself_once_the_messenger_answers_again(database: Database) -> None:
    post = Post()
    everybody = [letter(database, str(n), resend=False, place=Place("post", str(n))) for n in range(20)]
    async with delivering(database, post) as deliverer:
        post.broken = True
        deliverer.add(everybody)
        await until(lambda: deliverer.circuits["post"] == "open", "it is asked no more")
        await until(lambda: states(database) == {outbox.WAITING}, "nothing is leaving, all may still be stopped")
        post.broken = False
        await until(lambda: deliverer.idle, "all is sent and noted")
    assert sorted(post.taken, key=float) == [f"{n}.0" for n in range(20)]
