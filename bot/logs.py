"""Logs: one line a record, and neither a secret nor what people said in any of them.

The one rule: secrets and contents are taken out by the handler, so that no library can write one around us (httpx
writes the Telegram token into each line at INFO). Libraries that print whole requests are kept at WARNING besides. Of
an error the log says its kind and where it happened, line by line; what it says itself only where we, the operating
system or a messenger wrote it: a `KeyError` or a `ValueError` quotes what it choked on, perhaps somebody's opinion.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from collections.abc import Iterable
from datetime import UTC, datetime
from types import TracebackType

from adapters.base import SendError
from bot.config import ConfigError, Log
from storage.database import StorageError

_SHAPES = re.compile(r"(bot)?\d{5,}(:|%3A)[\w-]{20,}|(?<=Bearer )[\w.~+/-]+|(?<=access_token=)[\w.~+/-]+")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
HIDDEN = "[secret]"


_TOLD = (OSError, StorageError, SendError, ConfigError)
"""Errors whose text is ours, the system's or a messenger's, and quotes nobody."""


class Redacting(logging.Formatter):
    """Writes a record with every known secret, and everything shaped like one, replaced. Further lines of a record are
    indented, so that nothing somebody typed can pass for a record of its own."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s")
        self._secrets = sorted((secret for secret in secrets if secret), key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        record.exc_text = None  # another handler may have written it in its own way
        return self._clean(super().format(record)).replace("\n", "\n    ")

    def formatException(self, about: object) -> str:
        match about:
            case (_, BaseException() as error, _):
                return trace(error)
            case _:
                return ""

    def _clean(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return _CONTROLS.sub("\ufffd", _SHAPES.sub(HIDDEN, text).replace("\r", ""))


class Json(Redacting):
    """The same, one JSON object a record, for programs that gather logs."""

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": self._clean(record.getMessage()),
        }
        if record.exc_info and record.exc_info[1] is not None:
            told["error"] = type(record.exc_info[1]).__name__
            told["trace"] = self._clean(trace(record.exc_info[1]))
        return json.dumps(told, ensure_ascii=False)


def trace(error: BaseException) -> str:
    """Where an error happened and of what kind it is, its causes first. The lines of the program are shown, not the
    values in them."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    parts = [trace(before), ""] if before is not None else []
    parts += ["Traceback (most recent call last):", *_frames(error.__traceback__), _said(error)]
    if isinstance(error, BaseExceptionGroup):
        parts += [trace(one) for one in error.exceptions]
    return "\n".join(parts)


def _frames(tb: TracebackType | None) -> list[str]:
    return [f"  {frame.filename}:{frame.lineno} in {frame.name}: {frame.line}" for frame in traceback.extract_tb(tb)]


def _said(error: BaseException) -> str:
    name = type(error).__qualname__
    return f"{name}: {error}" if isinstance(error, _TOLD) else name


def set_up(log: Log, secrets: Iterable[str] = ()) -> None:
    """Log to standard error from now on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Json(secrets) if log.json else Redacting(secrets))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(log.level)
    talkative = ("httpx", "httpcore", "telegram", "nio", "aiohttp", "apscheduler", "uvicorn", "alembic", "matplotlib")
    for name in (*talkative, "PIL"):
        logging.getLogger(name).setLevel(logging.WARNING)
