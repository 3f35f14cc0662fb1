"""A backup holds everything; put back, it holds nobody who asked to be forgotten since."""

from __future__ import annotations

import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from bot import backups, erasures, restoring
from bot.files import folder_of
from bot.upkeep import sweep
from storage import audit, migrate
from storage.database import Broken, Database, Full, StorageError, TooNew

pytestmark = pytest.mark.sqlite

PHOTO = "0123456789abcdef" * 2


def silent(_what: str, _done: int, _all: int) -> None:
    pass


def vote(town: Any, id: str, person: str, choice: str) -> None:
    label = {"bus": "By bus", "velo": "By bike", "pied": "On foot"}[choice]
    town.says(person, f"/start {id}", label, "/skip", "/skip")


def voted(town: Any, id: str) -> dict[str, int]:
    return {code.removeprefix("c:"): n for code, n in town.counters(id)["mode"].items() if code.startswith("c:")}


def back_up(town: Any, name: str = "backup.zip") -> Path:
    target: Path = town.file.parent / name
    backups.make(town.database, target, town.now, silent)
    return target


def put_back(town: Any, file: Path) -> restoring.Restored:
    town.database.close()
    done = restoring.restore(file, Database(f"sqlite:///{town.file}"), town.rules, lambda: town.now, silent)
    town.open()
    return done


@pytest.fixture
def id(town: Any) -> str:
    found: str = town.publish()
    vote(town, found, "ana", "bus")
    vote(town, found, "ben", "velo")
    return found


def test_put_back_it_is_as_it_was_and_what_was_there_is_kept(town: Any, id: str) -> None:
    file = back_up(town)
    assert file.stat().st_mode & 0o077 == 0
    assert [entry.name for entry in file.parent.iterdir() if entry.name.startswith(".")] == []
    vote(town, id, "cleo", "pied")
    done = put_back(town, file)
    assert (done.held.people, done.held.consultations, done.held.ballots, done.erased) == (2, 1, 6, 0)
    assert voted(town, id) == {"bus": 1, "velo": 1}
    assert done.kept is not None
    with closing(sqlite3.connect(done.kept)) as before:
        assert before.execute("SELECT count(*) FROM participants").fetchone() == (3,)
    vote(town, id, "dora", "velo")
    town.close(id)
    assert voted(town, id) == {"bus": 1, "velo": 2}
    with town.database.transaction() as connection:
        assert audit.verify(connection) is None
        assert audit.last(connection, "", "restore").detail == "backup.zip"


def test_whoever_erased_their_data_since_is_erased_again(town: Any, id: str) -> None:
    file = back_up(town)
    town.later(minutes=5)
    thought = town.says("ana", "/erase yes")
    assert thought.scrub
    erasures.keep_beside(town.database)
    assert put_back(town, file).erased == 1
    assert town.rows("SELECT identity FROM identities") == [("web:ben",)]
    assert voted(town, id) == {"velo": 1}
    assert len({token for token, _question in town.stored(id)}) == 1
    assert town.texts("web:ana") == [], "and nobody is told a second time"
    with town.database.transaction() as connection:
        assert not connection.exec_driver_sql("SELECT 1 FROM inbox WHERE person = 'ana'").first()
    # and once more, from the same old file
    assert put_back(town, file).erased == 1
    assert town.rows("SELECT identity FROM identities") == [("web:ben",)]


def test_the_list_alone_is_enough_when_the_database_is_lost(town: Any, id: str) -> None:
    file = back_up(town)
    town.later(minutes=5)
    town.says("ana", "/erase yes")
    erasures.keep_beside(town.database)
    listed = erasures.list_of(town.database)
    assert listed.stat().st_mode & 0o077 == 0
    assert b"ana" not in listed.read_bytes()
    town.database.close()
    for part in town.file.parent.glob(f"{town.file.name}*"):
        if part != listed:
            part.unlink()
    done = put_back(town, file)
    assert (done.erased, done.kept) == (1, None)
    assert town.rows("SELECT identity FROM identities") == [("web:ben",)]


