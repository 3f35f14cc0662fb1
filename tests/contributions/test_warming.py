"""Near-duplicates are weighed apart: nobody waits for it, and until it is done only the same words are found."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.contributions import similar, warming
from bot.shelves import Flows
from bot.thread import StorageThread
from flows.load import from_source
from storage import consultations, migrate, proposals
from storage.database import Connection, Database
from storage.proposals import PARTICIPANT, PUBLISHED

SOURCE = """
palabre: 1
id: idees
lang: fr
title: Idées
steps:
  - propose: idea
    text: Que proposez-vous ?
  - propose: other
    text: Et sans chercher ?
    similar: false
  - end: fin
    text: Merci !
"""
TREES = "Il faut planter des arbres dans la rue haute"
NEARLY = "planter des arbres dans la rue haute"
SAME = "il faut  planter des arbres dans la RUE haute"
MASKED = "Il faut plаnter des arbres dans la rue haute"  # its first a is a Cyrillic one


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[StorageThread]:
    database = Database(f"sqlite:///{tmp_path}/warm.db")
    migrate.upgrade(database)
    with database.transaction() as connection:
        consultations.add_version(connection, "v", "idees", SOURCE, 0)
        modes = {"results": "at_close", "secrecy": "confidential", "zone": "Europe/Paris"}
        consultations.add(connection, consultations.blank("run", "v", "open", now_ms=0, **modes))
        consultations.add(connection, consultations.blank("past", "v", "closed", now_ms=0, **modes))
        proposals.add(
            connection,
            consultation="run",
            pool="idea",
            text=TREES,
            lang="fr",
            source=PARTICIPANT,
            state=PUBLISHED,
            lot=1,
            since_ms=1,
        )
    yield StorageThread(database)
    database.close()


def find(flows: Flows, text: str):  # type: ignore[no-untyped-def]
    def reading(connection: Connection) -> list[str]:
        return [one.text for one in similar.find(connection, flows.indexes, "run", "idea", text)]

    return reading


async def test_before_the_index_is_there_only_the_same_words_are_found(storage: StorageThread) -> None:
    flows = Flows()
    flows.indexes.build_apart()
    assert await storage.within(find(flows, NEARLY)) == []
    assert await storage.within(find(flows, SAME)) == [TREES]
    assert await storage.within(find(flows, MASKED)) == [TREES]
    assert flows.indexes.wanted() == [("run", "idea")]
    await warming.warm(storage, flows.indexes)
    assert flows.indexes.wanted() == []
    assert await storage.within(find(flows, NEARLY)) == [TREES]


async def test_what_is_open_is_wanted_from_the_start(storage: StorageThread) -> None:
    flows = Flows()
    flows.indexes.build_apart()
    await storage.within(lambda connection: warming.expect_open(connection, flows))
    assert flows.indexes.wanted() == [("run", "idea")]


async def test_what_opens_is_wanted_and_built_while_the_service_runs(storage: StorageThread) -> None:
    flows = Flows()
    warm = asyncio.create_task(warming.keep_warm(storage, flows))
    async with asyncio.timeout(60):
        while not await storage.within(find(flows, NEARLY)):
            await asyncio.sleep(0.01)
    similar.expect(flows.indexes, "next", from_source(SOURCE))
    assert flows.indexes.wanted() == [("next", "idea")]
    warm.cancel()


async def test_an_index_is_built_outside_the_storage_thread(storage: StorageThread) -> None:
    flows = Flows()
    flows.indexes.build_apart()
    flows.indexes.want("run", "idea")
    held = threading.Event()
    blocked = asyncio.create_task(storage.call(held.wait, 60))
    rows = [(1, TREES)]
    index = await asyncio.to_thread(warming.built, rows)  # done while the storage thread has something else to do
    held.set()
    assert await blocked
    flows.indexes.put("run", "idea", index)
    assert await storage.within(find(flows, NEARLY)) == [TREES]


def test_where_nothing_is_built_apart_the_first_who_asks_builds_it(storage: StorageThread) -> None:
    with storage.database.transaction() as connection:
        assert find(Flows(), NEARLY)(connection) == [TREES]


def test_asking_too_early_does_not_load_the_library(storage: StorageThread) -> None:
    script = (
        "import sys\n"
        "from bot.contributions import similar\n"
        "from storage.database import Database\n"
        "indexes = similar.Indexes()\n"
        "indexes.build_apart()\n"
        "with Database(sys.argv[1]).transaction() as connection:\n"
        "    similar.find(connection, indexes, 'run', 'idea', 'planter')\n"
        "sys.exit('sklearn' in sys.modules or 'numpy' in sys.modules)\n"
    )
    url = f"sqlite:///{storage.database.path}"
    assert subprocess.run([sys.executable, "-c", script, url], check=False, timeout=60).returncode == 0
