"""The terminal as a messenger: one person, one place, plain lines. The adapter to read before writing one.

The one rule is that of every adapter: a line counts as taken only when the next one is asked for. Until then `receive`
hands out the same batch again, and whatever was not read yet waits in the pipe.
"""

from __future__ import annotations

import asyncio
import io
import os
import secrets
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Thread
from typing import Protocol

from adapters.base import (
    Action,
    Batch,
    Capabilities,
    File,
    Gone,
    Inbound,
    Lacking,
    Limit,
    Outgoing,
    Place,
    Refused,
    Sent,
    Unsure,
)
from adapters.terminal import colours, language, show, width
from flows.events import Said
from locales import tr

HERE = Place("console", "me")
LINE_BYTES = 65_536
"""The rest of a longer line is the next message."""


class Reader(Protocol):
    def readline(self, size: int, /) -> bytes: ...
    def isatty(self) -> bool: ...


class Writer(Protocol):
    def write(self, text: str, /) -> object: ...
    def flush(self) -> object: ...
    def isatty(self) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleSettings:
    """`colour` None means: on a terminal, unless NO_COLOR is set. `lang` None means: what the terminal's own settings
    say."""

    colour: bool | None = None
    lang: str | None = None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)


def build(settings: ConsoleSettings) -> Console:
    """The adapter on the standard streams. Input is read without a buffer: a line is either taken or still outside."""
    try:
        reader: Reader = open(0, "rb", buffering=0, closefd=False)  # noqa: SIM115
    except OSError:  # started without an input
        reader = io.BytesIO()
    lang = settings.lang or language(os.environ)
    return Console(reader, sys.stdout, colour=settings.colour, lang=lang, now=settings.now)


class Console:
    name = "console"

    def __init__(
        self,
        reader: Reader,
        writer: Writer,
        *,
        colour: bool | None = None,
        lang: str | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._reader, self._writer, self._now, self._lang = reader, writer, now, lang
        self._colour = colours(writer, os.environ) if colour is None else colour
        self._prompt = "> " if reader.isatty() and writer.isatty() else ""
        self._run, self._received, self._shown = secrets.token_hex(8), 0, 0
        self._unstored: Batch | None = None
        self._reading: asyncio.Future[bytes] | None = None

    def capabilities(self, place: Place) -> Capabilities:
        return Capabilities(max_text=20_000)

    def limits(self, place: Place) -> tuple[Limit, ...]:
        return ()

    async def receive(self, cursor: str | None) -> AsyncIterator[Batch]:
        self._say("")
        while batch := self._unstored or await self._next():
            self._unstored = batch
            yield batch
            self._unstored = None  # we were asked for more, so this one is stored
        self._end(tr(self._lang or "en", "You have left the conversation. What you answered is kept.") + "\n")

    async def send(self, out: Outgoing) -> Sent:
        if out.place != HERE:
            raise Gone(f"there is no place but {HERE} here")
        try:
            self._print(show(out.part, columns=width(self._writer), colour=self._colour) + "\n\n")
        except (BrokenPipeError, ValueError) as error:  # ValueError: the stream is closed
            raise Gone("nobody reads this terminal any more") from error
        except OSError as error:
            raise Unsure(str(error)) from error
        self._shown += 1
        return Sent(ref=str(self._shown))

    async def act(self, action: Action) -> None:
        raise Refused("there are no groups in a terminal", lacking=Lacking.KIND)

    async def rights(self, place: Place) -> frozenset[str]:
        return frozenset()

    async def fetch(self, ref: str) -> File:
        raise Refused("nobody can send a picture in a terminal")

    async def note(self, inbound_key: str, text: str) -> None:
        """Nothing can be pressed here, so nothing waits for a note."""

    async def close(self) -> None:
        self._end("")

    async def _next(self) -> Batch | None:
        line = await self._line()
        if not line:
            return None
        self._received += 1
        said = Said(at=self._now(), text=line.decode("utf-8", "replace").rstrip("\r\n"))
        key = f"{self._run}-{self._received}"
        item = Inbound(key=key, place=HERE, person="me", event=said, private=True, locale=self._lang)
        return Batch(cursor=None, items=(item,))

    async def _line(self) -> bytes:
        """One line, read in a thread that nobody has to wait for when the service stops."""
        if self._reading is None:
            self._reading = asyncio.get_running_loop().create_future()
            Thread(target=_read, args=(self._reader, self._reading), daemon=True).start()
        line = await asyncio.shield(self._reading)
        self._reading = None
        return line

    def _end(self, text: str) -> None:
        """The person's own line ends here; nothing to end where there is no person, or a second time."""
        if self._prompt:
            self._prompt = ""
            self._say("\n" + text)

    def _say(self, text: str) -> None:
        """Words of our own, which nobody misses if the terminal has gone."""
        with suppress(OSError, ValueError):
            self._print(text)

    def _print(self, text: str) -> None:
        """Write over the waiting prompt, then show it again."""
        encoding = getattr(self._writer, "encoding", None) or "utf-8"
        shown = text.encode(encoding, "replace").decode(encoding, "replace")
        self._writer.write(f"\r\x1b[K{shown}{self._prompt}" if self._prompt else shown)
        self._writer.flush()


def _read(reader: Reader, into: asyncio.Future[bytes]) -> None:
    try:
        line = reader.readline(LINE_BYTES)
    except (OSError, ValueError):  # the terminal went away: the end of what can be read
        line = b""
    with suppress(RuntimeError):  # the service has stopped meanwhile
        into.get_loop().call_soon_threadsafe(into.set_result, line)
