"""What people put forward and judge, through the real road: on file, served fairly, taken back, gone with them."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from bot.contributions import proofs, publishing, reaching, replaying, sharing
from bot.letters import Whole, read
from bot.road import Thought
from flows.load import from_source
from storage import ballots, proposals, servings, stances
from storage.proposals import PUBLISHED, Proposal

FLOW = """\
palabre: 1
id: ideas
lang: en
title: Ideas for the town
results: {results}
recap: false
steps:
  - react: cards
    text: What do you think of these?
    of: idea
    policy: {policy}
    statements:
      trees: We should plant trees along the main street
      bikes: We should build more bike lanes
      quiet: We should have a quiet hour in the library
      pool: We should heat the swimming pool in winter
      bench: We should put benches by the river
    qualifiers:
      agree: {{priority: A priority, feasible: Feasible}}
    batch: 3
    optional: true
  - propose: idea
    text: Your turn!
    opener: We should
    most: 3
    moderate: {moderate}
    {per}
    optional: true
  - react: more
    text: Some more?
    of: idea
    policy: bandit
    optional: true
  - end: thanks
    text: Thank you!
"""


def source(policy: str = "least_seen", moderate: str = "after", per: str = "", results: str = "at_close") -> str:
    return FLOW.format(policy=policy, moderate=moderate, per=per, results=results).replace("    \n", "")


@pytest.fixture
def opened(town: Any) -> str:
    return str(town.publish(source(), at_once=True))


def stored(town: Any) -> list[Proposal]:
    with town.database.transaction() as connection:
        return proposals.of_consultation(connection, "ideas")


def texts(town: Any) -> dict[int, str]:
    return {one.number: one.text for one in stored(town)}


def held(town: Any) -> list[tuple[Any, ...]]:
    """(token, number, value, qualifiers, via) of every stance."""
    with town.database.transaction() as connection:
        return list(stances.all_of(connection, "ideas"))


def wrong(town: Any) -> list[int]:
    with town.database.transaction() as connection:
        return stances.differences(connection, "ideas")


def buttons(town: Any, person: str) -> dict[str, str]:
    """label -> data of the last message with buttons, by the label's first word."""
    found: dict[str, str] = {}
    for (payload,) in town.rows("SELECT payload FROM outbox WHERE place = ? ORDER BY id", f"web:{person}"):
        letter = read(payload)
        if isinstance(letter, Whole) and letter.message.prompt is not None and letter.message.prompt.buttons:
            found = {button.label: button.data for button in letter.message.prompt.buttons}
    return found


def card(town: Any, person: str) -> str:
    """The statement in front of somebody."""
    known = texts(town).values()
    last = town.texts(f"web:{person}")[-1]
    return next((text for text in known if text in last), "")


# --- Serving ---------------------------------------------------------------------------------------------------------


def test_the_organisers_statements_are_there_from_the_opening_and_once(town: Any, opened: str) -> None:
    assert [(one.number, one.code, one.source, one.state) for one in stored(town)] == [
        (at, code, "organiser", PUBLISHED) for at, code in enumerate(("trees", "bikes", "quiet", "pool", "bench"), 1)
    ]
    town.close(opened)
    with town.database.transaction() as connection:
        scene = town.road.scene(connection)
        from bot.contributions import seeding

        assert seeding.seed(scene, scene.consultation(opened), from_source(source())) == 0
    assert len(stored(town)) == 5


def test_a_judgement_is_on_file_with_its_words_and_can_be_undone(town: Any, opened: str) -> None:
    town.says("ann", "/start")
    first = card(town, "ann")
    town.says("ann", "agree")
    town.presses("ann", next(data for label, data in _behind(town, "ann").items() if label == "A priority"))
    one = next(one for one in stored(town) if one.text == first)
    assert held(town) == [(held(town)[0][0], one.number, "agree", "priority", "served")]
    assert (one.agree, one.votes, one.seen) == (1, 1, 1)
    town.says("ann", "undo")
    assert held(town) == []
    assert card(town, "ann") == first
    assert wrong(town) == []


