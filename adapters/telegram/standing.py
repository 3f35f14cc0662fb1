"""What an update does not say and the road needs to know: does the writer of a command administrate the group, and what
is in a flow file that somebody sends.

The one rule: these questions are asked before the batch is handed over, each once and not for long. What Telegram does
not answer is taken for no: the command is refused with a sentence, the file is said not to have come through.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from adapters.base import Inbound
from adapters.telegram.reading import MAX_FILE, file_wanted
from adapters.telegram.transport import Lost, NotSent, Transport
from flows.events import Said, Shared

log = logging.getLogger(__name__)

SECONDS = 5.0
"""For which a batch waits for one of these answers."""
KNOWN_SECONDS = 60.0
KNOWN = 1_000
_ADMIN = frozenset({"creator", "administrator"})


class Standing:
    """Asks Telegram, and remembers for a minute who administrates what."""

    def __init__(self, transport: Transport, monotonic: Callable[[], float]) -> None:
        self._transport = transport
        self._monotonic = monotonic
        self._known: OrderedDict[tuple[str, str], tuple[float, bool]] = OrderedDict()

    async def complete(self, found: Sequence[tuple[Inbound, Mapping[str, Any]]]) -> tuple[Inbound, ...]:
        """The items of a batch, with what their updates do not say. Most have nothing to ask."""
        items = [item for item, _update in found]
        asked = [at for at, (item, update) in enumerate(found) if _asks(item, update)]
        if asked:
            for at, item in zip(
                asked, await asyncio.gather(*(self._complete(*found[at]) for at in asked)), strict=True
            ):
                items[at] = item
        return tuple(items)

    async def _complete(self, item: Inbound, update: Mapping[str, Any]) -> Inbound:
        event = item.event
        if isinstance(event, Said) and await self._is_admin(item.place.chat, item.person):
            return replace(item, event=replace(event, admin=True))
        if isinstance(event, Shared) and (file := file_wanted(update)) is not None:
            id, name = file
            return replace(item, event=replace(event, name=name, text=await self._read(id)))
        return item

    async def _is_admin(self, chat: str, person: str) -> bool:
        """https://core.telegram.org/bots/api#getchatmember"""
        known = self._known.get((chat, person))
        if known is not None and self._monotonic() - known[0] < KNOWN_SECONDS:
            return known[1]
        member = await self._ask("getChatMember", {"chat_id": int(chat), "user_id": int(person)})
        if member is None:
            return False
        status = member.get("status")
        admin = isinstance(status, str) and status in _ADMIN
        self._known[chat, person] = (self._monotonic(), admin)
        if len(self._known) > KNOWN:
            self._known.popitem(last=False)
        return admin

    async def _read(self, id: str) -> str:
        """The text of a file; empty when it cannot be had. https://core.telegram.org/bots/api#getfile"""
        file = await self._ask("getFile", {"file_id": id})
        path = file.get("file_path") if file else None
        if not isinstance(path, str):
            return ""
        try:
            data = await self._transport.download(path, MAX_FILE, seconds=SECONDS)
        except (NotSent, Lost) as problem:
            log.warning("A file could not be fetched (%s)", type(problem).__name__)
            return ""
        return data.decode("utf-8-sig", "replace")

    async def _ask(self, method: str, payload: Mapping[str, Any]) -> Mapping[str, Any] | None:
        try:
            reply = await self._transport.call(method, payload, seconds=SECONDS)
        except (NotSent, Lost) as problem:
            log.warning("%s was not answered (%s)", method, type(problem).__name__)
            return None
        result = reply.body.get("result") if reply.ok else None
        return result if isinstance(result, Mapping) else None


def _asks(item: Inbound, update: Mapping[str, Any]) -> bool:
    """Is there something to ask about this item?"""
    match item.event:
        case Said(text=text, unnamed=unnamed):
            return not item.private and not unnamed and text.startswith("/")
        case Shared(what="document"):
            return file_wanted(update) is not None
        case _:
            return False
