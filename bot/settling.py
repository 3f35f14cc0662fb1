"""How letters ended, written down: many at a time, in a transaction of the road or in one of their own.

The one rule: **noted before anything depends on it**. A letter that may not be repeated leaves only after the note that
it leaves is on the disk, and only if it still may: whoever stopped a round has taken back what was waiting.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from bot import letters
from bot.thread import StorageThread
from storage import cards, desks, outbox, sessions
from storage.database import Connection, StorageError
from storage.outbox import Letter, Settlement

log = logging.getLogger(__name__)


class Settler:
    """Gathers what is to be noted; `run` has it written by `write`, for ever."""

    def __init__(self, write: Callable[[Settlement], Awaitable[None]], noted: Callable[[Settlement], None]) -> None:
        self._write = write
        self._told = noted
        self._settlement = Settlement()
        self._waiting: list[asyncio.Future[None]] = []
        self._something = asyncio.Event()

    def ended(self, letter: Letter, state: str, *, ref: str | None = None, reason: str | None = None) -> None:
        """A letter ended: it is settled in the outbox, and what it showed can be found again by its reference."""
        settled = self._settlement
        settled.ended.append({"row": letter.key, "new_state": state, "new_ref": ref, "new_reason": reason})
        if letter.prompt is not None and ref is not None:
            settled.shown.append({"row": letter.prompt, "new_ref": ref})
        if letter.replaces is None and ref is not None and (card := _card_of(letter)) is not None:
            settled.hung.append({"of": card.consultation, "at": letter.place, "new_ref": ref})
        if ref is not None and (case := _case_of(letter)) is not None:
            settled.filed.append({"of": case, "at": letter.place, "new_ref": ref})
        self._something.set()

    def comes_back(self, key: str) -> None:
        """A letter that was noted as leaving has surely not left."""
        self._settlement.back.append(key)
        self._something.set()

    async def leaves(self, key: str) -> bool:
        """Note that a letter leaves now, together with others that leave at the same time; False when it may not."""
        settlement = self._settlement
        settlement.leaving.append(key)
        await self.all_noted()
        return key not in settlement.taken_back

    async def all_noted(self) -> None:
        """Wait until everything that ended or leaves up to now is written."""
        noted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(noted)
        self._something.set()
        await noted

    async def run(self) -> None:
        while True:
            await self._something.wait()
            self._something.clear()
            settlement, self._settlement = self._settlement, Settlement()
            waiting, self._waiting = self._waiting, []
            await self._write(settlement)
            self._told(settlement)
            for future in waiting:
                if not future.done():
                    future.set_result(None)


async def write_apart(storage: StorageThread, settlement: Settlement) -> None:
    """Write a settlement in a transaction of its own; tried again until the database takes it."""
    while True:
        try:
            await storage.within(lambda connection: settle(connection, settlement))
            return
        except StorageError as error:
            log.error("what was sent cannot be noted yet: %s", error)
            await asyncio.sleep(1.0)


def settle(connection: Connection, settlement: Settlement) -> None:
    """Write how letters ended."""
    outbox.settle(connection, settlement.ended)
    sessions.set_refs(connection, settlement.shown)
    cards.hang(connection, settlement.hung)
    desks.set_refs(connection, settlement.filed)
    outbox.put_back(connection, settlement.back)
    settlement.taken_back = outbox.mark_sending(connection, settlement.leaving)


def _case_of(letter: Letter) -> int | None:
    """The case whose card this letter is, if it is one."""
    if letter.said is None and '"k":' not in letter.payload[:8]:
        return None
    said = letter.said or letters.read(letter.payload)
    return said.case if isinstance(said, letters.CaseCard) else None


def _card_of(letter: Letter) -> letters.Card | None:
    """The card that this letter is, if it is one."""
    if letter.said is None and '"c":' not in letter.payload[:8]:
        return None
    said = letter.said or letters.read(letter.payload)
    return said if isinstance(said, letters.Card) else None
