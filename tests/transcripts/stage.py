"""A messenger in memory, real as far as Palabre can see: it holds what people say until it is confirmed, keeps what was
shown to them, and can lose an answer on the way.

The one rule: it survives. `Platform` is the world outside, `Stage` is our side of the line to it; when Palabre dies
only the latter goes, and whatever was not confirmed is handed over again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace

from adapters.base import (
    Action,
    Batch,
    Capabilities,
    File,
    Gone,
    Inbound,
    Lacking,
    Later,
    Limit,
    Outgoing,
    Place,
    Refused,
    Sent,
    Unsure,
)
from flows.events import Event
from flows.messages import Button, plain_text

NAME = "stage"
GROUPS = ("groupe", "group")
ACTS = ("delete", "mute", "unmute", "ban", "unban")

WITH_BUTTONS = Capabilities(max_text=4096, buttons=100, button_label=64, edit=True, ephemeral_note=True)
"""As Telegram: buttons, edits, no key that would stop a second copy."""
WITH_KEYS = Capabilities(
    max_text=4000, buttons=100, button_label=80, edit=True, ephemeral_note=True, idempotent_send=True
)
"""As the web chat: a message sent twice under one key is there once."""
BY_TYPING = Capabilities(max_text=20_000)
"""As the terminal: lines, and nothing can be changed."""


@dataclass(slots=True)
class Shown:
    """A message in somebody's chat, as it stands."""

    ref: str
    key: str
    place: str
    first: str
    text: str
    buttons: tuple[Button, ...]
    ever: list[Button] = field(default_factory=list)
    """All the buttons that it ever had: somebody may press one at the moment it is taken away."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Something that became visible. `mark` is `<` for a new message, `~` for a changed one, `!` for a short note, `=`
    for something done to a message or to somebody in a group."""

    place: str
    mark: str
    text: str
    buttons: tuple[Button, ...] = ()


class Platform:
    """The messenger's own computers and everybody's phones."""

    def __init__(self, caps: Capabilities) -> None:
        self.caps = caps
        self.held: list[tuple[int, Inbound]] = []
        """What people did and Palabre has not confirmed."""
        self.shown: dict[str, Shown] = {}
        self.seen: list[Seen] = []
        self.noted: dict[str, str] = {}
        """Which press got which answer."""
        self.done: dict[tuple[str, str], str] = {}
        """What was done last to whom or to which message, by place."""
        self.powers = frozenset(ACTS)
        """What we may do in groups."""
        self.blocked: set[str] = set()
        self.administrators: set[str] = set()
        self.troubles: deque[str] = deque()
        """What goes wrong with the next sends: `unsure` (it arrives, the answer is lost), `lost`, `later`."""
        self._number = 0
        self._places: dict[str, str] = {}
        self._by_key: dict[str, str] = {}

    # --- What people do ----------------------------------------------------------------------------------------------

    def happens(self, person: str, event: Event, *, chat: str = "", locale: str | None = None) -> str:
        """Somebody does something; the key under which Palabre will hear of it."""
        self._number += 1
        chat = chat or person
        key = f"u{self._number}"
        self._places[key] = f"{NAME}:{chat}"
        item = Inbound(
            key=key,
            place=Place(NAME, chat),
            person=person,
            event=event,
            private=chat not in GROUPS,
            locale=locale,
        )
        self.held.append((self._number, item))
        return key

    def confirm(self, upto: int) -> None:
        self.held = [(number, item) for number, item in self.held if number > upto]

    # --- What Palabre does -------------------------------------------------------------------------------------------

    def take(self, out: Outgoing) -> str:
        """Show a part, or change one that is there."""
        place = str(out.place)
        if place in self.blocked:
            raise Gone("blocked by the person")
        trouble = self.troubles.popleft() if self.troubles else ""
        if trouble == "later":
            raise Later(3.0)
        if trouble == "lost":
            raise Unsure("the line went dead")
        ref = self._put(out, place)
        if trouble == "unsure":
            raise Unsure("the answer got lost")
        return ref

    def _put(self, out: Outgoing, place: str) -> str:
        text = plain_text(out.part.body)
        buttons = tuple(button for row in out.part.rows for button in row)
        known = self._by_key.get(out.key) if self.caps.idempotent_send else None
        ref = out.replaces or known
        if ref is not None:
            self._change(self.shown[ref], text, buttons)
            return ref
        ref = f"m{len(self.shown) + 1}"
        self._by_key[out.key] = ref
        message = Shown(ref, out.key, place, text, text, buttons, list(buttons))
        self.shown[ref] = message
        self.seen.append(Seen(place, "<", text, buttons))
        return ref

    def _change(self, message: Shown, text: str, buttons: tuple[Button, ...]) -> None:
        if (message.text, message.buttons) == (text, buttons):
            return  # "not modified" is success
        message.text, message.buttons = text, buttons
        message.ever += [button for button in buttons if button not in message.ever]
        self.seen.append(Seen(message.place, "~", text, buttons))

    def act(self, action: Action) -> None:
        """Delete, mute, ban and their opposites; what is so already stays so."""
        place, subject = str(action.place), action.ref or action.person
        if action.act not in self.powers:
            raise Refused("not enough rights", lacking=Lacking.RIGHT)
        if action.person in self.administrators:
            raise Refused("an administrator", lacking=Lacking.STANDING)
        end = f" until {action.until:%Y-%m-%d %H:%M}" if action.until is not None else ""
        words = f"{action.act} {subject}{end}"
        if self.done.get((place, subject)) != words:
            self.done[place, subject] = words
            self.seen.append(Seen(place, "=", words))

    def answer(self, key: str, text: str) -> None:
        """The answer to a press: its waiting sign stops, and perhaps a word appears."""
        self.noted[key] = text
        if text:
            self.seen.append(Seen(self._places[key], "!", text))


