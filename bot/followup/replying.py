"""An official answer is given: who may, to what, and what follows.

The one rule: an answer is written once for everybody, with its line in the audit. The same text given again changes
nothing and is told to nobody; another one is told anew, and what people said of the first is let go.
"""

from __future__ import annotations

from bot import rights
from bot.followup import grid, lineage, pushing, steps
from bot.office.publishing import OfficeError
from bot.office.telling import note, redraw
from bot.rights import Act
from bot.turn import Turn
from flows.flow import Answering, Flow
from locales import tr
from storage import proposals, replies
from storage.consultations import Consultation
from storage.instants import ms
from storage.proposals import Proposal

LONGEST = 2_000
SHORT = 500
"""Where several people answer the same: answers stand beside each other."""
STATES = ("open", "closing", "closed", "answered")
"""In which states of a consultation its proposals are answered."""


def longest(owed: Answering) -> int:
    """The most characters of an answer."""
    return SHORT if owed.each else LONGEST


def may_answer(turn: Turn, run: Consultation, addressee: str | None) -> bool:
    """An organiser answers for everybody, an official for what is addressed to them."""
    if turn.may(Act.ANSWER, run.id):
        return True
    scope = f"{run.id}:{addressee}"
    return addressee is not None and rights.may(turn.roles(), Act.ANSWER, place=scope, private=turn.item.private)


def codes_of(turn: Turn, run: Consultation) -> set[str]:
    """The officials for whom this person answers in a consultation."""
    prefix = f"{run.id}:"
    found = (scope.removeprefix(prefix) for _role, scope in turn.roles() if scope.startswith(prefix))
    return {code for code in found if may_answer(turn, run, code)}


def owed_to(turn: Turn, run: Consultation, flow: Flow) -> list[Proposal]:
    """What waits for an answer of this person, the first due first."""
    found = replies.owed(turn.scene.connection, run.id, steps.answering(flow))
    return [proposal for proposal in found if may_answer(turn, run, proposal.addressee)]


def answerable(turn: Turn, run: Consultation, flow: Flow, number: int) -> tuple[Proposal, Answering]:
    """The proposal of this number, with how it is answered. `OfficeError` says why it is not."""
    lang, connection = turn.lang, turn.scene.connection
    proposal = proposals.by_number(connection, run.id, number)
    owed = steps.answering(flow).get(proposal.pool) if proposal is not None else None
    if proposal is None or owed is None or proposal.source == proposals.ORGANISER:
        raise OfficeError(tr(lang, "There is no number {n} here that could be answered.", n=number))
    if proposal.state == proposals.MERGED:
        stands = lineage.stands_with(connection, proposal)
        told = tr(lang, "No. {n} now stands with no. {other}: answer that one.", n=number, other=stands.number)
        raise OfficeError(told)
    if proposal.state != proposals.PUBLISHED:
        raise OfficeError(tr(lang, "No. {n} is not published: only what everybody can read is answered.", n=number))
    if not may_answer(turn, run, proposal.addressee):
        raise OfficeError(tr(lang, "No. {n} is addressed to somebody else.", n=number))
    return proposal, owed


def give(turn: Turn, run: Consultation, proposal: Proposal, status: str, reply: str) -> bool:
    """Answer; False when this is its answer already."""
    scene, now = turn.scene, ms(turn.scene.now)
    scene.flush()
    if not replies.give(scene.connection, proposal.id, status=status, reply=reply, at_ms=now):
        return False
    replies.forget_judgments(scene.connection, proposal.id)
    note(turn, "answer", run.id, f"{proposal.number} {status}")
    scene.disarmed.add(f"owed:{run.id}:{proposal.number}")
    if proposal.source == proposals.LISTED:
        grid.answered(turn, run)
    else:
        pushing.begin(turn, run, proposal.number, now)
    redraw(turn, run.id)
    return True
