"""What others put forward, in memory: the organiser's statements of one flow and what was proposed in one chat.

The one rule: it keeps the promises of the real pool (see `flows.kinds.react` and `flows.kinds.propose`): what somebody
has judged is never served again, and a link to something that is not there is answered with nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import assert_never

from rapidfuzz import fuzz

from flows.effects import Fetch, Proposed, Signed, Stance, Want
from flows.events import Card, Fetched
from flows.flow import Ask, Flow, Propose, React, Text

ALIKE = 65
"""From which share of words in common (0 to 100) a proposal is offered as perhaps the same."""
SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One statement or proposal, under the question that it belongs to."""

    number: int
    question: str
    text: Text | str
    official: bool


@dataclass(slots=True, kw_only=True)
class Pool:
    flow: Flow
    held: list[Held] = field(default_factory=list)
    stances: dict[int, Stance] = field(default_factory=dict)
    signed: dict[str, Signed] = field(default_factory=dict)

    @staticmethod
    def of(flow: Flow) -> Pool:
        """The pool as it is when a consultation opens: the organiser's statements alone."""
        pool = Pool(flow=flow)
        for ask in flow.asks:
            if isinstance(ask.kind, React):
                for statement in ask.kind.statements:
                    pool.put(ask.name, statement.label, official=True)
        return pool

    @property
    def last(self) -> int:
        return max((one.number for one in self.held), default=0)

    def put(self, question: str, text: Text | str, *, official: bool = False) -> Held:
        held = Held(number=self.last + 1, question=question, text=text, official=official)
        self.held.append(held)
        return held

    # What is asked for

    def answer(self, fetch: Fetch, *, lang: str, at: datetime) -> Fetched:
        match fetch.want:
            case Want.CARDS:
                return self._cards(fetch, lang, at)
            case Want.SIMILAR:
                alike = tuple(self._card(one, lang) for one in self._similar(fetch)[:SHOWN])
                return Fetched(at=at, question=fetch.question, want=fetch.want, cards=alike)
            case Want.LEFT:
                return Fetched(at=at, question=fetch.question, want=fetch.want, left=self._left(fetch.question))
            case _:
                assert_never(fetch.want)

    def _cards(self, fetch: Fetch, lang: str, at: datetime) -> Fetched:
        open_ = {one.number: one for one in self._to_judge(fetch.question)}
        numbers = [number for number in fetch.queue if number in open_]
        if not fetch.queue:
            numbers = list(open_)[: fetch.n]
        cards = (self._card(open_[numbers[0]], lang),) if numbers else ()
        return Fetched(at=at, question=fetch.question, want=fetch.want, cards=cards, queue=tuple(numbers[1:]))

    def _to_judge(self, question: str) -> Iterator[Held]:
        kind = self._ask(question).kind
        assert isinstance(kind, React)
        for one in self.held:
            if one.question in (question, kind.of) and one.number not in self.stances:
                yield one

    def _similar(self, fetch: Fetch) -> list[Held]:
        near = {one.number: fuzz.token_set_ratio(fetch.text, str(one.text)) for one in self.held}
        mine = [one for one in self.held if one.question == fetch.question and near[one.number] >= ALIKE]
        return sorted(mine, key=lambda one: -near[one.number])

    def _left(self, question: str) -> int | None:
        kind = self._ask(question).kind
        assert isinstance(kind, Propose)
        sent = sum(one.question == question and not one.official for one in self.held)
        bounds = [most - sent for most in (kind.month, kind.year) if most is not None]
        return max(min(bounds), 0) if bounds else None

    def _card(self, held: Held, lang: str) -> Card:
        text = held.text.read(lang, self.flow.lang) if isinstance(held.text, Text) else held.text
        supports = sum(one.number == held.number and one.value == "agree" for one in self.stances.values())
        return Card(number=held.number, text=text, official=held.official, proof=f"p{held.number}", supports=supports)

    def _ask(self, question: str) -> Ask:
        step = self.flow.step(question)
        assert isinstance(step, Ask)
        return step

    # What is left behind

    def take(self, effect: Stance | Proposed | Signed) -> None:
        match effect:
            case Stance(number=number, value=None):
                self.stances.pop(number, None)
            case Stance(number=number):
                self.stances[number] = effect
            case Proposed(question=question, text=text):
                self.put(question, text)
            case Signed(question=question):
                self.signed[question] = effect
            case _:
                assert_never(effect)

    def withdraw(self, question: str) -> None:
        """The answer to a question was taken off the file, and all that goes with it."""
        self.stances = {number: one for number, one in self.stances.items() if one.question != question}
        self.held = [one for one in self.held if one.official or one.question != question]
        self.signed.pop(question, None)

    def said(self) -> Iterator[str]:
        """What was left behind, for the record: judgements by number, texts, signatures."""
        for number, stance in sorted(self.stances.items()):
            added = f"({'+'.join(stance.qualifiers)})" if stance.qualifiers else ""
            yield f"#{number}={stance.value}{added}"
        for one in self.held:
            if not one.official:
                yield f'{one.question}#{one.number}="{one.text}"'
        for question, signed in self.signed.items():
            yield f"{question} signed as {signed.shown}"
