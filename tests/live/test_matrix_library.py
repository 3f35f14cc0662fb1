"""Chats of the library on a real Synapse, by people with encrypted clients: the same is on file as on the stage."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from running import Town, free_port, until

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "transcripts"))

from chatfile import Chat, Entry, read, spoken
from gathering import new_bot, somebody, town_on
from house import copied
from on_matrix import Watching
from synapse import Client, Synapse

pytestmark = pytest.mark.asyncio(loop_scope="module")
HERE = Path(__file__).parent
LIBRARY = HERE.parents[1] / "flows" / "library"
CHATS = ["service-feedback-fr", "participatory-budget-en", "topic-vote-en"]
"""Such as show their choices in the same order to everybody: elsewhere a number means what chance put there."""
ON_FILE = "SELECT question, answer FROM ballots ORDER BY question, answer"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def synapse(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Synapse]:
    async with Synapse(tmp_path_factory.mktemp("synapse"), free_port()) as synapse:
        yield synapse


def on_the_stage(chat: Chat, file: Path) -> tuple[dict[int, str | None], list[Any]]:
    """What is typed for each press, and what is on file at the end."""
    player = Watching.of(chat, file)
    player.play()
    player.close()
    return player.typed, player.rows(ON_FILE)


@pytest.mark.parametrize("name", CHATS)
async def test_a_chat_of_the_library(name: str, synapse: Synapse, tmp_path: Path, empty_file: Path) -> None:
    chat = read((HERE.parent / "transcripts" / "chats" / f"{name}.chat").read_text(encoding="utf-8"))
    typed, expected = await asyncio.to_thread(on_the_stage, chat, copied(empty_file, tmp_path / "stage.db"))
    bot = await new_bot(synapse)
    async with town_on(synapse, bot, tmp_path, LOCALE=chat.lang) as town:
        await town.palabre("publish", str(LIBRARY / f"{chat.flow}.yaml"), "--open", "now")
        await town.start()
        people = {who: await somebody(synapse, "someone", encrypted=True) for who in chat.people}
        rooms = {who: await one.direct(bot.user) for who, one in people.items()}
        for entry in chat.entries:
            words = words_of(entry, typed)
            if words is not None:
                await says(people[entry.who], rooms[entry.who], words, town)
        for who, one in people.items():
            assert one.unreadable == 0
            assert all(shown.encrypted for shown in one.screen(rooms[who]))
        assert town.rows(ON_FILE) == expected


def words_of(entry: Entry, typed: dict[int, str | None]) -> str | None:
    """What somebody writes at this line of the chat; None where nobody writes."""
    words = entry.text if entry.kind == ">" else typed.get(entry.number) if entry.kind == "#" else None
    return f"!{words[1:]}" if words is not None and words.startswith("/") else words and spoken(words)


async def says(one: Client, room: str, words: str, town: Town) -> None:
    """Write, and wait until everything that comes of it has left."""
    before = sum(1 + shown.edits for shown in one.screen(room))
    key = await one.say(room, words)
    heard = "SELECT count(*) FROM inbox WHERE key = ? AND state <> 'new'"
    await until(lambda: town.value(heard, key) == 1, f"{words!r} is heard")
    await until(
        lambda: town.value("SELECT count(*) FROM outbox WHERE state IN ('waiting', 'sending')") == 0, "answered"
    )
    await one.until(lambda: sum(1 + shown.edits for shown in one.screen(room)) > before, "an answer", room=room)
