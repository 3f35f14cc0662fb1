"""Closing: the published result equals the stored ballots equals the counters, whatever comes in between."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import orjson
import pytest

from flows.events import Event, Pressed, Said
from flows.tally import counts
from storage import ballots, consultations, outbox

RUNS = 500
MANY = 10_000
FEWER = 20
"""On PostgreSQL, where the races of `test_road_closing_race` are the real ones."""
PEOPLE = ["ana", "bo", "5", "6"]
ANSWERS = ["1", "2", "3", "by bike", "on foot", "33", "41", "I don't know", "/skip", "a small idea"]
OTHER = ["/back", "/myvote", "/start", "/stop", "/resume", "??", "/help", "/erase yes"]


def adapter_of(person: str) -> str:
    return "telegram" if person.isdecimal() else "web"


def press_something(town: Any, person: str, dice: random.Random) -> Event:
    """A button that this person was shown at some time, or an old one of somebody else."""
    own = town.rows("SELECT id FROM prompts WHERE place = ?", f"{adapter_of(person)}:{person}")
    every = own if own and dice.random() < 0.9 else town.rows("SELECT id FROM prompts")
    if not every:
        return Said(at=town.now, text="/start")
    prompt = dice.choice(every)[0]
    return Pressed(at=town.now, data=f"1.{prompt}.{dice.choice(['0', '1', '2', 'dk', 'skip', 'back', 'e0', 'send'])}")


def something_happens(town: Any, id: str, dice: random.Random) -> None:
    town.later(milliseconds=dice.randrange(0, 1500))
    items = []
    for _ in range(dice.randrange(1, 4)):
        person = dice.choice(PEOPLE)
        event: Event
        if dice.random() < 0.35:
            event = press_something(town, person, dice)
        else:
            text = dice.choice(ANSWERS if dice.random() < 0.8 else OTHER)
            event = Said(at=town.now, text=f"/start {id}" if text == "/start" else text)
        items.append(town.inbound(person, event, adapter_of(person)))
    town.receive(*items)
    if dice.random() < 0.6:
        town.road.think()


def check(town: Any, id: str, seed: int) -> None:
    with town.database.transaction() as connection:
        run = consultations.get(connection, id)
        assert run.state == "closed"
        flow = town.road.flows.of(connection, run)
        published = counts.Result.from_json(orjson.loads(run.result))
        again = counts.count(
            flow, [counts.Ballot(*row) for row in ballots.all_of(connection, id)], consultation=id, finished=None
        )
        assert published.participants == again.participants, seed
        assert published.questions == again.questions, seed
        assert counts.agree(published, ballots.counters(connection, id)) == [], seed
    acts = [act for (act,) in town.rows("SELECT act FROM audit WHERE subject = ?", id)]
    assert acts.count("close") == 1, seed
    assert "differ" not in acts, seed


def close_around(town: Any, flow_text: Callable[..., str], runs: int) -> None:
    town.hurry()
    votes = 0
    for seed in range(runs):
        dice = random.Random(seed)
        id = town.publish(flow_text(f"c{seed % 20}"))
        for person in PEOPLE:
            town.receive(town.inbound(person, Said(at=town.now, text=f"/start {id}"), adapter_of(person)))
        for _ in range(dice.randrange(4, 10)):
            something_happens(town, id, dice)
        town.cut(id)
        for _ in range(dice.randrange(0, 3)):
            something_happens(town, id, dice)
        town.tally(id)
        if dice.random() < 0.5:
            something_happens(town, id, dice)
        town.think()
        fixed = town.stored(id)
        votes += len(fixed)
        for _ in range(2):
            something_happens(town, id, dice)
        town.think()
        assert town.stored(id) == fixed, seed
        check(town, id, seed)
    assert votes > 3 * runs
    assert town.one("SELECT count(*) FROM inbox WHERE state <> 'done'") == 0


def test_whatever_happens_around_a_closing_the_three_agree(town: Any, flow_text: Callable[..., str]) -> None:
    close_around(town, flow_text, RUNS if town.database.path is not None else FEWER)


@pytest.mark.soak
@pytest.mark.sqlite
def test_whatever_happens_around_ten_thousand_closings(town: Any, flow_text: Callable[..., str]) -> None:
    close_around(town, flow_text, MANY)


# --- The cut ---------------------------------------------------------------------------------------------------------


def mode(town: Any, id: str) -> list[object]:
    return [answer.value for (_, question), answer in town.stored(id).items() if question == "mode"]


def test_what_was_said_before_the_cut_counts_though_it_is_read_after(town: Any) -> None:
    id = town.publish()
    for person in ("ana", "5"):
        town.says(person, f"/start {id}", adapter=adapter_of(person))
    said = [town.inbound(person, Said(at=town.now, text="2"), adapter_of(person)) for person in ("ana", "5")]
    town.later(seconds=1)
    town.cut(id)
    town.receive(*said)
    town.close(id)
    assert mode(town, id) == ["bus", "bus"]


@pytest.mark.parametrize(
    ("adapter", "after", "counts_still"),
    [("telegram", 59, True), ("telegram", 61, False), ("web", 1, False)],
)
def test_only_a_platform_that_holds_events_may_bring_them_late(
    town: Any, adapter: str, after: int, counts_still: bool
) -> None:
    id = town.publish()
    town.says("5", f"/start {id}", adapter=adapter)
    town.cut(id)
    town.receive(town.inbound("5", Said(at=town.now + timedelta(seconds=after), text="2"), adapter))
    town.close(id)
    assert mode(town, id) == (["bus"] if counts_still else [])


@pytest.mark.parametrize("command", ["/skip", "/back", "/resume", "/myvote"])
def test_no_command_is_a_way_round_the_cut(town: Any, command: str) -> None:
    id = town.publish()
    town.says("ana", f"/start {id}", "2")
    town.later(seconds=1)
    town.cut(id)
    town.says("ana", command)
    assert len(town.stored(id)) == 1
    assert "closed; answers are no longer taken" in town.texts("web:ana")[-1]


def test_late_voters_are_told_and_change_nothing(town: Any) -> None:
    id = town.publish()
    town.says("ana", f"/start {id}", "2")
    prompt = town.rows("SELECT id FROM prompts WHERE place = 'web:ana'")[-1][0]
    town.close(id)
    fixed = town.stored(id)
    town.says("ana", "44")
    assert town.texts("web:ana")[-2:] == [
        "“Getting around tomorrow” is closed; answers are no longer taken.",
        f"results:{id}",
    ]
    thought = town.presses("ana", f"1.{prompt}.0")
    assert [note.text for note in thought.notes] == ["This consultation is closed; answers are no longer taken."]
    town.says("newcomer", f"/start {id}")
    assert "closed" in town.texts("web:newcomer")[0]
    assert town.stored(id) == fixed


def test_a_second_closing_and_a_second_tally_do_nothing(town: Any) -> None:
    id = town.publish()
    town.says("ana", f"/start {id}", "2")
    town.close(id)
    before, letters = town.run(id), town.one("SELECT count(*) FROM outbox")
    town.later(hours=1)
    town.cut(id)
    town.tally(id)
    town.think()
    assert town.run(id) == before
    assert town.one("SELECT count(*) FROM outbox") == letters


# --- A crash in the middle -------------------------------------------------------------------------------------------


def break_on_insert(town: Any, table: str, condition: str) -> None:
    """Let the database itself refuse a row in the middle of the transaction."""
    with town.database.transaction() as connection:
        connection.exec_driver_sql(
            f"CREATE TRIGGER crash BEFORE INSERT ON {table} WHEN {condition} BEGIN SELECT RAISE(ABORT, 'crash'); END"
        )


def mend(town: Any) -> None:
    with town.database.transaction() as connection:
        connection.exec_driver_sql("DROP TRIGGER crash")


@pytest.mark.parametrize(
    ("table", "condition"),
    [("audit", "NEW.act = 'close'"), ("outbox", "NEW.rank = 9"), ("timers", "NEW.timer = 'forget'")],
)
@pytest.mark.sqlite
def test_a_crash_inside_the_count_leaves_nothing_and_is_repeated_once(town: Any, table: str, condition: str) -> None:
    id = town.publish(places=("telegram:-100",))
    town.think()
    town.says("ana", f"/start {id}", "2")
    town.cut(id)
    town.tally(id)
    break_on_insert(town, table, condition)
    town.road.think()
    assert town.run(id).state == "closing"
    assert town.run(id).result is None
    assert town.one("SELECT count(*) FROM timers WHERE timer = 'forget'") == 0
    mend(town)
    town.think()
    check(town, id, 0)
    assert town.texts("telegram:-100").count(f"results:{id}") == 1
    assert town.texts("web:ana").count(f"results:{id}") == 1
    assert town.one("SELECT count(*) FROM timers WHERE timer = 'forget'") == 1


# --- Telling many ----------------------------------------------------------------------------------------------------


def crowd(town: Any, id: str, n: int, *, subscribed: bool = False) -> None:
    """`n` people who have answered (or asked to be told), written straight into the tables."""
    version = town.run(id).version
    state = '{"shape":1,"lang":"en","stage":"active","before_pause":"active","answers":{},"said":[],"open":null,'
    state += '"reopened":null}'
    with town.database.transaction() as connection:
        for i in range(1, n + 1):
            lane, place = f"telegram:{i}|{i}", f"telegram:{i}"
            connection.exec_driver_sql("INSERT INTO participants (id, lang, since_ms) VALUES (?, 'en', 0)", (i * 7,))
            connection.exec_driver_sql(
                "INSERT INTO conversations (lane, place, participant, reachable) VALUES (?, ?, ?, ?)",
                (lane, place, i * 7, i % 600 != 0),
            )
            if subscribed:
                connection.exec_driver_sql(
                    "INSERT INTO subscriptions VALUES (?, ?, ?, ?, ?)", (i * 7, id, lane, place, True)
                )
            else:
                connection.exec_driver_sql(
                    "INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, 0)",
                    (i, i * 7, id, version, lane, place, state, "paused" if i == 77 else "active"),
                )


def told(town: Any) -> list[int]:
    return [int(row[0].partition(":")[2]) for row in town.rows("SELECT place FROM outbox WHERE rank = 9 ORDER BY id")]


def deliver(town: Any) -> None:
    """What goes to many people leaves, and page after page follows."""
    for _ in range(20):
        with town.database.transaction() as connection:
            gone = "UPDATE outbox SET state = 'sent' WHERE mailing IS NOT NULL AND state = 'waiting'"
            moved = connection.exec_driver_sql(gone).rowcount
        moved += town.road.ring()
        while thought := town.road.think().events:
            moved += thought
        if not moved:
            return
    raise AssertionError("it never ends")


CROWD = 1203
HOLE = {77, 600, 1200}
"""Who said stop, and who cannot be reached."""


@pytest.mark.sqlite
def test_each_of_many_gets_the_result_once_though_it_broke_off(town: Any) -> None:
    id = town.publish()
    town.think()
    crowd(town, id, CROWD)
    town.cut(id)
    town.tally(id)
    break_on_insert(town, "outbox", "NEW.place = 'telegram:1100'")
    while town.road.think().events:
        pass
    assert 0 < len(told(town)) <= 500
    deliver(town)
    assert len(told(town)) == 999
    town.database.close()
    town.open()
    mend(town)
    town.think()
    deliver(town)
    found = told(town)
    assert len(found) == len(set(found))
    assert set(range(1, CROWD + 1)) - set(found) == HOLE
    assert {row[0] for row in town.rows("SELECT resend FROM outbox WHERE rank = 9")} == {0}


@pytest.mark.sqlite
def test_each_of_many_subscribers_is_told_of_the_opening_once(town: Any, flow_text: Callable[..., str]) -> None:
    id = town.publish(flow_text(window="{opens: 2026-03-03T12:00, closes: 2026-03-20T12:00}"))
    crowd(town, id, CROWD, subscribed=True)
    town.later(days=2)
    assert town.run(id).state == "scheduled"
    town.road.ring()
    town.road.think()
    break_on_insert(town, "outbox", "NEW.place = 'telegram:700'")
    deliver(town)
    mend(town)
    town.think()
    deliver(town)
    assert town.run(id).state == "open"
    found = told(town)
    assert len(found) == len(set(found))
    assert set(range(1, CROWD + 1)) - set(found) == {600, 1200}


def test_each_of_many_is_reminded_once_before_the_closing(town: Any, flow_text: Callable[..., str]) -> None:
    text = flow_text(window="{closes: 2026-03-20T18:00}").replace(
        "steps:", 'reminders:\n  - {before: 1d, to: unfinished, text: "Still {left}!"}\nsteps:'
    )
    id = town.publish(text)
    town.think()
    crowd(town, id, CROWD)
    town.now = town.now.replace(day=19, hour=17, minute=30)
    town.ring()
    deliver(town)
    found = told(town)
    assert len(found) == len(set(found))
    assert set(range(1, CROWD + 1)) - set(found) == HOLE
    assert town.ring().events == 0
    with town.database.transaction() as connection:
        assert outbox.counts(connection) == {"sent": CROWD - len(HOLE)}
    kept = "SELECT kind, state, people, left_out, sent, failed, unsure FROM mailings"
    assert town.rows(kept) == [("round", "done", CROWD - len(HOLE), len(HOLE), CROWD - len(HOLE), 0, 0)]
