"""The Matrix account of the settings, `palabre matrix login` and `palabre matrix registration`."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from adapters.base import Adapter
from bot.clock import Now
from bot.config import ConfigError, Settings

if TYPE_CHECKING:
    from adapters.matrix import MatrixSettings, Registration


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
            registration=registration_of(settings),
        )
    except ValueError as error:
        raise ConfigError(str(error)) from None


def registration_of(settings: Settings) -> Registration | None:
    """How we and the homeserver know each other in the mode `appservice`; None in the other. `ConfigError` says what is
    missing."""
    from adapters.matrix.registration import RegistrationError, of_tokens, read

    section = settings.matrix
    if section.mode == "sync":
        return None
    if not settings.web.enabled:
        raise ConfigError(
            "PALABRE_MATRIX__MODE=appservice needs the web server, where the homeserver pushes to: leave "
            "PALABRE_WEB__ENABLED on."
        )
    as_token, hs_token = _told(section.as_token), _told(section.hs_token)
    try:
        if as_token and hs_token:
            return of_tokens(section.user, settings.public_url, as_token, hs_token)
        return read(section.registration, section.user)
    except RegistrationError as error:
        raise ConfigError(str(error)) from None


def register(settings: Settings, url: str | None, file: Path) -> Registration:
    """Write the registration file; where it is there, its tokens stay. `ConfigError` says why it could not be."""
    try:
        from adapters.matrix.registration import RegistrationError, fresh, moved, read, write
    except ImportError:
        raise ConfigError("Matrix needs more libraries: pip install 'palabre[matrix]'") from None

    user = settings.matrix.user
    try:
        if file.exists():
            kept = read(file, user)
            made = moved(kept, user, url or kept.url)
        else:
            made = fresh(user, url or settings.public_url)
        write(file, made)
    except RegistrationError as error:
        raise ConfigError(str(error)) from None
    return made


def secrets_of(settings: Settings) -> list[str]:
    """The tokens that no log line may carry; none where they cannot be had, which `build` says."""
    try:
        found = registration_of(settings) if settings.matrix.homeserver is not None else None
    except (ConfigError, ImportError):
        return []
    return [found.as_token, found.hs_token] if found is not None else []


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
