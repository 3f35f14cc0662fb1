"""A consultation closes: cut, drain, count, post the result; and some days later, forget.

The one rule: closing is `open -> closing -> closed`. The cut time is noted first; what the platforms already hold is
let in for a moment; then tally, result and messages are written in one transaction, and every later answer gets
"closed", never silence. Without that, 43 of 60 test runs published a result that differed from the stored ballots.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime, timedelta

import orjson

from bot.letters import Results
from bot.office.publishing import Publication, publish
from bot.office.telling import next_page, participants_page, redraw, update_scene
from bot.reminders import lane_of
from bot.scene import Scene
from bot.turn import Turn
from bot.walltime import following, instant, local
from flows.events import Rang
from flows.flow import Every, Flow
from flows.session import Stage
from flows.tally import counts
from storage import audit, ballots, cases, changes, consultations, inbox, links, outbox, people, sessions, shelf
from storage.consultations import Consultation
from storage.database import Connection
from storage.instants import ms, when
from storage.outbox import Rank

log = logging.getLogger(__name__)

OVERDUE = timedelta(days=14)
"""How long after a closing, and then each time, the organiser is asked what comes of it."""
_MS = timedelta(milliseconds=1)


def begin_closing(scene: Scene, consultation: Consultation, *, why: str = "") -> bool:
    """Note the cut time: now, or the closing hour when we notice it late. What platforms hold from before it still
    counts; `count_up` follows when they are drained. `why` is kept for the public; False when somebody was faster."""
    now = ms(scene.now)
    cut = min(now, consultation.closes_ms or now)
    if not consultations.change_state(scene.connection, consultation.id, "open", "closing", cut_ms=cut):
        return False
    if why:
        changes.mark(scene.connection, consultation.id, "early", now, why=why, hour=consultation.closes_ms)
    update_scene(scene, replace(consultation, state="closing", cut_ms=cut))
    scene.closing = True
    return True


def follow_count(scene: Scene, consultation: Consultation) -> None:
    """Have a closing consultation counted, behind everything that was received before. Once for each cut: one that was
    opened again closes again."""
    id = consultation.id
    scene.follow("tally", id, lane=lane_of(id), place="", key=f"tally:{id}:{consultation.cut_ms}")


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
    update_scene(scene, closed)
    audit.note(scene.connection, at_ms=now, who="palabre", act="close", subject=id, detail=stored)
    redraw(turn, id)
    for place in consultations.announced(scene.connection, id):
        turn.post(place, Results(id, scene.rules.lang), rank=Rank.BROADCAST, consultation=id)
    _tell_closer(turn, consultation)
    next_page(turn, "results", id, "0")
    scene.arm(f"overdue:{id}", "overdue", id, due_ms=now + OVERDUE // _MS, lane=lane_of(id), detail="1")
    scene.arm(f"forget:{id}", "forget", id, due_ms=now + flow.forget // _MS, lane=lane_of(id))
    _repeat(scene, closed, flow)


def _tell_closer(turn: Turn, consultation: Consultation) -> None:
    """The result to whoever ended this run by hand, unless it comes to them as to everybody who took part."""
    connection, id = turn.scene.connection, consultation.id
    deed = audit.last(connection, id, "close early")
    if deed is None or not deed.who.isdecimal() or deed.at_ms < (consultation.cut_ms or 0):
        return
    for closer in people.addresses(connection, [int(deed.who)]):
        rows = sessions.of_voters(connection, {id}, {closer.participant})
        told = any(row.place == closer.place and row.stage not in (Stage.PAUSED, Stage.DECLINED) for row in rows)
        if not told:
            turn.post(closer.place, Results(id, closer.lang or turn.scene.rules.lang), consultation=id)


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
    page, after = participants_page(turn, consultation.id, int(event.detail))
    for row, lang in page:
        letter = Results(consultation.id, lang)
        turn.post(row.place, letter, rank=Rank.BROADCAST, resend=False, consultation=consultation.id)
    if after is not None:
        next_page(turn, "results", consultation.id, after)


def forget(scene: Scene, consultation: Consultation) -> None:
    """Unlink ballots and persons for good: the key goes, and so do the answers in sessions, in what was received and
    in what was sent. Counts and ballots stay."""
    connection, now = scene.connection, ms(scene.now)
    scene.flush()
    if not consultations.destroy_key(connection, consultation.id, now):
        return
    closed = consultation.closed_ms or now
    places = sessions.places(connection, consultation.id)
    cases.forget_authors(connection, consultation.id)
    links.forget(connection, consultation.id)
    sessions.empty(connection, consultation.id)
    outbox.empty_of(connection, consultation.id, places)
    inbox.empty_handled(connection)
    shelf.empty_places(connection, places, closed)
    audit.note(connection, at_ms=now, who="palabre", act="forget", subject=consultation.id)
    update_scene(scene, replace(consultation, key=None, forgotten_ms=now))
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
