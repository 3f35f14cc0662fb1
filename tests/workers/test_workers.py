"""Several real `palabre run` on one PostgreSQL, with citizens on Telegram: nothing lost, nothing counted twice, whoever
dies. The command line works from a place where only the address of the database is known."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from pathlib import Path

import pytest
from running import PATIENCE, until
from walkers import FLOW, Square
from working import INSIST, LEASE, Workers, close_and_compare, judge

from adapters.telegram_emulator import Emulator
from bot.cli.server import SAMPLES


def conflicts(workers: Workers) -> int:
    return sum(worker.log().count("Another program reads updates") for worker in workers.all)


async def test_a_crowd_votes_through_four_workers(tmp_path: Path, postgresql) -> None:
    async with Emulator() as telegram, Workers(tmp_path, postgresql, 4, telegram=telegram) as workers:
        await workers.publish(FLOW)
        square = Square(telegram, at_once=60, seed=7)
        await workers.start()
        square.begin()
        began = time.monotonic()
        while len(square.walkers) < 300:
            assert time.monotonic() < began + 3 * PATIENCE, f"only {len(square.walkers)} came by"
            await asyncio.sleep(0.2)
        await square.finish(patience=INSIST, seconds=PATIENCE)
        took = time.monotonic() - began
        answers = sum(len(given) for one in square.walkers.values() for given in one.given.values())
        print(f"\n{len(square.walkers)} citizens, {answers} answers, 4 workers: {took:.1f} s")
        await judge(workers, square)
        assert sum(one.seen_twice for one in square.walkers.values()) == 0
        assert conflicts(workers) == 0
        await close_and_compare(workers, square)


async def kills(folder: Path, postgresql, times: int, seed: int, *, count: int = 4, pause: float = 1.0) -> None:
    dice = random.Random(seed)
    async with Emulator() as telegram, Workers(folder, postgresql, count, telegram=telegram) as workers:
        await workers.publish(FLOW)
        square = Square(telegram, at_once=16, seed=seed, hurry=0.2)
        await workers.start()
        square.begin()
        dead = None
        for life in range(times):
            square.life = life
            await asyncio.sleep(dice.uniform(0.5, 1.5) * pause)
            if dead is not None:
                await (workers.begin(dead) if count > 1 else workers.start(dead))
            dead = dice.choice(workers.all)
            if count == 1:
                await asyncio.sleep(dice.uniform(0, 1.5) * pause)
            await workers.kill(dead)
            square.insist(INSIST)
        square.life = times
        await workers.start(dead)
        await square.finish(patience=INSIST, seconds=2 * PATIENCE)
        twice = sum(one.seen_twice for one in square.walkers.values())
        came = f"{len(square.walkers)} citizens, {twice} new messages seen twice"
        print(f"\nseed {seed}: {times} kills of one of {count}: {came}")
        await judge(workers, square)
        await close_and_compare(workers, square)


@pytest.mark.parametrize("count", [1, 4])
async def test_fifty_deaths(tmp_path: Path, postgresql, count: int) -> None:
    await kills(tmp_path, postgresql, 50, seed=random.randrange(1_000_000), count=count)


@pytest.mark.soak
@pytest.mark.parametrize("count", [1, 4])
async def test_a_thousand_deaths(tmp_path: Path, postgresql, count: int) -> None:
    await kills(tmp_path, postgresql, 1000, seed=random.randrange(1_000_000), count=count)


async def test_of_those_who_start_at_once_one_publishes_the_samples(tmp_path: Path, postgresql) -> None:
    async with Workers(tmp_path, postgresql, 3) as workers:
        for worker in workers.all:
            await workers.begin(worker, "--samples")
        for worker in workers.all:
            await workers.ready(worker)
        published = [id for (id,) in workers.rows("SELECT id FROM consultations")]
        assert sorted(published) == sorted(SAMPLES)


async def test_the_lease_moves_when_its_holder_dies_and_at_once_when_it_leaves(tmp_path: Path, postgresql) -> None:
    async with Emulator() as telegram, Workers(tmp_path, postgresql, 3, telegram=telegram) as workers:
        await workers.publish(FLOW)
        square = Square(telegram, at_once=10, seed=3, hurry=0.3)
        await workers.start()
        square.begin()
        first = await until(lambda: workers.holder("telegram"), "somebody reads Telegram")
        await until(lambda: len(square.walkers) > 15, "people come by")
        await workers.kill(first)
        began = time.monotonic()
        second = await until(lambda: workers.holder("telegram"), "somebody takes over", seconds=30)
        died = time.monotonic() - began
        assert second is not first
        await until(lambda: workers.holder("web"), "somebody takes the pages over", seconds=30)
        assert died < LEASE + 3
        seen = len(square.walkers)
        await until(lambda: len(square.walkers) > seen + 10, "people go on")
        left = await workers.stop(second)
        began = time.monotonic()
        third = await until(lambda: workers.holder("telegram"), "the last one takes over", seconds=30)
        moved = time.monotonic() - began
        print(f"\nafter a death the lease moved within {died:.1f} s; SIGTERM took {left:.1f} s, then {moved:.1f} s")
        assert third not in (first, second)
        assert left < 10
        await square.finish(patience=INSIST, seconds=PATIENCE)
        await judge(workers, square)


async def test_a_holder_that_stood_still_sends_and_stores_nothing_more(tmp_path: Path, postgresql) -> None:
    async with Emulator() as telegram, Workers(tmp_path, postgresql, 2, telegram=telegram) as workers:
        await workers.publish(FLOW)
        square = Square(telegram, at_once=8, seed=5, hurry=0.3)
        await workers.start()
        square.begin()
        first = await until(lambda: workers.holder("telegram"), "somebody reads Telegram")
        await until(lambda: len(square.walkers) > 10, "people come by")
        os.kill(first.pid, signal.SIGSTOP)
        try:
            second = await until(
                lambda: (found := workers.holder("telegram")) is not first and found, "another takes over", seconds=90
            )
            seen = len(square.walkers)
            await until(lambda: len(square.walkers) > seen + 5, "people go on")
        finally:
            os.kill(first.pid, signal.SIGCONT)
        await until(lambda: "another process now works on telegram" in first.log(), "it notices")
        seen = len(square.walkers)
        await until(lambda: len(square.walkers) > seen + 5, "people still go on")
        assert workers.holder("telegram") is second
        await square.finish(patience=INSIST, seconds=PATIENCE)
        await judge(workers, square)
        # It may repeat what was in its hands when it was stopped, and nothing else.
        assert max((max(one.twice.values(), default=0) for one in square.walkers.values()), default=0) <= 1
