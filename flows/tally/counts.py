"""Plain counting: one of, any of, yes or no, scales, numbers, dates, texts.

Two roads lead to a result and must meet: `count` reads all ballots, `from_counters` reads counters that were moved by
`deltas` at each vote. `agree` says where they differ. The one rule: both go through `marks`, the only place that knows
which counters an answer moves, and no sum is ever made in floating point before its end (floating sums depend on the
order of the ballots).

Counters: `n:answered`, `s:skipped`, `s:dont_know`, `s:abstain`, `c:<code>` for each choice or point of a scale,
`v:<value>` for each number or date. Texts are only ever counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, NamedTuple, assert_never

from flows.flow import AnyOf, Ask, Choice, Day, Flow, Kind, Number, OneOf, Scale, Text, Words, YesNo
from flows.session import Answer, Given
from locales import LANGUAGES, tr

UNDETERMINED = "und"
"""The language code of a label that is not in any language (a date, a code that the flow does not know)."""

CHOICE_KINDS = frozenset({"one_of", "any_of", "yes_no", "scale"})
"""Kinds whose rows are known before the first vote."""


class Ballot(NamedTuple):
    """What one voter token answered to one question, and the hash of the wording that was read."""

    token: bytes | str
    question: str
    answer: Answer
    wording: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """How many chose one code."""

    code: str
    label: Text
    count: int

    def to_json(self) -> dict[str, Any]:
        return {"code": self.code, "label": dict(self.label.by_lang), "count": self.count}

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Row:
        return Row(code=data["code"], label=Text(dict(data["label"])), count=data["count"])


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionResult:
    """The result of one question. `rows` are in flow order (dates in calendar order); `answered` leaves out the three
    ways of not answering, which are reported apart."""

    name: str
    wording: str
    kind: str
    answered: int = 0
    skipped: int = 0
    dont_know: int = 0
    abstained: int = 0
    rows: tuple[Row, ...] = ()
    mean: float | None = None
    median: float | None = None
    min: float | None = None
    max: float | None = None
    personal: bool = False

    def to_json(self) -> dict[str, Any]:
        data = {slot: getattr(self, slot) for slot in self.__slots__}
        data["rows"] = [row.to_json() for row in self.rows]
        return data

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> QuestionResult:
        return QuestionResult(**{**data, "rows": tuple(Row.from_json(row) for row in data["rows"])})


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The result of a consultation. `participants` are distinct voter tokens; `finished` went to the end, where that
    is known."""

    consultation: str
    participants: int
    finished: int | None
    questions: tuple[QuestionResult, ...]

    def public(self) -> Result:
        """The same without the questions marked personal."""
        return replace(self, questions=tuple(question for question in self.questions if not question.personal))

    def to_json(self) -> dict[str, Any]:
        return {
            "consultation": self.consultation,
            "participants": self.participants,
            "finished": self.finished,
            "questions": [question.to_json() for question in self.questions],
        }

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Result:
        return Result(
            consultation=data["consultation"],
            participants=data["participants"],
            finished=data["finished"],
            questions=tuple(QuestionResult.from_json(question) for question in data["questions"]),
        )


def ballot_asks(flow: Flow) -> list[Ask]:
    """The questions that are counted: an agreement to take part is kept apart and is no ballot."""
    return [ask for ask in flow.asks if ask.consent is None]


def count(flow: Flow, ballots: Iterable[Ballot], *, consultation: str, finished: int | None = None) -> Result:
    """The result of all ballots. Where a token answered a question twice, its last ballot counts; a ballot for a
    question that the flow does not have makes a participant and nothing else."""
    last = {(ballot.token, ballot.question): ballot.answer for ballot in ballots}
    counters: dict[str, Counter[str]] = {ask.name: Counter() for ask in ballot_asks(flow)}
    kinds = {ask.name: ask.kind for ask in ballot_asks(flow)}
    for (_, question), answer in last.items():
        if question in kinds:
            counters[question].update(marks(kinds[question], answer))
    participants = len({token for token, _ in last})
    return from_counters(flow, counters, consultation=consultation, participants=participants, finished=finished)


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
        questions=tuple(_filled(_bare(flow, ask), counters.get(ask.name, {})) for ask in ballot_asks(flow)),
    )


