"""Automatic rules: what in a text should be looked at by a person, and why.

    flags("Gagnez 500 € par jour, t.me/vip", lang="fr")    ("spam", "link")
    said("spam", "en")                                      "it reads like spam"

The one rule: rules flag, people remove. Nothing here hides, refuses or holds a text; a flag is a sentence on the card
that a moderator reads. All of it is pure and takes time in proportion to the text; what only shows across messages is
in `crowd`.
"""

from __future__ import annotations

from bot.moderation.detect.crowd import Crowd
from bot.moderation.detect.detection import CODES, DEFAULT, Detection
from bot.moderation.detect.hosts import deceives, outside, shown_hosts
from bot.moderation.detect.spam import looks_like_spam
from bot.moderation.detect.wordlists import flagged_words, found_words
from flows.clinic import personal, shouting
from flows.personal import Found
from flows.skeleton import tricks
from locales import tr

__all__ = [
    "CODES",
    "DEFAULT",
    "Crowd",
    "Detection",
    "Found",
    "flagged_words",
    "flags",
    "found_words",
    "personal",
    "said",
    "shown_hosts",
]


def flags(text: str, lang: str, *, detection: Detection = DEFAULT) -> tuple[str, ...]:
    """The codes of the rules that speak up, most serious first."""
    private = personal(text)
    away = [
        link
        for link in outside(text, detection.allowed)
        if not any(found.start <= link.start and link.end <= found.end for found in private)
    ]
    found = (
        ("tricks", tricks(text)),
        ("words", bool(found_words(text, lang, detection))),
        ("spam", looks_like_spam(text)),
        ("personal", bool(private)),
        ("deceptive_link", any(deceives(link) for link in away)),
        ("link", bool(away)),
        ("shouting", shouting(text)),
    )
    return tuple(code for code, there in found if there and code not in detection.off)


def said(code: str, lang: str) -> str:
    """A flag, or a hint of `flows.clinic`, in words for moderators, as part of a list; empty when it is none."""
    match code:
        case "personal":
            return tr(lang, "there may be personal data in it")
        case "link":
            return tr(lang, "there is a link in it")
        case "deceptive_link":
            return tr(lang, "a link in it leads elsewhere than it says")
        case "capitals" | "shouting":
            return tr(lang, "it is all in capitals")
        case "two_ideas":
            return tr(lang, "it may hold two ideas")
        case "flood":
            return tr(lang, "the same person writes very often")
        case "repeated":
            return tr(lang, "the same text came before")
        case "words":
            return tr(lang, "a word on the list is in it")
        case "tricks":
            return tr(lang, "there are look-alike or invisible letters in it")
        case "spam":
            return tr(lang, "it reads like spam")
        case _:
            return ""
