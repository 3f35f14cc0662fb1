"""A very small HTTP/1.1 server on httptools: one request at a time on each connection, answered now or later.

The one rule: nothing here knows Telegram. It is lean because a bench drives thousands of requests a second through it,
and what the tool burns the bot does not get.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol, cast

import httptools

_REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 409: "Conflict"}


class Handler(Protocol):
    """Takes a request and, now or later, calls `exchange.answer` or `exchange.hang_up`."""

    def __call__(self, exchange: Exchange) -> None: ...


class Exchange:
    """One request and the chance to answer it."""

    __slots__ = ("_connection", "body", "content_type", "muted", "on_lost", "path")

    def __init__(self, connection: Connection, path: str, content_type: str, body: bytes) -> None:
        self._connection = connection
        self.path = path
        self.content_type = content_type
        self.body = body
        self.on_lost: Callable[[], None] | None = None
        self.muted = False

    @property
    def is_open(self) -> bool:
        return self._connection.exchange is self

    def answer(self, status: int, body: bytes, kind: bytes = b"application/json") -> None:
        if self.is_open and not self.muted:
            self._connection.answer(status, body, kind)

    def hang_up(self) -> None:
        """Close the connection without a word."""
        if self.is_open:
            self._connection.hang_up()


class Connection(asyncio.Protocol):
    def __init__(self, handler: Handler, everyone: set[Connection]) -> None:
        self._handler = handler
        self._everyone = everyone
        self._parser = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport | None = None
        self._url = b""
        self._type = b""
        self._body: list[bytes] = []
        self.exchange: Exchange | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one without saying so
        self._everyone.add(self)

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self.hang_up()

    def connection_lost(self, error: Exception | None) -> None:
        self._everyone.discard(self)
        exchange, self.exchange = self.exchange, None
        if exchange is not None and exchange.on_lost is not None:
            exchange.on_lost()

    # What httptools calls.

    def on_message_begin(self) -> None:
        self._url = self._type = b""
        self._body = []

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() == b"content-type":
            self._type = value

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        body = self._body[0] if len(self._body) == 1 else b"".join(self._body)
        self.exchange = Exchange(self, self._url.decode("latin-1"), self._type.decode("latin-1"), body)
        self._handler(self.exchange)

    # What an exchange calls.

    def answer(self, status: int, body: bytes, kind: bytes) -> None:
        self.exchange = None
        if self._transport is not None:
            head = f"HTTP/1.1 {status} {_REASONS.get(status, 'Status')}\r\nContent-Length: {len(body)}\r\n"
            self._transport.write(b"%bContent-Type: %b\r\n\r\n%b" % (head.encode(), kind, body))

    def hang_up(self) -> None:
        self.exchange = None
        if self._transport is not None:
            self._transport.abort()


class Server:
    """Listens on the loopback interface; `port` 0 takes a free one."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._connections: set[Connection] = set()
        self._server: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> int:
        """Listen; the port."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Connection(self._handler, self._connections), host, port)
        number: int = self._server.sockets[0].getsockname()[1]
        return number

    async def stop(self) -> None:
        """Close the door and every connection."""
        if self._server is not None:
            self._server.close()
            for connection in tuple(self._connections):
                connection.hang_up()
            await asyncio.sleep(0)
            self._server = None
