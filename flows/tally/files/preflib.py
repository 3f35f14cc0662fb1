"""PrefLib's files of rankings: `.soc .soi .toc .toi` (strict or with ties, complete or not).

The format: https://preflib.github.io/PrefLib-Jekyll/format. The header is comments (`# ALTERNATIVE NAME 1: Ada`), then
one line for all equal ballots, `3: 1,{2,4},5`. Before 2022 the header was plain lines: how many options, one line
`number,name` each, `voters,sum,different orders`, then `3,1,{2,4},5`. Both are read; the new one is written.

The one rule: the lines of ballots decide. Where a header counts otherwise, that is a remark, and the ballots count.
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from typing import cast

from flows.tally.files.shape import BallotFile, Kind, Option, Ranking, together
from flows.tally.files.text import MOST_OPTIONS, Pad, count_in, lines_of, one_line
from locales import tr, trn

_NAMED = re.compile(r"ALTERNATIVE NAME ?([0-9]*)", re.IGNORECASE)
_LEVEL = re.compile(r"\{([^{}]*)\}|([^,{}\s]+)")
_SPACE = re.compile(r"\s+")
_OLD_START = re.compile(r"[0-9]{1,7}\s*,?\s*\n\s*1\s*,")
_NEW_START = re.compile(r"#\s*(FILE NAME|TITLE|DATA TYPE|NUMBER|ALTERNATIVE|DESCRIPTION|MODIFICATION|RELATE)", re.I)


def looks_like(start: str) -> bool:
    """Whether a text with an unknown name begins as a PrefLib file does."""
    return bool(_NEW_START.match(start) or _OLD_START.match(start))


def read(text: str, pad: Pad) -> BallotFile:
    lines = lines_of(text, pad)
    first = next((line for line in lines if line.strip()), "")
    return _read_new(lines, pad) if first.lstrip().startswith("#") else _read_old(lines, pad)


def write(file: BallotFile, *, name: str = "") -> str:
    """The rankings of `file` as PrefLib has them: options are numbered in their order."""
    numbers = {code: str(place) for place, code in enumerate(file.codes, 1)}
    ballots = [(cast(Ranking, ballot), n) for ballot, n in file.ballots]
    ties = any(len(level) > 1 for ranking, _ in ballots for level in ranking)
    whole = all(sum(map(len, ranking)) == len(numbers) for ranking, _ in ballots)
    kind = ("t" if ties else "s") + "o" + ("c" if whole else "i")
    header = {
        "FILE NAME": name or f"palabre.{kind}",
        "TITLE": one_line(file.title),
        "DESCRIPTION": "",
        "DATA TYPE": kind,
        "MODIFICATION TYPE": "original",
        "RELATES TO": "",
        "RELATED FILES": "",
        "PUBLICATION DATE": "",
        "MODIFICATION DATE": "",
        "NUMBER ALTERNATIVES": str(len(numbers)),
        "NUMBER VOTERS": str(file.voters),
        "NUMBER UNIQUE ORDERS": str(len(ballots)),
    }
    header |= {f"ALTERNATIVE NAME {numbers[one.code]}": one_line(one.name) for one in file.options}
    lines = [f"# {field}: {value}".rstrip() for field, value in header.items()]
    lines += [f"{n}: " + ",".join(_level(level, numbers) for level in ranking) for ranking, n in ballots]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _level(level: Sequence[str], numbers: dict[str, str]) -> str:
    codes = ",".join(numbers[code] for code in level)
    return codes if len(level) == 1 else "{" + codes + "}"


def _read_new(lines: Sequence[str], pad: Pad) -> BallotFile:
    fields: dict[str, tuple[int, str]] = {}
    names: dict[str, str] = {}
    body: list[tuple[int, str, str]] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        if line.lstrip().startswith("#"):
            field, _, value = line.strip().lstrip("# \t").partition(":")
            found = _NAMED.fullmatch(field.strip())
            if found:
                names[_numbered(found[1], number, pad)] = value.strip()
            else:
                fields[field.strip().upper()] = (number, value.strip())
            continue
        n, colon, order = line.partition(":")
        if colon:
            body.append((number, n, order))
        else:
            pad.wrong(number, tr(pad.lang, "A line of ballots looks like “3: 1,2,4”; there is no “:” here."))
    at, said = fields.get("NUMBER ALTERNATIVES", (0, str(len(names))))
    options = _options(at, said, names, pad)
    file = _ballots(body, options, pad)
    _compare(fields.get("NUMBER VOTERS", (0, ""))[1], file.voters, pad)
    return _finished(file, fields.get("TITLE", (0, ""))[1], pad)


def _read_old(lines: Sequence[str], pad: Pad) -> BallotFile:
    numbered = [(number, line.strip()) for number, line in enumerate(lines, 1) if line.strip()]
    at, said = numbered[0]
    many = count_in(said.rstrip(", "))
    if many is None:
        sentence = tr(pad.lang, "A PrefLib file begins with “#” or with the number of options.")
        raise pad.stop(at, sentence)
    _few_enough(at, many, pad)
    names: dict[str, str] = {}
    for number, line in numbered[1 : many + 1]:
        code, _, name = line.partition(",")
        names[_numbered(code, number, pad)] = name.strip()
    options = _options(at, str(many), names, pad)
    rest = numbered[many + 1 :]
    sums = rest[0][1].split(",") if rest else []
    body = [(number, *_old_order(line)) for number, line in rest[1:]]
    file = _ballots(body, options, pad)
    _compare(sums[0] if sums else "", file.voters, pad)
    return _finished(file, "", pad)


def _old_order(line: str) -> tuple[str, str]:
    n, _, order = line.partition(",")
    return n, order


def _numbered(code: str, line: int, pad: Pad) -> str:
    found = count_in(code)
    if found is None:
        pad.wrong(line, tr(pad.lang, "The number of an option is missing here: “{word}”.", word=code[:40]))
        return ""
    return str(found)


def _options(line: int, said: str, names: dict[str, str], pad: Pad) -> tuple[Option, ...]:
    many = count_in(said)
    if many is None:
        raise pad.stop(line, tr(pad.lang, "“{word}” is not a number of options.", word=said[:40]))
    _few_enough(line, max(many, len(names)), pad)
    codes = [str(place) for place in range(1, many + 1)]
    codes = list(dict.fromkeys([*codes, *filter(None, names)]))
    if not codes:
        raise pad.stop(line, tr(pad.lang, "There are no options in this file."))
    return tuple(Option(code=code, name=names.get(code) or code) for code in codes)


def _few_enough(line: int, many: int, pad: Pad) -> None:
    if many > MOST_OPTIONS:
        raise pad.stop(
            line, tr(pad.lang, "There are too many options: {n}, at most {most}.", n=many, most=MOST_OPTIONS)
        )


def _ballots(body: Sequence[tuple[int, str, str]], options: tuple[Option, ...], pad: Pad) -> BallotFile:
    alone = {option.code: (option.code,) for option in options}
    found: list[tuple[Ranking, int]] = []
    twice = 0
    for line, said, order in body:
        n = count_in(said)
        if n is None:
            pad.wrong(line, tr(pad.lang, "“{word}” is not a number of ballots.", word=said.strip()[:40]))
            continue
        codes = order.strip(" \t,").split(",")
        if alone.keys() >= set(codes) and len(set(codes)) == len(codes):
            found.append((tuple(map(alone.__getitem__, codes)), n))
            continue
        levels = _levels(line, order, alone.keys(), pad)
        once = _once(levels)
        twice += n if once != levels else 0
        found.append((once, n))
    pad.settle()
    if twice:
        sentence = trn(
            pad.lang,
            "{n} ballot names an option twice; its first place counts.",
            "{n} ballots name an option twice; its first place counts.",
            twice,
        )
        pad.remark(sentence)
    return BallotFile(kind=Kind.RANKING, options=options, ballots=together(found), format="preflib")


def _levels(line: int, order: str, known: Container[str], pad: Pad) -> Ranking:
    """The levels of one line, with ties, spaces, and commas too many."""
    levels: list[tuple[str, ...]] = []
    if _LEVEL.sub("", order).strip(", \t"):
        pad.wrong(line, tr(pad.lang, "A brace is opened and not closed, or closed and not opened."))
        return ()
    for tied, alone in _LEVEL.findall(order):
        codes = [_plain(code) for code in (tied.split(",") if not alone else [alone]) if code.strip()]
        for code in codes:
            if code not in known:
                pad.wrong(line, tr(pad.lang, "There is no option with the number “{word}”.", word=code[:40]))
        if codes:
            levels.append(tuple(codes))
    return tuple(levels)


def _plain(code: str) -> str:
    """`007` and `7` are one option."""
    code = _SPACE.sub("", code)
    n = count_in(code)
    return code if n is None else str(n)


def _once(levels: Ranking) -> Ranking:
    seen: set[str] = set()
    kept: list[tuple[str, ...]] = []
    for level in levels:
        fresh = tuple(dict.fromkeys(code for code in level if code not in seen))
        seen.update(fresh)
        if fresh:
            kept.append(fresh)
    return tuple(kept)


def _compare(said: str, voters: int, pad: Pad) -> None:
    declared = count_in(said)
    if declared is not None and declared != voters:
        sentence = tr(
            pad.lang, "The header speaks of {said} voters; the ballots are {found}. The ballots count.",
            said=declared, found=voters,
        )  # fmt: skip
        pad.remark(sentence)


def _finished(file: BallotFile, title: str, pad: Pad) -> BallotFile:
    return BallotFile(
        kind=file.kind,
        options=file.options,
        ballots=file.ballots,
        title=title,
        format=file.format,
        remarks=tuple(pad.remarks),
    )
