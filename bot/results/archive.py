"""A consultation as a package that proves itself: the text, the ballots, the result, and a program that counts again.

The one rule: it may be given to anybody. No name, no token, no time, no question marked personal; what people wrote
only when somebody asks for it. The ballots are shuffled anew with the system's own randomness for each package, so two
packages cannot be laid side by side; everything else depends only on them (names, order and dates inside the zip are
fixed). `fingerprint` is the same for every package of the same count, whatever the order of its ballots.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from bot.opinions import filing, reasons
from bot.opinions.figures import NONE, Opinions
from bot.polls.rules import rules_of_vote
from bot.results import phrases, verify
from bot.results.cells import safe
from bot.results.export import (
    Lines,
    columns,
    exported,
    one_line,
    shuffled,
    written_csv,
    written_json,
)
from bot.results.votes import vote_of
from bot.results.why import explain
from flows.flow import Ask, Basket, Flow, Grades, Order
from flows.messages import plain_text
from flows.session import Given
from flows.tally.counts import Ballot, Result, choices
from flows.tally.files import Ballot as FileBallot
from flows.tally.files import BallotFile, Kind, Option, pabulib, preflib
from flows.tally.marks import several
from flows.tally.rankings import strict
from locales import tr

_STAMP = (1980, 1, 1, 0, 0, 0)
PROGRAM = Path(__file__).parent / "verify.py"
PARTS = {"flow": "flow.yaml", "table": "ballots.csv", "ballots": "ballots.json", "result": "result.json"}


def package(
    flow: Flow,
    ballots: Iterable[Ballot],
    result: Result,
    lang: str,
    *,
    source: str,
    texts: bool = False,
    linked: bool = True,
    opinions: Opinions = NONE,
    servings: Sequence[filing.Serving] = (),
) -> bytes:
    """The zip. `source` is the text of the consultation, letter by letter; `linked` as in `export`; `servings` is what
    was chosen to be shown, the first first."""
    lines = shuffled(ballots, linked=linked)
    public = result.public()
    asks = exported(flow, public, personal=False)
    ways: dict[str, bool] = {"texts": texts, "personal": False, "linked": linked}
    parts = {
        "README.txt": _readme(flow, result, lang, asks, opinions),
        "LICENCE.txt": _licence(lang),
        "method.txt": _method(flow, public, lang, asks, opinions),
        "flow.yaml": source.encode(),
        "ballots.csv": written_csv(flow, lines, public, lang, **ways),
        "ballots.json": written_json(flow, lines, public, texts=texts, personal=False, linked=linked),
        "dictionary.csv": _dictionary(flow, asks),
        "result.json": _json(public.to_json()),
        "verify.py": PROGRAM.read_bytes(),
        **_exchange(flow, asks, lines, lang),
        **filing.files(flow, opinions, servings),
    }
    data, told = json.loads(parts["ballots.json"]), json.loads(parts["result.json"])
    manifest = {
        "palabre_verify": 1,
        "consultation": result.consultation,
        "parts": PARTS,
        "files": {name: sha256(content).hexdigest() for name, content in parts.items()},
        "fingerprint": verify.fingerprint_of(parts["flow.yaml"], data, told),
    }
    return _zipped({**parts, "manifest.json": _json(manifest)})


def fingerprint(flow: Flow, ballots: Iterable[Ballot], result: Result, *, source: str) -> str:
    """What stands for the text, the ballots and the result together, whatever the order of the ballots."""
    public = result.public()
    data = json.loads(written_json(flow, shuffled(ballots), public, texts=False, personal=False, linked=True))
    return verify.fingerprint_of(source.encode(), data, json.loads(_json(public.to_json())))


def _zipped(parts: Mapping[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(zipfile.ZipInfo(name, _STAMP), data, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def _json(data: Any) -> bytes:
    return (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


# --- Words -----------------------------------------------------------------------------------------------------------


def _readme(flow: Flow, result: Result, lang: str, asks: Sequence[Ask], opinions: Opinions) -> bytes:
    """How to read the files, in `lang`."""
    said = [
        phrases.title(lang, flow, closed=True),
        phrases.turnout(lang, result, closed=True),
        phrases.not_a_sample(lang),
        "",
        tr(lang, "ballots.csv: the table, one line for each person, in an order drawn at random."),
        tr(lang, "ballots.json: the same for programs, with the counts; all values are unchanged."),
        tr(lang, "flow.yaml: the consultation as it was asked."),
        tr(lang, "result.json: the result. method.txt: the rules, and why the result is what it is."),
        tr(lang, "dictionary.csv: what each column and each code means."),
        tr(lang, "Files that end in .soi or .soc (rankings) and .pb (budgets) are for the tools of researchers."),
        *filing.about(opinions, lang),
        "",
        tr(lang, "To count again: python3 verify.py. It needs nothing but Python, and refuses whatever was changed."),
        tr(lang, "It prints a fingerprint: compare it with the one on the public page of the result."),
        "",
        tr(lang, "An empty cell: this person was not asked the question, or stopped before."),
        tr(lang, "#skipped: skipped the question. #dont_know: does not know. #abstain: abstains."),
        tr(lang, "#blank: blank vote. #none: none of these."),
        tr(lang, "#text: wrote something that is not in this file."),
        tr(lang, "In the table, a ' stands before what a spreadsheet could take for a formula (even -3)."),
        tr(lang, "Where a group could watch the tally, each answer stands on a line of its own."),
        tr(lang, "Version of the consultation: {version}", version=flow.version),
        tr(lang, "The columns, with the question and the hash of its wording:"),
    ]
    for ask in asks:
        said += ["", ", ".join(columns(flow, ask))]
        said.append(f"    {one_line(ask.text.read(lang, flow.lang))} [{ask.wording}]")
        offered = choices(ask.kind, flow.lang)
        said += [f"    {choice.code} = {one_line(choice.label.read(lang, flow.lang))}" for choice in offered]
    return _text(said)


def _licence(lang: str) -> bytes:
    return _text(
        [
            tr(lang, "The ballots and the result: whoever organised the consultation says on what terms they may be "
                     "used again. Where nothing is said, ask them."),
            tr(lang, "Please name the consultation and its fingerprint when you publish figures from here, and do not "
                     "try to find out who voted what."),
            tr(lang, "verify.py is part of Palabre, which is free software under the GNU Affero General Public "
                     "Licence, version 3."),
        ]
    )  # fmt: skip


def _method(flow: Flow, result: Result, lang: str, asks: Sequence[Ask], opinions: Opinions) -> bytes:
    """The rule of each vote, and why its result is what it is."""
    found = {question.name: question for question in result.questions}
    said: list[str] = []
    for ask in asks:
        vote = vote_of(flow, ask, found[ask.name], lang)
        if vote is not None:
            said += [plain_text(tuple(explain(vote, whole=True))), ""]
        elif ask.rule is not None:
            said += [one_line(ask.text.read(lang, flow.lang)), " ".join(rules_of_vote(ask, lang)), ""]
        elif told := reasons.explain(flow, ask, opinions, lang):
            said += [plain_text(tuple(told)), ""]
    if not said:
        said = [tr(lang, "Nothing was voted on here: the result is how many people gave each answer.")]
    return _text([line for block in said for line in block.split("\n")])


def _text(lines: Sequence[str]) -> bytes:
    return ("\r\n".join(lines) + "\r\n").encode("utf-8", "replace")


def _dictionary(flow: Flow, asks: Sequence[Ask]) -> bytes:
    """Every question, choice, grade and criterion with its words in each language."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(["question", "wording", "what", "code", *flow.langs])
    for ask in asks:
        method = ask.rule.method.value if ask.rule is not None else ""
        rows: list[tuple[str, str, Mapping[str, str]]] = [("question", method, ask.text.by_lang)]
        rows += [("choice", one.code, one.label.by_lang) for one in choices(ask.kind, flow.lang)]
        if isinstance(ask.kind, Grades):
            for criterion in ask.kind.criteria:
                rows.append(("criterion", criterion.code, criterion.label.by_lang))
                rows += [("grade", one.code, one.label.by_lang) for one in criterion.grades]
        for what, code, words in rows:
            cells = [ask.name, ask.wording, what, code, *(words.get(lang, "") for lang in flow.langs)]
            writer.writerow([safe(one_line(cell)) for cell in cells])
    return b"\xef\xbb\xbf" + file.getvalue().encode("utf-8", "replace")


