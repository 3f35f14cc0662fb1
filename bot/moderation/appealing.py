"""Contesting a decision: who looks at it again, by when, and what it comes to.

    contest     the second case is opened, at the desk or with the organisers
    undo        it was taken back: published again, lifted
    soon, late  its deadline comes near, and passes

The one rule: **nobody decides about their own decision**. Whoever decided, or gave the sanction, is refused, whatever
their role; where no moderator is left, it goes to the organisers and the owner.
"""

from __future__ import annotations

from datetime import timedelta

from bot.contributions import publishing
from bot.letters import Whole
from bot.moderation import desks, opening, reviewers, sanctions, telling, words
from bot.office.telling import Telling
from bot.rights import Act
from bot.turn import Turn
from flows.messages import Message, message
from locales import tr
from storage import appeals, cases, people
from storage.cases import OPEN, Case
from storage.instants import ms
from storage.outbox import Rank
from storage.proposals import MERGED, Proposal

WITHIN = timedelta(days=14)
"""So long after a decision it can be contested."""
DEADLINE = timedelta(days=7)
REMINDED = timedelta(days=5)
SOON, LATE = "appealsoon", "appeallate"
REVERSED = "reversed"


# --- Opening ---------------------------------------------------------------------------------------------------------


def contest(turn: Turn, contested: Case, said: str, *, sanction: int | None = None) -> Case:
    """Have somebody else look at a decision; whoever contests it is told by when."""
    scene = turn.scene
    case = opening.appealed(turn, contested, said, sanction=sanction)
    for timer, after in ((SOON, REMINDED), (LATE, DEADLINE)):
        due = ms(scene.now + after)
        scene.arm(f"{timer}:{case.id}", timer, f"case:{case.id}", due_ms=due, lane=f"case|{case.id}")
    moderators, organisers = reviewers.others(scene.connection, case, contested)
    if not moderators:
        if organisers:
            appeals.hand_up(scene.connection, case.id)
        reached = sum(desks.show_to(turn, case, who) for who in organisers)
        if not organisers or not reached:
            _nobody(turn, case)
    zone = words.zone_of(scene.consultation(case.consultation) if case.consultation else None)
    handed_up = bool(organisers) and not moderators
    turn.say(_taken(case, words.at(due, zone, turn.lang), turn.lang, handed_up=handed_up))
    return case


def _taken(case: Case, by: str, lang: str, *, handed_up: bool) -> Message:
    who = (
        tr(lang, "The organisers look at it, because there is no other moderator.")
        if handed_up
        else tr(lang, "Another moderator looks at it, not the one who decided.")
    )
    until = tr(lang, "You will be told by {when} at the latest (case {n}).", when=by, n=case.id)
    return message(tr(lang, "Thank you, it is noted."), f"{who} {until}")


def _nobody(turn: Turn, case: Case) -> None:
    """Nobody is there who did not decide: those in charge are asked to name somebody."""
    scene = turn.scene
    for one in people.addresses(scene.connection, desks.in_charge(scene, case.scope, Act.DESK)):
        lang = one.lang or scene.rules.lang
        said = message(
            tr(
                lang,
                "Somebody contests a decision (case {n}), and nobody is there to look at it but who decided.",
                n=case.id,
            ),
            tr(lang, "Please give somebody else the role of moderator: /roles {id} add moderator CODE", id=case.scope),
        )
        turn.post(one.place, Whole(said, lang))


# --- Deciding --------------------------------------------------------------------------------------------------------


def undo(turn: Turn, case: Case, contested: Case, proposal: Proposal | None) -> bool:
    """Take back what is contested; False when it cannot be any more."""
    scene = turn.scene
    sanction = appeals.sanction_of(case)
    if sanction is not None:
        return _lifted(turn, contested, sanction)
    if proposal is not None:
        back = publishing.unmerge if proposal.state == MERGED else publishing.restore
        if not back(turn, proposal):
            return False
    sanctions.lift(turn, contested)
    cases.remark(scene.connection, contested.id, REVERSED)
    fresh = cases.by_id(scene.connection, contested.id)
    if fresh is not None:
        desks.amend(turn, fresh, quietly=True)
    return True


def _lifted(turn: Turn, contested: Case, sanction: int) -> bool:
    if not sanctions.lift(turn, contested, only=sanction):
        return False
    desks.amend(turn, contested, quietly=True)
    return True


# --- The deadline ----------------------------------------------------------------------------------------------------


def soon(turn: Turn, case: Case) -> None:
    """Two days are left."""
    if case.state != OPEN:
        return
    zone = words.zone_of(turn.scene.consultation(case.consultation) if case.consultation else None)
    due = case.opened_ms + DEADLINE // timedelta(milliseconds=1)

    def said(lang: str) -> Message:
        by = words.at(due, zone, lang)
        return message(
            tr(lang, "Somebody contests a decision and waits for an answer by {when}: /case {n}", when=by, n=case.id)
        )

    for place in desks.places(turn.scene, case):
        lang = turn.scene.rules.lang
        turn.post(place, Whole(said(lang), lang))
    if case.escalated or not desks.places(turn.scene, case):
        _tell_organisers(turn, case, said)


def late(turn: Turn, case: Case) -> None:
    """The deadline has passed: the desk, the organisers and whoever waits are told, and the organisers get the card."""
    if case.state != OPEN:
        return

    def said(lang: str) -> Message:
        return message(
            tr(lang, "Case {n} is late: somebody contests a decision, and was promised an answer by now.", n=case.id)
        )

    for place in desks.places(turn.scene, case):
        lang = turn.scene.rules.lang
        turn.post(place, Whole(said(lang), lang))
    _tell_organisers(turn, case, said)
    author = telling.author_of(turn.scene, case)
    if author is not None:
        owed = tr(
            author.lang,
            "The answer that you were promised is late (case {n}). The organisers were told. Nothing is lost: it is "
            "still looked at.",
            n=case.id,
        )
        turn.post(author.place, Whole(message(owed), author.lang), rank=Rank.BROADCAST)


def _tell_organisers(turn: Turn, case: Case, said: Telling) -> None:
    scene = turn.scene
    contested = cases.by_id(scene.connection, case.appeal_of) if case.appeal_of is not None else None
    _moderators, organisers = reviewers.others(scene.connection, case, contested or case)
    for one in people.addresses(scene.connection, organisers):
        lang = one.lang or scene.rules.lang
        turn.post(one.place, Whole(said(lang), lang))
        desks.show_to(turn, case, one.participant)
