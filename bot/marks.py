"""What happened to a consultation after it opened, in sentences for everybody: the page, the card, the result.

The one rule: what was changed is told with its day, and what it was before.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from babel.dates import format_date

from bot.wording import moment
from flows.fixing import Change
from flows.messages import Bold, Bullets, Inline, Plain
from flows.wording import day_in_words
from locales import tr
from storage import changes
from storage.changes import Mark, Outcome
from storage.consultations import Consultation
from storage.database import Connection
from storage.instants import when


def sentences(connection: Connection, consultation: Consultation, lang: str) -> list[str]:
    """Each change, oldest first, then what comes of it all."""
    found = [_sentence(mark, consultation.zone, lang) for mark in changes.marks_of(connection, consultation.id)]
    outcome = changes.outcome_of(connection, consultation.id)
    if outcome is not None:
        found += told_outcome(outcome, lang)
    return [sentence for sentence in found if sentence]


def told_outcome(outcome: Outcome, lang: str) -> list[str]:
    """An outcome: what was decided, who follows it up, until when."""
    decided = tr(lang, "What comes of it: {text}", text=outcome.text)
    return [decided, tr(lang, "Followed up by {who}, until {day}.", who=outcome.who, day=day(outcome.due, lang))]


def day(iso: str, lang: str) -> str:
    """A day in words: "mardi 1er septembre 2026"."""
    return day_in_words(format_date(date.fromisoformat(iso), "EEEE d MMMM y", locale=lang), lang)


def compared(found: Sequence[Change], lang: str) -> Bullets:
    """Corrections, before and after."""
    items: list[tuple[Inline, ...]] = []
    for one in found:
        before, after = tr(lang, "before: “{text}”", text=one.before), tr(lang, "now: “{text}”", text=one.after)
        items.append((Bold(f"{one.where} ({one.lang})"), Plain(f"\n{before}\n{after}")))
    return Bullets(tuple(items))


def _sentence(mark: Mark, zone: str, lang: str) -> str:
    at, detail = moment(when(mark.at_ms), zone, lang), mark.detail
    match mark.kind:
        case "wording":
            return " ".join(_wording(one, at, lang) for one in _spoken(detail["changes"], lang))
        case "extended":
            before, after = (moment(when(detail[name]), zone, lang) for name in ("before", "after"))
            return tr(lang, "The closing was moved from {before} to {after}.", before=before, after=after)
        case "early":
            if detail["hour"] is None:
                return tr(lang, "It was closed on {when}. Why: {why}", when=at, why=detail["why"])
            return tr(lang, "It was closed on {when}, before its hour. Why: {why}", when=at, why=detail["why"])
        case "reopened":
            closed = moment(when(detail["closed"]), zone, lang)
            return tr(lang, "It was closed on {closed} and opened again on {when}.", closed=closed, when=at)
        case unknown:
            raise ValueError(f"no mark is called {unknown}")


def _spoken(found: list[list[str]], lang: str) -> list[Change]:
    """The changes in the reader's language; all of them when none is."""
    every = [Change(*one) for one in found]
    return [one for one in every if one.lang == lang] or every


def _wording(one: Change, at: str, lang: str) -> str:
    return tr(
        lang,
        "The wording was corrected on {when}: before “{before}”, after “{after}”.",
        when=at,
        before=one.before,
        after=one.after,
    )
