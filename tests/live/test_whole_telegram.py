"""The whole service and a strict Telegram: from the first word to the result, and everything that goes wrong there."""

from __future__ import annotations

import json
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from running import Town, until

from adapters.telegram_emulator import Citizen, Emulator, Group, Shown
from locales import tr

FLOW = """
palabre: 1
id: mobilite
lang: fr
title: {fr: "Se déplacer demain", en: "Getting around tomorrow"}
summary: {fr: "Trois questions, une minute.", en: "Three questions, one minute."}
results: at_close
reminders:
  - after: 2d
    to: unfinished
    text:
      fr: "Vous n'avez pas fini. Questions restantes : {left}."
      en: "You have not finished. Questions left: {left}."
steps:
  - say: hello
    text: {fr: "Bonjour et bienvenue.", en: "Hello and welcome."}
  - ask: mode
    text: {fr: "Comment venez-vous ?", en: "How do you come?"}
    one_of:
      velo: {fr: "À vélo", en: "By bike"}
      bus: {fr: "En bus", en: "By bus"}
    dont_know: true
  - ask: freins
    text: {fr: "Qu'est-ce qui vous retient ?", en: "What holds you back?"}
    any_of:
      danger: {fr: "Le danger", en: "Danger"}
      pluie: {fr: "La pluie", en: "Rain"}
    dont_know: true
  - ask: idee
    text: {fr: "Avez-vous une idée ?", en: "Do you have an idea?"}
    short_text: true
    optional: true
  - end: thanks
    text: {fr: "Merci beaucoup.", en: "Thank you."}
"""
QUARTER, FORUM = -1001234567890, -1009876543210


async def sees(citizen: Citizen, words: str, group: Group | None = None) -> Shown:
    """Wait until the bot shows `words` to somebody; the newest message with them."""

    def found() -> Shown | None:
        return next((one for one in reversed(citizen.screen(group)) if words in one.text), None)

    shown = await until(found, lambda: f"{words!r} on {citizen.person.name}'s screen {citizen.texts(group)}")
    assert isinstance(shown, Shown)
    return shown


async def posted(group: Group, words: str) -> Shown:
    """Wait until the bot shows `words` in a group."""

    def found() -> Shown | None:
        return next((one for one in group.screen() if words in one.text), None)

    shown = await until(found, lambda: f"{words!r} in {[one.text for one in group.screen()]}")
    assert isinstance(shown, Shown)
    return shown


async def answers(citizen: Citizen, *, send: bool = True) -> None:
    """Léa's way through the consultation, in French: presses, then words."""
    await sees(citizen, "Comment venez-vous ?")
    citizen.press("En bus")
    await sees(citizen, "Qu'est-ce qui vous retient ?")
    citizen.press("Le danger")
    await until(lambda: "✔ Le danger" in citizen.screen()[-1].labels, "the tick")
    citizen.press(tr("fr", "Done"))
    await sees(citizen, "Avez-vous une idée ?")
    citizen.say("Des <b>bancs</b> & de l'ombre")
    await sees(citizen, tr("fr", "Here are your answers. Is everything right?"))
    if send:
        citizen.press(tr("fr", "Send"))
        await sees(citizen, "Merci beaucoup.")


