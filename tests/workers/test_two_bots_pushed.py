"""Two bots, two workers, by webhook: each bot has an address, a lease and a group of its own, and the worker that wrote
for both dies."""

from __future__ import annotations

from pathlib import Path

from running import until
from working import Workers

from adapters.telegram_emulator import Citizen, Emulator, Group

FLOW = """\
palabre: 1
id: cour
lang: en
title: The school yard
results: live
secrecy: open
recap: false
steps:
  - ask: what
    text: What should we plant?
    one_of: {tree: A tree, herbs: Herbs}
  - end: thanks
    text: Thank you!
"""
SECOND = "4343:emulator-BBEbcdefghijklmnopqrstuvwxyz012"
QUARTER = -1001234567890
BOTH = ("telegram", "telegram.4343")


async def sees(citizen: Citizen, words: str, group: Group | None = None) -> None:
    await until(lambda: any(words in text for text in citizen.texts(group)), lambda: f"{citizen.texts(group)}")


async def test_a_worker_that_wrote_for_both_bots_dies(tmp_path: Path, postgresql) -> None:
    second = Emulator(token=SECOND, name="palabre_deux_bot")
    settings = {"TELEGRAM__MORE_TOKENS": SECOND, "TELEGRAM__MODE": "webhook", "LOCALE": "en"}
    async with Emulator() as first, Workers(tmp_path, postgresql, 2, telegram=first, **settings) as workers:
        first.host(second)
        writes, stays = workers.all
        url = f"{stays.url}/hook"
        for worker in workers.all:
            worker.environment["PALABRE_TELEGRAM__WEBHOOK_URL"] = url
        first.pusher.retry_unit = second.pusher.retry_unit = 0.05
        group = second.group(QUARTER)
        await workers.publish(FLOW, "--open", "now", "--place", f"telegram.4343:{QUARTER}")
        await workers.start(writes)
        await until(lambda: [workers.holder(name) for name in BOTH] == [writes, writes], "it writes for both")
        await workers.start(stays)
        await until(lambda: (first.pusher.url, second.pusher.url) == (url, f"{url}/4343"), "both are pushed")

        lea, same = first.citizen(7, "Léa", "en"), second.citizen(7, "Léa", "en")
        lea.say("/start cour")
        await sees(lea, "What should we plant?")
        lea.press("A tree")
        await sees(lea, "Thank you!")
        await sees(same, "What should we plant?", group)

        await workers.kill(writes)
        same.press("Herbs", group=group)
        tally = "SELECT code, n FROM tallies WHERE question = 'what' AND code LIKE 'c:%' AND n > 0"
        await until(lambda: workers.rows(tally) == [("c:herbs", 1)], lambda: f"{workers.rows(tally)}")
        await sees(same, "100%", group)
        assert group.screen()[-1].text.count("1 person has voted") == 1
        same.say("/start cour")
        await sees(same, "You have already answered")
        same.say("/myvote")
        await sees(same, "Herbs")
        assert workers.rows("SELECT identity FROM identities") == [("telegram:7",)]
        assert workers.value("SELECT count(*) FROM ballots") == 1
        assert [workers.holder(name) for name in BOTH] == [stays, stays]
