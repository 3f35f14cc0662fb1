"""What a moderator does with a case.

The one rule: **the first decision counts**. A case moves by compare-and-set; who comes second is told who decided what
and when. Nobody decides about what is their own, what they reported, or what they decided already. Every decision is
a row of `decisions` and a line of the audit in the same transaction, and the author is told.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from bot.contributions import publishing
from bot.letters import Do
from bot.moderation import appealing, card, claiming, desks, ladder, reviewers, sanctions, telling, tokens, words
from bot.moderation.ladder import Rung
from bot.moderation.tokens import Token
from bot.rights import Act
from bot.turn import Turn
from flows.messages import Button, Prompt, message
from flows.prompts import command
from locales import tr
from storage import appeals, audit, ballots, cases, proposals
from storage import desks as stored
from storage.cases import OPEN, Case
from storage.instants import ms
from storage.proposals import HIDDEN, WITHDRAWN, Proposal

LONGEST_OFFER = 1000
UNHIDE = "unhide"
HIDDEN_FOR = timedelta(hours=24)
_NONE = "-"
"""Stands for no wording."""


def may(turn: Turn, case: Case, act: Act = Act.MODERATE) -> bool:
    """May this person decide here about such cases?"""
    if case.consultation is not None:
        return turn.may(act, case.consultation)
    return turn.may_in(act, case.scope)


def press(turn: Turn, id: int, number: int, text: str, *, more: str = "") -> None:
    """A button of a case was pressed, or what stands for it was typed. `number` is the turn that it was shown in."""
    turn.scene.flush()
    connection, lang = turn.scene.connection, turn.lang
    case = cases.by_id(connection, id)
    token = tokens.token(text)
    if case is not None and more == _NONE and may(turn, case) and (case.state != OPEN or case.turn != number):
        _put_away(turn, case)
    if case is None or token is None:
        turn.tell(tr(lang, "This button is no longer in use."))
    elif not may(turn, case):
        turn.tell(tr(lang, "Only moderators can do this."))
    elif token.verb in ladder.VERBS:
        from bot.moderation import sanctioning  # it asks here who may decide

        sanctioning.press(turn, case, number, token)
    elif case.state != OPEN:
        turn.tell(words.decided(turn.scene, case, lang, to=turn.participant))
        desks.amend(turn, case, quietly=True)
    elif case.turn != number:
        turn.tell(tr(lang, "This case has changed since you saw it. Here is how it stands now."))
        desks.amend(turn, case, at=turn.item.place)
    elif not card.fits(_drawn(turn, case), token.verb):
        turn.tell(tr(lang, "This button is no longer in use."))
    elif reason := hindrance(turn, case) or _powerless(turn, case, token):
        turn.tell(reason)
    else:
        _do(turn, case, token, more)


def _drawn(turn: Turn, case: Case) -> card.Drawn:
    return card.prepare(turn.scene.connection, turn.scene.flows, case, turn.lang, turn.scene.now)


def hindrance(turn: Turn, case: Case) -> str:
    """Why this person in particular may not decide this one; empty when they may."""
    connection, lang, who = turn.scene.connection, turn.lang, turn.participant
    if _own(turn, case):
        return tr(lang, "This is about something of your own: somebody else decides.")
    if any(one[0] == who for one in cases.reporters(connection, case.id)):
        return tr(lang, "You reported this yourself: somebody else decides.")
    contested = cases.by_id(connection, case.appeal_of) if case.appeal_of is not None else None
    sanction = appeals.sanction_of(case) is not None
    if contested is not None and who in reviewers.deciders(connection, contested, sanction=sanction):
        return tr(lang, "You took the decision that is contested: somebody else decides.")
    if case.escalated and not may(turn, case, Act.ARBITRATE):
        return tr(lang, "The organisers decide this one.")
    holder = case.held(ms(turn.scene.now))
    if holder is not None and holder != who:
        return claiming.taken(turn, case, holder)
    return ""


def _own(turn: Turn, case: Case) -> bool:
    """Is it by this person? By who they are, and by the token that stands for them in the consultation."""
    if case.author == turn.participant:
        return True
    run = turn.scene.consultation(case.consultation) if case.consultation else None
    proposal = proposals.by_id(turn.scene.connection, case.proposal) if case.proposal else None
    if run is None or run.key is None or proposal is None or proposal.author is None:
        return False
    return ballots.token(run.key, turn.participant) == proposal.author


def _do(turn: Turn, case: Case, token: Token, more: str) -> None:
    match token.verb:
        case "take":
            claiming.claim(turn, case)
        case "free":
            claiming.give_back(turn, case)
        case "back" | "show":
            _turn_to(turn, case, "")
        case "up":
            _escalate(turn, case)
        case _ if not token.whole:
            _turn_to(turn, case, str(token))
        case "word":
            _reword(turn, case, token, more)
        case _:
            _decide(turn, case, token)


def _turn_to(turn: Turn, case: Case, view: str) -> None:
    """Let the card here offer a choice within it."""
    stored.turn_to(turn.scene.connection, case.id, view, at=turn.item.place)
    desks.amend(turn, case, at=turn.item.place)


# --- Deciding --------------------------------------------------------------------------------------------------------


def _decide(turn: Turn, case: Case, token: Token) -> None:
    """Carry one out: first the case, by compare-and-set, then what it is about."""
    proposal = proposals.by_id(turn.scene.connection, case.proposal) if case.proposal else None
    match token.verb, case.kind, proposal:
        case "ok", "proposal", Proposal():
            _settled(turn, case, "approve", lambda: publishing.publish(turn, proposal), proposal=proposal)
        case "leave", "proposal", Proposal() if proposal.state == HIDDEN:
            _settled(turn, case, "leave", lambda: publishing.restore(turn, proposal), proposal=proposal)
        case "leave", ("proposal" | "message" | "signature"), _:
            _settled(turn, case, "leave", lambda: True, quiet=True)
        case "no", "proposal", Proposal():
            rule = token.rule
            _settled(
                turn, case, "refuse", lambda: publishing.refuse(turn, proposal, rule), rule=rule, proposal=proposal
            )
        case "out", "proposal", Proposal():
            rule = token.rule
            _settled(
                turn, case, "remove", lambda: publishing.remove(turn, proposal, rule), rule=rule, proposal=proposal
            )
        case "join", "proposal", Proposal():
            _merge(turn, case, proposal, token.more)
        case "hide", "proposal", Proposal():
            _hide(turn, case, proposal)
        case (("del" | "mute" | "ban"), "message", _):
            _act(turn, case, token)
        case (("uphold" | "reverse"), "appeal", _):
            _review(turn, case, proposal, token.verb)
        case _:
            turn.tell(tr(turn.lang, "This button is no longer in use."))


def _settled(
    turn: Turn,
    case: Case,
    outcome: str,
    carry_out: Callable[[], bool],
    *,
    rule: str = "",
    detail: str = "",
    proposal: Proposal | None = None,
    hours: int = 0,
    quiet: bool = False,
) -> bool:
    """Decide as the first one; False when somebody was faster or it cannot be carried out any more, which is told."""
    scene, now = turn.scene, ms(turn.scene.now)
    reason = rule or None
    decided = cases.decide(
        scene.connection, case, who=turn.participant, outcome=outcome, reason=reason, detail=detail, at_ms=now
    )
    if not decided:
        second(turn, case.id)
        return False
    if not carry_out():
        _overtaken(turn, case, proposal)
        return False
    note(turn, case, outcome, reason, detail)
    fresh = _fresh(turn, case)
    reached = quiet or telling.tell_author(turn, fresh, outcome, reason, hours=hours)
    telling.tell_reporters(turn, fresh, outcome)
    stored.turn_to(scene.connection, case.id, "")
    desks.amend(turn, fresh)
    turn.tell(done(turn.lang, reached=reached))
    return True


def done(lang: str, *, reached: bool) -> str:
    return tr(lang, "Done.") if reached else tr(lang, "Done, but the author cannot be reached.")


def second(turn: Turn, id: int) -> None:
    """Tell somebody who was second what the first one did."""
    case = cases.by_id(turn.scene.connection, id)
    if case is None:
        turn.tell(tr(turn.lang, "This button is no longer in use."))
    elif case.state != OPEN:
        turn.tell(words.decided(turn.scene, case, turn.lang, to=turn.participant))
    else:
        turn.tell(tr(turn.lang, "This case has changed since you saw it. Here is how it stands now."))
    if case is not None:
        desks.amend(turn, case, quietly=True)


def _overtaken(turn: Turn, case: Case, proposal: Proposal | None) -> None:
    """What the case is about has moved on: its author took it back, or somebody put it together with another one."""
    scene = turn.scene
    fresh = proposals.by_id(scene.connection, proposal.id) if proposal else None
    gone = fresh is None or fresh.state == WITHDRAWN
    cases.remark(scene.connection, case.id, "withdrawn" if gone else "overtaken")
    note(turn, case, "overtaken", None, "")
    turn.tell(tr(turn.lang, "Nothing was done: in the meantime it was taken back or changed."))
    desks.amend(turn, _fresh(turn, case))


def note(turn: Turn, case: Case, outcome: str, reason: str | None, detail: str) -> None:
    """Write a decision into the audit, without a word of what was said."""
    said = " ".join(part for part in (f"{case.id}:", outcome, reason or "", detail) if part)
    audit.note(
        turn.scene.connection,
        at_ms=ms(turn.scene.now),
        who=str(turn.participant),
        act="decide",
        subject=(case.consultation or "")[:64],
        detail=said if case.consultation else f"{said} {case.scope}",
    )


def _fresh(turn: Turn, case: Case) -> Case:
    found = cases.by_id(turn.scene.connection, case.id)
    assert found is not None, "cases are never deleted while something is done to them"
    return found


# --- Proposals -------------------------------------------------------------------------------------------------------


def _merge(turn: Turn, case: Case, proposal: Proposal, number: int) -> None:
    into = proposals.by_number(turn.scene.connection, proposal.consultation, number)
    if into is None or into.state != proposals.PUBLISHED or into.pool != proposal.pool or into.id == proposal.id:
        turn.tell(tr(turn.lang, "There is no published proposal {n} to put it together with.", n=number))
        return
    _settled(
        turn,
        case,
        "merge",
        lambda: publishing.merge(turn, proposal, into),
        rule="duplicate",
        detail=str(number),
        proposal=proposal,
    )


def _hide(turn: Turn, case: Case, proposal: Proposal) -> None:
    """Out of sight for a day, while somebody decides: the case stays open."""
    scene = turn.scene
    if not publishing.hide(turn, proposal, "hidden"):
        turn.tell(tr(turn.lang, "Nothing was done: in the meantime it was taken back or changed."))
        return
    due = ms(scene.now + HIDDEN_FOR)
    scene.arm(f"{UNHIDE}:{case.id}", UNHIDE, f"case:{case.id}", due_ms=due, lane=f"case|{case.id}")
    cases.record(scene.connection, case.id, who=turn.participant, outcome="hide", at_ms=ms(scene.now))
    note(turn, case, "hide", None, "")
    reached = telling.tell_author(turn, case, "hide", None)
    desks.amend(turn, case)
    turn.tell(done(turn.lang, reached=reached))


def unhide(turn: Turn, case: Case) -> None:
    """A day is over and nobody decided: everybody sees it again."""
    proposal = proposals.by_id(turn.scene.connection, case.proposal) if case.proposal else None
    if proposal is not None and proposal.state == HIDDEN and publishing.restore(turn, proposal):
        desks.amend(turn, case, quietly=True)


def _reword(turn: Turn, case: Case, token: Token, offer: str) -> None:
    """Ask for the wording that is offered; then ask the author. `-` is none."""
    lang = turn.lang
    said = " ".join(offer.split())
    if not said:
        again = f"{case.id} {case.turn} {token}"
        buttons = (
            Button(label=tr(lang, "Without a wording"), data=command("case", f"{again} {_NONE}")),
            Button(label=tr(lang, "No, leave it"), data=command("keep", f"c{case.id}.{case.turn}"), quiet=True),
        )
        turn.ask(message(_which(case, lang), prompt=Prompt(id="", buttons=buttons)), free=f"case {again}")
        return
    if len(said) > LONGEST_OFFER:
        turn.tell(tr(lang, "That is too long: at most {n} characters.", n=LONGEST_OFFER))
        return
    _ask_author(turn, case, token, "" if said == _NONE else said)


def _which(case: Case, lang: str) -> str:
    return tr(lang, "Which wording do you offer for case {n}? Answer this message with it.", n=case.id)


def _put_away(turn: Turn, case: Case) -> None:
    """The question for a wording was answered with a button: it stays to be read, without its buttons."""
    turn.put_away(message(_which(case, turn.lang)))


def keep(turn: Turn, id: int, number: int) -> None:
    """No wording is offered after all."""
    turn.scene.flush()
    case = cases.by_id(turn.scene.connection, id)
    if case is None or not may(turn, case):
        turn.tell(tr(turn.lang, "Only moderators can do this."))
        return
    _put_away(turn, case)
    if case.state == OPEN and case.turn == number:
        turn.tell(tr(turn.lang, "Good: nothing was changed."))
    else:
        turn.tell(tr(turn.lang, "This is settled already: there is nothing left to answer here."))


def _ask_author(turn: Turn, case: Case, token: Token, offer: str) -> None:
    scene, now = turn.scene, ms(turn.scene.now)
    proposal = proposals.by_id(scene.connection, case.proposal) if case.proposal else None
    number = str(stored.note(scene.connection, case.id, turn.participant, offer, now)) if offer else ""
    decided = cases.decide(
        scene.connection, case, who=turn.participant, outcome="reword", reason=token.rule, detail=number, at_ms=now
    )
    if not decided:
        second(turn, case.id)
    elif proposal is None or not publishing.ask_to_reword(turn, proposal, token.rule):
        _overtaken(turn, case, proposal)
    else:
        note(turn, case, "reword", token.rule, number)
        if not offer:
            _put_away(turn, case)
        fresh = _fresh(turn, case)
        reached = telling.tell_author(turn, fresh, "reword", token.rule, offer=offer)
        stored.turn_to(scene.connection, case.id, "")
        desks.amend(turn, fresh)
        turn.tell(done(turn.lang, reached=reached))


# --- In groups -------------------------------------------------------------------------------------------------------

_POWER = {"del": "delete", "mute": "mute", "ban": "ban"}


def _act(turn: Turn, case: Case, token: Token) -> None:
    """Delete, mute or ban in the group: through the messenger, which was asked beforehand whether we may."""
    lang, act = turn.lang, _POWER[token.verb]
    person = sanctions.identity(turn, case)
    if act != "delete" and person is None:
        turn.tell(tr(lang, "I do not know whom to stop: its author is no longer here."))
        return
    _settled(
        turn,
        case,
        act,
        lambda: _sent(turn, case, token, act),
        rule=token.rule,
        detail=str(token.more) if token.more else "",
        hours=token.more,
    )


def _powerless(turn: Turn, case: Case, token: Token) -> str:
    """Why the messenger does not let us do this in the group; empty when it does, or nobody knows."""
    lang, act, powers = turn.lang, _POWER.get(token.verb, ""), turn.scene.rules.powers
    if case.kind != "message" or act not in powers.lacking(case.place):
        return ""
    if act in powers.impossible(case.place):
        return tr(lang, "This kind of group does not know that. A group administrator has to do it by hand.")
    return tr(lang, "The messenger does not let me do this in that group. Its administrators can change that.")


def _sent(turn: Turn, case: Case, token: Token, act: str) -> bool:
    """The act leaves like everything; a sanction has its end."""
    if case.ref is not None:
        turn.post(case.place, Do(act="delete", ref=case.ref, desk=turn.item.place, lang=turn.scene.rules.lang))
    if act != "delete" and case.author is not None:
        sanctions.impose(turn, case, Rung(act, token.verb, token.more), token.rule)
    return True


# --- Appeals ---------------------------------------------------------------------------------------------------------


def _review(turn: Turn, case: Case, proposal: Proposal | None, verb: str) -> None:
    """The first decision stands, or is taken back as if it had not been."""
    contested = cases.by_id(turn.scene.connection, case.appeal_of) if case.appeal_of is not None else None
    if contested is None or verb == "uphold":
        rule = contested.reason if contested is not None else ""
        _settled(turn, case, verb, lambda: True, rule=rule or "")
        return
    _settled(turn, case, verb, lambda: appealing.undo(turn, case, contested, proposal), proposal=proposal)


# --- To the organisers -----------------------------------------------------------------------------------------------


def _escalate(turn: Turn, case: Case) -> None:
    """Leave it to the organisers: each gets the card in private, and only they decide from now on."""
    scene, lang = turn.scene, turn.lang
    wanted = [who for who in desks.in_charge(scene, case.scope, Act.ARBITRATE) if who != turn.participant]
    if not wanted and not may(turn, case, Act.ARBITRATE):
        turn.tell(tr(lang, "There is no organiser to leave it to."))
        return
    if not cases.escalate(scene.connection, case, who=turn.participant, at_ms=ms(scene.now)):
        second(turn, case.id)
        return
    note(turn, case, "escalate", None, "")
    stored.turn_to(scene.connection, case.id, "")
    fresh = _fresh(turn, case)
    desks.amend(turn, fresh)
    n = sum(desks.show_to(turn, fresh, who) for who in wanted)
    turn.tell(tr(lang, "The organisers were asked.") if n else tr(lang, "The organisers find it with /cases."))
