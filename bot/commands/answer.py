"""The official answer: `/answer`, and what officials and the people who are told can do with it.

The one rule: an answer has a state and a reason, and whoever gives it reads once more what will be published, and how
many are told, before it leaves.
"""

from __future__ import annotations

from dataclasses import replace

from bot.commands import Command
from bot.commands.following import Run, those, which
from bot.contributions import beside
from bot.followup import mentions, officials, pushing, reached, replying, steps, verdicts
from bot.office.publishing import OfficeError
from bot.office.telling import note
from bot.rights import Act
from bot.turn import Turn
from bot.wording import moment, title
from flows import reading
from flows.flow import Answering, Flow
from flows.messages import Block, Bold, Button, Italic, Prompt, message, paragraph
from flows.prompts import command
from locales import tr, trn
from storage import replies, sessions
from storage.consultations import Consultation
from storage.instants import ms, when
from storage.proposals import LISTED, Proposal

SHOWN = 8
"""How many waiting contributions a menu offers."""


def _mine(turn: Turn) -> list[Run]:
    """The consultations in which this person answers."""

    def fits(run: Consultation, flow: Flow) -> bool:
        return bool(steps.answering(flow)) and (turn.may(Act.ANSWER, run.id) or bool(replying.codes_of(turn, run)))

    return those(turn, fits, *replying.STATES)


# --- /answer ---------------------------------------------------------------------------------------------------------


def answer(turn: Turn, argument: str) -> None:
    """/answer 12 taken_up because ...: whatever is missing is asked for."""
    found = which(turn, "answer", argument, _mine(turn))
    if found is None:
        return
    run, flow, rest = found
    number, words = _numbered(rest)
    if number is None:
        _offer(turn, run, flow)
        return
    proposal, owed = replying.answerable(turn, run, flow, number)
    given = steps.state_meant(flow, owed, words)
    if given is None and len(steps.givable(owed)) == 1 and words:
        given = steps.givable(owed)[0].code, words
    if given is None:
        _ask_state(turn, run, flow, proposal, owed, words)
    elif not given[1]:
        _ask_reason(turn, run, flow, proposal, owed, given[0])
    else:
        _preview(turn, run, flow, proposal, owed, given[0], reading.clean(given[1]))


def _numbered(words: str) -> tuple[int | None, str]:
    """The number that a line begins with, and the rest of it."""
    first, *rest = words.split(None, 1) or [""]
    digits = first.lstrip("#№n°").rstrip(".:,")
    number = int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 9 else None
    return number, rest[0].strip() if number is not None and rest else ""


def _offer(turn: Turn, run: Consultation, flow: Flow) -> None:
    """What waits for an answer, the first due first."""
    lang, waiting = turn.lang, replying.owed_to(turn, run, flow)
    if not waiting:
        done = tr(lang, "Nothing waits for an answer. To change one: /answer {id} NUMBER", id=run.id)
        turn.say(done)
        return
    head = trn(lang, "{n} contribution waits for an answer:", "{n} contributions wait for an answer:", len(waiting))
    lines = [_waiting(run, flow, one, ms(turn.scene.now), lang) for one in waiting[:SHOWN]]
    buttons = tuple(
        Button(label=tr(lang, "Answer no. {n}", n=one.number), data=command("answer", f"{run.id} {one.number}"))
        for one in waiting[:SHOWN]
    )
    turn.ask(message(paragraph(Bold(title(flow, lang))), head, *lines, prompt=Prompt(id="", buttons=buttons)))


def _waiting(run: Consultation, flow: Flow, proposal: Proposal, now_ms: int, lang: str) -> str:
    said = mentions.numbered(proposal, lang, 120, flow=flow)
    if proposal.due_ms is None:
        return said
    due = moment(when(proposal.due_ms), run.zone, lang)
    late = proposal.due_ms <= now_ms
    about = tr(lang, "Overdue since {when}.", when=due) if late else tr(lang, "Due by {when}.", when=due)
    return f"{said}\n{about}"


def _ask_state(turn: Turn, run: Consultation, flow: Flow, proposal: Proposal, owed: Answering, words: str) -> None:
    lang = turn.lang
    offered = steps.givable(owed)
    if len(offered) == 1:
        _ask_reason(turn, run, flow, proposal, owed, offered[0].code)
        return
    buttons = tuple(
        Button(label=one.label.read(lang, flow.lang), data=command("answer", f"{run.id} {proposal.number} .{at}"))
        for at, one in enumerate(offered)
    )
    asked = tr(lang, "What is the answer?")
    blocks = (mentions.numbered(proposal, lang, flow=flow), *beside.facts(flow, proposal, lang), asked)
    prompt = Prompt(id="", buttons=(*buttons, _keep(lang)))
    turn.ask(message(*blocks, prompt=prompt, picture=beside.photo(proposal, lang)), more=words)


