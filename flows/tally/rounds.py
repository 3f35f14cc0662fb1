"""What counts by rounds share (instant-runoff and the single transferable vote): who is last, and how ties are cut.

The one rule: a tie is told, and cut in this order. When several are last and all of them together have fewer votes
than the next one, they go together: whatever the order, none of them could have stayed. Otherwise the earlier rounds
decide, the most recent one in which they were not level first. What is then still level is cut by the declared rule.
When ties stay open, the count is tried each way: where every way elects the same, the tie changes nothing and the one
that stands last in the list goes; where it does not, nothing is decided.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flows.tally.outcome import Number, Tie, Tiebreak, first_of, last_of

EARLIER_ROUNDS = "earlier rounds"
TOGETHER = "together"
NO_DIFFERENCE = "no difference"

REACH = 200_000
"""How many ballots may be looked at while every way is tried. Beyond it a tie counts as one that makes a difference:
that is slow only where very many options are level, and then people should decide."""


class TooFar(Exception):
    """There are more ways than can be tried. Never leaves the count."""


@dataclass(slots=True, kw_only=True)
class Steps:
    """What is left of `REACH`."""

    left: int = REACH

    def take(self, number: int) -> None:
        self.left -= number
        if self.left < 0:
            raise TooFar


def standings(votes: Mapping[str, Number], earlier: Mapping[str, int]) -> dict[str, int]:
    """The place of each option (0 is last) by its votes, and where votes are level, by its place one round before:
    so a place holds all that earlier rounds can say."""
    keys = {code: (number, earlier.get(code, 0)) for code, number in votes.items()}
    places = {key: place for place, key in enumerate(sorted(set(keys.values())))}
    return {code: places[key] for code, key in keys.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Last:
    """Who is last (or has the largest surplus): `level` by this round's votes, `tied` still level by all rounds
    before, `together` when all that are level may go at once."""

    level: tuple[str, ...]
    tied: tuple[str, ...]
    together: bool

    @property
    def undecided(self) -> bool:
        """Only the declared rule can say who goes."""
        return not self.together and len(self.tied) > 1


def last(votes: Mapping[str, Number], places: Mapping[str, int], limit: Number | None = None) -> Last:
    """Who is last among those that have `votes`. With a `limit`, several go together only when even all their votes
    could not bring anybody to it."""
    fewest = min(votes.values())
    level = tuple(code for code, number in votes.items() if number == fewest)
    lowest = min(places[code] for code in level)
    tied = tuple(code for code in level if places[code] == lowest)
    others = [number for number in votes.values() if number != fewest]
    theirs = fewest * len(level)
    together = len(level) > 1 and bool(others) and theirs < min(others)
    if together and limit is not None:
        together = max(others) + theirs < limit
    return Last(level=level, tied=tied, together=together)


def cut(
    found: Last, tiebreak: Tiebreak, number: int, *, harmless: bool, surplus: bool = False
) -> tuple[tuple[str, ...], Tie | None]:
    """Who goes in round `number` (or, with `surplus`, hands on first), and the tie that this cuts; nobody when it
    stays open. A tie is `harmless` when every way of cutting it elects the same."""
    where = "surplus" if surplus else "elimination"
    if found.together:
        return found.level, Tie(codes=found.level, where=where, how=TOGETHER, round=number)
    if len(found.level) == 1:
        return found.level, None
    codes, chosen, how = found.tied, (first_of if surplus else last_of)(found.tied, tiebreak), tiebreak.cut.value
    if len(found.tied) == 1:
        codes, chosen, how = found.level, found.tied[0], EARLIER_ROUNDS
    elif chosen is None and harmless:
        chosen, how = found.tied[0 if surplus else -1], NO_DIFFERENCE
    tie = Tie(codes=codes, where=where, how=how, first=chosen, round=number)
    return () if chosen is None else (chosen,), tie


def by_votes(codes: Sequence[str], votes: Mapping[str, Number]) -> tuple[tuple[str, ...], ...]:
    """Some options from the most votes to the fewest, those that are level together."""
    numbers = sorted({votes[code] for code in codes}, reverse=True)
    return tuple(tuple(code for code in codes if votes[code] == number) for number in numbers)