async def test_from_the_announcement_to_the_result_in_two_languages(tmp_path: Path) -> None:
    async with Emulator() as telegram, Town(tmp_path, telegram=telegram) as town:
        quarter = telegram.group(QUARTER, "Quartier")
        forum = telegram.group(FORUM, "Ville", topics={3})
        await town.start()
        await until(lambda: telegram.calls["getupdates"], "the service reads Telegram")
        places = ("--place", f"telegram:{QUARTER}", "--place", f"telegram:{FORUM}/3")
        assert await town.publish(FLOW, "--open", "now", *places) == "mobilite"

        # Announced in the group and in the topic, with a way into a private chat.
        for group, thread in ((quarter, None), (forum, 3)):
            announced = await posted(group, "Se déplacer demain")
            assert announced.thread == thread
            assert [button["url"] for button in announced.buttons] == ["https://t.me/palabre_bot?start=mobilite"]
        for lang, word in (("", "aide"), ("fr", "aide"), ("en", "help")):
            assert word in [command["command"] for command in telegram.world.commands[lang]]

        # By the deep link in French, and by a bare /start in English.
        lea, tom = telegram.citizen(7, "Léa", "fr"), telegram.citizen(8, "Tom", "en")
        lea.say("/start mobilite")
        tom.say("/start")
        await answers(lea)
        await sees(tom, "How do you come?")
        tom.say("the first one")
        await sees(tom, "How do you come?\n✔ By bike")
        await sees(tom, "What holds you back?")
        tom.say("rain and danger")
        await sees(tom, "What holds you back?\n✔ Danger, Rain")
        await sees(tom, "Do you have an idea?")
        tom.say("skip")
        recap = await sees(tom, "Is everything right?")
        assert "How do you come? → By bike" in recap.text
        tom.say("1")
        await until(lambda: "By bus" in tom.screen()[-1].labels, "the question again")
        tom.press("By bus")
        await until(lambda: "How do you come? → By bus" in tom.texts()[-1], "the recap again")
        tom.press("Send")
        await sees(tom, "Thank you.")
        recap = await sees(lea, "Des <b>bancs</b> & de l'ombre")
        assert not [entity for entity in recap.entities if entity.get("type") == "bold" and "bancs" in str(entity)]

        # Each press got its answer, and nobody in the group saw any of it.
        presses = sum(shown.presses for one in (lea, tom) for shown in one.screen())
        await until(lambda: telegram.calls["answercallbackquery"] == presses, "each press is answered")
        assert len(quarter.screen()) == len(forum.screen()) == 1

        assert await town.palabre("close", "mobilite") == "closing"
        result = await town.results("mobilite")
        assert (result["participants"], result["finished"]) == (2, 2)
        counted = {asked["name"]: {row["code"]: row["count"] for row in asked["rows"]} for asked in result["questions"]}
        assert counted["mode"] == {"velo": 0, "bus": 2}
        assert counted["freins"] == {"danger": 2, "pluie": 1}
        for group, thread in ((quarter, None), (forum, 3)):
            shown = await posted(group, "Comment venez-vous ?")
            assert shown.thread == thread
        await until(lambda: any(one.photo for one in quarter.screen()), "the chart in the group")
        await until(lambda: any(one.photo for one in tom.screen()), "the chart for Tom")
        assert any("By bus" in one.text for one in tom.screen()[-3:])

        # Somebody who comes after the end is told.
        lea.say("/start mobilite")
        await sees(lea, tr("fr", "“{title}” is closed; answers are no longer taken.", title="Se déplacer demain"))
        assert "ERROR" not in town.log()


async def test_the_owner_runs_it_from_the_chat(tmp_path: Path) -> None:
    async with Emulator() as telegram, Town(tmp_path, telegram=telegram) as town:
        await town.publish(FLOW, "--open", "now")
        await town.start()
        said = tr("fr", "To become the owner, send this code to the bot on any channel: {code}", code="")
        code = next(line for line in town.log().splitlines() if line.startswith(said)).removeprefix(said)
        lea, mayor, stranger = (
            telegram.citizen(number, name) for number, name in ((7, "Léa"), (8, "Maire"), (9, "Zoé"))
        )
        stranger.say("ABCD-ABCD-ABCD")
        await sees(stranger, tr("fr", "This code is not valid (any more)."))
        stranger.say("/status")
        await sees(stranger, tr("fr", "/{name} is for organisers.", name="etat"))
        lea.say("/start")
        await answers(lea)
        mayor.say(code)
        await sees(
            mayor, tr("fr", "Welcome! You are now the owner of this Palabre. Type /help to see what you can do.")
        )
        stranger.say(code)
        await until(lambda: len(stranger.screen()) >= 3, "the code works once")
        assert stranger.texts()[-1] == tr("fr", "This code is not valid (any more).")
        mayor.say("/status")
        assert "mobilite" in (await sees(mayor, "Se déplacer demain (mobilite)")).text
        mayor.say("/results")
        hidden = tr("fr", "The result of “{title}” is shown to nobody before the closing.", title="Se déplacer demain")
        await sees(mayor, hidden)
        mayor.say("/close")
        await sees(mayor, tr("fr", "Close “{title}” now?", title="Se déplacer demain"))
        mayor.press(tr("fr", "Yes, close now"))
        assert (await town.results("mobilite"))["participants"] == 1
        mayor.say("/results")
        await sees(mayor, "En bus")
        await sees(lea, "En bus")
        await town.kill()
        await town.start()
        assert town.log().count(said) == 1, "an owner is there: no new code is printed"


