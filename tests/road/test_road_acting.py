"""What moderators decided leaves through the outbox: done once and for all, lifted at its end, or told why not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from adapters.base import (
    Action,
    Batch,
    Capabilities,
    File,
    Lacking,
    Later,
    Limit,
    Outgoing,
    Place,
    Refused,
    SendError,
    Sent,
)
from bot import acting, letters
from bot.deliver import Deliverer
from bot.letters import Do, Whole
from bot.thread import StorageThread
from flows.messages import Picture, message, plain_text
from storage import migrate, outbox
from storage.database import Database
from storage.instants import ms
from storage.tables import outbox as rows

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
GROUP, DESK = "square:group", "square:desk"
HOUR = timedelta(hours=1)
CAPS = Capabilities(max_text=4000, edit=True, media=frozenset({"image/png", "image/jpeg"}))


@dataclass
class Square:
    """A messenger that keeps who is muted and banned, and ends nothing by itself."""

    name: str = "square"
    acts: list[str] = field(default_factory=list)
    barred: set[tuple[str, str]] = field(default_factory=set)
    said: list[Outgoing] = field(default_factory=list)
    photos: dict[str, File] = field(default_factory=dict)
    trouble: list[SendError] = field(default_factory=list)
    refusal: Refused | None = None
    caps: Capabilities = CAPS

    def capabilities(self, place: Place) -> Capabilities:
        return self.caps

    def limits(self, place: Place) -> tuple[Limit, ...]:
        return ()

    async def receive(self, cursor: str | None) -> AsyncIterator[Batch]:
        yield Batch(cursor=None, items=())

    async def send(self, out: Outgoing) -> Sent:
        self.said.append(out)
        return Sent(ref=str(len(self.said)))

    async def act(self, action: Action) -> None:
        if self.trouble:
            raise self.trouble.pop(0)
        if self.refusal is not None:
            raise self.refusal
        self.acts.append(action.act)
        match action.act:
            case "mute" | "ban":
                self.barred.add((action.act, action.person))
            case "unmute" | "unban":
                self.barred.discard((action.act.removeprefix("un"), action.person))

    async def rights(self, place: Place) -> frozenset[str]:
        return frozenset()

    async def fetch(self, ref: str) -> File:
        if self.trouble:
            raise self.trouble.pop(0)
        if ref not in self.photos:
            raise Refused("no such photo")
        return self.photos[ref]

    async def note(self, inbound_key: str, text: str) -> None:
        raise NotImplementedError

    async def close(self) -> None:
        raise NotImplementedError


@dataclass
class House:
    """A database and whoever delivers from it."""

    database: Database
    square: Square = field(default_factory=Square)
    now: datetime = START
    _n: int = 0

    def write(self, place: str, letter: letters.Letter) -> None:
        self._n += 1
        row = {
            "key": f"k{self._n}",
            "adapter": "square",
            "place": place,
            "payload": letters.write(letter),
            "prompt": None,
            "replaces": None,
            "consultation": None,
            "rank": 0,
            "resend": True,
            "due_ms": ms(self.now),
            "state": outbox.WAITING,
            "coalesce": None,
        }
        with self.database.transaction() as connection:
            outbox.put(connection, [row])

    def states(self) -> list[str]:
        with self.database.transaction() as connection:
            return list(connection.scalars(select(rows.c.state).order_by(rows.c.id)))

    def lifts(self) -> list[tuple[str, int]]:
        """What waits to be lifted, and when."""
        with self.database.transaction() as connection:
            waiting = connection.execute(
                select(rows.c.payload, rows.c.due_ms).where(rows.c.state == "waiting", rows.c.coalesce.is_not(None))
            )
            return [(letters.read(payload).act, due) for payload, due in waiting]  # type: ignore[union-attr]

    @asynccontextmanager
    async def delivering(self) -> AsyncIterator[Deliverer]:
        storage = StorageThread(self.database)

        async def nothing(*_about: Any) -> Any:
            return None

        deliverer = Deliverer({"square": self.square}, storage, lambda: self.now, resolve=nothing, paint=nothing)
        running = asyncio.create_task(deliverer.run())
        yield deliverer
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        storage._executor.shutdown()

    async def deliver(self) -> None:
        """Everything that is due now, until nothing is on its way."""
        async with self.delivering() as deliverer:
            await deliverer.poll()
            await settled(lambda: deliverer.idle)
            await deliverer.poll()  # what came of it: words to the desk
            await settled(lambda: deliverer.idle)


async def settled(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.005)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    database = Database(f"sqlite:///{tmp_path / 'palabre.db'}")
    migrate.upgrade(database)
    yield House(database)
    database.close()


def test_an_act_survives_the_outbox() -> None:
    for do in (
        Do(act="delete", ref="17", desk=DESK, lang="fr"),
        Do(act="mute", person="8", until=START + HOUR),
        Do(act="unban", person="@tom:ville.fr"),
    ):
        assert letters.read(letters.write(do)) == do


async def test_an_act_is_done_and_settled(house: House) -> None:
    house.write(GROUP, Do(act="delete", ref="17"))
    house.write(GROUP, Do(act="ban", person="8"))
    await house.deliver()
    assert house.square.acts == ["delete", "ban"]
    assert house.states() == ["sent", "sent"]
    assert not house.square.said


async def test_what_did_not_get_through_is_done_later(house: House) -> None:
    house.square.trouble = [Later(0.01), Later(0.01)]
    house.write(GROUP, Do(act="ban", person="8"))
    await house.deliver()
    assert house.square.acts == ["ban"]
    assert house.states() == ["sent"]


async def test_what_has_an_end_is_lifted_at_its_end(house: House) -> None:
    house.write(GROUP, Do(act="ban", person="8", until=START + HOUR, desk=DESK, lang="en"))
    await house.deliver()
    assert house.square.barred == {("ban", "8")}
    assert house.lifts() == [("unban", ms(START + HOUR))]
    house.now = START + HOUR - timedelta(seconds=1)
    await house.deliver()
    assert house.square.barred
    house.now = START + HOUR
    await house.deliver()
    assert not house.square.barred
    assert house.lifts() == []


async def test_a_later_decision_takes_the_place_of_the_earlier_end(house: House) -> None:
    house.write(GROUP, Do(act="mute", person="8", until=START + HOUR))
    house.write(GROUP, Do(act="mute", person="9", until=START + HOUR))
    house.write(GROUP, Do(act="mute", person="8", until=START + 3 * HOUR))
    await house.deliver()
    assert house.lifts() == [("unmute", ms(START + HOUR)), ("unmute", ms(START + 3 * HOUR))]
    house.write(GROUP, Do(act="mute", person="8"))  # for ever
    await house.deliver()
    assert house.lifts() == [("unmute", ms(START + HOUR))]
    house.write(GROUP, Do(act="unmute", person="9"))
    await house.deliver()
    assert house.lifts() == []


async def test_a_platform_that_counts_time_is_left_to_it(house: House) -> None:
    house.square.caps = replace(house.square.caps, ends_acts=True)
    house.write(GROUP, Do(act="ban", person="8", until=START + HOUR))
    await house.deliver()
    assert house.square.acts == ["ban"]
    assert house.lifts() == []


async def test_done_twice_after_a_crash_it_is_lifted_once(house: House) -> None:
    house.write(GROUP, Do(act="ban", person="8", until=START + HOUR))
    await house.deliver()
    with house.database.transaction() as connection:
        connection.execute(rows.update().where(rows.c.state == "sent").values(state="waiting"))
    await house.deliver()
    assert house.square.acts == ["ban", "ban"]
    assert len(house.lifts()) == 1


@pytest.mark.parametrize(
    ("lacking", "words"),
    [
        (Lacking.RIGHT, "has not been given the right"),
        (Lacking.STANDING, "administrates the group"),
        (Lacking.KIND, "does not know that"),
        (Lacking.SUBJECT, "may no longer be there"),
        (None, "may no longer be there"),
    ],
)
async def test_moderators_are_told_what_was_not_done_and_why(house: House, lacking: Lacking | None, words: str) -> None:
    house.square.refusal = Refused("no", lacking=lacking)
    house.write(GROUP, Do(act="ban", person="8", until=START + HOUR, desk=DESK, lang="en"))
    await house.deliver()
    assert house.states()[0] == "failed"
    assert house.lifts() == []
    (said,) = house.square.said
    assert str(said.place) == DESK
    text = plain_text(said.part.body)
    assert text.startswith("The person could not be banned from square:group.")
    assert words in text


async def test_without_a_desk_a_refusal_is_only_noted(house: House) -> None:
    house.square.refusal = Refused("no", lacking=Lacking.RIGHT)
    house.write(GROUP, Do(act="delete", ref="8"))
    await house.deliver()
    assert house.states() == ["failed"]
    assert not house.square.said


@pytest.mark.parametrize("act", ["delete", "mute", "unmute", "ban", "unban"])
@pytest.mark.parametrize("adapter", ["telegram", "matrix", "elsewhere"])
def test_each_act_has_its_words(act: str, adapter: str) -> None:
    place = Place(adapter, "x")
    for lacking in (*Lacking, None):
        said = plain_text(acting.told(Do(act=act, lang="fr"), place, lacking, "fr").body)
        assert str(place) in said
    assert acting.act_named(act, "fr")


# Photos


def card(ref: str = "photo:square:p1") -> Whole:
    return Whole(message("Un trou dans la rue", picture=Picture(ref=ref, alt="A photo that somebody sent")), "en")


async def test_a_photo_goes_along_and_is_fetched_once(house: House) -> None:
    house.square.photos["square:p1"] = File(data=b"\xff\xd8\xff", mime="image/jpeg")
    house.write(GROUP, card())
    house.write(DESK, card())
    async with house.delivering() as deliverer:
        await deliverer.poll()
        await settled(lambda: deliverer.idle)
        house.square.photos.clear()
        house.write(GROUP, card())
        await deliverer.poll()
        await settled(lambda: deliverer.idle)
    assert [said.part.image is not None for said in house.square.said] == [True, True, True]
    image = house.square.said[0].part.image
    assert image is not None
    assert (image.mime, image.alt) == ("image/jpeg", "A photo that somebody sent")


@pytest.mark.parametrize("ref", ["photo:square:gone", "photo:elsewhere:p1", "photo:"])
async def test_where_the_photo_is_gone_its_words_stay(house: House, ref: str) -> None:
    house.write(GROUP, card(ref))
    await house.deliver()
    (said,) = house.square.said
    assert said.part.image is None
    assert "A photo that somebody sent" in plain_text(said.part.body)


async def test_a_photo_that_cannot_be_fetched_now_is_waited_for_but_not_for_ever(house: House) -> None:
    house.square.photos["square:p1"] = File(data=b"\xff\xd8\xff", mime="image/jpeg")
    house.square.trouble = [Later(0.01)]
    house.write(GROUP, card())
    await house.deliver()
    assert house.square.said[0].part.image is not None
    house.square.trouble = [Later(0.01) for _ in range(20)]
    house.square.photos.clear()
    house.write(GROUP, card("photo:square:p2"))
    await house.deliver()
    assert house.square.said[1].part.image is None


async def test_where_no_photo_can_be_shown_its_words_are(house: House) -> None:
    house.square.caps = Capabilities(max_text=4000)
    house.square.photos["square:p1"] = File(data=b"\xff\xd8\xff", mime="image/jpeg")
    house.write(GROUP, card())
    await house.deliver()
    assert "A photo that somebody sent" in plain_text(house.square.said[0].part.body)
