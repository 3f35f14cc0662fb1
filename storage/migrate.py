"""Bring a database to the shape this Palabre knows, or refuse in a sentence.

The one rule: a migration runs in one transaction with foreign keys off, is checked before it commits, and an existing
file is copied beside itself first. With foreign keys on, rebuilding a parent table deletes its children's rows
(3 votes before, 0 after, in a test); half a migration must never remain.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

from storage.database import Broken, Database, TooNew

_MIGRATIONS = Path(__file__).parent / "migrations"


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def known() -> str:
    """The newest revision this Palabre knows."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None
    return head


def current(database: Database) -> str | None:
    """The revision of the database; None when it is empty. `Broken` when the file is not a database."""
    try:
        with database.transaction() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    except DatabaseError as error:
        raise Broken(f"{database.path or database.url} is not a database, or it is damaged.") from error


def upgrade(database: Database) -> str | None:
    """Bring the database up to date. Returns the path of the copy made before, if one was made.

    Raises `TooNew` when a newer Palabre wrote it, `Broken` when it is not a database.
    """
    before = current(database)
    if before == known():
        return None
    revisions = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if before is not None and before not in revisions:
        raise TooNew(
            "This database was written by a newer version of Palabre. Install that version, or restore a backup."
        )
    copy = _copy(database, before) if before is not None else None
    _foreign_keys(database, on=False)
    try:
        with database.transaction() as connection:
            command.upgrade(_config(connection), "head")
            if connection.dialect.name == "sqlite":
                orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
                if orphans:
                    raise Broken(
                        f"The migration would leave {len(orphans)} rows without their parent; nothing was changed."
                    )
    finally:
        _foreign_keys(database, on=True)
    return copy


def _copy(database: Database, revision: str) -> str | None:
    if database.path is None or not database.path.exists():
        return None
    target = f"{database.path}.before-{known()}-from-{revision}"
    if not Path(target).exists():
        raw = database.engine.raw_connection()
        try:
            raw.cursor().execute("VACUUM INTO ?", (target,))
        finally:
            raw.close()
    return target


def _foreign_keys(database: Database, *, on: bool) -> None:
    if database.engine.dialect.name == "sqlite":
        raw = database.engine.raw_connection()
        try:
            raw.cursor().execute(f"PRAGMA foreign_keys = {'on' if on else 'off'}")
        finally:
            raw.close()
