"""The CSV and the JSON that Palabre exports, with one question picked out.

In the CSV a question is a column: one code, several `a;b`, or pairs `a=3;b=0`; nothing for those who were not asked,
`#abstain` and the like for those who did not answer. The table does not say what kind of question it was, so the
ballots do; grades are put in order if they are those that Palabre knows, or numbers.

In the JSON each question has its `kind` and its `choices`; it may also say `costs` and `limit` (a budget), `grades`
(from best to worst), `most` (points), `method` and `seats`.

The one rule: who did not answer is set aside and counted, by reason.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Never, cast

from flows import standard
from flows.session import Given
from flows.tally.files.shape import Ballot, BallotFile, Kind, Mistake, Option, Pairs, Unclear, together
from flows.tally.files.text import MOST_OPTIONS, Pad, lines_of, number_in
from flows.tally.outcome import Number
from flows.tally.rankings import strict
from locales import tr

RANKED = frozenset({"rank", "ranking", "order", "stv", "irv", "schulze", "borda"})
VOTER = "voter"
NOT_ASKED = "not_asked"
REASONS = frozenset(given.value for given in Given if given is not Given.ANSWER)


def read_csv(text: str, pad: Pad, question: str | None) -> BallotFile:
    lines = lines_of(text, pad)
    first = next(line for line in lines if line.strip())
    delimiter = max(",;\t", key=first.count)
    rows = _table(lines, delimiter, pad)
    header = [_bare(cell) for cell in rows[0][1]] if rows else []
    name = _question(_questions(header), question, pad)
    at = header.index(name)
    label = header.index(f"{name}_label") if f"{name}_label" in header else None
    listed = [column.removeprefix(f"{name}:") for column in header if column.startswith(f"{name}:")]
    cells: list[str] = []
    labels: dict[str, str] = {}
    for line, row in rows[1:]:
        if len(row) != len(header):
            sentence = tr(pad.lang, "This line has {n} cells, the first one has {m}.", n=len(row), m=len(header))
            pad.wrong(line, sentence)
            continue
        cells.append(_bare(row[at]))
        if label is not None and ";" not in cells[-1]:
            labels.setdefault(cells[-1], row[label])
    pad.settle()
    said = [cell for cell in cells if cell and not cell.startswith("#")]
    kind = _kind_of(said, listed=bool(listed))
    read = [_ballot(cell, kind, pad) for cell in said]
    codes = listed or sorted({code for ballot in read for code in _codes(ballot)})
    aside = Counter(_reason(cell.removeprefix("#")) for cell in cells if not cell or cell.startswith("#"))
    options = tuple(Option(code=code, name=labels.get(code) or code) for code in codes)
    return _file(kind, options, read, aside, pad, title=name, format="csv")


def read_json(text: str, pad: Pad, question: str | None) -> BallotFile:
    data = _loaded(text, pad)
    if not isinstance(data, dict) or not isinstance(data.get("questions"), list) or "ballots" not in data:
        raise pad.stop(0, tr(pad.lang, "This JSON is not an export of Palabre."))
    asked = {str(one["name"]): one for one in data["questions"] if isinstance(one, dict) and "name" in one}
    votes = [name for name, one in asked.items() if one.get("kind") not in ("text", "number", "date")]
    name = _question(votes, question, pad, all_of=list(asked))
    about = asked[name]
    ranked = not RANKED.isdisjoint({str(about.get("kind")), str(about.get("method"))})
    aside: Counter[str] = Counter()
    read: list[Ballot] = []
    kinds: set[Kind] = set()
    given = data["ballots"] if isinstance(data["ballots"], list) else []
    for place, one in enumerate(given, 1):
        answer = one.get("answers", {}).get(name) if isinstance(one, dict) and _is_map(one.get("answers")) else None
        if not isinstance(answer, dict) or answer.get("given") != "answer":
            aside[_reason(str(answer.get("given", ""))) if isinstance(answer, dict) else NOT_ASKED] += 1
            continue
        found = _json_ballot(answer.get("value"), ranked=ranked)
        if found is None:
            pad.wrong(0, tr(pad.lang, "Ballot {n} has an answer that cannot be read.", n=place))
            continue
        kinds.add(found[0])
        read.append(found[1])
    pad.settle()
    if len(kinds) > 1:
        raise pad.stop(0, tr(pad.lang, "The ballots of “{name}” are of different kinds.", name=name[:40]))
    kind = next(iter(kinds), Kind.RANKING if ranked else Kind.APPROVAL)
    lang = data["flow"].get("lang", pad.lang) if _is_map(data.get("flow")) else pad.lang
    options = _json_options(about, read, str(lang), pad)
    file = _file(kind, options, read, aside, pad, title=_text(about.get("text"), str(lang)) or name, format="json")
    return _declared(file, about, pad)


def _table(lines: Sequence[str], delimiter: str, pad: Pad) -> list[tuple[int, list[str]]]:
    reader = csv.reader((line + "\n" for line in lines), delimiter=delimiter)
    rows: list[tuple[int, list[str]]] = []
    before = 0
    try:
        for row in reader:
            if row:
                rows.append((before + 1, row))
            before = reader.line_num
    except csv.Error:
        raise pad.stop(before + 1, tr(pad.lang, "A quotation mark is opened here and never closed.")) from None
    return rows


def _bare(cell: str) -> str:
    """A cell without the mark that keeps spreadsheets from calculating."""
    return cell.strip().removeprefix("'").strip()


def _questions(header: Sequence[str]) -> list[str]:
    columns = set(header)
    beside = {f"{column}_label" for column in columns}

    def part(column: str) -> str:
        return column.partition(":")[0]

    return [
        column
        for column in dict.fromkeys(header)
        if column not in ("", VOTER) and column not in beside and (part(column) not in columns or ":" not in column)
    ]


def _question(votes: Sequence[str], asked: str | None, pad: Pad, all_of: Sequence[str] = ()) -> str:
    if asked is None and len(votes) == 1:
        return votes[0]
    if asked is not None and asked in (*votes, *all_of):
        return asked
    names = ", ".join(name[:40] for name in votes[:20])
    if not names:
        raise pad.stop(1, tr(pad.lang, "There is no question in this file."))
    if asked is None:
        sentence = tr(pad.lang, "Which question? Choose one with --question: {list}.", list=names)
        raise Unclear([Mistake(0, sentence)])
    sentence = tr(pad.lang, "There is no question “{name}”; there are: {list}.", name=asked[:40], list=names)
    raise Unclear([Mistake(0, sentence)])


def _kind_of(said: Iterable[str], *, listed: bool) -> Kind:
    kind = Kind.LIST if listed else Kind.CHOICE
    for cell in said:
        pairs = [part.partition("=") for part in cell.split(";") if part]
        if pairs and all(equals for _, equals, _ in pairs):
            if any(number_in(value) is None for _, _, value in pairs):
                return Kind.GRADES
            kind = Kind.POINTS
        elif ";" in cell and kind is Kind.CHOICE:
            kind = Kind.LIST
    return kind


def _ballot(cell: str, kind: Kind, pad: Pad) -> Ballot:
    if kind is Kind.CHOICE:
        return cell
    parts = [part.strip() for part in cell.split(";") if part.strip()]
    if kind is Kind.LIST:
        return tuple(dict.fromkeys(parts))
    given: dict[str, Number | str] = {}
    for part in parts:
        code, _, value = part.partition("=")
        n = number_in(value) if kind is Kind.POINTS else None
        if kind is Kind.POINTS and (n is None or n < 0):
            pad.wrong(0, tr(pad.lang, "“{word}” is not a list of points.", word=cell[:40]))
            return ()
        given.setdefault(code.strip(), value.strip() if n is None else n)
    return tuple(given.items())


def _codes(ballot: Ballot) -> list[str]:
    """Every code on a ballot, of whatever kind."""
    if isinstance(ballot, str):
        return [ballot]
    return [one if isinstance(one, str) else one[0] for one in ballot]


def _loaded(text: str, pad: Pad) -> Any:
    def refused(_: str) -> Never:
        raise ValueError

    def exact(said: str) -> Number:
        n = number_in(said)
        if n is None:
            raise ValueError
        return n

    try:
        return json.loads(text, parse_float=exact, parse_int=exact, parse_constant=refused)
    except json.JSONDecodeError as error:
        raise pad.stop(error.lineno, tr(pad.lang, "This is not JSON: something is missing or too much here.")) from None
    except (ValueError, RecursionError):
        raise pad.stop(0, tr(pad.lang, "A number in this file cannot be read, or it is nested too deeply.")) from None


def _reason(said: str) -> str:
    """Why a ballot is set aside: one of Palabre's words, or `other`."""
    return NOT_ASKED if not said else said if said in REASONS else "other"


