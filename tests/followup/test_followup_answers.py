"""An official answer: given with a state and a reason, told once, in each one's language, to those who want it."""

from typing import Any

import pytest

from bot.contributions import publishing
from bot.followup import lineage, owing
from storage import proposals


@pytest.fixture
def town(agora: Any, flow_texts: dict[str, str]) -> Any:
    """One idea of Ann's, supported by Fleur, who speaks French."""
    agora.gets("Maire", "owner")
    agora.publish(flow_texts["ideas"], group=True)
    agora.says("Ann", "/start idees")
    agora.says("Ann", "We should plant trees in the square")
    agora.presses("Ann", "Send")
    agora.agrees("Fleur", "idees", 1)
    return agora


def test_the_author_learns_the_number_at_publication(town: Any) -> None:
    assert town.texts("Ann")[-1] == "The square\n\nIt has the number 1. To see what becomes of it: /mine"


def test_step_by_step_with_a_menu(town: Any) -> None:
    shown = town.says("Maire", "/answer")
    assert "1 contribution waits for an answer:" in shown[0]
    assert "Due by Wednesday 1 April 2026, 11:00" in shown[0]
    assert "What is the answer?" in town.presses("Maire", "Answer no. 1")[0]
    assert town.presses("Maire", "Taken up")[0].endswith(
        "Taken up: what do you say, and why? Plain words; everybody can read it."
    )
    preview = town.says("Maire", "Twelve lime trees\nin autumn.")[0]
    assert "The answer: Taken up." in preview
    assert "told to 2 people who wrote or support it." in preview
    assert town.proposal("idees", 1).reply is None
    assert town.presses("Maire", "Publish the answer") == ["The answer is published."]
    stored = town.proposal("idees", 1)
    assert (stored.status, stored.reply) == ("taken_up", "Twelve lime trees\nin autumn.")
    assert stored.answered_ms is not None
    told = town.texts("Ann")[-1]
    assert "No. 1, which you wrote: “We should plant trees in the square”" in told
    assert "The answer: Taken up.\n\nTwelve lime trees\nin autumn." in told
    assert "La place" in town.texts("Fleur")[-1]


def test_in_one_line_by_code_or_label(town: Any) -> None:
    assert "The answer: Refused." in town.says("Maire", "/answer 1 refused there are pipes underneath")[0]
    assert "The answer: Taken up." in town.says("Maire", "/answer idees 1 Taken up because we want shade")[0]
    assert "The answer: Being studied." in town.says("Maire", "/repondre n°1 being studied: in May")[0]


def test_the_same_answer_twice_is_told_once_and_another_one_anew(town: Any) -> None:
    def answers(text: str) -> list[str]:
        town.says("Maire", f"/answer 1 refused {text}")
        return list(town.presses("Maire", "Publish the answer"))

    assert answers("There are pipes.") == ["The answer is published."]
    before = len(town.texts("Ann"))
    assert town.says("Maire", "/answer 1 refused There are pipes.") == ["This is its answer already."]
    assert len(town.texts("Ann")) == before
    assert answers("There are gas pipes.") == ["The answer is published."]
    assert len(town.texts("Ann")) == before + 1
    assert "gas pipes" in town.texts("Ann")[-1]


def test_two_who_publish_the_same_at_once_tell_it_once(town: Any) -> None:
    town.gets("Adjoint", "organiser")
    for who in ("Maire", "Adjoint"):
        town.says(who, "/answer 1 refused There are pipes.")
    assert town.presses("Maire", "Publish the answer") == ["The answer is published."]
    before = len(town.texts("Ann"))
    assert town.presses("Adjoint", "Publish the answer") == ["This is its answer already."]
    assert len(town.texts("Ann")) == before


def test_at_night_it_waits_and_only_the_last_answer_is_told(town: Any) -> None:
    town.later(hours=13)  # 22:00 UTC, 23:00 in Paris
    before = len(town.texts("Ann"))
    for text in ("First thought.", "Second thought."):
        town.says("Maire", f"/answer 1 studied {text}")
        town.presses("Maire", "Publish the answer")
    assert len(town.texts("Ann")) == before
    town.later(hours=10)
    assert len(town.texts("Ann")) == before + 1
    assert "Second thought." in town.texts("Ann")[-1]


def test_no_more_news(town: Any) -> None:
    town.says("Maire", "/answer 1 studied We are looking into it.")
    assert "told to 2 people" in town.texts("Maire")[-1]
    town.presses("Maire", "Publish the answer")
    town.presses("Fleur", "mute")
    assert town.notes[-1].endswith(" idees")
    town.says("Ann", "/mute idees")
    before = len(town.texts("Fleur")), len(town.texts("Ann"))
    town.says("Maire", "/answer 1 refused There are pipes.")
    assert "told to 0 people" in town.texts("Maire")[-1]
    town.presses("Maire", "Publish the answer")
    assert (len(town.texts("Fleur")), len(town.texts("Ann"))) == before
    town.says("Ann", "/unmute")
    town.says("Maire", "/answer 1 taken_up The pipes can be moved.")
    town.presses("Maire", "Publish the answer")
    assert "The pipes can be moved." in town.texts("Ann")[-1]


def test_whoever_paused_is_not_told(town: Any) -> None:
    town.says("Fleur", "/stop")
    town.says("Maire", "/answer 1 studied We are looking into it.")
    assert "told to 1 person" in town.texts("Maire")[-1]


