"""The ballot of a `vote`, `rank`, `grade` or `budget`: from its form to its `Kind` and its `Rule`, checked.

The one rule: what is declared here is what people read before they vote and what the count obeys. A setting that the
method does not use would be a promise that nobody keeps, so it is a mistake.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from fractions import Fraction
from math import isqrt
from typing import assert_never
from zoneinfo import ZoneInfo

from flows import standard, times
from flows.fields import MOST_CHOICES
from flows.flow import (
    AnyOf,
    Basket,
    Choice,
    Criterion,
    Grades,
    Kind,
    Method,
    OneOf,
    Order,
    Points,
    Project,
    Rule,
    Slot,
    Slots,
    Text,
)
from flows.labels import Labels
from flows.mistakes import Notebook, Path
from flows.placed import Placed
from flows.questions import how_many
from flows.tally.outcome import Cut
from flows.voting import (
    NEEDED,
    SETTINGS,
    AnyBallotForm,
    BudgetForm,
    GradeForm,
    RankForm,
    VoteForm,
    method_of,
    verb_of,
)
from locales import tr

MOST_CARDS = 200
"""A card is one option judged by one criterion; nobody gives more grades than this in one step."""
MANY = 10
"""Rankings of more options than this are asked two at a time, unless told."""


class Votes:
    """Makes the ballots of one flow, whose dates are read on the clocks of `zone`."""

    def __init__(self, labels: Labels, zone: str, notes: Notebook) -> None:
        self.labels = labels
        self.zone = zone
        self.notes = notes

    def mistake(self, step: Placed, path: Path, what: str, hint: str, *, key: bool = False) -> None:
        self.notes.mistake(step.page, (*step.path, *path), what, hint, key=key)

    def make(self, step: Placed, form: AnyBallotForm) -> tuple[Kind, Rule]:
        """The ballot and the rule; some ballot all the same when there are mistakes."""
        self.settings(step, form)
        self.apart(step, form)
        return self.kind(step, form), self.rule(step, form)

    def settings(self, step: Placed, form: AnyBallotForm) -> None:
        """Nothing that the method needs is missing, nothing is there that it does not take."""
        lang = self.notes.lang
        if "method" in step.broken:
            return
        method = method_of(form)
        for key in (key for key in NEEDED[method] if key not in step.broken and getattr(form, key) is None):
            what = tr(lang, "{method} needs {key}", method=method, key=key)
            self.mistake(step, (), what, tr(lang, "add for example {example}", example=_EXAMPLES[key]))
        for key, methods in SETTINGS[verb_of(form)].items():
            told = key in form.model_fields_set and getattr(form, key) is not False
            if told and method not in methods:
                what = tr(lang, "{key} goes only with {kind}", key=key, kind=", ".join(methods))
                self.mistake(step, (key,), what, tr(lang, "remove it"), key=True)
        if method == Method.CONSENT and form.abstain:
            what = tr(lang, "abstain is one of the answers of consent already")
            self.mistake(step, ("abstain",), what, tr(lang, "remove it"), key=True)

        if method == Method.AVAILABILITY and form.none:
            what = tr(lang, "“none” is an answer of availability already: no to all dates")
            self.mistake(step, ("none",), what, tr(lang, "remove it"), key=True)

    def apart(self, step: Placed, form: AnyBallotForm) -> None:
        """What is recorded apart cannot be the code of an option too."""
        key = "projects" if isinstance(form, BudgetForm) else "options"
        codes = getattr(form, key) or {}
        for code in (code for code in ("blank", "none") if getattr(form, code) and code in codes):
            what = tr(self.notes.lang, "'{word}' is recorded apart and cannot be a choice", word=code)
            hint = tr(self.notes.lang, "choose another code, or remove {example}", example=f"{code}: true")
            self.mistake(step, (key, code), what, hint, key=True)

    def kind(self, step: Placed, form: AnyBallotForm) -> Kind:
        match form:
            case VoteForm():
                return self.vote(step, form)
            case RankForm():
                return self.rank(step, form)
            case GradeForm():
                return self.grade(step, form)
            case BudgetForm():
                return self.budget(step, form)
            case _:
                assert_never(form)

    def options(self, step: Placed, form: VoteForm | RankForm | GradeForm) -> tuple[Choice, ...]:
        return self.labels.choices(step, ("options",), form.options or {})

    def vote(self, step: Placed, form: VoteForm) -> Kind:
        choices = self.options(step, form)
        match form.method:
            case "plurality":
                return OneOf(choices=choices)
            case "approval":
                if form.options is not None:
                    there = MOST_CHOICES if form.add else len(choices)
                    how_many(self.notes, step, "options", form.at_least, form.at_most, there)
                return AnyOf(
                    choices=choices, at_least=1 if form.at_least is None else form.at_least, at_most=form.at_most
                )
            case "score":
                return Points(choices=choices, most=form.most or 5)
            case "dots":
                return self.dots(step, form, choices)
            case "quadratic":
                credits = form.points or 100
                return Points(choices=choices, most=isqrt(credits), total=credits, squared=True)
            case "consent":
                return OneOf(choices=standard.stances(self.labels.texts.langs))
            case "availability":
                return self.availability(step, form)
            case _:
                assert_never(form.method)

    def dots(self, step: Placed, form: VoteForm, choices: tuple[Choice, ...]) -> Points:
        total = form.points or 10
        if form.each is not None and form.each > total:
            what = tr(self.notes.lang, "each is more than points")
            self.mistake(step, ("each",), what, tr(self.notes.lang, "at most {n}", n=total))
        return Points(choices=choices, most=form.each or total, total=total)

    def availability(self, step: Placed, form: VoteForm) -> Slots:
        slots = [self.slot(step, place, at) for place, at in enumerate(form.slots or ())]
        lang = self.notes.lang
        seen: dict[str, int] = {}
        for place, slot in enumerate(slots):
            if seen.setdefault(slot.code, place) != place:
                what = tr(lang, "this date stands here twice")
                self.mistake(step, ("slots", place), what, tr(lang, "remove one of the two"))
        late = next(
            (place for place in range(1, len(slots)) if _begins(slots[place]) < _begins(slots[place - 1])), None
        )
        if late is not None:
            what = tr(lang, "this date comes before the one above it")
            hint = tr(lang, "dates are shown as they stand here; the first ones first read better")
            self.notes.remark(step.page, (*step.path, "slots", late), what, hint)
        return Slots(slots=tuple(slots), zone=self.zone, lasts=form.lasts)

    def slot(self, step: Placed, place: int, at: date | datetime) -> Slot:
        """A date, or what the clock on the wall shows at that moment."""
        if not isinstance(at, datetime):
            return Slot(code=at.isoformat(), at=at)
        zone = ZoneInfo(self.zone)
        naive = times.wall(at, zone)
        proposal = times.skipped(naive, zone)
        if proposal is not None:
            what = tr(self.notes.lang, "this hour does not exist: clocks go forward that night")
            hint = tr(self.notes.lang, "write {example}", example=proposal.isoformat(timespec="minutes"))
            self.mistake(step, ("slots", place), what, hint)
        return Slot(code=naive.isoformat(timespec="minutes").replace(":", "-"), at=naive)

    def rank(self, step: Placed, form: RankForm) -> Order:
        choices = self.options(step, form)
        if form.options is not None:
            how_many(self.notes, step, "options", form.at_least, form.at_most, len(choices))
            self.seats(step, form, len(choices))
        return Order(
            choices=choices,
            at_least=form.at_least or 1,
            at_most=form.at_most,
            pairwise=len(choices) > MANY if form.pairwise is None else form.pairwise,
        )

    def seats(self, step: Placed, form: RankForm, there: int) -> None:
        lang = self.notes.lang
        if form.method != "stv" or step.broken & {"seats", "options"}:
            return
        if form.seats is None:
            what = tr(lang, "stv fills one seat here")
            self.notes.remark(
                step.page, step.path, what, tr(lang, "for more, add for example {example}", example="seats: 2")
            )
        elif form.seats > there:
            what = tr(lang, "there are more seats than options")
            self.mistake(step, ("seats",), what, tr(lang, "at most {n}", n=there))

    def grade(self, step: Placed, form: GradeForm) -> Grades:
        items = self.options(step, form)
        usual = self.scale(step, ("grades",), form.grades)
        if form.criteria is None:
            return Grades(items=items, criteria=(Criterion(code="", label=Text({}), grades=usual),))
        criteria = tuple(
            Criterion(
                code=code,
                label=self.labels.text(step, ("criteria", code, "text"), one.text),
                grades=usual if one.grades is None else self.scale(step, ("criteria", code, "grades"), one.grades),
            )
            for code, one in form.criteria.items()
        )
        self.cards(step, form, len(items), len(criteria))
        return Grades(items=items, criteria=criteria, batch=form.batch)

    def scale(self, step: Placed, path: Path, grades: int | Mapping[str, Mapping[str, str]]) -> tuple[Choice, ...]:
        if isinstance(grades, int):
            return standard.grades(grades, self.labels.texts.langs)
        return self.labels.choices(step, path, grades)

    def cards(self, step: Placed, form: GradeForm, items: int, criteria: int) -> None:
        lang = self.notes.lang
        if items * criteria > MOST_CARDS:
            what = tr(lang, "{n} options by {m} criteria are {k} cards", n=items, m=criteria, k=items * criteria)
            hint = tr(lang, "at most {n}; make several steps of it, or keep fewer criteria", n=MOST_CARDS)
            self.mistake(step, ("criteria",), what, hint, key=True)
        if form.batch is not None and form.options is not None and form.batch > items and "options" not in step.broken:
            what = tr(lang, "{key} is more than there are choices", key="batch")
            self.mistake(step, ("batch",), what, tr(lang, "at most {n}", n=items))

    def budget(self, step: Placed, form: BudgetForm) -> Basket:
        projects = form.projects or {}
        labels = self.labels.choices(step, ("projects",), {code: one.label for code, one in projects.items()}, "label")
        if form.projects is not None:
            how_many(self.notes, step, "projects", form.at_least, form.at_most, len(projects))
        if form.limit is not None and projects:
            self.money(step, form, form.limit, {code: one.cost for code, one in projects.items()})
        return Basket(
            projects=tuple(Project(code=one.code, label=one.label, cost=projects[one.code].cost) for one in labels),
            limit=form.limit or 0,
            currency=form.currency,
            at_least=1 if form.at_least is None else form.at_least,
            at_most=form.at_most,
        )

    def money(self, step: Placed, form: BudgetForm, limit: int, costs: Mapping[str, int]) -> None:
        """Each project fits into the basket, not all of them do, and as few as are asked for do."""
        lang = self.notes.lang
        for code in (code for code, cost in costs.items() if cost > limit):
            what = tr(lang, "{code} alone costs more than the limit", code=code)
            hint = tr(lang, "at most {n}; nobody could ever choose it", n=limit)
            self.mistake(step, ("projects", code, "cost"), what, hint)
        if "projects" in step.broken:
            return
        cheapest = sorted(costs.values())[: form.at_least or 0]
        if sum(cheapest) > limit and all(cost <= limit for cost in costs.values()):
            what = tr(lang, "no {n} projects fit into the limit together", n=form.at_least)
            self.mistake(step, ("at_least",), what, tr(lang, "ask for fewer, or raise the limit"))
        if sum(costs.values()) <= limit and (form.at_most is None or form.at_most >= len(costs)):
            what = tr(lang, "all projects together fit into the limit")
            hint = tr(lang, "everything can be chosen; lower the limit, or add projects")
            self.notes.remark(step.page, (*step.path, "limit"), what, hint)

    def rule(self, step: Placed, form: AnyBallotForm) -> Rule:
        lang = self.notes.lang
        quorum, electorate = form.quorum, form.electorate
        if isinstance(quorum, Fraction) and electorate is None and "electorate" not in step.broken:
            what = tr(lang, "a quorum in percent needs the number of people who could vote")
            self.mistake(step, ("quorum",), what, tr(lang, "add for example {example}", example="electorate: 120"))
        if isinstance(quorum, int) and electorate is not None and quorum > electorate:
            what = tr(lang, "quorum is more than electorate")
            self.mistake(step, ("quorum",), what, tr(lang, "at most {n}", n=electorate))
        share, strictly = form.threshold or (None, False)
        return Rule(
            method=Method(method_of(form)),
            seats=form.seats or 1 if isinstance(form, RankForm) else 1,
            quorum=quorum,
            electorate=electorate,
            threshold=share,
            strictly=strictly,
            tie=Cut(form.tie),
        )


def _begins(slot: Slot) -> datetime:
    return slot.at if isinstance(slot.at, datetime) else datetime.combine(slot.at, time())


_EXAMPLES: Mapping[str, str] = {
    "options": "options: {a: ..., b: ...}",
    "slots": "slots: [2026-12-03T18:00, 2026-12-04T18:00]",
    "criteria": "criteria: {urgency: {text: ...}}",
    "projects": "projects: {park: {label: ..., cost: 12000}}",
    "limit": "limit: 100000",
}
