"""The web adapter at its own level: what is stored before it is confirmed, what a stream shows, who is let in."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any
from uuid import uuid4

import httpx
import pytest
from starlette.applications import Starlette

from adapters.base import Image, Inbound, Later, Outgoing, Part, Place, Refused
from adapters.web import Invitation, MemoryShelf, WebAdapter, WebSettings, build
from adapters.web.guard import Allowance, person_of
from adapters.web.intake import Full, Intake
from adapters.web.shelf import Entry
from flows.events import Pressed, Said
from flows.messages import Bold, Bullets, Button, Italic, Link, Plain, paragraph

TOKEN = "0123456789abcdef" * 2
ME = person_of(TOKEN)
HERE = Place("web", ME)
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (640).to_bytes(4, "big") + (320).to_bytes(4, "big") + b"\x08\x02\0\0\0"
OURS = {"X-Palabre": "1", "Sec-Fetch-Site": "same-origin", "Origin": "http://town"}


def client(adapter: WebAdapter, *, token: str | None = TOKEN, **headers: str) -> httpx.AsyncClient:
    app = Starlette(routes=adapter.routes())
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://town",
        cookies={"palabre": token} if token else None,
        headers=OURS | headers,
    )


def adapter_with(shelf: MemoryShelf | None = None, **settings: Any) -> WebAdapter:
    return build(WebSettings(shelf=shelf or MemoryShelf(), **settings))


def outgoing(key: str, text: str = "Bonjour", **how: Any) -> Outgoing:
    replaces = how.pop("replaces", None)
    return Outgoing(key=key, place=HERE, part=Part(body=(paragraph(text),), **how), replaces=replaces)


async def store_all(adapter: WebAdapter, stored: list[Inbound]) -> None:
    """A road that stores into a list."""
    async for batch in adapter.receive(None):
        stored.extend(batch.items)


@pytest.fixture
async def stored_by() -> AsyncIterator[Any]:
    """Runs a road for an adapter and gives the list of what it stored."""
    tasks = []

    def run(adapter: WebAdapter) -> list[Inbound]:
        stored: list[Inbound] = []
        tasks.append(asyncio.create_task(store_all(adapter, stored)))
        return stored

    yield run
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def frames(adapter: WebAdapter, after: int = 0, until: str = "ready") -> list[tuple[str, int | None, Any]]:
    """What a page reads from its stream, up to the first event called `until`."""
    seen = []
    async with aclosing(adapter.streams.follow(str(HERE), after)) as stream:
        async for raw in stream:
            lines = dict(line.split(": ", 1) for line in raw.decode().strip().split("\n") if not line.startswith(":"))
            if "event" in lines:
                number = int(lines["id"]) if "id" in lines else None
                seen.append((lines["event"], number, json.loads(lines["data"])))
            if lines.get("event") == until:
                break
    return seen


async def test_a_post_is_answered_only_after_the_road_asks_for_more() -> None:
    adapter = adapter_with()
    receive = adapter.receive(None)
    async with client(adapter) as page:
        post = asyncio.create_task(page.post("/chat/say", json={"key": str(uuid4()), "text": "bonjour"}))
        batch = await anext(receive)
        assert [item.event.text for item in batch.items if isinstance(item.event, Said)] == ["bonjour"]
        assert batch.items[0].private
        assert batch.items[0].place == HERE
        await asyncio.sleep(0.05)
        assert not post.done()
        following = asyncio.ensure_future(anext(receive))
        assert (await post).status_code == 200
        following.cancel()


async def test_what_is_not_stored_in_time_gets_503_and_may_come_again(stored_by: Any) -> None:
    adapter = adapter_with(stored_within=0.05)
    key = str(uuid4())
    async with client(adapter) as page:
        late = await page.post("/chat/say", json={"key": key, "text": "bonjour"})
        assert late.status_code == 503
        assert int(late.headers["Retry-After"]) >= 1
        assert late.json()["sentence"]
        stored = stored_by(adapter)
        assert (await page.post("/chat/say", json={"key": key, "text": "bonjour"})).status_code == 200
    assert {item.key for item in stored} == {f"{ME}:{key}"}
    assert [entry["kind"] for _, entry in await adapter.settings.shelf.since(str(HERE), 0)] == ["mine"]


async def test_a_double_submit_is_one_event(stored_by: Any) -> None:
    adapter = adapter_with()
    body = {"key": str(uuid4()), "data": "1.abc.0", "label": "En bus", "message": "7"}
    async with client(adapter) as page:
        posts = [asyncio.create_task(page.post("/chat/press", json=body)) for _ in range(5)]
        await asyncio.sleep(0.05)
        stored = stored_by(adapter)
        assert {(await post).status_code for post in posts} == {200}
    assert len(stored) == 1
    event = stored[0].event
    assert isinstance(event, Pressed)
    assert (event.data, event.message) == ("1.abc.0", "7")
    ((_, mine),) = await adapter.settings.shelf.since(str(HERE), 0)
    assert (mine["kind"], mine["text"], mine["press"], mine["of"]) == ("mine", "En bus", "1.abc.0", "7")


async def test_a_road_that_fails_and_returns_gets_everything_in_order() -> None:
    adapter = adapter_with()
    async with client(adapter) as page:
        posts = []
        for text in "abc":
            posts.append(asyncio.create_task(page.post("/chat/say", json={"key": str(uuid4()), "text": text})))
            await asyncio.sleep(0.01)
        async with aclosing(adapter.receive(None)) as broken:
            assert len((await anext(broken)).items) == 3
        receive = adapter.receive(None)
        batch = await anext(receive)
        assert [item.event.text for item in batch.items if isinstance(item.event, Said)] == ["a", "b", "c"]
        following = asyncio.ensure_future(anext(receive))
        assert [(await post).status_code for post in posts] == [200, 200, 200]
        following.cancel()


async def test_an_idle_adapter_says_that_nothing_waits() -> None:
    intake = Intake(idle=0.01)
    async with aclosing(intake.batches()) as batches:
        batch = await anext(batches)
    assert (batch.cursor, batch.items) == (None, ())


async def test_waiting_requests_are_bounded() -> None:
    intake = Intake(room=2)
    adapter = adapter_with()
    for text in "ab":
        assert not await intake.hand_in(adapter.said(ME, text, text, None), 0.01)
    with pytest.raises(Full):
        await intake.hand_in(adapter.said(ME, "c", "c", None), 0.01)
    # One that waits already is not one more.
    assert not await intake.hand_in(adapter.said(ME, "a", "a", None), 0.01)


async def test_too_much_at_once_gets_a_polite_429(stored_by: Any) -> None:
    adapter = adapter_with(burst=3)
    stored = stored_by(adapter)
    async with client(adapter) as page:
        answers = [await page.post("/chat/say", json={"key": str(uuid4()), "text": "!"}) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert int(answers[3].headers["Retry-After"]) >= 1
    assert answers[3].json()["sentence"]
    assert len(stored) == 3


def test_the_allowance_grows_back_and_forgets_the_oldest_people() -> None:
    allowance = Allowance(burst=1, every=0.0001, people=2)
    for person in ("a", "b", "c"):
        assert allowance.take(person) == 0
    assert len(allowance._spent) == 2
    slow = Allowance(burst=1, every=60)
    assert slow.take("a") == 0
    assert 59 < slow.take("a") <= 60
    assert slow.take("b") == 0


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Palabre": ""},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
    ],
)
async def test_another_site_cannot_speak_for_a_person(headers: dict[str, str]) -> None:
    adapter = adapter_with()
    async with client(adapter, **headers) as page:
        answer = await page.post("/chat/say", json={"key": str(uuid4()), "text": "je vote"})
    assert answer.status_code == 403
    assert await adapter.settings.shelf.since(str(HERE), 0) == []


@pytest.mark.parametrize(("origin", "status"), [("http://town", 200), ("http://evil", 403), ("null", 403), ("", 403)])
async def test_without_fetch_metadata_the_origin_decides(origin: str, status: int, stored_by: Any) -> None:
    adapter = adapter_with()
    stored_by(adapter)
    async with client(adapter, Origin=origin) as page:
        del page.headers["Sec-Fetch-Site"]
        if not origin:
            del page.headers["Origin"]
        answer = await page.post("/chat/say", json={"key": str(uuid4()), "text": "x"})
    assert answer.status_code == status


@pytest.mark.parametrize("token", [None, "x", "0" * 31, "A" * 32, "../" * 11])
async def test_without_a_cookie_of_ours_nobody_speaks(token: str | None) -> None:
    async with client(adapter_with(), token=token) as page:
        assert (await page.post("/chat/say", json={"key": str(uuid4()), "text": "x"})).status_code == 401
        assert (await page.get("/chat/stream")).status_code == 401


KEY = str(uuid4())


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/chat/say", {"key": KEY, "text": ""}, 422),
        ("/chat/say", {"key": KEY, "text": " \n\t"}, 422),
        ("/chat/say", {"key": KEY, "text": "\0"}, 422),
        ("/chat/say", {"key": KEY}, 400),
        ("/chat/say", {"key": KEY, "text": 7}, 400),
        ("/chat/say", {"key": "7", "text": "x"}, 400),
        ("/chat/say", {"key": None, "text": "x"}, 400),
        ("/chat/say", {"key": [1], "text": "x"}, 400),
        ("/chat/say", {"text": "x"}, 400),
        ("/chat/say", {"key": KEY, "text": "x" * 70_000}, 413),
        ("/chat/say", [1], 400),
        ("/chat/say", None, 400),
        ("/chat/press", {"key": KEY, "data": ""}, 400),
        ("/chat/press", {"key": KEY, "data": "x" * 65}, 400),
        ("/chat/press", {"key": KEY, "data": "x", "message": "'; drop"}, 400),
        ("/chat/press", {"key": KEY, "data": "x", "message": 7}, 400),
        ("/chat/press", {"key": KEY, "data": "x", "label": {}}, 400),
    ],
)
async def test_bad_input_gets_a_sentence_and_stores_nothing(path: str, body: Any, status: int) -> None:
    adapter = adapter_with(stored_within=0.01)
    async with client(adapter) as page:
        answer = await page.post(path, json=body)
    assert answer.status_code == status
    assert answer.json()["sentence"]
    assert await adapter.settings.shelf.since(str(HERE), 0) == []


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[" * 50_000, b'{"key":'])
async def test_what_is_not_json_gets_a_sentence(content: bytes) -> None:
    async with client(adapter_with()) as page:
        answer = await page.post("/chat/say", content=content, headers={"Content-Type": "application/json"})
        assert answer.status_code == 400
        form = await page.post("/chat/say", data={"key": KEY, "text": "x"})
        assert form.status_code == 400


@pytest.mark.parametrize("text", ["🙂" * 5000, "\u202eأهلا\u200b", "a\0b", '"}</script>', "x" * 60_000])
async def test_strange_texts_arrive_whole(text: str, stored_by: Any) -> None:
    adapter = adapter_with()
    stored = stored_by(adapter)
    async with client(adapter) as page:
        assert (await page.post("/chat/say", json={"key": str(uuid4()), "text": text})).status_code == 200
    assert isinstance(stored[0].event, Said)
    assert stored[0].event.text == text.replace("\0", "")


async def test_half_characters_become_whole_ones(stored_by: Any) -> None:
    adapter = adapter_with()
    stored = stored_by(adapter)
    content = f'{{"key": "{uuid4()}", "text": "a\\ud800b"}}'.encode()
    async with client(adapter) as page:
        answer = await page.post("/chat/say", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == 200
    assert isinstance(stored[0].event, Said)
    assert stored[0].event.text == "a\ufffdb"
    assert (await frames(adapter))[0][2]["text"] == "a\ufffdb"


class FullShelf(MemoryShelf):
    """A shelf on a disk that is full."""

    async def put(self, place: str, key: str, entry: Entry) -> int:
        raise OSError(28, "No space left on device")


async def test_a_shelf_that_fails_loses_nothing_and_says_so() -> None:
    async def language(person: str) -> str | None:
        raise OSError(28, "No space left on device")

    adapter = adapter_with(FullShelf(), language=language)
    async with client(adapter) as page:
        answer = await page.post("/chat/say", json={"key": str(uuid4()), "text": "x"})
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    with pytest.raises(Later):
        await adapter.send(outgoing("1"))


async def test_sending_the_same_key_twice_shows_it_once() -> None:
    adapter = adapter_with()
    first = await adapter.send(outgoing("1"))
    assert await adapter.send(outgoing("1")) == first
    edit = outgoing("2", "Bonjour ✔", replaces=first.ref)
    assert (await adapter.send(edit)).ref == first.ref
    assert (await adapter.send(edit)).ref == first.ref
    shown = [(name, data["kind"]) for name, _, data in await frames(adapter) if name == "entry"]
    assert shown == [("entry", "message"), ("entry", "edit")]


async def test_another_messengers_place_is_refused() -> None:
    with pytest.raises(Refused):
        await adapter_with().send(Outgoing(key="1", place=Place("telegram", "1"), part=Part(body=())))


async def test_the_tree_travels_as_nodes() -> None:
    adapter = adapter_with()
    body = (
        paragraph("<b>", Bold("gras"), Italic("penché"), Link("ici", "https://example.org/?a=1&b=2")),
        Bullets(items=((Plain("un"),),), numbered=True),
        paragraph(Link("piège", "javascript:alert(1)"), Link("data:x", "data:x"), Link("cassé", "http://[")),
    )
    rows = (
        (Button(label="Oui", data="1.a.0", chosen=True), Button(label="Site", data="", url="https://example.org")),
        (Button(label="Passer", data="1.a.skip", quiet=True), Button(label="?", data="d", url="javascript:x")),
    )
    await adapter.send(Outgoing(key="1", place=HERE, part=Part(body=body, rows=rows)))
    data = (await frames(adapter))[0][2]
    assert data["body"] == [
        {
            "p": [
                ["plain", "<b>"],
                ["bold", "gras"],
                ["italic", "penché"],
                ["link", "ici", "https://example.org/?a=1&b=2"],
            ]
        },
        {"list": [[["plain", "un"]]], "numbered": True},
        {"p": [["plain", "piège (javascript:alert(1))"], ["plain", "data:x"], ["plain", "cassé (http://[)"]]},
    ]
    assert data["rows"] == [
        [
            {"label": "Oui", "data": "1.a.0", "chosen": True},
            {"label": "Site", "data": "", "url": "https://example.org"},
        ],
        [{"label": "Passer", "data": "1.a.skip", "quiet": True}, {"label": "?", "data": "d"}],
    ]


async def test_a_picture_has_an_address_a_size_and_its_words() -> None:
    adapter = adapter_with()
    await adapter.send(outgoing("1", image=Image(data=PNG, alt="Oui 12, non 7.")))
    image = (await frames(adapter))[0][2]["image"]
    assert (image["alt"], image["width"], image["height"]) == ("Oui 12, non 7.", 640, 320)
    async with client(adapter) as page:
        answer = await page.get(image["src"])
        assert (answer.status_code, answer.headers["content-type"], answer.content) == (200, "image/png", PNG)
        assert (await page.get("/chat/image/" + "0" * 64 + ".png")).status_code == 404


@pytest.mark.parametrize("data", [b"GIF89a", b"", PNG + b"x" * 2_000_000, b"<svg onload=alert(1)>"])
async def test_what_is_not_a_fitting_png_is_told_in_words(data: bytes) -> None:
    adapter = adapter_with()
    await adapter.send(outgoing("1", image=Image(data=data, alt="Oui 12, non 7.")))
    shown = (await frames(adapter))[0][2]
    assert "image" not in shown
    assert shown["body"][-1] == {"p": [["plain", "Oui 12, non 7."]]}


async def test_a_stream_goes_on_after_the_last_number_seen() -> None:
    adapter = adapter_with()
    for number in range(1, 5):
        await adapter.send(outgoing(str(number), str(number)))
    assert [number for name, number, _ in await frames(adapter, 2) if name == "entry"] == [3, 4]
    assert [number for name, number, _ in await frames(adapter, 4) if name == "entry"] == []


async def test_a_stream_begins_anew_when_what_was_seen_is_gone() -> None:
    shelf = MemoryShelf()
    adapter = adapter_with(shelf)
    for number in range(3):
        await adapter.send(outgoing(str(number)))
    shelf.forget(str(HERE))
    assert [name for name, _, _ in await frames(adapter, 3)] == ["reset", "ready"]
    await adapter.send(outgoing("9"))
    assert [name for name, _, _ in await frames(adapter, 3)] == ["reset", "entry", "ready"]


async def test_every_open_page_of_a_person_hears_and_notes_are_not_kept() -> None:
    adapter = adapter_with(heartbeat=0.05)
    pages = [asyncio.create_task(frames(adapter, until="note")) for _ in range(3)]
    await asyncio.sleep(0.05)
    await adapter.send(outgoing("1"))
    await asyncio.sleep(0.05)
    await adapter.note(f"{ME}:{KEY}", "C'est noté.")
    await adapter.note("somebody-else:1", "Pas pour vous.")
    for page in await asyncio.gather(*pages):
        names = [name for name, _, _ in page if name != "beat"]
        assert names == ["ready", "entry", "note"]
        assert page[-1][2] == {"key": KEY, "text": "C'est noté."}
    assert "note" not in [name for name, _, _ in await frames(adapter)]
    assert adapter.streams._pages == {}


async def test_closing_ends_the_streams() -> None:
    adapter = adapter_with()
    page = asyncio.create_task(frames(adapter, until="never"))
    await asyncio.sleep(0.02)
    await adapter.close()
    async with asyncio.timeout(2):
        assert [name for name, _, _ in await page] == ["ready"]


async def test_too_many_pages_are_turned_away() -> None:
    adapter = adapter_with()
    pages = [asyncio.create_task(frames(adapter, until="never")) for _ in range(20)]
    await asyncio.sleep(0.05)
    async with client(adapter) as page:
        answer = await page.get("/chat/stream")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
        assert (await page.get("/chat/stream?after=x")).status_code == 400
    await adapter.close()
    await asyncio.gather(*pages)


async def _two_open(lang: str) -> list[Invitation]:
    return [Invitation(id="a-b", title="</script><b>Titre</b>", summary=lang, closes="demain")]


async def test_the_page_gives_a_cookie_once_and_escapes_what_it_shows() -> None:
    adapter = adapter_with(welcome=_two_open, title="Ville & <i>")
    async with client(adapter, token=None) as page:
        first = await page.get("/")
        cookie = first.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert "Secure" not in cookie
        assert f"Max-Age={365 * 24 * 3600}" in cookie
        again = await page.get("/start/a-b")
        assert again.headers["set-cookie"].split(";")[0] == cookie.split(";")[0]
        assert "Ville &amp; &lt;i&gt;" in first.text
        assert "<b>Titre" not in first.text
        assert '"start": "a-b"' in again.text
        for bad in ("/?start=%22%3E%3Cscript%3E", "/?start=" + "x" * 65, "/start/a%20b"):
            assert '"start": ""' in (await page.get(bad)).text
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(Starlette(routes=adapter.routes())), base_url="https://town"
    ) as page:
        assert "; Secure" in (await page.get("/")).headers["set-cookie"]


async def test_the_language_is_the_persons_and_before_that_the_browsers() -> None:
    chosen: dict[str, str] = {}

    async def language(person: str) -> str | None:
        return chosen.get(person)

    adapter = adapter_with(language=language, welcome=_two_open, locale="en")
    async with client(adapter, **{"Accept-Language": "de, fr-FR;q=0.9, en;q=0.1"}) as page:
        assert '<html lang="fr">' in (await page.get("/")).text
        chosen[ME] = "en"
        assert '<html lang="en">' in (await page.get("/")).text
    async with client(adapter, token=None, **{"Accept-Language": "xx"}) as page:
        assert '<html lang="en">' in (await page.get("/")).text


async def test_the_page_brings_its_files_and_no_inline_script_or_style() -> None:
    async with client(adapter_with()) as page:
        html = (await page.get("/")).text
        assert html.count("<script") == 2
        assert 'type="application/json"' in html
        assert "style=" not in html
        assert "<style" not in html
        for name in ("chat.css", "chat.js", "draw.js", "outbox.js", "stream.js", "icon.svg"):
            answer = await page.get(f"/chat/page/{name}")
            assert answer.status_code == 200
            kept = await page.get(f"/chat/page/{name}", headers={"If-None-Match": answer.headers["etag"]})
            assert kept.status_code == 304
        for name in ("index.html", "__init__.py", "..%2Fadapter.py"):
            assert (await page.get(f"/chat/page/{name}")).status_code == 404
