"""What makes two flows the same: hashes over their content.

The one rule: a hash depends on what a file says, never on how it is typed. Comments, quotes, indentation and the order
of keys change nothing; the order of steps and of choices does, because people see it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, assert_never

from flows import standard
from flows.flow import (
    AnyOf,
    Basket,
    Choice,
    Day,
    Grades,
    Kind,
    Lot,
    Method,
    Number,
    OneOf,
    Order,
    Photo,
    Points,
    Propose,
    React,
    Rule,
    Scale,
    Sign,
    Slots,
    Spot,
    Stand,
    Text,
    Words,
    YesNo,
)

_ORDERED = frozenset({"one_of", "any_of"})
_ORDERED_IN_STEP = frozenset({"options", "projects", "grades", "criteria", "categories", "statements"})


def content_hash(value: Any, blocks: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of a file's data with the data of the blocks it includes, by name."""
    whole = [_canonical(value, ()), [[name, _canonical(blocks[name], ())] for name in sorted(blocks)]]
    return _digest(whole)


def reason_hash() -> str:
    """The wording of the question for a reason, whose words are Palabre's own."""
    return _digest(["reason"])[:16]


def lot_hash(kind: Kind) -> str:
    """The wording of a draw, whose words are Palabre's own."""
    return _digest(["lot", _labels(kind)])[:16]


def wording_hash(text: Text, kind: Kind, rule: Rule | None = None) -> str:
    """Sixteen characters that stand for everything a person reads in a question, in all languages; of a vote, its
    rule too. (What a plain question reads like must never change its hash: old ballots name it.)"""
    if rule is None:
        return _digest([_texts(text), _labels(kind)])[:16]
    stances = [choice.code for choice in standard.stances(())]
    labels = stances if rule.method is Method.CONSENT else _labels(kind)
    return _digest([_texts(text), labels, _numbers(kind), _rule(rule)])[:16]


def _labels(kind: Kind) -> list[Any]:
    """The words of the answers."""
    match kind:
        case OneOf(choices=choices) | AnyOf(choices=choices) | Points(choices=choices) | Order(choices=choices):
            return [_choice(choice) for choice in choices]
        case Scale(low_label=low, high_label=high):
            return [_texts(low), _texts(high)]
        case Grades(items=items, criteria=criteria):
            asked = [[one.code, _texts(one.label), [_grade(grade) for grade in one.grades]] for one in criteria]
            return [[_choice(item) for item in items], asked]
        case Slots(slots=slots, zone=zone):
            return [[slot.code for slot in slots], zone]
        case Basket(projects=projects, currency=currency):
            return [[[one.code, _texts(one.label), one.cost] for one in projects], currency]
        case Propose(opener=opener, categories=categories, amends=amends):
            return [_texts(opener), [_choice(one) for one in categories], _texts(amends)]
        case React(stands=stands, statements=statements):
            return [[_stand(one) for one in stands], [_choice(one) for one in statements]]
        case Sign(named=named, reason=reason, contact=contact):
            return [named, reason, contact]
        case Lot(arms=arms):
            return sorted(list(arm) for arm in arms)
        case Number() | Words() | Day() | YesNo() | Photo() | Spot():
            return []
        case _:
            assert_never(kind)


def _numbers(kind: Kind) -> list[Any]:
    """How many, how much: what the bounds of a ballot are."""
    match kind:
        case AnyOf(at_least=least, at_most=most) | Order(at_least=least, at_most=most):
            return [least, most]
        case Points(most=most, total=total, squared=squared):
            return [most, total, squared]
        case Basket(limit=limit, at_least=least, at_most=most):
            return [limit, least, most]
        case Slots(lasts=lasts):
            return [lasts and lasts.total_seconds()]
        case _:
            return []


def _rule(rule: Rule) -> list[Any]:
    shares = [None if one is None else str(one) for one in (rule.quorum, rule.threshold)]
    return [rule.method.value, rule.seats, *shares, rule.electorate, rule.strictly, rule.tie.value]


def _digest(data: Any) -> str:
    return sha256(json.dumps(data, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()


def _texts(text: Text | None) -> list[Any]:
    return sorted(text.by_lang.items()) if text else []


def _choice(choice: Choice) -> list[Any]:
    return [choice.code, _texts(choice.label)]


def _grade(choice: Choice) -> list[Any]:
    """A grade; of a usual one the code alone."""
    return [choice.code] if standard.is_standard(choice) else _choice(choice)


def _stand(stand: Stand) -> list[Any]:
    """A way to judge; of a usual one the code alone."""
    own = [] if standard.is_standard_stand(stand) else [_texts(stand.label)]
    return [stand.code, *own, [_choice(one) for one in stand.qualifiers]]


def _canonical(value: Any, path: tuple[str | int, ...]) -> Any:
    """Mappings as lists of pairs, sorted unless their order is seen by people."""
    if isinstance(value, list):
        return [_canonical(one, (*path, place)) for place, one in enumerate(value)]
    if isinstance(value, dict):
        pairs = [[key, _canonical(one, (*path, key))] for key, one in value.items()]
        return {"pairs": pairs if _is_ordered(path) else sorted(pairs, key=lambda pair: str(pair[0]))}
    return value


def _is_ordered(path: tuple[str | int, ...]) -> bool:
    """Is the order of the mapping at `path` seen by people?"""
    match path:
        case ("steps", int(), key) | ("steps", int(), "criteria", _, "grades" as key):
            return key in _ORDERED or key in _ORDERED_IN_STEP
        case ("steps", int(), "qualifiers", _) | ("steps", int(), "answers", "states"):
            return True
        case _:
            return bool(path) and path[-1] in _ORDERED
