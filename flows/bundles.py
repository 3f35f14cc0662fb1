"""A flow with its blocks as one text.

    palabre: 1
    id: mobilite
    ...
    --- # block: promise
    palabre: 1
    ...

The one rule: a bundle is itself a flow file. It can be kept, exported, sent and loaded again, and makes the same flow
wherever that happens, whatever blocks are found there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from flows.yamltree import MAX_BYTES

_BOM = "\ufeff"
MAX_BUNDLE = 16 * MAX_BYTES
_SEAM = re.compile(r"^--- # block: ([A-Za-z0-9_./-]+)[ \t]*\r?$", re.MULTILINE)


def join(text: str, blocks: Mapping[str, str]) -> str:
    """One text out of a flow and the blocks it includes, by name."""
    if not blocks:
        return text
    heads = [f"--- # block: {name}\n" for name in sorted(blocks)]
    pieces = [text, *(blocks[name] for name in sorted(blocks))]
    return "".join(
        head + piece.removeprefix(_BOM).strip("\n") + "\n" for head, piece in zip(["", *heads], pieces, strict=True)
    )


def split(text: str) -> tuple[str, dict[str, str]]:
    """The flow and its blocks, each block with as many empty lines in front as keep its line numbers right. The
    first of several blocks of one name counts."""
    seams = list(_SEAM.finditer(text))
    ends = [seam.start() for seam in seams[1:]] + [len(text)]
    blocks: dict[str, str] = {}
    for seam, end in zip(seams, ends, strict=True) if seams else ():
        blocks.setdefault(seam[1], "\n" * text.count("\n", 0, seam.end()) + text[seam.end() : end])
    return text[: seams[0].start()] if seams else text, blocks