def deltas(ask: Ask, before: Answer | None, after: Answer | None) -> dict[str, int]:
    """How the counters of `ask` move when `before` becomes `after` (None: no ballot); counters that stay are left
    out."""
    moved = Counter(marks(ask.kind, after)) if after else Counter[str]()
    moved.subtract(marks(ask.kind, before) if before else ())
    return {code: n for code, n in moved.items() if n}


def agree(result: Result, counters: Mapping[str, Mapping[str, int]]) -> list[str]:
    """Where counters differ from a recount, one sentence each; empty when they agree."""
    differences = []
    known = {question.name for question in result.questions}
    for name, codes in counters.items():
        if name not in known and any(codes.values()):
            differences.append(f"{name}: counters are kept for a question that is not in the result")
    for question in result.questions:
        blank = replace(question, rows=tuple(replace(row, count=0) for row in question.rows))
        kept = _filled(blank, counters.get(question.name, {}))
        differences.extend(_differences(question, kept))
    return differences


def marks(kind: Kind, answer: Answer) -> tuple[str, ...]:
    """The counters that one answer moves by one."""
    if answer.given is not Given.ANSWER:
        return (f"s:{answer.given.value}",)
    value = answer.value
    match kind:
        case OneOf() | YesNo():
            codes: tuple[str, ...] = (f"c:{value}",)
        case AnyOf():
            codes = tuple(f"c:{code}" for code in sorted(set(several(answer))))
        case Scale():
            codes = (f"c:{_numeral(value)}",)
        case Number():
            codes = (f"v:{_numeral(value)}",)
        case Day():
            codes = (f"v:{value}",)
        case Words():
            codes = ()
        case _:
            assert_never(kind)
    return ("n:answered", *codes)


def several(answer: Answer) -> tuple[str, ...]:
    """The codes of an answer to an any-of question."""
    return answer.value if isinstance(answer.value, tuple) else (str(answer.value),)


def kind_name(kind: Kind) -> str:
    """The word of the flow format for a kind."""
    match kind:
        case OneOf():
            return "one_of"
        case AnyOf():
            return "any_of"
        case Scale():
            return "scale"
        case Number():
            return "number"
        case Words():
            return "text"
        case Day():
            return "date"
        case YesNo():
            return "yes_no"
        case _:
            assert_never(kind)


def choices(kind: Kind, lang: str) -> tuple[Choice, ...]:
    """The codes that a kind offers, with their labels; `lang` is the flow's own language."""
    match kind:
        case OneOf(choices=offered) | AnyOf(choices=offered):
            return offered
        case YesNo():
            yes = Text({lang: tr(lang, "Yes") for lang in LANGUAGES})
            no = Text({lang: tr(lang, "No") for lang in LANGUAGES})
            return (Choice(code="yes", label=yes), Choice(code="no", label=no))
        case Scale(low=low, high=high):
            return tuple(Choice(code=str(point), label=_point(kind, point)) for point in range(low, high + 1))
        case Number() | Words() | Day():
            return ()
        case _:
            assert_never(kind)


