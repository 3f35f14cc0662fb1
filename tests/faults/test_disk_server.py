"""The PostgreSQL under two running workers takes nothing for a while: it is read-only, somebody holds a table, it is
gone, its line is dead. People wait and lose nothing; the workers live on and go on by themselves.

As on a file (`test_disk_trouble`): nothing by half, the cursor where it was, `/health` says what is wrong, and every
vote is there once when it is over.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import ledger
import psycopg
import pytest
from postgres import OnServer
from psycopg import sql
from running import PATIENCE, until
from sqlalchemy import make_url
from walkers import FLOW, Square
from wire import Wire
from working import INSIST, Worker, Workers, judge

from adapters.telegram_emulator import Emulator


@dataclass(slots=True)
class Through:
    """A database that the workers reach over a wire; tests look at it directly."""

    direct: OnServer
    wire: Wire

    @property
    def url(self) -> str:
        address = make_url(self.direct.url).difference_update_query(["host", "port"])
        return address.set(host="127.0.0.1", port=self.wire.port).render_as_string(hide_password=False)


@pytest.fixture
async def through(postgresql: OnServer) -> AsyncIterator[Through]:
    address = make_url(postgresql.url)
    place = str(address.query.get("host") or address.host)
    port = int(str(address.query.get("port") or address.port or 5432))
    wire = Wire(f"{place}/.s.PGSQL.{port}") if place.startswith("/") else Wire(place, port)
    async with wire:
        yield Through(postgresql, wire)


# --- Trouble ---------------------------------------------------------------------------------------------------------


@contextmanager
def read_only(at: Through) -> Iterator[None]:
    """As on a server whose disk is full, or that was taken out of service: whoever connects may only read."""

    def say(words: str) -> None:
        name = sql.Identifier(at.direct.name)
        with psycopg.connect(at.direct.url, autocommit=True) as line:
            line.execute("SET default_transaction_read_only = off")
            line.execute(sql.SQL(f"ALTER DATABASE {{}} {words}").format(name))
            line.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    say("SET default_transaction_read_only = on")
    try:
        yield
    finally:
        say("RESET default_transaction_read_only")


@contextmanager
def held(at: Through) -> Iterator[None]:
    """Somebody is in the middle of a change that nobody may vote beside."""
    with psycopg.connect(at.direct.url) as other:
        other.execute("LOCK TABLE ballots, inbox, meta IN EXCLUSIVE MODE")
        yield


@contextmanager
def gone(at: Through) -> Iterator[None]:
    """The server was stopped."""
    at.wire.cut()
    try:
        yield
    finally:
        at.wire.mend()


Trouble = Callable[[Through], AbstractContextManager[None]]
SAID: dict[Trouble, str] = {read_only: "read-only"}
"""What `/health` tells sooner or later; of the others it may tell one thing or another."""


# --- What people and operators see -----------------------------------------------------------------------------------


async def health(worker: Worker) -> tuple[int, dict[str, Any]]:
    async with aiohttp.ClientSession() as session, session.get(f"{worker.url}/health") as answer:
        return answer.status, await answer.json()


async def well(workers: Workers, wanted: bool, said: str = "") -> None:
    """Wait until all of them are well, or none and all say what is wrong."""
    async with asyncio.timeout(PATIENCE):
        while True:
            told = [await health(worker) for worker in workers.all]
            if all((status == 200) is wanted and said in body["trouble"] for status, body in told):
                return
            await asyncio.sleep(0.2)


def stored(at: Through) -> list[tuple[Any, ...]]:
    return at.direct.rows(
        "SELECT (SELECT cursor FROM cursors WHERE adapter = 'telegram'), (SELECT count(*) FROM inbox),"
        " (SELECT count(*) FROM ballots), (SELECT count(*) FROM outbox)"
    )


async def still(at: Through) -> list[tuple[Any, ...]]:
    """What is stored once the server has ended what it was at: a commit that nobody waits for may come last."""
    async with asyncio.timeout(PATIENCE):
        while True:
            before = stored(at)
            await asyncio.sleep(0.3)
            if stored(at) == before:
                return before


async def survived(
    workers: Workers, at: Through, telegram: Emulator, square: Square, trouble: Trouble, lasting: float
) -> None:
    """Trouble comes and goes while people vote."""
    seen = len(square.walkers)
    await until(lambda: len(square.walkers) > seen + 4, "people vote")
    with trouble(at):
        await well(workers, False, SAID.get(trouble, ""))
        before = await still(at)
        await until(lambda: telegram.unconfirmed > 0, "the platform keeps what it has")
        await asyncio.sleep(lasting)
        assert stored(at) == before, "nothing is there by half"
        assert ledger.lost(workers, square.walkers) == [], "what people see is on file"
    await well(workers, True)


async def story(folder: Path, at: Through, *troubles: Trouble, lasting: float = 0.5) -> None:
    seed = random.randrange(1_000_000)
    print(f"\nseed {seed}")
    async with Emulator() as telegram, Workers(folder, at.direct, 2, telegram=telegram) as workers:
        for worker in workers.all:
            worker.environment["PALABRE_DATABASE__URL"] = at.url
        await workers.publish(FLOW)
        await workers.start()
        pids = [worker.pid for worker in workers.all]
        square = Square(telegram, at_once=8, seed=seed, hurry=0.1)
        square.begin()
        for trouble in troubles:
            await survived(workers, at, telegram, square, trouble, lasting)
        await square.finish(patience=INSIST, seconds=2 * PATIENCE)
        await judge(workers, square)
        assert [worker.pid for worker in workers.all] == pids, "nobody had to start them again"
        assert workers.value("SELECT count(*) FROM inbox WHERE state = 'aside'") == 0


async def test_nothing_is_lost_while_the_server_takes_nothing(tmp_path: Path, through: Through) -> None:
    await story(tmp_path, through, read_only, gone)


@pytest.mark.soak
async def test_a_minute_of_each(tmp_path: Path, through: Through) -> None:
    await story(tmp_path, through, read_only, held, gone, lasting=60)
