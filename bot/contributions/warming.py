"""The indexes of near-duplicates, built before somebody waits for them, in a thread of their own.

Weighing twenty thousand texts takes seconds, and so does loading the library for it. Which pools are wanted is known
at the start, when a consultation opens, and from whoever asked too early.

The one rule: only reading the rows and putting the finished index in its place are done in the storage thread.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from bot.contributions import similar
from bot.shelves import Flows
from bot.thread import StorageThread
from storage import consultations, proposals
from storage.database import Connection, StorageError

if TYPE_CHECKING:
    from bot.contributions.indexing import Index

log = logging.getLogger(__name__)

PAUSE = 1.0


async def keep_warm(storage: StorageThread, flows: Flows) -> None:
    """Build whatever is wanted, for ever."""
    flows.indexes.build_apart()
    begun = False
    while True:
        try:
            if not begun:
                await storage.within(lambda connection: expect_open(connection, flows))
                begun = True
            await warm(storage, flows.indexes)
        except StorageError as error:
            log.warning("what is similar is looked for by exact words alone for now: %s", error)
        await asyncio.sleep(PAUSE)


def expect_open(connection: Connection, flows: Flows) -> None:
    """Want the indexes of every consultation that is open."""
    for run in consultations.all_of(connection, "open"):
        similar.expect(flows.indexes, run.id, flows.of(connection, run))


async def warm(storage: StorageThread, indexes: similar.Indexes) -> None:
    """Build what is wanted now."""
    for consultation, pool in indexes.wanted():
        rows = await storage.within(partial(_rows, consultation, pool))
        index = await asyncio.to_thread(built, rows)
        await storage.call(indexes.put, consultation, pool, index)


def _rows(consultation: str, pool: str, connection: Connection) -> list[tuple[int, str]]:
    return proposals.words(connection, consultation, pool, 0)


def built(rows: Sequence[tuple[int, str]]) -> Index:
    """An index of these rows that answers at once."""
    from bot.contributions import indexing  # a second or two, which are this thread's own

    index = indexing.Index()
    index.follow(rows)
    index.prepare()
    return index
