"""Read a calendar date as people write it: "12/03/2026" (day first), "2026-03-12", "12 mars 2026", "March 12 2026".

The one rule: a year is never guessed. "12 mars" and "12/03/58" are asked about.
"""

# ruff: noqa: SIM905 (long lists of words read better as text)
from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from flows.reading import LONGEST, fold
from flows.words import MONTHS, NUMBERS, ORDINALS


@dataclass(frozen=True, slots=True)
class NoYear:
    """A day and a month, without a year of four digits."""


_ISO = re.compile(r"(\d{4}) (\d{1,2}) (\d{1,2})")
_FIGURES = re.compile(r"(\d{1,2}) (\d{1,2})(?: (\d{4}|\d{2}))?")
_COMPACT = re.compile(r"(\d{2})(\d{2})(\d{4})")
_DAY = re.compile(r"(\d{1,2})(?:er|re|e|st|nd|rd|th)?")
_AROUND = frozenset(
    "le la l the of on in de du en lundi mardi mercredi jeudi vendredi samedi dimanche monday tuesday wednesday "
    "thursday friday saturday sunday ne nee born depuis since".split()
)


def day(text: str) -> date | NoYear | None:
    """The date that the text is; `NoYear` when only its year is missing."""
    if len(text) > LONGEST:
        return None
    words = [word for word in fold(text).split() if word not in _AROUND]
    plain = " ".join(words)
    if match := _ISO.fullmatch(plain):
        return _date(match[1], match[2], match[3])
    if match := _COMPACT.fullmatch(plain):
        return _date(match[3], match[2], match[1])
    if match := _FIGURES.fullmatch(plain):
        found = _either_way(match[3] or "2000", match[1], match[2])
        return found if found is None or len(match[3] or "") == 4 else NoYear()
    return _with_month(words)


def _either_way(year: str, first: str, second: str) -> date | None:
    """Day first; the American order only where nothing else makes a date."""
    year = year if len(year) == 4 else f"20{year}"
    return _date(year, second, first) or _date(year, first, second)


def _with_month(words: list[str]) -> date | NoYear | None:
    months = [i for i, word in enumerate(words) if word in MONTHS]
    if len(months) != 1:
        return None
    month = MONTHS[words[months[0]]]
    rest = words[: months[0]] + words[months[0] + 1 :]
    years = [word for word in rest if re.fullmatch(r"\d{4}", word)]
    others = [word for word in rest if word not in years]
    number = _day_number(" ".join(others[:1] if len(others) == 2 and others[1].isdecimal() else others))
    if number is None or len(years) > 1:
        return None
    if not years:
        return NoYear() if _date("2000", str(month), str(number)) else None
    return _date(years[0], str(month), str(number))


def _day_number(written: str) -> int | None:
    if match := _DAY.fullmatch(written):
        return int(match[1])
    found = NUMBERS.get(written) or ORDINALS.get(written)
    return found if found and found > 0 else None


def _date(year: str, month: str, number: str) -> date | None:
    try:
        return date(int(year), int(month), int(number))
    except ValueError:
        return None
