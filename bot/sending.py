"""One letter on its way: made at this moment, fitted to its place, handed to the messenger part by part.

The one rule: a letter that stopped half-way goes on where it stopped; no part of it is shown twice. Whatever takes time
(the database, a picture) is done in `prepare`, so that what was prepared leaves in the instant in which it may.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from adapters.base import Adapter, Capabilities, Image, Later, Outgoing, Part, Place, Refused
from adapters.render import plan
from bot import acting, letters
from bot.clock import Now
from bot.photos import PHOTO, Photos
from bot.queues import Prepared, Queue
from bot.thread import StorageThread
from flows.messages import Message
from storage import cards, desks, mailings, sessions
from storage.outbox import Letter

TRIES = 5
"""So often a photo is asked for before a letter leaves without it."""
REMEMBERED = 50_000

PHOTO_WAIT = 30.0
"""For which a letter waits before its photo is asked for again."""

CASE = "case:"
"""In front of the number of a case whose card is changed."""

Resolve = Callable[[letters.Made, Place], Awaitable[Message]]
Further = Callable[[letters.Results], Awaitable[Sequence[Message]]]
"""The messages that follow a result, one for each picture after the first."""
Paint = Callable[[str, str], Awaitable[Image | None]]


class TakenBack(Exception):
    """What was to leave may not leave any more."""


class Sender:
    """`leaves` notes that a letter that may not be repeated leaves now; False when it may not. `pace` waits until one
    more part may leave; the first was counted by whoever calls `send`."""

    def __init__(
        self,
        storage: StorageThread,
        now: Now,
        photos: Photos,
        *,
        resolve: Resolve,
        paint: Paint,
        further: Further | None,
        leaves: Callable[[str], Awaitable[bool]],
        pace: Callable[[Adapter, Place], Awaitable[None]],
    ) -> None:
        self._storage = storage
        self._now = now
        self._photos = photos
        self._resolve = resolve
        self._paint = paint
        self._further = further
        self._leaves = leaves
        self._pace = pace
        self._refs: OrderedDict[str, str] = OrderedDict()

    def remember(self, place: str, prompt: str, ref: str) -> None:
        """Where a question was shown, for when it is edited."""
        self._refs[f"{place} {prompt}"] = ref
        if len(self._refs) > REMEMBERED:
            self._refs.popitem(last=False)

    async def send(
        self, adapter: Adapter, place: Place, letter: Letter, queue: Queue, prepared: Prepared | None = None
    ) -> str | None:
        """All parts of one letter; returns the reference of the last. Continues where an earlier try stopped. Raises
        `SendError`, or `TakenBack`."""
        said: letters.Letter = letter.said or letters.read(letter.payload)
        if isinstance(said, letters.Do):
            await self._perform(adapter, place, letter, said)
            return None
        whole = prepared or await self.prepare(adapter, place, letter, queue)
        ref: str | None = None
        for number, part in enumerate(whole.parts):
            if number < queue.parts_sent:
                continue
            if number:
                await self._pace(adapter, place)
            edited = whole.replaces if number == 0 else None
            sent = await adapter.send(Outgoing(key=f"{letter.key}.{number}", place=place, part=part, replaces=edited))
            ref = sent.ref
            queue.parts_sent = number + 1
        return ref

    async def prepare(self, adapter: Adapter, place: Place, letter: Letter, queue: Queue) -> Prepared:
        """A letter as it leaves, noted as leaving where it may not be repeated; without parts when there is nothing to
        show. An edit that cannot be made becomes a new message with its last paragraph, where the news is. Raises
        `Later` for a photo, and `TakenBack`."""
        caps = adapter.capabilities(place)
        replaces = await self._reference(letter.replaces, place) if letter.replaces and caps.edit else None
        said: letters.Letter = letter.said or letters.read(letter.payload)
        if isinstance(said, letters.Do):
            return Prepared()  # nothing is shown, something is done
        if isinstance(said, letters.Card) and letter.replaces and replaces is None:
            return Prepared()  # where a card cannot be kept up to date, it is not repeated for every vote
        if isinstance(said, letters.CaseCard | letters.Progress) and said.only_edit and replaces is None:
            return Prepared()
        whole = said if isinstance(said, letters.Whole) else letters.Whole(await self._resolve(said, place), said.lang)
        if letter.replaces and replaces is None and whole.only_edit:
            return Prepared()
        if letter.replaces and replaces is None and not isinstance(said, letters.CaseCard | letters.Progress):
            whole = replace(whole, message=Message(body=whole.message.body[-1:], prompt=whole.message.prompt))
        picture = whole.message.picture
        image = await self._image(picture.ref, picture.alt, whole.lang, letter, queue, caps) if picture else None
        parts = [*plan(whole.message, caps, lang=whole.lang, image=image), *await self._pictures(said, caps)]
        if not letter.resend and not await self._leaves(letter.key):
            raise TakenBack(letter.key)
        return Prepared(tuple(parts), replaces)

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
        if name.startswith("mailing:"):
            first = await self._storage.within(lambda connection: mailings.letter(connection, name))
            return first[2] if first is not None else None
        if not name.startswith("prompt:"):
            return name
        prompt = name.removeprefix("prompt:")
        if known := self._refs.get(f"{place} {prompt}"):
            return known
        found = (await self._storage.within(lambda connection: sessions.shown(connection, [prompt]))).get(prompt)
        # A reference means something in its own chat only: one person may write to us in several.
        return found.ref if found is not None and found.place == str(place) else None
