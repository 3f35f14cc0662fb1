"""Words that call a moderator, by language.

The one rule: whole words only, compared by their skeletons. `cas1no`, `сasino` and `c a s i n o` are one word; the town
of Scunthorpe is none of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.resources import files

from bot.moderation.detect.detection import DEFAULT, Detection
from flows.skeleton import words

_LONGEST = 5
"""Words in an expression, at most."""
_RUN = re.compile(r"(.)\1{2,}")
_DIGITS = str.maketrans("34578", "eastb")


def flagged_words(lang: str, detection: Detection = DEFAULT) -> frozenset[str]:
    """The words and expressions that are flagged in this language, as skeletons."""
    return _shipped(lang) | _skeletons(detection.words)


def found_words(text: str, lang: str, detection: Detection = DEFAULT) -> tuple[str, ...]:
    """Those of them that are in the text, in order."""
    wanted = flagged_words(lang, detection)
    return tuple(dict.fromkeys(said for said in _said(words(text)) if said in wanted))


@lru_cache(maxsize=8)
def _shipped(lang: str) -> frozenset[str]:
    source = files("bot.moderation.detect").joinpath("words", f"{lang}.txt")
    if not lang.isalpha() or not source.is_file():
        return frozenset()
    lines = (line.partition("#")[0] for line in source.read_text(encoding="utf-8").splitlines())
    return _skeletons(frozenset(line.strip() for line in lines if line.strip()))


@lru_cache(maxsize=8)
def _skeletons(some: Iterable[str]) -> frozenset[str]:
    return frozenset(" ".join(words(one)) for one in some) - {""}


def _said(spoken: list[str]) -> Iterator[str]:
    """Every word and every short run of words, also without stretched letters, digits for letters, and gaps."""
    spoken = [*spoken, *_spelled(spoken)]
    for at in range(len(spoken)):
        for end in range(at + 1, min(len(spoken), at + _LONGEST) + 1):
            yield " ".join(spoken[at:end])
        yield from _plainer(spoken[at])


def _plainer(word: str) -> Iterator[str]:
    if len(word) > 40:
        return
    lettered = word if word.isdecimal() else word.translate(_DIGITS)
    short = _RUN.sub(r"\1", lettered)
    for form in {lettered, short, _RUN.sub(r"\1\1", lettered)}:
        yield form
        if len(form) > 4 and form.endswith("s"):
            yield form[:-1]


def _spelled(spoken: list[str]) -> Iterator[str]:
    """Words that were spelled with a gap after each letter."""
    letters: list[str] = []
    for word in [*spoken, "  "]:
        if len(word) == 1:
            letters.append(word)
            continue
        if 3 <= len(letters) <= 40:
            yield "".join(letters)
        letters = []
