"""What only shows across messages: somebody who writes too fast, and the same text again and again.

The one rule: nothing is kept of what is read. Memory holds a keyed hash of a text's skeleton, who wrote it and when,
for so many texts and people at most; it is gone when the process stops. The time is that of the messages themselves, so
that what a messenger held while we were away is not taken for a flood.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import TypeVar

from flows.skeleton import words

PER_MINUTE = 10
"""Messages of one person in one place. A bucket of ten that fills again by one every six seconds."""
WINDOW_SECONDS = 600
SAME_BY_ONE = 3
SAME_BY_MANY = 4
SHORT = 4
"""Texts of fewer words are repeated by everybody: `ok, thanks`."""
MOST_PEOPLE, MOST_TEXTS, MOST_KEYS = 20_000, 5_000, 5_000


@dataclass(slots=True)
class _Bucket:
    tokens: float = PER_MINUTE
    at: float = 0.0
    warned: bool = False


@dataclass(slots=True)
class _Text:
    people: dict[str, list[float]] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)


class Crowd:
    """Sees each message of the watched places once."""

    def __init__(self, most_people: int = MOST_PEOPLE, most_texts: int = MOST_TEXTS) -> None:
        self._most_people, self._most_texts = most_people, most_texts
        self._secret = secrets.token_bytes(16)
        self._buckets: OrderedDict[tuple[str, str], _Bucket] = OrderedDict()
        self._texts: OrderedDict[tuple[str, bytes], _Text] = OrderedDict()
        self._keys: OrderedDict[tuple[str, str], tuple[str, ...]] = OrderedDict()

    def saw(self, place: str, person: str, text: str, at: datetime, *, key: str) -> tuple[str, ...]:
        """The codes `repeated` and `flood`, each told once when it begins: a moderator needs one card, not thirty. A
        message that the messenger hands over again, under the same `key`, is not counted again."""
        known = _recent(self._keys, (place, key), MOST_KEYS)
        if known is not None:
            return known
        seconds = at.timestamp()
        repeated, flood = self._repeats(place, person, text, seconds), self._floods(place, person, seconds)
        found = ("repeated",) * repeated + ("flood",) * flood
        self._keys[place, key] = found
        return found

    def __len__(self) -> int:
        return len(self._buckets) + len(self._texts) + len(self._keys)

    def _floods(self, place: str, person: str, seconds: float) -> bool:
        bucket = _recent(self._buckets, (place, person), self._most_people) or _Bucket(at=seconds)
        self._buckets[place, person] = bucket
        bucket.tokens = min(PER_MINUTE, bucket.tokens + max(0.0, seconds - bucket.at) * PER_MINUTE / 60)
        bucket.at = max(bucket.at, seconds)
        if bucket.tokens == PER_MINUTE:
            bucket.warned = False
        if bucket.tokens >= 1:
            bucket.tokens -= 1
            return False
        first = not bucket.warned
        bucket.warned = True
        return first

    def _repeats(self, place: str, person: str, text: str, seconds: float) -> bool:
        spoken = words(text)
        if len(spoken) < SHORT:
            return False
        digest = blake2b(" ".join(spoken).encode(), key=self._secret, digest_size=12).digest()
        seen = _recent(self._texts, (place, digest), self._most_texts) or _Text()
        self._texts[place, digest] = seen
        _forget_before(seen, seconds - WINDOW_SECONDS)
        seen.people.setdefault(person, []).append(seconds)
        del seen.people[person][:-SAME_BY_ONE]
        often = len(seen.people[person]) >= SAME_BY_ONE or len(seen.people) >= SAME_BY_MANY
        told = person in seen.told
        if often:
            seen.told.add(person)
        return often and not told


_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")


def _recent(kept: OrderedDict[_Key, _Value], key: _Key, most: int) -> _Value | None:
    """What is kept under `key`, as the latest; the oldest makes room for a new one."""
    if key in kept:
        kept.move_to_end(key)
        return kept[key]
    while len(kept) >= most:
        kept.popitem(last=False)
    return None


def _forget_before(seen: _Text, seconds: float) -> None:
    for person, times in list(seen.people.items()):
        recent = [at for at in times if at > seconds]
        if recent:
            seen.people[person] = recent
        else:
            del seen.people[person]
            seen.told.discard(person)
