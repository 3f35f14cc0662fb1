"""A question as data, for whoever counts again: what it asks, what it offers, and the rule it decides by.

The one rule: everything that the count depends on is in it. `bot/results/verify.py` and `palabre count` read nothing
else of a consultation than this and the ballots.
"""

from __future__ import annotations

from typing import Any

from flows.flow import AnyOf, Ask, Basket, Flow, Grades, Order, Points, Rule, Slots
from flows.tally.counting import grades
from flows.tally.counts import choices, kind_name
from flows.tally.outcome import Number


def described(flow: Flow, ask: Ask) -> dict[str, Any]:
    """The name, the words and the rule of a question, ready for JSON."""
    return {
        "name": ask.name,
        "kind": kind_name(ask.kind),
        "wording": ask.wording,
        "personal": ask.personal,
        "text": dict(ask.text.by_lang),
        "choices": {choice.code: dict(choice.label.by_lang) for choice in choices(ask.kind, flow.lang)},
        **_bounds(ask),
        **(_rule(ask.rule) if ask.rule is not None else {}),
    }


def _bounds(ask: Ask) -> dict[str, Any]:
    """What a ballot may say. (Of plain questions nothing more than ever was told.)"""
    match ask.kind:
        case Points(most=most, total=total, squared=squared):
            return {"most": most, "total": total, "squared": squared}
        case Grades(items=_) as kind:
            scales = {criterion: list(scale) for criterion, scale in grades(kind)}
            return {"grades": scales[""]} if list(scales) == [""] else {"criteria": scales}
        case Basket(projects=projects, limit=limit, currency=currency, at_least=least, at_most=most_):
            costs = {project.code: project.cost for project in projects}
            return {"costs": costs, "limit": limit, "currency": currency, "at_least": least, "at_most": most_}
        case Slots(zone=zone, lasts=lasts):
            return {"zone": zone, "minutes": int(lasts.total_seconds() // 60) if lasts else None}
        case Order(at_least=least, at_most=most_):
            return {"at_least": least, "at_most": most_}
        case AnyOf(at_least=least, at_most=most_) if ask.rule is not None:
            return {"at_least": least, "at_most": most_}
        case _:
            return {}


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "method": rule.method.value,
        "seats": rule.seats,
        "tie": rule.tie.value,
        "quorum": rule.quorum if rule.quorum is None or isinstance(rule.quorum, int) else _spelled(rule.quorum),
        "electorate": rule.electorate,
        "threshold": None if rule.threshold is None else _spelled(rule.threshold),
        "strictly": rule.strictly,
    }


def _spelled(share: Number) -> str:
    """A share as "2/3"; a whole as "1"."""
    return str(share)
