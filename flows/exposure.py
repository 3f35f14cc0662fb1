"""Which proposals a person is shown next: three policies, each a pure function of a pool, a number and a seed.

    least_seen   those that the fewest people have had in front of them
    bandit       three in ten new, one in ten that divides, the others as their share of agreement promises
    polis        by lot, with the weights that the Polis project published

The one rule: **the same pool and seed choose the same, for ever and everywhere**, so that anybody can replay what was
served (`bot.contributions.replaying`). Chance comes from `random.Random(seed).random()` alone, the only one of Python's
draws that is promised to stay the same; everything else is worked out here.

A policy is chosen by the organiser and published with the consultation. None of them knows who reads.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from random import Random
from typing import assert_never

from flows.flow import Policy

NEW_UNDER = 10
"""With fewer votes a proposal is new: its share of agreement says little."""
NEW_SHARE, HEATED_SHARE = 0.3, 0.1
"""Of each ten cards of `bandit`: how many are new, how many divide."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A proposal that may be served. `author` and `category` are words to tell apart, empty when there is none."""

    number: int
    seen: int = 0
    agree: int = 0
    disagree: int = 0
    neutral: int = 0
    author: str = ""
    category: str = ""

    @property
    def votes(self) -> int:
        return self.agree + self.disagree + self.neutral


Candidates = Sequence[Candidate]


def choose(policy: Policy, candidates: Candidates, n: int, seed: int) -> tuple[int, ...]:
    """The numbers of up to `n` candidates, in the order in which to show them."""
    dice = Random(seed)
    pool = sorted({one.number: one for one in candidates}.values(), key=lambda one: one.number)
    n = min(n, len(pool))
    match policy:
        case Policy.LEAST_SEEN:
            chosen = _by_key(pool, dice, lambda one: one.seen)[:n]
        case Policy.BANDIT:
            chosen = _bandit(pool, n, dice)
        case Policy.POLIS:
            chosen = _by_weight(pool, dice, polis_priority)[:n]
        case _:
            assert_never(policy)
    return tuple(one.number for one in chosen)


def heat(agree: int, disagree: int, neutral: int) -> float:
    """How much a proposal divides, from 0 to 1: the share of the smaller camp, doubled. 0 while it is new."""
    votes = agree + disagree + neutral
    return 0.0 if votes < NEW_UNDER else 2.0 * min(agree, disagree) / votes


def polis_priority(one: Candidate) -> float:
    """The weight of a comment in Polis (pol.is, `comment-priority` in its open source, described in "Polis: Scaling
    deliberation by mapping high dimensional opinion spaces", Small et al. 2021), with an extremity of 0, because that
    needs the opinion groups: seldom passed on, often agreed with, and new ones first."""
    votes = one.votes
    passed, agreed = (one.neutral + 1) / (votes + 2), (one.agree + 1) / (votes + 2)
    newness = 1 + 8 * 2 ** (-votes / 5)
    return float(((1 - passed) * agreed * newness) ** 2)


# --- Policies --------------------------------------------------------------------------------------------------------


def _by_key(pool: Candidates, dice: Random, key: Callable[[Candidate], float]) -> list[Candidate]:
    """In the order of a key, lowest first; equals in an order by lot."""
    lots = {one.number: dice.random() for one in pool}
    return sorted(pool, key=lambda one: (key(one), lots[one.number]))


def _by_weight(pool: Candidates, dice: Random, weight: Callable[[Candidate], float]) -> list[Candidate]:
    """Drawn one after the other without putting back, each with a chance in proportion to its weight (Efraimidis and
    Spirakis, "Weighted random sampling with a reservoir", 2006)."""
    keys = {one.number: -math.log(1 - dice.random()) / weight(one) for one in pool}
    return sorted(pool, key=lambda one: (keys[one.number], one.number))


