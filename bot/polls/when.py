"""Closing hours as people write them: "vendredi 18h", "1er décembre à 18h30", "tomorrow 8pm", "2026-12-01 18:00".

The one rule: the whole phrase must be understood, or none of it is; an hour is never guessed. (The general parsers of
dates were tried: the best known of them reads "vendredi 18h" as a day in the past and "demain 20h" as tomorrow minus
twenty hours, without a word. A closed grammar of days and hours is small, and refuses what it does not know.)

A day without an hour lasts to its end, 23:59. What has no year, or is the name of a day, is the next one to come.
"""

# ruff: noqa: SIM905 (long lists of words read better as text)
from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from rapidfuzz import fuzz, process

from bot.polls.words import plain
from flows import days, times
from flows.words import MONTHS

LONGEST = 60
FARTHEST = timedelta(days=5 * 366)
_END_OF_DAY = 23 * 60 + 59


class Problem(Enum):
    """A phrase that is a date, and cannot be meant."""

    NO_SUCH_DAY = "no such day"
    OTHER_WEEKDAY = "other weekday"
    TOO_FAR = "too far"


@dataclass(frozen=True, slots=True)
class _Hour:
    """Minutes since midnight; None when nothing was said. `part`: morning, noon, afternoon, evening."""

    minutes: int | None = None
    part: str | None = None


WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "lundi lun monday mon",
            "mardi tuesday tue tues",
            "mercredi mer wednesday wed",
            "jeudi jeu thursday thu thurs",
            "vendredi ven friday fri",
            "samedi sam saturday sat",
            "dimanche dim sunday sun",
        )
    )
    for name in names.split()
}
_WEEKDAY = "|".join(sorted(WEEKDAYS, key=len, reverse=True))
_PARTS = {
    "matin": "morning",
    "morning": "morning",
    "midi": "noon",
    "noon": "noon",
    "apres-midi": "afternoon",
    "apres midi": "afternoon",
    "afternoon": "afternoon",
    "soir": "evening",
    "soiree": "evening",
    "evening": "evening",
    "night": "evening",
    "tonight": "evening",
}
_ENDS_AT = {"morning": 12 * 60, "noon": 12 * 60, "afternoon": 18 * 60, "evening": _END_OF_DAY, None: _END_OF_DAY}
_PART = "|".join(sorted(_PARTS, key=len, reverse=True))
_OF_PART = rf"(?: (?:du |de l'|in the |at )?(?P<part>{_PART}))?"
_CLOCK = (
    r"(?P<midnight>minuit|midnight)|(?P<noon>midi|noon)"
    r"|(?P<h>\d{1,2}) ?(?:heures?|h)(?: ?(?P<m>\d{2}))?"
    r"|(?P<ch>\d{1,2})[:.](?P<cm>\d{2})(?::\d{2})?(?: ?(?P<cx>am|pm|a\.m\.?|p\.m\.?))?"
    r"|(?P<xh>\d{1,2}) ?(?P<x>am|pm|a\.m\.?|p\.m\.?)"
)
_AT = r"(?:a |at |@ ?|vers |before |avant )?"
_HOUR_LAST = re.compile(rf"(?:(?P<day>.*?)[ ,]+|^){_AT}(?:{_CLOCK}){_OF_PART}$")
_HOUR_FIRST = re.compile(rf"^{_AT}(?:{_CLOCK})[ ,]+(?P<day>.+)$")
_LEADING = re.compile(r"^(?:(?:au|le|on|the|a|du|this|ce|cet|cette|of|de|date) |l')+")


def read(phrase: str, now: datetime, zone: str) -> datetime | Problem | None:
    """The wall time in `zone` that the phrase means, when clocks there show `now` (naive); None when it is none."""
    text = " ".join(plain(phrase).replace("\u00a0", " ").split()).strip(" ,.;")
    if not text or len(text) > LONGEST:
        return None
    iso = times.moment(text.upper().replace(" ", "T", 1))
    if iso is not None:
        return _near(times.wall(iso, ZoneInfo(zone)).replace(second=0), now)
    for day, hour in _splits(text):
        found = _day(day, hour, now)
        if found is not None:
            return _near(found, now) if isinstance(found, datetime) else found
    return None


def read_slot(phrase: str, now: datetime, zone: str) -> date | datetime | Problem | None:
    """A date to propose: a day, or a day and an hour when the phrase has one."""
    found = read(phrase, now, zone)
    if not isinstance(found, datetime):
        return found
    text = " ".join(plain(phrase).split())
    return found if re.search(r"\d ?h|\d:\d\d|\d ?[ap]\.?m|midi|noon|minuit|midnight", text) else found.date()


