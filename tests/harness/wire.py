"""A wire between two programs that a test can cut, or let go dead without a word.

    async with Wire(host, port) as wire:     or Wire("/path/of/a/socket")
        ... somebody speaks with 127.0.0.1:wire.port ...
        wire.cut()       the other side is gone: what is open is reset, what is new is refused
        wire.deaden()    the other side is gone and nobody says so: what is open stays open and silent for good, what is
                         new is let in and hears nothing
        wire.mend()      what is new gets through again

The one rule: what went dead never comes back to life, as after a machine was switched off; only new lines are good.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from types import TracebackType


class Wire:
    def __init__(self, host: str, port: int = 0) -> None:
        self.port = 0
        self.lines = 0
        """How many were opened so far."""
        self._host = host
        self._to = port
        self._server: asyncio.Server | None = None
        self._dead = False
        self._cut = False
        self._open: set[_Line] = set()

    async def __aenter__(self) -> Wire:
        self._server = await asyncio.start_server(self._opened, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        self.cut()
        await asyncio.gather(*(line.task for line in self._open), return_exceptions=True)

    def cut(self) -> None:
        self._cut = True
        for line in self._open:
            line.task.cancel()

    def deaden(self) -> None:
        self._dead = True
        for line in self._open:
            line.dead = True

    def mend(self) -> None:
        self._cut = self._dead = False

    async def _opened(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.lines += 1
        if self._cut:
            writer.transport.abort()
            return
        task = asyncio.current_task()
        assert task is not None
        line = _Line(task, dead=self._dead)
        self._open.add(line)
        try:
            await self._join(line, reader, writer)
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()
            self._open.discard(line)

    async def _join(self, line: _Line, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if line.dead:
            await reader.read()
            return
        if self._to:
            there, back = await asyncio.open_connection(self._host, self._to)
        else:
            there, back = await asyncio.open_unix_connection(self._host)
        try:
            both = [asyncio.create_task(line.carry(reader, back)), asyncio.create_task(line.carry(there, writer))]
            try:
                await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for one in both:
                    one.cancel()
                await asyncio.gather(*both, return_exceptions=True)
        finally:
            back.transport.abort()


class _Line:
    def __init__(self, task: asyncio.Task[None], *, dead: bool) -> None:
        self.task = task
        self.dead = dead

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Until one side hangs up; once dead, what is said is swallowed and nothing is told."""
        with suppress(OSError):
            while data := await reader.read(65_536):
                if not self.dead:
                    writer.write(data)
                    await writer.drain()
        if self.dead:
            await asyncio.Event().wait()
