"""A consultation as files: CSV for spreadsheets, JSON for programs. (The zip with both, and the proof: `archive`.)

The one rule: nothing in a confidential export tells who answered or when. No token, no time, and the ballots are
shuffled with the system's own randomness each time (rows in the order of arrival would tell both). Where a group could
watch the tally move while people voted, it knows when somebody gave which answer: there the answers to different
questions are taken apart as well (`linked=False`), or one answer would give away the others.

Cells that a spreadsheet would run are made harmless in `bot.results.cells`; the JSON holds every value unchanged.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from secrets import SystemRandom
from typing import Any

from bot.opinions import filing
from bot.opinions.figures import NONE, Opinions
from bot.results import phrases
from bot.results.cells import safe
from bot.results.described import described
from flows.flow import Ask, Flow, Grades, Secrecy
from flows.session import Answer, Given
from flows.tally.counting import grades
from flows.tally.counts import Ballot, QuestionResult, Result, ballot_asks, choices, kind_name, several
from flows.tally.marks import pairs
from flows.tally.matrix import cell
from locales import tr

WITHHELD = "#text"
"""Stands for a free text that was written and is not in this export."""
VOTER = "voter"
OWN_WORDS = frozenset({"text", "place"})
"""Kinds that are in a file only when somebody asks for what people wrote. A photo never is: a file cannot show it."""
SIGNED = "signed"
"""What a file tells of a signature: that it was given. The name is where the person wanted it to be, see the page."""

Lines = list[tuple[str, dict[str, Ballot]]]
"""The ballots of each voter, by question, in the order in which they are written."""


def export_csv(
    flow: Flow,
    ballots: Iterable[Ballot],
    result: Result,
    lang: str,
    *,
    texts: bool = False,
    personal: bool = False,
    linked: bool = True,
) -> bytes:
    """One line for each voter, UTF-8 with a byte order mark (spreadsheets show accents), RFC 4180. Free texts only with
    `texts`, questions marked personal only with `personal`."""
    lines = shuffled(ballots, linked=linked)
    return written_csv(flow, lines, result, lang, texts=texts, personal=personal, linked=linked)


def export_json(
    flow: Flow,
    ballots: Iterable[Ballot],
    result: Result,
    lang: str,
    *,
    texts: bool = False,
    personal: bool = False,
    linked: bool = True,
    opinions: Opinions = NONE,
) -> bytes:
    """The flow's questions with the hash of their wording, the counts, all ballots in shuffled order, and what became
    of statements and proposals."""
    lines = shuffled(ballots, linked=linked)
    return written_json(flow, lines, result, texts=texts, personal=personal, linked=linked, opinions=opinions)


def written_csv(
    flow: Flow, lines: Lines, result: Result, lang: str, *, texts: bool, personal: bool, linked: bool
) -> bytes:
    """As `export_csv`, of lines that are shuffled already."""
    asks = exported(flow, result, personal=personal)
    named = flow.secrecy is Secrecy.OPEN and linked
    file = io.StringIO(newline="")
    writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    header = [column for ask in asks for column in columns(flow, ask)]
    writer.writerow([safe(cell) for cell in ([VOTER] if named else []) + header])
    for token, answers in lines:
        cells = [cell for ask in asks for cell in _cells(flow, ask, _given(answers, ask), lang, texts=texts)]
        writer.writerow([safe(cell) for cell in ([token] if named else []) + cells])
    return b"\xef\xbb\xbf" + file.getvalue().encode()


def written_json(
    flow: Flow,
    lines: Lines,
    result: Result,
    *,
    texts: bool,
    personal: bool,
    linked: bool,
    opinions: Opinions = NONE,
) -> bytes:
    """As `export_json`, of lines that are shuffled already. `linked` says whether one entry of `ballots` is one
    person."""
    asks = {ask.name: ask for ask in exported(flow, result, personal=personal)}
    named = flow.secrecy is Secrecy.OPEN and linked
    wordings: dict[str, set[str]] = {name: set() for name in asks}
    for _token, answers in lines:
        for name in asks.keys() & answers.keys():
            wordings[name].add(answers[name].wording)
    data = {
        "palabre_export": 1,
        "consultation": result.consultation,
        "flow": {"id": flow.id, "version": flow.version, "lang": flow.lang, "title": dict(flow.title.by_lang)},
        "secrecy": flow.secrecy.value,
        "linked": linked,
        "questions": [
            described(flow, ask) | {"earlier_wordings": sorted(wordings[ask.name] - {ask.wording})}
            for ask in asks.values()
        ],
        "result": (result if personal else result.public()).to_json(),
        "ballots": [
            ({VOTER: token} if named else {})
            | {"answers": {name: _answered(asks[name], answers[name], texts=texts) for name in asks if name in answers}}
            for token, answers in lines
        ],
        **filing.facts(opinions),
    }
    return (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


def totals_csv(flow: Flow, result: Result, lang: str, opinions: Opinions = NONE) -> bytes:
    """What everybody may download: how many chose what, nobody's answers side by side. One line for each choice."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(["question", "wording", "code", "label", "count"])
    public = result.public()
    for ask, question in phrases.public_questions(flow, public):
        for code, words, count in _totals(flow, question, lang):
            writer.writerow([safe(str(cell)) for cell in (ask.name, question.wording, code, words, count)])
        for code, words, count in filing.totals(opinions, ask):
            writer.writerow([safe(str(cell)) for cell in (ask.name, question.wording, code, words, count)])
    return b"\xef\xbb\xbf" + file.getvalue().encode()


