"""Links in a text, also those without `https://` in front.

The one rule: what looks like a link to a reader is one, and what is only a forgotten space after a full stop is not:
`bien.Il faut` names no host, although `.il` exists.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_LABEL = r"[\w-]{1,63}"
_HOST = rf"(?<![\w@.-])(?:{_LABEL}\.){{1,6}}"
_REST = r"(?:[/?#][^\s<>\"«»]{0,500})?"
_SCHEME = re.compile(r"(?<![a-z])(?:https?|ftp|tg|matrix|mailto):/{0,2}[^\s<>\"«»]{3,500}", re.IGNORECASE)
_ENDINGS = (
    "com|org|net|info|biz|fr|eu|ru|cn|xyz|top|club|online|site|shop|app|dev|link|click|live|vip|win|bet|casino|loan|"
    "work|store|tech|pro|io|gg|ly|tk|ml|cf|ga|gq|cc|tv|co|uk|ca|ch|lu|nl|pl|pt|br|mx|jp|kr|gouv|social|page|fun|icu"
)
_BARE = re.compile(rf"{_HOST}(?:{_ENDINGS}|xn--[a-z0-9-]{{2,59}})(?![\w@-])(?::\d{{1,5}})?{_REST}")
_SHORT = re.compile(rf"{_HOST}(?:me|be|de|it|es|in|is|to|at|us|so|re|ai|la|sh)/[^\s<>\"«»]{{1,500}}")
"""Endings that are words too: only with a path."""
_WWW = re.compile(rf"(?<![\w@.])www\.{_LABEL}(?:\.{_LABEL}){{1,6}}{_REST}", re.IGNORECASE)
_TAIL = ".,;:!?)]}'’…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Weblink:
    """`host` is as typed, in small letters; "" where there is none (`mailto:`)."""

    start: int
    end: int
    address: str
    host: str


def links(text: str) -> tuple[Weblink, ...]:
    """Every link, in order, none inside another."""
    if "." not in text and ":" not in text:
        return ()
    spans = sorted(match.span() for pattern in (_SCHEME, _WWW, _BARE, _SHORT) for match in pattern.finditer(text))
    found: list[Weblink] = []
    for start, end in spans:
        if not found or start >= found[-1].end:
            address = text[start:end].rstrip(_TAIL)
            found.append(Weblink(start=start, end=start + len(address), address=address, host=_host(address)))
    return tuple(found)


def _host(address: str) -> str:
    scheme, mark, rest = address.partition(":")
    if mark and scheme.lower() in ("https", "http", "ftp"):
        address = rest.lstrip("/")
    elif mark and scheme.isalpha() and "." not in scheme:
        return ""
    authority = re.split(r"[/?#\\]", address, maxsplit=1)[0]
    return authority.rpartition("@")[2].partition(":")[0].lower().rstrip(".")
