"""The methods of the Bot API that the emulator knows, each with the refusals of the real server.

The one rule: a method checks everything before it changes anything. Limits from https://core.telegram.org/bots/api
(the method named above each) and, where that page is silent, from https://limits.tginfo.me/en.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import orjson

from adapters.telegram_emulator import html
from adapters.telegram_emulator.params import decoded, keyboard, number, picture, words
from adapters.telegram_emulator.wardens import wardens
from adapters.telegram_emulator.world import ANSWER_SECONDS, Chat, Json, Refusal, Rows, Shown, World

MAX_TEXT = 4096
MAX_CAPTION = 1024
MAX_NOTE = 200
MAX_DOWNLOAD = 20_000_000
_TRUE = b"true"


class Limits:
    """What the FAQ says of speed, as sliding windows; off unless asked for.
    https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this"""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.on = False
        self.refused = 0
        self._clock = clock
        self._sent: dict[object, deque[float]] = {}

    def spend(self, chat: Chat) -> None:
        """Count one message to `chat`, or refuse it with 429."""
        if not self.on:
            return
        private = (5, 5.0) if chat.private else (20, 60.0)
        windows = [(self._window(chat.id, private[1]), *private), (self._window("all", 1.0), 30, 1.0)]
        now = self._clock()
        for sent, count, seconds in windows:
            if len(sent) >= count:
                self.refused += 1
                wait = max(1, round(sent[0] + seconds - now + 0.5))
                raise Refusal(429, f"Too Many Requests: retry after {wait}", retry_after=wait)
        for sent, _, _ in windows:
            sent.append(now)

    def _window(self, name: object, seconds: float) -> deque[float]:
        sent = self._sent.setdefault(name, deque())
        while sent and sent[0] <= self._clock() - seconds:
            sent.popleft()
        return sent


class Methods:
    """`call(name, params)` gives the JSON bytes of the result, or raises `Refusal`."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.limits = Limits(world.clock)
        self._known: dict[str, Callable[[Json], bytes]] = {
            "getme": self._get_me,
            "sendmessage": self._send_message,
            "sendphoto": self._send_photo,
            "editmessagetext": self._edit_text,
            "editmessagecaption": self._edit_caption,
            "editmessagemedia": self._edit_media,
            "editmessagereplymarkup": self._edit_markup,
            "answercallbackquery": self._answer_press,
            "setmycommands": self._set_commands,
            "getmycommands": self._get_commands,
            "getchat": self._get_chat,
            "getfile": self._get_file,
            **wardens(world),
        }

    def call(self, name: str, params: Json) -> bytes:
        method = self._known.get(name)
        if method is None:
            raise Refusal(404, "Not Found: method not found")
        return method(params)

    def _get_me(self, params: Json) -> bytes:
        me = self._world.bot.as_json() | {
            "username": self._world.bot_name,
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
        }
        return orjson.dumps(me)

    # Sending

    def _send_message(self, params: Json) -> bytes:
        chat, thread = self._where(params)
        text, entities = words(params, "text", MAX_TEXT, "message")
        if not text:
            raise Refusal(400, "Bad Request: message text is empty")
        rows = keyboard(params)
        self.limits.spend(chat)
        return self._show(chat, thread, text, entities, rows, None)

    def _send_photo(self, params: Json) -> bytes:
        chat, thread = self._where(params)
        photo = picture(params, "photo")
        text, entities = words(params, "caption", MAX_CAPTION, "message caption")
        rows = keyboard(params)
        self.limits.spend(chat)
        return self._show(chat, thread, text, entities, rows, photo)

    def _where(self, params: Json) -> tuple[Chat, int | None]:
        if "chat_id" not in params:
            raise Refusal(400, "Bad Request: chat_id is empty")
        chat = self._world.place_to_write(number(params, "chat_id"))
        thread = number(params, "message_thread_id") if params.get("message_thread_id") else None
        if thread is not None and thread not in (chat.topics or ()):
            raise Refusal(400, "Bad Request: message thread not found")
        return chat, thread

    def _show(
        self, chat: Chat, thread: int | None, text: str, entities: list[html.Entity], rows: Rows, photo: bytes | None
    ) -> bytes:
        shown = Shown(
            chat=chat,
            id=self._world.next_message(),
            date=int(self._world.clock()),
            text=text,
            entities=entities,
            rows=rows,
            author=self._world.bot.as_json() | {"username": self._world.bot_name},
            thread=thread,
            photo=photo,
        )
        chat.messages[shown.id] = shown
        self._world.on_shown(shown)
        return shown.as_json()

    # Editing

    def _edit_text(self, params: Json) -> bytes:
        shown = self._mine(params)
        if shown.photo is not None:
            raise Refusal(400, "Bad Request: there is no text in the message to edit")
        text, entities = words(params, "text", MAX_TEXT, "message")
        if not text:
            raise Refusal(400, "Bad Request: message text is empty")
        return self._change(shown, text, entities, keyboard(params), None)

    def _edit_caption(self, params: Json) -> bytes:
        shown = self._mine(params)
        if shown.photo is None:
            raise Refusal(400, "Bad Request: there is no caption in the message to edit")
        text, entities = words(params, "caption", MAX_CAPTION, "message caption")
        return self._change(shown, text, entities, keyboard(params), shown.photo)

    def _edit_media(self, params: Json) -> bytes:
        shown = self._mine(params)
        media = decoded(params.get("media"))
        if not isinstance(media, dict) or media.get("type") != "photo":
            raise Refusal(400, "Bad Request: can't parse InputMedia")
        photo = picture(params, str(media.get("media", "")).removeprefix("attach://"))
        text, entities = words(media, "caption", MAX_CAPTION, "message caption")
        return self._change(shown, text, entities, keyboard(params), photo)

    def _edit_markup(self, params: Json) -> bytes:
        shown = self._mine(params)
        return self._change(shown, shown.text, shown.entities, keyboard(params), shown.photo)

    def _mine(self, params: Json) -> Shown:
        chat = self._world.place_to_write(number(params, "chat_id"))
        shown = chat.messages.get(number(params, "message_id"))
        if shown is None:
            raise Refusal(400, "Bad Request: message to edit not found")
        if not shown.ours:
            raise Refusal(400, "Bad Request: message can't be edited")
        return shown

    def _change(self, shown: Shown, text: str, entities: list[html.Entity], rows: Rows, photo: bytes | None) -> bytes:
        if (text, entities, rows, photo) == (shown.text, shown.entities, shown.rows, shown.photo):
            raise Refusal(
                400,
                "Bad Request: message is not modified: specified new message content and reply markup are exactly the "
                "same as a current content and reply markup of the message",
            )
        self.limits.spend(shown.chat)
        shown.text, shown.entities, shown.rows, shown.photo = text, entities, rows, photo
        shown.edits += 1
        shown.changed()
        self._world.on_shown(shown)
        return shown.as_json()

    # The rest

    def _answer_press(self, params: Json) -> bytes:
        text = str(params.get("text") or "")
        if html.units(text) > MAX_NOTE:
            raise Refusal(400, "Bad Request: MESSAGE_TOO_LONG")
        press = self._world.presses.pop(str(params.get("callback_query_id")), None)
        if press is None or self._world.clock() - press[1] > ANSWER_SECONDS:
            raise Refusal(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        person = press[0]
        if text:
            person.notes.append(text)
        self._world.on_answered(person, text)
        return _TRUE

    def _set_commands(self, params: Json) -> bytes:
        commands = decoded(params.get("commands"))
        if not isinstance(commands, list) or len(commands) > 100:
            raise Refusal(400, "Bad Request: can't parse commands")
        for command in commands:
            name, description = command.get("command", ""), command.get("description", "")
            if not (1 <= len(name) <= 32 and name.replace("_", "a").isalnum() and name == name.lower()):
                raise Refusal(400, "Bad Request: BOT_COMMAND_INVALID")
            if not 1 <= len(description) <= 256:
                raise Refusal(400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
        self._world.commands[str(params.get("language_code") or "")] = commands
        return _TRUE

    def _get_commands(self, params: Json) -> bytes:
        return orjson.dumps(self._world.commands.get(str(params.get("language_code") or ""), []))

    def _get_chat(self, params: Json) -> bytes:
        return orjson.dumps(self._world.place_to_write(number(params, "chat_id")).as_json())

    def _get_file(self, params: Json) -> bytes:
        """https://core.telegram.org/bots/api#getfile"""
        id = str(params.get("file_id"))
        data = self._world.files.get(id)
        if data is None:
            raise Refusal(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        if len(data) > MAX_DOWNLOAD:
            raise Refusal(400, "Bad Request: file is too big")
        path = f"photos/{id}.jpg" if id.startswith("p") else f"documents/{id}.bin"
        found = {"file_id": id, "file_unique_id": f"u{id}", "file_size": len(data), "file_path": path}
        return orjson.dumps(found)
