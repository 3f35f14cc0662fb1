"""How a question of each kind is put in front of somebody: its buttons, its hint, what it says of the draft.

The one rule: what is shown is read off the question and the draft alone; nothing is remembered here.
"""

from __future__ import annotations

from typing import assert_never

from flows.flow import (
    AnyOf,
    Ask,
    Basket,
    Day,
    Grades,
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
    number,
    order,
    photo,
    points,
    propose,
    react,
    scale,
    sign,
    slots,
    spot,
    words,
    yesno,
)
from flows.messages import Block, Button
from flows.session import Value


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
        case Propose() as kind:
            return propose.buttons(kind, lang, default, prompt, kept)
        case React() as kind:
            return react.buttons(kind, lang, default, prompt, kept)
        case Sign() as kind:
            return sign.buttons(kind, lang, prompt, kept)
        case Number() | Words() | Day() | Photo() | Spot() | Lot():
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
        case Propose() as kind:
            return propose.blocks(kind, lang, default, kept)
        case React() as kind:
            return react.blocks(kind, lang, default, kept)
        case Sign() as kind:
            return sign.blocks(kind, lang, kept)
        case OneOf() | AnyOf() | Scale() | Number() | Words() | Day() | YesNo() | Photo() | Spot() | Lot():
            return ()
        case _:
            assert_never(ask.kind)


def free(ask: Ask, kept: tuple[str, ...] = ()) -> bool:
    """Is the usual answer typed?"""
    match ask.kind:
        case Propose() as kind:
            return propose.free(kind, kept)
        case Sign() as kind:
            return sign.free(kind, kept)
        case kind:
            return isinstance(kind, Number | Words | Day | Photo | Spot)


def hint(ask: Ask, lang: str, default: str, kept: tuple[str, ...] = ()) -> str:
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
        case Propose() as kind:
            return propose.hint(kind, kept, lang)
        case Sign() as kind:
            return sign.hint(kind, lang, kept)
        case Photo():
            return photo.hint(lang, optional=ask.optional)
        case Spot():
            return spot.hint(lang)
        case React() | Lot():
            return ""
        case _:
            assert_never(ask.kind)


def expected(ask: Ask, lang: str, default: str = "", kept: tuple[str, ...] = ()) -> str:
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
        case Propose() as kind:
            return propose.expected(kind, lang, default, kept)
        case React() as kind:
            return react.expected(kind, lang, default, kept)
        case Sign() as kind:
            return sign.expected(kind, lang, kept)
        case Photo():
            return photo.expected(lang, optional=ask.optional)
        case Spot():
            return spot.expected(lang)
        case Lot():
            return ""
        case _:
            assert_never(ask.kind)
