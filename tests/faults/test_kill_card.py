"""kill -9 at random moments while a group votes on one card: no vote lost, none counted twice, and the card, the
counters and the ballots say the same in the end.

A voter knows only what a person in a group knows: what they pressed, and the short word that came back.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest
from postgres import OnServer
from running import PATIENCE, Town, until
from striking import Executioner

from adapters.telegram_emulator import Citizen, Emulator, Shown
from adapters.telegram_emulator.world import Person
from locales import tr
from storage.ballots import token

GROUP = -1001234567890
VOTERS = 60
INSIST = 4.0
"""A person whom nobody answers for so many seconds presses again."""
DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi")
OUT = ""
"""The wish to take the vote back."""
POLL = f"""
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
    dont_know: true
    one_of: {{{", ".join(f"{day}: {day}" for day in DAYS)}}}
  - end: merci
    text: Merci !
"""
WITHDRAWN = {tr("fr", "Your vote is withdrawn."), tr("fr", "You have not voted here.")}


@dataclass(slots=True)
class Voter:
    """Presses one wish after another on the card, each until it is answered."""

    citizen: Citizen
    card: Shown
    dice: random.Random
    wishes: list[str] = field(default_factory=list)
    read: int = -1
    """Up to which of the wishes an answer was read."""
    going: bool = True
    again: int = 0
    pressed_at: float = 0.0

    @property
    def waits(self) -> bool:
        return self.read < len(self.wishes) - 1

    def wish(self) -> None:
        """Something else than lately, so that a late answer is not taken for a new one."""
        lately = self.wishes[-3:]
        choices = [day for day in DAYS if day not in lately]
        out = OUT not in lately and self.wishes and self.dice.random() < 0.15
        self.wishes.append(OUT if out else self.dice.choice(choices))
        self.press()

    def press(self) -> None:
        wanted = self.wishes[-1]
        self.pressed_at = time.monotonic()
        self.citizen.press_data(f"v.jour.{DAYS.index(wanted) if wanted else 'out'}", self.card)

    def note(self, text: str) -> None:
        if not self.waits or not _says(text, self.wishes[-1]):
            return
        self.read = len(self.wishes) - 1
        if self.going:
            asyncio.get_running_loop().call_later(self.dice.uniform(0.1, 0.6), self.wish)

    def insist(self) -> None:
        if self.waits and time.monotonic() - self.pressed_at > INSIST:
            self.again += 1
            self.press()

    def agrees(self, filed: str) -> bool:
        """Is what is on file the last wish that was answered, or one that was pressed after it?"""
        return filed in (self.wishes[max(self.read, 0) :] if self.read >= 0 else [OUT, *self.wishes])


def _says(text: str, wish: str) -> bool:
    if not wish:
        return text in WITHDRAWN
    return any(
        text.startswith(tr("fr", sentence, answer=wish))
        for sentence in ("Your vote: {answer}.", "Your vote stands: {answer}.")
    )


def on_file(town: Town) -> dict[int, str]:
    """Telegram id -> choice."""
    with town.reading() as connection:
        (key,) = connection.execute("SELECT key FROM consultations WHERE id = 'jour'").fetchone()
        people = connection.execute("SELECT identity, participant FROM identities").fetchall()
        filed = connection.execute("SELECT token, answer FROM ballots").fetchall()
    who = {token(key, participant): int(identity.partition(":")[2]) for identity, participant in people}
    found = {who[by]: json.loads(answer)[1] for by, answer in filed}
    assert len(found) == len(filed), "somebody has two ballots"
    return found


def lost(town: Town, voters: dict[int, Voter]) -> list[str]:
    filed = on_file(town)
    return [
        f"{id}: {filed.get(id)!r} is on file, {voter.wishes[voter.read :]!r} was pressed since the last answer"
        for id, voter in voters.items()
        if not voter.agrees(filed.get(id, OUT))
    ]


def counters(town: Town) -> Counter[str]:
    rows = town.rows("SELECT code, n FROM tallies WHERE consultation = 'jour' AND code LIKE 'c:%'")
    return +Counter({code.removeprefix("c:"): n for code, n in rows})


def tally_of(card: Shown) -> Counter[str]:
    """The numbers that a card shows."""
    return +Counter(
        {
            name.removeprefix("• "): int(found[1])
            for name, bar in pairwise(card.text.split("\n"))
            if (found := re.search(r"[▰▱]+ (\d+)", bar))
        }
    )


async def kills(folder: Path, server: OnServer | None, times: int, seed: int) -> None:
    dice, began = random.Random(seed), time.monotonic()
    async with Emulator() as telegram, Town(folder, telegram=telegram, server=server) as town:
        group = telegram.group(GROUP, "Quartier")
        await town.publish(POLL, "--open", "now", "--place", f"telegram:{GROUP}")
        await town.start_warm()
        card: Shown = await until(lambda: next((one for one in group.screen() if "lundi" in one.labels), None))
        voters: dict[int, Voter] = {}

        def note(person: Person, text: str) -> None:
            if person.id in voters:
                voters[person.id].note(text)

        telegram.world.on_answered = note
        death = Executioner(town, telegram, seed)
        telegram.world.on_shown = death.shown
        for number in range(VOTERS):
            voters[100 + number] = Voter(telegram.citizen(100 + number, f"V{number}", "fr"), card, dice)
            asyncio.get_running_loop().call_later(dice.uniform(0, 1), voters[100 + number].wish)
        for life in range(times):
            if life:
                await town.start_warm()
                await town.at_work()
                assert lost(town, voters) == []
                _insist(voters)
            await death.strike()
        await town.start_warm()
        await _finished(voters)

        filed = Counter(on_file(town).values())
        assert lost(town, voters) == []
        assert on_file(town) == {id: voter.wishes[-1] for id, voter in voters.items() if voter.wishes[-1]}
        assert counters(town) == filed
        await until(lambda: tally_of(card) == filed, lambda: f"{filed} on the card {card.text}")
        await town.palabre("close", "jour")
        result = await town.results("jour")
        (question,) = result["questions"]
        assert +Counter({row["code"]: row["count"] for row in question["rows"]}) == filed
        assert town.value("SELECT count(*) FROM inbox WHERE state = 'aside'") == 0
        assert town.damage() == []
        assert not any(voter.citizen.screen() for voter in voters.values()), "nobody is written to in private"
        wishes, again = sum(len(one.wishes) for one in voters.values()), sum(one.again for one in voters.values())
        print(
            f"\n{times} kills ({dict(death.how)}) in {time.monotonic() - began:.0f} s: {VOTERS} voters, "
            f"{wishes} wishes, {again} pressed again, {card.edits} edits of the card"
        )


def _insist(voters: dict[int, Voter]) -> None:
    for voter in voters.values():
        voter.insist()


async def _finished(voters: dict[int, Voter]) -> None:
    """Everybody has read the answer to their last wish."""
    for voter in voters.values():
        voter.going = False
    end = time.monotonic() + PATIENCE
    await asyncio.sleep(0.7)  # who was about to press does so
    while any(voter.waits for voter in voters.values()):
        assert time.monotonic() < end, [voter.wishes[-1] for voter in voters.values() if voter.waits]
        _insist(voters)
        await asyncio.sleep(0.05)


async def test_eight_kills_while_a_group_votes(tmp_path: Path, elsewhere: OnServer | None) -> None:
    await kills(tmp_path, elsewhere, 8, seed=random.randrange(1_000_000))


@pytest.mark.soak
async def test_three_hundred_kills_while_a_group_votes(tmp_path: Path, elsewhere: OnServer | None) -> None:
    await kills(tmp_path, elsewhere, 300, seed=random.randrange(1_000_000))
