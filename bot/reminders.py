"""Reminders: whom to nudge, when, and when not to.

The one rule: a reminder is for somebody who wanted one. People who started and did not finish are reminded; people who
asked to be told and did not start are reminded apart; nobody who said stop is, nobody during quiet hours, and nobody
after the closing.
"""

from __future__ import annotations

import math
from datetime import timedelta

from bot.letters import Whole
from bot.scene import Live, Scene
from bot.turn import Turn
from bot.walltime import after_quiet
from flows.engine import advance
from flows.events import Rang
from flows.flow import Audience, Flow, Reminder
from flows.messages import Button, Message, Prompt
from flows.prompts import command
from flows.session import Stage
from flows.wording import paragraphs, write
from locales import tr
from storage import mailings, sessions
from storage.consultations import Consultation
from storage.instants import ms, when
from storage.outbox import Rank

PAGE = 500
"""How many people one event of a round speaks to."""

_UNFINISHED = (Stage.ACTIVE, Stage.RECAP)


def lane_of(consultation: str) -> str:
    """The lane of what happens to a consultation as a whole."""
    return f"consultation:{consultation}"


# --- To one person who has not finished ------------------------------------------------------------------------------


def arm_first(turn: Turn, live: Live) -> None:
    """Set the timers of a new session: one for each reminder to people who have not finished."""
    for index, reminder in enumerate(live.flow.reminders):
        if reminder.to is Audience.UNFINISHED and reminder.after is not None:
            _arm(turn.scene, live, index, ms(turn.event.at + reminder.after))


def _arm(scene: Scene, live: Live, index: int, due_ms: int) -> None:
    consultation = live.consultation
    due = ms(after_quiet(when(due_ms), consultation.zone, scene.rules.quiet))
    if consultation.closes_ms is not None and due >= consultation.closes_ms:
        return
    key = f"remind{index}:{live.id}"
    scene.arm(key, "remind", str(live.id), due_ms=due, lane=live.lane, detail=str(index), late="within:21600")


def ring(turn: Turn, event: Rang, live: Live) -> None:
    """A session's reminder came due: speak, or wait until the person has been silent for long enough."""
    if live.consultation.state != "open" or live.session.stage not in _UNFINISHED:
        return
    index = int(event.detail)
    reminder = live.flow.reminders[index]
    silent_until = live.last_ms + _ms(reminder.after) if reminder.after is not None else 0
    polite = ms(after_quiet(event.at, live.consultation.zone, turn.scene.rules.quiet))
    later = max(silent_until, polite)
    if later > ms(event.at):
        _arm(turn.scene, live, index, later)
        return
    turn.apply(live, advance(live.flow, live.session, event))


# --- Rounds: to many people at once ----------------------------------------------------------------------------------


def arm_rounds(scene: Scene, consultation: Consultation, flow: Flow) -> None:
    """Set the timers that speak to many: ahead of the closing, and to those who asked to be told."""
    for index, reminder in enumerate(flow.reminders):
        due = _round_due(consultation, reminder)
        if due is None:
            continue
        at = ms(after_quiet(when(due), consultation.zone, scene.rules.quiet))
        if at <= ms(scene.now) or (consultation.closes_ms is not None and at >= consultation.closes_ms):
            continue
        scene.arm(
            f"round{index}:{consultation.id}",
            "round",
            consultation.id,
            due_ms=at,
            lane=lane_of(consultation.id),
            detail=f"{index}.0",
            late="within:21600",
        )


def _round_due(consultation: Consultation, reminder: Reminder) -> int | None:
    if reminder.before is not None and consultation.closes_ms is not None:
        return consultation.closes_ms - _ms(reminder.before)
    if reminder.after is not None and reminder.to is Audience.SUBSCRIBED and consultation.opens_ms is not None:
        return consultation.opens_ms + _ms(reminder.after)
    return None


def ring_round(turn: Turn, event: Rang, consultation: Consultation, flow: Flow) -> None:
    """Speak to the next page of people."""
    if consultation.state != "open":
        return
    index, _, after = event.detail.partition(".")
    reminder = flow.reminders[int(index)]
    if reminder.to is Audience.UNFINISHED:
        last = _remind_page(turn, consultation, index, int(after))
    else:
        last = _invite_page(turn, consultation, flow, reminder, int(after))
    if last is not None and turn.mailing is not None:
        mailings.go_on(turn.scene.connection, turn.mailing, f"{index}.{last}")


def _remind_page(turn: Turn, consultation: Consultation, index: str, after: int) -> int | None:
    page = sessions.page(turn.scene.connection, consultation.id, after, PAGE)
    began = began_ms(turn)
    for row in page:
        if row.stage in _UNFINISHED and row.last_ms <= began:
            key = f"mailing:{turn.mailing}.{turn.item.id}.{row.id}"
            turn.scene.follow("remind", str(row.id), lane=row.lane, place=row.place, key=key, detail=index)
    return page[-1].id if len(page) == PAGE else None


def began_ms(turn: Turn) -> float:
    """When the mailing began of which this is a page: whoever answers later is at it, and a reminder would only come in
    between."""
    found = mailings.get(turn.scene.connection, turn.mailing) if turn.mailing is not None else None
    return math.inf if found is None or found.began_ms is None else found.began_ms


def _invite_page(turn: Turn, consultation: Consultation, flow: Flow, reminder: Reminder, after: int) -> int | None:
    people = sessions.subscribers(turn.scene.connection, consultation.id, after, PAGE)
    for person in people:
        lang = person.lang or turn.scene.rules.lang
        text = write(flow, reminder.text, lang, len(flow.questions))
        letter = Whole(start_message(text, consultation.id, lang), lang)
        turn.post(person.place, letter, rank=Rank.BROADCAST, resend=False, consultation=consultation.id)
    return people[-1].participant if len(people) == PAGE else None


def start_message(text: str, consultation: str, lang: str) -> Message:
    """A text with one button that starts the consultation."""
    button = Button(label=tr(lang, "Start"), data=command("start", consultation))
    return Message(body=paragraphs(text), prompt=Prompt(id="", buttons=(button,)))


def _ms(delta: timedelta) -> int:
    return delta // timedelta(milliseconds=1)
