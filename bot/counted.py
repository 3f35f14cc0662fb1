"""An outcome as text for a terminal: who won, every number in aligned tables, and each tie with how it was cut.

The one rule: names come from anybody's file. Control characters never reach the terminal, and no name is so long that
a table falls apart.
"""

from __future__ import annotations

import json
import re
import sys
import time
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

import click

from bot.results import phrases
from flows.tally.files import BallotFile
from flows.tally.outcome import Cut, Number, Outcome, Purchase, Tie
from locales import tr, trn

CONSENT = "consent"
LONGEST_NAME = 36
ROUNDS_BESIDE = 7
PAIRED = 12
PLACES = 60
"""Longer lists are cut; the whole is in `--json`."""

FIGURE = re.compile(r"[0-9.,·+\-%<>\s]*")
EVERY = 0.2
"""Seconds between two words on how far a count is."""

Table = list[list[str]]


def labels_of(file: BallotFile) -> dict[str, str]:
    """What each option is called, fit for a terminal; the code goes with a name that two of them have."""
    named = {option.code: printable(option.name) for option in file.options}
    seen = [*named.values()]
    twice = {name for name in set(seen) if seen.count(name) > 1} if len(seen) <= 1000 else set()
    return {code: f"{name} ({printable(code)})" if name in twice else name for code, name in named.items()}


def printable(text: str) -> str:
    """A name without control characters, on one line, cut where it is too long."""
    plain = " ".join(harmless(text[: LONGEST_NAME * 8]).split())
    return plain if len(plain) <= LONGEST_NAME else plain[: LONGEST_NAME - 1] + "…"


def harmless(text: str) -> str:
    """A text in which nothing moves the cursor, paints, or writes backwards."""
    return "".join(" " if unicodedata.category(mark)[0] in "CZ" else mark for mark in text)


def report(file: BallotFile, outcome: Outcome, aside: Mapping[str, int], lang: str) -> list[str]:
    """The lines to print."""
    labels = labels_of(file)
    parts = [
        _head(file, outcome, {**file.aside, **aside}, lang),
        _verdict(outcome, labels, lang),
        *([_purchase(outcome.purchase, labels, lang, decided=not _undecided(outcome))] if outcome.purchase else []),
        _order(outcome, labels, lang),
        _rounds(outcome, labels, lang),
        _duels(outcome, labels, lang),
        _profiles(outcome, labels, lang),
        [tie_told(tie, labels, lang) for tie in outcome.ties],
        [tr(lang, "Note: {what}", what=remark) for remark in file.remarks],
    ]
    return [line for part in parts if part for line in [*part, ""]][:-1]


def _head(file: BallotFile, outcome: Outcome, aside: Mapping[str, int], lang: str) -> list[str]:
    title = [printable(file.title)] if file.title.strip() else []
    counted = trn(lang, "{n} ballot counted ({method}).", "{n} ballots counted ({method}).", outcome.voters,
                  method=outcome.method)  # fmt: skip
    reasons = {
        "skipped": tr(lang, "skipped"),
        "dont_know": tr(lang, "does not know"),
        "abstain": tr(lang, "abstains"),
        "blank": tr(lang, "blank vote"),
        "none": tr(lang, "none of these"),
        "not_asked": tr(lang, "no answer"),
        "empty": tr(lang, "empty ballot"),
        "several_first": tr(lang, "several first choices"),
    }
    why = [f"{reasons.get(reason, printable(reason))}: {n}" for reason, n in aside.items() if n]
    return [*title, counted, *([tr(lang, "Not counted: {list}.", list=", ".join(why))] if why else [])]


def _verdict(outcome: Outcome, labels: Mapping[str, str], lang: str) -> list[str]:
    names = phrases.listed(lang, [labels[code] for code in outcome.winners])
    said = [tr(lang, "Chosen: {names}", names=names)] if outcome.winners else []
    if _undecided(outcome):
        said.append(tr(lang, "Not decided: there is a tie, and nothing says how to cut it."))
    return said or [tr(lang, "Nothing was chosen.")]


def _undecided(outcome: Outcome) -> bool:
    return any(tie.how == Cut.OPEN for tie in outcome.ties)


def _purchase(bought: Purchase, labels: Mapping[str, str], lang: str, *, decided: bool) -> list[str]:
    steps = {
        "votes": tr(lang, "by votes"),
        "equal shares": tr(lang, "by equal shares"),
        "completion": tr(lang, "with what was left, by votes"),
    }
    rows = [
        [labels[code], figure(lang, cost), steps.get(by, by)]
        for code, cost, by in bought.chosen[:PLACES]
    ]  # fmt: skip
    said = tr(lang, "Spent {spent} of {limit}.", spent=figure(lang, bought.spent), limit=figure(lang, bought.limit))
    head = [tr(lang, "Project"), tr(lang, "Cost"), tr(lang, "Chosen how")]
    lines = [said, *(aligned([head, *rows]) if rows else [])]
    if bought.compared is not None and decided:
        lines += _compared(bought, bought.compared, labels, lang)
    return lines


