"""A disk whose power is cut: what a program wrote and did not sync is gone, or there in part.

    script = [...]                                 what a real connection executed, see `listen`
    tape = record(script, file)                    executed again, every write, sync and commit noted
    for disk in tape.cuts(...): disk.files(...)    what the disk holds after a cut at that moment

The one rule: nothing is promised for what was not synced. Of each file the disk keeps everything up to its last sync;
of what was written later it keeps nothing, or any of the sectors in any combination, as a real disk may.

How: SQLite asks its file layer (VFS) for everything that it does with files. The layer here hands all of it on to the
real one and notes it. It belongs to the SQLite that comes with apsw, because Python's own lets nobody in; the
statements, the settings and the order are those of the real connection, and what is left of the files is opened by
Python's own SQLite, as the service does after a real power cut.
"""

from __future__ import annotations

import hashlib
import random
import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import apsw

from storage.database import Database

SECTOR = 512
"""What a disk writes whole or not at all."""


# --- What was executed -----------------------------------------------------------------------------------------------


@contextmanager
def listen(database: Database) -> Iterator[list[str]]:
    """Every statement that the one connection executes, its values filled in, as SQLite itself tells them."""
    script: list[str] = []
    with database.engine.connect() as connection:
        raw: Any = connection.connection.dbapi_connection
    raw.set_trace_callback(script.append)
    try:
        yield script
    finally:
        raw.set_trace_callback(None)


# --- What reached the disk -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Write:
    file: str
    at: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Truncate:
    file: str
    size: int


@dataclass(frozen=True, slots=True)
class Sync:
    file: str


@dataclass(frozen=True, slots=True)
class Committed:
    """COMMIT came back: from here on people may be told."""


Step = Write | Truncate | Sync | Committed


@dataclass(slots=True)
class Disk:
    """What is safe, and what is only on its way."""

    safe: dict[str, bytes]
    coming: dict[str, list[Write | Truncate]] = field(default_factory=dict)
    commits: int = 0
    """How many COMMITs had come back when the power went."""

    def take(self, step: Step) -> None:
        match step:
            case Write() | Truncate():
                self.coming.setdefault(step.file, []).append(step)
            case Sync(file):
                self.safe[file] = _after(self.safe.get(file, b""), self.coming.pop(file, []))
            case Committed():
                self.commits += 1

    def files(self, dice: random.Random | None = None) -> dict[str, bytes]:
        """What is found afterwards: without `dice` only what is safe, with them also any of the rest."""
        if dice is None:
            return dict(self.safe)
        names = {*self.safe, *self.coming}
        found = {name: _after(self.safe.get(name, b""), _some(self.coming.get(name, []), dice)) for name in names}
        return {name: data for name, data in found.items() if data or name in self.safe}


def _after(data: bytes, steps: Iterable[Write | Truncate]) -> bytes:
    found = bytearray(data)
    for step in steps:
        match step:
            case Truncate(size=size):
                del found[size:]
                found.extend(bytes(size - len(found)))
            case Write(at=at, data=written):
                found.extend(bytes(max(0, at - len(found))))
                found[at : at + len(written)] = written
    return bytes(found)


def _some(steps: Iterable[Write | Truncate], dice: random.Random) -> Iterator[Write | Truncate]:
    """Any of the sectors that were written; the disk is free to write what comes later first."""
    for step in steps:
        if isinstance(step, Truncate):
            if dice.random() < 0.5:
                yield step
            continue
        start = 0
        while start < len(step.data):
            end = start + SECTOR - (step.at + start) % SECTOR
            if dice.random() < 0.5:
                yield Write(step.file, step.at + start, step.data[start:end])
            start = end


@dataclass(slots=True)
class Tape:
    """Everything that happened to the files, and what the database held after each commit."""

    base: Mapping[str, bytes]
    steps: list[Step] = field(default_factory=list)
    states: list[str] = field(default_factory=list)
    """The contents before the first commit, after the first, after the second ..."""

    def cuts(self, moments: Iterable[int]) -> Iterator[Disk]:
        """The disk when the power goes right before each of these steps, in their order."""
        disk, wanted = Disk(dict(self.base)), set(moments)
        for number, step in enumerate(self.steps):
            if number in wanted:
                yield disk
            disk.take(step)
        if len(self.steps) in wanted:
            yield disk

    @property
    def syncs(self) -> list[int]:
        """The moments right before and right after each sync, when what is safe changes."""
        found = {number for number, step in enumerate(self.steps) if isinstance(step, Sync)}
        return sorted(found | {number + 1 for number in found})

    def fits(self, state: str, commits: int) -> bool:
        """Is this what was there after so many commits, or after the one that was just coming back?"""
        return state in self.states[commits : commits + 2]


class _Layer(apsw.VFS):  # type: ignore[misc]
    """Hands everything on and notes it."""

    def __init__(self, steps: list[Step]) -> None:
        self.name = f"powercut-{secrets.token_hex(4)}"
        self._steps = steps
        super().__init__(self.name, "")

    def xOpen(self, name: Any, flags: list[int]) -> _File:
        return _File(self._steps, name, flags)


class _File(apsw.VFSFile):  # type: ignore[misc]
    def __init__(self, steps: list[Step], name: Any, flags: list[int]) -> None:
        super().__init__("", name, flags)
        self._steps = steps
        self._name = Path(name.filename() if isinstance(name, apsw.URIFilename) else name or "").name

    def xWrite(self, data: bytes, offset: int) -> None:
        super().xWrite(data, offset)
        self._steps.append(Write(self._name, offset, bytes(data)))

    def xTruncate(self, size: int) -> None:
        super().xTruncate(size)
        self._steps.append(Truncate(self._name, size))

    def xSync(self, flags: int) -> None:
        super().xSync(flags)
        self._steps.append(Sync(self._name))


def record(script: Iterable[str], file: Path, settings: Mapping[str, object]) -> Tape:
    """Execute `script` on `file`, which lies there closed and whole."""
    tape = Tape({file.name: file.read_bytes()})
    layer = _Layer(tape.steps)
    connection = apsw.Connection(str(file), vfs=layer.name)
    try:
        for name, value in settings.items():
            connection.execute(f"PRAGMA {name} = {value}").fetchall()
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as beside:
            tape.states.append(contents(beside))
            for statement in script:
                connection.execute(statement).fetchall()
                if statement.strip().upper() == "COMMIT":
                    tape.steps.append(Committed())
                    tape.states.append(contents(beside))
    finally:
        tape.steps = list(tape.steps)  # closing tidies up; the power is gone by then
        connection.close()
    return tape


def contents(connection: sqlite3.Connection) -> str:
    """Every row of every table, as one short mark."""
    mark = hashlib.sha256()
    connection.execute("BEGIN")
    tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    for (name,) in connection.execute(tables).fetchall():
        for row in sorted(map(repr, connection.execute(f'SELECT * FROM "{name}"'))):
            mark.update(f"{name}{row}\n".encode())
    connection.execute("COMMIT")
    return mark.hexdigest()
