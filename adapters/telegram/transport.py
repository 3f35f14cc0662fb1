"""How bytes reach the Bot API: a `BaseRequest` on aiohttp, and `call`, a leaner road for what comes by the thousand.

The one rule: whoever reads an error here knows whether the request may have reached Telegram (`Lost`) or surely did
not (`NotSent`). And no error carries an address, because the address contains the token.

python-telegram-bot's own transport walks over its whole pool at each request; it was measured at three quarters of a
bot's processor time. `telegram.Bot` uses this one for the rare calls (`do_request`), and pictures are uploaded with it;
polling, sending, editing and answering use `call`, which goes over `adapters.telegram.lines`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import aiohttp
import orjson
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData
from yarl import URL

from adapters import legible
from adapters.telegram.lines import CONNECT_SECONDS, CONNECTIONS, IDLE_SECONDS, Lines, Lost, NotSent

TOTAL_SECONDS = 30.0

_HEADERS = {"Content-Type": "application/json"}
_UNSENT_HEADERS = ("User-Agent", "Accept", "Accept-Encoding")


@dataclass(frozen=True, slots=True)
class Reply:
    """What the Bot API answered. `body` is empty when it was not the JSON object that the Bot API promises."""

    status: int
    body: Mapping[str, Any]

    @property
    def ok(self) -> bool:
        return self.status == 200 and self.body.get("ok") is True

    @property
    def description(self) -> str:
        """The English sentence of a failure. https://core.telegram.org/bots/api#making-requests"""
        text = self.body.get("description")
        return text if isinstance(text, str) else ""

    def parameter(self, name: str) -> int | None:
        """A number of ResponseParameters. https://core.telegram.org/bots/api#responseparameters"""
        parameters = self.body.get("parameters")
        value = parameters.get(name) if isinstance(parameters, Mapping) else None
        return int(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


__all__ = ["Lost", "NotSent", "Reply", "Transport", "parse"]


class Transport(BaseRequest):
    """One pool of kept-alive connections to one Bot API server."""

    def __init__(self, base_url: str, token: str, *, seconds: float = TOTAL_SECONDS) -> None:
        self._base = f"{base_url.rstrip('/')}/bot{quote(token, safe=':')}/"
        self._files = f"{base_url.rstrip('/')}/file/bot{quote(token, safe=':')}/"
        self._addresses: dict[str, URL] = {}
        self._session: aiohttp.ClientSession | None = None
        self._lines: Lines | None = None
        self._seconds = seconds
        self._timeout = aiohttp.ClientTimeout(total=seconds, sock_connect=CONNECT_SECONDS)

    async def call(self, method: str, payload: Mapping[str, Any], *, seconds: float | None = None) -> Reply:
        """One call of the Bot API, JSON in and JSON out. Raises `NotSent` or `Lost`; a refusal is a `Reply`."""
        if self._lines is None:
            try:
                self._lines = Lines(self._base)
            except ValueError as problem:
                raise NotSent(str(problem)) from None
        status, body = await self._lines.post(
            self._address(method).raw_path, orjson.dumps(payload), seconds or self._seconds
        )
        return Reply(status, parse(body))

    async def upload(
        self, method: str, fields: Mapping[str, str], name: str, image: bytes, kind: str = "image/png"
    ) -> Reply:
        """One call that carries a picture as multipart/form-data, in the field `name`."""
        form = aiohttp.FormData(dict(fields))
        form.add_field(name, image, filename=f"{name}.{kind.removeprefix('image/')}", content_type=kind)
        status, body = await self._post(self._address(method), form, {}, self._timeout)
        return Reply(status, parse(body))

    async def download(self, path: str, most: int, *, seconds: float) -> bytes:
        """The first `most` bytes of a file that `getFile` named. Raises `NotSent` or `Lost`.
        https://core.telegram.org/bots/api#file"""
        timeout = aiohttp.ClientTimeout(total=seconds, sock_connect=CONNECT_SECONDS)
        try:
            async with self._open().get(
                URL(self._files + quote(path), encoded=True), timeout=timeout, allow_redirects=False
            ) as answer:
                if answer.status != 200:
                    raise Lost(f"status {answer.status}")
                data = bytearray()
                while len(data) < most and (chunk := await answer.content.read(most - len(data))):
                    data += chunk
                return bytes(data)
        except (aiohttp.ClientError, TimeoutError, OSError) as problem:
            raise Lost(type(problem).__name__) from None

    async def _post(
        self, url: URL, data: bytes | aiohttp.FormData, headers: Mapping[str, str], timeout: aiohttp.ClientTimeout
    ) -> tuple[int, bytes]:
        try:
            async with self._open().post(
                url, data=data, headers=headers, timeout=timeout, allow_redirects=False
            ) as answer:
                return answer.status, await answer.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as problem:
            raise NotSent(type(problem).__name__) from None
        except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError):
            raise NotSent("PALABRE_TELEGRAM__BASE_URL is not an address") from None
        except (aiohttp.ClientError, TimeoutError, OSError) as problem:
            raise Lost(type(problem).__name__) from None

    def _address(self, method: str) -> URL:
        url = self._addresses.get(method)
        if url is None:
            try:
                url = self._addresses[method] = URL(self._base + method, encoded=True)
            except ValueError:
                raise NotSent("PALABRE_TELEGRAM__BASE_URL is not an address") from None
        return url

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=CONNECTIONS, keepalive_timeout=IDLE_SECONDS, ttl_dns_cache=300)
            self._session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                skip_auto_headers=_UNSENT_HEADERS,
                timeout=self._timeout,
            )
        return self._session

    # What python-telegram-bot asks of a transport.

    @property
    def read_timeout(self) -> float:
        return TOTAL_SECONDS

    async def initialize(self) -> None:
        self._open()

    async def shutdown(self) -> None:
        if self._lines is not None:
            lines, self._lines = self._lines, None
            await lines.close()
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()
            await asyncio.sleep(0)

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = None,
        write_timeout: object = None,
        connect_timeout: object = None,
        pool_timeout: object = None,
    ) -> tuple[int, bytes]:
        """One call for `telegram.Bot`; the timeouts are ours, whatever it asks."""
        data = orjson.dumps(request_data.json_parameters if request_data else {})
        try:
            return await self._post(URL(url, encoded=True), data, _HEADERS, self._timeout)
        except NotSent as problem:
            raise NetworkError(f"not sent: {problem}") from None
        except Lost as problem:
            raise TimedOut(f"no answer: {problem}") from None


def parse(body: bytes) -> Mapping[str, Any]:
    """The JSON object in `body`, or an empty one. One damaged update never hides a whole batch of them."""
    data = legible.read(body)
    return data if isinstance(data, dict) else {}
