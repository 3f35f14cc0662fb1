"""How bytes reach the homeserver: JSON in and JSON out, over kept-alive connections.

The one rule: no error and no log line carries the access token; it travels in a header alone. Every call that changes
something carries a transaction id (https://spec.matrix.org/latest/client-server-api/#transaction-identifiers) or may
be repeated without harm, so there is a single way to fail: `Unanswered`, and the call may be made again.

Nothing that an answer says leads us anywhere else: we speak with the address of the settings, or with nobody. Files
come from it as well, unless asked for with `allow_redirect`, which we do not.
https://spec.matrix.org/latest/client-server-api/#get_matrixclientv1mediadownloadservernamemediaid
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import aiohttp
import orjson
from yarl import URL

from adapters import legible

CONNECT_SECONDS = 10.0
TOTAL_SECONDS = 30.0
CLIENT = "/_matrix/client/v3"
MEDIA = "/_matrix/media/v3"


class Unanswered(Exception):
    """The homeserver was not reached, or its answer was lost. Carries no address."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the homeserver answered. `body` is empty when it was no JSON object."""

    status: int
    body: Mapping[str, Any]
    retry_header: str | None = None

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def code(self) -> str:
        """https://spec.matrix.org/latest/client-server-api/#standard-error-response"""
        code = self.body.get("errcode")
        return code if isinstance(code, str) else ""

    @property
    def final(self) -> bool:
        """Will the same be answered again, however often it is asked?"""
        return self.status not in (401, 408, 429) and self.status < 500

    @property
    def sentence(self) -> str:
        """What the server says of a failure, for the log."""
        said = self.body.get("error")
        return f"{self.status} {self.code} {said if isinstance(said, str) else ''}".strip()[:200]

    @property
    def wait(self) -> float | None:
        """For how long the server asks to wait: `Retry-After`, else `retry_after_ms`.
        https://spec.matrix.org/latest/client-server-api/#rate-limiting"""
        if self.retry_header is not None and self.retry_header.isdecimal():
            return float(self.retry_header)
        told = self.body.get("retry_after_ms")
        return max(told / 1000, 0.0) if isinstance(told, int | float) and not isinstance(told, bool) else None


class Homeserver:
    """One account on one homeserver. `token` may be changed while it is used; `acting` is what an application service
    puts into each call: for whom it speaks.
    https://spec.matrix.org/latest/application-service-api/#identity-assertion"""

    def __init__(self, base_url: str, token: str | None = None) -> None:
        self.token = token
        self.acting: Mapping[str, str] = {}
        self._base = base_url.rstrip("/")
        self.closed = False
        self._session: aiohttp.ClientSession | None = None

    async def call(
        self,
        method: str,
        path: str,
        payload: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, str] | None = None,
        seconds: float = TOTAL_SECONDS,
    ) -> Reply:
        """One call; a refusal is a `Reply`. `TypeError` when `payload` cannot be written as JSON."""
        data = orjson.dumps(payload) if payload is not None else None
        return await self._ask(method, path, data, "application/json", query, seconds)

    async def upload(self, data: bytes, kind: str) -> Reply:
        """https://spec.matrix.org/latest/client-server-api/#post_matrixmediav3upload"""
        return await self._ask("POST", f"{MEDIA}/upload", data, kind, None, 2 * TOTAL_SECONDS)

    async def download(self, version: str, host: str, name: str, most: int) -> tuple[Reply, bytes]:
        """A file of the media repository, and at most one byte more of it than `most`; empty with a refusal."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        timeout = aiohttp.ClientTimeout(total=2 * TOTAL_SECONDS, sock_connect=CONNECT_SECONDS)
        address = URL(f"{self._base}{version}/download/{quote(host, safe='')}/{quote(name, safe='')}", encoded=True)
        try:
            async with self._open().get(
                address.with_query(self.acting) if self.acting else address,
                headers=headers,
                timeout=timeout,
                allow_redirects=False,
            ) as answer:
                if answer.status != 200:
                    said = parse(await answer.content.read(65_536))
                    return Reply(answer.status, said, answer.headers.get("Retry-After")), b""
                data = bytearray()
                while len(data) <= most and (chunk := await answer.content.read(most + 1 - len(data))):
                    data += chunk
                return Reply(200, {}), bytes(data)
        except (aiohttp.ClientError, TimeoutError, OSError) as problem:
            raise Unanswered(type(problem).__name__) from None

    async def _ask(
        self,
        method: str,
        path: str,
        data: bytes | None,
        kind: str,
        query: Mapping[str, str] | None,
        seconds: float,
    ) -> Reply:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if data is not None:
            headers["Content-Type"] = kind
        timeout = aiohttp.ClientTimeout(total=seconds, sock_connect=CONNECT_SECONDS)
        url = URL(self._base + path, encoded=True)
        told = {**self.acting, **(query or {})}
        try:
            async with self._open().request(
                method,
                url.with_query(told) if told else url,
                data=data,
                headers=headers,
                timeout=timeout,
                allow_redirects=False,
            ) as answer:
                if 300 <= answer.status < 400:
                    raise Unanswered(f"status {answer.status}: PALABRE_MATRIX__HOMESERVER points to another address")
                return Reply(answer.status, parse(await answer.read()), answer.headers.get("Retry-After"))
        except (aiohttp.ClientError, TimeoutError, OSError) as problem:
            raise Unanswered(type(problem).__name__) from None

    def _open(self) -> aiohttp.ClientSession:
        if self.closed:
            raise Unanswered("closed")
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=100, keepalive_timeout=30, ttl_dns_cache=300)
            self._session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
        return self._session

    async def close(self) -> None:
        self.closed = True
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()
            await asyncio.sleep(0)


def path(*parts: str) -> str:
    """A path of the client API, each part escaped: room ids carry signs that mean something in addresses."""
    return "/".join((CLIENT, *(quote(part, safe="") for part in parts)))


def parse(body: bytes) -> Mapping[str, Any]:
    """The JSON object in `body`, or an empty one; a list comes as `{"list": ...}`. One damaged message never hides all
    the others."""
    data = legible.read(body)
    if isinstance(data, list):
        return {"list": data}
    return data if isinstance(data, dict) else {}
