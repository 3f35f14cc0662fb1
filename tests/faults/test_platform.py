"""A bad day at the platform: calls fail, replies get lost, everything is slow, what was said comes again and late. Each
answer counts exactly once."""

from __future__ import annotations

import random
from pathlib import Path

import ledger
from postgres import OnServer
from running import PATIENCE, Town, until
from walkers import FLOW, Square

from adapters.telegram_emulator import Emulator, Kind

CITIZENS = 14
EACH = 0.02
METHODS = ("getUpdates", "sendMessage", "editMessageText", "answerCallbackQuery")
KINDS: tuple[Kind, ...] = ("bad_gateway", "lost", "slow", "later", "dropped")


async def test_one_call_in_ten_goes_wrong(tmp_path: Path, elsewhere: OnServer | None) -> None:
    seed = random.randrange(1_000_000)
    async with Emulator(seed=seed) as telegram, Town(tmp_path, telegram=telegram, server=elsewhere) as town:
        await town.publish(FLOW)
        await town.start()
        for kind in KINDS:
            for method in METHODS:
                telegram.fault(method, kind, times=-1, seconds=1, rate=EACH)
        square = Square(telegram, at_once=CITIZENS, seed=1)
        square.begin()
        square.open = False
        await square.finish(patience=20, seconds=3 * PATIENCE)
        met = dict(telegram.faults.met)
        telegram.faults.clear()
        walkers = square.walkers
        lost = ledger.lost(town, walkers)
        print(
            f"\n{len(walkers)} citizens, {met}: {len(lost)} lost, "
            f"{sum(one.confirmed_twice for one in walkers.values())} confirmed twice, "
            f"{sum(one.seen_twice for one in walkers.values())} new messages seen twice, "
            f"{sum(one.again for one in walkers.values())} presses repeated"
        )
        assert sum(met.values()) >= 10
        assert lost == []
        assert [one.citizen.id for one in walkers.values() if one.confirmed_twice] == []
        assert [sentence for one in walkers.values() for sentence in one.surprises] == []
        assert sum(one.seen_twice for one in walkers.values()) <= met.get("lost", 0)
        await counts(town, square)


async def test_half_of_what_is_pushed_comes_again_after_newer_things(
    tmp_path: Path, elsewhere: OnServer | None
) -> None:
    async with Emulator() as telegram, Town(tmp_path, telegram=telegram, server=elsewhere) as town:
        town.environment["PALABRE_TELEGRAM__MODE"] = "webhook"
        town.environment["PALABRE_TELEGRAM__WEBHOOK_URL"] = f"{town.url}/hook/telegram"
        telegram.pusher.again = 0.5
        await town.publish(FLOW)
        await town.start()
        await until(lambda: telegram.pusher.url, "the webhook is set")
        square = Square(telegram, at_once=CITIZENS, seed=2)
        square.begin()
        await until(lambda: telegram.pusher.repeated > 60, "things come again")
        square.open = False
        await square.finish(patience=20, seconds=3 * PATIENCE)
        walkers = square.walkers
        assert ledger.lost(town, walkers) == []
        assert [one.citizen.id for one in walkers.values() if one.confirmed_twice or one.seen_twice] == []
        assert [sentence for one in walkers.values() for sentence in (*one.surprises, *one.disorder)] == []
        await counts(town, square)


async def counts(town: Town, square: Square) -> None:
    """What is counted and published is what people answered."""
    wanted = ledger.expected(square.walkers)
    assert ledger.counters(town) == wanted
    await town.palabre("close", "mobilite")
    assert ledger.published(await town.results("mobilite")) == wanted
    assert town.damage() == []
