"""What a count comes to: who won, in what order, and every number needed to say why.

The one rule: an outcome is exact and complete. Numbers are integers or fractions, never floating point, so that the
same ballots give the same outcome on every machine; and whatever decided (a round, a duel, a median, a lot that was
drawn) is in it, so that the explanation needs no second count.

Options are named by their codes everywhere; labels belong to the flow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from hashlib import sha256
from typing import Any, TypeAlias

Number: TypeAlias = int | Fraction


class Cut(StrEnum):
    """How a tie is cut. `OPEN`: not at all, the tie is told and people decide. `ORDER`: whichever stands first in the
    list. `DRAW`: by a lot that anybody can draw again (see `lots`)."""

    OPEN = "open"
    ORDER = "order"
    DRAW = "draw"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiebreak:
    """The declared rule for ties, and the seed of the draw: a hash over all ballots, which nobody knows before the
    last one."""

    cut: Cut = Cut.OPEN
    seed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """Options that could not be told apart at some point. `where` says at which: `winner`, `elimination` or `surplus`
    (with the number of the round, from 1), `order`, `seat`, `project`. `how` is the rule that cut it (`open` when
    nothing did, else `order`, `draw`, or a rule of the method such as `earlier rounds` or `majority gauge`; in counts
    by rounds also `together`, all were eliminated at once, and `no difference`, whichever went the same would be
    elected); `first` is the option that went ahead, or was eliminated, when it was cut."""

    codes: tuple[str, ...]
    where: str
    how: str
    first: str | None = None
    round: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One option's number: the one that the method ranks by (votes, points, Borda points, a median's place), and, where
    the method has them, more numbers by name (`mean`, `median`, `spread`, `yes`, `maybe`, `cost` ...)."""

    code: str
    score: Number
    more: Mapping[str, Number]


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One round of IRV or STV: the votes of each option still in the race, what is exhausted (no further choice), who
    was elected or eliminated at its end, and, with STV, the value handed on: how much each option got, and below zero
    what the one that handed on gave."""

    votes: Mapping[str, Number]
    exhausted: Number = 0
    elected: tuple[str, ...] = ()
    eliminated: tuple[str, ...] = ()
    transferred: Mapping[str, Number] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Duel:
    """How many ballots prefer `a` to `b`, and `b` to `a`."""

    a: str
    b: str
    for_a: int
    for_b: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """How many ballots gave each value (a grade, a number of points, yes / maybe / no) to one option. `values` are in
    the order worst to best; `criterion` is set in a matrix."""

    code: str
    counts: tuple[tuple[str, int], ...]
    criterion: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """A budget: what was chosen in the order in which it was chosen, what it costs, and how each was paid. `by` says
    which step of the rule chose it (`votes`, `equal shares`, `completion`)."""

    limit: Number
    spent: Number
    chosen: tuple[tuple[str, Number, str], ...]
    compared: tuple[str, tuple[str, ...]] | None = None
    """The other rule that was counted beside it, and what that one would have chosen."""
    raised: Number | None = None
    """With equal shares: the limit that the shares were counted with in the end, when it was raised on paper so that
    less money is left over. What was chosen costs no more than `limit`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A quorum or a threshold that was declared: what was needed, what there was."""

    name: str
    needed: Number
    found: Number
    met: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The whole outcome of one question.

    `voters` are the ballots that were counted (those who abstained, left blank or did not know are reported apart).
    `winners` in the order of their election; empty when nothing won (no ballot, a condition not met, an open tie: then
    `ties` says so). `order` is every option from first to last, those that are level together."""

    method: str
    voters: int
    winners: tuple[str, ...]
    order: tuple[tuple[str, ...], ...]
    lines: tuple[Line, ...] = ()
    ties: tuple[Tie, ...] = ()
    rounds: tuple[Round, ...] = ()
    duels: tuple[Duel, ...] = ()
    paths: tuple[Duel, ...] = ()
    """With Schulze: the strength of the strongest path from `a` to `b`, and back."""
    histograms: tuple[Histogram, ...] = ()
    purchase: Purchase | None = None
    conditions: tuple[Condition, ...] = ()
    cycle: tuple[str, ...] = ()
    """With pairwise methods: the options of which none beats all others; empty when one does."""
    quota: Number | None = None

    def to_json(self) -> dict[str, Any]:
        """JSON-ready data, without what is empty. Fractions are written "3/7"."""
        data = {name: _plain(getattr(self, name)) for name in self.__slots__}
        return {name: value for name, value in data.items() if value not in (None, [], {})} | {
            "winners": list(self.winners)
        }

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Outcome:
        """The outcome that `to_json` wrote."""
        purchase = data.get("purchase")
        return Outcome(
            method=data["method"],
            voters=data["voters"],
            winners=tuple(data["winners"]),
            order=tuple(tuple(level) for level in data.get("order", ())),
            lines=tuple(
                Line(code=one["code"], score=_number(one["score"]), more=_numbers(one.get("more", {})))
                for one in data.get("lines", ())
            ),
            ties=tuple(Tie(**{**one, "codes": tuple(one["codes"])}) for one in data.get("ties", ())),
            rounds=tuple(_round(one) for one in data.get("rounds", ())),
            duels=tuple(Duel(**one) for one in data.get("duels", ())),
            paths=tuple(Duel(**one) for one in data.get("paths", ())),
            histograms=tuple(
                Histogram(
                    code=one["code"],
                    counts=tuple((value, n) for value, n in one["counts"]),
                    criterion=one.get("criterion"),
                )
                for one in data.get("histograms", ())
            ),
            purchase=purchase and _purchase(purchase),
            conditions=tuple(
                Condition(name=one["name"], needed=_number(one["needed"]), found=_number(one["found"]), met=one["met"])
                for one in data.get("conditions", ())
            ),
            cycle=tuple(data.get("cycle", ())),
            quota=_number(data["quota"]) if "quota" in data else None,
        )


