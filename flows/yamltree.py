"""YAML text -> plain data that knows where it stands, refusing what a consultation never needs.

The one rule: the text may come from anybody. So the events of the parser are walked without recursion, and size,
depth, aliases, tags, duplicate keys and tabs are refused before anything grows. A few lines of aliases can stand for
millions of nodes, and three thousand opening brackets exhaust a recursive reader.

Plain scalars follow the short rules of `_scalar`: `no` stays a word, `12:30` and `2026-03-01` stay text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from flows.mistakes import Notebook, Path, Spot, Tree
from locales import tr

MAX_BYTES = 64 * 1024
MAX_DEPTH = 20
MAX_MISTAKES = 20
MAX_NODES = 5000
"""Keys, values, lists and groups of one file. The densest that people wrote have one for each 14 bytes."""
MAX_OPEN = 64
"""Brackets that are open at once on one line. For each of them the parser looks ahead once more over all that follow,
so this is seen to before it begins; what is less than that and still too deep is refused where it stands."""

_BRACKET = re.compile(r"[\[\]{}]")
_TAB = re.compile(r"^[ ]*(\t)[ \t]*\S", re.MULTILINE)
_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,14})")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,14})\.[0-9]{1,15}")
_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")


def compose(text: str, file: str, notes: Notebook) -> Tree | None:
    """The data of `text`; None when it cannot be read at all. Mistakes go to `notes`. Empty lines at the beginning
    are free: they keep the line numbers of a piece of a longer text right."""
    text = text.removeprefix("\ufeff")
    if _refused(text, file, notes):
        return None
    composer = _Composer(text, file, notes)
    try:
        return composer.tree()
    except ReaderError as error:
        spot = _spot_of(text, error.position if isinstance(error.position, int) else 0)
        _forbidden(file, spot, notes)
    except MarkedYAMLError as error:
        _explain(error, text, file, notes)
    except Exception:  # the parser is not ours: whatever it stumbles over is a mistake in the text
        _unreadable(file, Spot(1, 1), notes)
    return None


def too_big(file: str, notes: Notebook) -> None:
    lang = notes.lang
    what = tr(lang, "this file is larger than {n} KB", n=MAX_BYTES // 1024)
    hint = tr(lang, "a consultation is short; move parts of it into blocks and include them")
    notes.at(file, Spot(1, 1), tr(lang, "the file"), what, hint)


def not_utf8(file: str, spot: Spot, notes: Notebook) -> None:
    lang = notes.lang
    what = tr(lang, "this character is not written in UTF-8")
    notes.at(file, spot, tr(lang, "the file"), what, tr(lang, "save the file as UTF-8 in your editor"))


def _refused(text: str, file: str, notes: Notebook) -> bool:
    lang = notes.lang
    if len(text.lstrip("\n").encode("utf-8", "surrogatepass")) > MAX_BYTES:
        too_big(file, notes)
        return True
    for count, match in enumerate(_TAB.finditer(text)):
        if count == MAX_MISTAKES:
            break
        spot = _spot_of(text, match.start(1))
        what = tr(lang, "this line begins with a tab")
        notes.at(file, spot, tr(lang, "the file"), what, tr(lang, "use spaces instead, two for each level"))
    for number, line in enumerate([] if notes.accepted else text.split("\n"), 1):
        if (column := _too_many_open(line)) is not None:
            notes.at(file, Spot(number, column), tr(lang, "the file"), *_too_deep(lang))
            break
    return bool(notes.mistakes) and any(mistake.file == file for mistake in notes.mistakes)


def _too_many_open(line: str) -> int | None:
    """The column where it goes too deep, if so many brackets are open at once."""
    if line.count("[") + line.count("{") <= MAX_OPEN:
        return None
    depth = column = 0
    for found in _BRACKET.finditer(line):
        depth = depth + 1 if found[0] in "[{" else max(0, depth - 1)
        if depth == MAX_DEPTH and found[0] in "[{":
            column = found.start() + 1
        if depth > MAX_OPEN:
            return column
    return None


def _too_deep(lang: str) -> tuple[str, str]:
    what = tr(lang, "this goes more than {n} levels deep", n=MAX_DEPTH)
    return what, tr(lang, "a bracket is probably not closed")


def _spot_of(text: str, offset: int) -> Spot:
    before = text[:offset].replace("\r\n", "\n").replace("\r", "\n")
    return Spot(before.count("\n") + 1, len(before) - before.rfind("\n"))


def _scalar(raw: str) -> Any:
    """What a plain scalar means. Numbers are only what everybody writes as numbers; the rest is text."""
    if raw in _WORDS:
        return _WORDS[raw]
    if _WHOLE.fullmatch(raw):
        return int(raw)
    if _DECIMAL.fullmatch(raw):
        return float(raw)
    return raw


@dataclass(slots=True)
class _Frame:
    """A collection being filled. In a mapping, `key` is the key that waits for its value."""

    holds: dict[str, Any] | list[Any]
    path: Path
    waiting: bool = False
    key: str | None = None


class _Enough(Exception):
    """What follows is not looked at."""


class _Composer:
    """Builds one tree from the events of one text."""

    def __init__(self, text: str, file: str, notes: Notebook) -> None:
        self.text = text
        self.file = file
        self.notes = notes
        self.values: dict[Path, Spot] = {}
        self.keys: dict[Path, Spot] = {}
        self.inside: dict[Path, Spot] = {}
        self.frames: list[_Frame] = []
        self.root: Any = None

    def refuse(self, spot: Spot, what: str, hint: str, path: Path | None = None) -> None:
        parts = self.path() if path is None else path
        where = " / ".join(str(part + 1 if isinstance(part, int) else part) for part in parts)
        where = where or tr(self.notes.lang, "the file")
        self.notes.at(self.file, spot, where, what, hint, settles=True)

    def tree(self) -> Tree | None:
        documents = nodes = 0
        try:
            for event in self.events():
                spot = Spot(event.start_mark.line + 1, event.start_mark.column + 1)
                nodes += isinstance(event, NodeEvent) and not self.notes.accepted
                if nodes > MAX_NODES:
                    self.too_many(spot)
                if nodes > MAX_NODES or self.notes.full:
                    raise _Enough
                match event:
                    case DocumentStartEvent():
                        documents += 1
                        if documents > 1:
                            self.second_document(spot)
                            break
                    case ScalarEvent():
                        self.dress(event, spot)
                        self.put_scalar(event, spot)
                    case MappingStartEvent():
                        self.dress(event, spot)
                        self.open({}, spot)
                    case SequenceStartEvent():
                        self.dress(event, spot)
                        self.open([], spot)
                    case MappingEndEvent() | SequenceEndEvent():
                        frame = self.frames.pop()
                        self.put(frame.holds, self.values.get(frame.path, spot))
                    case AliasEvent():
                        self.alias(spot, event.anchor)
                        self.put(None, spot)
        except _Enough:
            return None
        return Tree(value=self.root, values=self.values, keys=self.keys, inside=self.inside)

    def events(self) -> Iterator[Any]:
        yaml = YAML(typ="safe", pure=True)
        return iter(yaml.parse(self.text))

    def path(self) -> Path:
        """Where the next value goes."""
        if not self.frames:
            return ()
        frame = self.frames[-1]
        if isinstance(frame.holds, list):
            return (*frame.path, len(frame.holds))
        return (*frame.path, "?" if frame.key is None else frame.key)

    def open(self, holds: dict[str, Any] | list[Any], spot: Spot) -> None:
        if len(self.frames) >= MAX_DEPTH:
            self.refuse(spot, *_too_deep(self.notes.lang))
            raise _Enough
        path = self.path()
        self.values[path] = spot
        self.frames.append(_Frame(holds, path))

    def put_scalar(self, event: Any, spot: Spot) -> None:
        raw: str = event.value
        if _UNPRINTABLE.search(raw):
            _forbidden(self.file, spot, self.notes)
            raw = _UNPRINTABLE.sub("", raw)
        plain = event.implicit[0]
        if self.wants_key():
            self.put(raw, spot)
            return
        self.mark_inside(event, spot, raw)
        self.put(_scalar(raw) if plain else raw, spot)

    def mark_inside(self, event: Any, spot: Spot, raw: str) -> None:
        """Remember where the text begins when its characters stand in the file as they are."""
        start, end = event.start_mark, event.end_mark
        shift = 0 if event.implicit[0] else 1
        if start.line == end.line and self.text[start.index + shift : start.index + shift + len(raw)] == raw:
            self.inside[self.path()] = Spot(spot.line, spot.column + shift)

    def wants_key(self) -> bool:
        return bool(self.frames) and isinstance(self.frames[-1].holds, dict) and not self.frames[-1].waiting

    def put(self, value: Any, spot: Spot) -> None:
        if not self.frames:
            self.values.setdefault((), spot)
            self.root = value
            return
        frame = self.frames[-1]
        if isinstance(frame.holds, list):
            self.values[self.path()] = spot
            frame.holds.append(value)
        elif not frame.waiting:
            frame.waiting = True
            frame.key = self.fit_key(frame, value, spot)
        else:
            if frame.key is not None:
                self.values[self.path()] = spot
                frame.holds[frame.key] = value
            frame.waiting = False
            frame.key = None

    def fit_key(self, frame: _Frame, value: Any, spot: Spot) -> str | None:
        """The key as it will be used; None drops the key with its value."""
        lang = self.notes.lang
        if not isinstance(value, str) or not value:
            what = tr(lang, "this key is not a word")
            self.refuse(spot, what, tr(lang, "write a word before the colon"), frame.path)
            return None
        path = (*frame.path, value)
        if path in self.keys:
            what = tr(lang, "{key} stands here twice", key=value)
            hint = tr(lang, "the first is on line {n}; remove one", n=self.keys[path].line)
            self.refuse(spot, what, hint, path)
            return None
        self.keys[path] = spot
        return value

    def dress(self, event: Any, spot: Spot) -> None:
        """Refuse what may be hung on a node: an anchor or a tag."""
        lang = self.notes.lang
        if event.anchor is not None:
            what = tr(lang, "names with & and * are not possible here")
            self.refuse(spot, what, tr(lang, "write the text out, or put it in quotes if it begins with & or *"))
        if event.tag is not None:
            what = tr(lang, "words with ! in front are not possible here")
            self.refuse(spot, what, tr(lang, "remove it, or put the text in quotes if it begins with !"))

    def too_many(self, spot: Spot) -> None:
        lang = self.notes.lang
        what = tr(lang, "this file holds more than {n} keys and values", n=MAX_NODES)
        hint = tr(lang, "a consultation is short; move parts of it into blocks and include them")
        self.notes.at(self.file, spot, tr(lang, "the file"), what, hint)

    def alias(self, spot: Spot, name: str) -> None:
        lang = self.notes.lang
        what = tr(lang, "names with & and * are not possible here")
        self.refuse(spot, what, tr(lang, "write the text out, or put it in quotes if it begins with & or *"))

    def second_document(self, spot: Spot) -> None:
        lang = self.notes.lang
        what = tr(lang, "a second document begins here")
        self.notes.at(
            self.file, spot, tr(lang, "the file"), what, tr(lang, "one file holds one consultation; remove the ---")
        )


def _forbidden(file: str, spot: Spot, notes: Notebook) -> None:
    lang = notes.lang
    what = tr(lang, "an invisible character is not possible here")
    hint = tr(lang, "delete it; it often comes with a copy from another program")
    notes.at(file, spot, tr(lang, "the file"), what, hint, settles=True)


def _unreadable(file: str, spot: Spot, notes: Notebook) -> None:
    lang = notes.lang
    what = tr(lang, "this line cannot be read")
    notes.at(
        file, spot, tr(lang, "the file"), what, tr(lang, "put the text in double quotes and check the indentation")
    )


def _explain(error: MarkedYAMLError, text: str, file: str, notes: Notebook) -> None:
    """The parser's complaint in our own words, with what organisers most often meant."""
    problem, during = str(error.problem or ""), str(error.context or "")
    mark = error.problem_mark or error.context_mark
    opened = error.context_mark or mark
    if mark is None or opened is None:
        _unreadable(file, Spot(1, 1), notes)
        return
    if "quoted scalar" in during and "found unexpected" in problem:
        mark = opened
    spot = Spot(mark.line + 1, mark.column + 1)
    found = _complaint(notes.lang, problem, during, _line(text, mark.line), opened.line + 1)
    notes.at(file, spot, tr(notes.lang, "the file"), *found)


