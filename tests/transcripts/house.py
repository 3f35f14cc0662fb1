"""Palabre in a test: the real road and the real deliverer on a SQLite file, driven as `bot.app` drives them, one step
after the other and with a clock that stands still until it is moved.

The one rule: a `House` can be lost at any moment. `World` holds what outlives it (the file, the messenger, the clock)
and counts the boundaries at which it may be stopped: each transaction before and after its commit, each thing that
leaves.
"""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from postgres import OnServer
from sqlalchemy import text
from stage import NAME, Platform, Stage
from virtual_time import VirtualLoop

from adapters.base import Batch, Limit
from bot import office
from bot.backdoor import perform
from bot.deliver import Deliverer
from bot.owners import appoint, owner_code
from bot.pacing import Pacer
from bot.road import Road
from bot.scene import Rules
from bot.shelves import Flows
from bot.showing import Showing
from bot.thread import StorageThread
from bot.upkeep import reckon_wall_times, scrub, sweep
from flows.flow import Flow
from storage import consultations, inbox, outbox, people
from storage.database import Connection, Database, Locked
from storage.instants import ms, when

P = ParamSpec("P")
T = TypeVar("T")

SECOND = timedelta(seconds=1)


class Dead(BaseException):
    """The process was killed. Not an `Exception`: nothing may catch it and go on."""


class World:
    """What outlives a process."""

    def __init__(self, file: Path | OnServer, platform: Platform, now: datetime, rules: Rules) -> None:
        self.file, self.platform, self.now, self.rules = file, platform, now, rules
        self.counting = True
        self.crossed: list[str] = []
        self.stop_at: int | None = None
        self.stop_when: str | None = None
        self.stopped = ""
        self.still: Callable[[], None] = lambda: None
        """Makes everything that runs stand still."""
        self.lock: sqlite3.Connection | None = None
        self.refused = 0

    def cross(self, what: str) -> None:
        """One more boundary; the world may stop here."""
        self.alive()
        if self.counting:
            self.crossed.append(what)
            if len(self.crossed) == self.stop_at or what == self.stop_when:
                self.stopped, self.stop_at, self.stop_when = what, None, None
                self.still()
                raise Dead(what)

    def alive(self) -> None:
        """Nothing a dead process still wants to do may happen."""
        if self.stopped:
            raise Dead(self.stopped)

    def locked(self) -> None:
        """Another program holds the file: it lets go after a few refusals."""
        self.refused += 1
        if self.refused == 3 and self.lock is not None:
            self.lock.rollback()
            self.lock.close()
            self.lock = None


_COMPILED_THERE: dict[Any, Any] = {}
_COMPILED: dict[Any, Any] = {}
"""What SQLAlchemy makes of our statements: the same in every process."""


class StoppableDatabase(Database):
    """The real one. A process that is killed loses what it had not committed, nothing else; a power cut is not played
    here, so nothing waits for the disk."""

    def __init__(self, world: World) -> None:
        on_server = isinstance(world.file, OnServer)
        super().__init__(world.file.url if isinstance(world.file, OnServer) else f"sqlite:///{world.file}")
        self.engine = self.engine.execution_options(compiled_cache=_COMPILED_THERE if on_server else _COMPILED)
        self._world = world
        if on_server:
            return
        raw = self.engine.raw_connection()
        raw.cursor().execute("PRAGMA synchronous = off")
        raw.cursor().execute("PRAGMA busy_timeout = 0")
        self.raw: Any = raw.driver_connection
        raw.close()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        self._world.alive()
        before = self._changes(None)
        with super().transaction() as connection:
            yield connection
            wrote = self._changes(connection) != before
            if wrote:
                self._world.cross("before commit")
        if wrote:
            self._world.cross("after commit")

    def _changes(self, connection: Connection | None) -> int:
        """A number that a transaction which writes has changed."""
        if self.path is not None:
            return int(self.raw.total_changes)
        if connection is None:
            return 0
        return int(connection.exec_driver_sql("SELECT pg_current_xact_id_if_assigned() IS NOT NULL").scalar_one())


class Inline(StorageThread):
    """The storage thread without a thread: what it is asked for happens at the next turn of the loop."""

    async def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        await asyncio.sleep(0)
        return function(*args, **kwargs)


