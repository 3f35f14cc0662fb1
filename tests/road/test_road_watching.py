"""Talk in groups: what nobody flagged leaves no byte; what a rule flagged becomes a case."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.base import Batch, Inbound, Place
from bot.moderation.detect import Crowd, Detection
from flows.events import Moved, Overheard, Said

pytestmark = pytest.mark.sqlite

GROUP = Place("web", "group")
NEEDLE = "zanzibarquince"


def heard(
    town: Any, text: str, *, person: str = "ann", ref: str = "", edited: bool = False, place: Place = GROUP
) -> Inbound:
    town._n += 1
    event = Overheard(at=town.now, text=text, ref=ref or f"m{town._n}", edited=edited)
    return Inbound(key=f"o{town._n}", place=place, person=person, event=event, private=False, locale="en")


def told(town: Any, text: str, *, person: str = "ann", admin: bool = False, place: Place = GROUP) -> str:
    """Somebody writes a command in the group; the answer there."""
    town._n += 1
    event = Said(at=town.now, text=text, admin=admin)
    town.receive(Inbound(key=f"s{town._n}", place=place, person=person, event=event, private=False, locale="en"))
    town.think()
    texts = town.texts(str(place))
    return str(texts[-1]) if texts else ""


def bytes_on_disk(town: Any) -> bytes:
    return b"".join(file.read_bytes() for file in town.file.parent.glob(f"{town.file.name}*"))


def cases(town: Any) -> list[tuple[str, str]]:
    return [tuple(row) for row in town.rows("SELECT text, why FROM cases ORDER BY id")]


def test_talk_is_not_stored_where_nobody_asked_for_watching(town: Any) -> None:
    town.receive(heard(town, f"{NEEDLE} https://spam.example/{NEEDLE} you idiot"))
    town.think()
    assert town.rows("SELECT id FROM inbox") == []
    assert town.rows("SELECT id FROM participants") == []
    assert NEEDLE.encode() not in bytes_on_disk(town)


def test_talk_that_no_rule_flags_leaves_no_byte(town: Any) -> None:
    told(town, "/watch on", admin=True)
    before = town.rows("SELECT * FROM inbox ORDER BY id")
    town.receive(heard(town, f"We could meet at the {NEEDLE} on Tuesday", person=f"p{NEEDLE}"))
    town.road.turn([("web", Batch(cursor="9", items=(heard(town, f"Yes, {NEEDLE} is fine", person=f"p{NEEDLE}"),)))])
    town.think()
    assert town.rows("SELECT * FROM inbox ORDER BY id") == before
    assert NEEDLE.encode() not in bytes_on_disk(town)
    assert cases(town) == []


def test_what_a_rule_flags_becomes_a_case(town: Any) -> None:
    told(town, "/watch on", admin=True)
    town.receive(heard(town, "you are an idiot"), heard(town, "call her: 06 12 34 56 78"), heard(town, "hello there"))
    town.think()
    assert cases(town) == [("you are an idiot", "words"), ("call her: 06 12 34 56 78", "personal")]
    town.road.turn([("web", Batch(cursor="9", items=(heard(town, "see https://elsewhere.example/x"),)))])
    town.think()
    assert cases(town)[-1] == ("see https://elsewhere.example/x", "link")


def test_nobody_is_spoken_to_for_what_was_overheard(town: Any) -> None:
    said = told(town, "/watch on", admin=True)
    town.receive(heard(town, "you are an idiot"))
    town.think()
    assert town.texts(str(GROUP)) == [said]


def test_rules_can_be_switched_off_and_added_to(make_town: Callable[..., Any]) -> None:
    detection = Detection(off=frozenset({"link"}), words=frozenset({"Turnip"}), allowed=frozenset())
    town = make_town(detection=detection)
    told(town, "/watch on", admin=True)
    town.receive(heard(town, "see https://elsewhere.example/x"), heard(town, "you TURN1P".replace("1", "i")))
    town.think()
    assert [why for _text, why in cases(town)] == ["words"]


def test_the_same_text_again_and_again(town: Any) -> None:
    told(town, "/watch on", admin=True)
    for at in range(5):
        town.receive(heard(town, f"Come to  the GREAT party{'!' * at} tonight", person="ann"))
        town.later(seconds=30)
    town.think()
    assert [why for _text, why in cases(town)] == ["repeated"]


def test_a_flood_is_one_card(town: Any) -> None:
    told(town, "/watch on", admin=True)
    town.receive(*(heard(town, f"word {at}") for at in range(40)))
    town.think()
    assert [why for _text, why in cases(town)] == ["flood"]


def test_an_edit_of_what_was_looked_at_comes_again(town: Any) -> None:
    told(town, "/watch on", admin=True)
    town.receive(heard(town, "you are an idiot", ref="m1"))
    town.think()
    with town.database.transaction() as connection:
        connection.exec_driver_sql("UPDATE cases SET state = 'decided', outcome = 'leave'")
    town.receive(heard(town, "something quite harmless", ref="m1", edited=True), heard(town, NEEDLE, edited=True))
    town.think()
    assert town.rows("SELECT state, text, why FROM cases") == [("open", "something quite harmless", "edited")]
    assert NEEDLE.encode() not in bytes_on_disk(town)


def test_an_edit_of_what_was_reported_comes_again_even_where_nobody_watches(town: Any) -> None:
    town._n += 1
    quoted = ("m1", "bad", "buy now")
    event = Said(at=town.now, text="/report spam", quoted=quoted)
    town.receive(Inbound(key="r1", place=GROUP, person="ann", event=event, private=False))
    town.think()
    town.receive(heard(town, "buy two", ref="m1", edited=True, person="bad"))
    town.think()
    assert town.rows("SELECT text FROM cases") == [("buy two",)]


def test_who_may_switch_it(town: Any) -> None:
    assert "Only the administrators" in told(town, "/watch on")
    assert "do not read along" in told(town, "/watch")
    assert "I read along" in told(town, "/surveiller oui", admin=True)
    assert "Only the administrators" in told(town, "/watch off")
    assert "do not read along" in told(town, "/watch off", admin=True)
    acts = town.rows("SELECT act, detail FROM audit ORDER BY id")
    assert acts == [("watch on", "web:group"), ("watch off", "web:group")]
    assert "in the group" in town.says("ann", "/watch on").letters[-1].payload


def test_an_organiser_may_switch_it_too(town: Any) -> None:
    town.says("olga", "/start")
    with town.database.transaction() as connection:
        connection.exec_driver_sql(
            "INSERT INTO roles SELECT participant, 'organiser', '*', 0 FROM identities WHERE identity = 'web:olga'"
        )
    assert "I read along" in told(town, "/watch on", person="olga")


def test_a_group_that_moves_stays_watched(town: Any) -> None:
    told(town, "/watch on", admin=True)
    town.receive(Inbound(key="mv", place=GROUP, person="", event=Moved(at=town.now, to_chat="super"), private=False))
    town.think()
    assert town.rows("SELECT place FROM chats WHERE watched") == [("web:super",)]


@pytest.mark.parametrize("most", [3, 50])
def test_memory_is_bounded(most: int) -> None:
    hour = datetime(2026, 3, 2, tzinfo=UTC)
    crowd = Crowd(most_people=most, most_texts=most)
    for at in range(20_000):
        crowd.saw("web:group", f"p{at}", f"some words that are {at}", hour + timedelta(seconds=at), key=str(at))
    assert len(crowd) <= 2 * most + 5_000


def test_a_message_that_is_handed_over_again_counts_once() -> None:
    hour = datetime(2026, 3, 2, tzinfo=UTC)
    crowd = Crowd()
    for _ in range(30):
        assert crowd.saw("web:group", "ann", "four words or more", hour, key="same") == ()


def test_an_hour_of_talk_that_was_held_back_is_no_flood() -> None:
    hour = datetime(2026, 3, 2, tzinfo=UTC)
    crowd = Crowd()
    assert not any(
        crowd.saw("web:group", "ann", f"word {at}", hour + timedelta(seconds=10 * at), key=str(at)) for at in range(360)
    )
