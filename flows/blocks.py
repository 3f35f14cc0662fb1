"""Blocks: files with steps that several consultations share, read and checked like a flow, each once.

The one rule: what is wrong in a block is reported in the block, at its own line, whoever includes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from flows import yamltree
from flows.asking import AskForm
from flows.fields import ONLY
from flows.forms import Read, read, read_step
from flows.mistakes import Notebook, Page
from flows.proposing import ProposeForm, ReactForm, SignForm, qualified
from flows.schema import MOST_STEPS, BlockHeadForm, StepForm
from flows.voting import BudgetForm, GradeForm, RankForm, VoteForm
from locales import tr


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A block as read: its steps, its blanks and the languages in which it has texts."""

    page: Page
    lang: str
    blanks: tuple[str, ...]
    steps: tuple[Read, ...]
    spoken: frozenset[str]


class Source(Protocol):
    """Where blocks come from."""

    def find(self, name: str) -> tuple[str, str | None] | None:
        """(what to call the file, its text); None when there is no such block, and no text when it cannot be read."""
        ...

    def names(self) -> list[str]:
        """The blocks that could have been meant."""
        ...


class Shelf:
    """Reads blocks, each once. `texts` and `blocks` hold what was read, by name."""

    def __init__(self, source: Source, notes: Notebook) -> None:
        self.source = source
        self.notes = notes
        self.texts: dict[str, str] = {}
        self.blocks: dict[str, Block | None] = {}

    def block(self, name: str) -> Block | None:
        """The block called `name`, None when it cannot be read. KeyError when there is none."""
        if name not in self.blocks:
            found = self.source.find(name)
            if found is None:
                raise KeyError(name)
            label, text = found
            self.texts[name] = text or ""
            self.blocks[name] = None if text is None else self.read(label, text)
        return self.blocks[name]

    def names(self) -> list[str]:
        return self.source.names()

    def values(self) -> dict[str, Any]:
        """The data of each block that was read, by name."""
        return {name: block.page.tree.value for name, block in self.blocks.items() if block is not None}

    def pages(self) -> list[tuple[Page, tuple[Read, ...]]]:
        return [(block.page, block.steps) for block in self.blocks.values() if block is not None]

    def read(self, label: str, text: str) -> Block | None:
        notes = self.notes
        tree = yamltree.compose(text, label, notes)
        if tree is None:
            return None
        page = Page(file=label, tree=tree)
        if not isinstance(tree.value, dict) or "block" not in tree.value:
            what = tr(notes.lang, "this file is not a block")
            notes.mistake(page, (), what, tr(notes.lang, "add for example {example}", example="block: promise"))
            return None
        data = {key: value for key, value in tree.value.items() if key != "steps"}
        head, _ = read(BlockHeadForm, page, (), data, {"palabre": 1, "block": "block", "lang": "en"}, notes)
        steps = read_steps(page, tree.value, notes)
        if head is None:
            return None
        return Block(
            page=page, lang=head.lang, blanks=tuple(head.blanks), steps=steps, spoken=_spoken(steps, head.lang)
        )


def read_steps(page: Page, value: Mapping[str, Any], notes: Notebook) -> tuple[Read, ...]:
    """The steps of a flow or a block, as they stand in its file."""
    lang = notes.lang
    steps = value.get("steps")
    if not isinstance(steps, list) or not steps:
        what = tr(lang, "there are no steps") if not steps else tr(lang, "a list is expected here")
        notes.mistake(page, ("steps",), what, tr(lang, "write for example {example}", example="- say: hello"), key=True)
        return ()
    if len(steps) > MOST_STEPS:
        what = tr(lang, "there are too many steps")
        notes.mistake(page, ("steps", MOST_STEPS), what, tr(lang, "at most {n}", n=MOST_STEPS))
    found = (read_step(page, place, data, notes) for place, data in enumerate(steps[:MOST_STEPS]))
    return tuple(step for step in found if step is not None)


def _spoken(steps: tuple[Read, ...], lang: str) -> frozenset[str]:
    """The languages in which a block has at least one text."""
    spoken: set[str] = set()
    for step in steps:
        spoken.update(lang for text in _texts(step.form) for lang in text)
    return frozenset(lang if one == ONLY else one for one in spoken) or frozenset({lang})


def _texts(form: StepForm) -> Iterator[Mapping[str, str]]:
    """The text of a step and the labels of its choices."""
    yield getattr(form, "text", None) or {}
    match form:
        case AskForm():
            yield from (form.one_of or {}).values()
            yield from (form.any_of or {}).values()
        case VoteForm() | RankForm() | GradeForm():
            yield from (form.options or {}).values()
        case BudgetForm():
            yield from (project.label for project in (form.projects or {}).values())
        case ProposeForm():
            yield from (form.categories or {}).values()
            yield from (text for text in (form.opener, form.amends) if text is not None)
            yield from ((form.answers.states or {}) if form.answers else {}).values()
        case ReactForm():
            yield from (form.statements or {}).values()
            yield from (text for some in qualified(form).values() for text in some.values())
        case SignForm():
            yield from (goal.say for goal in form.goals if goal.say is not None)
        case _:
            pass
