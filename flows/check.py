"""A file as data -> a `Flow`, and everything that is wrong with it.

The one rule: all checks run, whatever the others found; only when none of them wrote anything down is there a flow.
What can be seen in one place of a file is checked by `flows.forms`; here is what needs several places at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flows import versions
from flows.asking import AskForm
from flows.blocks import Shelf, read_steps
from flows.fields import ONLY, RESERVED
from flows.flow import Flow, Reminder, ResultsMode, Secrecy, Window, make_flow
from flows.forms import Read, empty_keys, read
from flows.include import Expansion, asks_reason, reason_name
from flows.making import Making
from flows.mistakes import Mistake, Notebook, Page, suggestion
from flows.path import Road
from flows.placed import Origin, Placed
from flows.proposing import ProposeForm, ReactForm, SignForm
from flows.referring import References
from flows.schema import VERBS, FlowForm, GotoForm, HeadForm, ReminderForm, WindowForm, keys_of
from flows.texts import Texts
from flows.voting import VoteForm
from flows.whens import Whens
from flows.window import Windows
from locales import tr

__all__ = ["Mistake", "check"]

DEFAULT_ZONE = str(WindowForm.model_fields["zone"].default)
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
    window, reminders = _times(page, data, head.lang, texts, notes)
    placed = _placed(page, data, head, shelf, texts, notes)
    _keeps(page, head, placed, notes)
    making = Making(texts, window.zone if window is not None else DEFAULT_ZONE, notes)
    steps = tuple(making.step(one) for one in placed)
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
        keep=head.keep,
    )


def _keeps(page: Page, head: HeadForm, placed: tuple[Placed, ...], notes: Notebook) -> None:
    """`keep` names a question that asks for consent: a yes is on file with the words that were read."""
    lang = notes.lang
    if head.keep is None:
        return
    step = next((one for one in placed if one.name == head.keep), None)
    if step is None:
        what = tr(lang, "there is no question {name}", name=head.keep)
        asked = [one.name for one in placed if isinstance(one.form, AskForm) and one.form.consent is not None]
        hint = suggestion(lang, head.keep, asked) if asked else tr(lang, "name a yes_no question with consent")
        notes.mistake(page, ("keep",), what, hint)
    elif not isinstance(step.form, AskForm) or step.form.consent is None:
        what = tr(lang, "{name} does not ask for consent", name=head.keep)
        notes.mistake(page, ("keep",), what, tr(lang, "name a yes_no question with consent"))
    else:
        _kept_first(placed[: placed.index(step)], head.keep, notes)


def _kept_first(before: tuple[Placed, ...], keep: str, notes: Notebook) -> None:
    """What others will see is asked for once the person has said that it may be kept."""
    for one in (one for one in before if isinstance(one.form, ProposeForm | ReactForm | SignForm)):
        what = tr(
            notes.lang, "{name} comes before {keep}, the question whether to keep anything", name=one.name, keep=keep
        )
        notes.mistake(one.page, one.path, what, tr(notes.lang, "move this step behind that question"))


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


def _placed(
    page: Page, data: Mapping[str, Any], head: HeadForm, shelf: Shelf, texts: Texts, notes: Notebook
) -> tuple[Placed, ...]:
    """All steps in their places, checked for what needs several of them."""
    read_ = read_steps(page, data, notes)
    expansion = Expansion(shelf, texts, notes)
    placed = expansion.run(page, read_, head.lang)
    ghosts = {*_ghosts(page, read_), *(name for one in shelf.pages() for name in _ghosts(*one))}
    complete = expansion.complete
    _unique(placed, page, notes)
    whens = Whens(placed, ghosts, complete, notes)
    for place in range(len(placed)):
        whens.check(place)
    References(placed, ghosts, head.id, notes, complete=complete).check()
    ended = bool(read_) and read_[-1].path == ("steps", len(data["steps"]) - 1)
    Road(placed, ghosts, page, notes, complete=complete, ended=ended).check()
    return placed


def _ghosts(page: Page, steps: tuple[Read, ...]) -> set[str]:
    """The names of steps that could not be read: others may refer to them."""
    listed = page.tree.value.get("steps")
    seen = {step.path[1] for step in steps}
    lost = [one for place, one in enumerate(listed if isinstance(listed, list) else []) if place not in seen]
    lost += [one for step in steps if step.broken & {*VERBS} for one in [listed[step.path[1]]]]
    names = {value for one in lost if isinstance(one, dict) for value in one.values() if isinstance(value, str)}
    unsure = [step.form for step in steps if isinstance(step.form, VoteForm) and step.broken & {"method", "reason"}]
    return names | {reason_name(form) for form in unsure if not asks_reason(form)}


def _unique(steps: tuple[Placed, ...], main: Page, notes: Notebook) -> None:
    """Each name stands once."""
    first: dict[str, Placed] = {}
    for step in steps:
        if isinstance(step.form, GotoForm):
            continue
        _not_reserved(step, main, notes)
        twin = first.setdefault(step.name, step)
        if twin is not step and not (twin.reason_of and step.reason_of):
            _taken(twin, step, main, notes)


def _taken(first: Placed, second: Placed, main: Page, notes: Notebook) -> None:
    """Two steps of one name; of a question that comes by itself and a step somebody named, the latter must change."""
    lang = notes.lang
    step, other = (first, second) if second.reason_of else (second, first)
    what = tr(lang, "the name {name} is taken", name=step.name)
    if step.origin.block is not None:
        hint = tr(lang, "give the include a prefix, for example {example}", example="as: second")
        notes.mistake(main, step.origin.path, what, hint)
        return
    if other.reason_of:
        hint = tr(lang, "it is the question for the reason that follows {name}; choose another", name=other.reason_of)
    else:
        line = other.page.tree.spot(other.path).line
        hint = tr(lang, "line {n} has it; choose another", n=line)
    verb = next(verb for verb in VERBS if hasattr(step.form, verb))
    notes.mistake(step.page, (*step.path, verb), what, hint)


def _not_reserved(step: Placed, main: Page, notes: Notebook) -> None:
    """A prefix and a name, each fine alone, may make a word that conditions need."""
    if step.name in RESERVED:
        what = tr(notes.lang, "'{word}' is a reserved word", word=step.name)
        notes.mistake(main, step.origin.path, what, tr(notes.lang, "choose another prefix"))
