"""JSON from outside, read as far as it can be read. Pure.

The one rule: **what one person wrote never hides what others wrote.** A messenger hands over many messages in one piece
of JSON, and a strict reader refuses all of it for one half character, one number without end or one heap of brackets.
Whoever can send such a thing could silence everybody, for ever, because the same piece would come again. So each of
these is lost alone: half characters are replaced; a number that no computer holds and what is nested too deep are null.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

import orjson

MAX_DEPTH = 100
"""Brackets within brackets, where a strict reader has given up. No messenger nests a tenth of it."""
_BOM = b"\xef\xbb\xbf"
_DIGITS = 20
"""The longest whole number of 64 bits; longer ones are rounded."""
_PIECE = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)


def read(body: bytes) -> Any:
    """The value in `body`; None where that is no JSON."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        pass
    text = body.removeprefix(_BOM).decode("utf-8", "replace")
    try:
        return _read(text)
    except RecursionError:
        pass
    except ValueError:
        return None
    try:
        return _read(_shallow(text))
    except (ValueError, RecursionError):
        return None


def _read(text: str) -> Any:
    return _mended(json.loads(text, parse_int=_whole, parse_float=_number, parse_constant=_nothing))


def _mended(value: Any) -> Any:
    """A value without half characters."""
    match value:
        case str():
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case list():
            return [_mended(item) for item in value]
        case dict():
            return {_mended(key): _mended(item) for key, item in value.items()}
        case _:
            return value


def _whole(digits: str) -> int | float | None:
    found = int(digits) if len(digits) <= _DIGITS else None
    return found if found is not None and -(2**63) <= found < 2**64 else _number(digits)


def _number(digits: str) -> float | None:
    found = float(digits)
    return found if math.isfinite(found) else None


def _nothing(_name: str) -> None:
    return None


def _shallow(text: str) -> str:
    """The text with null for whatever is nested too deep. What stands between quotes is no bracket."""
    kept, since, depth = [], 0, 0
    for piece in _PIECE.finditer(text):
        match piece[0]:
            case "[" | "{":
                depth += 1
                if depth == MAX_DEPTH + 1:
                    kept.append(text[since : piece.start()])
            case "]" | "}":
                if depth == MAX_DEPTH + 1:
                    kept.append("null")
                    since = piece.end()
                depth -= 1
            case _:
                pass
    return "".join((*kept, text[since:] if depth <= MAX_DEPTH else ""))
