"""Flows by version, read from the database once and kept in memory, the sessions that were busy last, and the indexes
by which similar proposals are found.

The one rule: a session runs on the exact text it started with. A version is its content hash, so what is kept here
can never be out of date. A session is used again only when what the locked row says is, letter by letter, what this
process has read or written: whatever other processes did to it in the meantime is in that text.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from bot.contributions.similar import Indexes
from flows.flow import Flow, Window
from flows.load import from_source
from flows.session import Session
from storage import consultations
from storage.consultations import Consultation
from storage.database import Connection

SESSIONS = 2_000


class Flows:
    """The flows that are in use."""

    def __init__(self) -> None:
        self.sessions: dict[int, tuple[str, Session]] = {}
        self.gathers: dict[str, bool] = {}
        """Consultations that are known, and whether people put forward, judge or sign something in them. No correction
        of their wording changes that."""
        self.indexes = Indexes()
        self._by_version: dict[str, Flow] = {}
        self._by_run: dict[tuple[str, str | None, str | None], Flow] = {}

    def remember(self, found: Iterable[tuple[int, tuple[str, Session]]]) -> None:
        """Keep sessions that were just committed, each beside its stored text, which says later whether it is still the
        latest."""
        self.sessions.update(found)
        while len(self.sessions) > SESSIONS:
            del self.sessions[next(iter(self.sessions))]

    def get(self, connection: Connection, version: str) -> Flow:
        """The flow with this content hash; KeyError when the database does not hold it."""
        flow = self._by_version.get(version)
        if flow is None:
            found = from_source(consultations.source(connection, version))
            flow = self._by_version[version] = replace(found, version=version)
        return flow

    def of(self, connection: Connection, run: Consultation, version: str | None = None) -> Flow:
        """The flow of a consultation, telling the hours of this run instead of those in the file."""
        key = (version or run.version, run.opens_wall, run.closes_wall)
        flow = self._by_run.get(key)
        if flow is None:
            written = self.get(connection, key[0])
            window = replace(
                written.window or Window(zone=run.zone), opens=_wall(run.opens_wall), closes=_wall(run.closes_wall)
            )
            flow = self._by_run[key] = replace(written, window=window)
        return flow


def _wall(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
