"""Erase again, in a database that was just put back, whoever erased their data since it was copied.

The one rule: exactly as `/erase` does it (votes of open consultations are taken back, counters with them), before
anybody is served; only that nobody is told a second time.
"""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from bot.commands import citizens
from bot.road import Road
from bot.turn import Turn
from flows import events
from flows.events import Said
from storage import erasures, inbox, people
from storage.database import Connection
from storage.erasures import Erased
from storage.inbox import Pending
from storage.instants import ms


def again(road: Road, known: Sequence[Erased]) -> int:
    """Erase them; how many people that were."""
    with road.database.transaction() as connection:
        some = erasures.affected(connection, known)
    for number, participant in enumerate(some, 1):
        with road.database.transaction() as connection:
            _erase(road, connection, participant, number)
    return len(some)


def _erase(road: Road, connection: Connection, participant: int, number: int) -> None:
    lanes = people.lanes_of(connection, participant)
    if not lanes:  # somebody who was appointed and never wrote
        erasures.note(connection, participant, ms(road.now()))
        people.erase(connection, participant)
        return
    lane, place = lanes[0]
    scene = road.scene(connection)
    event = Said(at=scene.now, text="/erase yes")
    item = Pending(
        id=-number,
        adapter=place.partition(":")[0],
        key=f"erased again {number}",
        lane=lane,
        place=place,
        person=lane.removeprefix(f"{place}|"),
        event=orjson.dumps(events.to_json(event)).decode(),
        private=True,
        locale=None,
        attempts=0,
    )
    scene.load([item])
    citizens.erase(Turn(scene, item, event), "yes")
    theirs = {there for _lane, there in lanes}
    scene.out = [row for row in scene.out if row["place"] not in theirs]
    scene.flush()
    inbox.forget_lanes(connection, scene.erased)
