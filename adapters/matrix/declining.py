"""Verification by pictures, declined: apps are told at once, in the way that they understand, and stop waiting.

The one rule: an answer that asks for nothing. Whoever asks again and again gets no more than a few answers.
https://spec.matrix.org/latest/client-server-api/#mkeyverificationcancel
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from adapters.matrix.device import Device
from adapters.matrix.sharing import Refusal
from adapters.matrix.transport import path
from adapters.matrix.verification import Asked

_CANCEL = "m.key.verification.cancel"
_WHY = {"code": "m.unknown_method", "reason": "This account belongs to a program and cannot compare pictures."}
AT_ONCE = 20
"""Declined after one reading; whoever asks more often is not answered."""


async def decline(device: Device, asked: Iterable[Asked]) -> None:
    """Tell each of them. Declining twice is no harm. Raises `Refusal` and `Unanswered`."""
    for one in list(asked)[:AT_ONCE]:
        if one.room:
            await _decline_in_room(device, one)
        else:
            answer = {one.device: {**_WHY, "transaction_id": one.id}}
            await device.sharing.to_devices(_CANCEL, {one.person: answer})


async def _decline_in_room(device: Device, one: Asked) -> None:
    room = await device.room(one.room)
    kind, content = _CANCEL, {**_WHY, "m.relates_to": {"rel_type": "m.reference", "event_id": one.id}}
    if room.encrypted:
        content = await device.sharing.encrypt(room.id, room.members, kind, content)
        kind = "m.room.encrypted"
    txn = sha256(f"{_CANCEL} {one.id}".encode()).hexdigest()
    reply = await device.server.call("PUT", path("rooms", room.id, "send", kind, txn), content)
    if not reply.ok and not reply.final:
        raise Refusal(reply)
