"""Two moderators press different buttons of one case at the same moment, one on Telegram, one on the web: each round
has one decision, and whoever was second is told who was faster."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from adapters.base import Batch, Inbound, Place
from flows.events import Pressed
from storage import people, proposals
from storage.instants import ms

if TYPE_CHECKING:
    from conftest import Bench

ROUNDS = 50
WAYS = {"ok": ("approve", "published"), "no.spam": ("refuse", "refused"), "no.unclear": ("refuse", "refused")}


def seat(bench: Bench, name: str) -> int:
    """A moderator on the web; their id."""
    bench.road.receive("web", Batch(cursor=name, items=(press(bench, name, "c.help.", f"hello-{name}"),)))
    bench.think()
    who: int = bench.read(lambda connection: people.by_identity(connection, [f"web:{name}"]))[f"web:{name}"][0]
    bench.read(lambda connection: people.grant(connection, who, "moderator", "*", ms(bench.now)))
    return who


def press(bench: Bench, name: str, data: str, key: str, adapter: str = "web", place: str = "") -> Inbound:
    where = Place.parse(place) if place else Place(adapter, name)
    event = Pressed(at=bench.now, data=data)
    return Inbound(key=key, place=where, person=name, event=event, private=not place, locale="en")


def test_fifty_races_on_two_messengers(bench: Bench) -> None:
    dice = random.Random(7)
    ana, zoe = bench.id_of("ana"), seat(bench, "zoe")
    won: dict[int, int] = {ana: 0, zoe: 0}
    for at in range(ROUNDS):
        case = bench.submits("lea", f"Plant {at + 2} trees")
        one, other = dice.sample(list(WAYS), 2)
        data = f"m.{case.id}.{case.turn}."
        arrivals = [
            ("telegram", ana, one, press(bench, "ana", data + one, f"t{at}", "telegram", bench.desk)),
            ("web", zoe, other, press(bench, "zoe", data + other, f"w{at}")),
        ]
        dice.shuffle(arrivals)
        for adapter, _who, _way, item in arrivals:
            bench.road.receive(adapter, Batch(cursor=str(at), items=(item,)))
        bench.think()
        decided: list[Any] = bench.rows('SELECT outcome, who FROM decisions WHERE "case" = ?', case.id)
        assert len(decided) == 1, decided
        outcome, winner = decided[0]
        won[winner] += 1
        way = next(way for _adapter, who, way, _item in arrivals if who == winner)
        assert (outcome, bench.proposal(at + 1).state) == WAYS[way]
        for _adapter, who, _way, item in arrivals:
            said = bench.notes[item.key]
            assert said == "Done." if who == winner else said.startswith(f"{_code(bench, winner)} was faster."), said
    assert sum(won.values()) == ROUNDS
    assert all(won.values()), won
    states = bench.rows("SELECT state, count(*) FROM proposals GROUP BY 1")
    assert sum(n for _state, n in states) == ROUNDS
    assert {state for state, _n in states} <= {proposals.PUBLISHED, proposals.REFUSED}
    assert len(bench.rows("SELECT 1 FROM audit WHERE act = 'decide'")) == ROUNDS
    told = [text for text in bench.texts("telegram:lea") if "A moderator has read it." in text]
    assert len(told) == ROUNDS, "the author is told once for each"


def _code(bench: Bench, who: int) -> str:
    code: str = bench.read(lambda connection: people.code_of(connection, who))
    return code
