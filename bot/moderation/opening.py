"""Something has to be decided: a case is opened or joined, and its card goes to every desk.

    submitted   somebody put a proposal forward that is read first, or that a rule flagged
    edited      an author changed the words
    reported    somebody reported a text
    overheard   a rule flagged talk in a watched group
    appealed    somebody contests a decision
    withdrawn   there is nothing left to decide

The one rule: a subject has one case. What comes up again joins it while it is open; a text that changed is decided on
anew, and nobody's button from before decides about words that they have not seen.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from adapters.base import Place
from bot.contributions.pools import propose_step
from bot.moderation import backlog, desks, words
from bot.turn import Turn
from flows.events import Overheard
from flows.flow import Checked
from storage import appeals, ballots, cases, people, reports, sessions
from storage.cases import OPEN, About, Case
from storage.consultations import Consultation
from storage.instants import ms
from storage.proposals import WAITING, Proposal


def submitted(turn: Turn, consultation: Consultation, proposal: Proposal, *, flags: Sequence[str] = ()) -> Case:
    """A proposal waits to be read, or was published and flagged."""
    before = () if flags or proposal.state != WAITING else (_unasked(turn, consultation, proposal),)
    return _file(turn, about_proposal(turn, consultation, proposal), (*flags, *before), again=True)


def _unasked(turn: Turn, consultation: Consultation, proposal: Proposal) -> str:
    """Why it is read although nothing was flagged."""
    kind = propose_step(turn.scene.flows.of(turn.scene.connection, consultation), proposal.pool)
    return words.NEWCOMER if kind is not None and kind.checked is Checked.NEWCOMERS else words.BEFORE


def edited(turn: Turn, consultation: Consultation, proposal: Proposal, *, flags: Sequence[str] = ()) -> Case:
    """Its author gave a proposal other words; it waits until they were read."""
    return _file(turn, about_proposal(turn, consultation, proposal), (words.EDITED, *flags), again=True)


def reported(turn: Turn, about: About, *, reason: str, trusted: bool, again: bool = True) -> Case | None:
    """The person of this turn reports a text; None when they have done so before. With `again` False, what was decided
    stays decided."""
    scene = turn.scene
    scene.flush()
    if reports.has_reported(scene.connection, turn.participant, about.subject):
        return None
    case = _file(turn, about, (words.REPORTED,), again=again, new_report=True)
    cases.report(scene.connection, case.id, turn.participant, reason, trusted=trusted, at_ms=ms(scene.now))
    return case


def overheard(turn: Turn, event: Overheard) -> Case:
    """A rule flagged what somebody said in a watched group."""
    about = about_message(turn, turn.item.place, event.ref, event.text, author=turn.participant)
    return _file(turn, about, event.flags, again=event.edited)


def appealed(turn: Turn, case: Case, said: str, *, sanction: int | None = None) -> Case:
    """The author contests what was decided in `case`, or the sanction given because of it, in their own words."""
    about = About(
        kind="appeal",
        subject=appeals.subject(case, sanction),
        scope=case.scope,
        place=turn.item.place,
        text=said,
        lang=turn.lang,
        consultation=case.consultation,
        proposal=case.proposal,
        author=case.author,
        appeal_of=case.id,
    )
    return _file(turn, about, (words.APPEALED,), again=False)


def withdrawn(turn: Turn, proposals: Collection[int], *, outcome: str = "withdrawn") -> None:
    """The author took these back, or left: their cases are over."""
    connection = turn.scene.connection
    for id in proposals:
        case = cases.by_subject(connection, f"proposal:{id}")
        if case is not None and cases.settle(connection, case.id, outcome, ms(turn.scene.now)):
            desks.amend(turn, case, quietly=True)


def left(turn: Turn, participant: int) -> None:
    """Somebody erases their data: what they wrote leaves the cases, and nothing of theirs is decided any more."""
    connection = turn.scene.connection
    for id in cases.forget_author(connection, participant, ms(turn.scene.now)):
        case = cases.by_id(connection, id)
        if case is not None:
            desks.amend(turn, case, quietly=True)


# --- What a case is about --------------------------------------------------------------------------------------------


def about_proposal(turn: Turn, consultation: Consultation, proposal: Proposal) -> About:
    """A proposal, and its author when that is the person of this turn, or was known before."""
    scene = turn.scene
    author = _author(turn, consultation, proposal)
    stored = sessions.find(scene.connection, author, consultation.id) if author is not None else None
    return About(
        kind="proposal",
        subject=f"proposal:{proposal.id}",
        scope=consultation.id,
        place=stored.place if stored and stored.place else turn.item.place,
        text=proposal.text,
        lang=proposal.lang,
        consultation=consultation.id,
        proposal=proposal.id,
        author=author,
    )


def _author(turn: Turn, consultation: Consultation, proposal: Proposal) -> int | None:
    """Whose it is. Somebody else's token is no person; while the key is there, theirs can be made again."""
    if proposal.author is None or consultation.key is None:
        return None
    if ballots.token(consultation.key, turn.participant) == proposal.author:
        return turn.participant
    known = cases.by_subject(turn.scene.connection, f"proposal:{proposal.id}")
    if known is not None and known.author is not None:
        return known.author
    for participant, _stage in sessions.people_of(turn.scene.connection, consultation.id):
        if ballots.token(consultation.key, participant) == proposal.author:
            return participant
    return None


def about_message(turn: Turn, place: str, ref: str, text: str, *, author: int | None) -> About:
    """A message in a group; the affair of the whole group, whatever its topic or thread."""
    return About(
        kind="message",
        subject=f"message:{place}:{ref}"[:255],
        scope=str(replace(Place.parse(place), thread=None)),
        place=place,
        ref=ref,
        text=text,
        lang=turn.scene.rules.lang,
        author=author,
    )


def person(turn: Turn, identity: str) -> int:
    """The participant of a messenger's id such as `telegram:17`; one that was never heard of before is put down, so
    that they can be told what is decided about them."""
    scene = turn.scene
    scene.flush()
    known = people.by_identity(scene.connection, [identity])
    if identity in known:
        return known[identity][0]
    id = people.new_id()
    named = [{"identity": identity, "participant": id}]
    people.add(scene.connection, [{"id": id, "lang": None, "since_ms": ms(scene.now)}], named, [])
    return id


# --- One way in ------------------------------------------------------------------------------------------------------


def _file(turn: Turn, about: About, why: Sequence[str], *, again: bool, new_report: bool = False) -> Case:
    """Open or join the case, and see that its cards show it."""
    scene = turn.scene
    scene.flush()
    case, opened = cases.open_or_join(scene.connection, about, why, ms(scene.now), again=again)
    if case.author is not None:
        people.code_of(scene.connection, case.author)
    if opened:
        desks.post(turn, case)
        backlog.watch(turn, case)
    elif case.state == OPEN or new_report:
        desks.amend_soon(turn, case)
    return case
