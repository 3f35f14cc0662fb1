"""Pieces of a file -> checked forms, one piece at a time.

The one rule: a mistake in one place never hides the mistakes of others. A piece that is wrong is reported, taken out,
and what remains is read again; so the checks that look at two places at once still see everything that is right.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from pydantic import ValidationError

from flows import faults
from flows.fields import Form
from flows.mistakes import Notebook, Page, Path, nearest
from flows.schema import FORMS, NESTED, VERBS, StepForm, keys_of
from locales import tr

F = TypeVar("F", bound=Form)


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A step as read. `broken` are its keys that had mistakes: nothing more should be said about those."""

    path: Path
    form: StepForm
    broken: frozenset[str]


def read(
    model: type[F],
    page: Page,
    path: Path,
    data: Mapping[str, Any],
    stand_in: Mapping[str, Any],
    notes: Notebook,
    keys: tuple[str, ...] = (),
) -> tuple[F | None, frozenset[str]]:
    """The form in `data`, and the keys that had mistakes. `stand_in` replaces required keys that are missing or
    wrong; `keys` are the keys to propose instead of an unknown one."""
    empty = empty_keys(page, path, data, notes)
    broken = {str(one[len(path)]) for one in empty}
    rest: dict[str, Any] = _without_empty(copy.deepcopy(dict(data)))
    for attempt in range(4):
        try:
            return model.model_validate(rest), frozenset(broken)
        except ValidationError as error:
            found = error.errors(include_url=False, include_input=False)
        for one in found:
            loc = tuple(part for part in one["loc"] if part != "[key]")
            if loc:
                broken.add(str(loc[0]))
            if attempt == 0 and path + loc not in empty:
                _report(model, page, path, loc, one, keys or keys_of(model), notes)
            _take_out(rest, loc if attempt < 2 else loc[:1], one)
        for key, value in stand_in.items():
            rest.setdefault(key, value)
    return None, frozenset(broken)


def read_step(page: Page, place: int, data: Any, notes: Notebook) -> Read | None:
    """One step; None when it is not even clear which verb it is."""
    path: Path = ("steps", place)
    lang = notes.lang
    if not isinstance(data, dict):
        example = tr(lang, "write for example {example}", example="- say: hello")
        notes.mistake(page, path, tr(lang, "this is not a step"), example)
        return None
    verbs = [verb for verb in VERBS if verb in data]
    if len(verbs) > 1:
        what = tr(lang, "this step has two verbs: {list}", list=", ".join(verbs))
        notes.mistake(page, (*path, verbs[1]), what, tr(lang, "begin a new step with '- '"), key=True)
        return None
    if not verbs:
        _no_verb(page, path, data, notes)
        return None
    verb = verbs[0]
    stand_in = {verb: f"unnamed{place}"} | ({"text": "…"} if "text" in FORMS[verb].model_fields else {})
    form, broken = read(FORMS[verb], page, path, data, stand_in, notes)
    if form is None:
        return None
    return Read(path=path, form=cast(StepForm, form), broken=broken)


def _no_verb(page: Page, path: Path, data: Mapping[str, Any], notes: Notebook) -> None:
    lang = notes.lang
    near = next(((key, near) for key in data if (near := nearest(key, VERBS))), None)
    what = tr(lang, "this step has no verb")
    if near:
        hint = tr(lang, "did you mean {word}?", word=near[1])
        notes.mistake(page, (*path, near[0]), what, hint, key=True)
    else:
        notes.mistake(page, path, what, tr(lang, "begin it with one of: {list}", list=", ".join(VERBS)))


def _report(
    model: type[Form], page: Page, path: Path, loc: Path, error: Any, keys: tuple[str, ...], notes: Notebook
) -> None:
    facts = error.get("ctx") or {}
    place = path + loc + ((facts["at"],) if "at" in facts else ())
    if len(loc) > 1:
        keys = keys_of(NESTED.get(str(loc[0]), model))
    what, hint = faults.say(notes.lang, error, _written(page.tree.value, place), keys)
    bad_language = error["type"] == "palabre_language" and "at" in facts
    on_key = bad_language or error["type"] == "extra_forbidden" or "[key]" in error["loc"]
    notes.mistake(page, place, what, hint, key=on_key)


def _written(value: Any, path: Path) -> Any:
    for part in path:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def _take_out(data: dict[str, Any], loc: Path, error: Any) -> None:
    """Remove the smallest piece that is wrong. Where something is missing, that is the whole form around it."""
    at = (error.get("ctx") or {}).get("at")
    full = (*loc, at) if at is not None else loc
    if error["type"] == "missing":
        full = loc[:-1] or loc
    parent: Any = data
    for part in full[:-1]:
        inner = parent.get(part) if isinstance(parent, dict) else None
        if not isinstance(inner, dict):
            data.pop(str(full[0]), None)
            return
        parent = inner
    if full and isinstance(parent, dict):
        parent.pop(full[-1], None)


def empty_keys(page: Page, path: Path, data: Mapping[str, Any], notes: Notebook) -> frozenset[Path]:
    """Report each key with nothing behind it: an empty `when:` must not mean `always`."""
    found = []
    for key, value in data.items():
        here: Path = (*path, key)
        if value is None:
            what = tr(notes.lang, "nothing stands behind {key}", key=key)
            notes.mistake(page, here, what, tr(notes.lang, "fill it in, or remove the key"), key=True)
            found.append(here)
        elif isinstance(value, dict):
            found.extend(empty_keys(page, here, value, notes))
    return frozenset(found)


def _without_empty(data: dict[str, Any]) -> dict[str, Any]:
    return {
        key: _without_empty(value) if isinstance(value, dict) else value
        for key, value in data.items()
        if value is not None
    }
