"""The web server on a real port, the public pages, and what is said when things go wrong."""

from __future__ import annotations

import asyncio
import re
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from adapters.web import MemoryShelf, WebSettings, build
from bot.pages import ConsultationPage, Format, Listing, QuestionResult, ResultRow
from bot.pages.html import consultation_page, unbroken
from bot.server import CannotListen, listen, make_app, serve, serve_on
from locales import tr
from locales.accept import accepted

OPEN = ConsultationPage(
    id="mobilite",
    title="Se déplacer <demain>",
    summary="Vos trajets.",
    state="open",
    opens="1 mars",
    closes="21 mars",
    turnout=1234,
    hidden="Les résultats seront montrés le 21 mars.",
)
CLOSED = ConsultationPage(
    id="ecole",
    title="La rue de l'École",
    summary="",
    state="closed",
    opens="",
    closes="21 mars",
    results=(
        QuestionResult(
            text="Fermer la rue ?",
            rows=(
                ResultRow(label="Oui & vite", count=1500, share=0.754),
                ResultRow(label="Non", count=490, share=0.246),
                ResultRow(label="Ne sait pas", count=3, share=None),
            ),
            note="Trois personnes ont passé.",
        ),
    ),
    chart=True,
    downloads=True,
)


class TwoPages:
    async def consultation(self, id: str, lang: str) -> ConsultationPage | None:
        if id == "broken":
            raise RuntimeError("secret detail")
        return {page.id: page for page in (OPEN, CLOSED)}.get(id)

    async def listed(self, lang: str) -> list[Listing]:
        return [
            Listing(id=page.id, title=page.title, summary=page.summary, state=page.state, closes=page.closes)
            for page in (OPEN, CLOSED)
        ]

    async def chart(self, id: str, lang: str) -> bytes | None:
        return b"\x89PNG" if id == "ecole" else None

    async def download(self, id: str, format: Format) -> bytes | None:
        return b"=1" if id == "ecole" else None


async def measured() -> str:
    return "palabre_up 1\n"


async def healthy() -> dict[str, Any]:
    return {"ok": True, "waiting": 0}


def app(**parts: Any) -> Starlette:
    whole: dict[str, Any] = {"pages": TwoPages(), "health": healthy, "metrics": measured}
    return make_app(**whole | parts)


def asking(application: Starlette, **headers: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(application, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://town", headers=headers)


@asynccontextmanager
async def running(application: Starlette) -> AsyncIterator[str]:
    listening = listen("127.0.0.1", 0)
    task = asyncio.create_task(serve_on(application, listening))
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_the_server_runs_in_the_loop_and_leaves_signals_alone() -> None:
    before = [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)]
    async with running(app()) as url, httpx.AsyncClient() as page:
        answer = await page.get(f"{url}/health")
        assert answer.json() == {"ok": True, "waiting": 0}
        assert "server" not in answer.headers
        assert [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)] == before


async def test_an_open_stream_does_not_hold_up_the_end() -> None:
    adapter = build(WebSettings(shelf=MemoryShelf(), heartbeat=0.05))
    async with asyncio.timeout(8), running(app(chat_routes=adapter.routes())) as url, httpx.AsyncClient() as page:
        await page.get(f"{url}/")
        async with page.stream("GET", f"{url}/chat/stream") as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            lines = stream.aiter_lines()
            seen = [await anext(lines) for _ in range(12)]
            assert ": still here" in seen
            await adapter.close()


async def test_a_taken_port_is_named_with_its_setting() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CannotListen, match=rf"already listens on 127.0.0.1:{port}.*PALABRE_WEB__LISTEN"):
            await serve(app(), "127.0.0.1", port)


@pytest.mark.parametrize(("host", "port"), [("192.0.2.1", 8080), ("no such name", 8080), ("127.0.0.1", 99999)])
def test_an_impossible_address_is_said_in_a_sentence(host: str, port: int) -> None:
    with pytest.raises(CannotListen, match="PALABRE_WEB__LISTEN"):
        listen(host, port)


async def test_health_says_when_the_service_is_not_well() -> None:
    async def ill() -> dict[str, Any]:
        return {"ok": False, "database": "full"}

    async def broken() -> dict[str, Any]:
        raise RuntimeError("secret detail")

    async with asking(app(health=ill)) as page:
        assert (await page.get("/health")).status_code == 503
    async with asking(app(health=broken)) as page:
        answer = await page.get("/health")
        assert (answer.status_code, answer.json()) == (503, {"ok": False})
    async with asking(app()) as page:
        assert (await page.get("/metrics")).text == "palabre_up 1\n"


