"""All votes of a consultation, held as small as they can be while they are counted.

The one rule: a million votes take some ten megabytes, not hundreds: a token is held once, a vote is three numbers.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from storage import stances

Row = tuple[str, int, str, str, str]
"""(token, proposal, value, qualifiers, via)."""

Count = Counter[tuple[str, str]]
"""(way, value) -> how many; the way is `served` or `shared`, or `+word` for a qualifier."""


class Ledger:
    """`add` votes, page after page; then ask."""

    def __init__(self) -> None:
        self.counts: dict[int, Count] = {}
        self._tokens: dict[str, int] = {}
        self._people = array("i")
        self._proposals = array("q")
        self._values = array("b")

    def add(self, rows: Iterable[Row]) -> None:
        """Who was about to write the same is counted with the cards that were dealt out."""
        for token, proposal, value, qualifiers, via in rows:
            self._people.append(self._tokens.setdefault(token, len(self._tokens)))
            self._proposals.append(proposal)
            self._values.append(stances.VALUES.index(value))
            counts = self.counts.get(proposal)
            if counts is None:
                counts = self.counts[proposal] = Counter()
            counts[stances.SHARED if via == stances.SHARED else stances.SERVED, value] += 1
            for word in qualifiers.split():
                counts[f"+{word}", value] += 1

    def people(self, proposals: Collection[int]) -> int:
        """How many people judged any of these."""
        wanted = frozenset(proposals)
        return len({who for who, one in zip(self._people, self._proposals, strict=True) if one in wanted})

    def votes(self) -> Iterator[tuple[str, int, str]]:
        """(token, proposal, value) of each."""
        tokens = list(self._tokens)
        for who, proposal, value in zip(self._people, self._proposals, self._values, strict=True):
            yield tokens[who], proposal, stances.VALUES[value]
