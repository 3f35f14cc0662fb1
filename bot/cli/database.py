"""How a command reaches the consultations.

The one rule: one writer. What changes something is handed to the running service through its door beside the database;
only when none runs is it done here, under the same lock. Looking needs no lock.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from bot import backdoor
from bot.cli.group import fail, language, settings_now
from bot.config import Settings
from locales import tr


def database_path(settings: Settings) -> Path | None:
    prefix = "sqlite:///"
    url = settings.database.url
    return Path(url.removeprefix(prefix)) if url.startswith(prefix) and len(url) > len(prefix) else None


def perform(request: dict[str, Any]) -> dict[str, Any]:
    """Through the running service, else here under the same lock."""
    settings = settings_now()
    path = database_path(settings)
    reply = backdoor.ask(backdoor.door_of(path), request) if path is not None else None
    if reply is None:
        reply = _perform_here(settings, path, request)
    if "error" in reply:
        fail(reply["error"])
    return reply


def _perform_here(settings: Settings, path: Path | None, request: dict[str, Any]) -> dict[str, Any]:
    from bot.app import open_database
    from bot.clock import now_from
    from bot.road import Road
    from bot.scene import Rules

    def do() -> dict[str, Any]:
        database = open_database(settings)
        try:
            rules = Rules(lang=settings.locale, quiet=settings.quiet_hours, public_url=settings.public_url)
            road = Road(database, rules, now_from(settings.clock), alone=path is not None)
            return backdoor.perform(road, request)
        finally:
            database.close()

    if path is None:
        return do()
    try:
        with backdoor.only_one(path):
            return do()
    except backdoor.Taken:
        return {"error": tr(settings.locale, "Another Palabre works on {file} and does not answer.", file=path)}


def look(read: Callable[[Any, Any], Any]) -> Any:
    """Look into the database without changing it."""
    from bot.shelves import Flows
    from storage.database import Database
    from storage.revisions import require_known

    settings = settings_now()
    path = database_path(settings)
    if path is not None and not path.exists():
        fail(tr(settings.locale, "There is no database at {file} yet. Start with: palabre run", file=path))
    database = Database(settings.database.url, read_only=True)
    try:
        with database.transaction() as connection:
            require_known(connection)
            return read(connection, Flows())
    finally:
        database.close()


def named(connection: Any, id: str) -> Any:
    from storage import consultations

    run = consultations.get(connection, id)
    if run is None or run.state == consultations.INTERNAL:
        names = ", ".join(found.id for found in consultations.all_of(connection)) or "-"
        fail(tr(language(), "No consultation is called “{id}”. There are: {names}.", id=id, names=names))
    return run
