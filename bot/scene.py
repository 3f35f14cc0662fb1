"""A scene: everything one batch of events has read and is going to write.

The one rule: the hot path touches the database twice, to load and to flush. Between the two, handling an event only
reads and fills what is here; a batch of sixty-four lanes costs the same few statements as one event. Rare acts (a
closing, an erasure) may use `connection` directly after `flush()`: it is the same transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from typing import Any

import orjson

from bot import hanging, letters
from bot.moderation.detect import Detection
from bot.moderation.ports import Powers
from bot.shelves import Flows
from flows import events, prompts
from flows.events import Event, Pressed, Rang
from flows.flow import Flow, Propose, React, Sign
from flows.session import Session
from locales import LANGUAGES
from storage import ballots, consultations, inbox, locks, outbox, people, sessions, shelf, timers
from storage.consultations import Consultation
from storage.database import Connection
from storage.inbox import Pending
from storage.instants import ms
from storage.outbox import Rank
from storage.people import Speaker

ENDINGS = ("close", "tally", "forget")
"""Timers that end something in a consultation: its row is had alone before it is read."""
GATHERING = (Propose, React, Sign)
"""Steps in which what one person does is counted with what others do, in the same rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the road needs to know of the instance. `keeps` names the adapters whose platform holds events for us
    while we are away; `link` makes an address that opens a private chat with a payload, `group_link` one that brings us
    into a group. `draw` numbers the session of a lane in a consultation; an order of one's own comes from this number,
    so that it must not be foreseen."""

    lang: str = "fr"
    quiet: tuple[time, time] = (time(21), time(8))
    public_url: str = ""
    keeps: frozenset[str] = frozenset({"telegram", "matrix"})
    link: Callable[[str, str], str | None] = lambda _adapter, _payload: None
    group_link: Callable[[str, str], str | None] = lambda _adapter, _payload: None
    bots: Callable[[str], tuple[str, ...]] = lambda adapter: (adapter,)
    """The adapters by which new people can come to the messenger of this one."""
    draw: Callable[[str, str], int] = lambda _lane, _consultation: people.new_id()
    spell: Callable[[str], str] = lambda _lane: people.new_code()
    """A code that links another messenger with this lane; it must not be foreseen."""
    pace: Callable[[str], float] = lambda _messenger: 0.0
    """How many messages a second go to everybody on a messenger (its first letters; empty: the slowest)."""
    powers: Powers = field(default_factory=Powers)
    """What messengers let us do in groups."""
    detection: Detection = field(default_factory=Detection)
    """What automatic rules look for."""


@dataclass(slots=True)
class Live:
    """A session in the hands of this batch."""

    id: int
    participant: int
    consultation: Consultation
    flow: Flow
    lane: str
    place: str
    session: Session
    last_ms: int
    token: str | None
    dirty: bool = False
    text: str = ""
    """The session as it was last read or written."""


@dataclass(frozen=True, slots=True)
class Note:
    """The answer to a press: shown to the presser after the commit, never stored."""

    adapter: str
    inbound_key: str
    text: str


@dataclass(slots=True)
class Scene:
    connection: Connection
    flows: Flows
    rules: Rules
    now: datetime
    speakers: dict[str, Speaker] = field(default_factory=dict)
    lives: dict[int, Live] = field(default_factory=dict)
    by_id: dict[str, Consultation] = field(default_factory=dict)
    arrived: dict[tuple[str, str], Event] = field(default_factory=dict)
    """Events that came in with this very transaction, by adapter and key: they need not be read back."""
    shown: dict[str, sessions.Shown] = field(default_factory=dict)
    events: dict[int, Event] = field(default_factory=dict)

    new_people: list[dict[str, Any]] = field(default_factory=list)
    new_names: list[dict[str, Any]] = field(default_factory=list)
    talks: dict[str, dict[str, Any]] = field(default_factory=dict)
    focused: dict[str, int | None] = field(default_factory=dict)
    menus: dict[str, str | None] = field(default_factory=dict)
    new_sessions: dict[int, Live] = field(default_factory=dict)
    votes: dict[tuple[str, str, str], dict[str, Any] | None] = field(default_factory=dict)
    deltas: dict[tuple[str, str, str], int] = field(default_factory=dict)
    consents: list[dict[str, Any]] = field(default_factory=list)
    prompts: dict[str, dict[str, Any]] = field(default_factory=dict)
    out: list[dict[str, Any]] = field(default_factory=list)
    armed: dict[str, dict[str, Any]] = field(default_factory=dict)
    disarmed: set[str] = field(default_factory=set)
    further: list[dict[str, Any]] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    ready: list[outbox.Letter] = field(default_factory=list)
    erased: list[str] = field(default_factory=list)
    forgotten: list[Live] = field(default_factory=list)
    """Sessions that let go of what they were told: what was said and shown in them is emptied."""
    separated: dict[str, frozenset[str]] = field(default_factory=dict)
    """Marks of those who may not begin anew in a consultation, as far as they were looked for."""
    voted: set[str] = field(default_factory=set)
    """Consultations in which a ballot moved: their cards are drawn again."""
    closing: bool = False
    scrub: bool = False
    sends: frozenset[str] | None = None
    """The messengers that this process writes to; None: all of them."""
    elsewhere: set[str] = field(default_factory=set)
    """Messengers for which letters wait that another process may send at once."""

    # --- Loading -----------------------------------------------------------------------------------------------------

    def load(self, items: Sequence[Pending]) -> None:
        """Read what `items` need, with a handful of queries whatever their number."""
        arrived = self.arrived
        self.events = {
            item.id: arrived.get((item.adapter, item.key)) or events.from_json(orjson.loads(item.event))
            for item in items
        }
        voices = {item.lane: item for item in items if item.adapter != "clock"}
        self.speakers = people.speakers(self.connection, list(voices)) if voices else {}
        self._meet([item for lane, item in voices.items() if lane not in self.speakers])
        ending = {e.subject for e in self.events.values() if isinstance(e, Rang) and e.timer in ENDINGS}
        locks.alone(self.connection, "consultation", *ending)
        wanted = {speaker.session for speaker in self.speakers.values() if speaker.session is not None}
        wanted.update(int(e.subject) for e in self.events.values() if isinstance(e, Rang) and e.subject.isdecimal())
        self.load_sessions(wanted)
        self._load_foreign(items)
        self._load_voters(items)

    def _meet(self, items: Sequence[Pending]) -> None:
        """Give a participant and a conversation to people who speak in a lane for the first time."""
        if not items:
            return
        called = {item.id: people.identity(item.adapter, item.person) for item in items}
        known = people.by_identity(self.connection, list(called.values()))
        for item in items:
            identity = called[item.id]
            if identity not in known:
                known[identity] = (people.new_id(), _language(item.locale))
                participant, lang = known[identity]
                self.new_people.append({"id": participant, "lang": lang, "since_ms": ms(self.now)})
                self.new_names.append({"identity": identity, "participant": participant})
            participant, lang = known[identity]
            self.speakers[item.lane] = Speaker(item.lane, participant, lang, None, True)
            row = {"lane": item.lane, "place": item.place, "participant": participant, "private": item.private}
            self.talks[item.lane] = {**row, "session": None, "reachable": True}

    def meet_again(self, item: Pending) -> None:
        """Somebody who was erased earlier in this batch and speaks on begins anew."""
        if item.adapter != "clock" and item.lane not in self.speakers:
            self._meet([item])

    def _load_foreign(self, items: Sequence[Pending]) -> None:
        """Look up the prompts of presses that are not about the conversation's current question."""
        strange = []
        for item in items:
            event = self.events[item.id]
            found = prompts.read(event.data) if isinstance(event, Pressed) else None
            if found is None:
                continue
            speaker = self.speakers.get(item.lane)
            live = self.lives.get(speaker.session) if speaker and speaker.session is not None else None
            if live is None or live.session.open is None or live.session.open.id != found[0]:
                strange.append(found[0])
        self.shown.update(sessions.shown(self.connection, strange))
        self.load_sessions({prompt.session for prompt in self.shown.values()})

    def _load_voters(self, items: Sequence[Pending]) -> None:
        """The sessions of people who pressed a button on a card, if they have one."""
        pressed = [(item, self.events[item.id]) for item in items]
        cards = [
            (item, found[0])
            for item, event in pressed
            if isinstance(event, Pressed) and (found := prompts.read_card(event.data)) is not None
        ]
        if not cards:
            return
        self.load_consultations({id for _item, id in cards})
        voters = {self.speakers[item.lane].participant for item, _id in cards if item.lane in self.speakers}
        rows = sessions.of_voters(self.connection, {id for _item, id in cards}, voters)
        for row in rows:
            if row.id not in self.lives:
                self.adopt(row, held=True)

    def load_sessions(self, ids: set[int]) -> None:
        stored = sessions.by_id(self.connection, [id for id in ids if id not in self.lives], lock=True)
        self.load_consultations({row.consultation for row in stored.values()})
        for row in stored.values():
            self.adopt(row, held=True)

    def adopt(self, row: sessions.Stored, *, held: bool = False) -> Live:
        """A stored session as a live one. One whose content was emptied has nothing left to load. `held`: the row was
        locked when it was read."""
        row = row if held else sessions.held(self.connection, row)
        consultation = self.consultation(row.consultation)
        assert consultation is not None
        session = self._session(row)
        token = ballots.token(consultation.key, row.participant) if consultation.key else None
        live = Live(
            id=row.id,
            participant=row.participant,
            consultation=consultation,
            flow=self.flows.of(self.connection, consultation, row.version),
            lane=row.lane,
            place=row.place,
            session=session,
            last_ms=row.last_ms,
            token=token,
            text=row.state,
        )
        self.lives[row.id] = live
        if consultation.id not in self.flows.gathers:
            self.flows.gathers[consultation.id] = any(isinstance(ask.kind, GATHERING) for ask in live.flow.asks)
        return live

    def _session(self, row: sessions.Stored) -> Session:
        """What the row says; read again only when it is not the one that this process wrote last."""
        text, known = self.flows.sessions.get(row.id, ("", None))
        if known is not None and text == row.state and known.seq == row.seq and known.flow == row.version and text:
            return known
        if not row.state:
            return Session(id=str(row.id), flow=row.version, lang=self.rules.lang, seq=row.seq)
        return Session.from_json(orjson.loads(row.state), id=str(row.id), flow=row.version, seq=row.seq)

    def load_consultations(self, ids: set[str]) -> None:
        """Answers share a consultation with other answers, not with its closing. Where people's contributions count
        together (the votes on one proposal, the numbers of new ones) one process at a time works on it."""
        new = [id for id in ids if id not in self.by_id]
        gathers = self.flows.gathers
        locks.alone(self.connection, "consultation", *(id for id in new if gathers.get(id, True)))
        locks.share(self.connection, "consultation", *(id for id in new if not gathers.get(id, True)))
        self.by_id.update(consultations.by_id(self.connection, new))

    def consultation(self, id: str) -> Consultation | None:
        if id not in self.by_id:
            self.load_consultations({id})
        return self.by_id.get(id)

    # --- Filling -----------------------------------------------------------------------------------------------------

    def send(
        self,
        place: str,
        letter: letters.Letter,
        *,
        key: str,
        rank: Rank = Rank.REPLY,
        resend: bool = True,
        prompt: str | None = None,
        replaces: str | None = None,
        consultation: str | None = None,
        due_ms: int | None = None,
        mailing: int | None = None,
    ) -> None:
        """Put a message into the outbox. What may be sent again after a crash and is due now goes straight to the
        deliverer, when it is this process's own; the rest waits there for its turn."""
        at = ms(self.now)
        due = at if due_ms is None else due_ms
        adapter, payload = place.partition(":")[0], letters.write(letter)
        here = self.sends is None or adapter in self.sends
        direct = here and resend and rank is Rank.REPLY and due <= at
        if not here and due <= at:
            self.elsewhere.add(adapter)
        self.out.append(
            {
                "key": key,
                "adapter": adapter,
                "place": place,
                "payload": payload,
                "prompt": prompt,
                "replaces": replaces,
                "rank": int(rank),
                "resend": resend,
                "due_ms": due,
                "state": outbox.SENDING if direct else outbox.WAITING,
                "consultation": consultation,
                "coalesce": None,
                "mailing": mailing,
            }
        )
        if direct:
            self.ready.append(
                outbox.Letter(key, adapter, place, payload, prompt, replaces, int(rank), resend, due, 0, letter)
            )

    def arm(
        self,
        key: str,
        timer: str,
        subject: str,
        *,
        due_ms: int,
        lane: str,
        detail: str = "",
        fence: int | None = None,
        wall: str | None = None,
        zone: str | None = None,
        late: str = "fire",
    ) -> None:
        """Set a timer; one with the same key is replaced."""
        self.armed[key] = {
            "key": key,
            "timer": timer,
            "subject": subject,
            "lane": lane,
            "detail": detail,
            "fence": fence,
            "due_ms": due_ms,
            "wall": wall,
            "zone": zone,
            "late": late,
        }

    def follow(self, timer: str, subject: str, *, lane: str, place: str, key: str, detail: str = "") -> None:
        """Put a further event of our own into the inbox: the next page of a round, a reminder for one person."""
        event = Rang(at=self.now, timer=timer, subject=subject, detail=detail)
        self.further.append(clock_row(event, lane=lane, place=place, key=key))

    def focus(self, lane: str, session: int | None) -> None:
        """Make `session` what the conversation in `lane` is about."""
        self.speakers[lane] = replace(self.speakers[lane], session=session)
        self.focused[lane] = session

    def show_menu(self, lane: str, menu: str | None) -> None:
        """Remember the menu that is in front of somebody, or that it was used."""
        if lane in self.speakers and self.speakers[lane].menu != menu:
            self.speakers[lane] = replace(self.speakers[lane], menu=menu)
            self.menus[lane] = menu

    # --- Writing -----------------------------------------------------------------------------------------------------

    def _forget(self) -> None:
        """Empty every copy of the answers that the person did not want kept."""
        for live in self.forgotten:
            sessions.forget_prompts(self.connection, live.id)
            outbox.empty_of_one(self.connection, live.consultation.id, live.place)
            shelf.forget_but_last(self.connection, live.place)
            inbox.empty_lane(self.connection, live.lane)

    def flush(self) -> None:
        """Write everything that was filled in, a few statements whatever its number."""
        self.write()
        self.count()

    def count(self) -> None:
        """Move the counters. From here to the commit everybody else who votes in the same consultation waits for these
        rows, so a batch does this last of all."""
        ballots.count(self.connection, self.deltas)
        self.deltas.clear()

    def write(self) -> None:
        """Everything but the counters."""
        connection = self.connection
        for lane, session in self.focused.items():
            if lane in self.talks:
                self.talks[lane]["session"] = session
        focused = [{"at": lane, "to": to} for lane, to in self.focused.items() if lane not in self.talks]
        people.add(connection, self.new_people, self.new_names, list(self.talks.values()))
        sessions.add(connection, [_new_session(live) for live in self.new_sessions.values()])
        changed = [live for live in self.lives.values() if live.dirty and live.id not in self.new_sessions]
        sessions.save(connection, [_saved_session(live) for live in changed])
        people.focus(connection, focused)
        people.set_menus(connection, [{"at": lane, "shown": shown} for lane, shown in self.menus.items()])
        ballots.put(connection, [row for row in self.votes.values() if row is not None])
        ballots.take(connection, [_taken(*key) for key, row in self.votes.items() if row is None])
        ballots.consent(connection, self.consents)
        self._forget()
        sessions.add_prompts(connection, list(self.prompts.values()))
        if self.voted:
            self.out += hanging.after_votes(connection, self.voted, ms(self.now), self.rules.lang)
        outbox.put(connection, self.out)
        timers.take_away(connection, list(self.disarmed))
        timers.arm(connection, list(self.armed.values()))
        inbox.receive(connection, self.further, ms(self.now))
        for live in self.lives.values():
            live.dirty = False
        for written in (
            self.new_people,
            self.new_names,
            self.talks,
            self.focused,
            self.menus,
            self.new_sessions,
            self.votes,
            self.consents,
            self.prompts,
            self.out,
            self.forgotten,
            self.voted,
            self.armed,
            self.disarmed,
            self.further,
        ):
            written.clear()


