"""The storage thread: every transaction runs here, one after the other, away from the event loop.

The one rule: SQLite has one writing connection, used from one thread. Talking is asynchronous, remembering is not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from storage.database import Connection, Database

P = ParamSpec("P")
T = TypeVar("T")


class StorageThread:
    """Runs functions in the storage thread and awaits what they return."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="storage")

    async def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """`function(...)`, which opens its own transaction. A caller that is cancelled does not stop it half-way."""
        loop = asyncio.get_running_loop()
        return await asyncio.shield(loop.run_in_executor(self._executor, lambda: function(*args, **kwargs)))

    async def within(self, function: Callable[[Connection], T]) -> T:
        """`function(connection)` in a transaction of its own, run again where another process stood in its way: it
        touches nothing but the database."""
        return await self.call(self.database.within, function)

    def close(self) -> None:
        self._executor.shutdown(wait=True)
        self.database.close()
