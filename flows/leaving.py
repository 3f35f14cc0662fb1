"""Leaving and coming back: a pause, everything withdrawn, what is open shown once more.

The one rule: who leaves is never asked why, and finds everything as it was left.
"""

from __future__ import annotations

from flows import keeping
from flows.effects import Send, Withdraw
from flows.flow import Flow
from flows.messages import message, paragraph
from flows.session import Session, Stage
from flows.turn import Step, Turn, reply
from locales import tr


def stop(flow: Flow, session: Session) -> Step:
    """Pause: answers stay on file, nothing more is asked until the person comes back."""
    lang = session.lang
    if session.stage is Stage.PAUSED:
        return reply(session, paused(lang))
    turn = Turn.of(flow, session)
    if turn.stage is Stage.SENT:
        turn.reopened = None
        if turn.walk().here is None:
            if session.open is None:
                return reply(session, tr(lang, "You have finished: nothing more will be asked."))
            turn.close()
            turn.confirm()
            return turn.step()
    turn.before_pause, turn.stage = turn.stage, Stage.PAUSED
    kept = tr(lang, "We stop here. Your answers so far are kept and count.")
    if keeping.held(flow, session):
        kept = tr(lang, "We stop here. Your answers so far wait for you for one day; then they are deleted.")
    none = tr(lang, "We stop here. You have not answered anything yet.")
    how = tr(lang, "To go on where you left, type /resume.")
    turn.effects.append(Send(message=message((kept if session.answers else none) + " " + how)))
    return turn.step()


def take_back(flow: Flow, session: Session) -> Step:
    """Withdraw everything that was sent, until the closing; the person may begin anew."""
    turn = Turn.of(flow, session)
    turn.effects += [Withdraw(question=name, before=answer) for name, answer in session.answers.items()]
    turn.answers, turn.said, turn.timed_out, turn.stage = {}, (), (), Stage.DECLINED
    turn.close()
    turn.effects.append(
        Send(message=message(tr(session.lang, "Your answers are withdrawn. To take part again, type /start.")))
    )
    return turn.step()


def paused(lang: str) -> str:
    return tr(lang, "You have stopped here. To go on where you left, type /resume.")


def again(flow: Flow, session: Session, greeting: str = "") -> Step:
    """Show what is open once more; somebody who had stopped goes on."""
    turn = Turn.of(flow, session)
    turn.reshow(before=[paragraph(greeting)] if greeting else ())
    return turn.step()
