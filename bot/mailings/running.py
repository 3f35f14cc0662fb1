"""A mailing runs: a page of people, and the next page once most of its letters have left.

    timer or event --page()--> letters in the outbox, where the next page begins
    each second    --drive()-> the next page when few letters wait; its end when none does; how far it is

The one rule: **the outbox never holds much more than a page**. A hundred thousand letters made at once would stand in
the way of every press for as long as it takes to write them, and could not be stopped; a page can, and whoever says
stop before their page comes is not written to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, time
from typing import Any

from bot import letters
from bot.letters import Progress
from bot.reminders import lane_of
from bot.scene import clock_row
from bot.turn import Turn
from bot.walltime import after_quiet
from flows.events import Rang
from flows.flow import Audience, Flow
from storage import consultations, inbox, mailings, outbox
from storage.consultations import Consultation
from storage.database import Connection
from storage.instants import ms
from storage.mailings import Mailing
from storage.outbox import Rank

KINDS = frozenset({"invite", "round", "nudge", "results", "answer"})
"""Timers whose events speak to many people."""

GENTLE = frozenset({"round", "nudge"})
"""Those that leave nobody alone in the quiet hours, not even when they last longer than was thought."""

FEW = 400
"""With fewer letters waiting than this, the next page is made: some fifteen seconds of what Telegram takes."""
STEP_MS = 5_000
"""How far it is, is shown at most once in so long."""
TOO_LATE_MS = 6 * 3_600_000
"""What was to leave so long ago is not sent any more: it would speak of another day."""

UNFINISHED = ("active", "recap")
Quiet = tuple[time, time]
Reach = Mapping[str, tuple[int, int]]
"""Messenger (its first letters) -> how many people can be reached there, how many are left out."""


def reach(connection: Connection, kind: str, detail: str, flow: Flow, id: str) -> Reach:
    """Whom a mailing speaks to, as things stand."""
    first = detail.partition(".")[0]
    match kind:
        case "results" | "answer":
            return mailings.taking_part(connection, id, ())
        case "invite":
            return mailings.subscribed(connection, id)
        case "round":
            audience = flow.reminders[int(first)].to
        case _:
            audience = Audience(first)
    if audience is Audience.UNFINISHED:
        return mailings.taking_part(connection, id, UNFINISHED)
    return mailings.subscribed(connection, id)


def begin(connection: Connection, kind: str, id: str, *, detail: str, due_ms: int, whom: Reach) -> int:
    """A new mailing; whoever begins it has its first page made."""
    people, left_out = (sum(both[at] for both in whom.values()) for at in (0, 1))
    return mailings.begin(connection, kind, id, next=detail, people=people, left_out=left_out, due_ms=due_ms)


def page(turn: Turn, event: Rang, consultation: Consultation, flow: Flow, make: Callable[[], None]) -> None:
    """Have a page of a mailing made by `make`, if it still runs. An event of no mailing begins one."""
    connection, now = turn.scene.connection, ms(turn.scene.now)
    if turn.mailing is None:
        whom = reach(connection, event.timer, event.detail, flow, consultation.id)
        if any(people for people, _left_out in whom.values()):
            turn.mailing = begin(connection, event.timer, consultation.id, detail=event.detail, due_ms=now, whom=whom)
            mailings.take_page(connection, turn.mailing, now)
        make()
        return
    found = mailings.get(connection, turn.mailing)
    if found is not None and found.began_ms is None and now - found.due_ms > TOO_LATE_MS:
        mailings.stop(connection, turn.mailing, now)
    elif mailings.take_page(connection, turn.mailing, now):
        make()


def drive(connection: Connection, now: datetime, quiet: Quiet) -> int:
    """Each second: ask for pages, show how far it is, note what has ended. How many things were done."""
    done = 0
    for mailing in mailings.alive(connection):
        if mailing.state == mailings.RUNNING:
            done += _drive(connection, mailing, now, quiet)
    return done


def _drive(connection: Connection, mailing: Mailing, now: datetime, quiet: Quiet) -> int:
    at, waiting = ms(now), mailings.backlog(connection, mailing.id, FEW)
    if mailing.next is not None:
        wanted = not mailing.asked and waiting < FEW and not _disturbs(connection, mailing, now, quiet)
        number = mailings.ask(connection, mailing.id) if wanted else None
        if number is not None:
            event = Rang(at=now, timer=mailing.kind, subject=mailing.consultation, detail=mailing.next)
            lane, key = lane_of(mailing.consultation), f"{name(mailing.id)}.{number}"
            inbox.receive(connection, [clock_row(event, lane=lane, place="", key=key)], at)
            return 1
    elif not (mailing.asked or waiting or inbox.waiting_with(connection, "clock", f"{name(mailing.id)}.")):
        mailings.finish(connection, mailing.id, at)
        show(connection, mailing.id, at, last=True)
        return 1
    if mailing.began_ms is not None and at - mailing.told_ms >= STEP_MS:
        show(connection, mailing.id, at)
    return 0


def _disturbs(connection: Connection, mailing: Mailing, now: datetime, quiet: Quiet) -> bool:
    """Is it a reminder, and has the quiet time begun? Then the next page waits for the morning."""
    if mailing.kind not in GENTLE:
        return False
    run = consultations.get(connection, mailing.consultation)
    return run is not None and after_quiet(now, run.zone, quiet) > now


def show(connection: Connection, id: int, now_ms: int, *, last: bool = False) -> None:
    """Change the message of whoever sent it off, if somebody did: it is drawn when it leaves."""
    mailings.set_told(connection, id, now_ms)
    first = mailings.letter(connection, name(id))
    if first is None:
        return
    place, payload, _ref = first
    said = letters.read(payload) if payload else None
    if isinstance(said, Progress):
        outbox.put(connection, [_edit(id, place, said.lang, now_ms, last=last)])


def name(id: int) -> str:
    """What the letter is called that shows how far a mailing is, and its edits are edits of."""
    return f"mailing:{id}"


def _edit(id: int, place: str, lang: str, now_ms: int, *, last: bool) -> dict[str, Any]:
    return {
        "key": f"{name(id)}:{'end' if last else now_ms}",
        "adapter": place.partition(":")[0],
        "place": place,
        "payload": letters.write(Progress(id, lang, only_edit=not last)),
        "prompt": None,
        "replaces": name(id),
        "rank": int(Rank.REPLY),
        "resend": True,
        "due_ms": now_ms,
        "state": outbox.WAITING,
        "consultation": None,
        "coalesce": None,
        "mailing": None,
    }
