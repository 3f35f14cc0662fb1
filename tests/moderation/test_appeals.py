"""Contesting a decision: by whom, within which time, to whom it goes, and what it comes to."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.moderation import appealing
from storage import proposals
from storage.verifying import breaches

if TYPE_CHECKING:
    from conftest import Bench


def refused(bench: Bench, text: str = "Plant trees", rule: str = "off_topic") -> int:
    case = bench.submits("lea", text)
    bench.presses("ana", case.id, f"no.{rule}")
    return case.id


def contested(bench: Bench, case: int, why: str = "It is not.") -> int:
    bench.says("lea", f"/appeal {case} {why}")
    found = bench.rows("SELECT id FROM cases WHERE kind = 'appeal' ORDER BY id DESC")
    return int(found[0][0])


def test_what_was_taken_back_is_published_and_told(bench: Bench) -> None:
    id = refused(bench)
    second = contested(bench, id)
    assert bench.presses("tom", second, "reverse") == "Done."
    assert bench.proposal(1).state == proposals.PUBLISHED
    assert bench.case(id).outcome == appealing.REVERSED
    assert "It is published now." in bench.texts("telegram:lea")[-1]
    assert "Plant trees" in bench.texts("telegram:lea")[-1]
    assert bench.read(breaches) == []


def test_a_merge_that_is_taken_back_stands_by_itself_again(bench: Bench) -> None:
    first = bench.submits("tim", "Plant trees")
    bench.presses("ana", first.id, "ok")
    case = bench.submits("lea", "Plant lime trees")
    bench.presses("ana", case.id, "join.1")
    assert bench.proposal(2).state == proposals.MERGED
    bench.presses("tom", contested(bench, case.id), "reverse")
    assert (bench.proposal(2).state, bench.proposal(2).into) == (proposals.PUBLISHED, None)


def test_nobody_decides_about_their_own_decision_whatever_their_role(bench: Bench) -> None:
    bench.gets("ana", "owner")
    second = contested(bench, refused(bench))
    for token in ("uphold", "reverse"):
        told = bench.presses("ana", second, token)
        assert told == "You took the decision that is contested: somebody else decides."
    assert bench.case(second).state == "open"


def test_a_decision_is_contested_once(bench: Bench) -> None:
    id = refused(bench)
    second = contested(bench, id)
    assert "is looking at it already" in bench.says("lea", f"/appeal {id} again")[0]
    bench.presses("tom", second, "uphold")
    assert "can be contested once" in bench.says("lea", f"/appeal {id} again")[0]
    assert "Nothing was decided against you" in bench.says("lea", f"/appeal {second} again")[0]
    assert bench.rows("SELECT COUNT(*) FROM cases WHERE kind = 'appeal'") == [(1,)]


def test_only_its_author_contests_it(bench: Bench) -> None:
    id = refused(bench)
    for name in ("zoe", "tom"):
        assert "Nothing was decided against you" in bench.says(name, f"/appeal {id} why")[0]
    assert bench.rows("SELECT COUNT(*) FROM cases WHERE kind = 'appeal'") == [(0,)]


@pytest.mark.parametrize(("days", "taken"), [(13, True), (15, False)])
def test_it_can_be_contested_for_two_weeks(bench: Bench, days: int, taken: bool) -> None:
    id = refused(bench)
    bench.now += timedelta(days=days)
    said = bench.says("lea", f"/appeal {id} why")[0]
    assert said.startswith("Thank you") is taken
    assert taken or "for two weeks" in said


@pytest.mark.parametrize("what", ["99", "s99", "0", "999999999999999999999", "s", "-1", "1; DROP TABLE cases", "s1.5"])
def test_what_does_not_exist_is_told(bench: Bench, what: str) -> None:
    assert bench.says("lea", f"/appeal {what}")[0].startswith("Nothing was decided against you")
    assert bench.rows("SELECT COUNT(*) FROM cases") == [(0,)]


def test_what_is_open_or_approved_cannot_be_contested(bench: Bench) -> None:
    case = bench.submits("lea", "Plant trees")
    assert "Nothing is decided yet" in bench.says("lea", f"/appeal {case.id} why")[0]
    bench.presses("ana", case.id, "ok")
    assert "Nothing was decided against you" in bench.says("lea", f"/appeal {case.id} why")[0]


def test_while_it_is_hidden_a_moderator_is_looking_already(bench: Bench) -> None:
    case = bench.submits("lea", "Plant trees", "spam", state=proposals.PUBLISHED)
    bench.presses("ana", case.id, "hide")
    assert "hidden for a day at most" in bench.says("lea", f"/appeal {case.id} why")[0]


def test_its_deadline_is_told_to_the_desk_and_then_to_everybody(bench: Bench) -> None:
    bench.gets("may", "organiser")
    second = contested(bench, refused(bench))
    bench.later(days=5, hours=1)
    assert any("waits for an answer by" in text for text in bench.texts(bench.desk))
    assert not any("is late" in text for text in bench.texts("telegram:lea"))
    bench.later(days=2)
    assert sum(f"Case {second} is late" in text for text in bench.texts(bench.desk)) == 1
    assert sum(f"Case {second} is late" in text for text in bench.texts("telegram:may")) == 1
    assert sum("is late" in text for text in bench.texts("telegram:lea")) == 1
    assert bench.presses("tom", second, "uphold") == "Done."


def test_once_decided_no_deadline_rings(bench: Bench) -> None:
    second = contested(bench, refused(bench))
    bench.presses("tom", second, "uphold")
    bench.later(days=9)
    assert not any("late" in text or "waits for an answer" in text for text in bench.texts(bench.desk))


def test_with_one_moderator_it_goes_to_the_organisers(bench: Bench) -> None:
    bench.rows("DELETE FROM roles WHERE participant = ? RETURNING role", bench.id_of("tom"))
    bench.gets("may", "organiser")
    second = contested(bench, refused(bench))
    assert bench.case(second).escalated
    assert f"[case {second}]" in bench.texts("telegram:may")


def test_with_nobody_else_those_in_charge_are_asked_to_name_somebody(bench: Bench) -> None:
    bench.rows("DELETE FROM roles WHERE participant = ? RETURNING role", bench.id_of("tom"))
    bench.gets("ana", "owner")
    second = contested(bench, refused(bench))
    assert any("nobody is there to look at it but who decided" in text for text in bench.texts("telegram:ana"))
    assert bench.case(second).state == "open"


def test_a_reason_that_is_too_long_is_told_and_nothing_is_filed(bench: Bench) -> None:
    id = refused(bench)
    assert "at most 500 characters" in bench.says("lea", f"/appeal {id} {'a' * 501}")[0]
    assert bench.rows("SELECT COUNT(*) FROM cases WHERE kind = 'appeal'") == [(0,)]


@pytest.mark.parametrize(
    ("rule", "told"), [("unclear", True), ("several_ideas", True), ("personal_data", True), ("off_topic", False)]
)
def test_who_is_refused_for_the_wording_may_say_it_differently(bench: Bench, rule: str, told: bool) -> None:
    refused(bench, rule=rule)
    assert ("You can say it differently" in bench.texts("telegram:lea")[-1]) is told


def test_nothing_is_promised_once_it_is_closed_or_nobody_may_send_more(bench: Bench) -> None:
    case = bench.submits("lea", "Plant trees")
    bench.rows("UPDATE consultations SET state = 'closed' RETURNING id")
    bench.presses("ana", case.id, "no.unclear")
    assert "say it differently" not in bench.texts("telegram:lea")[-1]


def test_the_number_of_the_proposal_is_understood_where_no_case_of_theirs_has_it(bench: Bench) -> None:
    contested(bench, refused(bench))
    third = bench.submits("lea", "Plant lime trees")
    bench.presses("ana", third.id, "no.unclear")
    assert third.id == 3
    assert "Nothing was decided" in bench.says("tom", "/appeal 2 why")[0]
    assert bench.says("lea", "/appeal 2 why")[0].startswith("Thank you")
    assert bench.rows("SELECT appeal_of FROM cases WHERE kind = 'appeal' ORDER BY id") == [(1,), (3,)]
