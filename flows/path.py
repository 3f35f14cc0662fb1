"""The road through the steps: jumps, loops, ends, and steps that nobody can reach.

The one rule: a backward jump must be able to stop. It happens only if a question between its target and itself was
answered in a certain way; going back opens that question again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from flows.asking import AskedForm
from flows.mistakes import Notebook, Page, Path, suggestion
from flows.placed import UNREAD, Placed
from flows.schema import EndForm, GotoForm
from locales import tr


class Road:
    """Checks where the steps of one flow lead. `ghosts` are names whose steps could not be read; `complete` says
    that all blocks were, and `ended` that the last step was."""

    def __init__(
        self,
        steps: tuple[Placed, ...],
        ghosts: Collection[str],
        main: Page,
        notes: Notebook,
        *,
        complete: bool,
        ended: bool,
    ) -> None:
        self.steps = steps
        self.places: Mapping[str, int] = {
            step.name: place for place, step in reversed(list(enumerate(steps))) if not isinstance(step.form, GotoForm)
        }
        self.ghosts = ghosts
        self.complete = complete
        self.ended = ended
        self.main = main
        self.notes = notes

    def check(self) -> None:
        for place, step in enumerate(self.steps):
            match step.form:
                case GotoForm():
                    self.jump(place, step, step.form)
                case AskedForm() if step.form.timeout is not None and step.form.timeout.to is not None:
                    self.timeout(place, step, step.form.timeout.to)
                case _:
                    pass
        if self.ended and self.complete and self.steps:
            self.last()
        if self.complete and not self.ghosts:
            self.unreachable()

    def target(self, step: Placed, name: str, path: Path) -> int | None:
        """Where the step called `name` stands; None, and a mistake, when there is none."""
        found = self.places.get(step.origin.final(name))
        if found is None and name not in self.ghosts and self.complete:
            what = tr(self.notes.lang, "there is no step {name}", name=name)
            self.notes.mistake(step.page, path, what, suggestion(self.notes.lang, name, list(self.places)))
        return found

    def jump(self, place: int, step: Placed, form: GotoForm) -> None:
        if "goto" in step.broken:
            return
        path: Path = (*step.path, "goto")
        target = self.target(step, form.goto, path)
        if target is None or target > place:
            return
        lang = self.notes.lang
        if not isinstance(self.steps[target].form, AskedForm):
            what = tr(lang, "going back leads to a question, and {name} is none", name=form.goto)
            hint = suggestion(lang, form.goto, self.questions(target, place)) if self.questions(target, place) else ""
            self.notes.mistake(step.page, path, what, hint or tr(lang, "go back to an ask step"))
        between = self.questions(target + 1, place)
        if "when" in step.broken or any(one.expr.tree == UNREAD for one in step.conditions):
            return
        if step.when is None or step.when.reads.isdisjoint(between):
            what = tr(lang, "this loop may never end")
            example = f"when: {between[-1] if between else 'again'} == yes"
            hint = tr(lang, "add a condition on a question inside the loop, for example {example}", example=example)
            self.notes.mistake(step.page, path, what, hint)

    def questions(self, first: int, last: int) -> list[str]:
        return [step.name for step in self.steps[first:last] if isinstance(step.form, AskedForm)]

    def timeout(self, place: int, step: Placed, name: str) -> None:
        if "timeout" in step.broken:
            return
        path: Path = (*step.path, "timeout", "to")
        target = self.target(step, name, path)
        if target is not None and target <= place:
            what = tr(self.notes.lang, "{name} does not come later", name=name)
            self.notes.mistake(step.page, path, what, tr(self.notes.lang, "a timeout leads to a later step"))

    def last(self) -> None:
        lang, step = self.notes.lang, self.steps[-1]
        page, path = (self.main, step.origin.path) if step.origin.block else (step.page, step.path)
        if not isinstance(step.form, EndForm):
            what = tr(lang, "the last step is not an end")
            self.notes.mistake(page, path, what, tr(lang, "add for example {example}", example="- end: thanks"))
        elif step.when is not None:
            what = tr(lang, "the last end has a condition")
            self.notes.mistake(page, path, what, tr(lang, "remove the condition, or add another end without one"))

    def unreachable(self) -> None:
        """Report the first step of each stretch that nothing leads to."""
        reached = self.reached()
        for place, step in enumerate(self.steps):
            if place not in reached and (place == 0 or place - 1 in reached):
                what = tr(self.notes.lang, "no path leads to this step")
                hint = tr(self.notes.lang, "the step before it always ends or jumps; add a condition there")
                self.notes.mistake(step.page, step.path, what, hint)

    def reached(self) -> frozenset[int]:
        seen: set[int] = set()
        open_ = [0] if self.steps else []
        while open_:
            place = open_.pop()
            if place in seen or place >= len(self.steps):
                continue
            seen.add(place)
            open_.extend(self.next(place))
        return frozenset(seen)

    def next(self, place: int) -> list[int]:
        step = self.steps[place]
        always = step.when is None and "when" not in step.broken
        match step.form:
            case GotoForm():
                target = self.places.get(step.origin.final(step.form.goto))
                if target is None:
                    return [place + 1]
                return [target] if always and target > place else [target, place + 1]
            case EndForm():
                return [] if always else [place + 1]
            case AskedForm() if step.form.timeout is not None and step.form.timeout.to is not None:
                target = self.places.get(step.origin.final(step.form.timeout.to))
                return [place + 1, *([] if target is None else [target])]
            case _:
                return [place + 1]
