"""The life of a consultation, as its organisers lead it: review, open, extend, close, open again, put away, copy.

The one rule: what the public notices is asked once before it is done; what cannot be done is told with what can.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial

from bot import office
from bot.commands import Command, dates
from bot.commands.meant import meant
from bot.office import OfficeError, answering, hours, reviewing, seconding
from bot.office.telling import colleagues, note, tell_places
from bot.preview import preview
from bot.rights import Act
from bot.turn import Turn
from bot.walltime import local
from bot.wording import hours as told_hours
from bot.wording import moment, title
from flows.flow import Flow
from flows.messages import Button, Message, Prompt, message
from flows.prompts import command
from locales import tr, trn
from storage import audit, ballots, people
from storage.consultations import Consultation
from storage.instants import ms, when
from storage.seconds import Asked

YES = ("yes", "oui")
_IN_FRENCH = {"open": "ouvrir", "extend": "prolonger", "reopen": "rouvrir"}


def sure_of(rest: str) -> tuple[bool, str]:
    """Was it confirmed, and what was said besides."""
    first, _, more = rest.partition(" ")
    return (True, more.strip()) if first.lower() in YES else (False, rest.strip())


def confirm(turn: Turn, asked: Message, yes: str, name: str, id: str, *, no: str = "", more: str = "") -> None:
    """Ask once before it is done."""
    buttons = (
        Button(label=yes, data=command(name, f"{id} yes")),
        Button(label=no or tr(turn.lang, "No, change nothing"), data=command("keep"), quiet=True),
    )
    turn.ask(Message(body=asked.body, prompt=Prompt(id="", buttons=buttons)), more=more)


def closing_meant(turn: Turn, words: str, run: Consultation, *, anew: bool = False) -> datetime | None:
    """The closing hour that somebody means; a length of time is counted from the present one, if there is one. `anew`:
    that one is past and gone, and it is counted from now."""
    now, zone = local(turn.scene.now, run.zone), run.zone
    after = local(when(run.closes_ms), zone) if run.closes_ms is not None and not anew else None
    return dates.read(words, now, zone, after=after) if words else None


def _not_understood(turn: Turn, name: str, id: str, words: str) -> None:
    lang = turn.lang
    word = _IN_FRENCH[name] if lang == "fr" else name
    example = tr(lang, "For example: /{name} {id} 2d, or: /{name} {id} until 2026-12-01 18:00", name=word, id=id)
    if not words:
        turn.say(tr(lang, "Until when? {example}", example=example))
    else:
        turn.say(tr(lang, "I do not understand the date “{words}”. {example}", words=words[:60], example=example))


# --- Review and opening ----------------------------------------------------------------------------------------------


def review(turn: Turn, argument: str) -> None:
    """/review: another pair of eyes; `ok` approves, `back` makes it a draft again."""
    found = meant(turn, "review", Act.REVIEW, argument, "draft", "review")
    if found is None:
        return
    run, flow, rest = found
    lang, (word, _, why) = turn.lang, rest.partition(" ")
    if run.state == "draft":
        reached = reviewing.ask_review(turn, run)
        turn.say(trn(lang, "{n} colleague was asked to read it.", "{n} colleagues were asked to read it.", reached))
    elif word.lower() in ("ok", *YES):
        done = reviewing.approve(turn, run)
        turn.say(_released(flow, done, lang))
    elif word.lower() in ("back", "retour", "no", "non"):
        _send_back(turn, run, why.strip())
    else:
        typed = tr(lang, "To approve: /review {id} ok. Not yet: /review {id} back, and why.", id=run.id)
        turn.say(message(*preview(turn.scene, run, flow, lang), typed))


def _send_back(turn: Turn, run: Consultation, why: str) -> None:
    mine = reviewing.asked_by(turn, run.id) == str(turn.participant)
    if not why and not mine:
        prompt = Prompt(id="", buttons=(_keep(turn),))
        asked = tr(turn.lang, "Why? Write a sentence; your colleague will read it.")
        turn.ask(message(asked, prompt=prompt), free=f"review {run.id} back")
        return
    reviewing.send_back(turn, run, why)
    turn.say(tr(turn.lang, "It is a draft again."))


def _keep(turn: Turn) -> Button:
    return Button(label=tr(turn.lang, "No, change nothing"), data=command("keep"), quiet=True)


def open_(turn: Turn, argument: str) -> None:
    """/open: publish a draft, or open now what was to open later."""
    found = meant(turn, "open", Act.OPEN, argument, "draft", "review", "scheduled", alone=True)
    if found is None:
        return
    run, flow, rest = found
    sure, words = sure_of(rest)
    closes = closing_meant(turn, words, run)
    if words and closes is None:
        _not_understood(turn, "open", run.id, words)
        return
    if run.state == "review":
        turn.say(tr(turn.lang, "A colleague is reading it. To approve it: /review {id} ok", id=run.id))
        return
    if not sure:
        shown = message(*preview(turn.scene, _with(run, closes, turn.lang), flow, turn.lang))
        confirm(turn, shown, tr(turn.lang, "Publish it"), "open", run.id, more=words)
        return
    done = office.release(turn.scene, run, turn.lang, closes=closes)
    note(turn, "open", run.id)
    turn.say(_released(flow, done, turn.lang))


def _with(run: Consultation, closes: datetime | None, lang: str) -> Consultation:
    return run if closes is None else office.with_closing(run, closes, lang)


def _released(flow: Flow, run: Consultation, lang: str) -> str:
    about, name = told_hours(run, lang), title(flow, lang)
    if run.state == "open":
        return tr(lang, "“{title}” is open. {hours}", title=name, hours=about).strip()
    return tr(lang, "“{title}” is announced. {hours}", title=name, hours=about).strip()


# --- Hours -----------------------------------------------------------------------------------------------------------


def extend(turn: Turn, argument: str) -> None:
    """/extend: close later than was said, never earlier."""
    found = meant(turn, "extend", Act.EXTEND, argument, "scheduled", "open", alone=True)
    if found is None:
        return
    run, flow, rest = found
    sure, words = sure_of(rest)
    closes = closing_meant(turn, words, run)
    if closes is None:
        _not_understood(turn, "extend", run.id, words)
        return
    if not sure:
        said = moment(when(hours.longer(turn, run, closes)), run.zone, turn.lang)
        asked = tr(turn.lang, "“{title}” would close on {when}.", title=title(flow, turn.lang), when=said)
        exact = closes.isoformat(sep=" ", timespec="minutes")
        confirm(turn, message(asked), tr(turn.lang, "Yes, tell people"), "extend", run.id, more=exact)
        return
    later = hours.extend(turn, run, closes)
    turn.say(told_hours(later, turn.lang))


def close(turn: Turn, argument: str) -> None:
    """/close: end a consultation before its hour, after asking once, with a reason for the public."""
    found = meant(turn, "close", Act.CLOSE, argument, "open")
    if found is None:
        return
    run, flow, rest = found
    lang, name, (sure, why) = turn.lang, title(flow, turn.lang), sure_of(rest)
    if not sure:
        question = _close_now(run, name, lang)
        said = [question, tr(lang, "People will read why: {why}", why=why)] if why else [question]
        yes, no = tr(lang, "Yes, close now"), tr(lang, "No, leave it open")
        confirm(turn, message(*said), yes, "close", run.id, no=no, more=why)
        return
    if run.closes_ms is not None and not why:
        out = Button(label=tr(lang, "No, leave it open"), data=command("keep"), quiet=True)
        turn.ask(message(*_ask_why(turn, run), prompt=Prompt(id="", buttons=(out,))), free=f"close {run.id} yes")
        return
    if _has_answers_before_its_hour(turn, run):
        others = seconding.reachable(turn, colleagues(turn, run.id, Act.CLOSE))
        if others:
            code = people.code_of(turn.scene.connection, turn.participant)
            asked = partial(_asks_to_close, run, flow, code, why[:500])
            seconding.ask(turn, seconding.CLOSE, run.id, why[:500], others, asked)
            return
        seconding.alone(turn, seconding.CLOSE, run.id)
    _close(turn, run, flow, why[:500], who=str(turn.participant))


def _close(turn: Turn, run: Consultation, flow: Flow, why: str, *, who: str) -> None:
    """Close it now; `who` asked for it."""
    lang = turn.lang
    if not office.begin_closing(turn.scene, run, why=why):
        raise OfficeError(hours.somebody_was_faster(lang))
    at = ms(turn.scene.now)
    audit.note(turn.scene.connection, at_ms=at, who=who, act="close early", subject=run.id, detail=why)
    if why:
        _tell_early(turn, run, flow, why)
    turn.say(tr(lang, "“{title}” is closing; the result follows in a moment.", title=title(flow, lang)))


def _has_answers_before_its_hour(turn: Turn, run: Consultation) -> bool:
    """Would somebody's answer count otherwise than it was promised?"""
    turn.scene.flush()
    promised = run.closes_ms is not None and ms(turn.scene.now) < run.closes_ms
    return promised and ballots.voters(turn.scene.connection, run.id) > 0


