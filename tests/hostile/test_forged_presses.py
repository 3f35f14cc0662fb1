"""Presses that nobody was offered: what a button carries can be anything, sent by anybody, from anywhere.

A town hall with everything in it (a vote on a card, a conversation half-way, proposals with stances and signatures,
open cases, an organiser's menus, a vote that is closed) takes real button data from the letters that were sent, and
then strangers, neighbours and people with an office elsewhere send it back: as it is, in other places, with bits turned
over, in pieces, and made up. The one rule: nothing that stands in the database changes, and everybody gets an answer.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeAlias
from uuid import UUID

import httpx
import pytest
from postgres import address, on_both
from sqlalchemy import Table, select
from starlette.applications import Starlette

from adapters.base import Batch, Inbound, Place
from adapters.web import MemoryShelf, WebAdapter, WebSettings, build
from adapters.web.guard import person_of
from bot import office
from bot.commands.register import ALL, find
from bot.letters import Do, Whole, read
from bot.moderation import tokens
from flows import prompts
from flows.events import Pressed
from flows.load import from_source
from storage.columns import metadata

SEED = 20260306
ELSEWHERE = "telegram:-300"
BOOKKEEPING = frozenset({"pairing_tries", "inbox", "outbox", "lanes", "conversations", "cursors", "leases", "shown"})
"""What every event leaves behind: that it came, what was said to it, which menu stood there last, how often somebody
guessed the word that links two messengers."""
_OF_THEIR_OWN = ("start", "help", "back", "skip", "stop", "resume", "language", "subscribe", "update", "sendupdate")
OWN = frozenset((*_OF_THEIR_OWN, "agree", "report", "mute", "unmute", "propose"))
"""Commands that anybody may type in their own name, with effect on nobody else: pressing is typing."""

CARD = """\
palabre: 1
id: {id}
lang: en
title: The fountain ({id})
secrecy: open
results: live
recap: false
steps:
  - ask: where
    text: Where shall it stand?
    one_of: {{square: On the square, school: At the school}}
    abstain: true
  - end: thanks
    text: Thank you!
"""
STREET = """\
palabre: 1
id: street
lang: en
title: The street
steps:
  - ask: mode
    text: How do you come?
    one_of: {bike: By bike, bus: By bus, foot: On foot}
  - ask: why
    text: What matters?
    any_of: {time: Time, air: Air, cost: Cost}
  - rank: order
    text: In which order?
    options: {trees: Trees, bench: Benches, light: Lights}
  - ask: idea
    text: An idea?
    short_text: true
    optional: true
  - end: thanks
    text: Thank you!
