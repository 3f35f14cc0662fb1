"""The office's back door: what the command line asks of the data, through the running service or without it.

The one rule: one program writes to a SQLite file. While the service runs, the command line hands its wish over a
socket beside the database that only the owner of the files can open; when it does not run, the command line does the
same thing itself, under the same lock.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from bot import office, replaying
from bot.mailings import stopping
from bot.office import OfficeError, Publication
from bot.road import Road
from bot.wording import hours
from flows.load import from_source
from locales import tr
from storage import audit, consultations, mailings
from storage.database import Full
from storage.instants import ms

log = logging.getLogger(__name__)

_LONGEST = 1_000_000


class Taken(Exception):
    """Another Palabre already works on this database."""


@contextmanager
def only_one(database: Path) -> Iterator[None]:
    """Hold the database for this process; `Taken` when another one does."""
    try:
        file = open(f"{database}.lock", "w")  # noqa: SIM115 (closed below; only its opening may fail in a sentence)
    except OSError as error:
        raise Full(f"The database cannot be written: {error.strerror} ({database}).") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Taken(str(database)) from error
        yield


def door_of(database: Path) -> Path:
    return Path(f"{database}.sock")


async def open_door(path: Path, perform: Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]) -> None:
    """Answer requests, one JSON line each, until cancelled."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = orjson.loads(await reader.readline())
            reply = await perform(request)
        except Exception as error:
            reply = {"error": str(error) or type(error).__name__}
        writer.write(orjson.dumps(reply) + b"\n")
        await writer.drain()
        writer.close()

    path.unlink(missing_ok=True)
    mask = os.umask(0o177)
    try:
        server = await asyncio.start_unix_server(answer, _short(path), limit=_LONGEST)
    except OSError as error:
        log.error("the command line cannot reach this service: %s (%s)", error, path)
        return
    finally:
        os.umask(mask)
    try:
        async with server:
            await server.serve_forever()
    finally:
        path.unlink(missing_ok=True)


def _short(path: Path) -> str:
    """The shorter way to `path`: the system takes about a hundred bytes as the name of a socket."""
    return min(str(path), os.path.relpath(path), key=len)


def ask(path: Path, request: dict[str, Any], seconds: float = 30.0) -> dict[str, Any] | None:
    """Hand a wish to the running service; None when nobody opens."""
    if not path.exists():
        return None
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(seconds)
        try:
            line.connect(_short(path))
        except OSError:
            return None
        try:
            line.sendall(orjson.dumps(request) + b"\n")
            with line.makefile("rb") as answer:
                reply: dict[str, Any] = orjson.loads(answer.readline())
        except (OSError, orjson.JSONDecodeError):
            sentence = tr(
                request["lang"], "The running Palabre did not answer. Look with `palabre list` whether it was done."
            )
            return {"error": sentence}
    return reply


def perform(road: Road, request: dict[str, Any]) -> dict[str, Any]:
    """Do one thing in one transaction. The reply holds `error`, a sentence, when it cannot be done."""
    try:
        match request["do"]:
            case "publish":
                return _publish(road, request)
            case "close":
                return _close(road, request)
            case "replay" | "drop":
                return replaying.perform(road, request)
            case "broadcast":
                return _broadcast(road, request)
            case unknown:
                return {"error": f"nothing is called {unknown}"}
    except OfficeError as error:
        return {"error": str(error)}


def _broadcast(road: Road, request: dict[str, Any]) -> dict[str, Any]:
    with road.database.transaction() as connection:
        found = mailings.get(connection, request["id"])
        if found is None:
            raise OfficeError(tr(request["lang"], "Nothing that is sent has the number {n}.", n=request["id"]))
        stopping.change(connection, found, request["word"], "command line", ms(road.now()))
    return {"id": found.id}


def _publish(road: Road, request: dict[str, Any]) -> dict[str, Any]:
    flow = from_source(request["source"])
    asked = Publication(
        flow=flow,
        source=request["source"],
        who="command line",
        places=tuple(request["places"]),
        opens=_wall(request["opens"]),
        closes=_wall(request["closes"]),
        at_once=request["at_once"],
    )
    with road.database.transaction() as connection:
        scene = road.scene(connection)
        beside = office.running(connection, flow.id)
        consultation = office.publish(scene, asked, request["lang"])
        scene.flush()
    about = hours(consultation, request["lang"])
    link = f"{road.rules.public_url}/start/{consultation.id}"
    return {"id": consultation.id, "state": consultation.state, "hours": about, "link": link, "beside": beside}


def _wall(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _close(road: Road, request: dict[str, Any]) -> dict[str, Any]:
    with road.database.transaction() as connection:
        scene = road.scene(connection)
        found = consultations.get(connection, request["id"])
        if found is None or found.state != "open":
            raise OfficeError(tr(request["lang"], "No open consultation is called “{id}”.", id=request["id"]))
        now, why = ms(scene.now), str(request.get("reason", "")).strip()[:500]
        if found.closes_ms is not None and found.closes_ms > now and not why:
            sentence = tr(
                request["lang"],
                "People were told another hour, and will read your reason with the result: "
                'palabre close {id} --reason "..."',
                id=found.id,
            )
            raise OfficeError(sentence)
        audit.note(connection, at_ms=now, who="command line", act="close early", subject=found.id, detail=why)
        office.begin_closing(scene, found, why=why)
        scene.flush()
    return {"id": found.id, "state": "closing"}
