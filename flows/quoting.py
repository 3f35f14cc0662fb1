"""A text that somebody wrote elsewhere, put into their own hands at the question where it can be put forward.

    put(flow, session, question, text, ready=True)  -> Put    the session with the text as its draft
    anew(flow, session, question)                   -> Step   the question with nothing written yet, to write again

The one rule: nothing is sent here. The author reads the text as a whole at the question itself, after whatever comes
before it (an agreement to take part, a category), and sends it, changes it or leaves it, as anything they typed there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from flows.engine import advance
from flows.events import Commanded
from flows.flow import Ask, Flow, Propose
from flows.kinds import propose, proposing
from flows.kinds.proposing import Writing
from flows.kinds.reply import Partly, Wrong
from flows.session import OpenPrompt, Session, Stage
from flows.turn import Step, Turn, open_ask
from locales import tr


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """`step` is what becomes of the session; None when the text cannot be put there, and `why` says so. With a step,
    `why` says what is in the way of sending it as it is."""

    step: Step | None
    why: str = ""


def question_for(flow: Flow) -> Ask | None:
    """The first question at which a text of one's own can be put forward."""
    return next((ask for ask in flow.asks if isinstance(ask.kind, Propose) and ask.kind.amends is None), None)


def drafted(flow: Flow, ask: Ask, lang: str, text: str, *, ready: bool, sent: int = 0) -> tuple[tuple[str, ...], str]:
    """The draft with which the question is shown, and what is in the way of sending it as it is. `ready` goes straight
    to reading it over; else it is there to be changed."""
    assert isinstance(ask.kind, Propose)
    begun = Writing(sent=sent, stage=proposing.Stage.WRITE)
    changing = replace(begun, text=" ".join(text.split())).write()
    if not ready:
        return changing, ""
    match propose.read(ask.kind, text, lang, flow.lang, begun.write()):
        case Partly(draft=draft):
            return draft, ""
        case Wrong(why):
            return changing, why
        case _:
            return changing, ""


def put(flow: Flow, session: Session, ask: Ask, text: str, *, at: datetime, ready: bool = True) -> Put:
    """Bring somebody who takes part already to the question, with the text in hand."""
    kind, lang = ask.kind, session.lang
    assert isinstance(kind, Propose)
    given = session.answers.get(ask.name)
    sent = given.value if given is not None and isinstance(given.value, int) else 0
    if sent >= kind.most:
        return Put(step=None, why=tr(lang, "You have sent as many proposals here as one person may."))
    if _busy(session, ask):
        return Put(step=None, why=tr(lang, "You are writing something here already: send it or leave it first."))
    draft, why = drafted(flow, ask, lang, text, ready=ready, sent=sent)
    if session.stage is Stage.DECLINED:
        held = replace(session, drafts={**session.drafts, ask.name: draft})
        return Put(step=advance(flow, held, Commanded(at=at, name="start")), why=why)
    return _led(flow, session, ask, draft, why)


def anew(flow: Flow, session: Session, ask: Ask) -> Step | None:
    """Bring somebody back to the question to write another text; None where they are in the middle of one, have left,
    or are not asked. How many they may still send is looked up before anything is shown."""
    given = session.answers.get(ask.name)
    if given is None or session.stage in (Stage.DECLINED, Stage.PAUSED, Stage.CLOSED) or _busy(session, ask):
        return None
    sent = given.value if isinstance(given.value, int) else 0
    return _led(flow, session, ask, Writing(sent=sent).write(), "").step


def _busy(session: Session, ask: Ask) -> bool:
    """Is the person in the middle of a text of their own at this question?"""
    opened: OpenPrompt | None = session.open
    kept = opened.draft if opened is not None and opened.step == ask.name else session.drafts.get(ask.name, ())
    return bool(proposing.read(kept).text)


def _led(flow: Flow, session: Session, ask: Ask, draft: tuple[str, ...], why: str) -> Put:
    turn = Turn.of(flow, session)
    trail = turn.walk()
    if ask not in trail.asked:
        return Put(step=None, why=tr(session.lang, "As you answered so far, this question is not asked of you."))
    if ask.name in session.answers:
        turn.close()
        turn.reopened = ask.name
        turn.show(ask, turn.walk(), draft=draft)
    elif open_ask(flow, session.open, session.id) == ask or trail.here == ask:
        turn.close()
        turn.show(ask, turn.walk(), draft=draft)
    else:
        turn.drafts[ask.name] = draft
        turn.reshow()
    return Put(step=turn.step(), why=why)