def _is_map(value: object) -> bool:
    return isinstance(value, dict)


def _json_ballot(value: Any, *, ranked: bool) -> tuple[Kind, Ballot] | None:
    if isinstance(value, str | int) and not isinstance(value, bool):
        return Kind.CHOICE, str(value)
    if not isinstance(value, list):
        return None
    if all(isinstance(one, str) for one in value):
        codes = tuple(dict.fromkeys(cast(list[str], value)))
        return (Kind.RANKING, strict(codes)) if ranked else (Kind.APPROVAL, codes)
    if not all(isinstance(one, list) and len(one) == 2 and isinstance(one[0], str) for one in value):
        return None
    pairs = {one[0]: one[1] for one in value}
    if all(isinstance(given, str) for given in pairs.values()):
        return Kind.GRADES, tuple(pairs.items())
    if all(isinstance(given, Number) and not isinstance(given, bool) and given >= 0 for given in pairs.values()):
        return Kind.POINTS, tuple(pairs.items())
    return None


def _json_options(about: Mapping[str, Any], read: Sequence[Ballot], lang: str, pad: Pad) -> tuple[Option, ...]:
    offered = about.get("choices")
    named = {str(code): _text(label, lang) for code, label in offered.items()} if isinstance(offered, dict) else {}
    costs = about.get("costs") if isinstance(about.get("costs"), dict) else {}
    codes = dict.fromkeys([*named, *sorted({code for ballot in read for code in _codes(ballot)})])
    return tuple(
        Option(code=code, name=named.get(code) or code, cost=_amount((costs or {}).get(code), pad)) for code in codes
    )


