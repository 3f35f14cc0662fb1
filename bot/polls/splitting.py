"""One typed line, or several, cut into the question, the choices and the settings.

Choices stand between `|`, or one a line after the question. Where settings may stand, and what a word is that could be
either:

* What is in quotes, or behind a bullet, is never a setting.
* A segment (between two `|`, or a line) made only of settings that say so (`quorum=30`, `until Friday 6pm`) is one,
  wherever it stands.
* A segment made only of bare words (`hidden`, `3d`, `weekly`) is one at the end of the list. Two segments about the
  same thing (`2h | 3h`, `daily | weekly`) are both choices: they could not both hold.
* At the end of the last choice, a run of settings is one when a word of it is sure or unmistakable (`samedi 3d
  hidden`), nothing in front of it leans on it ("dans 2h"), and no other choice ends in the same way.
* What stands first is the question ("Confidentiel ? | oui | non"), and no word of it is taken. Only a segment of
  settings that say so may come before it.

The one rule: whatever this decides shows. Words that were taken are told as settings, words that were left are in the
choices, and words that nearly were settings become mistakes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.polls.model import Mistake
from bot.polls.options import Item, Setting, Trouble, Unknown, scan
from bot.polls.tokens import Token, tokens
from bot.polls.words import UNTIL, Family, Weight, plain
from flows.reading import clean
from flows.words import SMALL
from locales import tr

_QUOTES = {'"': '"', "“": "”", "«": "»", "„": "“”"}
_BULLET = re.compile(r"\s*(?:[-–—•*·◦▪☐□○●✅➡→]\ufe0f?\s+|[•▪☐✅➡→]\ufe0f?\s*|\(?\d{1,3}[.)]\s+|\(?[a-zA-Z]\)\s+)")
_LEANING = (
    SMALL | {"dans", "pendant", "apres", "avant", "vers", "depuis", "after", "before", "than", "que", "plus"} | UNTIL
)
_LONGEST_RUN = 24
MOST_SEGMENTS = 150
"""More than this is no poll, whatever stands in them."""
MOST_WORDS = 60
"""A segment of more words than this is a sentence, never settings."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece between two signs or on a line of its own. `fixed`: in quotes or behind a bullet, so never a setting."""

    text: str
    fixed: bool = False


@dataclass(slots=True)
class Parts:
    """What the line is made of. `bare` are segments that were taken as settings though they could be choices."""

    question: str = ""
    quoted: bool = False
    choices: list[str] = field(default_factory=list)
    settings: list[Setting] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    bare: list[str] = field(default_factory=list)


def split(text: str, lang: str) -> Parts:
    """The parts of a line."""
    found = Parts()
    segments = _segments(text)
    while len(segments) > 1 and _announces(segments[0], lang):
        _take(found, scan(tokens(segments.pop(0).text), lang), lang)
    first, *rest = segments
    labels = _choices(found, rest, lang)
    found.question, found.quoted = first.text, first.fixed
    if rest and not first.fixed and "?" not in first.text and _strong(first.text, lang):
        said = tr(lang, "“{word}” is the question, because it comes first. As a setting, it comes last.",
                  word=first.text)  # fmt: skip
        found.notes.append(said)
    if rest and labels and labels[-1] is rest[-1] and _open_ended(rest[-1], lang):
        others = [one.text for one in labels[:-1]]
        labels[-1] = Segment(_behind(found, rest[-1].text, others, lang))
    elif not rest and not first.fixed:
        found.question = _behind(found, found.question, [], lang)
    found.choices = [one.text for one in labels]
    return found


def listed(text: str) -> list[str]:
    """The things that somebody lists and nothing else: one a line, or between bars, with or without bullets."""
    return [one.text for one in _segments("?\n" + text)[1:]]


# --- Segments --------------------------------------------------------------------------------------------------------


def _segments(text: str) -> list[Segment]:
    lines = [line for line in clean(text).split("\n") if line.strip()]
    found: list[Segment] = []
    for number, line in enumerate(lines):
        bullet = _BULLET.match(line) if number else None
        pieces = [*_pieces(line[bullet.end() :] if bullet else line)]
        if bullet is not None:
            pieces = [Segment(one.text, fixed=True) for one in pieces]
        found += [one for place, one in enumerate(pieces) if one.text or (number == place == 0)]
    return found or [Segment("")]