def test_an_erasure_that_a_crash_kept_from_the_list_is_in_the_database(town: Any, id: str) -> None:
    file = back_up(town)
    town.later(minutes=5)
    town.says("ana", "/erase yes")
    assert not erasures.list_of(town.database).exists()
    assert put_back(town, file).erased == 1
    assert len(erasures.read(erasures.list_of(town.database))) == 2, "and now it is in the list"


def test_a_damaged_database_is_replaced_and_the_list_still_counts(town: Any, id: str) -> None:
    file = back_up(town)
    town.later(minutes=5)
    town.says("ana", "/erase yes")
    erasures.keep_beside(town.database)
    town.database.close()
    town.file.write_bytes(b"not a database " * 999)
    done = put_back(town, file)
    assert done.erased == 1
    assert done.kept is not None
    assert done.kept.read_bytes().startswith(b"not a database")


def test_who_came_back_after_an_erasure_is_left_alone(town: Any, id: str) -> None:
    town.says("ana", "/erase yes")
    erasures.keep_beside(town.database)
    town.later(minutes=5)
    vote(town, id, "ana", "pied")
    town.later(minutes=5)
    town.publish(town_flow("later"))
    file = back_up(town)
    assert put_back(town, file).erased == 0
    assert voted(town, id) == {"velo": 1, "pied": 1}


def town_flow(id: str) -> str:
    return f"palabre: 1\nid: {id}\nlang: en\ntitle: T\nsteps:\n  - end: bye\n    text: Bye\n"


def test_two_people_who_were_one_when_they_erased_are_both_erased(town: Any, id: str) -> None:
    """The messengers were linked after the backup was made: the number of one of the two is gone since."""
    file = back_up(town)
    town.later(minutes=5)
    with town.database.transaction() as connection:
        stays, goes = (row[0] for row in connection.exec_driver_sql("SELECT id FROM participants ORDER BY id"))
        for table in ("identities", "conversations"):
            connection.exec_driver_sql(f"UPDATE {table} SET participant = ? WHERE participant = ?", (stays, goes))
        connection.exec_driver_sql("DELETE FROM sessions WHERE participant = ?", (goes,))
        connection.exec_driver_sql("DELETE FROM participants WHERE id = ?", (goes,))
    town.says("ana", "/erase yes")
    assert put_back(town, file).erased == 2
    assert town.rows("SELECT identity FROM identities") == []


def test_the_list_is_forgotten_in_time(town: Any, id: str) -> None:
    town.says("ana", "/erase yes")
    erasures.keep_beside(town.database)
    listed = erasures.list_of(town.database)
    assert len(erasures.read(listed)) == 2
    sweep(town.database, town.now + erasures.KEPT - timedelta(days=1))
    assert len(erasures.read(listed)) == 2
    sweep(town.database, town.now + erasures.KEPT + timedelta(days=1))
    assert erasures.read(listed) == []
    assert town.rows("SELECT name FROM meta WHERE name LIKE 'erased:%'") == []


def test_a_line_that_was_cut_off_is_no_harm(town: Any, id: str) -> None:
    town.says("ana", "/erase yes")
    erasures.keep_beside(town.database)
    listed = erasures.list_of(town.database)
    with listed.open("ab") as out:
        out.write(b'{"key": "ab')
    town.says("ben", "/erase yes")
    erasures.keep_beside(town.database)
    assert len(erasures.read(listed)) == 4


def test_what_was_due_is_not_sent_a_second_time(town: Any, id: str) -> None:
    file = back_up(town)
    assert town.one("SELECT count(*) FROM outbox WHERE state IN ('waiting', 'sending')") > 0
    done = put_back(town, file)
    assert done.unsent > 0
    assert town.one("SELECT count(*) FROM outbox WHERE state IN ('waiting', 'sending')") == 0


# --- Photos ----------------------------------------------------------------------------------------------------------