# --- The exchange formats of the field -------------------------------------------------------------------------------


def _exchange(flow: Flow, asks: Sequence[Ask], lines: Lines, lang: str) -> dict[str, bytes]:
    """Rankings for PrefLib, budgets for Pabulib."""
    found: dict[str, bytes] = {}
    for ask in asks:
        given = Counter(
            several(answers[ask.name].answer)
            for _token, answers in lines
            if ask.name in answers and answers[ask.name].answer.given is Given.ANSWER
        )
        match ask.kind:
            case Order() if ask.rule is not None:
                file = _ballot_file(flow, ask, lang, Kind.RANKING, {strict(one): n for one, n in given.items() if one})
                whole = all(len(one) == len(file.options) for one in given)
                name = f"{ask.name}.{'soc' if whole else 'soi'}"
                found[name] = preflib.write(file, name=name).encode("utf-8", "replace")
            case Basket(limit=limit) if ask.rule is not None:
                file = _ballot_file(flow, ask, lang, Kind.APPROVAL, given, limit=limit)
                found[f"{ask.name}.pb"] = pabulib.write(file).encode("utf-8", "replace")
            case _:
                pass
    return found


def _ballot_file(
    flow: Flow, ask: Ask, lang: str, kind: Kind, given: Mapping[Any, int], *, limit: int | None = None
) -> BallotFile:
    """Equal ballots together, the most frequent first: the order of the people is not in it."""
    costs = {one.code: one.cost for one in ask.kind.projects} if isinstance(ask.kind, Basket) else {}
    ballots: list[tuple[FileBallot, int]] = sorted(given.items(), key=lambda pair: (-pair[1], pair[0]))
    return BallotFile(
        kind=kind,
        options=tuple(
            Option(code=one.code, name=one_line(one.label.read(lang, flow.lang)), cost=costs.get(one.code))
            for one in choices(ask.kind, flow.lang)
        ),
        ballots=tuple(ballots),
        title=one_line(ask.text.read(lang, flow.lang)),
        limit=limit,
    )
