"""Random flows of every verb and kind, and what people may answer in them.

flows()                       a strategy: flows with every verb, jumps both ways, conditions, timeouts
good(ask, which, draft)       something to type that brings an answer further
legal(ask, answer)            fails for an answer that its question cannot have
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from math import isqrt
from typing import assert_never

from hypothesis import strategies as st

from flows import kinds
from flows.expr import parse
from flows.flow import (
    AnyOf,
    Ask,
    Audience,
    Basket,
    Choice,
    Criterion,
    Day,
    End,
    Flow,
    Goto,
    Grades,
    Kind,
    Lot,
    Number,
    OneOf,
    Order,
    Photo,
    Points,
    Project,
    Propose,
    React,
    Reminder,
    Say,
    Scale,
    Sign,
    Slot,
    Slots,
    Spot,
    Step,
    Text,
    Timeout,
    Words,
    YesNo,
    make_flow,
)
from flows.kinds import sign
from flows.session import Answer, Given, Pairs

CODES = ("velo", "bus", "train", "stop")
LABELS = ("À vélo", "En bus", "En train", "Stop")
GRADES = (("bien", "Bien"), ("moyen", "Passable"), ("mal", "À rejeter"))
DEAREST = 40


def text(words: str) -> Text:
    return Text({"fr": words, "en": words})


# --- Kinds -----------------------------------------------------------------------------------------------------------


def offered(count: int) -> tuple[Choice, ...]:
    pairs = zip(CODES[:count], LABELS[:count], strict=True)
    return tuple(Choice(code=code, label=text(label)) for code, label in pairs)


def points(count: int, most: int, total: int | None, squared: bool) -> Points:
    if total is None:
        return Points(choices=offered(count), most=most)
    return Points(
        choices=offered(count), most=isqrt(total) if squared else min(most, total), total=total, squared=squared
    )


def grades(count: int, criteria: int, batch: int | None) -> Grades:
    scale = tuple(Choice(code=code, label=text(label)) for code, label in GRADES)
    names = [""] if not criteria else ["urgent", "utile"][:criteria]
    judged = tuple(Criterion(code=name, label=text(f"{name} ?"), grades=scale) for name in names)
    return Grades(items=offered(count), criteria=judged, batch=batch if criteria and batch and batch < count else None)


def slots(count: int, hours: bool) -> Slots:
    days = [date(2026, 12, 3 + at) for at in range(count)]
    found = [
        Slot(code=f"{day}T18-00", at=datetime.combine(day, time(18))) if hours else Slot(code=f"{day}", at=day)
        for day in days
    ]
    return Slots(slots=tuple(found), zone="Europe/Paris", lasts=timedelta(hours=2) if hours else None)


def basket(costs: list[int], least: int, most: int | None) -> Basket:
    """As few as are asked for always fit into it; all of them do not."""
    codes = zip(CODES, LABELS, costs, strict=False)
    projects = tuple(Project(code=code, label=text(label), cost=cost) for code, label, cost in codes)
    least = min(least, len(projects) if most is None else most)
    return Basket(projects=projects, limit=max(least * DEAREST, DEAREST), currency="EUR", at_least=least, at_most=most)


COUNTS = st.integers(2, 4)
KINDS: st.SearchStrategy[Kind] = st.one_of(
    st.builds(lambda n: OneOf(choices=offered(n)), COUNTS),
    st.builds(
        lambda n, least, most: AnyOf(choices=offered(n), at_least=min(least, most or n, n), at_most=most),
        COUNTS,
        st.integers(0, 3),
        st.sampled_from([None, 1, 2, 3]),
    ),
    st.builds(lambda low, size: Scale(low=low, high=low + size), st.integers(-2, 1), st.integers(1, 10)),
    st.builds(lambda whole: Number(min=0, max=120, whole=whole), st.booleans()),
    st.builds(lambda long: Words(max=300, long=long), st.booleans()),
    st.just(Day(min=date(2020, 1, 1))),
    st.just(YesNo()),
    st.builds(points, COUNTS, st.sampled_from([1, 3, 12]), st.sampled_from([None, None, 4, 10, 100]), st.booleans()),
    st.builds(
        lambda n, least, most, pairwise: Order(
            choices=offered(n), at_least=min(least, most or n, n), at_most=most, pairwise=pairwise
        ),
        COUNTS,
        st.integers(1, 3),
        st.sampled_from([None, 1, 2, 3]),
        st.booleans(),
    ),
    st.builds(grades, COUNTS, st.integers(0, 2), st.sampled_from([None, 1, 2])),
    st.builds(slots, COUNTS, st.booleans()),
    st.builds(
        basket,
        st.lists(st.integers(1, DEAREST), min_size=2, max_size=4),
        st.integers(0, 3),
        st.sampled_from([None, 1, 2, 3]),
    ),
    st.builds(Sign, named=st.booleans(), reason=st.sampled_from([0, 280]), contact=st.booleans()),
    st.just(Spot()),
    st.just(Photo()),
    st.just(Lot(arms=tuple(zip(CODES[:2], (1, 2), strict=True)))),
)


# --- Flows -----------------------------------------------------------------------------------------------------------


def conditions(names: list[tuple[str, Kind]]) -> st.SearchStrategy[str | None]:
    """Conditions over earlier questions, as organisers may write them."""
    if not names:
        return st.none()

    def about(name: str, kind: Kind) -> list[str]:
        general = [f"{name} == skipped", f"{name} != skipped", f"{name} == dont_know", f"not ({name} == abstain)"]
        general += [f"{name} == blank", f"{name} != none"]
        match kind:
            case OneOf() | AnyOf() | Basket() | Lot():
                return [*general, f"{name} in ['velo', 'bus']", f"'bus' in {name}", f"not ('velo' in {name})"]
            case YesNo():
                return [*general, f"{name} == yes", f"{name} != yes", f"not ({name} == no)"]
            case Scale() | Number():
                return [*general, f"{name} >= 2", f"{name} < 2", f"not ({name} > 1)"]
            case _:
                return general

    single = st.sampled_from([source for name, kind in names for source in about(name, kind)])
    joined = st.builds(lambda a, op, b: f"({a}) {op} ({b})", single, st.sampled_from(["and", "or"]), single)
    return st.one_of(st.none(), single, single, joined)


@st.composite
def questions(draw: st.DrawFn, name: str, at: int, names: list[str]) -> Ask:
    kind, flag = draw(KINDS), st.booleans()
    to = draw(st.sampled_from([None, None, *names[at + 1 :]]))
    if isinstance(kind, Lot):
        return Ask(name=name, text=text("Tirage"), kind=kind, wording=f"w{at}")
    if isinstance(kind, Sign):
        timeout = Timeout(after=timedelta(days=1), to=to) if draw(flag) else None
        return Ask(name=name, text=text(f"{name} ?"), kind=kind, optional=draw(flag), timeout=timeout, wording=f"w{at}")
    return Ask(
        name=name,
        text=text(f"{name} ? {{left}}" if draw(flag) else f"{name} ?"),
        kind=kind,
        optional=draw(flag) or isinstance(kind, Photo),  # nobody types a picture
        dont_know=draw(flag),
        abstain=draw(flag),
        timeout=Timeout(after=timedelta(days=1), to=to) if draw(flag) else None,
        consent="contact" if isinstance(kind, YesNo) and draw(flag) else None,
        wording=f"w{at}",
        blank=draw(flag),
        none=draw(flag) and not isinstance(kind, Slots),
        shuffle=draw(flag),
    )


VERBS = st.lists(st.sampled_from(["ask", "ask", "ask", "ask", "ask", "say", "goto", "end"]), max_size=9)


@st.composite
def flows(draw: st.DrawFn) -> Flow:
    plan = ["ask", "ask", *draw(VERBS), "end"]
    names = [f"{verb[0]}{i}" for i, verb in enumerate(plan)]
    steps: list[Step] = []
    asked: list[tuple[str, Kind]] = []
    for i, (verb, name) in enumerate(zip(plan, names, strict=True)):
        source = draw(conditions(asked))
        when = parse(source) if source is not None else None
        match verb:
            case "ask":
                ask = draw(questions(name, i, names))
                asked.append((name, ask.kind))
                steps.append(replace(ask, when=when))
            case "say":
                steps.append(Say(name=name, text=text(f"{name}.\n\n{{title}} {{{{x}}}}"), when=when))
            case "goto":
                steps.append(Goto(name=name, to=draw(st.sampled_from(names)), when=when))
            case _:
                steps.append(End(name=name, text=text("Merci"), when=when if i < len(plan) - 1 else None))
    return make_flow(
        steps=tuple(steps),
        id="x",
        version="v",
        lang="fr",
        langs=("fr", "en"),
        title=text("Titre"),
        recap=draw(st.booleans()),
        reminders=(Reminder(to=Audience.UNFINISHED, text=text("{left} !"), after=timedelta(days=1)),),
    )


# --- Answers ---------------------------------------------------------------------------------------------------------


def good(ask: Ask, which: int, draft: tuple[str, ...]) -> str:
    """Something to type that brings the answer to this question further, whatever has been given of it."""
    match ask.kind:
        case OneOf(choices=choices):
            return str(which % len(choices) + 1)
        case AnyOf(choices=choices, at_least=least):
            places = range(which % len(choices), which % len(choices) + max(least, 1))
            return ", ".join(str(place % len(choices) + 1) for place in places)
        case Scale(low=low, high=high):
            return str(low + which % (high - low + 1))
        case Number():
            return str(which)
        case Words():
            return f"réponse {which}"
        case Day():
            return f"{which + 1} mars 2026"
        case YesNo():
            return "oui" if which % 2 else "non"
        case Points(choices=choices):
            first = which % len(choices)
            return ", ".join(f"{choice.label.by_lang['fr']}: {int(at == first)}" for at, choice in enumerate(choices))
        case Order() as kind:
            return _order(ask, kind, which, draft)
        case Grades():
            return "terminé" if which % 2 and kinds.step_forward(ask, draft, "fr") else "1"
        case Slots(slots=dates):
            words = ("oui", "peut-être", "non")
            return ", ".join(f"{at} {words[(at + which) % 3]}" for at in range(1, len(dates) + 1))
        case Basket(projects=projects):
            if isinstance(kinds.done(ask, draft, "fr"), kinds.Taken):
                return "terminé"
            missing = [project for project in projects if project.code not in draft]
            return (missing or projects)[0].label.by_lang["fr"]  # all of them are too many: one goes out again
        case Sign() as kind:
            stages = {"shown": str(which % 3 + 1), "name": "Léa Martin", "reason": f"raison {which}", "contact": "oui"}
            return stages.get(sign.stage(kind, draft), "oui")
        case Spot():
            return f"{which} rue de la Paix"
        case Photo():
            return "passer"
        case Propose() | React() | Lot():
            raise AssertionError("not typed, or not made here")
        case _:
            assert_never(ask.kind)


def _order(ask: Ask, kind: Order, which: int, draft: tuple[str, ...]) -> str:
    """A ranking in words. One option alone is only put next, so that somebody has to say that it is all."""
    labels = [choice.label.by_lang["fr"] for choice in kind.choices]
    labels = labels[which % len(labels) :] + labels[: which % len(labels)]
    if kind.at_most != 1:
        return " > ".join(labels[: kind.at_most])
    if isinstance(kinds.done(ask, draft, "fr"), kinds.Taken):
        return "terminé"
    return "1" if kind.pairwise else labels[0]


def legal(ask: Ask, answer: Answer) -> None:
    """What is on file is an answer that this question can have, written as it is kept."""
    value = answer.value
    assert kinds.canonical(ask, answer) == answer
    match answer.given:
        case Given.ANSWER:
            _legal(ask.kind, answer)
            return
        case Given.DONT_KNOW:
            assert ask.dont_know
        case Given.ABSTAIN:
            assert ask.abstain
        case Given.SKIPPED:
            assert ask.optional or ask.timeout
        case Given.BLANK:
            assert ask.blank
        case Given.NONE:
            assert ask.none
        case _:
            assert_never(answer.given)
    assert value is None


def _legal(kind: Kind, answer: Answer) -> None:
    value = answer.value
    match kind:
        case OneOf(choices=choices):
            assert value in {choice.code for choice in choices}
        case AnyOf(choices=choices, at_least=least, at_most=most):
            assert isinstance(value, tuple)
            assert value == tuple(choice.code for choice in choices if choice.code in value)
            assert least <= len(value) <= (most or len(choices))
        case Scale(low=low, high=high):
            assert isinstance(value, int)
            assert low <= value <= high
        case Number(whole=whole):
            assert isinstance(value, int) or (isinstance(value, float) and not whole)
            assert 0 <= value <= 120
        case Words(max=longest):
            assert isinstance(value, str)
            assert 0 < len(value) <= longest
        case Day():
            assert isinstance(value, str)
            assert date.fromisoformat(value) >= date(2020, 1, 1)
        case YesNo():
            assert value in ("yes", "no")
        case Points():
            _legal_points(kind, _pairs(answer, [choice.code for choice in kind.choices]))
        case Order(choices=choices, at_least=least, at_most=most):
            assert isinstance(value, tuple)
            assert {*value} <= {choice.code for choice in choices}
            assert max(least, 1) <= len({*value}) == len(value) <= (most or len(choices))
        case Grades():
            _legal_grades(kind, answer)
        case Slots(slots=dates):
            given = _pairs(answer, [slot.code for slot in dates])
            assert len(given) == len(dates), "each date has its answer"
            assert {state for _, state in given} <= {"yes", "maybe", "no"}
        case Basket(projects=projects, at_least=least, at_most=most):
            assert isinstance(value, tuple)
            assert value == tuple(project.code for project in projects if project.code in value)
            assert least <= len(value) <= (most or len(projects))
            assert sum(project.cost for project in projects if project.code in value) <= kind.limit
        case Sign(named=named, contact=contact):
            shown, writes = dict(_pairs(answer, ["shown", "contact"])).values()
            assert shown in ("name", "initials", "hidden") if named else shown == "hidden"
            assert writes in ("yes", "no") if contact else writes == "no"
        case Spot() | Photo():
            assert isinstance(value, str)
            assert value
        case Lot(arms=arms):
            assert value in dict(arms)
        case Propose() | React():
            raise AssertionError("not made here")
        case _:
            assert_never(kind)


def _pairs(answer: Answer, codes: list[str]) -> Pairs:
    """The pairs of an answer: each thing once, in the order of the flow."""
    assert isinstance(answer.value, tuple)
    pairs = tuple(one for one in answer.value if isinstance(one, tuple))
    assert len(pairs) == len(answer.value)
    given = [code for code, _ in pairs]
    assert given == [code for code in codes if code in given]
    return pairs


def _legal_points(kind: Points, given: Pairs) -> None:
    numbers = [points for _, points in given if isinstance(points, int)]
    assert len(numbers) == len(given) > 0
    assert all(0 <= number <= kind.most for number in numbers)
    if kind.total is not None:
        assert min(numbers) > 0, "points of nothing are not kept"
        assert sum(number * number if kind.squared else number for number in numbers) <= kind.total


def _legal_grades(kind: Grades, answer: Answer) -> None:
    codes = [f"{item.code}.{one.code}".rstrip(".") for item in kind.items for one in kind.criteria]
    given = _pairs(answer, codes)
    assert {grade for _, grade in given} <= {code for code, _ in GRADES}
    if not kind.criteria[0].code:
        assert len(given) == len(codes), "each has its grade"
