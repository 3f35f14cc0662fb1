"""One file per kind of question: its buttons, its hint, how a press and a typed reply are read, the answer in words.

The one rule: a kind knows nothing of the conversation. It gets what came in and says what it means; what happens then
is decided by `flows.answering`. How each is shown stands in `shown`, what comes in is read in `incoming`, an answer is
said in `inwords`; what is here is how a question is seen, and its draft.

Some answers are made in several moves: choices are ticked, points given, options put in order, cards graded. Until
such an answer is complete, the question keeps a *draft*: a few short words (`("velo", "bus")`, `("velo=3",)`) that its
kind alone understands. A press or a typed reply gives the draft after it (`Partly`); `done` makes it the answer. A
button says what the draft becomes, not what to turn round, so that a press delivered twice does what one press does.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import blake2b
from typing import TypeVar, assert_never, cast

from flows.flow import (
    AnyOf,
    Ask,
    Basket,
    Choice,
    Day,
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
    Scale,
    Sign,
    Slot,
    Slots,
    Spot,
    Words,
    YesNo,
)
from flows.kinds import basket, choices, grades, order, points, propose, react, sign, slots
from flows.kinds.incoming import is_label, press, read, received
from flows.kinds.inwords import example, say
from flows.kinds.reply import Partly, Reply, Taken, Wrong
from flows.kinds.shown import blocks, buttons, expected, free, hint
from flows.session import Answer, Value
from locales import tr

__all__ = [
    "Partly",
    "Reply",
    "Taken",
    "Wrong",
    "back",
    "blocks",
    "buttons",
    "canonical",
    "done",
    "draft",
    "drafted",
    "example",
    "expected",
    "free",
    "hint",
    "is_label",
    "press",
    "read",
    "received",
    "say",
    "seen",
    "step_forward",
]

C = TypeVar("C", Choice, Project, Slot)


# How a question is seen, and how its answer is kept


def seen(ask: Ask, salt: str) -> Ask:
    """The question as one person sees it: choices in an order of their own where it says so (and where they are
    compared two by two, for whoever stops early has placed the first ones only), always the same order for the same
    person (`salt`); the items of a long matrix beginning at a place of their own, so that each item is
    judged about equally often though nobody sees them all. What is seen already stays as it is seen."""
    kind = ask.kind
    if ask.shuffle or (isinstance(kind, Order) and kind.pairwise):
        match kind:
            case OneOf() | AnyOf() | Points() | Order():
                return replace(ask, kind=replace(kind, choices=_shuffled(kind.choices, salt)))
            case Grades():
                return replace(ask, kind=replace(kind, items=_shuffled(kind.items, salt)))
            case Basket():
                return replace(ask, kind=replace(kind, projects=_shuffled(kind.projects, salt)))
            case _:
                return ask
    if isinstance(kind, Grades) and kind.batch is not None:
        start = min(range(len(kind.items)), key=lambda i: _lot(salt, kind.items[i].code))
        return replace(ask, kind=replace(kind, items=kind.items[start:] + kind.items[:start]))
    return ask


def _shuffled(some: tuple[C, ...], salt: str) -> tuple[C, ...]:
    return tuple(sorted(some, key=lambda one: _lot(salt, one.code)))


def _lot(salt: str, word: str) -> bytes:
    return blake2b(f"{salt}\0{word}".encode(), digest_size=8).digest()


def canonical(ask: Ask, answer: Answer) -> Answer:
    """The answer as it is kept: in the order of the flow, whatever order it was given in. A ranking is an order."""
    value = answer.value
    if not isinstance(value, tuple) or isinstance(ask.kind, Order | Sign):
        return answer
    place = {code: i for i, code in enumerate(_codes(ask.kind))}
    ordered = sorted(value, key=lambda one: place[one if isinstance(one, str) else one[0]])
    return replace(answer, value=cast(Value, tuple(ordered)))


def _codes(kind: Kind) -> list[str]:
    match kind:
        case AnyOf() | Points():
            return [choice.code for choice in kind.choices]
        case Grades():
            return [grades.key(item, criterion) for item in kind.items for criterion in kind.criteria]
        case Slots():
            return [slot.code for slot in kind.slots]
        case Basket():
            return [project.code for project in kind.projects]
        case _:
            return []


# Drafts


def drafted(kind: Kind) -> bool:
    """Is the answer made in several moves?"""
    return isinstance(kind, AnyOf | Points | Order | Grades | Slots | Basket | Propose | React | Sign)


def draft(ask: Ask, value: Value) -> tuple[str, ...]:
    """The draft that an earlier answer is changed from; empty where there is none."""
    match ask.kind:
        case AnyOf() | Basket():
            return tuple(str(code) for code in value) if isinstance(value, tuple) else ()
        case Points():
            return points.draft(value)
        case Order():
            return order.draft(ask.kind, value)
        case Grades():
            return grades.draft(value)
        case Slots():
            return slots.draft(value)
        case Propose() as kind:
            return propose.draft(kind, value)
        case React():
            return react.draft(value)
        case Sign() as kind:
            return sign.draft(kind, value)
        case OneOf() | Scale() | Number() | Words() | Day() | YesNo() | Photo() | Spot() | Lot():
            return ()
        case _:
            assert_never(ask.kind)


def done(ask: Ask, kept: tuple[str, ...], lang: str) -> Taken | Wrong | None:
    """The draft as the answer, or why it is not one yet; None where answers are made in one move."""
    match ask.kind:
        case AnyOf() as kind:
            return choices.done(kind, kept, lang)
        case Points() as kind:
            return points.done(kind, kept, lang)
        case Order() as kind:
            return order.done(kind, kept, lang)
        case Grades() as kind:
            return grades.done(kind, kept, lang)
        case Slots() as kind:
            return slots.done(kind, kept, lang)
        case Basket() as kind:
            return basket.done(kind, kept, lang)
        case Propose() as kind:
            return propose.done(kind, kept, lang)
        case React():
            return react.done(kept, lang)
        case Sign() as kind:
            return sign.done(kind, kept, lang)
        case OneOf() | Scale() | Number() | Words() | Day() | YesNo() | Photo() | Spot() | Lot():
            return None
        case _:
            assert_never(ask.kind)


def step_forward(ask: Ask, kept: tuple[str, ...], lang: str) -> str:
    """The words on the button that calls `done`; empty while there should be none."""
    match ask.kind:
        case Grades() as kind:
            return grades.step_forward(kind, kept, lang)
        case Order() as kind:
            return order.step_forward(kind, kept, lang)
        case AnyOf() | Points() | Slots() | Basket():
            return tr(lang, "Done")
        case Propose() as kind:
            return propose.step_forward(kind, kept, lang)
        case React():
            return react.step_forward(kept, lang)
        case Sign() as kind:
            return sign.step_forward(kind, kept, lang)
        case OneOf() | Scale() | Number() | Words() | Day() | YesNo() | Photo() | Spot() | Lot():
            return ""
        case _:
            assert_never(ask.kind)


def back(ask: Ask, kept: tuple[str, ...], *, answered: bool) -> Partly | None:
    """One move back inside the question, where it is answered card by card or two at a time; else None."""
    match ask.kind:
        case Grades() as kind:
            return grades.back(kind, kept, answered=answered)
        case Order(pairwise=True) as kind:
            return order.back(kind, kept)
        case React():
            return react.back(kept)
        case Propose() as kind:
            return propose.back(kind, kept)
        case Sign() as kind:
            return sign.back(kind, kept)
        case _:
            return None
