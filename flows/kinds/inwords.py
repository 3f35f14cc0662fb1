"""An answer of each kind in words, and its choices by name.

The one rule: an answer is told as it was given; what was skipped or kept back has a word of its own.
"""

from __future__ import annotations

from typing import assert_never

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
from flows.kinds import (
    basket,
    choices,
    day,
    grades,
    lot,
    number,
    order,
    photo,
    points,
    propose,
    react,
    sign,
    slots,
    spot,
    yesno,
)
from flows.session import Answer, Given, Value
from locales import tr


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
        case Propose() as kind:
            return propose.said(kind, value, lang)
        case React():
            return react.said(value, lang)
        case Sign() as kind:
            return sign.said(kind, value, lang)
        case Photo():
            return photo.said(lang)
        case Spot():
            return spot.said(value, lang)
        case Lot():
            return lot.said(value)
        case _:
            assert_never(ask.kind)


def example(ask: Ask, lang: str, default: str) -> str:
    """The choices in one line, for somebody who does not see them; empty where there are none, or too many."""
    if not isinstance(ask.kind, OneOf | AnyOf | Points | Order | Basket):
        return ""
    if isinstance(ask.kind, Order) and ask.kind.pairwise:
        return ""  # there, 1 and 2 are the two compared
    named = labels_of(ask.kind, lang, default)
    if len(named) > 12:
        return ""
    listed = " · ".join(f"{i} {label}" for i, label in enumerate(named, 1))
    return tr(lang, "The answers are: {answers}.", answers=listed)


def labels_of(kind: Kind, lang: str, default: str) -> list[str]:
    """The choices by name; none where there are none to name."""
    match kind:
        case OneOf() | AnyOf() | Points() | Order():
            return [choice.label.read(lang, default) for choice in kind.choices]
        case Grades():
            return [grade.label.read(lang, default) for criterion in kind.criteria for grade in criterion.grades]
        case Basket():
            return [project.label.read(lang, default) for project in kind.projects]
        case Slots() | Scale() | Number() | Words() | Day() | YesNo():
            return []
        case Propose() | React() | Sign() | Photo() | Spot() | Lot():
            return []
        case _:
            assert_never(kind)
