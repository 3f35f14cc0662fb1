"""Updates that Telegram pushes to us.

The one rule: 200 means stored. Each push waits until the batch that carries it has been asked beyond, which is the
proof that it is in the inbox; otherwise it is answered 503 and Telegram sends it again (the inbox refuses the second
copy). https://core.telegram.org/bots/api#setwebhook

The answer to a press travels in the answer to its push when it is there soon enough, and saves a call; else it is a
call of its own, never both. https://core.telegram.org/bots/api#making-requests-when-getting-updates
"""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections import deque
from collections.abc import AsyncGenerator, Mapping
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.telegram.polling import Taken
from adapters.telegram.reading import callback_id
from adapters.telegram.transport import parse

log = logging.getLogger(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
MAX_BODY = 1_000_000
"""Bytes. Telegram itself drops updates above 64 KiB."""
CONNECTIONS = 100
"""Pushes that Telegram sends us at once: as many as it can, because those that wait together are stored together."""
MAX_WAITING = 1_000
"""Pushes that wait to be stored."""
BATCH = 100
PATIENCE = 20.0
"""Seconds for which a push waits to be stored."""
RETRY_AFTER = "2"
ANSWERED_WITHIN = 0.1
"""Seconds for which a stored press holds its push open for the word to whoever pressed."""


class Pushes:
    """The door through which Telegram pushes, and the queue behind it."""

    def __init__(self, secret: str, *, patience: float = PATIENCE, room: int = MAX_WAITING) -> None:
        self.secret = secret
        self._patience = patience
        self._room = room
        self._waiting: deque[tuple[Any, asyncio.Future[bool]]] = deque()
        self._arrived = asyncio.Event()
        self._open: dict[str, asyncio.Future[bytes]] = {}

    def answer(self, query: str, payload: Mapping[str, Any]) -> bool:
        """Let the answer to a press travel in the answer to its push; False when that one has left already."""
        answer = self._open.pop(query, None)
        if answer is None or answer.done():
            return False
        answer.set_result(orjson.dumps({"method": "answerCallbackQuery", **payload}))
        return True

    async def endpoint(self, body: bytes, secret_header: str | None) -> tuple[int, bytes]:
        """The answer to one push: status and body."""
        if not hmac.compare_digest((secret_header or "").encode(), self.secret.encode()):
            return 403, b"wrong secret"
        if len(body) > MAX_BODY:
            return 413, b"too large"
        if len(self._waiting) >= self._room:
            return 503, b"too busy"
        update = parse(body)
        query = callback_id(update)
        if query is None or query in self._open:
            return await self._stored(update) or (200, b"")
        answer = self._open[query] = asyncio.get_running_loop().create_future()
        try:
            return await self._stored(update) or (200, await _in_time(answer))
        finally:
            if self._open.get(query) is answer:
                del self._open[query]

    async def _stored(self, update: Any) -> tuple[int, bytes] | None:
        """Wait until an update is stored; what to say when it is not."""
        stored: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        entry = (update, stored)
        self._waiting.append(entry)
        self._arrived.set()
        try:
            async with asyncio.timeout(self._patience):
                return None if await stored else (503, b"not stored")
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
            kind = "application/json" if status == 200 and answer else None
            return Response(answer, status_code=status, headers=headers, media_type=kind)

        return Route(path, push, methods=["POST"])


async def _in_time(answer: asyncio.Future[bytes]) -> bytes:
    """The answer to a press, or nothing when it takes too long: then it is a call of its own."""
    await asyncio.wait((answer,), timeout=ANSWERED_WITHIN)
    return answer.result() if answer.done() else b""
