"""The contract of `adapters.base` as checks that run on every adapter, shipped for those who write one.

The one rule: a check speaks only through the contract and through a `Rig`, the few things that a test must be able to
do on the platform itself. In a test file:

    @pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
    async def test_my_adapter(check, rig):
        try:
            await check(rig)
        except NotApplicable as reason:
            pytest.skip(str(reason))

A check raises AssertionError with a sentence, or NotApplicable when the rig's platform has nothing to check there.
"""

from __future__ import annotations

import asyncio
import io
import logging
import struct
import zlib
from collections.abc import Awaitable, Callable, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, TypeVar

from adapters.base import Action, Adapter, Batch, Image, Inbound, Outgoing, Part, Place, SendError, Sent
from adapters.pictures import size_of
from adapters.render import plan
from flows.events import Event, Overheard, Pressed, Returned, Said, Shared
from flows.messages import Bold, Bullets, Button, Italic, Link, Message, Plain, Poll, message, paragraph

PATIENCE = 10.0
"""Seconds to wait for what a citizen did to arrive."""


class NotApplicable(Exception):
    """The platform has nothing to check here; says why."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One message of the bot on a citizen's screen: its words without markup, and the labels of its buttons."""

    text: str
    buttons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ward:
    """How the group stands: is what the second citizen said last still there, and may they say more?"""

    there: bool
    may_speak: bool


class Rig(Protocol):
    """A platform with one citizen on it, who already wrote to the bot once.

    `place` is their private chat; `nowhere` a place that does not exist. `secrets` must never be logged.
    `redelivers` says whether the platform keeps what was not confirmed and gives it again after a restart."""

    place: Place
    nowhere: Place
    secrets: tuple[str, ...]
    redelivers: bool

    def adapter(self) -> Adapter:
        """A new adapter on the same platform, as after a restart; the rig closes it at its end."""
        ...

    async def say(self, text: str) -> None:
        """The citizen types `text` in `place`."""
        ...

    async def press(self, label: str) -> None:
        """The citizen presses the newest button with this label. NotApplicable where nothing can be pressed."""
        ...

    async def share(self) -> None:
        """The citizen sends something that is not text. NotApplicable where that cannot be done."""
        ...

    async def screen(self) -> list[Seen]:
        """The bot's messages that the citizen sees in `place`, oldest first."""
        ...

    async def send_photo(self, data: bytes) -> None:
        """The citizen sends a photo in `place`. NotApplicable where that cannot be done."""
        ...

    async def group(self) -> Place:
        """A group with a second citizen, in which the bot may do whatever it can; asked for before the adapter is
        made. NotApplicable where there are no groups."""
        ...

    async def talk(self, text: str) -> tuple[str, str]:
        """The second citizen says something to the others in the group; the reference of it, and who they are."""
        ...

    async def ward(self) -> Ward:
        """How the group stands."""
        ...


HOSTILE = (
    "<b>bold?</b> & <script>alert('x')</script>",
    "*stars* _lines_ `code` [text](http://example.org) ~wave~ ||bars|| # title",
    "&amp; &lt; &#60; &nbsp; &unknown;",
    "{left} {0} %s %(x)s ${HOME} \\n \\u0041",
    "quotes \" and ' and « guillemets » and “curls”",
    "</b></a><a href='javascript:alert(1)'>x</a> <b",
    "e\u0301tat, ñ, ß, İ, 中文, हिन्दी",
    "مرحبا بالعالم \u2067שלום\u2069 hello",
    "zero\u200bwidth\u200dand\ufeffmarks",
    "👩‍👩‍👧‍👦 👍🏽 🇫🇷 🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "line one\nline two\n\nline four",
    "-> <- <> >< << >> & && <!-- x --> ]]>",
)
"""Texts that have broken bots: each must be shown exactly as written."""


# Reading


