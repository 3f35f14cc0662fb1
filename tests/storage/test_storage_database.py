"""The database is opened the only safe way, and says in a sentence when it cannot be used."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest

from storage import inbox, meta, migrate
from storage.copy import copy_to
from storage.database import Broken, Connection, Database, Full, Locked, StorageError

pytestmark = pytest.mark.sqlite

_HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.readline()
connection.execute("COMMIT")
"""


@contextmanager
def held_by_another_process(file: Path) -> Iterator[None]:
    with subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdin is not None
        assert holder.stdout.readline() == "held\n"
        try:
            yield
        finally:
            holder.stdin.write("\n")
            holder.stdin.flush()
            holder.wait(5)


def received(n: int, *, start: int = 0, size: int = 10) -> list[dict[str, object]]:
    return [
        {
            "adapter": "web",
            "key": f"k{i}",
            "lane": f"web:{i}|{i}",
            "place": f"web:{i}",
            "person": str(i),
            "event": "x" * size,
            "private": True,
            "locale": None,
            "at_ms": i,
            "state": "new",
        }
        for i in range(start, start + n)
    ]


def impatient(database: Database) -> None:
    with database.transaction() as connection:
        raw = connection.connection.dbapi_connection
        assert raw is not None
        raw.execute("PRAGMA busy_timeout = 50")


# --- Settings --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("foreign_keys", 1),
        ("secure_delete", 1),
        ("busy_timeout", 5000),
        ("trusted_schema", 0),
        ("cell_size_check", 1),
    ],
)
def test_each_setting_is_read_back(database: Database, pragma: str, value: object) -> None:
    with database.transaction() as connection:
        assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value


def test_settings_hold_after_an_upgrade_switched_foreign_keys_off(database: Database) -> None:
    migrate.upgrade(database)
    with pytest.raises(Exception, match="FOREIGN KEY"), database.transaction() as connection:
        connection.exec_driver_sql("INSERT INTO tallies VALUES ('nowhere', 'q', 'c', 1)")


@pytest.mark.parametrize("url", ["palabre", "mysterydb://x/y", "postgresql+nosuchdriver://a:geheim@b/c"])
def test_a_wrong_address_is_a_sentence_without_the_password(url: str) -> None:
    with pytest.raises(StorageError, match="PALABRE_DATABASE__URL") as caught:
        Database(url)
    assert "geheim" not in str(caught.value)


# --- One writer after the other --------------------------------------------------------------------------------------


def test_no_update_is_lost_between_eight_writers(file: Path, database: Database) -> None:
    """Read, add one, write: with transactions that begin as readers most of these are lost or refused."""
    with database.transaction() as connection:
        meta.put(connection, "n", "0")

    def add_fifty() -> None:
        mine = Database(f"sqlite:///{file}")
        for _ in range(25):
            with mine.transaction() as connection:
                meta.put(connection, "n", str(int(meta.get(connection, "n") or 0) + 1))
        mine.close()

    threads = [Thread(target=add_fifty) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.transaction() as connection:
        assert meta.get(connection, "n") == "200"


def test_an_exception_leaves_nothing(database: Database) -> None:
    def break_off() -> None:
        with database.transaction() as connection:
            meta.put(connection, "half", "1")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        break_off()
    with database.transaction() as connection:
        assert meta.get(connection, "half") is None


# --- Locked, full, broken --------------------------------------------------------------------------------------------


def test_a_locked_database_says_so_and_goes_on_when_it_is_freed(file: Path, database: Database) -> None:
    impatient(database)
    with held_by_another_process(file):
        with pytest.raises(Locked, match="locked by another program"), database.transaction() as connection:
            inbox.receive(connection, received(1), 0)
        with pytest.raises(Locked), database.transaction():
            pass
    with database.transaction() as connection:
        inbox.receive(connection, received(1), 0)
    with database.transaction() as connection:
        assert inbox.waiting(connection) == 1


def fill_up(database: Database, *, room: int) -> None:
    """Let the file grow by `room` pages and no more."""
    with database.transaction() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + room}")


