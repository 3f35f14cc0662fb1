"""Logging in, once: `palabre matrix login`, or by itself at the first start when the password is known.

The one rule: **never log out, and never log in beside a device that is there**. A device holds keys that nobody else
has; each login makes a new one that can read nothing of what was sent before. When the server takes our token back, the
same device gets a new one.
https://spec.matrix.org/latest/client-server-api/#post_matrixclientv3login
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

from adapters.matrix import service
from adapters.matrix.machine import Machine
from adapters.matrix.settings import MatrixSettings
from adapters.matrix.store import Account, Store, StoreError
from adapters.matrix.transport import Homeserver, Reply, Unanswered, path

log = logging.getLogger(__name__)

DEVICE_NAME = "Palabre"


class LoginError(Exception):
    """The homeserver does not let us in; says why. `reply` is what it answered, if it did."""

    def __init__(self, sentence: str, reply: Reply | None = None) -> None:
        super().__init__(sentence)
        self.reply = reply


async def account_of(settings: MatrixSettings, store: Store, server: Homeserver) -> Account:
    """The device to work with: the one in the store, else the one in the settings, else a new one by password."""
    kept = store.account()
    if kept is not None:
        _same(settings, kept)
    if settings.registration is not None:
        return await _presented(settings, server, kept)
    if kept is not None:
        server.token = kept.token if not settings.access_token else settings.access_token
        return await _confirmed(replace(kept, token=server.token), settings, store, server)
    if settings.access_token:
        server.token = settings.access_token
        wanted = Account(
            homeserver=settings.homeserver, user=settings.user, device=settings.device_id or "", token=server.token
        )
        return await _confirmed(wanted, settings, store, server)
    if not settings.password:
        raise LoginError("The Matrix account is not logged in: run `palabre matrix login`.")
    return await _log_in(settings, server, None)


async def renew(settings: MatrixSettings, store: Store, server: Homeserver, account: Account) -> Account:
    """A new token for the same device, when the server no longer takes the old one."""
    if settings.registration is not None:
        return await _presented(settings, server, account)
    if not settings.password:
        raise LoginError(
            "The homeserver no longer accepts the access token of the bot. Run `palabre matrix login` (the device "
            "stays the same), or set PALABRE_MATRIX__ACCESS_TOKEN anew."
        )
    again = await _log_in(settings, server, account.device)
    store.keep_account(again)
    return again


async def _presented(settings: MatrixSettings, server: Homeserver, kept: Account | None) -> Account:
    """The device of an application service. The token of an earlier login stays where it is, for the day when somebody
    goes back to it."""
    assert settings.registration is not None
    wanted = kept.device if kept is not None else settings.device_id
    try:
        found = await service.present(server, settings.registration, wanted)
    except service.ServiceRefused as refused:
        raise LoginError(str(refused)) from None
    return replace(found, homeserver=settings.homeserver, token=kept.token if kept is not None else "")


async def _log_in(settings: MatrixSettings, server: Homeserver, device: str | None) -> Account:
    payload: dict[str, Any] = {
        "type": "m.login.password",
        "identifier": {"type": "m.id.user", "user": settings.user},
        "password": settings.password,
        "initial_device_display_name": DEVICE_NAME,
    }
    if device is not None:
        payload["device_id"] = device
    server.token = None
    reply = await server.call("POST", path("login"), payload)
    body = reply.body
    if not reply.ok:
        raise LoginError(f"The homeserver refuses the login of {settings.user} ({reply.sentence}).", reply)
    try:
        account = Account(
            homeserver=settings.homeserver,
            user=str(body["user_id"]),
            device=str(body["device_id"]),
            token=str(body["access_token"]),
        )
    except KeyError as missing:
        raise LoginError(f"The homeserver's answer to the login lacks {missing}.", reply) from None
    server.token = account.token
    log.info("Logged in as %s, device %s", account.user, account.device)
    return account


async def _confirmed(account: Account, settings: MatrixSettings, store: Store, server: Homeserver) -> Account:
    """The account as the server knows it. https://spec.matrix.org/latest/client-server-api/#get_matrixclientv3accountwhoami"""
    reply = await server.call("GET", path("account", "whoami"))
    if reply.status == 401:
        return await renew(settings, store, server, account)
    if not reply.ok:
        raise LoginError(f"The homeserver does not say who we are ({reply.sentence}).", reply)
    user, device = reply.body.get("user_id"), reply.body.get("device_id")
    if not isinstance(user, str) or not isinstance(device or account.device, str) or not (device or account.device):
        raise LoginError("The access token belongs to no device: use one from `palabre matrix login`.")
    found = replace(account, user=user, device=device or account.device)
    if account.device and found.device != account.device:
        raise StoreError(
            f"The access token belongs to device {found.device}, but the keys are those of {account.device}: "
            "set PALABRE_MATRIX__DEVICE_ID and PALABRE_MATRIX__ACCESS_TOKEN of the same login."
        )
    return found


def _same(settings: MatrixSettings, kept: Account) -> None:
    named = settings.user.removeprefix("@").partition(":")[0].lower()
    if named and named != kept.user.removeprefix("@").partition(":")[0].lower():
        raise StoreError(
            f"The folder {settings.store.absolute()} holds the keys of {kept.user}, but PALABRE_MATRIX__USER is "
            f"{settings.user}: set PALABRE_MATRIX__STORE to another folder."
        )
    if settings.device_id and settings.device_id != kept.device:
        raise StoreError(
            f"The folder {settings.store.absolute()} holds the keys of device {kept.device}, but "
            f"PALABRE_MATRIX__DEVICE_ID is {settings.device_id}."
        )


async def log_in(settings: MatrixSettings, *, new_device: bool = False) -> Account:
    """`palabre matrix login`: keep the account in the store. With `new_device` the old one's keys are set aside.
    Raises `StoreError` or `LoginError`."""
    store, server = Store(settings), Homeserver(settings.homeserver)
    try:
        store.open()
        if new_device:
            store.set_aside()
        kept = store.account()
        if kept is not None:
            _same(settings, kept)
        account = await _log_in(settings, server, kept.device if kept is not None else None)
        # The keys first: an account without them is a store that was lost.
        Machine(store.folder, account.user, account.device, store.key).close()
        store.keep_account(account)
        return account
    except Unanswered as problem:
        raise LoginError(f"{settings.homeserver} cannot be reached ({problem}).") from None
    finally:
        await server.close()
        store.close()
