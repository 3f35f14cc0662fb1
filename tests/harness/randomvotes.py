"""Votes for tests, made from a seed: a question of any method, and ballots that are small, level and often empty, so
that ties, cycles and conditions that are not met come up all the time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from random import Random

from flows import standard
from flows.flow import (
    AnyOf,
    Ask,
    Basket,
    Choice,
    Criterion,
    Flow,
    Grades,
    Kind,
    Method,
    OneOf,
    Order,
    Points,
    Project,
    Rule,
    Slot,
    Slots,
    Text,
    make_flow,
)
from flows.session import Answer, Given, Value
from flows.tally.counts import Ballot
from flows.tally.outcome import Cut

CODES = tuple("abcdefgh")


def text(words: str) -> Text:
    return Text({"fr": words, "en": words})


def options(codes: Sequence[str]) -> tuple[Choice, ...]:
    return tuple(Choice(code=code, label=text(f"Option {code.upper()}")) for code in codes)


def a_vote(random: Random, method: Method, name: str = "q") -> Ask:
    """A question decided by `method`, with any rule."""
    codes = CODES[: random.randint(2, 6)]
    share = random.choice([None, None, Fraction(1, 2), Fraction(2, 3), Fraction(1, 3)])
    quorum = random.choice([None, None, 4, Fraction(1, 3)])
    rule = Rule(
        method=method,
        seats=_seats(random, method, len(codes)),
        quorum=quorum,
        electorate=random.randint(1, 30) if isinstance(quorum, Fraction) else None,
        threshold=share,
        strictly=share is not None and random.random() < 0.3,
        tie=random.choice(list(Cut)),
    )
    return Ask(name=name, text=text("Quoi ?"), kind=_kind(random, method, codes), rule=rule, wording=f"w-{name}")


def _seats(random: Random, method: Method, most: int) -> int:
    if method is Method.STV:
        return random.randint(2, most)
    several = {Method.PLURALITY, Method.APPROVAL, Method.SCORE, Method.DOTS, Method.MAJORITY_JUDGMENT}
    return random.randint(1, 2) if method in several else 1


def _kind(random: Random, method: Method, codes: Sequence[str]) -> Kind:
    match method:
        case Method.PLURALITY:
            return OneOf(choices=options(codes))
        case Method.APPROVAL:
            return AnyOf(choices=options(codes), at_least=0)
        case Method.CONSENT:
            return OneOf(choices=standard.stances(("fr", "en")))
        case Method.SCORE:
            return Points(choices=options(codes), most=random.choice([1, 5, 10]))
        case Method.DOTS:
            return Points(choices=options(codes), most=3, total=4)
        case Method.QUADRATIC:
            return Points(choices=options(codes), most=4, total=20, squared=True)
        case Method.AVAILABILITY:
            days = [date(2026, 12, 1) + timedelta(days=n) for n in range(len(codes))]
            return Slots(slots=tuple(Slot(code=day.isoformat(), at=day) for day in days), zone="Europe/Paris")
        case Method.SCHULZE | Method.IRV | Method.BORDA | Method.STV:
            return Order(choices=options(codes))
        case Method.MAJORITY_JUDGMENT:
            scale = standard.grades(random.choice([5, 6, 7]), ("fr", "en"))
            return Grades(items=options(codes), criteria=(Criterion(code="", label=text(""), grades=scale),))
        case Method.MATRIX:
            asked = tuple(
                Criterion(code=code, label=text(label), grades=standard.grades(n, ("fr", "en")))
                for code, label, n in (("importance", "Importance", 5), ("urgency", "Urgence", 6))
            )
            return Grades(items=options(codes), criteria=asked, batch=2)
        case Method.EQUAL_SHARES | Method.GREEDY:
            costs = [random.choice([0, 5, 10, 10, 15, 20, 30, 45]) for _ in codes]
            projects = tuple(
                Project(code=code, label=text(f"Projet {code.upper()}"), cost=cost)
                for code, cost in zip(codes, costs, strict=True)
            )
            return Basket(projects=projects, limit=random.choice([20, 40, 60, 100]), currency="EUR", at_least=0)


def a_value(random: Random, kind: Kind) -> Value:
    """What somebody may answer."""
    match kind:
        case OneOf(choices=choices):
            return random.choice(choices).code
        case AnyOf(choices=choices):
            return tuple(choice.code for choice in choices if random.random() < 0.4)
        case Points(choices=choices, most=most, total=None):
            return tuple((one.code, random.randint(0, most)) for one in choices if random.random() < 0.8)
        case Points(choices=choices, most=most):
            return tuple((one.code, random.randint(1, min(2, most))) for one in choices if random.random() < 0.4)
        case Order(choices=choices):
            codes = [choice.code for choice in choices]
            random.shuffle(codes)
            return tuple(codes[: random.randint(0, len(codes))])
        case Slots(slots=slots):
            return tuple((slot.code, random.choice(["yes", "maybe", "no"])) for slot in slots if random.random() < 0.9)
        case Grades(items=items, criteria=criteria):
            return tuple(
                (f"{item.code}.{one.code}" if one.code else item.code, random.choice(one.grades).code)
                for item in items
                for one in criteria
                if random.random() < 0.7
            )
        case Basket(projects=projects):
            return tuple(project.code for project in projects if random.random() < 0.5)
        case _:
            raise AssertionError(kind)


def some_ballots(random: Random, ask: Ask, people: int) -> list[Ballot]:
    """One ballot for each of some people; few different ones, so that many are level."""
    known = [Answer(Given.ANSWER, a_value(random, ask.kind)) for _ in range(random.randint(1, 6))]
    known += [Answer(given) for given in Given if given is not Given.ANSWER and random.random() < 0.15]
    return [Ballot(f"t{n}", ask.name, random.choice(known), ask.wording) for n in range(people)]


def a_flow(*asks: Ask) -> Flow:
    return make_flow(id="vote", version="v1", lang="fr", langs=("fr", "en"), title=text("Un vote"), steps=asks)