def test_photos_go_with_it_and_only_those_that_still_belong_to_something(town: Any, id: str) -> None:
    folder = folder_of(town.database)
    folder.mkdir(mode=0o700)
    for name in (PHOTO, "f" * 32):
        (folder / f"{name}.jpg").write_bytes(b"jpeg " + name.encode())
    with town.database.transaction() as connection:
        connection.exec_driver_sql(
            "UPDATE sessions SET state = json_set(state, '$.photo', ?)"
            " WHERE participant = (SELECT participant FROM identities WHERE identity = 'web:ben')",
            (f"web:{PHOTO}",),
        )
    file = back_up(town)
    with zipfile.ZipFile(file) as archive:
        assert sorted(archive.namelist()) == ["backup.json", f"files/{PHOTO}.jpg", "palabre.db"]
        assert orjson.loads(archive.read("backup.json"))["photos"] == 1
    for photo in folder.iterdir():
        photo.unlink()
    assert put_back(town, file).photos == 1
    assert [photo.name for photo in folder.iterdir()] == [f"{PHOTO}.jpg"]
    (folder / f"{PHOTO}.jpg").unlink()
    town.later(minutes=5)
    town.says("ben", "/erase yes")
    assert put_back(town, file).photos == 0, "a photo goes with the person"


# --- What is refused -------------------------------------------------------------------------------------------------


def damaged_inside(file: Path) -> None:
    with zipfile.ZipFile(file) as archive:
        inside = {name: archive.read(name) for name in archive.namelist()}
    data = inside["palabre.db"]
    inside["palabre.db"] = data[:5000] + bytes([data[5000] ^ 255]) + data[5001:]
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in inside.items():
            archive.writestr(name, content)


def cut_off(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-200])


def not_one(file: Path) -> None:
    file.write_text("palabre: 1\nid: mobilite\n")


def without_a_page(file: Path) -> None:
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("palabre.db", b"")


@pytest.mark.parametrize("harm", [damaged_inside, cut_off, not_one, without_a_page])
def test_a_damaged_backup_is_refused_and_nothing_is_touched(town: Any, id: str, harm: Callable[[Path], None]) -> None:
    file = back_up(town)
    harm(file)
    town.database.close()
    before = {entry.name: entry.read_bytes() for entry in town.file.parent.iterdir() if entry.suffix != ".lock"}
    with pytest.raises(StorageError, match="damaged"):
        restoring.restore(file, Database(f"sqlite:///{town.file}"), town.rules, lambda: town.now, silent)
    after = {entry.name: entry.read_bytes() for entry in town.file.parent.iterdir() if entry.suffix not in (".lock",)}
    assert {name: after[name] for name in before if not name.endswith(("-shm", "-wal"))} == {
        name: data for name, data in before.items() if not name.endswith(("-shm", "-wal"))
    }


def test_a_backup_of_a_newer_palabre_is_refused(town: Any, id: str) -> None:
    with town.database.transaction() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    file = back_up(town, "copy.db")
    with pytest.raises(TooNew):
        put_back(town, file)


def test_a_backup_of_an_older_palabre_is_brought_up_to_date(town: Any, id: str, tmp_path: Path) -> None:
    old = tmp_path / "old.db"
    with closing(sqlite3.connect(old)) as connection:
        connection.executescript((Path(__file__).parents[1] / "old" / "database-0001.sql").read_text())
    done = put_back(town, old)
    assert done.held.consultations == 1
    assert migrate.current(town.database) == migrate.known()


def test_a_file_that_is_there_is_never_written_over(town: Any, id: str) -> None:
    file = back_up(town)
    before = file.read_bytes()
    with pytest.raises(StorageError, match="exists already"):
        back_up(town)
    assert file.read_bytes() == before
    with pytest.raises((Full, Broken), match="cannot be written"):
        backups.make(town.database, town.file.parent / "nowhere" / "b.zip", town.now, silent)
