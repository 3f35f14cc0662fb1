"""The way a person walks through a flow, worked out afresh from their answers each time.

The one rule: a trail is scratch paper. It is made by `flows.verbs.walk`, read once and thrown away; what happened is
in the session, and only there.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from flows.flow import Ask, End, Flow, Goto, Say, Step
from flows.session import Answer


@dataclass(slots=True, kw_only=True)
class Trail:
    """What one walk found.

    `asked` are the questions shown, in order, also those after the open one, as the answers stand now. `says` are the
    texts passed for the first time. `open` is the first question without an answer. `loop` is a jump back that must
    be taken. `drawn` are the lots on the path, of which nobody is asked. `exact` says that no answer still to come can
    change how many questions there are.
    """

    flow: Flow
    answers: dict[str, Answer]
    said: tuple[str, ...]
    timed_out: tuple[str, ...]
    reopened: str | None
    asked: list[Ask] = field(default_factory=list)
    drawn: list[Ask] = field(default_factory=list)
    unanswered: set[str] = field(default_factory=set)
    says: list[Say] = field(default_factory=list)
    open: Ask | None = None
    end: End | None = None
    loop: Goto | None = None
    exact: bool = True

    def shows(self, step: Step) -> bool:
        """Does the condition of `step` hold, as the answers stand?"""
        when = step.when
        if when is None:
            return True
        if self.exact and self.unanswered and not when.reads.isdisjoint(self.unanswered):
            self.exact = False
        return when.holds(self.answers)

    @property
    def halted(self) -> bool:
        """Has the walk met the question where the person stands? Steps after it are looked at, not passed."""
        return self.open is not None or self.reopened is not None

    @property
    def here(self) -> Ask | None:
        """The question where the person stands; None at the end of the path."""
        if self.reopened is None:
            return self.open
        step = self.flow.step(self.reopened)
        return step if isinstance(step, Ask) else None

    @property
    def left(self) -> int:
        """How many questions on the path have no answer yet."""
        return sum(ask.name in self.unanswered for ask in self.asked)

    def forget(self, start: int, stop: int) -> None:
        """Let go of the answers to questions in this stretch of the flow: the path no longer leads through it."""
        for step in self.flow.steps[start:stop]:
            self.answers.pop(step.name, None)

    def before(self, name: str | None) -> Ask | None:
        """The last answered question ahead of question `name` on the path; of all of them for None."""
        last = None
        for ask in self.asked:
            if ask.name == name:
                break
            if ask.name in self.answers:
                last = ask
        return last