def _asks_to_close(run: Consultation, flow: Flow, code: str, why: str, lang: str) -> tuple[str, ...]:
    """What the second person reads."""
    asked = tr(lang, "{code} wants to close “{title}” now, before its hour.", code=code, title=title(flow, lang))
    hour = tr(lang, "People were told: until {when}.", when=moment(when(run.closes_ms or 0), run.zone, lang))
    return asked, hour, tr(lang, "People will read why: {why}", why=why)


def second_close(turn: Turn, asked: Asked, *, agrees: bool) -> None:
    """A second organiser answers whether a consultation closes before its hour."""
    run = turn.scene.consultation(asked.subject)
    if run is None or not turn.may(Act.CLOSE, run.id):
        raise OfficeError(tr(turn.lang, "You have no role for “{id}” that allows this.", id=asked.subject))
    if agrees and run.state != "open":
        raise OfficeError(hours.somebody_was_faster(turn.lang))
    seconding.answer(turn, asked, agrees=agrees)
    if agrees:
        flow = turn.scene.flows.of(turn.scene.connection, run)
        _close(turn, run, flow, asked.detail, who=str(asked.who))
    else:
        turn.say(tr(turn.lang, "Good: nothing is done, and whoever asked is told."))


def _close_now(run: Consultation, name: str, lang: str) -> str:
    """Ask once; that it is for good is said where /reopen would refuse."""
    if run.closes_ms is None:
        question = tr(lang, "Close “{title}” now?", title=name)
    else:
        question = tr(lang, "Close “{title}” now, before its hour?", title=name)
    if hours.may_reopen(run, participants=1) and run.every is None:
        return question
    return f"{question} {tr(lang, 'It cannot be opened again once its result was shown.')}"


