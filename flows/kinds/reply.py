"""What the reading of a reply, or of a press, can come to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from flows.effects import Effect
from flows.session import Given, Value


class Then(StrEnum):
    """What becomes of the messages once a part of an answer was given. `HERE`: the message that is there shows the
    draft as it stands now. `NEXT`: it is settled (`flows.kinds.behind`), and the draft goes on in a new message.
    `BEHIND`: only the message before it changes. `BACK`: both are over, and the draft goes on in a new message."""

    HERE = "here"
    NEXT = "next"
    BEHIND = "behind"
    BACK = "back"


@dataclass(frozen=True, slots=True)
class Taken:
    """Understood: this value is the answer. `effects` is what is done besides putting it on file. `draft` is what the
    question remembers for somebody who comes back to it. `given` says whether it is an answer at all; `say` is told
    before whatever comes next."""

    value: Value
    effects: tuple[Effect, ...] = ()
    draft: tuple[str, ...] = ()
    given: Given = Given.ANSWER
    say: str = ""


@dataclass(frozen=True, slots=True)
class Wrong:
    """Understood, but it cannot be the answer; `why` says so in a sentence. A `mild` one (a text too long, two choices
    alike) does not count as a misunderstanding. `meant` is the label that `why` asks about: a yes stands for it."""

    why: str
    mild: bool = False
    meant: str = ""


@dataclass(frozen=True, slots=True)
class Partly:
    """Some of the answer; more may follow. `draft` is what the question remembers until then (see `flows.kinds`).
    `say` is told after a typed reply; without it, the question is shown again. With `keep`, this much of the answer
    is put on file already, so that somebody who leaves now has not answered for nothing. `effects` is what is done
    besides; `note` the word to whoever pressed."""

    draft: tuple[str, ...]
    say: str = ""
    keep: Value = None
    effects: tuple[Effect, ...] = ()
    then: Then = Then.HERE
    note: str = ""


Reply = Taken | Wrong | Partly | None
"""None: not understood."""