async def what_is_said_arrives_as_written(rig: Rig) -> None:
    """Each hostile text comes in as `Said`, unchanged, from one person, with a time that knows its zone."""
    adapter = rig.adapter()
    async with _reading(adapter) as reader:
        people = set()
        for text in HOSTILE:
            await rig.say(text)
            (item,) = await reader.items(1)
            event = _as(Said, item.event)
            _require(event.text == text, f"said {text!r}, received {event.text!r}")
            _require(event.at.tzinfo is not None, "the time of an event must know its zone")
            _require(item.place == rig.place, f"said in {rig.place}, received in {item.place}")
            _require(item.private, "a private chat must be told as private")
            people.add(item.person)
        _require(len(people) == 1, f"one citizen arrived as {len(people)} people")


async def order_is_kept_and_keys_differ(rig: Rig) -> None:
    """What one person says in a row arrives in that order, each under a key of its own."""
    adapter = rig.adapter()
    async with _reading(adapter) as reader:
        for number in range(7):
            await rig.say(f"word {number}")
        items = await reader.items(7)
    texts = [_as(Said, item.event).text for item in items]
    _require(texts == [f"word {number}" for number in range(7)], f"out of order: {texts}")
    _require(len({item.key for item in items}) == 7, "two events under the same key")


async def what_was_not_confirmed_comes_again(rig: Rig) -> None:
    """A batch after which nobody asked for the next one is not confirmed: after a restart it is there again, under the
    same key. One that was confirmed is not."""
    if not rig.redelivers:
        raise NotApplicable("the platform keeps nothing that was not confirmed")
    first, second, third = rig.adapter(), rig.adapter(), rig.adapter()
    await rig.say("before the crash")
    async with _reading(first) as reader:
        (lost,) = await reader.items(1)
    async with _reading(second) as reader:
        (again,) = await reader.items(1)
        _require(again == lost, f"came back changed: {lost} then {again}")
        cursor = reader.cursor
        await rig.say("after the crash")
        (following,) = await reader.items(1)
        _require(following.key != lost.key, "the confirmed batch came again")
    async with _reading(third, cursor) as reader:
        (item,) = await reader.items(1)
        _require(item.key == following.key, "after a restart the confirmed batch came again, or the other one was lost")


async def what_is_shared_is_told(rig: Rig) -> None:
    """Something that is not text arrives as `Shared`, never as silence."""
    adapter = rig.adapter()
    async with _reading(adapter) as reader:
        await rig.share()
        (item,) = await reader.items(1)
    event = _as(Shared, item.event)
    kinds = {"photo", "voice", "video", "document", "sticker", "location", "contact", "other"}
    _require(event.what in kinds, f"unknown kind {event.what!r}")


async def a_photo_comes_without_its_history(rig: Rig) -> None:
    """A photo arrives with a reference, by which it can be fetched more than once: upright, smaller, without anything
    that tells where and when it was taken."""
    adapter = rig.adapter()
    async with _reading(adapter) as reader:
        await rig.send_photo(_photo())
        (item,) = await reader.items(1)
        event = _as(Shared, item.event)
        _require(event.what == "photo", f"a photo arrived as {event.what}")
        _require(event.ref.startswith(f"{adapter.name}:"), f"the photo has the reference {event.ref!r}")
        for _ in range(2):
            file = await adapter.fetch(event.ref)
            _require(file.mime == "image/jpeg", f"fetched as {file.mime}")
            for trace in (b"Exif", b"secret camera", b"secret comment"):
                _require(trace not in file.data, f"{trace!r} is still in the picture")
            size = size_of(file.data)
            _require(size is not None and size[0] < size[1], f"it does not stand upright: {size}")


async def what_is_no_photo_is_refused(rig: Rig) -> None:
    """References that nobody gave, and such as were never meant for this adapter, raise one of the four errors."""
    adapter = rig.adapter()
    wrong = ("", "x", "../../etc/passwd", "9" * 400, "\x00", "!r:x/$e", "é", "a/b?c=d#e")
    for ref in (*wrong, *(f"{adapter.name}:{one}" for one in wrong), "elsewhere:abc"):
        try:
            await adapter.fetch(ref)
        except SendError:
            continue
        raise AssertionError(f"{ref[:40]!r} was fetched")


# Groups


