"""Play a transcript against the real road, and see what comes of it.

The one rule: the player knows no more than a person with a phone and a clock. It reads what was shown and presses what
can be pressed; only the lines `file:`, `result:` and `kept:` look into the database.
"""

from __future__ import annotations

import copy
import re
import sqlite3
import zlib
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Any, Self, TypeVar

import looking
import orjson
from chatfile import Chat, Entry, name_of, plainly, spoken, told, written
from house import Dead, House, World
from looking import flow_named, flow_of, zone_named
from postgres import OnServer
from stage import BY_TYPING, GROUPS, NAME, WITH_BUTTONS, WITH_KEYS, Platform, Seen

from adapters.base import Capabilities
from bot.moderation import tokens
from bot.scene import Rules
from bot.transcript import code_of
from bot.walltime import instant
from flows import kinds, prompts, times
from flows.events import Blocked, Event, Overheard, Pressed, Returned, Said, Shared
from flows.flow import AnyOf, Ask, Basket, Flow, Kind, Points, React, Slots
from flows.messages import Button
from flows.proposing import STANDS
from storage import audit
from storage.database import Connection, Database

T = TypeVar("T")

POLL, ANSWERS = "📊", "↩"
TALK, CHANGED, QUOTES = "💬", "✏", "↪"
FILES = Path(__file__).parent / "files"

WAYS: dict[str, Capabilities] = {
    "buttons": WITH_BUTTONS,
    "buttons only": WITH_BUTTONS,
    "keys": WITH_KEYS,
    "typing": BY_TYPING,
}

FAULTS = """
! crash                   the process is killed here and started again
! crash before commit     it is killed in the next act, there; also: after commit, sent, changed, noted
! stop / ! start          the process is down in between, the messenger holds what people do
! locked                  another program holds the database during the next act
! send unsure             the next message arrives, but the answer to us is lost; also: lost, later
! Léa blocks / returns    Léa blocks the bot, or lets it in again
! Léa administrates       no fault: Léa is an administrator of every group
! spoil Léa               what is stored of Léa's session is damaged; mend puts it right
"""