class Stage:
    """The adapter. `crossed` is told of each thing that has left, so that a test can stop the world right there;
    `alive` raises when it was stopped, so that the dead say nothing."""

    name = NAME

    def __init__(self, platform: Platform, crossed: Callable[[str], None], alive: Callable[[], None]) -> None:
        self._platform = platform
        self._crossed, self._alive = crossed, alive

    def capabilities(self, place: Place) -> Capabilities:
        caps = self._platform.caps
        return replace(caps, acts=frozenset(ACTS), ends_acts=True) if place.chat in GROUPS else caps

    def limits(self, place: Place) -> tuple[Limit, ...]:
        return ()

    async def receive(self, cursor: str | None) -> AsyncIterator[Batch]:
        """Everything not yet confirmed is handed over, known or not: the inbox has to see that it knows it."""
        while True:
            items = tuple(self._platform.held)
            last = items[-1][0] if items else 0
            yield Batch(cursor=str(last) if items else None, items=tuple(item for _number, item in items))
            self._platform.confirm(last)

    async def send(self, out: Outgoing) -> Sent:
        self._alive()
        ref = self._platform.take(out)
        self._crossed("changed" if out.replaces else "sent")
        return Sent(ref=ref)

    async def act(self, action: Action) -> None:
        self._alive()
        if action.place.chat not in GROUPS:
            raise Refused("not a group", lacking=Lacking.KIND)
        self._platform.act(action)
        self._crossed("done")

    async def rights(self, place: Place) -> frozenset[str]:
        return self._platform.powers if place.chat in GROUPS else frozenset()

    async def fetch(self, ref: str) -> File:
        raise Refused("pictures on the stage have no bytes")

    async def note(self, inbound_key: str, text: str) -> None:
        self._alive()
        self._platform.answer(inbound_key, text)
        self._crossed("noted")

    async def close(self) -> None:
        """There is no line to hang up."""
