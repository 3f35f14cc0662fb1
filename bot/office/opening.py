"""A consultation opens: from now on answers count, it is announced, and whoever asked to be told is told.

The one rule: what a group or channel reads is its card (`bot.cards`), from the first moment to the last.
"""

from __future__ import annotations

from dataclasses import replace

from bot import cards
from bot.contributions import seeding, similar
from bot.letters import Whole
from bot.office.telling import next_page
from bot.reminders import PAGE, arm_rounds, lane_of, start_message
from bot.scene import Scene
from bot.turn import Turn
from bot.wording import hours, title
from flows.events import Rang
from flows.flow import Flow
from locales import tr
from storage import consultations, sessions
from storage.consultations import Consultation
from storage.instants import ms
from storage.outbox import Rank


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
    seeding.seed(scene, opened, flow)
    similar.expect(scene.flows.indexes, opened.id, flow)
    arm_wall(scene, opened, "close", opened.closes_wall, opened.closes_ms)
    arm_rounds(scene, opened, flow)
    for number, place in enumerate(consultations.announced(scene.connection, opened.id)):
        cards.post(scene, opened.id, place, key=f"{key}.a{number}")
    scene.follow("invite", opened.id, lane=lane_of(opened.id), place="", key=f"{key}.invite", detail="0")
    return opened


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
        next_page(turn, "invite", consultation.id, str(people_waiting[-1].participant))
