"""Settings: `palabre.toml`, each value also from the environment as `PALABRE_SECTION__KEY`.

The one rule: secrets come from the environment or from a file that only its owner can read; a `palabre.toml` that
others can read and that holds a secret is refused. Every setting is described in the README.
"""

from __future__ import annotations

import os
import re
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)
from rapidfuzz import process

from bot.moderation.detect import CODES, Detection

FILE = "palabre.toml"


_TOKEN = re.compile(r"[0-9]{1,16}:[A-Za-z0-9_-]+")
"""https://core.telegram.org/bots/api#authorizing-your-bot"""

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """What is logged: from which level on, and as lines for people or as JSON for programs."""

    level: str
    json: bool


class ConfigError(Exception):
    """A setting is wrong; the message names it and says what is expected."""


def _address(text: str) -> str:
    host, _, port = text.rpartition(":")
    if not port.isdecimal() or int(port) > 65535 or (":" in host and not host.startswith("[")):
        raise PydanticCustomError("address", "write an address and a port, such as 127.0.0.1:8080")
    return text


def _hours(text: str) -> str:
    start, _, end = text.partition("-")
    try:
        time.fromisoformat(start), time.fromisoformat(end)
    except ValueError:
        raise PydanticCustomError("hours", "write from when to when, such as 21:00-08:00") from None
    return text


def _identities(text: str) -> str:
    for name in filter(None, (part.strip() for part in text.split(","))):
        adapter, _, person = name.partition(":")
        if not adapter.isidentifier() or not person:
            raise PydanticCustomError(
                "identities", "write messenger:person, such as telegram:12345, with commas between"
            )
    return text


def _log(text: str) -> str:
    if text != "json" and text.removeprefix("json:") not in LEVELS:
        raise PydanticCustomError("log", "write DEBUG, INFO, WARNING, ERROR, json, or both as in json:WARNING")
    return text


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _rules(text: str) -> str:
    if any(code not in CODES for code in _listed(text)):
        raise PydanticCustomError("rules", "write names of rules with commas between: " + ", ".join(CODES))
    return text


class _Section(BaseModel):
    """One part of the settings; a name that is not known is a mistake, never ignored."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class DatabaseSettings(_Section):
    url: str = "sqlite:///palabre.db"
    lease: float = Field(default=10.0, ge=1)
    """Seconds after which another worker takes over from one that is no more."""
    hints: str = ""
    """Where workers tell each other of new work, when `url` leads through a pooler; "off" for nowhere."""


class TelegramSection(_Section):
    token: SecretStr | None = None
    more_tokens: SecretStr | None = None
    """Further bots beside the first, with commas between; people are spread over all of them."""
    base_url: str = "https://api.telegram.org"
    mode: Literal["polling", "webhook"] = "polling"
    webhook_url: str | None = None
    webhook_secret: SecretStr | None = None
    rate_limits: bool = True

    @field_validator("more_tokens")
    @classmethod
    def _each_a_bot(cls, more: SecretStr | None, known: ValidationInfo) -> SecretStr | None:
        tokens = _listed(more.get_secret_value()) if more is not None else []
        if not all(_TOKEN.fullmatch(token) for token in tokens):
            raise PydanticCustomError("tokens", "write tokens as @BotFather gives them, with commas between")
        first = known.data.get("token")
        together = [*([first.get_secret_value()] if first is not None else []), *tokens]
        if tokens and len({token.partition(":")[0] for token in together}) < len(together):
            raise PydanticCustomError("tokens", "name each bot once; two of these tokens belong to the same bot")
        return more

    @property
    def bots(self) -> dict[str, str]:
        """The name of each bot's adapter, and its token. Letters and groups carry these names for as long as they are
        kept, so they are made of what never changes: a bot's number, which is no secret. The first is `telegram`."""
        if self.token is None:
            return {}
        more = _listed(self.more_tokens.get_secret_value()) if self.more_tokens is not None else []
        further = {f"telegram.{token.partition(':')[0]}": token for token in more}
        return {"telegram": self.token.get_secret_value(), **further}


class MatrixSection(_Section):
    homeserver: str | None = None
    user: str = ""
    password: SecretStr | None = None
    access_token: SecretStr | None = None
    device_id: str | None = None
    store: Path = Path("palabre-matrix")
    """The folder of the encryption keys; back it up while the service stands still."""
    store_key: SecretStr | None = None
    """Locks the keys; without it, a key is made and kept in a file beside the folder."""
    invites: str = "*"
    """Who may invite the bot: patterns with commas between, such as @*:ville.fr."""
    mode: Literal["sync", "appservice"] = "sync"
    """We ask the homeserver what happened, or it pushes to us, as to an application service."""
    registration: Path = Path("palabre-registration.yaml")
    """The file of the application service; `palabre matrix registration` makes it."""
    as_token: SecretStr | None = None
    hs_token: SecretStr | None = None
    """Where both are set, the tokens of the application service are these, and the file is not read."""


