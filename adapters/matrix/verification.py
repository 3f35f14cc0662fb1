"""Who wants to verify us by pictures, read from the raw JSON. Pure.

The one rule: nothing is ever accepted. Two people compare pictures to know that nobody stands between them; a program
that says yes to all of them would vouch for whoever stands there. So it is declined (`declining`), in the way
that apps understand. Who wants to be sure compares the fingerprint that the operator publishes.
https://spec.matrix.org/latest/client-server-api/#device-verification
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

REQUEST = "m.key.verification.request"
_START = "m.key.verification.start"
_ALL = "m.key.verification."


@dataclass(frozen=True, slots=True)
class Asked:
    """Who wants to verify us: in a room (`id` is the event), or from one device to ours (`id` is their transaction)."""

    person: str
    id: str
    room: str = ""
    device: str = ""


def is_request(content: Any) -> bool:
    return isinstance(content, Mapping) and content.get("msgtype") == REQUEST


def is_of_verification(event: Any) -> bool:
    """Is this message to our device a part of a verification?"""
    kind = event.get("type") if isinstance(event, Mapping) else None
    return isinstance(kind, str) and kind.startswith(_ALL)


def asked_of_device(event: Mapping[str, Any]) -> Asked | None:
    """Who asks, where the message begins a verification; None for everything else and for nonsense."""
    content, person = event.get("content"), event.get("sender")
    if event.get("type") not in (REQUEST, _START) or not isinstance(content, Mapping) or not isinstance(person, str):
        return None
    id, device = content.get("transaction_id"), content.get("from_device")
    if not isinstance(id, str) or not isinstance(device, str) or not device or len(id) > 255:
        return None
    return Asked(person=person, id=id, device=device)
