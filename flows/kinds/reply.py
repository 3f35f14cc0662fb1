"""What the reading of a reply, or of a press, can come to."""

from __future__ import annotations

from dataclasses import dataclass

from flows.session import Value


@dataclass(frozen=True, slots=True)
class Taken:
    """Understood: this value is the answer."""

    value: Value


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
    is put on file already, so that somebody who leaves now has not answered for nothing."""

    draft: tuple[str, ...]
    say: str = ""
    keep: Value = None


Reply = Taken | Wrong | Partly | None
"""None: not understood."""
