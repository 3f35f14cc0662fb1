"""A matrix: many items, each judged by several criteria. It draws a map and elects nobody.

The one rule: an item is described by those who judged it, and by nobody else. Ballots are incomplete by design (each
person judges some of the items), so nothing is filled in; how many judged is told beside each number, and an item that
nobody judged has no numbers rather than bad ones. Medians come with the interval in which the median of everybody is
likely to lie (see `measures.interval`): two items whose intervals overlap are not told apart by these ballots.

Grades are counted by their place, 0 for the worst. A line's numbers, for each criterion: `<criterion>.median` (the
lower of two middle grades, always a grade that somebody gave), `.mean`, `.spread`, `.low` and `.high` (the interval),
`.judgments`. The priority map of two criteria is drawn from these.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from flows.tally import measures
from flows.tally.judgment import known
from flows.tally.levels import levels
from flows.tally.outcome import Histogram, Line, Number, Outcome

Criteria = Sequence[tuple[str, Sequence[str]]]
"""Each criterion's code, and its grades from best to worst."""


def matrix(
    items: Sequence[str],
    criteria: Criteria,
    given: Mapping[str, Mapping[str, int]],
    *,
    voters: int,
) -> Outcome:
    """The outcome of `given`: per `item.criterion`, how many gave each grade.

    The score of a line, which makes the order, is the mean over the criteria that were judged of the mean grade, on a
    scale from 0 (all the worst) to 1 (all the best). Items that nobody judged stand last."""
    lines = tuple(_line(code, criteria, given) for code in items)
    judged = {line.code: (bool(line.more), line.score) for line in lines}
    return Outcome(
        method="matrix",
        voters=voters,
        winners=(),
        order=levels(items, lambda code: judged[code]),
        lines=lines,
        histograms=tuple(
            Histogram(
                code=code,
                counts=tuple((grade, given.get(cell(code, name), {}).get(grade, 0)) for grade in reversed(grades)),
                criterion=name,
            )
            for code in items
            for name, grades in criteria
        ),
    )


def cell(item: str, criterion: str) -> str:
    """What an item under a criterion is called in ballots and counters; majority judgment has one without a name."""
    return f"{item}.{criterion}" if criterion else item


def _line(item: str, criteria: Criteria, given: Mapping[str, Mapping[str, int]]) -> Line:
    more: dict[str, Number] = {}
    parts: list[Fraction] = []
    for name, grades in criteria:
        found = given.get(cell(item, name), {})
        if not known(found, grades):
            continue
        counts = {place: found.get(grade, 0) for place, grade in enumerate(reversed(grades)) if found.get(grade, 0)}
        low, high = measures.interval(counts)
        mean = measures.mean(counts)
        parts.append(mean / (len(grades) - 1) if len(grades) > 1 else mean)
        more |= {
            f"{name}.median": measures.low_median(counts),
            f"{name}.mean": mean,
            f"{name}.spread": measures.spread(counts),
            f"{name}.low": low,
            f"{name}.high": high,
            f"{name}.judgments": measures.total(counts),
        }
    return Line(code=item, score=sum(parts, Fraction()) / len(parts) if parts else 0, more=more)
