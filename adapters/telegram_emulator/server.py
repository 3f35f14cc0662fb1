"""The emulator: `async with Emulator() as telegram` gives a Bot API server at `telegram.url` and people to speak with.

The one rule: what the real server refuses is refused here too, with the same code and sentence; being kinder than
Telegram would prove nothing.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from collections.abc import Callable
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl, unquote

import orjson

from adapters.telegram_emulator.faults import Fault, Faults, Kind
from adapters.telegram_emulator.methods import Methods
from adapters.telegram_emulator.params import decoded, parameters
from adapters.telegram_emulator.people import Citizen, Group
from adapters.telegram_emulator.pushing import Pusher
from adapters.telegram_emulator.wire import Exchange, Server
from adapters.telegram_emulator.world import DEFAULT_UPDATES, Chat, Json, Person, Refusal, World

TOKEN = "4242:emulator-AAEbcdefghijklmnopqrstuvwxyz012"
MAX_POLL = 50.0
MAX_BATCH = 100
_BROKEN = {
    "bad_gateway": (502, b"<html><h1>502 Bad Gateway</h1></html>"),
    "server_error": (500, b'{"ok":false,"error_code":500,"description":"Internal Server Error"}'),
    "unauthorized": (401, b'{"ok":false,"error_code":401,"description":"Unauthorized"}'),
    "not_found": (404, b'{"ok":false,"error_code":404,"description":"Not Found"}'),
}

ControlCall = Callable[[str, Json], Any]


class _Poll:
    """A getUpdates that waits."""

    __slots__ = ("exchange", "limit", "timer")

    def __init__(self, exchange: Exchange, limit: int, timer: asyncio.TimerHandle) -> None:
        self.exchange = exchange
        self.limit = limit
        self.timer = timer


class Emulator:
    """A Bot API server for one bot, and for those that it hosts. `clock` gives seconds since 1970; with `limits` it
    answers 429 to haste. A bot's number is the one in front of its token."""

    def __init__(
        self,
        *,
        token: str = TOKEN,
        name: str = "palabre_bot",
        limits: bool = False,
        clock: Callable[[], float] = time.time,
        seed: int = 1,
    ) -> None:
        self.token = token
        self.world = World(clock)
        self.world.bot.id, self.world.bot_name = int(token.partition(":")[0]), name
        self._hosted: list[Emulator] = []
        self.faults = Faults(seed)
        self.calls: Counter[str] = Counter()
        self.recent: deque[tuple[str, Json]] = deque(maxlen=200)
        self.url = ""
        self.control: ControlCall | None = None
        self._methods = Methods(self.world)
        self._methods.limits.on = limits
        self._pusher = Pusher(self.world, self._by_webhook)
        self._server = Server(self._handle)
        self._prefix = f"/bot{token}/"
        self._files = f"/file/bot{token}/"
        self._poll: _Poll | None = None
        self._flushing = False
        self.world.on_update = self._updated

    def host(self, other: Emulator) -> None:
        """Answer for another bot too, which has chats and people of its own; it is not started for itself."""
        other.url = self.url
        self._hosted.append(other)

    async def start(self, port: int = 0, host: str = "127.0.0.1") -> None:
        self.url = f"http://{host}:{await self._server.start(host, port)}"

    async def stop(self) -> None:
        for other in self._hosted:
            await other.stop()
        await self._pusher.stop()
        if self._poll is not None:
            self._poll.timer.cancel()
            self._poll = None
        await self._server.stop()

    async def __aenter__(self) -> Emulator:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    # People

    def citizen(self, number: int, name: str = "Léa", lang: str | None = "fr") -> Citizen:
        """The person with this id, made at the first call."""
        person = self.world.people.get(number)
        if person is None:
            person = self.world.people[number] = Person(number, name, lang)
        return Citizen(self.world, person)

    def group(
        self, number: int, title: str = "Quartier", *, topics: set[int] | None = None, admin: bool = False
    ) -> Group:
        """A group with the bot in it; with `topics` a forum. Made at the first call."""
        chat = self.world.chats.get(number)
        if chat is None:
            kind = "supergroup" if topics is not None or number < -1_000_000_000_000 else "group"
            chat = self.world.chats[number] = Chat(number, kind, title, topics=topics, bot_is_admin=admin)
        return Group(self.world, chat)

    @property
    def limits(self) -> bool:
        return self._methods.limits.on

    @limits.setter
    def limits(self, on: bool) -> None:
        self._methods.limits.on = on

    @property
    def too_fast(self) -> int:
        """How many messages were refused with 429."""
        return self._methods.limits.refused

    @property
    def pusher(self) -> Pusher:
        return self._pusher

    def fault(self, method: str, kind: Kind, *, times: int = 1, seconds: float = 1.0, rate: float = 1.0) -> None:
        """Plan trouble; see `faults.Kind`."""
        self.faults.add(method, kind, times=times, seconds=seconds, rate=rate)

    @property
    def unconfirmed(self) -> int:
        """How many updates the bot has not confirmed."""
        return len(self.world.queue)

    # Requests

    def _handle(self, exchange: Exchange) -> None:
        path, _, query = exchange.path.partition("?")
        if not path.startswith(self._prefix):
            other = next((one for one in self._hosted if unquote(path).startswith((one._prefix, one._files))), self)
            if other is self:
                self._elsewhere(exchange, path)
            else:
                other._handle(exchange)
            return
        method = path[len(self._prefix) :].lower()
        self.calls[method] += 1
        fault = self.faults.next(method)
        if fault is None:
            self._carry_out(exchange, method, query)
        else:
            self._trouble(exchange, method, query, fault)

    def _elsewhere(self, exchange: Exchange, path: str) -> None:
        if path == "/control" and self.control is not None:
            try:
                request = orjson.loads(exchange.body or b"{}")
                exchange.answer(200, orjson.dumps(self.control(str(request.get("do", "status")), request)))
            except (LookupError, ValueError, TypeError, AttributeError) as problem:
                exchange.answer(400, orjson.dumps({"error": f"{type(problem).__name__}: {problem}"}))
        elif (path := unquote(path)).startswith(self._files):
            data = self.world.files.get(path.rpartition("/")[2].partition(".")[0])
            exchange.answer(*(_BROKEN["not_found"] if data is None else (200, data)))
        elif path.startswith("/bot") and ":" in path:
            exchange.answer(*_BROKEN["unauthorized"])
        else:
            exchange.answer(*_BROKEN["not_found"])

    def _carry_out(self, exchange: Exchange, method: str, query: str) -> None:
        try:
            params = parameters(exchange.content_type, exchange.body)
            if query:
                params |= dict(parse_qsl(query))
            self.recent.append((method, params))
            if method == "getupdates":
                self._get_updates(exchange, params)
                return
            result = self._webhook_call(method, params)
            if result is None:
                result = self._methods.call(method, params)
        except Refusal as refusal:
            exchange.answer(refusal.code, _refused(refusal))
            return
        exchange.answer(200, b'{"ok":true,"result":%b}' % result)

    def _trouble(self, exchange: Exchange, method: str, query: str, fault: Fault) -> None:
        match fault.kind:
            case "bad_gateway" | "server_error" | "unauthorized" | "not_found":
                exchange.answer(*_BROKEN[fault.kind])
            case "later":
                wait = max(1, round(fault.seconds))
                refusal = Refusal(429, f"Too Many Requests: retry after {wait}", retry_after=wait)
                exchange.answer(429, _refused(refusal))
            case "dropped":
                exchange.hang_up()
            case "lost":
                self._unheard(exchange, method, query)
                exchange.hang_up()
            case "garbage":
                self._unheard(exchange, method, query)
                exchange.answer(200, b"<html>not JSON</html>")
            case "slow":
                asyncio.get_running_loop().call_later(fault.seconds, self._carry_out, exchange, method, query)

    def _unheard(self, exchange: Exchange, method: str, query: str) -> None:
        exchange.muted = True
        self._carry_out(exchange, method, query)
        exchange.muted = False

    # Reading

    def _get_updates(self, exchange: Exchange, params: Json) -> None:
        if self._pusher.url:
            raise Refusal(
                409,
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the "
                "webhook first",
            )
        if self._poll is not None:
            self._end_poll(
                Refusal(
                    409,
                    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
                )
            )
        self._allow(params)
        self.world.confirm(int(params.get("offset") or 0))
        limit = min(max(int(params.get("limit") or MAX_BATCH), 1), MAX_BATCH)
        updates = self.world.earliest(limit)
        wait = min(float(params.get("timeout") or 0), MAX_POLL)
        if updates or wait <= 0:
            exchange.answer(200, b'{"ok":true,"result":[%b]}' % b",".join(one.body for one in updates))
            return
        timer = asyncio.get_running_loop().call_later(wait, self._answer_poll)
        self._poll = _Poll(exchange, limit, timer)
        exchange.on_lost = self._poll_lost

    def _allow(self, params: Json) -> None:
        if (allowed := decoded(params.get("allowed_updates"))) is not None:
            self.world.allowed = frozenset(allowed) or DEFAULT_UPDATES

    def _updated(self) -> None:
        if self._pusher.url:
            self._pusher.add(self.world.queue[-1])
        elif self._poll is not None and not self._flushing:
            # What happens in the same instant leaves in the same answer.
            self._flushing = True
            asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        self._flushing = False
        self._answer_poll()

    def _answer_poll(self) -> None:
        poll, self._poll = self._poll, None
        if poll is not None:
            poll.timer.cancel()
            updates = self.world.earliest(poll.limit)
            poll.exchange.answer(200, b'{"ok":true,"result":[%b]}' % b",".join(one.body for one in updates))

    def _end_poll(self, refusal: Refusal) -> None:
        poll, self._poll = self._poll, None
        if poll is not None:
            poll.timer.cancel()
            poll.exchange.answer(refusal.code, _refused(refusal))

    def _poll_lost(self) -> None:
        if self._poll is not None:
            self._poll.timer.cancel()
            self._poll = None

    # Webhook

    def _webhook_call(self, method: str, params: Json) -> bytes | None:
        match method:
            case "setwebhook":
                self._allow(params)
                self._drop(params)
                self._pusher.set(str(params.get("url") or ""), str(params.get("secret_token") or ""), params)
                return b"true"
            case "deletewebhook":
                self._drop(params)
                self._pusher.set("", "", {})
                return b"true"
            case "getwebhookinfo":
                return orjson.dumps(self._pusher.info() | {"allowed_updates": sorted(self.world.allowed)})
            case _:
                return None

    def _drop(self, params: Json) -> None:
        if str(params.get("drop_pending_updates")).lower() == "true":
            self.world.queue.clear()

    def _by_webhook(self, method: str, params: Json) -> None:
        """A method called in the answer to a push: carried out, its result unseen."""
        self.calls[method.lower()] += 1
        try:
            self._methods.call(method.lower(), params)
        except Refusal:
            pass


def _refused(refusal: Refusal) -> bytes:
    data: Json = {"ok": False, "error_code": refusal.code, "description": refusal.description}
    if refusal.parameters:
        data["parameters"] = refusal.parameters
    return orjson.dumps(data)
