"""Who may write, how much, and who is writing.

The one rule: what a person says is accepted only from our own page. A cookie travels with requests that other sites
cause; the header that only a script of ours can set, and the browser's own word about where the request comes from,
do not.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from collections import OrderedDict
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

COOKIE = "palabre"
_TOKEN = re.compile(r"[0-9a-f]{32}")
_YEAR = 365 * 24 * 3600


def new_token() -> str:
    return secrets.token_hex(16)


def token_of(request: Request) -> str | None:
    """The person's token, from a cookie that has the shape we gave it."""
    token = request.cookies.get(COOKIE, "")
    return token if _TOKEN.fullmatch(token) else None


def person_of(token: str) -> str:
    """What storage knows the person by: the token itself is never written down."""
    return hashlib.sha256(token.encode()).hexdigest()[:32]


def give(response: Response, request: Request, token: str) -> None:
    """Put the cookie on `response`, for a year from now. The address is not looked at: it may be no text at all."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=_YEAR,
        path="/",
        httponly=True,
        samesite="lax",
        secure=request.scope["scheme"] == "https",
    )


def from_our_page(request: Request) -> bool:
    """Did a script of our own page send this?"""
    headers = request.headers
    if headers.get("x-palabre") != "1":
        return False
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    # Browsers leave Sec-Fetch-Site out on plain http away from localhost, but not Origin.
    origin = headers.get("origin", "")
    try:
        return bool(origin) and urlsplit(origin).netloc == headers.get("host")
    except ValueError:  # no address at all
        return False


class Allowance:
    """How much each person may send: `burst` at once, then one more every `every` seconds."""

    def __init__(self, *, burst: int = 30, every: float = 1.0, people: int = 10_000) -> None:
        self._burst = burst
        self._every = every
        self._people = people
        self._spent: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, person: str) -> float:
        """0 when `person` may send now, or else the seconds to wait."""
        now = time.monotonic()
        spent, since = self._spent.pop(person, (0.0, now))
        spent = max(0.0, spent - (now - since) / self._every)
        wait = max(0.0, (spent + 1 - self._burst) * self._every)
        self._spent[person] = (spent if wait else spent + 1, now)
        while len(self._spent) > self._people:
            self._spent.popitem(last=False)
        return wait
