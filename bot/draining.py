"""Closing, while the platforms hand over what they held at the cut.

The one rule: a consultation is counted behind everything that was received before its end. A platform that has been
asked for a while without an answer holds nothing more; one that cannot be reached is waited for, but not for ever.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

from adapters.base import Adapter
from bot import office
from bot.crew import Crew
from bot.holding import UPKEEP
from bot.road import Road
from bot.thread import StorageThread
from storage import consultations, inbox, leases, meta
from storage.consultations import Consultation
from storage.database import Connection
from storage.instants import ms

IDLE = 2.0
"""A platform that has been asked for so many seconds without an answer holds nothing more."""

FRESH = 2.5
"""For so many seconds another process believes that."""

DRAIN = 30.0
"""How long a closing waits for platforms to hand over what they hold, at most."""


class Draining:
    """`look` is called each second. With a `crew`, each process tells of the messengers it reads, and the one that does
    the upkeep decides."""

    def __init__(self, road: Road, storage: StorageThread, adapters: Mapping[str, Adapter], crew: Crew | None) -> None:
        self._road = road
        self._storage = storage
        self._adapters = adapters
        self._crew = crew
        self._asked_since: dict[str, float] = {}
        self._closing_since: dict[str, float] = {}

    def asked(self, name: str) -> None:
        """A messenger is being asked for more, from now on."""
        self._asked_since[name] = time.monotonic()

    async def look(self) -> None:
        """Let a closing go on once the platforms have handed over what they held at the cut."""
        closing = await self._storage.within(lambda connection: consultations.all_of(connection, "closing"))
        now = time.monotonic()
        for id in set(self._closing_since) - {run.id for run in closing}:
            del self._closing_since[id]
        if not closing:
            return
        drained, enough = await self._drained(now)
        for run in closing:
            waited = now - self._closing_since.setdefault(run.id, now)
            if self._decides and (waited >= DRAIN or (drained and waited >= enough)):
                await self._storage.call(self._count, run, force=waited >= DRAIN)

    @property
    def _decides(self) -> bool:
        return self._crew is None or self._crew.holding.holds(UPKEEP)

    async def _drained(self, now: float) -> tuple[bool, float]:
        """Do the platforms hold nothing more, and for how long must that be so?"""
        kept = [name for name in self._adapters if name in self._road.rules.keeps]
        if self._crew is None:
            return all(self._holds_nothing(name, now) for name in kept), IDLE
        quiet = [name for name in self._crew.epochs() if name in kept and self._holds_nothing(name, now)]
        at = ms(self._road.now())
        told = await self._storage.within(lambda connection: _tell_and_ask(connection, quiet, kept, at))
        return told, IDLE + FRESH

    def _holds_nothing(self, name: str, now: float) -> bool:
        """Has a reachable platform been asked for long enough without an answer?"""
        reachable: bool = getattr(self._adapters[name], "reachable", True)
        return reachable and self._asked_since.get(name, now) + IDLE <= now

    def _count(self, run: Consultation, *, force: bool) -> None:
        """Put the counting of a closing consultation into the inbox, behind everything that was received before."""
        with self._storage.database.transaction() as connection:
            if inbox.waiting(connection) and not force:
                return
            scene = self._road.scene(connection)
            office.follow_count(scene, run)
            scene.flush()


def _tell_and_ask(connection: Connection, quiet: list[str], kept: list[str], at_ms: int) -> bool:
    """Tell which of our messengers hold nothing more; do all of them, whoever reads them?"""
    now = leases.now(connection)
    for name in quiet:
        _cursor, stored = inbox.cursor(connection, name)
        if stored is None or stored <= at_ms - 1000 * IDLE:  # what was pushed to other processes counts as well
            meta.put(connection, f"quiet:{name}", str(now))
    wanted = {*kept, *(name for name in leases.holders(connection) if meta.get(connection, f"quiet:{name}"))}
    return all(now - int(meta.get(connection, f"quiet:{name}") or 0) <= 1000 * FRESH for name in wanted)
