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
from codecs import BOM_UTF8
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from flows import bundles, yamltree
from flows.blocks import Shelf
from flows.check import check
from flows.flow import Flow
from flows.mistakes import Mistake, Notebook, Page, Spot
from locales import LANGUAGES, tr

LIBRARY = Path(__file__).parent / "library" / "blocks"
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
        text = _read(file, notes)
    except OSError as error:
        _unopened(file, error, notes)
        text = None
    if text is None:
        return Loaded(flow=None, mistakes=notes.mistakes, lang=lang)
    return load_text(text, str(file), folder=file.parent, lang=lang)


def load_text(text: str, name: str, folder: Path | None = None, lang: str = "fr", *, accepted: bool = False) -> Loaded:
    """Read the flow in `text`, called `name` in mistakes. Blocks are looked for in `text` itself (see
    `flows.bundles`), then in `folder`, then among those that ship with Palabre. For `accepted` see `Notebook`."""
    said = _LANG.search(text[: yamltree.MAX_BYTES])
    lang = said[1] if said and said[1] in LANGUAGES else lang
    notes = Notebook(lang, accepted=accepted)
    if len(text) > bundles.MAX_BUNDLE:
        yamltree.too_big(name, notes)
        return Loaded(flow=None, mistakes=notes.mistakes, lang=lang)
    main, given = bundles.split(text)
    shelf = Shelf(_Places(folder=folder, given=given, file=name, notes=notes), notes)
    tree = yamltree.compose(main, name, notes)
    flow = check(Page(file=name, tree=tree), shelf, notes) if tree is not None else None
    source = bundles.join(main, {**shelf.texts, **given})
    return Loaded(flow=flow, mistakes=notes.mistakes, remarks=notes.remarks, lang=lang, source=source)


def from_source(source: str) -> Flow:
    """The flow of a `Loaded.source`. ValueError, with the mistakes, when it is none."""
    loaded = load_text(source, "flow", accepted=True)
    if loaded.flow is None:
        raise ValueError("\n".join(str(mistake) for mistake in loaded.mistakes))
    return loaded.flow


@dataclass(frozen=True, slots=True, kw_only=True)
class _Places:
    """Where blocks may come from, and nowhere else: the file itself (`given`), its folder, what ships with Palabre.
    No path leads out of the folder, not by `..` and not by a link."""

    folder: Path | None
    given: Mapping[str, str]
    file: str
    notes: Notebook

    def find(self, name: str) -> tuple[str, str | None] | None:
        if name in self.given:
            return self.file, self.given[name]
        for root, file in self.candidates(name):
            try:
                if file.resolve().is_relative_to(root.resolve()) and file.is_file():
                    return str(file), _read(file, self.notes)
            except (OSError, ValueError, RuntimeError):
                continue
        return None

    def candidates(self, name: str) -> list[tuple[Path, Path]]:
        """(the folder to stay in, the file to look for), in the order of the search."""
        file = name if name.endswith(".yaml") else f"{name}.yaml"
        shipped = (LIBRARY, LIBRARY / file)
        if self.folder is None:
            return [shipped]
        return [(self.folder, self.folder / file), (self.folder, self.folder / "blocks" / file), shipped]

    def names(self) -> list[str]:
        folders = [LIBRARY] if self.folder is None else [self.folder / "blocks", LIBRARY]
        return sorted({*self.given, *(file.stem for folder in folders for file in folder.glob("*.yaml"))})


def _read(file: Path, notes: Notebook) -> str | None:
    """The text of a file, refused before it is read whole when it is too large. Mistakes go to `notes`."""
    with file.open("rb") as stream:
        data = stream.read(yamltree.MAX_BYTES + len(BOM_UTF8) + 1)
    if len(data.removeprefix(BOM_UTF8)) > yamltree.MAX_BYTES:
        yamltree.too_big(str(file), notes)
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8").replace("\r\n", "\n")
        spot = Spot(before.count("\n") + 1, len(before) - before.rfind("\n"))
        yamltree.not_utf8(str(file), spot, notes)
        return None


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
