"""Deliver: everything in the outbox leaves here, in order for each place, replies before broadcasts.

    outbox --due--> queue of its place --limits--> adapter.send --> settled in the outbox

The one rule: **a row stays until it is settled**. What may be repeated after a crash is sent first and noted after;
what may not (reminders, broadcasts) is noted as leaving before it leaves. A send whose answer was lost is repeated only
where that is better than silence.
"""

from __future__ import annotations

import asyncio
import heapq
import logging
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from adapters.base import (
    Adapter,
    Capabilities,
    Gone,
    Image,
    Later,
    Limit,
    Outgoing,
    Part,
    Place,
    Refused,
    Unsure,
)
from adapters.render import plan
from bot import acting, letters
from bot.clock import Now
from bot.pacing import Pacer
from bot.photos import PHOTO, Photos
from bot.scene import Note
from bot.thread import StorageThread
from flows.messages import Message
from storage import cards, cases, consultations, desks, outbox, people, sessions
from storage.database import Connection, StorageError
from storage.instants import ms
from storage.outbox import Letter

log = logging.getLogger(__name__)

AT_ONCE = 64
"""Messages to different places that may be on their way at the same time, for each adapter."""

TRIES = 5
REMEMBERED = 50_000

PHOTO_WAIT = 30.0
"""For which a letter waits before its photo is asked for again."""

CASE = "case:"
"""In front of the number of a case whose card is changed."""

CARD_SECONDS = 3.0
"""A card is edited at most once in so long, even when edits were held up and come together."""

Resolve = Callable[[letters.Made, Place], Awaitable[Message]]
Further = Callable[[letters.Results], Awaitable[Sequence[Message]]]
"""The messages that follow a result, one for each picture after the first."""
Paint = Callable[[str, str], Awaitable[Image | None]]


@dataclass(slots=True)
class Queue:
    """The letters of one place, and where it stands."""

    letters: deque[Letter] = field(default_factory=deque)
    busy: bool = False
    parts_sent: int = 0


