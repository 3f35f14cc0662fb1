"""The methods of the Bot API that the emulator knows, each with the refusals of the real server.

The one rule: a method checks everything before it changes anything. Limits from https://core.telegram.org/bots/api
(the method named above each) and, where that page is silent, from https://limits.tginfo.me/en.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import orjson

from adapters.telegram_emulator import html
from adapters.telegram_emulator.world import ANSWER_SECONDS, Chat, Json, Refusal, Rows, Shown, World

MAX_TEXT = 4096
MAX_CAPTION = 1024
MAX_BUTTONS = 100
MAX_DATA = 64
MAX_NOTE = 200
_PAGES = ("http://", "https://", "tg://", "mailto:", "tel:")
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
            "deletemessage": self._delete,
            "setmycommands": self._set_commands,
            "getmycommands": self._get_commands,
            "getchat": self._get_chat,
            "getchatmember": self._get_chat_member,
            "getfile": self._get_file,
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

    def _delete(self, params: Json) -> bytes:
        chat = self._world.place_to_write(number(params, "chat_id"))
        if chat.messages.pop(number(params, "message_id"), None) is None:
            raise Refusal(400, "Bad Request: message to delete not found")
        return _TRUE

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

    def _get_chat_member(self, params: Json) -> bytes:
        """https://core.telegram.org/bots/api#getchatmember"""
        chat = self._world.place_to_write(number(params, "chat_id"))
        person = self._world.people.get(number(params, "user_id"))
        if person is None or chat.private:
            raise Refusal(400, "Bad Request: PARTICIPANT_ID_INVALID")
        status = "administrator" if person.id in chat.admins else "member"
        return orjson.dumps({"user": person.as_json(), "status": status})

    def _get_file(self, params: Json) -> bytes:
        """https://core.telegram.org/bots/api#getfile"""
        id = str(params.get("file_id"))
        data = self._world.files.get(id)
        if data is None:
            raise Refusal(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        found = {"file_id": id, "file_unique_id": f"u{id}", "file_size": len(data), "file_path": f"documents/{id}.bin"}
        return orjson.dumps(found)


# Parameters


def parameters(content_type: str, body: bytes) -> Json:
    """The parameters of a call in any of the forms that the Bot API takes.
    https://core.telegram.org/bots/api#making-requests"""
    kind, _, rest = content_type.partition(";")
    match kind.strip().lower():
        case "application/json":
            try:
                data = orjson.loads(body) if body else {}
            except orjson.JSONDecodeError:
                raise Refusal(400, "Bad Request: can't parse JSON object") from None
            return data if isinstance(data, dict) else {}
        case "multipart/form-data":
            return _multipart(rest, body)
        case _:
            return dict(parse_qsl(body.decode(), keep_blank_values=True))


def _multipart(rest: str, body: bytes) -> Json:
    boundary = b"--" + rest.partition("boundary=")[2].strip('" ').encode()
    found: Json = {}
    for piece in body.split(boundary)[1:-1]:
        head, _, content = piece.partition(b"\r\n\r\n")
        name = head.partition(b'name="')[2].partition(b'"')[0].decode()
        data = content.removesuffix(b"\r\n")
        found[name] = data if b"filename" in head else data.decode()
    return found


def number(params: Json, name: str) -> int:
    """A number, also when it comes as text."""
    try:
        return int(params[name])
    except (KeyError, TypeError, ValueError):
        if name == "chat_id":
            raise Refusal(400, "Bad Request: chat not found") from None
        raise Refusal(400, f"Bad Request: {name.replace('_', ' ')} is invalid") from None


def decoded(value: Any) -> Any:
    """A value that forms carry as JSON text."""
    if not isinstance(value, str):
        return value
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        raise Refusal(400, "Bad Request: can't parse JSON") from None


def words(params: Json, name: str, limit: int, what: str) -> tuple[str, list[html.Entity]]:
    """A text with its markup read."""
    source = params.get(name) or ""
    if not isinstance(source, str):
        raise Refusal(400, f"Bad Request: {name} must be a string")
    entities: list[html.Entity] = []
    match str(params.get("parse_mode") or "").lower():
        case "":
            text = html.clean(source).strip()
        case "html":
            try:
                text, entities = html.parse(source)
            except html.BadHtml as problem:
                raise Refusal(400, f"Bad Request: can't parse entities: {problem}") from None
        case _:
            raise Refusal(400, "Bad Request: unsupported parse_mode")
    if html.units(text) > limit:
        raise Refusal(400, f"Bad Request: {what} is too long")
    return text, entities[:100]


def keyboard(params: Json) -> Rows:
    """https://core.telegram.org/bots/api#inlinekeyboardbutton"""
    markup = params.get("reply_markup")
    if not markup:
        return []
    markup = decoded(markup)
    rows = markup.get("inline_keyboard") if isinstance(markup, dict) else None
    if not isinstance(rows, list):
        raise Refusal(400, "Bad Request: object expected as reply markup")
    count = 0
    for row in rows:
        for button in row:
            count += 1
            _check(button)
    if count > MAX_BUTTONS:
        raise Refusal(400, "Bad Request: reply markup is too long")
    return [row for row in rows if row]


def _check(button: Json) -> None:
    text = button.get("text")
    if not isinstance(text, str) or not text.strip():
        raise Refusal(400, 'Bad Request: can\'t parse inline keyboard button: Field "text" must be non-empty')
    data, url = button.get("callback_data"), button.get("url")
    if url is not None:
        if not url.startswith(_PAGES):
            raise Refusal(400, f"Bad Request: inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
    elif not isinstance(data, str):
        raise Refusal(
            400, "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )
    elif not 1 <= len(data.encode()) <= MAX_DATA:
        raise Refusal(400, "Bad Request: BUTTON_DATA_INVALID")


def picture(params: Json, name: str) -> bytes:
    """An uploaded picture."""
    data = params.get(name)
    if not isinstance(data, bytes) or not data:
        raise Refusal(400, "Bad Request: there is no photo in the request")
    if not data.startswith((b"\x89PNG", b"\xff\xd8")):
        raise Refusal(400, "Bad Request: IMAGE_PROCESS_FAILED")
    return data
