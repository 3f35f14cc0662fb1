"""What a browser is allowed to do with a page of ours: nothing but show it, with what comes from here."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from doors import ANA, OURS, Answer, House

import adapters.web.page
import bot.pages

pytestmark = pytest.mark.asyncio(loop_scope="module")

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
"""https://www.w3.org/TR/CSP3/: no inline script or style, no eval, nothing from elsewhere, in nobody's frame."""
SENT = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(self), microphone=()",
}
PAGES = (
    "/",
    "/start/live",
    "/c",
    "/c?lang=en",
    "/c/live",
    "/c/hidden",
    "/c/closed",
    "/c/closed/trash",
    "/c/closed?lang=en",
)
#   status, kind, and how it is asked for
KINDS = [
    *((200, "text/html", "GET", path) for path in PAGES),
    (404, "text/html", "GET", "/nothing"),
    (404, "text/html", "GET", "/c/draft"),
    (404, "text/html", "GET", "/c/%00"),
    (405, "text/html", "DELETE", "/c"),
    (405, "text/html", "GET", "/chat/say"),
    (500, "text/html", "GET", "/broken"),
    (200, "application/json", "GET", "/health"),
    (200, "application/json", "GET", "/health/live"),
    (200, "text/plain", "GET", "/metrics"),
    (200, "text/csv", "GET", "/c/closed.csv"),
    (200, "application/json", "GET", "/c/closed.json"),
    (200, "image/png", "GET", "/c/closed/chart.png"),
    (200, "image/svg+xml", "GET", "/icon.svg"),
    (200, "text/css", "GET", "/pages.css"),
    *(
        (200, "text/javascript", "GET", f"/chat/page/{name}.js")
        for name in ("chat", "draw", "outbox", "sharing", "stream")
    ),
    (200, "text/css", "GET", "/chat/page/chat.css"),
    (200, "text/event-stream", "GET", "/chat/stream"),
    (200, "image/jpeg", "GET", "the photo"),
    (401, "", "GET", "/chat/stream?nobody"),
    (403, "application/json", "POST", "/chat/say"),
    (401, "application/json", "POST", "/chat/say?nobody"),
    (400, "application/json", "POST", "/chat/press?ours"),
    (403, "", "POST", "/telegram/hook"),
    (403, "application/json", "PUT", "/_matrix/app/v1/transactions/1"),
    (307, "", "GET", "/health/"),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def here(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async def broken(request: Any) -> Any:
        raise RuntimeError("secret detail")

    house = House(tmp_path_factory.mktemp("here"))
    house.app.add_route("/broken", broken)
    async with house:
        yield house


async def asked(house: House, method: str, path: str) -> Answer:
    path, _, who = path.replace("the photo", house.shot).partition("?")
    told = f"{path}?{who}" if "=" in who else path
    headers = {**(OURS if who in ("nobody", "ours") else {}), "Accept-Language": "fr"}
    body = b"{}" if method in ("POST", "PUT") else b""
    return await house.ask(method, told, cookie="" if who == "nobody" else ANA, headers=headers, body=body)


@pytest.mark.parametrize(("status", "kind", "method", "path"), KINDS)
async def test_the_headers_of_each_kind_of_answer(here: House, status: int, kind: str, method: str, path: str) -> None:
    answer = await asked(here, method, path)
    assert (answer.status, answer.headers.get("content-type", "").partition(";")[0]) == (status, kind)
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
    assert policy == POLICY
    assert {name: answer.headers.get(name) for name in SENT} == SENT
    assert "server" not in answer.headers
    assert "secret detail" not in answer.text
    if "set-cookie" in answer.headers:
        assert re.search(r"HttpOnly.*SameSite=lax", answer.headers["set-cookie"])
    if kind == "text/html":
        assert "charset=utf-8" in answer.headers["content-type"]
        own(answer.text)


# --- What is in a page -----------------------------------------------------------------------------------------------

LOADED = {
    "src",
    "srcset",
    "action",
    "formaction",
    "poster",
    "data",
    "background",
    "manifest",
    "ping",
    "xlink:href",
    "icon",
}
ALLOWED = re.compile(
    "a|b|blockquote|body|br|button|caption|circle|code|dd|details|div|dl|dt|em|figcaption|figure|footer|form|h[1-4]|head|"
    "header|html|img|input|label|li|link|main|meta|nav|noscript|ol|p|path|rect|script|section|small|span|strong|summary|"
    "svg|table|tbody|td|textarea|th|thead|title|tr|ul"
)


class Own(HTMLParser):
    """Stops at anything that a browser would run, or fetch from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert ALLOWED.fullmatch(tag), tag
        known = {name: value or "" for name, value in attrs}
        for name, value in known.items():
            assert not name.startswith("on"), (tag, name)
            assert name not in ("style", "srcdoc"), (tag, name)
            assert "javascript:" not in re.sub(r"[\s\x00-\x1f]", "", value).lower(), (tag, value)
            if name in LOADED or (name == "href" and tag != "a"):
                assert re.match(r"/(?!/)", value), (tag, name, value)
        if tag == "a":
            assert re.match(r"/(?!/)|#|https?://", known["href"]), known
        if tag == "meta":
            assert "http-equiv" not in known, known
        if tag == "script":
            assert known.get("type") == "application/json" or "src" in known, "an inline script"
        self.inside = tag if tag == "script" and "src" not in known else ""

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        assert not self.inside or data.lstrip().startswith("{"), "an inline script"

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data!r}")


def own(html: str) -> None:
    reader = Own()
    reader.feed(html)
    reader.close()


@pytest.mark.parametrize(
    "html",
    [
        '<p onclick="x()">', '<p style="x">', '<img src="https://a.example/x.png">', '<img src="//a.example/x">',
        "<script>x()</script>", '<script src="http://a.example/x.js"></script>', '<a href="java\tscript:x">',
        '<a href="data:text/html,x">', '<link rel="stylesheet" href="https://a.example">', "<iframe>", "<!-- x -->",
        '<meta http-equiv="refresh" content="0;url=/">', '<form action="https://a.example">', "<base>", "<object>",
    ],
)  # fmt: skip
async def test_the_reader_of_pages_stops_where_it_should(html: str) -> None:
    with pytest.raises((AssertionError, KeyError)):
        own(html)


FILES = sorted(
    file
    for module in (adapters.web.page, bot.pages)
    for file in Path(module.__file__ or "").parent.iterdir()
    if file.suffix in (".js", ".css", ".svg", ".html")
)
FOREIGN = re.compile(
    r"(?:[a-z]+:)?//(?!\s)[\w\[]|@import|[\"'`(]data:|javascript:|expression\(|(?-i:\burl\()", re.IGNORECASE
)
RUNNING = re.compile(
    r"\beval\b|new Function|innerHTML|outerHTML|insertAdjacentHTML|document\.write|\.srcdoc|setTimeout\(\s*[\"'`]|"
    r"setInterval\(\s*[\"'`]|\.on\w+\s*=\s*[\"'`]|createElement\([\"'](?:script|iframe|object|embed|style)|importScripts|"
    r"DOMParser|createContextualFragment|window\.open|\.cssText"
)
NAMESPACE = "http://www.w3.org/2000/svg"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
async def test_no_file_names_another_server(file: Path) -> None:
    """Neither a resource of others nor a way to make a script of a text."""
    text = re.sub(r"^\s*(//|\*|/\*).*$", "", file.read_text("utf-8"), flags=re.MULTILINE).replace(NAMESPACE, "")
    assert not FOREIGN.search(text), FOREIGN.search(text)
    assert not RUNNING.search(text), RUNNING.search(text)
    if file.suffix == ".svg":
        assert "<script" not in text
        assert not re.search(r"\son\w+=|<foreignObject|href=", text)


async def test_there_are_files_to_look_at() -> None:
    assert {".js", ".css", ".svg", ".html"} == {file.suffix for file in FILES}