def lots(codes: Sequence[str], seed: str) -> list[str]:
    """The codes in the order of their lots: SHA-256 of the seed and the code, smallest first. Anybody who has the
    ballots can draw again."""
    return sorted(codes, key=lambda code: sha256(f"{seed}\0{code}".encode()).digest())


def first_of(codes: Sequence[str], tiebreak: Tiebreak) -> str | None:
    """The one of some level options (given in list order) that the declared rule puts ahead; None when ties stay
    open."""
    match tiebreak.cut:
        case Cut.OPEN:
            return None
        case Cut.ORDER:
            return codes[0]
        case Cut.DRAW:
            return lots(codes, tiebreak.seed)[0]


def last_of(codes: Sequence[str], tiebreak: Tiebreak) -> str | None:
    """The one of some level options (given in list order) that the declared rule puts behind all others, which is the
    one to eliminate; None when ties stay open."""
    match tiebreak.cut:
        case Cut.OPEN:
            return None
        case Cut.ORDER:
            return codes[-1]
        case Cut.DRAW:
            return lots(codes, tiebreak.seed)[-1]


def _plain(value: Any) -> Any:
    match value:
        case Fraction():
            return value.numerator if value.denominator == 1 else f"{value.numerator}/{value.denominator}"
        case Mapping():
            return {key: _plain(one) for key, one in value.items()}
        case tuple() | list():
            return [_plain(one) for one in value]
        case Tie() | Line() | Round() | Duel() | Histogram() | Purchase() | Condition():
            found = {name: _plain(getattr(value, name)) for name in value.__slots__}
            return {name: one for name, one in found.items() if one is not None}
        case _:
            return value


def _number(value: Any) -> Number:
    return Fraction(value) if isinstance(value, str) else int(value)


def _numbers(values: Mapping[str, Any]) -> dict[str, Number]:
    return {name: _number(value) for name, value in values.items()}


def _round(data: Mapping[str, Any]) -> Round:
    transferred = data.get("transferred")
    return Round(
        votes=_numbers(data["votes"]),
        exhausted=_number(data["exhausted"]),
        elected=tuple(data["elected"]),
        eliminated=tuple(data["eliminated"]),
        transferred=_numbers(transferred) if transferred is not None else None,
    )


def _purchase(data: Mapping[str, Any]) -> Purchase:
    compared = data.get("compared")
    return Purchase(
        limit=_number(data["limit"]),
        spent=_number(data["spent"]),
        chosen=tuple((code, _number(cost), by) for code, cost, by in data["chosen"]),
        compared=(compared[0], tuple(compared[1])) if compared else None,
        raised=_number(data["raised"]) if "raised" in data else None,
    )
