"""The engine: what happens next in a conversation, as a pure function.

    begin(flow, session=..., lang=..., at=...)   -> Step     a new session: its first texts and its first question
    advance(flow, session, event)                -> Step     the session after the event, and what must be done
    pointed(flow, session, question, number)     -> Step     the same, for who came by a link to one statement
    left(flow, session), recap(flow, session, lang)          what can be read off a session

The laws, each of them tested: `advance` is total (it never raises), deterministic, and it changes nothing for an event
that is not legal here; the same press delivered twice does what one does; replaying the records and withdrawals gives
the answers of the session; no answer stays on file to a question that is not shown on the path.

Where a question needs what others put forward, a step ends with a `Fetch` effect; whoever runs the engine answers it
at once with `advance(flow, session, Fetched(...))`, perhaps more than once. A `Fetched` that nobody waits for changes
nothing.

The position is derived: after every change the flow is walked again from its first step with the answers as they
stand (`flows.verbs.walk`), answers to questions no longer shown are withdrawn, and the person stands at the first
question without an answer, or at the one being changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import assert_never

from flows import answering, kinds, leaving, prompts, reading, ringing
from flows.effects import Note, Send, Withdraw
from flows.events import (
    Blocked,
    Commanded,
    Event,
    Fetched,
    Moved,
    Overheard,
    Pressed,
    Rang,
    Returned,
    Said,
    Shared,
)
from flows.flow import Ask, Flow, React
from flows.kinds import expected, react, served
from flows.messages import Message
from flows.recap import OPEN, answered, recap
from flows.ringing import left
from flows.session import OpenPrompt, Session, Stage
from flows.turn import Step, Turn, open_ask, reply, same
from flows.wording import paragraphs
from locales import LANGUAGES, tr

__all__ = ["Step", "advance", "begin", "left", "pointed", "recap"]


def begin(
    flow: Flow, *, session: str, lang: str, at: datetime, drafts: Mapping[str, tuple[str, ...]] | None = None
) -> Step:
    """A new session at the first question, after the texts before it. `drafts` is what questions begin with, for
    somebody who came by a link to one statement (`flows.kinds.served.shared`)."""
    turn = Turn.of(flow, Session(id=session, flow=flow.version, lang=lang, drafts=drafts or {}))
    turn.settle()
    return turn.step()


def advance(flow: Flow, session: Session, event: Event) -> Step:
    """What the event does to the session. An event that means nothing here leaves it as it is."""
    if session.stage is Stage.DECLINED:
        return _declined(flow, session, event)
    if session.stage is Stage.CLOSED:
        return same(session)
    match event:
        case Pressed():
            return _pressed(flow, session, event.data)
        case Said():
            return _said(flow, session, event.text)
        case Commanded():
            return _commanded(flow, session, event.name, event.argument)
        case Shared():
            return _shared(flow, session, event)
        case Rang():
            return ringing.rang(flow, session, event)
        case Fetched():
            return answering.fetched(flow, session, event)
        case Blocked() | Returned() | Moved() | Overheard():
            return same(session)
        case _:
            assert_never(event)


def pointed(flow: Flow, session: Session, question: str, number: int) -> Step:
    """Somebody comes by a link to one statement, and has a session already. If they are at its question, or have been,
    it is put in front of them; else they find it first once they get there."""
    step = flow.step(question) if question in flow.index else None
    if not isinstance(step, Ask) or not isinstance(step.kind, React):
        return same(session)
    if session.stage in (Stage.DECLINED, Stage.CLOSED):
        return same(session)
    turn = Turn.of(flow, session)
    trail = turn.walk()
    here = trail.here is not None and trail.here.name == question
    if not here and question not in trail.answers:
        turn.drafts[question] = served.shared(number)
        turn.reshow()
        return turn.step()
    opened = turn.open
    draft = opened.draft if opened and opened.step == question else turn.drafts.get(question, ())
    present = trail.answers.get(question)
    draft = draft or kinds.draft(step, present.value if present else None)
    turn.close()
    if present is not None:
        turn.reopened = question
    turn.show(step, turn.walk(), draft=react.pointed(draft, number))
    return turn.step()


# Presses


def _pressed(flow: Flow, session: Session, data: str) -> Step:
    opened, found = session.open, prompts.read(data)
    if found is None or opened is None or found[0] not in (opened.id, opened.behind):
        return same(session, Note(text=_past(session)))
    ask = open_ask(flow, opened, session.id)
    if ask is not None and found[0] == opened.behind:
        return answering.pressed_behind(flow, session, ask, opened, found[1])
    if ask is not None:
        return answering.pressed(flow, session, ask, opened, found[1])
    if opened.step != OPEN:
        return same(session, Note(text=_past(session)))
    return _recap_pressed(flow, session, found[1])


def _past(session: Session) -> str:
    """Buttons of an earlier message; what was answered with them is not changed by accident."""
    lang = session.lang
    if session.stage is Stage.SENT:
        return tr(lang, "This question is already answered. To change an answer, type /myvote.")
    if session.stage is Stage.PAUSED:
        return leaving.paused(lang)
    return tr(lang, "These buttons belong to an earlier message. To change an answer, type /back.")


# The recap


def _recap_pressed(flow: Flow, session: Session, token: str) -> Step:
    if token == prompts.SEND and _unsent(session):
        return _send(flow, session, pressed=True)
    if token == prompts.WITHDRAW and not _unsent(session):
        return leaving.take_back(flow, session)
    turn = Turn.of(flow, session)
    trail = turn.walk()
    for ask, _ in answered(trail):
        if token == f"e{flow.index[ask.name]}":
            turn.reopen(ask, trail)
            return turn.step()
    return same(session, Note(text=_past(session)))


def _unsent(session: Session) -> bool:
    stage = session.before_pause if session.stage is Stage.PAUSED else session.stage
    return stage is not Stage.SENT


def _send(flow: Flow, session: Session, *, pressed: bool = False) -> Step:
    turn = Turn.of(flow, session)
    turn.close()
    if pressed:
        turn.note(tr(turn.lang, "Sent."))
    turn.finish(turn.walk())
    return turn.step()


def _recap_said(flow: Flow, session: Session, opened: OpenPrompt, text: str) -> Step:
    turn = Turn.of(flow, session)
    trail = turn.walk()
    listed = answered(trail)
    at = reading.place(text, len(listed))
    if at is None:
        number = reading.number(text)
        at = int(number) - 1 if number is not None and 1 <= number <= len(listed) else None
    if at is not None:
        turn.reopen(listed[at][0], trail)
        return turn.step()
    word = answering.control(text, session.lang)
    if _unsent(session) and (word == "send" or reading.yes_no(text, strict=True)):
        return _send(flow, session)
    match word:
        case "back":
            return answering.back(flow, session)
        case "stop":
            return leaving.stop(flow, session)
        case "withdraw" if not _unsent(session):
            return leaving.take_back(flow, session)
        case "resume" | "again" | "help":
            return leaving.again(flow, session)
    lang = session.lang
    expects = tr(lang, "Type the number of the answer that you want to change, from 1 to {last}.", last=len(listed))
    if _unsent(session):
        expects = tr(lang, "If all is right, type “{send}”.", send=tr(lang, "Send")) + " " + expects
    if opened.tries + 1 >= answering.TRIES:
        return leaving.again(flow, session, expects)
    turn.open = OpenPrompt(id=opened.id, step=opened.step, tries=opened.tries + 1)
    turn.effects.append(Send(message=Message(body=paragraphs(expects))))
    return turn.step()


# Typed words, and what is not words


def _said(flow: Flow, session: Session, text: str) -> Step:
    if session.stage is Stage.PAUSED:
        if answering.control(text, session.lang) == "resume":
            return leaving.again(flow, session)
        return reply(session, leaving.paused(session.lang))
    opened = session.open
    if opened is not None:
        ask = open_ask(flow, opened, session.id)
        if ask is not None:
            return answering.said(flow, session, ask, opened, text)
        if opened.step == OPEN:
            return _recap_said(flow, session, opened, text)
    if session.stage is Stage.SENT:
        return reply(session, _finished(session.lang))
    return leaving.again(flow, session)


def _declined(flow: Flow, session: Session, event: Event) -> Step:
    """Somebody who did not agree is left alone, unless they come back by themselves."""
    match event:
        case Commanded(name="start" | "resume" | "back" | "myvote"):
            turn = Turn.of(flow, session)
            for name, answer in session.answers.items():
                turn.effects.append(Withdraw(question=name, before=answer))
            turn.answers, turn.said, turn.timed_out, turn.stage = {}, (), (), Stage.ACTIVE
            turn.settle()
            return turn.step()
        case Said() | Pressed() | Shared() if flow.keep is not None:
            return reply(
                session, tr(session.lang, "Nothing of what you answered was kept. To begin anew, type /start.")
            )
        case Said() | Pressed() | Shared():
            return reply(session, tr(session.lang, "You chose not to take part. To come back, type /start."))
    return same(session)


def _finished(lang: str) -> str:
    return tr(lang, "You have already answered, thank you. To see or change your answers, type /myvote.")


def _shared(flow: Flow, session: Session, event: Shared) -> Step:
    lang = session.lang
    received = _received(lang, event.what)
    if session.stage is Stage.PAUSED:
        return reply(session, received + " " + leaving.paused(lang))
    ask, opened = open_ask(flow, session.open, session.id), session.open
    if ask is not None:
        draft = opened.draft if opened else ()
        step = answering.shared(flow, session, ask, event)
        return step or reply(session, received + " " + expected(ask, lang, flow.lang, draft))
    return reply(session, received + " " + tr(lang, "Please write to me in words."))


def _received(lang: str, what: str) -> str:
    match what:
        case "photo":
            return tr(lang, "I received your photo, but I cannot use it here.")
        case "voice":
            return tr(lang, "I received your voice message, but I cannot listen to it.")
        case "video":
            return tr(lang, "I received your video, but I cannot use it here.")
        case "document":
            return tr(lang, "I received your file, but I cannot use it here.")
        case "sticker":
            return tr(lang, "I received your sticker, but I cannot read it.")
        case "location":
            return tr(lang, "I received your location, but I cannot use it here.")
        case "contact":
            return tr(lang, "I received a contact, but I cannot use it here.")
        case _:
            return tr(lang, "I received something that I cannot read.")


# Commands


def _commanded(flow: Flow, session: Session, name: str, argument: str) -> Step:
    match name:
        case "start":
            return _again(flow, session, tr(session.lang, "Welcome back!"))
        case "again" | "resume":
            return _again(flow, session)
        case "back" | "skip" if session.stage is Stage.PAUSED:
            return reply(session, leaving.paused(session.lang))
        case "back":
            return _back(flow, session)
        case "skip":
            return _skip(flow, session)
        case "stop":
            return leaving.stop(flow, session)
        case "myvote":
            return _myvote(flow, session)
        case "language":
            return _language(flow, session, argument)
    return same(session)


def _again(flow: Flow, session: Session, greeting: str = "") -> Step:
    if session.stage is Stage.SENT and session.open is None:
        return reply(session, _finished(session.lang))
    return leaving.again(flow, session, greeting)


def _back(flow: Flow, session: Session) -> Step:
    if session.stage is Stage.SENT and open_ask(flow, session.open, session.id) is None:
        return reply(session, _finished(session.lang))
    return answering.back(flow, session)


def _skip(flow: Flow, session: Session) -> Step:
    ask = open_ask(flow, session.open, session.id)
    if ask is not None:
        return answering.skip(flow, session, ask)
    return reply(session, tr(session.lang, "There is no question to skip here."))


def _myvote(flow: Flow, session: Session) -> Step:
    """The answers to read; once they are sent (or about to be), with the means to change them."""
    if session.stage is Stage.RECAP:
        return leaving.again(flow, session)
    if session.stage is Stage.SENT:
        turn = Turn.of(flow, session)
        turn.reopened = None
        trail = turn.walk()
        if trail.here is None and answered(trail):
            turn.close()
            turn.show_recap(trail)
            return turn.step()
    return same(session, Send(message=recap(flow, session, session.lang)))


def _language(flow: Flow, session: Session, argument: str) -> Step:
    """Say what is open again in another language. That the language has changed is told by whoever changed it."""
    lang = argument.strip().lower().partition("-")[0]
    if lang not in LANGUAGES and lang not in flow.langs:
        known = ", ".join(sorted({*LANGUAGES, *flow.langs}))
        return reply(session, tr(session.lang, "I do not know this language. I know: {languages}.", languages=known))
    turn = Turn.of(flow, session)
    turn.lang = lang
    if session.open is not None and session.stage is not Stage.PAUSED:
        turn.reshow()
        return turn.step()
    if lang == session.lang:
        return same(session)
    turn.stage = session.stage
    return turn.step()
