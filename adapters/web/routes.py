"""The addresses of the web chat.

    GET  /, /start/{id}        the page
    GET  /chat/page/{name}     its style and its scripts
    GET  /chat/stream?after=N  what is shown, as server-sent events
    POST /chat/say, /chat/press   {key, text} and {key, data, label, message}
    POST /chat/place           {key, lat, lon}
    POST /chat/photo?key=...   the bytes of a photo
    GET  /chat/image/{digest}.png, /chat/photo/{name}.jpg

The one rule: an answer of 200 to a POST says that the event is stored. Every other answer carries a sentence in the
person's language, and the page keeps what it has until it knows.
"""

from __future__ import annotations

import json
import logging
import math
import re
from base64 import b64decode
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from adapters.base import Inbound
from adapters.spots import spot
from adapters.web import guard
from adapters.web.drawer import NAMES, photo_address
from adapters.web.entries import image_json, image_place
from adapters.web.intake import Full
from adapters.web.page import FILES, chat_page
from adapters.web.photos import Counter, name_of
from adapters.web.streams import TooMany
from adapters.web.turned import Turned, busy, unreadable
from locales import LANGUAGES, tr
from locales.accept import accepted

if TYPE_CHECKING:
    from adapters.web.adapter import WebAdapter

_log = logging.getLogger(__name__)

_BODY = 64 * 1024
_DATA = 64
_LABEL = 200
_PAYLOAD = re.compile(r"[\w-]{1,64}", re.ASCII)
_NUMBER = re.compile(r"[0-9]{1,15}")


def routes(adapter: WebAdapter) -> list[BaseRoute]:
    """The routes of one adapter."""
    chat = _Chat(adapter)
    return [
        Route("/", chat.page),
        Route("/start/{payload}", chat.page),
        Route("/chat/page/{name}", _file),
        Route("/chat/stream", chat.stream),
        Route("/chat/say", chat.say, methods=["POST"]),
        Route("/chat/press", chat.press, methods=["POST"]),
        Route("/chat/photo", chat.send_photo, methods=["POST"]),
        Route("/chat/place", chat.send_place, methods=["POST"]),
        Route("/chat/image/{digest}.png", chat.image),
        Route("/chat/photo/{name}.jpg", chat.photo),
    ]


