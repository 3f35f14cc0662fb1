"""Do the steps that another step builds on exist, of the right kind, at the right place?

The one rule: what somebody is asked can only build on what they have answered. So `category`, `by`, `near`, `photo`,
`other_side`, `again` and `between` name earlier questions. What others put forward was put forward before, wherever it
stands in the file: `of` may name a later step.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from flows.asking import AskForm
from flows.mistakes import Notebook, Path, nearest, suggestion
from flows.placed import Placed
from flows.proposing import DrawForm, ProposeForm, ReactForm, SignForm
from flows.schema import PlacedForm
from flows.voting import VoteForm
from locales import tr


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What a key may name: steps whose form `fits`, which are called `kind` in the file."""

    kind: str
    fits: Callable[[PlacedForm], bool]
    anywhere: bool = False


def _asks(kind: str) -> Callable[[PlacedForm], bool]:
    return lambda form: isinstance(form, AskForm) and getattr(form, kind) is not None


def _side(form: PlacedForm) -> bool:
    if isinstance(form, VoteForm):
        return form.method in ("plurality", "consent")
    return isinstance(form, AskForm) and (form.one_of is not None or form.yes_no is not None)


ONE_OF = Sought(kind="one_of", fits=_asks("one_of"))
PHOTO = Sought(kind="photo", fits=_asks("photo"))
PLACE = Sought(kind="place", fits=_asks("place"))
SIDE = Sought(kind="one_of, yes_no, vote", fits=_side)
VOTE = Sought(kind="vote", fits=lambda form: isinstance(form, VoteForm) and form.method == "plurality")
DRAW = Sought(kind="draw", fits=lambda form: isinstance(form, DrawForm))
PROPOSE = Sought(kind="propose", fits=lambda form: isinstance(form, ProposeForm), anywhere=True)


class References:
    """Checks the names in the steps of one flow, which is called `id`. `ghosts` are names whose steps could not be
    read; `complete` says that all blocks were."""

    def __init__(
        self, steps: tuple[Placed, ...], ghosts: Collection[str], id: str, notes: Notebook, *, complete: bool
    ) -> None:
        self.steps = steps
        self.places: Mapping[str, int] = {step.name: place for place, step in reversed(list(enumerate(steps)))}
        self.ghosts = ghosts
        self.id = id
        self.complete = complete
        self.notes = notes

    def check(self) -> None:
        for place, step in enumerate(self.steps):
            for path, name, sought in _named(step.form):
                if path[0] not in step.broken:
                    self.reference(place, path, name, sought)
            if isinstance(step.form, SignForm):
                self.opens(step, step.form)
            if isinstance(step.form, VoteForm):
                self.repeats(step, step.form)

    def reference(self, place: int, path: Path, name: str, sought: Sought) -> None:
        step = self.steps[place]
        full: Path = (*step.path, *path)
        lang = self.notes.lang
        asked = self.places.get(step.origin.final(name))
        if asked is None:
            if name not in self.ghosts and self.complete:
                what = tr(lang, "there is no step {name}", name=name)
                self.notes.mistake(step.page, full, what, self.proposed(place, name, sought))
            return
        other = self.steps[asked]
        if not sought.fits(other.form):
            if other.broken.isdisjoint({"one_of", "photo", "place", "method"}):
                what = tr(lang, "{name} is not of the kind needed here: {kind}", name=name, kind=sought.kind)
                self.notes.mistake(step.page, full, what, self.proposed(place, name, sought))
        elif asked > place and not sought.anywhere:
            line = other.page.tree.spot(other.path).line
            what = tr(lang, "{name} is asked later, at line {n}", name=name, n=line)
            self.notes.mistake(step.page, full, what, tr(lang, "move this step behind that question"))

    def proposed(self, place: int, name: str, sought: Sought) -> str:
        """What could have been meant."""
        lang, step = self.notes.lang, self.steps[place]
        steps = self.steps if sought.anywhere else self.steps[:place]
        fitting = [step.name for step in steps if sought.fits(step.form)]
        if fitting and step.origin.final(name) in self.places:
            return tr(lang, "choose from: {list}", list=", ".join(fitting))
        if fitting:
            return suggestion(lang, name, fitting)
        later = nearest(name, [one.name for one in self.steps if sought.fits(one.form)])
        if later is not None:
            return tr(lang, "did you mean {word}?", word=later)
        if sought is PROPOSE:
            return tr(lang, "add for example {example}", example=f"- propose: {name}")
        return tr(lang, "add such a question before this step: {kind}", kind=sought.kind)

    def repeats(self, step: Placed, form: VoteForm) -> None:
        """What is asked twice is asked with the same answers, else nobody could be said to have changed theirs."""
        lang = self.notes.lang
        if form.between is not None and form.again is None and "again" not in step.broken:
            what = tr(lang, "{key} goes only with {kind}", key="between", kind="again")
            self.notes.mistake(step.page, (*step.path, "between"), what, tr(lang, "remove it"), key=True)
        at = self.places.get(step.origin.final(form.again)) if form.again is not None else None
        other = self.steps[at].form if at is not None else None
        if not isinstance(other, VoteForm) or "options" in step.broken or form.options is None:
            return
        if other.options is not None and set(other.options) != set(form.options):
            what = tr(lang, "{name} has other options", name=form.again)
            hint = tr(lang, "give both votes the options {list}", list=", ".join(other.options))
            self.notes.mistake(step.page, (*step.path, "again"), what, hint)

    def opens(self, step: Placed, form: SignForm) -> None:
        for place, goal in enumerate(form.goals):
            if goal.open == self.id:
                what = tr(self.notes.lang, "this goal opens the consultation that it stands in")
                hint = tr(self.notes.lang, "name another consultation")
                self.notes.mistake(step.page, (*step.path, "goals", place, "open"), what, hint)


def _named(form: PlacedForm) -> list[tuple[Path, str, Sought]]:
    """The keys of a step that name another one."""
    match form:
        case ProposeForm():
            found: list[tuple[Path, str | None, Sought]] = [
                (("category",), form.category, ONE_OF),
                (("near",), form.near, PLACE),
                (("photo",), form.photo, PHOTO),
                (("answers", "by"), form.answers.by if form.answers is not None else None, ONE_OF),
            ]
        case VoteForm():
            found = [(("again",), form.again, VOTE), (("between",), form.between, DRAW)]
        case ReactForm():
            found = [(("of",), form.of, PROPOSE), (("other_side",), form.other_side, SIDE)]
        case _:
            found = []
    return [(path, name, sought) for path, name, sought in found if name is not None]
