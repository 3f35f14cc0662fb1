"""A handful of kept-alive connections to one Bot API server, for the calls that come by the thousand.

The one rule: whoever reads an error here knows whether the request may have reached the server (`Lost`) or surely did
not (`NotSent`); a connection that was idle for long, or that the server closed, is never written to.

Why not the HTTP library that the rest uses: a general client spends about 100 microseconds of processor time on each
call, more than Palabre spends on everything else that the call is about; this one spends about 20. It knows only what
the Bot API needs: POST, JSON, an answer that is read whole. The answer is parsed by httptools, as in uvicorn.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from urllib.parse import urlsplit

import httptools

CONNECT_SECONDS = 10.0
CONNECTIONS = 100
IDLE_SECONDS = 20.0
"""Shorter than any server's own patience, so that we rarely write into a connection just being closed."""
LARGEST = 64_000_000


class NotSent(Exception):
    """The connection could not be made: the request surely did not reach the server."""


class Lost(Exception):
    """The request left and no answer came back: it may have been carried out."""


class Line(asyncio.Protocol):
    """One connection: a request, its answer, the next request."""

    def __init__(self) -> None:
        self.idle_since = 0.0
        self.usable = True
        self._transport: asyncio.Transport | None = None
        self._parser: httptools.HttpResponseParser | None = None
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self._body: list[bytes] = []
        self._size = 0

    async def exchange(self, request: bytes, seconds: float) -> tuple[int, bytes]:
        """Send a request and wait for the whole answer. Raises `Lost`."""
        assert self._transport is not None
        loop = asyncio.get_running_loop()
        self._parser = httptools.HttpResponseParser(self)
        self._body, self._size = [], 0
        self._answer = loop.create_future()
        patience = loop.call_later(seconds, self._fail, "no answer in time")
        try:
            self._transport.write(request)
            return await self._answer
        except asyncio.CancelledError:
            self.hang_up()
            raise
        finally:
            patience.cancel()

    def hang_up(self) -> None:
        self.usable = False
        if self._transport is not None:
            self._transport.abort()

    def _fail(self, why: str) -> None:
        self.hang_up()
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(Lost(why))

    # What the event loop tells.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport) or hasattr(transport, "write")
        self._transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        if self._parser is None or self._answer is None or self._answer.done():
            self.hang_up()
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._fail("the answer is not HTTP")

    def eof_received(self) -> None:
        self._fail("the server hung up")

    def connection_lost(self, problem: Exception | None) -> None:
        self._fail("the connection broke" if problem else "the server hung up")

    # What the parser tells.

    def on_body(self, body: bytes) -> None:
        self._size += len(body)
        if self._size > LARGEST:
            self._fail("the answer is too long")
        else:
            self._body.append(body)

    def on_message_complete(self) -> None:
        assert self._parser is not None
        self.usable = self.usable and self._parser.should_keep_alive()
        if self._answer is not None and not self._answer.done():
            self._answer.set_result((self._parser.get_status_code(), b"".join(self._body)))


class Lines:
    """The pool. `base_url` is the server with whatever path comes before `/bot<token>`."""

    def __init__(self, base_url: str) -> None:
        try:
            parts = urlsplit(base_url)
            self._host = parts.hostname or ""
            self._port = parts.port or (443 if parts.scheme == "https" else 80)
        except ValueError:
            raise ValueError("PALABRE_TELEGRAM__BASE_URL is not an address") from None
        if parts.scheme not in ("http", "https") or not self._host:
            raise ValueError("PALABRE_TELEGRAM__BASE_URL is not an address")
        self._ssl = ssl.create_default_context() if parts.scheme == "https" else None
        self._head = f"Host: {parts.netloc.rpartition('@')[2]}\r\nContent-Type: application/json\r\nContent-Length: "
        self._free: deque[Line] = deque()
        self._open: set[Line] = set()
        self._places = asyncio.Semaphore(CONNECTIONS)

    async def post(self, path: str, body: bytes, seconds: float) -> tuple[int, bytes]:
        """(status, body) of the answer to one request. Raises `NotSent` or `Lost`."""
        async with self._places:
            line = self._idle() or await self._connect()
            request = f"POST {path} HTTP/1.1\r\n{self._head}{len(body)}\r\n\r\n".encode("latin-1") + body
            try:
                return await line.exchange(request, seconds)
            finally:
                if line.usable:
                    line.idle_since = asyncio.get_running_loop().time()
                    self._free.append(line)
                else:
                    line.hang_up()
                    self._open.discard(line)

    def _idle(self) -> Line | None:
        """The connection that was used last, if it is still good; older ones than that are let go."""
        fresh = asyncio.get_running_loop().time() - IDLE_SECONDS
        while self._free:
            line = self._free.pop()
            if line.usable and line.idle_since >= fresh:
                return line
            line.hang_up()
            self._open.discard(line)
        return None

    async def _connect(self) -> Line:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                _transport, line = await loop.create_connection(Line, self._host, self._port, ssl=self._ssl)
        except (OSError, TimeoutError) as problem:
            raise NotSent(type(problem).__name__) from None
        self._open.add(line)
        return line

    async def close(self) -> None:
        for line in self._open:
            line.hang_up()
        self._open.clear()
        self._free.clear()
        await asyncio.sleep(0)
