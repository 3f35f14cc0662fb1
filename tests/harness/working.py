"""Several workers on one PostgreSQL, each a process of its own with its own folder and port.

    async with Workers(folder, postgresql, 4, telegram=emulator) as workers:
        await workers.start()
        workers.strike(workers.all[2])

The one rule: whatever happens in a test, leaving the `async with` ends every process that was started in it.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import socket
import sys
import time
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

import aiohttp
import ledger
import psycopg
from postgres import OnServer, holder_of
from running import LEASE, PALABRE, PATIENCE, Nursery, until
from walkers import Square

from adapters.telegram_emulator import Emulator

INSIST = 5.0
"""A person who sees nothing happen for so many seconds presses again."""


def quiet_port() -> int:
    """A free port that the system gives to no outgoing connection in the meantime."""
    while True:
        with socket.socket() as probe, suppress(OSError):
            port = random.randrange(20_000, 32_000)
            probe.bind(("127.0.0.1", port))
            return port


@dataclass(slots=True, eq=False)
class Worker:
    """One process; `pid` is 0 while it does not run."""

    folder: Path
    environment: dict[str, str]
    port: int = field(default_factory=quiet_port)
    pid: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log_file(self) -> Path:
        return self.folder / "palabre.log"

    def log(self) -> str:
        return self.log_file.read_text() if self.log_file.exists() else ""


class Workers:
    """All the processes on one database, looked at from outside."""

    def __init__(
        self, folder: Path, database: OnServer, count: int, *, telegram: Emulator | None = None, **settings: str
    ) -> None:
        self.database = database
        self.folder = folder
        clean = {name: value for name, value in os.environ.items() if not name.startswith("PALABRE_")}
        own = {"PALABRE_DATABASE__URL": database.url, "PALABRE_DATABASE__LEASE": str(LEASE), "NO_COLOR": "1"}
        if telegram is not None:
            own |= {
                "PALABRE_TELEGRAM__TOKEN": telegram.token,
                "PALABRE_TELEGRAM__BASE_URL": telegram.url,
                "PALABRE_TELEGRAM__RATE_LIMITS": "false",
            }
        self.environment = clean | own | {f"PALABRE_{name}": value for name, value in settings.items()}
        self.all = [self._worker(number) for number in range(count)]
        self._nursery: Nursery | None = None

    def _worker(self, number: int) -> Worker:
        folder = self.folder / f"worker{number}"
        folder.mkdir()
        worker = Worker(folder, {})
        worker.environment = self.environment | {"PALABRE_WEB__LISTEN": f"127.0.0.1:{worker.port}"}
        return worker

    async def __aenter__(self) -> Workers:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self.all:
            self.strike(worker)
        if self._nursery is not None:
            await self._nursery.close()
        if error is not None:
            for worker in self.all:
                sys.stderr.write(f"--- what {worker.folder.name} wrote ---\n{worker.log()[-3000:]}\n")

    # --- Living and dying --------------------------------------------------------------------------------------------

    async def start(self, *workers: Worker) -> None:
        """Let these run, or all of them, and wait until they answer."""
        for worker in workers or self.all:
            await self.begin(worker)
        for worker in workers or self.all:
            await self.ready(worker)

    async def begin(self, worker: Worker, *arguments: str) -> None:
        if self._nursery is None:
            self._nursery = await Nursery.open(self.folder)
        worker.pid = await self._nursery.bear(["run", *arguments], worker.environment, worker.log_file)

    async def ready(self, worker: Worker) -> None:
        end = time.monotonic() + PATIENCE
        async with aiohttp.ClientSession() as session:
            while True:
                try:
                    async with session.get(f"{worker.url}/health", timeout=aiohttp.ClientTimeout(total=5)) as answer:
                        if answer.status == 200:
                            return
                except (aiohttp.ClientError, TimeoutError, OSError):
                    pass
                assert time.monotonic() < end, f"{worker.folder.name} does not answer:\n{worker.log()[-3000:]}"
                await asyncio.sleep(0.05)

    def strike(self, worker: Worker) -> None:
        """kill -9, without waiting."""
        if worker.pid and self._nursery is not None and worker.pid in self._nursery.alive:
            os.kill(worker.pid, signal.SIGKILL)

    async def kill(self, worker: Worker) -> None:
        self.strike(worker)
        await self.gone(worker)

    async def gone(self, worker: Worker) -> None:
        assert self._nursery is not None
        await self._nursery.buried(worker.pid)
        worker.pid = 0

    async def stop(self, worker: Worker) -> float:
        """Ask it to stop, as a supervisor does; how many seconds it took."""
        began = time.monotonic()
        os.kill(worker.pid, signal.SIGTERM)
        await self.gone(worker)
        return time.monotonic() - began

    def holder(self, name: str) -> Worker | None:
        """Who holds a lease now; None when its time is over, or its holder is gone."""
        pid = holder_of(self.database, name)
        return next((worker for worker in self.all if worker.pid and worker.pid == pid), None)

    # --- The command line and the database ---------------------------------------------------------------------------

    async def palabre(self, *arguments: str) -> str:
        """A command, from a place where nothing but the address of the database is known."""
        elsewhere = self.folder / "elsewhere"
        elsewhere.mkdir(exist_ok=True)
        bare = {name: value for name, value in self.environment.items() if not name.startswith("PALABRE_")}
        bare |= {"PALABRE_DATABASE__URL": self.database.url}
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            PALABRE, *arguments, cwd=elsewhere, env=bare, stdout=pipe, stderr=asyncio.subprocess.STDOUT
        )
        async with asyncio.timeout(PATIENCE):
            said, _ = await process.communicate()
        assert process.returncode == 0, said.decode()
        return said.decode().strip()

    async def publish(self, flow: str, *options: str) -> str:
        file = self.folder / "flow.yaml"
        file.write_text(flow)
        return await self.palabre("publish", str(file), *options)

    async def results(self, id: str) -> dict[str, Any]:
        """`palabre results ID --json`, once the consultation is counted."""
        end = time.monotonic() + PATIENCE
        while self.value("SELECT state FROM consultations WHERE id = ?", id) != "closed":
            assert time.monotonic() < end, "the consultation does not close"
            await asyncio.sleep(0.1)
        found: dict[str, Any] = json.loads(await self.palabre("results", id, "--json"))
        return found

    def reading(self) -> AbstractContextManager[psycopg.Connection[Any]]:
        """Everything as it is at one moment."""
        return self.database.reading()

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        return self.database.rows(query, values)

    def value(self, query: str, *values: object) -> Any:
        found = self.rows(query, *values)
        return found[0][0] if found else None


async def judge(workers: Workers, square: Square) -> None:
    """What is on file is what people saw and did."""
    walkers = square.walkers
    left = "SELECT id, adapter, state, reason FROM inbox WHERE state <> 'done'"
    await until(lambda: not workers.rows(left), lambda: f"everything is handled: {workers.rows(left)}", seconds=15)
    assert ledger.lost(workers, walkers) == []
    assert [one for one in walkers.values() if one.confirmed_twice] == []
    assert [sentence for one in walkers.values() for sentence in one.surprises] == []
    assert [sentence for one in walkers.values() for sentence in one.disorder] == []
    assert ledger.counters(workers) == ledger.expected(walkers)
    await until(lambda: not workers.value("SELECT count(*) FROM lanes"), "no lane is left behind", seconds=15)


async def close_and_compare(workers: Workers, square: Square) -> None:
    await workers.palabre("close", "mobilite")
    result = await workers.results("mobilite")
    assert ledger.published(result) == ledger.expected(square.walkers)
    assert result["participants"] == len(square.walkers)
