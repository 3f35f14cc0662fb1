"""Sanctions: the ladder, what they keep from whom, and how they end."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.moderation import ladder
from bot.moderation.ladder import FADE, RUNGS
from storage import proposals, sanctions
from storage.verifying import breaches

if TYPE_CHECKING:
    from conftest import Bench

_MS = timedelta(milliseconds=1)
DAY = timedelta(days=1) // _MS
NOW = 1_000 * DAY


# --- The ladder ------------------------------------------------------------------------------------------------------


def test_a_strike_counts_for_ninety_days() -> None:
    assert ladder.strikes([NOW - 89 * DAY], NOW) == 1
    assert ladder.strikes([NOW - 90 * DAY + 1], NOW) == 1
    assert ladder.strikes([NOW - 90 * DAY], NOW) == 0
    assert ladder.strikes([], NOW) == 0
    assert ladder.strikes([NOW - 100 * DAY, NOW - 50 * DAY, NOW - DAY], NOW) == 2


def test_the_ladder_goes_up_one_rung_at_a_time_and_never_proposes_the_last() -> None:
    proposed = [ladder.proposed(n) for n in range(8)]
    assert [one.kind for one in proposed] == ["warn", "slow", "mute", "mute", "ban", "ban", "ban", "ban"]
    assert RUNGS[-1] not in proposed


@given(st.lists(st.integers(0, 3_000 * DAY)), st.integers(0, 3_000 * DAY), st.integers(0, 400 * DAY))
def test_waiting_never_adds_a_strike(given_at: list[int], now: int, later: int) -> None:
    past = [at for at in given_at if at <= now]
    assert ladder.strikes(past, now + later) <= ladder.strikes(past, now)
    assert ladder.strikes(past, now + FADE // _MS) == 0


def test_every_rung_ends_within_a_year() -> None:
    assert all(0 < rung.hours <= 365 * 24 for rung in RUNGS)
    assert ladder.rung_of("bar", 9_000) is None


# --- On a card -------------------------------------------------------------------------------------------------------


def refused(bench: Bench, rule: str = "insulting", text: str = "The mayor is a thief") -> int:
    case = bench.submits("lea", text)
    bench.presses("ana", case.id, f"no.{rule}")
    return case.id


def offered(bench: Bench, id: int) -> list[str]:
    shown = bench.face(id).prompt
    return [button.data.split(".", 3)[3] for button in shown.buttons] if shown else []


@pytest.mark.parametrize(
    ("rule", "asked"), [("insulting", True), ("spam", True), ("unclear", False), ("duplicate", False)]
)
def test_nobody_is_punished_for_not_being_clear(bench: Bench, rule: str, asked: bool) -> None:
    id = refused(bench, rule)
    assert (offered(bench, id) == ["author"]) is asked
    told = bench.presses("tom", id, "quiet.24")
    assert told == ("Done." if asked else "This button is no longer in use.")


def test_one_sanction_for_a_decision(bench: Bench) -> None:
    id = refused(bench)
    turn = bench.case(id).turn
    assert bench.presses("tom", id, "warn.2160", turn=turn) == "Done."
    assert bench.presses("ana", id, "bar.720", turn=turn) == "This button is no longer in use."
    assert bench.rows("SELECT kind FROM sanctions") == [("warn",)]
    assert offered(bench, id) == []
    assert bench.read(breaches) == []


def test_a_rung_that_is_none_and_a_person_without_a_role_do_nothing(bench: Bench) -> None:
    id = refused(bench)
    assert bench.presses("zoe", id, "bar.720") == "Only moderators can do this."
    bench.presses("tom", id, "bar.99999")
    assert bench.rows("SELECT COUNT(*) FROM sanctions") == [(0,)]


def test_strikes_that_were_lifted_or_have_faded_do_not_count(bench: Bench) -> None:
    first = refused(bench)
    bench.presses("tom", first, "warn.2160")
    second = refused(bench, text="The mayor is a crook")
    bench.presses("tom", second, "author")
    assert offered(bench, second)[0] == "slow.168"
    bench.now += timedelta(days=91)
    assert offered(bench, second)[0] == "warn.2160"


# --- What it keeps from somebody -------------------------------------------------------------------------------------


def test_a_muted_person_puts_nothing_forward_until_it_is_over(bench: Bench) -> None:
    id = refused(bench)
    bench.presses("tom", id, "quiet.24")
    who = bench.id_of("lea")
    bench.says("lea", "Plant lime trees")
    told = bench.says("lea", "send")
    assert any("you cannot put forward" in text and "/appeal s1" in text for text in told)
    assert bench.rows("SELECT COUNT(*) FROM proposals") == [(1,)]
    held = bench.read(lambda connection: sanctions.in_force(connection, who, "ideas", 0))
    assert [one.kind for one in held] == ["mute"]
    bench.later(hours=25)
    assert sum("It is over" in text for text in bench.texts("telegram:lea")) == 1


def test_the_consultation_goes_on_for_a_banned_person(bench: Bench) -> None:
    id = refused(bench)
    bench.presses("tom", id, "bar.720")
    bench.says("lea", "Plant lime trees")
    told = bench.says("lea", "send")
    assert any(text.startswith("Thank you!") for text in told)
    assert bench.rows("SELECT stage FROM sessions WHERE participant = ?", bench.id_of("lea")) == [("sent",)]


def test_a_banned_person_reports_nothing_there(bench: Bench) -> None:
    bench.submits("tim", "Plant trees", state=proposals.PUBLISHED)
    id = refused(bench)
    bench.presses("tom", id, "bar.720")
    told = bench.says("lea", "/report ideas 1 spam")
    assert "you cannot put forward, judge, sign or report" in told[0]
    assert bench.rows("SELECT COUNT(*) FROM reports") == [(0,)]


def test_whoever_sends_one_text_a_day_sends_the_next_one_tomorrow(bench: Bench) -> None:
    id = refused(bench)
    bench.presses("tom", id, "slow.168")
    bench.says("lea", "Plant lime trees")
    assert any("you have sent one" in text for text in bench.says("lea", "send"))
    assert bench.rows("SELECT COUNT(*) FROM proposals") == [(1,)]


def test_a_ban_taken_back_counts_for_nothing_and_does_not_end_twice(bench: Bench) -> None:
    id = refused(bench)
    bench.presses("tom", id, "bar.720")
    bench.says("lea", "/appeal s1 It was a joke.")
    appeal = bench.rows("SELECT id FROM cases WHERE kind = 'appeal'")[0][0]
    assert bench.presses("tom", appeal, "reverse") == "You took the decision that is contested: somebody else decides."
    assert bench.presses("ana", appeal, "reverse") == "Done."
    assert bench.proposal(1).state == proposals.REFUSED
    who = bench.id_of("lea")
    assert bench.read(lambda connection: sanctions.strikes_of(connection, who)) == []
    bench.later(days=31)
    assert not any("It is over" in text for text in bench.texts("telegram:lea"))


def test_what_is_kept_about_somebody_is_told_to_them(bench: Bench) -> None:
    id = refused(bench)
    bench.presses("tom", id, "quiet.24")
    assert "you cannot put forward, judge, sign or report anything here until" in bench.says("lea", "/mydata")[0]
    assert '"kind": "mute"' in bench.says("lea", "/mydata json")[0]
    assert '"sanctions": []' in bench.says("zoe", "/mydata json")[0]


# --- In a group ------------------------------------------------------------------------------------------------------


def test_in_a_group_the_messenger_does_it_and_its_end_is_known(bench: Bench) -> None:
    case = bench.overheard("lea", "You idiots", "m7", "words")
    assert bench.presses("ana", case.id, "del.insulting") == "Done."
    assert bench.presses("tom", case.id, "bar.720").startswith("Done")
    deeds = bench.done()
    assert [(one.act, one.person) for one in deeds] == [("delete", ""), ("ban", "lea")]
    assert deeds[-1].until == bench.now + timedelta(days=30)


def test_reversing_a_ban_in_a_group_lets_the_person_back_in(bench: Bench) -> None:
    bench.says("lea", "/help")
    case = bench.overheard("lea", "You idiots", "m7", "words")
    bench.presses("ana", case.id, "ban.24.insulting")
    bench.says("lea", f"/appeal {case.id} It was a quote.")
    appeal = bench.rows("SELECT id FROM cases WHERE kind = 'appeal'")[0][0]
    assert bench.presses("tom", appeal, "reverse") == "Done."
    assert [one.act for one in bench.done()] == ["delete", "ban", "unban"]
