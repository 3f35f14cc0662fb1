"""Does a text read like chat spam? A small classifier (naive Bayes) that learns from the sample in `sample/`.

The sample is our own: 150 lines of spam (crypto, loans, betting, adult, jobs, parcels) and 210 ordinary lines of talk
about a town, with links and prices, in French and English. It was written for this purpose, so its figures say how the
rules hold on messages of these kinds, not how much spam there is in the world. `palabre bench` learns from two lines of
three and prints recall and false alarms on the third; the service learns from all of them.

The one rule: it only flags. A text is never refused, hidden or held for its score.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from math import log

from flows.skeleton import skeleton
from flows.weblinks import links

MARGIN = 1.0
"""How much likelier spam than not (as a natural logarithm) before it is flagged. Chosen by leaving tenths of the lines
aside in turn: about one ordinary line in a hundred is flagged there, and four of five lines of spam."""
LEAST_WORDS = 4

_WORD = re.compile(r"[^\W\d_]{2,30}")
_MONEY = re.compile(r"[$€£]\s?\d|\d\s?(?:[$€£]|k€|eur\b|euros\b|usd\b|usdt\b|btc\b|dollars\b|pounds\b)", re.IGNORECASE)
_SHARE = re.compile(r"\d\s?%")
_MULTIPLE = re.compile(r"\bx\s?\d{1,4}\b|\b\d{1,4}x\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One labelled message of the sample."""

    lang: str
    text: str
    spam: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Bayes:
    """What was learned: the weight of each sign (log of how much likelier it is in spam), and that of being spam."""

    weights: Mapping[str, float]
    prior: float

    def score(self, text: str) -> float:
        """How much likelier this is spam than not, as a natural logarithm. Signs never seen say nothing."""
        return self.prior + sum(self.weights.get(sign, 0.0) for sign in signs(text))


def signs(text: str) -> frozenset[str]:
    """What the classifier looks at: the words, and whether there is money, a link, a share, a smiley."""
    found = {word for word in _WORD.findall(skeleton(text)) if len(word) > 1}
    shapes = {
        "<money>": _MONEY.search(text),
        "<share>": _SHARE.search(text),
        "<multiple>": _MULTIPLE.search(text),
        "<link>": links(text),
        "<picture>": any(char > "\U0001f000" for char in text),
        "<many!>": text.count("!") + text.count("?") > 2,
    }
    return frozenset(found | {shape for shape, there in shapes.items() if there})


def learn(lines: Iterable[Line]) -> Bayes:
    """Count signs in spam and in the rest; one is added to each count, so that nothing is certain."""
    lines = list(lines)
    counts = {True: Counter[str](), False: Counter[str]()}
    for line in lines:
        counts[line.spam].update(signs(line.text))
    known = counts[True].keys() | counts[False].keys()
    totals = {spam: sum(found.values()) + len(known) for spam, found in counts.items()}
    weights = {
        sign: log((counts[True][sign] + 1) / totals[True]) - log((counts[False][sign] + 1) / totals[False])
        for sign in known
    }
    spam = sum(line.spam for line in lines)
    return Bayes(weights=weights, prior=log(spam) - log(len(lines) - spam))


def sample() -> tuple[Line, ...]:
    """The labelled sample that ships with Palabre."""
    found = []
    for name, spam in (("spam", True), ("ham", False)):
        source = files("bot.moderation.detect").joinpath("sample", f"{name}.txt")
        for row in source.read_text(encoding="utf-8").splitlines():
            lang, _, text = row.partition("\t")
            found.append(Line(lang=lang, text=text, spam=spam))
    return tuple(found)


def split(lines: Iterable[Line]) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """(to learn from, to test on): every third line is for testing."""
    lines = tuple(lines)
    return tuple(line for at, line in enumerate(lines) if at % 3), tuple(lines[::3])


@lru_cache(maxsize=1)
def _learned() -> Bayes:
    return learn(sample())


def looks_like_spam(text: str) -> bool:
    """Is this far likelier spam than not?"""
    return len(text.split()) >= LEAST_WORDS and _learned().score(text) > MARGIN