def test_a_card_that_comes_again_after_an_undo_is_seen_once(town: Any, opened: str) -> None:
    town.says("ann", "/start")
    first = card(town, "ann")
    town.says("ann", "agree")
    second = card(town, "ann")
    assert second != first
    town.says("ann", "undo")
    assert card(town, "ann") == first
    town.says("ann", "disagree")
    assert card(town, "ann") == second, "its turn has come again"
    assert {one.text: one.seen for one in stored(town) if one.seen} == {first: 1, second: 1}
    town.says("ann", "disagree")
    town.says("ann", "undo")
    town.says("ann", "neutral")
    third = card(town, "ann")
    assert {one.text: one.seen for one in stored(town) if one.seen} == {first: 1, second: 1, third: 1}
    town.says("bob", "/start")
    town.says("bob", "agree")
    town.says("bob", "undo")
    town.says("bob", "agree")
    assert sum(one.seen for one in stored(town)) == 5, "another person counts as well"


def _behind(town: Any, person: str) -> dict[str, str]:
    """The buttons of the message that was changed last."""
    found: dict[str, str] = {}
    query = "SELECT payload FROM outbox WHERE place = ? AND replaces IS NOT NULL ORDER BY id"
    for (payload,) in town.rows(query, f"web:{person}"):
        letter = read(payload)
        if isinstance(letter, Whole) and letter.message.prompt is not None and letter.message.prompt.buttons:
            found = {button.label: button.data for button in letter.message.prompt.buttons}
    return found


@pytest.mark.parametrize("policy", ["least_seen", "bandit", "polis"])
def test_nobody_is_shown_anything_twice_or_their_own_and_every_choice_replays(town: Any, policy: str) -> None:
    town.publish(source(policy), at_once=True)
    people = [f"p{at}" for at in range(6)]
    dice = random.Random(policy)
    for at, person in enumerate(people):
        town.says(
            person, "/start", "agree", "enough", f"try idea number {at} {'x' * at}", "different", "send", "enough"
        )
    mine = {one.author: one.text for one in stored(town) if one.author}
    assert len(mine) == 6
    seen: dict[str, list[str]] = {person: [] for person in people}
    for _ in range(12):
        for person in people:
            if shown := card(town, person):
                seen[person].append(shown)
                town.says(person, dice.choice(["agree", "disagree", "neutral"]))
            else:
                town.says(person, "more")
    for person, cards in seen.items():
        assert len(cards) == len(set(cards)), person
    written = {mine[token]: token for token in mine}
    for token, number, *_rest in held(town):
        assert written.get(texts(town)[number]) != token, "nobody judges what they wrote"
    assert wrong(town) == []
    with town.database.transaction() as connection:
        done = replaying.replay(connection, "ideas", from_source(source(policy)))
    assert done.wrong == ()
    assert done.servings >= 6


def test_a_log_that_was_changed_is_noticed(town: Any, opened: str) -> None:
    for person in ("ann", "bob"):
        town.says(person, "/start")
    with town.database.transaction() as connection:
        first, second = servings.all_of(connection, "ideas")
        backwards = " ".join(reversed(first.chosen.split()))
        connection.exec_driver_sql("UPDATE servings SET chosen = ? WHERE id = ?", (backwards, first.id))
        connection.exec_driver_sql("UPDATE servings SET policy = 'polis' WHERE id = ?", (second.id,))
        done = replaying.replay(connection, "ideas", from_source(source()))
    assert done.wrong == ((first.id, "choice"), (second.id, "policy"))


def test_every_card_is_seen_about_as_often(town: Any, opened: str) -> None:
    for at in range(10):
        town.says(f"p{at}", "/start", "agree", "agree", "disagree")
    assert {one.seen for one in stored(town)} == {6}, "30 cards, 5 statements"


def test_what_a_moderator_took_away_is_not_shown_although_it_was_promised(town: Any, opened: str) -> None:
    town.says("ann", "/start")
    shown = card(town, "ann")
    with town.database.transaction() as connection:
        scene = town.road.scene(connection)
        others = [one for one in proposals.of_pool(connection, "ideas", "idea") if one.text != shown]
        assert all(publishing.remove(scene, one, "off_topic") for one in others[:3])
        scene.flush()
    town.says("ann", "agree")
    assert card(town, "ann") == others[3].text
    town.says("ann", "agree")
    assert "That was the last one" in " ".join(town.texts("web:ann")[-2:])


