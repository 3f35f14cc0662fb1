"""Dates as people answer for them: "1 3", "1 oui, 2 peut-être, 3 non", "jeudi oui", "not Thursday evening", "tous".

The one rule: never guess against somebody. A weekday that falls on several dates is asked about, and so is a date
without an answer beside one with a no ("1, 2 non"). Where no answer is typed at all, the dates named are those that
suit.
"""

# ruff: noqa: SIM905 (long lists of words read better as text)
from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime

from flows import reading, words
from flows.flow import Slot, Slots
from flows.kinds.choices import which
from flows.kinds.reply import Reply, Wrong
from locales import tr

YES, MAYBE, NO = STATES = ("yes", "maybe", "no")
LONGEST = reading.LONGEST * 4

_PHRASES = {
    **dict.fromkeys(words.YES - {"o", "n", "y", "si"}, YES),
    **dict.fromkeys(("je peux", "i can", "possible", "dispo", "disponible", "available", "libre", "free"), YES),
    **dict.fromkeys(
        "peut etre|peutetre|ptet|si besoin|s il le faut|si necessaire|au besoin|eventuellement|a la rigueur|"
        "pourquoi pas|bof|maybe|if need be|if needed|if necessary|perhaps|possibly".split("|"),
        MAYBE,
    ),
    **dict.fromkeys(words.NO - {"n"}, NO),
    **dict.fromkeys(
        "pas|not|pas possible|not possible|pas dispo|pas disponible|not available|impossible|indisponible|unavailable|"
        "je ne peux pas|je peux pas|i can t|i cannot|pas libre|not free".split("|"),
        NO,
    ),
}
"""What may be said of a date."""
_SIGNS = {
    **dict.fromkeys("✔✓✅👍", "oui"),
    **dict.fromkeys("~", MAYBE),
    **dict.fromkeys("✗✘❌👎🚫", "non"),
}
_DAYS = {
    name: at
    for at, names in enumerate(
        (
            "lundi lundis lun monday mondays mon",
            "mardi mardis tuesday tuesdays tue tues",
            "mercredi mercredis mer wednesday wednesdays wed",
            "jeudi jeudis jeu thursday thursdays thu thur thurs",
            "vendredi vendredis ven friday fridays fri",
            "samedi samedis sam saturday saturdays sat",
            "dimanche dimanches dim sunday sundays sun",
        )
    )
    for name in names.split()
}
_PARTS = {
    **dict.fromkeys(("matin", "matinee", "morning"), range(12)),
    **dict.fromkeys(("midi", "noon"), range(12, 14)),
    **dict.fromkeys(("aprem", "afternoon"), range(12, 18)),
    **dict.fromkeys(("soir", "soiree", "evening"), range(17, 24)),
}
_FILLER = words.FILLER | set(
    "du de des d a au aux en pour on at of to in ce cet date dates jour day suis am me".split()
)
_JOINS = frozenset(("et", "and", "puis", "then", "ou", "or"))
_EXCEPT = re.compile(
    r"(?:tout|tous|toutes|all|everything)(?: les jours| days| dates| les dates)? (?:sauf|except|but) (.+)"
)

_APART = re.compile(r"[,;|•&+\n]+|\s(?:mais|but)\s")
_ISO = re.compile(r"(?<!\d)\d{4}-(\d{1,2})-(\d{1,2})(?:[T ](?=\d{2}:))?")
_SLASHED = re.compile(r"(?<!\d)(\d{1,2})/(\d{1,2})(?:/\d{2,4})?(?!\d)")
_CLOCK = re.compile(r"(?<![\d:])(\d{1,2})(?: ?(?:[hH]|heures?\b) ?(\d{2})?|:(\d{2}))(?![\w:])")
_CLOCKED = re.compile(r"clock(\d{1,2})x(\d{2})")
_NUMBER = re.compile(r"(\d{1,3})(?:e|er|ere|eme|st|nd|rd|th)?")
_MONTHS = {at: name for name, at in reversed(words.MONTHS.items())}


@dataclass(frozen=True, slots=True)
class Part:
    """Dates as words, and what was said of them (empty: nothing)."""

    dates: tuple[str, ...]
    state: str = ""


