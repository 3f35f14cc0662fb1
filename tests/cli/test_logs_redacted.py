"""No secret in any record, and nothing somebody typed can pass for a record."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Callable, Iterator

import pytest

from bot.config import Settings
from bot.logs import HIDDEN, Redacting

TOKEN = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
SECRET = "a-webhook-secret"
PASSWORD = "geheim=pass"


@pytest.fixture
def written() -> Iterator[Callable[[], str]]:
    """Everything that loggers write at DEBUG, through the handler of the service."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Redacting([SECRET, PASSWORD]))
    logger = logging.getLogger("loud")
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    yield stream.getvalue
    logger.removeHandler(handler)


def test_no_secret_in_records_of_libraries_children_and_tracebacks(written: Callable[[], str]) -> None:
    child = logging.getLogger("loud.httpx")
    child.info(
        'HTTP Request: %s %s "%s %d %s"', "POST", f"https://api.telegram.org/bot{TOKEN}/getMe", "HTTP", 200, "OK"
    )
    child.debug("send_request_headers %r", {"X-Telegram-Bot-Api-Secret-Token": SECRET})
    child.debug("quoted %s", TOKEN.replace(":", "%3A"))
    child.warning("Authorization: Bearer syt_cGFsYWJyZQ_abc and ?access_token=syt_cGFsYWJyZQ_def&x=1")
    child.debug({"url": f"/bot{TOKEN}/x"})
    try:
        try:
            raise ValueError(f"cannot reach /bot{TOKEN}/sendMessage")
        except ValueError as error:
            raise RuntimeError(f"postgresql://palabre:{PASSWORD}@db") from error
    except RuntimeError:
        logging.getLogger("loud.sqlalchemy.engine").exception("it broke with %s", SECRET)
    text = written()
    for secret in (TOKEN, TOKEN.partition(":")[2], SECRET, PASSWORD, "syt_cGFsYWJyZQ"):
        assert secret not in text
    assert text.count(HIDDEN) >= 6
    assert "RuntimeError" in text
    assert "ValueError" in text, "the cause is told as well"


@pytest.mark.parametrize("evil", ["\x1b[2J", "\x1b]0;x\x07", "\r", "\x00", "\x9b31m", "\u2028", "\u202e"])
def test_no_control_character_is_written(written: Callable[[], str], evil: str) -> None:
    logging.getLogger("loud").info("somebody wrote %s", f"a{evil}b")
    assert evil not in written()


def test_nothing_typed_can_pass_for_a_record(written: Callable[[], str]) -> None:
    forged = "x\n2026-03-02 09:00:00,000 ERROR   bot.office: all ballots lost"
    logging.getLogger("loud").info("somebody wrote %s", forged)
    try:
        raise ValueError(forged)
    except ValueError:
        logging.getLogger("loud").exception("it broke")
    records = [line for line in written().splitlines() if re.match(r"\d{4}-", line)]
    assert len(records) == 2
    assert not any("bot.office" in line for line in records)


def test_settings_do_not_print_their_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PALABRE_TELEGRAM__TOKEN", TOKEN)
    settings = Settings()
    assert TOKEN not in repr(settings)
    assert TOKEN not in settings.model_dump_json()
