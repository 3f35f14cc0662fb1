"""What the homeserver pushes to an application service: transactions, one after the other.

The one rule: **200 means stored.** A transaction is answered once the batch that carries it has been asked beyond,
which is the proof that it is in the inbox; otherwise it is answered 503 and comes again. One that comes again while it
is being stored waits for the same end, and one that was stored is answered at once; should it have been forgotten here,
the inbox refuses each of its events. A transaction that makes no sense is taken as well: refused, it would come again
for ever and hold back everything behind it.
https://spec.matrix.org/latest/application-service-api/#put_matrixappv1transactionstxnid
"""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from adapters.matrix.reading import MEMBER, Raw
from adapters.matrix.registration import Registration
from adapters.matrix.transport import parse

log = logging.getLogger(__name__)

MAX_BODY = 32_000_000
"""Bytes. Synapse puts up to a hundred events into a transaction, each at most 65,536 bytes and with what was before."""
MAX_WAITING = 100
"""Transactions that wait to be stored; a homeserver sends one after the other."""
REMEMBERED = 1_000
PATIENCE = 40.0
"""Seconds for which a transaction waits to be stored; Synapse gives up after sixty."""
VERSIONED = "/_matrix/app/v1"
_EMPTY: dict[str, Any] = {}

Key = tuple[str, bytes]
"""The id of a transaction and what is in it: a homeserver that was set up anew begins to count anew."""


@dataclass(slots=True, eq=False)
class _Push:
    events: list[Any]
    taken: bool = False
    stored: asyncio.Event = field(default_factory=asyncio.Event)


class Pushes:
    """The door through which the homeserver pushes. `malformed` counts what could not be read."""

    def __init__(self, registration: Registration, *, patience: float = PATIENCE) -> None:
        self.malformed = 0
        self._registration = registration
        self._patience = patience
        self._waiting: dict[Key, _Push] = {}
        self._stored: OrderedDict[Key, None] = OrderedDict()
        self._arrived = asyncio.Event()

    # Inside

    async def wait(self) -> None:
        """Until something was pushed."""
        await self._arrived.wait()

    def take(self) -> list[Any]:
        """The events of everything that waits, in the order in which they came."""
        self._arrived.clear()
        taken = [push for push in self._waiting.values() if not push.taken]
        for push in taken:
            push.taken = True
        return [event for push in taken for event in push.events]

    def settle(self) -> None:
        """What was taken is stored."""
        for key in [key for key, push in self._waiting.items() if push.taken]:
            self._waiting.pop(key).stored.set()
            self._stored[key] = None
            if len(self._stored) > REMEMBERED:
                self._stored.popitem(last=False)

    def give_back(self) -> None:
        """What was taken was not stored: it is for the next one who asks."""
        for push in self._waiting.values():
            push.taken = False
            self._arrived.set()

    # Outside

    async def transaction(self, id: str, body: bytes) -> int:
        """The status that answers a transaction."""
        key = (id, sha256(body).digest())
        if key in self._stored:
            return 200
        push = self._waiting.get(key)
        if push is None:
            if len(self._waiting) >= MAX_WAITING:
                return 503
            push = self._waiting[key] = _Push(self._events(id, body))
            self._arrived.set()
        try:
            async with asyncio.timeout(self._patience):
                await push.stored.wait()
        except TimeoutError:
            return 503
        return 200

    def _events(self, id: str, body: bytes) -> list[Any]:
        events = parse(body).get("events")
        if isinstance(events, list):
            return events
        self.malformed += 1
        log.error("Transaction %s of the homeserver cannot be read; going on without it", id[:40])
        return []

    def routes(self) -> list[BaseRoute]:
        """Where the web server lets the homeserver in; also under the paths of before 2018, which old ones use.
        https://spec.matrix.org/v1.11/application-service-api/#legacy-routes"""
        known = [
            ("PUT", "/transactions/{txn}", self._transaction),
            ("GET", "/users/{user}", self._user),
            ("GET", "/rooms/{alias}", self._nothing),
        ]
        return [
            *(Route(prefix + path, do, methods=[method]) for prefix in (VERSIONED, "") for method, path, do in known),
            Route(f"{VERSIONED}/ping", self._ping, methods=["POST"]),
            Route("/_matrix/app/{rest:path}", self._unknown, methods=["GET", "POST", "PUT"]),
        ]

    async def _transaction(self, request: Request) -> Response:
        if (refusal := self._refusal(request)) is not None:
            return refusal
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BODY:
                return _error(413, "M_TOO_LARGE", "too large")
        status = await self.transaction(request.path_params["txn"], bytes(body))
        return JSONResponse(_EMPTY) if status == 200 else _error(503, "M_UNKNOWN", "not stored yet")

    async def _user(self, request: Request) -> Response:
        if (refusal := self._refusal(request)) is not None:
            return refusal
        if request.path_params["user"] == self._registration.user:
            return JSONResponse(_EMPTY)
        return _error(404, "M_NOT_FOUND", "not an account of this service")

    async def _nothing(self, request: Request) -> Response:
        return self._refusal(request) or _error(404, "M_NOT_FOUND", "not a room of this service")

    async def _ping(self, request: Request) -> Response:
        """https://spec.matrix.org/latest/application-service-api/#post_matrixappv1ping"""
        return self._refusal(request) or JSONResponse(_EMPTY)

    async def _unknown(self, request: Request) -> Response:
        return self._refusal(request) or _error(404, "M_UNRECOGNIZED", "nothing here")

    def _refusal(self, request: Request) -> Response | None:
        """Whoever does not hold our token learns nothing, and nothing they send is read. Homeservers of before 2023 put
        the token into the address."""
        told = request.headers.get("authorization", "").removeprefix("Bearer ")
        told = told or request.query_params.get("access_token", "")
        if hmac.compare_digest(told.encode(), self._registration.hs_token.encode()):
            return None
        return _error(403, "M_FORBIDDEN", "wrong token")


def _error(status: int, code: str, sentence: str) -> Response:
    return JSONResponse({"errcode": code, "error": sentence}, status_code=status)


def as_reading(events: list[Any], me: str, since: str) -> tuple[dict[str, Any], int]:
    """Pushed events in the form of an answer of `/sync` that moves no position, and how many of them belong nowhere.
    Only of rooms that we are in by the last word about us there: that we are asked in, or put out, is told by `/sync`,
    once."""
    rooms: dict[str, list[Raw]] = {}
    lost = 0
    for event in events:
        room = event.get("room_id") if isinstance(event, Mapping) else None
        if isinstance(room, str):
            rooms.setdefault(room, []).append(event)
        else:
            lost += 1
    told = {
        room: {"timeline": {"events": happened}, "pushed": True}
        for room, happened in rooms.items()
        if next((said for event in reversed(happened) if (said := _about(event, me)) is not None), "join") == "join"
    }
    return {"next_batch": since, "rooms": {"join": told}}, lost


def _about(event: Raw, me: str) -> str | None:
    """What a membership event says of us."""
    if event.get("type") != MEMBER or event.get("state_key") != me:
        return None
    content = event.get("content")
    found = content.get("membership") if isinstance(content, Mapping) else None
    return found if isinstance(found, str) else None
