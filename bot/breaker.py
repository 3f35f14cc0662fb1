"""A circuit breaker: when a whole messenger fails again and again, it is asked seldom until it answers.

    closed --FAILURES in a row--> open --after a while--> one letter probes --answered--> closed
                                    ^-------------------------not answered------'

The one rule: what counts is whether the messenger answers at all. A refusal, a chat that is gone, a chat that is full
are answers. The waits grow and are never the same twice, so that many services that lost the same messenger do not
come back in the same instant; the log says it once when it stops and once when it goes on.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from enum import StrEnum

log = logging.getLogger(__name__)

FAILURES = 8
"""So many in a row; more than one bad chat, or one lost connection with a few letters on it, would bring about."""
FIRST, LONGEST = 1.0, 60.0
"""Seconds until the first probe, and at most between two."""
BLIP = 0.25
"""Seconds until a letter is tried again after a single failure; twice as long for each further one in a row."""
HASTY = 3
"""So many chats that say "too fast" one after the other, and nothing in between that went well: the bot is too fast."""


class State(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    PROBING = "half-open"


class Breaker:
    """One messenger. Times are seconds of a clock that never jumps."""

    def __init__(self, name: str, *, chance: Callable[[], float] = random.random) -> None:
        self.state = State.CLOSED
        self._name = name
        self._chance = chance
        self._failures = 0
        self._openings = 0
        self._until = 0.0
        self._hasty: set[str] = set()

    def wait(self, now: float) -> float | None:
        """Seconds until something may be sent; None while a probe is on its way and its answer decides."""
        match self.state:
            case State.CLOSED:
                return 0.0
            case State.PROBING:
                return None
            case State.OPEN:
                return max(0.0, self._until - now)

    def leaves(self) -> None:
        """Something is sent now; when the circuit was open, it is the probe."""
        if self.state is State.OPEN:
            self.state = State.PROBING

    def answered(self) -> None:
        """The messenger answered, whatever it said."""
        self._failures, self._openings = 0, 0
        self._hasty.clear()
        if self.state is not State.CLOSED:
            self.state = State.CLOSED
            log.warning("%s answers again; what waited is sent.", self._name)

    def failed(self, now: float) -> float:
        """No answer, or one that only says that the messenger is broken. In how many seconds to try that letter again:
        soon after a single one, as happens on good days too."""
        self._failures += 1
        if self.state is State.CLOSED and self._failures >= FAILURES:
            log.error("%s does not answer. It is asked seldom until it does; what waits is kept.", self._name)
            self._open(now)
        elif self.state is State.PROBING:
            self._open(now)
        return float(BLIP * 2 ** min(self._failures - 1, 10))

    def hurried(self, chat: str) -> bool:
        """A chat says that we are too fast; True when it is the bot as a whole that is."""
        self._hasty.add(chat)
        return len(self._hasty) >= HASTY

    def _open(self, now: float) -> None:
        wait = min(LONGEST, FIRST * 2.0**self._openings)
        self._openings = min(self._openings + 1, 10)
        self._until = now + wait * (0.5 + self._chance() / 2)
        self.state = State.OPEN
