"""The life of a consultation when two people act at once, late, or in the wrong order."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import orjson
import pytest

from bot.showing import Showing
from bot.thread import StorageThread
from bot.upkeep import sweep
from flows.prompts import command
from storage import audit, changes, timers

WINDOW = "{closes: 2026-03-20T20:00}"


@pytest.fixture
def two(hall: Any) -> Any:
    """Two organisers."""
    hall.gets("1", "owner")
    hall.gets("2", "organiser")
    return hall


def draft(hall: Any, **asked: Any) -> str:
    return str(hall.publish(draft=True, owner=hall.id_of("1"), **asked))


def buttons(hall: Any, name: str) -> list[str]:
    """The data of the buttons under the last message to somebody."""
    rows = hall.rows("SELECT payload FROM outbox WHERE place = ? ORDER BY id DESC LIMIT 1", f"telegram:{name}")
    return [button[1] for button in orjson.loads(rows[0][0])["m"]["prompt"][1]]


# --- Drafts ----------------------------------------------------------------------------------------------------------


def test_a_draft_is_nobodys_business(two: Any) -> None:
    id = draft(two, window=WINDOW)
    assert two.run().state == "draft"
    assert two.says("9", f"/start {id}")[0] == f"There is no consultation called “{id}”."
    assert two.says("9", f"/results {id}")[0] == "There is no such consultation at the moment."
    storage = StorageThread(two.database)
    showing = Showing(two.road, storage)
    assert asyncio.run(showing.consultation(id, "en")) is None
    assert asyncio.run(showing.listed("en")) == []
    with two.database.transaction() as connection:
        assert timers.next_due(connection) is None


def test_a_draft_that_was_put_away_stays_unseen(two: Any) -> None:
    id = draft(two)
    two.says("1", f"/archive {id}")
    assert two.run().state == "archived"
    assert two.says("9", f"/start {id}")[0] == f"There is no consultation called “{id}”."
    showing = Showing(two.road, StorageThread(two.database))
    assert asyncio.run(showing.consultation(id, "en")) is None


def test_drafts_are_put_away_after_thirty_days_and_what_runs_is_not(two: Any) -> None:
    draft(two)
    running = two.publish()
    two.now += timedelta(days=29)
    sweep(two.database, two.now)
    assert two.run().state == "draft"
    two.says("1", "/fix mobilite title Moving about")
    two.now += timedelta(days=29)
    sweep(two.database, two.now)
    assert two.run().state == "draft"
    two.now += timedelta(days=2)
    sweep(two.database, two.now)
    assert two.run().state == "archived"
    assert two.run(running).state == "open"
    assert two.acts()[-1] == "put away"


def test_a_draft_whose_hour_has_passed_asks_for_another(two: Any) -> None:
    draft(two, window=WINDOW)
    two.later(days=30)
    said = two.says("1", "/open mobilite yes")
    assert said[0].startswith("Its closing hour, Friday 20 March 2026, 20:00 (Paris time), is over.")
    assert two.run().state == "draft"
    assert "is open" in two.says("1", "/open mobilite yes 7d")[0]
    assert two.run().closes_ms > two.now.timestamp() * 1000
    assert two.acts() == ["draft", "open"]


def test_a_draft_with_a_later_hour_is_announced_and_then_opened_before_it(two: Any) -> None:
    draft(two, window="{opens: 2026-03-10T08:00, closes: 2026-03-20T20:00}")
    assert "is announced" in two.says("1", "/open mobilite yes")[0]
    assert two.run().state == "scheduled"
    assert "is open" in two.says("2", "/open mobilite yes")[0]
    two.later(days=9)
    assert two.acts() == ["draft", "open", "open"]
    assert two.run().state == "open"


# --- Review ----------------------------------------------------------------------------------------------------------


def test_two_colleagues_approve_at_once_and_it_opens_once(two: Any) -> None:
    two.gets("3", "organiser")
    draft(two)
    two.says("1", "/review mobilite")
    approve = buttons(two, "2")[0]
    assert approve == command("review", "mobilite ok") == buttons(two, "3")[0]
    assert "is open" in two.presses("2", approve)[0]
    assert two.presses("3", approve) == ["“Getting around” is open: this cannot be done now."]
    assert two.acts() == ["draft", "review", "approve"]


def test_who_asked_may_take_it_back_and_nobody_opens_around_the_review(two: Any) -> None:
    draft(two)
    two.says("1", "/review mobilite")
    assert two.says("2", "/open mobilite yes") == ["A colleague is reading it. To approve it: /review mobilite ok"]
    assert two.says("1", "/review mobilite back") == ["It is a draft again."]
    assert two.run().state == "draft"


def test_an_organiser_of_another_consultation_is_not_asked(two: Any) -> None:
    two.gets("7", "organiser", "ecole")
    draft(two)
    two.says("1", "/review mobilite")
    assert two.texts("telegram:7") == [text for text in two.texts("telegram:7") if "colleague" not in text]
    assert two.presses("7", command("review", "mobilite ok"))[0] == "There is no such consultation at the moment."
    assert two.run().state == "review"


# --- Hours -----------------------------------------------------------------------------------------------------------


def test_a_closing_that_was_on_its_way_when_it_was_put_off_does_nothing(two: Any) -> None:
    two.publish(window=WINDOW)
    two.now = two.now.replace(day=20, hour=19, minute=0, second=0)  # the hour, 20:00 in Paris
    two.road.ring()
    with two.database.transaction() as connection:  # moved by a colleague in the same second
        connection.exec_driver_sql("UPDATE consultations SET closes_ms = closes_ms + 86400000")
    two.think()
    assert two.run().state == "open"


def test_two_who_extend_at_once_extend_once(two: Any) -> None:
    two.publish(window=WINDOW)
    two.says("1", "/extend mobilite 2d")
    two.says("2", "/extend mobilite 2d")
    two.presses("1", command("extend", "mobilite yes"))
    said = two.presses("2", command("extend", "mobilite yes"))
    assert "It can only be made longer" in said[0]
    assert two.run().closes_wall == "2026-03-22T20:00:00"
    with two.database.transaction() as connection:
        assert [mark.kind for mark in changes.marks_of(connection, "mobilite")] == ["extended"]


def test_what_has_no_hour_is_not_extended(two: Any) -> None:
    two.publish()
    assert "There is nothing to extend" in two.says("1", "/extend mobilite 2d")[0]


def test_one_that_was_opened_again_closes_again_and_is_counted_again(two: Any) -> None:
    two.publish(results="live", window=WINDOW)
    two.says("5", "/start mobilite")
    two.says("5", "1")
    two.close()
    assert two.run().state == "closed"
    two.says("1", "/reopen mobilite yes 2026-03-25 20:00")
    run = two.run()
    assert (run.state, run.result, run.closed_ms, run.cut_ms) == ("open", None, None, None)
    two.says("6", "/start mobilite")
    two.says("6", "2")
    two.later(days=24)
    two.count_up()
    run = two.run()
    assert run.state == "closed"
    assert orjson.loads(run.result)["participants"] == 2
    assert two.acts().count("close") == 2


def test_the_key_survives_when_it_was_opened_again(two: Any) -> None:
    two.publish(results="live", window=WINDOW)
    two.close()
    two.later(days=6)
    two.says("1", "/reopen mobilite yes 30d")
    two.later(days=10)
    assert two.run().key is not None
    assert two.run().state == "open"


@pytest.mark.parametrize("results", ["at_close", "after_vote"])
def test_a_hidden_result_that_was_shown_is_never_opened_again(two: Any, results: str) -> None:
    two.publish(results=results, window=WINDOW)
    two.says("5", "/start mobilite")
    two.says("5", "1")
    two.close()
    assert "so it stays closed" in two.says("1", "/reopen mobilite yes 30d")[0]
    assert two.run().state == "closed"


def test_where_nobody_voted_there_was_nothing_to_be_seen(two: Any) -> None:
    two.publish(window=WINDOW)
    two.close()
    assert "is open again" in two.says("1", "/reopen mobilite yes 30d")[0]


def test_without_its_key_it_cannot_be_opened_again(two: Any) -> None:
    two.publish(results="live", window=WINDOW)
    two.close()
    two.later(days=8)
    assert two.run().key is None
    assert "key" in two.says("1", "/reopen mobilite yes 30d")[0]


# --- Closing ---------------------------------------------------------------------------------------------------------


def test_a_reason_is_needed_before_the_hour_and_a_way_out_is_no_reason(two: Any) -> None:
    two.publish(window=WINDOW)
    two.says("1", "/close")
    two.says("1", "yes")
    assert two.run().state == "open"
    two.says("1", "no")
    two.says("1", "The hall burnt down.")
    assert two.run().state == "open"
    two.says("1", "/close mobilite yes")
    two.says("1", "/status")
    assert two.run().state == "open"
    two.says("1", "/close mobilite yes The hall burnt down.")
    assert two.run().state == "closing"
    with two.database.transaction() as connection:
        assert changes.marks_of(connection, "mobilite")[0].detail["why"] == "The hall burnt down."


def test_the_reason_is_told_where_it_was_announced_and_to_nobody_twice(two: Any) -> None:
    two.publish(window=WINDOW, places=(two.group,))
    two.says("1", "/close mobilite yes Rain.")
    two.says("2", "/close mobilite yes Rain.")
    told = [text for text in two.texts(two.group) if "Why: Rain." in text]
    assert told == ["“Getting around” closes now, before its hour. Why: Rain."]
    assert two.acts().count("close early") == 1


# --- Corrections -----------------------------------------------------------------------------------------------------


def answered(hall: Any) -> None:
    hall.says("5", "/start mobilite")
    hall.says("5", "1")


def test_nobody_approves_their_own_correction_whatever_they_press(two: Any) -> None:
    two.publish()
    answered(two)
    before = two.run().version
    two.says("1", "/fix mobilite mode How, then?")
    approve = buttons(two, "2")[0]
    assert two.presses("1", approve) == ["You proposed this correction, so somebody else has to approve it."]
    assert two.run().version == before
    two.presses("2", approve)
    assert two.run().version != before
    assert two.presses("2", approve) == ["This correction is not waiting any more."]
    assert two.acts()[-2:] == ["propose fix", "approve fix"]


def test_a_correction_of_an_older_wording_is_not_put_over_a_newer_one(two: Any) -> None:
    two.publish()
    answered(two)
    two.says("1", "/fix mobilite mode How, then?")
    with two.database.transaction() as connection:
        other = connection.exec_driver_sql("SELECT after FROM fixes").scalar_one()
        connection.exec_driver_sql("UPDATE consultations SET version = ?", (other,))
    assert "propose the correction again" in two.presses("2", command("fix", "mobilite ok 1"))[0]


def test_who_has_begun_keeps_the_wording_and_ballots_name_their_own(two: Any) -> None:
    two.publish()
    answered(two)
    two.says("1", "/fix mobilite mode.velo On a bicycle")
    two.presses("2", command("fix", "mobilite ok 1"))
    two.says("6", "/start mobilite")
    assert two.texts("telegram:6")[-1].startswith("How?")
    two.says("6", "1")
    wordings = {row[0] for row in two.rows("SELECT wording FROM ballots WHERE question = 'mode'")}
    versions = {row[0] for row in two.rows("SELECT version FROM sessions")}
    assert (len(wordings), len(versions)) == (2, 2)
    two.close()
    result = orjson.loads(two.run().result)
    assert result["participants"] == 2
    assert two.acts().count("differ") == 0


def test_a_correction_is_not_made_after_the_closing(two: Any) -> None:
    two.publish()
    two.close()
    assert two.says("1", "/fix mobilite title Other") == ["“Getting around” is closed: this cannot be done now."]


# --- Reminders -------------------------------------------------------------------------------------------------------


def test_two_who_remind_at_once_remind_once(two: Any) -> None:
    two.publish(window=WINDOW)
    answered(two)
    for name in ("1", "2"):
        two.says(name, "/remind")
    send = command("remind", "mobilite unfinished yes")
    assert two.presses("1", send) == ["Progress"]
    assert two.presses("2", send)[0].startswith("People were reminded less than a day ago.")
    two.later(seconds=1)
    assert sum("waits for the rest" in text for text in two.texts("telegram:5")) == 1


def test_who_finished_after_the_preview_is_not_reminded(two: Any) -> None:
    two.publish(window=WINDOW)
    answered(two)
    two.says("1", "/remind")
    two.presses("1", command("remind", "mobilite unfinished yes"))
    two.says("5", "/skip")
    two.later(seconds=1)
    assert not any("waits for the rest" in text for text in two.texts("telegram:5"))


# --- Outcomes --------------------------------------------------------------------------------------------------------


def test_there_is_no_way_into_the_archive_without_an_outcome(two: Any) -> None:
    two.publish()
    two.close()
    for line in ("/archive mobilite", "/archive mobilite yes", "/archiver"):
        assert "People have not been told yet" in two.says("1", line)[0]
    assert two.run().state == "closed"


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("", "What comes of “Getting around”? Write three things"),
        ("We build it.", "Who follows it up, and until when?"),
        ("We build it. | Ana", "Until when?"),
        ("We build it. | Ana | some day", "I do not understand the date “some day”."),
        ("We build it. | Ana | 2020-01-01", "The day until which it is followed up must lie in the future."),
        ("x" * 3000 + " | Ana | 30d", "That is too long"),
        ("We build it. | " + "x" * 300 + " | 30d", "That is too long"),
        ("| | |", "Who follows it up, and until when?"),
    ],
)
def test_an_outcome_with_something_missing_is_not_kept(two: Any, said: str, answer: str) -> None:
    two.publish()
    two.close()
    assert two.says("1", f"/outcome mobilite {said}")[0].startswith(answer)
    assert two.run().state == "closed"


def test_whoever_answers_for_it_is_reminded_and_not_everybody(two: Any) -> None:
    id = two.publish(owner=two.id_of("8"))
    two.close()
    two.later(days=15)
    asked = [
        name for name in ("1", "2", "8") if any(f"/outcome {id}" in text for text in two.texts(f"telegram:{name}"))
    ]
    assert asked == ["8"]


def test_an_outcome_ends_the_reminders(two: Any) -> None:
    two.publish(owner=two.id_of("1"))
    two.close()
    two.says("1", "/outcome mobilite yes We build it. | Ana | 60d")
    assert two.run().state == "answered"
    two.later(days=30)
    assert not any("nobody has told people yet" in text for text in two.texts("telegram:1"))
    two.later(days=31)
    assert any("Today is the day that was promised" in text for text in two.texts("telegram:1"))
    two.says("1", "/archive mobilite")
    assert two.run().state == "archived"
    with two.database.transaction() as connection:
        assert audit.verify(connection) is None


def test_the_page_tells_what_happened(two: Any) -> None:
    two.publish(window=WINDOW)
    answered(two)
    two.says("1", "/extend mobilite yes 2d")
    two.says("1", "/fix mobilite title Moving about")
    two.presses("2", command("fix", "mobilite ok 1"))
    two.says("1", "/close mobilite yes Rain.")
    two.says("2", "/second 1 ok")
    two.count_up()
    two.says("1", "/outcome mobilite yes We build it. | Ana | 60d")
    page = asyncio.run(Showing(two.road, StorageThread(two.database)).consultation("mobilite", "en"))
    assert page is not None
    assert [sentence.split(" ")[1] for sentence in page.changes] == ["closing", "wording", "was", "comes", "up"]
    assert page.title == "Moving about"


def test_the_office_forgets_nothing_that_is_not_closed(two: Any) -> None:
    two.publish(results="live", window=WINDOW)
    with two.database.transaction() as connection:
        scene = two.road.scene(connection)
        scene.follow("forget", "mobilite", lane="consultation:mobilite", place="", key="late")
        scene.flush()
    two.think()
    assert two.run().key is not None
