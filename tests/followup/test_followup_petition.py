"""Goals of a petition: reached once, told once, what they open is opened; and news to those who agreed to them."""

from typing import Any

import pytest

from adapters.base import Batch, Inbound, Place
from bot.followup import standing, thresholds
from flows.events import Pressed
from flows.flow import Goal, Sign

GROUP = "telegram:-100"
TOLD = "“Keep the trees” has reached 2 signatures.\n\nTwo of us!"


@pytest.fixture
def town(agora: Any, flow_texts: dict[str, str]) -> Any:
    agora.gets("Maire", "owner")
    agora.publish(flow_texts["petition"], group=True)
    return agora


def sign(town: Any, name: str, *, contact: str = "Yes") -> None:
    town.says(name, "/start arbres")
    town.presses(name, contact)
    town.presses(name, "I sign")


def test_a_goal_is_told_to_the_group_and_to_those_who_signed(town: Any) -> None:
    sign(town, "Ann")
    assert TOLD not in town.texts(GROUP)
    sign(town, "Bob")
    assert town.texts(GROUP).count(TOLD) == 1
    for name in ("Ann", "Bob"):
        assert sum(text.startswith(TOLD) for text in town.texts(name)) == 1
    assert town.rows("SELECT at FROM goals") == [(2,)]


def test_fifty_who_sign_in_the_same_moment_reach_it_once(town: Any) -> None:
    names = [f"p{n}" for n in range(50)]
    presses = []
    for name in names:
        town.says(name, "/start arbres")
        town.presses(name, "No")
        button = next(
            one.data
            for said in reversed(town.letters(f"telegram:{name}"))
            for one in (said.prompt.buttons if said.prompt else ())
            if one.label == "I sign"
        )
        event = Pressed(at=town.now, data=button)
        place = Place("telegram", name)
        presses.append(Inbound(key=f"press {name}", place=place, person=name, event=event, private=True, locale="en"))
    town.road.receive("telegram", Batch(cursor="last", items=tuple(presses)))
    town.ring()
    assert town.one("SELECT count(*) FROM signatures") == 50
    assert town.texts(GROUP).count(TOLD) == 1
    assert sorted(town.rows("SELECT at FROM goals")) == [(2,), (3,)]
    assert all(sum(text.startswith(TOLD) for text in town.texts(name)) == 1 for name in names)


def test_taking_back_and_signing_again_does_not_fire_twice(town: Any) -> None:
    sign(town, "Ann")
    sign(town, "Bob")
    run = town.run("arbres")
    with town.database.transaction() as connection:
        connection.exec_driver_sql("DELETE FROM signatures WHERE token IN (SELECT token FROM signatures LIMIT 1)")
        scene = town.road.scene(connection)
        flow = town.road.flows.of(connection, run)
        assert thresholds.after_signature(scene, "arbres", flow, "petition") == []
    sign(town, "Cid")
    assert town.texts(GROUP).count(TOLD) == 1


def test_at_night_the_group_is_told_and_people_in_the_morning(town: Any) -> None:
    sign(town, "Ann")
    town.later(hours=13)
    sign(town, "Bob")
    assert TOLD in town.texts(GROUP)
    assert not any(text.startswith(TOLD) for text in town.texts("Ann"))
    town.later(hours=10)
    assert sum(text.startswith(TOLD) for text in town.texts("Ann")) == 1


def test_a_goal_opens_another_consultation(town: Any, flow_texts: dict[str, str]) -> None:
    town.publish(flow_texts["ideas"], draft=True)
    for name in ("Ann", "Bob", "Cid"):
        sign(town, name)
    assert town.run("idees").state == "open"
    assert "has reached 3 signatures.\n\n“The square” is open now." in town.texts("Maire")[-1]
    assert ("palabre", "open") in town.rows("SELECT who, act FROM audit WHERE subject = 'idees'")


@pytest.mark.parametrize(
    ("draft", "state", "why"),
    [
        (None, "", "“idees” was to be opened, but there is no such consultation."),
        (False, "open", "“idees” was to be opened, but it has been open already."),
        (True, "review", "“idees” was to be opened, but a colleague is still reading it."),
    ],
)
def test_what_cannot_be_opened_is_told_to_the_organisers(
    town: Any, flow_texts: dict[str, str], draft: bool | None, state: str, why: str
) -> None:
    if draft is not None:
        town.publish(flow_texts["ideas"], draft=draft)
        with town.database.transaction() as connection:
            connection.exec_driver_sql("UPDATE consultations SET state = ? WHERE id = 'idees'", (state,))
    for name in ("Ann", "Bob", "Cid"):
        sign(town, name)
    assert town.texts("Maire")[-1].endswith(why)


def test_how_far_it_is(town: Any) -> None:
    two = Sign(goals=(Goal(at=100), Goal(at=1000, open="x")))
    assert thresholds.progress(two, 1, (), "en") == "1 of 100 signatures."
    assert thresholds.progress(two, 640, (100,), "en") == "640 of 1,000 signatures."
    assert thresholds.progress(two, 1024, (100, 1000), "en") == "1,024 signatures. The goal of 1,000 is reached."
    assert thresholds.progress(Sign(), 3, (), "en") == "3 signatures."
    sign(town, "Ann")
    run = town.run("arbres")
    with town.database.transaction() as connection:
        flow = town.road.flows.of(connection, run)
        assert standing.sentences(connection, run, flow, 0, "en", all_of_it=True) == ["1 of 2 signatures."]
    assert "1 of 2 signatures." in town.says("Maire", "/status")[0]


def test_news_go_to_those_who_agreed_once_a_month(town: Any) -> None:
    sign(town, "Ann")
    sign(town, "Bob", contact="No")
    assert town.says("Ann", "/update Hello") == ["/update is for organisers."]
    assert town.says("Maire", "/update") == ["Please write the news. You read it over before it is sent."]
    assert "too long" in town.says("Maire", "a" * 5000)[0]
    preview = town.says("Maire", "Yes, the mayor has\nanswered us.")
    assert "This reaches 1 person. Send?" in preview[0]
    assert town.presses("Maire", "Yes, send it") == ["The news is on its way."]
    assert town.texts("Ann")[-1].startswith(
        "News of “Keep the trees”, which you signed:\n\nYes, the mayor has\nanswered us."
    )
    assert "mayor" not in "".join(town.texts("Bob"))
    assert "less than a month ago" in town.says("Maire", "/update arbres More news")[0]
    assert "less than a month ago" in town.says("Maire", "/sendupdate arbres yes More news")[0]
    town.later(days=31)
    assert "This reaches 1 person" in town.says("Maire", "/actualite More news")[0]
    town.says("Ann", "/mute arbres")
    assert "This would reach nobody" in town.says("Maire", "/update More news")[0]


def test_what_was_signed_is_among_mine(town: Any) -> None:
    sign(town, "Ann")
    assert "You signed; your name is not shown." in town.says("Ann", "/mine")[0]
