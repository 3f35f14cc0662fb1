"""Settings: `palabre.toml`, each value also from the environment as `PALABRE_SECTION__KEY`.

The one rule: secrets come from the environment or from a file that only its owner can read; a `palabre.toml` that
others can read and that holds a secret is refused. Every setting is described in the README.
"""

from __future__ import annotations

import os
import stat
from datetime import time
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

FILE = "palabre.toml"


class ConfigError(Exception):
    """A setting is wrong; the message names it and says what is expected."""


class DatabaseSettings(BaseModel):
    url: str = "sqlite:///palabre.db"


class TelegramSection(BaseModel):
    token: SecretStr | None = None
    base_url: str = "https://api.telegram.org"
    mode: Literal["polling", "webhook"] = "polling"
    webhook_url: str | None = None
    webhook_secret: SecretStr | None = None
    rate_limits: bool = True


class WebSection(BaseModel):
    listen: str = "127.0.0.1:8080"
    url: str | None = None
    """The public address, for links in messages; made from `listen` when missing."""
    enabled: bool = True


class ConsoleSection(BaseModel):
    enabled: bool = False


class Settings(BaseSettings):
    """Everything that can be set."""

    model_config = SettingsConfigDict(
        env_prefix="PALABRE_", env_nested_delimiter="__", toml_file=FILE, extra="forbid", hide_input_in_errors=True
    )

    database: DatabaseSettings = Field(default_factory=DatabaseSettings)
    telegram: TelegramSection = Field(default_factory=TelegramSection)
    web: WebSection = Field(default_factory=WebSection)
    console: ConsoleSection = Field(default_factory=ConsoleSection)
    owners: str = ""
    locale: Literal["fr", "en"] = "fr"
    clock: Path | None = None
    quiet: str = "21:00-08:00"
    log: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    tick: float = Field(default=1.0, gt=0)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @property
    def quiet_hours(self) -> tuple[time, time]:
        """From when to when (local time) nobody is reminded of anything."""
        start, _, end = self.quiet.partition("-")
        return time.fromisoformat(start), time.fromisoformat(end)

    @property
    def owner_identities(self) -> tuple[str, ...]:
        return tuple(name.strip() for name in self.owners.split(",") if name.strip())

    @property
    def listen(self) -> tuple[str, int]:
        host, _, port = self.web.listen.rpartition(":")
        return host.strip("[]") or "127.0.0.1", int(port)

    @property
    def public_url(self) -> str:
        """The address people reach the web pages at, without a slash at its end."""
        host, port = self.listen
        return (self.web.url or f"http://{host}:{port}").rstrip("/")


def load() -> Settings:
    """The settings of this process. `ConfigError` names what is wrong."""
    try:
        settings = Settings()
        _ = settings.quiet_hours, settings.listen
    except ValidationError as error:
        raise ConfigError("; ".join(_sentence(item["loc"], item["msg"]) for item in error.errors())) from None
    except ValueError as error:
        raise ConfigError(f"A setting cannot be read: {error}") from None
    _guard_secrets(settings)
    return settings


def _sentence(where: tuple[int | str, ...], what: str) -> str:
    name = "__".join(str(part) for part in where).upper()
    return f"PALABRE_{name}: {what}"


def _guard_secrets(settings: Settings) -> None:
    file = Path(FILE)
    if not file.exists() or os.name != "posix":
        return
    shared = stat.S_IMODE(file.stat().st_mode) & 0o077
    named = [key for key in ("token", "webhook_secret") if f"{key} " in (text := file.read_text()) or f"{key}=" in text]
    if shared and named:
        raise ConfigError(f"{FILE} holds a secret ({named[0]}) and others can read it. Run: chmod 600 {FILE}")
