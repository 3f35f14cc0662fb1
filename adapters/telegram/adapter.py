"""Telegram on the contract of `adapters.base`.

The one rule: the calls made for every act of every person (getUpdates, sendMessage, editMessageText,
answerCallbackQuery) make no library objects, neither out nor in; `telegram.Bot` serves the rare ones.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import orjson
from starlette.routing import BaseRoute
from telegram import Bot
from telegram.error import TelegramError

from adapters.base import Action, Batch, Capabilities, File, Inbound, Limit, Outgoing, Place, Refused, Sent, Unsure
from adapters.render import units
from adapters.telegram import errors, markup
from adapters.telegram.acting import ACTS, IN_SMALL_GROUPS, Acting, is_group, is_large
from adapters.telegram.polling import Poller, Taken
from adapters.telegram.reading import UPDATES, Malformed, Me, callback_id, read
from adapters.telegram.settings import TelegramSettings
from adapters.telegram.standing import Standing
from adapters.telegram.transport import Lost, NotSent, Reply, Transport
from adapters.telegram.webhook import CONNECTIONS, Pushes

log = logging.getLogger(__name__)

MAX_NOTE = 200
"""https://core.telegram.org/bots/api#answercallbackquery (text)"""
REMEMBERED_PRESSES = 20_000
"""Presses that can still be answered; Telegram forgets them within a minute."""

# https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
_PRIVATE = (5, 5.0)  # "avoid sending more than one message per second", short bursts are let through
_GROUP = (20, 60.0)
_EVERYONE = (30, 1.0)

_CAPABILITIES = Capabilities(
    max_text=markup.MAX_TEXT,
    buttons=markup.MAX_BUTTONS,
    button_label=markup.LABEL,
    edit=True,
    media=frozenset({"image/png", "image/jpeg"}),
    ephemeral_note=True,
)
_IN_GROUPS = replace(_CAPABILITIES, acts=ACTS, ends_acts=True)
_IN_SMALL_GROUPS = replace(_IN_GROUPS, acts=IN_SMALL_GROUPS)
_NO_PREVIEW = {"is_disabled": True}
_NUMBER = re.compile(r"-?[0-9]{1,18}")
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")  # https://core.telegram.org/bots/api#botcommand
_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{0,64}")

Menu = Mapping[str, Mapping[str, str]]
"""Per language code ("" for all others): command -> what it does. https://core.telegram.org/bots/api#setmycommands"""


