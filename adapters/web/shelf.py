"""Where the web chat keeps what it has shown, so that a reload or a restart brings it all back.

The one rule: an entry is visible to `since` only when every lower number of its place is. A page remembers the last
number it has seen and asks for what comes after; a number that appeared late would never be shown.
"""

from __future__ import annotations

from typing import Any, Protocol

Entry = dict[str, Any]


class Shelf(Protocol):
    """What the web adapter asks of storage."""

    async def put(self, place: str, key: str, entry: Entry) -> int:
        """Keep `entry` and return its number, which grows within the place. A second `put` of the same place and key
        keeps the first entry and returns its number."""
        ...

    async def since(self, place: str, number: int) -> list[tuple[int, Entry]]:
        """The entries of `place` with a number above `number`, in order."""
        ...


class MemoryShelf:
    """A shelf that lasts as long as the process: for tests and for trying things."""

    def __init__(self) -> None:
        self._entries: dict[str, list[Entry]] = {}
        self._numbers: dict[tuple[str, str], int] = {}

    async def put(self, place: str, key: str, entry: Entry) -> int:
        known = self._numbers.get((place, key))
        if known is not None:
            return known
        entries = self._entries.setdefault(place, [])
        entries.append(entry)
        self._numbers[place, key] = len(entries)
        return len(entries)

    async def since(self, place: str, number: int) -> list[tuple[int, Entry]]:
        return list(enumerate(self._entries.get(place, ())[number:], start=number + 1))

    def forget(self, place: str) -> None:
        """Take everything of `place` away."""
        self._entries.pop(place, None)
        for pair in [pair for pair in self._numbers if pair[0] == place]:
            del self._numbers[pair]
