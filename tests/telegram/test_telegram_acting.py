"""Acts in groups, rights and photos on the strict emulator, and what stands in the way."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from adapters.base import Action, Gone, Lacking, Later, Place, Refused
from adapters.telegram import TelegramAdapter
from adapters.telegram.acting import ACTS
from adapters.telegram_emulator import Citizen, Emulator, Group, Silenced

Make = Callable[..., TelegramAdapter]
QUARTER = Place("telegram", "-1001234567890")
SMALL = Place("telegram", "-4321")


@pytest.fixture
def quarter(telegram: Emulator) -> Group:
    return telegram.group(int(QUARTER.chat), admin=True)


@pytest.fixture
def tom(telegram: Emulator) -> Citizen:
    return telegram.citizen(8, "Tom")


def do(act: str, *, ref: str = "", person: str = "8", until: datetime | None = None, place: Place = QUARTER) -> Action:
    return Action(key="k", place=place, act=act, ref=ref, person=person, until=until)


def soon(**after: float) -> datetime:
    return datetime.now(UTC) + timedelta(**after)


async def lacking(adapter: TelegramAdapter, action: Action) -> Lacking | None:
    with pytest.raises(Refused) as refused:
        await adapter.act(action)
    return refused.value.lacking


async def test_a_message_is_deleted_and_deleting_it_again_is_no_mistake(
    adapters: Make, quarter: Group, tom: Citizen
) -> None:
    adapter, said = adapters(), tom.say("achetez !", group=quarter)
    for _ in range(2):
        await adapter.act(do("delete", ref=str(said)))
    assert said not in quarter.chat.messages


async def test_a_mute_keeps_somebody_silent_until_its_end(adapters: Make, quarter: Group, tom: Citizen) -> None:
    adapter, end = adapters(), soon(hours=2)
    for _ in range(2):
        await adapter.act(do("mute", until=end))
    assert quarter.chat.muted == {8: round(end.timestamp())}
    with pytest.raises(Silenced):
        tom.say("et pourtant", group=quarter)
    await adapter.act(do("unmute"))
    await adapter.act(do("unmute"))
    assert tom.say("merci", group=quarter)


async def test_a_ban_ends_by_itself(telegram: Emulator, adapters: Make, quarter: Group, tom: Citizen) -> None:
    adapter = adapters()
    await adapter.act(do("ban", until=soon(hours=1)))
    assert not tom.may_write(quarter)
    telegram.world.clock = lambda: soon(hours=2).timestamp()
    assert tom.may_write(quarter)


@pytest.mark.parametrize(
    ("after", "least", "most"), [(timedelta(seconds=1), 30, 120), (timedelta(days=900), 364 * 86400, 366 * 86400)]
)
async def test_an_end_too_near_or_too_far_is_never_for_ever(
    adapters: Make, quarter: Group, tom: Citizen, after: timedelta, least: int, most: int
) -> None:
    assert tom.id == 8
    await adapters().act(do("ban", until=datetime.now(UTC) + after))
    assert least < quarter.chat.banned[8] - datetime.now(UTC).timestamp() < most


async def test_without_an_end_it_is_for_ever(adapters: Make, quarter: Group, tom: Citizen) -> None:
    assert tom.id == 8
    await adapters().act(do("ban"))
    assert quarter.chat.banned == {8: 0}


async def test_somebody_who_never_was_there_need_not_be_let_back(adapters: Make, quarter: Group) -> None:
    assert quarter.chat.bot_is_admin
    await adapters().act(do("unban", person="77"))
    assert await lacking(adapters(), do("ban", person="77")) is Lacking.SUBJECT


async def test_rights_are_those_of_the_bot_at_this_moment(adapters: Make, quarter: Group, telegram: Emulator) -> None:
    adapter = adapters()
    assert adapter.capabilities(QUARTER).acts == ACTS
    assert await adapter.rights(QUARTER) == ACTS
    quarter.empower("can_delete_messages")
    assert await adapter.rights(QUARTER) == {"delete"}
    quarter.empower()
    assert await adapter.rights(QUARTER) == frozenset()
    quarter.chat.bot_is_admin = False
    assert await adapter.rights(QUARTER) == frozenset()
    telegram.group(int(SMALL.chat), admin=True)
    assert await adapter.rights(SMALL) == {"delete", "ban"}
    assert await adapter.rights(Place("telegram", "8")) == frozenset()


async def test_what_stands_in_the_way_is_told(adapters: Make, quarter: Group, tom: Citizen, telegram: Emulator) -> None:
    adapter, said = adapters(), tom.say("achetez !", group=quarter)
    quarter.empower("can_delete_messages")
    for act in ("mute", "unmute", "ban", "unban"):
        assert await lacking(adapter, do(act)) is Lacking.RIGHT
    quarter.empower("can_restrict_members")
    assert await lacking(adapter, do("delete", ref=str(said))) is Lacking.RIGHT
    quarter.appoint(tom)
    assert await lacking(adapter, do("mute")) is Lacking.STANDING
    quarter.chat.owner = tom.id
    assert await lacking(adapter, do("ban")) is Lacking.STANDING
    telegram.group(int(SMALL.chat), admin=True)
    assert await lacking(adapter, do("mute", place=SMALL)) is Lacking.KIND
    assert await lacking(adapter, do("delete", ref="1", place=Place("telegram", "8"))) is Lacking.KIND
    assert await lacking(adapter, do("delete", ref="x")) is Lacking.SUBJECT
    assert await lacking(adapter, do("ban", person="@tom")) is Lacking.SUBJECT


async def test_trouble_on_the_way_is_tried_again_and_a_lost_group_is_gone(
    adapters: Make, quarter: Group, tom: Citizen, telegram: Emulator
) -> None:
    adapter, said = adapters(), tom.say("achetez !", group=quarter)
    for kind in ("bad_gateway", "lost", "dropped", "garbage", "later"):
        telegram.fault("deleteMessage", kind)
        with pytest.raises(Later):
            await adapter.act(do("delete", ref=str(said)))
    await adapter.act(do("delete", ref=str(said)))
    tom.remove_bot(quarter)
    with pytest.raises(Gone):
        await adapter.act(do("ban"))
    with pytest.raises(Gone):
        await adapter.rights(QUARTER)
    moved = telegram.group(int(SMALL.chat), admin=True).migrate(tom)
    with pytest.raises(Gone) as gone:
        await adapter.act(do("ban", place=SMALL))
    assert gone.value.moved_to == str(moved.id)


# Photos


def photo(format: str = "JPEG", size: tuple[int, int] = (40, 20)) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, "grey").save(out, format)
    return out.getvalue()


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
async def test_a_photo_is_fetched_by_its_reference(adapters: Make, telegram: Emulator, format: str) -> None:
    telegram.world.files["p1s0"] = photo(format)
    file = await adapters().fetch("telegram:p1s0")
    assert file.mime == "image/jpeg"
    assert Image.open(BytesIO(file.data)).size == (40, 20)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg/>",
        b"GIF89a" + bytes(100),
        photo()[:200],
        b"\xff\xd8\xff" + bytes(500),
        b"x" * 10_000_001,
        b"y" * 20_000_001,
    ],
    ids=["empty", "svg", "gif", "cut", "no picture", "large", "too large for the server"],
)
async def test_what_is_no_photo_is_refused(adapters: Make, telegram: Emulator, data: bytes) -> None:
    telegram.world.files["p1s0"] = data
    with pytest.raises(Refused):
        await adapters().fetch("telegram:p1s0")


async def test_a_photo_that_is_no_more_is_refused_and_trouble_is_tried_again(
    adapters: Make, telegram: Emulator
) -> None:
    adapter: Any = adapters()
    with pytest.raises(Refused):
        await adapter.fetch("telegram:gone")
    telegram.world.files["p1s0"] = photo()
    telegram.fault("getFile", "bad_gateway")
    with pytest.raises(Later):
        await adapter.fetch("telegram:p1s0")
    telegram.fault("getFile", "lost")
    with pytest.raises(Later):
        await adapter.fetch("telegram:p1s0")
    assert (await adapter.fetch("telegram:p1s0")).data