class KnownFlows(Flows):
    """Flows are known by the hash of their text, so one reading of it serves every house."""

    _read: dict[str, Flow] = {}  # noqa: RUF012

    def get(self, connection: Connection, version: str) -> Flow:
        if version not in self._read:
            self._read[version] = super().get(connection, version)
        return self._read[version]


class Unhurried(Pacer):
    """Keeps nobody waiting: the real clock, by which limits are measured, stands still in a transcript."""

    def wait(self, limits: Iterable[Limit], *, evenly: str = "") -> tuple[float, str]:
        return 0.0, ""


class House:
    """One process."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.loop = VirtualLoop()
        self.loop.set_exception_handler(self._complain)
        world.still = self.loop.stop
        self.database = StoppableDatabase(world)
        self.storage = Inline(self.database)
        self.road = Road(self.database, world.rules, lambda: world.now)
        self.road.flows = KnownFlows()
        self.showing = Showing(self.road, self.storage)
        self.stage = Stage(world.platform, world.cross, world.alive)
        world.rules.powers.reach({NAME: self.stage})
        self.deliverer = Deliverer(
            {NAME: self.stage},
            self.storage,
            lambda: world.now,
            resolve=self.showing.letter,
            paint=self.showing.paint,
            settle_with=self._settle,
            pacer=Unhurried(),
        )
        self.code: str | None = None
        self._settlements: list[tuple[outbox.Settlement, asyncio.Future[None]]] = []
        self._gone = False
        self._reading: AsyncIterator[Batch] | None = None
        self._delivering: asyncio.Task[None] | None = None

    def _complain(self, loop: asyncio.AbstractEventLoop, about: dict[str, Any]) -> None:
        """What tasks die of is worth telling, unless they were killed."""
        if not (self._gone or isinstance(about.get("exception"), Dead)):
            loop.default_exception_handler(about)

    # --- Coming and going --------------------------------------------------------------------------------------------

    def open(self) -> None:
        """Start as the service does: old letters first, then the ears."""
        self._run(self._open())

    async def _open(self) -> None:
        await self.storage.within(outbox.recover)
        await self.storage.within(lambda connection: appoint(connection, (), ms(self.world.now)))
        self.code = await self.storage.within(owner_code)
        await self.storage.within(reckon_wall_times)
        self._delivering = self.loop.create_task(self.deliverer.run())
        await self._tick()

    def close(self) -> None:
        """Gone, with everything it held in memory; by itself or killed, it leaves the same."""
        self.world.stopped, self._gone = self.world.stopped or "closed", True
        for _ in range(5):  # a task may want to do something more when it is cancelled
            for task in asyncio.all_tasks(self.loop):
                task.cancel()
            with suppress(RuntimeError):  # it stands still since the kill
                self.loop.run_until_complete(asyncio.sleep(0))
        self.loop.close()
        self.storage.close()
        self.world.stopped = ""

    def _run(self, work: Any) -> None:
        """Do some work; `Dead` when the process was killed on the way, wherever in it that was."""
        task = self.loop.create_task(work)
        try:
            self.loop.run_until_complete(task)
        except Dead:
            raise
        except BaseException:
            self.world.alive()
            raise
        self.world.alive()

    # --- Working -----------------------------------------------------------------------------------------------------

    def rest(self) -> None:
        """Hear, think and speak until nothing is left to do."""
        self._run(self._rest())

    async def _rest(self) -> None:
        for _ in range(100):
            heard = await self._hear()
            moved = await self._think()
            if not heard:
                await self._insist(self._count_closing)
            rang = await self._tick()
            spoke = await self._speak()
            if not (heard or moved or rang or spoke or await self._waiting()):
                return
        raise AssertionError("Palabre never comes to rest")

    async def _waiting(self) -> int:
        def count() -> int:
            with self.database.transaction() as connection:
                return inbox.waiting(connection)

        return await self._insist(count)

    async def _hear(self) -> bool:
        """Take what the messenger holds, in one turn of the road with what it means."""
        if self._reading is None:
            self._reading = self.stage.receive(await self._insist(lambda: self.road.cursor(NAME)))
        batch = await anext(self._reading)
        if batch.items:
            await self._turn((NAME, batch))
        else:
            await self._insist(lambda: self.quietly(lambda: self.road.receive(NAME, batch)))
        return bool(batch.items)

    async def _think(self) -> bool:
        moved = False
        while await self._turn():
            moved = True
        return moved

    async def _turn(self, *arrived: tuple[str, Batch]) -> bool:
        """Once around, as the service does; True when there may be more to do."""
        settlements = self._settlements[:1]
        settlement = settlements[0][0] if settlements else None
        thought = await self._insist(lambda: self.road.turn(arrived, settlement))
        del self._settlements[: len(settlements)]
        for _it, settled in settlements:
            if not settled.done():
                settled.set_result(None)
        await self.deliverer.note(thought.notes)
        self.deliverer.add(thought.letters)
        if thought.scrub:
            await self.storage.call(scrub, self.database)
        return bool(thought.events or self._settlements)

    async def _settle(self, settlement: outbox.Settlement) -> None:
        """Have it written how letters ended, at the next turn."""
        settled: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._settlements.append((settlement, settled))
        await settled

    async def _insist(self, act: Callable[[], T]) -> T:
        """As the service does: a database that cannot be used is asked again each second."""
        while True:
            try:
                return await self.storage.call(act)
            except Locked:
                self.world.locked()
                await asyncio.sleep(1.0)

    async def _tick(self) -> bool:
        rang = await self._insist(self.road.ring)
        await self.deliverer.poll()
        await self._insist(lambda: sweep(self.database, self.world.now))
        return rang > 0

    def _count_closing(self) -> None:
        """The messenger holds nothing more: what is closing may be counted, behind everything received before."""
        with self.database.transaction() as connection:
            if inbox.waiting(connection):
                return
            scene = self.road.scene(connection)
            for run in consultations.all_of(connection, "closing"):
                office.follow_count(scene, run)
            scene.flush()

    async def _speak(self) -> bool:
        """Let everything leave that can; True when something did."""
        before = self.deliverer.sent
        for _ in range(10_000):
            await asyncio.sleep(0 if self.deliverer.idle else 0.01)
            self.world.alive()
            if self._settlements:
                await self._turn()
            elif self.deliverer.idle:
                break
        else:
            raise AssertionError("something never leaves")
        for _ in range(5):
            await asyncio.sleep(0)
        return self.deliverer.sent != before

    # --- Time --------------------------------------------------------------------------------------------------------

    def wait_until(self, target: datetime) -> None:
        """Let time pass, stopping at each moment for which something is planned."""
        while True:
            planned = self._next_planned()
            if planned is None or planned > target:
                break
            self._move(max(self.world.now, planned))
            self.rest()
        self._move(target)
        self.rest()

    def _next_planned(self) -> datetime | None:
        """The next timer, or letter that waits for its hour, later than now."""
        query = (
            "SELECT min(due) FROM (SELECT due_ms AS due FROM timers UNION ALL "
            "SELECT due_ms FROM outbox WHERE state = 'waiting') AS planned WHERE due > :now"
        )
        with Database.transaction(self.database) as connection:
            found = connection.execute(text(query), {"now": ms(self.world.now)}).scalar()
        return when(found) if found is not None else None

    def _move(self, to: datetime) -> None:
        """Move the clock. The messenger was asked all the time, so there was no silence."""
        asked = Batch(cursor=None, items=())
        self.quietly(lambda: self.road.receive(NAME, asked))
        self.world.now = to
        self.quietly(lambda: self.road.receive(NAME, asked))

    # --- The office --------------------------------------------------------------------------------------------------

    def quietly(self, act: Callable[[], T]) -> T:
        """Do something that is never killed half-way: asking the messenger in vain, and what somebody types on the
        server, who sees when it fails, and looks."""
        counting, self.world.counting = self.world.counting, False
        try:
            return act()
        finally:
            self.world.counting = counting

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """What the command line asks for."""
        return self.quietly(lambda: perform(self.road, request))

    def give_role(self, identity: str, role: str, scope: str) -> None:
        """Somebody who has spoken before gets a role."""
        with Database.transaction(self.database) as connection:
            known = people.by_identity(connection, [identity])
            people.grant(connection, known[identity][0], role, scope, ms(self.world.now))

    def name_owner(self, identity: str) -> None:
        with Database.transaction(self.database) as connection:
            appoint(connection, (identity,), ms(self.world.now))


def copied(empty: Path, to: Path) -> Path:
    for old in to.parent.glob(f"{to.name}*"):
        old.unlink()
    shutil.copy(empty, to)
    return to
