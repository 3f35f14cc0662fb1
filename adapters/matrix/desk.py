"""What must not be forgotten between two readings and is nobody's business but ours, in one small SQLite file.

    waiting      events whose key is not here yet, and later words of the same person in their order
    invites      invitations that were not answered yet; a homeserver tells each of them once
    reactions    what was put on our messages: when it is taken away, the platform no longer says what it was
    polls        polls of Matrix's own that we hung, and the card that each belongs to
    answers      responses to them: who redacts their latest one goes back to the one before it
    moves        rooms that were replaced by others which we could not join yet
    deserted     rooms where nobody is left but us, to be left as well
    notes        one line each: where a new account begins to read

The one rule: what must outlive the cursor is written before a batch is handed out; what the batch settles is taken away
only after it was stored.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from adapters.matrix.reading import Raw

_TABLES = """
CREATE TABLE IF NOT EXISTS waiting (
    event TEXT PRIMARY KEY, room TEXT NOT NULL, sender TEXT NOT NULL, session TEXT NOT NULL, raw BLOB NOT NULL,
    since_ms INTEGER NOT NULL, passed INTEGER NOT NULL DEFAULT 0, overtaken INTEGER NOT NULL DEFAULT 0,
    place INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS invites (room TEXT PRIMARY KEY, sender TEXT NOT NULL, direct INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS reactions (
    event TEXT PRIMARY KEY, room TEXT NOT NULL, sender TEXT NOT NULL, target TEXT NOT NULL, sign TEXT NOT NULL,
    at_ms INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS polls (
    event TEXT PRIMARY KEY, room TEXT NOT NULL, place TEXT NOT NULL, id TEXT NOT NULL, card TEXT NOT NULL,
    shown TEXT NOT NULL, over INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS answers (
    number INTEGER PRIMARY KEY, event TEXT NOT NULL UNIQUE, poll TEXT NOT NULL, sender TEXT NOT NULL,
    data TEXT NOT NULL, at_ms INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS moves (new TEXT PRIMARY KEY, old TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS deserted (room TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS notes (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One event that waits. `session` names the key that it needs, empty when it only keeps its turn. `passed` once
    its author was told; `overtaken` once they said something else since."""

    event: str
    room: str
    sender: str
    session: str
    raw: Raw
    since_ms: int
    passed: bool = False
    overtaken: bool = False

    @property
    def lane(self) -> tuple[str, str]:
        return self.room, self.sender


@dataclass(frozen=True, slots=True, kw_only=True)
class Hung:
    """A poll of Matrix's own: the event that started it, where, what its answers carry, the card beside it, what it
    shows (question, options and how many may be chosen, as JSON)."""

    event: str
    place: str
    id: str
    card: str
    shown: str
    over: bool = False


class Desk:
    def __init__(self, file: Path) -> None:
        self._connection = sqlite3.connect(file, isolation_level=None, timeout=10)
        file.chmod(0o600)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.executescript(_TABLES)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Everything in it at once."""
        if self._connection.in_transaction:
            yield
            return
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def close(self) -> None:
        self._connection.close()

    # What waits for a key

    def hold(self, held: Iterable[Held]) -> None:
        """Let events wait; those that wait already stay as they are."""
        self._connection.executemany(
            "INSERT OR IGNORE INTO waiting SELECT ?, ?, ?, ?, ?, ?, 0, 0, coalesce(max(place), 0) + 1 FROM waiting",
            [(one.event, one.room, one.sender, one.session, orjson.dumps(one.raw), one.since_ms) for one in held],
        )

    def held(self) -> list[Held]:
        """Everything that waits, in the order in which it came."""
        rows = self._rows(
            "SELECT event, room, sender, session, raw, since_ms, passed, overtaken FROM waiting ORDER BY place"
        )
        return [
            Held(
                event=event,
                room=room,
                sender=sender,
                session=session,
                raw=orjson.loads(raw),
                since_ms=since,
                passed=bool(passed),
                overtaken=bool(overtaken),
            )
            for event, room, sender, session, raw, since, passed, overtaken in rows
        ]

    def settle(self, gone: Iterable[str], passed: Iterable[str], overtaken: Iterable[str]) -> None:
        for statement, names in (
            ("DELETE FROM waiting WHERE event = ?", gone),
            ("UPDATE waiting SET passed = 1 WHERE event = ?", passed),
            ("UPDATE waiting SET overtaken = 1 WHERE event = ?", overtaken),
        ):
            self._connection.executemany(statement, [(name,) for name in names])

    # Invitations

    def invite(self, room: str, sender: str, direct: bool) -> None:
        self._connection.execute("INSERT OR REPLACE INTO invites VALUES (?, ?, ?)", (room, sender, direct))

    def invites(self) -> list[tuple[str, str, bool]]:
        return [(room, sender, bool(direct)) for room, sender, direct in self._rows("SELECT * FROM invites")]

    def answered_invite(self, room: str) -> None:
        self._connection.execute("DELETE FROM invites WHERE room = ?", (room,))

    # Reactions

    def react(self, event: str, room: str, sender: str, target: str, sign: str, at_ms: int) -> None:
        row = (event, room, sender, target, sign, at_ms)
        self._connection.execute("INSERT OR IGNORE INTO reactions VALUES (?, ?, ?, ?, ?, ?)", row)

    def reaction(self, event: str, room: str, sender: str) -> tuple[str, str] | None:
        """(message, sign) of a reaction of `sender`."""
        query = "SELECT target, sign FROM reactions WHERE event = ? AND room = ? AND sender = ?"
        found = self._rows(query, event, room, sender)
        return (found[0][0], found[0][1]) if found else None

    def forget_reactions(self, before_ms: int) -> None:
        self._connection.execute("DELETE FROM reactions WHERE at_ms < ?", (before_ms,))
        self._connection.execute("DELETE FROM answers WHERE at_ms < ?", (before_ms,))

    # Polls

    def hang_poll(self, hung: Hung, room: str) -> None:
        row = (hung.event, room, hung.place, hung.id, hung.card, hung.shown, hung.over)
        self._connection.execute("INSERT OR IGNORE INTO polls VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    def poll(self, event: str, room: str) -> Hung | None:
        return self._hung("event = ? AND room = ?", event, room)

    def poll_in(self, place: str, id: str) -> Hung | None:
        """The newest poll of this kind in a place."""
        return self._hung("place = ? AND id = ? ORDER BY rowid DESC", place, id)

    def polls_in(self, place: str, id: str) -> int:
        return int(self._rows("SELECT count(*) FROM polls WHERE place = ? AND id = ?", place, id)[0][0])

    def poll_beside(self, event: str, card: str) -> None:
        self._connection.execute("UPDATE polls SET card = ? WHERE event = ?", (card, event))

    def poll_over(self, event: str) -> None:
        self._connection.execute("UPDATE polls SET over = 1 WHERE event = ?", (event,))

    def _hung(self, where: str, *values: str) -> Hung | None:
        found = self._rows(f"SELECT event, place, id, card, shown, over FROM polls WHERE {where} LIMIT 1", *values)
        if not found:
            return None
        event, place, id, card, shown, over = found[0]
        return Hung(event=event, place=place, id=id, card=card, shown=shown, over=bool(over))

    def answered(self, event: str, poll: str, sender: str, data: str, at_ms: int) -> None:
        self._connection.execute(
            "INSERT OR IGNORE INTO answers (event, poll, sender, data, at_ms) VALUES (?, ?, ?, ?, ?)",
            (event, poll, sender, data, at_ms),
        )

    def unanswered(self, event: str) -> None:
        self._connection.execute("DELETE FROM answers WHERE event = ?", (event,))

    def answered_poll(self, event: str, sender: str) -> str | None:
        """The poll that a response of `sender` is about."""
        found = self._rows("SELECT poll FROM answers WHERE event = ? AND sender = ?", event, sender)
        return str(found[0][0]) if found else None

    def answers(self, poll: str, sender: str) -> dict[str, str]:
        """Somebody's responses to a poll, in the order in which they came: what each carries."""
        query = "SELECT event, data FROM answers WHERE poll = ? AND sender = ? ORDER BY number"
        return dict(self._rows(query, poll, sender))

    # Rooms that moved

    def moving(self, old: str, new: str) -> None:
        self._connection.execute("INSERT OR REPLACE INTO moves VALUES (?, ?)", (new, old))

    def moves(self) -> dict[str, str]:
        """New room -> the one that it replaces."""
        return dict(self._rows("SELECT new, old FROM moves"))

    def moved(self, new: str) -> None:
        self._connection.execute("DELETE FROM moves WHERE new = ?", (new,))

    # Rooms to leave

    def desert(self, room: str) -> None:
        self._connection.execute("INSERT OR IGNORE INTO deserted VALUES (?)", (room,))

    def deserted(self) -> list[str]:
        return [room for (room,) in self._rows("SELECT room FROM deserted")]

    def left(self, room: str) -> None:
        self._connection.execute("DELETE FROM deserted WHERE room = ?", (room,))

    # Notes

    def note(self, name: str) -> str | None:
        found = self._rows("SELECT value FROM notes WHERE name = ?", name)
        return str(found[0][0]) if found else None

    def write_note(self, name: str, value: str | None) -> None:
        if value is None:
            self._connection.execute("DELETE FROM notes WHERE name = ?", (name,))
        else:
            self._connection.execute("INSERT OR REPLACE INTO notes VALUES (?, ?)", (name, value))

    def _rows(self, query: str, *values: object) -> list[Any]:
        return self._connection.execute(query, values).fetchall()
