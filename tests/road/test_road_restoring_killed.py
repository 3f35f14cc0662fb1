"""Backup and restore, killed whenever they touch a file: what is there is the old or the new, never something between,
never anybody who had erased their data; and what was left lying about goes with the next one."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot import backups
from bot.files import folder_of

pytestmark = pytest.mark.sqlite

PHOTO = "0123456789abcdef" * 2

_STRIKE = """
import json, os, shutil, signal, sqlite3, sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from bot import backups, restoring
from bot.scene import Rules
from storage.database import Database

seed, folder, act = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
TOUCHES = {"open", "sqlite3.connect", "os.mkdir", "os.rename", "os.link", "os.remove", "os.rmdir", "shutil.move"}

def silent(*_): pass

def make(): backups.make(Database(f"sqlite:///{folder}/palabre.db"), folder / "new.zip", NOW, silent)

def restore():
    current = Database(f"sqlite:///{folder}/palabre.db")
    restoring.restore(folder / "backup.zip", current, Rules(lang="en"), lambda: NOW, silent)

def in_a_child(work, at=0):
    # Killed before it touches a file for that time; how often it did where nobody killed it.
    read, write = os.pipe()
    child = os.fork()
    if not child:
        seen = []
        def touched(event, arguments):
            if event in TOUCHES and str(folder) in str(arguments[0]):
                seen.append(event)
                if len(seen) == at:
                    os.kill(os.getpid(), signal.SIGKILL)
        sys.addaudithook(touched)
        try:
            work()
            os.write(write, str(len(seen)).encode())
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read) as said:
        touches = said.read()
    os.waitpid(child, 0)
    return int(touches or 0)

def fresh():
    shutil.rmtree(folder)
    shutil.copytree(seed, folder)

def people(file):
    with closing(sqlite3.connect(file)) as c:
        assert c.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return sorted(row[0] for row in c.execute("SELECT identity FROM identities"))

def inside(file):
    if not file.exists():
        return None
    shutil.copy(file, folder / "look.zip")
    try:
        with backups.opened(folder / "look.zip", seed.parent) as found:
            return people(found.database)
    finally:
        (folder / "look.zip").unlink()

def about(): return sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())

work = {"make": make, "restore": restore}[act]
fresh()
touches = in_a_child(work)
assert touches, "it ends when nobody kills it"
points = sorted({*range(1, touches + 1, max(1, touches // 25)), *range(max(1, touches - 12), touches + 1)})
told = {"touches": touches, "whole": about(), "struck": []}
for at in points:
    fresh()
    assert in_a_child(work, at) == 0
    found = {"at": at, "left": about()}
    found["now"] = people(folder / "palabre.db") if act == "restore" else inside(folder / "new.zip")
    (folder / "new.zip").unlink(missing_ok=True)
    assert in_a_child(work), "and done once more"
    found |= {"then": people(folder / "palabre.db"), "after": about()}
    told["struck"].append(found)
print(json.dumps(told))
"""


@pytest.fixture
def seed(town: Any, tmp_path: Path) -> Path:
    """A folder with a database and an older backup: ana, who is in the backup, erased her data since, and cleo came."""
    id = town.publish()
    photos = folder_of(town.database)
    photos.mkdir(mode=0o700)
    (photos / f"{PHOTO}.jpg").write_bytes(b"jpeg")
    for person in ("ana", "ben"):
        town.says(person, f"/start {id}", "By bus")
    with town.database.transaction() as connection:
        connection.exec_driver_sql(
            "UPDATE sessions SET state = json_set(state, '$.photo', ?)"
            " WHERE participant = (SELECT participant FROM identities WHERE identity = 'web:ben')",
            (f"web:{PHOTO}",),
        )
    folder = tmp_path / "seed"
    folder.mkdir()
    backups.make(town.database, folder / "backup.zip", town.now, lambda *_: None)
    town.later(minutes=5)
    town.says("ana", "/erase yes")
    town.says("cleo", f"/start {id}", "By bike")
    town.database.close()
    shutil.copy(town.file, folder / "palabre.db")
    return folder


def strike(seed: Path, act: str) -> dict[str, Any]:
    folder = seed.with_name("struck")
    folder.mkdir()
    command = [sys.executable, "-c", _STRIKE, str(seed), str(folder), act]
    done = subprocess.run(command, cwd=seed, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_a_restore_killed_anywhere_leaves_the_old_or_the_new_and_nobody_comes_back(seed: Path) -> None:
    told = strike(seed, "restore")
    old, new = ["web:ben", "web:cleo"], ["web:ben"]
    assert {tuple(one["now"]) for one in told["struck"]} == {tuple(old), tuple(new)}
    for one in told["struck"]:
        assert one["then"] == new, one
        assert f"files/{PHOTO}.jpg" in one["left" if one["now"] == new else "after"], one
        assert [name for name in one["after"] if backups.ROOM in name] == [], one
        assert any("before-restore" in name for name in one["after"]), one
    assert any(backups.ROOM in name for one in told["struck"] for name in one["left"]), "something was left to tidy"


def test_a_backup_killed_anywhere_is_whole_or_not_there(seed: Path) -> None:
    told = strike(seed, "make")
    there = [one["now"] for one in told["struck"] if one["now"] is not None]
    assert 0 < len(there) < len(told["struck"]), "some were killed before it had its name, and some after"
    assert all(people == ["web:ben", "web:cleo"] for people in there)
    for one in told["struck"]:
        assert [name for name in one["after"] if backups.ROOM in name] == [], one
        assert "new.zip" in one["after"]
    assert any(backups.ROOM in name for one in told["struck"] for name in one["left"]), "something was left to tidy"
