"""The files: no formula, no trace of who and when, and the same figures for every reader."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.results.archive import package
from bot.results.export import export_csv, export_json, safe
from flows.flow import Ask, Flow, Secrecy, Text, Words, make_flow
from flows.session import Answer, Given
from flows.tally.counts import Ballot, Result, count

TRIGGERS = "=+-@\t\r\n\0＝＋－＠"
PIECES = [
    "=1+1",
    "+",
    "-2",
    "@SUM(A1)",
    "＝1",
    "＠",
    "\t",
    "\r\n",
    "\n",
    "\0",
    " ",
    "\u00a0",
    "\u200b",
    "\ufeff",
    '"',
    "'",
    ";",
    ",",
    "a",
    "é",
    "#",
]
NASTY = st.lists(st.sampled_from(PIECES), max_size=8).map("".join)


def read_strictly(data: bytes) -> list[list[str]]:
    """RFC 4180 read character by character: a second opinion on what `csv` reads."""
    text = data.decode("utf-8-sig")
    rows: list[list[str]] = []
    row: list[str] = []
    place = 0
    while place < len(text):
        assert text[place] == '"', "each cell is quoted"
        place, cell = place + 1, ""
        while text[place] != '"' or text[place + 1] == '"':
            cell += text[place]
            place += 2 if text[place] == '"' else 1
        row.append(cell)
        place += 1
        if text[place] == ",":
            place += 1
        else:
            assert text[place : place + 2] == "\r\n"
            place += 2
            rows.append(row)
            row = []
    return rows


def table(data: bytes) -> list[dict[str, str]]:
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert [list(rows[0]), *(list(row.values()) for row in rows)] == read_strictly(data) if rows else True
    return rows


def result_of(flow: Flow, ballots: list[Ballot]) -> Result:
    return count(flow, ballots, consultation="17", finished=3)


def test_one_line_per_voter_with_codes_and_labels(flow: Flow, ballots: list[Ballot]) -> None:
    data = export_csv(flow, ballots, result_of(flow, ballots), "en")
    assert data.startswith(b"\xef\xbb\xbf")
    rows = table(data)
    assert list(rows[0]) == [
        *("mode", "mode_label", "freins", "freins_label", "freins:danger", "freins:vol", "note", "note_label"),
        *("bancs", "idee", "jour", "accord", "accord_label"),
    ]
    assert Counter(row["mode"] for row in rows) == {"velo": 2, "bus": 1, "#dont_know": 1, "": 1}
    first = next(row for row in rows if row["freins"] == "danger;vol")
    assert first == {
        "mode": "velo",
        "mode_label": "By bike",
        "freins": "danger;vol",
        "freins_label": "Danger; Theft",
        "freins:danger": "1",
        "freins:vol": "1",
        "note": "2",
        "note_label": "2",
        "bancs": "'-3",
        "idee": "#text",
        "jour": "2026-05-01",
        "accord": "yes",
        "accord_label": "Yes",
    }
    skipped = next(row for row in rows if row["freins"] == "#skipped")
    assert (skipped["freins_label"], skipped["freins:danger"]) == ("skipped", "")


def test_texts_and_personal_answers_only_when_asked_for(flow: Flow, ballots: list[Ballot]) -> None:
    result = result_of(flow, ballots)
    for texts in (False, True):
        for personal in (False, True):
            ways = {"texts": texts, "personal": personal}
            for data in (
                export_csv(flow, ballots, result, "fr", **ways),
                export_json(flow, ballots, result, "fr", **ways),
            ):
                assert (b"HYPERLINK" in data) is texts
                assert (b"71" in data) is personal
                assert (b"w-age" in data or b"age" in data) is personal


def test_what_may_be_given_to_anybody_has_no_personal_answer(flow: Flow, ballots: list[Ballot]) -> None:
    result = result_of(flow, ballots)
    for texts in (False, True):
        data = package(flow, ballots, result, "fr", source="id: x\n", texts=texts)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                if name not in ("verify.py", "manifest.json"):
                    data = archive.read(name)
                    assert b"w-age" not in data, name
                    assert "Votre âge".encode() not in data, name
                    assert (b"HYPERLINK" in data) is (texts and name in ("ballots.csv", "ballots.json")), name


def zipped(data: bytes) -> bytes:
    """All that is in an archive, one file after the other."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return b"\n".join(archive.read(name) for name in archive.namelist())


def test_a_confidential_export_names_no_token(flow: Flow, ballots: list[Ballot]) -> None:
    result = result_of(flow, ballots)
    ways = {"texts": True, "personal": True}
    for data in (
        export_csv(flow, ballots, result, "fr", **ways),
        export_json(flow, ballots, result, "fr", **ways),
        zipped(package(flow, ballots, result, "fr", source="", texts=True)),
    ):
        for token in {ballot.token for ballot in ballots}:
            assert isinstance(token, bytes)
            assert token not in data
            assert token.hex().encode() not in data
    named = replace(flow, secrecy=Secrecy.OPEN)
    assert {row["voter"] for row in table(export_csv(named, ballots, result, "fr"))} == {
        ballot.token.hex() for ballot in ballots if isinstance(ballot.token, bytes)
    }


def test_the_order_of_the_lines_means_nothing(flow: Flow, ballots: list[Ballot]) -> None:
    many = [Ballot(str(i), "bancs", Answer(Given.ANSWER, i), "w-bancs") for i in range(200)]
    result = result_of(flow, many)
    orders = [[row["bancs"] for row in table(export_csv(flow, many, result, "fr"))] for _ in range(2)]
    assert orders[0] != orders[1]
    assert all(order != [str(i) for i in range(200)] for order in orders)
    assert sorted(orders[0]) == sorted(str(i) for i in range(200))


