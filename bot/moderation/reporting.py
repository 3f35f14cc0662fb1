"""/report: somebody asks for a look at a message of the group, or at a proposal.

    in a group      as a reply to the message, with or without a reason
    in private      /report, for the card in front; /report 12; /report 12 spam. A missing reason is asked for

The one rule: reports raise a case and decide nothing. Three people who are trusted (`bot.moderation.trust`) hide a
proposal for a day at most, so that others do not read it while a moderator looks; any number of others cannot. What was
decided in knowledge of a report is opened again only by somebody trusted. Whoever reports is answered in private and
named to nobody who reads the card.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from bot import menus
from bot.commands import Command
from bot.contributions import publishing
from bot.letters import Whole
from bot.moderation import deciding, desks, opening, rules, standing, telling, words
from bot.moderation.trust import trusted
from bot.turn import Turn
from flows.events import Pressed, Said
from flows.flow import Ask, React
from flows.kinds import served
from flows.messages import Button, Message, Prompt, message
from flows.prompts import command
from locales import LANGUAGES, tr
from storage import audit, ballots, cases, people, proposals, reports
from storage.cases import OPEN, About, Case
from storage.consultations import Consultation
from storage.instants import ms
from storage.proposals import PUBLISHED, Proposal

A_DAY = timedelta(days=1)
MOST_A_DAY = 5
HIDE_AT = 3
"""Trusted people who have to agree before a text is out of sight for a day."""
UNSAID = "other"
"""The reason of a report that gives none."""

_NUMBERED = re.compile(r"(?:(?P<of>[a-z0-9][a-z0-9-]*)\s+)?#?(?P<number>\d{1,9})(?:\s+(?P<reason>.+))?", re.IGNORECASE)
_PICKED = re.compile(r"(?P<what>[pc])(?P<id>\d{1,18}) (?P<reason>[a-z_]{1,32})")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Thing:
    """What is reported: `about` for its case, and the proposal when it is one."""

    about: About
    proposal: Proposal | None = None


def report(turn: Turn, argument: str) -> None:
    """/report, typed or pressed: a button carries `p<proposal> <reason>`, or `c<case> <reason>` for a report sent."""
    turn.scene.flush()
    picked = _PICKED.fullmatch(argument)
    if picked is not None and picked["what"] == "c":
        _explain(turn, int(picked["id"]), picked["reason"])
    elif picked is not None:
        _report_row(turn, int(picked["id"]), picked["reason"])
    elif not turn.item.private:
        _report_quoted(turn, argument)
    else:
        _report_number(turn, argument)


# --- In a group ------------------------------------------------------------------------------------------------------


def _report_quoted(turn: Turn, argument: str) -> None:
    event = turn.event
    quoted = event.quoted if isinstance(event, Said) else ()
    if len(quoted) != 3:
        _whisper(turn, tr(turn.lang, "To report a message, answer that message with /report."))
        return
    ref, author, text = quoted
    writer = opening.person(turn, people.identity(turn.item.adapter, author))
    about = opening.about_message(turn, turn.item.place, ref, text, author=writer)
    meant = rules.named(argument, LANGUAGES)
    reason = next((rule.code for rule in rules.about("message") if rule.code == meant), "")
    case = _file(turn, _Thing(about=about), reason or UNSAID)
    if case is None:
        return
    asked = "" if reason else tr(turn.lang, "Why did you report it? You do not have to say.")
    why = _why(turn, f"c{case.id}", "message") if asked else None
    _whisper(turn, _thanks(turn), *([asked] if asked else []), prompt=why)


def _explain(turn: Turn, case: int, reason: str) -> None:
    """The reason, given afterwards."""
    known = reason in rules.REASONS or reason == UNSAID
    if known and reports.explain(turn.scene.connection, case, turn.participant, reason):
        found = cases.by_id(turn.scene.connection, case)
        if found is not None:
            desks.amend_soon(turn, found)
        turn.say(tr(turn.lang, "Thank you, that helps."))
    else:
        turn.tell(tr(turn.lang, "This button is no longer in use."))


# --- In private ------------------------------------------------------------------------------------------------------


def _report_number(turn: Turn, argument: str) -> None:
    """A proposal by its number, in the consultation that is going on here or in the one that is named."""
    lang = turn.lang
    said = _NUMBERED.fullmatch(argument.strip())
    number = int(said["number"]) if said is not None else _in_front(turn)
    if number is None:
        turn.say(tr(lang, "Which proposal? Write its number, for example: /report 12"))
        return
    run = _meant(turn, said["of"] if said is not None else None)
    given = said["reason"] if said is not None else argument.strip()
    proposal = proposals.by_number(turn.scene.connection, run.id, number) if run is not None else None
    if proposal is None or run is None or proposal.state != PUBLISHED:
        turn.say(tr(lang, "There is no proposal number {n} here that can be reported.", n=number))
    elif not given:
        asked = tr(lang, "Proposal {n}: “{text}”", n=number, text=_shortened(proposal.text))
        why = tr(lang, "Why do you report it? A moderator reads it, and nobody else is told that it was you.")
        turn.say(message(asked, why, prompt=_why(turn, f"p{proposal.id}", "proposal")))
    else:
        reason = rules.named(given, LANGUAGES) or UNSAID
        _report_row(turn, proposal.id, reason)


def _in_front(turn: Turn) -> int | None:
    """The number of the card that waits to be judged, which nobody has to know."""
    live = turn.live
    opened = live.session.open if live is not None else None
    ask = live.flow.step(opened.step) if live is not None and opened is not None else None
    if opened is None or not isinstance(ask, Ask) or not isinstance(ask.kind, React):
        return None
    card = served.read(opened.draft).card
    return card.number if card is not None else None


def _meant(turn: Turn, id: str | None) -> Consultation | None:
    if id is not None:
        return turn.scene.consultation(id.lower())
    return turn.live.consultation if turn.live is not None else None


def _report_row(turn: Turn, id: int, reason: str) -> None:
    proposal = proposals.by_id(turn.scene.connection, id)
    run = turn.scene.consultation(proposal.consultation) if proposal is not None else None
    if proposal is None or run is None or proposal.state != PUBLISHED:
        turn.tell(tr(turn.lang, "This can no longer be reported: it is not shown any more."))
        return
    if _is_own(turn, run, proposal):
        _whisper(turn, tr(turn.lang, "This is your own text: you cannot report it."))
        return
    known = reason if reason in rules.REASONS else UNSAID
    thing = _Thing(about=opening.about_proposal(turn, run, proposal), proposal=proposal)
    if _file(turn, thing, known) is not None:
        _whisper(turn, _thanks(turn))


def _is_own(turn: Turn, run: Consultation, proposal: Proposal) -> bool:
    return run.key is not None and proposal.author == ballots.token(run.key, turn.participant)


# --- One road for both -----------------------------------------------------------------------------------------------


def _file(turn: Turn, thing: _Thing, reason: str) -> Case | None:
    """Raise the case; None when the report is not taken, which was told."""
    connection, lang, now = turn.scene.connection, turn.lang, turn.scene.now
    held = standing.barred(connection, turn.participant, thing.about.scope, ms(now))
    if held is not None:
        run = turn.scene.consultation(thing.about.scope)
        _whisper(turn, standing.told(held, lang, words.zone_of(run)))
        return None
    if thing.about.author == turn.participant:
        _whisper(turn, tr(lang, "This is your own text: you cannot report it."))
        return None
    if reports.has_reported(connection, turn.participant, thing.about.subject):
        _whisper(turn, tr(lang, "You have reported this before. Once is enough."))
        return None
    if reports.sent_since(connection, turn.participant, ms(now - A_DAY)) >= MOST_A_DAY:
        _whisper(
            turn,
            tr(
                lang,
                "You have reported {n} texts today, which is the most for one day. Try again tomorrow.",
                n=MOST_A_DAY,
            ),
        )
        return None
    weighs = trusted(connection, turn.participant, now)
    again = weighs or not reports.weighed(connection, thing.about.subject)
    case = opening.reported(turn, thing.about, reason=reason, trusted=weighs, again=again)
    if case is not None and weighs and thing.proposal is not None:
        _hide_at_three(turn, case, thing.proposal)
    return case


def _hide_at_three(turn: Turn, case: Case, proposal: Proposal) -> None:
    """The third trusted report takes the text out of sight for a day; later ones do not do it again."""
    scene = turn.scene
    weighty = reports.trusted_in(scene.connection, case.id)
    if weighty != HIDE_AT or case.state != OPEN or not publishing.hide(turn, proposal, "hidden"):
        return
    due = ms(scene.now + deciding.HIDDEN_FOR)
    scene.arm(f"{deciding.UNHIDE}:{case.id}", deciding.UNHIDE, f"case:{case.id}", due_ms=due, lane=f"case|{case.id}")
    detail = f"{case.id}: hide, {HIDE_AT} reports"
    at = ms(scene.now)
    audit.note(scene.connection, at_ms=at, who="reports", act="hide", subject=proposal.consultation, detail=detail)
    telling.tell_author(turn, case, "hide", None)
    desks.amend(turn, case)


# --- Words -----------------------------------------------------------------------------------------------------------


def _thanks(turn: Turn) -> str:
    return tr(turn.lang, "Thank you. A moderator will look at it. Nobody else is told that it was you.")


def _why(turn: Turn, subject: str, kind: str) -> Prompt:
    """The published rules to choose from that something of this kind can break, and a way not to."""
    lang = turn.lang
    some = [(rule.code, rule.label(lang)) for rule in rules.about(kind)]
    buttons = tuple(Button(label=label, data=command("report", f"{subject} {code}")) for code, label in some)
    other = Button(label=tr(lang, "Something else"), data=command("report", f"{subject} {UNSAID}"))
    return Prompt(id="", buttons=(*buttons, other), columns=2)


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 120 else f"{line[:119].rstrip()}…"


def _whisper(turn: Turn, *said: str, prompt: Prompt | None = None) -> None:
    """Answer the person alone: where they are when it is private, else in their private chat with us. In the group
    nothing is said, not even to somebody who has no private chat: it would show who reported."""
    if turn.item.private or isinstance(turn.event, Pressed):
        if prompt is None:
            turn.tell("\n".join(said))
        else:
            turn.say(message(*said, prompt=prompt))
        return
    found = people.addresses(turn.scene.connection, [turn.participant])
    for one in found:
        whole: Message = message(*said, prompt=prompt)
        turn.post(one.place, Whole(whole, one.lang or turn.lang))
        if prompt is not None:
            shown = {"at": f"{one.place}|{turn.item.person}", "shown": menus.write(prompt)}
            people.set_menus(turn.scene.connection, [shown])


COMMANDS = (
    Command(
        name="report",
        aliases=("signaler",),
        act=report,
        about=lambda lang: tr(lang, "ask a moderator to look at a text"),
        in_group=True,
    ),
)