@dataclass(slots=True)
class Channel:
    """One adapter's places: which have something to send, in what order."""

    adapter: Adapter
    ready: list[tuple[int, int, str]] = field(default_factory=list)
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    closed_until: float = 0.0


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
    ) -> None:
        self._storage = storage
        self._now = now
        self._resolve = resolve
        self._further = further
        self._paint = paint
        self._channels = {name: Channel(adapter) for name, adapter in adapters.items()}
        self._photos = Photos(adapters)
        self._queues: dict[str, Queue] = {}
        self._held: set[str] = set()
        self._order = 0
        self._pacer = pacer or Pacer()
        self._refs: OrderedDict[str, str] = OrderedDict()
        self._settle_with = settle_with or self._write
        self._settled = outbox.Settlement()
        self._noted: list[asyncio.Future[None]] = []
        self._something_settled = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self.sent = 0

    @property
    def idle(self) -> bool:
        return not self._held

    @property
    def waiting(self) -> int:
        return len(self._held)

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
                self._make_ready(channel, letter)

    def _supersede(self, queue: Queue, letter: Letter) -> None:
        """A later edit of a message replaces an earlier one that has not left yet."""
        if letter.replaces is None or len(queue.letters) < 2:
            return
        for earlier in list(queue.letters)[1:]:
            if earlier.replaces == letter.replaces:
                queue.letters.remove(earlier)
                self._settle(earlier, outbox.SENT, reason="replaced by a later edit")

    def _make_ready(self, channel: Channel, letter: Letter) -> None:
        self._order += 1
        heapq.heappush(channel.ready, (letter.rank, self._order, letter.place))
        channel.wake.set()

    async def note(self, notes: Iterable[Note]) -> None:
        """Answer presses: after the commit, before anything slow."""
        for note in notes:
            channel = self._channels.get(note.adapter)
            if channel is not None:
                self._spawn(self._note(channel.adapter, note))

    async def _note(self, adapter: Adapter, note: Note) -> None:
        try:
            await adapter.note(note.inbound_key, note.text)
        except Exception as error:
            log.warning("answering a press on %s failed (%s)", adapter.name, type(error).__name__)

    def _spawn(self, work: Any) -> None:
        task: asyncio.Task[None] = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # --- Sending -----------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Send until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._settler())
            for channel in self._channels.values():
                group.create_task(self._pump(channel))

    async def poll(self) -> None:
        """Take on what waits in the outbox and is due."""
        now, held, names = ms(self._now()), frozenset(self._held), list(self._channels)
        if len(held) < 1000:
            self.add(await self._storage.within(lambda connection: outbox.due(connection, now, 200, held, names)))

    async def _pump(self, channel: Channel) -> None:
        loop = asyncio.get_running_loop()
        while True:
            while not channel.ready:
                channel.wake.clear()
                await channel.wake.wait()
            if channel.closed_until > loop.time():
                await asyncio.sleep(channel.closed_until - loop.time())
            await channel.slots.acquire()
            _rank, _order, name = heapq.heappop(channel.ready)
            queue = self._queues.get(name)
            if queue is None or not queue.letters:
                channel.slots.release()
                continue
            place = Place.parse(name)
            seconds, limit = self._pacer.wait(_limits(channel.adapter, place, queue.letters[0]))
            if seconds:
                channel.slots.release()
                if limit == channel.adapter.name:
                    channel.closed_until = loop.time() + seconds
                    self._make_ready(channel, queue.letters[0])
                else:
                    self._park(channel, queue, seconds)
                continue
            queue.busy = True
            self._spawn(self._send_first(channel, name, place, queue))

    def _park(self, channel: Channel, queue: Queue, seconds: float) -> None:
        """Let one place wait without holding up the others."""

        def again() -> None:
            if queue.letters and not queue.busy:
                self._make_ready(channel, queue.letters[0])

        asyncio.get_running_loop().call_later(seconds, again)

    async def _send_first(self, channel: Channel, name: str, place: Place, queue: Queue) -> None:
        letter, wait = queue.letters[0], 0.0
        try:
            ref = await self._send(channel.adapter, place, letter, queue)
            self._end(queue, letter, outbox.SENT, ref=ref)
        except Later as later:
            wait = later.wait
            if later.whole:
                channel.closed_until = asyncio.get_running_loop().time() + later.wait
        except Gone as gone:
            await self._gone(name, queue, gone)
        except Refused as refused:
            log.warning("%s refused message %s: %s", channel.adapter.name, letter.key, refused)
            self._end(queue, letter, outbox.FAILED, reason=str(refused))
        except Unsure as unsure:
            wait = self._unsure(queue, letter, str(unsure))
        except Exception as error:
            log.exception("sending message %s failed", letter.key)
            wait = self._unsure(queue, letter, type(error).__name__)
        finally:
            channel.slots.release()
        if letter.replaces is None and not wait:
            # The next message waits for the note, or a crash would show both twice, in the wrong order.
            await self._all_noted()
        queue.busy = False
        if queue.letters and wait:
            self._park(channel, queue, wait)
        elif queue.letters:
            self._make_ready(channel, queue.letters[0])
        else:
            self._queues.pop(name, None)

    async def _send(self, adapter: Adapter, place: Place, letter: Letter, queue: Queue) -> str | None:
        """All parts of one letter; returns the reference of the last. Continues where an earlier try stopped. An edit
        that cannot be made becomes a new message with its last paragraph, where the news is."""
        caps = adapter.capabilities(place)
        replaces = await self._reference(letter.replaces, place) if letter.replaces and caps.edit else None
        said: letters.Letter = letter.said or letters.read(letter.payload)
        if isinstance(said, letters.Do):
            await self._perform(adapter, place, letter, said)
            return None
        if isinstance(said, letters.Card) and letter.replaces and replaces is None:
            return None  # where a card cannot be kept up to date, it is not repeated for every vote
        if isinstance(said, letters.CaseCard) and said.only_edit and replaces is None:
            return None
        whole = said if isinstance(said, letters.Whole) else letters.Whole(await self._resolve(said, place), said.lang)
        if letter.replaces and replaces is None and whole.only_edit:
            return None
        if letter.replaces and replaces is None and not isinstance(said, letters.CaseCard):
            whole = replace(whole, message=Message(body=whole.message.body[-1:], prompt=whole.message.prompt))
        picture = whole.message.picture
        image = await self._image(picture.ref, picture.alt, whole.lang, letter, queue, caps) if picture else None
        if not letter.resend:
            await self._mark_leaving(letter.key)
        ref: str | None = None
        parts = [*plan(whole.message, caps, lang=whole.lang, image=image), *await self._pictures(said, caps)]
        for number, part in enumerate(parts):
            if number < queue.parts_sent:
                continue
            edited = replaces if number == 0 else None
            sent = await adapter.send(Outgoing(key=f"{letter.key}.{number}", place=place, part=part, replaces=edited))
            ref = sent.ref
            queue.parts_sent = number + 1
        return ref

    async def _perform(self, adapter: Adapter, place: Place, letter: Letter, do: letters.Do) -> None:
        """Do what moderators decided; where that is not possible, they are told why."""
        caps = adapter.capabilities(place)
        await self._storage.within(lambda connection: acting.foresee(connection, do, letter.key, place, caps))
        try:
            await adapter.act(acting.action_of(do, letter.key, place))
        except Refused as why:
            now, reason = self._now(), why
            await self._storage.within(
                lambda connection: acting.refused(connection, do, letter.key, place, reason, now)
            )
            raise

    async def _image(
        self, ref: str, alt: str, lang: str, letter: Letter, queue: Queue, caps: Capabilities
    ) -> Image | None:
        """The bytes of a picture, where it can be shown: drawn by us, or sent by somebody."""
        if not ref.startswith(PHOTO):
            return await self._paint(ref, lang) if "image/png" in caps.media else None
        if "image/jpeg" not in caps.media:
            return None
        try:
            return await self._photos.get(ref.removeprefix(PHOTO), alt)
        except Later as later:
            if letter.attempts + 1 >= TRIES:
                return None  # its words say that there is one
            queue.letters[0] = replace(letter, attempts=letter.attempts + 1)
            raise Later(min(later.wait, PHOTO_WAIT)) from None

    async def _pictures(self, said: letters.Letter, caps: Capabilities) -> list[Part]:
        """The other pictures of a result, where pictures can be shown; all their words are in the first message."""
        if self._further is None or not isinstance(said, letters.Results) or "image/png" not in caps.media:
            return []
        parts: list[Part] = []
        for message in await self._further(said):
            image = await self._paint(message.picture.ref, said.lang) if message.picture else None
            parts += plan(message, caps, lang=said.lang, image=image) if image is not None else []
        return parts

    async def _reference(self, name: str, place: Place) -> str | None:
        """The platform's reference of the message to edit; prompts and cards are looked up by what they are of."""
        if name.startswith("card:"):
            card = name.removeprefix("card:")
            return await self._storage.within(lambda connection: cards.ref(connection, card, str(place)))
        if name.startswith(CASE):
            case = int(name.removeprefix(CASE))
            hung = await self._storage.within(lambda connection: desks.card(connection, case, str(place)))
            return hung.ref if hung is not None else None
        if not name.startswith("prompt:"):
            return name
        prompt = name.removeprefix("prompt:")
        if prompt in self._refs:
            return self._refs[prompt]
        found = await self._storage.within(lambda connection: sessions.shown(connection, [prompt]))
        return found[prompt].ref if prompt in found else None

    def _unsure(self, queue: Queue, letter: Letter, reason: str) -> float:
        """Nobody knows whether it arrived: repeat what is better seen twice than never, a few times."""
        tries = letter.attempts + 1
        if letter.resend and tries < TRIES:
            queue.letters[0] = replace(letter, attempts=tries)
            return float(min(60, 2**tries))
        self._end(queue, letter, outbox.UNSURE, reason=reason)
        return 0.0

    async def _gone(self, name: str, queue: Queue, gone: Gone) -> None:
        """Nobody is there any more: stop writing to that place, or follow it to where it moved."""
        moved = gone.moved_to
        for letter in list(queue.letters):
            if moved is None:
                self._end(queue, letter, outbox.FAILED, reason=str(gone))
            else:
                queue.letters.popleft()
                self._held.discard(letter.key)
        queue.parts_sent = 0
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

    # --- Settling ----------------------------------------------------------------------------------------------------

    def _end(
        self, queue: Queue, letter: Letter, state: str, *, ref: str | None = None, reason: str | None = None
    ) -> None:
        queue.letters.popleft()
        queue.parts_sent = 0
        self._settle(letter, state, ref=ref, reason=reason)

    def _settle(self, letter: Letter, state: str, *, ref: str | None = None, reason: str | None = None) -> None:
        self.sent += state == outbox.SENT
        row = {"row": letter.key, "new_state": state, "new_ref": ref, "new_reason": reason}
        self._settled.ended.append(row)
        if letter.prompt is not None and ref is not None:
            self._refs[letter.prompt] = ref
            if len(self._refs) > REMEMBERED:
                self._refs.popitem(last=False)
            self._settled.shown.append({"row": letter.prompt, "new_ref": ref})
        if letter.replaces is None and ref is not None and (card := _card_of(letter)) is not None:
            self._settled.hung.append({"of": card.consultation, "at": letter.place, "new_ref": ref})
        if ref is not None and (case := _case_of(letter)) is not None:
            self._settled.filed.append({"of": case, "at": letter.place, "new_ref": ref})
        self._something_settled.set()

    async def _mark_leaving(self, key: str) -> None:
        """Note that a letter leaves now, together with others that leave at the same time."""
        self._settled.leaving.append(key)
        await self._all_noted()

    async def _all_noted(self) -> None:
        """Wait until everything that ended or leaves up to now is written."""
        noted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._noted.append(noted)
        self._something_settled.set()
        await noted

    async def _settler(self) -> None:
        """Have it written how letters ended, many at a time."""
        while True:
            await self._something_settled.wait()
            self._something_settled.clear()
            settlement, self._settled = self._settled, outbox.Settlement()
            noted, self._noted = self._noted, []
            await self._settle_with(settlement)
            self._held.difference_update(row["row"] for row in settlement.ended)
            for future in noted:
                if not future.done():
                    future.set_result(None)

    async def _write(self, settlement: outbox.Settlement) -> None:
        """Write a settlement in a transaction of its own; tried again until the database takes it."""
        while True:
            try:
                await self._storage.within(lambda connection: settle(connection, settlement))
                return
            except StorageError as error:
                log.error("what was sent cannot be noted yet: %s", error)
                await asyncio.sleep(1.0)