def test_what_is_taken_away_while_it_is_in_front_of_somebody_is_not_counted_and_said_so(town: Any, opened: str) -> None:
    town.says("ann", "/start")
    shown = card(town, "ann")
    with town.database.transaction() as connection:
        scene = town.road.scene(connection)
        one = next(one for one in proposals.of_pool(connection, "ideas", "idea") if one.text == shown)
        assert publishing.hide(scene, one, "report")
    town.says("ann", "agree")
    assert held(town) == []
    assert any("can no longer be judged" in text for text in town.texts("web:ann"))


def test_a_proof_of_somebody_else_or_of_another_way_counts_nothing(town: Any, opened: str) -> None:
    key = town.run(opened).key
    word = proofs.make(key, 17, 3, "served")
    assert proofs.read(key, 17, 3, word) == "served"
    assert proofs.read(key, 17, 3, proofs.make(key, 17, 3, "shared")) == "shared"
    for session, number in ((18, 3), (17, 4)):
        assert proofs.read(key, session, number, word) is None
    assert proofs.read(key, 17, 3, "") is None
    assert proofs.read(key, 17, 3, "é" * 8) is None
    town.says("ann", "/start")
    town.says("bob", "/start")
    data = buttons(town, "ann")["Agree"]
    town.presses("bob", data)
    town.presses("ann", data[:-3] + "000")
    assert held(town) == []


# --- Proposing -------------------------------------------------------------------------------------------------------


def send(town: Any, person: str, *ideas: str) -> None:
    """Somebody comes to the proposals and sends some."""
    town.says(person, "/start", "agree", "enough")
    for at, idea in enumerate(ideas):
        if at:
            town.says(person, "another")
        town.says(person, idea)
        if "similar" in town.texts(f"web:{person}")[-1]:
            town.says(person, "different")
        town.says(person, "send")


def test_a_text_is_kept_clean_of_what_only_deceives(town: Any, opened: str) -> None:
    send(town, "ann", "open\u200b the lib\u202erary on Sundays")
    assert texts(town)[6] == "We should open the library on Sundays"


@pytest.mark.parametrize(
    ("moderate", "states"),
    [
        ("after", [PUBLISHED, PUBLISHED]),
        ("before", ["waiting", "waiting"]),
        ("newcomers", ["waiting", "waiting"]),
    ],
)
def test_what_is_read_first_waits_with_the_moderators(town: Any, moderate: str, states: list[str]) -> None:
    town.publish(source(moderate=moderate), at_once=True)
    send(town, "ann", "open the library on Sundays", "mend the roof of the church")
    assert [one.state for one in stored(town)[5:]] == states
    cases = town.rows("SELECT subject, state FROM cases ORDER BY id")
    assert len(cases) == states.count("waiting")


def test_who_was_approved_once_is_trusted_elsewhere_too(town: Any) -> None:
    town.publish(source(moderate="newcomers"), at_once=True)
    send(town, "ann", "open the library on Sundays", "mend the roof of the church")
    with town.database.transaction() as connection:
        scene = town.road.scene(connection)
        first = proposals.by_number(connection, "ideas", 6)
        assert publishing.publish(scene, first)
        assert not publishing.publish(scene, first), "it is published already"
        scene.flush()
    town.think()
    town.publish(source(moderate="newcomers").replace("id: ideas", "id: streets"), at_once=True)
    for person, idea in (("ann", "sweep the market square"), ("bob", "mow the grass of the stadium")):
        town.says(person, "/start streets", "agree", "enough", idea, "send")
    rows = town.rows("SELECT text, state FROM proposals WHERE consultation = 'streets' AND source = 'participant'")
    assert dict(rows) == {
        "We should sweep the market square": "published",
        "We should mow the grass of the stadium": "waiting",
    }


def test_a_flagged_text_is_published_and_a_moderator_looks_at_it(town: Any, opened: str) -> None:
    send(town, "ann", "call me at 06 12 34 56 78 about the library")
    assert stored(town)[5].state == PUBLISHED
    assert town.one("SELECT count(*) FROM cases WHERE why LIKE ?", "%personal%") == 1


