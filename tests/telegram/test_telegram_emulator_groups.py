"""The emulator in groups, asked by python-telegram-bot, which accepts no answer that the Bot API would not give."""

from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from telegram import Bot, ChatMemberBanned, ChatMemberOwner, ChatMemberRestricted, ChatPermissions
from telegram.error import BadRequest

from adapters.telegram import TelegramAdapter
from adapters.telegram.transport import Transport
from adapters.telegram_emulator import Citizen, Emulator, Group, Silenced
from flows.events import Event, Overheard, Said, Shared

QUARTER = -1001234567890
MUTED = ChatPermissions(can_send_messages=False)


@pytest.fixture
async def bot(telegram: Emulator) -> AsyncIterator[Bot]:
    transport = Transport(telegram.url, telegram.token)
    yield Bot(
        telegram.token, base_url=f"{telegram.url}/bot", base_file_url=f"{telegram.url}/file/bot", request=transport
    )
    await transport.shutdown()


@pytest.fixture
def quarter(telegram: Emulator) -> Group:
    return telegram.group(QUARTER, admin=True)


@pytest.fixture
def tom(telegram: Emulator) -> Citizen:
    return telegram.citizen(8, "Tom")


async def test_who_is_who_is_told_as_the_bot_api_does(
    bot: Bot, quarter: Group, tom: Citizen, telegram: Emulator
) -> None:
    own = await bot.get_chat_member(QUARTER, telegram.world.bot.id)
    assert own.status == "administrator"
    assert own.can_restrict_members  # type: ignore[attr-defined]
    assert (await bot.get_chat_member(QUARTER, 8)).status == "member"
    await bot.restrict_chat_member(QUARTER, 8, MUTED, until_date=datetime.now(UTC) + timedelta(hours=1))
    restricted = await bot.get_chat_member(QUARTER, 8)
    assert isinstance(restricted, ChatMemberRestricted)
    assert not restricted.can_send_messages
    await bot.ban_chat_member(QUARTER, 8)
    assert isinstance(await bot.get_chat_member(QUARTER, 8), ChatMemberBanned)
    await bot.unban_chat_member(QUARTER, 8)
    await bot.restrict_chat_member(QUARTER, 8, ChatPermissions.all_permissions())
    quarter.appoint(tom)
    assert (await bot.get_chat_member(QUARTER, 8)).status == "administrator"
    quarter.chat.owner = 8
    assert isinstance(await bot.get_chat_member(QUARTER, 8), ChatMemberOwner)
    with pytest.raises(BadRequest, match=r"(?i)participant_id_invalid"):
        await bot.get_chat_member(QUARTER, 77)


@pytest.mark.parametrize(
    ("seconds", "ends"), [(10, False), (29, False), (60, True), (365 * 86400, True), (400 * 86400, False)]
)
async def test_too_near_and_too_far_is_for_ever(
    bot: Bot, quarter: Group, tom: Citizen, seconds: int, ends: bool
) -> None:
    await bot.ban_chat_member(QUARTER, tom.id, until_date=datetime.now(UTC) + timedelta(seconds=seconds))
    assert bool(quarter.chat.banned[8]) is ends


async def test_what_takes_rights_is_refused_without_them(
    bot: Bot, quarter: Group, tom: Citizen, telegram: Emulator
) -> None:
    said = tom.say("bonjour", group=quarter)
    own = await bot.send_message(QUARTER, "moi")
    quarter.empower()
    for act in (
        bot.restrict_chat_member(QUARTER, 8, MUTED),
        bot.ban_chat_member(QUARTER, 8),
        bot.unban_chat_member(QUARTER, 8),
        bot.delete_message(QUARTER, said),
    ):
        with pytest.raises(BadRequest):
            await act
    assert await bot.delete_message(QUARTER, own.message_id)
    with pytest.raises(BadRequest, match="not found"):
        await bot.delete_message(QUARTER, own.message_id)
    quarter.empower("can_restrict_members")
    with pytest.raises(BadRequest, match="permissions"):
        await bot._post("restrictChatMember", {"chat_id": QUARTER, "user_id": 8, "permissions": {"can_fly": True}})
    small = telegram.group(-55, admin=True)
    for act in (bot.restrict_chat_member(small.id, 8, MUTED), bot.unban_chat_member(small.id, 8)):
        with pytest.raises(BadRequest, match="supergroup"):
            await act
    tom.known()
    with pytest.raises(BadRequest, match="private"):
        await bot.ban_chat_member(8, 8)


async def test_who_is_silenced_has_no_box_to_write_in(bot: Bot, quarter: Group, tom: Citizen) -> None:
    await bot.restrict_chat_member(QUARTER, 8, MUTED)
    with pytest.raises(Silenced):
        tom.say("x", group=quarter)
    with pytest.raises(Silenced):
        tom.send_place(49, 2, group=quarter)


async def test_photos_are_kept_in_sizes_and_can_be_downloaded(bot: Bot, telegram: Emulator, tom: Citizen) -> None:
    sent = b"\xff\xd8\xff photo"
    tom.send_photo(sent, sides=(90, 1280), caption="le trou")
    (update,) = await bot.get_updates()
    assert update.message is not None
    assert update.message.caption == "le trou"
    assert [size.width for size in update.message.photo] == [90, 1280]
    file = await bot.get_file(update.message.photo[-1].file_id)
    assert bytes(await file.download_as_bytearray()) == sent
    telegram.world.files["p9"] = bytes(20_000_001)
    with pytest.raises(BadRequest, match="too big"):
        await bot.get_file("p9")


async def heard(adapter: TelegramAdapter, count: int) -> list[Event]:
    found: list[Event] = []
    async with aclosing(adapter.receive(None)) as batches:  # type: ignore[type-var]
        async for batch in batches:
            found += [item.event for item in batch.items]
            if len(found) >= count:
                return found
    return found


async def test_talk_edits_quotations_photos_and_places_arrive(
    telegram: Emulator, adapters: Callable[..., TelegramAdapter], quarter: Group, tom: Citizen
) -> None:
    lea = telegram.citizen(7, "Léa")
    said = tom.say("achetez !", group=quarter)
    tom.edit(said, "achetez vite !", group=quarter)
    lea.say("/signaler", group=quarter, reply_to=said)
    picture = tom.send_photo(b"x", caption="à vendre", group=quarter)
    lea.say("/signaler", group=quarter, reply_to=picture)
    lea.send_place(49.036, 2.0761)
    events: Any = await heard(adapters(), 6)
    assert [type(event) for event in events] == [Overheard, Overheard, Said, Overheard, Said, Shared]
    assert (events[0].text, events[0].ref, events[0].edited) == ("achetez !", str(said), False)
    assert (events[1].text, events[1].ref, events[1].edited) == ("achetez vite !", str(said), True)
    assert events[2].quoted == (str(said), "8", "achetez vite !")
    assert (events[3].text, events[3].ref) == ("à vendre", str(picture))
    assert events[4].quoted == (str(picture), "8", "à vendre")
    assert events[5].spot == "49.03600,2.07610"


async def test_in_privacy_mode_ordinary_talk_and_its_edits_stay_among_people(telegram: Emulator, tom: Citizen) -> None:
    group = telegram.group(-1009, admin=False)
    said = tom.say("bonjour", group=group)
    tom.edit(said, "bonsoir", group=group)
    tom.send_photo(b"x", group=group)
    assert telegram.unconfirmed == 0
    tom.say("/aide", group=group)
    assert telegram.unconfirmed == 1
