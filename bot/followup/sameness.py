"""Was the same text pasted under several questions?

The one rule: it is pointed out, never refused. A short answer ("Done in May.") may be the right one twice.
"""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz import fuzz, process

from flows import reading

SHORT = 60
"""Shorter answers are not compared: the same few words can be the honest answer to many questions."""
SAME = 92
"""From this likeness (of 100) on, an answer is the same: a name or a date was changed at most."""


def same_as(reply: str, earlier: Sequence[tuple[int, str]]) -> int | None:
    """The number of the first of some earlier answers that has this text, if one has. In order of their dates."""
    return _same(_folded(reply), [(number, _folded(text)) for number, text in earlier])


def pasted(answers: Sequence[tuple[int, str]]) -> dict[int, int]:
    """number -> number of the earlier answer with the same text, over answers in the order of their dates."""
    found: dict[int, int] = {}
    known: list[tuple[int, str]] = []
    for number, reply in answers:
        mine = _folded(reply)
        same = _same(mine, known)
        if same is None:
            known.append((number, mine))
        else:
            found[number] = same
    return found


def _same(mine: str, known: Sequence[tuple[int, str]]) -> int | None:
    if len(mine) < SHORT:
        return None
    exact = next((number for number, folded in known if folded == mine), None)
    if exact is not None:
        return exact
    texts = [folded for _number, folded in known]
    found = next(process.extract_iter(mine, texts, scorer=fuzz.ratio, processor=None, score_cutoff=SAME), None)
    return known[found[2]][0] if found is not None else None


def _folded(text: str) -> str:
    """The whole text as it is compared; `reading.fold` reads no more than a label's length at a time."""
    parts = (reading.fold(text[at : at + reading.LONGEST]) for at in range(0, len(text), reading.LONGEST))
    return " ".join(part for part in parts if part)
