"""Options in levels, best first, and who gets the seats.

The one rule: nobody wins by standing first in a list unless the declared rule for ties says so. Options that are level
and do not all fit into the seats are a tie; the tie is told, whether or not something cuts it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from flows.tally.outcome import Tie, Tiebreak, first_of

Levels = tuple[tuple[str, ...], ...]


def levels(options: Sequence[str], key: Callable[[str], Any]) -> Levels:
    """The options by falling `key`, those of equal key together; inside a level in the order of the list."""
    found: dict[Any, list[str]] = {}
    for code in options:
        found.setdefault(key(code), []).append(code)
    return tuple(tuple(found[value]) for value in sorted(found, reverse=True))


def seated(
    order: Levels, seats: int, tiebreak: Tiebreak, *, able: Collection[str]
) -> tuple[tuple[str, ...], Levels, tuple[Tie, ...]]:
    """The winners in the order of their election, the order once ties for a seat are cut, and those ties. Only those
    `able` to win are seated (nobody wins without a vote)."""
    winners: list[str] = []
    for place, level in enumerate(order):
        waiting = tuple(code for code in level if code in able)
        if len(waiting) > seats - len(winners):
            ties = _cut(waiting, seats - len(winners), tiebreak, where="winner" if seats == 1 else "seat")
            ahead = tuple(tie.first for tie in ties if tie.first is not None)
            rest = tuple(code for code in level if code not in ahead)
            apart = (*((code,) for code in ahead), rest)
            return (*winners, *ahead), (*order[:place], *apart, *order[place + 1 :]), ties
        winners.extend(waiting)
    return tuple(winners), order, ()


def _cut(waiting: tuple[str, ...], seats: int, tiebreak: Tiebreak, *, where: str) -> tuple[Tie, ...]:
    """One tie for each seat, until one stays open."""
    ties: list[Tie] = []
    while len(ties) < seats:
        first = first_of(waiting, tiebreak)
        ties.append(Tie(codes=waiting, where=where, how=tiebreak.cut.value, first=first))
        if first is None:
            break
        waiting = tuple(code for code in waiting if code != first)
    return tuple(ties)
