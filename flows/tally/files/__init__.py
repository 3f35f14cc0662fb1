"""Ballots that come from elsewhere: PrefLib, Pabulib, and the CSV and JSON that Palabre exports.

    read(data, "dublin.soi", "en")     -> BallotFile, or BadFile with every mistake and its line
    preflib.write(file), pabulib.write(file)

The one rule: a file is data from anybody. Whatever is in it, reading ends soon, with a `BallotFile` or with a
`BadFile`, and never with anything else.
"""

from __future__ import annotations

from flows.tally.files import pabulib, plain, preflib
from flows.tally.files.shape import BadFile, Ballot, BallotFile, Kind, Mistake, Option, Pairs, Ranking, Unclear
from flows.tally.files.text import Pad, decoded

__all__ = ["BadFile", "Ballot", "BallotFile", "Kind", "Mistake", "Option", "Pairs", "Ranking", "Unclear", "read"]

READERS = {
    "soc": preflib.read,
    "soi": preflib.read,
    "toc": preflib.read,
    "toi": preflib.read,
    "pb": pabulib.read,
}


def read(data: bytes, name: str, lang: str, *, question: str | None = None) -> BallotFile:
    """What is in a file called `name` (the ending says the format; without a known one, the content does).
    `question` names the one to count where there are several. Raises `BadFile`."""
    pad = Pad(lang)
    text = decoded(data, pad)
    reader = READERS.get(name.lower().rpartition(".")[2])
    if reader is not None:
        return reader(text, pad)
    start = text[:1000].lstrip()
    if start.startswith("{"):
        return plain.read_json(text, pad, question)
    if start[:4].upper() == "META":
        return pabulib.read(text, pad)
    if preflib.looks_like(start):
        return preflib.read(text, pad)
    return plain.read_csv(text, pad, question)
