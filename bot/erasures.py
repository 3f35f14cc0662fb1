"""The list of erasures that stands beside the database and in no backup.

The one rule: what was erased is in the list before a backup can be put back. It is one line for each hash (see
`storage.erasures`), in a file that only the owner can read; written after the transaction that erased, and what a crash
kept from being written is written at the next start.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

import orjson

from storage import erasures
from storage.database import Database, Full, StorageError
from storage.erasures import Erased

KEPT = timedelta(days=366)
"""For which an erasure is remembered; a backup should not be kept for longer."""


def list_of(database: Database) -> Path:
    """Where the list stands: beside a SQLite file, else in the working directory."""
    return Path(f"{database.path}.erased") if database.path is not None else Path("palabre.erased")


def keep_beside(database: Database) -> None:
    """Carry what was erased since to the list."""
    with database.transaction() as connection:
        some = erasures.new(connection)
    if some:
        _append(list_of(database), some)
        with database.transaction() as connection:
            erasures.kept(connection, some)


def forget_old(database: Database, before_ms: int) -> None:
    """Let go of what is older than any backup may be, in both places."""
    with database.transaction() as connection:
        erasures.forget_old(connection, before_ms)
    file = list_of(database)
    some = read(file)
    left = [one for one in some if one.at_ms >= before_ms]
    if len(left) < len(some):
        aside = file.with_name(file.name + ".new")
        aside.unlink(missing_ok=True)
        _append(aside, left)
        aside.replace(file)


def remember(database: Database, known: Iterable[Erased]) -> None:
    """Put into the list what it does not hold yet."""
    held = {(one.key, one.hash) for one in read(list_of(database))}
    if missing := [one for one in known if (one.key, one.hash) not in held]:
        _append(list_of(database), missing)


def read(file: Path) -> list[Erased]:
    """What a list says; a last line that a crash cut off is left out."""
    try:
        lines = file.read_bytes().splitlines()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise StorageError(f"The list of erasures {file} cannot be read: {error.strerror}.") from error
    found = []
    for line in lines:
        try:
            found.append(Erased(**orjson.loads(line)))
        except (orjson.JSONDecodeError, TypeError):
            continue
    return found


def _append(file: Path, some: Iterable[Erased]) -> None:
    try:
        _write(file, some)
    except OSError as error:
        raise Full(f"The list of erasures {file} cannot be written: {error.strerror}.") from error


def _write(file: Path, some: Iterable[Erased]) -> None:
    opened = os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(opened, "r+b") as out:
        out.seek(0, os.SEEK_END)
        if out.tell() and _last_byte(out) != b"\n":
            out.write(b"\n")
        for one in some:
            line = {"key": one.key, "hash": one.hash, "kind": one.kind, "at_ms": one.at_ms}
            out.write(orjson.dumps(line) + b"\n")
        out.flush()
        os.fsync(out.fileno())


def _last_byte(out: BinaryIO) -> bytes:
    out.seek(-1, os.SEEK_END)
    return out.read(1)
