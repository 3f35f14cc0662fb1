"""What comes due for a consultation as a whole, and who handles it.

The one rule: a timer that rings late or twice finds the state it was set for, or does nothing. An hour that was put off
while its timer was already on the way is not an hour any more.
"""

from __future__ import annotations

from bot.mailings import running
from bot.office.answering import ring_answer, ring_overdue, ring_promise
from bot.office.closing import begin_closing, count_up, forget, post_results
from bot.office.nudging import ring_nudge
from bot.office.opening import open_now, ring_invite
from bot.reminders import ring_round
from bot.turn import Turn
from flows.events import Rang
from flows.flow import Flow
from storage import audit
from storage.consultations import Consultation
from storage.instants import ms


def ring(turn: Turn, event: Rang, consultation: Consultation) -> None:
    """A timer of a consultation came due."""
    scene = turn.scene
    flow = scene.flows.of(scene.connection, consultation)
    if event.timer in running.KINDS:
        running.page(turn, event, consultation, flow, lambda: _speak_to_many(turn, event, consultation, flow))
        return
    match event.timer:
        case "open":
            _open(turn, event, consultation)
        case "close":
            if consultation.closes_ms is None or consultation.closes_ms <= ms(event.at):
                begin_closing(scene, consultation)
        case "tally":
            count_up(turn, consultation, flow)
        case "overdue":
            ring_overdue(turn, event, consultation, flow)
        case "promise":
            ring_promise(turn, event, consultation, flow)
        case "forget":
            if consultation.result is not None:
                forget(scene, consultation)
        case unknown:
            raise ValueError(f"no timer is called {unknown}")


def _speak_to_many(turn: Turn, event: Rang, consultation: Consultation, flow: Flow) -> None:
    """The next page of people."""
    match event.timer:
        case "invite":
            ring_invite(turn, event, consultation, flow)
        case "round":
            ring_round(turn, event, consultation, flow)
        case "nudge":
            ring_nudge(turn, event, consultation, flow)
        case "results":
            post_results(turn, event, consultation)
        case "answer":
            ring_answer(turn, event, consultation, flow)


def _open(turn: Turn, event: Rang, consultation: Consultation) -> None:
    late = consultation.opens_ms is None or consultation.opens_ms <= ms(event.at)
    if consultation.state == "scheduled" and late:
        opened = open_now(turn.scene, consultation, key=f"open:{consultation.id}")
        if opened.state == "open":
            now, id = ms(turn.scene.now), consultation.id
            audit.note(turn.scene.connection, at_ms=now, who="palabre", act="open", subject=id)