@pytest.mark.parametrize("path", ["/c", "/c/ecole", "/c/nothing", "/c/broken", "/health", "/nothing", "/pages.css"])
async def test_every_answer_carries_the_safety_headers(path: str) -> None:
    async with asking(app()) as page:
        answer = await page.get(path)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert "secret detail" not in answer.text
    assert "style=" not in answer.text
    assert "http://" not in answer.text
    assert "https://" not in answer.text


@pytest.mark.parametrize(("path", "status"), [("/c/nothing", 404), ("/nothing", 404), ("/c/broken", 500)])
async def test_a_wrong_address_gets_a_page_in_words(path: str, status: int) -> None:
    async with asking(app(), **{"Accept-Language": "en"}) as page:
        answer = await page.get(path)
        assert answer.status_code == status
        assert '<html lang="en">' in answer.text
        assert (await page.post("/c")).status_code == 405


async def test_while_hidden_the_page_says_why_and_gives_nothing_away() -> None:
    async with asking(app(chat_routes=[Route("/", _hello)])) as page:
        html = (await page.get("/c/mobilite?lang=fr")).text
        for path in ("/c/mobilite/chart.png", "/c/mobilite.csv", "/c/mobilite.json"):
            assert (await page.get(path)).status_code == 404
    assert "Les résultats seront montrés le 21 mars." in html
    assert "Se déplacer &lt;demain&gt;" in html
    assert 'href="/start/mobilite"' in html
    assert re.search(r"1\s234", html)
    assert "<table" not in html
    assert "chart.png" not in html


async def test_results_are_bars_figures_picture_and_files() -> None:
    async with asking(app(), **{"Accept-Language": "fr"}) as page:
        html = (await page.get("/c/ecole")).text
        csv = await page.get("/c/ecole.csv")
        json = await page.get("/c/ecole.json")
        png = await page.get("/c/ecole/chart.png")
    assert "Oui &amp; vite" in html
    assert re.search(r"<td>1\s500</td><td>75\s%</td>", html)
    assert 'width="75.4%"' in html
    assert "<td>3</td><td></td>" in html
    assert "Trois personnes ont passé." in html
    assert 'scope="row"' in html
    assert "/start/ecole" not in html
    assert csv.headers["content-disposition"] == 'attachment; filename="ecole.csv"'
    assert csv.headers["content-type"].startswith("text/csv")
    assert json.headers["content-type"] == "application/json"
    assert png.headers["content-type"] == "image/png"


async def test_pages_speak_the_language_asked_for() -> None:
    async with asking(app(), **{"Accept-Language": "en-GB"}) as page:
        assert '<html lang="en">' in (await page.get("/c")).text
        assert '<html lang="fr">' in (await page.get("/c?lang=fr")).text
        assert '<html lang="en">' in (await page.get("/c?lang=tlh")).text


async def _hello(request: Request) -> Response:
    return PlainTextResponse("hello")


async def test_without_a_chat_the_list_is_the_first_page() -> None:
    hook = Route("/telegram/hook", _hello, methods=["POST"])
    async with asking(app(webhook_routes=[hook])) as page:
        html = (await page.get("/")).text
        assert 'href="/c/mobilite' in html
        assert "/start/" not in (await page.get("/c/mobilite")).text
        assert (await page.post("/telegram/hook")).text == "hello"


@pytest.mark.parametrize(
    ("header", "lang"),
    [
        ("", "fr"),
        ("en", "en"),
        ("en-US,en;q=0.9,fr;q=0.8", "en"),
        ("en;q=0.2, fr;q=0.9", "fr"),
        ("de,it;q=0.5", "fr"),
        ("en;q=0, fr;q=0.1", "fr"),
        ("en;q=nan", "fr"),
        ("en;q=,,;;=", "fr"),
        ("*", "fr"),
        (",".join(["en;q=0.1"] * 5000), "en"),
    ],
)
def test_accept_language(header: str, lang: str) -> None:
    assert accepted(header, "fr") == lang


def test_a_french_page_begins_no_line_with_a_sign() -> None:
    said = '<p>« Oui » ? <a href="/c?a=1 ; b">Vu !</a> https://x.org/?q=1 <code>a ; b</code></p>'
    assert unbroken("fr", said) == (
        '<p>«\u00a0Oui\u00a0»\u00a0? <a href="/c?a=1 ; b">Vu\u00a0!</a> https://x.org/?q=1 <code>a ; b</code></p>'
    )
    assert unbroken("en", said) == said
    assert unbroken("fr", unbroken("fr", said)) == unbroken("fr", said)


def test_one_signs_a_petition() -> None:
    assert f">{tr('en', 'Sign')}<" in consultation_page("en", replace(OPEN, petition=True), chat=True)
    assert f">{tr('en', 'Give my answers')}<" in consultation_page("en", OPEN, chat=True)
