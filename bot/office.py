"""What the office does with consultations: publish, open, close, count, post the result, forget.

The one rule: closing is `open -> closing -> closed`. The cut time is noted first; what the platforms already hold is
let in for a moment; then tally, result and messages are written in one transaction, and every later answer gets
"closed", never silence. Without that, 43 of 60 test runs published a result that differed from the stored ballots.
"""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import orjson

from bot.letters import Letter, Results, Whole
from bot.reminders import PAGE, arm_rounds, lane_of, ring_round, start_message
from bot.scene import Scene
from bot.turn import Turn
from bot.walltime import exists, following, instant, local
from bot.wording import hours, moment, title
from flows.events import Rang
from flows.flow import Every, Flow
from flows.messages import Bold, Button, Message, Paragraph, Plain, Prompt
from flows.session import Stage
from flows.tally import counts
from flows.wording import paragraphs, write
from locales import tr
from storage import audit, ballots, consultations, inbox, outbox, sessions, shelf
from storage.consultations import Consultation
from storage.database import Connection
from storage.instants import ms, when
from storage.outbox import Rank

log = logging.getLogger(__name__)


class OfficeError(Exception):
    """The office cannot do that; the message is a sentence for the organiser, in their language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """How a flow is to be run. Wall times are naive, in the flow's zone; None leaves what the file says.
    `at_once` opens now whatever the file says. `who` is written into the audit."""

    flow: Flow
    source: str
    who: str
    places: tuple[str, ...] = ()
    opens: datetime | None = None
    closes: datetime | None = None
    at_once: bool = False
    occurrence: int = 1
    series: str | None = None


DEFAULT_ZONE = "Europe/Paris"
_MS = timedelta(milliseconds=1)


# --- Publishing and opening ------------------------------------------------------------------------------------------


def publish(scene: Scene, asked: Publication, lang: str) -> Consultation:
    """Make a consultation of a flow, and open it if its hour has come. `OfficeError` says what does not fit."""
    connection, flow, now = scene.connection, asked.flow, ms(scene.now)
    window = flow.window
    zone = window.zone if window else DEFAULT_ZONE
    opens = None if asked.at_once else asked.opens or (window.opens if window else None)
    closes = asked.closes or (window.closes if window else None)
    opens_ms, closes_ms = _checked(opens, zone, lang), _checked(closes, zone, lang)
    starts = max(now, opens_ms or now)
    if closes_ms is not None and closes_ms <= starts:
        said = moment(when(closes_ms), zone, lang)
        raise OfficeError(
            tr(lang, "The closing hour, {when}, must lie after the opening and in the future.", when=said)
        )
    id = _free_id(connection, flow.id)
    consultations.add_version(connection, flow.version, flow.id, asked.source, now)
    consultation = Consultation(
        id=id,
        version=flow.version,
        state="draft",
        results=flow.results.value,
        secrecy=flow.secrecy.value,
        zone=zone,
        opens_wall=opens.isoformat() if opens else None,
        closes_wall=closes.isoformat() if closes else None,
        opens_ms=opens_ms,
        closes_ms=closes_ms,
        every=window.every.value if window and window.every else None,
        until_wall=window.until.isoformat() if window and window.until else None,
        occurrence=asked.occurrence,
        series=asked.series or id,
        opened_ms=None,
        cut_ms=None,
        closed_ms=None,
        forgotten_ms=None,
        result=None,
        since_ms=now,
        key=secrets.token_bytes(32),
    )
    consultations.add(connection, {name: getattr(consultation, name) for name in Consultation.__slots__})
    for place in asked.places:
        consultations.announce(connection, id, place)
    audit.note(connection, at_ms=now, who=asked.who, act="publish", subject=id, detail=flow.version)
    scene.by_id[id] = consultation
    if opens_ms is not None and opens_ms > now:
        return _schedule(scene, consultation)
    return open_now(scene, consultation, key=f"open:{id}")


def _checked(wall: datetime | None, zone: str, lang: str) -> int | None:
    """The instant of a wall time that somebody asked for. One that the clocks skip is refused with a proposal."""
    if wall is None:
        return None
    at = instant(wall, zone)
    if not exists(wall, zone):
        said = moment(at, zone, lang)
        raise OfficeError(tr(lang, "That hour does not exist: the clocks change that night. Try {when}.", when=said))
    return ms(at)


def running(connection: Connection, flow: str) -> str | None:
    """The id of a consultation of this flow that is open or scheduled, if there is one."""
    found = consultations.all_of(connection, "scheduled", "open", "closing")
    return next((run.id for run in found if run.id == flow or run.id.removeprefix(f"{flow}-").isdecimal()), None)


def _free_id(connection: Connection, wanted: str) -> str:
    """The id people type: the flow's own, or with a number when that is taken."""
    number, id = 1, wanted
    while consultations.get(connection, id) is not None:
        number += 1
        id = f"{wanted}-{number}"
    return id