def _pieces(line: str) -> list[Segment]:
    """A line cut at its `|`, but not inside quotes; several quoted texts side by side are apart too."""
    found: list[Segment] = []
    rest = line
    while True:
        quoted = _quoted(rest)
        if quoted is None:
            piece, bar, rest = re.sub("｜", "|", rest).partition("|")
            found.append(Segment(" ".join(piece.split())))
        else:
            found.append(Segment(quoted[0], fixed=True))
            rest = quoted[1].lstrip()
            bar = "|" if rest[:1] in ("|", "｜") else ""
            rest = rest[1:] if bar else rest
            if not bar and rest:
                continue
        if not bar:
            return found


def _quoted(text: str) -> tuple[str, str] | None:
    """The quoted text at the beginning, and what is behind it. A word in quotes inside a sentence does not count."""
    text = text.strip()
    closing = _QUOTES.get(text[:1])
    if closing is None:
        return None
    end = next((place for place, one in enumerate(text) if place and one in closing), 0)
    inner, rest = " ".join(text[1:end].split()), text[end + 1 :]
    if not end or not inner or (rest and not rest[0].isspace() and rest[0] not in "|｜"):
        return None
    following = rest.strip()
    apart = not following or following[0] in "|｜" or following[0] in _QUOTES or inner[-1] in "?!:…."
    if not apart and not _settled(_read(following.partition("|")[0], "en")):
        return None
    return inner, rest


# --- Whole segments --------------------------------------------------------------------------------------------------


def _settled(items: Sequence[Item]) -> bool:
    """Are these words settings and nothing else?"""
    if not items or any(isinstance(one, Unknown) for one in items):
        return False
    faint = any(isinstance(one, Setting) and one.weight is Weight.FAINT for one in items)
    return not faint or _weight(items) >= Weight.STRONG


def _read(text: str, lang: str) -> list[Item]:
    words = tokens(text)
    return scan(words, lang) if len(words) <= MOST_WORDS else [Unknown(said=text, first=0)]


def _weight(items: Sequence[Item]) -> Weight:
    return max((one.weight if isinstance(one, Setting) else Weight.SURE for one in items), default=Weight.LOOSE)


def _nearly(items: Sequence[Item]) -> bool:
    """Settings with a slip of the finger among them."""
    known = [one for one in items if not isinstance(one, Unknown)]
    strange = [one for one in items if isinstance(one, Unknown)]
    if not strange:
        return False
    if not known:
        return len(strange) == 1 and strange[0].near is not None
    near = all(one.near is not None for one in strange)
    signed = any("=" in one.said for one in known) and not isinstance(items[0], Unknown)
    return (near and _weight(known) >= Weight.STRONG) or (signed and len(strange) < len(known) + 1)


def _announces(segment: Segment, lang: str) -> bool:
    """Does the first segment hold settings, so that the question is the next one?"""
    if segment.fixed or "?" in segment.text:
        return False
    items = _read(segment.text, lang)
    return _settled(items) and any(_says_so(one) for one in items)


def _says_so(item: Item) -> bool:
    """`key=value` or `until ...`."""
    if isinstance(item, Setting) and item.family is Family.UNTIL:
        return ":" not in item.said.split()[0]
    return "=" in item.said


def _strong(text: str, lang: str) -> bool:
    """Settings and nothing else, which would be taken as such in another place."""
    items = _read(text, lang)
    return _settled(items) and _weight(items) >= Weight.STRONG


def _open_ended(segment: Segment, lang: str) -> bool:
    """May settings stand behind this choice? Not when it was left whole though it looks like settings."""
    return not segment.fixed and not _settled(_read(segment.text, lang))


