"""Before the closing, nothing anybody else is shown depends on an answer: two towns differ in one ballot only, and
everything that leaves them is compared."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from adapters.base import Place
from bot import office
from bot.letters import Results
from bot.resulting import NotPossible, look
from bot.showing import NotYet, Showing, file_of
from bot.thread import StorageThread
from storage import consultations, people


async def seen_by_others(town: Any, text: str, answers: tuple[str, ...]) -> dict[str, Any]:
    """One person answers; then others look everywhere."""
    with town.database.transaction() as connection:
        people.add(
            connection,
            [{"id": 1, "lang": "en", "since_ms": 0}],
            [{"identity": "web:mayor", "participant": 1}],
            [{"lane": "web:mayor|mayor", "place": "web:mayor", "participant": 1, "session": None, "reachable": True}],
        )
        people.grant(connection, 1, "owner", "*", 0)
    id = town.publish(text, places=("telegram:-100",))
    town.think()
    town.says("ana", f"/start {id}", *answers)
    town.says("bo", f"/start {id}", "/results", f"/results {id}", f"/why {id}", "/help", "/myvote")
    town.says("mayor", "/status", f"/results {id}", f"/why {id}", f"/export {id}", "/start")
    showing = Showing(town.road, StorageThread(town.database))
    page = await showing.consultation(id, "en")
    assert page is not None
    found: dict[str, Any] = {
        place: town.texts(place) for (place,) in town.rows("SELECT DISTINCT place FROM outbox") if place != "web:ana"
    }
    found["page"] = dataclasses.asdict(page)
    found["list"] = [dataclasses.asdict(entry) for entry in await showing.listed("en")]
    found["chart"] = [await showing.chart(id, "en", number) for number in (1, 2)]
    found["downloads"] = [await showing.download(id, format) for format in ("csv", "json", "zip", "ics")]
    found["card"] = await showing.card(id, "en", Place("telegram", "-100"))
    if town.run(id).results == "at_close":
        found["why"] = await showing.why(id, "en")
        found["message"] = await showing.message(id, "en")
        found["further"] = await showing.further(Results(id, "en"))
    for format in ("csv", "json", "zip", "ics"):
        with pytest.raises(NotYet):
            export(town, id, format)
    run = town.run(id)
    for by in (None, "q", "mode"):
        with pytest.raises(NotPossible), town.database.transaction() as connection:
            look(connection, town.road.flows, run, "en", by=by)
    found["audit"] = town.rows("SELECT act, subject, detail FROM audit")
    return found


def export(town: Any, id: str, format: str) -> bytes:
    with town.database.transaction() as connection:
        run = consultations.get(connection, id)
        assert run is not None
        flow = town.road.flows.of(connection, run)
        return file_of(connection, run, flow, office.as_it_stands(connection, run, flow), format, "en")


@pytest.mark.parametrize("mode", ["at_close", "after_vote"])
async def test_what_others_see_does_not_depend_on_an_answer(
    make_town: Callable[..., Any], flow_text: Callable[..., str], mode: str
) -> None:
    text = flow_text(results=mode)
    one = await seen_by_others(make_town(), text, ("1", "33", "an idea"))
    other = await seen_by_others(make_town(), text, ("2", "77", "another"))
    assert one == other
    assert one["page"]["results"] is None
    assert one["chart"] == [None, None]
    assert one["downloads"] == [None, None, None, None]


OPTIONS = "options: {a: Ana, b: Bo, c: Cy}"
VOTES = {
    "plurality": (f"vote: q\n    {OPTIONS}", ("1",), ("2",)),
    "approval": (f"vote: q\n    method: approval\n    {OPTIONS}", ("1 2", "done"), ("3", "done")),
    "score": (f"vote: q\n    method: score\n    {OPTIONS}", ("3 0 2", "done"), ("0 5 5", "done")),
    "dots": (f"vote: q\n    method: dots\n    points: 6\n    {OPTIONS}", ("3 2 1", "done"), ("0 0 6", "done")),
    "quadratic": (
        f"vote: q\n    method: quadratic\n    points: 9\n    {OPTIONS}",
        ("3 0 0", "done"),
        ("0 2 2", "done"),
    ),
    "consent": ("vote: q\n    method: consent", ("1",), ("2",)),
    "availability": (
        "vote: q\n    method: availability\n    slots: [2026-12-03T18:00, 2026-12-04T18:00]",
        ("yes no", "done"),
        ("no yes", "done"),
    ),
    "schulze": (f"rank: q\n    {OPTIONS}", ("1 2 3", "done"), ("3 2 1", "done")),
    "irv": (f"rank: q\n    method: irv\n    {OPTIONS}", ("1 2 3", "done"), ("3 2 1", "done")),
    "borda": (f"rank: q\n    method: borda\n    {OPTIONS}", ("1 2 3", "done"), ("3 2 1", "done")),
    "stv": (f"rank: q\n    method: stv\n    seats: 2\n    {OPTIONS}", ("1 2 3", "done"), ("3 2 1", "done")),
    "majority_judgment": (f"grade: q\n    {OPTIONS}", ("1", "2", "3", "done"), ("3", "3", "1", "done")),
    "matrix": (
        f"grade: q\n    {OPTIONS}\n    criteria: {{use: {{text: Use, grades: 5}}, now: {{text: Now, grades: 5}}}}",
        ("1", "1", "1", "1", "1", "1", "done"),
        ("2", "3", "2", "3", "2", "3", "done"),
    ),
    "equal_shares": (
        "budget: q\n    limit: 50\n    currency: EUR\n"
        "    projects: {a: {label: Ana, cost: 20}, b: {label: Bo, cost: 30}}",
        ("1", "done"),
        ("2", "done"),
    ),
    "greedy": (
        "budget: q\n    method: greedy\n    limit: 50\n    currency: EUR\n"
        "    projects: {a: {label: Ana, cost: 20}, b: {label: Bo, cost: 30}}",
        ("1", "done"),
        ("2", "done"),
    ),
}
VOTE = """\
palabre: 1
id: vote
lang: en
title: A vote
results: at_close
recap: false
window: {{zone: Europe/Paris}}
steps:
  - {step}
    text: Which one?
  - end: thanks
    text: Thank you!
