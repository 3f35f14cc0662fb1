"""A flow file -> a checked `Flow`, or every mistake in it.

    loaded = load_file("consultation.yaml")
    if loaded.flow is None:
        print(*loaded.mistakes, sep="\\n")

The one rule: nothing a file contains raises an exception or grows without bound; whatever is wrong with it comes back
as mistakes. A consultation made by a chat command is written as such a text and comes through here too, so that it
gets the checks a file gets.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from flows import blocks as shelves
from flows import bundles, yamltree
from flows.check import check
from flows.flow import Flow
from flows.mistakes import Mistake, Notebook, Page, Spot
from locales import LANGUAGES, tr

_LANG = re.compile(r"""^lang:\s*["']?([a-z]{2,3})\b""", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What came out of a file. `flow` is None exactly when there are mistakes; remarks never stop anything. `source`
    is all that was read, blocks included: `from_source` makes the same flow of it anywhere."""

    flow: Flow | None
    mistakes: tuple[Mistake, ...]
    remarks: tuple[Mistake, ...] = ()
    lang: str = "en"
    source: str = ""


def load_file(path: str | Path, lang: str = "fr") -> Loaded:
    """Read the flow file at `path`. Sentences are in the language of the flow, else in `lang`."""
    file = Path(path)
    notes = Notebook(lang)
    try:
        text = shelves.read_text(file, notes)
    except OSError as error:
        _unopened(file, error, notes)
        text = None
    if text is None:
        return Loaded(flow=None, mistakes=notes.mistakes, lang=lang)
    return load_text(text, str(file), folder=file.parent, lang=lang)


def load_text(text: str, name: str, folder: Path | None = None, lang: str = "fr") -> Loaded:
    """Read the flow in `text`, called `name` in mistakes. Blocks are looked for in `text` itself (see
    `flows.bundles`), then in `folder`, then among those that ship with Palabre."""
    said = _LANG.search(text[: yamltree.MAX_BYTES])
    lang = said[1] if said and said[1] in LANGUAGES else lang
    notes = Notebook(lang)
    if len(text) > bundles.MAX_BUNDLE:
        yamltree.too_big(name, notes)
        return Loaded(flow=None, mistakes=notes.mistakes, lang=lang)
    main, given = bundles.split(text)
    shelf = shelves.Shelf(folder, given, name, notes)
    tree = yamltree.compose(main, name, notes)
    flow = check(Page(file=name, tree=tree), shelf, notes) if tree is not None else None
    source = bundles.join(main, {**shelf.texts, **given})
    return Loaded(flow=flow, mistakes=notes.mistakes, remarks=notes.remarks, lang=lang, source=source)


def from_source(source: str) -> Flow:
    """The flow of a `Loaded.source`. ValueError, with the mistakes, when it is none."""
    loaded = load_text(source, "flow")
    if loaded.flow is None:
        raise ValueError("\n".join(str(mistake) for mistake in loaded.mistakes))
    return loaded.flow


def _unopened(file: Path, error: OSError, notes: Notebook) -> None:
    lang = notes.lang
    match error:
        case FileNotFoundError():
            what, hint = tr(lang, "there is no such file"), tr(lang, "check the name and the folder")
        case IsADirectoryError():
            what, hint = tr(lang, "this is a folder"), tr(lang, "give the name of a file in it")
        case _:
            what, hint = tr(lang, "this file cannot be opened"), tr(lang, "check that you may read it")
    notes.at(str(file), Spot(1, 1), tr(lang, "the file"), what, hint)
