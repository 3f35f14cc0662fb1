"""What was promised about forgetting: needles are looked for in the bytes of the files, not in the tables."""

from __future__ import annotations

from typing import Any

import pytest

from bot.letters import Whole
from bot.upkeep import scrub, sweep
from flows.events import Said
from flows.messages import message
from storage import outbox, shelf

pytestmark = pytest.mark.sqlite

NEEDLE = "xqzanemone"
PERSON = "98765432101"
PLACE = f"telegram:{PERSON}"


def settle_all(town: Any) -> None:
    """Everything in the outbox was sent."""
    with town.database.transaction() as connection:
        keys = connection.exec_driver_sql("SELECT \"key\" FROM outbox WHERE state IN ('waiting', 'sending')").scalars()
        rows = [{"row": key, "new_state": outbox.SENT, "new_ref": f"r-{key}", "new_reason": None} for key in keys]
        outbox.settle(connection, rows)


def take_part(town: Any, id: str, *, person: str = PERSON, adapter: str = "telegram", recap: bool = True) -> None:
    town.says(person, f"/start {id}", "2", "41", f"plant an {NEEDLE} here", adapter=adapter)
    if recap:
        town.says(person, "/myvote", f"{NEEDLE} again", "??", adapter=adapter)
    with town.database.transaction() as connection:
        entry = {"kind": "mine", "text": f"shown {NEEDLE}"}
        shelf.put(connection, f"{adapter}:{person}", f"{person}:s1", entry, town.now_ms)
    settle_all(town)


def crowd(town: Any, id: str) -> None:
    """Others, so that pages split and rows move about."""
    for i in range(40):
        town.says(f"other{i}", f"/start {id}", str(1 + i % 3), "/skip", f"words of somebody else, number {i} " * 4)
    settle_all(town)


def needles(town: Any) -> set[str]:
    found = town.bytes()
    return {needle for needle in (NEEDLE, PERSON) if needle.encode() in found}


# --- /erase ----------------------------------------------------------------------------------------------------------


def test_after_an_erasure_nothing_of_the_person_is_in_any_file(town: Any, flow_text: Any) -> None:
    text = (
        flow_text()
        .replace("recap: false", "recap: true")
        .replace("steps:", 'reminders:\n  - {after: 2d, to: unfinished, text: "Go on"}\nsteps:')
    )
    id = town.publish(text)
    for i in range(15):
        town.says(f"before{i}", f"/start {id}", "1")
    take_part(town, id)
    crowd(town, id)
    assert needles(town) == {NEEDLE, PERSON}
    assert town.one("SELECT count(*) FROM timers WHERE lane LIKE ?", f"{PLACE}%") == 1
    before = town.counters(id)["mode"]
    thought = town.says(PERSON, "/erase yes", adapter="telegram")
    assert thought.scrub
    scrub(town.database)
    assert NEEDLE not in needles(town)
    assert town.rows("SELECT place FROM outbox WHERE place = ?", PLACE) == [(PLACE,)], "the last word"
    assert "erased" in town.texts(PLACE)[-1]
    assert town.counters(id)["mode"] == {**before, "c:bus": before["c:bus"] - 1, "n:answered": before["n:answered"] - 1}
    assert town.counters(id)["idea"]["n:answered"] == 40
    settle_all(town)
    town.later(hours=1)
    sweep(town.database, town.now)
    assert needles(town) == set()
    town.close(id)
    assert '"differ"' not in str(town.rows("SELECT act FROM audit"))


def test_after_the_closing_an_erasure_leaves_the_counts(town: Any) -> None:
    id = town.publish()
    take_part(town, id, recap=False)
    crowd(town, id)
    town.close(id)
    ballots, counters, result = town.stored(id), town.counters(id), town.run(id).result
    town.says(PERSON, "/erase yes", adapter="telegram")
    assert (town.stored(id), town.counters(id), town.run(id).result) == (ballots, counters, result)
    assert town.one("SELECT count(*) FROM sessions WHERE place = ?", PLACE) == 0


def test_a_person_who_is_gone_is_not_written_to_by_old_timers(town: Any, flow_text: Any) -> None:
    text = flow_text().replace("steps:", 'reminders:\n  - {after: 2d, to: unfinished, text: "Go on"}\nsteps:')
    id = town.publish(text)
    town.says("ana", f"/start {id}")
    town.says("ana", "/erase yes")
    sent = len(town.texts("web:ana"))
    town.later(days=3)
    town.ring()
    assert len(town.texts("web:ana")) == sent


