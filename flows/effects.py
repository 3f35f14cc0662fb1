"""What must be done: the closed list of effects that `flows.engine.advance` returns, as plain data.

The one rule: an effect says what, never how. The road (`bot.apply`) turns effects into rows inside the transaction
that handled the event; nothing here touches the world.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TypeAlias

from flows.messages import Message
from flows.session import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """Show a new message to the person. When `message.prompt` is set, its id becomes an open prompt of the session
    at `step` (a step name, or `recap`)."""

    message: Message
    step: str = ""
    resend: bool = True
    """After a crash in the middle of sending: True sends again (questions, receipts), False lets go (reminders)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amend:
    """Replace the message that carries prompt `prompt`. Where a platform cannot edit, `message` is sent as a new one
    unless `only_edit`."""

    prompt: str
    message: Message
    only_edit: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A short word only the presser sees, for at most 200 characters; by typing, it is sent as a message."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Put the answer to `question` on file, replacing `before` (None when there was none)."""

    question: str
    answer: Answer
    before: Answer | None
    wording: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw:
    """Take the answer to `question` off the file."""

    question: str
    before: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Consented:
    """The person agreed to `purpose` (or took it back), having read the text whose hash is `wording` in `lang`."""

    purpose: str
    wording: str
    lang: str
    given: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """Set the session's timer `timer` (replacing an earlier one of that name) to ring after `after`; it does nothing
    if the session has moved on by then."""

    timer: str
    after: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Disarm:
    """Take the session's timer `timer` away."""

    timer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Forget:
    """Let go of what this session was told and was shown: the person did not want it kept."""


class Want(StrEnum):
    """What the engine needs to know of what others put forward."""

    CARDS = "cards"
    """The next statement to judge, and which come after it."""
    SIMILAR = "similar"
    """Up to three earlier proposals like `Fetch.text`; with `near`, those close to `spot`."""
    LEFT = "left"
    """How many proposals this person may still send here, where a month or a year has a most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """The road answers with a `flows.events.Fetched` in the same transaction, and the engine goes on. For cards,
    `queue` are the numbers that were promised to this person and not shown yet, `via` is `served` or `shared`; `n` is
    how many to choose when the queue is empty."""

    question: str
    want: Want
    text: str = ""
    spot: str = ""
    queue: tuple[int, ...] = ()
    n: int = 0
    via: str = "served"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stance:
    """Put what the person thinks of proposal `number` on file, or take it off (`value` None). `via` says how they came
    to it: `served` in the fair sequence, `shared` through a link to it, `similar` when they were about to write the
    same. `proof` is what came with the card (`flows.events.Card.proof`)."""

    question: str
    number: int
    value: str | None
    qualifiers: tuple[str, ...] = ()
    via: str = "served"
    proof: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """The person puts `text` forward. `parent` is the number of the proposal that it adds a nuance to; `category`,
    `addressee`, `photo` and `spot` are as answered."""

    question: str
    text: str
    category: str = ""
    addressee: str = ""
    photo: str = ""
    spot: str = ""
    parent: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """The person signs. `shown` is `name`, `initials` or `hidden`."""

    question: str
    shown: str
    name: str = ""
    reason: str = ""
    contact: bool = False


Effect: TypeAlias = (
    Send | Amend | Note | Record | Withdraw | Consented | Arm | Disarm | Forget | Fetch | Stance | Proposed | Signed
)
