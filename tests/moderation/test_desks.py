"""Where cases come, what is done in groups, what waits too long, what is forgotten."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, cast

import pytest

from adapters.base import Adapter, Capabilities, Place
from bot.letters import CaseCard, Whole
from bot.moderation import backlog
from bot.office import forget
from bot.showing import Showing
from bot.thread import StorageThread
from bot.upkeep import sweep
from flows.messages import plain_text
from storage import cases, consultations, desks, people, proposals, sanctions
from storage.database import Connection

if TYPE_CHECKING:
    from conftest import Bench

OTHER = "telegram:-101"


# --- Desks -----------------------------------------------------------------------------------------------------------


def test_a_case_comes_to_the_desk_of_its_consultation_else_to_that_of_everything(bench: Bench) -> None:
    first = bench.submits("lea", "One")
    assert bench.texts(bench.desk) == [f"[case {first.id}]"]
    bench.open_desk("ideas", OTHER)
    second = bench.submits("lea", "Two")
    assert bench.texts(OTHER) == [f"[case {second.id}]"]
    assert bench.texts(bench.desk) == [f"[case {first.id}]"]


def test_without_a_desk_those_in_charge_are_told_once(bench: Bench) -> None:
    bench.read(lambda c: desks.remove(c, bench.desk, ["*"]))
    bench.gets("maire", "organiser", "ideas")
    bench.gets("chef", "owner")
    for text in ("One", "Two", "Three"):
        bench.submits("lea", text)
    told = [text for text in bench.texts("telegram:maire") if "no group is set up" in text]
    assert len(told) == 1
    assert "/moderation ideas" in told[0]
    assert not any("no group is set up" in text for text in bench.texts("telegram:chef"))


def test_a_group_becomes_a_desk_and_gets_what_waits(bench: Bench) -> None:
    bench.read(lambda c: desks.remove(c, bench.desk, ["*"]))
    case = bench.submits("lea", "One")
    assert bench.says("zoe", "/moderation ideas", place=bench.desk)[0].endswith("is for organisers.")
    bench.gets("maire", "organiser", "ideas")
    assert "You have no role for “*”" in bench.says("maire", "/moderation *", place=bench.desk)[0]
    said = bench.says("maire", "/moderation ideas", place=bench.desk)
    assert said[0] == "From now on moderators decide here about: The square."
    assert said[-1] == f"[case {case.id}]"
    assert "Moderators decide here about: The square." in bench.says("maire", "/moderation", place=bench.desk)[0]
    assert bench.says("maire", "/moderation off", place=bench.desk)[0].startswith("Moderators no longer decide here.")
    assert [
        row[0] for row in bench.rows("SELECT act FROM audit WHERE subject = ? AND act LIKE ?", "ideas", "desk%")
    ] == [
        "desk",
        "desk off",
    ]


@pytest.mark.parametrize("typed", ["/cases", "/cases summary", "/case 1", "/claim", "/log"])
def test_what_waits_is_not_shown_in_a_group_that_is_no_desk(bench: Bench, typed: str) -> None:
    bench.submits("lea", "A secret idea")
    (said,) = bench.says("ana", typed, place=bench.square)
    assert said == "This group is no place for that. Write to me in private, or make it one: /moderation"
    assert not any("secret" in text for text in bench.texts(bench.square))
    assert not any(isinstance(letter, CaseCard) for letter in bench.sent(bench.square))


def test_a_moderator_of_one_consultation_sees_and_decides_no_other(bench: Bench) -> None:
    bench.submits("lea", "One")
    bench.gets("eve", "moderator", "another")
    assert bench.says("eve", "/cases") == ["No case waits."]
    assert bench.says("eve", "/case 1 approve") == [
        "There is no such case that you may decide. /cases shows what waits."
    ]
    assert bench.says("eve", "/claim 1") == ["There is no such case that waits."]
    assert bench.says("eve", "/log") == ["Nothing was decided yet."]


def test_each_copy_of_a_card_shows_the_verdict(bench: Bench) -> None:
    case = bench.submits("lea", "One")
    bench.open_desk("*", OTHER)
    assert bench.says("tom", "/case 1") == ["[case 1]"]
    bench.presses("ana", case.id, "ok")
    for place in (bench.desk, "telegram:tom"):
        edits = bench.rows("SELECT replaces FROM outbox WHERE place = ? AND replaces IS NOT NULL", place)
        assert edits[-1] == ("case:1",)
        shown = plain_text(bench.face(case.id, place).body)
        assert f"✔ approved, {bench.code('ana')}, Monday 2 March 2026, 10:00 (Paris time)" in shown


# --- In groups -------------------------------------------------------------------------------------------------------


def test_a_flagged_message_is_deleted_and_its_author_muted_for_a_while(bench: Bench) -> None:
    case = bench.overheard("bob", "Buy my coins http://x.example", "77", "link", "spam")
    assert bench.presses("ana", case.id, "mute.24") == ""
    assert bench.presses("ana", case.id, "mute.24.advertising") == "Done."
    deleted, muted = bench.done()
    assert (deleted.act, deleted.ref, deleted.desk) == ("delete", "77", bench.desk)
    assert (muted.act, muted.person, muted.until) == ("mute", "bob", bench.now + timedelta(hours=24))
    bob = bench.id_of("bob")
    (sanction,) = bench.read(lambda c: sanctions.of_participant(c, bob))
    assert (sanction.kind, sanction.scope, sanction.reason) == ("mute", bench.square, "advertising")
    assert bench.read(lambda c: sanctions.in_force(c, bob, bench.square, sanction.since_ms))
    assert not bench.read(lambda c: sanctions.in_force(c, bob, bench.square, sanction.until_ms))


def test_the_author_of_a_message_is_told_in_private_else_in_the_group_without_their_words(bench: Bench) -> None:
    case = bench.overheard("bob", "Buy my coins", "77", "spam")
    bench.presses("ana", case.id, "del.spam")
    said = [letter for letter in bench.sent(bench.square) if isinstance(letter, Whole)]
    text = plain_text(said[0].message.body)
    assert "A moderator deleted a message in the group." in text
    assert "/appeal" in text
    assert "coins" not in text
    bench.id_of("sue")
    other = bench.overheard("sue", "Buy my coins too", "78", "spam")
    bench.presses("ana", other.id, "ban.720.spam")
    told = bench.texts("telegram:sue")[-1]
    assert "You are kept out of the group for 30 days." in told
    assert "No machines" not in told
    assert "Buy my coins too" in told


class Deleter:
    """A messenger that lets us delete, and nothing else."""

    def capabilities(self, _place: Place) -> Capabilities:
        return Capabilities(max_text=4096, acts=frozenset({"delete", "mute", "ban"}))

    async def rights(self, _place: Place) -> frozenset[str]:
        return frozenset({"delete"})


async def test_what_the_messenger_does_not_let_us_do_is_told_before_and_changes_nothing(bench: Bench) -> None:
    case = bench.overheard("bob", "Buy my coins", "77", "spam")
    bench.rules.powers.reach({"telegram": cast("Adapter", Deleter())})
    storage = StorageThread(bench.database)
    shown = await Showing(bench.road, storage).case(case.id, "en", Place.parse(bench.desk))
    storage.close()
    assert "In that group I may not: mute people for a while, ban people." in plain_text(shown.body)
    told = bench.presses("ana", case.id, "ban.24.spam")
    assert told.startswith("The messenger does not let me do this in that group.")
    assert bench.case(case.id).state == cases.OPEN
    assert bench.done() == []
    assert bench.presses("ana", case.id, "del.spam") == "Done."


class SmallGroup(Deleter):
    """A group in which nobody can be muted."""

    def capabilities(self, _place: Place) -> Capabilities:
        return Capabilities(max_text=4096, acts=frozenset({"delete", "ban"}))

    async def rights(self, _place: Place) -> frozenset[str]:
        return frozenset({"delete", "ban"})


async def test_what_a_kind_of_group_never_knows_is_not_offered(bench: Bench) -> None:
    case = bench.overheard("bob", "Buy my coins", "77", "spam")
    bench.rules.powers.reach({"telegram": cast("Adapter", SmallGroup())})
    storage = StorageThread(bench.database)
    shown = await Showing(bench.road, storage).case(case.id, "en", Place.parse(bench.desk))
    storage.close()
    assert "In that kind of group this is not possible: mute people for a while." in plain_text(shown.body)
    assert "administrators" not in plain_text(shown.body)
    assert shown.prompt is not None
    labels = [button.label for button in shown.prompt.buttons]
    assert "Delete and ban ..." in labels
    assert "Delete and mute ..." not in labels
    assert bench.presses("ana", case.id, "mute").startswith("This kind of group does not know that.")
    assert bench.case(case.id).state == cases.OPEN
    assert bench.presses("ana", case.id, "ban.24.spam") == "Done."


def test_the_same_message_is_one_case_and_an_edit_of_it_another_turn(bench: Bench) -> None:
    case = bench.overheard("bob", "Buy my coins", "77", "spam")
    again = bench.overheard("bob", "Buy my coins", "77", "flood")
    assert (again.id, again.turn, again.why) == (case.id, case.turn, ("spam", "flood"))
    other = bench.overheard("bob", "Sell me your coins", "77", "spam")
    assert (other.id, other.turn, other.text) == (case.id, case.turn + 1, "Sell me your coins")
    assert len(bench.texts(bench.desk)) - bench.texts(bench.desk).count("") >= 1
    cards = [letter for letter in bench.sent(bench.desk) if isinstance(letter, CaseCard) and not letter.only_edit]
    assert len(cards) == 1


def test_a_thousand_reports_are_a_few_edits(bench: Bench) -> None:
    case = bench.overheard("bob", "Buy my coins", "77", "spam")
    for n in range(40):
        bench.overheard("bob", "Buy my coins", "77", f"flag{n}")
    assert len(bench.case(case.id).why) == 41
    assert len([letter for letter in bench.sent(bench.desk) if isinstance(letter, CaseCard)]) == 2


# --- What waits ------------------------------------------------------------------------------------------------------


def alarms(bench: Bench) -> list[str]:
    return [text for text in bench.texts(bench.desk) if "/cases shows them" in text]


def test_the_desk_is_alarmed_at_most_once_in_twelve_hours(bench: Bench) -> None:
    for n in range(3):
        bench.submits("lea", f"Idea {n}")
        bench.later(hours=1)
    bench.later(hours=8)
    assert alarms(bench) == []
    bench.later(hours=2)
    assert len(alarms(bench)) == 1
    bench.later(hours=10)
    assert len(alarms(bench)) == 1
    bench.later(hours=2)
    assert len(alarms(bench)) == 2
    for id in (1, 2, 3):
        bench.presses("ana", id, "ok")
    bench.later(hours=48)
    assert len(alarms(bench)) == 2


def test_too_many_alarm_at_once(bench: Bench) -> None:
    for n in range(backlog.MANY):
        bench.submits("lea", f"Idea {n}")
    assert alarms(bench) == []
    bench.submits("lea", "One more")
    bench.submits("lea", "And one more")
    (told,) = alarms(bench)
    assert told.startswith("21 cases wait")


def test_a_claim_is_given_back_by_itself(bench: Bench) -> None:
    case = bench.submits("lea", "One")
    bench.presses("ana", case.id, "take")
    assert bench.presses("tom", case.id, "take").startswith(f"{bench.code('ana')} has taken this on until 10:15")
    assert bench.presses("tom", case.id, "ok").startswith(f"{bench.code('ana')} has taken this on until 10:15")
    bench.now += timedelta(minutes=10)
    bench.presses("ana", case.id, "take")
    bench.now += timedelta(minutes=6)
    bench.road.ring()
    bench.think()
    assert bench.case(case.id).claimed_by == bench.id_of("ana")
    bench.now += timedelta(minutes=10)
    bench.road.ring()
    bench.think()
    assert bench.case(case.id).claimed_by is None
    assert bench.presses("tom", case.id, "ok") == "Done."


# --- What is forgotten -----------------------------------------------------------------------------------------------


def test_a_year_after_the_decision_the_words_are_gone(bench: Bench) -> None:
    case = bench.submits("lea", "One")
    waiting = bench.submits("lea", "Two")
    bench.says("ana", "/case 1 note call the town hall")
    bench.presses("ana", case.id, "no.spam")
    sweep(bench.database, bench.now + timedelta(days=364))
    assert bench.case(case.id).text == "One"
    sweep(bench.database, bench.now + timedelta(days=366))
    assert (bench.case(case.id).text, bench.case(waiting.id).text) == ("", "Two")
    assert bench.rows("SELECT text FROM case_notes") == [("",)]
    assert "(The text is no longer kept.)" in plain_text(bench.face(case.id).body)


def test_when_the_key_goes_no_case_names_an_author(bench: Bench) -> None:
    case = bench.submits("lea", "One")
    bench.presses("ana", case.id, "ok")

    def let_go(connection: Connection) -> None:
        scene = bench.road.scene(connection)
        run = consultations.get(connection, "ideas")
        assert run is not None
        forget(scene, run)
        scene.flush()

    bench.read(let_go)
    assert bench.case(case.id).author is None


def test_who_leaves_takes_their_words_along(bench: Bench) -> None:
    case = bench.submits("lea", "One")
    decided = bench.submits("lea", "Two")
    bench.presses("ana", decided.id, "ok")
    bench.says("lea", "/erase yes")
    assert (bench.case(case.id).text, bench.case(case.id).author) == ("", None)
    assert bench.case(case.id).state == cases.DECIDED
    assert (bench.case(decided.id).text, bench.case(decided.id).outcome) == ("", "approve")


def test_a_moderator_who_leaves_stays_a_decision_without_a_name(bench: Bench) -> None:
    case = bench.submits("lea", "One")
    bench.presses("ana", case.id, "ok")
    bench.says("ana", "/erase yes")
    assert "somebody who is no longer here" in plain_text(bench.face(case.id).body)


def test_an_author_who_blocked_us_cannot_be_told(bench: Bench) -> None:
    case = bench.submits("lea", "One")
    bench.read(lambda c: people.set_reachable(c, "telegram:lea", False))
    assert bench.presses("ana", case.id, "ok") == "Done, but the author cannot be reached."
    assert bench.proposal(1).state == proposals.PUBLISHED


def test_a_group_that_moves_stays_a_desk(bench: Bench) -> None:
    case = bench.overheard("bob", "Buy my coins", "77", "spam")
    bench.read(lambda c: desks.move_place(c, bench.desk, "telegram:-1009"))
    bench.read(lambda c: cases.move_place(c, bench.square, "telegram:-2009"))
    assert bench.read(lambda c: desks.scopes_of(c, "telegram:-1009")) == ["*"]
    assert bench.read(lambda c: desks.cards_of(c, case.id)) == []
    assert bench.case(case.id).scope == "telegram:-2009"
