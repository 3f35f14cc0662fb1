"""Somebody comes by a link to one statement, in the middle of a conversation or after it.

The one rule: the statement waits where it belongs. Whoever has not come that far is asked what comes before; whoever
is there, or was there already, sees it at once, and what they said before stands.
"""

from __future__ import annotations

from dataclasses import replace

from flows.engine import advance
from flows.events import Commanded
from flows.flow import Ask, Flow
from flows.kinds import served
from flows.session import Session, Stage
from flows.turn import Step, Turn


def visit(flow: Flow, session: Session, event: Commanded, ask: Ask, number: int) -> Step:
    """Show statement `number` of react step `ask` to somebody who has a session; `event` is their /start."""
    if session.stage in (Stage.DECLINED, Stage.CLOSED):
        return advance(flow, session, event)
    turn = Turn.of(flow, session)
    if turn.open is not None and turn.open.step == ask.name:
        here = served.read(turn.open.draft)
        turn.close()
        turn.show(ask, turn.walk(), draft=_to(here, number))
        return turn.step()
    trail = turn.walk()
    if ask.name in session.answers and any(one.name == ask.name for one in trail.asked):
        answer = session.answers[ask.name]
        given = answer.value if isinstance(answer.value, int) else 0
        turn.close()
        turn.reopened = ask.name
        turn.show(ask, turn.walk(), draft=_to(served.Served(judged=given), number))
        return turn.step()
    drafts = {**session.drafts, ask.name: served.shared(number)}
    return advance(flow, replace(session, drafts=drafts), event)


def _to(here: served.Served, number: int) -> tuple[str, ...]:
    return served.Served(judged=here.judged, dealt=here.dealt, queue=(number,), via=served.SHARED).write()
