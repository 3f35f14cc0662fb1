"""Was every card chosen as the published policy says? The log of what was served is gone through once more.

The one rule: nothing is believed. Each choice is made again from the pool and the seed that were logged, with the
policy of the flow that was in force, and compared.
"""

from __future__ import annotations

from dataclasses import dataclass

from flows import exposure
from flows.flow import Ask, Flow, Policy, React
from locales import tr
from storage import servings
from storage.database import Connection
from storage.servings import Serving


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """How many choices were made again, and those that came out otherwise: (number in the log, what is wrong)."""

    servings: int
    cards: int
    wrong: tuple[tuple[int, str], ...]


def replay(connection: Connection, consultation: str, flow: Flow) -> Replay:
    """Choose everything again."""
    done, cards = 0, 0
    wrong: list[tuple[int, str]] = []
    for one in servings.all_of(connection, consultation):
        done += 1
        cards += len(one.chosen.split())
        if why := differs(flow, one):
            wrong.append((one.id, why))
    return Replay(servings=done, cards=cards, wrong=tuple(wrong))


def differs(flow: Flow, one: Serving) -> str:
    """What is wrong with a choice, as a word for programs; empty when it follows."""
    declared = policy_of(flow, one.question)
    if declared is None:
        return "question"
    if one.policy != declared.value:
        return "policy"
    try:
        pool = exposure.read(one.pool)
        chosen = tuple(int(number) for number in one.chosen.split())
    except ValueError:
        return "damaged"
    return "" if exposure.choose(declared, pool, len(chosen), one.seed) == chosen else "choice"


def policy_of(flow: Flow, question: str) -> Policy | None:
    """The policy that a step was published with."""
    at = flow.index.get(question)
    step = None if at is None else flow.steps[at]
    return step.kind.policy if isinstance(step, Ask) and isinstance(step.kind, React) else None


def said(why: str, lang: str) -> str:
    """What is wrong, as a sentence."""
    match why:
        case "question":
            return tr(lang, "the flow has no such question")
        case "policy":
            return tr(lang, "chosen by another policy than the published one")
        case "choice":
            return tr(lang, "other cards follow from this pool and this seed")
        case _:
            return tr(lang, "the row cannot be read")
