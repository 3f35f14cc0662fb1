"""kill -9 at random moments, for tests that see whether anything was lost.

The one rule: half of the deaths come after a random while, the other half at the very moment the platform sees
something of the service, because that is where the windows are.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter

from running import Town

from adapters.telegram_emulator import Emulator
from adapters.telegram_emulator.world import Person


class Executioner:
    """Strikes the running service. Whoever owns `World.on_shown` calls `shown`."""

    def __init__(self, town: Town, telegram: Emulator, seed: int) -> None:
        self.how: Counter[str] = Counter()
        self._town = town
        self._dice = random.Random(seed)
        self._left = 0
        self._struck = asyncio.Event()
        self._armed = ""
        world = telegram.world
        self._answered, world.on_answered = world.on_answered, self._on_answered
        self._updated, world.on_update = world.on_update, self._on_update

    def shown(self, _what: object = None) -> None:
        self._at("a message was shown")

    def _on_answered(self, person: Person, text: str) -> None:
        self._answered(person, text)
        self._at("a press was answered")

    def _on_update(self) -> None:
        self._updated()
        self._at("an update arrived")

    def _at(self, what: str) -> None:
        if self._armed != what:
            return
        self._left -= 1
        if self._left <= 0:
            self._strike(what)

    def _strike(self, what: str) -> None:
        if not self._struck.is_set():
            self._armed = ""
            self.how[what] += 1
            self._town.strike()
            self._struck.set()

    async def strike(self) -> None:
        """One death."""
        self._struck.clear()
        moments = ("a message was shown", "a press was answered", "an update arrived")
        if self._dice.random() < 0.5:
            self._armed, self._left = self._dice.choice(moments), self._dice.randrange(1, 40)
        timer = self._dice.uniform(0.0, 1.2) if not self._armed else 3.0
        asyncio.get_running_loop().call_later(timer, self._strike, "a while had passed")
        await self._struck.wait()
        await self._town.gone()
