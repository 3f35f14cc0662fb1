"""What stands behind a key (`quorum=30`, `seuil=2/3`, `zone=paris`): read, and when it cannot be, put right.

The one rule: shares are exact. "66.7%" is 667 thousandths, never a floating-point number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction

from rapidfuzz import fuzz, process

from bot.polls.tokens import Token
from bot.polls.words import CHOSEN, FILE_METHODS, YES, Family, Value, key_in, plain, squash, value_in
from flows import times
from locales import tr


def value(family: Family, text: str) -> Value | None:
    """What `text` means for `family`; None when it means nothing."""
    squashed = squash(text)
    match family:
        case Family.SHUFFLE | Family.ADD | Family.BLANK | Family.NONE:
            return True if squashed in YES else None
        case Family.ZONE:
            return zone(text)
        case _ if family in CHOSEN:
            return CHOSEN[family].get(squashed)
        case _:
            return number(family, text)


def number(family: Family, text: str) -> Value | None:
    """A number or a share, within its bounds."""
    text = plain(text).replace(" ", "").replace(",", ".")
    if family is Family.THRESHOLD:
        if squash(text) in ("majority", "majorite", "majoriteabsolue", "absolutemajority"):
            return "majority"
        share = _share(text)
        return share if share is not None and 0 < share <= 1 else None
    if family is Family.QUORUM and text.endswith("%"):
        share = _share(text)
        return share if share is not None and 0 < share <= 1 else None
    if not re.fullmatch(r"\d{1,7}", text):
        return None
    found = int(text)
    low, high = _BOUNDS[family]
    return found if low <= found <= high else None


_BOUNDS: Mapping[Family, tuple[int, int]] = {
    Family.QUORUM: (1, 9_999_999),
    Family.ELECTORATE: (1, 9_999_999),
    Family.MAX: (1, 100),
    Family.MIN: (0, 100),
    Family.SEATS: (1, 99),
    Family.MOST: (1, 10),
    Family.POINTS: (2, 1000),
    Family.EACH: (1, 1000),
    Family.GRADES: (5, 7),
    Family.TIMES: (2, 400),
}


def _share(text: str) -> Fraction | None:
    """`2/3`, `66%`, `66.7%`; exact, and no finer than a flow file takes."""
    if match := re.fullmatch(r"(\d{1,4})/(\d{1,4})", text):
        return Fraction(int(match[1]), int(match[2])) if int(match[2]) else None
    if match := re.fullmatch(r"(\d{1,3}(?:\.\d)?)%", text):
        return Fraction(match[1]) / 100
    return None


def zone(text: str) -> str | None:
    """A time zone by its name, or by its city alone: `Europe/Paris`, `paris`, `la réunion`."""
    wanted = squash(text)
    names = {squash(name): name for name in times.zones()}
    if wanted in names:
        return names[wanted]
    found = {name for name in times.zones() if "/" in name and squash(name.rpartition("/")[2]) == wanted}
    return found.pop() if len(found) == 1 else None


def advice(family: Family, token: Token, written: str, lang: str) -> str:
    """A sentence on what can stand there instead of `written`."""
    start = f"{key_in(family, lang, token.key)}{token.sign}"
    if family is Family.METHOD and squash(written) in FILE_METHODS:
        return tr(lang, "This method does not fit on one line: send a file with /new.")
    if family is Family.ZONE:
        near = process.extractOne(written, times.zones(), processor=plain, scorer=fuzz.WRatio)
        return tr(lang, "Did you mean “{near}”?", near=f"{start}{near[0] if near else 'Europe/Paris'}")
    if family in CHOSEN:
        names = CHOSEN[family]
        close = process.extractOne(squash(written), tuple(names), scorer=fuzz.ratio, score_cutoff=55)
        if close is not None:
            return tr(lang, "Did you mean “{near}”?", near=start + value_in(family, names[close[0]], lang))
        known = dict.fromkeys(value_in(family, one, lang) for one in names.values())
        return tr(lang, "Choose from: {list}.", list=", ".join(known))
    if family in (Family.SHUFFLE, Family.ADD, Family.BLANK, Family.NONE):
        return tr(lang, "Write “{word}” alone, or leave it out.", word=token.key)
    examples = {Family.THRESHOLD: "2/3", Family.QUORUM: "30", Family.ELECTORATE: "120"}
    if family in examples:
        return tr(lang, "Write for example: {example}", example=f"{key_in(family, lang, token.key)}={examples[family]}")
    low, high = _BOUNDS[family]
    return tr(lang, "Write a whole number from {low} to {high}.", low=low, high=high)
