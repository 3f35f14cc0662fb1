"""An organiser reminds people by hand: those who have begun and not finished, or those who asked to be told.

The one rule: an organiser sees a number before, never a name; once a day at most for one consultation, never in the
quiet hours, and only people who did not say stop.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.letters import Whole
from bot.mailings import running
from bot.office.publishing import OfficeError
from bot.office.telling import next_page, note, participants_page
from bot.reminders import PAGE, began_ms, lane_of, start_message
from bot.turn import Turn
from bot.walltime import after_quiet
from bot.wording import hours, moment, title
from flows.events import Rang
from flows.flow import Audience, Flow
from flows.messages import Button, Message, Prompt, message
from flows.prompts import command
from flows.session import Stage
from locales import tr
from storage import consultations, sessions
from storage.consultations import Consultation
from storage.database import Connection
from storage.instants import ms, when
from storage.outbox import Rank

PAUSE = timedelta(hours=24)
_MS = timedelta(milliseconds=1)


def reach(connection: Connection, id: str) -> dict[Audience, int]:
    """How many people a reminder would reach now."""
    return {
        Audience.UNFINISHED: consultations.unfinished(connection, id),
        Audience.SUBSCRIBED: consultations.waiting(connection, id),
    }


def too_soon(turn: Turn, consultation: Consultation) -> str:
    """Why people cannot be reminded yet; empty when they can."""
    last = consultation.reminded_ms
    if last is None or ms(turn.scene.now) - last >= PAUSE // _MS:
        return ""
    said = moment(when(last + PAUSE // _MS), consultation.zone, turn.lang)
    return tr(turn.lang, "People were reminded less than a day ago. You can remind them again from {when}.", when=said)


def leaves(turn: Turn, consultation: Consultation) -> datetime:
    """When a reminder would leave: now, or after the quiet hours."""
    return after_quiet(turn.scene.now, consultation.zone, turn.scene.rules.quiet)


def remind(turn: Turn, consultation: Consultation, flow: Flow, audience: Audience) -> int:
    """Send a reminder off; the number of its mailing. `OfficeError` says why not."""
    scene, id, now = turn.scene, consultation.id, ms(turn.scene.now)
    at = leaves(turn, consultation)
    if consultation.closes_ms is not None and ms(at) >= consultation.closes_ms:
        raise OfficeError(tr(turn.lang, "It closes before the quiet hours end: no reminder can leave before."))
    scene.flush()
    if not consultations.note_reminder(scene.connection, id, now, now - PAUSE // _MS):
        raise OfficeError(too_soon(turn, consultation) or tr(turn.lang, "It is not open any more."))
    note(turn, "remind", id, audience.value)
    detail = f"{audience.value}.0"
    whom = running.reach(scene.connection, "nudge", detail, flow, id)
    mailing = running.begin(scene.connection, "nudge", id, detail=detail, due_ms=ms(at), whom=whom)
    scene.arm(running.name(mailing), "nudge", id, due_ms=ms(at), lane=lane_of(id), detail=detail)
    return mailing


def ring_nudge(turn: Turn, event: Rang, consultation: Consultation, flow: Flow) -> None:
    """Speak to the next page of people, as they stand now."""
    if consultation.state != "open":
        return
    audience, _, after = event.detail.partition(".")
    page = _unfinished if audience == Audience.UNFINISHED else _waiting
    last = page(turn, consultation, flow, int(after))
    if last is not None:
        next_page(turn, "nudge", consultation.id, f"{audience}.{last}")


def _unfinished(turn: Turn, consultation: Consultation, flow: Flow, after: int) -> str | None:
    people, last = participants_page(turn, consultation.id, after)
    began = began_ms(turn)
    for row, lang in people:
        if row.stage in (Stage.ACTIVE, Stage.RECAP) and row.last_ms <= began:
            letter = Whole(_go_on(consultation, flow, row.id, lang), lang)
            turn.post(row.place, letter, rank=Rank.BROADCAST, resend=False, consultation=consultation.id)
    return last


def _go_on(consultation: Consultation, flow: Flow, session: int, lang: str) -> Message:
    text = tr(
        lang,
        "“{title}” waits for the rest of your answers. {hours}",
        title=title(flow, lang),
        hours=hours(consultation, lang),
    )
    button = Button(label=tr(lang, "Continue"), data=command("resume", str(session)), quiet=True, main=True)
    return message(text.strip(), prompt=Prompt(id="", buttons=(button,)))


def _waiting(turn: Turn, consultation: Consultation, flow: Flow, after: int) -> str | None:
    people = sessions.subscribers(turn.scene.connection, consultation.id, after, PAGE)
    for person in people:
        lang = person.lang or turn.scene.rules.lang
        text = tr(lang, "“{title}” is open. {hours}", title=title(flow, lang), hours=hours(consultation, lang))
        letter = Whole(start_message(text, consultation.id, lang), lang)
        turn.post(person.place, letter, rank=Rank.BROADCAST, resend=False, consultation=consultation.id)
    return str(people[-1].participant) if len(people) == PAGE else None
