"""What moderation asks of the world outside the database: what the messenger lets us do in a group.

The one rule: asking a messenger takes time, so it is asked when a card is drawn, never while an event is handled. What
it answered is remembered for the press that follows.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping

from adapters.base import Adapter, Place, SendError

_REMEMBERED = 1_000
WANTED = frozenset({"delete", "mute", "ban"})
"""What moderators do in a group."""


class Powers:
    """What we may do in groups: `delete`, `mute`, `ban` and their opposites."""

    def __init__(self) -> None:
        self._adapters: Mapping[str, Adapter] = {}
        self._known: OrderedDict[str, frozenset[str]] = OrderedDict()
        self._possible: dict[str, frozenset[str]] = {}

    def reach(self, adapters: Mapping[str, Adapter]) -> None:
        """These are the messengers to ask."""
        self._adapters = adapters

    def known(self, place: str) -> frozenset[str] | None:
        """What the messenger let us do there when it was last asked; None when it never was."""
        return self._known.get(place)

    def lacking(self, place: str) -> frozenset[str]:
        """What it did not let us do there when it was last asked."""
        known = self.known(place)
        return frozenset() if known is None else WANTED - known

    def impossible(self, place: str) -> frozenset[str]:
        """What nobody can let us do there: that kind of group does not know it."""
        return self.lacking(place) - self._possible.get(place, WANTED)

    async def ask(self, place: str) -> frozenset[str] | None:
        """Ask again. While the messenger gives no answer, the last one stands."""
        there = Place.parse(place)
        adapter = self._adapters.get(there.adapter)
        if adapter is None:
            return self.known(place)
        try:
            possible = adapter.capabilities(there).acts
            self._known[place] = await adapter.rights(there) & possible
        except SendError:
            return self.known(place)
        self._possible[place] = possible
        self._known.move_to_end(place)
        if len(self._known) > _REMEMBERED:
            forgotten, _acts = self._known.popitem(last=False)
            self._possible.pop(forgotten, None)
        return self._known[place]
