"""What the adapter asks Telegram before it hands a batch over: who administrates, what is in a flow file."""

from __future__ import annotations

from contextlib import aclosing

from adapters.base import Inbound
from adapters.telegram import TelegramAdapter, TelegramSettings
from adapters.telegram_emulator import Emulator
from flows.events import Said, Shared

GROUP = -100123


async def next_items(adapter: TelegramAdapter, n: int) -> list[Inbound]:
    """The next `n` things that happen."""
    found: list[Inbound] = []
    async with aclosing(adapter.receive(None)) as batches:  # type: ignore[type-var]
        async for batch in batches:
            found += batch.items
            if len(found) >= n:
                return found
    return found


def adapter_of(telegram: Emulator) -> TelegramAdapter:
    return TelegramAdapter(TelegramSettings(token=telegram.token, base_url=telegram.url))


async def test_administrators_are_known_and_asked_once_a_minute() -> None:
    async with Emulator() as telegram:
        group, chief, member = telegram.group(GROUP), telegram.citizen(1), telegram.citizen(2)
        group.appoint(chief)
        for who in (chief, member, chief):
            who.say("/poll Quand ?", group=group)
        adapter = adapter_of(telegram)
        events = [item.event for item in await next_items(adapter, 3)]
        await adapter.close()
        assert [isinstance(event, Said) and event.admin for event in events] == [True, False, True]
        assert telegram.calls["getchatmember"] <= 3


async def test_what_telegram_does_not_answer_is_taken_for_no() -> None:
    async with Emulator() as telegram:
        group, chief = telegram.group(GROUP), telegram.citizen(1)
        group.appoint(chief)
        telegram.fault("getChatMember", "bad_gateway")
        chief.say("/poll Quand ?", group=group)
        adapter = adapter_of(telegram)
        (item,) = await next_items(adapter, 1)
        await adapter.close()
        assert isinstance(item.event, Said)
        assert not item.event.admin


async def test_nothing_is_asked_about_talk_in_private() -> None:
    async with Emulator() as telegram:
        telegram.citizen(1).say("/poll Quand ?")
        adapter = adapter_of(telegram)
        (item,) = await next_items(adapter, 1)
        await adapter.close()
        assert isinstance(item.event, Said)
        assert telegram.calls["getchatmember"] == 0


async def test_a_flow_file_comes_with_its_text() -> None:
    async with Emulator() as telegram:
        telegram.citizen(1).send_file("sondage.yaml", "palabre: 1\n# été".encode())
        adapter = adapter_of(telegram)
        (item,) = await next_items(adapter, 1)
        await adapter.close()
        assert item.event == Shared(at=item.event.at, what="document", name="sondage.yaml", text="palabre: 1\n# été")


async def test_other_files_large_ones_and_lost_ones_are_not_read() -> None:
    async with Emulator() as telegram:
        lea = telegram.citizen(1)
        lea.send_file("photo.pdf", b"x")
        lea.send_file("grand.yaml", b"x" * 70_000)
        lea.send_file("perdu.yaml", b"palabre: 1")
        del telegram.world.files["f3"]
        adapter = adapter_of(telegram)
        items = await next_items(adapter, 3)
        await adapter.close()
        assert [isinstance(one.event, Shared) and (one.event.name, one.event.text) for one in items] == [
            ("", ""),
            ("", ""),
            ("perdu.yaml", ""),
        ]
