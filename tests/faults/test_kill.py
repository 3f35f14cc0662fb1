"""kill -9 at random moments while citizens answer on Telegram: nothing lost, nothing counted twice, nobody left behind.

The service is the real one, on a SQLite file. Every tenth life is `palabre run` from the command line; the lives
between are the same program in a process that has its imports behind it, or most of the time would be Python's.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from collections import Counter
from pathlib import Path

import ledger
import pytest
from running import PATIENCE, Town
from striking import Executioner
from walkers import FLOW, Square

from adapters.telegram_emulator import Emulator

COLD_EACH = 10
AT_ONCE = 14
INSIST = 5.0
"""A person who sees nothing happen for so many seconds presses again."""


async def kills(folder: Path, times: int, seed: int) -> None:
    """The whole story, with `times` deaths."""
    started = time.monotonic()
    cold, warm, early = [], [], 0
    async with Emulator() as telegram, Town(folder, telegram=telegram) as town:
        await town.publish(FLOW)
        square = Square(telegram, at_once=AT_ONCE, seed=seed)
        death = Executioner(town, telegram, seed)
        square.on_shown = death.shown
        dice = random.Random(seed)
        square.begin()
        for life in range(times):
            square.life = life
            is_cold = life % COLD_EACH == 0
            await (town.start(ready=False) if is_cold else town.start_warm(ready=False))
            if dice.random() < 0.15:
                # While it starts: recovery itself must survive a death.
                early += 1
                await asyncio.sleep(dice.uniform(0, 1.5 if is_cold else 0.2))
                town.strike()
                await town.gone()
                continue
            (cold if is_cold else warm).append(await town.ready())
            assert ledger.lost(town, square.walkers) == []
            assert len(square.in_flight) >= 10
            square.insist(INSIST)
            await death.strike()
        square.life = times
        await town.start()
        await square.finish(patience=INSIST, seconds=PATIENCE)
        walkers = square.walkers
        lost = ledger.lost(town, walkers)
        doubled = [one for one in walkers.values() if one.confirmed_twice]
        counted = ledger.counters(town)
        await town.palabre("close", "mobilite")
        result = await town.results("mobilite")
        twice = Counter(life for one in walkers.values() for life in one.twice.elements())
        print(
            f"\n{times} kills ({dict(death.how)}, {early} while starting) in {time.monotonic() - started:.0f} s: "
            f"{len(walkers)} citizens, {sum(len(a) for one in walkers.values() for a in one.given.values())} answers, "
            f"{len(lost)} lost, {len(doubled)} confirmed twice, {sum(twice.values())} new messages seen twice, "
            f"{sum(one.again for one in walkers.values())} presses repeated; "
            f"start-up {statistics.median(cold):.2f} s, {statistics.median(warm):.2f} s without imports"
        )
        assert lost == []
        assert doubled == []
        assert [sentence for one in walkers.values() for sentence in one.surprises] == []
        assert [sentence for one in walkers.values() for sentence in one.disorder] == []
        assert [one.twice for one in walkers.values() if max(one.twice.values(), default=0) > 1] == []
        wanted = ledger.expected(walkers)
        assert counted == wanted
        assert ledger.published(result) == wanted
        assert (result["participants"], result["finished"]) == (len(walkers), len(walkers))
        assert town.value("SELECT count(*) FROM inbox WHERE state = 'aside'") == 0
        assert town.damage() == []


async def test_fifty_kills(tmp_path: Path) -> None:
    await kills(tmp_path, 50, seed=random.randrange(1_000_000))


@pytest.mark.soak
async def test_a_thousand_kills(tmp_path: Path) -> None:
    await kills(tmp_path, 1000, seed=random.randrange(1_000_000))
