"""What came in, as each kind understands it: a press, typed words, something sent.

The one rule: what is not understood is said to be so (None); nothing is guessed into an answer.
"""

from __future__ import annotations

from typing import assert_never

from flows import reading
from flows.events import Shared
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
from flows.kinds.inwords import labels_of
from flows.kinds.reply import Reply, Taken


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
        case Propose() as kind:
            return propose.press(kind, token, kept, lang)
        case React() as kind:
            return react.press(kind, token, kept, lang)
        case Sign() as kind:
            return sign.press(kind, token, kept, lang)
        case Number() | Words() | Day() | Photo() | Spot() | Lot():
            return None
        case _:
            assert_never(ask.kind)


def is_label(ask: Ask, text: str, lang: str, default: str, kept: tuple[str, ...] = ()) -> bool:
    """Is this the label of a choice, or a word that the card in front of somebody knows? Then it is never taken for a
    word that steers the conversation."""
    if reading.exact(text, labels_of(ask.kind, lang, default)) is not None:
        return True
    match ask.kind:
        case Grades() as kind:
            return grades.own_word(kind, text, kept)
        case Propose() as kind:
            return propose.own_word(kind, text, kept, lang, default)
        case React() as kind:
            return react.own_word(kind, text, kept, lang, default)
        case Sign() as kind:
            return sign.own_word(kind, text, kept, lang)
        case _:
            return False


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
        case Propose() as kind:
            return propose.read(kind, text, lang, default, kept)
        case React() as kind:
            return react.read(kind, text, lang, default, kept)
        case Sign() as kind:
            return sign.read(kind, text, lang, kept)
        case Photo():
            return photo.read(text, lang)
        case Spot():
            return spot.read(text, lang)
        case Lot():
            return None
        case _:
            assert_never(ask.kind)


def received(ask: Ask, event: Shared, lang: str) -> Reply:
    """What something sent that is not text means; None where the question has no use for it."""
    match ask.kind:
        case Photo():
            return photo.received(event, lang)
        case Spot():
            return spot.received(event, lang)
        case _:
            return None
