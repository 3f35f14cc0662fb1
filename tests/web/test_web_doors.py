"""Every address that the web server answers, every command that shows something, and who is shown what."""

from __future__ import annotations

import asyncio
import io
import json
import os
import re
import zipfile
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio
from click.testing import CliRunner, Result
from doors import ANA, BO, DRAFT, HOOK, MATRIX, OURS, RUNNING, TELEGRAM, WORDS, YEARS, Answer, House, photo, settings_of
from PIL import Image
from postgres import address
from starlette.routing import Route

from adapters.base import Image as Picture
from adapters.base import Outgoing, Part, Place
from adapters.web.guard import person_of
from bot.app import Service, open_database
from bot.cli import main
from bot.files import folder_of
from flows.messages import paragraph

#     nobody: without a cookie             other: with the cookie of somebody else
#     owner: with the cookie of whoever it is about, from our page
#     foreign: the same, but another site makes the browser ask
#     secret: what a messenger shows
TABLE = f"""
                                                      nobody  other  owner  foreign  secret
GET   /                                                  200    200    200      200     200
GET   /start/{{payload}}                                   200    200    200      200     200
GET   /chat/page/{{name}}                                  200    200    200      200     200
GET   /chat/stream                                       401    200    200      401     401
POST  /chat/say                                          401    200    200      403     403
POST  /chat/press                                        401    200    200      403     403
POST  /chat/photo                                        401    200    200      403     403
POST  /chat/place                                        401    200    200      403     403
GET   /chat/image/{{digest}}.png                           404    200    200      200     404
GET   /chat/photo/{{name}}.jpg                             404    200    200      200     404
GET   /pages.css                                         200    200    200      200     200
GET   /icon.svg                                          200    200    200      200     200
GET   /c                                                 200    200    200      200     200
GET   /c/                                                200    200    200      200     200
GET   /c/{{id}}.csv                                        200    200    200      200     200
GET   /c/{{id}}.json                                       200    200    200      200     200
GET   /c/{{id}}.ics                                        404    404    404      404     404
GET   /c/{{id}}/chart-{{number}}.png                         404    404    404      404     404
GET   /c/{{id}}/chart.png                                  200    200    200      200     200
GET   /c/{{id}}/trash                                      200    200    200      200     200
GET   /c/{{id}}                                            200    200    200      200     200
GET   /health                                            200    200    200      200     200
GET   /health/ready                                      200    200    200      200     200
GET   /health/live                                       200    200    200      200     200
GET   /metrics                                           200    200    200      200     200
POST  {HOOK}                                     403    403    403      403     200
PUT   /_matrix/app/v1/transactions/{{txn}}                 403    403    403      403     200
PUT   /transactions/{{txn}}                                403    403    403      403     200
GET   /_matrix/app/v1/users/{{user}}                       403    403    403      403     404
GET   /users/{{user}}                                      403    403    403      403     404
GET   /_matrix/app/v1/rooms/{{alias}}                      403    403    403      403     404
GET   /rooms/{{alias}}                                     403    403    403      403     404
POST  /_matrix/app/v1/ping                               403    403    403      403     200
GET   /_matrix/app/{{rest:path}}                           403    403    403      403     404
POST  /_matrix/app/{{rest:path}}                           403    403    403      403     404
PUT   /_matrix/app/{{rest:path}}                           403    403    403      403     404
"""
VISITORS = TABLE.split("\n")[1].split()
LINES = {
    (method, route): dict(zip(VISITORS, map(int, statuses), strict=True))
    for method, route, *statuses in (line.split() for line in TABLE.strip().splitlines()[1:])
}
WHAT_TO_DO = (
    "The web server answers at another set of addresses than this table tells. For a new one, write down who is "
    "answered and who is not, and look in `test_what_nobody_else_may_see` at what must not be in the answer."
)
ID = "closed"


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def here(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with House(tmp_path_factory.mktemp("here")) as house:
        yield house


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def twin(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """The same town, in which Ana votes otherwise."""
    async with House(tmp_path_factory.mktemp("twin"), votes="2") as house:
        yield house


def known(app: Any) -> set[tuple[str, str]]:
    routes = [route for route in app.routes if isinstance(route, Route)]
    assert len(routes) == len(app.routes), "something else than a route is mounted: look into it as well"
    return {(method, route.path) for route in routes for method in route.methods or () if method != "HEAD"}


async def asked(house: House, method: str, route: str, visitor: str) -> Answer:
    """Somebody asks as they would."""
    blanks = {"payload": "hidden", "name": "chat.js", "id": ID, "txn": "t1", "user": "x", "alias": "x", "number": "2"}
    path = re.sub(r"\{(\w+)(:\w+)?\}", lambda blank: blanks.get(blank[1], "x"), route)
    if route.startswith("/chat/photo/"):
        path = house.shot
    if route.startswith("/chat/image/"):
        path = await picture(house)
    if method == "POST" and path == "/chat/photo":
        path += f"?key={uuid4()}"
    headers = _headers(visitor)
    if method == "PUT":
        path, headers = f"{path}{visitor}", headers | {"Content-Type": "application/json"}
    cookie = {"other": BO, "owner": ANA, "foreign": ANA}.get(visitor, "")
    return await house.ask(method, path, cookie=cookie, headers=headers, body=_body(method, path))


def _headers(visitor: str) -> dict[str, str]:
    match visitor:
        case "foreign":
            return {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example", "Content-Type": "text/plain"}
        case "secret":
            return {"X-Telegram-Bot-Api-Secret-Token": TELEGRAM, "Authorization": f"Bearer {MATRIX}"}
        case _:
            return dict(OURS)


def _body(method: str, path: str) -> bytes:
    if method == "GET":
        return b""
    if path.startswith("/chat/photo"):
        return photo()
    said = {"key": str(uuid4()), "text": "hello", "data": "1.x.0", "label": "x", "lat": 49.0, "lon": 2.0}
    return json.dumps(said | {"update_id": 1, "events": []}).encode()


async def picture(house: House) -> str:
    """The address of a drawing that the chat shows."""
    drawn = io.BytesIO()
    Image.new("RGB", (9, 9)).save(drawn, "PNG")
    part = Part(body=(paragraph("Look"),), image=Picture(data=drawn.getvalue(), alt="Look"))
    await house.service.adapters["web"].send(Outgoing(key="drawn", place=Place("web", person_of(BO)), part=part))
    found = house.rows("SELECT entry FROM shown WHERE entry LIKE '%/chat/image/%' AND key = 'drawn'")
    path: str = json.loads(found[0][0])["image"]["src"]
    return path


async def test_who_is_answered(here: House) -> None:
    assert known(here.app) == set(LINES), WHAT_TO_DO
    for (method, route), statuses in LINES.items():
        for visitor, status in statuses.items():
            here.service.adapters["web"].allowance._spent.clear()  # type: ignore[attr-defined]
            answer = await asked(here, method, route, visitor)
            assert answer.status == status, (method, route, visitor, answer.text[:300])
            if status in (401, 403):
                assert len(answer.body) < 200, "who is refused learns nothing"
            if method == "GET" and status == 200 and visitor == "owner":
                same = await here.ask("HEAD", _shown(route, here), cookie=ANA, headers=OURS)
                assert (same.status, same.body) == (200, b"") or "/chat/" in route, route


def _shown(route: str, house: House) -> str:
    return route.format(payload="hidden", name="chat.js", digest="x", id=ID, number="2")


async def test_a_stream_is_not_opened_for_who_reads_its_head(here: House) -> None:
    answer = await here.ask("HEAD", "/chat/stream", cookie=ANA)
    assert (answer.status, answer.body) == (200, b"")
    assert here.service.adapters["web"].streams._pages == {}  # type: ignore[attr-defined]


async def test_secrets_that_are_nearly_right(here: House) -> None:
    near: list[Mapping[str, str]] = [
        {"X-Telegram-Bot-Api-Secret-Token": TELEGRAM[:-1], "Authorization": f"Bearer {MATRIX}x"},
        {"X-Telegram-Bot-Api-Secret-Token": "", "Authorization": "Bearer "},
        {"X-Telegram-Bot-Api-Secret-Token": MATRIX, "Authorization": f"Bearer {TELEGRAM}"},
        {"X-Telegram-Bot-Api-Secret-Token": "é" * 9, "Authorization": "Basic é"},
    ]
    for headers in near:
        for (method, route), statuses in LINES.items():
            if statuses["nobody"] == 403:
                answer = await here.ask(method, re.sub(r"\{.*?\}", "x", route), headers=headers, body=b"{}")
                assert answer.status == 403, (method, route, headers)
    for cookie in ("", "A" * 32, "a" * 31, "a" * 33, "../" * 10, ANA[:-1] + "g"):
        assert (await here.ask("GET", "/chat/stream", cookie=cookie)).status == 401, cookie
        assert (await here.ask("GET", here.shot, cookie=cookie)).status == 404, cookie


# --- What is in the answers ------------------------------------------------------------------------------------------


async def everything(house: House, cookie: str, ids: Sequence[str]) -> dict[str, bytes]:
    """All that somebody can look at, under the names of some consultations."""
    found: dict[str, bytes] = {}
    for method, route in LINES:
        if method != "GET" or route.startswith(("/metrics", "/health", "/_matrix", "/users", "/rooms")):
            continue
        for id in ids if "{" in route else [""]:
            path = re.sub(r"\{\w+\}", id, route)
            found[path] = (await house.ask(method, path, cookie=cookie, headers={"Accept-Language": "en"})).body
    return found


async def test_what_nobody_else_may_see(here: House) -> None:
    for cookie in ("", BO, ANA):
        found = await everything(here, cookie, [*RUNNING, "later", "draft"])
        told = b"".join(found.values())
        assert DRAFT.encode() not in told
        assert b"(draft)" not in told
        assert b"(later)" in found["/c"], "what is announced is on the list"
        seen = {path for path, body in found.items() if WORDS.encode() in body}
        assert seen == ({"/chat/stream"} if cookie == ANA else set())
        pages = b"".join(body for path, body in found.items() if path.startswith("/c/"))
        assert f">{YEARS}<".encode() not in pages
        assert b'"age"' not in pages
        assert (here.shot.encode() in told) == (cookie == ANA)
        for path in ("/c/hidden.csv", "/c/hidden.json", "/c/live.csv", "/c/hidden/chart.png", "/c/after/chart.png"):
            assert (await here.ask("GET", path, cookie=cookie)).status == 404, path


HIDDEN = ("hidden", "after", "later", "draft")


async def test_before_the_closing_nothing_depends_on_a_ballot(here: House, twin: House) -> None:
    """Two towns differ in how Ana voted; what others are shown of what is hidden is the same, to the byte."""
    one, two = [await everything(town, "", [*HIDDEN, "live"]) for town in (here, twin)]
    assert one["/c/live"] != two["/c/live"], "what is shown as it goes does differ"
    for path in one:
        if any(id in path for id in HIDDEN):
            assert one[path] == two[path], path


async def test_health_and_figures_name_nobody(here: House) -> None:
    folder = str(here.service.storage.database.path)
    for path in ("/health", "/health/ready", "/health/live", "/metrics"):
        told = (await here.ask("GET", path)).text
        for secret in (WORDS, DRAFT, "velo", "hidden", "secret", folder, "4242", "town.example"):
            assert secret not in told, (path, secret)


# --- The command line ------------------------------------------------------------------------------------------------

SHOWING = {"audit", "broadcasts", "export", "flow", "list", "replay", "results", "status"}
"""Commands that show what is in the database, to whoever may read its file."""
OTHERS = {
    *("backup", "bench", "check", "close", "count", "doctor", "matrix", "migrate", "publish", "restore", "run", "try"),
    "verify",
}


async def test_each_command_is_known_to_show_something_or_not() -> None:
    assert set(main.commands) == SHOWING | OTHERS, (
        "A command was added or taken away. If it shows what is in the database, name it in SHOWING and look at what "
        "it tells of a draft and of a hidden result; else name it in OTHERS."
    )


async def test_commands_tell_nothing_of_a_hidden_result(here: House, twin: House) -> None:
    asked = [
        ("results", id, *more) for id in ("hidden", "after") for more in ((), ("--why",), ("--by", "way"), ("--json",))
    ]
    asked += [
        ("export", id, "--format", format) for id in ("hidden", "after") for format in ("csv", "json", "zip", "ics")
    ]
    asked += [("export", "hidden", "--texts", "--personal"), ("list",), ("list", "--json"), ("results", "draft")]
    for command in asked:
        one, two = [await commanded(town, *command) for town in (here, twin)]
        assert one.output == two.output, command
        assert WORDS not in one.output, command
        assert one.exit_code == two.exit_code == (0 if command[0] == "list" else 1), command
    for quiet in (("audit",), ("audit", "--json"), ("status",), ("broadcasts",), ("replay", "hidden")):
        told = (await commanded(here, *quiet)).output
        for secret in (WORDS, here.shot, ANA):
            assert secret not in told, (quiet, secret)
    assert "velo" not in (await commanded(here, "audit", "--subject", "hidden", "--json")).output


@pytest.mark.parametrize("format", ["csv", "json", "zip"])
@pytest.mark.parametrize("options", [(), ("--texts",), ("--personal",), ("--texts", "--personal")])
async def test_an_export_holds_what_was_asked_for(here: House, format: str, options: tuple[str, ...]) -> None:
    done = await commanded(here, "export", "closed", "--format", format, *options)
    if format == "zip" and "--personal" in options:
        assert (done.exit_code, done.stdout_bytes) == (1, b"")
        return
    assert done.exit_code == 0
    told = done.stdout_bytes
    if format == "zip":
        with zipfile.ZipFile(io.BytesIO(told)) as archive:
            told = b"".join(archive.read(name) for name in archive.namelist() if name.startswith("ballots"))
    assert (WORDS.encode() in told) == ("--texts" in options)
    assert (YEARS.encode() in re.findall(rb"\b\d+\b", told)) == ("--personal" in options)
    for secret in (ANA, BO, here.shot, "web:"):
        assert secret.encode() not in told, secret


async def commanded(house: House, *arguments: str) -> Result:
    """A command, beside the service."""
    environment = {"PALABRE_DATABASE__URL": house.settings.database.url, "PALABRE_LOCALE": "en"}
    return await asyncio.to_thread(CliRunner().invoke, main, arguments, env=environment)


# --- Addresses that nobody types -------------------------------------------------------------------------------------

ODD = (
    "//", "///c", "//c/closed", "//evil.example/c", "/c//closed", "/c/closed/", "/c/closed//", "/c/closed//chart.png",
    "/c/../c", "/c/..", "/c/../../etc/passwd", "/..", "/../../../../etc/passwd", "/./c", "/c/.", "/c/%2e%2e/c",
    "/%2e%2e/%2e%2e/etc/passwd", "/c/%2e%2e%2fdraft", "/c/..%2fdraft", "/c/..%5cdraft", "/c/closed%2fchart.png",
    "/chat/page/../routes.py", "/chat/page/..%2froutes.py", "/chat/page/%2e%2e/index.html", "/chat/page/index.html",
    "/chat/page/__init__.py", "/chat/page/%2fetc%2fpasswd", "/chat/photo/..%2f..%2fpalabre.jpg", "/chat/photo/.jpg",
    "/chat/photo/%00.jpg", "/chat/image/%00.png", "/chat/image/..%2f.png", "/chat/image/.png",
    "/%00", "/c/%00", "/c/closed%00", "/c/closed%00.csv", "/start/%00", "/c/%00/chart.png", "/c/%00/trash",
    "/c/%ff%fe", "/c/%ed%a0%80", "/c/%f0%9f%98%80", "/c/%c0%ae%c0%ae/", "/c/%u0000", "/c/%", "/c/%zz", "/c/%25%30%30",
    "/c/closed;x=1", "/c/closed%0d%0aSet-Cookie:%20x=1", "/c/closed.csv/", "/c/closed.csv.csv", "/c/.csv", "/c/.",
    "/c/closed/chart-0.png", "/c/closed/chart--1.png", "/c/closed/chart-1e9.png", "/c/closed/chart-%d9%a3.png",
    f"/c/closed/chart-{'9' * 5000}.png", f"/c/{'x' * 20_000}", f"/start/{'x' * 20_000}", f"/{'/' * 5000}",
    "/C/closed", "/CHAT/stream", "/chat/stream/", "/chat/stream?after=-1", f"/chat/stream?after={'9' * 5000}",
    "/chat/say/", "/health/", "/metrics/", "/c?lang=%00", "/c?lang=../../x", "/c?lang=fr&lang=en", "/?start=%00",
    "/?start=%3Cscript%3E", "/start/%3Cscript%3E", "/start/../c", "*", "http://evil.example/c", "/_matrix/app/../../c",
)  # fmt: skip


async def test_odd_addresses(here: House) -> None:
    for path in ODD:
        for method in ("GET", "HEAD", "POST"):
            answer = await here.ask(method, path, cookie=ANA, headers=OURS, body=b"{}" if method == "POST" else b"")
            assert answer.status < 500, (method, path[:80], answer.text[:300])
            assert answer.status in (200, 307, 400, 401, 403, 404, 405, 422), (method, path[:80], answer.status)
            assert "root:" not in answer.text, path
            assert "import annotations" not in answer.text, path
            assert DRAFT not in answer.text, path
            assert "set-cookie" not in answer.headers or "x=1" not in answer.headers["set-cookie"]
            if answer.status == 307:
                where = answer.headers["location"]
                assert re.match(r"(http://town\.example)?/(?!/)", where), (path, where)


async def test_other_methods(here: House) -> None:
    routes = {route for _method, route in LINES}
    for route in routes:
        path = re.sub(r"\{(\w+)(:\w+)?\}", "x", route)
        takes = {method for method, one in LINES if one == route or re.fullmatch(_pattern(one), path)}
        for method in ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"):
            if method in takes:
                continue
            answer = await here.ask(method, path, cookie=ANA, headers=OURS, body=b"{}")
            assert answer.status in (404, 405), (method, path, answer.status)
            assert "<h1>" in answer.text, (method, path)


def _pattern(route: str) -> str:
    return re.sub(r"\\\{\w+(:path)?\\\}", lambda blank: ".*" if blank[1] else "[^/]+", re.escape(route))


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_no_address_is_too_odd_for_a_database(request: pytest.FixtureRequest, tmp_path: Path, kind: str) -> None:
    settings = settings_of(tmp_path, address(request, kind, tmp_path / "palabre.db"))
    service = Service(settings, open_database(settings), say=lambda _said: None)
    transport = httpx.ASGITransport(service.web(), raise_app_exceptions=False)
    odd = ("%00", "x%00", "%ff", "%f0%9f%98%80", "'", "%25", "x" * 3000, "%ed%a0%80", "x%0ay")
    async with httpx.AsyncClient(transport=transport, base_url="http://town", cookies={"palabre": ANA}) as page:
        for text in odd:
            for path in ("/c/{}", "/c/{}.csv", "/c/{}.json", "/c/{}.ics", "/c/{}/chart.png", "/c/{}/chart-2.png",
                         "/c/{}/trash", "/chat/image/{}.png", "/chat/photo/{}.jpg", "/nowhere/{}"):  # fmt: skip
                assert (await page.get(path.format(text))).status_code == 404, (path, text)
            for path in ("/start/{}", "/?start={}", "/c?lang={}"):
                assert (await page.get(path.format(text))).status_code in (200, 404), (path, text)
    for adapter in service.adapters.values():
        await adapter.close()
    if service.crew is not None:
        service.crew.holding.close()
    service.storage.close()


async def test_a_photo_that_was_taken_back(here: House) -> None:
    """The last one: Ana leaves."""
    assert (await here.ask("GET", here.shot, cookie=ANA)).body.startswith(b"\xff\xd8\xff")
    await here.say(ANA, "/erase yes")
    await here.quiet()
    for file in folder_of(here.service.storage.database).iterdir():
        os.utime(file, (0, 0))
    await here.service._tick()
    for cookie in ("", ANA, BO):
        assert (await here.ask("GET", here.shot, cookie=cookie)).status == 404
    told = (await here.ask("GET", "/chat/stream", cookie=ANA)).text
    assert WORDS not in told
    assert here.shot not in told
