"""One step in its final place among the steps of a flow, and how it came there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flows.conditions import All, Expr
from flows.mistakes import Page, Path
from flows.schema import PlacedForm

UNREAD = All(())
"""Stands for a condition that could not be read, so that its step still counts as conditional."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """How a step came here. `path` is where it stands in the flow's own file: the step itself, or the include that
    brought it. `lang` is the language of texts written without one. In a block, `spoken` are the languages it has
    texts in, `names` maps its names to those of the flow, and `fills` its blanks to texts per language."""

    path: Path
    lang: str
    block: str | None = None
    prefix: str = ""
    spoken: frozenset[str] = frozenset()
    names: Mapping[str, str] = field(default_factory=dict)
    fills: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def final(self, name: str) -> str:
        """The name in the flow of what is called `name` here."""
        return self.names.get(name, name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A `when:` as read, and the origin whose names it is written in."""

    page: Page
    path: Path
    expr: Expr
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """One step. `when` joins its own condition with those of the includes around it, in final names. `broken` are
    its keys that had mistakes: nothing more should be said about those."""

    name: str
    form: PlacedForm
    page: Page
    path: Path
    broken: frozenset[str]
    origin: Origin
    when: Expr | None
    conditions: tuple[Condition, ...]
    reason_of: str = ""
    """For the question that a vote by consent brings along: the name of the vote."""