def test_a_month_has_its_most_over_all_consultations_of_the_same_flow(town: Any) -> None:
    text = source(per="per: {month: 2}")
    first = town.publish(text, at_once=True)
    send(town, "ann", "open the library on Sundays")
    town.close(first)
    second = town.publish(text, at_once=True)
    assert second != first
    town.says("ann", f"/start {second}", "agree", "enough", "mend the roof of the church", "send", "another")
    count = "SELECT count(*) FROM proposals WHERE source = 'participant'"
    assert town.one(count) == 2
    town.says("ann", "build a stage in the park", "send")
    assert town.one(count) == 2, "the month is full"
    town.later(days=31)
    town.says("bob", f"/start {second}", "agree", "enough", "build a stage in the park", "send")
    assert town.one(count) == 3


def test_similar_ones_are_offered_and_supported_once(town: Any, opened: str) -> None:
    town.says("ann", "/start", "/skip", "plant more trees along the main street")
    assert "1. We should plant trees along the main street" in town.texts("web:ann")[-1]
    town.says("ann", "1", "especially lindens in front of the school", "send", "enough")
    nuance = stored(town)[5]
    assert (nuance.text, nuance.parent) == ("especially lindens in front of the school", stored(town)[0].id)
    assert [row[1:] for row in held(town)] == [(1, "agree", "", "similar")]
    assert stored(town)[0].agree == 1


def test_how_many_support_is_shown_only_where_results_are_live(make_town: Callable[..., Any]) -> None:
    for results, said in (("live", True), ("at_close", False)):
        town = make_town()
        town.publish(source(results=results), at_once=True)
        town.says("bob", "/start", "/skip", "plant more trees along the main street", "1", "no")
        town.says("ann", "/start", "/skip", "plant many trees along the main street")
        assert ("supported by 1 person" in town.texts("web:ann")[-1]) is said


# --- Links -----------------------------------------------------------------------------------------------------------


def test_a_link_leads_to_one_proposal_and_is_counted_apart(town: Any, opened: str) -> None:
    town.says("ann", "/start ideas-p4")
    assert "swimming pool" in town.texts("web:ann")[-1]
    town.says("ann", "agree")
    assert [row[1:] for row in held(town)] == [(4, "agree", "", "shared")]
    one = stored(town)[3]
    assert (one.votes, one.agree, one.shared) == (0, 0, 1)
    assert card(town, "ann") not in ("", one.text), "and then the fair sequence goes on"


def test_by_a_link_in_the_middle_or_at_the_end(town: Any, opened: str) -> None:
    town.says("ann", "/start")
    at_first = card(town, "ann")
    other = next(one for one in stored(town) if one.text != at_first)
    town.says("ann", f"/start ideas-p{other.number}")
    assert card(town, "ann") == other.text
    town.says("ann", "disagree", "enough", "/skip", "/skip")
    assert "Thank you!" in town.texts("web:ann")[-1]
    third = next(one for one in stored(town) if one.text not in (at_first, other.text))
    town.says("ann", f"/start ideas-p{third.number}", "agree")
    judged = {row[1]: row[4] for row in held(town)}
    assert judged[other.number] == judged[third.number] == "shared"
    assert wrong(town) == []


def test_a_link_to_what_is_judged_or_gone_goes_on_with_the_fair_sequence(town: Any, opened: str) -> None:
    town.says("ann", "/start")
    first = card(town, "ann")
    number = next(one.number for one in stored(town) if one.text == first)
    town.says("ann", "agree", f"/start ideas-p{number}")
    assert card(town, "ann") not in ("", first)
    town.says("bob", "/start ideas-p99")
    assert card(town, "bob")
    town.says("cid", "/start nothing-p1")
    assert "no consultation called" in " ".join(town.texts("web:cid"))


def test_a_share_link(town: Any) -> None:
    rules = town.rules
    assert sharing.share_link(rules, "web", "ideas", 12) == "/start/ideas-p12"
    assert sharing.read("ideas-p12") == ("ideas", 12)
    assert sharing.read("make-it-p3-p4") == ("make-it-p3", 4)
    for payload in ("ideas", "ideas-p0", "ideas-p", "-p", "ideas-p12x"):
        assert sharing.read(payload) is None


# --- Taking back -----------------------------------------------------------------------------------------------------


