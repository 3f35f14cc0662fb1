"""Getting something back from the homeserver: an event that somebody refers to, the picture that somebody sent,
a small file.

The one rule: a reference names the event, never the key of the picture. Who redacts their message takes the picture
back, and what we keep of it opens nothing.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Mapping
from typing import Any

from nio.crypto.attachments import decrypt_attachment
from nio.exceptions import EncryptionError

from adapters.base import File, Refused
from adapters.matrix import reading
from adapters.matrix.device import Device
from adapters.matrix.machine import Forged, NoKey
from adapters.matrix.reading import MAX_FILE, Raw
from adapters.matrix.sharing import Refusal
from adapters.matrix.transport import Homeserver, Unanswered, path
from adapters.pictures import MAX_BYTES, fetched

log = logging.getLogger(__name__)

_NOT_THERE = (400, 403, 404)
_MXC = re.compile(r"mxc://([A-Za-z0-9\[][A-Za-z0-9.:\[\]-]{0,254})/([A-Za-z0-9_-]{1,255})")
"""With other signs in it, an address could lead out of the media repository.
https://spec.matrix.org/latest/client-server-api/#matrix-content-mxc-uris
https://spec.matrix.org/latest/appendices/#server-name"""
FILE_SECONDS = 20.0
"""For which a small file may take; others who write to us wait as long."""


async def event_of(device: Device, room: str, event: str) -> Raw | None:
    """The event, opened where it is encrypted; None when it is not there, or closed to us. Raises Refusal, Unanswered.
    https://spec.matrix.org/latest/client-server-api/#get_matrixclientv3roomsroomideventeventid"""
    reply = await device.server.call("GET", path("rooms", room, "event", event))
    if not reply.final:
        raise Refusal(reply)
    found: Raw = reply.body
    if not reply.ok or found.get("event_id") != event or found.get("room_id", room) != room:
        return None
    if found.get("type") != reading.ENCRYPTED or "state_key" in found:
        return found
    try:
        return device.machine.decrypt(found, room)
    except (NoKey, Forged):
        return None


async def picture(device: Device, server: Homeserver, ref: str) -> File:
    """The picture of a message. Raises Refused, Refusal, Unanswered."""
    room, event = reading.photo_of(ref)
    found = await event_of(device, room, event)
    content = found.get("content") if found is not None else None
    if not isinstance(content, Mapping) or content.get("msgtype") != "m.image":
        raise Refused("the picture was taken away, or cannot be read")
    return await fetched(await _data(server, content, MAX_BYTES))


async def flow_file(server: Homeserver, content: Raw) -> str:
    """The text of a small file; empty when it cannot be had now. It is said to us, so that reading waits for it, but
    not for long: whoever sent it is asked to send it again."""
    try:
        async with asyncio.timeout(FILE_SECONDS):
            return (await _data(server, content, MAX_FILE)).decode("utf-8-sig")
    except (Refused, Refusal, Unanswered, TimeoutError, UnicodeDecodeError) as problem:
        log.info("A file cannot be read (%s)", type(problem).__name__)
        return ""


async def _data(server: Homeserver, content: Raw, most: int) -> bytes:
    """What a message carries beside its words, opened where it is encrypted."""
    sealed = content.get("file")
    address = sealed.get("url") if isinstance(sealed, Mapping) else content.get("url")
    data = await _download(server, address, most)
    return _opened(data, sealed) if isinstance(sealed, Mapping) else data


async def _download(server: Homeserver, address: Any, most: int) -> bytes:
    """https://spec.matrix.org/latest/client-server-api/#get_matrixclientv1mediadownloadservernamemediaid and, on
    servers older than it, the way before."""
    known = _MXC.fullmatch(address) if isinstance(address, str) else None
    if known is None:
        raise Refused("the picture has no address")
    host, name = known.groups()
    for version in ("/_matrix/client/v1/media", "/_matrix/media/v3"):
        reply, data = await server.download(version, host, name, most)
        if reply.ok:
            if len(data) > most:
                raise Refused("the picture is too large")
            return data
        if reply.status not in _NOT_THERE:
            raise Refusal(reply)
    raise Refused(reply.sentence)


def _opened(data: bytes, sealed: Mapping[str, Any]) -> bytes:
    """https://spec.matrix.org/latest/client-server-api/#sending-encrypted-attachments"""
    try:
        opened: bytes = decrypt_attachment(
            data, str(sealed["key"]["k"]), str(sealed["hashes"]["sha256"]), str(sealed["iv"])
        )
    except (EncryptionError, KeyError, TypeError, ValueError) as problem:
        raise Refused(f"the picture cannot be opened ({type(problem).__name__})") from None
    return opened
