"""What follows, and what comes due, for what people put forward.

The one rule: an event that comes late or twice finds the state it was meant for, or does nothing.
"""

from __future__ import annotations

from bot.contributions import following
from bot.followup import goals, grid, lineage, news, owing, pushing, quoting, reached, thresholds, verdicts
from bot.letters import Whole
from bot.turn import Turn
from bot.wording import title
from flows.events import Rang
from flows.flow import Flow
from flows.messages import Bold, message, paragraph
from storage import proposals
from storage.consultations import Consultation
from storage.proposals import Proposal

TIMERS = frozenset(
    {
        following.PUBLISHED,
        following.MERGED,
        owing.TIMER,
        pushing.TIMER,
        verdicts.AGAIN,
        thresholds.GOAL,
        goals.NEWS,
        news.TIMER,
        quoting.TIMER,
        grid.TIMER,
    }
)


def ring(turn: Turn, event: Rang, run: Consultation) -> None:
    """Something of this package came due."""
    flow = turn.scene.flows.of(turn.scene.connection, run)
    turn.scene.flush()
    match event.timer:
        case following.PUBLISHED:
            _published(turn, event, run, flow)
        case following.MERGED:
            lineage.ring_merged(turn, run, flow, int(event.detail))
        case owing.TIMER:
            owing.ring(turn, event, run, flow)
        case pushing.TIMER:
            pushing.ring(turn, event, run, flow)
        case verdicts.AGAIN:
            _owed_again(turn, event, run, flow)
        case thresholds.GOAL:
            goals.ring(turn, event, run, flow)
        case goals.NEWS:
            goals.ring_told(turn, event, run, flow)
        case news.TIMER:
            news.ring(turn, event, run, flow)
        case quoting.TIMER:
            quoting.ring(turn, event)
        case grid.TIMER:
            grid.ring(turn, event, run, flow)
        case unknown:
            raise ValueError(f"no timer is called {unknown}")


def _published(turn: Turn, event: Rang, run: Consultation, flow: Flow) -> None:
    """Something can be read by everybody from now on."""
    number, _, how = event.detail.partition(".")
    proposal = _standing(turn, run, int(number))
    if proposal is None:
        return
    owing.begin(turn, run, flow, proposal)
    if how == following.AT_ONCE:
        _tell_number(turn, run, flow, proposal)


def _owed_again(turn: Turn, event: Rang, run: Consultation, flow: Flow) -> None:
    proposal = _standing(turn, run, int(event.detail))
    if proposal is not None:
        owing.begin(turn, run, flow, proposal)


def _standing(turn: Turn, run: Consultation, number: int) -> Proposal | None:
    proposal = proposals.by_number(turn.scene.connection, run.id, number)
    return proposal if proposal is not None and proposal.state == proposals.PUBLISHED else None


def _tell_number(turn: Turn, run: Consultation, flow: Flow, proposal: Proposal) -> None:
    """To its author, who has just sent it."""
    for person in reached.whose(turn, run, [proposal.author or ""]).values():
        shown = message(paragraph(Bold(title(flow, person.lang))), owing.told_number(proposal.number, person.lang))
        turn.post(person.place, Whole(shown, person.lang), consultation=run.id)
