"""`goto`: continue somewhere else.

Forward, the steps between are not shown and their answers are let go. Backward, the target question is opened again
and the answers that sent the person back are withdrawn; without that, the jump would repeat by itself for ever.
"""

from __future__ import annotations

from flows.flow import Ask, Flow, Goto
from flows.session import Answer
from flows.trail import Trail


def walk(step: Goto, trail: Trail, at: int) -> int:
    """Jump when the condition holds. A jump back waits until the person has really come this far."""
    target = trail.flow.index.get(step.to, at)
    if target > at:
        if not trail.shows(step):
            return at + 1
        trail.forget(at + 1, target)
        return target
    if not trail.halted and _reaches(trail, step.to) and trail.shows(step):
        trail.loop = step
        return len(trail.flow.steps)
    return at + 1


def loosen(flow: Flow, step: Goto, answers: dict[str, Answer]) -> dict[str, Answer]:
    """The answers without those that this jump back has read and that lie after its target."""
    reads = step.when.reads if step.when else frozenset[str]()
    start = flow.index[step.to]
    return {name: answer for name, answer in answers.items() if name not in reads or flow.index[name] <= start}


def _reaches(trail: Trail, name: str) -> bool:
    step = trail.flow.steps[trail.flow.index[name]] if name in trail.flow.index else None
    return isinstance(step, Ask) and any(asked is step for asked in trail.asked)
