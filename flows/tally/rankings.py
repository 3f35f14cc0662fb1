"""Ranked ballots: what they are, and who is preferred to whom.

The one rule: what a ballot does not say is never made up. A ranking is a tuple of levels, best first; options inside
one level are ranked equally (files from elsewhere really hold such ballots); options that are left out stand together
behind all others and are preferred to nobody. A code that the question does not know is passed over, and of a code
that stands twice on a ballot the first place counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import chain, combinations
from typing import TypeAlias

from flows.tally.outcome import Duel, Number, Tie, Tiebreak, first_of

Ranking: TypeAlias = tuple[tuple[str, ...], ...]
Ballots: TypeAlias = Sequence[tuple[Ranking, int]]
"""Equal ballots together: a ranking, and how many gave it."""

Order: TypeAlias = tuple[tuple[str, ...], ...]
Matrix: TypeAlias = Mapping[str, Mapping[str, int]]
"""`matrix[a][b]`: how many ballots prefer `a` to `b`."""


def strict(codes: Iterable[str]) -> Ranking:
    """A ranking without ties, first choice first."""
    return tuple((code,) for code in codes)


def grouped(rankings: Iterable[Ranking]) -> Ballots:
    """Equal ballots together."""
    return tuple(Counter(rankings).items())


def tidy(options: Sequence[str], ballots: Ballots) -> dict[Ranking, int]:
    """How many gave each ranking, once codes that are unknown or stand twice are struck off."""
    known = frozenset(options)
    found: dict[Ranking, int] = {}
    for ranking, number in ballots:
        codes = list(chain.from_iterable(ranking))
        if not known.issuperset(codes) or len(set(codes)) < len(codes) or () in ranking:
            ranking = _struck(ranking, known)
        found[ranking] = found.get(ranking, 0) + number
    return found


def voters(ballots: Mapping[Ranking, int]) -> int:
    """All ballots, empty ones too."""
    return sum(ballots.values())


def expressed(ballots: Mapping[Ranking, int]) -> int:
    """The ballots that rank at least one option."""
    return voters(ballots) - ballots.get((), 0)


def next_choice(ranking: Ranking, left: Container[str]) -> tuple[tuple[str, ...], int]:
    """Those who are left of the first level that has anybody left, and which level that is."""
    for place, level in enumerate(ranking):
        heads = level if len(level) == 1 and level[0] in left else tuple(code for code in level if code in left)
        if heads:
            return heads, place
    return (), len(ranking)


def preferences(options: Sequence[str], ballots: Mapping[Ranking, int]) -> Matrix:
    """How many ballots prefer each option to each other one."""
    # A whole row of the matrix is one integer with a lane for each option, wide enough that no lane can spill over:
    # a ballot then costs one addition for each option on it instead of one for each pair.
    width = voters(ballots).bit_length() or 1
    lane = {code: 1 << (place * width) for place, code in enumerate(options)}
    rows = dict.fromkeys(options, 0)
    everyone = sum(lane.values())
    for ranking, number in ballots.items():
        behind = everyone
        for level in ranking:
            for code in level:
                behind -= lane[code]
            for code in level:
                rows[code] += behind * number
    mask = (1 << width) - 1
    return {a: {b: (rows[a] >> (place * width)) & mask for place, b in enumerate(options) if b != a} for a in options}


def duels(options: Sequence[str], matrix: Matrix) -> tuple[Duel, ...]:
    """Each pair of options once, in list order."""
    return tuple(Duel(a=a, b=b, for_a=matrix[a][b], for_b=matrix[b][a]) for a, b in combinations(options, 2))


def ordered(scores: Mapping[str, Number]) -> Order:
    """From the highest score to the lowest, equal scores on one level; inside a level in the order of `scores`."""
    levels: dict[Number, list[str]] = {}
    for code, score in scores.items():
        levels.setdefault(score, []).append(code)
    return tuple(tuple(levels[score]) for score in sorted(levels, reverse=True))


def crowned(order: Order, tiebreak: Tiebreak) -> tuple[tuple[str, ...], Order, tuple[Tie, ...]]:
    """The winner at the head of an order, the order once a tie for the first place is cut, and that tie. No winner
    while the tie is open."""
    head, *rest = order
    if len(head) == 1:
        return head, order, ()
    first = first_of(head, tiebreak)
    tie = Tie(codes=head, where="winner", how=tiebreak.cut.value, first=first)
    if first is None:
        return (), order, (tie,)
    return (first,), ((first,), tuple(code for code in head if code != first), *rest), (tie,)


def simplest(number: Number) -> Number:
    """An integer when it is one."""
    return number.numerator if isinstance(number, Fraction) and number.denominator == 1 else number


def _struck(ranking: Ranking, known: frozenset[str]) -> Ranking:
    seen: set[str] = set()
    levels = []
    for level in ranking:
        kept = tuple(code for code in dict.fromkeys(level) if code in known and code not in seen)
        seen.update(kept)
        if kept:
            levels.append(kept)
    return tuple(levels)