"""


@pytest.mark.parametrize("method", VOTES)
async def test_no_method_lets_anything_be_seen_before_the_closing(make_town: Callable[..., Any], method: str) -> None:
    step, first, second = VOTES[method]
    text = VOTE.format(step=step)
    towns = [make_town(), make_town()]
    one = await seen_by_others(towns[0], text, first)
    other = await seen_by_others(towns[1], text, second)
    assert one == other
    stored = [sorted(map(str, town.stored("vote").values())) for town in towns]
    assert len(stored[0]) == len(stored[1]) >= 1
    assert stored[0] != stored[1], "the two towns voted differently, or nothing was compared"


async def test_the_comparison_can_see_a_difference(
    make_town: Callable[..., Any], flow_text: Callable[..., str]
) -> None:
    """The same look at a live consultation: there the two towns differ."""
    text, pages = flow_text(results="live"), []
    for answer in ("1", "2"):
        town = make_town()
        id = town.publish(text)
        town.says("ana", f"/start {id}", answer)
        pages.append(await Showing(town.road, StorageThread(town.database)).consultation(id, "en"))
    assert pages[0] != pages[1]


@pytest.mark.parametrize(("mode", "shown"), [("at_close", False), ("after_vote", True), ("live", True)])
def test_who_has_finished_sees_what_the_mode_allows(town: Any, flow_text: Any, mode: str, shown: bool) -> None:
    id = town.publish(flow_text(results=mode))
    town.says("ana", f"/start {id}", "1", "33", "an idea")
    assert (f"results:{id}" in town.texts("web:ana")) is shown