def _compared(
    bought: Purchase, compared: tuple[str, tuple[str, ...]], labels: Mapping[str, str], lang: str
) -> list[str]:  # fmt: skip
    method, codes = compared
    ours = [code for code, _, _ in bought.chosen]
    more = [labels[code] for code in codes if code not in ours]
    less = [labels[code] for code in ours if code not in codes]
    if not more and not less:
        return [tr(lang, "{method} would have chosen the same.", method=method)]
    lines = []
    if more:
        lines.append(tr(lang, "{method} would have added: {names}.", method=method, names=phrases.listed(lang, more)))
    if less:
        lines.append(
            tr(lang, "{method} would have left out: {names}.", method=method, names=phrases.listed(lang, less))
        )
    return lines


def _order(outcome: Outcome, labels: Mapping[str, str], lang: str) -> list[str]:
    lines = {line.code: line for line in outcome.lines}
    if outcome.method == CONSENT:
        return _stances(outcome, labels, lang)
    extra = [name for name in _measures(lang) if any(name in line.more for line in outcome.lines)]
    head = [tr(lang, "Place"), tr(lang, "Option"), _scored_by(outcome.method, lang)]
    table: Table = [head + [_measures(lang)[name] for name in extra]]
    place = 1
    for level in outcome.order:
        for code in level:
            line = lines[code]
            told = [_measure(name, line.more[name], lang) if name in line.more else "" for name in extra]
            table.append([str(place), labels[code], figure(lang, line.score), *told])
        place += len(level)
    cut = len(table) - 1 - PLACES
    more = [tr(lang, "… and {n} more", n=cut)] if cut > 0 else []
    return [*aligned(table[: PLACES + 1]), *more]


def _stances(outcome: Outcome, labels: Mapping[str, str], lang: str) -> list[str]:
    """The stances in their own order; each share is one of all who answered."""
    rows = [
        [labels[line.code], figure(lang, line.score), _measure("share", Fraction(line.score) / outcome.voters, lang)]
        for line in outcome.lines
        if outcome.voters
    ]
    return aligned([[tr(lang, "Option"), tr(lang, "Votes"), tr(lang, "Share")], *rows])


def _scored_by(method: str, lang: str) -> str:
    match method:
        case "schulze":
            return tr(lang, "Stands before")
        case "borda" | "score" | "dots" | "quadratic":
            return tr(lang, "Points")
        case "majority_judgment":
            return tr(lang, "Grade")
        case _:
            return tr(lang, "Votes")


def _measures(lang: str) -> dict[str, str]:
    return {
        "share": tr(lang, "Share"),
        "mean": tr(lang, "Mean"),
        "median": tr(lang, "Median"),
        "spread": tr(lang, "Spread"),
        "better": tr(lang, "Better"),
        "worse": tr(lang, "Worse"),
        "won": tr(lang, "Won"),
        "lost": tr(lang, "Lost"),
        "level": tr(lang, "Level"),
        "cost": tr(lang, "Cost"),
    }


def _measure(name: str, number: Number, lang: str) -> str:
    if name != "share":
        return figure(lang, number)
    whole = Fraction(number)
    return phrases.percent(lang, int(whole * 100 + Fraction(1, 2)), whole.numerator, whole.denominator)


def _rounds(outcome: Outcome, labels: Mapping[str, str], lang: str) -> list[str]:
    lines: list[str] = []
    for start in range(0, len(outcome.rounds), ROUNDS_BESIDE):
        some = outcome.rounds[start : start + ROUNDS_BESIDE]
        head = [tr(lang, "Round"), *(str(start + n) for n in range(1, len(some) + 1))]
        table: Table = [head]
        for code in labels:
            cells = [_in_round(one.votes.get(code), code in one.elected, code in one.eliminated, lang) for one in some]
            if any(cells):
                table.append([labels[code], *cells])
        exhausted = [figure(lang, one.exhausted) for one in some]
        table.append([tr(lang, "(no further choice)"), *exhausted])
        lines += aligned(table) if start == 0 else ["", *aligned(table)]
    if lines:
        lines.append(tr(lang, "+ elected, - eliminated at the end of the round"))
    if outcome.quota is not None and lines:
        lines.append(tr(lang, "Needed to be elected: {n} votes.", n=figure(lang, outcome.quota)))
    return lines


def _in_round(votes: Number | None, elected: bool, eliminated: bool, lang: str) -> str:
    if votes is None:
        return ""
    return figure(lang, votes) + ("+" if elected else "-" if eliminated else " ")


