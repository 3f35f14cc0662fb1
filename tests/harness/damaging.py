"""Damage: what messengers and browsers send, with something wrong in it; and a road that takes what is left of it.

    Damage(seed)      wounds JSON values, texts and bytes; the same seed makes the same wounds
    Mill(url)         a road on a database: everything that was read is stored and thought about

The one rule: a wound may be anywhere and of any kind, and the seed tells it again: a test that fails prints the seed
(`told`) and the number of the case, and nothing else has an influence.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from adapters.base import Batch, Inbound
from bot import office
from bot.road import Road
from bot.scene import Rules
from flows import events
from flows.load import from_source
from storage import migrate
from storage.database import Database

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
_DEEP = "@deep:{}@"
"""Stands in a value for so many brackets, which no function that calls itself could write."""
_LONG = "@long@"
"""Stands for a whole number of five thousand digits, which Python itself does not read back."""
_WHOLE = (0, -1, 1, 2**31, 2**53 + 1, 2**63 - 1, 2**63, 2**64, -(2**63) - 1, 10**30, -(10**400))
_BROKEN = (0.5, -0.0, 1e308, float("nan"), float("inf"), float("-inf"))
_TEXTS = (
    "",
    " ",
    "\0",
    "a\0b",
    "\ud83d",
    "a\udc00b\ud800",
    "\ufeff/start",
    "\u202e\u2066\u200b",
    "777000",
    "true",
    "9" * 30,
    "/",
    "!",
    "$",
    "@",
    "/start " + "x" * 5_000,
    "é" * 20_000,
    "&lt;b&gt;<b>\r\n\x1b[31m\x07",
)
_HALVES = {"\0": "\0", "\ud83d": "\ud83d"}
_OTHERS = (None, True, False, [], {}, [[]], [None], {"": {}}, {"id": True}, [0, "", {}], _HALVES)
_DEPTHS = (40, 300, 500, 1_100, 20_000)


class Damage:
    """Wounds whatever it is given. Values are those of JSON; what comes out is a new one."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.dice = random.Random(seed)

    def wounded(self, value: Any) -> Any:
        """A copy with one to four wounds at any depth."""
        copy = json.loads(json.dumps(value))
        for _ in range(self.dice.choice((1, 1, 1, 2, 2, 3, 4))):
            copy = self._wound(copy)
        return copy

    def odd(self) -> Any:
        """A value that nobody expects."""
        kind = self.dice.randrange(8)
        if kind == 0:
            return self.dice.choice(_WHOLE)
        if kind == 1:
            return self.dice.choice(_BROKEN)
        if kind <= 4:
            return self.dice.choice(_TEXTS)
        if kind == 5 and self.dice.random() < 0.3:
            return self.dice.choice((_LONG, *map(_DEEP.format, _DEPTHS)))
        return json.loads(json.dumps(self.dice.choice(_OTHERS)))

    def written(self, value: Any) -> bytes:
        """As JSON, with what no writer of JSON would write."""
        text = json.dumps(value, ensure_ascii=self.dice.random() < 0.7)
        text = text.replace(json.dumps(_LONG), "9" * 5_000)
        for depth in _DEPTHS:
            opening, closing = ('{"a":', "}") if depth == 300 else ("[", "]")
            text = text.replace(json.dumps(_DEEP.format(depth)), opening * depth + "0" + closing * depth)
        return text.encode("utf-8", "surrogatepass")

    def torn(self, data: bytes) -> bytes:
        """Bytes as no honest sender makes them: cut, flipped, in another encoding, twice, or nothing at all."""
        dice = self.dice
        match dice.randrange(9):
            case 0:
                return data[: dice.randrange(len(data) + 1)]
            case 1:
                return self.flipped(data)
            case 2:
                return data.decode("utf-8", "replace").encode("utf-16")
            case 3:
                return data.decode("utf-8", "replace").encode("latin-1", "replace")
            case 4:
                return b"\xef\xbb\xbf" + data
            case 5:
                return data + data
            case 6:
                return b"[" + data + b"]"
            case 7:
                return dice.randbytes(dice.randrange(200))
            case _:
                at = dice.randrange(len(data) + 1)
                return data[:at] + dice.choice((b"\0", b"\xff\xfe", b"\xc0\x80", b"\xed\xa0\x80", b"]" * 9)) + data[at:]

    def flipped(self, data: bytes, most: int = 4) -> bytes:
        """With some bits turned over."""
        found = bytearray(data)
        for _ in range(self.dice.randint(1, most) if found else 0):
            found[self.dice.randrange(len(found))] ^= 1 << self.dice.randrange(8)
        return bytes(found)

    def _wound(self, value: Any) -> Any:
        holders = [one for one in _walk(value) if one]
        if not holders or self.dice.random() < 0.02:
            return self.odd()
        holder = self.dice.choice(holders)
        at = self.dice.choice(sorted(holder, key=str)) if isinstance(holder, dict) else self.dice.randrange(len(holder))
        match self.dice.randrange(10):
            case 0 | 1:
                del holder[at]
            case 2 | 3 | 4:
                holder[at] = self.odd()
            case 5:
                holder[at] = _of_another_type(holder[at])
            case 6:
                holder[at] = [holder[at]]
            case 7:
                other = self.dice.choice(holders)
                holder[at] = json.loads(json.dumps(other))
            case 8 if isinstance(holder, dict):
                holder[self.dice.choice(("", "id", "type", "\0", "\ud83d", "at", "is_bot"))] = holder.pop(at)
            case 9 if isinstance(holder[at], str):
                holder[at] = self._text(holder[at])
            case _:
                holder[at] = {"0": holder[at]}
        return value

    def _text(self, text: str) -> str:
        at = self.dice.randrange(len(text) + 1)
        return text[:at] + self.dice.choice(("\0", "\ud83d", "\n", " ", "%", "/", "é", "")) + text[at + 1 :]


