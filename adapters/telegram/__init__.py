"""Telegram: `build(settings)` gives an adapter on the contract of `adapters.base`."""

from __future__ import annotations

from adapters.telegram.adapter import Menu, TelegramAdapter
from adapters.telegram.settings import TelegramSettings

__all__ = ["Menu", "TelegramAdapter", "TelegramSettings", "build"]


def build(settings: TelegramSettings, *, menu: Menu | None = None) -> TelegramAdapter:
    """The Telegram adapter; `menu` is the command menu, per language."""
    return TelegramAdapter(settings, menu=menu)
