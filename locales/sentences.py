"""Find the sentences that the code says: every `tr` and `trn` call in the rooms that speak.

The one rule: a sentence is written literally at the call. One put together at run time (an f-string, a `+`, a name)
can be in no catalog; it is reported, not skipped.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOMS = ("bot", "adapters", "flows")
_SENTENCES = {"tr": slice(1, 2), "trn": slice(1, 3)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One message id. `many` is the plural id of a `trn`."""

    one: str
    many: str | None = None
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A call whose sentence cannot be known before it runs."""

    file: str
    line: int
    why: str


def read_rooms(root: Path) -> list[Sentence | Unreadable]:
    """Every sentence under `root`, files in alphabetical order."""
    files = sorted(path for room in ROOMS for path in (root / room).rglob("*.py"))
    return [
        found for path in files for found in read_source(path.read_text("utf-8"), path.relative_to(root).as_posix())
    ]


def read_source(source: str, file: str) -> Iterator[Sentence | Unreadable]:
    """The sentences of one Python file."""
    try:
        tree = ast.parse(source, file)
    except SyntaxError as error:
        yield Unreadable(file=file, line=error.lineno or 1, why="this is not Python yet")
        return
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module="locales" | "locales.catalogs", names=names):
                for alias in names:
                    if alias.name in _SENTENCES and alias.asname:
                        yield Unreadable(file=file, line=node.lineno, why=f"import {alias.name} under its own name")
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in _SENTENCES:
                yield from _read_call(node, name, file)


def _read_call(call: ast.Call, name: str, file: str) -> Iterator[Sentence | Unreadable]:
    wanted = [_literals(part) for part in call.args[_SENTENCES[name]]]
    match wanted:
        case [[_, *_] as sentences] if name == "tr":
            for sentence in sentences:
                yield Sentence(one=sentence, file=file)
        case [[one], [many]]:
            yield Sentence(one=one, many=many, file=file)
        case _:
            yield Unreadable(
                file=file, line=call.lineno, why=f"write the sentence of {name} literally, with {{blanks}}"
            )


def _literals(node: ast.expr) -> list[str]:
    """The strings that an expression can be when it is a literal, or a choice between literals."""
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.IfExp(body=body, orelse=orelse):
            one, other = _literals(body), _literals(orelse)
            return one + other if one and other else []
        case _:
            return []