def settle(connection: Connection, settlement: outbox.Settlement) -> None:
    """Write how letters ended."""
    outbox.settle(connection, settlement.ended)
    sessions.set_refs(connection, settlement.shown)
    cards.hang(connection, settlement.hung)
    desks.set_refs(connection, settlement.filed)
    outbox.mark_sending(connection, settlement.leaving)


def _limits(adapter: Adapter, place: Place, letter: Letter) -> tuple[Limit, ...]:
    """What slows this letter down: the platform's limits, and our own for cards."""
    limits = adapter.limits(place)
    if letter.replaces is not None and letter.replaces.startswith("card:"):
        return (Limit(f"{letter.replaces} {letter.place}", 1, CARD_SECONDS), *limits)
    return limits


def _case_of(letter: Letter) -> int | None:
    """The case whose card this letter is, if it is one."""
    if letter.said is None and '"k":' not in letter.payload[:8]:
        return None
    said = letter.said or letters.read(letter.payload)
    return said.case if isinstance(said, letters.CaseCard) else None


def _card_of(letter: Letter) -> letters.Card | None:
    """The card that this letter is, if it is one."""
    if letter.said is None and '"c":' not in letter.payload[:8]:
        return None
    said = letter.said or letters.read(letter.payload)
    return said if isinstance(said, letters.Card) else None
