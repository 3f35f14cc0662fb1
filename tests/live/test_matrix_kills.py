"""kill -9 at moments when votes are on their way, in encrypted chats and in a room, on a real Synapse.

Nothing said is lost, nothing counts twice, and nothing is shown twice: each message carries a transaction id made of
its key, so what is sent again after a death is one message for whoever reads it.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from running import Town, free_port, until

sys.path.insert(0, str(Path(__file__).parent))

from gathering import answering, new_bot, sign, somebody, together, town_on
from synapse import Client, Shown, Synapse

QUESTIONS = 60
TALKERS, VOTERS = 5, 8
DAYS = ("mardi", "jeudi", "samedi")
_QUESTION = """
  - ask: q{n}
    text: Question {n:02} ?
    yes_no: true
"""
WALK = f"""
palabre: 1
id: marche
lang: fr
title: Beaucoup de questions
results: at_close
recap: false
steps:
{"".join(_QUESTION.format(n=n) for n in range(1, QUESTIONS + 1))}
  - end: merci
    text: Merci !
"""
CARD = f"""
palabre: 1
id: jour
lang: fr
title: Quel jour ?
results: live
secrecy: open
recap: false
steps:
  - ask: jour
    text: Quel jour nous réunir ?
    one_of: {{{", ".join(f"{day}: {day}" for day in DAYS)}}}
  - end: merci
    text: Merci !
