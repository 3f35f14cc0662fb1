"""One file per verb: how the walk passes it, and what it puts in front of a person.

The one rule: a verb's `walk` looks only at the trail and returns the index of the next step, always a later one, so
that every walk ends. A jump back is noted on the trail and taken by `walk` below, once.
"""

from __future__ import annotations

from collections.abc import Mapping

from flows.flow import Ask, End, Flow, Goto, Say
from flows.session import Answer
from flows.trail import Trail
from flows.verbs import ask, end, goto, say

__all__ = ["walk"]


def walk(
    flow: Flow,
    answers: Mapping[str, Answer],
    *,
    said: tuple[str, ...] = (),
    timed_out: tuple[str, ...] = (),
    reopened: str | None = None,
) -> Trail:
    """Walk the whole flow as these answers stand. In `Trail.answers` those to questions no longer shown are gone."""
    trail = _once(flow, dict(answers), said, timed_out, reopened)
    if trail.loop is not None:
        kept = goto.loosen(flow, trail.loop, trail.answers)
        trail = _once(flow, kept, said, timed_out, trail.loop.to)
    if reopened is not None and reopened not in trail.answers:
        trail = _once(flow, trail.answers, said, timed_out, None)
    return trail


def _once(
    flow: Flow,
    answers: dict[str, Answer],
    said: tuple[str, ...],
    timed_out: tuple[str, ...],
    reopened: str | None,
) -> Trail:
    trail = Trail(flow=flow, answers=answers, said=said, timed_out=timed_out, reopened=reopened)
    steps = flow.steps
    at, stop = 0, len(steps)
    while at < stop:
        match steps[at]:
            case Ask() as step:
                at = ask.walk(step, trail, at)
            case Say() as step:
                at = say.walk(step, trail, at)
            case Goto() as step:
                at = goto.walk(step, trail, at)
            case End() as step:
                at = end.walk(step, trail, at)
    if len(answers) > len(trail.asked) + len(trail.drawn) - len(trail.unanswered):
        shown = {step.name for step in (*trail.asked, *trail.drawn)}
        for name in [name for name in answers if name not in shown]:
            del answers[name]
    return trail
