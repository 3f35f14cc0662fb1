"""Trouble by plan: what the emulator does instead of answering properly.

The one rule: a fault that loses the answer still carries the call out, because that is the case that hurts.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "bad_gateway", "lost", "dropped", "slow", "later", "unauthorized", "not_found", "garbage", "server_error"
]
"""bad_gateway: 502 and nothing done; lost: done, then the connection closes; dropped: it closes before; slow: done and
answered after `seconds`; later: 429 with `seconds`; unauthorized, not_found: as with a wrong token; garbage: done, but
the answer is not JSON; server_error: 500 and nothing done."""


@dataclass(slots=True)
class Fault:
    method: str
    kind: Kind
    times: int
    seconds: float
    rate: float

    def hits(self, method: str, dice: random.Random) -> bool:
        if self.times == 0 or self.method not in ("*", method):
            return False
        return self.rate >= 1.0 or dice.random() < self.rate


class Faults:
    """The plan. `met` counts what happened."""

    def __init__(self, seed: int = 1) -> None:
        self.met: Counter[str] = Counter()
        self._plan: list[Fault] = []
        self._dice = random.Random(seed)

    def add(self, method: str, kind: Kind, *, times: int = 1, seconds: float = 1.0, rate: float = 1.0) -> None:
        """The next `times` calls of `method` ("*" for any) meet `kind`, each with chance `rate`; -1 for ever."""
        self._plan.append(Fault(method.lower(), kind, times, seconds, rate))

    def clear(self) -> None:
        """Good weather from now on."""
        self._plan.clear()

    def next(self, method: str) -> Fault | None:
        """What the call of `method` now meets."""
        if not self._plan:
            return None
        for fault in self._plan:
            if fault.hits(method, self._dice):
                if fault.times > 0:
                    fault.times -= 1
                self.met[fault.kind] += 1
                return fault
        return None