def test_an_erasure_in_a_group_takes_nothing_from_the_others(town: Any) -> None:
    with town.database.transaction() as connection:
        for person, participant in (("5", 1), ("6", 2)):
            connection.exec_driver_sql(
                "INSERT INTO participants (id, lang, since_ms) VALUES (?, 'en', 0)", (participant,)
            )
            connection.exec_driver_sql("INSERT INTO identities VALUES (?, ?)", (f"telegram:{person}", participant))
            for place in ("telegram:-100", f"telegram:{person}"):
                connection.exec_driver_sql(
                    "INSERT INTO conversations (lane, place, participant, reachable) VALUES (?, ?, ?, 1)",
                    (f"{place}|{person}", place, participant),
                )
        scene = town.road.scene(connection)
        letter = Whole(message("for all"), "en")
        scene.send("telegram:-100", letter, key="g", rank=outbox.Rank.BROADCAST)
        scene.flush()
    town.says("5", "/erase yes", adapter="telegram")
    assert town.texts("telegram:-100") == ["for all"]
    assert town.rows("SELECT lane FROM conversations WHERE lane LIKE '%|5'") == []
    assert len(town.rows("SELECT lane FROM conversations WHERE lane LIKE '%|6'")) == 2


def test_erasing_needs_a_second_word(town: Any) -> None:
    id = town.publish()
    town.says("ana", f"/start {id}", "2")
    before = town.stored(id)
    town.says("ana", "/erase", "/help")
    assert town.stored(id) == before
    assert town.one("SELECT count(*) FROM participants") == 1


# --- Forgetting at the closing plus the delay ------------------------------------------------------------------------


def test_the_key_goes_when_it_was_said_and_with_it_all_content(town: Any, flow_text: Any) -> None:
    id = town.publish(flow_text().replace("recap: false", "recap: true"))
    take_part(town, id)
    take_part(town, id, person="webby", adapter="web")
    crowd(town, id)
    town.close(id)
    settle_all(town)
    result, counters, ballots = town.run(id).result, town.counters(id), sorted(town.stored(id).values(), key=str)
    town.later(days=6, hours=23)
    town.ring()
    assert town.run(id).key is not None
    town.later(hours=1)
    assert town.ring().scrub
    scrub(town.database)
    run = town.run(id)
    assert run.key is None
    assert run.forgotten_ms == town.now_ms
    assert (run.result, town.counters(id)) == (result, counters)
    assert sorted(town.stored(id).values(), key=str) == ballots
    assert town.rows("SELECT DISTINCT state, last_ms FROM sessions") == [("", 0)]
    assert town.one("SELECT count(*) FROM outbox WHERE consultation = ? AND payload <> ''", id) == 0
    assert town.rows("SELECT key FROM inbox WHERE event <> '' AND state = 'done' AND adapter <> 'clock'") == []
    assert town.one("SELECT count(*) FROM shown WHERE place IN (?, 'web:webby')", PLACE) == 0
    with town.database.transaction() as connection:
        kept = connection.exec_driver_sql("SELECT count(*) FROM ballots WHERE answer LIKE ?", (f"%{NEEDLE}%",)).scalar()
    assert kept == 2, "what people wrote stays in the ballots, unlinked"
    with town.database.transaction() as connection:
        connection.exec_driver_sql("DELETE FROM ballots WHERE question = 'idea'")
    scrub(town.database)
    assert NEEDLE not in needles(town), "and nowhere else"


def test_nobody_can_be_linked_to_a_ballot_afterwards(town: Any) -> None:
    """Not by a row number, not by a time, not by the order of the rows."""
    id = town.publish()
    for i in range(30):
        town.says(f"p{i}", f"/start {id}", str(1 + i % 3))
    town.close(id)
    town.later(days=8)
    town.ring()
    order = [row[0] for row in town.rows("SELECT token FROM ballots")]
    assert order == sorted(order), "rows lie in the order of a keyed hash"
    births = town.rows("SELECT id FROM sessions ORDER BY rowid")
    said = town.rows("SELECT place FROM sessions ORDER BY rowid")
    assert births == sorted(births)
    assert said != sorted(said, key=lambda row: int(row[0].removeprefix("web:p")))
    assert town.run(id).key is None


def test_the_office_works_on_after_forgetting(town: Any) -> None:
    id = town.publish()
    town.says("ana", f"/start {id}", "2")
    town.close(id)
    town.later(days=8)
    town.ring()
    town.says("ana", "/myvote", "/mydata", "hello", f"/start {id}", "/erase yes")
    assert town.one("SELECT count(*) FROM inbox WHERE state <> 'done'") == 0
    assert town.run(id).result is not None


# --- The sweep -------------------------------------------------------------------------------------------------------


