"""Many people at once, inside the emulator's process: each answers whatever is put in front of them.

The one rule: a person presses only after seeing the bot's reaction to the last press, as people do. Measured for each
press: until it is answered (the waiting sign stops) and until the screen changes.
"""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass, field
from typing import Any

from adapters.telegram_emulator.people import Citizen
from adapters.telegram_emulator.server import Emulator
from adapters.telegram_emulator.world import Person, Shown

FIRST_ID = 1_000_000


@dataclass(slots=True)
class _Walker:
    citizen: Citizen
    left: int
    pressed_at: float = 0.0
    last_press: float = 0.0
    waiting_answer: bool = False
    pressed: set[tuple[str, str]] = field(default_factory=set)
    """What was on the screen, and which button of it."""


@dataclass(slots=True)
class Figures:
    """What a crowd lived through."""

    presses: int = 0
    replies: list[float] = field(default_factory=list)
    answers: list[float] = field(default_factory=list)
    finished: int = 0
    seconds: float = 0.0


class Crowd:
    """`people` say `opening`, then press, each `presses` times, the button `choice` (counted from 0, modulo how many
    there are; -1 takes another one each time) of whatever message last showed buttons to them. Each thinks for about
    `think` seconds before a press; of `twice`, that share of presses happens twice, as impatient people press."""

    def __init__(
        self,
        emulator: Emulator,
        *,
        people: int,
        presses: int,
        opening: str = "/start",
        choice: int = -1,
        first: int = FIRST_ID,
        think: float = 0.0,
        twice: float = 0.0,
    ) -> None:
        self.figures = Figures()
        self._emulator = emulator
        self._opening = opening
        self._choice = choice
        self._think = think
        self._twice = twice
        self._dice = random.Random(first)
        self._walkers = {
            number: _Walker(emulator.citizen(number, f"P{number}", "fr"), presses)
            for number in range(first, first + people)
        }
        self._began = 0.0
        self._done = asyncio.Event()
        self._turn = 0

    def start(self) -> None:
        """Everybody says the opening words."""
        self._emulator.world.on_shown = self._shown
        self._emulator.world.on_answered = self._answered
        self._began = time.perf_counter()
        for walker in self._walkers.values():
            walker.citizen.say(self._opening)

    async def finish(self, seconds: float) -> Figures:
        """Wait until everybody has pressed enough, `seconds` at most."""
        try:
            async with asyncio.timeout(seconds):
                await self._done.wait()
        except TimeoutError:
            pass
        return self.figures

    def summary(self) -> dict[str, Any]:
        """The figures so far, as JSON: rates, and percentiles in milliseconds."""
        figures = self.figures
        seconds = figures.seconds or time.perf_counter() - self._began
        return {
            "people": len(self._walkers),
            "finished": figures.finished,
            "done": self._done.is_set(),
            "presses": figures.presses,
            "seconds": round(seconds, 3),
            "presses_per_second": round(len(figures.replies) / seconds, 1) if seconds else 0.0,
            "answer_ms": _percentiles(figures.answers),
            "reply_ms": _percentiles(figures.replies),
        }

    def _shown(self, shown: Shown) -> None:
        walker = self._walkers.get(shown.chat.id)
        if walker is None:
            return
        if walker.pressed_at:
            self.figures.replies.append(time.perf_counter() - walker.pressed_at)
            walker.pressed_at = 0.0
            if not walker.left:
                self._end(walker)
        choices = [button["callback_data"] for button in shown.buttons if "callback_data" in button]
        if choices and walker.left:
            # After the answer to the bot's own request is on its way, not inside it.
            asyncio.get_running_loop().call_later(self._pause(), self._press, walker, shown, choices)

    def _press(self, walker: _Walker, shown: Shown, choices: list[str]) -> None:
        if walker.pressed_at or not walker.left:
            return
        self._turn += 1
        choice = choices[(self._turn if self._choice < 0 else self._choice) % len(choices)]
        if (shown.text, choice) in walker.pressed:
            return  # a question that was shown twice, because its sending got lost, is answered once
        walker.pressed.add((shown.text, choice))
        walker.left -= 1
        walker.pressed_at = walker.last_press = time.perf_counter()
        walker.waiting_answer = True
        self.figures.presses += 1
        walker.citizen.press_data(choice, shown)
        if self._twice and self._dice.random() < self._twice:
            walker.citizen.press_data(choice, shown)

    def _pause(self) -> float:
        return self._think * (0.5 + self._dice.random()) if self._think else 0.0

    def _answered(self, person: Person, text: str) -> None:
        walker = self._walkers.get(person.id)
        if walker is not None and walker.waiting_answer:
            walker.waiting_answer = False
            since = walker.last_press or self._began  # `pressed_at` is gone when the screen changed first
            self.figures.answers.append(time.perf_counter() - since)

    def _end(self, walker: _Walker) -> None:
        self.figures.finished += 1
        if self.figures.finished == len(self._walkers):
            self.figures.seconds = time.perf_counter() - self._began
            self._done.set()


def _percentiles(values: list[float]) -> dict[str, float]:
    if not values:
        return {}
    ordered = sorted(values)
    return {
        f"p{percent}": round(ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] * 1000, 2)
        for percent in (50, 95, 99)
    }
