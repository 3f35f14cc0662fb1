"""A database on a disk that takes just so long to flush, and Palabre on it.

    PALABRE_BENCH_FLUSH=0.003 python -m bot.bench.slowdisk

The one rule: only the flush is made up. SQLite is told not to wait for the real disk (`synchronous=OFF`); instead, each
commit that wrote anything sleeps, in the same thread and before anybody hears of it, as one that waits for a disk does.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import uvloop

from bot.app import Service
from bot.config import load
from bot.upkeep import calm_collector
from storage import migrate
from storage.database import Connection, Database

SETTING = "PALABRE_BENCH_FLUSH"


class SlowDisk(Database):
    """`flushes` and `waited` tell how often it slept, and how many seconds that took."""

    def __init__(self, url: str, flush: float) -> None:
        super().__init__(url)
        self._flush = flush
        self.flushes = 0
        self.waited = 0.0
        with super().transaction() as connection:
            self._raw = cast("Any", connection.connection.dbapi_connection)
        self._raw.execute("PRAGMA synchronous = off")

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        before = self._changes()
        with super().transaction() as connection:
            yield connection
        if self._changes() != before:
            began = time.perf_counter()
            time.sleep(self._flush)
            self.waited += time.perf_counter() - began
            self.flushes += 1

    def _changes(self) -> int:
        return int(self._raw.total_changes)


def main() -> None:
    settings = load()
    database = SlowDisk(settings.database.url, float(os.environ[SETTING]))
    migrate.upgrade(database)

    async def serve() -> None:
        service = Service(settings, database)
        for name in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(name, service.stop)
        calm_collector()
        await service.run()

    uvloop.run(serve())


if __name__ == "__main__":
    main()
