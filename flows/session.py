"""One participant in one consultation: everything the engine remembers between two events.

The one rule: the position is derived, never stored. A citizen stands at the first step that is shown to them and not
yet passed; storing the position was broken by a property test with a chat of four moves. What is stored is what
happened: answers, steps already said, the prompt that is open.

A session survives JSON. `SHAPE` grows when the stored form changes, and every shape ever stored keeps a sample in
`tests/old/`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias

SHAPE = 1


class Given(StrEnum):
    """Six values that are not the same: they are recorded and reported apart."""

    ANSWER = "answer"
    SKIPPED = "skipped"
    DONT_KNOW = "dont_know"
    ABSTAIN = "abstain"
    BLANK = "blank"
    NONE = "none"


Pairs: TypeAlias = tuple[tuple[str, str | int], ...]
"""What was given to each of several things: points, a grade, yes or no."""

Value: TypeAlias = str | int | float | tuple[str, ...] | Pairs | None
"""A choice code, a number, a text, an ISO date, several codes, or pairs; None unless `Given.ANSWER`."""


@dataclass(frozen=True, slots=True)
class Answer:
    given: Given
    value: Value = None

    def to_json(self) -> list[Any]:
        value = self.value
        if isinstance(value, tuple):
            return [self.given.value, [list(one) if isinstance(one, tuple) else one for one in value]]
        return [self.given.value, value]

    @staticmethod
    def from_json(data: list[Any]) -> Answer:
        value = data[1]
        if isinstance(value, list):
            value = tuple(tuple(one) if isinstance(one, list) else one for one in value)
        return Answer(Given(data[0]), value)


class Stage(StrEnum):
    """Where a conversation stands as a whole. `ACTIVE` answers questions; `RECAP` reads over; `SENT` has finished and
    may still change answers until closing; `DECLINED` did not agree to take part and may begin anew; `PAUSED` said stop
    and gets no reminder; `CLOSED` is over."""

    ACTIVE = "active"
    RECAP = "recap"
    SENT = "sent"
    DECLINED = "declined"
    PAUSED = "paused"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPrompt:
    """The prompt that waits for an answer: its id, its step, the draft of an answer made in several moves (see
    `flows.kinds`), misunderstandings so far, and the label of which we have just asked whether it was meant."""

    id: str
    step: str
    draft: tuple[str, ...] = ()
    tries: int = 0
    meant: str = ""
    behind: str = ""
    """The id of the message before it, while that one may still be pressed."""

    def to_json(self) -> list[Any]:
        kept = [self.id, self.step, list(self.draft), self.tries]
        return [*kept, self.meant, self.behind] if self.behind else [*kept, self.meant] if self.meant else kept

    @staticmethod
    def from_json(data: list[Any]) -> OpenPrompt:
        meant, behind = (*data[4:6], "", "")[:2]
        return OpenPrompt(id=data[0], step=data[1], draft=tuple(data[2]), tries=data[3], meant=meant, behind=behind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """`id` salts the prompt ids, so that a button of one session means nothing in another. `seq` counts accepted
    events: it is the fence of timers. `reopened` names the question being changed, if any."""

    id: str
    flow: str
    lang: str
    seq: int = 0
    stage: Stage = Stage.ACTIVE
    before_pause: Stage = Stage.ACTIVE
    answers: Mapping[str, Answer] = field(default_factory=dict)
    said: tuple[str, ...] = ()
    open: OpenPrompt | None = None
    reopened: str | None = None
    timed_out: tuple[str, ...] = ()
    """Questions left alone until their `Timeout`: as long as they stay skipped, the path goes on at its `to`."""
    drafts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Of questions that somebody left half answered, to look at an earlier one: what they had given until then."""

    def to_json(self) -> dict[str, Any]:
        return {
            "shape": SHAPE,
            "lang": self.lang,
            "stage": self.stage.value,
            "before_pause": self.before_pause.value,
            "answers": {name: answer.to_json() for name, answer in self.answers.items()},
            "said": list(self.said),
            "open": self.open and self.open.to_json(),
            "reopened": self.reopened,
            "timed_out": list(self.timed_out),
            "drafts": {name: list(draft) for name, draft in self.drafts.items()},
        }

    @staticmethod
    def from_json(data: Mapping[str, Any], *, id: str, flow: str, seq: int) -> Session:
        opened = data["open"]
        return Session(
            id=id,
            flow=flow,
            seq=seq,
            lang=data["lang"],
            stage=Stage(data["stage"]),
            before_pause=Stage(data["before_pause"]),
            answers={name: Answer.from_json(answer) for name, answer in data["answers"].items()},
            said=tuple(data["said"]),
            open=OpenPrompt.from_json(opened) if opened else None,
            reopened=data["reopened"],
            timed_out=tuple(data.get("timed_out", ())),
            drafts={name: tuple(draft) for name, draft in data.get("drafts", {}).items()},
        )
