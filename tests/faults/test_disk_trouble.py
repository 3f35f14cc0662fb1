"""The database of the running service takes nothing for a while: the disk is full, or another program holds the file.

People are told where they can be told, nothing is there by half, the cursor stays where it was so that the platform
keeps what it has, the process lives on and `/health` says what is wrong. When the trouble is over everything goes on by
itself, and every vote is there once.

How a disk is full: the system refuses the process every byte beyond the present size of its files (RLIMIT_FSIZE, set
from outside while it runs), so a write stops half-way, as it does on a full disk.
"""

from __future__ import annotations

import asyncio
import random
import resource
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import ledger
import pytest
from running import PATIENCE, Town, until
from walkers import FLOW, Square

from adapters.telegram_emulator import Emulator

INSIST = 5.0


@contextmanager
def full(town: Town) -> Iterator[None]:
    """No file of the service grows any more."""
    log = Path(f"{town.database}-wal")
    before = resource.prlimit(town.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(town.pid, resource.RLIMIT_FSIZE, (log.stat().st_size + 700, before[1]))
    try:
        yield
    finally:
        resource.prlimit(town.pid, resource.RLIMIT_FSIZE, before)


@contextmanager
def locked(town: Town) -> Iterator[None]:
    """Another program is in the middle of a transaction."""
    with closing(sqlite3.connect(town.database, isolation_level=None, timeout=30)) as other:
        other.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            other.execute("ROLLBACK")


Trouble = Callable[[Town], AbstractContextManager[None]]
full_disk = pytest.param(
    full,
    "cannot be written",
    id="full",
    marks=pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="limits are set from outside on Linux alone"),
)


class Page:
    """Somebody's web page."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self._session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))

    async def open(self) -> None:
        async with self._session.get(f"{self._town.url}/") as answer:
            assert answer.status == 200

    async def say(self, text: str, key: str) -> tuple[int, dict[str, Any]]:
        headers = {"X-Palabre": "1", "Sec-Fetch-Site": "same-origin", "Accept-Language": "fr"}
        wish = {"key": key, "text": text}
        async with self._session.post(f"{self._town.url}/chat/say", json=wish, headers=headers) as answer:
            return answer.status, await answer.json()

    async def close(self) -> None:
        await self._session.close()


async def health(town: Town, path: str = "/health") -> tuple[int, dict[str, Any]]:
    async with aiohttp.ClientSession() as session, session.get(f"{town.url}{path}") as answer:
        return answer.status, await answer.json()


async def well(town: Town, wanted: bool, said: str = "") -> None:
    """Wait until it is well, or not and says what is wrong."""
    async with asyncio.timeout(PATIENCE):
        while True:
            status, told = await health(town)
            if (status == 200) is wanted and said in told["trouble"]:
                return
            await asyncio.sleep(0.1)


def cursor(town: Town) -> str:
    return str(town.value("SELECT cursor FROM cursors WHERE adapter = 'telegram'"))


@pytest.mark.parametrize(("trouble", "said"), [full_disk, pytest.param(locked, "locked", id="locked")])
async def test_nothing_is_lost_while_the_database_takes_nothing(tmp_path: Path, trouble: Trouble, said: str) -> None:
    seed = random.randrange(1_000_000)
    async with Emulator() as telegram, Town(tmp_path, telegram=telegram) as town:
        await town.publish(FLOW)
        await town.start()
        page, key = Page(town), str(uuid4())
        await page.open()
        square = Square(telegram, at_once=10, seed=seed, hurry=0.1)
        square.begin()
        await until(lambda: len(square.walkers) > 14, "people vote")
        try:
            with trouble(town):
                await well(town, False, said)
                assert (await health(town, "/health/live"))[0] == 200, "it lives, and cannot work"
                before = cursor(town)
                if trouble is full:  # where a lock has to be waited for, a page waits much longer
                    status, body = await page.say("/help", key)
                    assert (status, "sentence" in body) == (503, True), "whoever can be told is told"
                await until(lambda: telegram.unconfirmed > 0, "the platform keeps what it has")
                assert ledger.lost(town, square.walkers) == [], f"{seed}: what people see is on file"
                assert town.value("PRAGMA integrity_check") == "ok"
                assert (cursor(town), town.alive) == (before, True)
            await well(town, True)
            assert (await page.say("/help", key))[0] == 200, "the page sends it again under the same key"
        finally:
            await page.close()
        await square.finish(patience=INSIST, seconds=2 * PATIENCE)
        walkers = square.walkers
        assert ledger.lost(town, walkers) == [], seed
        assert [one.citizen.id for one in walkers.values() if one.confirmed_twice or one.seen_twice] == [], seed
        assert [sentence for one in walkers.values() for sentence in (*one.surprises, *one.disorder)] == [], seed
        assert ledger.counters(town) == ledger.expected(walkers), seed
        assert town.lives == 1, "nobody had to start it again"
        asked = "SELECT count(*) FROM inbox WHERE adapter = 'web' AND event LIKE '%help%'"
        assert town.value(asked) == 1
        assert town.value("SELECT count(*) FROM inbox WHERE state = 'aside'") == 0
        assert town.value("PRAGMA integrity_check") == "ok"
        assert town.rows("PRAGMA foreign_key_check") == []
