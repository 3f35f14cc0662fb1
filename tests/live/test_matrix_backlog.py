"""Five hundred votes while nobody was there: all of them count, on a real Synapse.

Twenty choices each may be picked or not, so every single sign or word is a vote of its own, and one that is lost or
counted twice shows in the tally. What is said in a room is far more than one reading of it holds (`limited`).
"""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from pathlib import Path

from running import Town, free_port, until

sys.path.insert(0, str(Path(__file__).parent))

from gathering import answering, new_bot, sign, somebody, together, town_on
from synapse import Client, Shown, Synapse

from adapters.matrix.syncing import PAGE

CHOICES = 20
SIGNING, TYPING = 15, 10
LIST = f"""
palabre: 1
id: projets
lang: fr
title: Quels projets ?
results: live
secrecy: open
recap: false
steps:
  - ask: projets
    text: Lesquels vous plaisent ?
    any_of: {{{", ".join(f"p{n}: Projet {n:02}" for n in range(1, CHOICES + 1))}}}
  - end: merci
    text: Merci !
"""


async def test_five_hundred_votes_while_the_service_was_off(tmp_path: Path) -> None:
    """Three hundred by signs in an open room, two hundred by encrypted words in another one."""
    async with Synapse(tmp_path / "synapse", free_port()) as synapse:
        bot = await new_bot(synapse)
        async with town_on(synapse, bot, tmp_path) as town:
            await town.start()
            signing = [await somebody(synapse, "signing", encrypted=False) for _number in range(SIGNING)]
            typing = [await somebody(synapse, "typing", encrypted=True) for _number in range(TYPING)]
            rooms = {
                False: await together(signing[0], bot, *signing[1:], encrypted=False),
                True: await together(typing[0], bot, *typing[1:], encrypted=True),
            }
            places = [word for room in rooms.values() for word in ("--place", f"matrix:{room}")]
            await town.publish(LIST, "--open", "now", *places)
            cards = {one: await one.sees(rooms[one in typing], "Lesquels vous plaisent") for one in (*signing, *typing)}
            await town.stop()
            for one in (*signing[1:], *typing[1:]):
                await one.pause()  # nobody has to look on
            said = await asyncio.gather(
                *(signs(one, rooms[False], cards[one]) for one in signing),
                *(words(one, rooms[True], cards[one]) for one in typing),
            )
            keys = {key for some in said for key in some}
            assert len(keys) == 500 > 2 * PAGE
            await town.start()
            await until(lambda: counted(town) == 500, lambda: f"{counted(town)} votes")
            heard = Counter(row[0] for row in town.rows("SELECT key FROM inbox WHERE adapter = 'matrix'"))
            assert keys <= set(heard)
            assert max(heard.values()) == 1
            everybody = SIGNING + TYPING
            for one, room in ((signing[0], rooms[False]), (typing[0], rooms[True])):
                await one.until(lambda one=one, room=room: f"{everybody} personnes" in text_of(one, room), "the tally")
                assert text_of(one, room).count(f" {everybody} (100\u00a0%)") == CHOICES, text_of(one, room)
                assert sum(shown.sender == bot.user for shown in one.screen(room)) == 1, one.texts(room)
            await town.palabre("close", "projets")
            result = await town.results("projets")
            assert result["participants"] == everybody
            assert [row["count"] for row in result["questions"][0]["rows"]] == [everybody] * CHOICES


async def signs(one: Client, room: str, card: Shown) -> list[str]:
    return [await one.react(room, card.id, sign(number)) for number in range(1, CHOICES + 1)]


async def words(one: Client, room: str, card: Shown) -> list[str]:
    """Encrypted for a bot that is not there: it finds the key with the words."""
    spoken = [str(number) if number % 2 else f"Projet {number:02}" for number in range(1, CHOICES + 1)]
    return [await one.say(room, word, **answering(card)) for word in spoken]


def counted(town: Town) -> int:
    found = town.value("SELECT sum(json_array_length(answer, '$[1]')) FROM ballots WHERE question = 'projets'")
    return int(found or 0)


def text_of(one: Client, room: str) -> str:
    """The card as it stands."""
    return next(shown.text for shown in one.screen(room) if "Lesquels vous plaisent" in shown.text)
