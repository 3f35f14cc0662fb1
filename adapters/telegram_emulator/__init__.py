"""A strict emulator of the Telegram Bot API, for tests and benches; no part of the running service.

    async with Emulator() as telegram:
        adapter = build(TelegramSettings(token=telegram.token, base_url=telegram.url))
        lea = telegram.citizen(7, "Léa", "fr")
        lea.say("/start")
        ...
        lea.press("Oui")
        lea.screen()[-1].text

`telegram.host(Emulator(token=..., name=...))` answers for another bot at the same address.

In a process of its own: `python -m adapters.telegram_emulator --port 8081`; another process drives it with
`POST /control` (see `control`).
"""

from __future__ import annotations

from adapters.telegram_emulator.faults import Kind
from adapters.telegram_emulator.people import ANONYMOUS_ADMIN, Citizen, Group, Silenced
from adapters.telegram_emulator.server import TOKEN, Emulator
from adapters.telegram_emulator.world import Shown

__all__ = ["ANONYMOUS_ADMIN", "TOKEN", "Citizen", "Emulator", "Group", "Kind", "Shown", "Silenced"]