class _Chat:
    def __init__(self, adapter: WebAdapter) -> None:
        self._adapter = adapter
        self._settings = adapter.settings
        self._counter = Counter()

    async def page(self, request: Request) -> Response:
        token = guard.token_of(request) or guard.new_token()
        lang = await self._lang(request, guard.person_of(token))
        payload = request.path_params.get("payload") or request.query_params.get("start") or ""
        html = chat_page(
            lang,
            title=self._settings.title,
            invitations=await self._settings.welcome(lang),
            start=payload if _PAYLOAD.fullmatch(payload) else "",
        )
        response = Response(html, media_type="text/html", headers={"Cache-Control": "no-store", "Vary": "Cookie"})
        guard.give(response, request, token)
        return response

    async def stream(self, request: Request) -> Response:
        token = guard.token_of(request)
        if token is None or request.headers.get("sec-fetch-site") == "cross-site":
            return Response(status_code=401)
        after = request.headers.get("last-event-id") or request.query_params.get("after") or "0"
        if not _NUMBER.fullmatch(after):
            return Response("after is a number", status_code=400)
        if request.method == "HEAD":  # or it would stay open for somebody who is shown nothing of it
            return Response(media_type="text/event-stream", headers={"Cache-Control": "no-store"})
        place = str(self._adapter.place(guard.person_of(token)))
        try:
            self._adapter.streams.check(place)
        except TooMany:
            return Response(status_code=503, headers={"Retry-After": "10"})
        return StreamingResponse(
            self._adapter.streams.follow(place, int(after)),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    async def say(self, request: Request) -> Response:
        return await self._answer(request, self._said)

    async def send_place(self, request: Request) -> Response:
        return await self._answer(request, self._placed)

    async def send_photo(self, request: Request) -> Response:
        return await self._answer(request, self._photographed)

    async def press(self, request: Request) -> Response:
        return await self._answer(request, self._pressed)

    async def image(self, request: Request) -> Response:
        """A drawing, for those who talk with us; what may be seen by whom is decided where it is shown."""
        if guard.token_of(request) is None:
            raise HTTPException(404)
        found = await self._settings.shelf.since(image_place(request.path_params["digest"]), 0)
        if not found:
            raise HTTPException(404)
        headers = {"Cache-Control": "private, max-age=31536000, immutable"}
        return Response(b64decode(found[0][1]["base64"]), media_type="image/png", headers=headers)

    async def photo(self, request: Request) -> Response:
        """A photo, for those who talk with us; its name is the rest of the secret."""
        name = request.path_params["name"]
        if guard.token_of(request) is None or not NAMES.fullmatch(name):
            raise HTTPException(404)
        data = await self._settings.files.read(name)
        if data is None:
            raise HTTPException(404)
        return Response(data, media_type="image/jpeg", headers={"Cache-Control": "private, max-age=3600"})

    async def _answer(self, request: Request, read: Callable[[Request, str, str], Awaitable[_Heard]]) -> Response:
        token = guard.token_of(request)
        person = guard.person_of(token) if token else None
        try:
            if not guard.from_our_page(request):
                raise Turned(
                    403, lambda lang: tr(lang, "This did not come from our page. Please reload it and try again.")
                )
            if person is None:
                raise Turned(
                    401, lambda lang: tr(lang, "Your browser no longer knows this chat. Please reload the page.")
                )
            self._spend(person)
            item, shown = await read(request, person, _locale(request))
            await self._store(item, shown)
        except Turned as turned:
            lang = await self._lang(request, person)
            headers = {} if turned.again is None else {"Retry-After": str(math.ceil(turned.again))}
            return JSONResponse({"sentence": turned.sentence(lang)}, status_code=turned.status, headers=headers)
        return JSONResponse({"stored": True})

    def _spend(self, person: str) -> None:
        """Nobody says too much at once."""
        wait = self._adapter.allowance.take(person)
        if wait:
            raise Turned(
                429, lambda lang: tr(lang, "That was a lot at once. Please wait a moment; nothing is lost."), again=wait
            )

    async def _store(self, item: Inbound, shown: dict[str, Any]) -> None:
        """Return when `item` is stored."""
        try:
            if self._adapter.intake.full:
                raise Full
            try:
                await self._adapter.show_mine(item, shown)
            except Exception:
                _log.exception("The shelf of the web chat does not take what people say.")
                busy()
            stored = await self._adapter.intake.hand_in(item, self._settings.stored_within)
        except Full:
            busy()
        if not stored:
            busy()

    async def _said(self, request: Request, person: str, locale: str) -> _Heard:
        body = await _body(request)
        text = _text(body, "text", _BODY)
        if not text.strip():
            raise Turned(422, lambda lang: tr(lang, "Your message is empty. Please write something first."))
        item = self._adapter.said(person, _key(body), text, locale)
        return item, {"text": text}

    async def _placed(self, request: Request, person: str, locale: str) -> _Heard:
        body = await _body(request)
        where = spot(_degrees(body, "lat"), _degrees(body, "lon"))
        if not where:
            unreadable()
        item = self._adapter.shared(person, _key(body), locale, what="location", spot=where)
        return item, {"text": "", "spot": where}

    async def _photographed(self, request: Request, person: str, locale: str) -> _Heard:
        """Turned away before a byte is read where there is no room; the photo is kept before it is told."""
        key = _key(request.query_params)
        if self._adapter.intake.full:
            busy()
        file = await self._counter.take(request)
        name = name_of(guard.token_of(request) or "", key)
        try:
            await self._settings.files.put(name, file.data)
        except Exception:
            _log.exception("A photo could not be kept.")
            busy()
        item = self._adapter.shared(person, key, locale, what="photo", ref=f"{self._adapter.name}:{name}")
        return item, {"text": "", "image": image_json(photo_address(name), "", file.data)}

    async def _pressed(self, request: Request, person: str, locale: str) -> _Heard:
        body = await _body(request)
        data = _text(body, "data", _DATA)
        if not data:
            unreadable()
        message = body.get("message")
        if not (message is None or (isinstance(message, str) and _NUMBER.fullmatch(message))):
            unreadable()
        label = _text(body, "label", _BODY)[:_LABEL] if "label" in body else ""
        item = self._adapter.pressed(person, _key(body), data, message, locale)
        return item, {"text": label, "press": data, "of": message}

    async def _lang(self, request: Request, person: str | None) -> str:
        """The language the person chose, or else the one their browser asks for."""
        try:
            chosen = await self._settings.language(person) if person else None
        except Exception:
            # A database in trouble must not hide the sentence that says so.
            chosen = None
        if chosen in LANGUAGES:
            return chosen
        return accepted(request.headers.get("accept-language", ""), self._settings.locale)


_Heard = tuple[Inbound, dict[str, Any]]


async def _file(request: Request) -> Response:
    file = FILES.get(request.path_params["name"])
    if file is None:
        raise HTTPException(404)
    headers = {"Cache-Control": "no-cache", "ETag": file.etag}
    if request.headers.get("if-none-match") == file.etag:
        return Response(status_code=304, headers=headers)
    return Response(file.data, media_type=file.media_type, headers=headers)


async def _body(request: Request) -> dict[str, Any]:
    """The JSON object that was posted."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        unreadable()
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > _BODY:
            raise Turned(413, lambda lang: tr(lang, "This message is too long. Please send it in several pieces."))
    try:
        body = json.loads(data)
    except (ValueError, RecursionError):
        unreadable()
    if not isinstance(body, dict):
        unreadable()
    return body


def _text(body: dict[str, Any], name: str, room: int) -> str:
    """A text of the body, of at most `room` bytes, without what no database takes (NUL, half characters)."""
    text = body.get(name)
    if not isinstance(text, str):
        unreadable()
    clean = text.replace("\0", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if len(clean.encode()) > room:
        unreadable()
    return clean


def _key(body: Mapping[str, Any]) -> str:
    """The page's own name for this message."""
    try:
        return str(UUID(body.get("key")))
    except (TypeError, ValueError, AttributeError):
        unreadable()


def _degrees(body: dict[str, Any], name: str) -> float:
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= 180:
        unreadable()
    return value


def _locale(request: Request) -> str:
    """The language the browser reports, ours or not; empty when it does not."""
    header = request.headers.get("accept-language", "")
    first = header.partition(",")[0].partition(";")[0].strip()[:35]
    return accepted(header, first if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*", first) else "")