def _duels(outcome: Outcome, labels: Mapping[str, str], lang: str) -> list[str]:
    codes = [code for level in outcome.order for code in level]
    if not outcome.duels:
        return []
    if len(codes) > PAIRED:
        return [tr(lang, "The table of all pairs is in --json.")]
    against: dict[tuple[str, str], int] = {}
    for duel in outcome.duels:
        against[duel.a, duel.b], against[duel.b, duel.a] = duel.for_a, duel.for_b
    head = [tr(lang, "Preferred to"), *(str(place) for place in range(1, len(codes) + 1))]
    table: Table = [head]
    for place, a in enumerate(codes, 1):
        table.append(
            [f"{place} {labels[a]}", *("·" if a == b else figure(lang, against.get((a, b), 0)) for b in codes)]
        )
    lines = aligned(table)
    if outcome.cycle:
        names = phrases.listed(lang, [labels[code] for code in outcome.cycle])
        lines.append(tr(lang, "None of these beats all the others: {names}.", names=names))
    return lines


def _profiles(outcome: Outcome, labels: Mapping[str, str], lang: str) -> list[str]:
    found = {one.code: one for one in outcome.histograms if one.criterion is None}
    codes = [code for level in outcome.order for code in level if code in found][:PLACES]
    if not codes:
        return []
    values = [value for value, _ in reversed(found[codes[0]].counts)]
    if len(values) > PAIRED:
        return []
    table: Table = [[tr(lang, "Given"), *(printable(value) for value in values)]]
    for code in codes:
        counts = dict(found[code].counts)
        table.append([labels[code], *(figure(lang, counts.get(value, 0)) for value in values)])
    return aligned(table)


def tie_told(tie: Tie, labels: Mapping[str, str], lang: str) -> str:
    """A tie and how it was cut, in a sentence."""
    names = phrases.listed(lang, [labels.get(code, code) for code in tie.codes[:20]])
    where = tr(lang, "Round {n}: ", n=tie.round) if tie.round is not None else ""
    first = labels.get(tie.first, tie.first) if tie.first is not None else ""
    said = tr(lang, "A tie between {names}.", names=names)
    how = {
        "open": tr(lang, "It is not cut: people have to decide."),
        "order": tr(lang, "Cut by the order of the list: {name}.", name=first),
        "draw": tr(lang, "Cut by lot: {name}.", name=first),
        "no difference": tr(lang, "However it is cut, the result is the same."),
        "cheaper": tr(lang, "The cheaper one goes first: {name}.", name=first),
        "more votes": tr(lang, "The one with more votes goes first: {name}.", name=first),
        "earlier rounds": tr(lang, "Cut by the earlier rounds: {name}.", name=first),
        "majority gauge": tr(lang, "Same median grade; what lies around it decides: {name}.", name=first),
        "together": tr(lang, "They go together: none of them could have stayed."),
    }
    return f"{where}{said} {how.get(tie.how, tie.how)}"


@contextmanager
def progress(lang: str) -> Iterator[Callable[[int], None]]:
    """Tells a terminal how far a long count is, a few times a second; the line is gone at the end."""
    last = time.monotonic()
    seen = sys.stderr.isatty()
    said = False

    def tell(units: int) -> None:
        nonlocal last, said
        if seen and time.monotonic() - last > EVERY:
            last, said = time.monotonic(), True
            sentence = tr(lang, "Counting again with {n} more for everybody ...", n=units)
            click.echo(f"\r{sentence}\x1b[K", nl=False, err=True)

    try:
        yield tell
    finally:
        if said:
            click.echo("\r\x1b[K", nl=False, err=True)


def as_json(data: Mapping[str, Any]) -> str:
    """JSON that any terminal and any program can read, whatever a file put into names."""
    return json.dumps(data, ensure_ascii=False, indent=2).encode("utf-8", "replace").decode()


def figure(lang: str, number: Number) -> str:
    """A number as people write it, with at most two decimals."""
    return phrases.number(lang, number) if isinstance(number, int) else phrases.number(lang, round(float(number), 2))


def aligned(table: Sequence[Sequence[str]]) -> list[str]:
    """Rows with the first text column to the left and numbers to the right, a line under the head."""
    widths = [max(_width(row[place]) for row in table) for place in range(len(table[0]))]
    right = [all(_is_figure(row[place]) for row in table[1:]) for place in range(len(table[0]))]
    rows = [
        "  ".join(_padded(cell, widths[place], right=right[place]) for place, cell in enumerate(row)).rstrip()
        for row in table
    ]
    return [rows[0], "  ".join("-" * width for width in widths), *rows[1:]]


def _padded(cell: str, width: int, *, right: bool) -> str:
    space = " " * (width - _width(cell))
    return space + cell if right else cell + space


def _width(text: str) -> int:
    """How many columns a text takes: wide letters take two, accents that stand alone none."""
    return sum(
        0 if unicodedata.combining(mark) else 2 if unicodedata.east_asian_width(mark) in "WF" else 1 for mark in text
    )


def _is_figure(cell: str) -> bool:
    return FIGURE.fullmatch(cell) is not None
