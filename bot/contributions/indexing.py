"""The texts of a pool, weighed and turned so that the ones like another text are found at once.

Each text is a row of a sparse matrix: how often each group of three and four letters is in the words of its skeleton.
Its first rows are weighed (TF-IDF) and turned, so that each group of letters knows its rows: a question touches only
the rows that share something with it. Rows added since are compared one by one, until they are many.

The one rule: rows are only ever added. What a row says may be out of date; who asks reads the table before anything is
shown (`bot.contributions.similar`).
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from flows.skeleton import skeleton

CLOSE = 0.4
"""From here on, two texts may say the same."""
LOOKED_AT = 200
"""Of a wave of the same text, most may have been refused: so many of the closest are looked at."""
AGAIN = 256
"""So many of the last rows are compared again: a number that was rolled back is given to another text."""
TAIL = 500
"""So many new rows are compared one by one before the matrix is turned again."""
FEW = 200
"""Up to so many rows it is turned for each: what is rare among three texts says nothing among thirty."""
FEATURES = 2**18


class Index:
    """The texts of one pool by number. Rows are only ever added; of a text that changed, the last row counts."""

    def __init__(self) -> None:
        self._texts: dict[int, str] = {}
        self._row: dict[int, int] = {}
        self._numbers: list[int] = []
        self._in_order: list[int] = []
        self._said: set[str] = set()
        self._fresh: list[bool] = []
        self._counts: Any = None
        self._built: _Built | None = None

    def __len__(self) -> int:
        return len(self._texts)

    def floor(self) -> int:
        """The number after which rows are read again."""
        return self._in_order[-AGAIN - 1] if len(self._in_order) > AGAIN else 0

    def text(self, number: int) -> str | None:
        return self._texts.get(number)

    def follow(self, rows: Sequence[tuple[int, str]]) -> None:
        """Take in what was added, or reads otherwise."""
        fresh = [(number, text) for number, text in rows if self._texts.get(number) != text]
        if fresh:
            self.add(fresh)

    def add(self, rows: Sequence[tuple[int, str]]) -> None:
        counts = _count(text for _number, text in rows)
        first = len(self._numbers)
        for at, (number, text) in enumerate(rows):
            if number not in self._texts:
                insort(self._in_order, number)
            self._texts[number] = text
            self._row[number] = first + at
            self._numbers.append(number)
            self._fresh.append(text not in self._said)
            self._said.add(text)
        self._counts = counts if self._counts is None else _stack(self._counts, counts)

    def close_to(self, text: str) -> list[int]:
        """The numbers of the closest, closest first."""
        if self._counts is None:
            return []
        self._turn()
        assert self._built is not None
        closeness = self._built.closeness(_count([text]), self._counts)
        above = np.flatnonzero(closeness >= CLOSE)
        best = above[np.argsort(-closeness[above], kind="stable")]
        return [self._numbers[row] for row in best if self._row[self._numbers[row]] == row][:LOOKED_AT]

    def prepare(self) -> None:
        """Do now what the first who asks would wait for."""
        _count([""])
        if self._counts is not None:
            self._turn()

    def _turn(self) -> None:
        rows = len(self._numbers)
        if self._built is None or rows > self._built.size + (0 if rows <= FEW else TAIL):
            self._built = _Built(self._counts, np.array(self._fresh))


class _Built:
    """The first `size` rows, weighed and turned so that each group of letters knows its rows. What is rare is reckoned
    from `fresh` rows alone: a wave of the same text must not make its words count for little."""

    def __init__(self, counts: Any, fresh: np.ndarray[Any, np.dtype[np.bool_]]) -> None:
        self.size: int = counts.shape[0]
        often = np.bincount(counts[fresh].indices, minlength=FEATURES)
        self._rarity = (np.log((1 + fresh.sum()) / (1 + often)) + 1).astype(np.float32)
        weighed, lengths = self._weigh(counts)
        self._lengths = lengths
        turned = weighed.tocsc()
        self._starts, self._rows, self._weights = turned.indptr, turned.indices, turned.data

    def closeness(self, asked: Any, counts: Any) -> np.ndarray[Any, np.dtype[np.float32]]:
        """The cosine between `asked` and each row of `counts`, whose first rows are the ones built."""
        weighed, lengths = self._weigh(asked)
        sums = np.zeros(counts.shape[0], dtype=np.float32)
        for feature, weight in zip(weighed.indices, weighed.data, strict=True):
            some = slice(self._starts[feature], self._starts[feature + 1])
            sums[self._rows[some]] += self._weights[some] * weight
        size = np.ones(counts.shape[0], dtype=np.float32)
        size[: self.size] = self._lengths
        if counts.shape[0] > self.size:
            tail, tail_lengths = self._weigh(counts[self.size :])
            sums[self.size :] = (tail @ weighed.T).toarray().ravel()
            size[self.size :] = tail_lengths
        length = float(lengths[0]) if lengths[0] else 1.0
        return np.asarray(sums / (size * length), dtype=np.float32)

    def _weigh(self, counts: Any) -> tuple[Any, Any]:
        """The rows weighed by rarity, and their lengths (1 for a row without letters)."""
        weighed = counts.copy()
        weighed.data = (1 + np.log(counts.data)) * self._rarity[counts.indices]
        squares = np.add.reduceat(np.append(weighed.data**2, 0), weighed.indptr[:-1]) if weighed.nnz else 0
        lengths = np.sqrt(np.where(np.diff(weighed.indptr) > 0, squares, 1))
        return weighed, lengths


def _count(texts: Iterable[str]) -> Any:
    """One row a text: how often each group of letters is in it."""
    from sklearn.feature_extraction.text import HashingVectorizer  # a second, paid by the first who asks

    vectorizer = HashingVectorizer(
        preprocessor=skeleton,
        analyzer="char_wb",
        ngram_range=(3, 4),
        n_features=FEATURES,
        alternate_sign=False,
        norm=None,
        dtype=np.float32,
    )
    return vectorizer.transform(list(texts))


def _stack(above: Any, below: Any) -> Any:
    from scipy.sparse import vstack

    return vstack([above, below], format="csr")
