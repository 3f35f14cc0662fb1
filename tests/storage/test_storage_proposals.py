"""Proposals, stances and signatures on file: states by compare-and-set, counters that equal a recount, fair pools."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.exposure import heat
from flows.session import Answer, Given
from storage import ballots, candidates, consultations, migrate, proposals, servings, signatures, stances
from storage.candidates import Reader
from storage.database import Connection, Database
from storage.proposals import (
    HIDDEN,
    MERGED,
    ORGANISER,
    PARTICIPANT,
    PUBLISHED,
    REFUSED,
    WAITING,
    WITHDRAWN,
    Proposal,
)
from storage.signatures import Signature
from storage.stances import SERVED, SHARED, SIMILAR, VALUES, Stance

RUN, POOL = "ideas", "idea"
MODES = {"results": "at_close", "secrecy": "confidential", "zone": "Europe/Paris"}


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    database = Database(f"sqlite:///{tmp_path}/proposals.db")
    migrate.upgrade(database)
    with database.transaction() as connection:
        consultations.add_version(connection, "v", "flow", "", 0)
        for id in (RUN, "later"):
            consultations.add(connection, consultations.blank(id, "v", "open", now_ms=0, **MODES))
        yield connection
    database.close()


def put(connection: Connection, text: str = "An idea", **more: object) -> Proposal:
    told = {"consultation": RUN, "pool": POOL, "lang": "en", "source": PARTICIPANT, "state": PUBLISHED}
    return proposals.add(connection, **{**told, "text": text, "lot": 1, "since_ms": 5, **more})  # type: ignore[arg-type]


# --- Proposals -------------------------------------------------------------------------------------------------------


def test_numbers_go_up_by_one_in_each_consultation(connection: Connection) -> None:
    given = [put(connection), put(connection, pool="other"), put(connection, consultation="later")]
    assert [one.number for one in given] == [1, 2, 1]
    one = proposals.by_number(connection, RUN, 1)
    assert one is not None
    assert (one.text, one.published_ms, one.seen) == ("An idea", 5, 0)
    assert put(connection, state=WAITING).published_ms is None


def test_the_first_decision_counts(connection: Connection) -> None:
    one = put(connection, state=WAITING)
    assert proposals.change_state(connection, one.id, [WAITING], REFUSED, reason="unclear")
    assert not proposals.change_state(connection, one.id, [WAITING], PUBLISHED)
    stored = proposals.by_id(connection, one.id)
    assert stored is not None
    assert (stored.state, stored.reason) == (REFUSED, "unclear")


def test_a_correction_keeps_what_the_author_wrote(connection: Connection) -> None:
    one = put(connection, "An idae")
    assert proposals.set_text(connection, one.id, "An idae", "An idea", corrected=True)
    assert not proposals.set_text(connection, one.id, "An idae", "Something else", corrected=True)
    assert proposals.set_text(connection, one.id, "An idea", "An idea.", corrected=True)
    stored = proposals.by_id(connection, one.id)
    assert stored is not None
    assert (stored.text, stored.original) == ("An idea.", "An idae")


def test_lists_by_pool_state_author_and_lineage(connection: Connection) -> None:
    first = put(connection, "first", author="ann")
    put(connection, "waits", state=WAITING, author="ann")
    other = put(connection, "other pool", pool="x", source=ORGANISER, code="a")
    nuance = put(connection, "nuance", parent=first.id, author="bob")
    assert [one.text for one in proposals.of_pool(connection, RUN, POOL)] == ["first", "waits", "nuance"]
    assert [one.text for one in proposals.of_pool(connection, RUN, POOL, PUBLISHED, after=1, n=5)] == ["nuance"]
    assert [one.text for one in proposals.of_consultation(connection, RUN, PUBLISHED, n=2)] == ["first", "other pool"]
    assert [one.text for one in proposals.of_author(connection, RUN, "ann")] == ["first", "waits"]
    assert [one.text for one in proposals.nuances(connection, RUN, first.id)] == ["nuance"]
    assert proposals.codes(connection, RUN, "x") == {"a"}
    assert proposals.states(connection, RUN) == {PUBLISHED: 2, WAITING: 1}
    assert proposals.change_state(connection, nuance.id, [PUBLISHED], MERGED, into=first.id)
    assert [one.text for one in proposals.merged_into(connection, RUN, first.id)] == ["nuance"]
    assert proposals.by_ids(connection, [first.id, other.id]).keys() == {first.id, other.id}


def test_what_somebody_sent_is_counted_over_several_consultations(connection: Connection) -> None:
    put(connection, author="ann", since_ms=10)
    put(connection, author="ann", since_ms=100, state=REFUSED)
    put(connection, author="anne", consultation="later", since_ms=200)
    put(connection, author="bob")
    person = [(RUN, "ann"), ("later", "anne")]
    assert proposals.sent(connection, person) == {PUBLISHED: 2, REFUSED: 1}
    assert proposals.sent(connection, person, since_ms=100, pool=POOL) == {PUBLISHED: 1, REFUSED: 1}
    assert proposals.sent(connection, person, pool="x") == {}
    assert proposals.sent(connection, []) == {}


def test_who_goes_leaves_published_texts_without_an_author_and_nothing_else(connection: Connection) -> None:
    put(connection, "published", author="ann")
    put(connection, "waits", author="ann", state=WAITING)
    put(connection, "refused", author="ann", state=REFUSED)
    put(connection, "hidden", author="ann", state=HIDDEN)
    put(connection, "bob's", author="bob", state=WAITING)
    proposals.leave(connection, RUN, "ann")
    left = [(one.text, one.state, one.author) for one in proposals.of_pool(connection, RUN, POOL)]
    assert left == [
        ("published", PUBLISHED, None),
        ("", WITHDRAWN, None),
        ("", REFUSED, None),
        ("hidden", HIDDEN, None),
        ("bob's", WAITING, "bob"),
    ]


# --- Stances ---------------------------------------------------------------------------------------------------------


def test_a_stance_replaces_the_earlier_one_and_the_counters_follow(connection: Connection) -> None:
    one = put(connection)
    assert stances.put(connection, RUN, "ann", one.id, Stance("agree", ("priority", "cheap"))) is None
    assert stances.put(connection, RUN, "ann", one.id, Stance("neutral")) == Stance("agree", ("priority", "cheap"))
    stances.put(connection, RUN, "bob", one.id, Stance("disagree", (), SHARED))
    stored = proposals.by_id(connection, one.id)
    assert stored is not None
    counters = (stored.agree, stored.disagree, stored.neutral, stored.votes, stored.shared)
    assert counters == (0, 0, 1, 1, 1), "what came by a shared link is counted apart"
    assert stances.of_token(connection, RUN, "ann") == [(one.id, Stance("neutral"))]
    both = [("ann", Stance("neutral")), ("bob", Stance("disagree", (), SHARED))]
    assert stances.of_proposal(connection, one.id) == both
    assert list(stances.all_of(connection, RUN, POOL)) == [
        ("ann", 1, "neutral", "", SERVED),
        ("bob", 1, "disagree", "", SHARED),
    ]
    assert stances.put(connection, RUN, "ann", one.id, None) == Stance("neutral")
    assert stances.put(connection, RUN, "ann", one.id, None) is None
    assert stances.differences(connection, RUN) == []


def test_taking_back_everything_of_one_step_or_of_one_way(connection: Connection) -> None:
    one, two, other = put(connection), put(connection), put(connection, pool="x")
    for proposal, via in ((one, SERVED), (two, SIMILAR), (other, SERVED)):
        stances.put(connection, RUN, "ann", proposal.id, Stance("agree", (), via))
    stances.leave(connection, RUN, "ann", pool=POOL, via=SIMILAR)
    assert [id for id, _stance in stances.of_token(connection, RUN, "ann")] == [one.id, other.id]
    stances.leave(connection, RUN, "ann", pool=POOL)
    assert [id for id, _stance in stances.of_token(connection, RUN, "ann")] == [other.id]
    stances.leave(connection, RUN, "ann")
    assert stances.of_token(connection, RUN, "ann") == []
    assert stances.differences(connection, RUN) == []


MOVE = st.tuples(
    st.sampled_from(["ann", "bob", "cid", "dora", "eve"]),
    st.integers(0, 2),
    st.sampled_from([*VALUES, None, "leave", "withdraw", "remove"]),
    st.sampled_from([SERVED, SERVED, SHARED, SIMILAR]),
)


@given(st.lists(MOVE, max_size=60), st.integers(0, 30))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
def test_whatever_people_do_the_counters_equal_a_recount(
    connection: Connection, moves: list[tuple[str, int, str | None, str]], crowd: int
) -> None:
    undo = connection.begin_nested()
    some = [put(connection, author=author) for author in ("ann", "bob", None)]
    for at in range(crowd):
        stances.put(connection, RUN, f"c{at}", some[at % 2].id, Stance(VALUES[at % 3]))
    for token, at, value, via in moves:
        if value == "leave":
            stances.leave(connection, RUN, token)
            proposals.leave(connection, RUN, token)
        elif value == "withdraw":
            stances.leave(connection, RUN, token, pool=POOL, via=via)
        elif value == "remove":
            proposals.change_state(connection, some[at].id, [PUBLISHED], HIDDEN)
        else:
            stances.put(connection, RUN, token, some[at].id, Stance(value, (), via) if value else None)
    assert stances.differences(connection, RUN) == []
    for one in proposals.of_pool(connection, RUN, POOL):
        assert one.heat == pytest.approx(heat(one.agree, one.disagree, one.neutral))
    undo.rollback()


def test_a_counter_that_was_tampered_with_is_named(connection: Connection) -> None:
    one, two = put(connection), put(connection)
    stances.put(connection, RUN, "ann", one.id, Stance("agree"))
    proposals.set_values(connection, two.id, agree=1, votes=1)
    assert stances.differences(connection, RUN) == [two.id]


# --- Pools -----------------------------------------------------------------------------------------------------------


def numbers(found: list[object]) -> list[int]:
    return [one.number for one in found]  # type: ignore[attr-defined]


def test_pools_leave_out_what_is_judged_ones_own_or_not_published(connection: Connection) -> None:
    for at, more in enumerate(({}, {"author": "me"}, {"state": WAITING}, {"pool": "x"}, {}, {}), 1):
        put(connection, str(at), lot=100 - at, **more)
    judged = proposals.by_number(connection, RUN, 5)
    assert judged is not None
    stances.put(connection, RUN, "me", judged.id, Stance("agree"))
    me, you = (Reader(consultation=RUN, pool=POOL, token=token) for token in ("me", "you"))
    for pool in (
        lambda reader: candidates.least_seen(connection, reader, 9),
        lambda reader: candidates.least_judged(connection, reader, 9),
        lambda reader: candidates.by_lot(connection, reader, 0, 9),
    ):
        assert sorted(numbers(pool(me))) == [1, 6]
        assert sorted(numbers(pool(you))) == [1, 2, 5, 6]
    assert candidates.most_heated(connection, you, 9) == []


def test_each_pool_has_its_order(connection: Connection) -> None:
    some = [put(connection, str(at), lot=lot) for at, lot in enumerate((50, 10, 30, 20, 40), 1)]
    for _ in range(2):
        proposals.shown(connection, some[1].id)
    proposals.shown(connection, some[0].id)
    for at in range(12):
        stances.put(connection, RUN, f"t{at}", some[2].id, Stance(VALUES[at % 2]))
        stances.put(connection, RUN, f"t{at}", some[3].id, Stance("agree" if at else "disagree"))
    reader = Reader(consultation=RUN, pool=POOL, token="me")
    assert numbers(candidates.least_seen(connection, reader, 9)) == [4, 3, 5, 1, 2], "by seen, then by lot"
    assert numbers(candidates.least_judged(connection, reader, 9)) == [2, 5, 1], "new ones only"
    assert numbers(candidates.most_heated(connection, reader, 9)) == [3, 4]
    assert numbers(candidates.by_lot(connection, reader, 25, 4)) == [3, 5, 1, 2], "around the end to the beginning"
    assert len(candidates.by_lot(connection, reader, 25, 9)) == 5


def test_the_other_side_only(connection: Connection) -> None:
    def says(token: str, answer: Answer) -> str:
        text = orjson.dumps(answer.to_json()).decode()
        row = {"consultation": RUN, "token": token, "question": "vote1", "answer": text, "wording": "w"}
        ballots.put(connection, [row])
        return text

    mine = says("me", Answer(Given.ANSWER, "for"))
    says("with", Answer(Given.ANSWER, "for"))
    says("against", Answer(Given.ANSWER, "against"))
    says("silent", Answer(Given.SKIPPED))
    for author in ("with", "against", "silent", "unknown"):
        put(connection, author, author=author)
    put(connection, "stated", source=ORGANISER, code="c")
    reader = Reader(consultation=RUN, pool=POOL, token="me", side=("vote1", mine))
    found = proposals.by_numbers(connection, RUN, numbers(candidates.least_seen(connection, reader, 9)))
    assert sorted(one.text for one in found.values()) == ["against", "stated"]


def test_pools_read_an_index_and_never_the_whole_table(connection: Connection) -> None:
    reader = {"of": RUN, "in_pool": POOL, "by_token": "me", "most": 10, "start": 0}
    for statement in (candidates._SEEN, candidates._NEW, candidates._HEATED, candidates._LOT_UP, candidates._LOT_ROUND):
        compiled = statement[0].compile(connection.engine, compile_kwargs={"render_postcompile": True})
        values = tuple(reader.get(name, compiled.params.get(name)) for name in compiled.positiontup)
        plan = " ".join(row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", values))
        assert "USING INDEX" in plan
        assert "TEMP B-TREE" not in plan
        assert "SCAN" not in plan


# --- Signatures and servings -----------------------------------------------------------------------------------------


def test_one_signature_a_person_and_a_goal_once(connection: Connection) -> None:
    signed = Signature(question="petition", shown="name", name="Ann", reason="why not", contact=True)
    for token in ("ann", "ann", "bob"):
        signatures.put(connection, RUN, token, signed)
    assert signatures.count(connection, RUN, "petition") == 2
    assert signatures.of_token(connection, RUN, "ann") == [signed]
    assert [token for token, _one in signatures.all_of(connection, RUN, "petition")] == ["ann", "bob"]
    assert signatures.reach(connection, RUN, "petition", [2, 1], 7) == [1, 2]
    assert signatures.reach(connection, RUN, "petition", [1, 2, 3], 8) == [3]
    assert signatures.reached(connection, RUN, "petition") == [(1, 7), (2, 7), (3, 8)]
    signatures.hide(connection, RUN, "bob")
    assert signatures.of_token(connection, RUN, "bob")[0] == Signature("petition", "hidden", "", "", False)
    assert signatures.take(connection, RUN, "bob", "petition")
    assert not signatures.take(connection, RUN, "bob", "petition")
    signatures.leave(connection, RUN, "ann")
    assert signatures.count(connection, RUN, "petition") == 0


def test_the_log_is_read_page_by_page(connection: Connection) -> None:
    for at in range(7):
        servings.add(
            connection, RUN, question=f"q{at % 2}", policy="polis", seed=random.getrandbits(62), pool="1 2", chosen="2"
        )
    assert len(list(servings.all_of(connection, RUN, page=3))) == 7
    assert list(servings.all_of(connection, "later")) == []
    assert servings.count(connection, RUN) == {"q0": 4, "q1": 3}
