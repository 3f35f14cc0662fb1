"""Waiting longer each time: for adapters that ask a platform again until it answers.

The one rule: with jitter. A thousand clients that lost one server must not all come back in the same instant.
"""

from __future__ import annotations

import random


class BackOff:
    """Waits that double from `least` to `most` seconds, with jitter, until `reset`."""

    def __init__(self, least: float, most: float) -> None:
        self._least, self._most = least, most
        self._next = least

    def wait(self) -> float:
        """How long to wait this time."""
        wait, self._next = self._next, min(self._next * 2, self._most)
        return wait * random.uniform(0.8, 1.2)

    def reset(self) -> None:
        self._next = self._least
