"""People who think alike: found from what they said of statements, after the method of Polis.

1. One row a person, one column a statement: 1 agree, -1 disagree, 0 neutral; what somebody did not judge is taken to be
   the average of those who did, and says nothing. Whoever judged fewer than seven statements is not placed.
2. The two directions in which people differ most (principal components). Who judged few statements would stay in the
   middle for that reason alone, so each point is moved out by the square root of (statements / judged).
3. Two to five groups (k-means), as many as give the clearest borders (silhouette); none where a group would have fewer
   than ten people.
4. A chance of being fooled: k-means finds groups in any cloud. So the votes on each statement are shuffled among those
   who cast them, nineteen times. Only where people differ along the first direction more than in the shuffled copies,
   by three of their standard deviations, are groups told (after parallel analysis: J. L. Horn, Psychometrika 30, 1965).
5. What everybody shares: for each statement the product, over the groups, of (agree + 1) / (judged + 2). A statement
   that one group rejects is low, however large the others are.
6. What a group stands for: statements on which its share of agreement (or disagreement) is surely above one half and
   above that of all others (one- and two-proportion tests at 90 %).

(C. Small, M. Bjorkegren, T. Erkkila, L. Shaw, C. Megill, "Polis: scaling deliberation by mapping high dimensional
opinion spaces", Recerca 26(2), 2021.)

The one rule: the same votes give the same groups, in whatever order they come: rows are sorted, seeds fixed, and one
thread computes. scikit-learn is imported when it is needed, so that starting does not wait for it.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt
from statistics import mean, stdev
from typing import Any

FEWEST_JUDGED = 7
"""Statements somebody must have judged to be placed; all of them, where there are fewer."""
LEAST_GROUP = 10
FEWEST_PLACED = 50
"""People without whom nothing is drawn or told of groups: among so few one could be recognised."""
MOST_GROUPS = 5
SHUFFLES = 19
DEVIATIONS = 3
SAMPLE = 2_000
"""People of whom the borders of groups are judged; the time for it grows with their square."""
CELLS = 10_000_000
"""People times statements that are looked at; beyond, statements that few have judged are left out."""
SEED = 20
Z90 = 1.2816

AGREE, DISAGREE = "agree", "disagree"
VALUES = {AGREE: 1.0, DISAGREE: -1.0, "neutral": 0.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What a group stands for: statement `number`, and which way. `share` of the group, `others` of everybody else."""

    number: int
    stand: str
    share: float
    others: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """People who think alike. `agree`, `disagree` and `judged` are theirs, one for each statement of the grouping."""

    size: int
    agree: tuple[int, ...]
    disagree: tuple[int, ...]
    judged: tuple[int, ...]
    stands_for: tuple[Side, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """Where people stand. `voters` judged anything; `placed` of them judged enough. `numbers` are the statements.
    `groups` the largest first, one when people do not fall into groups, none when fewer than `FEWEST_PLACED` are
    placed; `shared[i]` is the group-informed consensus on statement `numbers[i]`, `refused[i]` the same of
    disagreement. `spots` and `member`: where each placed person stands and in which group, by token, for `/map`; they
    never leave the process."""

    voters: int
    placed: int
    numbers: tuple[int, ...] = ()
    groups: tuple[Group, ...] = ()
    shared: tuple[float, ...] = ()
    refused: tuple[float, ...] = ()
    clear: float = 0.0
    spots: Mapping[str, tuple[float, float]] = field(default_factory=dict, repr=False)
    member: Mapping[str, int] = field(default_factory=dict, repr=False)

    @property
    def divided(self) -> bool:
        """Do people fall into groups?"""
        return len(self.groups) > 1

    @property
    def scores(self) -> dict[int, float]:
        """The group-informed consensus by statement; nothing where there are no groups to be informed of."""
        return dict(zip(self.numbers, self.shared, strict=True)) if self.divided else {}

    def common(self, most: int) -> list[int]:
        """The statements on which a majority of each group agrees, the most shared first."""
        return self._together(self.shared, [group.agree for group in self.groups], most)

    def unwanted(self, most: int) -> list[int]:
        """The statements with which a majority of each group disagrees."""
        return self._together(self.refused, [group.disagree for group in self.groups], most)

    def _together(self, scores: Sequence[float], sides: Sequence[Sequence[int]], most: int) -> list[int]:
        found = [
            at
            for at in range(len(self.numbers) if self.groups else 0)
            if all(
                group.judged[at] >= LEAST_GROUP and side[at] * 2 > group.judged[at]
                for group, side in zip(self.groups, sides, strict=True)
            )
        ]
        found.sort(key=lambda at: (-scores[at], self.numbers[at]))
        return [self.numbers[at] for at in found[:most]]


def find(rows: Iterable[tuple[str, int, str]], numbers: Iterable[int]) -> Grouping:
    """The groups of (token, statement, stand) rows; `numbers` are the statements that count."""
    import numpy as np

    wanted, seen = set(numbers), dict[str, int]()
    people, judged, values = array("i"), array("q"), array("f")
    for token, number, value in rows:
        if number in wanted:
            people.append(seen.setdefault(token, len(seen)))
            judged.append(number)
            values.append(VALUES[value])
    tokens = sorted(seen)
    line = np.empty(len(tokens), dtype=np.intp)
    line[[seen[token] for token in tokens]] = np.arange(len(tokens))
    columns = _looked_at(judged, wanted, len(tokens))
    at = np.searchsorted(columns, judged) if columns else np.zeros(0, dtype=np.intp)
    kept = np.isin(judged, columns)
    votes = np.full((len(tokens), len(columns)), np.nan, dtype=np.float32)
    votes[line[np.asarray(people)[kept]], at[kept]] = np.asarray(values)[kept]
    enough = (~np.isnan(votes)).sum(axis=1) >= max(1, min(FEWEST_JUDGED, len(columns)))
    placed = votes[enough]
    who = [token for token, kept_too in zip(tokens, enough, strict=True) if kept_too]
    if len(who) < FEWEST_PLACED or len(columns) < 2:
        return Grouping(voters=len(tokens), placed=len(who), numbers=tuple(columns))
    return _grouped(placed, who, tuple(columns), voters=len(tokens))


def _grouped(votes: Any, who: Sequence[str], numbers: tuple[int, ...], *, voters: int) -> Grouping:
    import numpy as np
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    with threadpool_limits(limits=1):
        spots, _strength = _placed(votes)
        labels, clear = _split(spots) if _differ(votes) else (np.zeros(len(who), dtype=int), 0.0)
    order = sorted(set(labels.tolist()), key=lambda one: (-int((labels == one).sum()), tuple(spots[labels == one][0])))
    member = [order.index(label) for label in labels.tolist()]
    groups = _counted(votes, np.array(member), len(order), numbers)
    agree = np.array([group.agree for group in groups])
    disagree = np.array([group.disagree for group in groups])
    judged = np.array([group.judged for group in groups])
    return Grouping(
        voters=voters,
        placed=len(who),
        numbers=numbers,
        groups=groups,
        shared=tuple(consensus(agree, judged)),
        refused=tuple(consensus(disagree, judged)),
        clear=clear,
        spots={token: (float(x), float(y)) for token, (x, y) in zip(who, spots, strict=True)},
        member=dict(zip(who, member, strict=True)),
    )


def _looked_at(votes: Iterable[int], numbers: Iterable[int], people: int) -> list[int]:
    """The statements that a grouping is made of."""
    most = max(2, CELLS // max(1, people))
    judged = Counter(votes)
    return sorted(sorted(numbers, key=lambda number: (-judged[number], number))[:most])


def consensus(side: Any, judged: Any) -> list[float]:
    """The product over groups (rows) of (side + 1) / (judged + 2), one for each statement (column)."""
    import numpy as np

    return [float(one) for one in np.prod((np.asarray(side) + 1) / (np.asarray(judged) + 2), axis=0)]


# --- Places and borders ----------------------------------------------------------------------------------------------


def _filled(votes: Any) -> Any:
    """Votes with the average of a statement where there is none, every column about zero."""
    import numpy as np

    there = ~np.isnan(votes)
    means = np.where(there, votes, 0).sum(axis=0) / np.maximum(there.sum(axis=0), 1)
    return np.where(there, votes - means, 0)


def _placed(votes: Any) -> tuple[Any, float]:
    """Where each person stands, and the part of all difference that the first direction explains."""
    import numpy as np
    from sklearn.decomposition import PCA

    filled = _filled(votes)
    if not filled.any():
        return np.zeros((len(votes), 2)), 0.0
    found = PCA(n_components=2, random_state=SEED).fit(filled)
    spots = filled @ found.components_.T
    judged = np.maximum((~np.isnan(votes)).sum(axis=1), 1)
    spots = spots * np.sqrt(votes.shape[1] / judged)[:, None]
    return spots, float(found.explained_variance_ratio_[0])


def _differ(votes: Any) -> bool:
    """Do people differ along one direction more than they would if nobody's votes had to do with each other?"""
    import numpy as np

    drawn = np.random.default_rng(SEED)
    some = votes if len(votes) <= SAMPLE else votes[np.sort(drawn.choice(len(votes), SAMPLE, replace=False))]
    by_chance = []
    for _ in range(SHUFFLES):
        mixed = some.copy()
        for column in range(mixed.shape[1]):
            cast = np.flatnonzero(~np.isnan(mixed[:, column]))
            mixed[cast, column] = drawn.permutation(mixed[cast, column])
        by_chance.append(_placed(mixed)[1])
    return _placed(some)[1] > mean(by_chance) + DEVIATIONS * stdev(by_chance)


def _split(spots: Any) -> tuple[Any, float]:
    """The groups with the clearest borders, and how clear they are (silhouette, up to 1); one group where others would
    be too small."""
    import numpy as np
    from sklearn.cluster import KMeans
    from sklearn.metrics import silhouette_score

    best, clearest = np.zeros(len(spots), dtype=int), 0.0
    different = len(np.unique(spots, axis=0))
    for k in range(2, min(MOST_GROUPS, different, len(spots) // LEAST_GROUP) + 1):
        labels = KMeans(n_clusters=k, n_init=10, random_state=SEED).fit_predict(spots)
        if min(np.bincount(labels, minlength=k)) < LEAST_GROUP:
            continue
        clear = float(silhouette_score(spots, labels, sample_size=min(SAMPLE, len(spots)), random_state=SEED))
        if clear > clearest:
            best, clearest = labels, clear
    return best, clearest


# --- What groups stand for -------------------------------------------------------------------------------------------


def _counted(votes: Any, member: Any, n: int, numbers: tuple[int, ...]) -> tuple[Group, ...]:
    groups = []
    for group in range(n):
        inside = votes[member == group]
        agree, disagree = ((inside == value).sum(axis=0) for value in (1.0, -1.0))
        counts = [tuple(int(one) for one in found) for found in (agree, disagree, (inside == inside).sum(axis=0))]
        groups.append(Group(size=len(inside), agree=counts[0], disagree=counts[1], judged=counts[2]))
    if n < 2:
        return tuple(groups)
    return tuple(_characterised(groups, at, numbers) for at in range(n))


def _characterised(groups: Sequence[Group], at: int, numbers: tuple[int, ...]) -> Group:
    own, rest = groups[at], [group for place, group in enumerate(groups) if place != at]
    sides: list[tuple[float, Side]] = []
    for place, number in enumerate(numbers):
        judged, others = own.judged[place], sum(group.judged[place] for group in rest)
        if judged < LEAST_GROUP or others < LEAST_GROUP:
            continue
        for stand in (AGREE, DISAGREE):
            ours = (own.agree if stand == AGREE else own.disagree)[place]
            theirs = sum((group.agree if stand == AGREE else group.disagree)[place] for group in rest)
            weight = _telling(ours, judged, theirs, others)
            if weight > 0:
                sides.append(
                    (weight, Side(number=number, stand=stand, share=ours / judged, others=theirs / others))
                )  # fmt: skip
    sides.sort(key=lambda one: (-one[0], one[1].number))
    stands_for = tuple(side for _weight, side in sides)
    return Group(
        size=own.size, agree=own.agree, disagree=own.disagree, judged=own.judged, stands_for=stands_for[:10]
    )  # fmt: skip


def _telling(ours: int, judged: int, theirs: int, others: int) -> float:
    """How much a side tells of a group; 0 where it is not surely above one half and above the others' share. Each
    share is drawn a little to the middle ((n + 1) / (all + 2)), as few votes are little proof."""
    share, beside = (ours + 1) / (judged + 2), (theirs + 1) / (others + 2)
    half = (share - 0.5) / sqrt(0.25 / (judged + 2))
    pooled = (ours + theirs + 2) / (judged + others + 4)
    apart = (share - beside) / sqrt(pooled * (1 - pooled) * (1 / (judged + 2) + 1 / (others + 2)))
    return share * half * (share / beside) * apart if half > Z90 and apart > Z90 else 0.0
