"""Blocks: files with steps that several consultations share.

The one rule: a block comes from the folder of the flow or from those that ship with Palabre, and from nowhere else.
No path leads out of the folder, not by `..` and not by a link.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path as File
from typing import Any

from flows import yamltree
from flows.forms import Read, read, read_step
from flows.mistakes import Notebook, Page, Spot
from flows.schema import MOST_STEPS, ONLY, AskForm, BlockHeadForm
from locales import tr

LIBRARY = File(__file__).parent / "library" / "blocks"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A block as read: its steps, its blanks and the languages in which it has texts."""

    page: Page
    lang: str
    blanks: tuple[str, ...]
    steps: tuple[Read, ...]
    spoken: frozenset[str]


class Shelf:
    """Finds and reads blocks, each once. `given` holds texts of blocks that stand in `file` itself."""

    def __init__(self, folder: File | None, given: Mapping[str, str], file: str, notes: Notebook) -> None:
        self.folder = folder
        self.given = given
        self.file = file
        self.notes = notes
        self.texts: dict[str, str] = {}
        self.blocks: dict[str, Block | None] = {}

    def block(self, name: str) -> Block | None:
        """The block called `name`, None when it cannot be read. KeyError when there is none."""
        if name not in self.blocks:
            found = self.find(name)
            if found is None:
                raise KeyError(name)
            label, text = found
            self.texts[name] = text or ""
            self.blocks[name] = None if text is None else self.read(label, text)
        return self.blocks[name]

    def values(self) -> dict[str, Any]:
        """The data of each block that was read, by name."""
        return {name: block.page.tree.value for name, block in self.blocks.items() if block is not None}

    def pages(self) -> list[tuple[Page, tuple[Read, ...]]]:
        return [(block.page, block.steps) for block in self.blocks.values() if block is not None]

    def find(self, name: str) -> tuple[str, str | None] | None:
        """(what to call the file, its text; None when the file cannot be read)."""
        if name in self.given:
            return self.file, self.given[name]
        for root, file in self.candidates(name):
            try:
                inside = file.resolve().is_relative_to(root.resolve()) and file.is_file()
            except (OSError, ValueError, RuntimeError):
                inside = False
            if inside:
                return str(file), read_text(file, self.notes)
        return None

    def candidates(self, name: str) -> list[tuple[File, File]]:
        file = name if name.endswith(".yaml") else f"{name}.yaml"
        roots = [] if self.folder is None else [self.folder, self.folder / "blocks"]
        return [(self.folder or root, root / file) for root in roots] + [(LIBRARY, LIBRARY / file)]

    def names(self) -> list[str]:
        """The blocks that could have been meant."""
        folders = [LIBRARY] if self.folder is None else [self.folder / "blocks", LIBRARY]
        return sorted({*self.given, *(file.stem for folder in folders for file in folder.glob("*.yaml"))})

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


def read_text(file: File, notes: Notebook) -> str | None:
    """The text of a file, refused before it is read whole when it is too large. Mistakes go to `notes`."""
    with file.open("rb") as stream:
        data = stream.read(yamltree.MAX_BYTES + 4)
    if len(data) > yamltree.MAX_BYTES + 3:
        yamltree.too_big(str(file), notes)
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8").replace("\r\n", "\n")
        spot = Spot(before.count("\n") + 1, len(before) - before.rfind("\n"))
        yamltree.not_utf8(str(file), spot, notes)
        return None


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
        texts = [getattr(step.form, "text", None) or {}]
        if isinstance(step.form, AskForm):
            texts += [label for choices in (step.form.one_of, step.form.any_of) for label in (choices or {}).values()]
        spoken.update(one for text in texts for one in text)
    return frozenset(lang if one == ONLY else one for one in spoken) or frozenset({lang})
