"""The chats on Matrix: typed words in private, number signs and answers in groups, all of it as events. The same is
asked, and the same is on file and in the result, as where there are buttons."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

import looking
import pytest
from chatfile import Chat, read
from house import copied
from on_matrix import LONGEST_EVENT, OnMatrix, Rooms, Watching

from storage import consultations

HERE = Path(__file__).parent
LIBRARY = {path.stem for path in (HERE.parents[1] / "flows" / "library").glob("*.yaml")}
CHATS = sorted((HERE / "chats").glob("*.chat"))


def chat_of(path: Path) -> Chat:
    return read(path.read_text(encoding="utf-8"))


OF_LIBRARY = [path for path in CHATS if chat_of(path).flow in LIBRARY]


def test_every_flow_of_the_library_is_played_in_both_languages() -> None:
    played = {(chat.flow, chat.lang) for chat in map(chat_of, OF_LIBRARY)}
    assert played >= {(flow, lang) for flow in LIBRARY for lang in ("fr", "en")}


@pytest.mark.parametrize("path", OF_LIBRARY, ids=lambda path: path.stem)
def test_on_matrix(path: Path, tmp_path: Path, empty_file: Path) -> None:
    usual = Watching.of(chat_of(path), copied(empty_file, tmp_path / "usual.db"))
    expected = usual.play()
    there = OnMatrix.of(chat_of(path), copied(empty_file, tmp_path / "matrix.db"), platform=Rooms())
    there.typed, there.choices = usual.typed, usual.choices
    found = there.play()
    assert there.steps == usual.steps
    for entry, one, other in zip(usual.chat.entries, expected, found, strict=True):
        if entry.kind == "look" and entry.text in ("file", "result"):
            assert (entry.number, [bare(line) for line in other]) == (entry.number, [bare(line) for line in one])
    assert on_record(there) == on_record(usual)
    assert there.rooms.longest * 4 / 3 < LONGEST_EVENT
    there.close()
    usual.close()


def on_record(player: Watching | OnMatrix) -> dict[str, str]:
    """What is on file of each person and what each consultation comes to, at the end."""
    runs = [run.id for run in player.peek(lambda connection: consultations.all_of(connection, "open", "closed"))]
    results = {run: player.peek(partial(looking.result, id=run)) for run in runs}
    return results | {who: bare(kept) for who, kept in player.reading().file.items()}


def bare(line: str) -> str:
    """A line without the name that a messenger gives to a picture."""
    return re.sub(r'"stage:[^"]*"', '"stage:..."', line)
