"""Two bots on Telegram and one `palabre run`: forty people, half at each, and kill -9 at the worst moments.

Each is written to by the bot that they wrote to last, once; who goes to the other bot is the same person there.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from running import PATIENCE, Town, until

from adapters.telegram_emulator import Citizen, Emulator

FLOW = """\
palabre: 1
id: cour
lang: en
title: The school yard
recap: false
reminders:
  - after: 2d
    to: unfinished
    text: One more question about the yard.
steps:
  - ask: what
    text: What should we plant?
    one_of: {tree: A tree, herbs: Herbs}
  - ask: where
    text: And where do we plant it?
    one_of: {gate: At the gate, wall: By the wall}
  - end: thanks
    text: Thank you!
"""
SECOND = "4343:emulator-BBEbcdefghijklmnopqrstuvwxyz012"
AT_FIRST, AT_SECOND = range(1000, 1020), range(1020, 1040)
GO_OVER = (1000, 1001)
MAYOR = 9
REMINDED, BROADCAST, RESULT = "One more question", "waits for the rest", "40 people took part"


class Clock:
    """The time of the emulators, and of the town once it is told."""

    def __init__(self) -> None:
        self.at = datetime(2026, 3, 2, 9, tzinfo=UTC)

    def __call__(self) -> float:
        return self.at.timestamp()

    def jump(self, town: Town, by: timedelta) -> None:
        self.at += by
        town.set_clock(self.at)


class Bots:
    """Both bots, and who is at which."""

    def __init__(self, first: Emulator, second: Emulator) -> None:
        self.first, self.second = first, second
        self.at = dict.fromkeys(AT_FIRST, first) | dict.fromkeys(AT_SECOND, second)

    def citizen(self, number: int) -> Citizen:
        return self.at[number].citizen(number, f"P{number}", "en")

    def everybody(self) -> list[Citizen]:
        return [self.citizen(number) for number in self.at]

    def told(self, words: str, *, elsewhere: bool = False) -> Counter[int]:
        """How often each person was told this by their bot, or by the one they are not at."""
        found: Counter[int] = Counter()
        for number, emulator in self.at.items():
            other = self.second if emulator is self.first else self.first
            citizen = (other if elsewhere else emulator).citizen(number)
            found[number] = sum(words in text for text in citizen.texts())
        return found


async def quiet(town: Town) -> None:
    """Wait until nothing is on its way."""
    open_letters = "SELECT count(*) FROM outbox WHERE state IN ('waiting', 'sending')"
    await until(lambda: town.value(open_letters) == 0, "all has left")


async def die(town: Town, dice: random.Random) -> None:
    """Live a little, be killed, and start again."""
    await asyncio.sleep(dice.uniform(0.02, 0.2))
    await town.kill()
    await asyncio.sleep(0.2)  # what was in flight arrives, and nobody hears of it
    await town.start_warm()


async def vote(bots: Bots, town: Town, dice: random.Random) -> None:
    """Everybody begins and answers the first question, with two kills; two change their minds at the other bot."""
    for one in bots.everybody():
        one.say("/start cour")
    await die(town, dice)
    for one in bots.everybody():
        await one.until(lambda screen: any("What should we plant?" in shown.text for shown in screen), seconds=PATIENCE)
        one.press("A tree")
    await die(town, dice)
    await until(lambda: town.value("SELECT count(*) FROM ballots WHERE question = 'what'") == 40, "forty have voted")
    for number in GO_OVER:
        bots.at[number] = bots.second
        one = bots.citizen(number)
        one.say("/start cour")
        await one.until(lambda screen: any("And where" in shown.text for shown in screen), seconds=PATIENCE)
        one.say("/back")
        await one.until(lambda screen: any("What should we plant?" in shown.text for shown in screen), seconds=PATIENCE)
        one.press("Herbs")
    herbs = "SELECT n FROM tallies WHERE question = 'what' AND code = 'c:herbs'"
    await until(lambda: town.value(herbs) == 2, "two have changed their minds")
    await quiet(town)
    assert town.value("SELECT count(*) FROM ballots") == 40
    assert town.value("SELECT count(*) FROM participants") == 41, "the mayor too"


async def broadcast(bots: Bots, town: Town, dice: random.Random) -> None:
    """The mayor writes to all forty, and the power goes out in the middle. The second bot is slow that day."""
    mayor = bots.first.citizen(MAYOR)
    bots.second.fault("sendMessage", "slow", times=-1, seconds=0.3)
    mayor.say("/remind cour unfinished yes")
    leaving = "SELECT count(*) FROM outbox WHERE mailing IS NOT NULL AND state = 'sending'"
    await until(lambda: town.value(leaving), "it leaves")
    await die(town, dice)
    bots.second.faults.clear()
    await until(lambda: town.value("SELECT state FROM mailings") == "done", "it ends")
    people, sent, failed, unsure = town.rows("SELECT people, sent, failed, unsure FROM mailings")[0]
    told = bots.told(BROADCAST)
    missing = [number for number, times in told.items() if not times]
    print(f"\n{people} people, killed in between: {sent} sent, {unsure} unsure, of whom {len(missing)} did not get it")
    assert (people, sent + unsure, failed) == (40, 40, 0)
    assert max(told.values()) == 1
    assert len(missing) <= unsure
    assert sum(bots.told(BROADCAST, elsewhere=True).values()) == 0


async def test_forty_people_at_two_bots(tmp_path: Path) -> None:
    clock, dice = Clock(), random.Random()
    second = Emulator(token=SECOND, name="palabre_deux_bot", clock=clock)
    settings = {"TELEGRAM__MORE_TOKENS": SECOND, "OWNERS": f"telegram:{MAYOR}", "QUIET": "04:00-04:01", "LOCALE": "en"}
    async with Emulator(clock=clock) as first, Town(tmp_path, telegram=first, **settings) as town:
        first.host(second)
        bots = Bots(first, second)
        town.set_clock(clock.at)
        await town.publish(FLOW, "--open", "now")
        await town.start_warm()
        first.citizen(MAYOR, "Maire", "en").say("/help")
        await until(lambda: town.value("SELECT count(*) FROM participants") == 1, "the mayor is known")

        await vote(bots, town, dice)
        await broadcast(bots, town, dice)

        clock.jump(town, timedelta(days=2, minutes=5))
        await until(lambda: sum(bots.told(REMINDED).values()) >= 40, "the reminder is everywhere")
        await quiet(town)
        assert set(bots.told(REMINDED).values()) == {1}
        assert sum(bots.told(REMINDED, elsewhere=True).values()) == 0

        await town.palabre("close", "cour")
        await until(lambda: town.value("SELECT count(*) FROM mailings WHERE state = 'done'") == 2, "all is told")
        assert set(bots.told(RESULT).values()) == {1}
        assert sum(bots.told(RESULT, elsewhere=True).values()) == 0
        assert [SECOND in town.log(), first.token in town.log()] == [False, False]

        said = await town.palabre("doctor", status=0)
        assert "@palabre_bot" in said
        assert "@palabre_deux_bot" in said
        polled = town.rows("SELECT adapter, cursor IS NOT NULL FROM cursors ORDER BY adapter")
        assert polled == [("telegram", 1), ("telegram.4343", 1)]
