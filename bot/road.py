"""The road: everything that happens becomes a row of the inbox, is handled in one transaction, and leaves as rows of
the outbox. There is no second way in and no second way out.

    receive   a batch of events and the cursor after it, committed together
    think     claim lanes, load, handle, write, commit: once for the whole batch
    ring      timers that came due become events

The one rule: **one transaction each, and nothing but the database inside it**. So a transaction that the server took
back, because another process stood in its way, is simply run again: what this process keeps in memory is either filled
after the commit, or a hint that the database corrects (the indexes of similar texts), or knows what it has seen by its
key (the crowd in watched groups). When a batch fails, its lanes are tried
one event at a time; an event that fails three times is set aside, its author is told, and the lane goes on.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import orjson

from adapters.base import Batch, Inbound
from bot.allowance import Allowance, Sifted
from bot.clock import Now
from bot.deliver import settle
from bot.letters import Whole
from bot.mailings import running
from bot.moderation import watching
from bot.moderation.detect import Crowd
from bot.nul import without_nul
from bot.routes import route
from bot.scene import Note, Rules, Scene, clock_row
from bot.shelves import Flows
from bot.turn import Turn
from bot.wording import span
from flows import events
from flows.events import Rang
from flows.messages import message
from locales import LANGUAGES, tr
from storage import inbox, leases, outbox, sessions, timers
from storage.database import Connection, Database, StorageError
from storage.inbox import Pending
from storage.instants import ms
from storage.timers import Timer

log = logging.getLogger(__name__)

LANES = 256
"""How many people's pending work one transaction takes on at most."""

AT_ONCE = 16
"""Where several processes think, a batch of more than so many events is stored first and thought about afterwards, so
that the others take their share of it."""

GIVE_UP_AT = 3
OUTAGE = timedelta(seconds=120)
"""Telegram forgets button presses after 150 seconds: after a longer silence people are told."""


@dataclass(slots=True)
class Thought:
    """What one round of thinking came to: how many events, what can leave at once, which presses to answer."""

    events: int = 0
    letters: list[outbox.Letter] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    closing: bool = False
    scrub: bool = False
    left: bool = False
    """There is more to think about than was thought about."""
    elsewhere: set[str] = field(default_factory=set)
    """Messengers for which letters wait that another process sends."""

    def take(self, scene: Scene) -> None:
        self.letters += scene.ready
        self.elsewhere |= scene.elsewhere
        self.notes += scene.notes
        self.closing |= scene.closing
        self.scrub |= scene.scrub


