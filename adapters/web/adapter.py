"""The web chat: a page of our own, spoken to by server-sent events.

The one rule: a page shows what is on the shelf, in its order, and nothing else. What a person says goes on the shelf
before it goes to the road, so that it stands above the answer; the page marks it as waiting until the road has stored
it, and sends it again under the same key when that failed.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from starlette.routing import BaseRoute

from adapters.base import (
    Action,
    Batch,
    Capabilities,
    File,
    Image,
    Inbound,
    Lacking,
    Later,
    Limit,
    Outgoing,
    Place,
    Refused,
    Sent,
)
from adapters.pictures import size_of
from adapters.web.drawer import NAMES, Drawer, MemoryDrawer, photo_address
from adapters.web.entries import image_json, image_place, part_json
from adapters.web.guard import Allowance
from adapters.web.intake import Intake
from adapters.web.routes import routes
from adapters.web.shelf import Shelf
from adapters.web.streams import Streams
from flows.events import Pressed, Said, Shared
from locales import LANGUAGES

NAME = "web"
_CAPABILITIES = Capabilities(
    max_text=4000,
    buttons=100,
    button_label=80,
    edit=True,
    media=frozenset({"image/png", "image/jpeg"}),
    ephemeral_note=True,
    idempotent_send=True,
    private_presses=True,
)
_IMAGE_ROOM = 2_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A consultation that the welcome offers; `closes` is a text ready to read, or empty."""

    id: str
    title: str
    summary: str = ""
    closes: str = ""


async def _no_invitations(lang: str) -> Sequence[Invitation]:
    return ()


async def _no_language(person: str) -> str | None:
    return None


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSettings:
    """`welcome` tells which consultations are open, `language` which language a person has chosen (None before they
    did). `title` stands in the page's header. `stored_within` is how long a request waits to be stored."""

    shelf: Shelf
    files: Drawer = field(default_factory=MemoryDrawer)
    welcome: Callable[[str], Awaitable[Sequence[Invitation]]] = _no_invitations
    language: Callable[[str], Awaitable[str | None]] = _no_language
    now: Callable[[], datetime] = _now
    title: str = "Palabre"
    locale: str = LANGUAGES[0]
    stored_within: float = 20.0
    heartbeat: float = 15.0
    burst: int = 30


class WebAdapter:
    """The adapter; its pages are in `routes`."""

    name = NAME
    received_anywhere = True
    """Pages speak to whichever process they reach."""

    def __init__(self, settings: WebSettings) -> None:
        self.settings = settings
        self.intake = Intake()
        self.streams = Streams(settings.shelf, heartbeat=settings.heartbeat)
        self.allowance = Allowance(burst=settings.burst)

    def capabilities(self, place: Place) -> Capabilities:
        return _CAPABILITIES

    def limits(self, place: Place) -> tuple[Limit, ...]:
        return ()

    def receive(self, cursor: str | None) -> AsyncIterator[Batch]:
        return self.intake.batches()

    async def send(self, out: Outgoing) -> Sent:
        entry = part_json(out.part)
        entry["at"] = self.settings.now().isoformat()
        if out.replaces is None:
            entry["kind"] = "message"
        else:
            entry |= {"kind": "edit", "of": out.replaces}
        if out.place.adapter != self.name:
            raise Refused(f"{out.place} is not a place of the web chat")
        try:
            if out.part.image is not None:
                await self._add_image(entry, out.part.image)
            number = await self.settings.shelf.put(str(out.place), out.key, entry)
        except Exception as error:
            # Putting the same key again is harmless, so whatever failed may be tried again.
            raise Later(2.0) from error
        self.streams.wake(str(out.place))
        return Sent(ref=out.replaces or str(number))

    async def act(self, action: Action) -> None:
        raise Refused("there are no groups in the web chat", lacking=Lacking.KIND)

    async def rights(self, place: Place) -> frozenset[str]:
        return frozenset()

    async def fetch(self, ref: str) -> File:
        adapter, _, name = ref.partition(":")
        known = adapter == self.name and NAMES.fullmatch(name)
        try:
            data = await self.settings.files.read(name) if known else None
        except Exception as error:
            raise Later(2.0) from error
        if data is None:
            raise Refused("there is no such photo, or it was taken away")
        return File(data=data, mime="image/jpeg")

    async def note(self, inbound_key: str, text: str) -> None:
        person, _, key = inbound_key.partition(":")
        self.streams.note(str(self.place(person)), {"key": key, "text": text})

    async def close(self) -> None:
        self.streams.close()

    def routes(self) -> list[BaseRoute]:
        """The chat page and what it talks to; `bot.server` mounts them."""
        return routes(self)

    def place(self, person: str) -> Place:
        return Place(self.name, person)

    def said(self, person: str, key: str, text: str, locale: str | None) -> Inbound:
        return self._inbound(person, key, Said(at=self.settings.now(), text=text), locale)

    def pressed(self, person: str, key: str, data: str, message: str | None, locale: str | None) -> Inbound:
        return self._inbound(person, key, Pressed(at=self.settings.now(), data=data, message=message), locale)

    async def show_mine(self, item: Inbound, entry: dict[str, Any]) -> None:
        """Put on the shelf what the person said or pressed, once for each key."""
        _, _, key = item.key.partition(":")
        shown = {"kind": "mine", "key": key, "at": item.event.at.isoformat(), **entry}
        await self.settings.shelf.put(str(item.place), item.key, shown)
        self.streams.wake(str(item.place))

    def shared(self, person: str, key: str, locale: str | None, **what: str) -> Inbound:
        """A photo or a place; `what` as in `flows.events.Shared`."""
        return self._inbound(person, key, Shared(at=self.settings.now(), **what), locale)

    def _inbound(self, person: str, key: str, event: Said | Pressed | Shared, locale: str | None) -> Inbound:
        return Inbound(
            key=f"{person}:{key}",
            place=self.place(person),
            person=person,
            event=event,
            private=True,
            locale=locale,
        )

    async def _add_image(self, entry: dict[str, Any], image: Image) -> None:
        """Keep the bytes once for everybody who is shown them: a drawing of ours on the shelf, somebody's photo in the
        drawer. What does not fit is told in its words."""
        if size_of(image.data) is None or len(image.data) > _IMAGE_ROOM:
            if image.alt:
                entry["body"] = [*entry["body"], {"p": [["plain", image.alt]]}]
            return
        digest = hashlib.sha256(image.data).hexdigest()
        if image.mime == "image/jpeg":
            await self.settings.files.put(digest[:32], image.data)
            entry["image"] = image_json(photo_address(digest[:32]), image.alt, image.data)
            return
        await self.settings.shelf.put(
            image_place(digest), "png", {"kind": "image", "base64": b64encode(image.data).decode()}
        )
        entry["image"] = image_json(f"/chat/image/{digest}.png", image.alt, image.data)
