"""The clock of the machine jumps while people vote and a closing nears: an hour back, a day forth, back again, over a
night on which the clocks change. Nothing rings twice, nothing is lost, and a closing that was announced stays closed.

Who holds a lease is told by the database's clock alone, see `tests/workers`.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from bot.upkeep import reckon_wall_times
from flows.tally import counts
from storage import ballots
from storage.instants import ms

RUNS = {"sqlite": 12, "postgresql": 4}
MANY = 500
PEOPLE = ("ana", "bo", "eva", "max")
ANSWERS = ("1", "2", "3", "34", "/skip", "/back", "an idea")
STATES = ("open", "closing", "closed")
NIGHTS = {"spring": "2026-03-29T03:30", "shown twice": "2026-10-25T02:30"}
"""When it closes, in Paris: on the nights on which the clocks change there."""
FIRST, LAST = "said at first about ID.", "said at last about ID."
REMINDERS = f"""reminders:
  - {{after: 1d, to: unfinished, text: "Still {{left}}, {FIRST}"}}
  - {{before: 1d, to: unfinished, text: "Still {{left}}, {LAST}"}}
steps:"""


class Chaos:
    """One consultation, some people, and a clock that nobody can trust."""

    def __init__(self, town: Any, flow_text: Callable[..., str], seed: int) -> None:
        id, closes = f"c{seed}", list(NIGHTS.values())[seed % len(NIGHTS)]
        self.town = town
        self.dice = random.Random(seed)
        self.told = f"closes {closes}, seed {seed}"
        town.now = datetime.fromisoformat(f"{closes[:10]}T09:00").replace(tzinfo=UTC) - timedelta(days=3)
        text = flow_text(id, window=f"{{closes: {closes}}}").replace("steps:", REMINDERS.replace("ID", id))
        self.id = str(town.publish(text))
        self.closes_ms = town.run(self.id).closes_ms
        for person in PEOPLE:
            town.says(person, f"/start {id}")
        self.reached = 0
        self.votes = 0

    def step(self) -> None:
        """Something happens, and then the second ticks."""
        before = self.town.stored(self.id)
        match self.dice.choice(("say", "say", "say", "say", "later", "later", "back", "forth", "restart")):
            case "say":
                self.say()
            case "later":
                self.town.later(minutes=self.dice.choice((1, 30, 300)))
            case "back":
                self.town.later(hours=-self.dice.choice((1, 1, 24)))
            case "forth":
                self.town.later(hours=self.dice.choice((1, 24)))
            case "restart":
                with self.town.database.transaction() as connection:
                    reckon_wall_times(connection)
        if self.reached:
            assert self.town.stored(self.id) == before, f"{self.told}: a vote after the closing"
        self.tick()

    def say(self) -> None:
        person = self.dice.choice(PEOPLE)
        before, may = self.town.stored(self.id), ms(self.town.now) < self.closes_ms and not self.reached
        self.town.says(person, self.dice.choice((f"/start {self.id}", *ANSWERS, *ANSWERS)))
        after = self.town.stored(self.id)
        assert may or after == before, f"{self.told}: a vote that was too late"
        self.votes += after != before

    def tick(self) -> None:
        self.town.ring()
        if self.town.run(self.id).state == "closing":
            self.town.tally(self.id)
            self.town.think()
        state = STATES.index(self.town.run(self.id).state)
        assert state >= self.reached, f"{self.told}: what was {STATES[self.reached]} is {STATES[state]}"
        if state and not self.reached:
            assert ms(self.town.now) >= self.closes_ms, f"{self.told}: closed before its hour"
        self.reached = state

    def end(self) -> None:
        """The clock is right again, and it is over."""
        self.town.now = datetime.fromtimestamp(self.closes_ms / 1000, UTC) + timedelta(hours=1)
        self.tick()
        self.town.later(days=2)
        self.tick()
        run = self.town.run(self.id)
        assert run.state == "closed", self.told
        published = counts.Result.from_json(orjson.loads(run.result))
        with self.town.database.transaction() as connection:
            stored = [counts.Ballot(*row) for row in ballots.all_of(connection, self.id)]
            again = counts.count(self.town.road.flows.of(connection, run), stored, consultation=self.id, finished=None)
            assert counts.agree(published, ballots.counters(connection, self.id)) == [], self.told
        assert published.questions == again.questions, self.told
        sent = "SELECT count(*) FROM outbox WHERE rank = 9 AND place = ? AND payload LIKE ?"
        for person in PEOPLE:
            for what in (f'"r":"{self.id}"', *(sentence.replace("ID", self.id) for sentence in (FIRST, LAST))):
                rung = self.town.one(sent, f"web:{person}", f"%{what}%")
                assert rung <= 1, f"{self.told}: {person} is told {rung} times: {what}"
        acts = [act for (act,) in self.town.rows("SELECT act FROM audit WHERE subject = ?", self.id)]
        assert acts.count("close") == 1, self.told
        assert self.town.one("SELECT count(*) FROM inbox WHERE state <> 'done'") == 0, self.told
        assert self.town.one("SELECT count(*) FROM timers WHERE due_ms <= ?", ms(self.town.now)) == 0, self.told


def jump(town: Any, flow_text: Callable[..., str], runs: int) -> None:
    votes = 0
    for seed in range(runs):
        chaos = Chaos(town, flow_text, seed)
        for _ in range(30):
            chaos.step()
        chaos.end()
        votes += chaos.votes
    reminders = town.one("SELECT count(*) FROM outbox WHERE payload LIKE ?", "%said at % about %")
    assert votes > runs
    assert reminders > runs, "there is something that could ring twice"


def test_nothing_rings_twice_and_nothing_reopens(town: Any, flow_text: Callable[..., str], kind: str) -> None:
    town.hurry()
    jump(town, flow_text, RUNS[kind])


@pytest.mark.soak
def test_five_hundred_clocks_that_jump(town: Any, flow_text: Callable[..., str]) -> None:
    town.hurry()
    jump(town, flow_text, MANY)
