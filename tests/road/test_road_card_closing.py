"""Closing while a group votes on a card: whoever read "Your vote" is counted, whoever read "closed" is not.

The platform hands over late what it held; presses, the cut and the count come in any order. In every round the result,
the ballots, the counters and the short words that people read say the same.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import orjson

from adapters.base import Batch, Inbound, Place
from flows.events import Pressed
from flows.prompts import card
from flows.tally import counts
from storage import ballots, consultations

ROUNDS = 50
VOTERS = 30
GROUP = Place("telegram", "-100")
DAYS = ("lundi", "mardi", "jeudi")
WISHES = (*DAYS, *DAYS, "")
"""What a press may ask for; nothing: to take the vote back."""
POLL = """\
palabre: 1
id: {id}
lang: en
title: Which day?
results: live
secrecy: open
recap: false
steps:
  - ask: day
    text: Which day shall we meet?
    dont_know: true
    one_of: {{lundi: Lundi, mardi: Mardi, jeudi: Jeudi}}
  - end: thanks
    text: Thank you!
"""
CLOSED = "This consultation is closed; answers are no longer taken."


@dataclass(slots=True)
class Race:
    """One poll, and what everybody pressed and read."""

    town: Any
    id: str
    dice: random.Random
    wishes: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Press -> (person, wish)."""
    said: dict[str, str] = field(default_factory=dict)
    """Person -> the day that they last read to be their vote; empty once they read that it was taken back."""
    read: Counter[str] = field(default_factory=Counter)

    def presses(self, some: int, *, held: bool = False) -> list[Inbound]:
        """Presses made now; those that the platform holds come in later."""
        found = []
        for _ in range(some):
            person, wish = f"{self.dice.randrange(VOTERS)}", self.dice.choice(WISHES)
            key = f"{self.id}.{len(self.wishes)}"
            self.wishes[key] = (person, wish)
            event = Pressed(at=self.town.now, data=card(self.id, str(DAYS.index(wish)) if wish else "out"), message="1")
            found.append(Inbound(key=key, place=GROUP, person=person, event=event, private=False, locale="en"))
            self.town.later(milliseconds=self.dice.randrange(1, 40))
        return found

    def arrive(self, items: list[Inbound]) -> None:
        for start in range(0, len(items), 7):
            some = tuple(items[start : start + 7])
            self.town.road.receive("telegram", Batch(cursor=some[-1].key, items=some))
            if self.dice.random() < 0.5:
                self.listen(self.town.road.think())

    def think(self) -> None:
        while (thought := self.town.road.think()).events:
            self.listen(thought)

    def listen(self, thought: Any) -> None:
        for note in thought.notes:
            person, wish = self.wishes[note.inbound_key]
            self.hear(note.text, person, wish)

    def hear(self, text: str, person: str, wish: str) -> None:
        """One note, held against what was pressed."""
        word = text.partition(":")[0]
        match word:
            case "Your vote" | "Your vote stands":
                assert f": {wish.title()}." in text, (text, wish)
                self.said[person] = wish
            case "Your vote is withdrawn." | "You have not voted here.":
                assert wish == ""
                self.said[person] = ""
            case _:
                assert text == CLOSED
        self.read[word] += 1


def test_fifty_closings_raced_by_voters(town: Any) -> None:
    town.hurry()
    read: Counter[str] = Counter()
    for round in range(ROUNDS):
        race = raced(town, round)
        check(race)
        read += race.read
    assert min(read["Your vote"], read["Your vote is withdrawn."], read[CLOSED]) > ROUNDS, read


def raced(town: Any, round: int) -> Race:
    dice = random.Random(round)
    id = f"jour{round}"
    assert town.publish(POLL.format(id=id), places=(str(GROUP),)) == id
    town.think()
    race = Race(town, id, dice)
    race.arrive(race.presses(dice.randrange(10, 40)))
    held = race.presses(dice.randrange(0, 30))
    if dice.random() < 0.5:
        race.think()
    town.cut(id)
    late = race.presses(dice.randrange(0, 20))
    mixed = held + late
    split = dice.randrange(len(mixed) + 1)
    race.arrive(mixed[:split])
    if dice.random() < 0.5:
        race.think()
    town.tally(id)
    race.arrive(mixed[split:])
    race.think()
    assert town.run(id).state == "closed", round
    race.arrive(race.presses(dice.randrange(1, 10)))
    race.think()
    assert race.read.total() == len(race.wishes), "every press was answered"
    return race


def check(race: Race) -> None:
    """The result, the ballots, the counters and the notes say the same."""
    town, id = race.town, race.id
    with town.database.transaction() as connection:
        run = consultations.get(connection, id)
        people = connection.exec_driver_sql("SELECT identity, participant FROM identities").all()
        filed = ballots.all_of(connection, id)
        kept = ballots.counters(connection, id)
        acts = connection.exec_driver_sql("SELECT act FROM audit WHERE subject = ?", (id,)).scalars().all()
    assert run is not None
    assert run.result is not None
    assert run.key is not None
    result = counts.Result.from_json(orjson.loads(run.result))
    who = {ballots.token(run.key, participant): identity.partition(":")[2] for identity, participant in people}
    on_file = {who[by]: answer.value for by, _question, answer, _wording in filed}
    assert len(on_file) == len(filed), "somebody is counted twice"
    assert on_file == {person: day for person, day in race.said.items() if day}, id
    rows = {row.code: row.count for row in result.questions[0].rows if row.count}
    assert rows == dict(Counter(on_file.values())), id
    assert result.participants == len(on_file)
    assert counts.agree(result, kept) == []
    assert acts.count("close") == 1
    assert "differ" not in acts
