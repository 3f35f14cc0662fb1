"""Did this answer you? Is it really fixed? What the author and those who joined say of an answer.

The one rule: one verdict a person, changeable, by token; and when people say that something is not done, it is open
again, whoever said that it was.
"""

from __future__ import annotations

from bot.followup import pushing, steps
from bot.office.telling import in_charge, redraw, tell_in_private
from bot.turn import Turn
from bot.wording import title
from flows.flow import Answering, Flow
from flows.messages import Bold, Message, message, paragraph
from locales import tr, trn
from storage import audit, ballots, proposals, replies
from storage.consultations import Consultation
from storage.instants import ms
from storage.proposals import Proposal

AGAIN = "owed_again"
ENOUGH = 2
"""So many who say that it is not done open a report again; fewer, when fewer were asked."""


def judge(turn: Turn, run: Consultation, flow: Flow, number: int, value: str) -> str:
    """Note what somebody says of the answer to a proposal; what to tell them."""
    lang, connection = turn.lang, turn.scene.connection
    turn.scene.flush()
    proposal = proposals.by_number(connection, run.id, number)
    owed = steps.answering(flow).get(proposal.pool) if proposal is not None else None
    if proposal is None or owed is None or value not in steps.asked_after(owed, proposal.status):
        return tr(lang, "There is nothing to say about this answer (any more).")
    if run.key is None:
        return tr(lang, "It is too late: the key that links people to what they wrote is destroyed.")
    token = ballots.token(run.key, turn.participant)
    _authors, people = pushing.audience(connection, proposal)
    if token not in people:
        return tr(lang, "Only its author and those who support it are asked.")
    replies.judge(connection, proposal.id, token, value)
    said = pushing.label(value, lang)
    over = value == steps.NO and proposal.status == steps.DONE
    if over and _not_done(turn, run, flow, owed, proposal, len(people)):
        return tr(lang, "Noted: {answer}. It is open again, and those in charge are told.", answer=said)
    return tr(lang, "Noted: {answer}. You can change it.", answer=said)


def _not_done(turn: Turn, run: Consultation, flow: Flow, owed: Answering, proposal: Proposal, asked: int) -> bool:
    """Open a report again when enough people say that it is not done; False when it stays as it is."""
    scene, connection = turn.scene, turn.scene.connection
    against = replies.judgments(connection, [proposal.id]).get(proposal.id, {}).get(steps.NO, 0)
    if against < min(ENOUGH, asked):
        return False
    due = ms(scene.now + owed.due)
    status = steps.first_state(owed)
    if not replies.reopen(connection, proposal.id, before=steps.DONE, status=status, due_ms=due):
        return False
    replies.forget_judgments(connection, proposal.id)
    at = ms(scene.now)
    audit.note(connection, at_ms=at, who="palabre", act="reopen number", subject=run.id, detail=str(proposal.number))
    number = str(proposal.number)
    key = f"{AGAIN}:{run.id}:{number}:{at}"
    scene.follow(AGAIN, run.id, lane=f"consultation:{run.id}", place="", key=key, detail=number)
    redraw(turn, run.id)

    def telling(lang: str) -> Message:
        told = trn(
            lang,
            "{n} person says that no. {number} is not done: “{text}” It is open again.",
            "{n} people say that no. {number} is not done: “{text}” It is open again.",
            against,
            number=proposal.number,
            text=proposal.text,
        )
        return message(paragraph(Bold(title(flow, lang))), told)

    tell_in_private(turn, in_charge(scene, run.id), telling)
    return True


def totals(found: dict[str, int], owed: Answering, status: str | None, lang: str) -> str:
    """What people say of an answer, as numbers; empty where nobody said anything."""
    asked = steps.asked_after(owed, status)
    if not any(found.get(value) for value in asked):
        return ""
    return " · ".join(
        tr(lang, "{answer}: {n}", answer=pushing.label(value, lang), n=found.get(value, 0)) for value in asked
    )