def _schedule(scene: Scene, consultation: Consultation) -> Consultation:
    consultations.change_state(scene.connection, consultation.id, "draft", "scheduled")
    arm_wall(scene, consultation, "open", consultation.opens_wall, consultation.opens_ms)
    scene.by_id[consultation.id] = scheduled = replace(consultation, state="scheduled")
    return scheduled


def arm_wall(scene: Scene, consultation: Consultation, timer: str, wall: str | None, due_ms: int | None) -> None:
    """Set a timer of a consultation by its wall time, so that it can be reckoned anew when time zones change."""
    if due_ms is not None:
        key, lane = f"{timer}:{consultation.id}", lane_of(consultation.id)
        scene.arm(key, timer, consultation.id, due_ms=due_ms, lane=lane, wall=wall, zone=consultation.zone)


def open_now(scene: Scene, consultation: Consultation, *, key: str) -> Consultation:
    """Open: from now on answers count. Announces it and tells those who asked to be told."""
    now = ms(scene.now)
    if not consultations.change_state(
        scene.connection, consultation.id, consultation.state, "open", opened_ms=now, opens_ms=now
    ):
        return consultation
    opened = replace(consultation, state="open", opened_ms=now, opens_ms=now)
    scene.by_id[opened.id] = opened
    flow = scene.flows.of(scene.connection, opened)
    arm_wall(scene, opened, "close", opened.closes_wall, opened.closes_ms)
    arm_rounds(scene, opened, flow)
    for number, place in enumerate(consultations.announced(scene.connection, opened.id)):
        letter = Whole(announcement(scene, opened, flow, place), scene.rules.lang)
        scene.send(place, letter, key=f"{key}.a{number}", rank=Rank.BROADCAST, consultation=opened.id)
    scene.follow("invite", opened.id, lane=lane_of(opened.id), place="", key=f"{key}.invite", detail="0")
    return opened


def announcement(scene: Scene, consultation: Consultation, flow: Flow, place: str) -> Message:
    """What a group or channel is told at the opening: what, until when, and a way to answer in private."""
    lang = scene.rules.lang
    blocks = [Paragraph((Bold(title(flow, lang)),))]
    if flow.summary is not None:
        blocks += paragraphs(write(flow, flow.summary, lang, len(flow.asks)))
    about = hours(consultation, lang)
    if about:
        blocks.append(Paragraph((Plain(about),)))
    adapter = place.partition(":")[0]
    url = scene.rules.link(adapter, consultation.id) or f"{scene.rules.public_url}/start/{consultation.id}"
    button = Button(label=tr(lang, "Answer in private"), data="", url=url)
    return Message(body=tuple(blocks), prompt=Prompt(id="", buttons=(button,)))


