"""`scale` and `rating`: a whole number between two ends. A typed number is the value, never a place in a list."""

from __future__ import annotations

import re

from flows import reading
from flows.flow import Scale
from flows.kinds.choices import index
from flows.kinds.reply import Reply, Taken, Wrong
from flows.messages import Button
from flows.prompts import data
from flows.session import Value
from locales import tr

ROW = 7
_OUT_OF = re.compile(r"\s*(-?\d+)\s*(?:/|sur|out of|of)\s*(\d+)\s*", re.IGNORECASE)


def buttons(kind: Scale, prompt: str, chosen: Value) -> list[Button]:
    return [
        Button(label=str(value), data=data(prompt, str(i)), chosen=value == chosen)
        for i, value in enumerate(range(kind.low, kind.high + 1))
    ]


def columns(kind: Scale) -> int:
    """As few rows as the width allows, all about as long."""
    count = kind.high - kind.low + 1
    rows = -(-count // ROW)
    return max(-(-count // rows), 1) if rows > 0 else 1


def press(kind: Scale, token: str) -> Value:
    at = index(token, kind.high - kind.low + 1)
    return None if at is None else kind.low + at


def read(kind: Scale, text: str, lang: str, default: str) -> Reply:
    ends = [label.read(lang, default) for label in (kind.low_label, kind.high_label) if label]
    if len(ends) == 2 and isinstance(end := reading.exact(text, ends), int):
        return Taken(kind.high if end else kind.low)
    out_of = _OUT_OF.fullmatch(text[: reading.LONGEST])
    if out_of and int(out_of[2]) == kind.high:
        text = out_of[1]
    value = reading.number(text)
    if value is None:
        return None
    if isinstance(value, float) or not kind.low <= value <= kind.high:
        return Wrong(expected(kind, lang))
    return Taken(value)


def hint(kind: Scale, lang: str, default: str) -> str:
    low, high = (
        tr(lang, "{value} ({label})", value=value, label=label.read(lang, default)) if label else str(value)
        for value, label in ((kind.low, kind.low_label), (kind.high, kind.high_label))
    )
    return tr(lang, "From {low} to {high}.", low=low, high=high)


def expected(kind: Scale, lang: str) -> str:
    return tr(lang, "Please choose a whole number from {low} to {high}.", low=kind.low, high=kind.high)
