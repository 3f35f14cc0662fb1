"""Answers that are owed: from when a proposal is published until somebody answers.

The one rule: **one timer a proposal, set anew each time it rings**, so that it survives a restart and stops with the
answer; and one message a day to whoever owes answers, however many are owed, because its key names the day.
"""

from __future__ import annotations

from datetime import timedelta

from bot.followup import grid, officials, reached, steps
from bot.letters import Whole
from bot.office.telling import in_charge, redraw
from bot.reminders import lane_of
from bot.scene import Scene
from bot.turn import Turn
from bot.walltime import after_quiet, local
from flows.events import Rang
from flows.flow import Answering, Flow
from locales import tr, trn
from storage import people, proposals, replies
from storage.consultations import Consultation
from storage.database import Connection
from storage.instants import ms, when
from storage.outbox import Rank
from storage.proposals import Proposal

TIMER = "owed"
_MS = timedelta(milliseconds=1)


# --- In public -------------------------------------------------------------------------------------------------------


def overdue(connection: Connection, run: Consultation, flow: Flow, now_ms: int) -> int:
    """How many official answers are overdue."""
    owed = steps.answering(flow)
    return replies.count_owed(connection, run.id, owed, by_ms=now_ms) if owed else 0


def sentences(connection: Connection, run: Consultation, flow: Flow, now_ms: int, lang: str) -> list[str]:
    """For the card, the page and /status: how many were answered, how many answers are overdue."""
    owed = steps.answering(flow)
    if not owed:
        return []
    given = replies.count_answered(connection, run.id, owed)
    late = replies.count_owed(connection, run.id, owed, by_ms=now_ms)
    said = [trn(lang, "{n} official answer was given.", "{n} official answers were given.", given)] if given else []
    if late:
        said.append(trn(lang, "{n} official answer is overdue.", "{n} official answers are overdue.", late))
    return said


# --- From the publication on -----------------------------------------------------------------------------------------


def begin(turn: Turn, run: Consultation, flow: Flow, proposal: Proposal) -> None:
    """A proposal was published, or is owed an answer again: whoever owes it is asked, and reminded. One that comes back
    after it was hidden is due when it was."""
    owed = steps.answering(flow).get(proposal.pool)
    if owed is None or proposal.answered_ms is not None:
        return
    due = proposal.due_ms if proposal.due_ms is not None else ms(turn.scene.now) + owed.due // _MS
    proposals.set_values(turn.scene.connection, proposal.id, due_ms=due, status=steps.first_state(owed))
    _arm(turn.scene, run, owed, proposal.number, due - owed.due // _MS)
    if owed.by is not None:
        officials.ask(turn, run, flow, proposal.number)


def _arm(scene: Scene, run: Consultation, owed: Answering, number: int, since_ms: int) -> None:
    """Set the timer for the next moment: a reminder, or the day when the answer is due."""
    moments = sorted({*(since_ms + one // _MS for one in owed.remind), since_ms + owed.due // _MS})
    following = next((one for one in moments if one > ms(scene.now)), None)
    if following is None:
        return
    due = ms(after_quiet(when(following), run.zone, scene.rules.quiet))
    detail = f"{number}.{since_ms}"
    scene.arm(f"{TIMER}:{run.id}:{number}", TIMER, run.id, due_ms=due, lane=lane_of(run.id), detail=detail)


def ring(turn: Turn, event: Rang, run: Consultation, flow: Flow) -> None:
    """Still no answer: remind whoever owes it; once it is overdue, everybody sees it."""
    number, since_ms = map(int, event.detail.split("."))
    scene, connection = turn.scene, turn.scene.connection
    proposal = proposals.by_number(connection, run.id, number)
    owed = steps.answering(flow).get(proposal.pool) if proposal is not None else None
    if proposal is None or owed is None or proposal.answered_ms is not None:
        return
    if proposal.state not in (proposals.PUBLISHED, proposals.HIDDEN):
        return
    polite = after_quiet(event.at, run.zone, scene.rules.quiet)
    if polite > event.at:
        key = f"{TIMER}:{run.id}:{number}"
        scene.arm(key, TIMER, run.id, due_ms=ms(polite), lane=lane_of(run.id), detail=event.detail)
        return
    if proposal.due_ms is not None and proposal.due_ms <= ms(event.at):
        redraw(turn, run.id)
        if proposal.source == proposals.LISTED:
            grid.due(turn, run)
    _remind(turn, run, flow, proposal)
    _arm(scene, run, owed, number, since_ms)


def _remind(turn: Turn, run: Consultation, flow: Flow, proposal: Proposal) -> None:
    """One message to each of those who owe it, at most one a day."""
    connection = turn.scene.connection
    mine = [
        one for one in replies.owed(connection, run.id, steps.answering(flow)) if one.addressee == proposal.addressee
    ]
    if not mine:
        return
    holders = officials.holders(connection, run, proposal.addressee) or in_charge(turn.scene, run.id)
    day = local(turn.scene.now, run.zone).date().isoformat()
    for one in people.addresses(connection, holders):
        lang = one.lang or turn.scene.rules.lang
        shown = officials.reminder(run, flow, mine, lang, now_ms=ms(turn.scene.now))
        key = f"{TIMER}:{run.id}:{proposal.addressee or ''}:{day}:{one.place}"
        turn.scene.send(
            one.place, Whole(shown, lang), key=key, rank=Rank.BROADCAST, resend=False, due_ms=reached.polite(turn, run)
        )


def told_number(number: int, lang: str) -> str:
    """What its author reads when something is published without anybody having read it first."""
    return tr(lang, "It has the number {n}. To see what becomes of it: /mine", n=number)
