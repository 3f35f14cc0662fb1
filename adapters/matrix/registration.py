"""The registration file of an application service: what Palabre and the homeserver agree on.

The one rule: its two tokens open the account, so only the owner of the file may read it, and they are shown nowhere
else. The sender that the file names is nobody: a homeserver does not let the sender of a service read its keys, so the
account of the bot is the one account of the file's namespace.
https://spec.matrix.org/latest/application-service-api/#registration
"""

from __future__ import annotations

import os
import re
import secrets
import stat
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

_ACCOUNT = re.compile(r"@[a-z0-9._=/+-]+:[A-Za-z0-9.:\[\]-]+")


class RegistrationError(Exception):
    """The file cannot be used; says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """`as_token` opens the homeserver to us, `hs_token` opens us to the homeserver, which reaches us at `url`."""

    id: str
    url: str
    user: str
    as_token: str = field(repr=False)
    hs_token: str = field(repr=False)
    sender: str = "palabre-service"


def fresh(user: str, url: str) -> Registration:
    """A registration for the account `user`, with tokens of its own."""
    return of_tokens(user, url, secrets.token_urlsafe(48), secrets.token_urlsafe(48))


def of_tokens(user: str, url: str, as_token: str, hs_token: str) -> Registration:
    if not _ACCOUNT.fullmatch(user):
        raise RegistrationError("PALABRE_MATRIX__USER must be the whole name of the account, such as @palabre:ville.fr")
    name = user[1:].partition(":")[0]
    return Registration(
        id=name, url=checked_url(url), user=user, as_token=as_token, hs_token=hs_token, sender=f"{name}-service"
    )


def moved(kept: Registration, user: str, url: str) -> Registration:
    """The same tokens for another address; another account takes a registration of its own."""
    if kept.user != user:
        raise RegistrationError(
            f"The registration is for {kept.user}, but PALABRE_MATRIX__USER is {user}: put the file away first."
        )
    return replace(kept, url=checked_url(url))


def checked_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise RegistrationError(f"{url!r} is no web address; write one such as http://127.0.0.1:8080")
    return url.rstrip("/")


def text_of(registration: Registration) -> str:
    """The file. Nothing in it needs quoting but the pattern: a token has no sign that YAML takes for its own."""
    pattern = re.escape(registration.user).replace("'", "''")
    return (
        "# Palabre as an application service. Whoever reads this file can speak as the bot: keep it to its owner.\n"
        f"id: {registration.id}\n"
        f"url: {registration.url}\n"
        f'as_token: "{registration.as_token}"\n'
        f'hs_token: "{registration.hs_token}"\n'
        f"sender_localpart: {registration.sender}\n"
        "rate_limited: false\n"
        "namespaces:\n"
        "  users:\n"
        "    - exclusive: true\n"
        f"      regex: '{pattern}'\n"
        "  aliases: []\n"
        "  rooms: []\n"
    )


def write(file: Path, registration: Registration) -> None:
    """Readable by its owner alone from its first byte on; whole or not at all."""
    new = file.with_name(file.name + ".new")
    try:
        new.unlink(missing_ok=True)
        handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(text_of(registration))
        new.replace(file)
    except OSError as error:
        raise RegistrationError(f"{file} cannot be written: {error.strerror}") from None


def read(file: Path, user: str) -> Registration:
    """The registration of the account `user` in `file`; `RegistrationError` says what is wrong with it."""
    try:
        if os.name == "posix" and stat.S_IMODE(file.stat().st_mode) & 0o077:
            raise RegistrationError(f"{file} holds tokens and others can read it. Run: chmod 600 {file}")
        found = YAML(typ="safe", pure=True).load(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RegistrationError(f"{file} is not there: make it with `palabre matrix registration`.") from None
    except OSError as error:
        raise RegistrationError(f"{file} cannot be read: {error.strerror}") from None
    except (YAMLError, UnicodeDecodeError, RecursionError):
        raise RegistrationError(f"{file} is not in the form of a registration.") from None
    fields = found if isinstance(found, dict) else {}
    told = {name: fields.get(name) for name in ("id", "url", "as_token", "hs_token", "sender_localpart")}
    missing = [name for name, value in told.items() if not isinstance(value, str) or not value]
    if missing:
        raise RegistrationError(f"{file} is not in the form of a registration: {missing[0]} is missing.")
    if not _covers(fields, user):
        raise RegistrationError(
            f"{file} is not the registration of {user}: make one with `palabre matrix registration`, or mend "
            "PALABRE_MATRIX__USER."
        )
    return Registration(
        id=str(told["id"]),
        url=str(told["url"]).rstrip("/"),
        user=user,
        as_token=str(told["as_token"]),
        hs_token=str(told["hs_token"]),
        sender=str(told["sender_localpart"]),
    )


def _covers(fields: dict[str, Any], user: str) -> bool:
    """Is the account in the namespace of the service?"""
    namespaces = fields.get("namespaces")
    users = namespaces.get("users") if isinstance(namespaces, dict) else None
    patterns = [one.get("regex") for one in users if isinstance(one, dict)] if isinstance(users, list) else []
    try:
        return any(isinstance(pattern, str) and re.fullmatch(pattern, user) for pattern in patterns)
    except re.error:
        return False