def _line(text: str, number: int) -> str:
    lines = text.splitlines()
    return lines[number] if number < len(lines) else ""


_QUOTED_VALUE = re.compile(r"""[\w-]+:\s+['"]""")


def _complaint(lang: str, problem: str, during: str, line: str, opened: int) -> tuple[str, str]:
    """(what, hint) for one complaint of the parser."""
    quotes = tr(lang, "put the whole text in double quotes")
    if "quoted scalar" in during and "found unexpected" in problem:
        return tr(lang, "this quote is never closed"), tr(lang, "add the closing quote at the end of the text")
    if "unknown escape" in problem or "escape sequence" in problem:
        return tr(lang, "this \\ means nothing here"), tr(lang, "write \\\\ or use single quotes")
    if "flow sequence" in during:
        what = tr(lang, "a comma or the closing ] is missing")
        return what, tr(lang, "the list begins on line {n}", n=opened)
    if "flow mapping" in during:
        what = tr(lang, "a comma or the closing } is missing")
        return what, tr(lang, "the group begins on line {n}; texts with commas need double quotes", n=opened)
    if "mapping values are not allowed" in problem:
        return tr(lang, "a colon is not expected here"), quotes
    if "could not find expected ':'" in problem:
        return tr(lang, "a colon is missing on this line"), tr(lang, "write key: value, or check the indentation")
    if "cannot start any token" in problem:
        return tr(lang, "a text cannot begin with this character"), quotes
    if _QUOTED_VALUE.search(line) and "<block end>" in problem:
        return tr(lang, "there is more text after the closing quote"), quotes
    if "<block end>" in problem or "not allowed here" in problem or "<document start>" in problem:
        what = tr(lang, "this line does not line up with the lines above")
        return what, tr(lang, "keys of one group begin in the same column; a list item begins with '- '")
    return tr(lang, "this line cannot be read"), tr(lang, "put the text in double quotes and check the indentation")
