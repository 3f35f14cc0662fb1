"""Hints between processes on one PostgreSQL, by LISTEN and NOTIFY: "there is something to think about".

The one rule: **a hint is never needed**. It is said after the commit, on a connection of its own, and may be lost: a
pooler that shares connections between transactions does not carry LISTEN, a connection can be half open. Everything
that a hint makes quick, a look at the database each second finds as well. Inside the transaction it would be surer and
dearer: PostgreSQL lets transactions that notify commit one after the other only.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import psycopg
from sqlalchemy import make_url

log = logging.getLogger(__name__)

CHANNEL = "palabre"
LONGEST = 7_900
"""Bytes; PostgreSQL takes less than 8000. https://www.postgresql.org/docs/current/sql-notify.html"""
WAITING = 10_000
"""Hints that wait for the connection; more are dropped."""
_PAUSE = 5.0
_ALIVE: dict[str, Any] = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "connect_timeout": 10,
    "application_name": "palabre hints",
}
_SAY = "SELECT pg_notify(%s, hint) FROM unnest(%s::text[]) AS hint"


class Line:
    """Where hints are said and heard. `run` keeps it open; `heard` is called with what other processes said."""

    def __init__(self, url: str, heard: Callable[[str], None]) -> None:
        plain = make_url(url).set(drivername="postgresql")
        self._address = plain.render_as_string(hide_password=False)
        self._heard = heard
        self._said: dict[str, None] = {}
        self._wake = asyncio.Event()
        self._own: int | None = None
        self.open = False

    def say(self, hint: str) -> None:
        """Tell the other processes, soon; the same hint again is the same."""
        if self.open and len(self._said) < WAITING and len(hint.encode()) <= LONGEST:
            self._said[hint] = None
            self._wake.set()

    async def run(self) -> None:
        """Keep the line open, for ever."""
        told = False
        while True:
            try:
                await self._once()
            except (psycopg.Error, OSError) as error:
                if not told:
                    log.warning("no hints between workers (%s); each looks once a second", type(error).__name__)
                told = True
            finally:
                self.open = False
                self._said.clear()
            await asyncio.sleep(_PAUSE)

    async def _once(self) -> None:
        async with await self._connect() as ears, await self._connect() as mouth:
            self._own = mouth.info.backend_pid
            await ears.execute(f"LISTEN {CHANNEL}".encode())
            self.open = True
            both = [asyncio.create_task(self._listen(ears)), asyncio.create_task(self._speak(mouth))]
            try:
                await asyncio.gather(*both)
            finally:
                for task in both:
                    task.cancel()
                await asyncio.gather(*both, return_exceptions=True)

    async def _connect(self) -> psycopg.AsyncConnection[tuple[object, ...]]:
        return await psycopg.AsyncConnection.connect(self._address, autocommit=True, prepare_threshold=None, **_ALIVE)

    async def _listen(self, ears: psycopg.AsyncConnection[tuple[object, ...]]) -> None:
        async for hint in ears.notifies():
            if hint.pid != self._own:
                self._heard(hint.payload)

    async def _speak(self, mouth: psycopg.AsyncConnection[tuple[object, ...]]) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            said, self._said = list(self._said), {}
            if said:
                await mouth.execute(_SAY, (CHANNEL, said))
