"""A real browser, a real web server on a free port, and a tiny road to talk to.

The road stores what arrives in a list, confirms it by asking for the next batch, and answers a small consultation:
one choice, several choices, a free text, a picture. It holds its place in the shelf and the list over a restart.
"""

from __future__ import annotations

import asyncio
import shutil
import socket
import struct
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, async_playwright

from adapters.base import Image, Inbound, Outgoing, Part, Place
from adapters.web import Invitation, MemoryShelf, WebAdapter, WebSettings, build
from bot.pages import ConsultationPage, Format, Listing, QuestionResult, ResultRow, TrashPage
from bot.server import listen, make_app, serve_on
from flows.events import Pressed, Said, Shared
from flows.messages import Block, Bold, Bullets, Button, Link, Plain, paragraph

_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_BARRIERS = (("danger", "Le danger"), ("distance", "La distance"), ("vol", "La peur du vol"))
_WAYS = (("velo", "À vélo"), ("bus", "En bus"), ("voiture", "En voiture"))
Rows = tuple[tuple[Button, ...], ...]


def tiny_png(width: int, height: int) -> bytes:
    """A real PNG of a few bars."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    def pixel(x: int, y: int) -> bytes:
        bar = y // (height // 6)
        return b"\x17\x63\x5a" if bar % 2 and x < width * (7 - bar) // 7 else b"\xff\xff\xff"

    lines = b"".join(b"\0" + b"".join(pixel(x, y) for x in range(width)) for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")


@dataclass
class TinyRoad:
    """What was stored, by key, and what has been answered."""

    stored: dict[str, Inbound] = field(default_factory=dict)
    toggled: dict[str, list[str]] = field(default_factory=dict)
    asked: dict[str, tuple[str, str]] = field(default_factory=dict)
    """For each person the question that is open and the message it stands in."""
    shared: list[Shared] = field(default_factory=list)

    async def run(self, adapter: WebAdapter) -> None:
        async for batch in adapter.receive(None):
            fresh = [item for item in batch.items if item.key not in self.stored]
            self.stored |= {item.key: item for item in fresh}
            for item in fresh:
                await self.answer(adapter, item)

    @property
    def texts(self) -> list[str]:
        return [
            item.event.text if isinstance(item.event, Said) else item.event.data
            for item in self.stored.values()
            if isinstance(item.event, Said | Pressed)
        ]

    async def answer(self, adapter: WebAdapter, item: Inbound) -> None:
        talk = _Talk(adapter, item)
        question, message = self.asked.get(item.person, ("", ""))
        match item.event:
            case Said(text=text) if text.startswith("/start"):
                await talk.say(
                    paragraph(Bold("Se déplacer demain")),
                    paragraph("Trois questions, une minute. Vous pouvez vous arrêter quand vous voulez."),
                )
                rows = (*((Button(label=label, data=f"way.{code}"),) for code, label in _WAYS), _skip())
                self.asked[item.person] = "way", await talk.say(_ASK_WAY, rows=rows)
            case Said(text=text) if question == "way":
                chosen = dict(enumerate(_WAYS, 1)).get(int(text)) if text.isdigit() else None
                label = chosen[1] if chosen else text
                await self.chose_way(talk, item.person, message, label)
            case Pressed(data=data) if data.startswith("way.") and question == "way":
                await self.chose_way(talk, item.person, message, dict(_WAYS).get(data[4:], "passé"))
            case Pressed(data=data) if data.startswith("barrier.") and question == "barrier":
                await self.toggle(talk, item.person, message, data[8:])
            case Pressed(data=data) if data.startswith("way."):
                await adapter.note(item.key, "Cette question est déjà passée.")
            case Said(text="/photo" | "/place" as word):
                wants = word.removeprefix("/")
                self.asked[item.person] = wants, await talk.say(_ASK_SHARED[wants], rows=(_skip(),), wants=wants)
            case Shared() as shared if question in ("photo", "place"):
                self.shared.append(shared)
                await talk.say(_ASK_SHARED[question], paragraph(Bold("✔")), replaces=message)
                await talk.say(paragraph("Merci, c'est bien arrivé."))
            case Pressed(data=data) if data.startswith("echo."):
                await talk.say(paragraph("C'est ouvert."))
            case Said(text="/long"):
                await talk.say(*(paragraph(f"Paragraphe {number}, qui tient sur deux lignes.") for number in range(40)))
                await talk.say(_ASK_WAY)
            case Said(text=text):
                await talk.say(paragraph("Vous avez écrit : ", Plain(text)))
            case _:
                await adapter.note(item.key, "Ce bouton ne sert plus.")

    async def chose_way(self, talk: _Talk, person: str, message: str, label: str) -> None:
        await talk.say(_ASK_WAY, paragraph(Bold(f"✔ {label}")), replaces=message)
        self.toggled[person] = []
        self.asked[person] = "barrier", await talk.say(_ASK_BARRIER, rows=_barrier_rows([]))

    async def toggle(self, talk: _Talk, person: str, message: str, code: str) -> None:
        chosen = self.toggled[person]
        if code != "done":
            chosen.remove(code) if code in chosen else chosen.append(code)
            await talk.say(_ASK_BARRIER, rows=_barrier_rows(chosen), replaces=message)
            return
        labels = ", ".join(dict(_BARRIERS)[code] for code in chosen)
        await talk.say(_ASK_BARRIER, paragraph(Bold(f"✔ {labels}")), replaces=message)
        self.asked[person] = "end", ""
        await talk.say(
            paragraph("Merci ! Voici ce que les autres ont répondu. ", Link("Lire la suite", "https://example.org/a")),
            Bullets(items=((Plain("À vélo : 12"),), (Plain("En bus : 30"),))),
            image=Image(data=tiny_png(600, 300), alt="À vélo 12, en bus 30, en voiture 7."),
        )


_ASK_WAY = paragraph("Comment venez-vous au centre ?")
_ASK_SHARED = {
    "photo": paragraph("Montrez-nous l'endroit : envoyez une photo."),
    "place": paragraph("Où est-ce ? Partagez votre position, ou écrivez l'adresse."),
}
_ASK_BARRIER = paragraph("Qu'est-ce qui vous retient de pédaler ? Plusieurs réponses sont possibles.")


def _skip() -> tuple[Button, ...]:
    return (Button(label="Passer", data="way.skip", quiet=True), Button(label="Revenir", data="way.back", quiet=True))


def _toggle(code: str, label: str, chosen: bool) -> Button:
    return Button(label=f"✔ {label}" if chosen else label, data=f"barrier.{code}", chosen=chosen)


def _barrier_rows(chosen: list[str]) -> Rows:
    choices = ((_toggle(code, label, code in chosen),) for code, label in _BARRIERS)
    return (*choices, (Button(label="J'ai fini", data="barrier.done", quiet=True),))


class _Talk:
    """Answers to one inbound, with keys made of its key."""

    def __init__(self, adapter: WebAdapter, item: Inbound) -> None:
        self._adapter = adapter
        self._place: Place = item.place
        self._key = item.key
        self._count = 0

    async def say(
        self,
        *body: Block,
        rows: Rows = (),
        image: Image | None = None,
        replaces: str | None = None,
        wants: str = "",
    ) -> str:
        self._count += 1
        part = Part(body=body, rows=rows, image=image, wants=wants)
        out = Outgoing(key=f"{self._key}/{self._count}", place=self._place, part=part, replaces=replaces)
        return (await self._adapter.send(out)).ref


class SamplePages:
    """Public pages with one open and one closed consultation."""

    async def trash(self, id: str, lang: str) -> TrashPage | None:
        return None

    async def consultation(self, id: str, lang: str) -> ConsultationPage | None:
        if id == "mobilite":
            return ConsultationPage(
                id=id,
                title="Se déplacer demain",
                summary="Comment nous irons au centre-ville dans dix ans, et ce qui nous en empêche aujourd'hui.",
                state="open",
                opens="1 mars 2026, 08:00 (Paris)",
                closes="21 mars 2026, 20:00 (Paris)",
                turnout=1234,
                hidden="Les résultats seront montrés à la clôture, le 21 mars à 20:00.",
            )
        if id != "ecole":
            return None
        ways = QuestionResult(
            text="Faut-il fermer la rue de l'École aux voitures aux heures d'entrée et de sortie ?",
            rows=(
                ResultRow(label="Oui, matin et soir", count=1022, share=0.5678),
                ResultRow(
                    label="Oui, le matin seulement, pour commencer et voir si les riverains s'y font",
                    count=400,
                    share=0.2222,
                ),
                ResultRow(label="Non", count=288, share=0.16),
                ResultRow(label="Sans opinion", count=90, share=0.05),
            ),
            note="12 personnes ont passé cette question.",
        )
        grade = QuestionResult(
            text="Quelle note donnez-vous à la sécurité devant l'école ?",
            rows=tuple(ResultRow(label=str(n), count=n * 60, share=n * 60 / 900) for n in range(1, 6)),
            note="Moyenne : 3,7 sur 5.",
        )
        return ConsultationPage(
            id=id,
            title="La rue de l'École <b>sans voitures</b> ?",
            summary="Votre avis avant le conseil municipal du 4 avril.",
            state="closed",
            opens="1 mars 2026, 08:00 (Paris)",
            closes="21 mars 2026, 20:00 (Paris)",
            turnout=1800,
            results=(ways, grade),
            chart=True,
            downloads=True,
        )

    async def listed(self, lang: str) -> list[Listing]:
        pages = [await self.consultation(id, lang) for id in ("mobilite", "ecole")]
        return [
            Listing(id=page.id, title=page.title, summary=page.summary, state=page.state, closes=page.closes)
            for page in pages
            if page
        ]

    async def chart(self, id: str, lang: str) -> bytes | None:
        return tiny_png(800, 420) if id == "ecole" else None

    async def download(self, id: str, format: Format) -> bytes | None:
        return b"question,answer,count\n" if id == "ecole" else None


async def _welcome(lang: str) -> list[Invitation]:
    return [
        Invitation(
            id="mobilite",
            title="Se déplacer demain",
            summary="Trois questions sur vos trajets vers le centre-ville.",
            closes="21 mars 2026, 20:00",
        ),
        Invitation(
            id="couverture-mobile",
            title="La couverture mobile dans le Val-d'Oise",
            summary="Où le téléphone passe mal, et ce qu'il faut faire en premier.",
            closes="30 avril 2026, 18:00",
        ),
    ]


async def _measured() -> str:
    return "up 1\n"


async def _healthy() -> dict[str, Any]:
    return {"ok": True}


@dataclass
class Town:
    """The web chat of a small town: one shelf and one road, a server that can be stopped and started again."""

    port: int
    shelf: MemoryShelf = field(default_factory=MemoryShelf)
    road: TinyRoad = field(default_factory=TinyRoad)
    adapter: WebAdapter | None = None
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self, *, thinking: bool = True) -> None:
        self.adapter = build(WebSettings(shelf=self.shelf, welcome=_welcome, title="Ville de Saint-Aubin", heartbeat=1))
        app = make_app(chat_routes=self.adapter.routes(), pages=SamplePages(), health=_healthy, metrics=_measured)
        self._tasks = [asyncio.create_task(serve_on(app, listen("127.0.0.1", self.port)))]
        if thinking:
            self.think()

    def think(self) -> None:
        assert self.adapter
        self._tasks.append(asyncio.create_task(self.road.run(self.adapter)))

    async def stop(self) -> None:
        assert self.adapter
        await self.adapter.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@contextmanager
def _free_port() -> Iterator[int]:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", 0))
        yield probe.getsockname()[1]


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    with _free_port() as port:
        pass
    town = Town(port)
    await town.start()
    yield town
    await town.stop()


@pytest.fixture(scope="session")
def chromium() -> str:
    for name in _NAMES:
        path = shutil.which(name)
        if path:
            return path
    pytest.skip("No Chromium here: run tests/live/install-browser.sh to test the pages in a real browser.")


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, headless=True, args=_FLAGS)
        yield browser
        await browser.close()


@pytest.fixture(scope="session")
def screens() -> Path:
    """Where the pictures go that people look at."""
    folder = Path(__file__).parents[2] / "build" / "screens"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
