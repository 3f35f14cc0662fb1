"""Updates that Telegram pushes to us.

The one rule: 200 means stored. Each push waits until the batch that carries it has been asked beyond, which is the
proof that it is in the inbox; otherwise it is answered 503 and Telegram sends it again (the inbox refuses the second
copy). https://core.telegram.org/bots/api#setwebhook
"""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections import deque
from collections.abc import AsyncGenerator
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.telegram.polling import Taken
from adapters.telegram.transport import parse

log = logging.getLogger(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
MAX_BODY = 1_000_000
"""Bytes. Telegram itself drops updates above 64 KiB."""
MAX_WAITING = 1_000
"""Pushes that wait to be stored; Telegram opens 40 connections unless told otherwise."""
BATCH = 100
PATIENCE = 20.0
"""Seconds for which a push waits to be stored."""
RETRY_AFTER = "2"


class Pushes:
    """The door through which Telegram pushes, and the queue behind it."""

    def __init__(self, secret: str, *, patience: float = PATIENCE, room: int = MAX_WAITING) -> None:
        self.secret = secret
        self._patience = patience
        self._room = room
        self._waiting: deque[tuple[Any, asyncio.Future[bool]]] = deque()
        self._arrived = asyncio.Event()

    async def endpoint(self, body: bytes, secret_header: str | None) -> tuple[int, bytes]:
        """The answer to one push: status and body."""
        if not hmac.compare_digest((secret_header or "").encode(), self.secret.encode()):
            return 403, b"wrong secret"
        if len(body) > MAX_BODY:
            return 413, b"too large"
        if len(self._waiting) >= self._room:
            return 503, b"too busy"
        stored: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        entry = (parse(body), stored)
        self._waiting.append(entry)
        self._arrived.set()
        try:
            async with asyncio.timeout(self._patience):
                return (200, b"") if await stored else (503, b"not stored")
        except TimeoutError:
            return 503, b"not stored in time"
        finally:
            if entry in self._waiting:
                self._waiting.remove(entry)

    async def updates(self) -> AsyncGenerator[Taken, None]:
        """What was pushed, for ever. Coming back for more stores and answers what was given before."""
        while True:
            while not self._waiting:
                self._arrived.clear()
                await self._arrived.wait()
            taken = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
            stored = False
            try:
                yield Taken(None, tuple(update for update, _ in taken))
                stored = True
            finally:
                for _, future in taken:
                    if not future.done():
                        future.set_result(stored)

    def route(self, path: str) -> Route:
        """Where the web server lets Telegram in."""

        async def push(request: Request) -> Response:
            body = bytearray()
            async for chunk in request.stream():
                body += chunk
                if len(body) > MAX_BODY:
                    break
            status, answer = await self.endpoint(bytes(body), request.headers.get(SECRET_HEADER))
            headers = {"Retry-After": RETRY_AFTER} if status == 503 else None
            return Response(answer, status_code=status, headers=headers)

        return Route(path, push, methods=["POST"])