async def test_what_is_kept_about_somebody_is_shown_and_erased(tmp_path: Path) -> None:
    async with Emulator() as telegram, Town(tmp_path, telegram=telegram) as town:
        await town.publish(FLOW, "--open", "now")
        await town.start()
        lea, tom = telegram.citizen(7, "Léa"), telegram.citizen(8, "Tom")
        for citizen in (lea, tom):
            citizen.say("/start")
            await answers(citizen)
        lea.say("/mesdonnees")
        shown = await sees(lea, tr("fr", "This is everything kept about you:"))
        assert "telegram:7" in shown.text
        assert "En bus" in shown.text
        lea.say("/mesdonnees json")
        data = json.loads((await sees(lea, '"identities"')).text)
        assert data["identities"] == ["telegram:7"]
        filed = {one["question"]: one["answer"] for one in data["sessions"][0]["answers"]}
        assert filed["mode"] == ["answer", "bus"]
        assert filed["idee"] == ["answer", "Des <b>bancs</b> & de l'ombre"]
        lea.say("/erase")
        await until(
            lambda: tr("fr", "Yes, erase everything") in lea.screen()[-1].labels, "the question whether to erase"
        )
        lea.press(tr("fr", "Yes, erase everything"))
        await sees(lea, tr("fr", "Done: everything kept about you is erased. Type /start to begin anew."))
        assert town.rows("SELECT identity FROM identities") == [("telegram:8",)]
        assert town.value("SELECT count(*) FROM ballots") == 3
        assert town.value("SELECT count(*) FROM inbox WHERE lane LIKE 'telegram:7|%'") == 0
        await town.palabre("close", "mobilite")
        assert (await town.results("mobilite"))["participants"] == 1
        await sees(tom, "En bus")
        assert not any("Comment venez-vous" in text for text in lea.texts()[-1:])


async def test_somebody_who_blocked_the_bot_is_left_alone(tmp_path: Path) -> None:
    async with Emulator() as telegram, Town(tmp_path, telegram=telegram) as town:
        await town.publish(FLOW, "--open", "now")
        await town.start()
        lea, tom, zoe = (telegram.citizen(number, name) for number, name in ((7, "Léa"), (8, "Tom"), (9, "Zoé")))
        for citizen in (lea, tom, zoe):
            citizen.say("/start")
            await answers(citizen)
        lea.person.blocked = True  # without the update that would tell
        zoe.block()
        await until(lambda: town.value("SELECT reachable FROM conversations WHERE place = 'telegram:9'") == 0, "noted")
        telegram.recent.clear()
        await town.palabre("close", "mobilite")
        await sees(tom, "En bus")
        await until(lambda: any(one.photo for one in tom.screen()), "the result")
        await until(
            lambda: town.value("SELECT count(*) FROM outbox WHERE state IN ('waiting', 'sending')") == 0, "all settled"
        )
        written = Counter(int(call["chat_id"]) for method, call in telegram.recent if method.startswith("send"))
        assert written[lea.id] == 1
        assert written[zoe.id] == 0
        assert town.value("SELECT reachable FROM conversations WHERE place = 'telegram:7'") == 0
        # Who unblocks and writes again is answered.
        lea.say("/start mobilite")
        await sees(lea, tr("fr", "“{title}” is closed; answers are no longer taken.", title="Se déplacer demain"))


@pytest.mark.parametrize("told", [True, False], ids=["told", "found out"])
async def test_a_group_that_becomes_a_supergroup_gets_the_result(tmp_path: Path, told: bool) -> None:
    async with Emulator() as telegram, Town(tmp_path, telegram=telegram) as town:
        lea, group = telegram.citizen(7, "Léa"), telegram.group(-555, "Quartier")
        await town.publish(FLOW, "--open", "now", "--place", "telegram:-555")
        await town.start()
        await posted(group, "Se déplacer demain")
        if told:
            larger = group.migrate(lea)
            await until(lambda: town.rows("SELECT place FROM announcements") == [(f"telegram:{larger.id}",)], "moved")
        else:
            await town.stop()
            larger = group.migrate(lea)
            telegram.world.queue.clear()
            await town.start()
        await town.palabre("close", "mobilite")
        await posted(larger, "Comment venez-vous ?")
        assert town.rows("SELECT place FROM announcements") == [(f"telegram:{larger.id}",)]


async def test_too_many_requests_is_obeyed(tmp_path: Path) -> None:
    async with Emulator() as telegram, Town(tmp_path, telegram=telegram) as town:
        await town.publish(FLOW, "--open", "now")
        await town.start()
        lea = telegram.citizen(7, "Léa")
        telegram.fault("sendMessage", "later", seconds=3)
        asked = time.monotonic()
        lea.say("/start")
        await sees(lea, "Comment venez-vous ?")
        assert time.monotonic() - asked >= 3
        assert telegram.calls["sendmessage"] == 3  # one refused, then hello and the question
        assert len(lea.screen()) == 2


