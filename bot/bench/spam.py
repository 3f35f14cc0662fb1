"""How well automatic rules tell spam from talk, on lines that they have not learned from.

The sample is our own (`bot.moderation.detect.spam`), written for this purpose: it is no public corpus, and the figures
are as good as it is. The one rule: what is measured was never learned from; every third line is for testing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.bench.figure import Figure, Found, Size
from bot.moderation.detect import flags
from bot.moderation.detect.spam import LEAST_WORDS, MARGIN, Line, learn, sample, split

GROUP = "spam"
RULES = frozenset({"tricks", "words", "personal", "deceptive_link", "shouting"})
"""Rules that speak up by themselves; `link` only asks for a look at every link."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """How many of so many lines were flagged."""

    name: str
    spam: int
    spam_flagged: int
    ham: int
    ham_flagged: int

    @property
    def recall(self) -> float:
        return self.spam_flagged / self.spam

    @property
    def false_alarms(self) -> float:
        return self.ham_flagged / self.ham


def figures(_size: Size) -> Iterator[Found]:
    for told in measure_spam():
        rows = (
            ("spam flagged", told.recall, f"{told.spam_flagged} of {told.spam}"),
            ("talk flagged", told.false_alarms, f"{told.ham_flagged} of {told.ham}"),
        )
        for name, value, note in rows:
            yield Figure(group=GROUP, name=f"{told.name}: {name}", value=value * 100, unit="%", note=note)


def measure_spam() -> tuple[Told, ...]:
    """The classifier alone, and with the other rules; lines aside from those it learned."""
    learned, tested = split(sample())
    bayes = learn(learned)

    def spammy(line: Line) -> bool:
        return len(line.text.split()) >= LEAST_WORDS and bayes.score(line.text) > MARGIN

    def ruled(line: Line) -> bool:
        return bool(RULES & set(flags(line.text, line.lang)))

    return (
        _told("classifier", tested, [spammy(line) for line in tested]),
        _told("with other rules", tested, [spammy(line) or ruled(line) for line in tested]),
    )


def _told(name: str, lines: tuple[Line, ...], flagged: list[bool]) -> Told:
    pairs = list(zip(lines, flagged, strict=True))
    return Told(
        name=name,
        spam=sum(line.spam for line, _flag in pairs),
        spam_flagged=sum(flag for line, flag in pairs if line.spam),
        ham=sum(not line.spam for line, _flag in pairs),
        ham_flagged=sum(flag for line, flag in pairs if not line.spam),
    )
