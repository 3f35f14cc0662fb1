"""Logs: one line a record, and no secret in any of them.

The one rule: secrets are taken out by the handler, so that no library can write one around us (httpx writes the
Telegram token into each line at INFO). Libraries that print whole requests are kept at WARNING besides.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterable

_SHAPES = re.compile(r"(bot)?\d{5,}(:|%3A)[\w-]{20,}|(?<=Bearer )[\w.~+/-]+|(?<=access_token=)[\w.~+/-]+")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
HIDDEN = "[secret]"


class Redacting(logging.Formatter):
    """Writes a record with every known secret, and everything shaped like one, replaced. Further lines of a record are
    indented, so that nothing somebody typed can pass for a record of its own."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s")
        self._secrets = sorted((secret for secret in secrets if secret), key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return _CONTROLS.sub("\ufffd", _SHAPES.sub(HIDDEN, text).replace("\r", "")).replace("\n", "\n    ")


def set_up(level: str, secrets: Iterable[str] = ()) -> None:
    """Log to standard error from now on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Redacting(secrets))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    talkative = ("httpx", "httpcore", "telegram", "nio", "aiohttp", "apscheduler", "uvicorn", "alembic", "matplotlib")
    for name in (*talkative, "PIL"):
        logging.getLogger(name).setLevel(logging.WARNING)