async def test_the_limits_of_telegram_are_kept(tmp_path: Path) -> None:
    async with (
        Emulator(limits=True) as telegram,
        Town(tmp_path, telegram=telegram, TELEGRAM__RATE_LIMITS="true") as town,
    ):
        await town.publish(FLOW, "--open", "now")
        await town.start()
        people = [telegram.citizen(number, f"C{number}") for number in range(100, 140)]
        for citizen in people:
            citizen.say("/start")
        for citizen in people:
            await sees(citizen, "Comment venez-vous ?")
        assert telegram.too_fast == 0


async def test_an_update_that_cannot_be_read_stops_nobody(tmp_path: Path) -> None:
    async with Emulator() as telegram, Town(tmp_path, telegram=telegram) as town:
        await town.publish(FLOW, "--open", "now")
        lea, tom = telegram.citizen(7, "Léa"), telegram.citizen(8, "Tom")
        lea.say("/start")
        for nonsense in (b'"message": "no object"', b'"message": {"chat": []}', b'"callback_query": 7', b'"new": {}'):
            telegram.world.last_update += 1
            telegram.world.push_raw(b'{"update_id": %d, %b}' % (telegram.world.last_update, nonsense))
        tom.say("/start")
        await town.start()
        await sees(lea, "Comment venez-vous ?")
        await sees(tom, "Comment venez-vous ?")
        await until(lambda: telegram.unconfirmed == 0, "everything is confirmed")
        assert town.log().count("cannot be read") == 2


async def test_a_wrong_token_is_told_and_mended(tmp_path: Path) -> None:
    async with Emulator() as telegram, Town(tmp_path, telegram=telegram) as town:
        telegram.fault("*", "unauthorized", times=-1)
        await town.publish(FLOW, "--open", "now")
        await town.start()  # the web chat is there all the same
        await until(lambda: "PALABRE_TELEGRAM__TOKEN" in town.log(), "the setting is named")
        await until(lambda: telegram.calls["getme"] >= 2, "it keeps trying")
        telegram.faults.clear()
        lea = telegram.citizen(7, "Léa")
        lea.say("/start")
        await sees(lea, "Comment venez-vous ?")
        assert telegram.token.partition(":")[2] not in town.log()


