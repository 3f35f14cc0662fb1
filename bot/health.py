"""Is the service well? What `/health` and `/metrics` tell.

The one rule: looking costs the people who are served nothing. What is read is read on a connection of its own, outside
the storage thread, and not more often than anybody could need; one small write proves now and then that the database
still takes what is given to it.

    /health/live     the process answers: if it does not, start it anew
    /health, /health/ready   the database takes what is written and nobody waits for long: if not, send people elsewhere

A messenger that cannot be reached is told, and is no reason to send people elsewhere: the others work on.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

from adapters.base import Adapter
from bot.clock import Now
from bot.metrics import Family, Histogram, by, counter, exposition, gauge
from bot.thread import StorageThread
from storage import meta, pulse
from storage.database import Database, StorageError
from storage.instants import ms
from storage.outbox import Settlement
from storage.pulse import Pulse

FRESH = 1.0
"""Seconds for which what was read is told again."""
PROVEN = 10.0
"""Seconds for which a write that went well is proof enough."""
PATIENCE = 5.0
"""Seconds within which the database has to take it."""
WHOLE = 60.0
"""Seconds between two walks over the whole outbox."""
TOO_LONG = 60.0
"""Seconds that an event may wait before the service is not well."""

_BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


@dataclass(slots=True)
class Doings:
    """What this process counts while it works."""

    events: int = 0
    sends: Counter[str] = field(default_factory=Counter)
    thinking: Histogram = field(
        default_factory=lambda: Histogram(
            "palabre_think_batch_seconds", "How long batches of events took, from claimed to committed.", _BOUNDS
        )
    )

    def thought(self, events: int, seconds: float) -> None:
        if events:
            self.events += events
            self.thinking.observe(seconds)

    def settled(self, settlement: Settlement) -> None:
        self.sends.update(row["new_state"] for row in settlement.ended)


@dataclass(slots=True)
class Standing:
    """What of the service itself is told: `held` messages on their way, `circuits` of messengers, `trouble`."""

    adapters: Mapping[str, Adapter]
    held: Callable[[], int]
    circuits: Callable[[], Mapping[str, str]]
    trouble: Callable[[], str]


class Health:
    def __init__(self, url: str, storage: StorageThread, now: Now, doings: Doings, standing: Standing) -> None:
        self._url = url
        self._storage = storage
        self._now = now
        self._doings = doings
        self._standing = standing
        self._started = time.monotonic()
        self._one_at_a_time = asyncio.Lock()
        self._read_at = self._walked_at = self._wrote_at = float("-inf")
        self._pulse: Pulse | None = None
        self._states: dict[tuple[str, str], int] = {}
        self._wrote_in = 0.0

    async def ready(self) -> dict[str, Any]:
        """`ok` False when people should be served elsewhere. Numbers only, nothing about anybody."""
        trouble = self._standing.trouble() or await self._proven()
        try:
            found = await self._look()
        except (StorageError, TimeoutError) as error:
            return {"ok": False, "trouble": trouble or str(error) or "the database does not answer", **self._self()}
        waits = self._age(found.lanes_since_ms)
        if not trouble and waits > TOO_LONG:
            trouble = f"The oldest event has been waiting for {round(waits)} s."
        return {
            "ok": not trouble,
            "trouble": trouble,
            "inbox_waiting": found.events,
            "inbox_aside": found.aside,
            "lanes_waiting": found.lanes,
            "oldest_event_s": round(waits),
            "outbox_waiting": sum(found.waiting.values()),
            "timers_late": found.timers_due,
            **self._self(),
        }

    def live(self) -> dict[str, Any]:
        """Whoever hears this is answered by a process that runs."""
        return {"ok": True, "uptime_s": self._uptime}

    async def metrics(self) -> str:
        """Everything that is measured. Where the database does not answer, what this process knows by itself."""
        families = self._own()
        try:
            found = await self._look()
            families += self._of_road(found)
            writable = not await self._proven()
        except (StorageError, TimeoutError):
            writable = False
        families.append(gauge("palabre_database_up", "1 while the database takes what is written.", writable))
        families.append(
            gauge(
                "palabre_database_write_seconds",
                "How long the last proof of it took, waiting included.",
                self._wrote_in,
            )
        )
        return exposition(families)

    # --- Looking -----------------------------------------------------------------------------------------------------

    async def _look(self) -> Pulse:
        async with self._one_at_a_time:
            if self._pulse is None or time.monotonic() - self._read_at > FRESH:
                async with asyncio.timeout(PATIENCE):
                    self._pulse = await asyncio.to_thread(self._read)
                self._read_at = time.monotonic()
            return self._pulse

    def _read(self) -> Pulse:
        database = Database(self._url, read_only=True)
        try:
            with database.transaction() as connection:
                found = pulse.read(connection, ms(self._now()))
                if time.monotonic() - self._walked_at > WHOLE:
                    self._states = pulse.outbox_by_state(connection)
                    self._walked_at = time.monotonic()
                return found
        finally:
            database.close()

    async def _proven(self) -> str:
        """Have something written; what is wrong when that is not possible, else nothing."""
        began = time.monotonic()
        if began - self._wrote_at < PROVEN:
            return ""
        at = str(ms(self._now()))
        try:
            async with asyncio.timeout(PATIENCE):
                await self._storage.within(lambda connection: meta.put(connection, "proven_ms", at))
        except StorageError as error:
            return str(error)
        except TimeoutError:
            return "The database does not take what is written."
        self._wrote_at, self._wrote_in = time.monotonic(), time.monotonic() - began
        return ""

    # --- Telling -----------------------------------------------------------------------------------------------------

    @property
    def _uptime(self) -> int:
        return round(time.monotonic() - self._started)

    def _reachable(self) -> dict[str, bool]:
        return {name: bool(getattr(it, "reachable", True)) for name, it in self._standing.adapters.items()}

    def _self(self) -> dict[str, Any]:
        reachable = self._reachable()
        return {
            "outbox_held": self._standing.held(),
            "adapters": sorted(reachable),
            "unreachable": sorted(name for name, answers in reachable.items() if not answers),
            "uptime_s": self._uptime,
        }

    def _age(self, since_ms: int | None) -> float:
        return max(0.0, (ms(self._now()) - since_ms) / 1000) if since_ms is not None else 0.0

    def _own(self) -> list[Family]:
        circuits = self._standing.circuits()
        return [
            by("palabre_build_info", "gauge", "The version that runs.", "version", {version("palabre"): 1}),
            gauge("palabre_uptime_seconds", "Since the start of this process.", self._uptime),
            counter("palabre_events_total", "Events that were handled.", self._doings.events),
            self._doings.thinking.family(),
            by("palabre_sends_total", "counter", "Messages by how they ended.", "outcome",
               {state: self._doings.sends[state] for state in ("sent", "failed", "unsure")}),
            gauge("palabre_outbox_held", "Messages that this process has in hand.", self._standing.held()),
            by("palabre_adapter_up", "gauge", "1 while the messenger answers.", "adapter", self._reachable()),
            by("palabre_adapter_circuit_open", "gauge", "1 while nothing is sent to a messenger that does not answer.",
               "adapter", {name: state != "closed" for name, state in circuits.items()}),
        ]  # fmt: skip

    def _of_road(self, found: Pulse) -> list[Family]:
        messages = tuple(
            ("", {"adapter": adapter, "state": state}, float(n)) for (adapter, state), n in sorted(self._states.items())
        )
        waits = self._age(found.lanes_since_ms)
        oldest = {adapter: self._age(since) for adapter, since in found.waiting_since_ms.items()}
        return [
            gauge("palabre_lanes_waiting", "Conversations with something to handle.", found.lanes),
            gauge("palabre_oldest_event_age_seconds", "How long the first of them waits.", waits),
            gauge("palabre_inbox_events", "Events that nobody has handled yet.", found.events),
            gauge("palabre_dead_letters", "Events that failed and were set aside: palabre status.", found.aside),
            by("palabre_outbox_due", "gauge", "Messages that could leave now.", "adapter", dict(found.waiting)),
            by("palabre_outbox_oldest_age_seconds", "gauge", "Since when the first of them could.", "adapter", oldest),
            Family("palabre_outbox_messages", "gauge", "Messages of the last weeks, counted once a minute.", messages),
            gauge("palabre_timers", "What is set to happen later.", found.timers),
            gauge("palabre_timers_due", "What should have happened by now.", found.timers_due),
        ]  # fmt: skip