def day_of(slot: Slot) -> date:
    return slot.at.date() if isinstance(slot.at, datetime) else slot.at


def answers(kind: Slots, kept: tuple[str, ...]) -> dict[str, str]:
    """The draft, without anything that could not be in it."""
    codes = {slot.code for slot in kind.slots}
    pairs = (word.rpartition("=") for word in kept)
    return {code: state for code, _, state in pairs if code in codes and state in STATES}


def read(kind: Slots, text: str, lang: str, named: list[str]) -> dict[str, str] | Reply:
    """The answers in a text, by the code of their date; else why not, or None. `named` are the dates as shown."""
    if len(text) > LONGEST:
        return None
    folded = reading.fold(text)
    if folded in words.ALL or folded in words.NOTHING:
        return {slot.code: YES if folded in words.ALL else NO for slot in kind.slots}
    at = reading.exact(text, named)
    if isinstance(at, int):
        return {kind.slots[at].code: YES}
    if found := _EXCEPT.fullmatch(folded):
        return _all_but(kind, found[1], lang, named)
    parts = [part for piece in _pieces(text) for part in _parts(piece, lang)]
    if len(parts) == len(kind.slots) and not any(part.dates for part in parts):
        return {slot.code: part.state for slot, part in zip(kind.slots, parts, strict=True)}
    if {part.state for part in parts} >= {"", NO} or {part.state for part in parts} >= {"", MAYBE}:
        return Wrong(tr(lang, "Please give each date its answer, for example: {example}.", example=example(lang)))
    return _answered(kind, parts, lang, named)


def example(lang: str) -> str:
    return tr(lang, "1 yes, 2 if need be")


def _all_but(kind: Slots, rest: str, lang: str, named: list[str]) -> dict[str, str] | Reply:
    others = _answered(kind, [Part(tuple(rest.split()), NO)], lang, named)
    return {slot.code: YES for slot in kind.slots} | others if isinstance(others, dict) else others


def _answered(kind: Slots, parts: list[Part], lang: str, named: list[str]) -> dict[str, str] | Reply:
    found: dict[str, str] = {}
    for part in parts:
        some = _dates(kind, part.dates)
        if not isinstance(some, list):
            return which(some, named, lang)
        for at in some:
            if found.setdefault(kind.slots[at].code, part.state or YES) != (part.state or YES):
                return None
    return found or None


# Cutting the text


def _pieces(text: str) -> list[list[str]]:
    """The text between commas, as folded words; dates and hours in figures have become words."""
    text = unicodedata.normalize("NFKC", reading.clean(text[:LONGEST]))
    for sign, word in _SIGNS.items():
        text = text.replace(sign, f" {word} ")
    text = _ISO.sub(lambda found: f" {found[2]} {_month(found[1])} ", text)
    text = _SLASHED.sub(lambda found: f" {found[1]} {_month(found[2])} ", text)
    text = _CLOCK.sub(lambda found: f" clock{found[1]}x{found[2] or found[3] or '00'} ", text)
    pieces: list[list[str]] = []
    for piece in _APART.split(text):
        found = reading.fold(piece).replace("apres midi", "aprem").split()
        if found and pieces and len(pieces[-1]) == 1 and pieces[-1][0] in _DAYS and found[0] in words.MONTHS:
            pieces[-1] += found  # "Thu, Dec 3"
        elif found:
            pieces.append(found)
    return pieces


def _month(written: str) -> str:
    return _MONTHS.get(int(written), "")


def _parts(piece: list[str], lang: str) -> list[Part]:
    """Dates with their answers, whichever comes first in the piece."""
    runs: list[str | list[str]] = []
    at = 0
    while at < len(piece):
        size, state = _state(piece, at, lang)
        if state:
            runs.append(state)
        elif runs and isinstance(runs[-1], list):
            runs[-1].append(piece[at])
        else:
            runs.append([piece[at]])
        at += size
    runs = [run for run in runs if isinstance(run, str) or not _FILLER.union(_JOINS).issuperset(run)]
    if runs and isinstance(runs[0], str):
        return _in_pairs(runs)
    return list(reversed(_in_pairs(runs[::-1])))


