"""Somebody who may not contribute for a while: what they send is not taken, and the conversation goes on without it.

The one rule: **a sanction takes no vote away**. The question is passed as if it could be skipped, so that whatever
comes after it can still be answered; only what others would read or have to judge is not taken.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.moderation import standing
from bot.scene import Live
from flows.effects import Proposed, Signed, Stance
from flows.engine import Step, advance
from flows.events import Commanded
from flows.flow import Ask, Flow
from storage import proposals
from storage.consultations import INTERNAL
from storage.instants import ms
from storage.sanctions import Sanction

if TYPE_CHECKING:
    from bot.turn import Turn


def instead(turn: Turn, live: Live, step: Step) -> Step:
    """The step itself; where it would contribute what may not be, one that passes the question, after saying why."""
    wanted = [effect for effect in step.effects if _contributes(effect)]
    if not wanted or live.token is None or live.consultation.state == INTERNAL:
        return step
    texts = any(isinstance(effect, Proposed) for effect in wanted)
    held = _held(turn, live, texts=texts)
    if held is None:
        return step
    turn.say(standing.told(held, live.session.lang, live.consultation.zone))
    first = wanted[0]
    assert isinstance(first, Stance | Proposed | Signed)
    return advance(_passable(live.flow, first.question), live.session, Commanded(at=turn.event.at, name="skip"))


def _contributes(effect: object) -> bool:
    """Would others read it, or be counted by it? To take a stance back is always possible."""
    return isinstance(effect, Proposed | Signed) or (isinstance(effect, Stance) and effect.value is not None)


def _held(turn: Turn, live: Live, *, texts: bool) -> Sanction | None:
    connection, run, now = turn.scene.connection, live.consultation.id, ms(turn.scene.now)
    held = standing.barred(connection, live.participant, run, now)
    if held is not None or not texts or live.token is None:
        return held
    slow = standing.slowed(connection, live.participant, run, now)
    if slow is None:
        return None
    sent = proposals.sent(connection, [(run, live.token)], since_ms=standing.since(now))
    return slow if sum(sent.values()) else None


def _passable(flow: Flow, name: str) -> Flow:
    """The same consultation, in which this question may be passed."""
    steps = tuple(
        replace(one, optional=True) if isinstance(one, Ask) and one.name == name else one for one in flow.steps
    )
    return replace(flow, steps=steps)