def nearest(phrase: str, now: datetime, zone: str) -> str | None:
    """The phrase with its misspelt words put right, if that makes a date of it."""
    known = [*(name for name in _SPELT if len(name) > 3), *_SPELT_SMALL]
    words = []
    for word in phrase.split():
        found = process.extractOne(plain(word), {name: plain(name) for name in known}, scorer=fuzz.ratio)
        close = found is not None and found[1] >= 75 and word.isalpha()
        words.append(str(found[2]) if found is not None and close and found[1] < 100 else word)
    tried = " ".join(words)
    return tried if tried != phrase and isinstance(read(tried, now, zone), datetime) else None


_SPELT = (
    *"lundi mardi mercredi jeudi vendredi samedi dimanche monday tuesday wednesday thursday friday saturday".split(),
    *"sunday janvier février avril juillet août septembre octobre novembre décembre january february march".split(),
    *"april june july august september october november december demain aujourd'hui tomorrow today tonight".split(),
)
_SPELT_SMALL = ("mars", "juin")
_GONE = ("hier", "yesterday")


_CLOCK_WORD = re.compile(r"\d{1,3}(?:h\d*|:\d+)")


def is_hour(word: str) -> bool:
    """Is this word written like an hour, a possible one or not ("18h", "25h")?"""
    return _CLOCK_WORD.fullmatch(plain(word)) is not None


def looks_dated(word: str) -> bool:
    """Does this word, or nearly this word, begin a date or an hour?"""
    text = plain(word)
    if text[:1].isdigit() or text in WEEKDAYS or text in MONTHS or text in _PARTS or text in _GONE:
        return True
    return process.extractOne(text, _SPELT, processor=plain, scorer=fuzz.ratio, score_cutoff=78) is not None


def _splits(text: str) -> list[tuple[str, _Hour]]:
    """The ways to cut the phrase into a day and an hour, an hour at its end first."""
    found = []
    for match in (_HOUR_LAST.match(text), _HOUR_FIRST.match(text)):
        if match is not None:
            hour = _hour(match)
            if hour is not None:
                found.append(((match["day"] or "").strip(" ,"), hour))
    found.append((text, _Hour()))
    return found


def _hour(match: re.Match[str]) -> _Hour | None:
    said = match.groupdict()
    part = _PARTS.get(said.get("part") or "")
    if said["midnight"]:
        return _Hour(_END_OF_DAY)
    if said["noon"]:
        return _Hour(12 * 60)
    hour, minute = int(said["h"] or said["ch"] or said["xh"]), int(said["m"] or said["cm"] or 0)
    half = (said["x"] or said["cx"] or "")[:1]
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    elif part in ("afternoon", "evening") and hour < 12:
        hour += 12
    if minute > 59 or hour * 60 + minute > 24 * 60:
        return None
    return _Hour(hour * 60 + minute, part)


def _at(day: date, hour: _Hour, part: str | None = None) -> datetime:
    part = part or hour.part
    minutes = hour.minutes
    if minutes is None:
        minutes = _ENDS_AT[part]
    elif part in ("afternoon", "evening") and minutes < 12 * 60:
        minutes += 12 * 60
    return datetime.combine(day, time()) + timedelta(minutes=minutes)


def _near(found: datetime, now: datetime) -> datetime | Problem:
    return found if found - now <= FARTHEST else Problem.TOO_FAR


# --- Days ------------------------------------------------------------------------------------------------------------

_TODAY = re.compile(rf"(?P<gone>hier|yesterday)|aujourd'?hui|today|(?:ce |cet |this )?(?P<part>{_PART})")
_TOMORROW = re.compile(
    rf"(?P<after>apres[ -]demain|(?:the )?day after tomorrow)?(?:demain|tomorrow)?(?: (?P<part>{_PART}))?"
)
_NAMED = re.compile(
    rf"(?:(?P<next>next|prochain) |this |coming )?(?P<name>{_WEEKDAY})\.?(?P<next2> prochain| qui vient)?"
    rf"(?: (?P<part>{_PART}))?"
)
_FIGURES = re.compile(r"(?P<d>\d{1,2})[/.-](?P<m>\d{1,2})(?:[/.-](?P<y>\d{4}|\d{2}))?")
_ISO_DAY = re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})")
_OF_MONTH = re.compile(r"(?P<d>\d{1,2})(?:er|st|nd|rd|th)?")
_END_OF = re.compile(r"(?:la )?(?:fin|end) (?:du |de la |de |of the |of )?(?P<what>mois|month|semaine|week)")
_IN_MONTH = re.compile(
    r"(?P<d>\d{1,2})(?:er|st|nd|rd|th)?(?: of)? (?P<m>[a-z]+)\.?|(?P<m2>[a-z]+)\.? (?P<d2>\d{1,2})\w*"
)


