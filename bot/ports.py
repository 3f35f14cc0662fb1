"""What adapters ask of storage, given to them by the service."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from adapters.web import Invitation
from bot.clock import Now
from bot.showing import Showing
from bot.thread import StorageThread
from storage import people, shelf
from storage.instants import ms


class DatabaseShelf:
    """What the web chat has shown, in the database. `told` hears where something new stands."""

    def __init__(self, storage: StorageThread, now: Now, told: Callable[[str], None] = lambda place: None) -> None:
        self._storage = storage
        self._now = now
        self._told = told

    async def put(self, place: str, key: str, entry: dict[str, Any]) -> int:
        at = ms(self._now())
        number = await self._storage.within(lambda connection: shelf.put(connection, place, key, entry, at))
        self._told(place)
        return number

    async def since(self, place: str, number: int) -> list[tuple[int, dict[str, Any]]]:
        return await self._storage.within(lambda connection: shelf.since(connection, place, number))


class Reception:
    """What the web page's welcome shows: the open consultations, in the language somebody chose."""

    def __init__(self, storage: StorageThread, showing: Showing) -> None:
        self._storage = storage
        self._showing = showing

    async def welcome(self, lang: str) -> Sequence[Invitation]:
        return [
            Invitation(id=run.id, title=run.title, summary=run.summary, closes=run.closes)
            for run in await self._showing.listed(lang)
            if run.state == "open"
        ]

    async def language(self, person: str) -> str | None:
        identity = f"web:{person}"
        found = await self._storage.within(lambda connection: people.by_identity(connection, [identity]))
        return found[identity][1] if identity in found else None
