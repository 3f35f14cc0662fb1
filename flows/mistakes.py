"""What is wrong in a file, where, and what to do about it; and the notebook in which it is collected.

The one rule: nothing stops at the first mistake. Every check writes into the same `Notebook`, and the person who
wrote the file gets the whole list at once, sorted.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from rapidfuzz import fuzz, process

from locales import tr

Path: TypeAlias = tuple[str | int, ...]

_VERBS = (
    *("say", "ask", "vote", "rank", "grade", "budget", "propose", "react", "sign"),
    *("draw", "goto", "end", "include"),
)
MOST = 200
"""More mistakes than this in one reading help nobody."""


@dataclass(frozen=True, slots=True, order=True)
class Spot:
    """A place in a file; both numbers count from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Mistake:
    """One thing to correct (or, as a remark, to think about)."""

    file: str
    line: int
    column: int
    where: str
    what: str
    hint: str

    def __str__(self) -> str:
        text = f"{self.file}:{self.line}:{self.column}: {self.where}: {self.what}"
        return f"{text} - {self.hint}" if self.hint else text


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """A YAML file as plain data, and where each piece of it stands. `values` and `keys` say where the value of a path
    and its key begin; `inside` where the first character of a one-line text stands, behind its quote if it has one."""

    value: Any
    values: Mapping[Path, Spot]
    keys: Mapping[Path, Spot]
    inside: Mapping[Path, Spot]

    def spot(self, path: Path, *, key: bool = False) -> Spot:
        """Where `path` stands; what is not in the file stands where the nearest thing around it does."""
        while path:
            found = (self.keys.get(path) if key else self.values.get(path)) or self.values.get(path)
            if found is not None:
                return found
            path = path[:-1]
        return self.values.get((), Spot(1, 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One file that was read: the flow itself or a block it includes."""

    file: str
    tree: Tree


class Notebook:
    """Collects mistakes and remarks, with sentences in `lang`. `accepted`: the text was published once already, and is
    not refused for limits that were drawn closer since."""

    def __init__(self, lang: str, *, accepted: bool = False) -> None:
        self.lang = lang
        self.accepted = accepted
        self._mistakes: dict[tuple[str, int, int, str], Mistake] = {}
        self._remarks: dict[tuple[str, int, int, str], Mistake] = {}
        self._settled: set[tuple[str, Spot | None]] = set()

    @property
    def mistakes(self) -> tuple[Mistake, ...]:
        return tuple(sorted(self._mistakes.values()))

    @property
    def full(self) -> bool:
        """Are there so many mistakes that no further one is written down?"""
        return len(self._mistakes) >= MOST

    @property
    def remarks(self) -> tuple[Mistake, ...]:
        return tuple(sorted(self._remarks.values()))

    def at(self, file: str, spot: Spot, where: str, what: str, hint: str, *, settles: bool = False) -> None:
        """Write down a mistake at a known spot. With `settles`, whatever else is found at that spot is only a
        consequence and stays unsaid."""
        if settles:
            self._settled.add((file, spot))
        self._put(self._mistakes, file, spot, where, what, hint)

    def mistake(
        self, page: Page, path: Path, what: str, hint: str, *, key: bool = False, offset: int | None = None
    ) -> None:
        """Write down a mistake at `path`: at its value, at its `key`, or at one character inside its text."""
        spot = page.tree.spot(path, key=key)
        if (page.file, spot) in self._settled or (page.file, page.tree.values.get(path)) in self._settled:
            return
        if offset is not None and path in page.tree.inside:
            inside = page.tree.inside[path]
            spot = Spot(inside.line, inside.column + offset)
        self._put(self._mistakes, page.file, spot, self.where(page, path), what, hint)

    def remark(self, page: Page, path: Path, what: str, hint: str) -> None:
        """Write down something that works and could be better."""
        self._put(self._remarks, page.file, page.tree.spot(path), self.where(page, path), what, hint)

    def where(self, page: Page, path: Path) -> str:
        """`ask mode / one_of / bus`: the path in the words of the file."""
        parts = [str(part) for part in path]
        if path[:1] == ("steps",) and len(path) > 1:
            parts[:2] = [self._step(page.tree.value, path[1])]
        elif len(path) > 1 and isinstance(path[1], int):
            parts[1] = str(path[1] + 1)
        return " / ".join(parts) or tr(self.lang, "the file")

    def _step(self, value: Any, place: str | int) -> str:
        try:
            step = value["steps"][place]
            verb = next(verb for verb in _VERBS if verb in step)
            return f"{verb} {step[verb]}"
        except (KeyError, IndexError, TypeError, StopIteration):
            return tr(self.lang, "step {n}", n=int(place) + 1 if isinstance(place, int) else place)

    @staticmethod
    def _put(
        into: dict[tuple[str, int, int, str], Mistake], file: str, spot: Spot, where: str, what: str, hint: str
    ) -> None:
        found = Mistake(file=file, line=spot.line, column=spot.column, where=where, what=what, hint=hint)
        if len(into) < MOST:
            into.setdefault((file, spot.line, spot.column, what), found)


def nearest(word: str, among: Collection[str]) -> str | None:
    """The word of `among` that was probably meant, if any is near enough."""
    found = process.extractOne(word, tuple(among), processor=str.lower, scorer=fuzz.ratio, score_cutoff=60)
    return found[0] if found else None


def suggestion(lang: str, word: str, among: Collection[str]) -> str:
    """A hint: the nearest word, else the list of what is possible."""
    near = nearest(word, among)
    if near is not None:
        return tr(lang, "did you mean {word}?", word=near)
    return tr(lang, "choose from: {list}", list=", ".join(among))
