"""An author gives a proposal other words: those that a moderator offered, or their own.

The one rule: what was approved is approved as it was read. Other words wait for a moderator, and nobody sees either
text in between; only a wording that a moderator offered goes straight out. Once others have judged a text its words
stay: their votes are about those.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.contributions import publishing
from bot.contributions.pools import propose_step
from bot.moderation import desks, opening, telling
from bot.moderation.card import shortened
from bot.moderation.deciding import note
from bot.turn import Turn
from bot.wording import title
from flows import clinic, reading
from flows.messages import Bold, Button, Prompt, message, paragraph
from flows.prompts import command
from locales import tr, trn
from storage import ballots, cases, consultations, proposals, sessions
from storage import desks as stored
from storage.cases import DECIDED, Case
from storage.consultations import Consultation
from storage.proposals import PUBLISHED, REWORDED, WAITING, Proposal

CHANGEABLE = (WAITING, PUBLISHED, REWORDED)
_LONGEST = 1000
_BUTTON = re.compile(r"c(?P<case>[0-9]{1,17})\.(?P<turn>[0-9]{1,9})")
"""What the button of a case carries: the turn that it was shown in goes with it."""


def accept(turn: Turn, argument: str) -> None:
    """/accept: the author takes the wording that a moderator offered; it is published at once."""
    id, _, number = argument.strip().partition(" ")
    turn.scene.flush()
    connection, lang = turn.scene.connection, turn.lang
    case = cases.by_id(connection, int(id)) if id.isdecimal() and len(id) < 18 else None
    proposal = proposals.by_id(connection, case.proposal) if case is not None and case.proposal else None
    offer = _offered(turn, case) if case is not None and str(case.turn) == number.strip() else ""
    if case is None or proposal is None or not offer or not _is_mine(turn, proposal):
        mine = proposal is not None and _is_mine(turn, proposal)
        turn.tell(_settled(lang) if mine else tr(lang, "This button is no longer in use."))
        return
    taken = proposal.state == REWORDED and publishing.correct(turn, proposal, offer)
    fresh = proposals.by_id(connection, proposal.id)
    if not taken or fresh is None or not publishing.publish(turn, fresh):
        turn.tell(_settled(lang))
        return
    cases.remark(connection, case.id, "accepted")
    note(turn, case, "accepted", None, "")
    _put_away(turn, case, offer)
    turn.say(telling.told(turn.scene, case, "accepted", None, lang))
    decided = cases.by_id(connection, case.id)
    if decided is not None:
        desks.amend(turn, decided)


def _offered(turn: Turn, case: Case) -> str:
    """The wording that was offered with the last decision; empty when none was."""
    last = next(iter(cases.decisions_of(turn.scene.connection, case.id)), None)
    if last is None or last.outcome != "reword" or not last.detail or case.state != DECIDED:
        return ""
    notes = stored.notes_of(turn.scene.connection, case.id)
    return next((one.text for one in notes if str(one.number) == last.detail), "")


def _settled(lang: str) -> str:
    return tr(lang, "This is settled already: there is nothing left to answer here.")


def _put_away(turn: Turn, case: Case, offer: str) -> None:
    """What was asked of the author stays to be read, without its buttons."""
    asked = telling.told(turn.scene, case, "reword", case.reason, turn.lang, offer=offer)
    turn.put_away(replace(asked, prompt=None))


def keep(turn: Turn, id: int, number: int) -> None:
    """The author answers that the words stay as they are."""
    turn.scene.flush()
    case = _asked(turn, id)
    if case is None:
        turn.tell(tr(turn.lang, "This button is no longer in use."))
    elif not _waits(turn, case, number):
        turn.tell(_settled(turn.lang))
    else:
        _put_away(turn, case, _offered(turn, case))
        turn.say(tr(turn.lang, "Good: nothing was changed."))


def _asked(turn: Turn, id: int) -> Case | None:
    """The case in which this person was asked for other words."""
    case = cases.by_id(turn.scene.connection, id)
    proposal = proposals.by_id(turn.scene.connection, case.proposal) if case is not None and case.proposal else None
    return case if proposal is not None and _is_mine(turn, proposal) else None


def _waits(turn: Turn, case: Case, number: int) -> bool:
    """Is the answer of its author still awaited?"""
    proposal = proposals.by_id(turn.scene.connection, case.proposal) if case.proposal else None
    return case.state == DECIDED and case.turn == number and proposal is not None and proposal.state == REWORDED


# --- In one's own words ----------------------------------------------------------------------------------------------


def reword(turn: Turn, argument: str) -> None:
    """/reword: choose one of one's proposals, then write it anew."""
    turn.scene.flush()
    name, _, text = argument.strip().partition(" ")
    if (button := _BUTTON.fullmatch(name)) is not None:
        case = _asked(turn, int(button["case"]))
        if case is not None and not _waits(turn, case, int(button["turn"])):
            turn.tell(_settled(turn.lang))
            return
        name = _name_of(turn, case)
    found = _named(turn, name)
    if found is None:
        _choose(turn, name)
    elif hindrance := _hindrance(turn, found[1]):
        turn.tell(hindrance)
    elif not text.strip():
        _ask(turn, *found)
    else:
        _change(turn, *found, text)