def _ask_reason(
    turn: Turn, run: Consultation, flow: Flow, proposal: Proposal, owed: Answering, status: str, why: str = ""
) -> None:
    lang = turn.lang
    at = [one.code for one in steps.givable(owed)].index(status)
    state = steps.state(flow, owed, status, lang)
    asked = tr(lang, "{state}: what do you say, and why? Plain words; everybody can read it.", state=state)
    blocks = [*([why] if why else []), mentions.numbered(proposal, lang, flow=flow), asked]
    shown = message(*blocks, prompt=Prompt(id="", buttons=(_keep(lang),)))
    turn.ask(shown, free=f"answer {run.id} {proposal.number} .{at}")


def _keep(lang: str) -> Button:
    return Button(label=tr(lang, "Not now"), data=command("keep"), quiet=True)


def _preview(
    turn: Turn, run: Consultation, flow: Flow, proposal: Proposal, owed: Answering, status: str, reply: str
) -> None:
    lang = turn.lang
    most = replying.longest(owed)
    if len(reply) > most:
        why = trn(
            lang,
            "{length} characters, {max} at most: {n} too many. Please shorten it and send it again.",
            "{length} characters, {max} at most: {n} too many. Please shorten it and send it again.",
            len(reply) - most,
            length=len(reply),
            max=most,
        )
        _ask_reason(turn, run, flow, proposal, owed, status, why)
        return
    written = replace(proposal, status=status, reply=reply)
    if (proposal.status, proposal.reply) == (status, reply):
        turn.say(tr(lang, "This is its answer already."))
        return
    blocks: list[Block | str] = [
        mentions.numbered(proposal, lang, flow=flow),
        *mentions.answer(flow, owed, written, lang),
    ]
    same = pushing.same_text(turn.scene.connection, flow, written)
    if same is not None:
        blocks.append(paragraph(Italic(f"{pushing.same_words(same, lang)} {tr(lang, 'People will see that.')}")))
    blocks.append(tr(lang, "It is published.") if proposal.source == LISTED else _reaches(turn, run, proposal))
    at = [one.code for one in steps.givable(owed)].index(status)
    buttons = (
        Button(label=tr(lang, "Publish the answer"), data=command("give", f"{run.id} {proposal.number} .{at}")),
        Button(label=tr(lang, "No, change nothing"), data=command("keep"), quiet=True),
    )
    turn.ask(message(*blocks, prompt=Prompt(id="", buttons=buttons)), more=reply)


def _reaches(turn: Turn, run: Consultation, proposal: Proposal) -> str:
    """How many people will be told."""
    _authors, tokens = pushing.audience(turn.scene.connection, proposal)
    n = len(reached.whose(turn, run, tokens))
    if run.key is None:
        return tr(
            turn.lang,
            "It is published. Nobody is told: the key that links people to what they wrote is destroyed.",
        )
    return trn(
        turn.lang,
        "It is published, and told to {n} person who wrote or supports it.",
        "It is published, and told to {n} people who wrote or support it.",
        n,
    )


def publish_answer(turn: Turn, argument: str) -> None:
    """The button under the answer that was read over."""
    lang = turn.lang
    found = which(turn, "answer", argument, _mine(turn))
    if found is None:
        return
    run, flow, rest = found
    number, words = _numbered(rest)
    if number is None:
        return
    proposal, owed = replying.answerable(turn, run, flow, number)
    given = steps.state_meant(flow, owed, words)
    if given is None or not given[1]:
        turn.say(tr(lang, "This button is no longer in use."))
    elif replying.give(turn, run, proposal, given[0], given[1][: replying.longest(owed)]):
        turn.say(tr(lang, "The answer is published."))
        if proposal.source == LISTED and replying.owed_to(turn, run, flow):
            _offer(turn, run, flow)
    else:
        turn.say(tr(lang, "This is its answer already."))


# --- Officials -------------------------------------------------------------------------------------------------------


def not_mine(turn: Turn, argument: str) -> None:
    """The button under a question: it is not for me."""
    found = which(turn, "notmine", argument, _mine(turn))
    number = _numbered(found[2])[0] if found else None
    if found is None or number is None:
        return
    run, flow, _rest = found
    proposal, _owed = replying.answerable(turn, run, flow, number)
    if proposal.answered_ms is not None or proposal.addressee is None:
        raise OfficeError(tr(turn.lang, "No. {n} is answered.", n=number))
    officials.pass_on(turn, run, flow, proposal)
    turn.say(tr(turn.lang, "The organisers are asked whose it is. Until they have decided, it stays with you."))