def _totals(flow: Flow, question: QuestionResult, lang: str) -> list[tuple[str, str, int]]:
    """The count of each choice, then of what was given to each item (`item=value`), then each way of not choosing."""
    labels = {row.code: phrases.label(lang, flow, question, row) for row in question.rows}
    lines = [(row.code, labels[row.code], row.count) for row in question.rows]
    for one in question.histograms:
        item = cell(one.code, one.criterion or "")
        lines += [(f"{item}={value}", labels.get(one.code, ""), n) for value, n in one.counts]
    lines += [("#answered", "", question.answered), ("#skipped", "", question.skipped)]
    lines += [("#dont_know", "", question.dont_know), ("#abstain", "", question.abstained)]
    return [*lines, ("#blank", "", question.blank), ("#none", "", question.none)]


def totals_json(flow: Flow, result: Result, opinions: Opinions = NONE) -> bytes:
    """The same as `totals_csv` for programs, with the hash of each wording."""
    data = {
        "palabre_totals": 1,
        "flow": {"id": flow.id, "version": flow.version, "lang": flow.lang, "title": dict(flow.title.by_lang)},
        **result.public().to_json(),
        **filing.facts(opinions),
    }
    return (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


def exported(flow: Flow, result: Result, *, personal: bool) -> list[Ask]:
    """The questions that are in a file."""
    known = {question.name for question in result.questions}
    return [ask for ask in ballot_asks(flow) if ask.name in known and (personal or not ask.personal)]


def shuffled(ballots: Iterable[Ballot], *, linked: bool = True) -> Lines:
    """The ballots of each voter token (the last one to each question), in an order that means nothing. Not `linked`:
    a line for each single answer."""
    voters: dict[str, dict[str, Ballot]] = {}
    for ballot in ballots:
        voters.setdefault(_spelled(ballot.token), {})[ballot.question] = ballot
    lines = list(voters.items())
    if not linked:
        lines = [("", {question: one}) for _token, answers in lines for question, one in answers.items()]
    SystemRandom().shuffle(lines)
    return lines


def _given(ballots: Mapping[str, Ballot], ask: Ask) -> Answer | None:
    return ballots[ask.name].answer if ask.name in ballots else None


def _spelled(token: bytes | str) -> str:
    return token.hex() if isinstance(token, bytes) else token


def columns(flow: Flow, ask: Ask) -> list[str]:
    """The columns of one question; a label column steps aside for a question of the same name."""
    match kind_name(ask.kind):
        case "one_of" | "yes_no" | "scale":
            return [ask.name, _label_column(flow, ask)]
        case "any_of" | "basket" | "order":
            return [ask.name, _label_column(flow, ask), *(f"{ask.name}:{code}" for code in _codes(flow, ask))]
        case "points" | "slots" | "grades":
            return [ask.name, *(f"{ask.name}:{code}" for code in _codes(flow, ask))]
        case _:
            return [ask.name]


def _label_column(flow: Flow, ask: Ask) -> str:
    names = {other.name for other in flow.asks}
    column = f"{ask.name}_label"
    while column in names:
        column += "_"
    return column


def _codes(flow: Flow, ask: Ask) -> list[str]:
    """What has a column of its own; in a matrix each item under each criterion."""
    codes = [choice.code for choice in choices(ask.kind, flow.lang)]
    if isinstance(ask.kind, Grades):
        return [cell(code, criterion) for code in codes for criterion, _scale in grades(ask.kind)]
    return codes


def _cells(flow: Flow, ask: Ask, answer: Answer | None, lang: str, *, texts: bool) -> list[str]:
    """What one voter answered to one question, as many cells as `_columns` names."""
    kind = kind_name(ask.kind)
    width = len(columns(flow, ask))
    if answer is None:
        return [""] * width
    if answer.given is not Given.ANSWER:
        beside = [""] if kind in ("points", "slots", "grades") else [_not_answered(lang, answer.given)]
        return ([f"#{answer.given.value}", *beside] + [""] * width)[:width]
    labels = {choice.code: one_line(choice.label.read(lang, flow.lang)) for choice in choices(ask.kind, flow.lang)}
    match kind:
        case "one_of" | "yes_no" | "scale":
            code = str(answer.value)
            return [code, labels.get(code, code)]
        case "any_of" | "basket" | "order":
            picked = several(answer)
            ranks = {code: str(place) if kind == "order" else "1" for place, code in enumerate(picked, 1)}
            flags = [ranks.get(code, "" if kind == "order" else "0") for code in _codes(flow, ask)]
            return [";".join(picked), "; ".join(labels.get(code, code) for code in picked), *flags]
        case "points" | "slots" | "grades":
            said = {item: str(value) for item, value in pairs(answer).items()}
            spelled = ";".join(f"{item}={value}" for item, value in said.items())
            return [spelled, *(said.get(code, "") for code in _codes(flow, ask))]
        case "text" | "place":
            return [_text(str(answer.value)) if texts else WITHHELD]
        case "photo":
            return [WITHHELD]
        case "sign":
            return [SIGNED]
        case _:
            return [str(answer.value)]


def _text(text: str) -> str:
    """A free text that cannot be taken for one of our own marks."""
    return f"'{text}" if text.startswith("#") else text


def one_line(text: str) -> str:
    return " ".join(text.split())


def _not_answered(lang: str, given: Given) -> str:
    match given:
        case Given.DONT_KNOW:
            return tr(lang, "does not know")
        case Given.ABSTAIN:
            return tr(lang, "abstains")
        case Given.BLANK:
            return tr(lang, "blank vote")
        case Given.NONE:
            return tr(lang, "none of these")
        case _:
            return tr(lang, "skipped")


def _answered(ask: Ask, ballot: Ballot, *, texts: bool) -> dict[str, Any]:
    """One ballot; its wording is the hash of the text that this voter read."""
    answer = ballot.answer
    kind = kind_name(ask.kind)
    withheld = answer.given is Given.ANSWER and (kind == "photo" or (kind in OWN_WORDS and not texts))
    given, value = answer.to_json()
    value = SIGNED if kind == "sign" else value
    said: dict[str, Any] = {"given": given, "wording": ballot.wording}
    if withheld:
        return said | {"withheld": True}
    return said | ({"value": value} if answer.given is Given.ANSWER else {})