"""

STANDS = "Votre vote reste : "
"""What somebody is told who says again what they have voted; everything else shows on the card."""


@dataclass(slots=True)
class Sent:
    """What was said so far, by everybody."""

    ids: dict[str, str] = field(default_factory=dict)
    """What each was, by its event."""
    fresh: asyncio.Event = field(default_factory=asyncio.Event)
    off: int = 0

    def note(self, id: str, what: str) -> None:
        self.ids[id] = what
        self.fresh.set()

    def taken_off(self, id: str) -> None:
        """A sign that is no longer there: where it came and went while nobody listened, nobody has to hear of it."""
        self.ids.pop(id, None)
        self.off += 1


@dataclass(slots=True)
class Talker:
    """Somebody who answers one question after the other in an encrypted chat."""

    client: Client
    room: str
    dice: random.Random
    given: list[bool] = field(default_factory=list)

    async def talk(self, sent: Sent, over: asyncio.Event) -> None:
        sent.note(await self.client.say(self.room, "!start marche"), "start")
        while len(self.given) < QUESTIONS:
            await self.client.sees(self.room, f"Question {len(self.given) + 1:02} ?")
            if over.is_set():
                return
            yes = self.dice.random() < 0.5
            self.given.append(yes)
            sent.note(await self.client.say(self.room, "oui" if yes else "2"), "answer")


@dataclass(slots=True)
class Voter:
    """Somebody who changes their mind in a room, by a sign on the card or an answer to it."""

    client: Client
    room: str
    card: Shown
    dice: random.Random
    wish: int = 0
    put: tuple[int, str] = (0, "")
    """The sign of theirs that is on the card, and its event."""

    async def vote(self, sent: Sent, over: asyncio.Event) -> None:
        while not (self.wish and over.is_set()):
            self.wish = self.dice.randint(1, len(DAYS))
            if self.dice.random() < 0.5 or self.put[0] == self.wish:
                words = self.dice.choice((str(self.wish), DAYS[self.wish - 1]))
                sent.note(await self.client.say(self.room, words, **answering(self.card)), "word")
            else:
                id = await self.client.react(self.room, self.card.id, sign(self.wish))
                sent.note(id, "sign")
                if self.put[1]:
                    await self.client.nio.room_redact(self.room, self.put[1])
                    sent.taken_off(self.put[1])
                self.put = self.wish, id
            await asyncio.sleep(self.dice.uniform(0.2, 1.0))


async def kills(folder: Path, times: int, seed: int) -> None:
    dice, began = random.Random(seed), time.monotonic()
    async with Synapse(folder / "synapse", free_port()) as synapse:
        bot = await new_bot(synapse)
        async with town_on(synapse, bot, folder) as town:
            await town.publish(WALK, "--open", "now")
            await town.start_warm()
            people = [await somebody(synapse, "talker", encrypted=True) for _number in range(TALKERS)]
            talkers = [Talker(one, await one.direct(bot.user), random.Random(dice.random())) for one in people]
            quarter = [await somebody(synapse, "voter", encrypted=False) for _number in range(VOTERS)]
            room = await together(quarter[0], bot, *quarter[1:], encrypted=False)
            await town.publish(CARD, "--open", "now", "--place", f"matrix:{room}")
            card = await quarter[0].sees(room, "Quel jour nous réunir ?")
            voters = [Voter(one, room, card, random.Random(dice.random())) for one in quarter]
            sent, over = Sent(), asyncio.Event()
            busy = [asyncio.create_task(one.talk(sent, over)) for one in talkers]
            busy += [asyncio.create_task(one.vote(sent, over)) for one in voters]
            flying = []
            for _life in range(times):
                await asyncio.sleep(dice.uniform(0.1, 1.5))
                sent.fresh.clear()
                await asyncio.wait_for(sent.fresh.wait(), 30)
                await asyncio.sleep(dice.uniform(0, 0.15))
                town.strike()
                await town.gone()
                flying.append(len(missing(town, sent)))
                await town.start_warm(ready=False)
            over.set()
            await asyncio.gather(*busy)
            await until(lambda: not missing(town, sent), lambda: f"not heard: {missing(town, sent)}")
            await settled(town)
            judge(town, talkers, voters, room, bot.user)
            await town.palabre("close", "jour")
            result = await town.results("jour")
            wanted = Counter(one.wish for one in voters)
            assert [row["count"] for row in result["questions"][0]["rows"]] == [wanted[n + 1] for n in range(len(DAYS))]
            await town.palabre("close", "marche")
            answers = await town.results("marche")
            for at, question in enumerate(answers["questions"]):
                given = Counter(one.given[at] for one in talkers if len(one.given) > at)
                assert [row["count"] for row in question["rows"]] == [given[True], given[False]], question
            print(
                f"\n{times} kills in {time.monotonic() - began:.0f} s: {len(sent.ids) + sent.off} messages and signs, "
                f"{sum(flying)} on their way when it died (in {sum(map(bool, flying))} deaths), 0 lost, 0 seen twice"
            )


def missing(town: Town, sent: Sent) -> dict[str, str]:
    """What people sent and is not in the inbox."""
    heard = {row[0] for row in town.rows("SELECT key FROM inbox WHERE adapter = 'matrix'")}
    return {id: what for id, what in sent.ids.items() if id not in heard}


async def settled(town: Town) -> None:
    await until(lambda: town.value("SELECT count(*) FROM inbox WHERE state = 'new'") == 0, "all handled")
    busy = "SELECT count(*) FROM outbox WHERE state IN ('waiting', 'sending')"
    await until(lambda: town.value(busy) == 0, lambda: str(town.rows("SELECT key, state FROM outbox")))
    assert town.value("SELECT count(*) FROM inbox WHERE state = 'aside'") == 0


def judge(town: Town, talkers: list[Talker], voters: list[Voter], room: str, bot: str) -> None:
    """By what clients received, and by what is on file."""
    for one in talkers:
        shown = one.client.screen(one.room)
        asked = [text.text.split("\n")[0] for text in shown if text.text.startswith("Question ")]
        least = [f"Question {n:02} ?" for n in range(1, min(len(one.given) + 1, QUESTIONS) + 1)]
        assert asked == least, f"{one.client.user} saw {asked}"
        assert all(text.encrypted for text in shown)
        assert one.client.unreadable == 0
    for voter in voters:
        ours = [shown for shown in voter.client.screen(room) if shown.sender == bot]
        cards = [shown for shown in ours if not shown.text.startswith(STANDS)]
        assert len(cards) == 1, f"{voter.client.user} saw {[shown.text for shown in cards]}"
    ballots = town.value("SELECT count(*) FROM ballots")
    assert ballots == sum(len(one.given) for one in talkers) + len(voters)


async def test_twenty_kills_with_votes_on_their_way(tmp_path: Path) -> None:
    await kills(tmp_path, 20, seed=random.randrange(1_000_000))


@pytest.mark.soak
async def test_a_hundred_kills_with_votes_on_their_way(tmp_path: Path) -> None:
    await kills(tmp_path, 100, seed=random.randrange(1_000_000))
