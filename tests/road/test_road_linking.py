"""One person on several messengers is counted once, whatever they do in which order."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest

from bot.letters import Whole, read
from bot.linking import one
from flows import keeping
from flows.events import Said
from flows.flow import Ask
from flows.load import from_source
from flows.tally.counts import deltas
from storage import audit, ballots, links, people, sanctions, sessions, signatures, stances

FLOW = """\
palabre: 1
id: place
lang: en
title: The square
results: live
forget: 7d
recap: false
steps:
  - ask: mode
    text: How do you come?
    one_of: {velo: Velo, bus: Bus, pied: Pied}
  - ask: age
    text: Your age?
    number: {min: 12, max: 110}
    optional: true
  - react: cards
    text: What do you think of these?
    of: idea
    policy: least_seen
    statements:
      trees: We should plant trees along the main street
      bench: We should put benches by the river
    batch: 3
    optional: true
  - propose: idea
    text: Your turn!
    opener: We should
    most: 3
    moderate: after
    optional: true
  - react: more
    text: Some more?
    of: idea
    policy: bandit
    optional: true
  - sign: petition
    text: Will you sign?
    optional: true
  - end: thanks
    text: Thank you!
"""
A, B, C = ("telegram", "a"), ("web", "b"), ("matrix", "c")
EVERYBODY = (A, B, C)
Who = tuple[str, str]


@pytest.fixture
def square(town: Any) -> str:
    return str(town.publish(FLOW, at_once=True))


def says(town: Any, who: Who, *texts: str) -> str:
    for text in texts:
        town.says(who[1], text, adapter=who[0])
    told = town.texts(f"{who[0]}:{who[1]}")
    return str(told[-1]) if told else ""


def code(town: Any, who: Who) -> str:
    says(town, who, "/link")
    told = " ".join(town.texts(f"{who[0]}:{who[1]}")[-2:])
    return str(told.rpartition("/link ")[2].split()[0])


def link(town: Any, stays: Who, goes: Who) -> str:
    return says(town, goes, f"/link {code(town, stays)} yes")


def unlink(town: Any, who: Who, which: Who) -> str:
    name = {"telegram": "Telegram", "web": "the web chat", "matrix": "Matrix"}[which[0]]
    return says(town, who, f"/unlink {name} yes")


def person(town: Any, who: Who) -> int | None:
    with town.database.transaction() as connection:
        found = people.by_identity(connection, [":".join(who)])
    return found[":".join(who)][0] if found else None


def result(town: Any, id: str = "place") -> tuple[int, dict[str, int]]:
    """(how many have a ballot, what the counters of the first question say)."""
    with town.database.transaction() as connection:
        voters = ballots.voters(connection, id)
    mode = town.counters(id).get("mode", {})
    return voters, {code[2:]: n for code, n in mode.items() if code.startswith("c:")}


# --- What must always hold --------------------------------------------------------------------------------------------


def check(town: Any, id: str = "place") -> None:
    flow = from_source(FLOW)
    with town.database.transaction() as connection:
        scene = town.road.scene(connection)
        run = scene.consultation(id)
        assert run is not None
        assert run.key is not None
        held: dict[str, set[str]] = {}
        recount: Counter[tuple[str, str]] = Counter()
        for token, question, answer, _wording in ballots.all_of(connection, id):
            held.setdefault(token, set()).add(question)
            ask = flow.step(question)
            assert isinstance(ask, Ask)
            recount.update({(question, code): n for code, n in deltas(ask, None, answer).items()})
        kept = {(q, code): n for q, codes in ballots.counters(connection, id).items() for code, n in codes.items() if n}
        assert kept == {counter: n for counter, n in recount.items() if n}
        assert stances.differences(connection, id) == []
        known = {who for who, _stage in sessions.people_of(connection, id)}
        tokens = {ballots.token(run.key, who): who for who in known}
        assert set(held) <= set(tokens), "a ballot of nobody"
        assert {token for token, *_rest in stances.all_of(connection, id)} <= set(tokens)
        assert {token for token, _signature in signatures.all_of(connection, id, "petition")} <= set(tokens)
        marks = links.marks(connection, id)
        for token, who in tokens.items():
            stored = sessions.find(connection, who, id)
            assert stored is not None
            live = scene.adopt(stored)
            assert set(keeping.on_file(live.flow, live.session)) == held.get(token, set())
            assert not links.is_barred(marks, run.key, people.identities_of(connection, who))
            assert links.own_judged(connection, id, token) == []
        assert audit.verify(connection) is None
        if connection.dialect.name == "sqlite":
            assert list(connection.exec_driver_sql("PRAGMA foreign_key_check")) == []


# --- Examples ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stays", [A, B])
def test_the_answers_given_last_count_whoever_asked_for_the_code(town: Any, square: str, stays: Who) -> None:
    says(town, A, "/start", "velo")
    town.later(hours=1)
    says(town, B, "/start", "bus", "34")
    assert result(town) == (2, {"velo": 1, "bus": 1})
    told = link(town, stays, B if stays is A else A)
    assert "Telegram and the web chat are linked" in told
    assert result(town) == (1, {"bus": 1})
    assert person(town, A) == person(town, B)
    check(town)


def test_opening_it_later_without_an_answer_takes_nothing_back(town: Any, square: str) -> None:
    says(town, A, "/start", "velo")
    town.later(hours=1)
    says(town, B, "/start")
    link(town, B, A)
    assert result(town) == (1, {"velo": 1})
    check(town)
    says(town, B, "/start", "34")
    assert town.counters("place")["age"]["n:answered"] == 1


def test_linking_voting_separating_and_voting_again_is_one_vote(town: Any, square: str) -> None:
    link(town, A, B)
    says(town, B, "/start", "velo")
    assert unlink(town, A, B) == "Done: the web chat is separated from Telegram."
    assert person(town, A) != person(town, B)
    for attempt in ("/start", "/start place", "bus", "/myvote", "/resume"):
        says(town, B, attempt)
    town.presses("b", "v.place.0")
    says(town, B, "/erase yes", "/start", "bus")
    assert result(town) == (1, {"velo": 1})
    says(town, A, "/start", "/erase yes", "/start", "bus")
    says(town, B, "/start", "velo")
    assert result(town) == (1, {"bus": 1})
    check(town)
    town.close("place")
    with town.database.transaction() as connection:
        scene = town.road.scene(connection)
        closed = scene.consultation("place")
        assert closed is not None
        assert closed.result is not None
        assert '"participants":1' in closed.result
    assert town.rows("SELECT 1 FROM audit WHERE act = 'differ'") == []


def test_which_one_stays_may_be_chosen(town: Any, square: str) -> None:
    link(town, A, B)
    says(town, B, "/start", "velo")
    told = says(town, B, "/unlink telegram")
    assert "from Telegram you cannot answer “The square” again" in told
    unlink(town, B, A)
    says(town, A, "/start", "bus")
    assert result(town) == (1, {"velo": 1})
    says(town, B, "/start", "34")
    check(town)


def test_a_new_consultation_is_open_to_both_after_separating(town: Any, square: str) -> None:
    link(town, A, B)
    says(town, B, "/start", "velo")
    unlink(town, A, B)
    town.publish(FLOW.replace("id: place", "id: park").replace("The square", "The park"), at_once=True)
    says(town, A, "/start park", "velo")
    says(town, B, "/start park", "bus")
    assert result(town, "park") == (2, {"velo": 1, "bus": 1})
    assert result(town) == (1, {"velo": 1})


def test_a_press_in_a_group_is_no_second_vote(town: Any) -> None:
    flow = FLOW.partition("  - ask: age")[0] + "  - end: thanks\n    text: Thank you!\n"
    town.publish(flow.replace("results: live", "results: live\nsecrecy: open"), at_once=True)
    link(town, A, B)
    town.presses("b", "v.place.0", adapter="web")
    assert result(town) == (1, {"velo": 1})
    unlink(town, A, B)
    town.presses("b", "v.place.1", adapter="web")
    assert result(town) == (1, {"velo": 1})
    assert town.says("b", "/start", adapter="web").events == 1
    assert "You have answered “The square” already" in town.texts("web:b")[-1]
    town.presses("a", "v.place.1", adapter="telegram")
    assert result(town) == (1, {"bus": 1})


def test_a_second_code_does_not_spoil_the_one_being_typed_and_both_go_when_one_is_used(town: Any) -> None:
    first, second = code(town, A), code(town, A)
    assert first != second
    assert "are linked" in says(town, B, f"/link {first} yes")
    assert "I do not know this code" in says(town, C, f"/link {second}")
    assert town.one("SELECT count(*) FROM pairings") == 0


def test_linked_again_the_answers_are_there_again(town: Any, square: str) -> None:
    link(town, A, B)
    says(town, B, "/start", "velo")
    unlink(town, A, B)
    link(town, B, A)
    says(town, B, "/start", "34")
    assert result(town) == (1, {"velo": 1})
    says(town, A, "/erase yes")
    says(town, B, "/start", "bus")
    assert result(town) == (1, {"bus": 1})
    check(town)


def test_what_was_judged_and_signed_twice_is_there_once_and_words_stay_theirs(town: Any, square: str) -> None:
    text = "We should mend the fountain by the church"
    signs = ("3", "skip", "no", "yes", "yes")
    says(town, A, "/start", "velo", "skip", "agree", "disagree", text, "yes", "no", *signs)
    town.later(hours=1)
    says(town, B, "/start", "velo", "skip", "disagree", "agree", "agree", "skip", *signs)
    assert town.one("SELECT count(*) FROM stances") == 5
    assert town.one("SELECT count(*) FROM signatures") == 2
    link(town, A, B)
    check(town)
    with town.database.transaction() as connection:
        given = [(number, value) for _token, number, value, *_rest in stances.all_of(connection, "place")]
        assert sorted(number for number, _value in given) == [1, 2], "one each, and none on words of one's own"
    assert town.one("SELECT count(*) FROM signatures") == 1
    (author,) = {row[0] for row in town.rows("SELECT author FROM proposals WHERE source = 'participant'")}
    key = town.run("place").key
    assert key is not None
    assert author == ballots.token(key, person(town, A) or 0)


def test_what_was_closed_stays_counted_as_it_was_and_is_settled_when_it_opens_again(town: Any, square: str) -> None:
    says(town, A, "/start", "velo")
    says(town, B, "/start", "bus")
    says(town, C, "/start", "pied")
    town.close("place")
    assert "“The square” is closed: it stays counted as it was." in says(town, B, f"/link {code(town, A)}")
    link(town, A, B)
    assert result(town) == (3, {"velo": 1, "bus": 1, "pied": 1})
    owner = person(town, C) or 0
    with town.database.transaction() as connection:
        people.grant(connection, owner, "owner", "*", 1)
    says(town, C, "/reopen place yes 30d")
    assert town.run("place").state == "open"
    assert result(town) == (2, {"velo": 1, "pied": 1})
    check(town)


def test_when_the_key_goes_so_do_the_marks_and_nothing_else_is_moved(town: Any, square: str) -> None:
    link(town, A, B)
    says(town, A, "/start", "velo")
    unlink(town, A, B)
    assert town.one("SELECT count(*) FROM separations") == 1
    says(town, C, "/start", "bus")
    town.close("place")
    town.later(days=8)
    town.ring()
    assert town.one("SELECT count(*) FROM separations") == 0
    assert town.run("place").key is None
    link(town, A, C)
    assert town.one("SELECT count(*) FROM sessions") == 1
    with town.database.transaction() as connection:
        assert ballots.voters(connection, "place") == 2


def test_no_code_is_kept_in_the_clear_and_none_outlives_its_person(town: Any) -> None:
    given = code(town, A)
    assert given not in str(town.rows("SELECT * FROM pairings"))
    says(town, A, "/erase yes")
    assert town.rows("SELECT * FROM pairings") == []
    assert "I do not know this code" in says(town, B, f"/link {given}")


def test_a_code_works_once_even_when_two_use_it_in_one_batch(town: Any, square: str) -> None:
    given = code(town, A)
    items = [town.inbound(name, Said(at=town.now, text=f"/link {given} yes"), adapter) for adapter, name in (B, C)]
    town.receive(*items)
    town.think()
    assert person(town, A) in (person(town, B), person(town, C))
    assert person(town, B) != person(town, C)


def test_acts_in_one_batch_with_the_linking_are_those_of_one_person(town: Any, square: str) -> None:
    says(town, A, "/start", "velo")
    says(town, B, "/start", "bus")
    given = code(town, A)
    spoken = [(B, f"/link {given} yes"), (A, "/start"), (B, "/start"), (A, "34"), (B, "12"), (A, "/myvote")]
    town.receive(*(town.inbound(who[1], Said(at=town.now, text=text), who[0]) for who, text in spoken))
    town.think()
    assert result(town)[0] == 1
    check(town)


def test_reminders_and_news_go_where_the_person_still_is(town: Any, square: str) -> None:
    says(town, A, "/start")
    link(town, A, B)
    says(town, B, "/start", "velo")
    unlink(town, A, B)
    assert town.rows("SELECT lane, place FROM sessions") == [("telegram:a|a", "telegram:a")]
    assert not any(lane.startswith("web:") for (lane,) in town.rows("SELECT lane FROM timers"))


def test_whoever_wanted_no_news_on_either_is_left_alone(town: Any, square: str) -> None:
    says(town, A, "hello")
    says(town, B, "hello")
    for who, wants in ((A, True), (B, False)):
        number, place = person(town, who) or 0, f"{who[0]}:{who[1]}"
        with town.database.transaction() as connection:
            sessions.subscribe(connection, number, square, f"{place}|{who[1]}", place, wants=wants)
    link(town, A, B)
    assert town.rows("SELECT wants FROM subscriptions") == [(0,)]


def test_a_sanction_holds_after_linking_and_after_separating(town: Any, square: str) -> None:
    says(town, A, "hello")
    banned, until = person(town, A) or 0, town.now_ms + 86_400_000
    with town.database.transaction() as connection:
        sanctions.impose(connection, banned, scope="*", kind="ban", since_ms=1, until_ms=until)
    link(town, B, A)
    unlink(town, B, A)
    for number in (person(town, A) or 0, person(town, B) or 0):
        with town.database.transaction() as connection:
            assert sanctions.in_force(connection, number, "*", town.now_ms)


def test_separated_people_are_told_each_in_their_place(town: Any) -> None:
    link(town, A, B)
    link(town, A, C)
    assert says(town, A, "/unlink").startswith("These are linked")
    unlink(town, C, C)
    assert town.texts("matrix:c")[-1] == "Done: Matrix is separated from Telegram and the web chat."
    assert "Done: Matrix is separated" in town.texts("telegram:a")[-1]
    assert person(town, A) == person(town, B) != person(town, C)


# --- Laws -------------------------------------------------------------------------------------------------------------


def _buttons(town: Any, who: Who) -> list[str]:
    query = "SELECT payload FROM outbox WHERE place = ? ORDER BY id DESC LIMIT 3"
    found = []
    for (payload,) in town.rows(query, f"{who[0]}:{who[1]}"):
        letter = read(payload)
        if isinstance(letter, Whole) and letter.message.prompt is not None:
            found += [button.data for button in letter.message.prompt.buttons if button.data]
    return [data for data in found if not data.startswith("c.link")]


@pytest.mark.parametrize("seed", range(5))
def test_whatever_three_messengers_do_one_person_has_one_vote(town: Any, square: str, seed: int) -> None:
    dice = random.Random(seed)
    words = ("1", "2", "velo", "bus", "34", "skip", "/back", "/myvote", "/start", "yes", "We should paint the bridge")
    town.hurry()
    for number in range(40):
        who, other = dice.sample(EVERYBODY, 2)
        match dice.choices(("say", "press", "link", "unlink", "erase"), (10, 8, 3, 2, 1))[0]:
            case "say":
                says(town, who, dice.choice(words) + (f" {number}" if number % 7 == 0 else ""))
            case "press" if there := _buttons(town, who):
                town.presses(who[1], dice.choice(there), adapter=who[0])
            case "link":
                link(town, who, other)
            case "unlink":
                unlink(town, who, dice.choice(EVERYBODY))
            case "erase":
                says(town, who, "/erase yes")
            case _:
                says(town, who, "/start")
        town.later(minutes=dice.randint(1, 90))
        check(town)
    assert town.rows("SELECT 1 FROM inbox WHERE state = 'aside' OR attempts > 0") == []
    voters, _counts = result(town)
    town.close("place")
    assert f'"participants":{voters}' in (town.run("place").result or "")
    assert town.rows("SELECT 1 FROM audit WHERE act = 'differ'") == []


def test_the_session_that_would_stay_is_the_one_that_stays(town: Any, square: str) -> None:
    says(town, A, "/start", "velo")
    town.later(hours=1)
    says(town, B, "/start", "bus")
    first, second = person(town, A) or 0, person(town, B) or 0
    with town.database.transaction() as connection:
        (found,) = one.both(town.road.scene(connection), first, second)
        assert (found.keeps.participant, found.yields.participant) == (second, first)
        assert (found.counts, found.taken_back) == (True, True)
