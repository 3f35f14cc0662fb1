"""Four eyes: closing before the hour that was promised, and making or unmaking owners."""

from __future__ import annotations

from typing import Any

import pytest

WINDOW = "{opens: 2026-03-02T09:00:00+01:00, closes: 2026-03-20T20:00:00+01:00}"


@pytest.fixture
def two(hall: Any) -> Any:
    """Two organisers, and somebody who has answered."""
    hall.publish(window=WINDOW)
    for name in ("1", "2"):
        hall.gets(name, "organiser")
    hall.says("7", "/start mobilite")
    hall.says("7", "1")
    return hall


def asked(hall: Any) -> list[Any]:
    return [row[0] for row in hall.rows("SELECT state FROM seconds ORDER BY id")]


def test_one_alone_does_not_close_before_the_hour(two: Any) -> None:
    assert "A second person has to agree" in two.says("1", "/close mobilite yes Rain.")[-1]
    assert two.run().state == "open"
    assert "wants to close" in two.texts("telegram:2")[-1]
    two.says("2", "/second 1 ok")
    assert two.run().state == "closing"
    assert asked(two) == ["agreed"]
    assert two.acts()[-3:] == ["ask second", "seconded", "close early"]


@pytest.mark.parametrize(
    ("who", "word", "said"),
    [
        ("1", "1 ok", "You asked for this yourself: somebody else has to agree."),
        ("9", "1 ok", "You have no role for “mobilite” that allows this."),
        ("2", "2 ok", "This button is no longer in use."),
        ("2", "1 perhaps", "This button is no longer in use."),
        ("2", "one ok", "This button is no longer in use."),
        ("2", "", "This button is no longer in use."),
    ],
)
def test_whoever_may_not_agree_is_told_so(two: Any, who: str, word: str, said: str) -> None:
    two.says("1", "/close mobilite yes Rain.")
    assert two.says(who, f"/second {word}") == [said]
    assert (two.run().state, asked(two)) == ("open", ["waiting"])


def test_it_is_answered_once(two: Any) -> None:
    two.says("1", "/close mobilite yes Rain.")
    two.gets("3", "organiser")
    two.says("2", "/second 1 no")
    assert two.says("3", "/second 1 ok") == ["Somebody did not agree: nothing was done."]
    assert (two.run().state, asked(two)) == ("open", ["declined"])


def test_after_two_days_nothing_happens(two: Any) -> None:
    two.says("1", "/close mobilite yes Rain.")
    two.later(hours=49)
    assert asked(two) == ["expired"]
    assert "Nobody agreed within two days" in two.texts("telegram:1")[-1]
    assert two.says("2", "/second 1 ok") == ["The two days are over: nothing was done."]
    assert two.run().state == "open"


def test_a_single_organiser_is_told_and_it_is_written_down(hall: Any) -> None:
    hall.publish(window=WINDOW)
    hall.gets("1", "organiser")
    hall.says("7", "/start mobilite")
    hall.says("7", "1")
    said = hall.says("1", "/close mobilite yes Rain.")
    assert "it is noted that you decided alone" in said[0]
    assert hall.run().state == "closing"
    assert hall.acts()[-2:] == ["alone", "close early"]


def test_while_nobody_has_answered_nobody_else_is_needed(hall: Any) -> None:
    hall.publish(window=WINDOW)
    for name in ("1", "2"):
        hall.gets(name, "organiser")
    hall.says("1", "/close mobilite yes Rain.")
    assert hall.run().state == "closing"


def owners(hall: Any) -> set[int]:
    return {row[0] for row in hall.rows("SELECT participant FROM roles WHERE role = 'owner'")}


def test_a_new_owner_needs_two(hall: Any) -> None:
    hall.gets("1", "owner")
    hall.gets("2", "owner")
    both = {hall.id_of("1"), hall.id_of("2")}
    code = hall.code("3")
    assert "A second person has to agree" in hall.says("1", f"/roles * add owner {code}")[0]
    assert owners(hall) == both
    assert f"wants to make {code} an owner" in hall.texts("telegram:2")[-1]
    hall.says("2", "/second 1 ok")
    assert owners(hall) == both | {hall.id_of("3")}
    assert "You are now owner" in hall.texts("telegram:3")[-1]


def test_nobody_is_put_out_by_one_alone_and_nobody_keeps_themselves_in(hall: Any) -> None:
    for name in ("1", "2", "3"):
        hall.gets(name, "owner")
    hall.says("1", f"/roles * remove owner {hall.code('3')}")
    assert len(owners(hall)) == 3
    assert hall.says("3", "/second 1 ok") == ["This is about yourself: somebody else has to agree."]
    hall.says("2", "/second 1 ok")
    assert hall.id_of("3") not in owners(hall)


def test_whoever_wants_to_leave_may_leave(hall: Any) -> None:
    hall.gets("1", "owner")
    hall.gets("2", "owner")
    hall.says("1", f"/roles * remove owner {hall.code('1')}")
    assert owners(hall) == {hall.id_of("2")}