def test_what_cannot_be_answered_is_told(town: Any) -> None:
    assert town.says("Maire", "/answer 7 refused no") == ["There is no number 7 here that could be answered."]
    assert town.says("Ann", "/answer 1 refused no") == ["/answer is for organisers."]
    long = "x" * 2001
    said = town.says("Maire", f"/answer 1 refused {long}")
    assert said[0].startswith("2001 characters, 2000 at most: 1 too many.")
    assert "told to" in town.says("Maire", "There are pipes.")[0]
    assert town.says("Maire", "/give idees 1 .0") == ["This button is no longer in use."]
    with town.database.transaction() as connection:
        connection.exec_driver_sql("UPDATE proposals SET state = 'removed'")
    assert town.says("Maire", "/answer 1 refused no")[0].startswith("No. 1 is not published")
    assert "Nothing waits for an answer." in town.says("Maire", "/answer")[0]


def test_once_the_key_is_gone_it_is_published_and_nobody_is_told(town: Any) -> None:
    with town.database.transaction() as connection:
        connection.exec_driver_sql("UPDATE consultations SET key = NULL")
    before = len(town.texts("Ann"))
    assert "Nobody is told: the key" in town.says("Maire", "/answer 1 studied We are looking into it.")[0]
    assert town.presses("Maire", "Publish the answer") == ["The answer is published."]
    assert len(town.texts("Ann")) == before
    assert "or the link to it is destroyed" in town.says("Ann", "/mine")[0]


def test_overdue_answers_are_counted_in_public_and_survive_a_restart(town: Any) -> None:
    town.later(days=29)
    assert "overdue" not in town.says("Maire", "/status")[0]
    town.road = type(town.road)(town.database, town.rules, lambda: town.now)
    town.later(days=2)
    assert "1 official answer is overdue." in town.says("Maire", "/status")[0]
    run = town.run("idees")
    with town.database.transaction() as connection:
        flow = town.road.flows.of(connection, run)
        assert owing.overdue(connection, run, flow, int(town.now.timestamp() * 1000)) == 1
    reminded = [text for text in town.texts("Maire") if "this still waits for your answer" in text]
    assert len(reminded) == 1
    assert "1 answer is overdue: everybody can see it." in reminded[0]
    town.says("Maire", "/answer 1 refused There are pipes.")
    town.presses("Maire", "Publish the answer")
    said = town.says("Maire", "/status")[0]
    assert "overdue" not in said
    assert "1 official answer was given." in said
    assert town.one("SELECT count(*) FROM timers WHERE timer = 'owed'") == 0


def test_many_that_are_due_make_one_message_a_day(town: Any) -> None:
    for text in ("We should close the square to cars", "We should open a market on Sundays"):
        town.presses("Ann", "Another one")
        town.says("Ann", text)
        town.presses("Ann", "Send")
    town.later(days=31)
    reminded = [text for text in town.texts("Maire") if "still wait" in text]
    assert len(reminded) == 1
    assert "3 contributions still wait for your answer" in reminded[0]
    assert "3 answers are overdue" in reminded[0]


def test_mine_tells_what_became_of_it(town: Any) -> None:
    line = "No. 1: “We should plant trees in the square” — "
    assert f"{line}published; an answer is due by Wednesday 1 April" in town.says("Ann", "/mine")[0]
    town.says("Maire", "/answer 1 refused There are pipes.")
    town.presses("Maire", "Publish the answer")
    assert f"{line}answered: Refused. There are pipes." in town.says("Ann", "/mine")[0]
    assert town.says("Tom", "/mine")[0].startswith("You have not put anything forward")


def test_an_answer_to_a_merged_proposal_is_given_to_the_one_that_speaks_for_it(town: Any) -> None:
    town.says("Bob", "/start idees")
    town.says("Bob", "We should put trees on the square")
    town.presses("Bob", "Send")
    town.says("Cid", "/start idees")
    town.says("Cid", "We should have trees")
    town.presses("Cid", "Send")

    def merge(number: int, into: int) -> None:
        with town.database.transaction() as connection:
            scene = town.road.scene(connection)
            gone, kept = (proposals.by_number(connection, "idees", n) for n in (number, into))
            assert gone is not None
            assert kept is not None
            assert publishing.merge(scene, gone, kept)
            scene.flush()
        town.ring()

    merge(3, 2)
    told = town.texts("Bob")[-1]
    assert "Proposal no. 3 now stands with yours, no. 2." in told
    merge(2, 1)
    assert "Proposal no. 2 now stands with yours, no. 1." in town.texts("Ann")[-1]
    assert "Your proposal no. 3 now stands with no. 1." in town.texts("Cid")[-1]
    assert "stands with no. 1" in town.says("Cid", "/mine")[0]
    assert town.says("Maire", "/answer 3 refused no") == ["No. 3 now stands with no. 1: answer that one."]
    assert "told to 4 people" in town.says("Maire", "/answer 1 taken_up Twelve lime trees.")[0]
    town.presses("Maire", "Publish the answer")
    for name in ("Ann", "Bob", "Cid"):
        assert "which you wrote" in town.texts(name)[-1]
    with town.database.transaction() as connection:
        last, first = (proposals.by_number(connection, "idees", n) for n in (3, 1))
        assert last is not None
        assert first is not None
        found = lineage.lineage(connection, last)
        assert found.stands_with is not None
        assert found.stands_with.number == 1
        assert [one.number for one in lineage.lineage(connection, first).absorbed] == [2, 3]
        assert lineage.sentences(found, "en") == ["Stands with no. 1 now. Its votes stay here."]
