"""`palabre matrix registration`, and what is said when the mode `appservice` lacks something."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from adapters.matrix.registration import read
from bot.cli import main
from bot.config import ConfigError, load
from bot.matrixaccount import registration_of, secrets_of, settings_of

BOT = "@palabre:ville.fr"
FILE = "palabre-registration.yaml"


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, value in {"HOMESERVER": "https://matrix.ville.fr", "USER": BOT, "MODE": "appservice"}.items():
        monkeypatch.setenv(f"PALABRE_MATRIX__{name}", value)
    monkeypatch.setenv("PALABRE_LOCALE", "en")
    return tmp_path


def registration(*arguments: str, status: int = 0) -> str:
    done = CliRunner().invoke(main, ["matrix", "registration", *arguments])
    assert done.exit_code == status, done.output
    return done.output


def test_the_file_is_written_and_keeps_its_tokens(nowhere: Path) -> None:
    said = registration("--url", "http://127.0.0.1:8080")
    assert f"{nowhere / FILE} is for {BOT}, reached at http://127.0.0.1:8080." in said
    assert f"app_service_config_files:\n  - /etc/matrix-synapse/{FILE}" in said
    made = read(nowhere / FILE, BOT)
    assert made.as_token not in said
    assert made.hs_token not in said
    registration("--url", "https://palabre.ville.fr")
    assert read(nowhere / FILE, BOT).as_token == made.as_token
    assert read(nowhere / FILE, BOT).url == "https://palabre.ville.fr"
    registration()
    assert read(nowhere / FILE, BOT).url == "https://palabre.ville.fr"
    registration("--output", "other.yaml")
    assert read(nowhere / "other.yaml", BOT).url == load().public_url


def test_what_cannot_be_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "no web address" in registration("--url", "nowhere", status=1)
    assert "cannot be written" in registration("--output", "no/folder.yaml", status=1)
    registration()
    monkeypatch.setenv("PALABRE_MATRIX__USER", "@autre:ville.fr")
    assert "not the registration of @autre:ville.fr" in registration(status=1)
    monkeypatch.setenv("PALABRE_MATRIX__USER", "")
    Path(FILE).unlink()
    assert "PALABRE_MATRIX__USER" in registration(status=1)
    assert not Path(FILE).exists()


def test_the_service_wants_the_file_for_its_owner_alone(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match="palabre matrix registration"):
        settings_of(load())
    assert secrets_of(load()) == []
    registration()
    found = settings_of(load()).registration
    assert found == read(nowhere / FILE, BOT)
    assert found is not None
    assert secrets_of(load()) == [found.as_token, found.hs_token]
    Path(FILE).chmod(0o640)
    with pytest.raises(ConfigError, match="chmod 600"):
        settings_of(load())
    monkeypatch.setenv("PALABRE_MATRIX__MODE", "sync")
    assert registration_of(load()) is None


def test_tokens_may_come_from_the_environment_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PALABRE_MATRIX__AS_TOKEN", "one")
    monkeypatch.setenv("PALABRE_MATRIX__HS_TOKEN", "two")
    found = registration_of(load())
    assert found is not None
    assert (found.user, found.id, found.as_token, found.hs_token) == (BOT, "palabre", "one", "two")
    monkeypatch.setenv("PALABRE_MATRIX__USER", "palabre")
    with pytest.raises(ConfigError, match="whole name of the account"):
        registration_of(load())
    monkeypatch.setenv("PALABRE_WEB__ENABLED", "false")
    with pytest.raises(ConfigError, match="PALABRE_WEB__ENABLED"):
        registration_of(load())
