"""Asking the homeserver until it answers, and no faster than it can bear.

The one rule: every failure waits, with jitter, and longer each time: 1 to 60 seconds for a broken network, 5 to 300
while the server refuses us. What the server says itself (`Retry-After`, `retry_after_ms`) is obeyed to the letter.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from adapters.backoff import BackOff
from adapters.matrix.settings import MatrixSettings
from adapters.matrix.transport import TOTAL_SECONDS, Homeserver, Reply, Unanswered

log = logging.getLogger(__name__)


class Asking:
    """`reachable` is False from a failure until the next good answer. `renew` gets a new access token, when one can be
    had."""

    def __init__(self, settings: MatrixSettings, server: Homeserver, renew: Callable[[], Awaitable[None]]) -> None:
        self.reachable = True
        self._server = server
        self._renew = renew
        self._wrong = BackOff(*settings.back_off)
        self._broken = BackOff(*settings.retry)

    async def ask(
        self,
        method: str,
        path: str,
        payload: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, str] | None = None,
        seconds: float = TOTAL_SECONDS,
    ) -> Reply:
        """The answer, asked for again until there is one: a success, or a refusal that will not change."""
        while True:
            try:
                reply = await self._server.call(method, path, payload, query=query, seconds=seconds)
            except Unanswered as problem:
                if self._server.closed:
                    await asyncio.Event().wait()  # we are stopping; whoever waits here is about to be cancelled
                self.reachable = False
                wait = self._broken.wait()
                log.warning("The Matrix homeserver cannot be reached (%s); trying again in %.1f s", problem, wait)
                await asyncio.sleep(wait)
                continue
            if reply.final:
                self.reachable = True
                self._wrong.reset()
                self._broken.reset()
                return reply
            self.reachable = False
            await self.after(reply)

    async def after(self, reply: Reply) -> None:
        """Say what is wrong, do what helps, wait."""
        if reply.status == 429:
            wait = reply.wait if reply.wait is not None else self._broken.wait()
            log.info("The Matrix homeserver asks to wait %.1f s", wait)
        elif reply.status == 401:
            wait = self._wrong.wait()
            log.error("The Matrix homeserver refuses our access token (%s)", reply.sentence)
            await self._renew()
        else:
            wait = max(self._broken.wait(), reply.wait or 0.0)
            log.warning(
                "The Matrix homeserver is out of order (%s); trying again in %.1f s", reply.sentence or "no JSON", wait
            )
        await asyncio.sleep(wait)

    async def pause(self, sentence: str) -> None:
        """Wait after something that only a person can mend."""
        self.reachable = False
        wait = self._wrong.wait()
        log.error("%s Trying again in %.0f s.", sentence, wait)
        await asyncio.sleep(wait)
