"""Reading Telegram by long poll, and asking it anything until it answers.

The one rule: the offset moves only when the next answer is asked for. `updates` yields what one `getUpdates` brought;
Telegram forgets those updates when it sees a higher offset, and it sees one only after the consumer came back.
Nothing here ever sends a negative offset or `drop_pending_updates`, which forget unread updates.
https://core.telegram.org/bots/api#getupdates
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from adapters.backoff import BackOff
from adapters.telegram.reading import UPDATES
from adapters.telegram.settings import TelegramSettings
from adapters.telegram.transport import Lost, NotSent, Reply, Transport

log = logging.getLogger(__name__)

POLL_SECONDS = 50
"""The longest wait that the server grants."""
POLL_MARGIN = 15.0
"""For the answer to travel, before we call the connection lost."""
APART = 0.05
"""Seconds between two polls, at least, for `TROUBLED` seconds after one that failed: who is in trouble is asked less
often and brings more each time. Otherwise each of many polls might be told to wait a second."""
TROUBLED = 10.0
_ENDLESS = 2**63
"""No JSON carries a larger number."""
GAP_SECONDS = 120.0
"""The server keeps a press for 150 s (https://github.com/tdlib/telegram-bot-api, Client.cpp); a silence longer than
this may have lost some."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Raw updates, and the cursor that confirms them."""

    cursor: str | None
    updates: tuple[Any, ...]
    gap: float = 0.0


class Poller:
    """The one who waits for Telegram. `last_poll_ok` is the `monotonic` time of the last good `getUpdates`;
    `reachable` is False from a failure until the next good answer."""

    def __init__(self, transport: Transport, settings: TelegramSettings, monotonic: Callable[[], float]) -> None:
        self.last_poll_ok: float | None = None
        self.reachable = True
        self._transport = transport
        self._monotonic = monotonic
        self._setting = settings.setting
        self._wrong = BackOff(*settings.back_off)
        self._broken = BackOff(*settings.retry)
        self._troubled_until = 0.0

    async def updates(self, cursor: str | None) -> AsyncGenerator[Taken, None]:
        """One `getUpdates` after the other, for ever, from `cursor`."""
        while True:
            raw = await self._poll(cursor)
            gap = self._gap()
            following = _next_offset(raw)
            if raw and following is None:
                # Nothing here can be confirmed: the same answer would come again at once.
                wait = self._broken.wait()
                log.error("Telegram sent %d updates without any number; asking again in %.1f s", len(raw), wait)
                await asyncio.sleep(wait)
                continue
            cursor = following or cursor
            asked_again = self._monotonic() + APART
            yield Taken(cursor, tuple(raw), gap)
            if self._monotonic() < self._troubled_until:
                await asyncio.sleep(asked_again - self._monotonic())

    async def ask(self, method: str, payload: Mapping[str, Any], *, seconds: float | None = None) -> Any:
        """The result of `method`, asked again with growing waits until Telegram gives it."""
        while True:
            try:
                reply = await self._transport.call(method, payload, seconds=seconds)
            except (NotSent, Lost) as problem:
                self._in_trouble()
                wait = self._broken.wait()
                log.warning("Telegram cannot be reached (%s, %s); trying again in %.1f s", method, problem, wait)
                await asyncio.sleep(wait)
                continue
            if reply.ok and "result" in reply.body:
                self.reachable = True
                self._wrong.reset()
                self._broken.reset()
                return reply.body["result"]
            self._in_trouble()
            await self._after(method, reply)

    def _in_trouble(self) -> None:
        self.reachable = False
        self._troubled_until = self._monotonic() + TROUBLED

    async def _poll(self, cursor: str | None) -> list[Any]:
        query: dict[str, Any] = {"timeout": POLL_SECONDS, "limit": 100, "allowed_updates": UPDATES}
        if cursor:
            query["offset"] = int(cursor)
        while True:
            result = await self.ask("getUpdates", query, seconds=POLL_SECONDS + POLL_MARGIN)
            if isinstance(result, list):
                return result
            wait = self._broken.wait()
            log.error("Telegram answered getUpdates with something else than a list; asking again in %.1f s", wait)
            await asyncio.sleep(wait)

    def _gap(self) -> float:
        now, before = self._monotonic(), self.last_poll_ok
        self.last_poll_ok = now
        silence = 0.0 if before is None else now - before
        return silence if silence > GAP_SECONDS else 0.0

    async def _after(self, method: str, reply: Reply) -> None:
        """Say what is wrong, do what helps, wait."""
        match reply.status:
            case 401 | 404:
                wait = self._wrong.wait()
                log.error(
                    "Telegram refuses the token: check %s (and PALABRE_TELEGRAM__BASE_URL); trying again in %.1f s",
                    self._setting,
                    wait,
                )
            case 409 if "webhook" in reply.description.lower():
                wait = self._wrong.wait()
                log.warning("Telegram still pushes to a webhook; taking it away to poll, as the settings say")
                await self._ask_once("deleteWebhook")
            case 409:
                wait = self._wrong.wait()
                log.error("Another program reads updates with the same token; trying again in %.1f s", wait)
            case 429:
                wait = float(max(reply.parameter("retry_after") or 0, 1))
                log.warning("Telegram asks to wait %.0f s before %s", wait, method)
            case 400:
                wait = self._wrong.wait()
                log.error("Telegram refuses %s (%s); trying again in %.1f s", method, reply.description, wait)
            case status:
                wait = self._broken.wait()
                log.warning("Telegram is out of order (%s, status %d); trying again in %.1f s", method, status, wait)
        await asyncio.sleep(wait)

    async def _ask_once(self, method: str) -> None:
        try:
            await self._transport.call(method, {})
        except (NotSent, Lost):
            log.warning("%s did not reach Telegram", method)


def _next_offset(updates: list[Any]) -> str | None:
    """One more than the last number. Not the highest: after a week of silence Telegram begins anew anywhere. A number
    below zero would have all but the last updates forgotten."""
    for update in reversed(updates):
        number = update.get("update_id") if isinstance(update, dict) else None
        if type(number) is int and 0 < number < _ENDLESS:
            return str(number + 1)
    return None