def readdress(turn: Turn, argument: str) -> None:
    """The button under what an official passed on: give it to somebody else."""
    found = which(turn, "handto", argument, _mine(turn))
    if found is None:
        return
    run, flow, rest = found
    number, words = _numbered(rest)
    if number is None or not turn.may(Act.ANSWER, run.id):
        raise OfficeError(tr(turn.lang, "Only an organiser gives a question to somebody else."))
    proposal, owed = replying.answerable(turn, run, flow, number)
    offered = steps.officials(flow, owed)
    at = int(words[1:]) if words[:1] == "." and words[1:].isdecimal() else -1
    if not 0 <= at < len(offered):
        raise OfficeError(tr(turn.lang, "This button is no longer in use."))
    after = offered[at].code
    connection = turn.scene.connection
    if proposal.addressee == after or not replies.readdress(connection, proposal.id, proposal.addressee, after):
        raise OfficeError(tr(turn.lang, "Somebody else has just changed it."))
    note(turn, "readdress", run.id, f"{number} {proposal.addressee} {after}")
    officials.ask(turn, run, flow, number)
    turn.say(tr(turn.lang, "No. {n} is now with {who}.", n=number, who=steps.official(flow, after, turn.lang)))


# --- Those who are told ----------------------------------------------------------------------------------------------


def verdict(turn: Turn, argument: str) -> None:
    """/verdict: did this answer you? Is it really fixed?"""
    found = which(turn, "verdict", argument, those(turn, lambda _run, flow: bool(steps.answering(flow)), *_SEEN))
    if found is None:
        return
    run, flow, rest = found
    number, words = _numbered(rest)
    value = _value(words)
    if number is None or value is None:
        turn.tell(tr(turn.lang, "For example: /verdict {id} 12 yes", id=run.id))
        return
    turn.tell(verdicts.judge(turn, run, flow, number, value))


_SEEN = (*replying.STATES, "archived")
_PARTLY = ("p", "partly", "en partie", "partie", "partiellement", "a moitie")


def _value(words: str) -> str | None:
    folded = reading.fold(words)
    if folded in _PARTLY:
        return steps.PARTLY
    said = reading.yes_no(folded)
    if folded in ("y", "o") or said is True:
        return steps.YES
    return steps.NO if folded == "n" or said is False else None


def mute(turn: Turn, argument: str) -> None:
    """/mute: no more news of a consultation."""
    _wants(turn, "mute", argument, wants=False)


def unmute(turn: Turn, argument: str) -> None:
    """/unmute: news again."""
    _wants(turn, "unmute", argument, wants=True)


def _wants(turn: Turn, name: str, argument: str, *, wants: bool) -> None:
    connection, lang = turn.scene.connection, turn.lang
    rows = {row.consultation for row in sessions.of_participant(connection, turn.participant)}
    found = which(turn, name, argument, those(turn, lambda run, _flow: run.id in rows, *_SEEN))
    if found is None:
        return
    run, flow, _rest = found
    turn.scene.flush()
    lane, place = turn.item.lane, turn.item.place
    sessions.subscribe(connection, turn.participant, run.id, lane, place, wants=wants)
    named = mentions.short(title(flow, lang), 80)
    if wants:
        turn.tell(tr(lang, "Good: you will get news of “{title}” again.", title=named))
    else:
        turn.tell(tr(lang, "Good: no more news of “{title}”. To get them again: /unmute {id}", title=named, id=run.id))


COMMANDS = (
    Command(
        name="answer",
        aliases=("repondre", "répondre"),
        act=answer,
        about=lambda lang: tr(lang, "answer what people put forward"),
        needs=Act.ANSWER,
    ),
    Command(name="give", aliases=(), act=publish_answer, about=None, needs=Act.ANSWER),
    Command(name="notmine", aliases=(), act=not_mine, about=None, needs=Act.ANSWER),
    Command(name="handto", aliases=(), act=readdress, about=None, needs=Act.ANSWER),
    Command(name="verdict", aliases=("avis",), act=verdict, about=None),
    Command(
        name="mute",
        aliases=("sansnouvelles",),
        act=mute,
        about=lambda lang: tr(lang, "no more news of a consultation"),
    ),
    Command(name="unmute", aliases=("nouvelles",), act=unmute, about=None),
)
