"""A consultation as files: CSV for spreadsheets, JSON for programs, a zip with both and how to read them.

The one rule: nothing in a confidential export tells who answered or when. No token, no time, and the ballots are
shuffled with the system's own randomness each time (rows in the order of arrival would tell both).

Spreadsheets run what looks like a formula, so a cell of the CSV never starts with one of `= + - @`, their full-width
forms, a tab, a line break or NUL: a `'` goes first, as OWASP asks (ASVS 5.0, 1.2.10). Formulas are kept off also after
a `;`, a tab or a line break inside a cell, where a spreadsheet told the wrong separator starts a new one. The JSON
holds every value unchanged.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterable, Mapping
from secrets import SystemRandom
from typing import Any

from bot.results import phrases
from flows.flow import Ask, Flow, Secrecy
from flows.session import Answer, Given
from flows.tally.counts import Ballot, Result, ballot_asks, choices, kind_name, several
from locales import tr

WITHHELD = "#text"
"""Stands for a free text that was written and is not in this export."""
VOTER = "voter"

_INVISIBLE = r"[\s\"\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffd]*"
_FORMULA = r"=+\-@\uff1d\uff0b\uff0d\uff20"
_AT_START = re.compile(rf"^(?={_INVISIBLE}[{_FORMULA}\t\n])")
_AT_SEPARATOR = re.compile(rf"([;|\t\n])(?={_INVISIBLE}[{_FORMULA}])")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_STAMP = (1980, 1, 1, 0, 0, 0)


def export_csv(
    flow: Flow, ballots: Iterable[Ballot], result: Result, lang: str, *, texts: bool = False, personal: bool = False
) -> bytes:
    """One line for each voter, UTF-8 with a byte order mark (spreadsheets show accents), RFC 4180. Free texts only with
    `texts`, questions marked personal only with `personal`."""
    asks = _asks(flow, result, personal=personal)
    named = flow.secrecy is Secrecy.OPEN
    file = io.StringIO(newline="")
    writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    header = [column for ask in asks for column in _columns(flow, ask)]
    writer.writerow([safe(cell) for cell in ([VOTER] if named else []) + header])
    for token, answers in _shuffled(ballots):
        cells = [cell for ask in asks for cell in _cells(flow, ask, _given(answers, ask), lang, texts=texts)]
        writer.writerow([safe(cell) for cell in ([token] if named else []) + cells])
    return b"\xef\xbb\xbf" + file.getvalue().encode()


def export_json(
    flow: Flow, ballots: Iterable[Ballot], result: Result, lang: str, *, texts: bool = False, personal: bool = False
) -> bytes:
    """The flow's questions with the hash of their wording, the counts, and all ballots, in shuffled order."""
    asks = {ask.name: ask for ask in _asks(flow, result, personal=personal)}
    named = flow.secrecy is Secrecy.OPEN
    data = {
        "palabre_export": 1,
        "consultation": result.consultation,
        "flow": {"id": flow.id, "version": flow.version, "lang": flow.lang, "title": dict(flow.title.by_lang)},
        "secrecy": flow.secrecy.value,
        "questions": [_described(flow, ask) for ask in asks.values()],
        "result": (result if personal else result.public()).to_json(),
        "ballots": [
            ({VOTER: token} if named else {})
            | {"answers": {name: _answered(asks[name], answers[name], texts=texts) for name in asks if name in answers}}
            for token, answers in _shuffled(ballots)
        ],
    }
    return (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


def totals_csv(flow: Flow, result: Result, lang: str) -> bytes:
    """What everybody may download: how many chose what, nobody's answers side by side. One line for each choice."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(["question", "wording", "code", "label", "count"])
    public = result.public()
    for ask, question in phrases.public_questions(flow, public):
        lines = [(row.code, phrases.label(lang, flow, question, row), row.count) for row in question.rows]
        lines += [("#answered", "", question.answered), ("#skipped", "", question.skipped)]
        lines += [("#dont_know", "", question.dont_know), ("#abstain", "", question.abstained)]
        for code, words, count in lines:
            writer.writerow([safe(str(cell)) for cell in (ask.name, question.wording, code, words, count)])
    return b"\xef\xbb\xbf" + file.getvalue().encode()


def totals_json(flow: Flow, result: Result) -> bytes:
    """The same as `totals_csv` for programs, with the hash of each wording."""
    data = {
        "palabre_totals": 1,
        "flow": {"id": flow.id, "version": flow.version, "lang": flow.lang, "title": dict(flow.title.by_lang)},
        **result.public().to_json(),
    }
    return (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


def export_zip(
    flow: Flow,
    ballots: Iterable[Ballot],
    result: Result,
    lang: str,
    *,
    source: str,
    texts: bool = False,
    personal: bool = False,
) -> bytes:
    """Both files, the text of the flow (`source`), and a README that explains the columns in `lang`."""
    ballots = list(ballots)
    parts = {
        "README.txt": _readme(flow, result, lang, personal=personal).encode(),
        f"{flow.id}.csv": export_csv(flow, ballots, result, lang, texts=texts, personal=personal),
        f"{flow.id}.json": export_json(flow, ballots, result, lang, texts=texts, personal=personal),
        f"{flow.id}.yaml": source.encode(),
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(zipfile.ZipInfo(name, _STAMP), data, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula. What cannot be drawn is replaced, line ends are one kind."""
    cell = _CONTROLS.sub("\ufffd", cell.replace("\r\n", "\n").replace("\r", "\n"))
    return _AT_START.sub("'", _AT_SEPARATOR.sub(r"\1'", cell))


def _asks(flow: Flow, result: Result, *, personal: bool) -> list[Ask]:
    known = {question.name for question in result.questions}
    return [ask for ask in ballot_asks(flow) if ask.name in known and (personal or not ask.personal)]


def _shuffled(ballots: Iterable[Ballot]) -> list[tuple[str, dict[str, Ballot]]]:
    """The ballots of each voter token (the last one to each question), in an order that means nothing."""
    voters: dict[str, dict[str, Ballot]] = {}
    for ballot in ballots:
        voters.setdefault(_spelled(ballot.token), {})[ballot.question] = ballot
    lines = list(voters.items())
    SystemRandom().shuffle(lines)
    return lines


def _given(ballots: Mapping[str, Ballot], ask: Ask) -> Answer | None:
    return ballots[ask.name].answer if ask.name in ballots else None


def _spelled(token: bytes | str) -> str:
    return token.hex() if isinstance(token, bytes) else token


def _columns(flow: Flow, ask: Ask) -> list[str]:
    """The columns of one question; a label column steps aside for a question of the same name."""
    match kind_name(ask.kind):
        case "one_of" | "yes_no" | "scale":
            return [ask.name, _label_column(flow, ask)]
        case "any_of":
            return [ask.name, _label_column(flow, ask), *(f"{ask.name}:{code}" for code in _codes(flow, ask))]
        case _:
            return [ask.name]


def _label_column(flow: Flow, ask: Ask) -> str:
    names = {other.name for other in flow.asks}
    column = f"{ask.name}_label"
    while column in names:
        column += "_"
    return column


def _codes(flow: Flow, ask: Ask) -> list[str]:
    return [choice.code for choice in choices(ask.kind, flow.lang)]


def _cells(flow: Flow, ask: Ask, answer: Answer | None, lang: str, *, texts: bool) -> list[str]:
    """What one voter answered to one question, as many cells as `_columns` names."""
    kind = kind_name(ask.kind)
    width = len(_columns(flow, ask))
    if answer is None:
        return [""] * width
    if answer.given is not Given.ANSWER:
        said = [f"#{answer.given.value}", _not_answered(lang, answer.given)]
        return (said + [""] * width)[:width]
    labels = {choice.code: _one_line(choice.label.read(lang, flow.lang)) for choice in choices(ask.kind, flow.lang)}
    match kind:
        case "one_of" | "yes_no" | "scale":
            code = str(answer.value)
            return [code, labels.get(code, code)]
        case "any_of":
            picked = several(answer)
            flags = ["1" if code in picked else "0" for code in _codes(flow, ask)]
            return [";".join(picked), "; ".join(labels.get(code, code) for code in picked), *flags]
        case "text":
            return [_text(str(answer.value)) if texts else WITHHELD]
        case _:
            return [str(answer.value)]


def _text(text: str) -> str:
    """A free text that cannot be taken for one of our own marks."""
    return f"'{text}" if text.startswith("#") else text


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _not_answered(lang: str, given: Given) -> str:
    match given:
        case Given.DONT_KNOW:
            return tr(lang, "does not know")
        case Given.ABSTAIN:
            return tr(lang, "abstains")
        case _:
            return tr(lang, "skipped")


def _described(flow: Flow, ask: Ask) -> dict[str, Any]:
    return {
        "name": ask.name,
        "kind": kind_name(ask.kind),
        "wording": ask.wording,
        "personal": ask.personal,
        "text": dict(ask.text.by_lang),
        "choices": {choice.code: dict(choice.label.by_lang) for choice in choices(ask.kind, flow.lang)},
    }


def _answered(ask: Ask, ballot: Ballot, *, texts: bool) -> dict[str, Any]:
    """One ballot; its wording is the hash of the text that this voter read."""
    answer = ballot.answer
    withheld = kind_name(ask.kind) == "text" and answer.given is Given.ANSWER and not texts
    given, value = answer.to_json()
    said: dict[str, Any] = {"given": given, "wording": ballot.wording}
    if withheld:
        return said | {"withheld": True}
    return said | ({"value": value} if answer.given is Given.ANSWER else {})


def _readme(flow: Flow, result: Result, lang: str, *, personal: bool) -> str:
    """How to read the files, in `lang`."""
    named = {"name": flow.id}
    said = [
        phrases.title(lang, flow, closed=True),
        phrases.turnout(lang, result, closed=True),
        tr(lang, "{name}.csv: the table, one line for each person, in an order drawn at random.", **named),
        tr(lang, "{name}.json: the same for programs, with the counts; all values are unchanged.", **named),
        tr(lang, "{name}.yaml: the consultation as it was asked.", **named),
        tr(lang, "An empty cell: this person was not asked the question, or stopped before."),
        tr(lang, "#skipped: skipped the question. #dont_know: does not know. #abstain: abstains."),
        tr(lang, "#text: wrote something that is not in this file."),
        tr(lang, "In the table, a ' stands before what a spreadsheet could take for a formula (even -3)."),
        tr(lang, "Version of the consultation: {version}", version=flow.version),
        tr(lang, "The columns, with the question and the hash of its wording:"),
    ]
    for ask in _asks(flow, result, personal=personal):
        said += ["", ", ".join(_columns(flow, ask))]
        said.append(f"    {_one_line(ask.text.read(lang, flow.lang))} [{ask.wording}]")
        offered = choices(ask.kind, flow.lang)
        said += [f"    {choice.code} = {_one_line(choice.label.read(lang, flow.lang))}" for choice in offered]
    return "\r\n".join(said) + "\r\n"