class Road:
    """Everything here is synchronous and runs in the storage thread. `alone` says that no other process works on this
    database; where others do, `turn` is told which leases this one holds, and proves it in each transaction."""

    def __init__(self, database: Database, rules: Rules, now: Now, *, alone: bool = True) -> None:
        self.alone = alone
        self._held: Mapping[str, int] = {}
        self.database = database
        self.rules = rules
        self.now = now
        self.flows = Flows()
        self.crowd = Crowd()
        self.allowance = Allowance()
        self._heard: set[str] = set()

    def scene(self, connection: Connection) -> Scene:
        sends = None if self.alone else frozenset(self._held)
        return Scene(connection, self.flows, self.rules, self.now(), sends=sends)

    # --- In ----------------------------------------------------------------------------------------------------------

    def cursor(self, adapter: str) -> str | None:
        """Where to read on."""
        with self.database.transaction() as connection:
            return inbox.cursor(connection, adapter)[0]

    def receive(self, adapter: str, batch: Batch) -> None:
        """Store a batch and the cursor after it in one transaction."""

        arrived = without_nul([(adapter, batch)])

        def once(connection: Connection) -> Sifted:
            sifted = self._sifted(connection, arrived)
            self._take_in(connection, sifted, None)
            return sifted

        self._stored(arrived, self.database.within(once))

    def begin_anew(self, adapter: str) -> None:
        """This process reads `adapter` from now on: how long nobody did is known to the database alone."""
        self._heard.discard(adapter)

    def _sifted(self, connection: Connection, arrived: Sequence[tuple[str, Batch]]) -> Sifted:
        """What arrived without the talk of groups that no rule flagged, and without what is above the allowances."""
        rest = watching.sift(connection, arrived, self.crowd, self.rules.detection, self.rules.lang)
        return self.allowance.sift(rest, self.rules.keeps, self.now().timestamp())

    def _stored(self, arrived: Sequence[tuple[str, Batch]], sifted: Sifted) -> None:
        """What only counts once it was committed."""
        self.allowance.spend(sifted.buckets)
        self._heard.update(adapter for adapter, _batch in arrived)

    def _store(self, connection: Connection, adapter: str, batch: Batch) -> None:
        at = ms(self.now())
        if adapter in self.rules.keeps:
            self._watch_for_outage(connection, adapter, batch, at)
        rows = [_row(adapter, item) for item in batch.items if not watching.unflagged(item)]
        inbox.receive(connection, rows, at)
        if batch.cursor is not None or adapter in self.rules.keeps:
            inbox.move_cursor(connection, adapter, batch.cursor, at)

    def _watch_for_outage(self, connection: Connection, adapter: str, batch: Batch, at: int) -> None:
        """After a long silence between us and the platform, tell people whose presses may be lost."""
        silence = timedelta(seconds=batch.gap)
        if adapter not in self._heard:
            _cursor, polled = inbox.cursor(connection, adapter)
            silence = timedelta(milliseconds=at - polled) if polled is not None else timedelta(0)
        if silence > OUTAGE:
            scene = self.scene(connection)
            tell_outage(scene, adapter, silence, at)
            scene.flush()

    # --- Thinking ----------------------------------------------------------------------------------------------------

    def think(self) -> Thought:
        """Handle what waits, up to `LANES` lanes of it."""
        return self.turn(())

    def turn(
        self,
        arrived: Sequence[tuple[str, Batch]],
        settlement: outbox.Settlement | None = None,
        held: Mapping[str, int] | None = None,
    ) -> Thought:
        """Once around: store what arrived, note what was sent, think about what waits, and commit all of it at once.
        One flush of the disk serves everybody. When thinking fails, what arrived is stored by itself first. Raises
        `LeaseLost`, and has written nothing that concerns it, when one of the leases `held` is not ours any more."""
        self._held = held or {}
        try:
            return self._turn(without_nul(arrived), settlement)
        finally:
            self._held = {}

    def _turn(self, arrived: Sequence[tuple[str, Batch]], settlement: outbox.Settlement | None) -> Thought:
        thought = Thought()
        if not self.alone and sum(len(batch.items) for _adapter, batch in arrived) > AT_ONCE:
            self._only_store(arrived, settlement)
            thought.left = True
            return thought
        sifted = Sifted(list(arrived))  # if sifting itself fails, nothing may be missing

        def once(connection: Connection) -> tuple[Scene, int]:
            nonlocal sifted
            leases.confirm(connection, self._held)
            sifted = self._sifted(connection, arrived)
            self._take_in(connection, sifted, settlement)
            names, items = inbox.claim(connection, LANES)
            scene = self.scene(connection)
            scene.arrived = {(name, item.key): item.event for name, batch in sifted.batches for item in batch.items}
            if names:
                _handle(scene, items)
                inbox.release(connection, names, ms(self.now()))
                scene.count()
            return scene, len(items)

        try:
            scene, thought.events = self.database.within(once)
            thought.take(scene)
            self.flows.remember((live.id, (live.text, live.session)) for live in scene.lives.values())
        except StorageError:
            raise
        except Exception:
            log.exception("a batch failed; trying its events one at a time")
            names = self.database.within(lambda connection: self._claim_only(connection, sifted, settlement))
            self._stored(arrived, sifted)
            for name in names:
                self._think_apart(name, thought)
        else:
            self._stored(arrived, sifted)
        return thought

    def _claim_only(self, connection: Connection, sifted: Sifted, settlement: outbox.Settlement | None) -> list[str]:
        leases.confirm(connection, self._held)
        self._take_in(connection, sifted, settlement)
        return inbox.claim(connection, LANES)[0]

    def _only_store(self, arrived: Sequence[tuple[str, Batch]], settlement: outbox.Settlement | None) -> None:
        def once(connection: Connection) -> Sifted:
            leases.confirm(connection, self._held)
            sifted = self._sifted(connection, arrived)
            self._take_in(connection, sifted, settlement)
            return sifted

        self._stored(arrived, self.database.within(once))

    def _take_in(self, connection: Connection, sifted: Sifted, settlement: outbox.Settlement | None) -> None:
        for adapter, batch in sifted.batches:
            self._store(connection, adapter, batch)
        if sifted.tell:
            self._tell_too_much(connection, sifted.tell)
        if settlement is not None:
            settle(connection, settlement)

    def _spoken(self, locale: str | None) -> str:
        """The language of somebody of whom only the messenger's word is known."""
        return locale[:2] if locale and locale[:2] in LANGUAGES else self.rules.lang

    def _tell_too_much(self, connection: Connection, above: Sequence[tuple[str, Inbound]]) -> None:
        scene = self.scene(connection)
        for adapter, item in above:
            lang = self._spoken(item.locale)
            text = tr(
                lang,
                "That was more than I can read at once, so I did not read the rest. What you sent before is safe. "
                "Please wait a minute, then send your last message again.",
            )
            scene.send(str(item.place), Whole(message(text), lang), key=f"above:{adapter}:{item.key}", resend=False)
        scene.flush()

    def _think_apart(self, lane: str, thought: Thought) -> None:
        """One lane, one transaction an event; stops at the first that fails and may be tried again."""
        while True:
            item: Pending | None = None

            def once(connection: Connection) -> Scene | None:
                nonlocal item
                item = None
                leases.confirm(connection, self._held)
                if not inbox.hold(connection, lane):
                    return None
                waiting = inbox.pending(connection, [lane])
                if not waiting:
                    inbox.release(connection, [lane], ms(self.now()))
                    return None
                item = waiting[0]
                scene = self.scene(connection)
                _handle(scene, [item])
                scene.count()
                return scene

            try:
                scene = self.database.within(once)
                if scene is None:
                    return
                thought.events += 1
                thought.take(scene)
            except StorageError:
                raise
            except Exception as error:
                assert item is not None
                log.exception("event %d failed (%s)", item.id, type(error).__name__)
                if not self._failed(item, type(error).__name__, thought):
                    return

    def _failed(self, item: Pending, reason: str, thought: Thought) -> bool:
        """Count a failure; True when the event was set aside and its author told."""

        def once(connection: Connection) -> Scene | None:
            leases.confirm(connection, self._held)
            if not inbox.failed(connection, item.id, reason, give_up_at=GIVE_UP_AT):
                return None
            scene = self.scene(connection)
            if item.adapter != "clock":
                lang = self._spoken(item.locale)
                text = tr(
                    lang,
                    "Something went wrong on our side with your last message (number {n}). "
                    "Your earlier answers are safe. Please try again.",
                    n=item.id,
                )
                scene.send(item.place, Whole(message(text), lang), key=f"{item.id}.aside")
            scene.flush()
            return scene

        scene = self.database.within(once)
        if scene is not None:
            thought.take(scene)
        return scene is not None

    # --- The clock ---------------------------------------------------------------------------------------------------

    def ring(self) -> int:
        """Turn timers that came due into events. Returns how many."""
        return self.database.within(self._ring)

    def _ring(self, connection: Connection) -> int:
        now = self.now()
        driven = running.drive(connection, now, self.rules.quiet)
        due = timers.due(connection, ms(now), 500)
        if not due:
            return driven
        rung = [timer for timer in due if not _too_late(timer, ms(now))]
        rows = [
            clock_row(
                Rang(at=now, timer=timer.timer, subject=timer.subject, fence=timer.fence, detail=timer.detail),
                lane=timer.lane,
                place=timer.lane.partition("|")[0],
                key=f"{timer.key}@{timer.due_ms}",
            )
            for timer in rung
        ]
        inbox.receive(connection, rows, ms(now))
        timers.take_away(connection, [timer.key for timer in due])
        for timer in due:
            if timer not in rung:
                log.info("timer %s was due too long ago and was let go", timer.key)
        return len(rung) + driven


