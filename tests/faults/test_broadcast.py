"""A broadcast that is broken off, and a service that is asked to stop in the middle of everything.

kill -9 while reminders go to five hundred people: each person gets at most one, nobody is forgotten but those whose
letter was in flight, and these are counted and told to the organiser.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from pathlib import Path

from postgres import OnServer
from running import PATIENCE, Town, until

from adapters.telegram_emulator import Emulator

PEOPLE = 500
PACED = 80
MAYOR = 9
FLOW = """\
palabre: 1
id: cour
lang: en
title: The school yard
recap: false
steps:
  - ask: what
    text: What should we plant?
    one_of: {tree: A tree, herbs: Herbs}
  - end: thanks
    text: Thank you!
"""
SETTINGS = {"OWNERS": f"telegram:{MAYOR}", "QUIET": "00:00-00:00", "LOCALE": "en"}


def reminders(telegram: Emulator) -> Counter[int]:
    """How often each person was reminded."""
    found: Counter[int] = Counter()
    for number in range(1000, 1000 + PEOPLE):
        found[number] = sum("waits for the rest" in shown.text for shown in telegram.citizen(number).screen())
    return found


async def begun(town: Town, telegram: Emulator, people: int) -> None:
    """So many people begin, and finish nothing; then the mayor sends them a reminder, slowly."""
    await town.publish(FLOW, "--open", "now")
    await town.start()
    for number in range(1000, 1000 + people):
        telegram.citizen(number, "Zoe", "en").say("/start cour")
    mayor = telegram.citizen(MAYOR, "Maire", "en")
    mayor.say("/help")
    await until(lambda: town.value("SELECT count(*) FROM sessions") == people, "everybody has begun")
    await until(lambda: town.value("SELECT count(*) FROM outbox WHERE state != 'sent'") == 0, "all is quiet")
    telegram.fault("sendMessage", "slow", times=-1, seconds=0.2)
    mayor.say("/remind cour unfinished yes")
    await until(lambda: sum(reminders(telegram).values()) > 10, "the reminder leaves")


async def test_killed_while_five_hundred_are_written_to(tmp_path: Path, elsewhere: OnServer | None) -> None:
    dice = random.Random()
    async with (
        Emulator() as telegram,
        Town(tmp_path, telegram=telegram, server=elsewhere, **SETTINGS) as town,
    ):
        await begun(town, telegram, PEOPLE)
        for _ in range(3):
            await asyncio.sleep(dice.uniform(0.1, 0.6))
            await town.kill()
            await asyncio.sleep(0.3)  # what was in flight arrives, and nobody hears of it
            await town.start_warm()
        await until(lambda: town.value("SELECT state FROM mailings") == "done", "it ends")
        found = reminders(telegram)
        people, sent, failed, unsure = town.rows("SELECT people, sent, failed, unsure FROM mailings")[0]
        missing = [number for number in found if not found[number]]
        print(f"\n{people} people, 3 kills: {sent} sent, {unsure} unsure, of whom {len(missing)} did not get it")
        assert max(found.values()) == 1
        assert people == PEOPLE == sent + unsure
        assert failed == 0
        assert len(missing) <= unsure
        places = town.rows("SELECT place FROM outbox WHERE mailing IS NOT NULL AND state = 'unsure'")
        assert {f"telegram:{number}" for number in missing} <= {row[0] for row in places}
        told = f"For {unsure} people it is not known" if unsure > 1 else f"It was sent to {sent}"
        mayor = telegram.citizen(MAYOR)
        await until(lambda: any(told in shown.text for shown in mayor.screen()), "the mayor is told")


async def test_asked_to_stop_it_leaves_in_time_and_nothing_is_lost_or_doubled(
    tmp_path: Path, elsewhere: OnServer | None
) -> None:
    async with (
        Emulator() as telegram,
        Town(tmp_path, telegram=telegram, server=elsewhere, **SETTINGS) as town,
    ):
        await begun(town, telegram, PEOPLE // 2)
        telegram.fault("editMessageText", "slow", times=-1, seconds=1.5)
        telegram.fault("answerCallbackQuery", "slow", times=-1, seconds=1.5)
        for number in range(1000, 1010):
            telegram.citizen(number).press("A tree")
        await until(lambda: town.value("SELECT count(*) FROM ballots") == 10, "ten have answered")
        await asyncio.sleep(0.3)
        began = time.monotonic()
        await town.stop()
        took = time.monotonic() - began
        print(f"\nleft in {took:.1f} s")
        assert took < 10
        assert town.value("SELECT count(*) FROM outbox WHERE state = 'sending' AND NOT resend") == 0
        telegram.faults.clear()
        await town.start()
        await until(lambda: town.value("SELECT state FROM mailings") == "done", "it ends", seconds=PATIENCE)
        found = reminders(telegram)
        assert max(found.values()) == 1
        assert town.rows("SELECT sent, failed, unsure FROM mailings") == [(PEOPLE // 2, 0, 0)]
        assert sum(found.values()) == PEOPLE // 2
        await until(lambda: town.value("SELECT count(*) FROM outbox WHERE state != 'sent'") == 0, "all has left")
        for number in range(1000, 1010):
            thanked = sum("Thank you!" in shown.text for shown in telegram.citizen(number).screen())
            assert thanked == 1, number


async def test_what_was_prepared_ahead_and_has_not_left_waits_for_the_next_start(
    tmp_path: Path, elsewhere: OnServer | None
) -> None:
    async with Emulator() as telegram, Town(tmp_path, telegram=telegram, server=elsewhere, **SETTINGS) as town:
        town.environment["PALABRE_TELEGRAM__RATE_LIMITS"] = "true"
        await begun(town, telegram, PACED)
        await town.stop()
        assert town.value("SELECT count(*) FROM outbox WHERE state = 'sending' AND NOT resend") == 0
        assert town.value("SELECT count(*) FROM outbox WHERE state = 'waiting' AND mailing IS NOT NULL") > 0
        await town.start()
        await until(lambda: town.value("SELECT state FROM mailings") == "done", "it ends", seconds=PATIENCE)
        assert town.rows("SELECT sent, failed, unsure FROM mailings") == [(PACED, 0, 0)]
        assert Counter(reminders(telegram).values())[1] == PACED
