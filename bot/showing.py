"""What is shown of a consultation: its result as a message, a picture, a page, a file.

The one rule: whether a result may be seen is decided in `bot.visibility`, and every way out asks it. With `at_close`,
nothing here depends on an answer before the closing.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

from adapters.base import Image
from bot import office
from bot.pages.model import ConsultationPage, Format, Listing, QuestionResult, ResultRow
from bot.results import chart, phrases
from bot.results.export import export_csv, export_json, export_zip, totals_csv, totals_json
from bot.results.wording import say_results
from bot.road import Road
from bot.thread import StorageThread
from bot.visibility import visible
from bot.wording import moment, title
from flows.flow import Flow
from flows.messages import Message
from flows.tally import counts
from flows.tally.counts import Ballot, Result
from flows.wording import write
from locales import tr
from storage import ballots, consultations
from storage.consultations import Consultation
from storage.database import Connection
from storage.instants import when

_CHARTS = 64


class NotYet(Exception):
    """The result may not be seen; the message says from when."""


class Showing:
    """Reads in the storage thread, draws in a process of its own."""

    def __init__(self, road: Road, storage: StorageThread) -> None:
        self._road = road
        self._storage = storage
        self._drawn: OrderedDict[tuple[str, str, str], list[bytes]] = OrderedDict()

    def _read(self, connection: Connection, id: str) -> tuple[Consultation, Flow, Result] | None:
        consultation = consultations.get(connection, id)
        if consultation is None or consultation.state == "draft":
            return None
        flow = self._road.flows.of(connection, consultation)
        return consultation, flow, office.as_it_stands(connection, consultation, flow)

    async def _find(self, id: str) -> tuple[Consultation, Flow, Result] | None:
        return await self._storage.within(lambda connection: self._read(connection, id))

    # --- In a chat ---------------------------------------------------------------------------------------------------

    async def message(self, id: str, lang: str) -> Message:
        """The result as a message. The outbox asks for it only where it may be seen."""
        found = await self._find(id)
        assert found is not None, "consultations are never deleted"
        consultation, flow, result = found
        url = f"{self._road.rules.public_url}/c/{id}"
        closed = consultation.result is not None
        return say_results(flow, result.public(), lang, closed=closed, place_url=url, at=_counted_at(consultation))

    async def paint(self, ref: str, lang: str) -> Image | None:
        """The picture of a reference such as `chart:mobilite`; None when it cannot be drawn."""
        kind, _, rest = ref.partition(":")
        id, _, number = rest.partition(":")
        found = await self._find(id) if kind == "chart" else None
        if found is None:
            return None
        consultation, flow, result = found
        drawn = await self._draw(consultation, flow, result, lang)
        index = int(number or 1) - 1
        if index >= len(drawn):
            return None
        closed = consultation.result is not None
        return Image(data=drawn[index], alt=chart.alt_text(flow, result.public(), lang, closed=closed))

    async def _draw(self, consultation: Consultation, flow: Flow, result: Result, lang: str) -> list[bytes]:
        closed = consultation.result is not None
        payload = chart.payload(flow, result.public(), lang, closed=closed, at=_counted_at(consultation))
        key = (consultation.id, lang, str(payload))
        if key not in self._drawn:
            try:
                self._drawn[key] = await chart.draw_apart(payload)
            except chart.ChartFailed:
                return []
            if len(self._drawn) > _CHARTS:
                self._drawn.popitem(last=False)
        return self._drawn[key]

    # --- On a page ---------------------------------------------------------------------------------------------------

    async def listed(self, lang: str) -> Sequence[Listing]:
        """The consultations of the list: open ones first, then what comes, then what was."""

        def read(connection: Connection) -> list[Listing]:
            found = consultations.all_of(connection, "open", "closing", "scheduled", "closed", "answered")
            order = {"open": 0, "closing": 0, "scheduled": 1}
            found.sort(key=lambda run: (order.get(run.state, 2), -(run.since_ms)))
            return [_listing(run, self._road.flows.of(connection, run), lang) for run in found]

        return await self._storage.within(read)

    async def consultation(self, id: str, lang: str) -> ConsultationPage | None:
        """The public page."""
        found = await self._find(id)
        return _page(*found, lang) if found else None

    async def chart(self, id: str, lang: str) -> bytes | None:
        """The first picture of the result; None while it may not be seen."""
        found = await self._find(id)
        if found is None or not visible(found[0]):
            return None
        drawn = await self._draw(*found, lang)
        return drawn[0] if drawn else None

    async def download(self, id: str, format: Format) -> bytes | None:
        """The totals as a file, for everybody; None before the closing."""
        found = await self._find(id)
        if found is None or found[0].result is None:
            return None
        _consultation, flow, result = found
        return totals_csv(flow, result, flow.lang) if format == "csv" else totals_json(flow, result)


def file_of(
    connection: Connection,
    consultation: Consultation,
    flow: Flow,
    result: Result,
    format: str,
    lang: str,
    *,
    texts: bool = False,
    personal: bool = False,
) -> bytes:
    """A result as `csv`, `json` or `zip`. `NotYet` while it may not be seen."""
    if not visible(consultation):
        raise NotYet(tr(lang, "The result is shown to nobody before the closing."))
    found = [Ballot(*row) for row in ballots.all_of(connection, consultation.id)]
    match format:
        case "csv":
            return export_csv(flow, found, result, lang, texts=texts, personal=personal)
        case "json":
            return export_json(flow, found, result, lang, texts=texts, personal=personal)
        case _:
            source = consultations.source(connection, consultation.version)
            return export_zip(flow, found, result, lang, source=source, texts=texts, personal=personal)


def _counted_at(consultation: Consultation) -> Any:
    return when(consultation.closed_ms) if consultation.closed_ms is not None else None


def _state(consultation: Consultation) -> Any:
    match consultation.state:
        case "scheduled":
            return "scheduled"
        case "open":
            return "open"
        case _:
            return "closed"


def _summary(flow: Flow, lang: str) -> str:
    return write(flow, flow.summary, lang, len(flow.asks)) if flow.summary else ""


def _hour(at_ms: int | None, zone: str, lang: str) -> str:
    return moment(when(at_ms), zone, lang) if at_ms is not None else ""


def _listing(consultation: Consultation, flow: Flow, lang: str) -> Listing:
    return Listing(
        id=consultation.id,
        title=title(flow, lang),
        summary=_summary(flow, lang),
        state=_state(consultation),
        closes=_hour(consultation.closed_ms or consultation.closes_ms, consultation.zone, lang),
    )


def _page(consultation: Consultation, flow: Flow, result: Result, lang: str) -> ConsultationPage:
    seen = visible(consultation)
    zone = consultation.zone
    return ConsultationPage(
        id=consultation.id,
        title=title(flow, lang),
        summary=_summary(flow, lang),
        state=_state(consultation),
        opens=_hour(consultation.opened_ms or consultation.opens_ms, zone, lang),
        closes=_hour(consultation.closed_ms or consultation.closes_ms, zone, lang),
        turnout=result.participants if seen else None,
        results=_questions(flow, result.public(), lang) if seen else None,
        hidden="" if seen else _why_hidden(consultation, lang),
        note=tr(lang, "Everybody could take part; accounts were not checked against a register.") if seen else "",
        chart=seen and any(question.kind in counts.CHOICE_KINDS for question in result.public().questions),
        downloads=consultation.result is not None,
    )


def _why_hidden(consultation: Consultation, lang: str) -> str:
    if consultation.state == "scheduled":
        return tr(lang, "The consultation has not opened yet.")
    if consultation.results == "after_vote":
        return tr(lang, "Those who have answered see the result now; everybody does after the closing.")
    return tr(lang, "The result is shown to nobody before the closing.")


def _questions(flow: Flow, result: Result, lang: str) -> tuple[QuestionResult, ...]:
    return tuple(
        QuestionResult(
            text=ask.text.read(lang, flow.lang),
            rows=tuple(
                ResultRow(
                    label=phrases.label(lang, flow, question, row),
                    count=row.count,
                    share=row.count / question.answered if question.answered else None,
                )
                for row, _part in phrases.ranked(question)
            ),
            note=" ".join(phrases.not_answered(lang, question)),
        )
        for ask, question in phrases.public_questions(flow, result)
    )
