"""How the account stands, for `palabre doctor`: asked, and nothing changed.

The one rule: nothing is made here. No login, no device, no key: a look at an account must be free of consequences, also
while the service works with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from adapters.matrix import powers
from adapters.matrix.machine import Machine
from adapters.matrix.rooms import Room
from adapters.matrix.service import ping
from adapters.matrix.settings import MatrixSettings
from adapters.matrix.sharing import Refusal
from adapters.matrix.store import KEYS, Store, StoreError
from adapters.matrix.transport import Homeserver, Reply, Unanswered, path

ROOMS = 50
"""Looked at; an account in more rooms than that is not asked about each of them."""

Keys = Literal["own", "foreign", "unpublished", "in use", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkup:
    """`version` is the newest of the specification that the homeserver speaks. `trouble` says why nothing further could
    be seen of the account, or of its `keys`. `signed` is about the device, None before it shows keys. `silenced` are
    rooms where we may not write. `pushing` says of an application service why it is not reached, "" when it is."""

    version: str
    user: str = ""
    device: str = ""
    trouble: str = ""
    keys: Keys = "none"
    key_trouble: str = ""
    fingerprint: str = ""
    signed: bool | None = None
    rooms: int = 0
    silenced: tuple[str, ...] = ()
    pushing: str | None = None


async def examine(settings: MatrixSettings) -> Checkup:
    """How things stand. Raises `Unanswered` and `Refusal` when the homeserver does not say."""
    server = Homeserver(settings.homeserver)
    try:
        return await _examine(settings, server)
    finally:
        await server.close()


async def _examine(settings: MatrixSettings, server: Homeserver) -> Checkup:
    version = _newest((await _ask(server, "GET", "/_matrix/client/versions")).body.get("versions"))
    store = Store(settings)
    try:
        kept = store.account()
    except StoreError as error:
        return Checkup(version=version, key_trouble=str(error))
    device = kept.device if kept is not None else settings.device_id
    if settings.registration is not None:
        server.token, server.acting = settings.registration.as_token, {"user_id": settings.registration.user}
    else:
        server.token = settings.access_token or (kept.token if kept is not None else None)
    if server.token is None or device is None:
        return Checkup(version=version)
    reply = await server.call("GET", path("account", "whoami"))
    if not reply.ok:
        return Checkup(version=version, device=device, trouble=reply.sentence or f"status {reply.status}")
    user = str(reply.body.get("user_id", ""))
    shown = (await _ask(server, "POST", path("keys", "query"), {"device_keys": {user: []}})).body
    published = _at(shown, "device_keys", user, device)
    keys, fingerprint, trouble = _compare(store, user, device, _at(published, "keys").get(f"ed25519:{device}"))
    rooms, silenced = await _rooms(server, user)
    return Checkup(
        version=version,
        user=user,
        device=device,
        keys=keys,
        key_trouble=trouble,
        fingerprint=fingerprint,
        signed=_signed(shown, published, user) if published else None,
        rooms=rooms,
        silenced=silenced,
        pushing=await _pushing(settings, server),
    )


def _compare(store: Store, user: str, device: str, shown: Any) -> tuple[Keys, str, str]:
    """What the keys in the folder are to the device, its fingerprint, and what is wrong with the folder."""
    fingerprint = spaced(shown) if isinstance(shown, str) else ""
    if not (store.folder / KEYS).exists() and not store.lost:
        return "none", fingerprint, ""
    try:
        store.open()
    except StoreError as error:
        return ("none", fingerprint, str(error)) if store.lost else ("in use", fingerprint, "")
    try:
        machine = Machine(store.folder, user, device, store.key)
        own = machine.keys["ed25519"]
        machine.close()
    except StoreError as error:
        return "none", fingerprint, str(error)
    finally:
        store.close()
    if shown is None:
        return "unpublished", spaced(own), ""
    return ("own" if own == shown else "foreign"), fingerprint, ""


def _signed(shown: Mapping[str, Any], device: Mapping[str, Any], user: str) -> bool:
    """Does the device carry the signature of the key with which the account signs its devices?"""
    signing = _at(shown, "self_signing_keys", user, "keys")
    return any(name in _at(device, "signatures", user) for name in signing)


async def _rooms(server: Homeserver, me: str) -> tuple[int, tuple[str, ...]]:
    """How many rooms we are in, and in which we may not write."""
    joined = (await _ask(server, "GET", path("joined_rooms"))).body.get("joined_rooms")
    ids = [one for one in joined if isinstance(one, str)] if isinstance(joined, list) else []
    silenced = []
    for id in ids[:ROOMS]:
        state = (await server.call("GET", path("rooms", id, "state"))).body.get("list")
        if isinstance(state, list) and not _may_write(Room.of(id, state), me):
            silenced.append(id)
    return len(ids), tuple(silenced)


def _may_write(room: Room, me: str) -> bool:
    return room.power is None or powers.power(room, me) > powers.silent(room.power)


async def _pushing(settings: MatrixSettings, server: Homeserver) -> str | None:
    if settings.registration is None:
        return None
    reply = await ping(server, settings.registration)
    return "" if reply.ok else reply.sentence or f"status {reply.status}"


def spaced(key: str) -> str:
    """A key as apps show it, to be compared by people."""
    return " ".join(key[at : at + 4] for at in range(0, len(key), 4))


def _newest(versions: Any) -> str:
    """v1.11 of v1.2, v1.11 and r0.6.1."""
    told = [one for one in versions if isinstance(one, str)] if isinstance(versions, list) else []
    return max(told, key=_numbers, default="")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.lstrip("vr").split(".") if part.isdecimal())


def _at(holder: Any, *names: str) -> Mapping[str, Any]:
    for name in names:
        holder = holder.get(name) if isinstance(holder, Mapping) else None
    return holder if isinstance(holder, Mapping) else {}


async def _ask(server: Homeserver, method: str, address: str, payload: Mapping[str, Any] | None = None) -> Reply:
    reply = await server.call(method, address, payload)
    if not reply.ok:
        raise Refusal(reply)
    return reply


__all__ = ["Checkup", "Refusal", "Unanswered", "examine", "spaced"]