def _choices(found: Parts, rest: Sequence[Segment], lang: str) -> list[Segment]:
    """The segments that are choices; what the others set goes to `found`."""
    if len(rest) > MOST_SEGMENTS:
        return [*rest]
    read = [([] if one.fixed else _read(one.text, lang)) for one in rest]
    whole = [_settled(items) for items in read]
    clear = ["=" in one.text or ":" in one.text for one in rest]
    families = Counter(
        family
        for items, mine, sign in zip(read, whole, clear, strict=True)
        if mine and not sign
        for family in {one.family for one in items if isinstance(one, Setting)}
    )
    recurs = families[Family.EVERY] == 1
    twice = {family for family, count in families.items() if count > 1 and not (recurs and family is Family.UNTIL)}
    labels: list[Segment] = []
    at_end = True
    for segment, items, mine, sign in reversed(list(zip(rest, read, whole, clear, strict=True))):
        sure = _weight(items) is Weight.SURE
        clash = not sign and any(isinstance(one, Setting) and one.family in twice for one in items)
        if mine and not clash and (at_end or sure):
            _take(found, items, lang)
            found.bare += [] if sure else [segment.text]
        elif not segment.fixed and not mine and _nearly(items) and (at_end or len(items) > 1):
            _take(found, items, lang)
        else:
            labels.insert(0, segment)
            if mine and not clash:
                said = tr(lang, "“{word}” is a choice where it stands. As a setting, it comes last.", word=segment.text)
                found.notes.append(said)
            at_end = False
    return labels


# --- Runs inside a segment -------------------------------------------------------------------------------------------


def _behind(found: Parts, text: str, others: Sequence[str], lang: str) -> str:
    """The last choice (or a question that stands alone) without the settings behind it."""
    words = tokens(text)
    for start in range(max(1, len(words) - _LONGEST_RUN), len(words)):
        items = scan(words[start:], lang)
        if not _runs(items):
            continue
        if _leans(words, start, items, others, lang):
            return text
        _take(found, items, lang)
        return text[: words[start].begin].rstrip(" ,;")
    if "?" in text and not others:
        return _after_question(found, text, lang)
    last = scan(words[-_LONGEST_RUN:], lang)[-1] if len(words) > 1 else None
    if (
        isinstance(last, Setting)
        and last.last - last.first + 1 < len(words)
        and Weight.WEAK <= last.weight < Weight.SURE
    ):
        found.notes.append(
            tr(lang, "“{word}” was kept as a part of “{text}”. To make it a setting, put a | before it.",
               word=last.said, text=text)
        )  # fmt: skip
    return text


def _after_question(found: Parts, text: str, lang: str) -> str:
    """Behind the question mark of a question without choices, where one setting stands all words are settings."""
    question, mark, behind = text.rpartition("?")
    items = _read(behind, lang)
    begins = bool(items) and isinstance(items[0], Setting) and items[0].weight >= Weight.STRONG
    if not begins and not _settled(items):
        return text
    _take(found, items, lang)
    return question + mark


def _runs(items: Sequence[Item]) -> bool:
    """May these words, at the end of a choice, be settings?"""
    if isinstance(items[0], Setting) and items[0].weight <= Weight.LOOSE:
        return False
    known = [one for one in items if not isinstance(one, Unknown)]
    if not known or _weight(known) < Weight.STRONG:
        return False
    return all(not isinstance(one, Unknown) or one.near is not None for one in items)


def _leans(words: Sequence[Token], start: int, items: Sequence[Item], others: Sequence[str], lang: str) -> bool:
    """Does what is in front of the run need it, or do other choices end like it?"""
    if any("=" in one.said for one in items):
        return False
    if {plain(words[start - 1].text).strip(".,'"), words[start - 1].word} & _LEANING:
        return True
    mine = {one.family for one in items if isinstance(one, Setting)}
    for other in others:
        end = scan(tokens(other)[-_LONGEST_RUN:], lang)[-1:]
        if end and isinstance(end[0], Setting) and end[0].family in mine:
            return True
    return False


def settings_alone(text: str, lang: str) -> Parts:
    """Words that can be nothing but settings, because question and choices stand elsewhere."""
    found = Parts()
    for segment in _segments(text):
        _take(found, scan(tokens(segment.text), lang), lang)
    return found


def _take(found: Parts, items: Sequence[Item], lang: str) -> None:
    for one in items:
        match one:
            case Setting():
                found.settings.append(one)
            case Trouble():
                found.mistakes.append(Mistake(word=one.said, sentence=one.sentence))
            case Unknown():
                found.mistakes.append(Mistake(word=one.said, sentence=_unknown(one, lang)))


def _unknown(item: Unknown, lang: str) -> str:
    if item.near is not None:
        return tr(
            lang,
            "I do not understand “{word}”. Did you mean “{near}”? If it is a choice, put it in quotes.",
            word=item.said,
            near=item.near,
        )
    return tr(
        lang, "I do not understand “{word}” among the settings. If it is a choice, put it in quotes.", word=item.said
    )
