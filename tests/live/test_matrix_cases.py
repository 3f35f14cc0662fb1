"""Moderation in a room on a real Synapse: cards arrive, signs and typed words decide, once, and everybody is told."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import pytest
import pytest_asyncio
from running import free_port

sys.path.insert(0, str(Path(__file__).parent))

from gathering import answering, new_bot, sign, somebody, together, town_on
from synapse import Client, Shown, Synapse

from locales import tr

pytestmark = pytest.mark.asyncio(loop_scope="module")
CLIENT = "/_matrix/client/v3"
IDEAS = (Path(__file__).parents[1] / "transcripts" / "flows" / "idees.yaml").read_text(encoding="utf-8")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def synapse(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Synapse]:
    async with Synapse(tmp_path_factory.mktemp("synapse"), free_port()) as synapse:
        yield synapse


async def named_moderator(one: Client, room: str, owner: Client, office: str) -> str:
    """Somebody asks for their code in private, the owner gives the role with it; the code."""
    await one.say(room, "!roles moi")
    begin, _, end = tr("fr", "Your code is {code}. Give it to whoever is to give you a role.", code="|").partition("|")
    code = (await one.sees(room, begin)).text.removeprefix(begin).removesuffix(end)
    before = len(owner.texts(office))
    await owner.say(office, f"!roles * ajouter moderateur {code}")
    await owner.until(lambda: len(owner.texts(office)) > before, "the role is given", room=office)
    return code


async def proposes(one: Client, room: str, words: str) -> None:
    await one.say(room, words)
    await one.until(lambda: words in _newest(one, room), "the text read back", room=room)
    await one.say(room, tr("fr", "Send"))


def _newest(one: Client, room: str) -> str:
    return one.texts(room)[-1] if one.texts(room) else ""


async def card(one: Client, room: str, number: int, *, with_: str = "") -> Shown:
    """The card of a case as it stands on somebody's screen, once it says `with_`."""

    def found() -> Shown | None:
        cards = [shown for shown in one.screen(room) if shown.text.startswith(f"Dossier {number} ")]
        assert len(cards) < 2, "a case is one message"
        return cards[0] if cards and with_ in cards[0].text else None

    shown = await one.until(found, f"case {number} with {with_!r}", room=room)
    assert isinstance(shown, Shown)
    return shown


@pytest.mark.parametrize("encrypted", [False, True], ids=["open", "encrypted"])
async def test_moderators_decide_in_their_room(synapse: Synapse, tmp_path: Path, encrypted: bool) -> None:
    """By a sign and by a word; a reason is asked; who is second is told; the author is told each time."""
    bot = await new_bot(synapse)
    mayor, ana, tom, lea = [await somebody(synapse, name, encrypted=encrypted) for name in ("mayor", "ana", "tom", "l")]
    async with town_on(synapse, bot, tmp_path, OWNERS=f"matrix:{mayor.user}") as town:
        await town.publish(IDEAS, "--open", "now")
        await town.start()
        office = await mayor.direct(bot.user)
        privately = {one: await one.direct(bot.user) for one in (ana, tom)}
        codes = {one: await named_moderator(one, privately[one], mayor, office) for one in (ana, tom)}
        desk = await together(mayor, bot, ana, tom, encrypted=encrypted)
        await mayor.say(desk, "!moderation tout")
        await mayor.sees(desk, "la modération se fait ici")
        chat = await lea.direct(bot.user)
        await lea.say(chat, "!start idees")
        await lea.sees(chat, "Que faut-il faire sur la place du marché ?")
        # By a sign.
        await proposes(lea, chat, "Planter des arbres sur la place")
        first = await card(ana, desk, 1)
        await ana.react(desk, first.id, sign(1))
        await lea.sees(chat, tr("fr", "A moderator has read it. It is published."))
        decided = await card(ana, desk, 1, with_=f"✔ approuvé, {codes[ana]}")
        assert decided.id == first.id
        # A moment later, by typing: who was faster.
        await tom.say(desk, "1", **answering(first))
        await tom.sees(desk, f"{codes[ana]} vous a devancé")
        # A reason is asked for, and the author gets the rule.
        await lea.say(chat, tr("fr", "Another one"))
        await proposes(lea, chat, "Le maire est un voleur")
        second = await card(tom, desk, 2)
        await tom.say(desk, tr("fr", "Refuse ..."), **answering(second))
        await card(tom, desk, 2, with_=tr("fr", "For which reason? The author is told this rule."))
        offered = (await card(tom, desk, 2)).text.split("\n")
        insulting = next(line.split(".")[0] for line in offered if line.endswith(tr("fr", "Insulting")))
        await tom.react(desk, second.id, sign(int(insulting)))
        rule = tr("fr", "No insults, threats or attacks on people.")
        await lea.sees(chat, rule)
        await card(ana, desk, 2, with_=f"✔ refusé, {codes[tom]}")
        # By a sign, second: it is told as well, once.
        await ana.react(desk, second.id, sign(3))  # there is but one thing left to do on a card that is decided
        await ana.sees(desk, f"{codes[tom]} vous a devancé")
        states = town.rows("SELECT id, state, outcome FROM cases ORDER BY id")
        assert [(id, outcome) for id, _state, outcome in states] == [(1, "approve"), (2, "refuse")]
        if encrypted:
            assert all(one.encrypted for one in ana.screen(desk))


