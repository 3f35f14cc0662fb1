"""Messages whose key is not here: their turn, their seconds, their seven days."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from adapters.base import Inbound, Place
from adapters.matrix.desk import Desk, Held
from adapters.matrix.machine import Forged, NoKey
from adapters.matrix.waiting import KEPT_MS, Outcome, look
from flows.events import Said

SECONDS = 15_000


def held(event: str, sender: str = "@lea:x", since: int = 0, session: str = "s", **more: bool) -> Held:
    return Held(event=event, room="!r", sender=sender, session=session, raw={"event_id": event}, since_ms=since, **more)


class Keys:
    """Which events can be opened."""

    def __init__(self, *here: str, forged: tuple[str, ...] = ()) -> None:
        self.here = set(here)
        self.forged = set(forged)

    async def open(self, one: Held) -> Inbound:
        if one.event in self.forged:
            raise Forged("x")
        if one.event not in self.here:
            raise NoKey(one.session)
        return inbound(one.event, one)

    async def tell(self, one: Held, what: str) -> Inbound:
        return inbound(f"{one.event}/{what}", one)

    async def look(self, *all: Held, now: int = 0) -> Outcome:
        return await look(all, now, SECONDS, self.open, self.tell)


def inbound(key: str, one: Held) -> Inbound:
    event = Said(at=datetime.now(UTC), text=key)
    return Inbound(key=key, place=Place("matrix", one.room), person=one.sender, event=event, private=True)


def keys(found: Outcome) -> list[str]:
    return [item.key for item in found.items]


async def test_later_words_keep_their_turn_until_the_key_comes() -> None:
    waiting = (held("$1"), held("$2", session=""), held("$3", sender="@tom:x"))
    found = await Keys("$2", "$3").look(*waiting)
    assert keys(found) == ["$3"]
    assert found.next_ms == SECONDS
    found = await Keys("$1", "$2", "$3").look(*waiting)
    assert keys(found) == ["$1", "$2", "$3"]
    assert found.gone == ["$1", "$2", "$3"]
    assert found.next_ms is None


async def test_after_some_seconds_the_author_is_told_once_and_goes_on() -> None:
    waiting = (held("$1"), held("$2"), held("$3", session=""))
    found = await Keys("$3").look(*waiting, now=SECONDS)
    assert keys(found) == ["$1/locked", "$3"]
    assert found.passed == ["$1", "$2"]
    assert found.overtaken == ["$1", "$2"]
    assert found.gone == ["$3"]


async def test_a_key_that_comes_late_counts_unless_the_author_went_on() -> None:
    alone = await Keys("$1").look(held("$1", passed=True), now=SECONDS * 10)
    assert keys(alone) == ["$1"]
    late = await Keys("$1").look(held("$1", passed=True, overtaken=True), now=SECONDS * 10)
    assert keys(late) == ["$1/late"]
    assert late.gone == ["$1"]


async def test_after_seven_days_it_is_over() -> None:
    one = held("$1", passed=True)
    before = await Keys().look(one, now=KEPT_MS - 1)
    assert not before.items
    assert before.next_ms == KEPT_MS
    after = await Keys().look(one, now=KEPT_MS)
    assert keys(after) == ["$1/late"]
    assert after.gone == ["$1"]


async def test_what_can_never_be_read_holds_nobody_up() -> None:
    found = await Keys("$2", forged=("$1",)).look(held("$1"), held("$2"))
    assert keys(found) == ["$2"]
    assert found.gone == ["$1", "$2"]


def test_what_waits_outlives_us(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "desk.db")
    with desk.writing():
        desk.hold([held("$1"), held("$2"), held("$1", since=99)])
        desk.react("$r", "!r", "@lea:x", "$card", "2", 5)
    desk.settle([], ["$1"], ["$1"])
    desk.close()
    desk = Desk(tmp_path / "desk.db")
    assert desk.held() == [held("$1", passed=True, overtaken=True), held("$2")]
    assert desk.reaction("$r", "!r", "@lea:x") == ("$card", "2")
    assert desk.reaction("$r", "!r", "@tom:x") is None
    desk.settle(["$1", "$2"], [], [])
    desk.forget_reactions(6)
    assert desk.held() == []
    assert desk.reaction("$r", "!r", "@lea:x") is None
    desk.close()
