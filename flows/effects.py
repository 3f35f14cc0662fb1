"""What must be done: the closed list of effects that `flows.engine.advance` returns, as plain data.

The one rule: an effect says what, never how. The road (`bot.apply`) turns effects into rows inside the transaction
that handled the event; nothing here touches the world.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
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


Effect: TypeAlias = Send | Amend | Note | Record | Withdraw | Consented | Arm | Disarm | Forget
