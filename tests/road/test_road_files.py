"""Photos on disk: who may read them, how long they stay, and how much room they may take."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.files import Files, Full, folder_of, sweep_files
from storage import migrate
from storage.database import Database

NAME = "0123456789abcdef" * 2
OTHER = "f" * 32


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'palabre.db'}")
    migrate.upgrade(database)
    yield database
    database.close()


async def test_what_was_put_is_read_and_nobody_else_may_read_it(tmp_path: Path) -> None:
    files = Files(tmp_path / "files")
    assert await files.read(NAME) is None
    await files.put(NAME, b"one")
    await files.put(NAME, b"two")
    assert await files.read(NAME) == b"one"
    (file,) = (tmp_path / "files").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "files").stat().st_mode) == 0o700


@pytest.mark.parametrize("name", ["", "..", "../palabre.db", NAME + "/x", NAME.upper(), "\0" * 32])
async def test_only_our_own_names_are_names(tmp_path: Path, name: str) -> None:
    files = Files(tmp_path / "files")
    with pytest.raises(ValueError, match="not a name"):
        await files.read(name)
    with pytest.raises(ValueError, match="not a name"):
        await files.put(name, b"x")


async def test_there_is_an_end_to_the_room(tmp_path: Path) -> None:
    files = Files(tmp_path / "files", most=10)
    await files.put(NAME, b"12345678")
    with pytest.raises(Full):
        await files.put(OTHER, b"123")
    assert await files.read(OTHER) is None
    assert len(list((tmp_path / "files").iterdir())) == 1


async def test_what_nothing_refers_to_goes_after_a_while(database: Database, tmp_path: Path) -> None:
    folder = folder_of(database)
    assert folder == tmp_path / "files"
    files = Files(folder)
    for name in (NAME, OTHER):
        await files.put(name, b"x")

    def sweep() -> list[str]:
        with database.transaction() as connection:
            sweep_files(connection, folder)
        return sorted(file.stem for file in folder.iterdir())

    assert sweep() == [NAME, OTHER]  # too young
    for file in folder.iterdir():
        os.utime(file, (0, 0))
    assert database.path is not None
    _answered(database.path, f"web:{NAME}")
    assert sweep() == [NAME]
    with database.transaction() as connection:
        connection.exec_driver_sql("UPDATE sessions SET state = ''")
    assert sweep() == []


def _answered(file: Path, ref: str) -> None:
    """Somebody has a session in which a photo is an answer."""
    with closing(sqlite3.connect(file)) as connection:  # a connection of its own does not ask whose session it is
        columns = connection.execute(
            "SELECT name, type FROM pragma_table_info('sessions') WHERE \"notnull\""
        ).fetchall()
        values: dict[str, object] = {name: "x" if "CHAR" in kind or kind == "TEXT" else 0 for name, kind in columns}
        values["state"] = '{"answers": {"picture": ["given", "' + ref + '"]}}'
        names, blanks = ", ".join(values), ", ".join("?" for _ in values)
        connection.execute(f"INSERT INTO sessions ({names}) VALUES ({blanks})", tuple(values.values()))
        connection.commit()