def _walk(value: Any) -> Iterator[Any]:
    """Every object and list in it."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict | list):
            yield one
            waiting += one.values() if isinstance(one, dict) else one


def _of_another_type(value: Any) -> Any:
    match value:
        case bool():
            return str(value)
        case int() | float():
            return str(value)
        case str():
            return int(value) if value.isascii() and value.isdecimal() and len(value) < 19 else [*value[:3]]
        case dict():
            return [*value.values()]
        case list():
            return {str(at): one for at, one in enumerate(value)}
        case _:
            return 0


@contextmanager
def told(seed: int, case: Callable[[], object]) -> Iterator[None]:
    """Says of a failure where it is found again."""
    try:
        yield
    except BaseException as problem:
        problem.add_note(f"damage of seed {seed}, case {case()}")
        raise


def sound(item: Inbound) -> None:
    """What every item must be, whatever it was read from: an event that the inbox gives back as it was."""
    assert item.key
    assert item.event.at.tzinfo is not None
    for text in (item.key, item.place.chat, item.person, item.locale or ""):
        assert isinstance(text, str)
        text.encode()
    told_again = json.loads(json.dumps(events.to_json(item.event)).encode())
    assert events.from_json(told_again) == item.event


_FLOW = """\
palabre: 1
id: mobilite
lang: en
title: Getting around tomorrow
steps:
  - ask: mode
    text: How do you come to the centre?
    one_of: {velo: By bike, bus: By bus}
  - ask: idea
    text: An idea?
    short_text: true
    optional: true
  - end: thanks
    text: Thank you!
"""


class Mill:
    """The road on a database, with one consultation that is open."""

    def __init__(self, url: str) -> None:
        self.database = Database(url)
        migrate.upgrade(self.database)
        self.road = Road(self.database, Rules(lang="en", keeps=frozenset()), lambda: NOW)
        self._n = 0
        publication = office.Publication(flow=from_source(_FLOW), source=_FLOW, who="test", at_once=True)
        with self.database.transaction() as connection:
            scene = self.road.scene(connection)
            office.publish(scene, publication, "en")
            scene.flush()
        if self.database.path is not None:
            with self.database.engine.connect() as one:
                raw: Any = one.connection.dbapi_connection
            raw.execute("PRAGMA synchronous = off")  # nothing here is about power cuts

    def takes(self, adapter: str, items: Sequence[Inbound]) -> None:
        """Store them, as one batch, and think until nothing waits."""
        self._n += 1
        self.road.turn([(adapter, Batch(cursor=str(self._n), items=tuple(items)))])
        while self.road.think().events:
            pass

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with self.database.transaction() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(sql)]

    def fine(self) -> None:
        """Nothing was set aside, and nothing waits."""
        assert self.rows("SELECT key, reason FROM inbox WHERE state <> 'done'") == []
        assert self.rows("SELECT count(*) FROM lanes") == [(0,)]

    def close(self) -> None:
        self.database.close()
