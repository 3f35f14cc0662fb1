"""`date`: a calendar date, recorded in ISO form."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from babel import UnknownLocaleError
from babel.dates import format_date

from flows.days import NoYear, day
from flows.flow import Day
from flows.kinds.reply import Reply, Taken, Wrong
from flows.wording import day_in_words
from locales import tr

_EXAMPLE = date(2026, 3, 12)


def read(kind: Day, text: str, lang: str) -> Reply:
    found = day(text)
    if isinstance(found, NoYear):
        example = said(_EXAMPLE.isoformat(), lang)
        return Wrong(tr(lang, "Please add the year, with four digits, for example: {date}.", date=example))
    if found is None:
        return None
    if (kind.min and found < kind.min) or (kind.max and found > kind.max):
        return Wrong(expected(kind, lang))
    return Taken(found.isoformat())


def expected(kind: Day, lang: str) -> str:
    example = said((kind.min or kind.max or _EXAMPLE).isoformat(), lang)
    low, high = (said(end.isoformat(), lang) if end else "" for end in (kind.min, kind.max))
    if low and high:
        return tr(lang, "Type a date between {low} and {high}.", low=low, high=high)
    if low:
        return tr(lang, "Type a date, {low} or later.", low=low)
    if high:
        return tr(lang, "Type a date, {high} or earlier.", high=high)
    return tr(lang, "Type a date, for example: {date}.", date=example)


@lru_cache(maxsize=1024)
def said(value: str, lang: str) -> str:
    """The date as it is written in `lang`, its month in letters so that nobody can take it for the day."""
    try:
        return day_in_words(format_date(date.fromisoformat(value), "long", lang), lang)
    except (UnknownLocaleError, ValueError):
        return value
