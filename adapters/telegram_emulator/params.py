"""The parameters of a call, in any of the forms that the Bot API takes, each checked as the real server checks it.

The one rule: what cannot be read is refused with the server's own sentence; nothing is guessed.
https://core.telegram.org/bots/api#making-requests
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

import orjson

from adapters.telegram_emulator import html
from adapters.telegram_emulator.world import Json, Refusal, Rows

MAX_BUTTONS = 100
MAX_DATA = 64
_PAGES = ("http://", "https://", "tg://", "mailto:", "tel:")


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