class WebSection(_Section):
    listen: Annotated[str, AfterValidator(_address)] = "127.0.0.1:8080"
    url: str | None = None
    """The public address, for links in messages; made from `listen` when missing."""
    enabled: bool = True


class ConsoleSection(_Section):
    enabled: bool = False


class ModerationSection(_Section):
    allow_links: str = ""
    """Hosts whose links need no look, with commas between; what is below them neither."""
    words: str = ""
    """Further words or expressions that are flagged, in every language, with commas between."""
    off: Annotated[str, AfterValidator(_rules)] = ""
    """Automatic rules that are switched off, by their codes, with commas between."""

    @property
    def detection(self) -> Detection:
        """What automatic rules look for."""
        hosts = (host.lower().removeprefix("*.").removeprefix("www.") for host in _listed(self.allow_links))
        return Detection(
            allowed=frozenset(hosts), words=frozenset(_listed(self.words)), off=frozenset(_listed(self.off))
        )


class Settings(BaseSettings):
    """Everything that can be set."""

    model_config = SettingsConfigDict(
        env_prefix="PALABRE_", env_nested_delimiter="__", toml_file=FILE, extra="forbid", hide_input_in_errors=True
    )

    database: DatabaseSettings = Field(default_factory=DatabaseSettings)
    telegram: TelegramSection = Field(default_factory=TelegramSection)
    matrix: MatrixSection = Field(default_factory=MatrixSection)
    web: WebSection = Field(default_factory=WebSection)
    console: ConsoleSection = Field(default_factory=ConsoleSection)
    moderation: ModerationSection = Field(default_factory=ModerationSection)
    owners: Annotated[str, AfterValidator(_identities)] = ""
    locale: Literal["fr", "en"] = "fr"
    clock: Path | None = None
    quiet: Annotated[str, AfterValidator(_hours)] = "21:00-08:00"
    log: Annotated[str, AfterValidator(_log)] = "INFO"
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
    def logging(self) -> Log:
        """What is logged, and in which form."""
        return Log(level=self.log.removeprefix("json").removeprefix(":") or "INFO", json=self.log.startswith("json"))

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
    except ValidationError as error:
        raise ConfigError("; ".join(_sentence(item["loc"], item["msg"]) for item in error.errors())) from None
    except (ValueError, SettingsError) as error:
        raise ConfigError(f"{FILE} or the environment cannot be read: {error}") from None
    except OSError as error:
        raise ConfigError(f"{FILE} cannot be read: {error.strerror}") from None
    _guard_secrets()
    return settings


def _sentence(where: tuple[int | str, ...], what: str) -> str:
    name = "__".join(str(part) for part in where).upper()
    return f"PALABRE_{name}: {what}"


def _guard_secrets() -> None:
    file = Path(FILE)
    if not file.exists() or os.name != "posix" or not stat.S_IMODE(file.stat().st_mode) & 0o077:
        return
    held = tomllib.loads(file.read_text())
    sections: dict[str, type[_Section]] = {"telegram": TelegramSection, "matrix": MatrixSection}
    named = [
        key
        for name, section in sections.items()
        for key, field in section.model_fields.items()
        if key in held.get(name, {}) and _is_secret(field)
    ]
    if named:
        raise ConfigError(f"{FILE} holds a secret ({named[0]}) and others can read it. Run: chmod 600 {FILE}")


def _is_secret(field: FieldInfo) -> bool:
    return SecretStr in get_args(field.annotation)


def misspelt(environment: Mapping[str, str]) -> list[tuple[str, str]]:
    """(name, the setting it was probably meant to be) of variables that look like ours and mean nothing."""
    known = []
    for name, field in Settings.model_fields.items():
        section = getattr(field.annotation, "model_fields", None)
        known += [f"PALABRE_{name}__{key}".upper() for key in section] if section else [f"PALABRE_{name}".upper()]
    found = []
    for name in environment:
        nearest = process.extractOne(name, known, score_cutoff=80) if name.startswith("PALABRE_") else None
        if nearest is not None and name not in known:
            found.append((name, str(nearest[0])))
    return found