def ring_invite(turn: Turn, event: Rang, consultation: Consultation, flow: Flow) -> None:
    """Tell the next page of people who asked to be told that it is open."""
    if consultation.state != "open":
        return
    people_waiting = sessions.subscribers(turn.scene.connection, consultation.id, int(event.detail), PAGE)
    for person in people_waiting:
        lang = person.lang or turn.scene.rules.lang
        text = tr(lang, "“{title}” is open. {hours}", title=title(flow, lang), hours=hours(consultation, lang))
        letter = Whole(start_message(text, consultation.id, lang), lang)
        turn.post(person.place, letter, rank=Rank.BROADCAST, resend=False, consultation=consultation.id)
    if len(people_waiting) == PAGE:
        _next_page(turn, "invite", consultation.id, str(people_waiting[-1].participant))


def _next_page(turn: Turn, timer: str, id: str, detail: str) -> None:
    turn.scene.follow(timer, id, lane=lane_of(id), place="", key=f"{timer}:{id}.{turn.item.id}.{detail}", detail=detail)


# --- Closing ---------------------------------------------------------------------------------------------------------


def begin_closing(scene: Scene, consultation: Consultation) -> None:
    """Note the cut time: now, or the closing hour when we notice it late. What platforms hold from before it still
    counts; `count_up` follows when they are drained."""
    now = ms(scene.now)
    cut = min(now, consultation.closes_ms or now)
    if consultations.change_state(scene.connection, consultation.id, "open", "closing", cut_ms=cut):
        _update(scene, replace(consultation, state="closing", cut_ms=cut))
        scene.closing = True


