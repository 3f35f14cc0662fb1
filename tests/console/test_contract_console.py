"""The contract of every adapter, on the terminal: bytes on one side, what was written on the other."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator

import pytest

from adapters.base import Place
from adapters.console import HERE, Console
from adapters.testing import CHECKS, HOSTILE, Check, NotApplicable, Seen, Ward
from flows.events import Said


class Screen(io.StringIO):
    """Keeps each message apart, however many empty lines it holds."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[str] = []

    def write(self, text: str, /) -> int:
        if text:
            self.messages.append(text.removesuffix("\n\n"))
        return len(text)


class ConsoleRig:
    place = HERE
    nowhere = Place("console", "nobody")
    secrets: tuple[str, ...] = ()
    redelivers = False

    def __init__(self) -> None:
        inside, self.keyboard = os.pipe()
        self.input = open(inside, "rb", buffering=0)  # noqa: SIM115
        self.output = Screen()

    def adapter(self) -> Console:
        return Console(self.input, self.output)

    async def say(self, text: str) -> None:
        if "\n" in text:
            raise NotApplicable("on a terminal each line is a message")
        os.write(self.keyboard, f"{text}\n".encode())

    async def press(self, label: str) -> None:
        raise NotApplicable("a terminal has no buttons")

    async def share(self) -> None:
        raise NotApplicable("on a terminal everything is text")

    async def send_photo(self, data: bytes) -> None:
        raise NotApplicable("on a terminal everything is text")

    async def group(self) -> Place:
        raise NotApplicable("one person, one terminal")

    async def talk(self, text: str) -> tuple[str, str]:
        raise NotImplementedError

    async def ward(self) -> Ward:
        raise NotImplementedError

    async def screen(self) -> list[Seen]:
        return [Seen(text) for text in self.output.messages]


@pytest.fixture
def rig() -> Iterator[ConsoleRig]:
    rig = ConsoleRig()
    yield rig
    os.close(rig.keyboard)
    rig.input.close()


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
async def test_console(check: Check, rig: ConsoleRig) -> None:
    try:
        await check(rig)
    except NotApplicable as reason:
        pytest.skip(str(reason))


async def test_what_can_be_typed_in_one_line_arrives_as_written() -> None:
    typed = [text for text in HOSTILE if "\n" not in text]
    adapter = Console(io.BytesIO("\n".join(typed).encode()), Screen())
    events = [batch.items[0].event async for batch in adapter.receive(None)]
    assert [event.text for event in events if isinstance(event, Said)] == typed
