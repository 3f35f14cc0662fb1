"""A migration that is killed half-way leaves the old database or the new one, never something between."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from storage import migrate, revisions

ROOT = Path(__file__).parents[2]
OLD = ROOT / "tests" / "old"

_NEXT = """
revision, down_revision, branch_labels, depends_on = "next", "{before}", None, None
import sqlalchemy as sa
from alembic import op

def upgrade():
    with op.batch_alter_table("consultations") as batch:
        batch.add_column(sa.Column("mayor", sa.String(16)))
    with op.batch_alter_table("participants") as batch:
        batch.add_column(sa.Column("mayor", sa.String(16)))
"""

_STRIKE = """
import json, os, shutil, signal, sqlite3, sys, time
from contextlib import closing
from sqlalchemy import event
from storage import migrate
from storage.database import Database

migrate.known()
seed, file = sys.argv[1:]

def look():
    with closing(sqlite3.connect(file)) as c:
        shape = c.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()
        names = [row[0] for row in c.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = {name: c.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}
        well = c.execute("PRAGMA integrity_check").fetchone()[0], c.execute("PRAGMA foreign_key_check").fetchall()
        return json.dumps([shape, rows, well])

def fresh():
    for name in os.listdir(os.path.dirname(file)):
        os.unlink(os.path.join(os.path.dirname(file), name))
    shutil.copy(seed, file)

def migrate_in_a_child(at=None, seconds=None):
    # at: struck before that statement (the last one is the commit); seconds: struck after so long.
    read, write = os.pipe()
    child = os.fork()
    if not child:
        database, seen = Database("sqlite:///" + file), []
        def step(*_):
            seen.append(1)
            if len(seen) == at:
                os.kill(os.getpid(), signal.SIGKILL)
        event.listen(database.engine, "before_cursor_execute", step)
        event.listen(database.engine, "commit", step)
        try:
            migrate.upgrade(database)
            database.close()
            os.write(write, str(len(seen)).encode())
        finally:
            os._exit(0)
    os.close(write)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    with os.fdopen(read) as said:
        steps = said.read()
    os.waitpid(child, 0)
    return int(steps or 0)

fresh()
old = look()
began = time.monotonic()
steps = migrate_in_a_child()
took = time.monotonic() - began
new = look()
found = []
points = list(range(1, steps + 1, max(1, steps // 30)))
for at in sorted({*points, steps - 1, steps}):
    fresh()
    assert migrate_in_a_child(at=at) == 0
    found.append(look())
for number in range(10):
    fresh()
    migrate_in_a_child(seconds=took * (0.5 + number / 20))
    found.append(look())
migrate_in_a_child()
print(json.dumps({"steps": steps, "struck": len(found), "old": found.count(old), "new": found.count(new),
                  "differ": old != new, "after": look() == new}))
"""


def test_killed_at_every_step_it_is_the_old_database_or_the_new_one(tmp_path: Path) -> None:
    program, folder = tmp_path / "next", tmp_path / "data"
    folder.mkdir()
    shutil.copytree(ROOT / "storage", program / "storage", ignore=shutil.ignore_patterns("__pycache__"))
    (program / "storage" / "migrations" / "versions" / "next.py").write_text(_NEXT.format(before=migrate.known()))
    seed = tmp_path / "seed.db"
    with closing(sqlite3.connect(seed)) as connection:
        connection.executescript((OLD / "database-0001.sql").read_text())
    done = subprocess.run(
        [sys.executable, "-c", _STRIKE, str(seed), str(folder / "palabre.db")],
        env={**os.environ, "PYTHONPATH": f"{program}{os.pathsep}{ROOT}"},
        cwd=program,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["differ"]
    assert told["steps"] > 20
    assert told["old"] + told["new"] == told["struck"] > 25
    assert told["old"] >= 20, "none was struck half-way"
    assert told["after"], "what was struck is brought up to date by the next start"


def test_the_newest_revision_is_found_without_the_machinery() -> None:
    assert revisions.KNOWN[-1] == migrate.known()
