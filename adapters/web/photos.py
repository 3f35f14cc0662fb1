"""Photos that come from the page.

The one rule: what a browser sends is bytes of a stranger. They are counted while they arrive, looked at and drawn anew
before anything is kept (see `adapters.pictures`), and kept under a name that only the sender could know.
"""

from __future__ import annotations

import asyncio
import hashlib

from starlette.requests import Request

from adapters.base import File
from adapters.pictures import MAX_BYTES, Fault, Unfit, cleaned
from adapters.web.turned import Turned, busy
from locales import tr

SECONDS = 120.0
"""For a photo to arrive over a bad line."""
AT_ONCE = 4
"""Photos that are held in memory while they arrive."""


class Counter:
    """Takes photos in, a few at a time."""

    def __init__(self) -> None:
        self._hands = asyncio.Semaphore(AT_ONCE)

    async def take(self, request: Request) -> File:
        """The photo of a request, drawn anew. Raises `Turned`."""
        if self._hands.locked():
            busy()
        async with self._hands:
            try:
                async with asyncio.timeout(SECONDS):
                    data = await _read(request)
            except TimeoutError:
                raise Turned(408, _slow) from None
            try:
                return await cleaned(data)
            except Unfit as unfit:
                raise _turned(unfit) from None


def name_of(token: str, key: str) -> str:
    """The same name for the same photo sent again, and one that nobody else can guess."""
    return hashlib.sha256(f"photo {token} {key}".encode()).hexdigest()[:32]


async def _read(request: Request) -> bytes:
    told = request.headers.get("content-length", "")
    if told.isdecimal() and int(told) > MAX_BYTES:
        raise _turned(Unfit(Fault.SIZE))
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > MAX_BYTES:
            raise _turned(Unfit(Fault.SIZE))
    return bytes(data)


def _turned(unfit: Unfit) -> Turned:
    match unfit.fault:
        case Fault.SIZE | Fault.PIXELS:
            return Turned(
                413, lambda lang: tr(lang, "This photo is too large. Please send a smaller one (10 MB at most).")
            )
        case Fault.KIND:
            return Turned(
                415,
                lambda lang: tr(lang, "This is not a photo that we can read. Please send a JPEG, PNG or WebP picture."),
            )
        case Fault.DAMAGED:
            return Turned(422, _damaged)


def _damaged(lang: str) -> str:
    return tr(lang, "This photo is damaged. Please choose another one.")


def _slow(lang: str) -> str:
    return tr(lang, "The photo took too long to arrive. Please try again where the connection is better.")
