"""The web server: the chat, the public pages, what messengers post to us, and what operators look at.

The one rule: the server lives inside the service's event loop and touches no signal; the service decides when to stop,
by cancelling `serve`.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import socket
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.metrics import CONTENT_TYPE
from bot.pages import Pages, error_page, page_routes
from locales.accept import accepted

_log = logging.getLogger(__name__)

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(self), microphone=()",
}
_GOODBYE = 3


class CannotListen(Exception):
    """The address of `PALABRE_WEB__LISTEN` cannot be used; the text says why and what to do."""


def make_app(
    *,
    chat_routes: Sequence[BaseRoute] = (),
    webhook_routes: Sequence[BaseRoute] = (),
    pages: Pages,
    health: Callable[[], Awaitable[dict[str, Any]]],
    metrics: Callable[[], Awaitable[str]],
    live: Callable[[], dict[str, Any]] = lambda: {"ok": True},
) -> Starlette:
    """Everything that listens. `health` answers with `ok` False when the service cannot do its work; `live` answers as
    long as anything does. Without chat routes, `/` is the list of consultations."""

    async def tell_health(request: Request) -> Response:
        try:
            state = await health()
        except Exception:
            _log.exception("The health check itself failed.")
            state = {"ok": False}
        return JSONResponse(state, status_code=200 if state.get("ok", True) else 503)

    async def tell_metrics(request: Request) -> Response:
        return PlainTextResponse(await metrics(), media_type=CONTENT_TYPE)

    async def tell_live(request: Request) -> Response:
        return JSONResponse(live())

    return Starlette(
        routes=[
            *webhook_routes,
            Route("/health", tell_health),
            Route("/health/ready", tell_health),
            Route("/health/live", tell_live),
            Route("/metrics", tell_metrics),
            *page_routes(pages, home=not chat_routes),
            *chat_routes,
        ],
        middleware=[Middleware(_SafeHeaders), Middleware(_NoNul)],
        exception_handlers={HTTPException: _refused, Exception: _failed},
    )


async def serve(app: Starlette, host: str, port: int) -> None:
    """Listen on `host` and `port` until cancelled. Raises `CannotListen`."""
    await serve_on(app, listen(host, port))


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; connections wait in it until `serve_on`. Raises `CannotListen`."""
    if not 0 <= port <= 65535:
        raise CannotListen(f"{port} is not a port; ports go from 1 to 65535. Change PALABRE_WEB__LISTEN.")
    try:
        family, kind, proto, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, proto)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(address)
            listening.listen(2048)
        except BaseException:
            listening.close()
            raise
    except OSError as error:
        raise CannotListen(f"{_why(host, port, error)} Change PALABRE_WEB__LISTEN (now {host}:{port}).") from error
    listening.setblocking(False)
    return listening


async def serve_on(app: Starlette, listening: socket.socket) -> None:
    """Answer what arrives on `listening` until cancelled; what is being answered has a few seconds to end."""
    server = _Server(
        uvicorn.Config(
            app,
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_GOODBYE,
            timeout_keep_alive=65,
        )
    )
    running = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        await asyncio.shield(running)
    finally:
        server.should_exit = True
        await running
        listening.close()


class _Server(uvicorn.Server):
    """uvicorn without its own idea of signals: they belong to the service."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class _SafeHeaders:
    """Puts the headers above on every answer, errors included; an answer may bring its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_safely)


class _NoNul:
    """Nothing of ours has an address with the NUL character in it, and PostgreSQL cannot even be asked about one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._app
        if scope["type"] == "http" and "\0" in scope["path"]:
            app = error_page(_language(Request(scope)), 404)
        await app(scope, receive, send)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return error_page(_language(request), error.status_code, headers=error.headers)


async def _failed(request: Request, error: Exception) -> Response:
    response = error_page(_language(request), 500)
    # Starlette answers failures outside of all middleware.
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def _language(request: Request) -> str:
    return accepted(request.headers.get("accept-language", ""))


def _why(host: str, port: int, error: OSError) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return f"Another program already listens on {host}:{port}; perhaps Palabre is already running."
        case errno.EACCES:
            return f"We may not listen on port {port}; ports under 1024 need special rights."
        case errno.EADDRNOTAVAIL:
            return f"{host} is not an address of this machine."
        case _:
            return f"We cannot listen on {host}:{port} ({error})."