def _ask_why(turn: Turn, run: Consultation) -> tuple[str, ...]:
    """In a group, messengers show a bot only commands and answers to its own messages."""
    lang = turn.lang
    if turn.item.private:
        return (tr(lang, "Why? Write a sentence: people were told another hour, and will read it with the result."),)
    return (
        tr(lang, "Why? People were told another hour, and will read your reason with the result."),
        tr(lang, "Answer this message with a sentence, or write it in one line: /close {id} your reason", id=run.id),
    )


def _tell_early(turn: Turn, run: Consultation, flow: Flow, why: str) -> None:
    def telling(lang: str) -> Message:
        name = title(flow, lang)
        if run.closes_ms is None:
            return message(tr(lang, "“{title}” closes now. Why: {why}", title=name, why=why))
        return message(tr(lang, "“{title}” closes now, before its hour. Why: {why}", title=name, why=why))

    tell_places(turn, run.id, telling)


def reopen(turn: Turn, argument: str) -> None:
    """/reopen: open a closed one again, where nothing hidden was seen."""
    found = meant(turn, "reopen", Act.REOPEN, argument, "closed", alone=True)
    if found is None:
        return
    run, flow, rest = found
    lang, name = turn.lang, title(flow, turn.lang)
    if told := _never_again(turn, run, flow):
        turn.say(told)
        return
    sure, words = sure_of(rest)
    closes = closing_meant(turn, words, run, anew=True)
    if closes is None:
        _not_understood(turn, "reopen", run.id, words)
        return
    if not sure:
        said = moment(when(hours.to_come(turn, run, closes)), run.zone, lang)
        asked = tr(lang, "Open “{title}” again until {when}? It will say for ever that it was.", title=name, when=said)
        exact = closes.isoformat(sep=" ", timespec="minutes")
        confirm(turn, message(asked), tr(lang, "Yes, open it again"), "reopen", run.id, more=exact)
        return
    again = hours.reopen(turn, run, closes)
    turn.say(tr(lang, "“{title}” is open again. {hours}", title=name, hours=told_hours(again, lang)))


