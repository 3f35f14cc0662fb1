"""What the emulated Telegram holds: people, chats, messages, and the queue of updates of one bot.

The one rule: an update stays in the queue until the bot asks beyond it or it expires, as with the real server
(https://core.telegram.org/bots/api#getting-updates; lifetimes from https://github.com/tdlib/telegram-bot-api).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson

from adapters.telegram_emulator.html import Entity

PRESS_SECONDS = 150.0
UPDATE_SECONDS = 86_400.0
ANSWER_SECONDS = 15.0
"""How long a press can be answered; bots report between 5 and 20 s."""
MAX_UPDATE = 65_536
DEFAULT_UPDATES = frozenset({"message", "edited_message", "callback_query", "my_chat_member", "poll", "poll_answer"})

ALL_RIGHTS = frozenset({"can_delete_messages", "can_restrict_members"})
"""Of administrators, as far as they matter here. https://core.telegram.org/bots/api#chatmemberadministrator"""

Rows = list[list[dict[str, Any]]]
Json = dict[str, Any]


class Refusal(Exception):
    """An error of the Bot API. https://core.telegram.org/bots/api#making-requests"""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


@dataclass(slots=True, eq=False)
class Person:
    id: int
    name: str
    lang: str | None
    started: bool = False
    blocked: bool = False
    deactivated: bool = False
    notes: list[str] = field(default_factory=list)
    is_bot: bool = False

    def as_json(self) -> Json:
        data: Json = {"id": self.id, "is_bot": self.is_bot, "first_name": self.name}
        if self.lang:
            data["language_code"] = self.lang
        return data


@dataclass(slots=True, eq=False)
class Shown:
    """One message as people see it. `text` is without markup; `rows` are the buttons' raw JSON."""

    chat: Chat = field(repr=False)
    id: int
    date: int
    text: str
    entities: list[Entity] = field(default_factory=list)
    rows: Rows = field(default_factory=list)
    ours: bool = True
    author: Json | None = field(default=None, repr=False)
    thread: int | None = None
    photo: bytes | None = field(default=None, repr=False)
    shared: Json = field(default_factory=dict, repr=False)
    """What people sent that is not text, as the Bot API tells it."""
    edits: int = 0
    edited: int = 0
    """When it was last changed."""
    presses: int = 0
    _json: bytes = field(default=b"", repr=False)

    @property
    def labels(self) -> list[str]:
        """All button labels, in reading order."""
        return [button["text"] for row in self.rows for button in row]

    @property
    def buttons(self) -> list[Json]:
        return [button for row in self.rows for button in row]

    def as_json(self) -> bytes:
        """The Message object of the Bot API, made once per change."""
        if not self._json:
            self._json = orjson.dumps(self._fields())
        return self._json

    def changed(self) -> None:
        """The next `as_json` is made anew."""
        self._json = b""

    def _fields(self) -> Json:
        data: Json = {"message_id": self.id, "from": self.author, "chat": self.chat.as_json(), "date": self.date}
        if self.edits:
            data["edit_date"] = self.edited or self.date
        pure = self.photo is None and not self.shared
        words, marks = ("text", "entities") if pure else ("caption", "caption_entities")
        data |= self.shared
        if self.photo is not None:
            data["photo"] = [{"file_id": f"p{self.id}", "file_unique_id": f"u{self.id}", "width": 9, "height": 9}]
        if self.text:
            data[words] = self.text
        if self.entities:
            data[marks] = self.entities
        if self.thread is not None:
            data |= {"message_thread_id": self.thread, "is_topic_message": True}
        if self.rows:
            data["reply_markup"] = {"inline_keyboard": self.rows}
        return data


@dataclass(slots=True, eq=False)
class Chat:
    id: int
    kind: str
    title: str
    messages: dict[int, Shown] = field(default_factory=dict, repr=False)
    topics: set[int] | None = None
    bot_is_in: bool = True
    bot_is_admin: bool = False
    migrated_to: int | None = None
    admins: set[int] = field(default_factory=set)
    """The people who administrate it."""
    owner: int | None = None
    bot_rights: frozenset[str] = ALL_RIGHTS
    """What the bot may do, where it administrates."""
    muted: dict[int, int] = field(default_factory=dict)
    """Who may not write, until when (seconds since 1970; 0 is for ever)."""
    banned: dict[int, int] = field(default_factory=dict)

    @property
    def private(self) -> bool:
        return self.kind == "private"

    def bot_may(self, right: str) -> bool:
        return self.bot_is_admin and right in self.bot_rights

    def holds(self, barred: dict[int, int], person: int, now: float) -> bool:
        """Is somebody muted or banned at this moment?"""
        end = barred.get(person)
        if end is not None and 0 < end <= now:
            del barred[person]
        return person in barred

    def as_json(self) -> Json:
        name = "first_name" if self.private else "title"
        data: Json = {"id": self.id, "type": self.kind, name: self.title}
        if self.topics is not None:
            data["is_forum"] = True
        return data


