"""`include`: the steps of a block in the place of the step that names it.

What comes out is one list of `Placed` steps. The one rule: each knows the file it was written in, so that every later
mistake is reported where it can be corrected.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeGuard, assert_never

from flows import expr, standard
from flows.asking import AskForm, ShortTextForm
from flows.blocks import Block, Shelf
from flows.forms import Read
from flows.mistakes import Notebook, Page, suggestion
from flows.placed import UNREAD, Condition, Origin, Placed
from flows.proposing import DrawForm, ProposeForm, ReactForm, SignForm
from flows.schema import MOST_STEPS, EndForm, GotoForm, IncludeForm, PlacedForm, SayForm, StepForm
from flows.texts import Texts
from flows.voting import BudgetForm, GradeForm, RankForm, VoteForm
from locales import tr

MAX_DEPTH = 5
MOST_REASON = 500
"""The most characters of the reason for an objection."""


class Expansion:
    """Lists the steps of a flow with those of its blocks. `complete` is False when a block could not be read: names
    may then be missing through no fault of those who use them."""

    def __init__(self, shelf: Shelf, texts: Texts, notes: Notebook) -> None:
        self.shelf = shelf
        self.texts = texts
        self.notes = notes
        self.placed: list[Placed] = []
        self.gotos = 0
        self.includes = 0
        self.complete = True

    def run(self, page: Page, steps: tuple[Read, ...], lang: str) -> tuple[Placed, ...]:
        for step in steps:
            self.place(page, step, Origin(path=step.path, lang=lang), (), ())
            if len(self.placed) > MOST_STEPS or self.includes > MOST_STEPS:
                self.complete = False
                what = tr(self.notes.lang, "there are too many steps")
                self.notes.mistake(page, step.path, what, tr(self.notes.lang, "at most {n}", n=MOST_STEPS))
                break
        return tuple(self.placed)

    def place(
        self, page: Page, step: Read, origin: Origin, around: tuple[Condition, ...], stack: tuple[str, ...]
    ) -> None:
        conditions = (*around, *self.condition(page, step, origin))
        form = step.form
        if isinstance(form, IncludeForm):
            self.include(page, step, form, origin, conditions, stack)
            return
        if len(self.placed) > MOST_STEPS:
            return
        placed = Placed(
            name=self.name(form, origin),
            form=form,
            page=page,
            path=step.path,
            broken=step.broken,
            origin=origin,
            when=_joined(conditions),
            conditions=conditions,
        )
        self.placed.append(placed)
        if asks_reason(form):
            self.placed.append(self.reason(placed, form))

    def reason(self, vote: Placed, form: VoteForm) -> Placed:
        """The question that follows a vote by consent, for those who object."""
        objected = expr.parse(f"{form.vote} in {list(standard.OBJECTIONS)}", self.notes.lang)
        objection = Condition(page=vote.page, path=vote.path, expr=objected, origin=vote.origin)
        conditions = (*vote.conditions, objection)
        asked = AskForm.model_construct(
            ask=reason_name(form),
            text=standard.reason(self.texts.langs),
            short_text=ShortTextForm.model_construct(max=MOST_REASON),
            optional=form.reason == "optional",
            personal=form.personal,
        )
        return replace(
            vote,
            name=vote.origin.final(asked.ask),
            form=asked,
            broken=frozenset(),
            when=_joined(conditions),
            conditions=conditions,
            reason_of=vote.name,
        )

    def name(self, form: PlacedForm, origin: Origin) -> str:
        if isinstance(form, GotoForm):
            self.gotos += 1
            return f"goto_{self.gotos}"
        return origin.final(local_name(form))

    def condition(self, page: Page, step: Read, origin: Origin) -> tuple[Condition, ...]:
        source = step.form.when
        if source is None:
            return ()
        path = (*step.path, "when")
        try:
            found = expr.parse(source, self.notes.lang)
        except expr.Unreadable as error:
            self.notes.mistake(page, path, error.what, error.hint, offset=error.at)
            found = expr.Expr(source, UNREAD, frozenset())
        return (Condition(page=page, path=path, expr=found, origin=origin),)

    def include(
        self,
        page: Page,
        step: Read,
        form: IncludeForm,
        origin: Origin,
        conditions: tuple[Condition, ...],
        stack: tuple[str, ...],
    ) -> None:
        self.includes += 1
        block = self.block(page, step, form.include, stack) if self.includes <= MOST_STEPS else None
        if block is None:
            self.complete = False
            return
        prefix = origin.prefix + (f"{form.prefix}_" if form.prefix else "")
        names = {name: prefix + name for one in block.steps for name in local_names(one.form)}
        inner = Origin(
            path=origin.path,
            lang=block.lang,
            block=form.include,
            prefix=prefix,
            spoken=block.spoken,
            names={**origin.names, **names},
            fills=self.fills(page, step, form, block, origin),
        )
        self.languages(page, step, form.include, block)
        for one in block.steps:
            self.place(block.page, one, inner, conditions, (*stack, form.include))

    def block(self, page: Page, step: Read, name: str, stack: tuple[str, ...]) -> Block | None:
        """The block to include; None when there is none, it cannot be read, or it would never end."""
        lang, path = self.notes.lang, (*step.path, "include")
        if "include" in step.broken:
            return None
        if name in stack:
            what = tr(lang, "the block {name} includes itself", name=name)
            self.notes.mistake(page, path, what, tr(lang, "remove this include"))
            return None
        if len(stack) >= MAX_DEPTH:
            what = tr(lang, "blocks include blocks more than {n} deep", n=MAX_DEPTH)
            self.notes.mistake(page, path, what, tr(lang, "include the last ones directly"))
            return None
        try:
            return self.shelf.block(name)
        except KeyError:
            what = tr(lang, "there is no block {name}", name=name)
            self.notes.mistake(page, path, what, suggestion(lang, name, self.shelf.names()))
            return None

    def languages(self, page: Page, step: Read, name: str, block: Block) -> None:
        """A block written for other languages only: one mistake, not one for each of its texts."""
        missing = [one for one in self.texts.langs if one not in block.spoken]
        if missing and self.texts.sure:
            lang = self.notes.lang
            what = tr(lang, "the block {name} is not written in: {list}", name=name, list=", ".join(missing))
            hint = tr(lang, "copy it beside this file and translate it there")
            self.notes.mistake(page, (*step.path, "include"), what, hint)

    def fills(
        self, page: Page, step: Read, form: IncludeForm, block: Block, origin: Origin
    ) -> dict[str, dict[str, str]]:
        """What stands for each blank of the block, per language."""
        lang, path = self.notes.lang, (*step.path, "with")
        given = form.fill or {}
        if "with" not in step.broken:
            for name in (name for name in given if name not in block.blanks):
                what = tr(lang, "the block {name} has no blank {word}", name=form.include, word=f"{{{name}}}")
                self.notes.mistake(page, (*path, name), what, _blank_hint(lang, name, block.blanks), key=True)
            if missing := [name for name in block.blanks if name not in given]:
                what = tr(lang, "these blanks of the block are not filled: {list}", list=", ".join(missing))
                example = "with: {" + ", ".join(f"{name}: ..." for name in missing) + "}"
                self.notes.mistake(page, step.path, what, tr(lang, "write {example}", example=example))
        found = {name: self.texts.spoken(page, (*path, name), text, origin).by_lang for name, text in given.items()}
        return {name: dict(found.get(name, {})) for name in block.blanks}


def local_name(form: StepForm) -> str:
    """The name of a step as written in its file; empty for steps that have none."""
    match form:
        case GotoForm() | IncludeForm():
            return ""
        case SayForm():
            return form.say
        case EndForm():
            return form.end
        case AskForm():
            return form.ask
        case VoteForm():
            return form.vote
        case RankForm():
            return form.rank
        case GradeForm():
            return form.grade
        case BudgetForm():
            return form.budget
        case ProposeForm():
            return form.propose
        case ReactForm():
            return form.react
        case SignForm():
            return form.sign
        case DrawForm():
            return form.draw
        case _:
            assert_never(form)


def local_names(form: StepForm) -> tuple[str, ...]:
    """The names that a step brings: its own, and that of the question that follows it by itself."""
    name = local_name(form)
    return (name, *([reason_name(form)] if asks_reason(form) else [])) if name else ()


def asks_reason(form: StepForm) -> TypeGuard[VoteForm]:
    """Does a question for the reason follow by itself?"""
    return isinstance(form, VoteForm) and form.method == "consent" and form.reason != "none"


def reason_name(form: VoteForm) -> str:
    return f"{form.vote}_reason"


def _joined(conditions: tuple[Condition, ...]) -> expr.Expr | None:
    """All conditions around a step as one, in the names of the flow."""
    when: expr.Expr | None = None
    for condition in conditions:
        when = expr.both(when, expr.renamed(condition.expr, condition.origin.names))
    return when


def _blank_hint(lang: str, name: str, blanks: tuple[str, ...]) -> str:
    return suggestion(lang, name, blanks) if blanks else tr(lang, "remove it; this block has no blanks")
