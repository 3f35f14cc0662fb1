"""The Matrix account of the settings, and `palabre matrix login`."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from typing import TYPE_CHECKING

from pydantic import SecretStr

from adapters.base import Adapter
from bot.clock import Now
from bot.config import ConfigError, Settings

if TYPE_CHECKING:
    from adapters.matrix import MatrixSettings


def settings_of(settings: Settings, *, known: bool = False, password: str | None = None) -> MatrixSettings:
    """What the adapter needs. `known` says that the account was read before; `password` goes before the configured
    one. `ConfigError` names what is missing."""
    from adapters.matrix import MatrixSettings

    section = settings.matrix
    if section.homeserver is None:
        raise ConfigError(
            "PALABRE_MATRIX__HOMESERVER is missing: the address of the homeserver, such as https://matrix.ville.fr"
        )
    try:
        return MatrixSettings(
            homeserver=section.homeserver,
            user=section.user,
            password=password or _told(section.password),
            access_token=_told(section.access_token),
            device_id=section.device_id,
            store=section.store,
            store_key=_told(section.store_key),
            invites=section.invites,
            known=known,
        )
    except ValueError as error:
        raise ConfigError(str(error)) from None


def build(entry: EntryPoint, settings: Settings, *, known: bool, now: Now) -> Adapter:
    """The adapter; `ConfigError` when the libraries are missing, or the keys cannot be used."""
    try:
        from adapters.matrix import StoreError
    except ImportError:
        raise ConfigError("Matrix needs more libraries: pip install 'palabre[matrix]'") from None
    try:
        built: Adapter = entry.load()(settings_of(settings, known=known), now=now)
    except StoreError as error:
        raise ConfigError(str(error)) from None
    return built


async def log_in(settings: Settings, password: str | None, *, new_device: bool) -> tuple[str, str]:
    """Log in once and keep the device; (user, device). `ConfigError` says why it could not be."""
    from adapters.matrix import LoginError, StoreError
    from adapters.matrix import log_in as keep_login

    try:
        account = await keep_login(settings_of(settings, password=password), new_device=new_device)
    except (LoginError, StoreError) as error:
        raise ConfigError(str(error)) from None
    return account.user, account.device


def _told(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret is not None else None
