"""`palabre count`: every format and method, what it prints, and what it says of files that are wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cli import main
from bot.counted import report
from bot.counting import METHODS, NotCounted, Wish, count
from bot.results.export import export_csv, export_json
from flows.load import load_text
from flows.session import Answer, Given
from flows.tally.counts import Ballot
from flows.tally.counts import count as tally
from flows.tally.files import BadFile, read

FILES = Path(__file__).parents[1] / "tally" / "files"

CSV = """\
"mode","mode_label","mode:bus","mode:velo","tree","dots","mj"
"bus;velo","By bus; By bike","1","1","oak","a=3;b=0","a=good;b=poor"
"velo","By bike","0","1","elm","b=2","a=excellent;b=reject"
"#abstain","abstains","","","oak","a=1;b=1","#blank"
"","","","","oak","",""
"""


def answered(*codes: str) -> dict[str, Any]:
    return {"given": "answer", "value": list(codes)}


FLOW = """\
palabre: 1
id: x
lang: en
title: X
steps:
  - ask: mode
    text: How?
    abstain: true
    one_of: {velo: By bike, bus: By bus}
  - ask: why
    text: Why?
    any_of: {far: Far, rain: Rain}
  - end: bye
    text: Bye
"""
JSON = {
    "palabre_export": 1,
    "flow": {"id": "x", "lang": "en"},
    "questions": [
        {"name": "jour", "kind": "rank", "text": {"en": "Which day?"}, "choices": {"lun": {"en": "Monday"}, "mar": {}}},
        {
            "name": "parc",
            "kind": "budget",
            "choices": {"a": {"en": "A"}, "b": {}},
            "costs": {"a": 6, "b": 7},
            "limit": 9,
        },
        {"name": "words", "kind": "text"},
    ],
    "ballots": [
        {
            "answers": {
                "jour": {"given": "answer", "value": ["mar", "lun"]},
                "parc": {"given": "answer", "value": ["b"]},
            }
        },
        {"answers": {"jour": {"given": "answer", "value": ["mar"]}, "parc": {"given": "answer", "value": ["a", "b"]}}},
        {"answers": {"jour": {"given": "blank"}}},
        {"answers": {}},
    ],
}


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PALABRE_LOCALE", "en")


def told(*args: str | Path, input: str | bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["count", *map(str, args)], input=input)


def numbers(*args: str | Path, input: str | bytes | None = None) -> dict[str, Any]:
    result = told(*args, "--json", input=input)
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert isinstance(found, dict)
    return found


def test_rankings_are_counted_by_schulze_unless_something_else_is_asked() -> None:
    result = told(FILES / "untidy.toi", "--explain")
    assert result.exit_code == 0
    assert result.stdout.startswith("Which tree, which place\n11 ballots counted (schulze).\n\nChosen: Érable\n")
    assert "             1 Érable" not in result.stdout
    assert "1 Érable               ·  7  9  8" in result.stdout
    assert "The header speaks of 12 voters; the ballots are 11." in result.stdout
    assert "Every two options are compared" in result.stdout


@pytest.mark.parametrize(
    ("method", "winners"),
    [("schulze", ["1"]), ("irv", ["1"]), ("borda", ["1"]), ("plurality", ["1"])],
)
def test_each_way_of_counting_rankings(method: str, winners: list[str]) -> None:
    assert numbers(FILES / "old.soc", "--method", method)["winners"] == winners


def test_several_seats() -> None:
    found = numbers(FILES / "untidy.toi", "--method", "stv", "--seats", "2", "--tie", "order")
    assert len(found["winners"]) == 2
    assert found["rounds"]
    assert told(FILES / "untidy.toi", "--method", "irv", "--seats", "2").exit_code == 2
    assert told(FILES / "untidy.toi", "--method", "stv", "--seats", "9").exit_code == 2


def test_first_choices_of_rankings_with_ties_are_set_aside() -> None:
    found = numbers(FILES / "untidy.toi", "--method", "plurality")
    assert found["file"]["aside"] == {"several_first": 2, "empty": 1}
    assert found["voters"] == found["file"]["counted"] == 8


def test_the_json_names_everything() -> None:
    found = numbers(FILES / "untidy.toi")
    assert found["file"]["options"][0] == {"code": "1", "name": "Érable"}
    assert found["file"]["title"] == "Which tree, which place"
    assert {"winners", "order", "lines", "duels", "method", "voters"} <= set(found)


def test_a_budget_has_both_rules() -> None:
    found = numbers(FILES / "park.pb")
    assert found["method"] == "equal_shares"
    assert sorted(found["winners"]) == ["1", "2"]
    assert found["purchase"]["compared"][0] == "greedy"
    assert found["ties"] == [{"codes": ["1", "2"], "where": "project", "how": "cheaper", "first": "2"}]
    assert numbers(FILES / "park.pb", "--method", "greedy", "--budget", "50000")["winners"] == ["2"]
    assert numbers(FILES / "park.pb", "--completion", "none", "--budget", "0")["winners"] == []
    result = told(FILES / "park.pb", "--method", "greedy")
    assert "Spent 100,000 of 100,000." in result.stdout
    assert "equal_shares would have chosen the same." in result.stdout


def test_points() -> None:
    assert numbers(FILES / "points.pb")["method"] == "equal_shares"
    found = numbers(FILES / "points.pb", "--method", "score")
    assert found["winners"] == ["c"]
    assert numbers(FILES / "points.pb", "--method", "majority_judgment")["voters"] == 4
    assert numbers(FILES / "points.pb", "--method", "dots")["lines"][0]["more"]["supporters"] == 1


def test_the_table_that_palabre_exports() -> None:
    result = told("-", input=CSV)
    assert result.exit_code == 2
    assert "Which question? Choose one with --question: mode, tree, dots, mj." in result.stderr
    mode = numbers("-", "--question", "mode", input=CSV)
    assert (mode["method"], mode["winners"], mode["voters"]) == ("approval", ["velo"], 2)
    assert mode["file"]["aside"] == {"abstain": 1, "not_asked": 1}
    assert numbers("-", "--question", "tree", input=CSV)["winners"] == ["oak"]
    assert numbers("-", "--question", "dots", "--method", "dots", input=CSV)["winners"] == ["a"]
    assert numbers("-", "--question", "mj", input=CSV)["winners"] == ["a"]
    assert numbers("-", "--question", "mode", "--method", "irv", input=CSV)["voters"] == 2


def test_the_same_table_from_a_spreadsheet_in_french() -> None:
    table = "\ufeffjour\r\n'-1\r\nb\r\nb\r\n".encode("utf-16")
    found = numbers("-", input=table)
    assert (found["winners"], found["voters"]) == (["b"], 3)
    assert numbers("-", "--question", "a", input='a;b\n"x;y";1\n"y;z";2\n')["winners"] == ["y"]


def test_grades_that_palabre_does_not_know_need_an_order() -> None:
    table = "mj\na=up;b=down\na=up;b=so\n"
    result = told("-", input=table)
    assert result.exit_code == 2
    assert "from best to worst" in result.stderr
    assert numbers("-", "--grades", "up,so,down", input=table)["winners"] == ["a"]


def test_the_json_that_palabre_exports() -> None:
    data = json.dumps(JSON)
    jour = numbers("-", "--question", "jour", input=data)
    assert (jour["method"], jour["winners"], jour["file"]["aside"]) == (
        "schulze",
        ["mar"],
        {"blank": 1, "not_asked": 1},
    )
    assert jour["file"]["title"] == "Which day?"
    assert jour["file"]["options"][0] == {"code": "lun", "name": "Monday"}
    parc = numbers("-", "--question", "parc", input=data)
    assert (parc["method"], parc["winners"], parc["purchase"]["limit"]) == ("equal_shares", ["b"], 9)


def test_what_does_not_fit_together_is_a_sentence_and_status_2() -> None:
    for args, said in {
        ("park.pb", "--method", "irv"): "irv cannot count these ballots: each of them has several choices in no order.",
        ("old.soc", "--method", "greedy"): "greedy needs to know what each option costs.",
        ("old.soc", "--method", "shulze"): "There is no method “shulze”: did you mean schulze?",
        ("park.pb", "--budget", "lots"): "“lots” is not an amount of money.",
        ("park.pb", "--budget", "-5"): "“-5” is not an amount of money.",
        ("old.soc", "--method", "score"): "score cannot count these ballots: each of them has choices in order.",
    }.items():
        result = told(FILES / args[0], *args[1:])
        assert (result.exit_code, result.stdout) == (2, "")
        assert said in result.stderr
    assert told(FILES / "nowhere.toi").exit_code == 2
    assert told(FILES / "old.soc", "--tie", "coin").exit_code == 2


def test_mistakes_have_their_line_and_status_1(tmp_path: Path) -> None:
    file = tmp_path / "bad.toi"
    file.write_text("# NUMBER ALTERNATIVES: 2\n3: 1,2\nfour: 2\n1: 7\n")
    result = told(file)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines() == [
        f"{file}:3: “four” is not a number of ballots.",
        f"{file}:4: There is no option with the number “7”.",
    ]
    listed = json.loads(told(file, "--json").stdout)["mistakes"]
    assert listed[0] == {"file": "bad.toi", "line": 3, "what": "“four” is not a number of ballots."}


def test_a_tie_is_told_and_cut_as_asked() -> None:
    table = "x\na\nb\n"
    assert "Not decided: there is a tie" in told("-", input=table).stdout
    assert numbers("-", "--tie", "order", input=table)["winners"] == ["a"]
    drawn = [numbers("-", "--tie", "draw", "--seed", str(n), input=table)["winners"] for n in range(12)]
    assert sorted(map(list, {tuple(one) for one in drawn})) == [["a"], ["b"]]
    assert numbers("-", "--tie", "draw", input=table) == numbers("-", "--tie", "draw", input="x\nb\na\n")


def test_names_never_move_the_cursor() -> None:
    text = "# TITLE: \x1b[2Jgone\n# NUMBER ALTERNATIVES: 1\n# ALTERNATIVE NAME 1: A\x1b[31m\u202eB\n1: 1\n"
    shown = told("-", input=text).stdout
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    refused = told("-", input="# NUMBER ALTERNATIVES: 1\n\x1b[2J: 1\n")
    assert refused.exit_code == 1
    assert "\x1b[2J" not in refused.stderr


def test_half_a_character_in_a_name_is_printed_as_something() -> None:
    data = {"questions": [{"name": "q", "kind": "one_of", "choices": {"a": {"en": "\ud800"}}}], "ballots": []}
    assert told("-", input=json.dumps(data)).exit_code == 0
    assert told("-", "--json", input=json.dumps(data)).exit_code == 0


@pytest.mark.parametrize(
    "text",
    [
        '{"questions": [], "ballots": []}',
        '{"questions": 3, "ballots": []}',
        '{"questions": [{"name": "a", "kind": ["x"]}], "ballots": {"x": 1}}',
        '{"questions": [{"name": "a"}], "ballots": [{"answers": {"a": {"given": "answer", "value": 1e999999999}}}]}',
        '{"questions": [{"name": "a"}], "ballots": [{"answers": {"a": {"given": "answer", "value": NaN}}}]}',
        '{"questions": [{"name": "a"}], "ballots": [{"answers": {"a": {"given": "answer", "value": [["b", -1]]}}}]}',
        '{"questions": [{"name": "a"}], "ballots": [' + "9" * 5000 + "]}",
        '{"questions": [{"name": "a"}], "ballots": ' + "[" * 100_000,
        '{"questions": [{"name": "a"}], "ballots": [',
        '"' * 150_001,
        "a,b\n1\n",
        "x\na=1;b=-1\n",
    ],
)
def test_hostile_tables_are_refused(text: str) -> None:
    result = told("-", input=text)
    assert result.exit_code in (1, 2)
    assert result.stderr
    assert not isinstance(result.exception, Exception) or isinstance(result.exception, SystemExit)


def test_what_is_exported_is_counted_as_the_service_counts_it() -> None:
    flow = load_text(FLOW, "x.yaml", lang="en").flow
    assert flow is not None
    given = {"mode": ["bus", "velo", "bus"], "why": [("far",), ("far", "rain"), ("rain", "far")]}
    ballots = [
        Ballot(str(voter).encode(), name, Answer(Given.ANSWER, value), "")
        for name, values in given.items()
        for voter, value in enumerate(values)
    ] + [Ballot(b"9", "mode", Answer(Given.ABSTAIN), "")]
    result = tally(flow, ballots, consultation="x")
    for written in (export_csv(flow, ballots, result, "en"), export_json(flow, ballots, result, "en")):
        for question in result.questions:
            found = numbers("-", "--question", question.name, input=written)
            assert {line["code"]: line["score"] for line in found["lines"]} == {
                row.code: row.count for row in question.rows if row.count or written.startswith(b"{")
            }
            assert found["voters"] == question.answered
            assert found["file"]["aside"].get("abstain", 0) == question.abstained


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats() | st.sampled_from(["a", "b", "answer", "a;b", "a=1"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "given", "value"]), inner),
    max_leaves=8,
)


@given(VALUES, VALUES, VALUES, st.sampled_from(METHODS))
@settings(deadline=None, max_examples=150)
def test_any_json_is_counted_or_refused(choices: Any, value: Any, extra: Any, method: str) -> None:
    about = {"name": "a", "kind": extra, "choices": choices, "costs": extra, "limit": extra, "grades": extra}
    answers = [{"answers": {"a": {"given": "answer", "value": value}}}, {"answers": extra}, choices]
    data = json.dumps({"questions": [about], "ballots": answers, "flow": extra})
    counts("x.json", data, method)


@given(st.text(alphabet='ab;=,"#\n01:_', max_size=80), st.sampled_from(METHODS))
@settings(deadline=None, max_examples=200)
def test_any_table_is_counted_or_refused(text: str, method: str) -> None:
    counts("x.csv", text, method)


def counts(name: str, text: str, method: str) -> None:
    try:
        file = read(text.encode(), name, "fr")
        outcome, aside = count(file, Wish(method=method), "fr")
    except (BadFile, NotCounted):
        return
    assert report(file, outcome, aside, "fr")
    json.dumps(outcome.to_json())
