"""What happened: the closed list of events. Each carries its own time; nobody asks a clock.

The one rule: an event is plain data and survives JSON (`to_json`, `from_json`), because every event is a row of the
inbox before anything thinks about it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Somebody typed something. `reply_to` is the platform's reference of the message of ours that it answers, if any.

    `quoted` is the message that a command replies to, when it is somebody else's: its reference, the platform's id of
    its author, and its text.

    In a group: `admin` when the person is known to administrate it; `unnamed` when the platform does not tell who
    wrote (an administrator who writes as the group). `poll` is the platform's own poll that the message answers, as
    its question followed by its options; `several` when that poll takes several answers."""

    at: datetime
    text: str
    reply_to: str | None = None
    admin: bool = False
    unnamed: bool = False
    poll: tuple[str, ...] = ()
    several: bool = False
    quoted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Overheard:
    """Talk among the members of a group that is watched, or an edit of it (`edited`): not addressed to us. It goes
    into the inbox only when a rule flagged it; `flags` are the names of those rules. `ref` is the platform's reference
    of the message."""

    at: datetime
    text: str
    ref: str
    edited: bool = False
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """Somebody pressed a button. `data` is attacker input. `message` is the platform's reference of the message that
    carried the button, when the platform tells."""

    at: datetime
    data: str
    message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """Somebody sent something that is not text. `what` is photo, voice, video, document, sticker, location, contact
    or other. A small text file comes with its `name` and its `text`; a photo with `ref`, by which the adapter can fetch
    it again (`Adapter.fetch`), and its caption in `text`; a location with `spot` (`48.85661,2.35222`)."""

    at: datetime
    what: str
    name: str = ""
    text: str = ""
    ref: str = ""
    spot: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Commanded:
    """A command, already recognised: `name` is the canonical English name without slash (`start`, `back`, `skip`,
    `stop`, `resume`, `help`, `language` ...). Adapters never make these; the road does, from what was said."""

    at: datetime
    name: str
    argument: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rang:
    """A timer came due. `fence` is the sequence number of the session when the timer was set: when the session has
    moved on, the timer does nothing."""

    at: datetime
    timer: str
    subject: str
    fence: int | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked:
    """The person blocked the bot, or the bot was removed from the place."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """The person unblocked the bot, or the bot was added to the place."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """The chat has a new id (a Telegram group that became a supergroup, an upgraded Matrix room)."""

    at: datetime
    to_chat: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One proposal or statement as somebody sees it. `official`: it comes from the organiser. `proof` is a keyed word
    that only we can make for this person and this card: it travels in the buttons and shows how they came to it.
    `waiting`: the person wrote it themselves, and no moderator has read it yet; nobody else is ever shown it."""

    number: int
    text: str
    official: bool = False
    proof: str = ""
    supports: int = 0
    waiting: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """The answer to a `flows.effects.Fetch`. It never goes through the inbox: it belongs to the transaction that asked.
    For cards: at most one, and the `queue` of those after it; no card means that there is none left to judge. For what
    is left, `left` says how many more (None: no bound)."""

    at: datetime
    question: str
    want: str
    cards: tuple[Card, ...] = ()
    queue: tuple[int, ...] = ()
    left: int | None = None


Event: TypeAlias = Said | Pressed | Shared | Commanded | Rang | Blocked | Returned | Moved | Overheard | Fetched

_KINDS: dict[str, type[Any]] = {
    "said": Said,
    "pressed": Pressed,
    "shared": Shared,
    "commanded": Commanded,
    "rang": Rang,
    "blocked": Blocked,
    "returned": Returned,
    "moved": Moved,
    "overheard": Overheard,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}


def to_json(event: Event) -> dict[str, Any]:
    """An event as JSON-ready data; empty fields are left out. KeyError for `Fetched`, which is never stored."""
    data: dict[str, Any] = {"kind": _NAMES[type(event)]}
    for field in event.__slots__:
        value = getattr(event, field)
        if value is not None and value != "" and value is not False and value != ():
            data[field] = value.isoformat() if isinstance(value, datetime) else value
    return data


def from_json(data: dict[str, Any]) -> Event:
    """The event that `to_json` wrote. KeyError or TypeError on anything else."""
    fields = dict(data)
    kind = _KINDS[fields.pop("kind")]
    fields["at"] = datetime.fromisoformat(fields["at"])
    for name in ("text", "data", "what", "ref"):  # left out when empty
        if name in kind.__slots__:
            fields.setdefault(name, "")
    for name in ("poll", "quoted", "flags"):
        if name in fields:
            fields[name] = tuple(fields[name])
    event: Event = kind(**fields)
    return event
