"""Which proposals a step is about.

The one rule: proposals lie in the pool of the step that they were put forward in. A react step that judges them puts
the organiser's own statements there too, so that another one over the same pool never shows a statement twice.
"""

from __future__ import annotations

from flows.flow import Ask, Flow, Propose, React
from storage.proposals import Proposal


def pool_of(ask: Ask) -> str:
    """The pool of a propose or react step."""
    return ask.kind.of or ask.name if isinstance(ask.kind, React) else ask.name


def propose_step(flow: Flow, pool: str) -> Propose | None:
    """How proposals of this pool are put forward; None where only the organiser states something."""
    found = next((ask.kind for ask in flow.asks if ask.name == pool), None)
    return found if isinstance(found, Propose) else None


def react_steps(flow: Flow, pool: str) -> list[Ask]:
    """The steps in which proposals of this pool are judged, in order."""
    return [ask for ask in flow.asks if isinstance(ask.kind, React) and pool_of(ask) == pool]


def words_of(flow: Flow, proposal: Proposal, lang: str) -> str:
    """A proposal as somebody reads it: what the organiser states in their language, what people wrote as they did."""
    if proposal.code is not None:
        for ask in react_steps(flow, proposal.pool):
            statements = ask.kind.statements if isinstance(ask.kind, React) else ()
            for choice in statements:
                if choice.code == proposal.code:
                    return choice.label.read(lang, flow.lang)
    return proposal.text
