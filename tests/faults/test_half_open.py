"""A line that went dead without a word: the Bot API's server accepts and never answers, or its machine was switched off
while something was on its way. Nobody waits for ever, the next line is a new one, nothing is lost or counted twice."""

from __future__ import annotations

import asyncio
import random
import time
from pathlib import Path
from urllib.parse import urlsplit

import ledger
import pytest
from running import PATIENCE, Town, until
from walkers import FLOW, Square
from wire import Wire

from adapters.telegram.polling import POLL_MARGIN, POLL_SECONDS, Poller
from adapters.telegram.settings import TelegramSettings
from adapters.telegram.transport import Lost, NotSent, Transport
from adapters.telegram_emulator import Emulator

INSIST = 5.0


def wire_to(telegram: Emulator) -> Wire:
    address = urlsplit(telegram.url)
    return Wire(str(address.hostname), address.port or 0)


async def test_a_call_on_a_dead_line_ends_in_time_and_the_next_one_takes_another() -> None:
    async with Emulator() as telegram, wire_to(telegram) as wire:
        transport = Transport(f"http://127.0.0.1:{wire.port}", telegram.token, seconds=0.3)
        assert (await transport.call("getMe", {})).ok
        wire.deaden()
        with pytest.raises(Lost, match="in time"):
            await transport.call("getMe", {})  # the line that was kept
        with pytest.raises(Lost, match="in time"):
            await transport.call("getMe", {})  # a new one, on which nobody answers
        wire.mend()
        assert (await transport.call("getMe", {})).ok
        assert (wire.lines, telegram.calls["getme"]) == (3, 2)
        wire.cut()
        with pytest.raises((Lost, NotSent)):
            await transport.call("getMe", {})
        wire.mend()
        assert (await transport.call("getMe", {})).ok
        await transport.shutdown()


async def test_whoever_asks_until_there_is_an_answer_gets_it_once_the_line_is_good() -> None:
    async with Emulator() as telegram, wire_to(telegram) as wire:
        transport = Transport(f"http://127.0.0.1:{wire.port}", telegram.token)
        settings = TelegramSettings(token=telegram.token, base_url="", retry=(0.05, 0.1), back_off=(0.05, 0.1))
        poller = Poller(transport, settings, time.monotonic)
        wire.deaden()
        asking = asyncio.create_task(poller.ask("getMe", {}, seconds=0.2))
        await until(lambda: wire.lines >= 3, "it is asked again")
        assert (poller.reachable, asking.done()) == (False, False)
        wire.mend()
        assert (await asking)["is_bot"]
        assert poller.reachable
        await transport.shutdown()


async def votes_over_a_line_that_dies(folder: Path, times: int) -> None:
    """Every line dies without a word, `times` times, while people vote."""
    seed = random.randrange(1_000_000)
    async with Emulator() as telegram, wire_to(telegram) as wire:
        town = Town(folder, telegram=telegram, TELEGRAM__BASE_URL=f"http://127.0.0.1:{wire.port}")
        async with town:
            await town.publish(FLOW)
            await town.start()
            square = Square(telegram, at_once=10, seed=seed, hurry=0.1)
            square.begin()
            for _ in range(times):
                seen = len(square.walkers)
                await until(lambda seen=seen: len(square.walkers) > seen + 6, "people vote", seconds=3 * PATIENCE)
                wire.deaden()
                await asyncio.sleep(1)
                wire.mend()
            await square.finish(patience=INSIST, seconds=POLL_SECONDS + POLL_MARGIN + 3 * PATIENCE)
            walkers = square.walkers
            assert ledger.lost(town, walkers) == [], seed
            assert [one.citizen.id for one in walkers.values() if one.confirmed_twice] == [], seed
            assert [sentence for one in walkers.values() for sentence in one.surprises] == [], seed
            assert ledger.counters(town) == ledger.expected(walkers), seed
            assert (town.lives, town.alive) == (1, True)


@pytest.mark.soak
async def test_votes_over_lines_that_die_without_a_word(tmp_path: Path) -> None:
    """Each time, a poll waits for its whole minute before it knows."""
    await votes_over_a_line_that_dies(tmp_path, 3)
