"""What earlier answers add to what somebody puts forward: its topic, its addressee, its picture, its place.

The one rule: these are the answers as they stand when the text leaves, never a copy made before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flows.effects import Effect, Fetch, Proposed, Signed, Stance
from flows.flow import Ask, Propose
from flows.session import Answer, Given


def complete(ask: Ask, effect: Effect, answers: Mapping[str, Answer]) -> Effect:
    """The effect under the name of its question, with what earlier answers add to it."""
    match effect:
        case Fetch() if isinstance(ask.kind, Propose):
            return replace(effect, question=ask.name, spot=_given(answers, ask.kind.near))
        case Proposed() if isinstance(ask.kind, Propose):
            kind = ask.kind
            return replace(
                effect,
                question=ask.name,
                category=effect.category or _given(answers, kind.category),
                addressee=_given(answers, kind.answering.by if kind.answering else None),
                photo=_given(answers, kind.photo),
                spot=_given(answers, kind.near),
            )
        case Fetch() | Stance() | Proposed() | Signed():
            return replace(effect, question=ask.name)
        case _:
            return effect


def _given(answers: Mapping[str, Answer], question: str | None) -> str:
    """The answer to a question, as the word it is kept as; empty when there is none."""
    answer = answers.get(question) if question is not None else None
    return str(answer.value) if answer is not None and answer.given is Given.ANSWER else ""
