"""What a question offers: the word for its kind, and its choices with their labels.

The one rule: codes are data and labels are not. Everything that is counted is counted by code; a label is for reading.
"""

from __future__ import annotations

from typing import assert_never

from flows.flow import (
    AnyOf,
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
    Propose,
    React,
    Scale,
    Sign,
    Slots,
    Spot,
    Text,
    Words,
    YesNo,
)
from locales import LANGUAGES, tr

UNDETERMINED = "und"
"""The language code of a label that is not in any language (a date, a code that the flow does not know)."""


def kind_name(kind: Kind) -> str:
    """The word of the flow format for a kind."""
    match kind:
        case OneOf():
            return "one_of"
        case AnyOf():
            return "any_of"
        case Scale():
            return "scale"
        case Number():
            return "number"
        case Words():
            return "text"
        case Day():
            return "date"
        case YesNo():
            return "yes_no"
        case Points():
            return "points"
        case Order():
            return "order"
        case Grades():
            return "grades"
        case Slots():
            return "slots"
        case Basket():
            return "basket"
        case Propose():
            return "propose"
        case React():
            return "react"
        case Sign():
            return "sign"
        case Photo():
            return "photo"
        case Spot():
            return "place"
        case Lot():
            return "draw"
        case _:
            assert_never(kind)


def choices(kind: Kind, lang: str) -> tuple[Choice, ...]:
    """The codes that a kind offers, with their labels; `lang` is the flow's own language. Dates have no label: whoever
    shows them says them in words."""
    match kind:
        case OneOf(choices=offered) | AnyOf(choices=offered) | Points(choices=offered) | Order(choices=offered):
            return offered
        case Grades(items=items):
            return items
        case Basket(projects=projects):
            return tuple(Choice(code=project.code, label=project.label) for project in projects)
        case Slots(slots=slots):
            return tuple(Choice(code=slot.code, label=Text({UNDETERMINED: slot.at.isoformat()})) for slot in slots)
        case YesNo():
            yes = Text({lang: tr(lang, "Yes") for lang in LANGUAGES})
            no = Text({lang: tr(lang, "No") for lang in LANGUAGES})
            return (Choice(code="yes", label=yes), Choice(code="no", label=no))
        case Scale(low=low, high=high):
            return tuple(Choice(code=str(point), label=_point(kind, point)) for point in range(low, high + 1))
        case Lot(arms=arms):
            return tuple(Choice(code=code, label=Text({UNDETERMINED: code})) for code, _ in arms)
        case Number() | Words() | Day() | Propose() | React() | Sign() | Photo() | Spot():
            return ()
        case _:
            assert_never(kind)


def _point(scale: Scale, point: int) -> Text:
    """The label of one point; the ends carry their words in each of their languages."""
    words = {scale.low: scale.low_label, scale.high: scale.high_label}.get(point)
    if words is None:
        return Text({UNDETERMINED: str(point)})
    return Text({lang: f"{point} ({text})" for lang, text in words.by_lang.items()})
