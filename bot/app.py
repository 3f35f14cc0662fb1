"""The service: the only place where real parts meet.

    listen (one for each messenger) -> think -> deliver, a tick each second, the web pages, the office's back door

The one rule: every part can stop at any moment. Nothing here is needed to know what happened; the database knows.
"""

from __future__ import annotations

import asyncio
import logging
import random
import socket
import time
from collections.abc import Callable, Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from starlette.applications import Starlette

from adapters.base import Adapter, Batch, messenger_of
from bot import bots, server
from bot.backdoor import door_of, open_door, perform
from bot.clock import Now, now_from, start_ticking
from bot.config import Settings
from bot.contributions.warming import keep_warm
from bot.crew import Crew, Hands, Settle
from bot.deliver import Deliverer
from bot.draining import Draining
from bot.erasures import keep_beside
from bot.files import Files, folder_of
from bot.health import Doings, Health, Standing
from bot.holding import UPKEEP, Held, Holding
from bot.owners import appoint, owner_code
from bot.photos import Photos
from bot.ports import DatabaseShelf, Reception
from bot.road import Road
from bot.scene import Rules
from bot.showing import Showing
from bot.standing import rights_of
from bot.thread import StorageThread
from bot.upkeep import reckon_wall_times, scrub, sweep
from locales import LANGUAGES, tr
from storage import locks, migrate, outbox
from storage.database import Connection, Database, StorageError
from storage.instants import ms
from storage.leases import LeaseLost

log = logging.getLogger(__name__)

SETTLED_WITHIN = 0.02
"""How long a note of what was sent waits for a turn of the road that has something else to write as well."""

GOODBYE = 4.0
"""How long what is being sent has to arrive, and to be noted, when the service stops."""

_PUSHED_TO = ("telegram", "matrix")
"""Messengers that can come to us instead of being asked."""


