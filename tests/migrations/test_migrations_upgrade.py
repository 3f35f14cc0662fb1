"""Migrations: the shape the tables say, whole or not at all, nothing lost, a copy before, never backwards."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from storage import migrate
from storage.database import Database, TooNew
from storage.tables import metadata

ROOT = Path(__file__).parents[2]
OLD = ROOT / "tests" / "old"


def counts(file: Path) -> dict[str, int]:
    with closing(sqlite3.connect(file)) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names}


def schema(file: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()


def seed(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript((OLD / "database-0001.sql").read_text())


def test_the_migrated_shape_is_the_one_the_tables_say(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/palabre.db")
    migrate.upgrade(database)
    with database.transaction() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata) == []
    database.close()
    fresh = Database(f"sqlite:///{tmp_path}/fresh.db")
    with fresh.transaction() as connection:
        metadata.create_all(connection)
    fresh.close()
    made, said = schema(tmp_path / "palabre.db"), schema(tmp_path / "fresh.db")
    squeezed = {name: "".join((sql or "").lower().split()) for name, sql in made}
    for name, sql in said:
        wanted = "".join((sql or "").lower().split())
        assert ("withoutrowid" in squeezed[name]) == ("withoutrowid" in wanted), name
        assert ("where" in squeezed[name]) == ("where" in wanted), name


def test_an_upgrade_twice_changes_nothing(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/palabre.db")
    assert migrate.upgrade(database) is None
    before = schema(tmp_path / "palabre.db")
    assert migrate.upgrade(database) is None
    assert migrate.current(database) == migrate.known()
    database.close()
    assert schema(tmp_path / "palabre.db") == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["palabre.db"]


def test_the_first_shape_opens_with_every_row(tmp_path: Path) -> None:
    file = tmp_path / "palabre.db"
    seed(file)
    before = counts(file)
    assert before["ballots"] == 4
    database = Database(f"sqlite:///{file}")
    copy = migrate.upgrade(database)
    assert migrate.current(database) == migrate.known()
    database.close()
    after = counts(file)
    assert {name: after[name] for name in before} == before
    assert (copy is None) == (migrate.known() == "0001")
    if copy is not None:
        assert counts(Path(copy)) == before


def test_what_the_second_shape_adds_is_right_for_old_rows(tmp_path: Path) -> None:
    file = tmp_path / "palabre.db"
    seed(file)
    with closing(sqlite3.connect(file)) as connection:
        rows = "INSERT INTO conversations (lane, place, participant, reachable) SELECT ?, ?, id, 1 FROM participants"
        connection.execute(f"{rows} LIMIT 1", ("telegram:-100|5", "telegram:-100"))
        connection.commit()
    database = Database(f"sqlite:///{file}")
    migrate.upgrade(database)
    database.close()
    with closing(sqlite3.connect(file)) as connection:
        told = dict(connection.execute("SELECT place LIKE '%:-%', min(private) FROM conversations GROUP BY 1"))
        assert told == {0: 1, 1: 0}
        assert connection.execute("SELECT count(*) FROM consultations WHERE touched_ms != since_ms").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM consultations WHERE owner IS NOT NULL").fetchone() == (0,)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        owner = "UPDATE consultations SET owner = (SELECT id FROM participants LIMIT 1)"
        connection.execute("PRAGMA foreign_keys = on")
        connection.execute(owner)
        connection.execute("DELETE FROM sessions")
        connection.execute("DELETE FROM participants")
        assert connection.execute("SELECT count(*) FROM consultations WHERE owner IS NOT NULL").fetchone() == (0,)


def test_a_newer_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "palabre.db"
    database = Database(f"sqlite:///{file}")
    migrate.upgrade(database)
    with database.transaction() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(TooNew, match="newer version of Palabre"):
        migrate.upgrade(database)
    assert migrate.current(database) == "9999"
    database.close()
    assert [entry.name for entry in tmp_path.iterdir()] == ["palabre.db"]


# --- A next revision, played with a copy of the program ---------------------------------------------------------------

_NEXT = """
revision, down_revision, branch_labels, depends_on = "next", "{before}", None, None
import sqlalchemy as sa
from alembic import op

def upgrade():
    with op.batch_alter_table("consultations") as batch:
        batch.add_column(sa.Column("mayor", sa.String(16)))
    {more}
"""

_UPGRADE = """
import sys
from storage import migrate
from storage.database import Database
assert migrate.known() == "next"
print(migrate.upgrade(Database("sqlite:///" + sys.argv[1])))
"""


def upgrade_to_next(folder: Path, file: Path, *, more: str = "") -> subprocess.CompletedProcess[str]:
    """Upgrade `file` with a Palabre that knows one more revision: it rebuilds a parent table, then does `more`."""
    shutil.copytree(ROOT / "storage", folder / "storage", ignore=shutil.ignore_patterns("__pycache__"))
    revision = folder / "storage" / "migrations" / "versions" / "next.py"
    revision.write_text(_NEXT.format(before=migrate.known(), more=more))
    environment = {**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}"}
    command = [sys.executable, "-c", _UPGRADE, str(file)]
    return subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)


def test_rebuilding_a_parent_table_keeps_its_children_and_a_copy_is_made_first(tmp_path: Path) -> None:
    file = tmp_path / "palabre.db"
    seed(file)
    before = counts(file)
    done = upgrade_to_next(tmp_path / "next", file)
    assert done.returncode == 0, done.stderr
    after = counts(file)
    assert {name: after[name] for name in before} == before
    with closing(sqlite3.connect(file)) as connection:
        assert "mayor" in [row[1] for row in connection.execute("PRAGMA table_info(consultations)")]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    copy = Path(done.stdout.strip())
    assert copy.name == "palabre.db.before-next-from-0001"
    assert counts(copy) == before


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("op.execute('INSERT INTO nowhere VALUES (1)')", "no such table"),
        ("op.execute(\"UPDATE consultations SET version = 'none'\")", "without their parent; nothing was changed"),
        ("op.execute('DELETE FROM flow_versions')", "leave 0 of 1 rows in the table flow_versions; nothing was"),
        (
            "op.execute('DELETE FROM ballots WHERE token = (SELECT min(token) FROM ballots)')",
            "rows in the table ballots",
        ),
        ("raise RuntimeError('half way')", "half way"),
    ],
)
def test_a_migration_that_fails_leaves_nothing(tmp_path: Path, more: str, said: str) -> None:
    file = tmp_path / "palabre.db"
    seed(file)
    before, shape = counts(file), schema(file)
    done = upgrade_to_next(tmp_path / "next", file, more=more)
    assert done.returncode != 0
    assert said in done.stderr
    assert schema(file) == shape
    assert counts(file) == before
