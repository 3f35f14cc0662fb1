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
from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from adapters.base import Adapter, Batch
from bot import office, server
from bot.backdoor import door_of, open_door, perform
from bot.clock import Now, now_from, start_ticking
from bot.config import Settings
from bot.contributions.warming import keep_warm
from bot.deliver import Deliverer
from bot.files import Files, folder_of
from bot.owners import appoint, owner_code
from bot.ports import DatabaseShelf, Reception
from bot.road import Road
from bot.scene import Rules
from bot.showing import Showing
from bot.standing import rights_of
from bot.thread import StorageThread
from bot.upkeep import reckon_wall_times, scrub, sweep
from locales import LANGUAGES, tr
from storage import consultations, inbox, migrate, outbox
from storage.consultations import Consultation
from storage.database import Database, StorageError
from storage.instants import ms

log = logging.getLogger(__name__)

IDLE = 2.0
"""A platform that has been asked for so many seconds without an answer holds nothing more."""

SETTLED_WITHIN = 0.02
"""How long a note of what was sent waits for a turn of the road that has something else to write as well."""

DRAIN = 30.0
"""How long a closing waits for platforms to hand over what they hold, at most."""


class Service:
    """Palabre, running. `run` returns when it was asked to stop."""

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
            detection=settings.moderation.detection,
        )
        self.road = Road(database, self.rules, self.now)
        self.showing = Showing(self.road, self.storage)
        self.adapters: dict[str, Adapter] = self._build_adapters()
        self.rules.powers.reach(self.adapters)
        self.deliverer = Deliverer(
            self.adapters,
            self.storage,
            self.now,
            resolve=self.showing.letter,
            paint=self.showing.paint,
            further=self.showing.further,
            settle_with=self._settle,
        )
        self._say = say
        self._work = asyncio.Event()
        self._stop = asyncio.Event()
        self._arrived: list[tuple[str, Batch, asyncio.Future[None]]] = []
        self._settlements: list[tuple[outbox.Settlement, asyncio.Future[None]]] = []
        self._asked_since: dict[str, float] = {}
        self._closing_since: dict[str, float] = {}
        self._started = time.monotonic()
        self._events = 0
        self._trouble = ""

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
                    shelf=DatabaseShelf(self.storage, self.now),
                    files=Files(folder_of(self.storage.database)),
                    welcome=reception.welcome,
                    language=reception.language,
                    now=self.now,
                    locale=settings.locale,
                )
            )
        if settings.telegram.token is not None:
            from adapters.telegram import TelegramSettings

            section = settings.telegram
            built["telegram"] = found["telegram"].load()(
                TelegramSettings(
                    token=section.token.get_secret_value() if section.token else "",
                    base_url=section.base_url,
                    mode=section.mode,
                    webhook_url=section.webhook_url,
                    webhook_secret=section.webhook_secret.get_secret_value() if section.webhook_secret else None,
                    rate_limits=section.rate_limits,
                ),
                menu=command_menu(),
                now=self.now,
            )
        if settings.matrix.homeserver is not None:
            built["matrix"] = self._build_matrix(found["matrix"])
        return built

    def _build_matrix(self, entry: EntryPoint) -> Adapter:
        """The Matrix account; what is wrong with its settings or its keys stops the start with a sentence."""
        from bot.matrixaccount import build

        return build(entry, self.settings, known=self.road.cursor("matrix") is not None, now=self.now)

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
                for adapter in self.adapters.values():
                    await adapter.close()
                for task in tasks:
                    task.cancel()
        finally:
            if ticking is not None:
                ticking.shutdown(wait=False)
            self.storage.close()

    def stop(self) -> None:
        """Ask the service to stop; what is being written is written."""
        self._stop.set()

    async def _prepare(self) -> None:
        """Everything before the first event: old letters, owners, time zones."""
        again, unsure = await self.storage.within(outbox.recover)
        if again or unsure:
            log.info(
                "%d messages were leaving at the last stop and are sent again; %d may have been sent", again, unsure
            )
        now = self.now()
        await self.storage.within(lambda connection: appoint(connection, self.settings.owner_identities, ms(now)))
        code = await self.storage.within(owner_code)
        if code is not None and not self.settings.owner_identities:
            lang = self.settings.locale
            self._say(tr(lang, "To become the owner, send this code to the bot on any channel: {code}", code=code))
        await self.storage.within(reckon_wall_times)

    # --- Listening ---------------------------------------------------------------------------------------------------

    async def _listen(self, name: str, adapter: Adapter) -> None:
        """Store what a messenger brings, for ever; a reading that breaks begins again after a while."""
        wait = 1.0
        while True:
            try:
                cursor = await self.storage.call(self.road.cursor, name)
                self._asked_since[name] = time.monotonic()
                async for batch in adapter.receive(cursor):
                    await self._store(name, batch)
                    wait = 1.0
                    self._asked_since[name] = time.monotonic()
                return
            except StorageError as error:
                self._note_trouble(str(error))
            except Exception:
                log.exception("reading from %s broke off", name)
            await asyncio.sleep(wait + random.random())
            wait = min(60.0, wait * 2)

    async def _store(self, name: str, batch: Batch) -> None:
        """Have a batch stored; it is held, never read again, until the database has taken it."""
        stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._arrived.append((name, batch, stored))
        self._work.set()
        await stored

    async def _settle(self, settlement: outbox.Settlement) -> None:
        """Have it written how letters ended."""
        settled: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._settlements.append((settlement, settled))
        asyncio.get_running_loop().call_later(SETTLED_WITHIN, self._work.set)
        await settled

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
        arrived, settlements = self._arrived[:], self._settlements[:1]
        settlement = settlements[0][0] if settlements else None
        batches = [(name, batch) for name, batch, _stored in arrived]
        thought = await self.storage.call(self.road.turn, batches, settlement)
        del self._arrived[: len(arrived)], self._settlements[: len(settlements)]
        for future in (*(stored for _name, _batch, stored in arrived), *(settled for _it, settled in settlements)):
            if not future.done():
                future.set_result(None)
        self._trouble = ""
        await self.deliverer.note(thought.notes)
        self.deliverer.add(thought.letters)
        self._events += thought.events
        if thought.scrub:
            await self.storage.call(scrub, self.storage.database)
        return bool(thought.events or self._arrived or self._settlements)

    # --- The tick ----------------------------------------------------------------------------------------------------

    async def _tick(self) -> None:
        """Each second: what came due, what waits to be sent, what is closing."""
        try:
            await self.storage.call(self.road.ring)
            await self._drain_closing()
            self._work.set()
            await self.deliverer.poll()
            await self.storage.call(sweep, self.storage.database, self.now())
        except StorageError as error:
            self._note_trouble(str(error))

    async def _drain_closing(self) -> None:
        """Let a closing go on once the platforms have handed over what they held at the cut."""
        closing = await self.storage.within(lambda connection: consultations.all_of(connection, "closing"))
        now = time.monotonic()
        for run in closing:
            since = self._closing_since.setdefault(run.id, now)
            drained = all(self._holds_nothing(name, now) for name in self.adapters if name in self.rules.keeps)
            waited = now - since
            if waited >= DRAIN or (drained and waited >= IDLE):
                await self.storage.call(self._count, run, force=waited >= DRAIN)
        for id in set(self._closing_since) - {run.id for run in closing}:
            del self._closing_since[id]

    def _holds_nothing(self, name: str, now: float) -> bool:
        """Has a reachable platform been asked for long enough without an answer?"""
        reachable: bool = getattr(self.adapters[name], "reachable", True)
        return reachable and self._asked_since.get(name, now) + IDLE <= now

    def _count(self, run: Consultation, *, force: bool) -> None:
        """Put the counting of a closing consultation into the inbox, behind everything that was received before."""
        with self.storage.database.transaction() as connection:
            if inbox.waiting(connection) and not force:
                return
            scene = self.road.scene(connection)
            office.follow_count(scene, run)
            scene.flush()

    # --- The web -----------------------------------------------------------------------------------------------------

    async def _serve(self, listening: socket.socket) -> None:
        chat = self.adapters["web"]
        telegram = self.adapters.get("telegram")
        app = server.make_app(
            chat_routes=chat.routes(),  # type: ignore[attr-defined]
            webhook_routes=telegram.routes() if telegram is not None else [],  # type: ignore[attr-defined]
            pages=self.showing,
            health=self.health,
            metrics=self.metrics,
        )
        await server.serve_on(app, listening)

    async def _perform(self, request: dict[str, Any]) -> dict[str, Any]:
        """Do what the command line asks for while the service runs."""
        if request["do"] == "rights":
            return {"rights": await rights_of(self.adapters, request["places"])}
        done = await self.storage.call(perform, self.road, request)
        self._work.set()
        return done

    async def health(self) -> dict[str, Any]:
        """Is the service able to do its work? Numbers only, nothing about anybody."""
        try:
            waiting = await self.storage.within(inbox.waiting)
            aside = await self.storage.within(inbox.set_aside)
        except StorageError as error:
            return {"ok": False, "trouble": str(error)}
        return {
            "ok": not self._trouble,
            "trouble": self._trouble,
            "inbox_waiting": waiting,
            "inbox_aside": aside,
            "outbox_held": self.deliverer.waiting,
            "adapters": sorted(self.adapters),
            "unreachable": sorted(name for name, it in self.adapters.items() if not getattr(it, "reachable", True)),
            "uptime_s": round(time.monotonic() - self._started),
        }

    def metrics(self) -> str:
        """Counters in the text format of Prometheus."""
        values = {
            "events_total": self._events,
            "messages_sent_total": self.deliverer.sent,
            "outbox_held": self.deliverer.waiting,
            "uptime_seconds": round(time.monotonic() - self._started),
        }
        kinds = {name: "counter" if name.endswith("_total") else "gauge" for name in values}
        lines = [f"# TYPE palabre_{name} {kinds[name]}\npalabre_{name} {value}\n" for name, value in values.items()]
        return "".join(lines)


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