def test_a_full_disk_leaves_no_half_batch_and_the_cursor_where_it_was(database: Database) -> None:
    with database.transaction() as connection:
        inbox.receive(connection, received(3), 0)
        inbox.move_cursor(connection, "web", "3", 0)
    fill_up(database, room=2)

    def receive() -> None:
        with database.transaction() as connection:
            inbox.move_cursor(connection, "web", "103", 0)
            inbox.receive(connection, received(100, start=3, size=2000), 0)

    with pytest.raises(Full, match="full"):
        receive()
    with database.transaction() as connection:
        assert inbox.waiting(connection) == 3
        assert inbox.cursor(connection, "web") == ("3", 0)
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
    receive()
    with database.transaction() as connection:
        assert inbox.waiting(connection) == 103


def test_a_file_that_is_no_database_is_refused_and_left_alone(file: Path) -> None:
    file.write_text("Chers habitants, " * 1000)
    before = file.read_bytes()
    database = Database(f"sqlite:///{file}")
    with pytest.raises(Broken, match="not a database"):
        migrate.upgrade(database)
    with pytest.raises(Broken), database.transaction():
        pass
    database.close()
    assert file.read_bytes() == before


def test_a_damaged_file_is_a_sentence(file: Path, database: Database) -> None:
    with database.transaction() as connection:
        inbox.receive(connection, received(200, size=500), 0)
    database.close()
    raw = bytearray(file.read_bytes())
    for start in range(8192, len(raw), 4096):
        raw[start : start + 200] = b"\xff" * 200
    file.write_bytes(raw)
    again = Database(f"sqlite:///{file}")
    with pytest.raises(Broken, match="damaged"), again.transaction() as connection:
        connection.exec_driver_sql("SELECT sum(length(event)) FROM inbox").scalar()
    again.close()


def test_a_folder_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/nowhere/palabre.db")
    with pytest.raises(Full, match="unable to open"), database.transaction():
        pass


# --- Reading beside a writer, and copying ----------------------------------------------------------------------------


def count(connection: Connection) -> int:
    return int(connection.exec_driver_sql("SELECT count(*) FROM inbox").scalar_one())


def test_a_reader_looks_on_while_somebody_writes(file: Path, database: Database) -> None:
    with database.transaction() as connection:
        inbox.receive(connection, received(1), 0)
    reader = Database(f"sqlite:///{file}", read_only=True)
    with database.transaction() as writing:
        inbox.receive(writing, received(5, start=1), 0)
        with reader.transaction() as reading:
            assert count(reading) == 1
    with reader.transaction() as reading:
        assert count(reading) == 6
    with pytest.raises(StorageError), reader.transaction() as reading:
        reading.exec_driver_sql("DELETE FROM inbox")
    reader.close()


def test_a_copy_under_load_is_whole(file: Path, tmp_path: Path, database: Database) -> None:
    """Each transaction writes ten rows and moves the cursor: every copy holds all of a transaction or nothing."""
    stop, copies = Event(), []

    def write() -> None:
        mine, done = Database(f"sqlite:///{file}"), 0
        while not stop.is_set():
            with mine.transaction() as connection:
                inbox.receive(connection, received(10, start=done), 0)
                done += 10
                inbox.move_cursor(connection, "web", str(done), 0)
        mine.close()

    writer = Thread(target=write)
    writer.start()
    for number in range(5):
        target = tmp_path / f"copy-{number}.db"
        copy_to(file, target)
        copies.append(target)
    stop.set()
    writer.join()
    for target in copies:
        with closing(sqlite3.connect(target)) as copy:
            assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            rows = copy.execute("SELECT count(*) FROM inbox").fetchone()[0]
            cursor = copy.execute("SELECT cursor FROM cursors").fetchone()
            assert rows == int(cursor[0] if cursor else 0)
