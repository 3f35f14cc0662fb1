"""Writing: messages, topics, edits, pictures, notes, and what each trouble becomes."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.base import Gone, Image, Later, Limit, Outgoing, Part, Place, Refused, SendError, Sent, Unsure
from adapters.telegram import TelegramAdapter, TelegramSettings
from adapters.telegram.checking import look
from adapters.telegram.transport import Lost, Transport
from adapters.telegram_emulator import Emulator
from flows.messages import Bold, Button, Link, paragraph

Make = Callable[..., TelegramAdapter]
HOME = Place("telegram", "7")
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40 + b"\r\n--not the boundary\r\n"


def part(*words: Any, rows: tuple[tuple[Button, ...], ...] = (), image: bytes | None = None) -> Part:
    picture = Image(data=image, alt="a chart") if image else None
    return Part(body=(paragraph(*words),) if words else (), rows=rows, image=picture)


async def send(adapter: TelegramAdapter, what: Part, place: Place = HOME, replaces: str | None = None) -> Sent:
    return await adapter.send(Outgoing(key="k", place=place, part=what, replaces=replaces))


@pytest.fixture(autouse=True)
def lea(telegram: Emulator) -> Any:
    return telegram.citizen(7).known()


async def test_a_message_with_markup_and_buttons(telegram: Emulator, adapters: Make, lea: Any) -> None:
    rows = (
        (Button(label="Oui", data="y"), Button(label="Non", data="n")),
        (Button(label="Lire", data="", url="https://x.fr"),),
    )
    sent = await send(adapters(), part(Bold("Bonjour"), " & <b>", Link("ici", "https://x.fr"), rows=rows))
    (shown,) = lea.screen()
    assert sent == Sent(ref=str(shown.id))
    assert shown.text == "Bonjour & <b>ici"
    assert [one["type"] for one in shown.entities] == ["bold", "text_link"]
    assert shown.labels == ["Oui", "Non", "Lire"]


async def test_previews_are_off_and_nothing_is_paid(telegram: Emulator, adapters: Make) -> None:
    adapter = adapters()
    sent = await send(adapter, part("https://x.fr"))
    await send(adapter, part("https://y.fr"), replaces=sent.ref)
    assert [method for method, _ in telegram.recent] == ["sendmessage", "editmessagetext"]
    for _, params in telegram.recent:
        assert params["link_preview_options"] == {"is_disabled": True}
        assert "allow_paid_broadcast" not in params


async def test_in_a_topic_and_in_general_when_the_topic_is_gone(telegram: Emulator, adapters: Make) -> None:
    forum = telegram.group(-1001234567890, topics={12})
    adapter = adapters()
    place = Place("telegram", str(forum.id), "12")
    await send(adapter, part("one"), place)
    forum.delete_topic(12)
    await send(adapter, part("two"), place)
    assert [(one.text, one.thread) for one in forum.screen()] == [("one", 12), ("two", None)]


async def test_an_edit_replaces_text_and_takes_buttons_away(adapters: Make, lea: Any) -> None:
    adapter = adapters()
    sent = await send(adapter, part("one", rows=((Button(label="Oui", data="y"),),)))
    assert await send(adapter, part("two"), replaces=sent.ref) == sent
    assert [(one.text, one.labels, one.edits) for one in lea.screen()] == [("two", [], 1)]


async def test_the_same_edit_again_is_a_success(adapters: Make, lea: Any) -> None:
    adapter = adapters()
    sent = await send(adapter, part("one"))
    for _ in range(3):
        assert await send(adapter, part("one"), replaces=sent.ref) == sent
    assert lea.screen()[0].edits == 0


async def test_edits_of_what_is_not_ours_or_not_there_are_refused(adapters: Make, lea: Any) -> None:
    theirs = lea.say("hello")
    for ref in (str(theirs), "99999", "abc", "1.5", "９", ""):
        with pytest.raises(Refused):
            await send(adapters(), part("x"), replaces=ref)


async def test_a_picture_with_words_and_buttons_then_edited(adapters: Make, lea: Any) -> None:
    adapter = adapters()
    sent = await send(adapter, part(Bold("Result"), " é < 5", rows=((Button(label="Oui", data="y"),),), image=PNG))
    (shown,) = lea.screen()
    assert (shown.photo, shown.text, shown.labels) == (PNG, "Result é < 5", ["Oui"])
    await send(adapter, part("Other words"), replaces=sent.ref)
    assert (shown.photo, shown.text, shown.labels) == (PNG, "Other words", [])
    await send(adapter, part("New picture", image=PNG + b"2"), replaces=sent.ref)
    assert (shown.photo, shown.text) == (PNG + b"2", "New picture")
    assert len(lea.screen()) == 1


async def test_a_picture_alone_in_a_topic(telegram: Emulator, adapters: Make) -> None:
    forum = telegram.group(-1001234567890, topics={12})
    await send(adapters(), part(image=PNG), Place("telegram", str(forum.id), "12"))
    assert [(one.photo, one.thread) for one in forum.screen()] == [(PNG, 12)]


async def test_what_telegram_never_takes_is_refused(adapters: Make) -> None:
    adapter = adapters()
    many = tuple((Button(label="x", data=str(number)),) for number in range(101))
    for what in (
        part("x" * 4097),
        part("👍" * 2049),
        part("  \n "),
        part("x", rows=((Button(label="x", data="é" * 33),),)),
        part("x", rows=((Button(label="x", data=""),),)),
        part("x", rows=((Button(label=" ", data="y"),),)),
        part("x", rows=many),
        part("x", rows=((Button(label="x", data="", url="not a page"),),)),
        part("x" * 1025, image=PNG),
        part("x", image=b"not a picture"),
    ):
        with pytest.raises(Refused):
            await send(adapter, what)


async def test_data_that_no_json_can_carry_is_refused(adapters: Make) -> None:
    with pytest.raises(Refused):
        await send(adapters(), part("x", rows=((Button(label="x", data="\ud83d"),),)))


async def test_blocked_deactivated_unknown(telegram: Emulator, adapters: Make, lea: Any) -> None:
    adapter = adapters()
    lea.block()
    with pytest.raises(Gone):
        await send(adapter, part("x"))
    lea.unblock()
    await send(adapter, part("x"))
    lea.deactivate()
    with pytest.raises(Gone):
        await send(adapter, part("x"))
    telegram.citizen(8)  # never wrote to the bot
    for chat in ("8", "999", "@nobody"):
        with pytest.raises(Gone):
            await send(adapter, part("x"), Place("telegram", chat))


async def test_a_group_that_became_a_supergroup(telegram: Emulator, adapters: Make, lea: Any) -> None:
    new = telegram.group(-55).migrate(lea)
    with pytest.raises(Gone) as gone:
        await send(adapters(), part("x"), Place("telegram", "-55"))
    assert gone.value.moved_to == str(new.id)
    await send(adapters(), part("x"), Place("telegram", str(new.id)))
    assert [one.text for one in new.screen()] == ["x"]


@pytest.mark.parametrize(
    ("fault", "new", "edit"),
    [
        ("bad_gateway", Later, Later),
        ("server_error", Later, Later),
        ("dropped", Unsure, Later),
        ("lost", Unsure, Later),
        ("garbage", Unsure, Later),
        ("later", Later, Later),
        ("unauthorized", Later, Later),
    ],
)
async def test_each_trouble_for_new_messages_and_for_edits(
    telegram: Emulator, adapters: Make, lea: Any, fault: Any, new: type[SendError], edit: type[SendError]
) -> None:
    adapter = adapters()
    sent = await send(adapter, part("before"))
    telegram.fault("sendMessage", fault, seconds=7)
    with pytest.raises(new):
        await send(adapter, part("new"))
    telegram.fault("editMessageText", fault, seconds=7)
    with pytest.raises(edit):
        await send(adapter, part("after"), replaces=sent.ref)
    assert await send(adapter, part("after"), replaces=sent.ref) == sent
    assert lea.screen()[0].text == "after"
    assert ("new" in lea.texts()) == (fault in ("lost", "garbage"))


async def test_429_says_how_long(telegram: Emulator, adapters: Make) -> None:
    telegram.fault("sendMessage", "later", seconds=7)
    with pytest.raises(Later) as later:
        await send(adapters(), part("x"))
    assert later.value.wait == 7.0


async def test_nobody_listens(telegram: Emulator, adapters: Make) -> None:
    adapter = adapters()
    await telegram.stop()
    for replaces in (None, "5"):
        with pytest.raises(Later):
            await send(adapter, part("x"), replaces=replaces)
    await adapter.note("1", "x")


async def test_an_answer_that_never_comes_is_lost(telegram: Emulator) -> None:
    transport = Transport(telegram.url, telegram.token, seconds=0.1)
    telegram.fault("getMe", "slow", seconds=1)
    with pytest.raises(Lost):
        await transport.call("getMe", {})
    await transport.shutdown()


async def test_a_press_is_answered_once_and_cut_to_what_fits(telegram: Emulator, adapters: Make, lea: Any) -> None:
    adapter = adapters()
    await send(adapter, part("?", rows=((Button(label="Oui", data="y"),),)))
    lea.press("Oui")
    async with aclosing(adapter.receive(None)) as stream:  # type: ignore[type-var]
        (item,) = (await anext(stream)).items
        await adapter.note("unknown", "x")
        await adapter.note(item.key, "👍" * 300)
        await adapter.note(item.key, "again")
    assert lea.notes == ["👍" * 99 + "…"]
    assert telegram.calls["answercallbackquery"] == 1


async def test_a_press_answered_too_late_is_no_error(adapters: Make) -> None:
    time = [datetime.now(UTC).timestamp()]
    async with Emulator(clock=lambda: time[0]) as telegram:
        lea = telegram.citizen(7).known()
        adapter = TelegramAdapter(TelegramSettings(token=telegram.token, base_url=telegram.url))
        await send(adapter, part("?", rows=((Button(label="Oui", data="y"),),)))
        lea.press("Oui")
        async with aclosing(adapter.receive(None)) as stream:  # type: ignore[type-var]
            (item,) = (await anext(stream)).items
            time[0] += 60
            await adapter.note(item.key, "too late")
        assert lea.notes == []
        await adapter.close()


async def test_many_at_once_share_the_pool(adapters: Make, lea: Any) -> None:
    adapter = adapters()
    sent = await asyncio.gather(*(send(adapter, part(f"m{number}")) for number in range(300)))
    assert len({one.ref for one in sent}) == 300


def test_limits_per_person_group_and_bot(adapters: Make) -> None:
    adapter = adapters()
    everyone = Limit("telegram", 30, 1.0)
    assert adapter.limits(HOME) == (Limit("telegram:7", 5, 5.0), everyone)
    assert adapter.limits(Place("telegram", "-55", "12")) == (Limit("telegram:-55", 20, 60.0), everyone)
    assert adapters(settings={"rate_limits": False}).limits(HOME) == ()


def test_settings_show_no_secret_and_name_what_is_missing() -> None:
    settings = TelegramSettings(token="1:secret", mode="webhook", webhook_url="https://x.fr/t", webhook_secret="hush")
    assert "secret" not in repr(settings).replace("webhook_secret", "")
    assert "hush" not in repr(settings)
    with pytest.raises(ValueError, match="PALABRE_TELEGRAM__TOKEN"):
        TelegramSettings(token=" ")
    with pytest.raises(ValueError, match="PALABRE_TELEGRAM__WEBHOOK_URL"):
        TelegramSettings(token="1:x", mode="webhook")


async def test_a_link_that_starts_a_chat(telegram: Emulator, adapters: Make, lea: Any) -> None:
    adapter = adapters()
    assert adapter.link("mobilite") is None
    lea.say("hello")
    async with aclosing(adapter.receive(None)) as stream:  # type: ignore[type-var]
        await anext(stream)
    assert adapter.link("mobilite-2_A") == "https://t.me/palabre_bot?start=mobilite-2_A"
    assert adapter.link("") == "https://t.me/palabre_bot"
    assert adapter.link("é") is None
    assert adapter.link("x" * 65) is None


async def test_who_am_i(telegram: Emulator) -> None:
    assert (await look(TelegramSettings(token=telegram.token, base_url=telegram.url), ())).name == "palabre_bot"
    with pytest.raises(ValueError, match="Unauthorized"):
        await look(TelegramSettings(token="1:wrong", base_url=telegram.url), ())
    await telegram.stop()
    with pytest.raises(ConnectionError) as problem:
        await look(TelegramSettings(token=telegram.token, base_url=telegram.url), ())
    assert telegram.token not in str(problem.value)


@pytest.mark.parametrize("address", ["not an address", "http://[broken", "ftp://example.org", ""])
async def test_a_base_url_that_is_none_names_the_setting(address: str) -> None:
    adapter = TelegramAdapter(TelegramSettings(token="1:secret", base_url=address))
    with pytest.raises(Later):
        await send(adapter, part("x"))
    with pytest.raises(ConnectionError, match="PALABRE_TELEGRAM__BASE_URL"):
        await look(TelegramSettings(token="1:secret", base_url=address), ())
    await adapter.close()
