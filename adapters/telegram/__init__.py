"""Telegram: `build(settings)` gives an adapter on the contract of `adapters.base`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from adapters.telegram.adapter import Menu, TelegramAdapter
from adapters.telegram.settings import TelegramSettings
from adapters.telegram.transport import Lost, NotSent, Transport

__all__ = ["Menu", "TelegramAdapter", "TelegramSettings", "build", "who_am_i"]

Now = Callable[[], datetime]


def _now() -> datetime:
    return datetime.now(UTC)


def build(settings: TelegramSettings, *, menu: Menu | None = None, now: Now = _now) -> TelegramAdapter:
    """The Telegram adapter; `menu` is the command menu, per language, `now` dates what Telegram does not."""
    return TelegramAdapter(settings, menu=menu, now=now)


async def who_am_i(settings: TelegramSettings) -> str:
    """The name of the bot, asked once. ConnectionError where the server cannot be reached, ValueError where it refuses
    the token; neither shows the token."""
    transport = Transport(settings.base_url, settings.token)
    try:
        reply = await transport.call("getMe", {})
    except (NotSent, Lost) as problem:
        raise ConnectionError(str(problem)) from None
    finally:
        await transport.shutdown()
    result = reply.body.get("result")
    if not reply.ok or not isinstance(result, dict):
        raise ValueError(reply.description or f"status {reply.status}")
    return str(result.get("username") or result.get("first_name") or "")
