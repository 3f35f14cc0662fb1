"""Cross-signing: the account vouches for its device, or apps refuse to talk with it.

The one rule: keys that are there and are not ours are left alone. Somebody made them in another app; replacing them
would break what that person verified. The three private keys stay sealed beside the encryption keys.
https://spec.matrix.org/latest/client-server-api/#cross-signing
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import orjson
from Crypto.PublicKey import ECC
from Crypto.Signature import eddsa
from nio import Api
from unpaddedbase64 import encode_base64

from adapters.matrix.machine import Machine
from adapters.matrix.sharing import Refusal
from adapters.matrix.store import Store
from adapters.matrix.transport import CLIENT, Homeserver, Reply, path

log = logging.getLogger(__name__)

FILE = "signing.json"
_USES = {"master": "master_key", "self_signing": "self_signing_key", "user_signing": "user_signing_key"}


class Signer:
    """One Ed25519 key pair from its 32 secret bytes."""

    def __init__(self, seed: bytes) -> None:
        self._key = ECC.construct(curve="Ed25519", seed=seed)
        self.public = str(encode_base64(self._key.public_key().export_key(format="raw")))

    def sign(self, body: Mapping[str, Any]) -> str:
        """The signature of `body`, in the canonical form: https://spec.matrix.org/latest/appendices/#signing-json"""
        bare = {name: value for name, value in body.items() if name not in ("signatures", "unsigned")}
        signed = eddsa.new(self._key, "rfc8032").sign(Api.to_canonical_json(bare).encode())
        return str(encode_base64(signed))


def fresh_seeds() -> dict[str, bytes]:
    return {use: ECC.generate(curve="Ed25519").seed for use in _USES}


def public_keys(user: str, signers: Mapping[str, Signer]) -> dict[str, dict[str, Any]]:
    """What is published: each key with what it is for, the two lower ones signed by the master key."""
    keys: dict[str, dict[str, Any]] = {}
    for use, signer in signers.items():
        key = {"user_id": user, "usage": [use], "keys": {f"ed25519:{signer.public}": signer.public}}
        if use != "master":
            master = signers["master"]
            key["signatures"] = {user: {f"ed25519:{master.public}": master.sign(key)}}
        keys[_USES[use]] = key
    return keys


async def vouch(server: Homeserver, machine: Machine, store: Store, password: str | None) -> bool:
    """See to it that the device is signed by its account; False when that cannot be, which is logged and harms nothing
    but how apps show us. Raises `Unanswered` and `Refusal` when it may be tried again."""
    user = machine.user
    reply = await _ask(server, "POST", path("keys", "query"), {"device_keys": {user: []}})
    published = _of(reply, "master_keys", user)
    sealed = store.sealed(FILE)
    if published is not None and sealed is None:
        log.warning(
            "The account %s has cross-signing keys that were made in another app. Its device %s stays unsigned: verify "
            "it from that app, or reset the keys there and start again.",
            user,
            machine.device,
        )
        return False
    seeds = _read(sealed) if sealed is not None else fresh_seeds()
    if sealed is None:
        store.seal(FILE, orjson.dumps({use: seed.hex() for use, seed in seeds.items()}))
    signers = {use: Signer(seed) for use, seed in seeds.items()}
    master = signers["master"].public
    if published is not None and f"ed25519:{master}" not in _mapping(published.get("keys")):
        log.warning("The cross-signing keys of %s were replaced by another app; its device stays unsigned", user)
        return False
    if published is None and not await _publish(server, public_keys(user, signers), user, password):
        return False
    device = _of(reply, "device_keys", user)
    await _sign(server, machine, signers, _mapping((device or {}).get(machine.device)))
    return True


async def _publish(server: Homeserver, keys: Mapping[str, Any], user: str, password: str | None) -> bool:
    """The first keys of an account are taken without more ado; a server that asks for the password gets it."""
    address = path("keys", "device_signing", "upload")
    reply = await server.call("POST", address, keys)
    if reply.status == 401 and "flows" in reply.body and password:
        proof = {
            "type": "m.login.password",
            "identifier": {"type": "m.id.user", "user": user},
            "password": password,
            "session": reply.body.get("session"),
        }
        reply = await server.call("POST", address, {**keys, "auth": proof})
    if reply.status == 401 and "flows" in reply.body:
        log.warning(
            "The homeserver wants the password before it takes cross-signing keys: set PALABRE_MATRIX__PASSWORD once "
            "and start again. Until then apps show the device of %s as not verified.",
            user,
        )
        return False
    if not reply.ok:
        raise Refusal(reply)
    return True


async def _sign(server: Homeserver, machine: Machine, signers: Mapping[str, Signer], device: Mapping[str, Any]) -> None:
    """The account signs the device, and the device signs the account's master key."""
    user, signer = machine.user, signers["self_signing"]
    name = f"ed25519:{signer.public}"
    if name in _mapping(_mapping(device.get("signatures")).get(user)):
        return
    if _mapping(device.get("keys")).get(f"ed25519:{machine.device}") != machine.keys["ed25519"]:
        log.error("The homeserver shows another key for our device than ours; it is not signed")
        return
    bare = {field: value for field, value in device.items() if field not in ("signatures", "unsigned")}
    signed_device = {**bare, "signatures": {user: {name: signer.sign(bare)}}}
    master = public_keys(user, signers)["master_key"]
    signed_master = {**master, "signatures": machine.signed(master)}
    payload = {user: {machine.device: signed_device, signers["master"].public: signed_master}}
    reply = await _ask(server, "POST", f"{CLIENT}/keys/signatures/upload", payload)
    if failures := reply.body.get("failures"):
        log.warning("The homeserver did not take all signatures of our device: %s", str(failures)[:200])


def _read(sealed: bytes) -> dict[str, bytes]:
    return {use: bytes.fromhex(seed) for use, seed in orjson.loads(sealed).items()}


def _of(reply: Reply, what: str, user: str) -> Mapping[str, Any] | None:
    found = reply.body.get(what)
    mine = found.get(user) if isinstance(found, Mapping) else None
    return mine if isinstance(mine, Mapping) else None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


async def _ask(server: Homeserver, method: str, address: str, payload: Mapping[str, Any]) -> Reply:
    reply = await server.call(method, address, payload)
    if not reply.ok:
        raise Refusal(reply)
    return reply
