"""The real service, run as a town would run it, for tests that look at it from outside.

    async with Town(folder, telegram=emulator) as town:     # on a file; with server=... on PostgreSQL
        await town.publish(FLOW)
        await town.start()
        ...
        await town.kill()          # as a power cut does
        await town.start()

The one rule: whatever happens in a test, leaving the `async with` ends every process that was started in it.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import aiohttp
from postgres import OnServer, holder_of

from adapters.telegram_emulator import Emulator

PALABRE = Path(sys.executable).with_name("palabre")
NURSERY = Path(__file__).with_name("nursery.py")
PATIENCE = 60.0
"""Seconds that anything may take on a busy machine before a test calls it a failure."""
LEASE = 2.0
"""Seconds after which somebody else on the same PostgreSQL may read and write on a messenger in place of a dead one."""


async def until(true: Callable[[], Any], what: str | Callable[[], str] = "", *, seconds: float = PATIENCE) -> Any:
    """Wait until `true()` gives something true, and give it."""
    end = time.monotonic() + seconds
    while True:
        found = true()
        if found:
            return found
        if time.monotonic() > end:
            raise TimeoutError(f"after {seconds:g} s still not: {what() if callable(what) else what or true}")
        await asyncio.sleep(0.01)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Town:
    """One Palabre with its own folder, database, web port, and perhaps Telegram."""

    def __init__(
        self, folder: Path, *, telegram: Emulator | None = None, server: OnServer | None = None, **settings: str
    ) -> None:
        self.folder = folder
        self.server = server
        self.port = free_port()
        self.database = folder / "palabre.db"
        self.pid = 0
        self.lives = 0
        self.began = 0.0
        self._process: asyncio.subprocess.Process | None = None
        self._nursery: Nursery | None = None
        clean = {name: value for name, value in os.environ.items() if not name.startswith("PALABRE_")}
        own = {
            "PALABRE_DATABASE__URL": f"sqlite:///{self.database}",
            "PALABRE_WEB__LISTEN": f"127.0.0.1:{self.port}",
            "NO_COLOR": "1",
        }
        if telegram is not None:
            own["PALABRE_TELEGRAM__TOKEN"] = telegram.token
            own["PALABRE_TELEGRAM__BASE_URL"] = telegram.url
            own["PALABRE_TELEGRAM__RATE_LIMITS"] = "false"
        if server is not None:
            own |= {"PALABRE_DATABASE__URL": server.url, "PALABRE_DATABASE__LEASE": str(LEASE)}
        self.environment = clean | own | {f"PALABRE_{name}": value for name, value in settings.items()}

    async def __aenter__(self) -> Town:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.kill()
        if self._nursery is not None:
            await self._nursery.close()
        if error is not None:
            sys.stderr.write(f"--- what the service wrote ---\n{self.log()[-6000:]}\n")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    # --- Living and dying --------------------------------------------------------------------------------------------

    async def start(self, *arguments: str, ready: bool = True) -> None:
        """`palabre run`, and wait until it answers."""
        self.began = time.monotonic()
        self.lives += 1
        with self._log_file.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                PALABRE, "run", *arguments, cwd=self.folder, env=self.environment, stdout=log, stderr=log
            )
        self.pid = self._process.pid
        if ready:
            await self.ready()

    async def start_warm(self, *, ready: bool = True) -> None:
        """The same program, in a process that has imported its libraries beforehand: for tests that start it often."""
        self.began = time.monotonic()
        self.lives += 1
        if self._nursery is None:
            self._nursery = await Nursery.open(self.folder)
        self.pid = await self._nursery.bear(["run"], self.environment, self._log_file)
        if ready:
            await self.ready()

    async def ready(self) -> float:
        """Wait until the service answers; how long it took from its start."""
        end = time.monotonic() + PATIENCE
        async with aiohttp.ClientSession() as session:
            while True:
                try:
                    async with session.get(f"{self.url}/health", timeout=aiohttp.ClientTimeout(total=5)) as answer:
                        if answer.status == 200:
                            return time.monotonic() - self.began
                except (aiohttp.ClientError, TimeoutError, OSError):
                    pass
                if time.monotonic() > end or not self.alive:
                    raise TimeoutError(f"the service does not answer:\n{self.log()[-3000:]}")
                await asyncio.sleep(0.02)

    async def at_work(self) -> None:
        """Wait until this life reads Telegram: on a server, once the lease of the one before is over."""
        if self.server is not None:
            server = self.server
            await until(lambda: holder_of(server, "telegram") == self.pid, "Telegram is read")

    @property
    def alive(self) -> bool:
        if self._process is not None:
            return self._process.returncode is None
        return self._nursery is not None and self.pid in self._nursery.alive

    async def kill(self) -> None:
        """kill -9, and wait until it is gone."""
        self.strike()
        await self.gone()

    def strike(self) -> None:
        """kill -9, without waiting."""
        if self.pid and self.alive:
            os.kill(self.pid, signal.SIGKILL)

    async def gone(self) -> None:
        """Wait until a process that was struck is no more."""
        if self._process is not None:
            await self._process.wait()
            self._process = None
        elif self._nursery is not None and self.pid:
            await self._nursery.buried(self.pid)
        self.pid = 0

    async def stop(self) -> int:
        """Ctrl-C; the exit status."""
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        async with asyncio.timeout(PATIENCE):
            status = await self._process.wait()
        self._process, self.pid = None, 0
        return status

    @property
    def _log_file(self) -> Path:
        return self.folder / f"palabre-{self.port}.log"

    def log(self) -> str:
        """Everything the service wrote so far, in all its lives."""
        return self._log_file.read_text() if self._log_file.exists() else ""

    # --- The command line --------------------------------------------------------------------------------------------

    async def palabre(self, *arguments: str, status: int = 0) -> str:
        """A command; what it printed. It must end with `status`."""
        process = await asyncio.create_subprocess_exec(
            PALABRE,
            *arguments,
            cwd=self.folder,
            env=self.environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            async with asyncio.timeout(PATIENCE):
                said, _ = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
        assert process.returncode == status, said.decode()
        return said.decode().strip()

    async def publish(self, flow: str, *options: str) -> str:
        """Publish a flow, given as text; its id."""
        file = self.folder / "flow.yaml"
        file.write_text(flow)
        return await self.palabre("publish", str(file), *options)

    async def results(self, id: str) -> dict[str, Any]:
        """`palabre results ID --json`, once the consultation is counted."""
        end = time.monotonic() + PATIENCE
        while self.value("SELECT state FROM consultations WHERE id = ?", id) != "closed":
            assert time.monotonic() < end, "the consultation does not close"
            await asyncio.sleep(0.05)
        found: dict[str, Any] = json.loads(await self.palabre("results", id, "--json"))
        return found

    # --- The database, read by the side ------------------------------------------------------------------------------

    @contextmanager
    def reading(self) -> Iterator[Any]:
        """Everything as it is at one moment."""
        if self.server is not None:
            with self.server.reading() as line:
                yield line
            return
        connection = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=30)
        connection.execute("BEGIN")
        try:
            yield connection
        finally:
            connection.close()

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        if self.server is not None:
            return self.server.rows(query, values)
        with self.reading() as connection:
            found: list[tuple[Any, ...]] = connection.execute(query, values).fetchall()
            return found

    def value(self, query: str, *values: object) -> Any:
        found = self.rows(query, *values)
        return found[0][0] if found else None

    def damage(self) -> list[Any]:
        """What is out of joint in the file; a server keeps its keys itself."""
        if self.server is not None:
            return []
        whole = self.rows("PRAGMA integrity_check")
        return self.rows("PRAGMA foreign_key_check") + [row for row in whole if row != ("ok",)]

    # --- The clock ---------------------------------------------------------------------------------------------------

    def set_clock(self, at: datetime) -> None:
        """What time it is for the service from now on."""
        file = self.folder / "clock"
        fresh = file.with_suffix(".new")
        fresh.write_text(at.isoformat())
        fresh.rename(file)
        self.environment["PALABRE_CLOCK"] = str(file)


class Nursery:
    """A process that has imported all of Palabre and forks a child that runs it whenever asked.

    It ends with its children when its standard input closes, also when the test that opened it is no more."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.alive: set[int] = set()
        self._process = process
        self._born: asyncio.Queue[int] = asyncio.Queue()
        self._changed = asyncio.Event()
        self._reading = asyncio.create_task(self._read())

    @staticmethod
    async def open(folder: Path) -> Nursery:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            NURSERY,
            cwd=folder,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        return Nursery(process)

    async def _read(self) -> None:
        assert self._process.stdout is not None
        while line := await self._process.stdout.readline():
            word, _, pid = line.decode().partition(" ")
            if word == "born":
                self.alive.add(int(pid))
                self._born.put_nowait(int(pid))
            else:
                self.alive.discard(int(pid))
            self._changed.set()

    async def bear(self, arguments: list[str], environment: dict[str, str], log: Path) -> int:
        """A new process of `palabre`; its number."""
        wish = {"arguments": arguments, "environment": environment, "log": str(log)}
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(wish).encode() + b"\n")
        async with asyncio.timeout(PATIENCE):
            return await self._born.get()

    async def buried(self, pid: int) -> None:
        async with asyncio.timeout(PATIENCE):
            while pid in self.alive:
                self._changed.clear()
                await self._changed.wait()

    async def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            async with asyncio.timeout(10):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)
