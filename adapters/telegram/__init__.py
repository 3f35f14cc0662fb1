"""Telegram: `build(settings)` gives an adapter on the contract of `adapters.base`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from adapters.telegram.adapter import Menu, TelegramAdapter
from adapters.telegram.settings import TelegramSettings

__all__ = ["Menu", "TelegramAdapter", "TelegramSettings", "build"]

Now = Callable[[], datetime]


def _now() -> datetime:
    return datetime.now(UTC)


def build(
    settings: TelegramSettings, *, name: str = "telegram", menu: Menu | None = None, now: Now = _now
) -> TelegramAdapter:
    """The Telegram adapter of one bot; `menu` is the command menu, per language, `now` dates what Telegram does not."""
    return TelegramAdapter(settings, name=name, menu=menu, now=now)