def _never_again(turn: Turn, run: Consultation, flow: Flow) -> str:
    """Why it can never be opened again; empty when it can."""
    lang = turn.lang
    if run.key is None:
        return tr(lang, "The key that links people to their answers is destroyed, so nobody could vote once only.")
    if run.every is not None:
        return tr(lang, "It is repeated: the next one is on its way already.")
    if not hours.may_reopen(run, office.as_it_stands(turn.scene.connection, run, flow).participants):
        return tr(
            lang,
            "Its result was to be hidden until the closing, and has been shown since. Whoever votes now would know it, "
            "so it stays closed. To ask anew: /clone {id}",
            id=run.id,
        )
    return ""


# --- Copies, and the end ---------------------------------------------------------------------------------------------


def clone(turn: Turn, argument: str) -> None:
    """/clone: a new draft of the same questions."""
    states = ("draft", "review", "scheduled", "open", "closing", "closed", "answered", "archived")
    found = meant(turn, "clone", Act.CLONE, argument, *states)
    if found is None:
        return
    run, flow, _rest = found
    turn.scene.flush()
    copy = office.clone(turn.scene, run, turn.participant)
    lines = (
        tr(turn.lang, "A new draft of “{title}” is made: {id}", title=title(flow, turn.lang), id=copy.id),
        tr(turn.lang, "To publish it for a week: /open {id} 7d. To correct a text: /fix {id}.", id=copy.id),
    )
    turn.say(message(*lines))


def archive(turn: Turn, argument: str) -> None:
    """/archive: put away what is answered, or a draft that nobody needs."""
    found = meant(turn, "archive", Act.ARCHIVE, argument, "draft", "closed", "answered")
    if found is None:
        return
    run, flow, _rest = found
    answering.archive(turn, run)
    turn.say(tr(turn.lang, "“{title}” is put away. Its page stays.", title=title(flow, turn.lang)))


COMMANDS = (
    Command(
        name="review",
        aliases=("relecture",),
        act=review,
        about=lambda lang: tr(lang, "have a colleague read a draft"),
        needs=Act.REVIEW,
    ),
    Command(
        name="open",
        aliases=("ouvrir",),
        act=open_,
        about=lambda lang: tr(lang, "publish a draft"),
        needs=Act.OPEN,
    ),
    Command(
        name="extend",
        aliases=("prolonger",),
        act=extend,
        about=lambda lang: tr(lang, "close later than was said"),
        needs=Act.EXTEND,
    ),
    Command(
        name="close",
        aliases=("cloturer", "clôturer", "fermer"),
        act=close,
        about=lambda lang: tr(lang, "end a consultation now"),
        needs=Act.CLOSE,
    ),
    Command(
        name="reopen",
        aliases=("rouvrir",),
        act=reopen,
        about=lambda lang: tr(lang, "open a closed one again"),
        needs=Act.REOPEN,
    ),
    Command(
        name="clone",
        aliases=("cloner", "copier"),
        act=clone,
        about=lambda lang: tr(lang, "a new draft of the same questions"),
        needs=Act.CLONE,
    ),
    Command(
        name="archive",
        aliases=("archiver",),
        act=archive,
        about=lambda lang: tr(lang, "put away what is finished"),
        needs=Act.ARCHIVE,
    ),
)