async def test_who_has_no_role_decides_nothing_and_a_sign_taken_off_takes_nothing_back(
    synapse: Synapse, tmp_path: Path
) -> None:
    bot = await new_bot(synapse)
    mayor, ana, zoe, lea = [await somebody(synapse, name, encrypted=False) for name in ("mayor", "ana", "zoe", "lea")]
    async with town_on(synapse, bot, tmp_path, OWNERS=f"matrix:{mayor.user}") as town:
        await town.publish(IDEAS, "--open", "now")
        await town.start()
        office, private = await mayor.direct(bot.user), await ana.direct(bot.user)
        await named_moderator(ana, private, mayor, office)
        desk = await together(mayor, bot, ana, zoe, encrypted=False)
        await mayor.say(desk, "!moderation tout")
        await mayor.sees(desk, "la modération se fait ici")
        chat = await lea.direct(bot.user)
        await lea.say(chat, "!start idees")
        await lea.sees(chat, "Que faut-il faire")
        await proposes(lea, chat, "Planter des arbres")
        shown = await card(zoe, desk, 1)
        await zoe.react(desk, shown.id, sign(1))
        await zoe.sees(desk, tr("fr", "Only moderators can do this."))
        before = len(ana.texts(desk))
        await ana.react(desk, shown.id, "👍")  # talk among the members
        put = await ana.react(desk, shown.id, sign(2))
        await card(ana, desk, 1, with_=tr("fr", "For which reason? The author is told this rule."))
        await ana.nio.room_redact(desk, put)
        await ana.say(desk, tr("fr", "Back"), **answering(shown))
        await card(ana, desk, 1, with_=tr("fr", "Approve"))
        assert len(ana.texts(desk)) == before
        await ana.react(desk, shown.id, sign(1))
        await lea.sees(chat, tr("fr", "A moderator has read it. It is published."))
        assert town.value("SELECT outcome FROM cases") == "approve"


async def test_what_is_decided_about_talk_is_done_in_the_room(synapse: Synapse, tmp_path: Path) -> None:
    """Reported by a member, deleted and muted by a sign on the card; the author is told why and until when."""
    bot = await new_bot(synapse)
    mayor, ana, eve, zoe = [await somebody(synapse, name, encrypted=False) for name in ("mayor", "ana", "eve", "zoe")]
    async with town_on(synapse, bot, tmp_path, OWNERS=f"matrix:{mayor.user}") as town:
        await town.start()
        office, private, evening = [await one.direct(bot.user) for one in (mayor, ana, eve)]
        await named_moderator(ana, private, mayor, office)
        await eve.say(evening, "!aide")
        await eve.until(lambda: eve.texts(evening), "an answer", room=evening)
        quarter = await together(mayor, bot, eve, zoe, encrypted=False)
        levels = f"{CLIENT}/rooms/{quote(quarter)}/state/m.room.power_levels"
        held = await synapse.ask("GET", levels, mayor.account.token)
        held["users"][bot.user] = 100
        await synapse.ask("PUT", levels, mayor.account.token, held)
        desk = await together(mayor, bot, ana, encrypted=False)
        await mayor.say(desk, "!moderation tout")
        await mayor.sees(desk, "la modération se fait ici")
        said = await eve.say(quarter, "Taisez-vous, bande d'idiots")
        await zoe.say(quarter, "!signaler insultant", **{"m.relates_to": {"m.in_reply_to": {"event_id": said}}})
        shown = await card(ana, desk, 1)
        await choose(ana, desk, shown, tr("fr", "Delete and mute ..."))
        await choose(ana, desk, await card(ana, desk, 1, with_="1 jour"), "1 jour")
        await choose(ana, desk, await card(ana, desk, 1, with_=tr("fr", "Insulting") + "\n"), tr("fr", "Insulting"))
        await card(ana, desk, 1, with_="✔")
        await eve.sees(evening, tr("fr", "No insults, threats or attacks on people."))
        path = f"{CLIENT}/rooms/{quote(quarter)}/event/{quote(said)}"

        async def silenced() -> bool:
            event = await synapse.ask("GET", path, zoe.account.token)
            now = await synapse.ask("GET", levels, zoe.account.token)
            muted = now["users"].get(eve.user, 0) < now.get("events_default", 0)
            return event["content"] == {} and bool(muted)

        async with asyncio.timeout(30):
            while not await silenced():
                await asyncio.sleep(0.1)


async def choose(one: Client, room: str, shown: Shown, label: str) -> None:
    """Put the number sign of a choice on a card, and take it off again: nobody may put the same sign on it twice."""
    number = next(line.split(".")[0] for line in shown.text.split("\n") if line.endswith(f". {label}"))
    put = await one.react(room, shown.id, sign(int(number)))
    await one.nio.room_redact(room, put)
