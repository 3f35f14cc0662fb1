"""Before the closing, nothing anybody else is shown depends on an answer: two towns differ in one ballot only, and
everything that leaves them is compared."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from bot import office
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
    town.says("bo", f"/start {id}", "/results", "/help", "/myvote")
    town.says("mayor", "/status", f"/results {id}", "/start")
    showing = Showing(town.road, StorageThread(town.database))
    page = await showing.consultation(id, "en")
    assert page is not None
    found: dict[str, Any] = {
        place: town.texts(place) for (place,) in town.rows("SELECT DISTINCT place FROM outbox") if place != "web:ana"
    }
    found["page"] = dataclasses.asdict(page)
    found["list"] = [dataclasses.asdict(entry) for entry in await showing.listed("en")]
    found["chart"] = await showing.chart(id, "en")
    found["downloads"] = [await showing.download(id, format) for format in ("csv", "json", "zip")]
    for format in ("csv", "json", "zip"):
        with pytest.raises(NotYet):
            export(town, id, format)
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
    assert one["chart"] is None
    assert one["downloads"] == [None, None, None]


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
