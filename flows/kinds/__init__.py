"""One file per kind of question: its buttons, its hint, how a press and a typed reply are read, the answer in words.

The one rule: a kind knows nothing of the conversation. It gets what came in and says what it means; what happens then
is decided by `flows.answering`.

Some answers are made in several moves: choices are ticked, points given, options put in order, cards graded. Until
such an answer is complete, the question keeps a *draft*: a few short words (`("velo", "bus")`, `("velo=3",)`) that its
kind alone understands. A press or a typed reply gives the draft after it (`Partly`); `done` makes it the answer. A
button says what the draft becomes, not what to turn round, so that a press delivered twice does what one press does.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import blake2b
from typing import TypeVar, assert_never, cast

from flows import reading
from flows.flow import (
    AnyOf,
    Ask,
    Basket,
    Choice,
    Day,
    Grades,
    Kind,
    Number,
    OneOf,
    Order,
    Points,
    Project,
    Scale,
    Slot,
    Slots,
    Words,
    YesNo,
)
from flows.kinds import basket, choices, day, grades, number, order, points, scale, slots, words, yesno
from flows.kinds.reply import Partly, Reply, Taken, Wrong
from flows.messages import Block, Button
from flows.session import Answer, Given, Value
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
    "expected",
    "free",
    "hint",
    "is_label",
    "press",
    "read",
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
    if not isinstance(value, tuple) or isinstance(ask.kind, Order):
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
    return isinstance(kind, AnyOf | Points | Order | Grades | Slots | Basket)


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
        case OneOf() | Scale() | Number() | Words() | Day() | YesNo():
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
        case OneOf() | Scale() | Number() | Words() | Day() | YesNo():
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
        case OneOf() | Scale() | Number() | Words() | Day() | YesNo():
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
        case _:
            return None


# What is shown


def buttons(
    ask: Ask, lang: str, default: str, prompt: str, present: Value, kept: tuple[str, ...] = ()
) -> tuple[list[Button], int]:
    """The choices to press, and how many columns they make. `present` is the answer on file, `kept` the draft."""
    match ask.kind:
        case OneOf() as kind:
            return choices.buttons(kind, lang, default, prompt, present), 1
        case AnyOf() as kind:
            return choices.toggles(kind, lang, default, prompt, kept), 1
        case Scale() as kind:
            return scale.buttons(kind, prompt, present), scale.columns(kind)
        case YesNo():
            return yesno.buttons(lang, prompt, present), 2
        case Points() as kind:
            return points.buttons(kind, lang, default, prompt, kept)
        case Order() as kind:
            return order.buttons(kind, lang, default, prompt, kept)
        case Grades() as kind:
            return grades.buttons(kind, lang, default, prompt, kept)
        case Slots() as kind:
            return slots.buttons(kind, lang, prompt, kept)
        case Basket() as kind:
            return basket.buttons(kind, lang, default, prompt, kept)
        case Number() | Words() | Day():
            return [], 1
        case _:
            assert_never(ask.kind)


def blocks(ask: Ask, lang: str, default: str, kept: tuple[str, ...]) -> tuple[Block, ...]:
    """What the message says of the draft, below the question: points left, the order so far, the card to grade."""
    match ask.kind:
        case Points() as kind:
            return points.blocks(kind, lang, default, kept)
        case Order() as kind:
            return order.blocks(kind, lang, default, kept)
        case Grades() as kind:
            return grades.blocks(kind, lang, default, kept)
        case Slots() as kind:
            return slots.blocks(kind, lang, kept)
        case Basket() as kind:
            return basket.blocks(kind, lang, default, kept)
        case OneOf() | AnyOf() | Scale() | Number() | Words() | Day() | YesNo():
            return ()
        case _:
            assert_never(ask.kind)


def free(ask: Ask) -> bool:
    """Is the usual answer typed?"""
    return isinstance(ask.kind, Number | Words | Day)


def hint(ask: Ask, lang: str, default: str) -> str:
    """What the question expects, in a short sentence; empty where the buttons say it all."""
    match ask.kind:
        case OneOf() | YesNo():
            return ""
        case AnyOf() as kind:
            return choices.hint(kind, lang)
        case Scale() as kind:
            return scale.hint(kind, lang, default)
        case Number() as kind:
            return number.expected(kind, lang)
        case Words() as kind:
            return words.hint(kind, lang)
        case Day() as kind:
            return day.expected(kind, lang)
        case Points() as kind:
            return points.hint(kind, lang)
        case Order() as kind:
            return order.hint(kind, lang)
        case Grades() as kind:
            return grades.hint(kind, lang)
        case Slots() as kind:
            return slots.hint(kind, lang)
        case Basket() as kind:
            return basket.hint(kind, lang)
        case _:
            assert_never(ask.kind)


def expected(ask: Ask, lang: str) -> str:
    """What to answer, as a polite request, after something else came."""
    match ask.kind:
        case OneOf() | AnyOf() as kind:
            return choices.expected(kind, lang)
        case Scale() as kind:
            return scale.expected(kind, lang)
        case YesNo():
            return yesno.expected(lang)
        case Number() as kind:
            return number.expected(kind, lang)
        case Words() as kind:
            return words.expected(kind, lang)
        case Day() as kind:
            return day.expected(kind, lang)
        case Points() as kind:
            return points.expected(kind, lang)
        case Order() as kind:
            return order.expected(kind, lang)
        case Grades() as kind:
            return grades.expected(kind, lang)
        case Slots() as kind:
            return slots.expected(kind, lang)
        case Basket() as kind:
            return basket.expected(kind, lang)
        case _:
            assert_never(ask.kind)


# What came in


def press(ask: Ask, token: str, lang: str, kept: tuple[str, ...] = ()) -> Reply:
    """What a pressed choice means; None when the token means nothing here."""
    match ask.kind:
        case OneOf(choices=offered):
            at = choices.index(token, len(offered))
            return None if at is None else Taken(offered[at].code)
        case Scale() as kind:
            value = scale.press(kind, token)
            return None if value is None else Taken(value)
        case YesNo():
            at = choices.index(token, len(yesno.CODES))
            return None if at is None else Taken(yesno.CODES[at])
        case AnyOf() as kind:
            return choices.toggle(kind, token, kept, lang)
        case Points() as kind:
            return points.press(kind, token, kept, lang)
        case Order() as kind:
            return order.press(kind, token, kept, lang)
        case Grades() as kind:
            return grades.press(kind, token, kept, lang)
        case Slots() as kind:
            return slots.press(kind, token, kept, lang)
        case Basket() as kind:
            return basket.press(kind, token, kept, lang)
        case Number() | Words() | Day():
            return None
        case _:
            assert_never(ask.kind)


def is_label(ask: Ask, text: str, lang: str, default: str, kept: tuple[str, ...] = ()) -> bool:
    """Is this the label of a choice, or a word that the card in front of somebody knows? Then it is never taken for a
    word that steers the conversation."""
    if reading.exact(text, _labels(ask.kind, lang, default)) is not None:
        return True
    return isinstance(ask.kind, Grades) and grades.own_word(ask.kind, text, kept)


def _labels(kind: Kind, lang: str, default: str) -> list[str]:
    match kind:
        case OneOf() | AnyOf() | Points() | Order():
            return [choice.label.read(lang, default) for choice in kind.choices]
        case Grades():
            return [grade.label.read(lang, default) for criterion in kind.criteria for grade in criterion.grades]
        case Basket():
            return [project.label.read(lang, default) for project in kind.projects]
        case Slots() | Scale() | Number() | Words() | Day() | YesNo():
            return []
        case _:
            assert_never(kind)


def read(ask: Ask, text: str, lang: str, default: str, kept: tuple[str, ...]) -> Reply:
    """What a typed reply means; `kept` is the draft so far."""
    match ask.kind:
        case OneOf() as kind:
            return choices.read_one(kind, text, lang, default)
        case AnyOf() as kind:
            return choices.read_any(kind, text, lang, default, kept)
        case Scale() as kind:
            return scale.read(kind, text, lang, default)
        case YesNo():
            return yesno.read(text, lang, consent=ask.consent is not None)
        case Number() as kind:
            return number.read(kind, text, lang)
        case Words() as kind:
            return words.read(kind, text, lang)
        case Day() as kind:
            return day.read(kind, text, lang)
        case Points() as kind:
            return points.read(kind, text, lang, default, kept)
        case Order() as kind:
            return order.read(kind, text, lang, default, kept)
        case Grades() as kind:
            return grades.read(kind, text, lang, default, kept)
        case Slots() as kind:
            return slots.read(kind, text, lang, kept)
        case Basket() as kind:
            return basket.read(kind, text, lang, default, kept)
        case _:
            assert_never(ask.kind)


# An answer in words


def say(ask: Ask, answer: Answer, lang: str, default: str) -> str:
    """An answer in words; several things said, a line each."""
    match answer.given:
        case Given.SKIPPED:
            return tr(lang, "skipped")
        case Given.DONT_KNOW:
            return tr(lang, "I don't know")
        case Given.ABSTAIN:
            return tr(lang, "I'd rather not say")
        case Given.BLANK:
            return tr(lang, "Blank vote")
        case Given.NONE:
            return tr(lang, "None of these")
        case Given.ANSWER:
            return _value(ask, answer.value, lang, default)
        case _:
            assert_never(answer.given)


def _value(ask: Ask, value: Value, lang: str, default: str) -> str:
    match ask.kind:
        case OneOf() | AnyOf() as kind:
            return choices.said(kind, value, lang, default)
        case YesNo():
            return yesno.said(value, lang)
        case Number():
            return number.said(value, lang)
        case Day():
            return day.said(str(value), lang)
        case Scale() | Words():
            return str(value)
        case Points() as kind:
            return points.said(kind, value, lang, default)
        case Order() as kind:
            return order.said(kind, value, lang, default)
        case Grades() as kind:
            return grades.said(kind, value, lang, default)
        case Slots() as kind:
            return slots.said(kind, value, lang)
        case Basket() as kind:
            return basket.said(kind, value, lang, default)
        case _:
            assert_never(ask.kind)


def example(ask: Ask, lang: str, default: str) -> str:
    """The choices in one line, for somebody who does not see them; empty where there are none, or too many."""
    if not isinstance(ask.kind, OneOf | AnyOf | Points | Order | Basket):
        return ""
    if isinstance(ask.kind, Order) and ask.kind.pairwise:
        return ""  # there, 1 and 2 are the two compared
    named = _labels(ask.kind, lang, default)
    if len(named) > 12:
        return ""
    listed = " · ".join(f"{i} {label}" for i, label in enumerate(named, 1))
    return tr(lang, "The answers are: {answers}.", answers=listed)
