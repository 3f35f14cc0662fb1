"""Which counters an answer moves: the only place that knows.

The one rule: an answer moves each of its counters by one, and by nothing else. So a vote costs the same whether it is
the hundredth or the millionth, and the recount of all ballots is the same sum in another order.

Counters: `n:answered`, `s:<given>` for each of the ways of not choosing, `c:<code>` for each choice, point of a scale
or project, `v:<value>` for each number or date, `g:<item>:<value>` for what was given to an item: points, a grade (the
item is `item.criterion` in a matrix), yes / maybe / no to a date, or its rank (1 is the first choice), `c:signed` for a
signature. Texts, pictures, places, and how much somebody proposed or judged are only ever counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from fractions import Fraction
from itertools import chain
from typing import assert_never, cast

from flows.flow import (
    AnyOf,
    Ask,
    Basket,
    Day,
    Grades,
    Kind,
    Lot,
    Number,
    OneOf,
    Order,
    Photo,
    Points,
    Propose,
    React,
    Scale,
    Sign,
    Slots,
    Spot,
    Words,
    YesNo,
)
from flows.session import Answer, Given

ANSWERED = "n:answered"


def deltas(ask: Ask, before: Answer | None, after: Answer | None) -> dict[str, int]:
    """How the counters of `ask` move when `before` becomes `after` (None: no ballot); counters that stay are left
    out."""
    moved = dict.fromkeys(marks(ask.kind, after) if after else (), 1)
    for code in marks(ask.kind, before) if before else ():
        moved[code] = moved.get(code, 0) - 1
    return {code: n for code, n in moved.items() if n}


def marks(kind: Kind, answer: Answer) -> tuple[str, ...]:
    """The counters that one answer moves by one."""
    if answer.given is not Given.ANSWER:
        return (f"s:{answer.given.value}",)
    value = answer.value
    match kind:
        case OneOf() | YesNo() | Lot():
            codes: tuple[str, ...] = (f"c:{value}",)
        case AnyOf() | Basket():
            codes = tuple(f"c:{code}" for code in sorted(set(several(answer))))
        case Scale():
            codes = (f"c:{numeral(value)}",)
        case Number():
            codes = (f"v:{numeral(value)}",)
        case Day():
            codes = (f"v:{value}",)
        case Words() | Propose() | React() | Photo() | Spot():
            codes = ()
        case Sign():
            codes = ("c:signed",)
        case Points() | Grades() | Slots():
            codes = tuple(f"g:{item}:{given}" for item, given in pairs(answer).items())
        case Order():
            codes = tuple(f"g:{code}:{rank}" for rank, code in enumerate(dict.fromkeys(several(answer)), 1))
        case _:
            assert_never(kind)
    return (ANSWERED, *codes)


def tallied(kind: Kind, answers: Iterable[tuple[Answer, int]]) -> Counter[str]:
    """The counters of answers, each with how many gave exactly it."""
    # Most ballots of a ranking are the only one of their kind; counting those in one go takes half the time.
    several_times: list[tuple[Answer, int]] = []
    once: list[Answer] = []
    for answer, n in answers:
        if n == 1:
            once.append(answer)
        else:
            several_times.append((answer, n))
    counters = Counter(chain.from_iterable(marks(kind, answer) for answer in once))
    for answer, n in several_times:
        for code in marks(kind, answer):
            counters[code] += n
    return counters


def several(answer: Answer) -> tuple[str, ...]:
    """The codes of an answer that is made of several: of any-of questions, rankings and baskets."""
    value = answer.value
    return cast(tuple[str, ...], value) if isinstance(value, tuple) else (str(value),)


def pairs(answer: Answer) -> dict[str, str | int]:
    """What an answer gives to each item; an item that stands twice keeps what it was given last."""
    value = answer.value
    return {one[0]: one[1] for one in value if isinstance(one, tuple)} if isinstance(value, tuple) else {}


def chosen(counters: Mapping[str, int]) -> dict[str, int]:
    """How many chose each code."""
    return {name[2:]: n for name, n in counters.items() if name.startswith("c:") and n}


def given(counters: Mapping[str, int]) -> dict[str, dict[str, int]]:
    """Per item, how many gave each value. A value never holds a colon; an item may (the hour of a date)."""
    found: dict[str, dict[str, int]] = {}
    for name, n in counters.items():
        if name.startswith("g:") and n:
            item, _, value = name[2:].rpartition(":")
            found.setdefault(item, {})[value] = n
    return found


def numeral(value: object) -> str:
    """One spelling per number: 3, 3.0 and "3" are the same counter."""
    return str(plain(Fraction(str(value))))


def plain(value: Fraction) -> float:
    return value.numerator if value.denominator == 1 else float(value)
