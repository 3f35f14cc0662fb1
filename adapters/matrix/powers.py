"""Who may do what in a room, by its power levels. Pure.

The one rule: what cannot be read gives no power. A level that is no number counts as one that nobody reaches.
https://spec.matrix.org/latest/client-server-api/#mroompower_levels and, for what a server lets through,
https://spec.matrix.org/latest/rooms/v11/#authorization-rules; since room version 12 those who created the room stand
above all levels: https://spec.matrix.org/latest/rooms/v12/
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from adapters.matrix.rooms import CREATORS_RULE, Room, level

LEVELS = "m.room.power_levels"
_NEVER = math.inf
_SPOKEN = ("m.room.message", "m.room.encrypted", "m.sticker", "m.reaction")


def power(room: Room, person: str) -> float:
    """The level of a person."""
    if person in room.creators and room.version.isdecimal() and int(room.version) >= CREATORS_RULE:
        return math.inf
    if room.power is None:
        return 100 if person in room.creators else 0
    own = _users(room.power).get(person, room.power.get("users_default", 0))
    found = level(own)
    return -math.inf if found is None else found


def rights(room: Room, me: str) -> frozenset[str]:
    """What of the acts of moderators we may do here to those who have less power than we do."""
    own, levels = power(room, me), room.power or {}
    events = levels.get("events")
    held = set()
    redaction = _least(events, "m.room.redaction", levels.get("events_default", 0))
    if own >= max(_least(levels, "redact", 50), redaction):
        held.add("delete")
    if own >= _least(events, LEVELS, _least(levels, "state_default", 50 if room.power is not None else 0)):
        held |= {"mute", "unmute"}
    if own >= _least(levels, "ban", 50):
        held.add("ban")
        if own >= _least(levels, "kick", 50):
            held.add("unban")
    return frozenset(held)


def silent(levels: Mapping[str, Any]) -> int:
    """The level below which nobody can say anything: one less than the least that saying something takes."""
    default = level(levels.get("events_default", 0)) or 0
    events = levels.get("events")
    said = [level(events.get(kind, default)) for kind in _SPOKEN] if isinstance(events, Mapping) else []
    return min([default, *(one for one in said if one is not None)]) - 1


def held_by(levels: Mapping[str, Any], person: str) -> Any:
    """The level that the room gives to this person by name; None where it gives none."""
    return _users(levels).get(person)


def with_level(levels: Mapping[str, Any], person: str, value: Any) -> dict[str, Any]:
    """The levels with another one for this person; None takes theirs away, so that they stand where everybody does."""
    users = {name: held for name, held in _users(levels).items() if name != person}
    if value is not None:
        users[person] = value
    return {**levels, "users": users}


def _users(levels: Mapping[str, Any]) -> Mapping[str, Any]:
    users = levels.get("users")
    return users if isinstance(users, Mapping) else {}


def _least(holder: Any, name: str, default: Any) -> float:
    """The level that something takes."""
    found = holder.get(name, default) if isinstance(holder, Mapping) else default
    if isinstance(found, float):
        return found
    number = level(found)
    return _NEVER if number is None else number
