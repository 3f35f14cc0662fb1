"""The emulator and adapters on it."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from adapters.telegram import TelegramAdapter, TelegramSettings
from adapters.telegram_emulator import Emulator


@pytest.fixture
async def telegram() -> AsyncIterator[Emulator]:
    async with Emulator() as emulator:
        yield emulator


@pytest.fixture
async def adapters(telegram: Emulator) -> AsyncIterator[Callable[..., TelegramAdapter]]:
    """Makes adapters that are closed at the end; short waits unless told otherwise."""
    made: list[TelegramAdapter] = []

    def make(*, settings: dict[str, Any] | None = None, **more: Any) -> TelegramAdapter:
        fields: dict[str, Any] = {
            "token": telegram.token,
            "base_url": telegram.url,
            "back_off": (0.01, 0.1),
            "retry": (0.01, 0.1),
        }
        made.append(TelegramAdapter(TelegramSettings(**fields | (settings or {})), **more))
        return made[-1]

    yield make
    for adapter in made:
        await adapter.close()
