"""`/map` when it leaves: read, said and drawn for one person, then let go.

The one rule: what was drawn is kept nowhere by us. The letter that waits names a session; who has erased their data
meanwhile has none, and gets a sentence.
"""

from __future__ import annotations

from dataclasses import dataclass

from adapters.base import Image
from bot.letters import Map
from bot.opinions import looking, mapping
from bot.opinions.figures import Discussion
from bot.opinions.keeping import Keeping
from bot.results import chart
from bot.shelves import Flows
from bot.thread import StorageThread
from bot.wording import title
from flows.flow import Flow
from flows.messages import Message, message
from locales import tr
from storage import ballots, consultations, sessions, stances
from storage.consultations import Consultation
from storage.database import Connection

REF = "map"


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose map it is. Without a token nobody can tell any more what they answered."""

    consultation: Consultation
    flow: Flow
    token: str | None
    said: dict[int, str]
    """By proposal."""


class Maps:
    """`message` says where somebody stands, `paint` draws it."""

    def __init__(self, flows: Flows, storage: StorageThread, keeping: Keeping) -> None:
        self._flows = flows
        self._storage = storage
        self._keeping = keeping

    async def message(self, letter: Map) -> Message:
        lang = letter.lang
        reader = await self._reader(letter.consultation, letter.session)
        if reader is None:
            return message(tr(lang, "I know nothing of you in this consultation any more."))
        found = await self._discussion(reader)
        if found is None:
            return message(tr(lang, "Nobody judges statements in this consultation, so there is no map."))
        mine = _numbered(found, reader)
        refused = mapping.not_drawn(found, reader.token, mine, lang)
        if refused or reader.token is None:
            return message(refused)
        ref = f"{REF}:{letter.session}:{letter.consultation}"
        name = title(reader.flow, lang)
        return mapping.told(reader.flow, found, reader.token, mine, lang, title=name, ref=ref)

    async def paint(self, rest: str, lang: str) -> Image | None:
        """The picture of a reference that `message` made, without its first word."""
        session, _, id = rest.partition(":")
        reader = await self._reader(id, int(session))
        found = await self._discussion(reader) if reader is not None else None
        if reader is None or reader.token is None or found is None or reader.token not in found.grouping.spots:
            return None
        about = mapping.payload(found, reader.token, lang, title=title(reader.flow, lang))
        try:
            (drawn,) = await chart.draw_apart(about)
        except chart.ChartFailed:
            return None
        return Image(data=drawn, alt=tr(lang, "A map of opinions with your place on it; the words say the same."))

    async def _reader(self, id: str, session: int) -> Reader | None:
        def read(connection: Connection) -> Reader | None:
            stored = sessions.by_id(connection, [session]).get(session)
            consultation = consultations.get(connection, id)
            if stored is None or consultation is None or stored.consultation != id:
                return None
            token = ballots.token(consultation.key, stored.participant) if consultation.key is not None else None
            said = stances.of_token(connection, id, token) if token is not None else []
            flow = self._flows.of(connection, consultation)
            return Reader(consultation, flow, token, {proposal: stance.value for proposal, stance in said})

        return await self._storage.within(read)

    async def _discussion(self, reader: Reader) -> Discussion | None:
        """The discussion in which most people are placed."""
        if not looking.reactions(reader.flow):
            return None
        opinions = await self._keeping.look(reader.flow, reader.consultation)
        return max(opinions.discussions, key=lambda one: one.grouping.placed, default=None)


def _numbered(found: Discussion, reader: Reader) -> dict[int, str]:
    """What the reader said, by the numbers of the statements."""
    return {one.number: reader.said[one.id] for one in found.statements if one.id in reader.said}
