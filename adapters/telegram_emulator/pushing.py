"""Updates pushed to the bot's webhook, with the secret and with retries.

The one rule: an update leaves the queue only after a 2xx; the updates of one chat are pushed one after the other, those
of different chats side by side. https://core.telegram.org/bots/api#setwebhook
"""

from __future__ import annotations

import asyncio
import random
import re
from collections import deque
from collections.abc import Callable
from typing import Any

import aiohttp
import orjson

from adapters.telegram_emulator.world import Json, Refusal, Waiting, World

LATE = 2.0
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


class Pusher:
    """`retry_unit` is the first wait (seconds) after a refused push; each one doubles, up to 60 of them. `again` is the
    share of taken updates that are pushed once more within `LATE` seconds, after newer ones perhaps: so networks and
    proxies repeat what they carry. `repeated` counts those."""

    def __init__(self, world: World, by_answer: Callable[[str, Json], None]) -> None:
        self.url = ""
        self.retry_unit = 1.0
        self.again = 0.0
        self.repeated = 0
        self.last_error = ""
        self.statuses: list[int] = []
        self._world = world
        self._by_answer = by_answer
        self._secret = ""
        self._connections = 40
        self._woken = asyncio.Event()
        self._lanes: dict[int, deque[Waiting]] = {}
        self._task: asyncio.Task[None] | None = None
        self._late: set[asyncio.Task[None]] = set()
        self._dice = random.Random(1)

    def set(self, url: str, secret: str, params: Json) -> None:
        """Start, change or (with an empty url) stop pushing."""
        if url and not url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
            raise Refusal(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        if secret and not _SECRET.fullmatch(secret):
            raise Refusal(400, "Bad Request: secret token contains unallowed characters")
        pushing = bool(self.url)
        self.url, self._secret = url, secret
        self._connections = int(params.get("max_connections") or 40)
        if not (pushing and url):
            self._lanes = {}
        if url and not pushing:
            for update in self._world.queue:
                self.add(update)
        if url and self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())
        self._woken.set()

    def info(self) -> Json:
        """https://core.telegram.org/bots/api#webhookinfo"""
        info: Json = {
            "url": self.url,
            "has_custom_certificate": False,
            "pending_update_count": len(self._world.queue),
            "max_connections": self._connections,
        }
        if self.last_error:
            info["last_error_message"] = self.last_error
        return info

    def add(self, update: Waiting) -> None:
        """There is something to push."""
        self._lanes.setdefault(update.chat, deque()).append(update)
        self._woken.set()

    async def stop(self) -> None:
        self.url = ""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _run(self) -> None:
        busy: dict[int, asyncio.Task[None]] = {}
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as session:
            try:
                while True:
                    self._woken.clear()
                    for chat in [chat for chat, task in busy.items() if task.done()]:
                        del busy[chat]
                    free = self._connections - len(busy)
                    for chat in [chat for chat in self._lanes if chat not in busy][:free]:
                        busy[chat] = asyncio.get_running_loop().create_task(self._push_lane(session, chat))
                        busy[chat].add_done_callback(lambda _: self._woken.set())
                    await self._woken.wait()
            finally:
                running = [*busy.values(), *self._late]
                for task in running:
                    task.cancel()
                await asyncio.gather(*running, return_exceptions=True)

    async def _push_lane(self, session: aiohttp.ClientSession, chat: int) -> None:
        """Push the updates of one chat until none is left."""
        failures = 0
        lane = self._lanes[chat]
        while lane and self.url:
            if lane[0].expires <= self._world.clock():
                self._world.forget(lane.popleft())
                continue
            wait = await self._push(session, lane[0])
            if wait is None:
                failures = 0
                taken = lane.popleft()
                self._world.forget(taken)
                if self.again and self._dice.random() < self.again:
                    self._late.add(asyncio.get_running_loop().create_task(self._push_again(session, taken)))
                continue
            failures += 1
            await asyncio.sleep(wait or self.retry_unit * min(2**failures, 60))
        if not lane and self._lanes.get(chat) is lane:
            del self._lanes[chat]

    async def _push_again(self, session: aiohttp.ClientSession, update: Waiting) -> None:
        await asyncio.sleep(self._dice.uniform(0, LATE))
        if await self._push(session, update) is None:
            self.repeated += 1

    async def _push(self, session: aiohttp.ClientSession, update: Waiting) -> float | None:
        """None when taken; else how long the bot asks to wait (0: it does not say)."""
        headers = {"Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": self._secret}
        try:
            async with session.post(self.url, data=update.body, headers=headers) as answer:
                status, body = answer.status, await answer.read()
                asked = answer.headers.get("Retry-After", "0")
        except (aiohttp.ClientError, TimeoutError, OSError) as problem:
            self.last_error = type(problem).__name__
            return 0.0
        self.statuses.append(status)
        if 200 <= status <= 299:
            self._answered(body)
            return None
        self.last_error = f"Wrong response from the webhook: {status}"
        return min(float(asked) * self.retry_unit, 3600.0) if asked.isdigit() else 0.0

    def _answered(self, body: bytes) -> None:
        try:
            data: Any = orjson.loads(body)
        except orjson.JSONDecodeError:
            return
        if isinstance(data, dict) and isinstance(method := data.pop("method", None), str):
            self._by_answer(method, data)
