"""This process among others on one PostgreSQL: what it does alone, and how they wake each other.

    all of them       think, ring timers, serve the web pages, take what is pushed to them
    holder of a lease reads and writes to one messenger      (one lease for each messenger)
    holder of upkeep  tidies up, closes consultations, tells the owner code

The one rule: **a tenure leaves nothing behind in memory**. The deliverer of a messenger lives exactly as long as the
lease: when that is lost, whatever was on its way there stops, and the next holder finds in the outbox what it must do.

Hints (`storage.hints`) make everything quicker and nothing surer; without them each process looks once a second.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from adapters.base import Adapter, Batch
from bot.deliver import Deliverer
from bot.holding import UPKEEP, Held, Holding, Leased
from bot.scene import Note
from bot.thread import StorageThread
from storage import inbox, leases, outbox, shelf
from storage.database import Connection, StorageError
from storage.hints import Line
from storage.outbox import Letter, Settlement

log = logging.getLogger(__name__)

REMEMBERED = 20_000
"""So many presses are known to have come in here, so that their answer need not go around."""
GOODBYE = 5.0
"""Seconds for what is on its way when the process is asked to stop."""

Settle = Callable[[Settlement], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hands:
    """What the crew asks of the service."""

    deliverer: Callable[[Mapping[str, Adapter], Settle], Deliverer]
    listen: Callable[[str, Adapter, Held | None], Awaitable[None]]
    settle: Callable[[Settlement, Held], Awaitable[None]]
    think: Callable[[], None]
    upkeep: Callable[[], Awaitable[None]]


@dataclass(slots=True, eq=False)
class Tenure:
    """The time in which this process reads and writes to one messenger."""

    held: Held
    deliverer: Deliverer
    reading: asyncio.Task[None] | None


def received_anywhere(adapter: Adapter) -> bool:
    """Does the platform come to us, to any process? Else one of them reads it."""
    return bool(getattr(adapter, "received_anywhere", False))


class Crew:
    """Stands where the deliverer stands when a process is alone."""

    def __init__(
        self,
        adapters: Mapping[str, Adapter],
        storage: StorageThread,
        holding: Holding,
        hands: Hands,
        hints_url: str | None,
    ) -> None:
        self.holding = holding
        self._adapters = adapters
        self._storage = storage
        self._hands = hands
        self._line = Line(hints_url, self._heard) if hints_url is not None else None
        self._tenures: dict[str, Tenure] = {}
        self._received: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._shown: dict[str, int] = {}
        self._to_poll: set[str] = set()
        self._poll_soon = asyncio.Event()
        self._noting: set[asyncio.Task[None]] = set()
        self._sent_before = 0

    # --- As a deliverer ----------------------------------------------------------------------------------------------

    @property
    def sent(self) -> int:
        return self._sent_before + sum(tenure.deliverer.sent for tenure in self._tenures.values())

    @property
    def waiting(self) -> int:
        return sum(tenure.deliverer.waiting for tenure in self._tenures.values())

    @property
    def circuits(self) -> dict[str, str]:
        """How each messenger that this process writes to does."""
        return {name: state for it in self._tenures.values() for name, state in it.deliverer.circuits.items()}

    def add(self, found: Iterable[Letter]) -> None:
        """Take on letters that this process was to send when they were written; the next holder finds the others."""
        for letter in found:
            tenure = self._tenures.get(letter.adapter)
            if tenure is not None:
                tenure.deliverer.add((letter,))

    async def note(self, notes: Iterable[Note]) -> None:
        """Answer presses. Only the process that a press came to can; where any may get it, any may have the page."""
        for note in notes:
            adapter = self._adapters.get(note.adapter)
            here = (note.adapter, note.inbound_key) in self._received
            if adapter is not None:
                self._answer(adapter, note.inbound_key, note.text)
            if not here or adapter is None or received_anywhere(adapter):
                told = orjson.dumps([note.adapter, note.inbound_key, note.text]).decode()
                self.say(f"note {told}")

    async def poll(self) -> None:
        """Take on what waits in the outbox and is due."""
        for tenure in list(self._tenures.values()):
            await tenure.deliverer.poll()

    async def finish(self, seconds: float) -> None:
        """Read nothing more, let what is on its way arrive and be noted, and hand over."""
        self.holding.leave()
        tenures = list(self._tenures.values())
        for tenure in tenures:
            if tenure.reading is not None:
                tenure.reading.cancel()
        await asyncio.gather(*(tenure.deliverer.finish(min(seconds, GOODBYE)) for tenure in tenures))
        for tenure in tenures:
            self._tenures.pop(tenure.held.lease.name, None)
            await self.holding.give_back(tenure.held)
        await self.holding.give_back_all()
        self.say("lease")
        await asyncio.sleep(0.05)  # for the hint to leave; without it the others look within a second

    # --- As one of several -------------------------------------------------------------------------------------------

    def epochs(self) -> dict[str, int]:
        """What to prove in each transaction: the messengers that this process writes to, and since which change."""
        return {name: tenure.held.lease.epoch for name, tenure in self._tenures.items()}

    def lost(self, names: Iterable[str]) -> None:
        """The database says that these are not ours any more."""
        for name in names:
            if (tenure := self._tenures.get(name)) is not None:
                self.holding.lose(tenure.held)

    def received(self, name: str, batch: Batch) -> None:
        """These came in here."""
        for item in batch.items:
            self._received[name, item.key] = None
        while len(self._received) > REMEMBERED:
            self._received.popitem(last=False)

    def say(self, hint: str) -> None:
        if self._line is not None:
            self._line.say(hint)

    def tell(self, *, left: bool, elsewhere: Iterable[str]) -> None:
        """A turn was committed: wake those who can go on with it."""
        if left:
            self.say("think")
        for name in elsewhere:
            if name not in self._tenures:
                self.say(f"send {name}")

    def shown(self, place: str) -> None:
        """Something new stands on the shelf of a page, which may be open elsewhere."""
        self.say(f"shown {place}")

    async def look(self) -> None:
        """Each second, what a hint would have told: pages open here with something new, lanes that were let go."""
        pages = self._pages()
        places = pages.places() if pages is not None else []
        latest = await self._storage.within(lambda it: shelf.latest(it, places)) if places else {}
        for place, number in latest.items():
            if pages is not None and self._shown.get(place, number) != number:
                pages.wake(place)
        self._shown = latest
        if self.holding.holds(UPKEEP):
            await self._storage.within(inbox.rehang)

    def _pages(self) -> Any:
        return getattr(self._adapters.get("web"), "streams", None)

    # --- Working -----------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Take part, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.holding.keep())
            group.create_task(self._poll_when_told())
            group.create_task(self._keep_up())
            if self._line is not None:
                group.create_task(self._line.run())
            for name, adapter in self._adapters.items():
                group.create_task(self._serve(name, adapter))
                if received_anywhere(adapter):
                    group.create_task(self._listen(name, adapter))
                elif (introduce := getattr(adapter, "introduce", None)) is not None:
                    group.create_task(_introduced(name, introduce))

    async def _listen(self, name: str, adapter: Adapter) -> None:
        await self._hands.listen(name, adapter, None)

    async def _serve(self, name: str, adapter: Adapter) -> None:
        """Read and write to one messenger whenever it is up to us."""
        while True:
            held = await self.holding.take(name)
            try:
                await self._tenure(name, adapter, held)
            except StorageError as error:
                log.warning("cannot begin with %s: %s", name, error)
                await asyncio.sleep(1.0)
            finally:
                await self.holding.give_back(held)

    async def _tenure(self, name: str, adapter: Adapter, held: Held) -> None:
        again, unsure = await self._storage.within(lambda it: _take_over(it, held))
        if again or unsure:
            log.info("%s: %d messages that were leaving are sent again; %d may have been sent", name, again, unsure)

        async def settle(settlement: Settlement) -> None:
            await self._hands.settle(settlement, held)

        deliverer = self._hands.deliverer({name: Leased(adapter, held)}, settle)
        anywhere = received_anywhere(adapter)
        reading = None if anywhere else asyncio.ensure_future(self._hands.listen(name, adapter, held))
        self._tenures[name] = tenure = Tenure(held, deliverer, reading)
        sending, lost = asyncio.create_task(_send(deliverer)), asyncio.create_task(held.lost.wait())
        try:
            await asyncio.wait((sending, lost), return_when=asyncio.FIRST_COMPLETED)
        finally:
            tasks = [task for task in (sending, lost, reading) if task is not None]
            for task in tasks:
                task.cancel()
            self._sent_before += deliverer.sent
            if self._tenures.get(name) is tenure:
                del self._tenures[name]
            await deliverer.abandon()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
        if not held.lost.is_set() and isinstance(ended[0], Exception):
            raise ended[0]

    async def _keep_up(self) -> None:
        while True:
            held = await self.holding.take(UPKEEP)
            try:
                await self._hands.upkeep()
                await held.lost.wait()
            except StorageError as error:
                log.warning("cannot begin with the upkeep: %s", error)
                await asyncio.sleep(1.0)
            finally:
                await self.holding.give_back(held)

    async def _poll_when_told(self) -> None:
        while True:
            await self._poll_soon.wait()
            self._poll_soon.clear()
            names, self._to_poll = self._to_poll, set()
            for tenure in [self._tenures[name] for name in names if name in self._tenures]:
                try:
                    await tenure.deliverer.poll()
                except StorageError as error:
                    log.debug("cannot look into the outbox now: %s", error)

    def _heard(self, hint: str) -> None:
        """Another process says that there is something to do."""
        kind, _, rest = hint.partition(" ")
        match kind:
            case "think":
                self._hands.think()
            case "send":
                self._to_poll.add(rest)
                self._poll_soon.set()
            case "shown":
                if (pages := self._pages()) is not None:
                    pages.wake(rest)
            case "note":
                name, key, text = orjson.loads(rest)
                if (adapter := self._adapters.get(name)) is not None:
                    self._answer(adapter, key, text)
            case "lease":
                self.holding.look_now()
            case _:
                log.debug("a hint of another version")

    def _answer(self, adapter: Adapter, key: str, text: str) -> None:
        task = asyncio.create_task(_noted(adapter, key, text))
        self._noting.add(task)
        task.add_done_callback(self._noting.discard)


def _take_over(connection: Connection, held: Held) -> tuple[int, int]:
    leases.confirm(connection, {held.lease.name: held.lease.epoch})
    return outbox.recover(connection, held.lease.name)


async def _send(deliverer: Deliverer) -> None:
    # What was leaving at the last stop goes ahead of anything newer, or an old edit would overwrite a later one.
    for _page in range(5):
        await deliverer.poll()
    await deliverer.run()


async def _noted(adapter: Adapter, key: str, text: str) -> None:
    try:
        await adapter.note(key, text)
    except Exception as error:
        log.warning("answering a press on %s failed (%s)", adapter.name, type(error).__name__)


async def _introduced(name: str, introduce: Callable[[], Awaitable[None]]) -> None:
    """Learn who we are on a messenger that another process reads: links in messages carry our name."""
    try:
        await introduce()
    except Exception as error:
        log.warning("%s did not tell our name (%s); links to it are left out", name, type(error).__name__)
