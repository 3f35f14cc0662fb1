"""How much may come in: never less than people say at their fastest, never all that a machine sends."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.base import Batch, Inbound, Place
from bot.allowance import GROUP, PERSON, Allowance, Rate
from bot.scene import Rules
from flows.events import Event, Pressed, Said
from storage import inbox

HELD = Rules().keeps
FLOODERS, OTHERS, MESSAGES, PER_BATCH = 20, 50, 100_000, 1_000
START = datetime.fromisoformat("2026-03-02T09:00+00:00")
ABOVE = "That was more than I can read at once"


def inbound(key: object, person: str, event: Event, chat: str = "") -> Inbound:
    place = Place("telegram", chat or person)
    return Inbound(key=str(key), place=place, person=person, event=event, private=not chat, locale="en")


def batch(*items: Inbound) -> Batch:
    return Batch(cursor=None, items=items)


def kept(allowance: Allowance, now: datetime, *items: Inbound, adapter: str = "telegram") -> list[str]:
    sifted = allowance.sift([(adapter, batch(*items))], HELD, now.timestamp())
    allowance.spend(sifted.buckets)
    return [item.key for _name, some in sifted.batches for item in some.items]


# --- The buckets -----------------------------------------------------------------------------------------------------


def test_a_fast_person_is_never_above() -> None:
    allowance = Allowance()
    for second in range(1_000):
        at = START + timedelta(seconds=second)
        two = [inbound(f"{second}.{n}", "ann", Pressed(at=at, data="x")) for n in range(2)]
        assert len(kept(allowance, at, *two)) == 2


def test_what_was_held_while_we_were_away_is_no_flood() -> None:
    said = [Said(at=START + timedelta(seconds=n), text="hello") for n in range(1_000)]
    back = START + timedelta(hours=2)
    assert len(kept(Allowance(), back, *(inbound(n, "ann", event) for n, event in enumerate(said)))) == 1_000


def test_presses_are_never_counted_against_a_group() -> None:
    voters = [inbound(n, f"p{n}", Pressed(at=START, data="x"), chat="-100") for n in range(3 * GROUP.burst)]
    assert len(kept(Allowance(), START, *voters)) == len(voters)
    typists = [inbound(n, f"p{n}", Said(at=START, text="/poll"), chat="-100") for n in range(2 * GROUP.burst)]
    assert len(kept(Allowance(), START, *typists)) == GROUP.burst


def test_a_time_from_the_future_fills_no_bucket() -> None:
    allowance = Allowance()
    far = START + timedelta(days=365)
    machine = [inbound(n, "bot", Said(at=far, text="hello")) for n in range(3 * PERSON.burst)]
    assert len(kept(allowance, START, *machine)) == PERSON.burst
    assert kept(allowance, START, inbound("x", "bot", Said(at=far, text="hello"))) == []


def test_doors_of_their_own_are_left_to_them() -> None:
    items = [inbound(n, "ann", Said(at=START, text="hello")) for n in range(2 * PERSON.burst)]
    assert len(kept(Allowance(), START, *items, adapter="console")) == len(items)


def test_a_batch_that_was_not_stored_costs_nothing() -> None:
    allowance = Allowance()
    items = [inbound(n, "ann", Said(at=START, text="hello")) for n in range(PERSON.burst)]
    for _ in range(5):
        allowance.sift([("telegram", batch(*items))], HELD, START.timestamp())
    assert len(kept(allowance, START, *items)) == PERSON.burst


@given(st.lists(st.floats(0, 5), max_size=60), st.integers(1, 10), st.floats(0.5, 3))
def test_never_more_than_the_burst_and_what_filled_again(waits: list[float], burst: int, each: float) -> None:
    """In any stretch of time at most `burst` + `each` a second: the law of the token bucket."""
    allowance = Allowance(person=Rate(burst, each))
    at, let_in = 0.0, []
    for n, wait in enumerate(waits):
        at += wait
        moment = START + timedelta(seconds=at)
        if kept(allowance, moment, inbound(n, "ann", Said(at=moment, text="hello"))):
            let_in.append(at)
    for first in range(len(let_in)):
        for last in range(first, len(let_in)):
            assert last - first + 1 <= burst + each * (let_in[last] - let_in[first]) + 1e-3


# --- On the road -----------------------------------------------------------------------------------------------------


def test_somebody_above_is_told_once_and_their_next_word_is_read(town: Any) -> None:
    many = [inbound(n, "7", Said(at=town.now, text=f"hello {n}")) for n in range(2 * PERSON.burst)]
    for start in range(0, len(many), 100):
        town.road.turn([("telegram", batch(*many[start : start + 100]))])
    town.think()
    told = [text for text in town.texts("telegram:7") if text.startswith(ABOVE)]
    assert len(told) == 1, "once, not once a message"
    assert town.one("SELECT count(*) FROM inbox") == PERSON.burst
    town.later(minutes=2)
    town.road.turn([("telegram", batch(inbound("later", "7", Said(at=town.now, text="/help"))))])
    town.think()
    assert town.texts("telegram:7")[-1] != told[0]
    assert town.one("SELECT count(*) FROM inbox WHERE key = 'later' AND state = 'done'") == 1


def test_a_hundred_thousand_messages_of_twenty_senders_hold_nobody_up(town: Any) -> None:
    """Each of fifty people answers a question in the middle of a flood: the answer is stored, and the next question is
    on its way, in the very turn in which it arrived."""
    town.hurry()
    id = town.publish()
    dice = random.Random(7)
    people = [str(1_000 + n) for n in range(OTHERS)]
    town.road.turn(
        [("telegram", batch(*(inbound(f"s{who}", who, Said(at=town.now, text="/start")) for who in people)))]
    )
    town.think()
    rounds = MESSAGES // PER_BATCH
    when = {who: dice.randrange(2, rounds - 2) for who in people}
    waited: dict[str, int] = {}
    for round in range(rounds):
        town.later(seconds=0.1)
        flood = [
            inbound(f"f{round}.{n}", str(dice.randrange(FLOODERS)), Said(at=town.now, text="spam spam spam"))
            for n in range(PER_BATCH)
        ]
        votes = [inbound(f"v{who}", who, Said(at=town.now, text="1")) for who in people if when[who] == round]
        cut = dice.randrange(PER_BATCH)
        thought = town.road.turn([("telegram", batch(*flood[:cut], *votes, *flood[cut:]))])
        assert thought.events <= FLOODERS * inbox.PER_LANE + len(votes)
        done = _done(town)
        waited |= {who: round - when[who] for who in people if who not in waited and f"v{who}" in done}
    stored = town.stored(id)
    assert len(stored) == OTHERS, "every vote of the others is counted"
    assert waited == dict.fromkeys(people, 0), "each in the very turn in which it arrived"
    seconds = rounds * 0.1
    assert town.one("SELECT count(*) FROM inbox") < FLOODERS * (PERSON.burst + PERSON.each * seconds) + 3 * OTHERS
    for flooder in range(FLOODERS):
        told = [text for text in town.texts(f"telegram:{flooder}") if text.startswith(ABOVE)]
        assert 1 <= len(told) <= 2


def _done(town: Any) -> set[str]:
    return {key for (key,) in town.rows("SELECT key FROM inbox WHERE state = 'done' AND key LIKE 'v%%'")}


@pytest.mark.parametrize("text", ["/start", "1"])
def test_what_was_said_before_the_flood_is_there(town: Any, text: str) -> None:
    town.publish()
    first = inbound("first", "7", Said(at=town.now, text=text))
    flood = [inbound(n, "7", Said(at=town.now, text="spam")) for n in range(2 * PERSON.burst)]
    town.road.turn([("telegram", batch(first, *flood))])
    town.think()
    assert town.one("SELECT count(*) FROM inbox WHERE key = 'first' AND state = 'done'") == 1


class Broken(Allowance):
    def sift(self, arrived: Any, held: Any, now: float) -> Any:
        raise RuntimeError("a fault of ours")


def test_a_fault_in_the_sifting_loses_nothing(town: Any) -> None:
    """What arrived is confirmed to the messenger after the turn, so it must be stored whatever went wrong."""
    town.publish()
    town.road.allowance = Broken()
    town.road.turn([("telegram", batch(inbound("kept", "7", Said(at=town.now, text="/start"))))])
    town.think()
    assert town.one("SELECT count(*) FROM inbox WHERE key = 'kept' AND state = 'done'") == 1
