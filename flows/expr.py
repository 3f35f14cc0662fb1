"""The little language of `when:`: comparisons over earlier answers.

Parsed with `ast` and a white list, never evaluated by Python. See `flows/README.md` for what organisers may write.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from flows.session import Answer


@dataclass(frozen=True, slots=True)
class Expr:
    """A checked condition. `reads` are the questions it looks at; `source` is what the organiser wrote."""

    source: str
    tree: Node
    reads: frozenset[str]

    def holds(self, answers: Mapping[str, Answer]) -> bool:
        """Is the condition true of these answers? A question that has no answer makes each comparison false."""
        raise NotImplementedError


Node: TypeAlias = object
