"""`number`: a typed number."""

from __future__ import annotations

from functools import lru_cache

from babel import UnknownLocaleError
from babel.numbers import format_decimal

from flows import reading
from flows.flow import Number
from flows.kinds.reply import Reply, Taken, Wrong
from flows.session import Value
from locales import tr


def read(kind: Number, text: str, lang: str) -> Reply:
    value = reading.number(text)
    if value is None:
        return None
    if kind.whole and isinstance(value, float):
        return Wrong(tr(lang, "Please type a whole number, without decimals.") + " " + expected(kind, lang))
    if (kind.min is not None and value < kind.min) or (kind.max is not None and value > kind.max):
        return Wrong(expected(kind, lang))
    return Taken(value)


def expected(kind: Number, lang: str) -> str:
    low, high = (None if end is None else said(end, lang) for end in (kind.min, kind.max))
    if low is not None and high is not None:
        return tr(lang, "Type a number between {low} and {high}.", low=low, high=high)
    if low is not None:
        return tr(lang, "Type a number, {low} or more.", low=low)
    if high is not None:
        return tr(lang, "Type a number, {high} or less.", high=high)
    return tr(lang, "Type a number.")


@lru_cache(maxsize=1024)
def said(value: Value, lang: str) -> str:
    """The number as it is written in `lang`."""
    if not isinstance(value, int | float):
        return str(value)
    try:
        return str(format_decimal(value, locale=lang, decimal_quantization=False, group_separator=abs(value) >= 10_000))
    except (UnknownLocaleError, ValueError):
        return str(value)
