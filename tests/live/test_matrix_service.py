"""Palabre as an application service of a real Synapse: what is said is pushed, and power cuts lose nothing of it."""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from running import Town, free_port, until

sys.path.insert(0, str(Path(__file__).parent))

from synapse import Client, Shown, Synapse

from adapters.matrix.registration import Registration, read
from locales import tr

BOT = "@palabre:town.test"
KEYS = "/_matrix/client/v3/keys/query"
REACHED = "Matrix: the homeserver reaches Palabre and pushes what people write."
FLOW = """
palabre: 1
id: mobilite
lang: fr
title: {fr: "Se déplacer demain", en: "Getting around tomorrow"}
results: at_close
steps:
  - say: hello
    text: {fr: "Bonjour et bienvenue.", en: "Hello and welcome."}
  - ask: mode
    text: {fr: "Comment venez-vous ?", en: "How do you come?"}
    one_of:
      velo: {fr: "À vélo", en: "By bike"}
      bus: {fr: "En bus", en: "By bus"}
  - ask: idee
    text: {fr: "Avez-vous une idée ?", en: "Do you have an idea?"}
    short_text: true
    optional: true
  - end: thanks
    text: {fr: "Merci beaucoup.", en: "Thank you."}
"""


LIMITED = (
    "rc_registration: {per_second: 100, burst_count: 100}\nrc_login: {address: {per_second: 100, burst_count: 100}}\n"
)
"""Everybody may register, and then say ten things at once and one each five seconds, as on every Synapse."""


@dataclass(frozen=True, slots=True)
class Service:
    """A homeserver that pushes, and the town that it pushes to."""

    synapse: Synapse
    town: Town
    registration: Registration

    async def citizens(self, *names: str, encrypted: bool) -> list[Client]:
        return [await self.synapse.citizen(name, encrypted=encrypted) for name in names]


@asynccontextmanager
async def service(folder: Path, *, limits: bool = False, **settings: str) -> AsyncIterator[Service]:
    port = free_port()
    town = Town(
        folder,
        MATRIX__HOMESERVER=f"http://127.0.0.1:{port}",
        MATRIX__USER=BOT,
        MATRIX__MODE="appservice",
        MATRIX__STORE=str(folder / "keys"),
        **settings,
    )
    said = await town.palabre("matrix", "registration", "--url", town.url)
    assert "app_service_config_files" in said
    file = folder / "palabre-registration.yaml"
    more = f"app_service_config_files: [{file}]\n" + (LIMITED if limits else "")
    async with Synapse(folder / "synapse", port, limits=limits, more=more) as synapse, town:
        yield Service(synapse, town, read(file, BOT))


async def takes_part(one: Client, room: str, choice: str) -> None:
    await one.say(room, "!start mobilite")
    await one.sees(room, "Comment venez-vous ?")
    await one.say(room, choice)
    await one.sees(room, "Avez-vous une idée ?")
    await one.say(room, "Des bancs")
    await one.sees(room, tr("fr", "Here are your answers. Is everything right?"))
    await one.say(room, tr("fr", "Send"))
    await one.sees(room, "Merci beaucoup.")


async def launched(mayor: Client, room: str) -> Shown:
    """A poll in the room; its card."""
    await mayor.say(room, "/poll Quel jour ? | mardi | samedi | live | open ballot")
    preview = await mayor.sees(room, tr("fr", "Publish"))
    relates = {"m.in_reply_to": {"event_id": preview.id}}
    await mayor.say(room, tr("fr", "Publish"), **{"m.relates_to": relates})

    def card() -> Shown | None:
        return next((one for one in mayor.screen(room) if one.id != preview.id and "samedi" in one.text), None)

    shown = await mayor.until(card, "the card", room=room)
    assert isinstance(shown, Shown)
    return shown


async def test_answered_by_five_people_and_in_a_room(tmp_path: Path) -> None:
    """On a homeserver that limits everybody: what is written to people is not limited."""
    async with service(tmp_path, limits=True, OWNERS="matrix:@maire:town.test") as run:
        town, synapse = run.town, run.synapse
        await town.publish(FLOW, "--open", "now")
        await town.start()
        people = [
            *(await run.citizens("lea", "tom", encrypted=True)),
            *(await run.citizens("zoe", "ali", "maire", encrypted=False)),
        ]
        mayor = people[-1]
        square = await mayor.room(BOT)
        rooms = [await one.direct(BOT) for one in people]
        await asyncio.gather(*(takes_part(*each, "2") for each in zip(people, rooms, strict=True)))
        for one, room in zip(people, rooms, strict=True):
            shown = one.screen(room)
            assert [message.encrypted for message in shown] == [one.encrypted] * len(shown)
            assert one.unreadable == 0
        await town.palabre("close", "mobilite")
        result = await town.results("mobilite")
        assert result["participants"] == 5
        assert [row["count"] for row in result["questions"][0]["rows"]] == [0, 5]
        card = await launched(mayor, square)
        await mayor.react(square, card.id, "2\ufe0f\u20e3")
        await until(
            lambda: town.value("SELECT count(*) FROM ballots WHERE question NOT IN ('mode', 'idee')") == 1,
            "a vote in the room",
        )
        assert tr("fr", REACHED) in await town.palabre("doctor")
        for secret in (run.registration.as_token, run.registration.hs_token):
            assert secret not in town.log()
        found = await synapse.ask("POST", KEYS, mayor.account.token, {"device_keys": {BOT: []}})
        (device,) = found["device_keys"][BOT].values()
        assert len(device["signatures"][BOT]) == 2, "signed by itself and by its account"


async def test_power_cuts_lose_nothing_and_show_nothing_twice(tmp_path: Path) -> None:
    rng = random.Random(20260302)
    async with service(tmp_path) as run:
        town = run.town
        await town.publish(FLOW, "--open", "now")
        await town.start_warm()
        people = [
            *(await run.citizens("lea", "tom", encrypted=True)),
            *(await run.citizens("zoe", "ali", "eva", encrypted=False)),
        ]
        rooms = [await one.direct(BOT) for one in people]
        choices = [str(rng.randint(1, 2)) for _one in people]

        async def later(one: Client, room: str, choice: str) -> None:
            await asyncio.sleep(rng.uniform(0, 3))
            await takes_part(one, room, choice)

        everybody = [asyncio.create_task(later(*each)) for each in zip(people, rooms, choices, strict=True)]
        for _kill in range(5):
            await asyncio.sleep(rng.uniform(0.2, 2.0))
            await town.kill()
            await asyncio.sleep(rng.uniform(0, 0.5))
            await town.start_warm(ready=False)
        await asyncio.gather(*everybody)
        for one, room in zip(people, rooms, strict=True):
            texts = one.texts(room)
            assert len(texts) == len(set(texts)), f"{one.user} saw something twice: {texts}"
            assert one.unreadable == 0
        await town.ready()
        await town.palabre("close", "mobilite")
        result = await town.results("mobilite")
        assert result["participants"] == 5
        counted = [row["count"] for row in result["questions"][0]["rows"]]
        assert counted == [choices.count("1"), choices.count("2")]