async def talk_in_a_group_is_overheard(rig: Rig) -> None:
    """What members of a group say to each other arrives as `Overheard`, as written, with who and where."""
    group = await rig.group()
    adapter = rig.adapter()
    async with _reading(adapter) as reader:
        for text in HOSTILE[:4]:
            ref, person = await rig.talk(text)
            item = await _next_in(reader, group)
            event = _as(Overheard, item.event)
            _require(event.text == text, f"said {text!r}, overheard {event.text!r}")
            _require((event.ref, item.person) == (ref, person), f"overheard as {event.ref} of {item.person}")
            _require(not item.private, "a group was told as private")


async def acts_may_be_done_twice(rig: Rig) -> None:
    """Each act does what it says, and doing it again is no mistake; the opposite of what was never done neither."""
    group = await rig.group()
    adapter = rig.adapter()
    acts = await adapter.rights(group)
    _require(acts <= adapter.capabilities(group).acts, "there are rights to what cannot be done")
    ref, person = await rig.talk("buy now")
    end = datetime.now(UTC) + timedelta(hours=1)

    async def twice(act: str, until: datetime | None = None) -> Ward:
        for _ in range(2):
            key = f"contract-{next(_sent)}"
            done = Action(key=key, place=group, act=act, ref=ref, person=person, until=until)
            await adapter.act(done)
        return await rig.ward()

    for there, back in (("mute", "unmute"), ("ban", "unban")):
        if {there, back} <= acts:
            _require((await twice(back)).may_speak, f"{back} took something away")
            _require(not (await twice(there, end)).may_speak, f"after {there} they can still speak")
            _require((await twice(back)).may_speak, f"after {back} they cannot speak")
    if "delete" in acts:
        _require(not (await twice("delete")).there, "the message is still there")


async def acts_fail_as_send_errors(rig: Rig) -> None:
    """What cannot be done raises one of the four errors, and no message leaves in its place: an act that is none, a
    person and a message that are not, a place that is not, a private chat."""
    adapter = rig.adapter()
    places = [rig.nowhere, rig.place]
    try:
        places.append(await rig.group())
    except NotApplicable:
        pass
    for place in places:
        for act in ("delete", "mute", "unmute", "ban", "unban", "", "shout"):
            for subject in ("", "0", "nobody", "9" * 30, "$x", "@x", "\x00", "é", "-1"):
                done = Action(key=f"contract-{next(_sent)}", place=place, act=act, ref=subject, person=subject)
                try:
                    await adapter.act(done)
                except SendError:
                    continue
                _require(place not in places[:2] and act not in ("", "shout"), f"{act!r} was done in {place}")


async def nobody_has_rights_in_private(rig: Rig) -> None:
    """In a private chat and in a place that is not there is nothing to moderate."""
    adapter = rig.adapter()
    _require(not adapter.capabilities(rig.place).acts or not await adapter.rights(rig.place), "rights in private")
    try:
        _require(not await adapter.rights(rig.nowhere), "rights in a place that is not")
    except SendError:
        pass


# Writing


async def capabilities_make_sense(rig: Rig) -> None:
    """What is declared can be used: texts hold something, buttons have room for a label."""
    caps = rig.adapter().capabilities(rig.place)
    _require(caps.max_text >= 200, f"max_text is {caps.max_text}: no question fits")
    _require((caps.buttons > 0) == (caps.button_label > 0), "buttons and button_label must both be set or both be 0")
    _require(not (caps.native_poll and caps.private_presses), "polls of a messenger's own show who chose what")


async def texts_are_shown_as_written(rig: Rig) -> None:
    """Each hostile text, as a plain node, is seen exactly as it was written."""
    adapter = rig.adapter()
    for text in HOSTILE:
        await _send(adapter, rig.place, Part(body=(paragraph(text),)))
        shown = (await rig.screen())[-1].text
        _require(shown == text, f"sent {text!r}, seen {shown!r}")


async def markup_shows_its_words(rig: Rig) -> None:
    """Bold, italic, links and lists show their words, and hostile ones are as harmless there."""
    adapter = rig.adapter()
    nasty = "<i>&"
    body = (
        paragraph(
            "Plain ",
            Bold("bold" + nasty),
            " ",
            Italic("slanted" + nasty),
            " ",
            Link("a page", "https://example.org/?a=1&b=2"),
        ),
        Bullets(((Plain("one"),), (Plain("two" + nasty),)), numbered=True),
    )
    await _send(adapter, rig.place, Part(body=body))
    shown = (await rig.screen())[-1].text
    for words in ("Plain", "bold" + nasty, "slanted" + nasty, "a page", "one", "two" + nasty):
        _require(words in shown, f"{words!r} is not in {shown!r}")


