"""Four eyes see one person, on however many messengers."""

from __future__ import annotations

from typing import Any

import pytest

from storage import audit, people

WINDOW = "{opens: 2026-03-02T09:00:00+01:00, closes: 2026-03-20T20:00:00+01:00}"


@pytest.fixture
def three(hall: Any) -> Any:
    """Two organisers who are one person, though nobody knows it yet; a third one; somebody who has answered."""
    hall.publish(window=WINDOW)
    for name in ("1", "2", "3"):
        hall.gets(name, "organiser")
    hall.says("7", "/start mobilite")
    hall.says("7", "1")
    return hall


def link(hall: Any, stays: str, goes: str) -> None:
    told = hall.says(stays, "/link")[-1]
    code = told.rpartition("/link ")[2].split()[0]
    assert "are linked" in hall.says(goes, f"/link {code} yes")[-1]


@pytest.mark.parametrize(("stays", "goes"), [("1", "2"), ("2", "1")])
def test_nobody_seconds_themselves_by_linking_in_between(three: Any, stays: str, goes: str) -> None:
    assert "A second person has to agree" in three.says("1", "/close mobilite yes Rain.")[-1]
    link(three, stays, goes)
    for name in ("1", "2"):
        assert three.says(name, "/second 1 ok") == ["You asked for this yourself: somebody else has to agree."]
    assert three.run().state == "open"
    three.says("3", "/second 1 ok")
    assert three.run().state == "closing"


def test_nobody_seconds_themselves_by_separating_in_between(three: Any) -> None:
    link(three, "1", "2")
    three.says("1", "/close mobilite yes Rain.")
    assert "is separated" in three.says("1", "/unlink Telegram (2) yes")[-1]
    assert three.id_of("1") != three.id_of("2")
    assert three.says("2", "/second 1 ok") == ["You have no role for “mobilite” that allows this."]
    assert three.run().state == "open"


def test_nobody_approves_their_own_draft_by_linking_in_between(hall: Any) -> None:
    for name in ("1", "2"):
        hall.gets(name, "organiser")
    hall.publish(at_once=False)
    with hall.database.transaction() as connection:
        connection.exec_driver_sql("UPDATE consultations SET state = 'draft'")
    assert hall.says("1", "/review mobilite")
    assert hall.run().state == "review"
    link(hall, "2", "1")
    assert "You asked for this review" in hall.says("2", "/review mobilite ok")[-1]
    assert hall.run().state == "review"


def test_acts_of_both_are_told_as_those_of_the_one_they_are(three: Any) -> None:
    codes = [three.code("1"), three.code("2")]
    three.says("2", "/extend mobilite yes 2026-03-25 20:00")
    link(three, "1", "2")
    told = "\n".join(three.says("1", "/audit mobilite"))
    assert f"{codes[0]}: " in told
    assert told.count("somebody who is no longer here") == 1, "whoever published it"
    assert three.code("2") == codes[0]
    with three.database.transaction() as connection:
        assert [people.by_code(connection, code) for code in codes] == [three_id(three, connection)] * 2
        assert audit.verify(connection) is None


def three_id(hall: Any, connection: Any) -> int:
    return people.by_identity(connection, ["telegram:1"])["telegram:1"][0]


def test_roles_are_put_together_and_stay_with_whoever_is_not_separated(three: Any) -> None:
    three.gets("2", "moderator", "mobilite")
    link(three, "1", "2")
    with three.database.transaction() as connection:
        roles = people.roles_of(connection, three_id(three, connection))
    assert roles == {("organiser", "*"), ("moderator", "mobilite")}
    told = three.says("1", "/unlink Telegram (1)")[-1]
    assert "What you may do as an organiser or moderator stays with Telegram (2)." in told
    three.says("1", "/unlink Telegram (1) yes")
    assert three.says("1", "/close mobilite yes Rain.") != []
    assert three.run().state == "open"


def test_an_owner_who_waits_to_be_made_is_still_the_one_who_was_meant(three: Any) -> None:
    for name in ("8", "9"):
        three.gets(name, "owner")
    meant = three.code("5")
    three.says("8", f"/roles * add owner {meant}")
    asked = three.rows("SELECT detail FROM seconds")
    link(three, "7", "5")
    assert three.rows("SELECT detail FROM seconds") == [
        (asked[0][0].replace(f" {asked[0][0].split()[1]} ", f" {three.id_of('7')} "),)
    ]
    three.says("9", "/second 1 ok")
    with three.database.transaction() as connection:
        now = people.by_identity(connection, ["telegram:7"])["telegram:7"][0]
        assert ("owner", "*") in people.roles_of(connection, now)
