"""Bring a database to the shape this Palabre knows, or refuse in a sentence.

The one rule: a migration runs in one transaction with foreign keys off, is checked before it commits, and an existing
file is copied beside itself first. With foreign keys on, rebuilding a parent table deletes its children's rows
(3 votes before, 0 after, in a test); half a migration must never remain. The rows of every table are counted before and
after: a table that would hold fewer undoes everything. Of several processes that start at once on PostgreSQL one does
it and the others wait.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, inspect, select, table
from sqlalchemy.exc import DatabaseError

from storage import locks, server
from storage.database import Broken, Database
from storage.revisions import too_new

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
        raise Broken(f"{database.name} is not a database, or it is damaged.") from error


def upgrade(database: Database) -> str | None:
    """Bring the database up to date. Returns the path of the copy made before, if one was made.

    Raises `TooNew` when a newer Palabre wrote it, `Broken` when it is not a database.
    """
    before = current(database)
    if before == known():
        return None
    revisions = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if before is not None and before not in revisions:
        raise too_new()
    copy = _copy(database, before) if before is not None else None
    _foreign_keys(database, on=False)
    try:
        with database.transaction() as connection:
            server.patiently(connection)
            locks.alone(connection, "migrations", "all")
            if MigrationContext.configure(connection).get_current_revision() == known():
                return copy  # another process was faster
            rows = _rows(connection)
            command.upgrade(_config(connection), "head")
            _refuse_losses(rows, _rows(connection))
            if connection.dialect.name == "sqlite":
                orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
                if orphans:
                    raise Broken(
                        f"The migration would leave {len(orphans)} rows without their parent; nothing was changed."
                    )
    finally:
        _foreign_keys(database, on=True)
    return copy


def _rows(connection: Connection) -> dict[str, int]:
    """How many rows each table holds."""
    return {
        name: int(connection.execute(select(func.count()).select_from(table(name))).scalar_one())
        for name in inspect(connection).get_table_names()
    }


def _refuse_losses(before: dict[str, int], after: dict[str, int]) -> None:
    for name, rows in before.items():
        left = after.get(name, 0)
        if left < rows:
            raise Broken(f"The migration would leave {left} of {rows} rows in the table {name}; nothing was changed.")


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
