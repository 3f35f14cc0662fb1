"""What the reading of a reply can come to."""

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
    alike) does not count as a misunderstanding."""

    why: str
    mild: bool = False


@dataclass(frozen=True, slots=True)
class Partly:
    """Some of the choices asked for; more are needed."""

    value: tuple[str, ...]


Reply = Taken | Wrong | Partly | None
"""None: not understood."""
