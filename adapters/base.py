"""The contract between a messenger and the road.

    platform          adapter                 road
       | updates      receive() --Batch-->    inbox + cursor, committed together
       | <--confirm-- (resumed only now)
       | <--message-- send(Outgoing)          outbox, settled after Sent

The one rule: **stored, then confirmed**. `receive` is an async generator; being asked for the next batch is the proof
that the last one is stored. An adapter confirms to its platform only then, and keeps no queue of its own.

`send`, `act`, `rights` and `fetch` raise only the four errors below:

    SendError
    ├── Later(wait)   surely not sent; try again after `wait` seconds
    ├── Gone          the person blocked the bot, the chat does not exist: stop writing there
    ├── Refused       the platform will never take this message
    └── Unsure        it may have been sent; nobody can know
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from flows.events import Event
from flows.messages import Block, Button, Poll


def messenger_of(adapter: str) -> str:
    """The messenger of an adapter. Several bots on one messenger are several adapters: `telegram`, `telegram.4242`.
    A place belongs to the bot, whoever speaks there to the messenger (`storage.people.identity`)."""
    return adapter.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Place:
    """One chat on one configured adapter; `thread` is a forum topic or a Matrix thread."""

    adapter: str
    chat: str
    thread: str | None = None

    def __str__(self) -> str:
        return f"{self.adapter}:{self.chat}" + (f"/{self.thread}" if self.thread else "")

    @property
    def messenger(self) -> str:
        return messenger_of(self.adapter)

    @staticmethod
    def parse(text: str) -> Place:
        """The place that `str(place)` wrote; ValueError when it is not one."""
        adapter, _, chat = text.partition(":")
        if not adapter or not chat:
            raise ValueError(f"not a place: {text!r} (write adapter:chat, for example telegram:-100123)")
        if messenger_of(adapter) == "telegram" and "/" in chat:
            chat, _, thread = chat.partition("/")
            return Place(adapter, chat, thread)
        if adapter == "matrix" and "/$" in chat:
            chat, _, thread = chat.rpartition("/$")
            return Place(adapter, chat, f"${thread}")
        return Place(adapter, chat)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """Something that happened on a platform. `key` is the platform's own id: the inbox refuses it twice. `person` is
    the platform's id of the person. `locale` is the language the platform reports, if it does."""

    key: str
    place: Place
    person: str
    event: Event
    private: bool
    locale: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What one reading of the platform brought, and where to read on. `cursor` None keeps the stored one. A batch
    without items is welcome: it tells that the platform holds nothing more. `gap` is for how many seconds nothing could
    be read before this, when that was long enough for the platform to have forgotten something; else 0."""

    cursor: str | None
    items: tuple[Inbound, ...]
    gap: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a place can show. `max_text` counts UTF-16 units of the text without markup."""

    max_text: int
    buttons: int = 0
    button_label: int = 0
    edit: bool = False
    media: frozenset[str] = frozenset()
    native_poll: bool = False
    ephemeral_note: bool = False
    idempotent_send: bool = False
    private_presses: bool = True
    acts: frozenset[str] = frozenset()
    """What of `delete`, `mute`, `unmute`, `ban` and `unban` we could do here, given the rights."""
    ends_acts: bool = False
    """The platform itself ends a mute or a ban at its time; where it does not, `bot.deliver` lifts it."""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` messages in any `seconds` for everything that shares `name`; kept by `bot.deliver`."""

    name: str
    count: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A picture ready to leave: its bytes (PNG, or JPEG for what people sent) and the words that say the same."""

    data: bytes
    alt: str
    mime: str = "image/png"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A piece of a message that fits the place's capabilities; made by `adapters.render.plan`. `wants` is what the
    message asks for besides words, `photo` or `place`; `poll` its question for a poll of the messenger's own, shown
    beside the words (`Capabilities.native_poll`)."""

    body: tuple[Block, ...]
    rows: tuple[tuple[Button, ...], ...] = ()
    image: Image | None = None
    wants: str = ""
    poll: Poll | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One part on its way. `key` is the same at each attempt. With `replaces` (the reference of an earlier message)
    it is an edit."""

    key: str
    place: Place
    part: Part
    replaces: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The platform took it; `ref` is its reference of the message (for edits, the same as before)."""

    ref: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something to do in a group for its moderators. `ref` is the message to `delete`; `person` whom to `mute`,
    `unmute`, `ban` or `unban`, until `until` (None: without an end)."""

    key: str
    place: Place
    act: str
    ref: str = ""
    person: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A picture that somebody sent, without anything that tells where and when it was taken."""

    data: bytes
    mime: str


class SendError(Exception):
    """The root of the four errors drawn above."""


class Later(SendError):
    """Surely not sent; try again after `wait` seconds. `whole` says that the limit is the bot's, not the chat's;
    `hasty` that the platform asks us to write more slowly; `broken` that it did not answer, or only that it cannot."""

    def __init__(self, wait: float, *, whole: bool = False, hasty: bool = False, broken: bool = False) -> None:
        super().__init__(f"try again in {wait:g} s")
        self.wait = wait
        self.whole = whole
        self.hasty = hasty
        self.broken = broken


class Gone(SendError):
    """The person blocked the bot, or the chat is no more. `moved_to` is set when the chat has a new id instead."""

    def __init__(self, reason: str, *, moved_to: str | None = None) -> None:
        super().__init__(reason)
        self.moved_to = moved_to


class Lacking(StrEnum):
    """What stands in the way of an act."""

    RIGHT = "right"
    """We are not an administrator there, or not one who may do this."""
    STANDING = "standing"
    """The person administrates the group, or has as much power there as we do."""
    KIND = "kind"
    """Groups of this kind, or this messenger, do not know the act."""
    SUBJECT = "subject"
    """There is no such person or message there."""


class Refused(SendError):
    """The platform will never take this message. `lacking` says, of an act, what stands in the way."""

    def __init__(self, reason: str, *, lacking: Lacking | None = None) -> None:
        super().__init__(reason)
        self.lacking = lacking


class Unsure(SendError):
    """It may have been sent; nobody can know."""


class Adapter(Protocol):
    """What the road asks of a messenger."""

    name: str

    def capabilities(self, place: Place) -> Capabilities:
        """What `place` can show."""
        ...

    def limits(self, place: Place) -> tuple[Limit, ...]:
        """How fast the platform lets us write to `place`; edits and new messages alike. Empty means no limit."""
        ...

    def receive(self, cursor: str | None) -> AsyncIterator[Batch]:
        """Read the platform for ever, from `cursor` (None at the very first start)."""
        ...

    async def send(self, out: Outgoing) -> Sent:
        """Show one part; an edit when `out.replaces` is set. Raises only `SendError`."""
        ...

    async def act(self, action: Action) -> None:
        """Do it; doing it twice is no mistake. Raises only `SendError`: `Refused` when we may not."""
        ...

    async def rights(self, place: Place) -> frozenset[str]:
        """Which of `Capabilities.acts` the platform lets us do in this group at present. Raises only `SendError`."""
        ...

    async def fetch(self, ref: str) -> File:
        """The picture of a `Shared.ref`, at most 10 MB. Raises only `SendError`."""
        ...

    async def note(self, inbound_key: str, text: str) -> None:
        """Answer a press: stop its waiting sign and show `text` (may be empty) to the presser alone."""
        ...

    async def close(self) -> None:
        """Let go of connections. Nothing is confirmed to the platform here."""
        ...
