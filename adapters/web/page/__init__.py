"""The chat page: `index.html` with its blanks filled, and the files it asks for, read once.

The one rule: everything that enters the HTML is escaped here, and what scripts need travels as JSON in a data block,
so that the page works without any inline script or style.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template
from typing import Protocol

from adapters.web.page.phrases import phrases
from locales import tr

_HERE = Path(__file__).parent
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class File:
    data: bytes
    media_type: str
    etag: str


def _read(path: Path) -> File:
    data = path.read_bytes()
    return File(data, _TYPES[path.suffix], f'"{hashlib.sha256(data).hexdigest()[:20]}"')


FILES = {path.name: _read(path) for path in _HERE.iterdir() if path.suffix in _TYPES}
_INDEX = Template((_HERE / "index.html").read_text("utf-8"))


class Invitation(Protocol):
    """What the welcome shows of a consultation."""

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def summary(self) -> str: ...
    @property
    def closes(self) -> str: ...


def chat_page(lang: str, *, title: str, invitations: Sequence[Invitation], start: str) -> str:
    """The page in `lang`; with `start` it begins that consultation by itself."""
    said = phrases(lang)
    boot = {
        "lang": lang,
        "start": start,
        "titles": {invitation.id: invitation.title for invitation in invitations},
        "phrases": said,
    }
    return _INDEX.substitute(
        {name: escape(sentence) for name, sentence in said.items()},
        lang=lang,
        title=escape(title),
        invitations=_invitations(lang, invitations),
        boot=_json_block(boot),
    )


def _invitations(lang: str, invitations: Sequence[Invitation]) -> str:
    if not invitations:
        return (
            f'<p class="quiet">{escape(tr(lang, "No consultation is open at the moment. Please come back soon."))}</p>'
        )
    cards = "".join(_card(lang, invitation) for invitation in invitations)
    return f'<p>{escape(tr(lang, "Choose what you would like to talk about:"))}</p><ul class="cards">{cards}</ul>'


def _card(lang: str, invitation: Invitation) -> str:
    summary = f'<span class="card-text">{escape(invitation.summary)}</span>' if invitation.summary else ""
    closes = tr(lang, "Open until {closes}", closes=invitation.closes) if invitation.closes else ""
    until = f'<span class="card-until">{escape(closes)}</span>' if closes else ""
    return (
        f'<li><a class="card" href="/start/{escape(invitation.id)}" data-start="{escape(invitation.id)}">'
        f'<span class="card-title">{escape(invitation.title)}</span>{summary}{until}</a></li>'
    )


def _json_block(data: object) -> str:
    """JSON that cannot end the script element it stands in."""
    return json.dumps(data, ensure_ascii=False).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
