"""Counting a whole consultation: every question's numbers, and the outcome of each vote.

Two roads lead to a result and must meet: `count` reads all ballots, `from_counters` reads counters that were moved by
`deltas` at each vote. `agree` says where they differ. The one rule: both go through `marks`, the only place that knows
which counters an answer moves, and no sum is ever made in floating point before its end (floating sums depend on the
order of the ballots).

While it runs, rankings and budgets tell only first choices, ranks and votes for each project; `count` knows more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

from flows.flow import (
    Ask,
    Flow,
    Grades,
    Kind,
    Order,
    Points,
    Slots,
    Text,
)
from flows.session import Answer, Given
from flows.tally import counting, measures, points
from flows.tally.availability import MAYBE, NO, YES
from flows.tally.marks import chosen, deltas, given, marks, plain, several, tallied
from flows.tally.matrix import cell
from flows.tally.offered import UNDETERMINED, choices, kind_name
from flows.tally.outcome import Histogram
from flows.tally.result import QuestionResult, Result, Row

__all__ = (
    "CHOICE_KINDS",
    "UNDETERMINED",
    "Ballot",
    "QuestionResult",
    "Result",
    "Row",
    "agree",
    "ballot_asks",
    "choices",
    "count",
    "deltas",
    "from_counters",
    "kind_name",
    "marks",
    "percents",
    "several",
)

CHOICE_KINDS = frozenset({"one_of", "any_of", "yes_no", "scale"})
"""Kinds whose rows are known before the first vote, and whose counts are all there is to say."""


class Ballot(NamedTuple):
    """What one voter token answered to one question, and the hash of the wording that was read."""

    token: bytes | str
    question: str
    answer: Answer
    wording: str


def ballot_asks(flow: Flow) -> list[Ask]:
    """The questions that are counted: an agreement to take part is kept apart and is no ballot."""
    return [ask for ask in flow.asks if ask.consent is None]


def count(flow: Flow, ballots: Iterable[Ballot], *, consultation: str, finished: int | None = None) -> Result:
    """The result of all ballots. Where a token answered a question twice, its last ballot counts; a ballot for a
    question that the flow does not have makes a participant and nothing else."""
    last = {(ballot.token, ballot.question): ballot.answer for ballot in ballots}
    grouped: dict[str, Counter[Answer]] = {ask.name: Counter() for ask in ballot_asks(flow)}
    for (_, question), answer in last.items():
        if question in grouped:
            grouped[question][answer] += 1
    return Result(
        consultation=consultation,
        participants=len({token for token, _ in last}),
        finished=finished,
        questions=tuple(_counted(flow, ask, grouped[ask.name]) for ask in ballot_asks(flow)),
    )


def from_counters(
    flow: Flow,
    counters: Mapping[str, Mapping[str, int]],
    *,
    consultation: str,
    participants: int,
    finished: int | None = None,
) -> Result:
    """The result of counters kept per question."""
    return Result(
        consultation=consultation,
        participants=participants,
        finished=finished,
        questions=tuple(_kept(flow, ask, counters.get(ask.name, {})) for ask in ballot_asks(flow)),
    )


def agree(result: Result, counters: Mapping[str, Mapping[str, int]]) -> list[str]:
    """Where counters differ from a recount, one sentence each; empty when they agree. Outcomes are not compared: they
    are made of these numbers, or of ballots that counters do not know."""
    differences = []
    known = {question.name for question in result.questions}
    for name, codes in counters.items():
        if name not in known and any(codes.values()):
            differences.append(f"{name}: counters are kept for a question that is not in the result")
    for question in result.questions:
        kept = _filled(_emptied(question), counters.get(question.name, {}))
        differences.extend(_differences(question, kept))
    return differences


def percents(question: QuestionResult) -> tuple[int, ...]:
    """The percentage to show beside each row: of those who answered, and of all points where points were given. Each is
    rounded by itself, half up, so that the same fact reads the same everywhere (4 of 9 is 44, whatever the others got);
    their sum may miss 100 by a little."""
    counts = [row.count for row in question.rows]
    whole = sum(counts) if question.kind == "points" else question.answered
    return tuple(_half_up(count, whole) for count in counts)


def _counted(flow: Flow, ask: Ask, answers: Mapping[Answer, int]) -> QuestionResult:
    grouped = list(answers.items())
    counters = tallied(ask.kind, grouped)
    return replace(_filled(_bare(flow, ask), counters), outcome=counting.decided(ask, grouped, counters))


def _kept(flow: Flow, ask: Ask, counters: Mapping[str, int]) -> QuestionResult:
    return replace(_filled(_bare(flow, ask), counters), outcome=counting.outcome_from_counters(ask, counters))


def _bare(flow: Flow, ask: Ask) -> QuestionResult:
    return QuestionResult(
        name=ask.name,
        wording=ask.wording,
        kind=kind_name(ask.kind),
        rows=tuple(Row(code=choice.code, label=choice.label, count=0) for choice in choices(ask.kind, flow.lang)),
        personal=ask.personal,
        histograms=_axes(ask.kind),
    )


def _axes(kind: Kind) -> tuple[Histogram, ...]:
    """Histograms of nothing yet: the values that can be given, worst to best. Ranks and long scales have none until
    they are given: a hundred options would make ten thousand."""
    match kind:
        case Points(choices=offered, most=most, total=total):
            values = [str(value) for value in points.scale(most) if value or total is None]
            return tuple(_axis(choice.code, values) for choice in offered)
        case Order(choices=offered):
            return tuple(_axis(choice.code, ()) for choice in offered)
        case Slots(slots=slots):
            return tuple(_axis(slot.code, (NO, MAYBE, YES)) for slot in slots)
        case Grades(items=items):
            return tuple(
                _axis(item.code, scale[::-1], criterion or None)
                for item in items
                for criterion, scale in counting.grades(kind)
            )
        case _:
            return ()


def _axis(code: str, values: Sequence[str], criterion: str | None = None) -> Histogram:
    return Histogram(code=code, counts=tuple((value, 0) for value in values), criterion=criterion)


def _emptied(question: QuestionResult) -> QuestionResult:
    """The same with nobody in it."""
    return replace(
        question,
        rows=tuple(replace(row, count=0) for row in question.rows),
        histograms=tuple(
            _axis(one.code, [value for value, _ in one.counts], one.criterion) for one in question.histograms
        ),
    )


def _filled(bare: QuestionResult, counters: Mapping[str, int]) -> QuestionResult:
    """`bare` with the counters in; a code that it does not know gets a row of its own rather than vanish."""
    histograms = _histograms(bare, given(counters))
    found = _found(bare.kind, counters, histograms)
    rows: tuple[Row, ...] = ()
    if bare.kind != "number":
        known = [row.code for row in bare.rows]
        labels = {row.code: row.label for row in bare.rows}
        codes = [*known, *sorted(set(found) - set(known))]
        rows = tuple(
            Row(code=code, label=labels.get(code, Text({UNDETERMINED: code})), count=found.get(code, 0))
            for code in codes
        )
    filled = replace(
        bare,
        answered=counters.get("n:answered", 0),
        skipped=counters.get(f"s:{Given.SKIPPED.value}", 0),
        dont_know=counters.get(f"s:{Given.DONT_KNOW.value}", 0),
        abstained=counters.get(f"s:{Given.ABSTAIN.value}", 0),
        blank=counters.get(f"s:{Given.BLANK.value}", 0),
        none=counters.get(f"s:{Given.NONE.value}", 0),
        rows=rows,
        mean=None,
        median=None,
        min=None,
        max=None,
        outcome=None,
        histograms=histograms,
    )
    return _measured(filled, found) if bare.kind in {"number", "scale"} else filled


def _histograms(bare: QuestionResult, found: Mapping[str, Mapping[str, int]]) -> tuple[Histogram, ...]:
    """What was given to each item; values and items that are not known come too."""
    left = dict(found)
    known = []
    for one in bare.histograms:
        counts = left.pop(cell(one.code, one.criterion or ""), {})
        known.append(replace(one, counts=_spread(bare.kind, [value for value, _ in one.counts], counts)))
    return (
        *known,
        *(Histogram(code=item, counts=_spread(bare.kind, (), left[item])) for item in sorted(left)),
    )


def _spread(kind: str, values: Sequence[str], counts: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    """Counts in the order of values, worst to best: points by size, ranks the other way round, words as declared and
    before them those that are not."""
    every = [*sorted(set(counts) - set(values)), *values]
    if kind in {"points", "order"} and all(value.isdecimal() for value in every):
        every.sort(key=int, reverse=kind == "order")
    return tuple((value, counts.get(value, 0)) for value in every)


def _found(kind: str, counters: Mapping[str, int], histograms: Sequence[Histogram]) -> dict[str, int]:
    """The one number of each row (see `Row`)."""
    match kind:
        case "number" | "date":
            return {code.removeprefix("v:"): n for code, n in counters.items() if code.startswith("v:") and n}
        case "points":
            return {one.code: sum(int(value) * n for value, n in one.counts if value.isdecimal()) for one in histograms}
        case "order":
            return {one.code: dict(one.counts).get("1", 0) for one in histograms}
        case "slots":
            return {one.code: sum(n for value, n in one.counts if value in (YES, MAYBE)) for one in histograms}
        case "grades":
            graded: dict[str, int] = {}
            for one in histograms:
                graded[one.code] = max(graded.get(one.code, 0), sum(n for _, n in one.counts))
            return graded
        case _:
            return chosen(counters)


def _measured(question: QuestionResult, found: Mapping[str, int]) -> QuestionResult:
    """With mean, median, least and greatest of the numbers found."""
    values = {Fraction(code): n for code, n in found.items() if n > 0}
    if not values:
        return question
    return replace(
        question,
        mean=plain(measures.mean(values)),
        median=plain(Fraction(measures.median(values))),
        min=plain(min(values)),
        max=plain(max(values)),
    )


def _differences(recounted: QuestionResult, kept: QuestionResult) -> list[str]:
    name = recounted.name
    said = [
        f"{name}, {field}: {getattr(recounted, field)} recounted, {getattr(kept, field)} kept"
        for field in _COMPARED
        if getattr(recounted, field) != getattr(kept, field)
    ]
    ours, theirs = _every_number(recounted), _every_number(kept)
    for code in sorted(ours.keys() | theirs.keys()):
        if ours.get(code, 0) != theirs.get(code, 0):
            said.append(f"{name}, {code}: {ours.get(code, 0)} recounted, {theirs.get(code, 0)} kept")
    return said


_COMPARED = ("answered", "skipped", "dont_know", "abstained", "blank", "none", "mean", "median", "min", "max")


def _every_number(question: QuestionResult) -> dict[str, int]:
    """The numbers of a question by name: its histograms, from which its rows are made, or else its rows."""
    if not question.histograms:
        return {row.code: row.count for row in question.rows}
    return {
        f"{cell(one.code, one.criterion or '')}, {value}": n for one in question.histograms for value, n in one.counts
    }


def _half_up(count: int, total: int) -> int:
    return (count * 200 + total) // (total * 2) if total else 0
