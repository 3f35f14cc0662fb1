"""What is shown of a consultation: its result as a message, a picture, a page, a file.

The one rule: whether a result may be seen is decided in `bot.visibility`, and every way out asks it. With `at_close`,
nothing here depends on an answer before the closing.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace
from hashlib import sha256
from io import BytesIO
from typing import TypeVar

import orjson
import segno

from adapters.base import Image, Place
from bot import cards, letters, marks, office, paged, presses
from bot.followup import grid, league, owing
from bot.followup import standing as promises
from bot.mailings import told as progress
from bot.moderation import trash
from bot.moderation.card import draw, of_group
from bot.opinions import looking, maps, reasons
from bot.opinions.figures import NONE, Opinions
from bot.opinions.keeping import Keeping
from bot.opinions.maps import Maps
from bot.pages.model import ConsultationPage, Format, Listing, TrashPage
from bot.polls.rules import rules as rules_of
from bot.results import archive, chart, phrases, why
from bot.results.export import export_csv, export_json, totals_csv, totals_json
from bot.results.wording import more_pictures, say_results
from bot.road import Road
from bot.studied import Studied, study, votes
from bot.thread import StorageThread
from bot.visibility import published, visible
from bot.wording import title
from flows.flow import Flow
from flows.messages import Block, Bold, Italic, Link, Message, paragraph
from flows.tally import counts
from flows.tally.counts import Ballot, Result
from locales import tr
from storage import ballots, consultations, mailings
from storage import opinions as opinion_rows
from storage.consultations import Consultation
from storage.database import Connection
from storage.instants import ms

_CHARTS = 64
_PENS = 2
"""Pictures drawn at the same time, each by a process of its own: forty people who finish together must not start
forty."""
_STUDIED = 16
FEW_BALLOTS = 2_000
"""So many are studied where they are read; the study of more gets a thread of its own."""

T = TypeVar("T")


class NotYet(Exception):
    """The result may not be seen; the message says from when."""


class Showing:
    """Reads in the storage thread, draws in a process of its own."""

    def __init__(self, road: Road, storage: StorageThread) -> None:
        self._road = road
        self._storage = storage
        self._drawn: OrderedDict[tuple[str, str, str], list[bytes]] = OrderedDict()
        self._pens = asyncio.Semaphore(_PENS)
        self._studied: OrderedDict[tuple[str, int | None, str], Studied] = OrderedDict()
        self._keeping = Keeping(storage, lambda: road.now().timestamp())
        self._maps = Maps(road.flows, storage, self._keeping)

    def _read(self, connection: Connection, id: str) -> tuple[Consultation, Flow, Result] | None:
        consultation = consultations.get(connection, id)
        if consultation is None or not published(consultation):
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
        at, opinions = paged.counted_at(consultation), await self._opinions(consultation, flow)
        public = result.public()
        said = say_results(flow, public, lang, closed=closed, place_url=url, at=at, opinions=opinions)
        happened = await self._marks(consultation, lang)
        return replace(said, body=(*said.body, *(paragraph(Italic(sentence)) for sentence in happened)))

    async def _marks(self, consultation: Consultation, lang: str) -> list[str]:
        """What was changed since it opened, which answers were given and are late, and what comes of it."""

        def read(connection: Connection) -> list[str]:
            flow, now = self._road.flows.of(connection, consultation), ms(self._road.now())
            answers = owing.sentences(connection, consultation, flow, now, lang)
            return [*answers, *marks.sentences(connection, consultation, lang)]

        return await self._storage.within(read)

    async def further(self, letter: letters.Results) -> Sequence[Message]:
        """The other pictures of a result, a few of them."""
        found = await self._find(letter.consultation)
        assert found is not None, "consultations are never deleted"
        consultation, flow, result = found
        closed, at = consultation.result is not None, paged.counted_at(consultation)
        opinions = await self._opinions(consultation, flow)
        return more_pictures(flow, result.public(), letter.lang, closed=closed, at=at, opinions=opinions)

    async def why(self, id: str, lang: str) -> Message:
        """The explanation of a result. The outbox asks for it only where the result may be seen."""
        found = await self._find(id)
        assert found is not None, "consultations are never deleted"
        consultation, flow, result = found
        closed = consultation.result is not None
        if not phrases.may_show(flow, closed=closed):
            return Message(body=(paragraph(paged.why_hidden(consultation, lang)),))
        studied = await self._study(*found)
        body: list[Block] = [paragraph(Bold(title(flow, lang)))]
        for vote in votes(flow, result, lang, closed=closed):
            body += why.explain(vote, studied.beyond.get(vote.ask.name) if studied else None)
        opinions = await self._opinions(consultation, flow)
        for ask, _question in phrases.public_questions(flow, result.public()):
            body += reasons.explain(flow, ask, opinions, lang)
        if len(body) == 1:
            about = tr(lang, "Nothing was voted on here: the result is how many people gave each answer.")
            body.append(paragraph(about))
        if not closed:
            body.append(paragraph(tr(lang, "The consultation is still open: these figures will change.")))
        body.append(paragraph(Link(tr(lang, "See the results page"), f"{self._road.rules.public_url}/c/{id}")))
        return Message(body=tuple(body))

    async def letter(self, letter: letters.Made, place: Place) -> Message:
        """What a letter that carries only a name says when it leaves for `place`."""
        match letter:
            case letters.Results(consultation, lang):
                return await self.message(consultation, lang)
            case letters.Card(consultation, lang):
                return await self.card(consultation, lang or self._road.rules.lang, place)
            case letters.Why(consultation, lang):
                return await self.why(consultation, lang)
            case letters.CaseCard(case, lang):
                return await self.case(case, lang, place)
            case letters.Map():
                return await self._maps.message(letter)
            case letters.Progress(mailing, lang):
                return await self._progress(mailing, lang)

    async def _progress(self, id: int, lang: str) -> Message:
        """How far a mailing is, when the letter leaves."""

        def read(connection: Connection) -> Message:
            mailing = mailings.get(connection, id)
            run = consultations.get(connection, mailing.consultation) if mailing is not None else None
            assert mailing is not None, "mailings go with their consultation"
            assert run is not None, "consultations are never deleted"
            flow, now = self._road.flows.of(connection, run), self._road.now()
            return progress.draw(connection, mailing, run, flow, lang, now, self._road.rules.pace)

        return await self._storage.within(read)

    async def card(self, id: str, lang: str, place: Place) -> Message:
        """The card of a consultation, as it is now, for `place`. Only counters are read, never ballots: it costs the
        same with a hundred votes and with a million."""

        def read(connection: Connection) -> Message:
            consultation = consultations.get(connection, id)
            assert consultation is not None, "consultations are never deleted"
            flow = self._road.flows.of(connection, consultation)
            rules = self._road.rules
            url = rules.link(place.adapter, id) or f"{rules.public_url}/start/{id}"
            promised = promises.sentences(connection, consultation, flow, ms(self._road.now()), lang)
            happened = [*promised, *marks.sentences(connection, consultation, lang)]
            standing = _standing(connection, consultation, flow)
            in_front = presses.on_card(flow, place.adapter, lang) if consultation.state == "open" else []
            return cards.face(
                consultation,
                flow,
                standing,
                lang,
                private_url=url,
                rules=[*rules_of(flow, lang), *in_front],
                happened=happened,
                contributed=looking.contributed(connection, flow, consultation, lang),
            )

        return await self._storage.within(read)

    async def case(self, id: int, lang: str, place: Place) -> Message:
        """The card of a case as it is now, for `place`. The messenger is asked first what we may do in its group."""
        road, at = self._road, str(place)
        group = await self._storage.within(lambda connection: of_group(connection, id))
        if group:
            await road.rules.powers.ask(group)
        return await self._storage.within(
            lambda connection: draw(connection, road.flows, road.rules, id, lang, at, road.now())
        )

    async def paint(self, ref: str, lang: str) -> Image | None:
        """The picture of a reference such as `chart:mobilite` or `link:telegram:mobilite`; None when it cannot be
        drawn."""
        kind, _, rest = ref.partition(":")
        if kind == "link":
            return self._link_picture(*rest.split(":", 1))
        if kind == maps.REF:
            return await self._maps.paint(rest, lang)
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
        opinions = await self._opinions(consultation, flow)
        said = chart.alt_text(flow, result.public(), lang, closed=closed, opinions=opinions)
        return Image(data=drawn[index], alt=said)

    def _link_picture(self, adapter: str, id: str) -> Image:
        """The link that opens a private chat, as a QR code to scan from a poster or a wall."""
        rules = self._road.rules
        url = rules.link(adapter, id) or f"{rules.public_url}/start/{id}"
        drawn = BytesIO()
        segno.make_qr(url, error="m").save(drawn, kind="png", scale=12, border=4)
        return Image(data=drawn.getvalue(), alt=url)

    async def _draw(self, consultation: Consultation, flow: Flow, result: Result, lang: str) -> list[bytes]:
        closed = consultation.result is not None
        at, opinions = paged.counted_at(consultation), await self._opinions(consultation, flow)
        payload = chart.payload(flow, result.public(), lang, closed=closed, at=at, opinions=opinions)
        key = (consultation.id, lang, sha256(str(payload).encode()).hexdigest())
        async with self._pens:
            if key not in self._drawn:
                try:
                    self._drawn[key] = await chart.draw_apart(payload)
                except chart.ChartFailed:
                    return []
                if len(self._drawn) > _CHARTS:
                    self._drawn.popitem(last=False)
            return self._drawn[key]

    # --- What people said of statements ------------------------------------------------------------------------------

    async def _opinions(self, consultation: Consultation, flow: Flow) -> Opinions:
        """What reactions, proposals and signatures come to; nothing while nothing may be shown to anybody."""
        if not phrases.may_show(flow, closed=consultation.result is not None):
            return NONE
        return await self._keeping.look(flow, consultation)

    # --- What the ballots tell ---------------------------------------------------------------------------------------

    async def _study(self, consultation: Consultation, flow: Flow, result: Result) -> Studied | None:
        """What the ballots of a closed consultation tell; None before. It is kept: nothing changes any more."""
        if consultation.result is None:
            return None
        key = (consultation.id, consultation.closed_ms, consultation.version)
        if key not in self._studied:

            def read(connection: Connection) -> tuple[list[Ballot], str]:
                found = [Ballot(*row) for row in ballots.all_of(connection, consultation.id)]
                return found, consultations.source(connection, consultation.version)

            found, source = await self._storage.within(read)
            self._studied[key] = await self._work(len(found), lambda: study(flow, found, result, source))
            if len(self._studied) > _STUDIED:
                self._studied.popitem(last=False)
        return self._studied[key]

    async def _work(self, size: int, work: Callable[[], T]) -> T:
        """Something that takes as long as there are ballots."""
        if size <= FEW_BALLOTS:
            return await self._storage.call(work)
        return await asyncio.to_thread(work)

    # --- On a page ---------------------------------------------------------------------------------------------------

    async def listed(self, lang: str) -> Sequence[Listing]:
        """The consultations of the list: open ones first, then what comes, then what was."""

        def read(connection: Connection) -> list[Listing]:
            found = consultations.all_of(connection, "open", "closing", "scheduled", "closed", "answered")
            order = {"open": 0, "closing": 0, "scheduled": 1}
            found.sort(key=lambda run: (order.get(run.state, 2), -(run.since_ms)))
            return [paged.listing(run, self._road.flows.of(connection, run), lang) for run in found]

        return await self._storage.within(read)

    async def consultation(self, id: str, lang: str) -> ConsultationPage | None:
        """The public page."""
        found = await self._find(id)
        if found is None:
            return None
        opinions = await self._opinions(found[0], found[1]) if visible(found[0]) else NONE
        page = paged.page(*found, lang, await self._study(*found), opinions)
        page = replace(page, changes=tuple(await self._marks(found[0], lang)))
        return await self._storage.within(lambda connection: self._with_league(connection, page, found[0], lang))

    def _with_league(
        self, connection: Connection, page: ConsultationPage, consultation: Consultation, lang: str
    ) -> ConsultationPage:
        """Where officials are asked by name, how each of them answers stands last."""
        flow = self._road.flows.of(connection, consultation)
        asked = league.question(connection, consultation, flow, lang, now_ms=ms(self._road.now()))
        listed = grid.question(connection, consultation, flow, lang)
        if listed is not None and page.results is not None:
            page = replace(page, results=(*page.results, listed))
        page = replace(page, trash=trash.there(connection, consultation))
        return replace(page, results=(*page.results, asked)) if asked and page.results is not None else page

    async def trash(self, id: str, lang: str) -> TrashPage | None:
        """What was refused or removed, and the figures of moderation; as public as the consultation itself."""

        def read(connection: Connection) -> TrashPage | None:
            run = consultations.get(connection, id)
            if run is None or not published(run):
                return None
            return trash.page(connection, run, self._road.flows.of(connection, run), lang)

        return await self._storage.within(read)

    async def chart(self, id: str, lang: str, number: int = 1) -> bytes | None:
        """A picture of the result, counted from 1; None while it may not be seen."""
        found = await self._find(id)
        if found is None or not visible(found[0]):
            return None
        drawn = await self._draw(*found, lang)
        return drawn[number - 1] if 0 < number <= len(drawn) else None

    async def download(self, id: str, format: Format) -> bytes | None:
        """The totals as a file, for everybody; None before the closing."""
        found = await self._find(id)
        if found is None or found[0].result is None:
            return None
        consultation, flow, result = found
        match format:
            case "csv":
                return totals_csv(flow, result, flow.lang, await self._opinions(consultation, flow))
            case "json":
                return totals_json(flow, result, await self._opinions(consultation, flow))
            case _:
                url = f"{self._road.rules.public_url}/c/{id}"
                return paged.dates(consultation, flow, result, flow.lang, url=url)


def _standing(connection: Connection, consultation: Consultation, flow: Flow) -> Result:
    """How a consultation stands, from its counters alone. The number of people is that of the question that most have
    been through, which is exact where there is one question."""
    if consultation.result is not None:
        return Result.from_json(orjson.loads(consultation.result))
    kept = ballots.counters(connection, consultation.id)
    people = max((sum(n for code, n in of.items() if code[:2] in ("n:", "s:")) for of in kept.values()), default=0)
    return counts.from_counters(flow, kept, consultation=consultation.id, participants=people)


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
    """A result as `csv`, `json`, `zip` or `ics`. `NotYet` while it may not be seen."""
    if not visible(consultation):
        raise NotYet(tr(lang, "The result is shown to nobody before the closing."))
    found = [Ballot(*row) for row in ballots.all_of(connection, consultation.id)]
    linked = not watched(connection, consultation)
    opinions = looking.look_whole(connection, flow, consultation)
    match format:
        case "csv":
            return export_csv(flow, found, result, lang, texts=texts, personal=personal, linked=linked)
        case "json":
            ways = {"texts": texts, "personal": personal, "linked": linked}
            return export_json(flow, found, result, lang, **ways, opinions=opinions)
        case "ics":
            dates = paged.dates(consultation, flow, result, lang)
            if dates is None:
                raise NotYet(tr(lang, "There is no best date to put into a calendar."))
            return dates
        case _:
            if personal:
                raise NotYet(
                    tr(lang, "The zip is made to be given away: personal questions never go into it. Use csv or json.")
                )
            if consultation.result is None:
                result = counts.count(flow, found, consultation=consultation.id, finished=result.finished)
            source = consultations.source(connection, consultation.version)
            servings = opinion_rows.served(connection, consultation.id)
            return archive.package(
                flow,
                found,
                result,
                lang,
                source=source,
                texts=texts,
                linked=linked,
                opinions=opinions,
                servings=servings,
            )


def watched(connection: Connection, consultation: Consultation) -> bool:
    """Could a group watch the tally move while people voted?"""
    return consultation.results == "live" and bool(consultations.announced(connection, consultation.id))
