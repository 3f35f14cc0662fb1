"""The terminal adapter: what it reads, when it counts as taken, what it shows."""

from __future__ import annotations

import asyncio
import io
import os
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from adapters.base import Batch, Gone, Outgoing, Part, Place
from adapters.console import HERE, LINE_BYTES, Console, ConsoleSettings, build
from adapters.render import plan
from flows.events import Said
from flows.messages import Bold, Button, Message, Prompt, message, paragraph

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


class Keyboard(io.BytesIO):
    def isatty(self) -> bool:
        return True


class Unplugged(io.StringIO):
    def write(self, text: str, /) -> int:
        raise BrokenPipeError


def console(typed: bytes = b"", writer: io.StringIO | None = None) -> Console:
    return Console(io.BytesIO(typed), writer or io.StringIO(), lang="fr", now=lambda: NOON)


async def read_all(adapter: Console) -> list[Batch]:
    return [batch async for batch in adapter.receive(None)]


def texts(batches: list[Batch]) -> list[str]:
    return [item.event.text for batch in batches for item in batch.items if isinstance(item.event, Said)]


def outgoing(said: Message, adapter: Console) -> Outgoing:
    (part,) = plan(said, adapter.capabilities(HERE), lang="en")
    return Outgoing(key="k", place=HERE, part=part)


async def test_each_line_is_one_batch() -> None:
    batches = await read_all(console("Bonjour à tous\r\n\n2".encode()))
    assert texts(batches) == ["Bonjour à tous", "", "2"]
    first = batches[0].items[0]
    assert (first.place, first.person, first.private, first.locale) == (Place("console", "me"), "me", True, "fr")
    assert first.event.at == NOON


async def test_keys_are_never_repeated_even_by_the_next_process() -> None:
    one, two = await read_all(console(b"a\nb\n")), await read_all(console(b"a\nb\n"))
    assert len({item.key for batch in (*one, *two) for item in batch.items}) == 4


async def test_a_line_that_was_not_stored_is_handed_out_again() -> None:
    adapter = console(b"a\nb\n")
    reading = adapter.receive(None)
    first = await anext(reading)
    await reading.aclose()  # type: ignore[attr-defined]
    batches = await read_all(adapter)
    assert batches[0] == first
    assert texts(batches) == ["a", "b"]


async def test_nothing_is_taken_from_the_pipe_before_it_is_asked_for() -> None:
    inside, outside = os.pipe()
    os.write(outside, b"a\nb\n")
    adapter = Console(open(inside, "rb", buffering=0), io.StringIO())  # noqa: SIM115
    await anext(aiter(adapter.receive(None)))
    assert os.read(inside, 100) == b"b\n"
    os.close(outside)


async def test_waiting_for_a_line_stops_nothing_else_and_can_be_given_up() -> None:
    inside, outside = os.pipe()
    adapter = Console(open(inside, "rb", buffering=0), io.StringIO())  # noqa: SIM115
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(anext(aiter(adapter.receive(None))), 0.05)
    os.write(outside, b"a\nb\n")
    os.close(outside)
    assert texts(await read_all(adapter)) == ["a", "b"]


async def test_bytes_that_are_not_text_and_endless_lines_are_survived() -> None:
    batches = await read_all(console(b"caf\xe9\n" + b"x" * (LINE_BYTES + 1) + b"\n"))
    assert [len(text) for text in texts(batches)] == [4, LINE_BYTES, 1]


async def test_choices_are_numbered_and_text_is_plain_where_nobody_looks() -> None:
    screen = io.StringIO()
    adapter = console(writer=screen)
    prompt = Prompt(id="p", buttons=(Button(label="À vélo", data="x"), Button(label="Passer", data="y", quiet=True)))
    sent = await adapter.send(outgoing(message(paragraph(Bold("Comment ?")), prompt=prompt), adapter))
    assert screen.getvalue() == "Comment ?\n\n1. À vélo\n\nYou can also type: passer\n\n"
    again = await adapter.send(outgoing(message("Merci."), adapter))
    assert sent.ref != again.ref


async def test_nothing_written_by_anybody_steers_the_terminal() -> None:
    screen = Screen()
    adapter = Console(io.BytesIO(), screen, colour=False)
    every = "".join(map(chr, range(0x250))) + "\ud800"
    await adapter.send(outgoing(message("\x1b]0;title\x07\x1b[2J\x9b31mred\r" + every), adapter))
    assert not [
        letter for letter in screen.getvalue() if (ord(letter) < 32 and letter != "\n") or 127 <= ord(letter) < 160
    ]
    assert "]0;title[2J31mred" in screen.getvalue()


async def test_what_the_terminal_cannot_spell_becomes_a_question_mark() -> None:
    raw = io.BytesIO()
    adapter = Console(io.BytesIO(), io.TextIOWrapper(raw, encoding="latin-1"))
    await adapter.send(outgoing(message("é ✔"), adapter))
    assert raw.getvalue() == b"\xe9 ?\n\n"


async def test_a_person_at_a_terminal_sees_a_prompt_and_a_goodbye() -> None:
    screen = Screen()
    adapter = Console(Keyboard(b"2\n"), screen, colour=True)
    reading = aiter(adapter.receive(None))
    await anext(reading)
    await adapter.send(outgoing(message(paragraph(Bold("Merci."))), adapter))
    with pytest.raises(StopAsyncIteration):
        await anext(reading)
    await adapter.close()
    assert screen.getvalue() == (
        "\r\x1b[K> \r\x1b[K\x1b[1mMerci.\x1b[22m\n\n> \nYou have left the conversation. What you answered is kept.\n"
    )


async def test_a_terminal_that_nobody_reads_is_gone() -> None:
    adapter = console(writer=Unplugged())
    with pytest.raises(Gone):
        await adapter.send(Outgoing(key="k", place=HERE, part=Part(body=message("Bonjour").body)))
    closed = io.StringIO()
    adapter = console(writer=closed)
    closed.close()
    with pytest.raises(Gone):
        await adapter.send(Outgoing(key="k", place=HERE, part=Part(body=message("Bonjour").body)))
    await adapter.close()


def test_the_entry_point_reads_the_real_input() -> None:
    program = (
        "import asyncio\n"
        "from adapters.console import ConsoleSettings, build\n"
        "async def main():\n"
        "    async for batch in build(ConsoleSettings()).receive(None):\n"
        "        print(batch.items[0].event.text, batch.items[0].locale)\n"
        "asyncio.run(main())\n"
    )
    env = {**os.environ, "LC_ALL": "fr_FR.UTF-8", "PYTHONIOENCODING": "utf-8"}
    run = [sys.executable, "-W", "error", "-c", program]
    done = subprocess.run(run, input=b"oui\nnon", capture_output=True, env=env, timeout=60, check=False)
    assert (done.stdout.decode().split("\n"), done.stderr) == (["oui fr", "non fr", ""], b"")


def test_settings_decide_before_the_terminal() -> None:
    assert build(ConsoleSettings(colour=True, lang="en")).name == "console"
