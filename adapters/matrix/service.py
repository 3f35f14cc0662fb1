"""Speaking as an application service: the account and its device, without a password, and being found.

The one rule: **one device, kept for ever**, as with a login. The service makes it once under a name of its own and
speaks for it in every call; its keys are in the store like those of any other.
https://spec.matrix.org/latest/application-service-api/#identity-assertion
"""

from __future__ import annotations

import asyncio
import logging
import secrets

from adapters.backoff import BackOff
from adapters.matrix.registration import Registration
from adapters.matrix.store import Account
from adapters.matrix.transport import Homeserver, Reply, Unanswered, path

log = logging.getLogger(__name__)

DEVICE_NAME = "Palabre"
_PING = "/_matrix/client/v1/appservice/{id}/ping"


class ServiceRefused(Exception):
    """The homeserver does not let the service speak; says why."""


async def present(server: Homeserver, registration: Registration, device: str | None) -> Account:
    """The account and its device, made where they are not there yet. Raises `ServiceRefused` and `Unanswered`."""
    server.token, server.acting = registration.as_token, {}
    await _register(server, registration)
    device = device or f"PALABRE{secrets.token_hex(4).upper()}"
    server.acting = {"user_id": registration.user}
    await _make_device(server, registration, device)
    server.acting = {"user_id": registration.user, "device_id": device}
    reply = await server.call("GET", path("account", "whoami"))
    if reply.body.get("device_id") != device or reply.body.get("user_id") != registration.user:
        raise ServiceRefused(
            f"The homeserver does not let the application service speak for a device ({_said(reply)}): it is too old "
            "for that. Use PALABRE_MATRIX__MODE=sync."
        )
    return Account(homeserver="", user=registration.user, device=device, token="")


async def _register(server: Homeserver, registration: Registration) -> None:
    """https://spec.matrix.org/latest/application-service-api/#server-admin-style-permissions"""
    wanted = {
        "type": "m.login.application_service",
        "username": registration.user[1:].partition(":")[0],
        "inhibit_login": True,
    }
    reply = await server.call("POST", path("register"), wanted)
    if reply.ok or reply.code == "M_USER_IN_USE":
        return
    if reply.status == 401 or reply.code == "M_UNKNOWN_TOKEN":
        raise ServiceRefused(
            "The homeserver does not know the application service of the registration file: name the file under "
            "app_service_config_files in homeserver.yaml, and start the homeserver again."
        )
    raise ServiceRefused(f"The homeserver does not give the account to the application service ({_said(reply)}).")


async def _make_device(server: Homeserver, registration: Registration, device: str) -> None:
    """A device that is there is found again, and nothing changes. Older homeservers make one by a login.
    https://spec.matrix.org/latest/application-service-api/#device-management"""
    reply = await server.call("PUT", path("devices", device), {"display_name": DEVICE_NAME})
    if reply.ok:
        return
    login = {
        "type": "m.login.application_service",
        "identifier": {"type": "m.id.user", "user": registration.user},
        "device_id": device,
        "initial_device_display_name": DEVICE_NAME,
    }
    if reply.status == 404:
        reply = await server.call("POST", path("login"), login)
    if not reply.ok:
        raise ServiceRefused(f"The homeserver gives the application service no device ({_said(reply)}).")


async def announce(server: Homeserver, registration: Registration, back_off: BackOff) -> None:
    """Have the homeserver find us, until it does: one that did not reach us for a while sends again only after minutes,
    unless it is told that we are back. https://spec.matrix.org/latest/application-service-api/#pinging"""
    while True:
        try:
            reply = await ping(server, registration)
        except Unanswered as problem:
            reply = Reply(503, {"error": str(problem)})
        if reply.ok:
            return
        if reply.status == 404 or reply.code == "M_UNRECOGNIZED":
            log.info("The homeserver cannot be asked whether it reaches us; it pushes when it does")
            return
        wait = back_off.wait()
        log.error("%s Trying again in %.0f s.", unreached(registration, reply), wait)
        await asyncio.sleep(wait)


async def ping(server: Homeserver, registration: Registration) -> Reply:
    """Whether the homeserver reaches us: it tries at once."""
    return await server.call("POST", _PING.format(id=registration.id), {"transaction_id": secrets.token_urlsafe(8)})


def unreached(registration: Registration, reply: Reply) -> str:
    return (
        f"The homeserver does not reach Palabre at {registration.url} ({_said(reply)}). What people write is read all "
        "the same; mend the address (`palabre matrix registration --url ...`), or what stands between."
    )


def _said(reply: Reply) -> str:
    return reply.sentence or f"status {reply.status}"
