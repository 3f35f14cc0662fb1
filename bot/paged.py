"""A consultation as its public page shows it.

The one rule: what may not be seen (`bot.visibility`) is not put into the page, so that no page can show it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Literal

from bot.opinions import repeating, tabling
from bot.opinions.figures import NONE, Opinions
from bot.pages.model import ConsultationPage, Listing, QuestionResult, ResultRow
from bot.results import phrases, why
from bot.results.calendar import calendar_of
from bot.results.panels import sheets
from bot.results.shapes import say_sheet
from bot.results.tables import tables_of
from bot.results.votes import verdict, vote_of
from bot.studied import Studied
from bot.visibility import visible
from bot.wording import moment, petition, title
from flows.flow import Ask, Flow, Method
from flows.tally import counts
from flows.tally.counts import Result
from flows.wording import write
from locales import tr
from storage.consultations import Consultation
from storage.instants import when

PICTURE_FIRST = frozenset({Method.MAJORITY_JUDGMENT, Method.MATRIX})
"""Methods whose tables are many numbers, and whose picture is read at a glance."""


def listing(consultation: Consultation, flow: Flow, lang: str) -> Listing:
    """An entry of the list."""
    return Listing(
        id=consultation.id,
        title=title(flow, lang),
        summary=_summary(flow, lang),
        state=_state(consultation),
        closes=_hour(consultation.closed_ms or consultation.closes_ms, consultation.zone, lang),
    )


def page(
    consultation: Consultation,
    flow: Flow,
    result: Result,
    lang: str,
    studied: Studied | None,
    opinions: Opinions = NONE,
) -> ConsultationPage:
    """The page, without what happened to the consultation since it opened."""
    seen, closed = visible(consultation), consultation.result is not None
    zone, public = consultation.zone, result.public()
    at = counted_at(consultation)
    drawn = sheets(flow, public, lang, closed=closed, at=at, opinions=opinions) if seen else ()
    return ConsultationPage(
        id=consultation.id,
        title=title(flow, lang),
        summary=_summary(flow, lang),
        petition=petition(flow),
        state=_state(consultation),
        opens=_hour(consultation.opened_ms or consultation.opens_ms, zone, lang),
        closes=_hour(consultation.closed_ms or consultation.closes_ms, zone, lang),
        turnout=result.participants if seen else None,
        results=_questions(flow, public, lang, studied, opinions, closed=closed) if seen else None,
        hidden="" if seen else why_hidden(consultation, lang),
        note=_note(lang, closed=closed) if seen else "",
        chart=bool(drawn),
        picture_first=bool(opinions.discussions)
        or any(ask.rule is not None and ask.rule.method in PICTURE_FIRST for ask in flow.asks),
        pictures=tuple(say_sheet(sheet) for sheet in drawn),
        downloads=closed,
        calendar=closed and dates(consultation, flow, result, lang) is not None,
        fingerprint=studied.fingerprint if studied else "",
    )


def why_hidden(consultation: Consultation, lang: str) -> str:
    """Why a result is not shown."""
    if consultation.state == "scheduled":
        return tr(lang, "The consultation has not opened yet.")
    if consultation.results == "after_vote":
        return tr(lang, "Those who have answered see the result now; everybody does after the closing.")
    return tr(lang, "The result is shown to nobody before the closing.")


def dates(consultation: Consultation, flow: Flow, result: Result, lang: str, *, url: str = "") -> bytes | None:
    """The best dates as a calendar file; None when there are none."""
    at = counted_at(consultation) or datetime.fromtimestamp(consultation.since_ms / 1000, UTC)
    return calendar_of(flow, result, lang, at=at, url=url)


def counted_at(consultation: Consultation) -> datetime | None:
    """When it was counted."""
    return when(consultation.closed_ms) if consultation.closed_ms is not None else None


def _note(lang: str, *, closed: bool) -> str:
    """What to know before reading the figures."""
    return " ".join([*([] if closed else [phrases.will_change(lang)]), phrases.not_a_sample(lang)])


def _questions(
    flow: Flow, result: Result, lang: str, studied: Studied | None, opinions: Opinions, *, closed: bool
) -> tuple[QuestionResult, ...]:
    asked = phrases.public_questions(flow, result)
    return tuple(
        tabling.question(flow, ask, opinions, lang)
        or _repeated(flow, ask, opinions, lang, _question(flow, ask, question, lang, studied, closed=closed))
        for ask, question in asked
    )


def _repeated(flow: Flow, ask: Ask, opinions: Opinions, lang: str, shown: QuestionResult) -> QuestionResult:
    """With what a vote that was cast twice says beside the first time."""
    again = opinions.again(ask.name)
    if again is None:
        return shown
    note = " ".join(one for one in (shown.note, *repeating.sentences(flow, ask, again, lang)) if one)
    return replace(shown, note=note, tables=(*shown.tables, repeating.table(flow, ask, again, lang)))


def _question(
    flow: Flow, ask: Ask, question: counts.QuestionResult, lang: str, studied: Studied | None, *, closed: bool
) -> QuestionResult:
    text = ask.text.read(lang, flow.lang)
    vote = vote_of(flow, ask, question, lang, closed=closed)
    if vote is not None:
        beyond = studied.beyond.get(ask.name) if studied else None
        return QuestionResult(
            text=text,
            rows=(),
            note=why.counted(vote),
            verdict=" ".join(verdict(vote)),
            tables=tables_of(vote),
            why=tuple(why.explain(vote, beyond, whole=True)[1:]),
        )
    return QuestionResult(
        text=text,
        rows=tuple(
            ResultRow(
                label=phrases.label(lang, flow, question, row),
                count=row.count,
                share=row.count / question.answered if question.answered else None,
            )
            for row, _part in phrases.ranked(question)
        ),
        note=" · ".join(phrases.not_answered(lang, question)),
    )


def _state(consultation: Consultation) -> Literal["scheduled", "open", "closed"]:
    match consultation.state:
        case "scheduled":
            return "scheduled"
        case "open":
            return "open"
        case _:
            return "closed"


def _summary(flow: Flow, lang: str) -> str:
    return write(flow, flow.summary, lang, len(flow.questions)) if flow.summary else ""


def _hour(at_ms: int | None, zone: str, lang: str) -> str:
    return moment(when(at_ms), zone, lang) if at_ms is not None else ""