def _day(text: str, hour: _Hour, now: datetime) -> datetime | Problem | None:
    """The phrase without its hour, as the moment it means; hours that are past today move what has no year."""
    if not text:
        today = [_at(now.date() + timedelta(days=n), hour) for n in (0, 1)]
        return _coming(today, now) if hour.minutes is not None else None
    bare = _LEADING.sub("", text)
    if match := _TODAY.fullmatch(bare) or _TODAY.fullmatch(text):
        return _at(now.date() - timedelta(days=1 if match["gone"] else 0), hour, _PARTS.get(match["part"] or ""))
    if (match := _TOMORROW.fullmatch(bare)) and bare:
        return _at(now.date() + timedelta(days=2 if match["after"] else 1), hour, _PARTS.get(match["part"] or ""))
    if match := _NAMED.fullmatch(bare):
        return _weekday(match, hour, now)
    if match := _END_OF.fullmatch(bare):
        return _at(_end_of(match["what"], now.date()), hour)
    weekday, rest = _without_weekday(bare)
    if match := _ISO_DAY.fullmatch(rest) or _FIGURES.fullmatch(rest):
        found: datetime | Problem | None = _figures(match, hour, now)
    elif rest != text and (match := _OF_MONTH.fullmatch(rest)):
        found = _of_month(int(match["d"]), hour, now)
    else:
        found = _in_month(rest, hour, now)
    if weekday is not None and isinstance(found, datetime) and found.weekday() != weekday:
        return Problem.OTHER_WEEKDAY
    return found


def _coming(options: list[datetime], now: datetime) -> datetime:
    return next((one for one in options if one > now), options[-1])


def _weekday(match: re.Match[str], hour: _Hour, now: datetime) -> datetime:
    ahead = (WEEKDAYS[match["name"]] - now.weekday()) % 7
    if ahead == 0 and (match["next"] or match["next2"]):
        ahead = 7
    part = _PARTS.get(match["part"] or "")
    return _coming([_at(now.date() + timedelta(days=ahead + n), hour, part) for n in (0, 7)], now)


def _without_weekday(text: str) -> tuple[int | None, str]:
    first, _, rest = text.partition(" ")
    number = WEEKDAYS.get(first.strip(",."))
    return (number, _LEADING.sub("", rest)) if number is not None and rest else (None, text)


def _end_of(what: str, today: date) -> date:
    if what in ("semaine", "week"):
        return today + timedelta(days=6 - today.weekday())
    return today.replace(day=calendar.monthrange(today.year, today.month)[1])


def _figures(match: re.Match[str], hour: _Hour, now: datetime) -> datetime | Problem:
    number, month, year = int(match["d"]), int(match["m"]), match["y"]
    if year is None:
        return _yearless(month, number, hour, now)
    found = _date(int(year) if len(year) == 4 else 2000 + int(year), month, number)
    return Problem.NO_SUCH_DAY if found is None else _at(found, hour)


def _of_month(number: int, hour: _Hour, now: datetime) -> datetime | Problem:
    """ "le 5": the next fifth."""
    months = [divmod(now.month - 1 + n, 12) for n in range(3)]
    found = [one for years, month in months if (one := _date(now.year + years, month + 1, number))]
    return _coming([_at(one, hour) for one in found], now) if found else Problem.NO_SUCH_DAY


def _in_month(text: str, hour: _Hour, now: datetime) -> datetime | Problem | None:
    """A day with the name of its month, in any order, with a year or without."""
    if not MONTHS.keys() & set(re.findall(r"[a-z]+", text)):
        return None
    match days.day(text):
        case date() as found:
            return _at(found, hour)
        case days.NoYear():
            match = _IN_MONTH.fullmatch(text)
            number = match and (match["d"] or match["d2"])
            if not match or not number:
                return _in_words(text, hour, now)
            return _yearless(MONTHS[match["m"] or match["m2"]], int(number), hour, now)
        case None:
            match = _IN_MONTH.match(text)
            named = match and (match["m"] or match["m2"]) in MONTHS
            return Problem.NO_SUCH_DAY if named and re.fullmatch(r"[\w.]+ [\w.]+( \d{4})?", text) else None


def _in_words(text: str, hour: _Hour, now: datetime) -> datetime | None:
    """ "premier décembre": the reader of dates knows numbers in words, and needs a year."""
    found = [day for n in range(9) if isinstance(day := days.day(f"{text} {now.year + n}"), date)]
    return _coming([_at(one, hour) for one in found], now) if found else None


def _yearless(month: int, number: int, hour: _Hour, now: datetime) -> datetime | Problem:
    """The next such day; one that has only just gone stays in the past, to be asked about."""
    found = [_at(one, hour) for n in range(9) if (one := _date(now.year + n, month, number))]
    if not found:
        return Problem.NO_SUCH_DAY
    return found[0] if now - timedelta(days=31) < found[0] <= now else _coming(found, now)


def _date(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None
