"""What we know of a room: who is in it, whether it is encrypted, who administrates it. Pure.

The one rule: what cannot be read gives no rights. And a room that was encrypted once is encrypted for ever, whatever
anybody says later. https://spec.matrix.org/latest/client-server-api/#mroomencryption
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

HERE = frozenset({"join", "invite"})
CREATORS_RULE = 12
"""The room version since which creators have unlimited power: https://spec.matrix.org/latest/rooms/v12/"""
_WHOLE = re.compile(r"-?[0-9]{1,18}")
_ADMIN = 50
"""The level for changing a room's settings where the room does not say another.
https://spec.matrix.org/latest/client-server-api/#mroompower_levels (state_default)"""


@dataclass(slots=True)
class Room:
    """One room, from its state. `apply` takes each change of it."""

    id: str
    encrypted: bool = False
    members: dict[str, str] = field(default_factory=dict)
    power: Mapping[str, Any] | None = None
    creators: frozenset[str] = frozenset()
    version: str = "1"
    replaced_by: str | None = None
    algorithm: str = ""
    named: bool = False
    direct: bool = False
    """Somebody invited us to talk with them alone."""

    @staticmethod
    def of(id: str, state: Iterable[Any]) -> Room:
        room = Room(id)
        for event in state:
            room.apply(event)
        return room

    def apply(self, event: Any) -> None:
        """Take over one state event; what makes no sense changes nothing."""
        if not isinstance(event, Mapping) or not isinstance(event.get("state_key"), str):
            return
        content, key = event.get("content"), event["state_key"]
        if not isinstance(content, Mapping):
            return
        match event.get("type"):
            case "m.room.encryption":
                self.encrypted = True
                self.algorithm = str(content.get("algorithm", ""))
            case "m.room.member":
                self._member(key, content.get("membership"))
            case "m.room.power_levels":
                self.power = content
            case "m.room.create":
                self._created(event, content)
            case "m.room.name":
                self.named = isinstance(content.get("name"), str) and bool(content["name"].strip())
            case "m.room.tombstone":
                new = content.get("replacement_room")
                self.replaced_by = new if isinstance(new, str) and new else self.replaced_by
            case _:
                pass

    def _member(self, person: str, membership: Any) -> None:
        if isinstance(membership, str) and membership in HERE:
            self.members[person] = membership
        else:
            self.members.pop(person, None)

    def _created(self, event: Mapping[str, Any], content: Mapping[str, Any]) -> None:
        version, more = content.get("room_version", "1"), content.get("additional_creators", [])
        self.version = version if isinstance(version, str) else "1"
        first = event.get("sender")
        named = [one for one in (more if isinstance(more, list) else []) if isinstance(one, str)]
        self.creators = frozenset([first, *named] if isinstance(first, str) else named)

    def holds(self, person: str) -> bool:
        return self.members.get(person) == "join"

    def private_with(self, me: str) -> str | None:
        """The one other person of a chat between two, else None. Who is invited counts: they will read along. A room
        with a name is meant for more, even while there are only two, unless we were asked in to talk alone."""
        if len(self.members) != 2 or me not in self.members or (self.named and not self.direct):
            return None
        return next(person for person in self.members if person != me)

    def administrates(self, person: str) -> bool:
        """May this person change the room's settings?"""
        version = level(self.version)
        if version is not None and version >= CREATORS_RULE and person in self.creators:
            return True
        if self.power is None:
            return person in self.creators
        levels = self.power.get("users", {})
        if not isinstance(levels, Mapping):
            return False
        own = level(levels.get(person, self.power.get("users_default", 0)))
        least = level(self.power.get("state_default", _ADMIN))
        return own is not None and least is not None and own >= max(least, 1)


def level(value: Any) -> int | None:
    """A power level; old rooms may carry it as text. None when it is neither."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    return int(value) if isinstance(value, str) and _WHOLE.fullmatch(value.strip()) else None
