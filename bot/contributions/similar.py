"""Near-duplicates among many thousands of proposals, while somebody waits.

A text is weighed by the groups of three and four letters in the words of its skeleton (TF-IDF), because these are what
"interdire" and "interdisons" share; closeness is the cosine between two texts. On the pairs in
`tests/contributions/paraphrases.tsv` a threshold of 0.4 finds 93 in a hundred and offers something else in 9.

The one rule: **the index is a hint, the database decides.** An index is kept in the process for each pool and brought
up to date from the rows added since; what it finds is read from the table before anybody sees it. So nothing here can
show what was withdrawn, and a row that was rolled back does no harm: the last rows are compared again each time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from flows.flow import Flow, Propose
from flows.skeleton import skeleton
from storage import proposals
from storage.database import Connection
from storage.proposals import PUBLISHED, Proposal

if TYPE_CHECKING:
    from bot.contributions.indexing import Index

OFFERED = 3
RECENT = 100
"""While there is no index, so many of the newest are compared by their skeletons; all of them by their letters."""
AT_ONCE = 20
"""So many of the closest are read at a time, until there are enough."""
RETRIES = 3
POOLS = 64
"""The indexes of so many pools are kept."""


class Indexes:
    """The indexes of one process, by consultation and pool; the one used longest ago goes first."""

    def __init__(self) -> None:
        self._by_pool: dict[tuple[str, str], Index] = {}
        self._wanted: dict[tuple[str, str], None] = {}
        self._apart = False

    def build_apart(self) -> None:
        """From here on nothing is built while somebody waits: what is missing is wanted, and `put` from elsewhere."""
        self._apart = True

    def want(self, consultation: str, pool: str) -> None:
        """Have the index of this pool built apart."""
        if self._apart and (consultation, pool) not in self._by_pool:
            self._wanted[consultation, pool] = None

    def wanted(self) -> list[tuple[str, str]]:
        return list(self._wanted)

    def put(self, consultation: str, pool: str, index: Index) -> None:
        """Here is what was wanted."""
        self._wanted.pop((consultation, pool), None)
        self._keep((consultation, pool), index)

    def of(self, connection: Connection, consultation: str, pool: str) -> Index | None:
        """The index of a pool as the table stands now; None while it is being built apart."""
        key = (consultation, pool)
        if self._apart and key not in self._by_pool:
            self.want(consultation, pool)
            return None
        from bot.contributions.indexing import Index  # numpy is heavy for a command that only closes something

        index = self._by_pool.pop(key, None) or Index()
        self._keep(key, index)
        index.follow(proposals.words(connection, consultation, pool, index.floor()))
        return index

    def _keep(self, key: tuple[str, str], index: Index) -> None:
        self._by_pool[key] = index
        while len(self._by_pool) > POOLS:
            del self._by_pool[next(iter(self._by_pool))]


def expect(indexes: Indexes, consultation: str, flow: Flow) -> None:
    """Want the index of each step of a flow that looks for similar texts."""
    for ask in flow.asks:
        if isinstance(ask.kind, Propose) and ask.kind.similar and ask.kind.near is None:
            indexes.want(consultation, ask.name)


def find(
    connection: Connection,
    indexes: Indexes,
    consultation: str,
    pool: str,
    text: str,
    *,
    states: Collection[str] = (PUBLISHED,),
    but: Collection[int] = (),
    not_by: str | None = None,
    by: str | None = None,
    n: int = OFFERED,
) -> list[Proposal]:
    """Up to `n` proposals in these states that say nearly the same, the closest first; none of the ids `but`, none
    written by `not_by`, only what `by` wrote if somebody is named."""
    index = indexes.of(connection, consultation, pool)
    if index is None:
        numbers = _the_same(connection, consultation, pool, text)
        rows = proposals.by_numbers(connection, consultation, numbers)
        return _fitting((rows[number] for number in numbers), states, but, not_by, by)[:n]
    for _ in range(RETRIES):
        found, stale = _read(connection, consultation, index, index.close_to(text), states, but, not_by, by, n)
        if not stale:
            return found
        index.add(stale)
    return found


def _read(
    connection: Connection,
    consultation: str,
    index: Index,
    numbers: Sequence[int],
    states: Collection[str],
    but: Collection[int],
    not_by: str | None,
    by: str | None,
    n: int,
) -> tuple[list[Proposal], list[tuple[int, str]]]:
    """The first `n` of these that may be shown, and the texts that read otherwise than the index thinks."""
    found: list[Proposal] = []
    stale: list[tuple[int, str]] = []
    for start in range(0, len(numbers), AT_ONCE):
        rows = proposals.by_numbers(connection, consultation, numbers[start : start + AT_ONCE])
        some = [rows[number] for number in numbers[start : start + AT_ONCE] if number in rows]
        stale += [(one.number, one.text) for one in some if one.text != index.text(one.number)]
        found += _fitting(some, states, but, not_by, by)
        if len(found) >= n:
            break
    return found[:n], stale


def _fitting(
    some: Iterable[Proposal], states: Collection[str], but: Collection[int], not_by: str | None, by: str | None
) -> list[Proposal]:
    fits = (one for one in some if one.state in states and one.id not in but and by in (None, one.author))
    return [one for one in fits if not_by is None or one.author != not_by]


def _the_same(connection: Connection, consultation: str, pool: str, text: str) -> list[int]:
    """The numbers of those that say exactly the same, the newest first."""
    rows = proposals.words(connection, consultation, pool, 0)[::-1]
    plain, bones = _plain(text), skeleton(text)
    recent = {number for number, other in rows[:RECENT] if skeleton(other) == bones}
    return [number for number, other in rows if number in recent or _plain(other) == plain][:AT_ONCE]


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
