"""What a timer does to a conversation: a question left alone, answers held too long, a reminder.

The one rule: a timer never overwrites an answer, and one that rings after the session moved on does nothing.
"""

from __future__ import annotations

from flows import keeping, prompts, verbs
from flows.effects import Send
from flows.events import Rang
from flows.flow import Audience, Flow
from flows.messages import Button, Message, Prompt
from flows.session import Answer, Given, Session, Stage
from flows.turn import Step, Turn, open_ask, same
from flows.wording import paragraphs, write
from locales import tr


def left(flow: Flow, session: Session) -> int:
    """How many questions on the path, as it stands, have no answer yet."""
    return verbs.walk(flow, session.answers, said=session.said, timed_out=session.timed_out).left


def rang(flow: Flow, session: Session, event: Rang) -> Step:
    match event.timer:
        case "timeout":
            return _timeout(flow, session, event.fence)
        case keeping.TIMER:
            return _let_go(flow, session, event.fence)
        case "remind":
            return _remind(flow, session, event.detail)
    return same(session)


def _timeout(flow: Flow, session: Session, fence: int | None) -> Step:
    """A question left alone is passed, and perhaps the path goes on elsewhere. An answer is never overwritten."""
    ask = open_ask(flow, session.open, session.id)
    if fence != session.seq or ask is None or ask.timeout is None:
        return same(session)
    if session.stage is Stage.PAUSED or ask.name in session.answers:
        return same(session)
    turn = Turn.of(flow, session)
    turn.record(ask, Answer(Given.SKIPPED))
    if ask.timeout.to is not None:
        turn.timed_out = (*turn.timed_out, ask.name)
    turn.close(only_edit=True)
    turn.settle()
    return turn.step()


def _let_go(flow: Flow, session: Session, fence: int | None) -> Step:
    """Somebody stopped on the way and never said to keep their answers: they are emptied, without a word."""
    if fence != session.seq or keeping.kept(flow, session.answers):
        return same(session)
    turn = Turn.of(flow, session)
    turn.answers = {}
    turn.close()
    turn.let_go()
    return turn.step()


def _remind(flow: Flow, session: Session, detail: str) -> Step:
    """A reminder to somebody who has started and not finished. The session does not move: nothing was answered."""
    if (
        session.stage not in (Stage.ACTIVE, Stage.RECAP)
        or len(detail) > 3
        or not (detail.isascii() and detail.isdigit())
    ):
        return same(session)
    at = int(detail)
    if at >= len(flow.reminders) or flow.reminders[at].to is not Audience.UNFINISHED:
        return same(session)
    lang = session.lang
    text = write(flow, flow.reminders[at].text, lang, left(flow, session))
    button = Button(label=tr(lang, "Continue"), data=prompts.command("resume", session.id), quiet=True, main=True)
    shown = Message(body=paragraphs(text), prompt=Prompt(id="", buttons=(button,)))
    return same(session, Send(message=shown, resend=False))
