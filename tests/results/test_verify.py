"""The proof that strangers read: `verify.py` counts again by itself, agrees with Palabre on thousands of random votes,
and refuses whatever was changed."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import pytest
from randomvotes import a_flow, a_vote, some_ballots

from bot.results import verify
from bot.results.archive import PROGRAM, fingerprint, package
from flows.flow import Method
from flows.tally.counts import Ballot, count

SOURCE = "palabre: 1\nid: vote\n"
EVERY = int(os.environ.get("PALABRE_PROFILES", "200"))
"""Random votes for each method."""

Edit = Callable[[dict[str, Any], dict[str, Any]], None]


def packed(method: Method, seed: int, *, people: int = 12, linked: bool = True) -> dict[str, bytes]:
    """The files of a package of one random vote."""
    random = Random(f"{method}-{seed}")
    ask = a_vote(random, method)
    flow, ballots = a_flow(ask), some_ballots(random, ask, people)
    result = count(flow, ballots, consultation="17")
    return unpacked(package(flow, ballots, result, "fr", source=SOURCE, linked=linked))


def unpacked(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(files: dict[str, bytes], to: Path) -> Path:
    with zipfile.ZipFile(to, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return to


def relisted(files: dict[str, bytes]) -> dict[str, bytes]:
    """The same with a list that fits the files as they are now: what somebody does who wants to deceive."""
    manifest = json.loads(files["manifest.json"])
    manifest["files"] = {name: sha256(data).hexdigest() for name, data in files.items() if name != "manifest.json"}
    data, result = json.loads(files["ballots.json"]), json.loads(files["result.json"])
    manifest["fingerprint"] = verify.fingerprint_of(files["flow.yaml"], data, result)
    return {**files, "manifest.json": json.dumps(manifest).encode()}


def edited(files: dict[str, bytes], edit: Edit) -> dict[str, bytes]:
    """With ballots and result changed by `edit`, and the list made to fit."""
    data, result = json.loads(files["ballots.json"]), json.loads(files["result.json"])
    edit(data, result)
    return relisted({**files, "ballots.json": json.dumps(data).encode(), "result.json": json.dumps(result).encode()})


@pytest.mark.parametrize("method", list(Method))
def test_the_program_counts_as_palabre_does(method: Method) -> None:
    """Ties, cycles, empty ballots and conditions that are not met are all over these votes."""
    for seed in range(EVERY):
        files = packed(method, seed, people=seed % 15)
        assert verify.check(files)[-1], f"{method}, {seed}"


@pytest.mark.parametrize("method", list(Method))
def test_a_changed_outcome_is_refused_though_the_list_was_made_to_fit(method: Method) -> None:
    files = packed(method, 3)

    def forge(data: dict[str, Any], result: dict[str, Any]) -> None:
        outcome = result["questions"][0]["outcome"]
        outcome["winners"] = [] if outcome["winners"] else [outcome["lines"][0]["code"]]
        data["result"] = result

    with pytest.raises(verify.Wrong, match=r"question q: .*winners"):
        verify.check(edited(files, forge))


def drop(data: dict[str, Any], result: dict[str, Any]) -> None:
    data["ballots"].pop()


def stuff(data: dict[str, Any], result: dict[str, Any]) -> None:
    data["ballots"].append(data["ballots"][0])
    data["result"]["participants"] += 1
    result["participants"] += 1


def turn_one(data: dict[str, Any], result: dict[str, Any]) -> None:
    answer = next(one["answers"]["q"] for one in data["ballots"] if one["answers"]["q"]["given"] == "answer")
    answer.clear()
    answer.update(given="blank", wording="w-q")


def reword(data: dict[str, Any], result: dict[str, Any]) -> None:
    data["ballots"][0]["answers"]["q"]["wording"] = "another"


def count_other(data: dict[str, Any], result: dict[str, Any]) -> None:
    result["questions"][0]["rows"][0]["count"] += 1
    data["result"] = result


def other_result(data: dict[str, Any], result: dict[str, Any]) -> None:
    result["questions"][0]["answered"] += 1


def loosen(data: dict[str, Any], result: dict[str, Any]) -> None:
    data["questions"][0].update(quorum=1000, electorate=None)


@pytest.mark.parametrize("edit", [drop, stuff, turn_one, reword, count_other, other_result, loosen])
@pytest.mark.parametrize("method", [Method.PLURALITY, Method.SCHULZE, Method.MAJORITY_JUDGMENT, Method.EQUAL_SHARES])
def test_what_was_changed_is_refused_though_the_list_was_made_to_fit(method: Method, edit: Edit) -> None:
    files = packed(method, 5)
    assert verify.check(files)
    with pytest.raises(verify.Wrong):
        verify.check(edited(files, edit))


@pytest.mark.parametrize("name", ["flow.yaml", "ballots.json", "ballots.csv", "result.json", "method.txt", "verify.py"])
def test_a_file_that_was_touched_missing_or_added_is_named(name: str) -> None:
    files = packed(Method.IRV, 1)
    with pytest.raises(verify.Wrong, match=name):
        verify.check({**files, name: files[name] + b" "})
    with pytest.raises(verify.Wrong, match=name):
        verify.check({one: data for one, data in files.items() if one != name})
    with pytest.raises(verify.Wrong, match="more"):
        verify.check({**files, "more": b""})


def test_another_text_of_the_flow_has_another_fingerprint() -> None:
    """Whoever forges everything cannot forge the number on the page."""
    files = packed(Method.IRV, 1)
    forged = relisted({**files, "flow.yaml": files["flow.yaml"] + b"# other\n"})
    verify.check(forged)
    assert json.loads(forged["manifest.json"])["fingerprint"] != json.loads(files["manifest.json"])["fingerprint"]


def test_the_table_alone_cannot_be_changed() -> None:
    files = packed(Method.PLURALITY, 2)
    lines = files["ballots.csv"].split(b"\r\n")
    fewer = relisted({**files, "ballots.csv": b"\r\n".join([lines[0], *lines[2:]])})
    with pytest.raises(verify.Wrong, match=r"table|tableau"):
        verify.check(fewer)


def test_each_package_has_its_own_order_and_all_have_one_fingerprint() -> None:
    random = Random(1)
    ask = a_vote(random, Method.SCHULZE)
    flow, ballots = a_flow(ask), some_ballots(random, ask, 60)
    result = count(flow, ballots, consultation="17")
    packages = [unpacked(package(flow, ballots, result, "fr", source=SOURCE)) for _ in range(2)]
    assert packages[0]["ballots.json"] != packages[1]["ballots.json"]
    prints = {json.loads(one["manifest.json"])["fingerprint"] for one in packages}
    assert prints == {fingerprint(flow, list(reversed(ballots)), result, source=SOURCE)}
    same = {name: data for name, data in packages[0].items() if name not in ("ballots.csv", "ballots.json")}
    for name, data in same.items():
        if name != "manifest.json":
            assert packages[1][name] == data


def test_where_a_group_watched_no_line_has_two_answers() -> None:
    random = Random(4)
    asks = [a_vote(random, Method.PLURALITY, name) for name in ("one", "two")]
    ballots = [ballot for ask in asks for ballot in some_ballots(random, ask, 20)]
    flow = a_flow(*asks)
    result = count(flow, ballots, consultation="17")
    files = unpacked(package(flow, ballots, result, "fr", source=SOURCE, linked=False))
    data = json.loads(files["ballots.json"])
    assert {len(ballot["answers"]) for ballot in data["ballots"]} == {1}
    assert (data["linked"], len(data["ballots"])) == (False, 40)
    verify.check(files)


def test_the_program_runs_alone_and_speaks_plainly(tmp_path: Path) -> None:
    """With the oldest Python there is here, too."""
    files = packed(Method.STV, 9)
    good, bad = zipped(files, tmp_path / "good.zip"), tmp_path / "bad"
    bad.mkdir()
    for name, data in files.items():
        (bad / name).write_bytes(data)
    (bad / "result.json").write_bytes(files["result.json"].replace(b'"answered"', b'"Answered"'))
    old = Path.home() / ".pyenv/versions/3.8.18/bin/python3"
    for python in {sys.executable, str(old) if old.exists() else sys.executable}:
        bare = [python, "-I", str(PROGRAM)]
        ran = subprocess.run([*bare, str(good)], capture_output=True, text=True, env={"LANG": "C"}, check=False)
        assert (ran.returncode, ran.stderr) == (0, "")
        assert ran.stdout.endswith("All is right.\n")
        ran = subprocess.run([python, "-I", "verify.py"], cwd=bad, capture_output=True, text=True, check=False,
                             env={"LANG": "fr_FR.UTF-8", "PYTHONUTF8": "1"})  # fmt: skip
        assert (ran.returncode, ran.stderr) == (1, "")
        assert ran.stdout == "FAUX. Un fichier a été modifié : result.json\n"
        ran = subprocess.run([*bare, str(tmp_path / "none.zip")], capture_output=True, text=True, env={}, check=False)
        assert ran.returncode == 2
        assert "none.zip" in ran.stdout


@pytest.mark.parametrize("junk", [b"", b"{", b"[]", b'{"files": 3, "parts": {}, "fingerprint": ""}'])
def test_a_list_that_is_none_is_refused_in_a_sentence(junk: bytes) -> None:
    with pytest.raises(verify.Wrong):
        verify.check({**packed(Method.BORDA, 1), "manifest.json": junk})
    with pytest.raises(verify.NoPackage):
        verify.check({"a": b""})


def test_ballots_that_cannot_be_read_are_refused_in_a_sentence() -> None:
    files = packed(Method.BORDA, 1)
    for junk in (b"[]", b'{"questions": []}', b"\xff"):
        manifest = json.loads(files["manifest.json"])
        manifest["files"]["ballots.json"] = sha256(junk).hexdigest()
        with pytest.raises(verify.Wrong):
            verify.check({**files, "ballots.json": junk, "manifest.json": json.dumps(manifest).encode()})


def test_nothing_of_palabre_is_in_the_program() -> None:
    text = PROGRAM.read_text()
    lines = [line for line in text.splitlines() if line.startswith(("import ", "from "))]
    imported = {line.split()[1].partition(".")[0] for line in lines}
    assert imported <= set(sys.stdlib_module_names)
    assert not imported & {"socket", "urllib", "http", "subprocess", "ctypes"}


def test_someone_who_answered_twice_is_counted_once() -> None:
    random = Random(8)
    ask = a_vote(random, Method.PLURALITY)
    ballots = some_ballots(random, ask, 10)
    again = [Ballot("t0", "q", ballots[3].answer, "w-q")]
    flow = a_flow(ask)
    result = count(flow, [*ballots, *again], consultation="17")
    assert verify.check(unpacked(package(flow, [*ballots, *again], result, "en", source=SOURCE)))