def count_up(turn: Turn, consultation: Consultation, flow: Flow) -> None:
    """Tally, result and messages in one transaction; from here on every answer gets "closed"."""
    scene, id = turn.scene, consultation.id
    if consultation.state != "closing":
        return
    scene.flush()
    result = recount(scene.connection, consultation, flow)
    differences = counts.agree(result, ballots.counters(scene.connection, id))
    now = ms(scene.now)
    if differences:
        log.error("consultation %s: the counters kept while it ran differ from the ballots: %s", id, differences)
        audit.note(scene.connection, at_ms=now, who="palabre", act="differ", subject=id, detail="; ".join(differences))
    stored = orjson.dumps(result.to_json()).decode()
    consultations.change_state(scene.connection, id, "closing", "closed", closed_ms=now, result=stored)
    closed = replace(consultation, state="closed", closed_ms=now, result=stored)
    _update(scene, closed)
    audit.note(scene.connection, at_ms=now, who="palabre", act="close", subject=id, detail=stored)
    for place in consultations.announced(scene.connection, id):
        turn.post(place, Results(id, scene.rules.lang), rank=Rank.BROADCAST, consultation=id)
    _next_page(turn, "results", id, "0")
    scene.arm(f"forget:{id}", "forget", id, due_ms=now + flow.forget // _MS, lane=lane_of(id))
    _repeat(scene, closed, flow)


def recount(connection: Connection, consultation: Consultation, flow: Flow) -> counts.Result:
    """The result from the ballots themselves."""
    found = [counts.Ballot(*row) for row in ballots.all_of(connection, consultation.id)]
    finished = sessions.stages(connection, consultation.id).get(Stage.SENT.value, 0)
    return counts.count(flow, found, consultation=consultation.id, finished=finished)


def as_it_stands(connection: Connection, consultation: Consultation, flow: Flow) -> counts.Result:
    """The published result once closed; before, the counters as they stand."""
    if consultation.result is not None:
        return counts.Result.from_json(orjson.loads(consultation.result))
    finished = sessions.stages(connection, consultation.id).get(Stage.SENT.value, 0)
    return counts.from_counters(
        flow,
        ballots.counters(connection, consultation.id),
        consultation=consultation.id,
        participants=ballots.voters(connection, consultation.id),
        finished=finished,
    )


def post_results(turn: Turn, event: Rang, consultation: Consultation) -> None:
    """Send the result to the next page of participants; nobody who said stop."""
    page = sessions.page(turn.scene.connection, consultation.id, int(event.detail), PAGE)
    for row in page:
        if row.stage not in (Stage.PAUSED, Stage.DECLINED):
            lang = orjson.loads(row.state)["lang"] if row.state else turn.scene.rules.lang
            letter: Letter = Results(consultation.id, lang)
            turn.post(row.place, letter, rank=Rank.BROADCAST, resend=False, consultation=consultation.id)
    if len(page) == PAGE:
        _next_page(turn, "results", consultation.id, str(page[-1].id))


def forget(scene: Scene, consultation: Consultation) -> None:
    """Unlink ballots and persons for good: the key goes, and so do the answers in sessions, in what was received and
    in what was sent. Counts and ballots stay."""
    connection, now = scene.connection, ms(scene.now)
    scene.flush()
    if not consultations.destroy_key(connection, consultation.id, now):
        return
    closed = consultation.closed_ms or now
    places = sessions.places(connection, consultation.id)
    sessions.empty(connection, consultation.id)
    outbox.empty_of(connection, consultation.id, places)
    inbox.empty_handled(connection)
    shelf.empty_places(connection, places, closed)
    audit.note(connection, at_ms=now, who="palabre", act="forget", subject=consultation.id)
    _update(scene, replace(consultation, key=None, forgotten_ms=now))
    scene.scrub = True


def _repeat(scene: Scene, closed: Consultation, flow: Flow) -> None:
    """Publish the next run of a recurring consultation, at the wall time of the first one some periods later."""
    if closed.every is None or closed.closes_wall is None:
        return
    every, times = Every(closed.every), closed.occurrence
    first = consultations.get(scene.connection, closed.series) or closed
    first_opens = datetime.fromisoformat(first.opens_wall) if first.opens_wall else _opened(first)
    first_closes = datetime.fromisoformat(first.closes_wall or closed.closes_wall)
    while following(first_closes, every, times) <= local(scene.now, closed.zone):
        times += 1
    opens, closes = following(first_opens, every, times), following(first_closes, every, times)
    if closed.until_wall is not None and opens > datetime.fromisoformat(closed.until_wall):
        return
    asked = Publication(
        flow=flow,
        source=consultations.source(scene.connection, closed.version),
        who="palabre",
        places=tuple(consultations.announced(scene.connection, closed.id)),
        opens=_existing(opens, closed.zone),
        closes=_existing(closes, closed.zone),
        occurrence=times + 1,
        series=closed.series,
    )
    publish(scene, asked, scene.rules.lang)


def _opened(consultation: Consultation) -> datetime:
    return local(when(consultation.opened_ms or consultation.since_ms), consultation.zone)


def _existing(wall: datetime, zone: str) -> datetime:
    """A wall time reckoned by us, moved to the next one that the clocks show."""
    return local(instant(wall, zone), zone)


def _update(scene: Scene, consultation: Consultation) -> None:
    """Let the rest of this batch see the new state."""
    scene.by_id[consultation.id] = consultation
    for live in scene.lives.values():
        if live.consultation.id == consultation.id:
            live.consultation = consultation


# --- What comes due --------------------------------------------------------------------------------------------------


def ring(turn: Turn, event: Rang, consultation: Consultation) -> None:
    """A timer of a consultation came due."""
    scene = turn.scene
    flow = scene.flows.of(scene.connection, consultation)
    match event.timer:
        case "open":
            if consultation.state == "scheduled":
                open_now(scene, consultation, key=f"open:{consultation.id}")
        case "invite":
            ring_invite(turn, event, consultation, flow)
        case "round":
            ring_round(turn, event, consultation, flow)
        case "close":
            begin_closing(scene, consultation)
        case "tally":
            count_up(turn, consultation, flow)
        case "results":
            post_results(turn, event, consultation)
        case "forget":
            forget(scene, consultation)
        case unknown:
            raise ValueError(f"no timer is called {unknown}")
