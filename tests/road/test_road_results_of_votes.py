"""From the first vote to the verified file: what is shown of a vote, to whom, and what the command line gives."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from adapters.base import Place
from bot import office
from bot.cli import main
from bot.letters import Results, Why, read
from bot.results import verify
from bot.showing import NotYet, Showing, file_of
from bot.thread import StorageThread
from flows.messages import plain_text
from storage import consultations, people

VOTE = """\
palabre: 1
id: place
lang: en
title: The square
results: {results}
recap: false
{window}steps:
  - ask: district
    text: Where do you live?
    one_of: {{north: In the north, south: In the south}}
  - ask: age
    text: Your age?
    number: {{min: 12, max: 110}}
    personal: true
    optional: true
  - rank: plan
    text: What first?
    options: {{trees: Trees, benches: Benches, stage: A stage}}
    blank: true
  - end: thanks
    text: Thank you!
"""


def source(results: str = "at_close") -> str:
    return VOTE.format(results=results, window="")


def letters(town: Any, place: str) -> list[Any]:
    return [read(payload) for (payload,) in town.rows("SELECT payload FROM outbox WHERE place = ? ORDER BY id", place)]


def told(town: Any, id: str) -> str:
    return plain_text(asyncio.run(Showing(town.road, StorageThread(town.database)).why(id, "en")).body)


def cli(town: Any, *arguments: str) -> Result:
    env = {"PALABRE_DATABASE__URL": town.url, "PALABRE_LOCALE": "en"}
    return CliRunner().invoke(main, list(arguments), env=env)


def voted(town: Any, results: str = "at_close", people: int = 3, **asked: Any) -> str:
    id: str = town.publish(source(results), **asked)
    town.think()
    for n in range(people):
        order = ("1 2 3", "2 1 3", "1 3 2")[n % 3]
        town.says(f"p{n}", f"/start {id}", "1" if n % 2 else "2", str(20 + n), order)
    return id


def test_why_is_told_when_the_result_is(town: Any) -> None:
    id = voted(town)
    town.says("eve", f"/why {id}")
    assert town.texts("web:eve") == ["The result of “The square” is shown to nobody before the closing."]
    town.close(id)
    town.says("eve", "/pourquoi")
    assert letters(town, "web:eve")[-1] == Why(id, "en")
    said = told(town, id)
    assert "Trees wins: compared one by one, it is preferred to each of the others." in said
    assert "Where do you live?" not in said
    assert "With points for each place (Borda): the same." in said


@pytest.mark.parametrize(("mode", "sees"), [("live", True), ("after_vote", False), ("at_close", False)])
def test_who_has_not_voted_gets_no_reason_before_its_time(town: Any, mode: str, sees: bool) -> None:
    id = voted(town, mode)
    town.says("eve", f"/why {id}")
    assert (letters(town, "web:eve")[-1] == Why(id, "en")) is sees
    town.says("p0", f"/why {id}")
    assert (letters(town, "web:p0")[-1] == Why(id, "en")) is (mode != "at_close")


def test_while_a_ranking_runs_nothing_is_claimed(town: Any) -> None:
    id = voted(town, "live")
    said = told(town, id)
    assert "wins" not in said
    assert "still open" in said


def test_a_plain_consultation_has_a_reason_too(town: Any, flow_text: Callable[..., str]) -> None:
    id = town.publish(flow_text(results="live"))
    town.says("ana", f"/start {id}", "1")
    assert "Nothing was voted on here" in told(town, id)


def test_organisers_are_told_how_to_get_the_file(town: Any) -> None:
    id = voted(town)
    with town.database.transaction() as connection:
        people.grant(connection, people.by_identity(connection, ["web:p0"])["web:p0"][0], "organiser", "*", 0)
    town.says("p0", f"/export {id}")
    assert "shown to nobody before the closing" in town.texts("web:p0")[-1]
    town.close(id)
    town.says("p0", f"/exporter {id}")
    assert f"palabre export {id} --format zip -o {id}.zip" in town.texts("web:p0")[-1]
    town.says("p1", f"/export {id}")
    assert town.texts("web:p1")[-1] == "/export is for organisers."


def test_the_command_line_from_the_vote_to_the_proof(town: Any, tmp_path: Path) -> None:
    id = voted(town, people=30)
    for arguments in (("results", id), ("results", id, "--by", "district"), ("export", id, "--format", "zip")):
        refused = cli(town, *arguments)
        assert refused.exit_code == 1
        assert "before the closing" in refused.output
    town.close(id)
    said = cli(town, "results", id, "--why", "--by", "district").output
    assert "Trees wins" in said
    assert "30 people began, 30 went to the end." in said
    assert "Not a representative sample" in said
    facts = json.loads(cli(town, "results", id, "--json", "--by", "district").output)
    assert facts["funnel"] == {"started": 30, "finished": 30, "stopped": []}
    assert facts["representative"] is False
    trees = next(one for one in facts["by"] if one["question"] == "plan:trees")
    assert (trees["totals"], trees["sizes"]) == ([20, 10], [15, 15, 0])
    assert trees["cells"] == [[None, None, 0], [None, None, 0]]
    wrong = cli(town, "results", id, "--by", "age")
    assert (wrong.exit_code, "These questions do: district." in wrong.output) == (1, True)

    file = tmp_path / "place.zip"
    assert cli(town, "export", id, "--format", "zip", "-o", str(file)).exit_code == 0
    right = cli(town, "verify", str(file))
    assert (right.exit_code, right.output.endswith("All is right.\n")) == (0, True)
    assert facts["fingerprint"] in right.output
    with zipfile.ZipFile(file) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert files["flow.yaml"].decode() == source()
    assert b'"age"' not in files["ballots.csv"]
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data.replace(b'"trees"', b'"stage"') if name == "ballots.json" else data)
    changed = cli(town, "verify", str(tmp_path / "bad.zip"))
    assert (changed.exit_code, "ballots.json" in changed.output) == (1, True)
    personal = cli(town, "export", id, "--format", "zip", "--personal")
    assert (personal.exit_code, "personal questions never go into it" in personal.output) == (1, True)
    assert cli(town, "export", id, "--format", "ics").exit_code == 1


def test_the_fingerprint_of_the_file_is_the_one_on_the_page(town: Any) -> None:
    id = voted(town, people=12)
    town.close(id)
    page = asyncio.run(Showing(town.road, StorageThread(town.database)).consultation(id, "en"))
    assert page is not None
    with town.database.transaction() as connection:
        run = consultations.get(connection, id)
        assert run is not None
        flow = town.road.flows.of(connection, run)
        data = file_of(connection, run, flow, office.as_it_stands(connection, run, flow), "zip", "en")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert page.fingerprint == json.loads(files["manifest.json"])["fingerprint"]
    assert verify.check(files)


@pytest.mark.parametrize(("mode", "places", "linked"), [
    ("live", ("telegram:-100",), False), ("live", (), True), ("at_close", ("telegram:-100",), True),
])  # fmt: skip
def test_where_a_group_watched_nobodys_answers_stand_side_by_side(
    town: Any, mode: str, places: tuple[str, ...], linked: bool
) -> None:
    id = voted(town, mode, people=4, places=places)
    town.close(id)
    with town.database.transaction() as connection:
        run = consultations.get(connection, id)
        assert run is not None
        flow = town.road.flows.of(connection, run)
        result = office.as_it_stands(connection, run, flow)
        data = json.loads(file_of(connection, run, flow, result, "json", "en"))
        with pytest.raises(NotYet):
            file_of(connection, run, flow, result, "ics", "en")
    assert data["linked"] is linked
    assert max(len(ballot["answers"]) for ballot in data["ballots"]) == (2 if linked else 1)


def test_a_chat_with_pictures_gets_the_other_pictures_too(town: Any) -> None:
    id = voted(town)
    town.close(id)
    showing = Showing(town.road, StorageThread(town.database))

    assert asyncio.run(showing.further(Results(id, "en"))) == ()
    said = asyncio.run(showing.letter(Results(id, "en"), Place("web", "p0")))
    assert said.picture is not None
