"""A backup is one file that holds everything but the keys of Matrix: the database as it stood at one instant, the
photos that belong to it, and a page that says what is inside.

The one rule: a backup is whole or it is not there, and so is what is put back. Both are made in a room aside and then
renamed; what a killed one left in its room goes with the next one in the same folder. What is put back takes the place
of what is there, which is kept beside it.

The database inside is a SQLite file, also when the service works on PostgreSQL: it can be opened anywhere.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson

from adapters.web.drawer import NAMES
from bot.files import folder_of
from storage import migrate
from storage.copy import copy_to, whole
from storage.database import Broken, Database, Full, StorageError
from storage.moving import move
from storage.photos import referred
from storage.summing import Held, held

DATABASE, PAGE, PHOTOS = "palabre.db", "backup.json", "files/"
PLAIN = (".db", ".sqlite", ".sqlite3")
"""A name with such an ending is a copy of the database alone."""

ROOM, BUSY = ".palabre-", "busy"
"""What is made aside has a folder of such a name, with a file that is locked while somebody is at work in there."""

MOST_PAGE = 100_000
"""Bytes of the page that says what is inside."""

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """What is inside."""

    made: str
    palabre: str
    revision: str
    sha256: str
    held: Held
    photos: int


def make(database: Database, target: Path, at: datetime, progress: Progress) -> Backup:
    """Write a backup to `target`, which must not exist, while the service runs. Raises `StorageError`."""
    with _room(target.parent) as folder:
        copy, aside = folder / DATABASE, folder / "backup"
        os.close(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        _copied(database, copy, progress)
        backup = _packed(copy, aside, folder_of(database), at, progress, alone=target.suffix in PLAIN)
        try:
            os.link(aside, target)
        except FileExistsError:
            raise StorageError(f"{target} exists already.") from None
    return backup


@contextmanager
def _room(folder: Path) -> Iterator[Path]:
    """A folder for what is made aside, on the same disk; trouble with it is told in a sentence."""
    try:
        _tidy(folder)
        with TemporaryDirectory(prefix=ROOM, dir=folder) as made, (Path(made) / BUSY).open("w") as busy:
            with suppress(OSError):  # a disk that knows no locks: what is killed there stays
                fcntl.flock(busy, fcntl.LOCK_EX)
            yield Path(made)
    except OSError as error:
        raise Full(f"{folder.absolute()} cannot be written: {error.strerror or error}.") from error


def _tidy(folder: Path) -> None:
    """Remove rooms whose owner was killed: people's answers are in there, also of those who erase theirs later."""
    for room in folder.glob(f"{ROOM}*/"):
        try:
            with (room / BUSY).open("r+") as busy:
                fcntl.flock(busy, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:  # somebody is at work there, or has not begun
            continue
        shutil.rmtree(room, ignore_errors=True)


def _copied(database: Database, copy: Path, progress: Progress) -> None:
    if database.path is not None:
        copy_to(database.path, copy, lambda done, all_: progress("", done, all_))
        return
    target = Database(f"sqlite:///{copy}")
    try:
        move(database, target, progress)
    finally:
        target.close()


def _packed(copy: Path, aside: Path, photos: Path, at: datetime, progress: Progress, *, alone: bool) -> Backup:
    database = Database(f"sqlite:///{copy}")
    try:
        with database.transaction() as connection:
            inside, wanted = held(connection), _photos(referred(connection, "web:"), photos)
        revision = migrate.current(database) or ""
    finally:
        database.close()
    backup = Backup(
        made=at.isoformat(),
        palabre=version("palabre"),
        revision=revision,
        sha256=_sum(copy),
        held=inside,
        photos=0 if alone else len(wanted),
    )
    if alone:
        copy.replace(aside)
        return backup
    with os.fdopen(os.open(aside, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as out:
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
            archive.writestr(PAGE, orjson.dumps(asdict(backup), option=orjson.OPT_INDENT_2))
            archive.write(copy, DATABASE)
            for number, photo in enumerate(wanted, 1):
                with suppress(FileNotFoundError):  # erased in this very minute
                    archive.write(photo, PHOTOS + photo.name, zipfile.ZIP_STORED)
                progress("files", number, len(wanted))
        out.flush()
        os.fsync(out.fileno())
    return backup


def _photos(wanted: set[str], folder: Path) -> list[Path]:
    """The files of these photos, as far as they are here."""
    names = sorted(ref.removeprefix("web:") for ref in wanted)
    return [file for name in names if (file := folder / f"{name}.jpg").is_file()]


def _sum(file: Path) -> str:
    with file.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()


# --- Putting back ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Opened:
    """A backup laid out in a folder, checked, and brought to the shape that this Palabre knows."""

    database: Path
    photos: Path
    page: Backup | None


@contextmanager
def opened(backup: Path, beside: Path) -> Iterator[Opened]:
    """Lay a backup out in a folder that goes afterwards. Raises `StorageError` when it is none, or is damaged."""
    with _room(beside) as folder:
        database, photos = folder / DATABASE, folder / "files"
        photos.mkdir()
        page = _laid_out(backup, database, photos)
        if not whole(database):
            raise Broken(f"{backup} is not a backup of Palabre, or it is damaged.")
        there = Database(f"sqlite:///{database}")
        try:
            if migrate.current(there) is None:
                raise Broken(f"{backup} is not a backup of Palabre, or it is damaged.")
            copy = migrate.upgrade(there)
        finally:
            there.close()
        if copy is not None:
            Path(copy).unlink()
        yield Opened(database, photos, page)


def _laid_out(backup: Path, database: Path, photos: Path) -> Backup | None:
    if zipfile.is_zipfile(backup):
        return _unpacked(backup, database, photos)
    try:
        copy_to(backup, database)
    except Broken as error:
        raise Broken(f"{backup} is not a backup of Palabre, or it is damaged.") from error
    return None


def _unpacked(backup: Path, database: Path, photos: Path) -> Backup:
    try:
        with zipfile.ZipFile(backup) as archive:
            if archive.getinfo(PAGE).file_size > MOST_PAGE:
                raise ValueError("too long a page")
            found = orjson.loads(archive.read(PAGE))
            page = Backup(**{**found, "held": Held(**found["held"])})
            _refuse_too_much(archive, database.parent)
            _extract(archive, DATABASE, database)
            for name in archive.namelist():
                stem = name.removeprefix(PHOTOS).removesuffix(".jpg")
                if name == f"{PHOTOS}{stem}.jpg" and NAMES.fullmatch(stem):
                    _extract(archive, name, photos / f"{stem}.jpg")
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError, EOFError) as error:
        raise Broken(f"{backup} is not a backup of Palabre, or it is damaged.") from error
    if _sum(database) != page.sha256:
        raise Broken(f"{backup} is damaged: the database inside is not the one that was put there.")
    return page


def _refuse_too_much(archive: zipfile.ZipFile, folder: Path) -> None:
    size, free = sum(entry.file_size for entry in archive.infolist()), shutil.disk_usage(folder).free
    if size > free:
        raise Full(f"The backup needs {size // 1_000_000} MB in {folder.parent}, and {free // 1_000_000} MB are free.")


def _extract(archive: zipfile.ZipFile, name: str, target: Path) -> None:
    with archive.open(name) as source, os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as out:
        shutil.copyfileobj(source, out, 1 << 20)


def replace_file(found: Opened, path: Path, at: datetime) -> Path | None:
    """Put the database in the place of the one at `path`; where that one now is. One of them is there at any moment."""
    before = kept_name(path, at)
    there = path.exists()
    if there:
        _settle(path)
        os.link(path, before)
    for beside in ("-wal", "-shm"):
        with suppress(FileNotFoundError):
            path.with_name(path.name + beside).rename(before.with_name(before.name + beside))
    found.database.replace(path)
    return before if there else None


def kept_name(path: Path, at: datetime) -> Path:
    """A free name beside a file that is about to be replaced."""
    name, number = path.with_name(f"{path.name}.before-restore-{at:%Y%m%dT%H%M%S}"), 1
    while name.exists():
        name, number = name.with_name(f"{name.name.partition('+')[0]}+{number}"), number + 1
    return name


def _settle(path: Path) -> None:
    """Bring what is still in the write-ahead log into the file; where it is too damaged for that, both are kept."""
    database = None
    try:
        database = Database(f"sqlite:///{path}")
        raw = database.engine.raw_connection()
        raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        raw.close()
    except Exception:  # whatever is wrong with it, it is why somebody restores
        pass
    finally:
        if database is not None:
            database.close()


def put_photos(found: Opened, folder: Path, wanted: set[str]) -> int:
    """Bring back the photos that the restored database still refers to; how many."""
    some = _photos(wanted, found.photos)
    if some:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for photo in some:
        if not (folder / photo.name).exists():
            shutil.move(photo, folder / photo.name)
    return len(some)
