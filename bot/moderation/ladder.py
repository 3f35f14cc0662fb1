"""The ladder of sanctions: warn, slow, mute, ban. Which rung comes next, and what a strike is.

The one rule: everything ends. A sanction lasts a year at most, and a strike counts for ninety days; after that the
ladder begins again at its foot.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from locales import tr, trn

_MS = timedelta(milliseconds=1)
FADE = timedelta(days=90)
"""So long a strike counts, and so long a warning stands."""
LONGEST = timedelta(days=365)
A_DAY = timedelta(days=1)

CONDUCT = frozenset({"personal_data", "insulting", "discriminatory", "advertising", "partisan", "spam"})
"""Rules whose breach is a matter of conduct. Nobody is punished for not being clear, or for saying what was said."""
FROM = frozenset({"refuse", "remove", "delete"})
"""Outcomes after which one may ask what becomes of the author."""


@dataclass(frozen=True, slots=True)
class Rung:
    """A sanction: `kind` as it is stored, `verb` as a button carries it, and how long it lasts."""

    kind: str
    verb: str
    hours: int

    @property
    def token(self) -> str:
        return f"{self.verb}.{self.hours}"


RUNGS = (
    Rung("warn", "warn", FADE // timedelta(hours=1)),
    Rung("slow", "slow", 7 * 24),
    Rung("mute", "quiet", 24),
    Rung("mute", "quiet", 7 * 24),
    Rung("ban", "bar", 30 * 24),
    Rung("ban", "bar", LONGEST // timedelta(hours=1)),
)
VIEW = "author"
"""The verb that shows the ladder on a card."""
VERBS = frozenset({VIEW, *(rung.verb for rung in RUNGS)})
_HIGHEST_PROPOSED = 4


def strikes(imposed: Iterable[int], now_ms: int) -> int:
    """How many sanctions, given at these moments, still count against somebody."""
    since = now_ms - FADE // _MS
    return sum(since < at_ms <= now_ms for at_ms in imposed)


def proposed(strikes: int) -> Rung:
    """The rung for somebody with so many strikes. The highest one is never proposed: a person has to choose it."""
    return RUNGS[min(max(strikes, 0), _HIGHEST_PROPOSED)]


def rung_of(verb: str, hours: int) -> Rung | None:
    """The rung that a button stands for; None when there is no such one."""
    return next((rung for rung in RUNGS if (rung.verb, rung.hours) == (verb, hours)), None)


def label(rung: Rung, lang: str) -> str:
    """A rung on a button."""
    match rung.kind:
        case "warn":
            return tr(lang, "Warn")
        case "slow":
            return trn(lang, "One text a day, for {n} day", "One text a day, for {n} days", rung.hours // 24)
        case "mute" if rung.hours <= 24:
            return trn(lang, "Mute for {n} hour", "Mute for {n} hours", rung.hours)
        case "mute":
            return trn(lang, "Mute for {n} day", "Mute for {n} days", rung.hours // 24)
        case _:
            return trn(lang, "Ban for {n} day", "Ban for {n} days", rung.hours // 24)
