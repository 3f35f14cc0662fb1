"""The people who use the emulated Telegram, as a test speaks for them.

The one rule: they can do what people with the app can do, and see what it shows; only `press_data` and `World.push_raw`
do what only an attacker or a broken server does.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from typing import Any

import orjson

from adapters.telegram_emulator.world import Chat, Json, Person, Shown, World

ANONYMOUS_ADMIN = 1087968824
CHANNEL_BOT = 136817688


class Group:
    """A group, supergroup or forum in which the bot is."""

    def __init__(self, world: World, chat: Chat) -> None:
        self._world = world
        self.chat = chat

    @property
    def id(self) -> int:
        return self.chat.id

    def screen(self, thread: int | None = None) -> list[Shown]:
        """What the bot shows here, in one topic or everywhere."""
        return [one for one in self.chat.messages.values() if one.ours and (thread is None or one.thread == thread)]

    def migrate(self, by: Citizen) -> Group:
        """Become a supergroup: a new chat with another id."""
        old = self.chat
        new = Chat(old.id - 1_000_000_000_000, "supergroup", old.title, bot_is_admin=old.bot_is_admin)
        old.migrated_to = new.id
        self._world.chats[new.id] = new
        for chat, fact in ((old, {"migrate_to_chat_id": new.id}), (new, {"migrate_from_chat_id": old.id})):
            service = {"message_id": self._world.next_message(), "date": int(self._world.clock())}
            self._world.push(
                "message", {**service, "from": by.person.as_json(), "chat": chat.as_json(), **fact}, chat.id
            )
        return Group(self._world, new)

    def empower(self, *rights: str) -> None:
        """Make the bot an administrator with just these rights (none: one who may do nothing of it)."""
        self.chat.bot_is_admin, self.chat.bot_rights = True, frozenset(rights)

    def appoint(self, *people: Citizen) -> None:
        """Make people administrators."""
        self.chat.admins.update(one.id for one in people)

    def delete_topic(self, thread: int) -> None:
        assert self.chat.topics is not None, "not a forum"
        self.chat.topics.discard(thread)


class Silenced(Exception):
    """This person cannot write there: the app shows no box to write in."""


class Citizen:
    """One person with the app. `chat` None is always the private chat with the bot."""

    def __init__(self, world: World, person: Person) -> None:
        self._world = world
        self.person = person

    @property
    def id(self) -> int:
        return self.person.id

    @property
    def notes(self) -> list[str]:
        """The short words shown after presses."""
        return self.person.notes

    # Acting

    def known(self) -> Citizen:
        """Somebody who wrote to the bot before the story begins, so that it may write to them."""
        self.person.started = True
        self._chat(None)
        return self

    def say(
        self,
        text: str,
        *,
        group: Group | None = None,
        thread: int | None = None,
        reply_to: int | None = None,
        sender: Json | None = None,
    ) -> int:
        """Type something; the message's id. `sender` speaks as a chat (anonymous admin, channel)."""
        content: Json = {"text": text}
        command = _COMMAND.match(text)
        if command is not None:  # https://core.telegram.org/bots/api#messageentity
            content["entities"] = [{"type": "bot_command", "offset": 0, "length": command.end()}]
        return self._post(content, text, group, thread, reply_to, sender)

    def send_photo(
        self,
        data: bytes,
        *,
        sides: tuple[int, ...] = (90, 320, 800, 1280),
        caption: str | None = None,
        group: Group | None = None,
        reply_to: int | None = None,
    ) -> int:
        """Send a photo, which the server keeps in several sizes (here the same bytes for each of them)."""
        number = len(self._world.files) + 1
        sizes = []
        for at, side in enumerate(sides):
            id = f"p{number}s{at}"
            self._world.files[id] = data
            sizes.append(
                {
                    "file_id": id,
                    "file_unique_id": f"u{id}",
                    "file_size": len(data),
                    "width": side,
                    "height": side * 3 // 4,
                }
            )
        content: Json = {"photo": sizes} | ({"caption": caption} if caption else {})
        return self._post(content, caption or "", group, None, reply_to, None)

    def send_place(self, lat: float, lon: float, *, group: Group | None = None, reply_to: int | None = None) -> int:
        """Send a place on the map."""
        return self._post({"location": {"latitude": lat, "longitude": lon}}, "", group, None, reply_to, None)

    def share(self, what: str, *, caption: str | None = None, group: Group | None = None) -> int:
        """Send something that is not text."""
        content: Json = {what: _SHARED.get(what, {"file_id": "x", "file_unique_id": "y"})}
        if caption:
            content["caption"] = caption
        return self._post(content, caption or "", group, None, None, None)

    def send_file(self, name: str, data: bytes, *, caption: str | None = None) -> int:
        """Send a document in private."""
        id = f"f{len(self._world.files) + 1}"
        self._world.files[id] = data
        document = {"file_id": id, "file_unique_id": f"u{id}", "file_name": name, "file_size": len(data)}
        content: Json = {"document": document}
        if caption:
            content["caption"] = caption
        return self._post(content, caption or "", None, None, None, None)

    def post_poll(self, question: str, *options: str, several: bool = False, group: Group | None = None) -> int:
        """Post a poll of the messenger's own."""
        poll = {
            "id": "1",
            "question": question,
            "options": [{"text": text, "voter_count": 0} for text in options],
            "allows_multiple_answers": several,
        }
        return self._post({"poll": poll}, "", group, None, None, None)

    def edit(self, message: int, text: str, *, group: Group | None = None) -> None:
        """Change an own message."""
        chat = self._chat(group)
        shown = chat.messages[message]
        shown.text = text
        shown.edits += 1
        shown.edited = int(self._world.clock())
        shown.changed()
        if chat.private or chat.bot_is_admin or self._concerns_bot(text, None):
            self._world.push("edited_message", shown.as_json(), chat.id)

    def may_write(self, group: Group) -> bool:
        """Does the app show a box to write in?"""
        chat, now = group.chat, self._world.clock()
        return not (chat.holds(chat.banned, self.id, now) or chat.holds(chat.muted, self.id, now))

    def press(self, button: str, *, group: Group | None = None, message: int | None = None) -> int | None:
        """Press the newest visible button with this label or data; the update's number."""
        chat = self._chat(group)
        ids = [message] if message is not None else list(reversed(chat.messages))
        for shown in (chat.messages[one] for one in ids):
            for found in shown.buttons:
                if button in (found["text"], found["text"].removeprefix("✔ "), found.get("callback_data")):
                    return self.press_data(found["callback_data"], shown)
        raise LookupError(f"no button {button!r} on the screen: {[one.labels for one in self.screen(group)]}")

    def press_data(self, data: str, shown: Shown) -> int | None:
        """Press with any data, as a changed app could."""
        if self.person.blocked:
            return None
        shown.presses += 1
        query = self._world.next_press(self.person)
        body = b'{"id":"%b","from":%b,"chat_instance":"%d","message":%b,"data":%b}' % (
            query.encode(),
            orjson.dumps(self.person.as_json()),
            shown.chat.id,
            shown.as_json(),
            orjson.dumps(data),
        )
        return self._world.push("callback_query", body, shown.chat.id)

    def block(self) -> None:
        """Block the bot."""
        self.person.blocked = True
        self._membership(self._chat(None), "member", "kicked")

    def unblock(self) -> None:
        self.person.blocked = False
        self._membership(self._chat(None), "kicked", "member")

    def deactivate(self) -> None:
        """Delete the account."""
        self.person.deactivated = True

    def remove_bot(self, group: Group) -> None:
        group.chat.bot_is_in = False
        self._membership(group.chat, "member", "kicked")

    def add_bot(self, group: Group) -> None:
        group.chat.bot_is_in = True
        self._membership(group.chat, "left", "member")

    # Seeing

    def screen(self, group: Group | None = None) -> list[Shown]:
        """The bot's messages, oldest first."""
        return [shown for shown in self._chat(group).messages.values() if shown.ours]

    def texts(self, group: Group | None = None) -> list[str]:
        """The words of the bot's messages, oldest first."""
        return [shown.text for shown in self.screen(group)]

    async def until(self, seen: Callable[[list[Shown]], Any], *, seconds: float = 5.0) -> list[Shown]:
        """Wait until `seen(screen)` is true; the screen then."""
        end = time.monotonic() + seconds
        while not seen(self.screen()):
            if time.monotonic() > end:
                raise TimeoutError(f"after {seconds:g} s the screen is {self.texts()!r}")
            await asyncio.sleep(0.005)
        return self.screen()

    # How it is done

    def _chat(self, group: Group | None) -> Chat:
        return self._world.chat_of(self.person) if group is None else group.chat

    def _post(
        self,
        content: Json,
        words: str,
        group: Group | None,
        thread: int | None,
        reply_to: int | None,
        sender: Json | None,
    ) -> int:
        chat = self._chat(group)
        if group is not None and not self.may_write(group):
            raise Silenced(f"{self.person.name} cannot write in {chat.title}")
        if self.person.blocked and chat.private:
            self.unblock()
        self.person.started = self.person.started or chat.private
        author = self.person.as_json()
        shown = Shown(
            chat=chat,
            id=self._world.next_message(),
            date=int(self._world.clock()),
            text=words,
            ours=False,
            author=author,
            shared={name: value for name, value in content.items() if name not in ("text", "caption", "entities")},
        )
        chat.messages[shown.id] = shown
        message: Json = {"message_id": shown.id, "from": author, "chat": chat.as_json(), "date": shown.date, **content}
        if thread is not None:
            message |= {"message_thread_id": thread, "is_topic_message": True}
        original = chat.messages.get(reply_to) if reply_to is not None else None
        if original is not None:
            message["reply_to_message"] = orjson.Fragment(original.as_json())
        if sender is not None:
            message |= sender
        if chat.private or chat.bot_is_admin or self._concerns_bot(words, original):
            self._world.push("message", message, chat.id)
        return shown.id

    def _concerns_bot(self, words: str, original: Shown | None) -> bool:
        """What a bot in privacy mode receives. https://core.telegram.org/bots/features#privacy-mode"""
        if original is not None and original.ours:
            return True
        command, at, name = words.partition(" ")[0].partition("@")
        return command.startswith("/") and (not at or name.lower() == self._world.bot_name)

    def say_unnamed(self, text: str, group: Group) -> int:
        """Type something as the group, as an administrator who stays unnamed does.
        https://core.telegram.org/bots/api#message (sender_chat)"""
        unnamed = {"id": ANONYMOUS_ADMIN, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
        return self.say(text, group=group, sender={"from": unnamed, "sender_chat": group.chat.as_json()})

    def _membership(self, chat: Chat, before: str, after: str) -> None:
        bot = self._world.bot.as_json()
        change = {
            "chat": chat.as_json(),
            "from": self.person.as_json(),
            "date": int(self._world.clock()),
            "old_chat_member": {"user": bot, "status": before},
            "new_chat_member": {"user": bot, "status": after},
        }
        self._world.push("my_chat_member", change, chat.id)


_COMMAND = re.compile(r"/\w+(?:@\w+)?")
_SHARED: dict[str, Any] = {
    "photo": [{"file_id": "x", "file_unique_id": "y", "width": 90, "height": 90}],
    "location": {"latitude": 49.04, "longitude": 2.07},
    "contact": {"phone_number": "+33123456789", "first_name": "Léa"},
    "dice": {"emoji": "🎲", "value": 3},
}
