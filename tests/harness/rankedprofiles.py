"""Ranked ballots for tests: small profiles of all kinds (ties inside a ranking, truncated and empty ballots)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from hypothesis import strategies as st

from flows.tally.rankings import Ranking

OPTIONS = ("a", "b", "c", "d", "e")


class Profile(NamedTuple):
    options: tuple[str, ...]
    ballots: tuple[tuple[Ranking, int], ...]


@st.composite
def rankings(draw: st.DrawFn, options: Sequence[str]) -> Ranking:
    codes = draw(st.permutations(options))
    kept = codes[: draw(st.integers(0, len(codes)))]
    levels: list[list[str]] = []
    for code in kept:
        if levels and draw(st.integers(0, 3)) == 0:
            levels[-1].append(code)
        else:
            levels.append([code])
    return tuple(tuple(level) for level in levels)


@st.composite
def profiles(draw: st.DrawFn, *, most: int = 6) -> Profile:
    """Few ballots, so that ties are everywhere."""
    options = OPTIONS[: draw(st.integers(1, len(OPTIONS)))]
    ballots = draw(st.lists(st.tuples(rankings(options), st.integers(1, 4)), max_size=most))
    return Profile(options, tuple(ballots))


def spelled(lines: str) -> tuple[tuple[Ranking, int], ...]:
    """`5 a > b = c` a line: five ballots that rank a first, then b and c level."""
    ballots = []
    for line in filter(None, map(str.strip, lines.splitlines())):
        number, _, ranking = line.partition(" ")
        levels = (tuple(code.strip() for code in level.split("=")) for level in ranking.split(">"))
        ballots.append((tuple(level for level in levels if any(level)), int(number)))
    return tuple(ballots)