def test_taking_back_ones_answers_takes_stances_and_what_waits(town: Any) -> None:
    town.publish(source(moderate="before"), at_once=True)
    send(town, "ann", "open the library on Sundays")
    town.says("ann", "enough", "/skip")
    assert len(held(town)) == 1
    town.says("ann", "/myvote", "withdraw my answers")
    assert held(town) == []
    assert stored(town)[5].state == "withdrawn"
    assert town.one("SELECT count(*) FROM cases WHERE state = 'open'") == 0
    assert wrong(town) == []


def test_who_leaves_leaves_nothing_but_published_words_without_a_name(town: Any, opened: str) -> None:
    send(town, "ann", "open the library on Sundays")
    town.says("ann", "enough", "agree")
    town.says("bob", "/start", "agree")
    town.says("ann", "/mydata", "/mydata json")
    told, data = town.texts("web:ann")[-2:]
    assert "What you put forward:" in told
    assert "We should open the library on Sundays (published, number 6)" in told
    assert '"opinions"' in data
    assert '"proposals"' in data
    token = next(one.author for one in stored(town) if one.author)
    town.says("ann", "/erase")
    assert "others can read already stays" in town.texts("web:ann")[-1]
    town.says("ann", "/erase yes")
    assert texts(town)[6] == "We should open the library on Sundays"
    assert [one.author for one in stored(town)] == [None] * 6
    assert all(row[0] != token for row in held(town))
    assert len(held(town)) == 1
    assert wrong(town) == []
    for table, column in (("proposals", "author"), ("stances", "token"), ("signatures", "token"), ("ballots", "token")):
        assert town.one(f"SELECT count(*) FROM {table} WHERE {column} = ?", token) == 0


def test_who_leaves_after_the_closing_leaves_the_counts(town: Any, opened: str) -> None:
    send(town, "ann", "open the library on Sundays")
    town.close(opened)
    town.says("ann", "/erase yes")
    assert len(held(town)) == 1
    assert stored(town)[5].author is None


# --- Signing ---------------------------------------------------------------------------------------------------------

PETITION = """\
palabre: 1
id: petition
lang: en
title: A petition
recap: false
steps:
  - sign: sign
    text: Do you sign?
    goals: [{at: 2, say: Two!}]
    named: false
    reason: 0
    contact: false
  - end: thanks
    text: Thank you!
"""


def test_a_signature_is_on_file_and_goes_with_the_person(town: Any) -> None:
    town.publish(
        PETITION.replace("    {named}\n", "    named: false\n    reason: 0\n    contact: false\n"), at_once=True
    )
    for person in ("ann", "bob"):
        town.says(person, "/start", "yes")
    assert town.one("SELECT count(*) FROM signatures") == 2
    assert town.one("SELECT count(*) FROM goals") == 1
    town.says("bob", "/mydata")
    assert "What you signed:" in town.texts("web:bob")[-1]
    town.says("ann", "/erase yes")
    assert town.one("SELECT count(*) FROM signatures") == 1


# --- Moderators, and the people behind tokens ------------------------------------------------------------------------


def test_merging_moves_no_vote_and_both_keep_their_authors(town: Any, opened: str) -> None:
    town.says("ann", "/start", "/skip", "open the library on Sundays", "send")
    town.says("bob", "/start", "/skip", "keep the library open on Sundays, please", "different", "send")
    first, second = stored(town)[5:]
    with town.database.transaction() as connection:
        stances.put(connection, "ideas", "t" * 32, second.id, stances.Stance("agree"))
        scene = town.road.scene(connection)
        assert not publishing.merge(scene, second, second)
        assert publishing.merge(scene, second, first)
        assert not publishing.merge(scene, first, second), "nothing is merged into what was merged"
        assert not publishing.hide(scene, second, "report")
        scene.flush()
    town.think()
    first, second = stored(town)[5:]
    assert (second.state, second.into, second.votes, first.votes) == ("merged", first.id, 1, 0)
    assert first.author != second.author
    assert None not in (first.author, second.author)
    town.says("cid", "/start", "/skip", "/skip")
    for _ in range(8):
        assert card(town, "cid") != second.text
        town.says("cid", "agree")
    with town.database.transaction() as connection:
        scene = town.road.scene(connection)
        assert publishing.unmerge(scene, second)
        assert not publishing.unmerge(scene, second)


