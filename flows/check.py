"""A file as data -> a `Flow`, and everything that is wrong with it.

The one rule: all checks run, whatever the others found; only when none of them wrote anything down is there a flow.
What can be seen in one place of a file is checked by `flows.forms`; here is what needs several places at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flows import versions
from flows.blocks import Shelf, read_steps
from flows.flow import Ask, End, Flow, Goto, Reminder, ResultsMode, Say, Secrecy, Step, Timeout, Window, make_flow
from flows.forms import Read, empty_keys, read
from flows.include import Expansion
from flows.mistakes import Mistake, Notebook, Page
from flows.path import Road
from flows.placed import Origin, Placed
from flows.questions import Questions
from flows.schema import (
    ONLY,
    RESERVED,
    VERBS,
    AskForm,
    EndForm,
    FlowForm,
    GotoForm,
    HeadForm,
    ReminderForm,
    SayForm,
    WindowForm,
    keys_of,
)
from flows.texts import Texts
from flows.whens import Whens
from flows.window import Windows
from locales import tr

__all__ = ["Mistake", "check"]

_HEAD_STAND_IN = {"palabre": 1, "id": "unnamed", "lang": "en", "title": "…"}
_BODY = ("window", "reminders", "steps")


def check(page: Page, shelf: Shelf, notes: Notebook) -> Flow | None:
    """The flow on `page`; None when there is a mistake. All mistakes are in `notes`."""
    data = page.tree.value
    if not isinstance(data, dict):
        _not_a_flow(page, notes)
        return None
    if "block" in data and "id" not in data:
        what = tr(notes.lang, "this file is a block, not a consultation")
        notes.mistake(page, ("block",), what, tr(notes.lang, "include it from a consultation"), key=True)
        return None
    empty_keys(page, (), {key: None for key in ("window", "reminders") if data.get(key, "") is None}, notes)
    head, broken = read(
        HeadForm,
        page,
        (),
        {key: value for key, value in data.items() if key not in _BODY},
        _HEAD_STAND_IN,
        notes,
        keys=keys_of(FlowForm),
    )
    if head is None:
        return None
    langs = _langs(page, head, broken, notes)
    texts = Texts(langs, notes, sure=not broken & {"title", "lang"})
    steps = _steps(page, data, head.lang, shelf, texts, notes)
    window, reminders = _times(page, data, head.lang, texts, notes)
    here = Origin(path=(), lang=head.lang)
    title = texts.label(page, ("title",), head.title, here)
    summary = texts.label(page, ("summary",), head.summary, here) if head.summary is not None else None
    if notes.mistakes:
        return None
    return make_flow(
        id=head.id,
        version=versions.content_hash(data, shelf.values()),
        lang=head.lang,
        langs=langs,
        title=title,
        summary=summary,
        steps=steps,
        window=window,
        reminders=reminders,
        results=ResultsMode(head.results),
        secrecy=Secrecy(head.secrecy),
        recap=head.recap,
        forget=head.forget,
    )


def _not_a_flow(page: Page, notes: Notebook) -> None:
    lang = notes.lang
    what = tr(lang, "the file is empty") if page.tree.value is None else tr(lang, "this is not a consultation")
    notes.mistake(page, (), what, tr(lang, "begin with {example}", example="palabre: 1"))


def _langs(page: Page, head: HeadForm, broken: frozenset[str], notes: Notebook) -> tuple[str, ...]:
    """The languages of the title, the main one first."""
    found = [head.lang if one == ONLY else one for one in head.title]
    if head.lang not in found and not broken & {"lang", "title"}:
        what = tr(notes.lang, "the title is not written in '{word}'", word=head.lang)
        notes.mistake(page, ("title",), what, tr(notes.lang, "lang is the main language; the title must have it"))
    return tuple(sorted(found, key=lambda one: one != head.lang))


def _times(
    page: Page, data: Mapping[str, Any], lang: str, texts: Texts, notes: Notebook
) -> tuple[Window | None, tuple[Reminder, ...]]:
    form: WindowForm | None = None
    broken: frozenset[str] = frozenset()
    if data.get("window") is not None:
        if isinstance(data["window"], dict):
            form, broken = read(WindowForm, page, ("window",), data["window"], {}, notes)
        else:
            broken = frozenset({"opens", "closes"})
            what = tr(notes.lang, "a group of keys is expected here")
            example = "window: {opens: 2026-03-01T08:00, closes: 2026-03-21T20:00}"
            notes.mistake(page, ("window",), what, tr(notes.lang, "write for example {example}", example=example))
    windows = Windows(page, broken, notes)
    window = windows.window(form) if form is not None else None
    return window, _reminders(page, data, lang, window, windows, texts, notes)


def _reminders(
    page: Page,
    data: Mapping[str, Any],
    lang: str,
    window: Window | None,
    windows: Windows,
    texts: Texts,
    notes: Notebook,
) -> tuple[Reminder, ...]:
    listed = data.get("reminders") or []
    if not isinstance(listed, list) or len(listed) > 20:
        what = tr(notes.lang, "a list of at most {n} is expected here", n=20)
        notes.mistake(page, ("reminders",), what, tr(notes.lang, "begin each item on its own line with '- '"))
        return ()
    made = []
    for place, one in enumerate(listed):
        if not isinstance(one, dict):
            what = tr(notes.lang, "a group of keys is expected here")
            example = "{after: 2d, to: unfinished, text: ...}"
            hint = tr(notes.lang, "write for example {example}", example=example)
            notes.mistake(page, ("reminders", place), what, hint)
            continue
        form, broken = read(ReminderForm, page, ("reminders", place), one, {"text": "…"}, notes)
        if form is None:
            continue
        windows.fits(place, form, broken, window)
        if "text" not in broken:
            made.append(windows.reminder(place, form, texts, lang))
    return tuple(made)


def _steps(
    page: Page, data: Mapping[str, Any], lang: str, shelf: Shelf, texts: Texts, notes: Notebook
) -> tuple[Step, ...]:
    read_ = read_steps(page, data, notes)
    expansion = Expansion(shelf, texts, notes)
    placed = expansion.run(page, read_, lang)
    ghosts = {*_ghosts(page, read_), *(name for one in shelf.pages() for name in _ghosts(*one))}
    complete = expansion.complete
    _unique(placed, page, notes)
    whens = Whens(placed, ghosts, complete, notes)
    for place in range(len(placed)):
        whens.check(place)
    ended = bool(read_) and read_[-1].path == ("steps", len(data["steps"]) - 1)
    Road(placed, ghosts, page, notes, complete=complete, ended=ended).check()
    questions = Questions(texts, notes)
    return tuple(_step(one, texts, questions, notes) for one in placed)


def _ghosts(page: Page, steps: tuple[Read, ...]) -> set[str]:
    """The names of steps that could not be read: others may refer to them."""
    listed = page.tree.value.get("steps")
    seen = {step.path[1] for step in steps}
    lost = [one for place, one in enumerate(listed if isinstance(listed, list) else []) if place not in seen]
    lost += [one for step in steps if step.broken & {*VERBS} for one in [listed[step.path[1]]]]
    return {value for one in lost if isinstance(one, dict) for value in one.values() if isinstance(value, str)}


def _unique(steps: tuple[Placed, ...], main: Page, notes: Notebook) -> None:
    """Each name stands once."""
    first: dict[str, Placed] = {}
    for step in steps:
        if isinstance(step.form, GotoForm):
            continue
        _not_reserved(step, main, notes)
        twin = first.setdefault(step.name, step)
        if twin is step:
            continue
        lang = notes.lang
        what = tr(lang, "the name {name} is taken", name=step.name)
        if step.origin.block is None:
            line = twin.page.tree.spot(twin.path).line
            verb = next(verb for verb in VERBS if hasattr(step.form, verb))
            hint = tr(lang, "line {n} has it; choose another", n=line)
            notes.mistake(step.page, (*step.path, verb), what, hint)
        else:
            hint = tr(lang, "give the include a prefix, for example {example}", example="as: second")
            notes.mistake(main, step.origin.path, what, hint)


def _not_reserved(step: Placed, main: Page, notes: Notebook) -> None:
    """A prefix and a name, each fine alone, may make a word that conditions need."""
    if step.name in RESERVED:
        what = tr(notes.lang, "'{word}' is a reserved word", word=step.name)
        notes.mistake(main, step.origin.path, what, tr(notes.lang, "choose another prefix"))


def _step(step: Placed, texts: Texts, questions: Questions, notes: Notebook) -> Step:
    form = step.form
    if isinstance(form, GotoForm):
        return Goto(name=step.name, to=step.origin.final(form.goto), when=step.when)
    if "text" in step.broken:
        text = texts.none()
    else:
        text = texts.spoken(step.page, (*step.path, "text"), form.text, step.origin)
    match form:
        case SayForm():
            return Say(name=step.name, text=text, when=step.when)
        case EndForm():
            return End(name=step.name, text=text, when=step.when)
        case AskForm():
            _exit(step, form, notes)
            kind = questions.make(step, form)
            return Ask(
                name=step.name,
                text=text,
                kind=kind,
                when=step.when,
                optional=form.optional,
                dont_know=form.dont_know,
                abstain=form.abstain,
                timeout=_timeout(step, form),
                consent=form.consent,
                personal=form.personal,
                wording=versions.wording_hash(text, kind),
            )


def _timeout(step: Placed, form: AskForm) -> Timeout | None:
    if form.timeout is None:
        return None
    to = form.timeout.to
    return Timeout(after=form.timeout.after, to=None if to is None else step.origin.final(to))


def _exit(step: Placed, form: AskForm, notes: Notebook) -> None:
    """A choice that nobody may leave open makes people say what they do not think."""
    closed = (form.one_of, form.any_of, form.scale, form.rating, form.yes_no)
    way_out = form.optional or form.dont_know or form.abstain or form.consent is not None
    if all(kind is None for kind in closed) or way_out or step.broken:
        return
    lang = notes.lang
    what = tr(lang, "nobody can leave this question without an opinion")
    notes.remark(step.page, step.path, what, tr(lang, "add optional, dont_know or abstain: true"))
