"""What an amendment changes, in words that can be read on any screen.

The one rule: what comes out is plain pieces of the two texts. Nothing in it is markup, whatever somebody wrote.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

AROUND = 2
"""Words shown before and after a change, so that its place is found again."""
NEAR = 2
"""Changes with at most so many words between them are shown as one."""
_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Change:
    """One place that differs: the words that go, the words that come, each with the words around them. Empty where
    nothing goes, or nothing comes."""

    removed: str
    added: str


def changes(before: str, after: str) -> tuple[Change, ...]:
    """The places where `after` differs from `before`, in order; empty when the words are the same."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    found = []
    for a, b, c, d in _places(old, new):
        head, tail = old[max(a - AROUND, 0) : a], old[b : b + AROUND]
        left = "… " if a > AROUND else ""
        right = " …" if b + AROUND < len(old) else ""
        removed, added = old[a:b], new[c:d]
        found.append(
            Change(
                left + " ".join((*head, *removed, *tail)) + right if removed else "",
                left + " ".join((*head, *added, *tail)) + right if added else "",
            )
        )
    return tuple(found)


def _places(old: list[str], new: list[str]) -> list[tuple[int, int, int, int]]:
    """Where the two differ, neighbouring places joined."""
    joined: list[tuple[int, int, int, int]] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        if joined and a - joined[-1][1] <= NEAR:
            first = joined.pop()
            a, c = first[0], first[2]
        joined.append((a, b, c, d))
    return joined


def lines(before: str, after: str) -> tuple[str, ...]:
    """The same as lines: `− words that go`, `+ words that come`."""
    return tuple(
        f"{mark} {words}"
        for change in changes(before, after)
        for mark, words in (("−", change.removed), ("+", change.added))
        if words
    )
