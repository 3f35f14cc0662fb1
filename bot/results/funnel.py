"""How far people came: how many began, how many went to the end, at which question the others stand.

The one rule: it is a result like any other. Which questions somebody was shown depends on their answers, so before the
closing it is shown only where results are; and a number of people below `breakdown.LEAST` is told as "fewer".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.results import phrases
from bot.results.breakdown import LEAST
from flows.flow import Flow
from flows.session import Stage
from locales import tr, trn


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel:
    """`stopped`: at which question how many stand, in flow order; None where the number is small. It is empty once the
    answers are unlinked from people: then nobody can know."""

    started: int
    finished: int
    stopped: tuple[tuple[str, int | None], ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "started": self.started,
            "finished": self.finished,
            "stopped": [{"question": name, "people": n} for name, n in self.stopped],
        }


def funnel_of(flow: Flow, sessions: Iterable[tuple[str, Mapping[str, Any] | None]]) -> Funnel:
    """From the stage and the stored state of each session; states that were emptied say nothing. Who refused to take
    part did not start."""
    started = finished = 0
    at: Counter[str] = Counter()
    for stage, state in sessions:
        if stage == Stage.DECLINED:
            continue
        started += 1
        if stage == Stage.SENT:
            finished += 1
        elif state is not None and (opened := state.get("open")):
            at[opened[1]] += 1
    names = [step.name for step in flow.steps]
    stopped = tuple((name, at[name] if at[name] >= LEAST else None) for name in names if at[name])
    return Funnel(started=started, finished=finished, stopped=stopped)


def told(flow: Flow, found: Funnel, lang: str) -> list[str]:
    """The funnel in sentences."""
    started, finished = phrases.number(lang, found.started), phrases.number(lang, found.finished)
    said = [
        trn(
            lang,
            "{started} person began, {finished} went to the end.",
            "{started} people began, {finished} went to the end.",
            found.started,
            started=started,
            finished=finished,
        )
    ]
    texts = {ask.name: " ".join(ask.text.read(lang, flow.lang).split()) for ask in flow.asks}
    for name, n in found.stopped:
        question = texts.get(name, name)
        if n is None:
            said.append(
                tr(lang, "Stopped at “{question}”: fewer than {least}.", question=question,
                   least=phrases.number(lang, LEAST))
            )  # fmt: skip
        else:
            said.append(tr(lang, "Stopped at “{question}”: {n}.", question=question, n=phrases.number(lang, n)))
    return said
