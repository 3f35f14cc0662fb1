"""/new on Telegram: a flow file sent as a document, and a poll made question by question."""

from __future__ import annotations

from pathlib import Path

from running import Town, until

from adapters.telegram_emulator import Citizen, Emulator
from locales import tr

GOOD = """palabre: 1
id: banc
lang: fr
title: Le banc de la place
steps:
  - ask: banc
    text: Garde-t-on le banc ?
    one_of: {oui: Oui, non: Non}
    dont_know: true
  - end: merci
    text: Merci !
"""


async def reads(citizen: Citizen, words: str) -> None:
    await until(lambda: words in "\n".join(citizen.texts()), lambda: f"“{words}” in {citizen.texts()}")


async def presses(citizen: Citizen, label: str) -> None:
    await until(lambda: any(label in one.labels for one in citizen.screen()), lambda: f"{label} in {citizen.texts()}")
    citizen.press(label)


async def test_a_file_is_checked_and_published_and_only_an_organiser_may(tmp_path: Path) -> None:
    async with Emulator() as telegram, Town(tmp_path, telegram=telegram, OWNERS="telegram:1") as town:
        chief, member = telegram.citizen(1, "Chef", "fr"), telegram.citizen(2, "Membre", "fr")
        await town.start()
        member.send_file("banc.yaml", GOOD.encode())
        await reads(member, tr("fr", "I received your file. Only organisers can make a consultation of one."))
        chief.send_file("faux.yaml", GOOD.replace("one_of", "one_off").encode())
        await reads(chief, "8:5: ask banc / one_off:")
        assert "banc" not in await town.palabre("list")
        chief.send_file("banc.yaml", GOOD.encode())
        await presses(chief, tr("fr", "Publish"))
        await reads(chief, "https://t.me/palabre_bot?start=banc")
        assert "banc" in await town.palabre("list")
        assert await town.palabre("flow", "banc") == GOOD.strip()


async def test_a_poll_question_by_question(tmp_path: Path) -> None:
    async with Emulator() as telegram, Town(tmp_path, telegram=telegram, OWNERS="telegram:1") as town:
        chief = telegram.citizen(1, "Chef", "fr")
        await town.start()
        chief.say("/nouveau sondage")
        await reads(chief, "Quelle est votre question ?")
        chief.say("Quel jour ?")
        await presses(chief, "Un seul choix")
        await reads(chief, "Quels sont les choix ?")
        chief.say("mardi\njeudi")
        await presses(chief, tr("fr", "Skip"))
        await presses(chief, "À la fin seulement")
        await presses(chief, "En privé")
        await presses(chief, tr("fr", "Send"))
        await presses(chief, tr("fr", "Publish"))
        await reads(chief, "https://t.me/palabre_bot?start=quel-jour")
        listed = await town.palabre("list")
        assert "quel-jour" in listed
        assert "new:" not in listed