"""
CITIZENS = tuple(f"p{at}" for at in range(6))
JUDGES = tuple(f"q{at}" for at in range(4))
STRANGERS = tuple(f"s{at}" for at in range(30))


# --- A town hall with everything in it -------------------------------------------------------------------------------


def furnish(hall: Any) -> None:
    """Things to be stolen."""
    for source in (CARD.format(id="fountain"), CARD.format(id="ancient"), STREET):
        publish(hall, source)
    for name in ("lou", "max", "eva", *STRANGERS):
        hall.says(name, "/help")
    for at, name in enumerate(CITIZENS):
        for id in ("fountain", "ancient"):
            hall.happens(name, Pressed(at=hall.now, data=prompts.card(id, str(at % 2))), place=hall.square)
        hall.says(name, "/start street")
        hall.says(name, "1")
        if at % 2:
            hall.says(name, "1, 2")
            hall.presses(name, "Trees")
        hall.says(name, "/start place")
        hall.says(name, f"More of number {at}, please")
    made = [hall.submits(name, f"Something good, number {at}") for at, name in enumerate(CITIZENS)]
    for (proposal, case), verdict in zip(made[:4], ("ok", "ok", "no.spam", "word.unclear"), strict=True):
        hall.decides("ana", case, verdict)
        if verdict == "word.unclear":
            hall.says("ana", "Say it like this", place=hall.desk)
        for voter in range(9):
            hall.votes(1000 + voter, proposal.id, ("agree", "disagree", "neutral")[voter % 3])
    for at, name in enumerate(JUDGES):
        for said in ("/start place", "skip", *("1", "2", "skip", "skip")[:at]):
            hall.says(name, said)
    hall.overhears("p4", "buy this", "o1")
    hall.says("p5", "/report", place=hall.square, quoted=("o2", "p4", "buy that"))
    for name in CITIZENS:
        hall.signs(name, f"I am {name}")
        hall.says(name, "/erase")
        hall.says(name, "/mine")
        hall.says(name, "/start street")
    answer = f"/answer place {made[0][0].number} studied We look at it."
    for line in ("/poll Pizza? | yes | no", "/close fountain", "/cases", "/new", answer):
        hall.says("maire", line)
    hall.says("ana", "/cases", place=hall.desk)
    for name, role, scope in (
        ("lou", "moderator", "ancient"),
        ("max", "organiser", ELSEWHERE),
        ("eva", "observer", "*"),
    ):
        hall.gets(name, role, scope)
    close(hall, "ancient")


def publish(hall: Any, source: str) -> None:
    publication = office.Publication(
        flow=from_source(source), source=source, who="test", places=(hall.square,), at_once=True
    )
    within(hall, lambda scene: office.publish(scene, publication, "en"))


def close(hall: Any, id: str) -> None:
    for act in (office.begin_closing, office.follow_count):
        within(hall, lambda scene, act=act: act(scene, scene.consultation(id)))


def within(hall: Any, act: Callable[[Any], object]) -> None:
    with hall.database.transaction() as connection:
        scene = hall.road.scene(connection)
        act(scene)
        scene.flush()
    hall.think()


def offered(hall: Any) -> list[str]:
    """What every button carries that was ever sent, to whomever."""
    found: dict[str, None] = {}
    for place, payload in dict.fromkeys(hall.rows("SELECT place, payload FROM outbox WHERE payload <> '' ORDER BY id")):
        letter = read(payload)
        if isinstance(letter, Do):
            continue
        said = letter.message if isinstance(letter, Whole) else hall._made(letter, place)
        found |= {one.data: None for one in (said.prompt.buttons if said.prompt else ()) if one.data}
    return list(found)


# --- What stands in the database -------------------------------------------------------------------------------------


Rows: TypeAlias = dict[str, list[str]]


def on_file(hall: Any) -> Rows:
    """Every table but the bookkeeping, row by row."""
    tables = [table for table in metadata.sorted_tables if table.name not in BOOKKEEPING]
    with hall.database.transaction() as connection:
        return {
            table.name: sorted(repr(tuple(row)) for row in connection.execute(select(*told_of(table))))
            for table in tables
        }


def told_of(table: Table) -> list[Any]:
    """All columns, but for the name by which whoever asks for it is known to colleagues: asking is nothing to hide."""
    return [column for column in table.columns if (table.name, column.name) != ("participants", "code")]


def unchanged(before: Rows, after: Rows) -> None:
    differ = {table: sorted({*rows} ^ {*after[table]}) for table, rows in before.items() if rows != after[table]}
    assert differ == {}


# --- Forging ---------------------------------------------------------------------------------------------------------


class Forger:
    """Makes presses; the same seed makes the same ones. `own` are the prompts that each person was asked."""

    def __init__(self, hall: Any, seed: int, people: dict[str, set[str]]) -> None:
        self.dice = random.Random(seed)
        self.real = offered(hall)
        self.people = people
        self.cases = [id for (id,) in hall.rows("SELECT id FROM cases")]
        self.kinds: Counter[str] = Counter()

    def presses(self, many: int) -> Iterator[tuple[str, str, bool]]:
        """(who, data, whether in a group where it does not belong)"""
        makers = (self._as_it_is, self._as_it_is, self._turned_over, self._spliced, self._made_up, self._random)
        names = sorted(self.people)
        while many:
            maker, who = self.dice.choice(makers), self.dice.choice(names)
            data = maker()
            if not data or self._is_theirs(who, data):
                continue
            many -= 1
            self.kinds[f"{maker.__name__[1:]} {data[:2] if data[1:2] == '.' else 'other'}"] += 1
            yield who, data, self.dice.random() < 0.25

    def _is_theirs(self, who: str, data: str) -> bool:
        """May they press this in their own name, as they may type it? Their own question, a vote that is open to all, a
        command about nobody but themselves."""
        prompt, card, command = prompts.read(data), prompts.read_card(data), prompts.read_command(data)
        if prompt is not None:
            return prompt[0] in self.people[who]
        if card is not None:
            return card[0] == "fountain"
        named = find(command[0]) if command is not None else None
        if named is None or command is None:
            return False
        begun = {
            "link": not command[1].strip(),
            "erase": command[1] != "yes",
        }  # what begins it shows a menu of their own
        return named.name in OWN or begun.get(named.name, False)

    def _as_it_is(self) -> str:
        return self.dice.choice(self.real)

    def _turned_over(self) -> str:
        found = bytearray(self.dice.choice(self.real).encode())
        for _ in range(self.dice.randint(1, 3)):
            found[self.dice.randrange(len(found))] ^= 1 << self.dice.randrange(8)
        return found.decode("utf-8", "replace")

    def _spliced(self) -> str:
        """Parts of several, in any order, with some left out or doubled."""
        parts = [part for one in self.dice.choices(self.real, k=2) for part in one.split(".")]
        return ".".join(self.dice.choices(parts, k=self.dice.randint(1, 5)))[:64]

    def _made_up(self) -> str:
        """By somebody who has read the source of Palabre."""
        dice = self.dice
        consultation = dice.choice(("place", "street", "ancient", "fountain", "nothing", "", "*"))
        verb = dice.choice((*sorted(tokens.VERBS), "no.spam", "ban.24.insult", "mute.1.spam", "join.1", "approve"))
        word = dice.choice(
            ("", "yes", "ok", "no", "oui", "1", "-", "p1", "1 1 ok", "1 0 no.spam", "max owner", "lou moderator")
        )
        command = dice.choice(sorted({one.name for one in ALL} - OWN))
        return dice.choice(
            (
                prompts.card(
                    dice.choice(("place", "street", "ancient", "nothing")), dice.choice(("0", "out", "abs", "99", "-1"))
                ),
                tokens.data(dice.choice(self.cases), dice.randrange(4), verb),
                prompts.data(
                    prompts.prompt_id(str(dice.randrange(99)), dice.randrange(9), "mode"), str(dice.randrange(9))
                ),
                prompts.command(command, f"{consultation} {word}".strip()),
                prompts.command(command, word),
                prompts.selection(prompts.card("ancient", ""), range(dice.randrange(4))),
                str(dice.randrange(12)),
                "⌫" + str(dice.randrange(12)),
            )
        )

    def _random(self) -> str:
        raw = self.dice.randbytes(self.dice.randint(1, 64))
        return self.dice.choice((raw.decode("latin-1"), raw.decode("utf-8", "replace"), raw.hex()))[:64]


def prompts_of(hall: Any, adapter: str, names: tuple[str, ...]) -> dict[str, set[str]]:
    """Which prompts each of them was asked."""
    asked = hall.rows(
        "SELECT i.identity, p.id FROM prompts p JOIN sessions s ON s.id = p.session "
        "JOIN identities i ON i.participant = s.participant"
    )
    return {name: {id for identity, id in asked if identity == f"{adapter}:{name}"} for name in names}


def unanswered(hall: Any, like: str) -> list[str]:
    """Presses to which nothing was said, neither in a note nor by a message."""
    query = (
        "SELECT i.key FROM inbox i WHERE i.key LIKE ? AND NOT EXISTS "
        "(SELECT 1 FROM outbox o WHERE o.key LIKE i.id || '.%')"
    )
    return [key for (key,) in hall.rows(query, like) if not hall.notes.get(key)]


# --- On the road -----------------------------------------------------------------------------------------------------


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    on_both(metafunc, "town_hall")


@pytest.fixture
def town_hall(request: pytest.FixtureRequest, make_hall: Callable[..., Any], tmp_path: Path, kind: str) -> Any:
    url = address(request, kind, tmp_path / "town_hall.db")
    found = make_hall("town_hall", url)
    if kind == "sqlite":
        with found.database.engine.connect() as one:
            raw: Any = one.connection.dbapi_connection
        raw.execute("PRAGMA synchronous = off")  # nothing here is about power cuts
    furnish(found)
    return found


def forge(hall: Any, seed: int, many: int) -> Forger:
    """`many` forged presses, on the road in batches."""
    forger = Forger(hall, seed, prompts_of(hall, "telegram", (*CITIZENS, *JUDGES, *STRANGERS, "lou", "max", "eva")))
    before = on_file(hall)
    batch: list[Inbound] = []
    for number, (who, data, elsewhere) in enumerate(forger.presses(many)):
        where = Place.parse(ELSEWHERE if elsewhere else f"telegram:{who}")
        event = Pressed(at=hall.now, data=data, message=str(forger.dice.randrange(99)))
        batch.append(
            Inbound(key=f"f{number}", place=where, person=who, event=event, private=not elsewhere, locale="en")
        )
        if len(batch) == 200 or number == many - 1:
            hall.road.receive("telegram", Batch(cursor=None, items=tuple(batch)))
            hall.think()
            hall.now += timedelta(seconds=30)  # so that nobody presses faster than they may
            batch.clear()
    unchanged(before, on_file(hall))
    assert hall.rows("SELECT key, reason FROM inbox WHERE state <> 'done'") == []
    assert [key for key in (f"f{number}" for number in range(many)) if key not in hall.notes] == [], "still turning"
    assert unanswered(hall, "f%") == []
    return forger


def test_ten_thousand_forged_presses_change_nothing(town_hall: Any, kind: str) -> None:
    forger = forge(town_hall, SEED, 10_000 if kind == "sqlite" else 800)
    kinds = {data[:2] for data in forger.real}
    assert {"1.", "c.", "m.", "v."} <= kinds, "the town hall offers buttons of every kind"
    assert len(forger.kinds) >= 15, forger.kinds


@pytest.mark.soak
def test_ten_thousand_forged_presses_change_nothing_on_either_database(town_hall: Any) -> None:
    forge(town_hall, SEED + 1, 10_000)


@pytest.mark.sqlite
def test_a_card_pressed_from_anywhere_is_one_vote_of_whoever_pressed(town_hall: Any) -> None:
    """A vote that is open to all can be given from a chat that never showed the card. It is theirs, and it is one."""
    before = on_file(town_hall)
    for place in ("", ELSEWHERE, town_hall.desk, ""):
        for data in ("v.fountain.0", "v.fountain.1"):
            town_hall.happens("s0", Pressed(at=town_hall.now, data=data), place=place)
    after = on_file(town_hall)
    assert len(after["ballots"]) == len(before["ballots"]) + 1
    assert set(before["ballots"]) < set(after["ballots"])
    assert {table for table in before if before[table] != after[table]} == {"ballots", "sessions", "tallies"}


# --- By the web chat -------------------------------------------------------------------------------------------------


@asynccontextmanager
async def web_chat(hall: Any) -> AsyncIterator[httpx.AsyncClient]:
    """The pages of the chat, on the same road."""
    adapter: WebAdapter = build(WebSettings(shelf=MemoryShelf(), now=lambda: hall.now, burst=10**6))

    async def think() -> None:
        async for batch in adapter.receive(None):
            hall.road.receive("web", batch)
            hall.think()

    thinking = asyncio.create_task(think())
    ours = {"X-Palabre": "1", "Sec-Fetch-Site": "same-origin", "Origin": "http://town"}
    transport = httpx.ASGITransport(Starlette(routes=adapter.routes()))
    async with httpx.AsyncClient(transport=transport, base_url="http://town", headers=ours) as client:
        yield client
    thinking.cancel()
    with suppress(asyncio.CancelledError):
        await thinking


@pytest.mark.sqlite
async def test_hundreds_posted_to_the_web_chat_change_nothing(town_hall: Any) -> None:
    visitors = {person_of(token): token for token in (f"{number:032x}" for number in range(20))}
    async with web_chat(town_hall) as client:

        async def posts(who: str, number: int, what: str, **body: str) -> httpx.Response:
            cookie = {"Cookie": f"palabre={visitors[who]}"}
            return await client.post(f"/chat/{what}", json={"key": str(UUID(int=number)), **body}, headers=cookie)

        for number, who in enumerate(visitors):
            assert (await posts(who, number, "say", text="/help")).status_code == 200
        asked = prompts_of(town_hall, "web", tuple(visitors))
        forger = await asyncio.to_thread(Forger, town_hall, SEED + 2, asked)
        before = on_file(town_hall)
        taken = []
        for number, (who, data, _elsewhere) in enumerate(forger.presses(500), 1000):
            answer = await posts(who, number, "press", data=data, label="Yes", message=str(number % 7))
            if answer.status_code == 200:
                taken.append(f"{who}:{UUID(int=number)}")
            else:
                assert (answer.status_code, bool(answer.json()["sentence"])) == (400, True), data
        unchanged(before, on_file(town_hall))
    assert len(taken) > 400
    assert town_hall.rows("SELECT key, reason FROM inbox WHERE state <> 'done'") == []
    assert [key for key in taken if key not in town_hall.notes] == []
    assert [key for key in unanswered(town_hall, "%-%") if key in taken] == []
