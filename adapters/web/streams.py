"""The open pages of each person, and how they are told that there is something new.

The one rule: a stream carries nothing itself. It is woken, reads the shelf from the last number it has shown, and so
can neither lose nor repeat an entry, whatever was cut in between. Only notes, which nobody keeps, travel directly.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from adapters.web.shelf import Shelf

_PER_PLACE = 20
_IN_ALL = 5000
_NOTES = 20


class TooMany(Exception):
    """More pages are open than we are ready to serve."""


@dataclass(slots=True, eq=False)
class _Page:
    bell: asyncio.Event = field(default_factory=asyncio.Event)
    notes: list[dict[str, Any]] = field(default_factory=list)


class Streams:
    """Every open page, by place."""

    def __init__(self, shelf: Shelf, *, heartbeat: float) -> None:
        self._shelf = shelf
        self._heartbeat = heartbeat
        self._pages: dict[str, set[_Page]] = {}
        self._closing = False

    def places(self) -> list[str]:
        """Where a page is open."""
        return list(self._pages)

    def wake(self, place: str) -> None:
        """Something was put on the shelf of `place`."""
        for page in self._pages.get(place, ()):
            page.bell.set()

    def note(self, place: str, note: dict[str, Any]) -> None:
        """Tell the open pages of `place`, once; nothing is kept for pages that are not open."""
        for page in self._pages.get(place, ()):
            if len(page.notes) < _NOTES:
                page.notes.append(note)
            page.bell.set()

    def close(self) -> None:
        """End every stream; the pages will come back to the next process."""
        self._closing = True
        for place in self._pages:
            self.wake(place)

    def check(self, place: str) -> None:
        """Raise `TooMany` when one more page of `place` is too much."""
        pages = len(self._pages.get(place, ()))
        if pages >= _PER_PLACE or sum(map(len, self._pages.values())) >= _IN_ALL:
            raise TooMany

    async def follow(self, place: str, after: int) -> AsyncIterator[bytes]:
        """The stream of one page: what is on the shelf after `after`, then whatever comes, until the page goes."""
        page = _Page()
        self._pages.setdefault(place, set()).add(page)
        try:
            async for frame in self._frames(page, place, after):
                yield frame
        finally:
            self._pages[place].discard(page)
            if not self._pages[place]:
                del self._pages[place]

    async def _frames(self, page: _Page, place: str, after: int) -> AsyncIterator[bytes]:
        yield b"retry: 1000\n\n"
        caught_up = False
        while not self._closing:
            page.bell.clear()
            entries = await self._shelf.since(place, max(after - 1, 0))
            if after and (not entries or entries[0][0] != after):
                # What the page has seen last is no longer there: it was erased, or the database is another one.
                yield _frame("reset", {})
                entries, after = await self._shelf.since(place, 0), 0
            for number, entry in entries:
                if number > after:
                    yield _frame("entry", entry, number)
                    after = number
            if not caught_up:
                yield _frame("ready", {})
                caught_up = True
            notes, page.notes = page.notes, []
            for note in notes:
                yield _frame("note", note)
            try:
                await asyncio.wait_for(page.bell.wait(), self._heartbeat)
            except TimeoutError:
                yield b": still here\nevent: beat\ndata: {}\n\n"


def _frame(event: str, data: dict[str, Any], number: int | None = None) -> bytes:
    """One server-sent event; JSON has no bare line feed, so one `data` line is enough."""
    mark = f"id: {number}\n" if number is not None else ""
    return f"{mark}event: {event}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode("utf-8", "replace")
