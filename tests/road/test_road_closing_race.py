"""Closing, raced by voters in other processes, for real: three roads with connections of their own on one PostgreSQL,
at the same time. The published result is the ballots, is the counters, is the roll of those who have one.

The one rule: nothing waits for anything here. Who comes first is for the database to say; what is published is checked
against what is stored when all are done.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import orjson
import pytest

from adapters.base import Batch
from bot.road import Road
from flows.events import Said
from flows.tally import counts
from storage import ballots, consultations
from storage.database import Database

ROUNDS = 500
MANY = 10_000
VOTERS = 2
"""Processes that hear and think about votes while another one closes."""
EACH = 3
PEOPLE = [f"p{worker}{number}" for worker in range(VOTERS) for number in range(EACH)]
ANSWERS = ["1", "2", "3", "By bike", "I don't know"]


@contextmanager
def roads(town: Any, n: int) -> Iterator[list[Road]]:
    """What further processes would have: each its own connections, its own memory."""
    made = [Road(Database(town.url), town.rules, lambda: town.now) for _ in range(n)]
    try:
        yield made
    finally:
        for road in made:
            road.database.close()


def start(town: Any, road: Road, worker: int, id: str) -> None:
    people = (f"p{worker}{number}" for number in range(EACH))
    items = tuple(town.inbound(person, Said(at=town.now, text=f"/start {id}")) for person in people)
    road.turn([("web", Batch(cursor=None, items=items))])


def voting(town: Any, road: Road, worker: int, dice: random.Random) -> Callable[[], None]:
    """Each of some people answers, one after the other, and thinks again."""
    people = [f"p{worker}{number}" for number in range(EACH)]
    said = [(person, dice.choice(ANSWERS)) for person in people]
    said += [(dice.choice(people), text) for text in ("/back", dice.choice(ANSWERS))]
    batches = [
        Batch(cursor=None, items=tuple(town.inbound(person, Said(at=town.now, text=text)) for person, text in some))
        for some in (said[:2], said[2:3], said[3:])
    ]

    def vote() -> None:
        for batch in batches:
            road.turn([("web", batch)])

    return vote


def closing(town: Any, id: str, wait: float) -> Callable[[], None]:
    def close() -> None:
        time.sleep(wait)
        town.cut(id)
        town.tally(id)
        while town.road.think().events:
            pass

    return close


def check(town: Any, id: str) -> int:
    """How many have a ballot."""
    with town.database.transaction() as connection:
        run = consultations.get(connection, id)
        assert run is not None
        assert run.state == "closed"
        assert run.result is not None
        published = counts.Result.from_json(orjson.loads(run.result))
        stored = [counts.Ballot(*row) for row in ballots.all_of(connection, id)]
        again = counts.count(town.road.flows.of(connection, run), stored, consultation=id, finished=None)
        assert published.questions == again.questions
        assert counts.agree(published, ballots.counters(connection, id)) == []
        assert published.participants == again.participants == ballots.voters(connection, id)
    acts = [act for (act,) in town.rows("SELECT act FROM audit WHERE subject = ?", id)]
    assert acts.count("close") == 1
    assert "differ" not in acts
    return published.participants


def race(town: Any, text: Callable[..., str], rounds: int) -> None:
    some = 0
    with roads(town, VOTERS) as workers, ThreadPoolExecutor(VOTERS + 1) as pool:
        for seed in range(rounds):
            dice = random.Random(seed)
            id = town.publish(text(f"c{seed % 25}"))
            for worker, road in enumerate(workers):
                start(town, road, worker, id)
            town.later(seconds=1)
            acts = [voting(town, road, worker, dice) for worker, road in enumerate(workers)]
            acts.insert(dice.randrange(len(acts) + 1), closing(town, id, dice.random() / 30))
            for done in [pool.submit(act) for act in acts]:
                done.result(60)
            while town.road.think().events:
                pass
            some += 0 < check(town, id) < len(PEOPLE)
    assert some > rounds // 20, "votes fall on both sides of closings"
    assert town.one("SELECT count(*) FROM inbox WHERE state <> 'done'") == 0


@pytest.fixture
def shared(make_town: Callable[..., Any], kind: str) -> Any:
    if kind == "sqlite":
        pytest.skip("SQLite has one writer; its closings are raced in test_road_closing")
    return make_town()


def test_a_closing_raced_by_two_processes(shared: Any, flow_text: Callable[..., str]) -> None:
    race(shared, flow_text, ROUNDS)


@pytest.mark.soak
def test_a_closing_raced_ten_thousand_times(shared: Any, flow_text: Callable[..., str]) -> None:
    race(shared, flow_text, MANY)