async def the_longest_text_fits(rig: Rig) -> None:
    """A text of exactly `max_text` UTF-16 units is taken whole, be it letters or emoji."""
    adapter = rig.adapter()
    size = min(adapter.capabilities(rig.place).max_text, 100_000)
    for text in ("x" * size, "👍" * (size // 2), "&" * size):
        await _send(adapter, rig.place, Part(body=(paragraph(text),)))
        shown = (await rig.screen())[-1].text
        _require(shown == text, f"of {len(text)} characters {len(shown)} are seen")


async def long_messages_arrive_whole(rig: Rig) -> None:
    """A message far over the limit arrives in several parts with every word in its place."""
    adapter = rig.adapter()
    caps = adapter.capabilities(rig.place)
    words = [f"mot{number}" for number in range(min(caps.max_text, 5_000))]
    before = len(await rig.screen())
    for part in plan(message(" ".join(words)), caps, lang="fr"):
        await _send(adapter, rig.place, part)
    seen = " ".join(one.text for one in (await rig.screen())[before:])
    _require(seen.split() == words, "words were lost, doubled or moved")


async def a_poll_comes_beside_the_words(rig: Rig) -> None:
    """A message whose question is also a poll shows its words, while the poll runs and when it is over."""
    adapter = rig.adapter()
    poll = Poll(id="v.contract.", question="Which day?", options=("Tuesday", "Thursday"))
    for words, shown in (("Which day?", poll), ("It is Thursday.", replace(poll, over=True))):
        for part in plan(Message(body=(paragraph(words),), poll=shown), adapter.capabilities(rig.place), lang="en"):
            await _send(adapter, rig.place, part)
        _require(words in [one.text for one in (await rig.screen())[-2:]], f"{words!r} is not on the screen")


async def buttons_come_back_with_their_data(rig: Rig) -> None:
    """A press brings back the data of the button, 64 bytes of it, and the reference of its message."""
    adapter = rig.adapter()
    if not adapter.capabilities(rig.place).buttons:
        raise NotApplicable("no buttons here")
    data = "v1.prompt." + "z" * 54
    part = Part(
        body=(paragraph("Yes or no?"),), rows=((Button(label="Yes <&>", data=data), Button(label="No", data="n")),)
    )
    async with _reading(adapter) as reader:
        sent = await _send(adapter, rig.place, part)
        _require("Yes <&>" in (await rig.screen())[-1].buttons, "the label is not on the screen as written")
        await rig.press("Yes <&>")
        (item,) = await reader.items(1)
        event = _as(Pressed, item.event)
        _require(event.data == data, f"data came back as {event.data!r}")
        _require(event.message in (None, sent.ref), f"pressed on {event.message}, but sent as {sent.ref}")
        await adapter.note(item.key, "Noted")


async def the_largest_keyboard_fits(rig: Rig) -> None:
    """As many buttons as declared, with labels as long as declared, are all there."""
    adapter = rig.adapter()
    caps = adapter.capabilities(rig.place)
    if not caps.buttons:
        raise NotApplicable("no buttons here")
    labels = [f"{number:03}" + "é" * (min(caps.button_label, 200) - 3) for number in range(min(caps.buttons, 200))]
    rows = tuple((Button(label=label, data=f"d{number}"),) for number, label in enumerate(labels))
    await _send(adapter, rig.place, Part(body=(paragraph("Choose"),), rows=rows))
    _require(list((await rig.screen())[-1].buttons) == labels, "buttons were lost, cut or moved")


async def edits_replace(rig: Rig) -> None:
    """An edit changes the message in its place, takes its buttons away, and may be repeated."""
    adapter = rig.adapter()
    caps = adapter.capabilities(rig.place)
    if not caps.edit:
        raise NotApplicable("nothing can be edited here")
    rows = ((Button(label="Yes", data="y"),),) if caps.buttons else ()
    sent = await _send(adapter, rig.place, Part(body=(paragraph("before"),), rows=rows))
    count = len(await rig.screen())
    for _ in range(2):
        edited = await _send(adapter, rig.place, Part(body=(paragraph("after"),)), replaces=sent.ref)
        _require(edited.ref == sent.ref, "an edit keeps the reference")
    screen = await rig.screen()
    _require(len(screen) == count, f"an edit made {len(screen) - count} messages more")
    _require(screen[-1] == Seen("after"), f"after the edit: {screen[-1]}")


async def pictures_are_shown(rig: Rig) -> None:
    """A PNG picture, alone and with words."""
    adapter = rig.adapter()
    if "image/png" not in adapter.capabilities(rig.place).media:
        raise NotApplicable("no pictures here")
    before = len(await rig.screen())
    image = Image(data=_png(), alt="A black square")
    await _send(adapter, rig.place, Part(body=(), image=image))
    await _send(adapter, rig.place, Part(body=(paragraph("Result: 3 < 5 & more"),), image=image))
    screen = await rig.screen()
    _require(len(screen) == before + 2, "a picture is not on the screen")
    _require("Result: 3 < 5 & more" in screen[-1].text, "the words are not with the picture")


async def declared_limits_are_enough(rig: Rig) -> None:
    """Writing as fast as `limits` allows is never refused."""
    adapter = rig.adapter()
    limits = adapter.limits(rig.place)
    if not limits:
        raise NotApplicable("no limits here")
    for limit in limits:
        _require(limit.count > 0 and limit.seconds > 0, f"{limit} lets nothing through")
    for number in range(min(limit.count for limit in limits)):
        await _send(adapter, rig.place, Part(body=(paragraph(f"message {number}"),)))


async def failures_are_send_errors(rig: Rig) -> None:
    """Whatever goes wrong, `send` raises one of the four errors: a place that is not, an edit of nothing, a reference
    that nobody gave."""
    adapter = rig.adapter()
    part = Part(body=(paragraph("hello"),))
    await _fails(adapter, Outgoing(key="n", place=rig.nowhere, part=part), must=True)
    for ref in ("0", "999999999", "not a reference", "-1", "9" * 40, ""):
        await _fails(adapter, Outgoing(key=f"e{ref}", place=rig.place, part=part, replaces=ref), must=False)


async def notes_never_raise(rig: Rig) -> None:
    """Answering a press that is unknown, twice, or with too many words does nothing worse than nothing."""
    adapter = rig.adapter()
    for key in ("unknown", "", "0", "x" * 1000):
        for text in ("", "Noted", "é" * 5_000, "<b>"):
            await adapter.note(key, text)


async def no_secret_is_logged(rig: Rig) -> None:
    """With every logger at DEBUG, no record contains a secret, when things go well and when they do not."""
    adapter = rig.adapter()
    part = Part(body=(paragraph("hello"),))
    with _all_logs() as lines:
        async with _reading(adapter) as reader:
            await rig.say("hello")
            (item,) = await reader.items(1)
            await _send(adapter, rig.place, part)
            await _fails(adapter, Outgoing(key="n", place=rig.nowhere, part=part), must=True)
            await adapter.note(item.key, "Noted")
        await adapter.close()
        await _fails(adapter, Outgoing(key="c", place=rig.nowhere, part=part), must=False)
    for line in lines:
        for secret in rig.secrets:
            _require(secret not in line, "a log record contains a secret: " + line.replace(secret, "SECRET"))


async def closing_twice_is_harmless(rig: Rig) -> None:
    """`close` lets go, and may be called again."""
    adapter = rig.adapter()
    await _send(adapter, rig.place, Part(body=(paragraph("hello"),)))
    await adapter.close()
    await adapter.close()


Check = Callable[[Rig], Awaitable[None]]

CHECKS: tuple[Check, ...] = (
    what_is_said_arrives_as_written,
    order_is_kept_and_keys_differ,
    what_was_not_confirmed_comes_again,
    what_is_shared_is_told,
    a_photo_comes_without_its_history,
    what_is_no_photo_is_refused,
    talk_in_a_group_is_overheard,
    acts_may_be_done_twice,
    acts_fail_as_send_errors,
    nobody_has_rights_in_private,
    capabilities_make_sense,
    texts_are_shown_as_written,
    markup_shows_its_words,
    the_longest_text_fits,
    long_messages_arrive_whole,
    a_poll_comes_beside_the_words,
    buttons_come_back_with_their_data,
    the_largest_keyboard_fits,
    edits_replace,
    pictures_are_shown,
    declared_limits_are_enough,
    failures_are_send_errors,
    notes_never_raise,
    no_secret_is_logged,
    closing_twice_is_harmless,
)


# How it is done


class _Reader:
    """Reads an adapter item by item; asks for the next batch only when this one is used up."""

    def __init__(self, adapter: Adapter, cursor: str | None) -> None:
        self.cursor = cursor
        self._stream: Any = adapter.receive(cursor)
        self._waiting: list[Inbound] = []

    async def items(self, count: int) -> list[Inbound]:
        """The next `count` items."""
        try:
            async with asyncio.timeout(PATIENCE):
                while len(self._waiting) < count:
                    batch: Batch = await anext(self._stream)
                    self.cursor = batch.cursor if batch.cursor is not None else self.cursor
                    self._waiting += batch.items
        except TimeoutError:
            raise AssertionError(f"after {PATIENCE:g} s only {len(self._waiting)} of {count} events arrived") from None
        taken, self._waiting = self._waiting[:count], self._waiting[count:]
        return taken

    async def aclose(self) -> None:
        await self._stream.aclose()


async def _next_in(reader: _Reader, place: Place) -> Inbound:
    """The next thing that happens in `place`; what else comes by is passed over."""
    while True:
        (item,) = await reader.items(1)
        if item.place == place and not isinstance(item.event, Returned):
            return item


def _reading(adapter: Adapter, cursor: str | None = None) -> aclosing[_Reader]:
    return aclosing(_Reader(adapter, cursor))


_sent = iter(range(1, 1_000_000_000))


async def _send(adapter: Adapter, place: Place, part: Part, *, replaces: str | None = None) -> Sent:
    return await adapter.send(Outgoing(key=f"contract-{next(_sent)}", place=place, part=part, replaces=replaces))


async def _fails(adapter: Adapter, out: Outgoing, *, must: bool) -> None:
    try:
        await adapter.send(out)
    except SendError:
        return
    _require(not must, f"sending to {out.place} must fail")


def _require(condition: bool, sentence: str) -> None:
    if not condition:
        raise AssertionError(sentence)


Kind = TypeVar("Kind")


def _as(kind: type[Kind], event: Event) -> Kind:
    if not isinstance(event, kind):
        raise AssertionError(f"expected {kind.__name__}, received {event}")
    return event


class _Keeper(logging.Handler):
    def __init__(self, lines: list[str]) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(logging.Formatter("%(name)s %(message)s"))
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        self._lines.append(self.format(record) + repr(record.args))


@contextmanager
def _all_logs() -> Iterator[list[str]]:
    """Every record of every logger, formatted with its traceback, as long as it lasts."""
    lines: list[str] = []
    root, keeper = logging.getLogger(), _Keeper(lines)
    level = root.level
    root.addHandler(keeper)
    root.setLevel(logging.DEBUG)
    try:
        yield lines
    finally:
        root.removeHandler(keeper)
        root.setLevel(level)


def _photo() -> bytes:
    """A picture as a phone makes it: lying on its side with a note that says so, where it was taken, and a comment."""
    from PIL import Image as Pictures

    exif = Pictures.Exif()
    exif[0x0112] = 6  # to be turned by a quarter
    exif[0x0110] = "secret camera"
    exif.get_ifd(0x8825)[1] = "N"
    out = io.BytesIO()
    Pictures.new("RGB", (2400, 1200), "grey").save(out, "JPEG", exif=exif, comment=b"secret comment")
    return out.getvalue()


def _png() -> bytes:
    """A black square of 64 points."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    side = 64
    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    rows = (b"\x00" + b"\x00" * side) * side
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