def _bandit(pool: Candidates, n: int, dice: Random) -> list[Candidate]:
    """New ones and those that divide by their share, the rest by draws from what their votes let us believe; then in
    an order by lot, so that nobody reads the kind of a card from its place."""
    new = _by_key([one for one in pool if one.votes < NEW_UNDER], dice, lambda one: one.seen)
    heated = _by_key(
        [one for one in pool if one.votes >= NEW_UNDER],
        dice,
        lambda one: -heat(one.agree, one.disagree, one.neutral),
    )
    promising = _by_key(
        [one for one in pool if one.votes >= NEW_UNDER],
        dice,
        lambda one: -_beta(dice, one.agree + 1, one.disagree + one.neutral + 1),
    )
    taken: list[Candidate] = []
    _take(taken, new, round(n * NEW_SHARE))
    _take(taken, heated, round(n * HEATED_SHARE))
    _take(taken, promising, n - len(taken))
    _take(taken, new, n - len(taken))
    _fill(taken, [*promising, *new], n)
    return _by_key(taken, dice, lambda _one: 0)


def _take(taken: list[Candidate], ranked: Iterable[Candidate], n: int) -> None:
    """Up to `n` more, from one author and one category not more than one."""
    known = {one.number for one in taken}
    for one in ranked:
        if n <= 0:
            return
        if one.number not in known and not any(_alike(one, other) for other in taken):
            taken.append(one)
            n -= 1


def _fill(taken: list[Candidate], ranked: Iterable[Candidate], n: int) -> None:
    """Where authors and categories are too few: of those whose author and category were taken least often."""
    known = {one.number for one in taken}
    left = [one for one in ranked if one.number not in known]
    while left and len(taken) < n:
        best = min(left, key=lambda one: sum(_alike(one, other) for other in taken))
        left = [one for one in left if one is not best]
        taken.append(best)


def _alike(one: Candidate, other: Candidate) -> bool:
    same_author = one.author != "" and one.author == other.author
    return same_author or (one.category != "" and one.category == other.category)


# --- Chance ----------------------------------------------------------------------------------------------------------


def _beta(dice: Random, a: int, b: int) -> float:
    """A draw from the beta distribution."""
    x, y = _gamma(dice, a), _gamma(dice, b)
    return x / (x + y)


def _gamma(dice: Random, shape: int) -> float:
    """A draw from the gamma distribution (Marsaglia and Tsang, "A simple method for generating gamma variables",
    2000); `shape` is at least 1."""
    d = shape - 1 / 3
    c = 1 / math.sqrt(9 * d)
    while True:
        x = _normal(dice)
        v = (1 + c * x) ** 3
        if v > 0 and math.log(1 - dice.random()) < x * x / 2 + d - d * v + d * math.log(v):
            return d * v


def _normal(dice: Random) -> float:
    """A draw from the normal distribution (Box and Muller, 1958)."""
    radius = math.sqrt(-2 * math.log(1 - dice.random()))
    return radius * math.cos(2 * math.pi * dice.random())


# --- The log ---------------------------------------------------------------------------------------------------------


def write(candidates: Candidates) -> str:
    """A pool as compact text: one candidate a word, `number/seen/agree/disagree/neutral/author/category`. Authors and
    categories are only numbered, in the order in which they appear: the log says who is the same, not who it is."""
    authors: dict[str, str] = {}
    categories: dict[str, str] = {}
    words = []
    for one in sorted({one.number: one for one in candidates}.values(), key=lambda one: one.number):
        figures = (one.number, one.seen, one.agree, one.disagree, one.neutral)
        told = [str(figure or "") for figure in figures]
        words.append("/".join([*told, _numbered(authors, one.author), _numbered(categories, one.category)]).rstrip("/"))
    return " ".join(words)


def _numbered(known: dict[str, str], word: str) -> str:
    return known.setdefault(word, str(len(known) + 1)) if word else ""


def read(text: str) -> tuple[Candidate, ...]:
    """The pool that `write` wrote; ValueError on anything else."""
    return tuple(_candidate(word) for word in text.split(" ") if word)


def _candidate(word: str) -> Candidate:
    number, seen, agree, disagree, neutral, author, category = (word.split("/") + [""] * 6)[:7]
    return Candidate(
        number=int(number),
        seen=int(seen or 0),
        agree=int(agree or 0),
        disagree=int(disagree or 0),
        neutral=int(neutral or 0),
        author=author,
        category=category,
    )
