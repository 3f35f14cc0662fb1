"""`availability`: yes, if need be, or no, for each date.

A button for each date in words; a tap takes it on from yes to if need be to no and back to yes. The one rule: the
button names the answer that the date will have ("2.maybe"), so that a press delivered twice does what one press does.
A draft is `code=answer` for each date that has one; the others count as no once the person says they are done.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from itertools import groupby

from babel import UnknownLocaleError
from babel.dates import format_date, format_skeleton

from flows.flow import Slot, Slots
from flows.kinds.choices import index
from flows.kinds.reply import Partly, Reply, Taken, Wrong
from flows.kinds.typedslots import MAYBE, NO, STATES, YES, answers, day_of, example
from flows.kinds.typedslots import read as understood
from flows.messages import Block, Bold, Bullets, Button, Italic, Paragraph, Plain, paragraph
from flows.prompts import data
from flows.session import Value
from flows.wording import day_in_words
from locales import tr

MARKS = {YES: "✔", MAYBE: "～", NO: "✗"}
AFTER = {"": YES, YES: MAYBE, MAYBE: NO, NO: YES}
HALF_ROW = 20
"""Characters on half a row of a small phone; dates are full of narrow ones."""


def words(state: str, lang: str) -> str:
    match state:
        case "yes":
            return tr(lang, "Yes").lower()
        case "maybe":
            return tr(lang, "if need be")
        case "no":
            return tr(lang, "No").lower()
    return "…"


# Dates in words


@lru_cache(maxsize=1024)
def long_day(slot: Slot, lang: str) -> str:
    try:
        return day_in_words(format_date(day_of(slot), "full", lang), lang)
    except (UnknownLocaleError, ValueError):
        return day_of(slot).isoformat()


@lru_cache(maxsize=1024)
def short_day(slot: Slot, lang: str) -> str:
    try:
        return day_in_words(format_skeleton("MMMEd", day_of(slot), locale=lang), lang)
    except (UnknownLocaleError, ValueError, KeyError):
        return day_of(slot).isoformat()


def hours(slot: Slot, lasts: timedelta | None) -> str:
    """When it begins, and when it ends; empty for a whole day."""
    if not isinstance(slot.at, datetime):
        return ""
    begins = f"{slot.at:%H:%M}"
    return f"{begins}–{slot.at + lasts:%H:%M}" if lasts and lasts < timedelta(days=1) else begins


def brief(slot: Slot, lang: str) -> str:
    """As it fits on a button, and in a list."""
    begins = hours(slot, None)
    return f"{short_day(slot, lang)} {begins}".rstrip()


# What is shown


def buttons(kind: Slots, lang: str, prompt: str, kept: tuple[str, ...]) -> tuple[list[Button], int]:
    given = answers(kind, kept)
    found = []
    for at, slot in enumerate(kind.slots):
        state = given.get(slot.code, "")
        label = f"{MARKS.get(state, '')} {brief(slot, lang)}".strip()
        found.append(Button(label=label, data=data(prompt, f"{at}.{AFTER[state]}"), told=True))
    columns = 2 if all(len(brief(slot, lang)) + 2 <= HALF_ROW for slot in kind.slots) else 1
    return found, columns


def blocks(kind: Slots, lang: str, kept: tuple[str, ...]) -> tuple[Block, ...]:
    """All dates with their answers, by day where a day has several."""
    given = answers(kind, kept)
    days = [list(group) for _, group in groupby(enumerate(kind.slots, 1), key=lambda one: day_of(one[1]))]
    found: list[Block] = []
    if len(days) == len(kind.slots):
        found.append(Bullets(tuple((Plain(_alone(kind, slot, given, lang)),) for slot in kind.slots), numbered=True))
    else:
        for some in days:
            lines = "".join(
                f"\n{number}. {hours(slot, kind.lasts) or tr(lang, 'all day')}{_answer(slot, given, lang)}"
                for number, slot in some
            )
            found.append(Paragraph((Bold(_capital(long_day(some[0][1], lang))), Plain(lines))))
    if any(isinstance(slot.at, datetime) for slot in kind.slots):
        zone = kind.zone.rpartition("/")[2].replace("_", " ")
        found.append(paragraph(Italic(tr(lang, "The hours are {zone} time.", zone=zone))))
    return tuple(found)


def _alone(kind: Slots, slot: Slot, given: dict[str, str], lang: str) -> str:
    when = ", ".join(part for part in (long_day(slot, lang), hours(slot, kind.lasts)) if part)
    return f"{_capital(when)}{_answer(slot, given, lang)}"


def _answer(slot: Slot, given: dict[str, str], lang: str) -> str:
    state = given.get(slot.code)
    return f" — {MARKS[state]} {words(state, lang)}" if state else ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def hint(kind: Slots, lang: str) -> str:
    return " ".join(
        (
            tr(lang, "Tap a date for yes, again for “if need be”, once more for no."),
            tr(lang, "Dates without an answer count as no."),
            tr(lang, "Then “{done}”.", done=tr(lang, "Done")),
            tr(lang, "You can also type, for example: {example}.", example=example(lang)),
        )
    )


def expected(kind: Slots, lang: str) -> str:
    return tr(
        lang,
        "Please choose the dates with the buttons, or type their numbers, for example: {example}.",
        example=example(lang),
    )


def said(kind: Slots, value: Value, lang: str) -> str:
    """An answer in words: what suits, then what suits if need be."""
    given = dict(one for one in value if isinstance(one, tuple)) if isinstance(value, tuple) else {}
    some = []
    for state in (YES, MAYBE):
        dates = ", ".join(brief(slot, lang) for slot in kind.slots if given.get(slot.code) == state)
        if dates:
            some.append(tr(lang, "{label}:", label=words(state, lang)) + " " + dates)
    return " · ".join(some) if some else tr(lang, "no date")


def draft(value: Value) -> tuple[str, ...]:
    if not isinstance(value, tuple):
        return ()
    return tuple(f"{one[0]}={one[1]}" for one in value if isinstance(one, tuple))


# What came in


def press(kind: Slots, token: str, kept: tuple[str, ...], lang: str) -> Reply:
    place, _, state = token.partition(".")
    at = index(place, len(kind.slots))
    if at is None or state not in STATES:
        return None
    given = answers(kind, kept) | {kind.slots[at].code: state}
    return Partly(tuple(f"{slot.code}={given[slot.code]}" for slot in kind.slots if slot.code in given))


def read(kind: Slots, text: str, lang: str, kept: tuple[str, ...]) -> Reply:
    """The answers typed, together with those already there. Who answers for every date at once has answered."""
    found = understood(kind, text, lang, [brief(slot, lang) for slot in kind.slots])
    if not isinstance(found, dict):
        return found
    if len(found) == len(kind.slots):
        return Taken(tuple((slot.code, found[slot.code]) for slot in kind.slots))
    given = answers(kind, kept) | found
    return Partly(tuple(f"{slot.code}={given[slot.code]}" for slot in kind.slots if slot.code in given))


def done(kind: Slots, kept: tuple[str, ...], lang: str) -> Taken | Wrong:
    """The answers given, and no for the dates without one. Nothing at all is more likely a slip than a no to all."""
    given = answers(kind, kept)
    if not given:
        return Wrong(tr(lang, "Please choose at least one date. If none suits you, type “none”."))
    return Taken(tuple((slot.code, given.get(slot.code, NO)) for slot in kind.slots))