class Service:
    """Palabre, running. `run` returns when it was asked to stop. On PostgreSQL others may run beside it: `crew`."""

    def __init__(self, settings: Settings, database: Database, *, say: Callable[[str], None] = print) -> None:
        self.settings = settings
        self.now: Now = now_from(settings.clock)
        self.storage = StorageThread(database)
        self.rules = Rules(
            lang=settings.locale,
            quiet=settings.quiet_hours,
            public_url=settings.public_url,
            link=self._link,
            group_link=self._group_link,
            pace=lambda messenger: bots.speed(self.adapters, messenger),
            bots=lambda adapter: bots.ready(self.adapters, adapter),
            keeps=frozenset({"telegram", "matrix", *settings.telegram.bots}),
            detection=settings.moderation.detection,
        )
        alone = database.engine.dialect.name == "sqlite"
        self.road = Road(database, self.rules, self.now, alone=alone)
        self.showing = Showing(self.road, self.storage)
        self.adapters: dict[str, Adapter] = self._build_adapters()
        self.rules.powers.reach(self.adapters)
        self._photos = Photos(self.adapters)  # a photo is shown on other messengers than the one it came from
        self.crew = None if alone else self._build_crew()
        self.deliverer: Deliverer | Crew = self.crew or self._build_deliverer(self.adapters, self._settle)
        self.draining = Draining(self.road, self.storage, self.adapters, self.crew)
        self._say = say
        self._work = asyncio.Event()
        self._stop = asyncio.Event()
        self._arrived: list[tuple[str, Batch, asyncio.Future[None], Held | None]] = []
        self._settlements: list[tuple[outbox.Settlement, asyncio.Future[None], Held | None]] = []
        self._trouble = ""
        self._erased = False
        self.doings = Doings()
        standing = Standing(
            adapters=self.adapters,
            held=lambda: self.deliverer.waiting,
            circuits=lambda: self.deliverer.circuits,
            trouble=lambda: self._trouble,
        )
        self.health = Health(settings.database.url, self.storage, self.now, self.doings, standing)

    # --- Putting together --------------------------------------------------------------------------------------------

    def _build_adapters(self) -> dict[str, Adapter]:
        """The adapters that the settings name, found by entry point so that others can be added from outside."""
        settings = self.settings
        found = {entry.name: entry for entry in entry_points(group="palabre.adapters")}
        built: dict[str, Adapter] = {}
        if settings.console.enabled:
            from adapters.console import ConsoleSettings

            built["console"] = found["console"].load()(ConsoleSettings(lang=settings.locale, now=self.now))
        if settings.web.enabled:
            from adapters.web import WebSettings

            reception = Reception(self.storage, self.showing)
            built["web"] = found["web"].load()(
                WebSettings(
                    shelf=DatabaseShelf(self.storage, self.now, self._shown),
                    files=Files(folder_of(self.storage.database)),
                    welcome=reception.welcome,
                    language=reception.language,
                    now=self.now,
                    locale=settings.locale,
                )
            )
        if settings.telegram.token is not None:
            build, menu = found["telegram"].load(), command_menu()
            for name, known in bots.settings_of(settings.telegram).items():
                built[name] = build(known, name=name, menu=menu, now=self.now)
        if settings.matrix.homeserver is not None:
            built["matrix"] = self._build_matrix(found["matrix"])
        return built

    def _build_matrix(self, entry: EntryPoint) -> Adapter:
        """The Matrix account; what is wrong with its settings or its keys stops the start with a sentence."""
        from bot.matrixaccount import build

        return build(entry, self.settings, known=self.road.cursor("matrix") is not None, now=self.now)

    def _build_deliverer(self, adapters: Mapping[str, Adapter], settle: Settle) -> Deliverer:
        return Deliverer(
            adapters,
            self.storage,
            self.now,
            resolve=self.showing.letter,
            paint=self.showing.paint,
            further=self.showing.further,
            settle_with=settle,
            photos=self._photos,
        )

    def _build_crew(self) -> Crew:
        section = self.settings.database
        hands = Hands(
            deliverer=self._build_deliverer,
            listen=self._listen,
            settle=self._settle,
            think=lambda: self._work.set(),
            upkeep=self._tell_owner_code,
        )
        hints = None if section.hints == "off" else section.hints or section.url
        return Crew(self.adapters, self.storage, Holding(self.storage.database, section.lease), hands, hints)

    def _shown(self, place: str) -> None:
        if self.crew is not None:
            self.crew.shown(place)

    def _link(self, adapter: str, payload: str) -> str | None:
        make = getattr(self.adapters.get(adapter), "link", None)
        return make(payload) if make is not None else None

    def _group_link(self, adapter: str, payload: str) -> str | None:
        make = getattr(self.adapters.get(adapter), "group_link", None)
        return make(payload) if make is not None else None

    # --- Running -----------------------------------------------------------------------------------------------------

    async def run(self, ready: Callable[[], None] = lambda: None) -> None:
        """Run until `stop`; `ready` is called once everything that could refuse to start has started."""
        listening = server.listen(*self.settings.listen) if self.settings.web.enabled else None
        ready()
        await self._prepare()
        ticking = None
        # What was leaving at the last stop goes ahead of anything newer, or an old edit would overwrite a later one.
        for _page in range(5):
            await self.deliverer.poll()
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self.deliverer.run()), group.create_task(self._think())]
                if self.crew is None:
                    tasks += [group.create_task(self._listen(name, it)) for name, it in self.adapters.items()]
                tasks.append(group.create_task(keep_warm(self.storage, self.road.flows)))
                if listening is not None:
                    tasks.append(group.create_task(self._serve(listening)))
                if self.storage.database.path is not None:
                    door = door_of(self.storage.database.path)
                    tasks.append(group.create_task(open_door(door, self._perform)))
                await self._tick()
                ticking = start_ticking(self._tick, self.settings.tick)
                await self._stop.wait()
                await self.deliverer.finish(GOODBYE)
                for adapter in self.adapters.values():
                    await adapter.close()
                for task in tasks:
                    task.cancel()
        finally:
            if ticking is not None:
                ticking.shutdown(wait=False)
            if self.crew is not None:
                self.crew.holding.close()
            self.storage.close()

    def stop(self) -> None:
        """Ask the service to stop; what is being written is written."""
        self._stop.set()

    async def _prepare(self) -> None:
        """Everything before the first event: old letters, owners, time zones. Among others, letters are taken over with
        the lease of their messenger, and the code is told by whoever does the upkeep: a later one replaces it."""
        await self.storage.within(self._prepare_within)
        await self.storage.call(keep_beside, self.storage.database)
        if self.crew is not None:
            return
        again, unsure = await self.storage.within(outbox.recover)
        if again or unsure:
            log.info(
                "%d messages were leaving at the last stop and are sent again; %d may have been sent", again, unsure
            )
        await self._tell_owner_code()

    def _prepare_within(self, connection: Connection) -> None:
        locks.alone(connection, "process", "start")
        appoint(connection, self.settings.owner_identities, ms(self.now()))
        reckon_wall_times(connection)

    async def _tell_owner_code(self) -> None:
        code = await self.storage.within(owner_code)
        if code is not None and not self.settings.owner_identities:
            lang = self.settings.locale
            self._say(tr(lang, "To become the owner, send this code to the bot on any channel: {code}", code=code))

    # --- Listening ---------------------------------------------------------------------------------------------------

    async def _listen(self, name: str, adapter: Adapter, held: Held | None = None) -> None:
        """Store what a messenger brings, for ever; a reading that breaks begins again after a while."""
        wait = 1.0
        self.road.begin_anew(name)
        while True:
            try:
                cursor = await self.storage.call(self.road.cursor, name)
                self.draining.asked(name)
                async for batch in adapter.receive(cursor):
                    await self._store(name, batch, held)
                    wait = 1.0
                    self.draining.asked(name)
                return
            except LeaseLost:
                return
            except StorageError as error:
                self._note_trouble(str(error))
            except Exception:
                log.exception("reading from %s broke off", name)
            await asyncio.sleep(wait + random.random())
            wait = min(60.0, wait * 2)

    async def _store(self, name: str, batch: Batch, held: Held | None) -> None:
        """Have a batch stored; it is held, never read again, until the database has taken it."""
        stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._arrived.append((name, batch, stored, held))
        self._work.set()
        await stored

    async def _settle(self, settlement: outbox.Settlement, held: Held | None = None) -> None:
        """Have it written how letters ended. Raises `LeaseLost` when another process sends by now."""
        settled: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._settlements.append((settlement, settled, held))
        asyncio.get_running_loop().call_later(SETTLED_WITHIN, self._work.set)
        await settled
        self.doings.settled(settlement)

    def _note_trouble(self, sentence: str) -> None:
        if sentence != self._trouble:
            log.error("%s Trying again each second; nothing is lost.", sentence)
        self._trouble = sentence

    # --- Thinking ----------------------------------------------------------------------------------------------------

    async def _think(self) -> None:
        """Around and around while there is work; a batch is never waited for."""
        while True:
            await self._work.wait()
            self._work.clear()
            try:
                if await self._turn():
                    self._work.set()
            except StorageError as error:
                self._note_trouble(str(error))
                self._work.set()
                await asyncio.sleep(1.0)

    async def _turn(self) -> bool:
        """One turn of the road, and what follows from it at once; True when there may be more to do."""
        self._drop_lost()
        arrived, settlements = self._arrived[:], self._settlements[:1]
        settlement = settlements[0][0] if settlements else None
        batches = [(name, batch) for name, batch, _stored, _held in arrived]
        held = self.crew.epochs() if self.crew is not None else None
        began = time.monotonic()
        try:
            thought = await self.storage.call(self.road.turn, batches, settlement, held)
        except LeaseLost as lost:
            if self.crew is not None:
                self.crew.lost(lost.names)
            return True
        self.doings.thought(thought.events, time.monotonic() - began)
        del self._arrived[: len(arrived)], self._settlements[: len(settlements)]
        if self.crew is not None:
            for name, batch in batches:
                self.crew.received(name, batch)
        for future in (*(stored for _, _, stored, _ in arrived), *(settled for _, settled, _ in settlements)):
            if not future.done():
                future.set_result(None)
        await self.deliverer.note(thought.notes)
        self.deliverer.add(thought.letters)
        if self.crew is not None:
            self.crew.tell(left=thought.left, elsewhere=thought.elsewhere)
        self._erased |= thought.scrub
        if self._erased:  # until it is done: a full disk may stand in the way
            await self.storage.call(scrub, self.storage.database)
            await self.storage.call(keep_beside, self.storage.database)
            self._erased = False
        if self._trouble:
            await self._find_letters()
        self._trouble = ""
        return bool(thought.events or thought.left or self._arrived or self._settlements)

    def _drop_lost(self) -> None:
        """What came or left under a lease that is no more is the next holder's; the platform hands it over again."""
        waiting = [(stored, held) for _, _, stored, held in self._arrived]
        waiting += [(settled, held) for _, settled, held in self._settlements]
        for future, held in waiting:
            if held is not None and held.lost.is_set() and not future.done():
                future.set_exception(LeaseLost(frozenset({held.lease.name})))
        self._arrived = [it for it in self._arrived if it[3] is None or not it[3].lost.is_set()]
        self._settlements = [it for it in self._settlements if it[2] is None or not it[2].lost.is_set()]

    async def _find_letters(self) -> None:
        """After trouble with the database: a turn that was committed without our knowing left letters that nobody
        holds. Those that we do hold are not taken on twice."""
        names = list(self.adapters) if self.crew is None else list(self.crew.epochs())
        await self.storage.within(lambda connection: outbox.wait_anew(connection, names))
        await self.deliverer.poll()

    # --- The tick ----------------------------------------------------------------------------------------------------

    async def _tick(self) -> None:
        """Each second: what came due, what waits to be sent, what is closing."""
        try:
            await self.storage.call(self.road.ring)
            await self.draining.look()
            self._work.set()
            await self.deliverer.poll()
            if self.crew is not None:
                await self.crew.look()
            if self.crew is None or self.crew.holding.holds(UPKEEP):
                await self.storage.call(sweep, self.storage.database, self.now())
        except StorageError as error:
            self._note_trouble(str(error))

    # --- The web -----------------------------------------------------------------------------------------------------

    async def _serve(self, listening: socket.socket) -> None:
        await server.serve_on(self.web(), listening)

    def web(self) -> Starlette:
        """Everything that listens."""
        chat = self.adapters["web"]
        pushed_to = [adapter for name, adapter in self.adapters.items() if messenger_of(name) in _PUSHED_TO]
        return server.make_app(
            chat_routes=chat.routes(),  # type: ignore[attr-defined]
            webhook_routes=[route for adapter in pushed_to for route in adapter.routes()],  # type: ignore[attr-defined]
            pages=self.showing,
            health=self.health.ready,
            metrics=self.health.metrics,
            live=self.health.live,
        )

    async def _perform(self, request: dict[str, Any]) -> dict[str, Any]:
        """Do what the command line asks for while the service runs."""
        if request["do"] == "rights":
            return {"rights": await rights_of(self.adapters, request["places"])}
        done = await self.storage.call(perform, self.road, request)
        self._work.set()
        return done


def command_menu() -> dict[str, dict[str, str]]:
    """The commands that a messenger may offer as a menu, in each language; the default language also for all others."""
    from bot.commands.register import ALL

    told = [command for command in ALL if command.about is not None and not (command.needs or command.told_to)]
    menus = {
        lang: {
            (command.aliases[0] if lang == "fr" and command.aliases else command.name): command.about(lang)
            for command in told
            if command.about is not None
        }
        for lang in LANGUAGES
    }
    return {"": menus[LANGUAGES[0]], **menus}


def open_database(settings: Settings) -> Database:
    """The database of the settings, brought up to date."""
    database = Database(settings.database.url)
    migrate.upgrade(database)
    return database