def _name_of(turn: Turn, case: Case | None) -> str:
    found = proposals.by_id(turn.scene.connection, case.proposal) if case is not None and case.proposal else None
    return f"{found.consultation}-p{found.number}" if found is not None else ""


def _named(turn: Turn, name: str) -> tuple[Consultation, Proposal] | None:
    """The proposal of `mobilite-p12`, when it is theirs."""
    id, _, number = name.lower().rpartition("-p")
    run = turn.scene.consultation(id) if id and number.isdecimal() and len(number) < 10 else None
    proposal = proposals.by_number(turn.scene.connection, run.id, int(number)) if run is not None else None
    if run is None or proposal is None or not _is_mine(turn, proposal):
        return None
    return run, proposal


def _is_mine(turn: Turn, proposal: Proposal) -> bool:
    run = turn.scene.consultation(proposal.consultation)
    if run is None or run.key is None or proposal.author is None:
        return False
    return ballots.token(run.key, turn.participant) == proposal.author


def _hindrance(turn: Turn, proposal: Proposal) -> str:
    """Why its words stay; empty when they may change."""
    lang, judged = turn.lang, proposal.votes + proposal.shared
    run = turn.scene.consultation(proposal.consultation)
    if run is None or run.state != "open":
        return tr(lang, "This consultation is closed; answers are no longer taken.")
    if proposal.state not in CHANGEABLE:
        return tr(lang, "This proposal can no longer be changed.")
    if judged:
        return trn(
            lang,
            "{n} person has judged these very words, so they stay. You can put forward another proposal.",
            "{n} people have judged these very words, so they stay. You can put forward another proposal.",
            judged,
        )
    return ""


def _choose(turn: Turn, name: str) -> None:
    """Which of their proposals?"""
    lang = turn.lang
    buttons = tuple(
        Button(label=f"{run_title}: {shortened(one.text)}"[:100], data=command("reword", f"{run.id}-p{one.number}"))
        for run, run_title in _runs(turn)
        for one in _theirs(turn, run)
    )
    if not buttons:
        turn.say(tr(lang, "You have no proposal that can be changed."))
        return
    turn.say(message(tr(lang, "Which proposal do you want to change?"), prompt=Prompt(id="", buttons=buttons[:20])))


def _runs(turn: Turn) -> list[tuple[Consultation, str]]:
    """The open consultations in which they take part, with their titles."""
    found = []
    for row in sessions.of_participant(turn.scene.connection, turn.participant):
        run = consultations.get(turn.scene.connection, row.consultation)
        if run is not None and run.state == "open":
            found.append((run, title(turn.scene.flows.of(turn.scene.connection, run), turn.lang)))
    return found


def _theirs(turn: Turn, run: Consultation) -> list[Proposal]:
    if run.key is None:
        return []
    token = ballots.token(run.key, turn.participant)
    found = proposals.of_author(turn.scene.connection, run.id, token)
    return [one for one in found if one.state in CHANGEABLE and not one.votes + one.shared]


def _ask(turn: Turn, run: Consultation, proposal: Proposal) -> None:
    lang = turn.lang
    flow = turn.scene.flows.of(turn.scene.connection, run)
    no = Button(label=tr(lang, "No, change nothing"), data=command("keep"), quiet=True)
    asked = message(
        paragraph(Bold(title(flow, lang))),
        tr(lang, "Your proposal no. {n} says: “{text}”", n=proposal.number, text=proposal.text),
        tr(lang, "Write it anew. A moderator reads it before others see it."),
        prompt=Prompt(id="", buttons=(no,)),
    )
    turn.ask(asked, free=f"reword {run.id}-p{proposal.number}")


def _change(turn: Turn, run: Consultation, proposal: Proposal, text: str) -> None:
    """Take the new words, as far as they fit, and have them read."""
    lang, said = turn.lang, " ".join(reading.clean(text).split())
    kind = propose_step(turn.scene.flows.of(turn.scene.connection, run), proposal.pool)
    most = kind.max if kind is not None else _LONGEST
    if not said or said == proposal.text:
        turn.say(tr(lang, "These are the same words as before: nothing was changed."))
        return
    if len(said) > most:
        over = trn(lang, "That is {n} character too many.", "That is {n} characters too many.", len(said) - most)
        turn.say(f"{over} " + tr(lang, "At most {n} fit. Nothing was changed.", n=most))
        _ask(turn, run, proposal)
        return
    if not publishing.rewrite(turn, proposal, said):
        turn.say(tr(lang, "This proposal can no longer be changed."))
        return
    fresh = proposals.by_id(turn.scene.connection, proposal.id)
    assert fresh is not None
    opening.edited(turn, run, fresh, flags=clinic.hints(said, lang))
    turn.say(tr(lang, "Thank you. A moderator reads it now; you will be told. Until then nobody sees it."))
