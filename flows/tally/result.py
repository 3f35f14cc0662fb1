"""What is told of a consultation: the numbers of each question, and, of a vote, its outcome.

The one rule: a result survives JSON, and one that was stored long ago still opens: what it does not hold is as if
nobody had given it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flows.flow import Text
from flows.tally.outcome import Histogram, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The one number of one code: how many chose it; with points, all its points; with a ranking, its first choices;
    with grades, how many graded it; with dates to choose from, how many could come."""

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
    """The result of one question. `rows` are in flow order (dates in calendar order); `answered` leaves out the five
    ways of not choosing, which are reported apart. `histograms` say what was given to each item, as it was given;
    those of the `outcome` may hold silence as well, by the convention of the method."""

    name: str
    wording: str
    kind: str
    answered: int = 0
    skipped: int = 0
    dont_know: int = 0
    abstained: int = 0
    blank: int = 0
    none: int = 0
    rows: tuple[Row, ...] = ()
    mean: float | None = None
    median: float | None = None
    min: float | None = None
    max: float | None = None
    personal: bool = False
    outcome: Outcome | None = None
    histograms: tuple[Histogram, ...] = ()

    def to_json(self) -> dict[str, Any]:
        data = {slot: getattr(self, slot) for slot in self.__slots__}
        data["rows"] = [row.to_json() for row in self.rows]
        data["outcome"] = self.outcome and self.outcome.to_json()
        data["histograms"] = [_histogram_to_json(one) for one in self.histograms]
        return data

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> QuestionResult:
        outcome = data.get("outcome")
        read = {
            "rows": tuple(Row.from_json(row) for row in data["rows"]),
            "outcome": outcome and Outcome.from_json(outcome),
            "histograms": tuple(_histogram(one) for one in data.get("histograms", ())),
        }
        return QuestionResult(**{**data, **read})


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


def _histogram_to_json(one: Histogram) -> dict[str, Any]:
    data: dict[str, Any] = {"code": one.code, "counts": [list(pair) for pair in one.counts]}
    return data if one.criterion is None else data | {"criterion": one.criterion}


def _histogram(data: Mapping[str, Any]) -> Histogram:
    return Histogram(
        code=data["code"],
        counts=tuple((value, n) for value, n in data["counts"]),
        criterion=data.get("criterion"),
    )