def clock_row(event: Rang, *, lane: str, place: str, key: str) -> dict[str, Any]:
    """The inbox row of something of our own that happens now."""
    return {
        "adapter": "clock",
        "key": key,
        "lane": lane,
        "place": place,
        "person": "",
        "event": orjson.dumps(events.to_json(event)).decode(),
        "private": True,
        "locale": None,
        "at_ms": ms(event.at),
        "state": inbox.NEW,
    }


def _language(locale: str | None) -> str | None:
    """The language we speak that fits what the platform reports, if any."""
    lang = (locale or "")[:2].lower()
    return lang if lang in LANGUAGES else None


def _state(live: Live) -> str:
    live.text = orjson.dumps(live.session.to_json()).decode()
    return live.text


def _new_session(live: Live) -> dict[str, Any]:
    return {
        "id": live.id,
        "participant": live.participant,
        "consultation": live.consultation.id,
        "version": live.flow.version,
        "lane": live.lane,
        "place": live.place,
        "state": _state(live),
        "stage": live.session.stage.value,
        "seq": live.session.seq,
        "last_ms": live.last_ms,
    }


def _saved_session(live: Live) -> dict[str, Any]:
    return {
        "row": live.id,
        "new_version": live.session.flow,
        "new_state": _state(live),
        "new_stage": live.session.stage.value,
        "new_seq": live.session.seq,
        "new_lane": live.lane,
        "new_place": live.place,
        "new_last_ms": live.last_ms,
    }


def _taken(consultation: str, token: str, question: str) -> dict[str, str]:
    return {"in_consultation": consultation, "by_token": token, "on_question": question}
