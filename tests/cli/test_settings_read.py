"""Every setting by environment and file; a wrong one is named; secrets only where nobody else reads."""

from __future__ import annotations

import os
import re
from datetime import time
from pathlib import Path

import pytest
from pydantic import BaseModel

from bot.config import ConfigError, Settings, load

ROOT = Path(__file__).parents[2]


def names(model: type[BaseModel] = Settings, prefix: str = "PALABRE_") -> list[str]:
    found = []
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            found += names(inner, f"{prefix}{name.upper()}__")
        else:
            found.append(f"{prefix}{name.upper()}")
    return found


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith("PALABRE_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


GOOD = {
    "PALABRE_DATABASE__URL": ("sqlite:///x.db", "sqlite:///x.db"),
    "PALABRE_DATABASE__HINTS": ("postgresql://there/palabre", "postgresql://there/palabre"),
    "PALABRE_DATABASE__LEASE": ("5", 5.0),
    "PALABRE_TELEGRAM__TOKEN": ("1:a", "1:a"),
    "PALABRE_TELEGRAM__MORE_TOKENS": ("2:b, 3:c", "2:b, 3:c"),
    "PALABRE_TELEGRAM__BASE_URL": ("http://here", "http://here"),
    "PALABRE_TELEGRAM__MODE": ("webhook", "webhook"),
    "PALABRE_TELEGRAM__WEBHOOK_URL": ("https://x/y", "https://x/y"),
    "PALABRE_TELEGRAM__WEBHOOK_SECRET": ("s", "s"),
    "PALABRE_TELEGRAM__RATE_LIMITS": ("false", False),
    "PALABRE_MATRIX__HOMESERVER": ("https://matrix.ville.fr", "https://matrix.ville.fr"),
    "PALABRE_MATRIX__USER": ("@palabre:ville.fr", "@palabre:ville.fr"),
    "PALABRE_MATRIX__PASSWORD": ("p", "p"),
    "PALABRE_MATRIX__ACCESS_TOKEN": ("t", "t"),
    "PALABRE_MATRIX__DEVICE_ID": ("D", "D"),
    "PALABRE_MATRIX__STORE": ("/keys", Path("/keys")),
    "PALABRE_MATRIX__STORE_KEY": ("k", "k"),
    "PALABRE_MATRIX__INVITES": ("@*:ville.fr", "@*:ville.fr"),
    "PALABRE_MATRIX__MODE": ("appservice", "appservice"),
    "PALABRE_MATRIX__REGISTRATION": ("/etc/palabre.yaml", Path("/etc/palabre.yaml")),
    "PALABRE_MATRIX__AS_TOKEN": ("a", "a"),
    "PALABRE_MATRIX__HS_TOKEN": ("h", "h"),
    "PALABRE_WEB__LISTEN": ("0.0.0.0:80", "0.0.0.0:80"),
    "PALABRE_WEB__URL": ("https://vote.ville.fr", "https://vote.ville.fr"),
    "PALABRE_WEB__ENABLED": ("0", False),
    "PALABRE_CONSOLE__ENABLED": ("1", True),
    "PALABRE_OWNERS": ("telegram:1, matrix:@maire:ville.fr", "telegram:1, matrix:@maire:ville.fr"),
    "PALABRE_LOCALE": ("en", "en"),
    "PALABRE_CLOCK": ("/tmp/clock", Path("/tmp/clock")),
    "PALABRE_MODERATION__ALLOW_LINKS": ("ville.fr, gouv.fr", "ville.fr, gouv.fr"),
    "PALABRE_MODERATION__WORDS": ("gros mot", "gros mot"),
    "PALABRE_MODERATION__OFF": ("link,spam", "link,spam"),
    "PALABRE_QUIET": ("22:00-07:30", "22:00-07:30"),
    "PALABRE_LOG": ("DEBUG", "DEBUG"),
    "PALABRE_TICK": ("0.2", 0.2),
}


def value(settings: Settings, name: str) -> object:
    found: object = settings
    for part in name.removeprefix("PALABRE_").lower().split("__"):
        found = getattr(found, part)
    secret = getattr(found, "get_secret_value", None)
    return secret() if secret else found


def test_every_setting_is_tried_below() -> None:
    assert sorted(GOOD) == sorted(names())


@pytest.mark.parametrize("name", sorted(GOOD))
def test_each_setting_is_read_from_the_environment(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    given, read = GOOD[name]
    assert value(load(), name) != read
    monkeypatch.setenv(name, given)
    assert value(load(), name) == read


def test_a_file_is_read_and_the_environment_wins(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (nowhere / "palabre.toml").write_text('locale = "en"\nquiet = "20:00-09:00"\n[web]\nlisten = "127.0.0.1:1"\n')
    monkeypatch.setenv("PALABRE_QUIET", "23:00-06:00")
    settings = load()
    assert (settings.locale, settings.listen) == ("en", ("127.0.0.1", 1))
    assert settings.quiet_hours == (time(23), time(6))


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("PALABRE_TELEGRAM__MODE", "pigeon"),
        ("PALABRE_TELEGRAM__RATE_LIMITS", "perhaps"),
        ("PALABRE_TELEGRAM__MORE_TOKENS", "2:b, b"),
        ("PALABRE_TELEGRAM__MORE_TOKENS", "2:b,2:c"),
        ("PALABRE_TELEGRAM__TOKN", "1:a"),
        ("PALABRE_WEB__LISTEN", "127.0.0.1"),
        ("PALABRE_WEB__LISTEN", "127.0.0.1:99999"),
        ("PALABRE_WEB__LISTEN", "::1:80"),
        ("PALABRE_LOCALE", "de"),
        ("PALABRE_MODERATION__OFF", "link, everything"),
        ("PALABRE_QUIET", "at night"),
        ("PALABRE_QUIET", "21:00"),
        ("PALABRE_OWNERS", "12345"),
        ("PALABRE_LOG", "LOUD"),
        ("PALABRE_TICK", "0"),
    ],
)
def test_a_wrong_value_is_named(name: str, wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, wrong)
    with pytest.raises(ConfigError, match=f"^{name}: ") as caught:
        load()
    assert "Value error" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["locale = ", "colour = 'red'", "[telegram]\ntokn = '1:a'", "\0"])
def test_a_wrong_file_is_a_sentence(nowhere: Path, text: str) -> None:
    (nowhere / "palabre.toml").write_text(text)
    with pytest.raises(ConfigError):
        load()


@pytest.mark.parametrize(
    "text",
    [
        "[telegram]\ntoken = '1:a'",
        "telegram.token='1:a'",
        "telegram.more_tokens='2:b'",
        '[telegram]\nwebhook_secret\t="s"',
    ],
)
def test_a_secret_that_others_can_read_is_refused(nowhere: Path, text: str) -> None:
    file = nowhere / "palabre.toml"
    file.write_text(text)
    for mode in (0o640, 0o604, 0o644):
        file.chmod(mode)
        with pytest.raises(ConfigError, match=r"chmod 600 palabre\.toml"):
            load()
    file.chmod(0o600)
    load()


def test_a_file_without_secrets_may_be_read_by_all(nowhere: Path) -> None:
    file = nowhere / "palabre.toml"
    file.write_text("# the token = comes from the environment\nlocale = 'en'\n")
    file.chmod(0o644)
    assert load().locale == "en"


def test_the_readme_describes_every_setting() -> None:
    readme = (ROOT / "README.md").read_text()
    said = set(re.findall(r"PALABRE_[A-Z_]+[A-Z]", readme))
    assert set(names()) <= said, f"README.md must describe: {sorted(set(names()) - said)}"
