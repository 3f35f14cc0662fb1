"""Deliver: everything in the outbox leaves here, in order for each place, replies before broadcasts.

    outbox --due--> queue of its place --breaker, limits--> sending --> settled in the outbox
                    (bot.queues)        (bot.breaker, bot.pacing)      (bot.settling)
                      `--prepared--'

The one rule: **a row stays until it is settled**. What may be repeated after a crash is sent first and noted after;
what may not (reminders, broadcasts) is prepared and noted as leaving before its turn comes. A send whose answer was
lost is repeated only where that is better than silence.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from adapters.base import Adapter, Gone, Later, Limit, Place, Refused, Unsure
from bot.breaker import Breaker
from bot.clock import Now
from bot.pacing import Pacer
from bot.photos import Photos
from bot.queues import Channel, Queue
from bot.scene import Note
from bot.sending import Further, Paint, Resolve, Sender, TakenBack
from bot.settling import Settler, settle, write_apart
from bot.thread import StorageThread
from storage import cases, consultations, desks, outbox, people
from storage.database import Connection, StorageError
from storage.instants import ms
from storage.outbox import Letter, Rank

__all__ = ["Deliverer", "settle"]

log = logging.getLogger(__name__)

DATABASE_WAIT = 1.0
"""Seconds for which a letter waits when the database does not answer what it needs to know."""

Work = Callable[[], Awaitable[None]]

AGAIN = (0.25, 1.0, 8.0, 16.0)
"""Seconds until a letter whose answer was lost is sent again; soon at first, as that happens on good days too."""

CARD_SECONDS = 3.0
"""A card is edited at most once in so long, even when edits were held up and come together."""


class Deliverer:
    """`add` takes letters, `run` sends them for ever. `idle` is true when nothing is on its way."""

    def __init__(
        self,
        adapters: Mapping[str, Adapter],
        storage: StorageThread,
        now: Now,
        *,
        resolve: Resolve,
        paint: Paint,
        settle_with: Callable[[outbox.Settlement], Awaitable[None]] | None = None,
        pacer: Pacer | None = None,
        further: Further | None = None,
        photos: Photos | None = None,
    ) -> None:
        self._storage = storage
        self._now = now
        self._channels = {name: Channel(adapter, Breaker(name)) for name, adapter in adapters.items()}
        self._queues: dict[str, Queue] = {}
        self._held: set[str] = set()
        self._pacer = pacer or Pacer()
        self._settler = Settler(settle_with or (lambda settlement: write_apart(storage, settlement)), self._noted)
        self._sender = Sender(
            storage,
            now,
            photos or Photos(adapters),
            resolve=resolve,
            paint=paint,
            further=further,
            leaves=self._settler.leaves,
            pace=self._pace,
        )
        self._sending: set[asyncio.Task[None]] = set()
        self._noting: set[asyncio.Task[None]] = set()
        self._finishing = False
        self.sent = 0

    @property
    def idle(self) -> bool:
        return not self._held

    @property
    def waiting(self) -> int:
        return len(self._held)

    @property
    def circuits(self) -> dict[str, str]:
        """How each messenger does: closed, open or half-open, as circuit breakers say."""
        return {name: channel.breaker.state.value for name, channel in self._channels.items()}

    def add(self, found: Iterable[Letter]) -> None:
        """Take letters on; those held already are left out."""
        for letter in found:
            channel = self._channels.get(letter.adapter)
            if channel is None or letter.key in self._held:
                continue
            self._held.add(letter.key)
            queue = self._queues.setdefault(letter.place, Queue())
            self._supersede(queue, letter)
            queue.letters.append(letter)
            if not queue.busy and len(queue.letters) == 1:
                channel.ready(queue)

    def _supersede(self, queue: Queue, letter: Letter) -> None:
        """A later edit of a message replaces an earlier one that has not left yet."""
        if letter.replaces is None or len(queue.letters) < 2:
            return
        for earlier in list(queue.letters)[1:]:
            if earlier.replaces == letter.replaces:
                queue.letters.remove(earlier)
                self._settle(earlier, outbox.SENT, reason="replaced by a later edit")

    async def note(self, notes: Iterable[Note]) -> None:
        """Answer presses: after the commit, before anything slow."""
        for note in notes:
            channel = self._channels.get(note.adapter)
            if channel is not None:
                _spawn(self._noting, self._note(channel.adapter, note))

    async def _note(self, adapter: Adapter, note: Note) -> None:
        try:
            await adapter.note(note.inbound_key, note.text)
        except Exception as error:
            log.warning("answering a press on %s failed (%s)", adapter.name, type(error).__name__)

    # --- Sending -----------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Send until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._settler.run())
            for channel in self._channels.values():
                group.create_task(self._pump(channel))

    async def finish(self, seconds: float) -> None:
        """Begin nothing new, and give what is on its way so long to arrive and to be noted."""
        self._finishing = True
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._sending or self._noting:
                    await asyncio.wait(self._sending | self._noting)
                for channel in self._channels.values():
                    self._recall(channel)
                await self._settler.all_noted()

    async def abandon(self) -> None:
        """Another process sends from now on: nothing here goes on, and nothing is noted."""
        self._finishing = True
        tasks = [*self._sending, *self._noting]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def poll(self) -> None:
        """Take on what waits in the outbox and is due."""
        now, held, names = ms(self._now()), frozenset(self._held), list(self._channels)
        if len(held) < 1000:
            self.add(await self._storage.within(lambda connection: outbox.due(connection, now, 200, held, names)))

    async def _pump(self, channel: Channel) -> None:
        """Start what may leave; then wait until something changes, or until more may leave."""
        while True:
            channel.wake.clear()
            wait = self._start_some(channel)
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await channel.wake.wait()

    def _start_some(self, channel: Channel) -> float | None:
        """Start everything that may leave now; how long until more may, None when something has to change first."""
        now = asyncio.get_running_loop().time()
        later = self._prepare_some(channel, now)
        while not self._finishing and (name := channel.first()) is not None:
            queue = self._queues.get(name)
            if queue is None or not queue.letters or queue.busy:
                channel.take()
                continue
            wait = channel.breaker.wait(now)
            if wait is None:
                return None
            if (wait := max(wait, channel.closed_until - now)) > 0:
                return wait
            letter, place = queue.letters[0], Place.parse(name)
            evenly = channel.adapter.name if letter.rank >= Rank.BROADCAST else ""
            wait, limit = self._pacer.wait(_limits(channel.adapter, place, letter), evenly=evenly)
            if wait and limit == channel.adapter.name:
                return wait
            channel.take()
            if wait:
                self._comes_back(queue)
                self._park(channel, queue, wait)
            else:
                queue.busy = True
                channel.leaves(letter)
                _spawn(self._sending, self._send_first(channel, name, place, queue))
        return later

    def _prepare_some(self, channel: Channel, now: float) -> float | None:
        """Prepare what may not be repeated, a little ahead of its turn. While the messenger takes nothing, nothing is
        prepared and what was is not: it may be stopped, and it is made anew. How long until more may be prepared, None
        when something has to change first."""
        wait = channel.breaker.wait(now)
        if self._finishing or wait is None:
            return None
        if (wait := max(wait, channel.closed_until - now)) > 0:
            self._recall(channel)
            return wait
        while (name := channel.prepares()) is not None:
            queue = self._queues.get(name)
            if queue is None or not queue.letters or queue.busy:
                channel.prepared()
                continue
            queue.busy = True
            _spawn(self._sending, self._prepare_first(channel, name, Place.parse(name), queue))
        return None

    def _recall(self, channel: Channel) -> None:
        """What was prepared and has not left waits again in the outbox."""
        for name in channel.recalled():
            queue = self._queues.get(name)
            if queue is not None and queue.letters and not queue.busy:
                self._comes_back(queue)
                channel.ready(queue)

    def _comes_back(self, queue: Queue) -> None:
        if queue.prepared is not None:
            queue.prepared = None
            self._settler.comes_back(queue.letters[0].key)

    def _park(self, channel: Channel, queue: Queue, seconds: float) -> None:
        """Let one place wait without holding up the others."""

        def again() -> None:
            if queue.letters and not queue.busy:
                channel.ready(queue)

        asyncio.get_running_loop().call_later(seconds, again)

    async def _prepare_first(self, channel: Channel, name: str, place: Place, queue: Queue) -> None:
        letter, wait = queue.letters[0], 0.0

        async def work() -> None:
            queue.prepared = await self._sender.prepare(channel.adapter, place, letter, queue)

        try:
            wait = await self._try(channel, name, queue, letter, work)
        finally:
            channel.prepared()
        self._goes_on(channel, name, queue, wait)

    async def _send_first(self, channel: Channel, name: str, place: Place, queue: Queue) -> None:
        letter, wait = queue.letters[0], 0.0
        prepared, queue.prepared = queue.prepared, None

        async def work() -> None:
            ref = await self._sender.send(channel.adapter, place, letter, queue, prepared)
            channel.breaker.answered()
            self._end(queue, letter, outbox.SENT, ref=ref)

        try:
            wait = await self._try(channel, name, queue, letter, work)
        finally:
            channel.left(letter)
        if letter.replaces is None and not wait:
            # The next message waits for the note, or a crash would show both twice, in the wrong order.
            await self._settler.all_noted()
        self._goes_on(channel, name, queue, wait)

    def _goes_on(self, channel: Channel, name: str, queue: Queue, wait: float) -> None:
        """Something was done about the first letter of a place: whatever is first now has its turn, after a wait."""
        queue.busy = False
        if queue.letters and wait:
            self._park(channel, queue, wait)
        elif queue.letters:
            channel.ready(queue)
        else:
            self._queues.pop(name, None)

    async def _try(self, channel: Channel, name: str, queue: Queue, letter: Letter, work: Work) -> float:
        """Prepare or send one letter; for how long its place is to wait before that is tried again, zero when it went
        well or has ended."""
        try:
            return await self._attempt(channel, name, queue, letter, work)
        except StorageError as error:
            # Trouble of our own, before anything left: no reason to give the letter up, or the person.
            log.warning("message %s waits for the database: %s", letter.key, error)
            return DATABASE_WAIT

    async def _attempt(self, channel: Channel, name: str, queue: Queue, letter: Letter, work: Work) -> float:
        breaker, loop = channel.breaker, asyncio.get_running_loop()
        try:
            await work()
        except Later as later:
            wait = later.wait
            if later.broken:
                wait = min(wait, breaker.failed(loop.time()))
            elif later.whole or (later.hasty and breaker.hurried(name)):
                channel.closed_until = max(channel.closed_until, loop.time() + later.wait)
            if not letter.resend and not queue.parts_sent:
                self._settler.comes_back(letter.key)
            return wait
        except Gone as gone:
            breaker.answered()
            await self._gone(name, queue, gone)
        except Refused as refused:
            breaker.answered()
            log.warning("%s refused message %s: %s", channel.adapter.name, letter.key, refused)
            self._end(queue, letter, outbox.FAILED, reason=str(refused))
        except TakenBack:
            self._drop(queue)
        except Unsure as unsure:
            breaker.failed(loop.time())
            return self._unsure(queue, letter, str(unsure))
        except StorageError:
            raise
        except Exception as error:
            log.exception("sending message %s failed", letter.key)
            return self._unsure(queue, letter, type(error).__name__)
        return 0.0

    async def _pace(self, adapter: Adapter, place: Place) -> None:
        """Wait until one more part of a letter may leave: the platform counts each as a message."""
        limits = adapter.limits(place)
        wait, _limit = self._pacer.wait(limits)
        while wait:
            await asyncio.sleep(wait)
            wait, _limit = self._pacer.wait(limits)

    def _unsure(self, queue: Queue, letter: Letter, reason: str) -> float:
        """Nobody knows whether it arrived: repeat what is better seen twice than never, a few times."""
        if letter.resend and letter.attempts < len(AGAIN):
            queue.letters[0] = replace(letter, attempts=letter.attempts + 1)
            return AGAIN[letter.attempts]
        self._end(queue, letter, outbox.UNSURE, reason=reason)
        return 0.0

    async def _gone(self, name: str, queue: Queue, gone: Gone) -> None:
        """Nobody is there any more: stop writing to that place, or follow it to where it moved."""
        moved = gone.moved_to
        after = f"{name.partition(':')[0]}:{moved}" if moved else ""

        def remember(connection: Connection) -> None:
            if after:
                for move in (
                    people.move_place,
                    outbox.move_place,
                    consultations.move_place,
                    desks.move_place,
                    cases.move_place,
                ):
                    move(connection, name, after)
                outbox.wait_again(connection, after)
            else:
                people.set_reachable(connection, name, False)
                outbox.fail_place(connection, name, str(gone))

        await self._storage.within(remember)
        for letter in list(queue.letters):
            if moved is None:
                self._end(queue, letter, outbox.FAILED, reason=str(gone))
            else:
                self._drop(queue)
        queue.parts_sent = 0

    # --- Settling ----------------------------------------------------------------------------------------------------

    def _end(
        self, queue: Queue, letter: Letter, state: str, *, ref: str | None = None, reason: str | None = None
    ) -> None:
        queue.letters.popleft()
        queue.parts_sent = 0
        self._settle(letter, state, ref=ref, reason=reason)

    def _drop(self, queue: Queue) -> None:
        """The outbox knows better than we do what becomes of the first letter."""
        self._held.discard(queue.letters.popleft().key)
        queue.parts_sent = 0

    def _settle(self, letter: Letter, state: str, *, ref: str | None = None, reason: str | None = None) -> None:
        self.sent += state == outbox.SENT
        if letter.prompt is not None and ref is not None:
            self._sender.remember(letter.place, letter.prompt, ref)
        self._settler.ended(letter, state, ref=ref, reason=reason)

    def _noted(self, settlement: outbox.Settlement) -> None:
        self._held.difference_update(row["row"] for row in settlement.ended)


def _limits(adapter: Adapter, place: Place, letter: Letter) -> tuple[Limit, ...]:
    """What slows this letter down: the platform's limits, and our own for cards."""
    limits = adapter.limits(place)
    if letter.replaces is not None and letter.replaces.startswith("card:"):
        return (Limit(f"{letter.replaces} {letter.place}", 1, CARD_SECONDS), *limits)
    return limits


def _spawn(tasks: set[asyncio.Task[None]], work: Any) -> None:
    task = asyncio.create_task(work)
    tasks.add(task)
    task.add_done_callback(tasks.discard)
