"""What a transcript reads in the database: `file:`, `result:`, `kept:`; and where its flows come from.

The one rule: these look, and nothing more.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from stage import NAME

from bot import office
from bot.shelves import Flows
from bot.transcript import on_file
from flows.flow import Ask, Flow
from flows.load import from_source, load_file
from flows.session import Answer
from flows.tally import counts
from flows.tally.result import QuestionResult, Result
from storage import ballots, consultations, people, sessions
from storage.database import Connection

HERE = Path(__file__).parent
LIBRARY = HERE.parents[1] / "flows" / "library"
ZONE = "Europe/Paris"

_FLOWS: dict[str, tuple[Flow, str]] = {}
_VERSIONS: dict[str, Flow] = {}


def flow_named(name: str) -> tuple[Flow, str]:
    """The flow of this name beside the transcripts, else in the library; and its text."""
    if name not in _FLOWS:
        file = HERE / "flows" / f"{name}.yaml"
        loaded = load_file(file if file.exists() else LIBRARY / f"{name}.yaml")
        assert loaded.flow is not None, "\n".join(map(str, loaded.mistakes))
        _FLOWS[name] = loaded.flow, loaded.source
    return _FLOWS[name]


def zone_named(name: str) -> str:
    """The zone of the flow of this name; `-` is none."""
    return ZONE if name == "-" else zone_of(flow_named(name)[0])


def zone_of(flow: Flow) -> str:
    return flow.window.zone if flow.window else ZONE


def flow_of(version: str, source: str) -> Flow:
    """The flow of a stored version."""
    if version not in _VERSIONS:
        _VERSIONS[version] = from_source(source)
    return _VERSIONS[version]


def file(connection: Connection, person: str, id: str = "") -> str:
    """What is on record for somebody, found by the key that still links them."""
    identity = f"{NAME}:{person}"
    known = people.by_identity(connection, [identity])
    if identity not in known:
        return "nobody"
    participant = known[identity][0]
    found = []
    for row in sorted(sessions.of_participant(connection, participant), key=lambda row: row.consultation):
        run = consultations.get(connection, row.consultation)
        assert run is not None
        if run.state == consultations.INTERNAL or (id and run.id != id):
            continue
        if run.key is None:
            found.append("the key is gone")
            continue
        flow = flow_of(row.version, consultations.source(connection, row.version))
        mine = ballots.of_token(connection, run.id, ballots.token(run.key, participant))
        answers = {one["question"]: Answer.from_json(one["answer"]) for one in mine}
        for one in mine:
            step = flow.step(one["question"])
            assert isinstance(step, Ask)
            assert one["wording"] == step.wording, "a ballot names the wording it answered"
        ordered = {ask.name: answers[ask.name] for ask in flow.asks if ask.name in answers}
        found.append(on_file(ordered).removeprefix("file: ").removeprefix("file:"))
    return " | ".join(found)


def result(connection: Connection, id: str) -> str:
    """The tally; the counters kept on the way, the ballots and what was published must agree."""
    run = consultations.get(connection, id)
    assert run is not None
    flow = Flows().of(connection, run)
    stands = office.as_it_stands(connection, run, flow)
    recounted = office.recount(connection, run, flow)
    assert _numbers(recounted) == _numbers(stands), "the result is not what the ballots say"
    assert not counts.agree(recounted, ballots.counters(connection, run.id))
    said = [f"{run.state}, participants={stands.participants}, finished={stands.finished}"]
    for question in stands.questions:
        some = [f"{row.code}={row.count}" for row in question.rows if row.count]
        ways = (
            ("skipped", question.skipped),
            ("dont_know", question.dont_know),
            ("abstain", question.abstained),
            ("blank", question.blank),
            ("none", question.none),
        )
        some += [f"{name}={n}" for name, n in ways if n]
        if question.answered and not question.rows:
            some.append(f"answered={question.answered}")
        if some:
            said.append(f"{question.name}: {' '.join(some)}")
    return " | ".join(said)


def _numbers(result: Result) -> list[QuestionResult]:
    """The questions without what is decided by them: some methods decide from whole ballots alone."""
    return [replace(question, outcome=None) for question in result.questions]


def kept(connection: Connection) -> str:
    """What is kept in all, as numbers."""
    raw: Any = connection.connection.driver_connection

    def number(query: str) -> int:
        return int(raw.execute(query).fetchone()[0])

    return ", ".join(
        f"{name} {number(query)}"
        for name, query in (
            ("people", "SELECT count(*) FROM participants"),
            ("sessions", "SELECT count(*) FROM sessions"),
            ("with answers", "SELECT count(*) FROM sessions WHERE state != ''"),
            ("ballots", "SELECT count(*) FROM ballots"),
            ("said", "SELECT count(*) FROM inbox WHERE event != '' AND adapter != 'clock'"),
            ("shown", "SELECT count(*) FROM outbox WHERE payload != ''"),
            ("aside", "SELECT count(*) FROM inbox WHERE state = 'aside'"),
        )
    )
