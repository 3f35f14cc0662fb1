"""The one character that no text may hold.

The one rule: the NUL character stays outside. PostgreSQL refuses a text that holds one, programs in C end a text at it,
and a database that was moved must say the same as before; so it is taken out of everything that arrives, whatever the
database. Nobody types it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import orjson

from adapters.base import Batch, Inbound, Place
from flows import events


def without_nul(arrived: Sequence[tuple[str, Batch]]) -> Sequence[tuple[str, Batch]]:
    """What arrived, without it."""
    if not any(_holds(item) for _name, batch in arrived for item in batch.items):
        return arrived
    return [(name, replace(batch, items=tuple(_cleaned(item) for item in batch.items))) for name, batch in arrived]


def _holds(item: Inbound) -> bool:
    named = "\0" in item.key or "\0" in item.person or "\0" in str(item.place)
    return named or b"\\u0000" in orjson.dumps(events.to_json(item.event))


def _cleaned(item: Inbound) -> Inbound:
    return replace(
        item,
        key=_without(item.key),
        person=_without(item.person),
        place=Place.parse(_without(str(item.place))),
        event=events.from_json(_without(events.to_json(item.event))),
    )


def _without(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, list | tuple):
        return [_without(one) for one in value]
    if isinstance(value, dict):
        return {name: _without(one) for name, one in value.items()}
    return value