async def test_two_services_with_one_token_are_told(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    async with (
        Emulator() as telegram,
        Town(one, telegram=telegram) as first,
        Town(two, telegram=telegram) as second,
    ):
        await first.publish(FLOW, "--open", "now")
        await first.start()
        await second.start()
        sentence = "Another program reads updates with the same token"
        await until(lambda: sentence in first.log() + second.log(), "the conflict is told")
        await second.stop()
        lea = telegram.citizen(7, "Léa")
        lea.say("/start")
        if not await _comes(lea, "Comment venez-vous ?"):
            # The other one took the word before it left.
            lea.say("/start")
            await sees(lea, "Comment venez-vous ?")


async def _comes(citizen: Citizen, words: str) -> bool:
    try:
        await until(lambda: any(words in text for text in citizen.texts()), seconds=20)
    except TimeoutError:
        return False
    return True


async def test_two_services_on_one_file_are_refused(tmp_path: Path) -> None:
    async with Town(tmp_path) as town:
        await town.start()
        said = await town.palabre("run", status=1)
        assert str(town.database) in said
        assert "PALABRE_DATABASE__URL" in said


async def test_pushed_through_the_web_server(tmp_path: Path) -> None:
    async with Emulator() as telegram, Town(tmp_path, telegram=telegram) as town:
        url, secret = f"{town.url}/hook/telegram", "a-secret-of-our-own"
        town.environment |= {
            "PALABRE_TELEGRAM__MODE": "webhook",
            "PALABRE_TELEGRAM__WEBHOOK_URL": url,
            "PALABRE_TELEGRAM__WEBHOOK_SECRET": secret,
        }
        telegram.pusher.retry_unit = 0.05
        await town.publish(FLOW, "--open", "now")
        await town.start()
        await until(lambda: telegram.pusher.url == url, "the webhook is set")
        lea = telegram.citizen(7, "Léa")
        lea.say("/start mobilite")
        await answers(lea, send=False)
        async with aiohttp.ClientSession() as session:
            for headers in ({}, {"X-Telegram-Bot-Api-Secret-Token": "guess"}):
                async with session.post(url, data=b'{"update_id": 1}', headers=headers) as answer:
                    assert answer.status == 403
        # What is pushed while we are away comes again.
        await town.kill()
        lea.press(tr("fr", "Send"))
        await until(lambda: telegram.pusher.last_error, "a push failed")
        await town.start()
        await sees(lea, "Merci beaucoup.")
        assert secret not in town.log()
        assert telegram.calls["getupdates"] == 0


class Clock:
    """The time for the service and for Telegram alike. It runs, from wherever it was set to."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> float:
        return self.at.timestamp()

    def jump(self, town: Town, by: timedelta) -> None:
        self.at += by
        town.set_clock(self.at)


async def test_the_clock_reminds_and_closes(tmp_path: Path) -> None:
    clock = Clock(datetime(2026, 3, 2, 9, tzinfo=UTC))
    async with Emulator(clock=clock) as telegram, Town(tmp_path, telegram=telegram) as town:
        group = telegram.group(QUARTER, "Quartier")
        town.set_clock(clock.at)
        await town.publish(FLOW, "--open", "now", "--close", "2026-03-06T20:00", "--place", f"telegram:{QUARTER}")
        await town.start()
        lea, tom = telegram.citizen(7, "Léa"), telegram.citizen(8, "Tom")
        lea.say("/start")
        tom.say("/start")
        await answers(tom)
        await sees(lea, "Comment venez-vous ?")
        lea.press("En bus")
        await sees(lea, "Qu'est-ce qui vous retient ?")
        clock.jump(town, timedelta(days=2, minutes=1))
        await sees(lea, "Vous n'avez pas fini. Questions restantes : 2.")
        clock.jump(town, timedelta(days=1))
        # 20:00 in Paris is 19:00 UTC; one second before, nothing.
        clock.at = datetime(2026, 3, 6, 18, 59, 59, tzinfo=UTC)
        town.set_clock(clock.at)
        lea.say("danger")
        await sees(lea, "Avez-vous une idée ?")
        assert town.value("SELECT state FROM consultations") == "open"
        clock.jump(town, timedelta(seconds=2))
        result = await town.results("mobilite")
        assert result["participants"] == 2
        await posted(group, "Comment venez-vous ?")
        await sees(tom, "Le danger")
        reminded = [text for one in (lea, tom) for text in one.texts() if "Vous n'avez pas fini" in text]
        assert len(reminded) == 1
        lea.say("Des bancs")
        await sees(lea, tr("fr", "“{title}” is closed; answers are no longer taken.", title="Se déplacer demain"))
        assert town.value("SELECT count(*) FROM ballots WHERE question = 'idee'") == 1


async def test_a_long_outage_is_announced_once(tmp_path: Path) -> None:
    clock = Clock(datetime(2026, 3, 2, 9, tzinfo=UTC))
    async with Emulator(clock=clock) as telegram, Town(tmp_path, telegram=telegram) as town:
        town.set_clock(clock.at)
        await town.publish(FLOW, "--open", "now")
        await town.start()
        lea, tom, zoe = (telegram.citizen(number, name) for number, name in ((7, "Léa"), (8, "Tom"), (9, "Zoé")))
        lea.say("/start")
        tom.say("/start")
        await sees(lea, "Comment venez-vous ?")
        await sees(tom, "Comment venez-vous ?")
        await town.stop()
        lea.press("En bus")
        clock.jump(town, timedelta(minutes=10))  # Telegram forgets the press
        zoe.say("/start")
        await town.start()
        notice = tr(
            "fr",
            "We could not be reached for {time}. What you pressed in the meantime may be lost: please answer again. "
            "/myvote shows what is on file.",
            time="10\xa0minutes",
        )
        for citizen in (lea, tom):
            shown = await sees(citizen, notice.partition("{")[0][:30])
            assert shown.text.replace("\xa0", " ") == notice.replace("\xa0", " ")
        assert telegram.world.expired == 1
        lea.press("En bus")
        await sees(lea, "Comment venez-vous ?\n✔ En bus")
        # A short stop is not worth a word, and the long one is told once.
        await town.stop()
        clock.jump(town, timedelta(seconds=60))
        await town.start()
        lea.press("Le danger")
        await until(lambda: any("✔ Le danger" in one.labels for one in lea.screen()), "the tick")
        await sees(zoe, "Comment venez-vous ?")
        told = Counter(one.person.name for one in (lea, tom, zoe) for text in one.texts() if text[:30] == notice[:30])
        assert told == {"Léa": 1, "Tom": 1}
