"""Pabulib's files of participatory budgets: `.pb`.

The format: Faliszewski and others, Participatory Budgeting: Data, Tools, and Analysis (IJCAI 2023,
https://arxiv.org/abs/2305.11035). Three sections, META, PROJECTS and VOTES, of values between semicolons; each has a
line with the names of its columns. `vote_type` is `approval` (or `choose-1`), `cumulative`, `scoring` or `ordinal`.

The one rule: a vote is never lost in silence. Votes for projects that are not in the list are passed over, and a remark
says how many there were.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from flows.tally.files.shape import Ballot, BallotFile, Kind, Option, Pairs, Ranking, together
from flows.tally.files.text import MOST_OPTIONS, Pad, count_in, lines_of, number_in, one_line, spelled
from flows.tally.outcome import Number
from flows.tally.rankings import strict
from locales import tr, trn

SECTIONS = ("META", "PROJECTS", "VOTES")
KINDS = {
    "approval": Kind.APPROVAL,
    "choose-1": Kind.APPROVAL,
    "cumulative": Kind.POINTS,
    "scoring": Kind.POINTS,
    "score": Kind.POINTS,
    "ordinal": Kind.RANKING,
}
WRITTEN = {Kind.APPROVAL: "approval", Kind.POINTS: "scoring", Kind.RANKING: "ordinal"}
LONGEST_ROW = 30
"""A row over more lines than this has a quotation mark that was never closed."""


@dataclass(slots=True)
class _Section:
    """A section: the line and the names of its columns, then its rows with their lines."""

    line: int
    columns: list[str] = field(default_factory=list)
    rows: list[tuple[int, list[str]]] = field(default_factory=list)


def read(text: str, pad: Pad) -> BallotFile:
    sections = _sections(text, pad)
    for name in SECTIONS:
        if name not in sections:
            raise pad.stop(0, tr(pad.lang, "The section {name} is missing.", name=name))
    meta = _meta(sections["META"])
    kind = _kind(meta, pad)
    options = _projects(sections["PROJECTS"], pad)
    ballots = together(_votes(sections["VOTES"], kind, options, pad))
    pad.settle()
    voters = sum(n for _, n in ballots)
    declared = count_in(meta.get("num_votes", (0, ""))[1])
    if declared is not None and declared != voters:
        sentence = tr(
            pad.lang, "The header speaks of {said} voters; the ballots are {found}. The ballots count.",
            said=declared, found=voters,
        )  # fmt: skip
        pad.remark(sentence)
    most = count_in(meta.get("max_points", (0, ""))[1])
    title = meta.get("description", (0, ""))[1]
    limit = _limit(meta, pad)
    pad.settle()
    return BallotFile(
        kind=kind,
        options=options,
        ballots=ballots,
        title=title,
        format="pabulib",
        limit=limit,
        most=most,
        remarks=tuple(pad.remarks),
    )


def write(file: BallotFile) -> str:
    """The ballots of `file` as Pabulib has them. ValueError where a code cannot stand in such a file."""
    for code in file.codes:
        if "," in code or code != one_line(code) or not code or code.upper() in SECTIONS:
            raise ValueError(f"{code!r} cannot be the id of a project in a Pabulib file")
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\n")
    writer.writerows([["META"], ["key", "value"], ["description", one_line(file.title)]])
    writer.writerows([["num_projects", str(len(file.options))], ["num_votes", str(file.voters)]])
    if file.limit is not None:
        writer.writerow(["budget", spelled(file.limit)])
    writer.writerow(["vote_type", WRITTEN[file.kind]])
    if file.most is not None:
        writer.writerow(["max_points", str(file.most)])
    writer.writerows([["PROJECTS"], ["project_id", "cost", "name"]])
    for one in file.options:
        writer.writerow([one.code, spelled(one.cost or 0), one_line(one.name)])
    points = file.kind is Kind.POINTS
    writer.writerows([["VOTES"], ["voter_id", "vote", "points"] if points else ["voter_id", "vote"]])
    voter = 0
    for ballot, n in file.ballots:
        cells = _written(file.kind, ballot)
        for _ in range(n):
            voter += 1
            writer.writerow([str(voter), *cells])
    return out.getvalue()


def _written(kind: Kind, ballot: Ballot) -> list[str]:
    if kind is Kind.POINTS:
        pairs = cast(Pairs, ballot)
        return [",".join(code for code, _ in pairs), ",".join(spelled(cast(Number, n)) for _, n in pairs)]
    if kind is Kind.RANKING:
        return [",".join(code for level in cast(Ranking, ballot) for code in level)]
    return [",".join(cast(Sequence[str], ballot))]


def _sections(text: str, pad: Pad) -> dict[str, _Section]:
    found: dict[str, _Section] = {}
    here: _Section | None = None
    for line, row in _rows(lines_of(text, pad), pad):
        name = row[0].strip().upper()
        if name in SECTIONS and not "".join(row[1:]).strip():
            here = found.setdefault(name, _Section(line))
        elif here is None:
            raise pad.stop(line, tr(pad.lang, "A Pabulib file begins with the line META."))
        elif not here.columns:
            here.columns = [cell.strip().lower() for cell in row]
        else:
            here.rows.append((line, row))
    return found


def _rows(lines: Sequence[str], pad: Pad) -> Iterator[tuple[int, list[str]]]:
    """The rows with the line in which each begins; empty ones are left out."""
    reader = csv.reader((line + "\n" for line in lines), delimiter=";")
    before = 0
    try:
        for row in reader:
            if reader.line_num - before > LONGEST_ROW:
                raise pad.stop(before + 1, tr(pad.lang, "A quotation mark is opened here and never closed."))
            if any(cell.strip() for cell in row):
                yield before + 1, row
            before = reader.line_num
    except csv.Error:
        raise pad.stop(before + 1, tr(pad.lang, "A quotation mark is opened here and never closed.")) from None


def _meta(section: _Section) -> dict[str, tuple[int, str]]:
    rows = section.rows
    if section.columns[:1] not in (["key"], []):
        rows = [(section.line + 1, section.columns), *rows]
    return {row[0].strip().lower(): (line, ";".join(row[1:]).strip(" ;")) for line, row in rows}


def _kind(meta: Mapping[str, tuple[int, str]], pad: Pad) -> Kind:
    line, said = meta.get("vote_type", (0, ""))
    kind = KINDS.get(said.lower())
    if kind is None:
        known = ", ".join(KINDS)
        sentence = tr(pad.lang, "“{word}” is no kind of ballot; possible are {list}.", word=said[:40], list=known)
        raise pad.stop(line, sentence)
    return kind


def _limit(meta: Mapping[str, tuple[int, str]], pad: Pad) -> Number | None:
    if "budget" not in meta:
        return None
    line, said = meta["budget"]
    limit = number_in(said)
    if limit is None or limit < 0:
        pad.wrong(line, tr(pad.lang, "“{word}” is not an amount of money.", word=said[:40]))
        return None
    return limit


def _projects(section: _Section, pad: Pad) -> tuple[Option, ...]:
    if len(section.rows) > MOST_OPTIONS:
        sentence = tr(
            pad.lang, "There are too many options: {n}, at most {most}.", n=len(section.rows), most=MOST_OPTIONS
        )
        raise pad.stop(section.line, sentence)
    if "cost" not in section.columns:
        raise pad.stop(section.line, tr(pad.lang, "The column {name} is missing.", name="cost"))
    found: dict[str, Option] = {}
    for line, row in section.rows:
        cells = dict(zip(section.columns, row, strict=False))
        code, said = row[0].strip(), cells.get("cost", "").strip()
        cost = number_in(said)
        if cost is None or cost < 0:
            pad.wrong(line, tr(pad.lang, "“{word}” is not an amount of money.", word=said[:40]))
        elif not code or code in found:
            pad.wrong(line, tr(pad.lang, "Two projects have the same id “{word}”.", word=code[:40]))
        else:
            found[code] = Option(code=code, name=cells.get("name", "").strip() or code, cost=cost)
    pad.settle()
    if not found:
        raise pad.stop(section.line, tr(pad.lang, "There are no options in this file."))
    return tuple(found.values())


def _votes(section: _Section, kind: Kind, options: tuple[Option, ...], pad: Pad) -> Iterator[tuple[Ballot, int]]:
    known = {option.code for option in options}
    if section.rows and "vote" not in section.columns:
        raise pad.stop(section.line, tr(pad.lang, "The column {name} is missing.", name="vote"))
    at = section.columns.index("vote") if section.rows else 0
    beside = section.columns.index("points") if "points" in section.columns else None
    strange = twice = 0
    voters: set[str] = set()
    for line, row in section.rows:
        voters.add(row[0])
        said = row[at] if at < len(row) else ""
        codes = [code.strip() for code in said.split(",") if code.strip()]
        codes = [] if codes in (["None"], ["none"]) else codes
        strange += sum(code not in known for code in codes)
        twice += len(codes) != len(set(codes))
        if kind is not Kind.POINTS:
            kept = tuple(dict.fromkeys(code for code in codes if code in known))
            yield (strict(kept) if kind is Kind.RANKING else kept), 1
            continue
        points = row[beside] if beside is not None and beside < len(row) else ""
        yield _points(line, codes, points, known, pad), 1
    if strange:
        sentence = trn(
            pad.lang,
            "{n} vote is for a project that is not in the list; it is left out.",
            "{n} votes are for projects that are not in the list; they are left out.",
            strange,
        )
        pad.remark(sentence)
    if twice:
        sentence = trn(
            pad.lang,
            "{n} ballot names an option twice; its first place counts.",
            "{n} ballots name an option twice; its first place counts.",
            twice,
        )
        pad.remark(sentence)
    if len(voters) < len(section.rows):
        sentence = trn(
            pad.lang,
            "{n} line is of a voter who was there before; every line counts.",
            "{n} lines are of voters who were there before; every line counts.",
            len(section.rows) - len(voters),
        )
        pad.remark(sentence)


def _points(line: int, codes: Sequence[str], said: str, known: set[str], pad: Pad) -> Pairs:
    numbers = [number_in(cell) for cell in said.split(",") if cell.strip()]
    if None in numbers:
        pad.wrong(line, tr(pad.lang, "“{word}” is not a list of points.", word=said[:40]))
        return ()
    if len(numbers) != len(codes):
        sentence = tr(pad.lang, "{codes} projects, but points for {points}.", codes=len(codes), points=len(numbers))
        pad.wrong(line, sentence)
        return ()
    given: dict[str, Number] = {}
    for code, n in zip(codes, numbers, strict=True):
        if n is not None and n < 0:
            pad.wrong(line, tr(pad.lang, "Points cannot be less than 0: {n}.", n=spelled(n)))
        elif n is not None and code in known:
            given.setdefault(code, n)
    return tuple(given.items())
