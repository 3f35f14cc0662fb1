"""The words of a line, and where each stands.

The one rule: a word is a piece of what was typed, never changed; what it is compared by is made from it when needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.polls.words import KEYS, squash

_SIGNED = re.compile(r"([^\W\d_][\w'’-]*)\s*([=:])(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One word and where it stands. `key` and `sign` are set for `key=...` and `key: ...`; `text` is then the value,
    empty when it begins with the next word."""

    text: str
    begin: int
    end: int
    key: str = ""
    sign: str = ""

    @property
    def word(self) -> str:
        return "" if self.key else squash(self.text)


def tokens(text: str) -> list[Token]:
    """The words of `text`; a percent sign belongs to its number, an equals sign to its key."""
    found: list[Token] = []
    for match in re.finditer(r"\S+", text):
        begin, raw = match.start(), match[0]
        last = found[-1] if found else None
        if raw in ("%", "%,") and last is not None and last.text[-1:].isdigit():
            found[-1] = Token(text=last.text + "%", begin=last.begin, end=match.end(), key=last.key, sign=last.sign)
        elif last is not None and not last.key and raw[0] in "=:" and squash(last.text) in KEYS:
            value = raw[1:].rstrip(",;")
            found[-1] = Token(text=value, begin=last.begin, end=match.end(), key=last.text, sign=raw[0])
        else:
            found.append(_token(raw, begin, match.end()))
    return found


def _token(raw: str, begin: int, end: int) -> Token:
    signed = _SIGNED.fullmatch(raw)
    if signed is not None and (signed[2] == "=" or squash(signed[1]) in KEYS):
        return Token(text=signed[3].rstrip(",;"), begin=begin, end=end, key=signed[1], sign=signed[2])
    return Token(text=raw.rstrip(",;") or raw, begin=begin, end=end)


def said(words: Iterable[Token]) -> str:
    """Words as they were typed, for a sentence about them."""
    return " ".join(f"{one.key}{one.sign}{one.text}" if one.key else one.text for one in words)