def test_states_change_by_compare_and_set(town: Any) -> None:
    town.publish(source(moderate="before"), at_once=True)
    send(town, "ann", "open the library on Sundays")
    one = stored(town)[5]
    with town.database.transaction() as connection:
        scene = town.road.scene(connection)
        assert publishing.ask_to_reword(scene, one, "unclear")
        assert not publishing.ask_to_reword(scene, one, "unclear")
        assert publishing.rewrite(scene, one, "We should open the town library on Sundays")
        assert not publishing.rewrite(scene, one, "Something else"), "it reads otherwise by now"
        assert publishing.refuse(scene, one, "off_topic")
        assert not publishing.refuse(scene, one, "off_topic")
        assert not publishing.remove(scene, one, "off_topic")
        assert publishing.restore(scene, one)
        assert publishing.hide(scene, one, "report")
        assert publishing.restore(scene, one)
        assert publishing.remove(scene, one, "insulting")
        fresh = proposals.by_id(connection, one.id)
    assert (fresh.state, fresh.reason, fresh.text) == (
        "removed",
        "insulting",
        "We should open the town library on Sundays",
    )


def test_what_was_judged_is_not_given_other_words(town: Any, opened: str) -> None:
    send(town, "ann", "open the library on Sundays")
    with town.database.transaction() as connection:
        one = proposals.by_number(connection, "ideas", 6)
        stances.put(connection, "ideas", "t" * 32, one.id, stances.Stance("agree"))
        assert not publishing.rewrite(town.road.scene(connection), one, "We should close it")


def test_people_are_found_by_their_tokens_until_the_key_is_destroyed(town: Any, opened: str) -> None:
    for person in ("ann", "bob", "cid"):
        town.says(person, "/start", "agree")
    town.says("bob", "/stop")
    tokens, run = {row[0] for row in held(town)}, town.run(opened)
    with town.database.transaction() as connection:
        found = reaching.whose(connection, run, tokens)
        assert {one.place for one in found.values()} == {"web:ann", "web:bob", "web:cid"}
        assert {one.place for one in found.values() if one.stopped} == {"web:bob"}
        for token, one in found.items():
            assert ballots.token(run.key, one.participant) == token
            assert one.lane == f"{one.place}|{one.place.partition(':')[2]}"
        assert reaching.whose(connection, run, ["x" * 32]) == {}
    town.close(opened)
    town.later(days=8)
    town.ring()
    run = town.run(opened)
    with town.database.transaction() as connection:
        assert reaching.whose(connection, run, tokens) == {}


# --- Everything at random --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
def test_whatever_a_crowd_does_counters_and_log_agree(town: Any, seed: int) -> None:
    text = source(("bandit", "polis", "least_seen")[seed % 3])
    town.publish(text, at_once=True)
    dice = random.Random(seed)
    people = [f"p{at}" for at in range(5)]
    words = [
        *("agree", "disagree", "neutral", "1", "2", "undo", "priority", "more", "enough", "/skip", "/back", "/start"),
        *("different", "send", "leave it", "no", "/myvote", "/stop", "/resume", "/start ideas-p3", "/start ideas-p7"),
        *("open the library on Sundays", "plant trees along the street", "heat the pool in winter", "/erase yes"),
    ]
    for _ in range(160):
        person = dice.choice(people)
        if dice.random() < 0.3 and (offered := buttons(town, person)):
            town.presses(person, dice.choice(list(offered.values())))
        else:
            town.says(person, dice.choices(words, weights=[6] * (len(words) - 1) + [1])[0])
        if dice.random() < 0.03 and (some := [one for one in stored(town) if one.state == PUBLISHED]):
            with town.database.transaction() as connection:
                publishing.hide(town.road.scene(connection), dice.choice(some), "report")
    assert wrong(town) == []
    thought = town.think()
    assert isinstance(thought, Thought)
    assert town.one("SELECT count(*) FROM inbox WHERE state = 'aside'") == 0
    run = town.run("ideas")
    with town.database.transaction() as connection:
        assert replaying.replay(connection, "ideas", from_source(text)).wrong == ()
        people_on_file = {token for token, *_rest in stances.all_of(connection, "ideas")}
        alive = {
            ballots.token(run.key, participant)
            for (participant,) in connection.exec_driver_sql("SELECT participant FROM sessions")
        }
    assert people_on_file <= alive, "nobody who was erased left a stance"
