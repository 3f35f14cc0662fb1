"""Which shape a database has, found without loading the machinery that changes shapes.

The one rule: whoever only looks never guesses. A database of another shape than this Palabre knows is refused with a
sentence, before a query fails on a column that is not there (or, worse, does not fail).
"""

from __future__ import annotations

import re
from pathlib import Path

from sqlalchemy import Connection, inspect

from storage.database import StorageError, TooNew

_FILES = Path(__file__).parent / "migrations" / "versions"
_NAMED = re.compile(r".+_(\d{4})\.py")

KNOWN = sorted(name[1] for file in _FILES.iterdir() if (name := _NAMED.fullmatch(file.name)))
"""Every revision this Palabre knows, the newest last: the number is part of the file's name."""


def found(connection: Connection) -> str | None:
    """The revision of a database; None when it has no tables yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return revision


def too_new() -> TooNew:
    return TooNew("This database was written by a newer version of Palabre. Install that version, or restore a backup.")


def require_known(connection: Connection) -> None:
    """`TooNew` for a database that a newer Palabre wrote; a sentence for one that was not brought up to date yet."""
    revision = found(connection)
    if revision is not None and revision not in KNOWN:
        raise too_new()
    if revision != KNOWN[-1]:
        raise StorageError("This database has the shape of an older Palabre. Run: palabre migrate")
