"""The same chats on PostgreSQL: every chat as it is written, and a sample of them killed at their boundaries.

The one rule: nothing is written for PostgreSQL. What the chats say on SQLite is what they say there, to the letter; but
for the number of a message that failed, because a transaction that is taken back uses up its numbers there.
"""

from __future__ import annotations

import difflib
import random
import re
from pathlib import Path

import pytest
from playing import Player, Reading, Snapshot
from postgres import OnServer
from test_transcripts import AFTER, CHATS, EVERY, SOME, _compare, chat_of, ids, kills_by_itself

KILLED = 12
"""So many chats are killed at some of their boundaries, when not all of them are."""


def locks_a_file(path: Path) -> bool:
    """Does another program hold the file in it? There is no such thing on a server."""
    return any(entry.kind == "fault" and entry.text == "locked" for entry in chat_of(path).entries)


_NUMBER = re.compile(r"(?<=\()(?:numéro|number) \d+(?=\))")
EVERYWHERE = [path for path in CHATS if not locks_a_file(path)]
KILLABLE = [path for path in EVERYWHERE if not kills_by_itself(path)]


@pytest.mark.parametrize("path", EVERYWHERE, ids=ids)
def test_as_written_on_a_server(path: Path, postgresql: OnServer) -> None:
    chat = chat_of(path)
    player = Player.of(chat, postgresql)
    for entry in chat.acts:
        entry.output = player.do(entry)
    if not player.down:
        player.close()
    before, now = (_NUMBER.sub("n", said) for said in (path.read_text("utf-8"), "\n".join(chat.lines()) + "\n"))
    if now != before:
        diff = difflib.unified_diff(before.splitlines(), now.splitlines(), "as written", "on PostgreSQL", lineterm="")
        pytest.fail("\n".join([path.name, *diff]), pytrace=False)


@pytest.mark.parametrize(
    "path", KILLABLE if EVERY else random.Random(1).sample(KILLABLE, min(KILLED, len(KILLABLE))), ids=ids
)
def test_killed_at_some_boundaries_on_a_server(path: Path, postgresql: OnServer) -> None:
    """As on SQLite: each process that is killed leaves a transaction to the server, which takes it back."""
    chat = chat_of(path)
    player = Player.of(chat, postgresql)
    acts, dice = chat.acts, random.Random(path.stem)
    some = set(range(len(acts))) if EVERY else set(dice.sample(range(len(acts)), min(SOME, len(acts))))
    snapshots: dict[int, Snapshot] = {}
    readings: list[Reading] = []
    boundaries: list[list[str]] = []
    for number, entry in enumerate(acts):
        if number in some:
            snapshots[number] = player.snapshot()
        player.world.crossed.clear()
        entry.output = player.do(entry)
        readings.append(player.reading())
        boundaries.append(list(player.world.crossed))
    for number, snapshot in snapshots.items():
        for stop in _stops(len(boundaries[number]), dice):
            player.back_to(snapshot, postgresql)
            player.world.stop_at = stop
            told = f"{path.name}, stopped at line {acts[number].number}, {stop}: {boundaries[number][stop - 1]}"
            for entry, expected in list(zip(acts, readings, strict=True))[number : number + 1 + AFTER]:
                player.do(entry)
                _compare(player, expected, f"{told}; then line {entry.number}: {entry.line}")
        postgresql.server.drop(str(snapshot.data))
    if not player.down:
        player.close()


def _stops(boundaries: int, dice: random.Random) -> list[int]:
    every = range(1, boundaries + 1)
    return list(every) if EVERY else dice.sample(every, min(1, boundaries))
