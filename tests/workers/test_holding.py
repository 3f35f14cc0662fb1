"""What a process does with its leases, and how processes wake each other."""

from __future__ import annotations

import asyncio

import pytest
from running import until

from adapters.base import Later, Outgoing, Part, Place, Sent
from bot.holding import Holding, Leased
from storage import inbox, leases
from storage.database import Database
from storage.hints import Line


class Post:
    """A messenger that takes everything."""

    name = "post"

    def __init__(self) -> None:
        self.taken: list[str] = []

    async def send(self, out: Outgoing) -> Sent:
        self.taken.append(out.key)
        return Sent(ref="1")


@pytest.fixture
def database(postgresql):
    found = Database(postgresql.url)
    yield found
    found.close()


def letter(key: str) -> Outgoing:
    return Outgoing(key=key, place=Place("post", "1"), part=Part(body=()))


async def test_nothing_leaves_once_the_lease_is_not_sure_any_more(database: Database) -> None:
    holding, post = Holding(database, 1.0), Post()
    held = await holding.take("post")
    leased = Leased(post, held)
    await leased.send(letter("in time"))
    await asyncio.sleep(1.0)  # nobody renews
    with pytest.raises(Later):
        await leased.send(letter("late"))
    keeping = asyncio.create_task(holding.keep())
    await until(lambda: held.sure, "it is renewed: nobody had taken it")
    await leased.send(letter("later"))
    assert post.taken == ["in time", "later"]
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    holding.close()


async def test_a_holder_that_was_replaced_notices(database: Database) -> None:
    first, second = Holding(database, 1.0), Holding(database, 30.0)
    held = await first.take("post")
    await second.take("post")  # after the second that was not renewed
    await asyncio.wait_for(asyncio.gather(_until_lost(first, held)), 10)
    assert not first.holds("post")
    with pytest.raises(Later):
        await Leased(Post(), held).send(letter("late"))
    with database.transaction() as connection:
        assert list(leases.holders(connection)) == ["post"]
    first.close()
    second.close()


async def _until_lost(holding: Holding, held) -> None:
    keeping = asyncio.create_task(holding.keep())
    await held.lost.wait()
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)


async def test_whoever_leaves_takes_nothing_any_more(database: Database) -> None:
    leaving, staying = Holding(database, 30.0), Holding(database, 30.0)
    held = await leaving.take("post")
    leaving.leave()
    await leaving.give_back(held)
    again = asyncio.create_task(leaving.take("post"))
    assert (await asyncio.wait_for(staying.take("post"), 5)).lease.epoch == held.lease.epoch + 1
    assert not again.done()
    again.cancel()
    await asyncio.gather(again, return_exceptions=True)
    leaving.close()
    staying.close()


async def test_hints_are_heard_by_the_others_alone(postgresql) -> None:
    heard: dict[str, list[str]] = {"a": [], "b": []}
    first, second = Line(postgresql.url, heard["a"].append), Line(postgresql.url, heard["b"].append)
    running = [asyncio.create_task(first.run()), asyncio.create_task(second.run())]
    await until(lambda: first.open and second.open, "both are open")
    first.say("think")
    first.say("x" * 8_000)  # more than the server takes: dropped, and the line stays open
    first.say("shown web:léa")
    second.say("lease")
    await until(lambda: heard["a"] == ["lease"] and heard["b"] == ["think", "shown web:léa"], lambda: str(heard))
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)


async def test_without_a_server_hints_are_dropped_and_nothing_breaks() -> None:
    line = Line("postgresql://nobody@127.0.0.1:1/nothing", lambda hint: None)
    running = asyncio.create_task(line.run())
    line.say("think")
    await asyncio.sleep(0.3)
    assert not running.done()
    assert not line.open
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


def test_a_lane_that_was_let_go_while_something_arrived_is_found_again(database: Database) -> None:
    row = {"adapter": "web", "lane": "web:1|1", "place": "web:1", "person": "1", "event": "{}", "private": True}
    row |= {"locale": None, "at_ms": 5, "state": inbox.NEW}
    with database.transaction() as first:
        inbox.receive(first, [{**row, "key": "1"}], 5)
    with database.transaction() as thinking:
        names, items = inbox.claim(thinking, 10)
        inbox.finish(thinking, [item.id for item in items])
        with database.transaction() as receiving:
            # The lane is there, so nothing is added; the one who thinks cannot see this row before it is committed.
            inbox.receive(receiving, [{**row, "key": "2"}], 6)
            inbox.release(thinking, names, 0)
            thinking.commit()
    with database.transaction() as connection:
        assert inbox.claim(connection, 10) == ([], [])
        inbox.rehang(connection)
        assert [item.key for item in inbox.claim(connection, 10)[1]] == ["2"]
