"""Every chat of `chats/`, played against the real road: as written, by typing, with a new process at every step, and
killed at its boundaries.

    pytest tests/transcripts --update      rewrites what the bot says; the diff is the review

The one rule: a transcript is compared line by line with what really happens; nothing in it is a pattern.
"""

from __future__ import annotations

import difflib
import os
import random
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from chatfile import Chat, read
from house import copied
from playing import Player, Reading, Snapshot
from stage import BY_TYPING

CHATS = sorted((Path(__file__).parent / "chats").glob("*.chat"))
EVERY = os.environ.get("PALABRE_TRANSCRIPTS") == "every"
"""Stop at every boundary of every chat, not only of the short ones."""
SOME = 4
"""At how many boundaries a long chat is stopped, when not at every one."""
AFTER = 2
"""How many further acts are played after a kill."""


@dataclass(slots=True)
class Reference:
    """A chat played once without harm: what came of it, and where it stood before each act."""

    chat: Chat
    player: Player
    snapshots: list[Snapshot] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)
    boundaries: list[list[str]] = field(default_factory=list)
    trouble: AssertionError | None = None


@lru_cache(maxsize=2)
def reference(path: Path, empty_file: Path) -> Reference:
    """The chat as it happens; its entries hold what the bot says now."""
    chat = chat_of(path)
    with TemporaryDirectory() as folder:
        player = Player.of(chat, copied(empty_file, Path(folder) / "palabre.db"))
        found = Reference(chat, player)
        for entry in chat.acts:
            found.snapshots.append(player.snapshot())
            player.world.crossed.clear()
            try:
                entry.output = player.do(entry)
            except AssertionError as error:
                found.trouble = error
                break
            found.readings.append(player.reading())
            found.boundaries.append(list(player.world.crossed))
        if not player.down:
            player.close()
    return found


def played(path: Path, empty_file: Path) -> Reference:
    found = reference(path, empty_file)
    if found.trouble is not None:
        raise found.trouble
    return found


def chat_of(path: Path) -> Chat:
    return read(path.read_text(encoding="utf-8"))


def ids(path: Path) -> str:
    return path.stem


@pytest.mark.parametrize("path", CHATS, ids=ids, scope="module")
def test_as_written(path: Path, empty_file: Path, request: pytest.FixtureRequest) -> None:
    found = reference(path, empty_file)
    before, now = path.read_text(encoding="utf-8"), "\n".join(found.chat.lines()) + "\n"
    if request.config.getoption("--update"):
        path.write_text(now, encoding="utf-8")  # as far as it goes
    if found.trouble is not None:
        raise found.trouble
    if now != before and not request.config.getoption("--update"):
        diff = difflib.unified_diff(before.splitlines(), now.splitlines(), "as written", "as it happens", lineterm="")
        pytest.fail("\n".join([f"{path.name}: (pytest --update takes it over)", *diff]), pytrace=False)


@pytest.mark.parametrize("path", CHATS, ids=ids, scope="module")
def test_a_new_process_at_every_step_makes_no_difference(path: Path, tmp_path: Path, empty_file: Path) -> None:
    """Whatever a process remembers, it could have read: sessions, prompts, timers and letters live in the database."""
    expected = played(path, empty_file).chat.entries
    player = Player.of(chat_of(path), copied(empty_file, tmp_path / "palabre.db"), afresh=True)
    found = player.play()
    player.close()
    for entry, output in zip(expected, found, strict=True):
        assert output == (entry.output if entry.kind != "prose" else []), entry.line


@pytest.mark.parametrize("path", [path for path in CHATS if chat_of(path).way == "buttons"], ids=ids, scope="module")
def test_without_buttons(path: Path, tmp_path: Path, empty_file: Path) -> None:
    """Who can only type is asked the same and leaves the same on file."""
    pressing = played(path, empty_file)
    typing = Player.of(chat_of(path), copied(empty_file, tmp_path / "palabre.db"), caps=BY_TYPING)
    typing.typed = pressing.player.typed
    typed = typing.play()
    typing.close()
    assert typing.steps == pressing.player.steps
    for entry, found in zip(pressing.chat.entries, typed, strict=True):
        if entry.kind == "look" and entry.text in ("file", "result"):
            assert (entry.number, found) == (entry.number, entry.output)


def kills_by_itself(path: Path) -> bool:
    """Does the chat show a kill at a boundary? Then it is written for that one."""
    return any(entry.kind == "fault" and entry.text.startswith("crash ") for entry in chat_of(path).entries)


@pytest.mark.parametrize("path", [path for path in CHATS if not kills_by_itself(path)], ids=ids, scope="module")
def test_killed_at_every_boundary(path: Path, tmp_path: Path, empty_file: Path) -> None:
    """Stopped before and after each commit and each send: nothing is lost, nothing counts twice, and what people see is
    the same, but for one new message shown twice where a stop lies between a send and our note of it."""
    whole = played(path, empty_file)
    acts = whole.chat.acts
    places = [(act, number) for act, crossed in enumerate(whole.boundaries) for number in range(1, len(crossed) + 1)]
    if not (EVERY or "every boundary" in whole.chat.options):
        places = random.Random(path.stem).sample(places, min(SOME, len(places)))
    player = Player.of(whole.chat, copied(empty_file, tmp_path / "killed.db"))
    player.codes.update(whole.player.codes)
    player.code = whole.player.code
    for act, number in sorted(places):
        player.back_to(whole.snapshots[act], tmp_path / "killed.db")
        player.world.stop_at = number
        told = f"{path.name}, stopped at line {acts[act].number}, {number}: {whole.boundaries[act][number - 1]}"
        for entry, expected in list(zip(acts, whole.readings, strict=True))[act : act + 1 + AFTER]:
            player.do(entry)
            _compare(player, expected, f"{told}; then line {entry.number}: {entry.line}")
    if not player.down:
        player.close()


def _compare(player: Player, expected: Reading, told: str) -> None:
    found = player.reading()
    assert found.file == expected.file or not (found.file and expected.file), told
    lost, doubled = _differences(expected.visible, found.visible)
    told = f"{told}\nlost: {lost}\ntoo often: {doubled}"
    assert len(lost) <= player.unsure(), told
    assert len(doubled) == player.hanging, told


Visible = dict[str, list[tuple[str, str]]]


def _differences(expected: Visible, found: Visible) -> tuple[list[str], list[str]]:
    """(messages that are missing, messages that are there once too often), by place and in order."""
    lost, doubled = [], []
    for place in expected.keys() | found.keys():
        wanted, there = expected.get(place, []), found.get(place, [])
        matcher = difflib.SequenceMatcher(a=wanted, b=there, autojunk=False)
        for kind, a0, a1, b0, b1 in matcher.get_opcodes():
            if kind != "equal":
                lost += [f"{place}: {one}" for one in wanted[a0:a1]]
                doubled += [f"{place}: {one}" for one in there[b0:b1]]
    return lost, doubled
