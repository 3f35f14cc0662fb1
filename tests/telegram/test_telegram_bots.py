"""Several bots: each with its own name, limits, webhook and pictures; links take turns; faults are named by bot."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from adapters.base import Adapter, Place, Refused
from adapters.telegram import TelegramAdapter, build
from adapters.telegram_emulator import Emulator
from bot import bots, doctor_telegram
from bot.clock import now_from
from bot.config import Settings, TelegramSection
from bot.pacing import SHARE, Pacer

SECOND = "4343:emulator-BBEbcdefghijklmnopqrstuvwxyz012"
GROUP, TOPIC = "telegram.4343:-1001234567890", "telegram.4343:-1001234567890/7"
now = now_from(None)


def section(telegram: Emulator, **more: object) -> TelegramSection:
    given = {"token": telegram.token, "more_tokens": SECOND, "base_url": telegram.url, **more}
    return TelegramSection.model_validate(given)


@pytest.fixture
async def pair(telegram: Emulator) -> AsyncIterator[dict[str, Adapter]]:
    """Both bots of one emulated Telegram."""
    telegram.host(Emulator(token=SECOND, name="palabre_deux_bot"))
    made: dict[str, Adapter] = {
        name: build(known, name=name) for name, known in bots.settings_of(section(telegram)).items()
    }
    yield made
    for adapter in made.values():
        await adapter.close()


async def introduced(pair: dict[str, Adapter], *names: str) -> None:
    for name in names:
        adapter = pair[name]
        assert isinstance(adapter, TelegramAdapter)
        await adapter.introduce()


# --- Settings --------------------------------------------------------------------------------------------------------


def test_bots_are_named_by_what_never_changes() -> None:
    some = TelegramSection.model_validate({"token": "4242:a", "more_tokens": " 4343:b, 77:c ,"})
    assert some.bots == {"telegram": "4242:a", "telegram.4343": "4343:b", "telegram.77": "77:c"}
    renewed = TelegramSection.model_validate({"token": "4242:a", "more_tokens": "77:new,4343:b"})
    assert renewed.bots.keys() == some.bots.keys(), "in whatever order, and with a token that was renewed"
    assert TelegramSection.model_validate({"more_tokens": "4343:b"}).bots == {}


def test_by_webhook_each_has_an_address_and_a_secret() -> None:
    given = {"token": "4242:a", "more_tokens": "4343:b", "mode": "webhook", "webhook_secret": "chosen"}
    some = TelegramSection.model_validate({**given, "webhook_url": "https://avis.ville.fr/telegram/"})
    built = {name: build(known, name=name) for name, known in bots.settings_of(some).items()}
    assert [known.webhook_url for known in bots.settings_of(some).values()] == [
        "https://avis.ville.fr/telegram/",
        "https://avis.ville.fr/telegram/4343",
    ]
    paths: list[Any] = [route for adapter in built.values() for route in adapter.routes()]
    assert [route.path for route in paths] == ["/telegram/", "/telegram/4343"]
    bare = bots.settings_of(some.model_copy(update={"webhook_url": "https://avis.ville.fr"}))
    assert bare["telegram.4343"].webhook_url == "https://avis.ville.fr/4343"


async def test_the_secret_of_one_bot_opens_no_other() -> None:
    given = {"token": "4242:a", "more_tokens": "4343:b,77:c", "mode": "webhook", "webhook_url": "https://ville.fr/t"}
    known = bots.settings_of(TelegramSection.model_validate({**given, "webhook_secret": "chosen"}))
    assert [one.webhook_secret for one in known.values()] == ["chosen", None, None]
    for one in known.values():
        adapter = build(one)
        assert (await adapter.webhook_endpoint(b"{}", "chosen" if one.webhook_secret is None else "other"))[0] == 403
        await adapter.close()


async def test_a_token_that_is_refused_is_named_by_its_bot(
    telegram: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    known = bots.settings_of(section(telegram))["telegram.4343"]
    adapter = build(replace(known, back_off=(0.01, 0.02)), name="telegram.4343")
    with caplog.at_level(logging.ERROR), pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await adapter.introduce()
    await adapter.close()
    assert "check PALABRE_TELEGRAM__MORE_TOKENS, bot 4343 (and" in caplog.text
    assert SECOND.partition(":")[2] not in caplog.text


# --- Each for itself -------------------------------------------------------------------------------------------------


async def test_what_one_bot_writes_leaves_the_other_its_thirty_a_second(pair: dict[str, Adapter]) -> None:
    pacer = Pacer(clock=lambda: 0.0)
    left = {
        name: sum(not pacer.wait(adapter.limits(Place(name, str(chat))))[0] for chat in range(100))
        for name, adapter in pair.items()
    }
    assert left == {"telegram": 30, "telegram.4343": 30}


async def test_how_long_it_takes_is_reckoned_for_each_bot(pair: dict[str, Adapter]) -> None:
    assert bots.speed(pair, "tele") == bots.speed(pair, "telegram.4343:") == pytest.approx(30 * SHARE)
    assert bots.speed(pair, "") == pytest.approx(60 * SHARE), "people are spread over both"
    assert bots.speed(pair, "matr") == bots.speed({}, "") == 0.0


async def test_a_picture_belongs_to_the_bot_that_was_sent_it(pair: dict[str, Adapter]) -> None:
    with pytest.raises(Refused):
        await pair["telegram"].fetch("telegram.4343:p1s0")


def test_a_topic_of_a_further_bot_is_a_place() -> None:
    place = Place.parse(TOPIC)
    assert place == Place("telegram.4343", "-1001234567890", "7")
    assert (str(place), place.messenger) == (TOPIC, "telegram")


# --- Links -----------------------------------------------------------------------------------------------------------


def poster(pair: dict[str, Adapter], number: int, adapter: str = "telegram") -> tuple[str, int]:
    rules = SimpleNamespace(bots=lambda name: bots.ready(pair, name))
    turn: Any = SimpleNamespace(scene=SimpleNamespace(rules=rules), item=SimpleNamespace(adapter=adapter, id=number))
    return bots.for_poster(turn)


async def test_posters_lead_to_the_bots_in_turn(pair: dict[str, Adapter]) -> None:
    assert poster(pair, 5) == ("telegram", 1), "nobody has told us its name yet"
    await introduced(pair, "telegram.4343")
    assert poster(pair, 4) == poster(pair, 5) == ("telegram.4343", 1), "only to a bot whose name is known"
    await introduced(pair, "telegram")
    assert [poster(pair, number) for number in (4, 5, 6)] == [("telegram", 2), ("telegram.4343", 2), ("telegram", 2)]
    assert poster(pair, 5) == poster(pair, 5, "telegram.4343"), "whichever bot was asked"
    assert poster(pair, 5, "web") == ("web", 1)
    links = [getattr(pair[name], "link")("cour") for name in ("telegram", "telegram.4343")]  # noqa: B009
    assert links == ["https://t.me/palabre_bot?start=cour", "https://t.me/palabre_deux_bot?start=cour"]


# --- The doctor ------------------------------------------------------------------------------------------------------


async def doctor(telegram: Emulator, *places: str, **more: object) -> list[tuple[bool, str]]:
    settings = Settings(locale="en", telegram=section(telegram, **more))
    return await doctor_telegram.lines(settings, places, (), now())


async def test_the_doctor_looks_at_every_bot(telegram: Emulator) -> None:
    second = Emulator(token=SECOND, name="palabre_deux_bot")
    telegram.host(second)
    second.group(-1001234567890)
    found = await doctor(telegram, GROUP)
    assert [well for well, _said in found] == [True] * 5
    assert found[0][1] == "Telegram: the bot is @palabre_bot."
    assert found[2][1] == "Telegram: the bot is @palabre_deux_bot."
    assert found[4][1] == f"Telegram: the bot may write in {GROUP}."


async def test_the_doctor_says_which_token_is_refused(telegram: Emulator) -> None:
    *well, (bad, said) = await doctor(telegram)
    assert all(one for one, _said in well)
    assert not bad
    assert said.startswith("Telegram: the token of bot 4343 in PALABRE_TELEGRAM__MORE_TOKENS is refused")
    assert "BBEbcdef" not in said


async def test_the_doctor_misses_a_bot_that_was_taken_out(telegram: Emulator) -> None:
    found = await doctor(telegram, GROUP, "telegram:-5", more_tokens=None)
    (said,) = [said for well, said in found if not well and "belongs to" in said]
    assert said.startswith(f"Telegram: {GROUP} belongs to a bot whose token is not in")


async def test_the_doctor_says_what_a_webhook_needs(telegram: Emulator) -> None:
    ((well, said),) = await doctor(telegram, mode="webhook")
    assert not well
    assert "PALABRE_TELEGRAM__WEBHOOK_URL is missing" in said