class TelegramAdapter:
    """One bot. `now` dates what Telegram does not; `malformed` counts the updates that could not be read."""

    def __init__(
        self,
        settings: TelegramSettings,
        *,
        menu: Menu | None = None,
        name: str = "telegram",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self.malformed = 0
        self._settings = settings
        self._menu = menu or {}
        self._now = now
        self._transport = Transport(settings.base_url, settings.token)
        self._bot = Bot(
            settings.token,
            base_url=f"{settings.base_url.rstrip('/')}/bot",
            request=self._transport,
            get_updates_request=self._transport,
        )
        self._poller = Poller(self._transport, settings, monotonic)
        self._pushes = Pushes(settings.webhook_secret or _secret_of(settings.token))
        self._standing = Standing(self._transport, monotonic)
        self._acting = Acting(self._transport, lambda: self._me.id if self._me else None, now)
        self._queries: OrderedDict[str, str] = OrderedDict()
        self._me: Me | None = None
        self._menu_is_up = False

    @property
    def last_poll_ok(self) -> float | None:
        """When Telegram was last read, on the `monotonic` clock; None before the first time."""
        return self._poller.last_poll_ok

    @property
    def reachable(self) -> bool:
        """False while Telegram is known not to answer, so that silence is not taken for "nothing more to read"."""
        return self._poller.reachable

    @property
    def received_anywhere(self) -> bool:
        """Telegram pushes to whichever process its address leads to; by long poll, one process asks."""
        return self._settings.mode == "webhook"

    def capabilities(self, place: Place) -> Capabilities:
        if not is_group(place):
            return _CAPABILITIES
        return _IN_GROUPS if is_large(place) else _IN_SMALL_GROUPS

    def limits(self, place: Place) -> tuple[Limit, ...]:
        if not self._settings.rate_limits:
            return ()
        count, seconds = _GROUP if place.chat.startswith(("-", "@")) else _PRIVATE
        return (Limit(f"{self.name}:{place.chat}", count, seconds), Limit(self.name, *_EVERYONE))

    def link(self, payload: str) -> str | None:
        """The address that opens a chat with the bot and sends `/start payload`; None before Telegram told our name,
        and for a payload that no such address can carry. https://core.telegram.org/bots/features#deep-linking"""
        if self._me is None or not self._me.name or not _PAYLOAD.fullmatch(payload):
            return None
        return f"https://t.me/{self._me.name}" + (f"?start={payload}" if payload else "")

    def group_link(self, payload: str) -> str | None:
        """The address that lets somebody choose a group, adds the bot to it and sends `/start payload` there."""
        link = self.link(payload) if payload else None
        return link.replace("?start=", "?startgroup=") if link else None

    # Reading

    async def receive(self, cursor: str | None) -> AsyncIterator[Batch]:
        me = await self._begin()
        source = self._pushed() if self._settings.mode == "webhook" else self._poller.updates(cursor)
        async with aclosing(source):
            async for taken in source:
                items = await self._standing.complete(self._read(taken, me))
                yield Batch(cursor=taken.cursor, items=items, gap=taken.gap)

    def routes(self) -> list[BaseRoute]:
        """What the web server must let in, in webhook mode: the path of the public address."""
        if self._settings.mode != "webhook":
            return []
        return [self._pushes.route(urlsplit(self._settings.webhook_url or "").path or "/")]

    async def webhook_endpoint(self, body: bytes, secret_header: str | None) -> tuple[int, bytes]:
        """The answer to one push of Telegram, for another web server than Starlette."""
        return await self._pushes.endpoint(body, secret_header)

    async def introduce(self) -> Me:
        """Learn who we are: commands in groups and links carry our name."""
        if self._me is None:
            said = await self._poller.ask("getMe", {})
            self._me = Me(int(said["id"]), str(said.get("username") or "").lower())
        return self._me

    async def _begin(self) -> Me:
        """Learn who we are, and put the command menu up."""
        me = await self.introduce()
        if not self._menu_is_up:
            await self._publish_menu()
            self._menu_is_up = True
        return me

    async def _publish_menu(self) -> None:
        for language, commands in self._menu.items():
            shown = [(name, about[:256]) for name, about in commands.items() if _COMMAND.fullmatch(name) and about]
            try:
                await self._bot.set_my_commands(shown[:100], language_code=language or None)
            except TelegramError as problem:
                log.warning("The command menu could not be put up (%s)", type(problem).__name__)

    async def _pushed(self) -> AsyncGenerator[Taken, None]:
        wanted = {
            "url": self._settings.webhook_url,
            "secret_token": self._pushes.secret,
            "max_connections": CONNECTIONS,
            "allowed_updates": UPDATES,
        }
        await self._poller.ask("setWebhook", wanted)
        async with aclosing(self._pushes.updates()) as source:
            async for taken in source:
                yield taken

    def _read(self, taken: Taken, me: Me) -> list[tuple[Inbound, Mapping[str, Any]]]:
        """What the updates tell, each with its update."""
        now = self._now()
        items = []
        for update in taken.updates:
            try:
                item = read(update, me, self.name, now)
            except Malformed as problem:
                self.malformed += 1
                log.error("Update %s cannot be read (%s); going on without it", _number_of(update), problem)
                continue
            if item is not None:
                self._remember(item.key, update)
                items.append((item, update))
        return items

    def _remember(self, key: str, update: Mapping[str, Any]) -> None:
        query = callback_id(update)
        if query is not None:
            self._queries[key] = query
            if len(self._queries) > REMEMBERED_PRESSES:
                self._queries.popitem(last=False)

    # Writing

    async def send(self, out: Outgoing) -> Sent:
        editing = out.replaces is not None
        try:
            reply = await (self._edit(out, out.replaces) if out.replaces is not None else self._post(out))
        except (NotSent, Lost) as problem:
            raise errors.broken(problem, editing=editing) from None
        if out.replaces is not None:
            if reply.ok or errors.is_unchanged(reply):
                return Sent(ref=out.replaces)
            raise errors.failure(reply, editing=True)
        if not reply.ok:
            raise errors.failure(reply, editing=False)
        return Sent(ref=_message_id(reply))

    async def act(self, action: Action) -> None:
        await self._acting.act(action)

    async def rights(self, place: Place) -> frozenset[str]:
        return await self._acting.rights(place)

    async def fetch(self, ref: str) -> File:
        adapter, _, file_id = ref.partition(":")
        if adapter != self.name or not file_id:
            raise Refused(f"not a picture of Telegram: {ref[:40]!r}")
        return await self._acting.fetch(file_id)

    async def note(self, inbound_key: str, text: str) -> None:
        query = self._queries.pop(inbound_key, None)
        if query is None:
            return
        payload = {"callback_query_id": query}
        if text:
            payload["text"] = _cut(text, MAX_NOTE)
        if self._pushes.answer(query, payload):
            return
        try:
            reply = await self._transport.call("answerCallbackQuery", payload)
        except (NotSent, Lost, TypeError) as problem:
            log.info("A press could not be answered (%s)", type(problem).__name__)
            return
        if not reply.ok:
            # Mostly "query is too old": the person sees the edited message all the same.
            log.info("A press could not be answered (status %d)", reply.status)

    async def close(self) -> None:
        await self._transport.shutdown()

    async def _post(self, out: Outgoing) -> Reply:
        """A new message, in its topic; where the topic is gone, in the General one."""
        reply = await self._post_to(out, out.place.thread)
        if out.place.thread is not None and errors.is_thread_gone(reply):
            log.warning("The topic of %s is gone or closed; writing in the General one", out.place)
            return await self._post_to(out, None)
        return reply

    async def _post_to(self, out: Outgoing, thread: str | None) -> Reply:
        payload: dict[str, Any] = {"chat_id": _chat(out.place), "parse_mode": "HTML"}
        if thread is not None:
            payload["message_thread_id"] = _number(thread)
        if (keyboard := markup.keyboard(out.part)) is not None:
            payload["reply_markup"] = keyboard
        text = markup.html(out.part.body)
        if out.part.image is None:
            payload |= {"text": text, "link_preview_options": _NO_PREVIEW}
            return await self._call("sendMessage", payload)
        return await self._transport.upload(
            "sendPhoto", _form(payload | {"caption": text}), "photo", out.part.image.data, out.part.image.mime
        )

    async def _edit(self, out: Outgoing, ref: str) -> Reply:
        payload: dict[str, Any] = {"chat_id": _chat(out.place), "message_id": _number(ref)}
        if (keyboard := markup.keyboard(out.part)) is not None:
            payload["reply_markup"] = keyboard
        text = markup.html(out.part.body)
        if out.part.image is not None:
            media = {"type": "photo", "media": "attach://photo", "caption": text, "parse_mode": "HTML"}
            fields, image = _form(payload | {"media": media}), out.part.image
            return await self._transport.upload("editMessageMedia", fields, "photo", image.data, image.mime)
        payload["parse_mode"] = "HTML"
        reply = await self._call("editMessageText", payload | {"text": text, "link_preview_options": _NO_PREVIEW})
        if errors.is_picture(reply):
            return await self._call("editMessageCaption", payload | {"caption": text})
        return reply

    async def _call(self, method: str, payload: Mapping[str, Any]) -> Reply:
        try:
            return await self._transport.call(method, payload)
        except TypeError as problem:  # orjson: something that no JSON can carry
            raise Refused(f"cannot be written as JSON ({problem})") from None


def _secret_of(token: str) -> str:
    """What Telegram shows with each push, the same for every process of this bot."""
    return hmac.new(token.encode(), b"palabre webhook", hashlib.sha256).hexdigest()


def _form(payload: Mapping[str, Any]) -> dict[str, str]:
    """Fields of a form: texts as they are, the rest as JSON."""
    return {name: value if isinstance(value, str) else orjson.dumps(value).decode() for name, value in payload.items()}


def _cut(text: str, limit: int) -> str:
    """At most `limit` UTF-16 units of `text`."""
    if units(text) <= limit:
        return text
    return text.encode("utf-16-le", "surrogatepass")[: 2 * (limit - 1)].decode("utf-16-le", "ignore") + "…"


def _chat(place: Place) -> int | str:
    """https://core.telegram.org/bots/api#sendmessage (chat_id)"""
    return int(place.chat) if _NUMBER.fullmatch(place.chat) else place.chat


def _number(text: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise Refused(f"not a number of Telegram: {text!r}")
    return int(text)


def _message_id(reply: Reply) -> str:
    result = reply.body.get("result")
    number = result.get("message_id") if isinstance(result, Mapping) else None
    if type(number) is not int:
        raise Unsure("Telegram took the message but did not tell its number")
    return str(number)


def _number_of(update: Any) -> str:
    number = update.get("update_id") if isinstance(update, Mapping) else None
    return str(number) if type(number) is int else "without number"