@dataclass(frozen=True, slots=True)
class Waiting:
    """One update in the queue."""

    id: int
    expires: float
    chat: int
    body: bytes


class World:
    """The state, without any HTTP. `clock` gives the time in seconds since 1970."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.bot = Person(id=4242, name="Palabre", lang=None, is_bot=True)
        self.bot_name = "palabre_bot"
        self.people: dict[int, Person] = {}
        self.chats: dict[int, Chat] = {}
        self.queue: deque[Waiting] = deque()
        self.presses: dict[str, tuple[Person, float]] = {}
        self.allowed = DEFAULT_UPDATES
        self.commands: dict[str, list[Json]] = {}
        self.files: dict[str, bytes] = {}
        """What people sent as documents and photos, by file id."""
        self.on_update: Callable[[], None] = lambda: None
        self.on_shown: Callable[[Shown], None] = lambda shown: None
        self.on_answered: Callable[[Person, str], None] = lambda person, text: None
        self.last_update = 100_000
        self.expired = 0
        self._last_message = 0
        self._last_press = 0

    # The queue

    def push(self, kind: str, content: Any, chat: int) -> int | None:
        """Queue an update for the bot; None when it does not want that kind."""
        if kind not in self.allowed:
            return None
        self.last_update += 1
        body = b'{"update_id":%d,"%b":%b}' % (self.last_update, kind.encode(), _encoded(content))
        return self.push_raw(body, chat, PRESS_SECONDS if kind == "callback_query" else UPDATE_SECONDS)

    def push_raw(self, body: bytes, chat: int = 0, seconds: float = UPDATE_SECONDS) -> int | None:
        """Queue any bytes as the update `last_update`, however malformed."""
        if len(body) > MAX_UPDATE:
            return None
        self.queue.append(Waiting(self.last_update, self.clock() + seconds, chat, body))
        self.on_update()
        return self.last_update

    def confirm(self, offset: int) -> None:
        """Forget what comes before `offset`. A negative one keeps the last -offset updates only."""
        if offset < 0:
            while len(self.queue) > -offset:
                self.queue.popleft()
        elif offset <= self.last_update + 1:  # else from before the numbers began anew: confirms nothing
            while self.queue and self.queue[0].id < offset:
                self.queue.popleft()

    def earliest(self, limit: int) -> list[Waiting]:
        """The first updates that are still alive."""
        now = self.clock()
        if any(one.expires <= now for one in self.queue):
            alive = [one for one in self.queue if one.expires > now]
            self.expired += len(self.queue) - len(alive)
            self.queue = deque(alive)
        return [self.queue[i] for i in range(min(limit, len(self.queue)))]

    def forget(self, update: Waiting) -> None:
        """Take one update out, wherever it stands."""
        if update in self.queue:
            self.queue.remove(update)

    # Chats

    def chat_of(self, person: Person) -> Chat:
        """The private chat of `person` with the bot."""
        chat = self.chats.get(person.id)
        if chat is None:
            chat = self.chats[person.id] = Chat(person.id, "private", person.name)
        return chat

    def next_message(self) -> int:
        self._last_message += 1
        return self._last_message

    def next_press(self, person: Person) -> str:
        """The id of a new callback query."""
        self._last_press += 1
        query = f"{7_000_000_000_000 + self._last_press}"
        self.presses[query] = (person, self.clock())
        if len(self.presses) > 100_000:
            del self.presses[next(iter(self.presses))]
        return query

    def place_to_write(self, chat_id: int) -> Chat:
        """The chat, if the bot may write there; else the error that it gets."""
        chat = self.chats.get(chat_id)
        person = self.people.get(chat_id)
        if person is not None:
            if person.deactivated:
                raise Refusal(403, "Forbidden: user is deactivated")
            if person.blocked:
                raise Refusal(403, "Forbidden: bot was blocked by the user")
            if not person.started:
                raise Refusal(403, "Forbidden: bot can't initiate conversation with a user")
        if chat is None:
            raise Refusal(400, "Bad Request: chat not found")
        if chat.migrated_to is not None:
            raise Refusal(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                migrate_to_chat_id=chat.migrated_to,
            )
        if not chat.bot_is_in:
            raise Refusal(403, f"Forbidden: bot was kicked from the {chat.kind} chat")
        return chat


def _encoded(content: Any) -> bytes:
    return content if isinstance(content, bytes) else orjson.dumps(content)