def test_the_last_ballot_of_a_voter_is_the_one_exported(flow: Flow) -> None:
    twice = [Ballot("t", "mode", Answer(Given.ANSWER, code), "w-mode") for code in ("velo", "bus")]
    assert [row["mode"] for row in table(export_csv(flow, twice, result_of(flow, twice), "fr"))] == ["bus"]


def test_json_and_table_hold_the_same_counts(flow: Flow, ballots: list[Ballot]) -> None:
    result = result_of(flow, ballots)
    data = json.loads(export_json(flow, ballots, result, "fr", texts=True, personal=True))
    assert Result.from_json(data["result"]) == result
    assert (data["consultation"], data["flow"]["version"]) == ("17", "abc123")
    recounted = Counter(line["answers"]["mode"].get("value") for line in data["ballots"] if "mode" in line["answers"])
    assert recounted == {"velo": 2, "bus": 1, None: 1}
    assert {line["answers"]["mode"]["wording"] for line in data["ballots"] if "mode" in line["answers"]} == {"w-mode"}
    assert [line["answers"]["bancs"]["value"] for line in data["ballots"] if line["answers"].get("bancs")].count(
        -3
    ) == 1
    withheld = json.loads(export_json(flow, ballots, result, "fr"))
    ideas = [line["answers"]["idee"] for line in withheld["ballots"] if "idee" in line["answers"]]
    assert all("value" not in idea for idea in ideas)


def test_the_archive_explains_itself(flow: Flow, ballots: list[Ballot]) -> None:
    data = package(flow, ballots, result_of(flow, ballots), "en", source="palabre: 1\n")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.namelist() == [
            *("README.txt", "LICENCE.txt", "method.txt", "flow.yaml", "ballots.csv", "ballots.json"),
            *("dictionary.csv", "result.json", "verify.py", "manifest.json"),
        ]
        assert archive.read("flow.yaml") == b"palabre: 1\n"
        readme = archive.read("README.txt").decode()
        header = next(csv.reader(io.StringIO(archive.read("ballots.csv").decode("utf-8-sig"), newline="")))
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    for column in header:
        assert column in readme
    assert "Which way? [w-mode]" in readme
    assert "velo = By bike" in readme


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("-3", "'-3"),
        ("  =1+1", "'  =1+1"),
        ("＝1", "'＝1"),
        ("\u200b@x", "'\u200b@x"),
        ("\tx", "'\tx"),
        ("\r=x", "'\n'=x"),
        ("\0=x", "'\ufffd=x"),
        ("a;=cmd", "a;'=cmd"),
        ('a"; "=cmd', 'a";\' "=cmd'),
        ("oui, -5 et a=b, c'est 3 - 2", "oui, -5 et a=b, c'est 3 - 2"),
        ("un\n\ndeux ; trois", "un\n\ndeux ; trois"),
        ("", ""),
    ],
)
def test_cells_that_look_like_formulas(cell: str, written: str) -> None:
    assert safe(cell) == written


@given(st.lists(NASTY, min_size=1, max_size=4))
def test_no_cell_starts_a_formula_for_any_reader(texts: list[str]) -> None:
    ask = Ask(name="idee", text=Text({"fr": "?"}), kind=Words())
    flow = make_flow(id="x", version="v", lang="fr", langs=("fr",), title=Text({"fr": "T"}), steps=(ask,))
    ballots = [Ballot(str(i), "idee", Answer(Given.ANSWER, text), "w") for i, text in enumerate(texts)]
    data = export_csv(flow, ballots, result_of(flow, ballots), "fr", texts=True)
    assert len(table(data)) == len(texts)
    readers = [csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=mark) for mark in ",;\t|"]
    for cell in (cell for reader in readers for row in reader for cell in row):
        seen = cell.replace("\u200b", "").replace("\ufeff", "").lstrip(' \u00a0"')
        assert not cell.startswith(tuple(TRIGGERS))
        assert not seen.startswith(tuple("=+-@＝＋－＠"))


def test_a_written_mark_is_not_taken_for_ours(flow: Flow) -> None:
    said = [Ballot("t", "idee", Answer(Given.ANSWER, "#skipped"), "w-idee")]
    assert table(export_csv(flow, said, result_of(flow, said), "fr", texts=True))[0]["idee"] == "'#skipped"


def test_a_label_column_steps_aside_for_a_question_of_that_name(flow: Flow) -> None:
    steps = (flow.asks[0], replace(flow.asks[7], name="mode_label"))
    other = make_flow(id="x", version="v", lang="fr", langs=("fr", "en"), title=flow.title, steps=steps)
    ballots = [Ballot("t", "mode", Answer(Given.ANSWER, "bus"), "w")]
    header = read_strictly(export_csv(other, ballots, result_of(other, ballots), "fr"))[0]
    assert header == ["mode", "mode_label_", "mode_label", "mode_label_label"]


def test_text_that_utf8_cannot_write_does_not_stop_the_export(flow: Flow) -> None:
    broken = [Ballot("t", "idee", Answer(Given.ANSWER, "a\ud800b"), "w-idee")]
    result = result_of(flow, broken)
    assert table(export_csv(flow, broken, result, "fr", texts=True))[0]["idee"] == "a\ufffdb"
    assert json.loads(export_json(flow, broken, result, "fr", texts=True))