def tell_outage(scene: Scene, adapter: str, silence: timedelta, at: int) -> None:
    """One notice to each open conversation on `adapter`."""
    day = 86_400_000
    for row in sessions.talking(scene.connection, adapter, at - day - silence // timedelta(milliseconds=1)):
        live = scene.adopt(row)
        if live.consultation.state != "open":
            continue
        lang = live.session.lang
        text = tr(
            lang,
            "We could not be reached for {time}. What you pressed in the meantime may be lost: please answer again. "
            "/myvote shows what is on file.",
            time=span(silence, lang),
        )
        key = f"outage:{adapter}:{at}:{row.id}"
        scene.send(row.place, Whole(message(text), lang), key=key, rank=outbox.Rank.BROADCAST, resend=False)


def _handle(scene: Scene, items: Sequence[Pending]) -> None:
    """Everything but the counters, which the caller moves last: `Scene.count`."""
    scene.load(items)
    for item in items:
        scene.meet_again(item)
        route(Turn(scene, item, scene.events[item.id]))
    scene.write()
    inbox.finish(scene.connection, [item.id for item in items])
    inbox.forget_lanes(scene.connection, scene.erased)


def _row(adapter: str, item: Inbound) -> dict[str, object]:
    place = str(item.place)
    return {
        "adapter": adapter,
        "key": item.key,
        "lane": f"{place}|{item.person}",
        "place": place,
        "person": item.person,
        "event": orjson.dumps(events.to_json(item.event)).decode(),
        "private": item.private,
        "locale": item.locale,
        "at_ms": ms(item.event.at),
        "state": inbox.NEW,
    }


def _too_late(timer: Timer, now_ms: int) -> bool:
    """Is it too late for this timer to do anything useful?"""
    policy, _, seconds = timer.late.partition(":")
    match policy:
        case "skip":
            return now_ms - timer.due_ms > 60_000
        case "within":
            return now_ms - timer.due_ms > int(seconds) * 1000
        case _:
            return False