def test_after_four_hundred_days_nothing_is_left_that_should_not_be(town: Any) -> None:
    id = town.publish()
    take_part(town, id)
    item = town.inbound("broken", Said(at=town.now, text=NEEDLE))
    town.receive(item)
    with town.database.transaction() as connection:
        connection.exec_driver_sql("UPDATE inbox SET state = 'aside' WHERE \"key\" = ?", (item.key,))
        scene = town.road.scene(connection)
        scene.send("matrix:!nobody", Whole(message(NEEDLE), "en"), key="m", resend=False)
        scene.flush()
    town.close(id)
    town.later(days=400)
    town.ring()
    scrub(town.database)
    sweep(town.database, town.now)
    assert town.rows("SELECT timer, lane FROM timers") == [("overdue", f"consultation:{id}")], (
        "what comes of it is owed"
    )
    for table in ("inbox", "outbox", "shown", "lanes"):
        old = (
            town.one(f"SELECT count(*) FROM {table}")
            if table != "inbox"
            else town.one("SELECT count(*) FROM inbox WHERE adapter <> 'clock'")
        )
        fresh = town.one("SELECT count(*) FROM outbox WHERE due_ms = ?", town.now_ms) if table == "outbox" else 0
        assert old == fresh, table
    assert town.run(id).key is None
    with town.database.transaction() as connection:
        connection.exec_driver_sql("DELETE FROM ballots WHERE question = 'idea'")
    scrub(town.database)
    assert NEEDLE not in needles(town)


@pytest.mark.parametrize(("days", "content", "rows"), [(13, True, True), (15, False, True), (22, False, False)])
def test_raw_events_are_emptied_then_forgotten(town: Any, days: int, content: bool, rows: bool) -> None:
    town.says("ana", "/help")
    town.later(days=days)
    sweep(town.database, town.now)
    found = town.rows("SELECT event <> '' OR person <> '' FROM inbox")
    assert found == ([(int(content),)] if rows else [])


def test_the_sweep_comes_once_an_hour(town: Any) -> None:
    sweep(town.database, town.now)
    town.says("ana", "/help")
    town.later(minutes=59)
    sweep(town.database, town.now)
    assert town.one("SELECT value FROM meta WHERE name = 'swept_ms'") == str(town.now_ms - 59 * 60_000)
    town.later(minutes=1)
    sweep(town.database, town.now)
    assert town.one("SELECT value FROM meta WHERE name = 'swept_ms'") == str(town.now_ms)


# --- Nothing is kept without a yes -----------------------------------------------------------------------------------


def kept_by_consent(text: str) -> str:
    ask = "  - ask: keep\n    text: May we count this?\n    yes_no: true\n    consent: counting\n"
    return text.replace("steps:", "keep: keep\nsteps:").replace("  - end: thanks", ask + "  - end: thanks")


@pytest.mark.parametrize("adapter", ["telegram", "web"])
def test_without_a_yes_the_words_leave_every_file(town: Any, flow_text: Any, adapter: str) -> None:
    id = town.publish(kept_by_consent(flow_text()))
    for i in range(12):
        town.says(f"other{i}", f"/start {id}", "1", "/skip", f"words of somebody else, number {i}", "yes")
    take_part(town, id, adapter=adapter, recap=False)
    with town.database.transaction() as connection:
        shelf.put(connection, f"{adapter}:{PERSON}", f"{PERSON}:s2", {"kind": "mine", "text": "no"}, town.now_ms)
    assert NEEDLE in needles(town)
    thought = town.says(PERSON, "no", adapter=adapter)
    assert thought.scrub
    scrub(town.database)
    assert NEEDLE not in needles(town)
    assert len(town.stored(id)) == 12 * 3
    assert town.counters(id)["idea"] == {"n:answered": 12}
    asked = "SELECT p.step FROM prompts p JOIN sessions s ON s.id = p.session WHERE s.stage = 'declined'"
    assert {step for (step,) in town.rows(asked)} == {""}


def test_left_alone_for_a_day_the_words_leave_every_file(town: Any, flow_text: Any) -> None:
    id = town.publish(kept_by_consent(flow_text()))
    take_part(town, id, recap=False)
    with town.database.transaction() as connection:
        shelf.put(connection, PLACE, f"{PERSON}:s2", {"kind": "said", "text": "May we count this?"}, town.now_ms)
    town.later(hours=25)
    assert town.ring().scrub
    scrub(town.database)
    assert NEEDLE not in needles(town)
    assert town.stored(id) == {}


def test_erasing_what_was_only_held_takes_nothing_off_the_counts(town: Any, flow_text: Any) -> None:
    id = town.publish(kept_by_consent(flow_text()))
    town.says("other", f"/start {id}", "2", "/skip", "words", "yes", adapter="telegram")
    take_part(town, id, recap=False)
    town.says(PERSON, "/erase yes", adapter="telegram")
    assert town.counters(id)["mode"] == {"n:answered": 1, "c:bus": 1}
    scrub(town.database)
    settle_all(town)
    town.close(id)
    assert town.run(id).state == "closed"