@dataclass(frozen=True, slots=True)
class Reading:
    """What can be compared after one act. `file` is empty where nobody can look."""

    visible: dict[str, list[tuple[str, str]]]
    """place -> (as first shown, as it stands) of each message."""
    file: dict[str, str]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything that outlives a process, before one act."""

    data: bytes | str
    """The file, or the name of a copy on the server."""
    platform: Platform
    now: datetime
    down: bool
    spoiled: dict[int, str]
    people_codes: dict[str, str]


@dataclass(slots=True)
class Player:
    """Somebody who reads the script out. `died` counts how often the process was killed; `hanging` how many messages
    had arrived at the last kill without being noted."""

    chat: Chat
    world: World
    house: House
    caps: Capabilities
    afresh: bool = False
    died: int = 0
    hanging: int = 0
    code: str = ""
    down: bool = False
    codes: dict[str, str] = field(default_factory=dict)
    typed: dict[int, str | None] = field(default_factory=dict)
    """What to type instead of each press, by the line of the press; None where nothing typed does the same."""
    steps: dict[str, list[str]] = field(default_factory=dict)
    """The questions that were put to each place, in order."""
    spoiled: dict[int, str] = field(default_factory=dict)
    people_codes: dict[str, str] = field(default_factory=dict)
    """Whose code is whose, also of people who are gone."""
    _asked: int = 0

    # --- Beginning ---------------------------------------------------------------------------------------------------

    @classmethod
    def of(
        cls,
        chat: Chat,
        file: Path | OnServer,
        *,
        caps: Capabilities | None = None,
        platform: Platform | None = None,
        afresh: bool = False,
    ) -> Self:
        """A player on the database `file`, which is empty, with the process started and the flow published."""
        caps = platform.caps if platform is not None else caps or WAYS[chat.way]
        now = instant(chat.start, zone_named(chat.flow))
        rules = Rules(
            lang=chat.lang,
            keeps=frozenset({NAME}),
            public_url="https://palabre.example",
            link=lambda _adapter, payload: f"https://stage.example/?start={payload}",
            draw=_drawn,
            spell=_spelt,
        )
        world = World(file, platform or Platform(caps), now, rules)
        player = cls(chat, world, House(world), caps, afresh)
        player._open()
        published = any(entry.kind == "office" and entry.text.startswith("publish") for entry in chat.entries)
        if chat.flow != "-" and not published:
            player._publish(flow_named(chat.flow)[1])
        return player

    def _open(self) -> None:
        counting, self.world.counting = self.world.counting, False
        self.house.open()
        self.world.counting = counting
        self.code = self.house.code or self.code

    def close(self) -> None:
        self.house.close()

    # --- One act after the other -------------------------------------------------------------------------------------

    def play(self, entries: list[Entry] | None = None) -> list[list[str]]:
        """The output of each entry."""
        return [self.do(entry) for entry in (self.chat.entries if entries is None else entries)]

    def do(self, entry: Entry) -> list[str]:
        """Do what the entry says; what became visible, as lines."""
        since = len(self.world.platform.seen)
        office_says = self._act(entry)
        shown = self._told(entry, self.world.platform.seen[since:])
        if not self.down:
            self._note_steps()
            if self.afresh and entry.kind not in ("prose", "fault"):
                self.restart()
        return [*office_says, *shown]

    def _act(self, entry: Entry) -> list[str]:
        match entry.kind:
            case "prose":
                return []
            case ">":
                self._happens(entry, self._overheard(entry) or self._said(entry))
            case "+":
                self._happens(entry, self._shared(entry.text))
            case "#":
                self._press(entry)
            case "at":
                self._pass(instant(datetime.fromisoformat(entry.text), zone_named(self.chat.flow)))
            case "wait":
                span = times.duration(entry.text)
                assert span is not None, f"line {entry.number}: not a length of time: {entry.text}"
                self._pass(self.world.now + span)
            case "fault":
                self._fault(entry)
            case "office":
                return told("office", "<", self._office(entry.text))
            case "look":
                return [plainly(self._look(entry))]
        return []

    def _said(self, entry: Entry) -> Said:
        """What somebody types: perhaps an answer to a message of ours, or to a poll of the messenger."""
        person, _, chat = entry.who.partition("@")
        said = entry.text.removeprefix(f"{QUOTES} ")
        text, several, poll = said.partition(f" {POLL}{POLL} ")
        if not several:
            text, _, poll = said.partition(f" {POLL} ")
        there = [one for one in self.world.platform.shown.values() if one.place == f"{NAME}:{chat or person}"]
        asking = text.startswith(ANSWERS * 2)
        newest = [one.ref for one in there if one.buttons or "\n1. " in one.text or not asking]
        return Said(
            at=self.world.now,
            text=spoken(self._filled(text.lstrip(ANSWERS).removeprefix(" ") if text.startswith(ANSWERS) else text)),
            reply_to=newest[-1] if text.startswith(ANSWERS) else None,
            admin=chat in GROUPS and person in self.world.platform.administrators,
            poll=tuple(part.strip() for part in poll.split("|")) if poll else (),
            several=bool(several),
            quoted=self._quoted(entry) if entry.text.startswith(QUOTES) else (),
        )

    def _overheard(self, entry: Entry) -> Overheard | None:
        """Talk among the members of a group, or a change of what somebody said last there."""
        if not entry.text.startswith((TALK, CHANGED)):
            return None
        edited = entry.text.startswith(CHANGED)
        ref = self._talk(entry, entry.who).number if edited else entry.number
        text = spoken(entry.text.removeprefix(CHANGED).removeprefix(TALK).strip())
        return Overheard(at=self.world.now, text=text, ref=f"t{ref}", edited=edited)

    def _quoted(self, entry: Entry) -> tuple[str, ...]:
        """The newest talk in the group: its reference, its author, its words."""
        said = self._talk(entry, entry.who.partition("@")[2])
        return f"t{said.number}", said.who.partition("@")[0], spoken(said.text.removeprefix(TALK).strip())

    def _talk(self, before: Entry, who: str) -> Entry:
        """What was said last, before an entry, in a group or by one person in it."""
        earlier = [one for one in self.chat.entries if one.number < before.number and one.text.startswith(TALK)]
        found = [one for one in earlier if one.who == who or one.who.endswith(f"@{who}")]
        assert found, f"line {before.number}: nothing was said in that group"
        return found[-1]

    def _shared(self, what: str) -> Shared:
        """Something that is not text; a file comes with what is in it, if it is there."""
        kind, _, name = what.partition(" ")
        if kind == "photo" and name:
            return Shared(at=self.world.now, what="photo", ref=f"{NAME}:{name}")
        if kind == "place":
            return Shared(at=self.world.now, what="location", spot=name)
        if kind != "file":
            return Shared(at=self.world.now, what=what)
        file = FILES / name
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        return Shared(at=self.world.now, what="document", name=name, text=text)

    def _filled(self, text: str) -> str:
        return text.replace("{code}", self.code)

    def _happens(self, entry: Entry, event: Event) -> None:
        person, _, chat = entry.who.partition("@")
        key = self.world.platform.happens(person, event, chat=chat, locale=self.chat.lang)
        self.work(lambda: self.house.rest())
        if isinstance(event, Pressed) and not self.down and not self.died:
            assert key in self.world.platform.noted, f"line {entry.number}: the press got no answer"

    def _pass(self, to: datetime) -> None:
        assert to >= self.world.now, "time does not run backwards"
        if self.down:
            self.world.now = to
        else:
            self.work(lambda: self.house.wait_until(to))

    def work(self, act: Callable[[], None]) -> None:
        """Let the house work. When it is killed, another one takes over on the same file."""
        if self.down:
            return
        try:
            act()
        except Dead:
            self.died += 1
            self.house.close()
            self.hanging = self._unnoted()
            self.house = House(self.world)
            self._open()
            self.house.rest()  # a service is back within a second, long before the next hour of something planned
            act()

    def _unnoted(self) -> int:
        """How many new messages arrived without our noting it, and will be sent again."""
        if self.caps.idempotent_send:
            return 0
        keys = {row[0] for row in self.rows("SELECT key FROM outbox WHERE state IN ('sending', 'waiting') AND resend")}
        return sum(message.key.rpartition(".")[0] in keys for message in self.world.platform.shown.values())

    def restart(self) -> None:
        """Throw the process away, with all it had in memory, and start another."""
        self.house.close()
        self.house = House(self.world)
        self._open()

    # --- Presses -----------------------------------------------------------------------------------------------------

    def _press(self, entry: Entry) -> None:
        person = entry.who.partition("@")[0]
        if self.world.platform.caps.buttons == 0 and self.typed:
            typed = self.typed.get(entry.number)
            if typed is not None:
                said = Said(at=self.world.now, text=typed)
                self._happens(Entry(entry.line, ">", who=person, number=entry.number), said)
            return
        text = entry.text.strip()
        if text.startswith("="):
            self._happens(entry, Pressed(at=self.world.now, data=spoken(text[1:])))
            return
        old = text.endswith(" (old)")
        token = text.removesuffix(" (old)")
        whose, _, rest = token.rpartition(": ")
        chat = entry.who.partition("@")[2] or person
        ref, button = self._find(entry, f"{NAME}:{whose or chat}", rest if whose else token, old=old)
        if button.url:
            payload = button.url.partition("?start=")[2]
            self.typed[entry.number] = f"/start {payload}".rstrip()
            said = Said(at=self.world.now, text=f"/start {payload}".rstrip())
            self._happens(Entry(entry.line, ">", who=person, number=entry.number), said)
            return
        if not (old or whose):
            self.typed[entry.number] = self._as_typed(entry, ref, button)
        else:
            self.typed[entry.number] = None
        self._happens(entry, Pressed(at=self.world.now, data=button.data, message=ref))

    def _find(self, entry: Entry, place: str, token: str, *, old: bool) -> tuple[str, Button]:
        """The button that somebody means: in the newest message that has it."""
        for message in reversed(self.world.platform.shown.values()):
            if message.place != place:
                continue
            there = [one for one in message.ever if one not in message.buttons] if old else message.buttons
            for button in there:
                if token in (self.codes.get(button.data), button.label) or (button.url and token == "→"):
                    return message.ref, button
        raise AssertionError(f"line {entry.number}: there is no such button: {entry.line}")

    def _as_typed(self, entry: Entry, ref: str, button: Button) -> str | None:
        """What does the same as this press where nothing can be pressed."""
        if (case := tokens.read(button.data)) is not None:
            return "/case " + " ".join(map(str, case))
        menu, pressed = prompts.read_command(button.data), prompts.read(button.data)
        if menu is not None:
            return button.label if menu[0] == "resume" else f"/{menu[0]} {menu[1]}".rstrip()
        if prompts.read_card(button.data) is not None:
            return None
        assert pressed is not None
        found = self._prompt(pressed[0])
        ask = found[1].steps[found[1].index[found[0]]] if found and found[0] in found[1].index else None
        if found and isinstance(ask, Ask):
            ask = kinds.seen(ask, found[2])
            if not button.quiet and (move := _move_as_typed(ask.kind, pressed[1])):
                return move
        if isinstance(ask, Ask) and isinstance(ask.kind, React) and self._code(button) not in STANDS:
            return button.label  # words to add stand under the card before; a number means the card in front
        if isinstance(ask, Ask) and isinstance(ask.kind, AnyOf):
            if pressed[1] == prompts.DONE:
                codes = [choice.code for choice in ask.kind.choices]
                ticked = self._ticked(pressed[0])
                return ", ".join(str(codes.index(code) + 1) for code in ticked) or button.label
            if not button.quiet:
                return None
        choices = [one for one in self.world.platform.shown[ref].buttons if not one.quiet and not one.url]
        if button.quiet or entry.number % 2 or any(one.label.lstrip("-").isdecimal() for one in choices):
            return button.label
        return str(button.number or choices.index(button) + 1)

    def _ticked(self, prompt: str) -> list[str]:
        query = "SELECT s.state FROM prompts p JOIN sessions s ON s.id = p.session WHERE p.id = ?"
        return list(orjson.loads(self.rows(query, prompt)[0][0])["open"][2])

    def _prompt(self, id: str) -> tuple[str, Flow, str] | None:
        """The step, the flow and the session that a prompt belongs to."""
        query = "SELECT p.step, s.version, s.id FROM prompts p JOIN sessions s ON s.id = p.session WHERE p.id = ?"
        found = self.rows(query, id)
        if not found:
            return None
        step, version, session = found[0]
        source = self.rows("SELECT source FROM flow_versions WHERE version = ?", version)[0][0]
        return step, flow_of(version, source), str(session)

    # --- What became visible -----------------------------------------------------------------------------------------

    def _told(self, entry: Entry, seen: list[Seen]) -> list[str]:
        """As lines: first to whoever acted, then to the others by name, groups last; each in order."""
        actor = entry.who.partition("@")[0]

        def order(one: Seen) -> tuple[bool, bool, str]:
            chat = one.place.removeprefix(f"{NAME}:")
            return chat in GROUPS, chat != actor, chat

        lines: list[str] = []
        for one in sorted(seen, key=order):
            name = name_of(one.place.removeprefix(f"{NAME}:"), self.chat.people)
            lines += told(name, one.mark, [*written(self._named(one.text)), *self._buttons(one.buttons)])
        return lines

    def _named(self, text: str) -> str:
        """A text with names in place of people's codes, which are drawn by chance."""
        query = "SELECT p.code, i.identity FROM participants p JOIN identities i ON i.participant = p.id"
        for code, identity in self.rows(f"{query} WHERE p.code IS NOT NULL"):
            self.people_codes[code] = identity.partition(":")[2]
        for code, name in self.people_codes.items():
            text = text.replace(code, f"[{name}]")
        return text

    def _buttons(self, buttons: tuple[Button, ...]) -> list[str]:
        """The buttons with their codes, the quiet ones on a line of their own."""
        lines = []
        for quiet in (False, True):
            some = [f"({self._code(one)}) {one.label}" for one in buttons if one.quiet is quiet]
            if some:
                lines.append("   ".join(some))
        return lines

    def _code(self, button: Button) -> str:
        if button.url:
            return "→"
        if button.data not in self.codes:
            pressed = prompts.read(button.data)
            found = self._prompt(pressed[0]) if pressed else None
            self.codes[button.data] = code_of(found[1], found[0], button, found[2]) if found else _token(button)
        return self.codes[button.data]

    def _note_steps(self) -> None:
        query = (
            "SELECT o.id, o.place, p.step FROM outbox o JOIN prompts p ON p.id = o.prompt WHERE o.id > ? ORDER BY o.id"
        )
        for id, place, step in self.rows(query, self._asked):
            self._asked = id
            asked = self.steps.setdefault(place, [])
            if asked[-1:] != [step]:
                asked.append(step)

    # --- Faults ------------------------------------------------------------------------------------------------------

    def _fault(self, entry: Entry) -> None:
        world, words = self.world, entry.text.split(" ")
        match words:
            case ["crash"]:
                self.restart()
            case ["crash", *when]:
                world.stop_when = " ".join(when)
            case ["stop"]:
                self.house.close()
                self.down = True
            case ["start"]:
                self.down = False
                self.house = House(world)
                self._open()
                self.work(lambda: self.house.rest())
            case ["locked"]:
                assert isinstance(world.file, Path), "a server has no file that another program could hold"
                world.lock, world.refused = sqlite3.connect(world.file), 0
                world.lock.execute("BEGIN IMMEDIATE")
            case ["send", trouble]:
                world.platform.troubles.append(trouble)
            case [person, "blocks"]:
                world.platform.blocked.add(f"{NAME}:{person}")
                self._happens(Entry("", "fault", who=person), Blocked(at=world.now))
            case [person, "returns"]:
                world.platform.blocked.discard(f"{NAME}:{person}")
                self._happens(Entry("", "fault", who=person), Returned(at=world.now))
            case [person, "administrates"]:
                world.platform.administrators.add(person)
            case ["spoil", person]:
                self._spoil(person)
            case ["mend", _person]:
                self._mend()
            case _:
                raise AssertionError(f"line {entry.number}: no such fault: {entry.text}\n{FAULTS}")

    def _spoil(self, person: str) -> None:
        """Damage what is stored of somebody's session, behind the program's back."""
        query = (
            "SELECT s.id, s.state FROM sessions s JOIN identities i ON i.participant = s.participant WHERE i.identity=?"
        )
        for id, state in self.rows(query, f"{NAME}:{person}"):
            self.spoiled[id] = state
            self._set_state(id, '{"shape": 1')

    def _mend(self) -> None:
        for id, state in self.spoiled.items():
            self._set_state(id, state)

    def _set_state(self, id: int, state: str) -> None:
        self.rows("UPDATE sessions SET state = ? WHERE id = ?", state, id)

    # --- The office --------------------------------------------------------------------------------------------------

    def _office(self, text: str) -> list[str]:
        words = text.split()
        match words:
            case ["publish", *rest]:
                named = rest[:1] if len(rest) % 2 else [self.chat.flow]
                options = rest[len(rest) % 2 :]
                given = dict(zip(options[::2], options[1::2], strict=True))
                return [self._publish(flow_named(named[0])[1], given)]
            case ["close", id, *reason]:
                why = " ".join(reason).removeprefix("--reason").strip()
                return [self._asked_of({"do": "close", "id": id, "reason": why, "lang": self.chat.lang})]
            case ["owner", person]:
                self.house.name_owner(f"{NAME}:{person}")
                return [f"{person} is an owner"]
            case [("moderator" | "organiser" | "official") as role, person, *scope]:
                self.house.give_role(f"{NAME}:{person}", role, scope[0] if scope else "*")
                return [f"{person} is {'a' if role == 'moderator' else 'an'} {role}"]
            case ["code"]:
                return [re.sub("[A-Z2-7]", "X", self.house.code or "") or "there is none any more"]
            case ["verify"]:
                broken = self.peek(audit.verify)
                return ["the audit is whole" if broken is None else f"the audit breaks at {broken}"]
        raise AssertionError(f"the office cannot: {text}")

    def _publish(self, source: str, options: dict[str, str] | None = None) -> str:
        options = options or {}
        opens = options.get("--open")
        request = {
            "do": "publish",
            "source": source,
            "places": [f"{NAME}:{options['--place']}"] if "--place" in options else [],
            "opens": None if opens == "now" else opens,
            "closes": options.get("--close"),
            "at_once": opens == "now",
            "lang": self.chat.lang,
        }
        return self._asked_of(request)

    def _asked_of(self, request: dict[str, Any]) -> str:
        reply = self.house.ask(request)
        self.work(lambda: self.house.rest())
        return str(reply["error"]) if "error" in reply else f"{reply['id']}: {reply['state']}"

    # --- Looking into the database -----------------------------------------------------------------------------------

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Read the file from outside, whether a process works on it or not."""
        if isinstance(self.world.file, OnServer):
            return self.world.file.rows(query, values)
        with closing(sqlite3.connect(self.world.file)) as raw:
            found: list[tuple[Any, ...]] = raw.execute(query, values).fetchall()
            raw.commit()
        return found

    def peek(self, look: Callable[[Connection], T]) -> T:
        """Read in a transaction that nobody counts."""
        with Database.transaction(self.house.database) as connection:
            return look(connection)

    def _look(self, entry: Entry) -> str:
        person, _, id = entry.who.partition("@")
        person = person.strip()
        match entry.text:
            case "file":
                return self.peek(lambda connection: looking.file(connection, person or self.chat.people[0], id))
            case "result":
                run = id or person or flow_named(self.chat.flow)[0].id
                return self.peek(lambda connection: looking.result(connection, run))
            case _:
                return self.peek(looking.kept)

    # --- For comparing -----------------------------------------------------------------------------------------------

    def reading(self) -> Reading:
        visible: dict[str, list[tuple[str, str]]] = {}
        for message in self.world.platform.shown.values():
            labels = " ".join(button.label for button in message.buttons)
            shown = (self._named(message.first), f"{self._named(message.text)} [{labels}]")
            visible.setdefault(message.place, []).append(shown)
        blind = self.down or self.world.lock is not None
        file = {} if blind else {who: self.peek(partial(looking.file, person=who)) for who in self.chat.people}
        return Reading(visible, file)

    def unsure(self) -> int:
        """How many messages nobody can know of: those that may be lost rather than seen twice."""
        return len(self.rows("SELECT key FROM outbox WHERE state = 'unsure'"))

    def snapshot(self) -> Snapshot:
        return Snapshot(
            data=self._copied(),
            platform=copy.deepcopy(self.world.platform),
            now=self.world.now,
            down=self.down,
            spoiled=dict(self.spoiled),
            people_codes=dict(self.people_codes),
        )

    def _copied(self) -> bytes | str:
        if isinstance(self.world.file, OnServer):
            self.house.database.engine.dispose()  # only what nobody is connected to can be copied
            return self.world.file.snapshot()
        with closing(sqlite3.connect(self.world.file)) as raw:
            data: bytes = zlib.compress(raw.serialize(), 1)
        return data

    def back_to(self, snapshot: Snapshot, file: Path | OnServer) -> None:
        """Stand where the snapshot was taken, with a process of its own on `file`."""
        if not self.down:
            self.house.close()
        if isinstance(file, OnServer):
            file.back_to(str(snapshot.data))
        else:
            assert isinstance(snapshot.data, bytes)
            for old in file.parent.glob(f"{file.name}*"):
                old.unlink()
            file.write_bytes(zlib.decompress(snapshot.data))
        world = World(file, copy.deepcopy(snapshot.platform), snapshot.now, self.world.rules)
        self.world, self.down, self.spoiled = world, snapshot.down, dict(snapshot.spoiled)
        self.died = self.hanging = 0
        self.people_codes |= snapshot.people_codes
        self._named("")
        if not self.down:
            self.house = House(world)
            self._open()


def _drawn(lane: str, consultation: str) -> int:
    """The number of a session: by chance, but the same whenever this chat is played."""
    return int.from_bytes(blake2b(f"{lane} {consultation}".encode(), digest_size=7).digest())


def _spelt(lane: str) -> str:
    """A code that links, the same whenever this chat is played."""
    letters = [_LETTERS[byte % len(_LETTERS)] for byte in blake2b(lane.encode(), digest_size=8).digest()]
    return "".join(letters[:4]) + "-" + "".join(letters[4:])


_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_STATES = {"yes": "oui", "maybe": "si besoin", "no": "non"}


def _token(button: Button) -> str:
    """What stands for a button that belongs to no question: the word of its command, or what it does on a card."""
    found = prompts.read_command(button.data)
    if found is not None:
        return found[0]
    if (case := tokens.read(button.data)) is not None:
        return case[2]
    carried = prompts.read_card(button.data) or prompts.read(button.data)
    return carried[1] if carried else ""


def _move_as_typed(kind: Kind, token: str) -> str:
    """What does the same as a button of an answer made in several moves; empty where its label or number does."""
    place, _, given = token.removeprefix("-").partition(".")
    if not place.isdecimal():
        return ""
    number = int(place) + 1
    match kind:
        case Points():
            return f"{number}: {'-' if given == 'x' else given}" if given else str(number)
        case Slots():
            return f"{number} {_STATES[given]}"
        case Basket():
            return f"-{number}" if token.startswith("-") else str(number)
    return ""