def _declared(file: BallotFile, about: Mapping[str, Any], pad: Pad) -> BallotFile:
    """The file with what the question says of itself."""
    grades, most, seats = about.get("grades"), about.get("most"), about.get("seats")
    return BallotFile(
        kind=file.kind,
        options=file.options,
        ballots=file.ballots,
        title=file.title,
        format=file.format,
        limit=_amount(about.get("limit"), pad),
        most=most if isinstance(most, int) and 0 < most < 10**6 else None,
        grades=tuple(map(str, grades)) if isinstance(grades, list) and grades else file.grades,
        method=about["method"] if isinstance(about.get("method"), str) else None,
        seats=seats if isinstance(seats, int) and 0 < seats < MOST_OPTIONS else None,
        aside=file.aside,
        remarks=file.remarks,
    )


def _amount(value: object, pad: Pad) -> Number | None:
    return value if isinstance(value, Number) and not isinstance(value, bool) and value >= 0 else None


def _text(label: object, lang: str) -> str:
    """A label that is a text, or one for each language."""
    if isinstance(label, dict):
        label = label.get(lang) or next(iter(label.values()), "")
    return label if isinstance(label, str) else ""


def _file(
    kind: Kind,
    options: tuple[Option, ...],
    read: Sequence[Ballot],
    aside: Mapping[str, int],
    pad: Pad,
    *,
    title: str,
    format: str,
) -> BallotFile:
    if len(options) > MOST_OPTIONS:
        n, most = len(options), MOST_OPTIONS
        raise pad.stop(0, tr(pad.lang, "There are too many options: {n}, at most {most}.", n=n, most=most))
    pad.settle()
    grades = _graded(read) if kind is Kind.GRADES else ()
    return BallotFile(
        kind=kind,
        options=options,
        ballots=together((ballot, 1) for ballot in read),
        title=title,
        format=format,
        grades=grades,
        aside=dict(aside),
        remarks=tuple(pad.remarks),
    )


def _graded(read: Sequence[Ballot]) -> tuple[str, ...]:
    """The grades from best to worst, where they are known; else none."""
    found = {str(grade) for ballot in read for _, grade in cast(Pairs, ballot)}
    for n in (6, 7):
        codes = tuple(choice.code for choice in standard.grades(n, ("en",)))
        if found <= set(codes):
            return codes
    return ()
