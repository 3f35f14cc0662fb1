"""Texts of organisers on their way to a person: in the right language, blanks filled, cut into paragraphs.

The one rule: the result is data. It becomes `Plain` nodes, so that nothing an organiser writes is read as markup.
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache

from babel import UnknownLocaleError
from babel.dates import format_datetime

from flows.blanks import fill
from flows.flow import Flow, Text
from flows.messages import Paragraph, Plain
from locales import tr


def write(flow: Flow, text: Text, lang: str, left: int) -> str:
    """`text` for one person, `{title}`, `{closes}` and `{left}` filled in."""
    words = text.read(lang, flow.lang)
    if "{" not in words and "}" not in words:
        return words
    blanks: dict[str, object] = {"title": flow.title.read(lang, flow.lang), "left": left}
    if "{closes}" in words:
        blanks["closes"] = closes(flow, lang)
    return fill(words, blanks)


def closes(flow: Flow, lang: str) -> str:
    """When the consultation closes, in words with its time zone; empty when it has no closing hour."""
    window = flow.window
    return moment(window.closes, window.zone, lang) if window and window.closes else ""


def paragraphs(text: str) -> tuple[Paragraph, ...]:
    """Plain paragraphs; an empty line parts them."""
    if "\n\n" not in text:
        return (Paragraph((Plain(text.strip()),)),)
    return tuple(Paragraph((Plain(piece.strip()),)) for piece in text.split("\n\n") if piece.strip())


_FIRST = re.compile(r"(?<![\d/.-])1(?= (?:janv|févr|mars|avr|mai|juin|juil|août|sept|oct|nov|déc))")


def day_in_words(written: str, lang: str) -> str:
    """A day or an hour that Babel wrote, as people write it: the first of a month is "1er" in French."""
    return _FIRST.sub("1er", written) if lang.partition("_")[0] == "fr" else written


@lru_cache(maxsize=256)
def moment(at: datetime, zone: str, lang: str) -> str:
    """A day and an hour on the wall clocks of `zone` (`at` is naive), in words and with the zone."""
    try:
        there = day_in_words(format_datetime(at, "EEEE d MMMM y, HH:mm", locale=lang), lang)
    except (UnknownLocaleError, ValueError):
        there = f"{at:%Y-%m-%d %H:%M}"
    return tr(lang, "{day_and_hour} ({zone} time)", day_and_hour=there, zone=zone.rpartition("/")[2].replace("_", " "))