def shares(counts: Sequence[int]) -> tuple[int, ...]:
    """Whole percentages that sum to 100 (largest remainder; on equal remainders the smaller count, so that one vote
    in 200 does not read 0, then the first); all 0 when there is nothing to share."""
    total = sum(counts)
    if not total:
        return (0,) * len(counts)
    parts = [count * 100 // total for count in counts]
    by_remainder = sorted(range(len(counts)), key=lambda i: (-(counts[i] * 100 % total), counts[i], i))
    for i in by_remainder[: 100 - sum(parts)]:
        parts[i] += 1
    return tuple(parts)


def percents(question: QuestionResult) -> tuple[int, ...]:
    """The percentage to show beside each row, of those who answered. They sum to 100, except where several answers were
    possible, and where that would show two equal counts as unequal (three equal thirds read 33, 33, 33)."""
    counts = [row.count for row in question.rows]
    rounded = tuple(_half_up(count, question.answered) for count in counts)
    if question.kind == "any_of":
        return rounded
    shared = shares(counts)
    return shared if len(set(zip(counts, shared, strict=True))) == len(set(counts)) else rounded


def _bare(flow: Flow, ask: Ask) -> QuestionResult:
    rows = tuple(Row(code=choice.code, label=choice.label, count=0) for choice in choices(ask.kind, flow.lang))
    return QuestionResult(
        name=ask.name, wording=ask.wording, kind=kind_name(ask.kind), rows=rows, personal=ask.personal
    )


def _filled(blank: QuestionResult, counters: Mapping[str, int]) -> QuestionResult:
    """`blank` with the counters in; a code that it does not know gets a row of its own rather than vanish."""
    prefix = "v:" if blank.kind in {"number", "date"} else "c:"
    found = {code.removeprefix(prefix): n for code, n in counters.items() if code.startswith(prefix) and n}
    rows: tuple[Row, ...] = ()
    if blank.kind != "number":
        known = [row.code for row in blank.rows]
        labels = {row.code: row.label for row in blank.rows}
        codes = [*known, *sorted(set(found) - set(known))]
        rows = tuple(
            Row(code=code, label=labels.get(code, Text({UNDETERMINED: code})), count=found.get(code, 0))
            for code in codes
        )
    filled = replace(
        blank,
        answered=counters.get("n:answered", 0),
        skipped=counters.get(f"s:{Given.SKIPPED.value}", 0),
        dont_know=counters.get(f"s:{Given.DONT_KNOW.value}", 0),
        abstained=counters.get(f"s:{Given.ABSTAIN.value}", 0),
        rows=rows,
        mean=None,
        median=None,
        min=None,
        max=None,
    )
    return _measured(filled, found) if blank.kind in {"number", "scale"} else filled


def _measured(question: QuestionResult, found: Mapping[str, int]) -> QuestionResult:
    """With mean, median, least and greatest of the numbers found."""
    values = sorted((Fraction(code), n) for code, n in found.items() if n > 0)
    total = sum(n for _, n in values)
    if not total:
        return question
    mean = sum((value * n for value, n in values), Fraction()) / total
    median = (_at(values, (total - 1) // 2) + _at(values, total // 2)) / 2
    return replace(
        question,
        mean=_plain(mean),
        median=_plain(median),
        min=_plain(values[0][0]),
        max=_plain(values[-1][0]),
    )


def _at(values: Sequence[tuple[Fraction, int]], place: int) -> Fraction:
    """The number at `place` (from 0) among sorted numbers with their counts."""
    for value, n in values:
        place -= n
        if place < 0:
            return value
    raise IndexError(place)


def _differences(recounted: QuestionResult, kept: QuestionResult) -> list[str]:
    name = recounted.name
    said = [
        f"{name}, {field}: {getattr(recounted, field)} recounted, {getattr(kept, field)} kept"
        for field in ("answered", "skipped", "dont_know", "abstained", "mean", "median", "min", "max")
        if getattr(recounted, field) != getattr(kept, field)
    ]
    ours = {row.code: row.count for row in recounted.rows}
    theirs = {row.code: row.count for row in kept.rows}
    for code in sorted(ours.keys() | theirs.keys()):
        if ours.get(code, 0) != theirs.get(code, 0):
            said.append(f"{name}, {code}: {ours.get(code, 0)} recounted, {theirs.get(code, 0)} kept")
    return said


def _numeral(value: object) -> str:
    """One spelling per number: 3, 3.0 and "3" are the same counter."""
    return str(_plain(Fraction(str(value))))


def _plain(value: Fraction) -> float:
    return value.numerator if value.denominator == 1 else float(value)


def _half_up(count: int, total: int) -> int:
    return (count * 200 + total) // (total * 2) if total else 0


def _point(scale: Scale, point: int) -> Text:
    """The label of one point; the ends carry their words in each of their languages."""
    words = {scale.low: scale.low_label, scale.high: scale.high_label}.get(point)
    if words is None:
        return Text({UNDETERMINED: str(point)})
    return Text({lang: f"{point} ({text})" for lang, text in words.by_lang.items()})
