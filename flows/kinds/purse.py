"""Points given to options so far: the draft of `score`, `dots` and `quadratic`, and what it may become.

The one rule: nothing leaves here that is not a valid draft: never more points on an option than it can get, never more
out of the purse than there is. A draft is `code=points` for each option that has any (a score of 0 is one), and at
most one `@code`, the card that is open, or `@`, no card.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isqrt

from flows.flow import Points
from flows.kinds.reply import Partly, Reply, Taken, Wrong
from locales import tr, trn

ROWS, STEPS = 12, 10
"""More options, or more points on one of them, and tapping one point after the other is no fun any more."""


def number(written: str, most: int) -> int | None:
    """The number that a token says; None unless it is written as we write it, and at most `most`."""
    if len(written) > 6 or not written.isascii() or not written.isdigit():
        return None
    found = int(written)
    return found if found <= most and str(found) == written else None


def carded(kind: Points) -> bool:
    """Are options opened one at a time?"""
    return kind.total is None or len(kind.choices) > ROWS or kind.most > STEPS


@dataclass(frozen=True, slots=True)
class Ballot:
    """What has been given so far, and the place of the option whose card is open."""

    given: dict[str, int]
    card: int | None = None


def ballot(kind: Points, kept: tuple[str, ...]) -> Ballot:
    """The draft, without anything that could not be in it."""
    places = {choice.code: at for at, choice in enumerate(kind.choices)}
    given: dict[str, int] = {}
    card: int | None = None
    marked = False
    for word in kept:
        code, _, points = word.rpartition("=")
        if word.startswith("@"):
            card, marked = places.get(word[1:]), True
        elif code in places and (found := number(points, kind.most)) is not None:
            given[code] = found
    if kind.total is not None and spent(kind, given) > kind.total:
        given = {}
    if not carded(kind):
        card = None
    elif not marked and kind.total is None and not given:
        card = 0
    return Ballot(given, card)


def kept_as(kind: Points, given: dict[str, int], card: int | None) -> tuple[str, ...]:
    """The draft, always written in the same way. Points of nothing from a purse are not written."""
    words = [
        f"{choice.code}={given[choice.code]}"
        for choice in kind.choices
        if choice.code in given and (kind.total is None or given[choice.code])
    ]
    if card == 0 and kind.total is None and not words:
        return ()
    if card is not None and carded(kind):
        words.append(f"@{kind.choices[card].code}")
    elif kind.total is None and not words:
        words.append("@")
    return tuple(words)


def cost(kind: Points, points: int) -> int:
    return points * points if kind.squared else points


def spent(kind: Points, given: dict[str, int]) -> int:
    return sum(cost(kind, points) for points in given.values())


def left(kind: Points, given: dict[str, int]) -> int:
    """What is left in the purse."""
    return (kind.total or 0) - spent(kind, given)


def top(kind: Points, given: dict[str, int], code: str) -> int:
    """The most points that this option can get now."""
    if kind.total is None:
        return kind.most
    free = left(kind, given) + cost(kind, given.get(code, 0))
    return min(kind.most, isqrt(free) if kind.squared else free)


def put(kind: Points, kept: tuple[str, ...], some: dict[int, int | None], lang: str) -> Reply:
    """The draft after the options at these places got these points (None: no score), or why that cannot be."""
    before = ballot(kind, kept).given
    given = dict(before)
    for at, points in some.items():
        code = kind.choices[at].code
        if points is None:
            given.pop(code, None)
        elif not 0 <= points <= kind.most:
            return Wrong(limits(kind, lang), mild=True)
        else:
            given[code] = points
    if kind.total is not None and left(kind, given) < 0:
        needed = spent(kind, given) - spent(kind, before)
        return Wrong(too_many(needed, left(kind, before), lang), mild=True)
    return Partly(kept_as(kind, given, _next(kind, given, max(some, default=-1))))


def _next(kind: Points, given: dict[str, int], at: int) -> int | None:
    """The card after this one: the next option without a score. A purse is seen as a whole again."""
    if kind.total is not None:
        return None
    later = range(at + 1, len(kind.choices))
    return next((one for one in later if kind.choices[one].code not in given), None)


def too_many(needed: int, free: int, lang: str) -> str:
    if not free:
        return tr(lang, "You have no points left. Take some away elsewhere first.")
    return trn(
        lang,
        "That takes {needed} more, and you have only {n} point left.",
        "That takes {needed} more, and you have only {n} points left.",
        free,
        needed=needed,
    )


def limits(kind: Points, lang: str) -> str:
    if kind.total is None:
        return tr(lang, "Please choose a whole number from {low} to {high}.", low=0, high=kind.most)
    if kind.squared:
        return trn(
            lang,
            "One option can get {n} vote at most, and never less than 0.",
            "One option can get {n} votes at most, and never less than 0.",
            kind.most,
        )
    return trn(
        lang,
        "One option can get {n} point at most, and never less than 0.",
        "One option can get {n} points at most, and never less than 0.",
        kind.most,
    )


def done(kind: Points, kept: tuple[str, ...], lang: str) -> Taken | Wrong:
    """The points given are the answer, if there are any. Points may be left in the purse."""
    given = ballot(kind, kept).given
    if kind.total is not None:
        given = {code: points for code, points in given.items() if points}
    if not given:
        if kind.total is None:
            return Wrong(tr(lang, "Please score at least one option first."))
        return Wrong(tr(lang, "Please give at least one point first."))
    return Taken(tuple((choice.code, given[choice.code]) for choice in kind.choices if choice.code in given))
