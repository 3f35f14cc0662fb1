"""The same vote cast twice by the same people: how many changed their answer, in which direction, and whether a group
that was drawn by lot changed more often than another.

The one rule: only people who answered both times are compared, and a share never stands without its interval. Of one
share it is Wilson's (see `flows.tally.zones`); of the difference of two it is made of theirs (R. G. Newcombe, "Interval
estimation for the difference between independent proportions", Statistics in Medicine 17, 1998, method 10).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt
from typing import Any, TypeAlias

from flows.tally.zones import interval

Pair: TypeAlias = tuple[str, str, str, int]
"""(first answer, second answer, group, how many people)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some of those who answered twice. `group` is empty for all of them."""

    group: str = ""
    people: int
    changed: int

    @property
    def kept(self) -> int:
        return self.people - self.changed

    @property
    def range(self) -> tuple[float, float]:
        """Where the share that changes probably lies."""
        return interval(self.changed, self.people)

    def to_json(self) -> dict[str, Any]:
        low, high = self.range
        return {
            "group": self.group,
            "people": self.people,
            "changed": self.changed,
            "kept": self.kept,
            "interval": [round(low, 4), round(high, 4)],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What the second answers say beside the first. `totals` are (answer, people before, people after)."""

    all: Part
    totals: tuple[tuple[str, int, int], ...]
    parts: tuple[Part, ...] = ()


def compare(pairs: Iterable[Pair], codes: Iterable[str], groups: Iterable[str] = ()) -> Changed:
    """What pairs of answers tell; `codes` are the answers in their order, `groups` those of the draw."""
    found = list(pairs)
    known = list(dict.fromkeys([*codes, *(answer for pair in found for answer in pair[:2])]))
    totals = (
        (code, sum(n for first, *_, n in found if first == code), sum(n for _, second, _, n in found if second == code))
        for code in known
    )
    return Changed(
        all=_part("", found),
        totals=tuple(one for one in totals if one[1] or one[2]),
        parts=tuple(_part(group, [pair for pair in found if pair[2] == group]) for group in groups),
    )


def _part(group: str, pairs: list[Pair]) -> Part:
    return Part(
        group=group,
        people=sum(pair[3] for pair in pairs),
        changed=sum(pair[3] for pair in pairs if pair[0] != pair[1]),
    )


def difference(one: Part, other: Part) -> tuple[float, float, float]:
    """How much larger the share that changed is in `one` than in `other`, and between which ends that probably lies."""
    p, q = (part.changed / part.people if part.people else 0.0 for part in (one, other))
    (p_low, p_high), (q_low, q_high) = one.range, other.range
    below = sqrt((p - p_low) ** 2 + (q_high - q) ** 2)
    above = sqrt((p_high - p) ** 2 + (q - q_low) ** 2)
    return p - q, p - q - below, p - q + above
