"""The addresses of the public pages.

GET /c                 the list (also `/` where there is no web chat)
GET /c/{id}            a consultation, ?lang=fr or ?lang=en
GET /c/{id}/chart.png  its results as a picture, chart-2.png and so on where there are more
GET /c/{id}/trash      what was refused or removed, by which rule; the figures of moderation
GET /c/{id}.csv .json  its results as a file
GET /c/{id}.ics        the best dates, for a calendar
GET /pages.css
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.pages.html import consultation_page, list_page
from bot.pages.model import Format, Pages
from bot.pages.trash import trash_page
from locales import LANGUAGES
from locales.accept import accepted

_HERE = Path(__file__).parent
_TYPES: dict[Format, str] = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "ics": "text/calendar; charset=utf-8",
}
_NUMBER = re.compile(r"[0-9]{1,4}")
_FRESH = {"Cache-Control": "no-cache", "Vary": "Accept-Language"}


def page_routes(pages: Pages, *, home: bool = False) -> list[BaseRoute]:
    """The routes; with `home`, `/` is the list too."""

    async def show_list(request: Request) -> Response:
        lang = language(request)
        return _html(list_page(lang, await pages.listed(lang), chat=not home))

    async def show(request: Request) -> Response:
        lang = language(request)
        page = await pages.consultation(request.path_params["id"], lang)
        if page is None:
            raise HTTPException(404)
        return _html(consultation_page(lang, page, chat=not home))

    async def trash(request: Request) -> Response:
        lang = language(request)
        page = await pages.trash(request.path_params["id"], lang)
        if page is None:
            raise HTTPException(404)
        return _html(trash_page(lang, page))

    async def chart(request: Request) -> Response:
        png = await pages.chart(request.path_params["id"], language(request))
        if png is None:
            raise HTTPException(404)
        return Response(png, media_type="image/png", headers=_FRESH)

    async def another(request: Request) -> Response:
        number = int(request.path_params["number"]) if _NUMBER.fullmatch(request.path_params["number"]) else 0
        png = await pages.chart(request.path_params["id"], language(request), number) if number > 1 else None
        if png is None:
            raise HTTPException(404)
        return Response(png, media_type="image/png", headers=_FRESH)

    async def csv(request: Request) -> Response:
        return await download(request, "csv")

    async def json(request: Request) -> Response:
        return await download(request, "json")

    async def ics(request: Request) -> Response:
        return await download(request, "ics")

    async def download(request: Request, format: Format) -> Response:
        id = request.path_params["id"]
        data = await pages.download(id, format)
        if data is None:
            raise HTTPException(404)
        name = "".join(sign for sign in id if sign.isascii() and (sign.isalnum() or sign in "-_"))
        headers = {"Content-Disposition": f'attachment; filename="{name or "palabre"}.{format}"'}
        return Response(data, media_type=_TYPES[format], headers=_FRESH | headers)

    return [
        *([Route("/", show_list)] if home else []),
        _still("/pages.css", "text/css"),
        _still("/icon.svg", "image/svg+xml"),
        Route("/c", show_list),
        Route("/c/", show_list),
        Route("/c/{id}.csv", csv),
        Route("/c/{id}.json", json),
        Route("/c/{id}.ics", ics),
        Route("/c/{id}/chart-{number}.png", another),
        Route("/c/{id}/chart.png", chart),
        Route("/c/{id}/trash", trash),
        Route("/c/{id}", show),
    ]


def language(request: Request) -> str:
    """What `?lang=` asks for, or else the browser."""
    wish = request.query_params.get("lang", "")
    return wish if wish in LANGUAGES else accepted(request.headers.get("accept-language", ""))


def _html(page: str) -> Response:
    return Response(page, media_type="text/html", headers=_FRESH)


def _still(path: str, media_type: str) -> Route:
    """The route of a file next to this one, read once."""
    data = (_HERE / path[1:]).read_bytes()
    headers = {"Cache-Control": "no-cache", "ETag": f'"{hashlib.sha256(data).hexdigest()[:20]}"'}

    async def answer(request: Request) -> Response:
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        return Response(data, media_type=media_type, headers=headers)

    return Route(path, answer)
