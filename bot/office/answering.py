"""What comes of a consultation: the outcome that was promised, and the organiser who is reminded of it.

The one rule: nothing is put away in silence. Without an outcome a consultation stays closed, and whoever answers for it
is asked, three times, what comes of it; on the promised day they are asked again.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time

from bot import marks
from bot.letters import Whole
from bot.office.closing import OVERDUE
from bot.office.hours import somebody_was_faster
from bot.office.publishing import OfficeError
from bot.office.telling import (
    flow_of,
    in_charge,
    next_page,
    note,
    participants_page,
    redraw,
    tell_in_private,
    tell_places,
    update_scene,
)
from bot.reminders import lane_of
from bot.turn import Turn
from bot.walltime import after_quiet, instant
from bot.wording import moment, title
from flows.events import Rang
from flows.flow import Flow
from flows.messages import Bold, Message, message, paragraph
from locales import tr
from storage import changes, consultations
from storage.changes import Outcome
from storage.consultations import Consultation
from storage.instants import ms, when
from storage.outbox import Rank

TIMES = 3
"""How often we ask for an outcome."""
_MORNING = time(9)


def give(turn: Turn, consultation: Consultation, outcome: Outcome) -> None:
    """Keep an outcome and tell it where the consultation was announced and to whoever took part. A later one takes the
    place of the first."""
    scene, id = turn.scene, consultation.id
    if consultation.state == "closed":
        if not consultations.change_state(scene.connection, id, "closed", "answered"):
            raise OfficeError(somebody_was_faster(turn.lang))
        update_scene(scene, replace(consultation, state="answered"))
    changes.give_outcome(scene.connection, id, outcome)
    note(turn, "outcome", id, f"{outcome.text} | {outcome.who} | {outcome.due}")
    scene.disarmed.add(f"overdue:{id}")
    wall = datetime.combine(date.fromisoformat(outcome.due), _MORNING)
    due = after_quiet(instant(wall, consultation.zone), consultation.zone, scene.rules.quiet)
    scene.arm(f"promise:{id}", "promise", id, due_ms=ms(due), lane=lane_of(id), detail=outcome.due)
    redraw(turn, id)
    flow = flow_of(scene, consultation)
    tell_places(turn, id, lambda lang: told(flow, outcome, lang))
    next_page(turn, "answer", id, "0")


def told(flow: Flow, outcome: Outcome, lang: str) -> Message:
    """An outcome as everybody reads it."""
    return message(paragraph(Bold(title(flow, lang))), *marks.told_outcome(outcome, lang))


def ring_answer(turn: Turn, event: Rang, consultation: Consultation, flow: Flow) -> None:
    """Tell the outcome to the next page of people who took part."""
    outcome = changes.outcome_of(turn.scene.connection, consultation.id)
    if outcome is None:
        return
    people, after = participants_page(turn, consultation.id, int(event.detail))
    for row, lang in people:
        letter = Whole(told(flow, outcome, lang), lang)
        turn.post(row.place, letter, rank=Rank.BROADCAST, resend=False, consultation=consultation.id)
    if after is not None:
        next_page(turn, "answer", consultation.id, after)


def ring_overdue(turn: Turn, event: Rang, consultation: Consultation, flow: Flow) -> None:
    """Ask whoever answers for it what comes of it, as long as nothing was said."""
    if consultation.state != "closed":
        return
    number, scene, id = int(event.detail), turn.scene, consultation.id
    polite = after_quiet(event.at, consultation.zone, scene.rules.quiet)
    if polite > event.at:
        scene.arm(f"overdue:{id}", "overdue", id, due_ms=ms(polite), lane=lane_of(id), detail=str(number))
        return

    def telling(lang: str) -> Message:
        closed = moment(when(consultation.closed_ms or 0), consultation.zone, lang)
        asked = tr(
            lang,
            "“{title}” closed on {when}, and nobody has told people yet what comes of it. Please do: /outcome {id}",
            title=title(flow, lang),
            when=closed,
            id=id,
        )
        return message(asked)

    tell_in_private(turn, in_charge(scene, id), telling)
    if number < TIMES:
        again = ms(event.at + OVERDUE)
        scene.arm(f"overdue:{id}", "overdue", id, due_ms=again, lane=lane_of(id), detail=str(number + 1))


def ring_promise(turn: Turn, event: Rang, consultation: Consultation, flow: Flow) -> None:
    """The promised day has come."""
    outcome = changes.outcome_of(turn.scene.connection, consultation.id)
    if consultation.state != "answered" or outcome is None or outcome.due != event.detail:
        return

    def telling(lang: str) -> Message:
        promised = tr(
            lang,
            "Today is the day that was promised for “{title}”: {text}",
            title=title(flow, lang),
            text=outcome.text,
        )
        asked = tr(lang, "Tell people how it stands: /outcome {id}. If it is done: /archive {id}.", id=consultation.id)
        return message(promised, asked)

    tell_in_private(turn, in_charge(turn.scene, consultation.id), telling)


def archive(turn: Turn, consultation: Consultation) -> None:
    """Put a consultation away. `OfficeError` when people were not told what comes of it."""
    if consultation.state == "closed":
        raise OfficeError(
            tr(
                turn.lang,
                "People have not been told yet what comes of it. First: /outcome {id}, then /archive {id}.",
                id=consultation.id,
            )
        )
    if not consultations.change_state(turn.scene.connection, consultation.id, consultation.state, "archived"):
        raise OfficeError(somebody_was_faster(turn.lang))
    update_scene(turn.scene, replace(consultation, state="archived"))
    turn.scene.disarmed.add(f"promise:{consultation.id}")
    note(turn, "archive", consultation.id)
