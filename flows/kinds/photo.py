"""`photo`: a picture; what is recorded is the messenger's reference of it.

The one rule: a picture comes as a picture. Words about it are not one, and neither is a file, which may be anything.
"""

from __future__ import annotations

from flows.events import Shared
from flows.kinds.reply import Reply, Taken, Wrong
from locales import tr


def received(event: Shared, lang: str) -> Reply:
    """A picture that came, or why it cannot be taken; None for anything else."""
    match event.what:
        case "photo" if event.ref:
            return Taken(event.ref)
        case "photo":
            return Wrong(tr(lang, "Your photo did not arrive whole. Please send it once more."), mild=True)
        case "document":
            return Wrong(tr(lang, "This came as a file. Please send it as a photo instead."), mild=True)
    return None


def hint(lang: str, *, optional: bool = False) -> str:
    if optional:
        return tr(lang, "Send one photo. Without one, or where you cannot send any, type “{skip}”.", skip=_skip(lang))
    return tr(lang, "Send one photo.")


def _skip(lang: str) -> str:
    return tr(lang, "Skip")


def expected(lang: str, *, optional: bool = False) -> str:
    if optional:
        return tr(lang, "Please send a photo, or type “{skip}” to go on without one.", skip=_skip(lang))
    return tr(lang, "Please send a photo.")


def read(text: str, lang: str) -> Reply:
    return None


def said(lang: str) -> str:
    return tr(lang, "a photo")
