"""Counting many ballots by each method, as at a closing.

The one rule: a count stands beside a plain loop that reads the same ballots once, because no count can do less.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.bench.figure import Figure, Found, Size
from flows.flow import Flow
from flows.load import load_text
from flows.session import Answer, Given, Value
from flows.tally import counts
from flows.tally.counts import Ballot

GROUP = "counting"
OPTIONS = tuple(f"o{at}" for at in range(10))
RANKED = ("schulze", "irv", "borda", "stv")
GRADES = ("g1", "g2", "g3", "g4", "g5", "g6")


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How long one method took, and how long it took to read the same ballots once."""

    name: str
    seconds: float
    floor: float


def figures(size: Size) -> Iterator[Found]:
    note = f"{100_000 // size.share:,} ballots"
    for one in measure_counts(100_000 // size.share):
        yield Figure(group=GROUP, name=one.name, value=one.seconds, unit="s", floor=one.floor, note=note)


def measure_counts(voters: int) -> Iterator[Counted]:
    """Count `voters` ballots by each method, as at a closing: from ballots to the whole result."""
    dice = random.Random(1)
    orders = _file(voters, lambda: _order(dice))
    for method in RANKED:
        seats = "    seats: 3\n" if method == "stv" else ""
        yield _counted(method, f"rank: q\n    method: {method}\n{seats}    at_most: 10\n{_options()}", orders)
    scales = ", ".join(f"{grade}: {grade}" for grade in GRADES)
    judged = _file(voters, lambda: tuple((code, dice.choice(GRADES)) for code in OPTIONS))
    yield _counted("majority judgment", f"grade: q\n    grades: {{{scales}}}\n{_options()}", judged)
    costs = [(code, 1000 + 137 * at) for at, code in enumerate(OPTIONS * 2)]
    projects = ", ".join(f"p{at}: {{label: P{at}, cost: {cost}}}" for at, (_code, cost) in enumerate(costs))
    baskets = _file(voters, lambda: tuple(f"p{at}" for at in sorted(dice.sample(range(20), 6))))
    budget = f"budget: q\n    limit: 15000\n    currency: EUR\n    projects: {{{projects}}}\n"
    yield _counted("equal shares", budget, baskets)


def _order(dice: random.Random) -> tuple[str, ...]:
    """A ranking with a taste: who likes the first ones likes them more or less in turn. Some stop early."""
    ranked = sorted(OPTIONS, key=lambda code: int(code[1:]) + dice.gauss(0, 4))
    return tuple(ranked[: dice.randrange(3, len(OPTIONS) + 1)])


def _options() -> str:
    return f"    options: {{{', '.join(f'{code}: Option {code}' for code in OPTIONS)}}}\n"


def _file(voters: int, value: Callable[[], Value]) -> list[Ballot]:
    return [Ballot(f"{at:032x}", "q", Answer(Given.ANSWER, value()), "w") for at in range(voters)]


def _counted(name: str, step: str, file: list[Ballot]) -> Counted:
    flow = loaded(poll_text(f"  - {step}    text: Alors ?\n    optional: true\n"))
    began = time.perf_counter()
    read: Counter[object] = Counter()
    for ballot in file:
        value = ballot.answer.value
        read.update(value if isinstance(value, tuple) else ())
    floor = time.perf_counter() - began
    began = time.perf_counter()
    result = counts.count(flow, file, consultation="bench")
    seconds = time.perf_counter() - began
    outcome = result.questions[0].outcome
    assert outcome is not None
    assert outcome.voters == len(file)
    return Counted(name=name, seconds=seconds, floor=floor)


def poll_text(steps: str) -> str:
    head = "palabre: 1\nid: carte\nlang: fr\ntitle: Une mesure\nresults: live\nsecrecy: open\n"
    return f"{head}steps:\n{steps}  - end: merci\n    text: Merci !\n"


def loaded(source: str) -> Flow:
    found = load_text(source, "bench")
    assert found.flow is not None, found.mistakes
    return found.flow
