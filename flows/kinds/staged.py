"""What only `propose` and `react` need: kinds whose question is a small conversation of its own, over several messages,
with data that has to be fetched on the way.

The one rule: nothing is shown while `wants` says that something has to be fetched first.
"""

from __future__ import annotations

from flows.effects import Fetch
from flows.events import Fetched
from flows.flow import Ask, Kind, Propose, React, Sign
from flows.kinds import propose, react, sign
from flows.kinds.reply import Reply
from flows.messages import Block, Message


def staged(kind: Kind) -> bool:
    return isinstance(kind, Propose | React)


def wants(ask: Ask, kept: tuple[str, ...]) -> Fetch | None:
    """What has to be fetched before this draft can be shown."""
    match ask.kind:
        case Propose() as kind:
            return propose.wants(kind, kept)
        case React() as kind:
            return react.wants(kind, kept)
        case _:
            return None


def fetched(ask: Ask, kept: tuple[str, ...], event: Fetched, lang: str) -> Reply:
    """What fetched data comes to; None when nobody waits for it."""
    match ask.kind:
        case Propose() as kind:
            return propose.fetched(kind, kept, event, lang)
        case React() as kind:
            return react.fetched(kind, kept, event, lang)
        case _:
            return None


def headed(ask: Ask, kept: tuple[str, ...]) -> bool:
    """Does the message begin with the question itself?"""
    match ask.kind:
        case Propose() as kind:
            return propose.headed(kind, kept)
        case React():
            return react.headed(kept)
        case Sign() as kind:
            return sign.headed(kind, kept)
        case _:
            return True


def behind(ask: Ask, kept: tuple[str, ...], lang: str, default: str, prompt: str) -> Message | None:
    """The message before the one in front of the person, as it stands after what they did; None where it only loses
    its buttons."""
    match ask.kind:
        case Propose() as kind:
            return propose.behind(kind, kept, lang, default, prompt)
        case React() as kind:
            return react.behind(kind, kept, lang, default, prompt)
        case _:
            return None


def closed(ask: Ask, kept: tuple[str, ...], lang: str, default: str) -> tuple[Block, ...]:
    """What this draft shows, once it can no longer be pressed; empty where that is the question alone."""
    match ask.kind:
        case Propose() as kind:
            return propose.closed(kind, kept, lang, default)
        case React() as kind:
            return react.closed(kind, kept, lang)
        case Sign() as kind:
            return sign.closed(kind, kept, lang)
        case _:
            return ()


def anew(ask: Ask, kept: tuple[str, ...]) -> tuple[str, ...]:
    """The draft from which what is in front of the person is fetched once more, in another language."""
    return react.anew(kept) if isinstance(ask.kind, React) else kept


def press_behind(ask: Ask, token: str, lang: str, kept: tuple[str, ...]) -> Reply:
    """What a button means under the message before the one in front of the person."""
    return react.press_behind(ask.kind, token, kept, lang) if isinstance(ask.kind, React) else None


def code(kind: Kind, token: str) -> str:
    """The word by which a transcript calls a button; empty for other kinds."""
    match kind:
        case Propose():
            return propose.code(kind, token)
        case React():
            return react.code(kind, token)
        case _:
            return ""