def _in_pairs(runs: list[str | list[str]]) -> list[Part]:
    """Answers, each with the dates that follow it; dates that follow none stand for themselves."""
    parts: list[Part] = []
    for run in runs:
        if isinstance(run, str):
            parts.append(Part((), run))
        elif parts and not parts[-1].dates:
            parts[-1] = Part(tuple(run), parts[-1].state)
        else:
            parts.append(Part(tuple(run)))
    return parts


def _state(piece: list[str], at: int, lang: str) -> tuple[int, str]:
    """How many words from here on say yes, if need be or no, and which; (1, "") where the word is something else."""
    for size in range(min(4, len(piece) - at), 0, -1):
        phrase = " ".join(piece[at : at + size])
        if phrase == "no" and lang != "en" and piece[at + 1 : at + 2] and piece[at + 1].isdecimal():
            return 1, ""  # the number
        if phrase in STATES or phrase in _PHRASES:
            return size, _PHRASES.get(phrase, phrase)
    return 1, ""


# Dates


def _dates(kind: Slots, said: tuple[str, ...]) -> list[int] | reading.Unsure | None:
    """The places of the dates that the words name."""
    found: list[int] = []
    one: list[str] = []
    for word in (*said, "et"):
        if word not in _JOINS:
            one.append(word)
        elif one:
            some = _named(kind, one)
            if not isinstance(some, list):
                return some
            found += some
            one = []
    return found or None


def _named(kind: Slots, said: list[str]) -> list[int] | reading.Unsure | None:
    """One date in words, or several by their numbers alone."""
    every = any(word in words.ALL or (word in _DAYS and word.endswith("s")) for word in said)
    telling = [word for word in said if word not in _FILLER and word not in words.ALL]
    numbers = [int(found[1]) for word in telling if (found := _NUMBER.fullmatch(word))]
    if telling and len(numbers) == len(telling):
        return _by_number(kind, numbers, day="le" in said or "the" in said)
    tests = [_fits(word, slot) for word in telling for slot in kind.slots]
    if any(test is None for test in tests):
        return None
    count = len(kind.slots)
    rows = [tests[start : start + count] for start in range(0, len(tests), count)]
    places = [at for at in range(count) if all(row[at] for row in rows)]
    if not places or (not telling and not every):
        return None
    if every or len({day_of(kind.slots[at]) for at in places}) == 1:
        return places
    return reading.Unsure(tuple(places))


def _by_number(kind: Slots, numbers: list[int], *, day: bool) -> list[int] | reading.Unsure | None:
    """Dates by their place in the list; "le 3" may also be the third of the month."""
    if not all(1 <= number <= len(kind.slots) for number in numbers):
        on = [at for at, slot in enumerate(kind.slots) if day_of(slot).day in numbers]
        return reading.Unsure(tuple(on)) if on and len(numbers) == 1 else None
    places = [number - 1 for number in numbers]
    on = [at for at, slot in enumerate(kind.slots) if day_of(slot).day == numbers[0]]
    if day and len(numbers) == 1 and on and places[0] not in on:
        return reading.Unsure((places[0], *on))
    return places


def _fits(word: str, slot: Slot) -> bool | None:
    """Does the word tell of this date? None where it tells of no date at all."""
    on = day_of(slot)
    hour = slot.at.hour if isinstance(slot.at, datetime) else None
    if word == "mar":
        return on.weekday() == 1 or on.month == 3
    if word in _DAYS:
        return on.weekday() == _DAYS[word]
    if word in words.MONTHS:
        return on.month == words.MONTHS[word]
    if word in _PARTS:
        return hour is not None and hour in _PARTS[word]
    if found := _CLOCKED.fullmatch(word):
        return isinstance(slot.at, datetime) and (slot.at.hour, slot.at.minute) == (int(found[1]), int(found[2]))
    if found := _NUMBER.fullmatch(word):
        return on.day == int(found[1])
    if re.fullmatch(r"20\d\d", word):
        return on.year == int(word)
    return None
