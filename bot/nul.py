"""What no text may hold: the NUL character, and half of a character.

The one rule: both stay outside. PostgreSQL refuses a text that holds a NUL, programs in C end a text at it, and a
database that was moved must say the same as before; half a character cannot be written as UTF-8 by anybody. So a NUL is
taken out of everything that arrives and half a character is replaced, whatever the database and whatever the adapter:
one such text would stop the batch that it came with, and with it everybody. Nobody types either.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import orjson

from adapters.base import Batch, Inbound
from flows import events


def without_nul(arrived: Sequence[tuple[str, Batch]]) -> Sequence[tuple[str, Batch]]:
    """What arrived, without it."""
    if not any(_holds(item) for _name, batch in arrived for item in batch.items):
        return arrived
    return [(name, replace(batch, items=tuple(_cleaned(item) for item in batch.items))) for name, batch in arrived]


def _holds(item: Inbound) -> bool:
    place = item.place
    try:
        written = orjson.dumps(
            [item.key, item.person, place.chat, place.thread, item.locale, events.to_json(item.event)]
        )
    except orjson.JSONEncodeError:
        return True
    return b"\\u0000" in written


def _cleaned(item: Inbound) -> Inbound:
    return replace(
        item,
        key=_without(item.key),
        person=_without(item.person),
        place=replace(item.place, chat=_without(item.place.chat), thread=_without(item.place.thread)),
        locale=_without(item.locale),
        event=events.from_json(_without(events.to_json(item.event))),
    )


def _without(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list | tuple):
        return [_without(one) for one in value]
    if isinstance(value, dict):
        return {name: _without(one) for name, one in value.items()}
    return value
