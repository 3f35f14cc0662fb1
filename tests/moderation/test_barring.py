"""What a sanction keeps from somebody, and what it never does: questions and votes stay theirs."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot import office
from flows.load import from_source
from storage import sanctions
from storage.instants import ms

if TYPE_CHECKING:
    from conftest import Bench

SOURCE = """\
palabre: 1
id: mixed
lang: en
title: Everything
results: live
recap: false
steps:
  - react: cards
    text: What do you think of these?
    statements: {trees: Plant trees, benches: Set up benches}
  - sign: petition
    text: We want trees.
    reason: 0
    contact: false
    named: false
  - propose: idea
    text: What should be done?
    similar: false
  - ask: choice
    text: Trees or benches?
    one_of: {trees: Trees, benches: Benches}
  - end: thanks
    text: Thank you!
"""


@pytest.fixture
def mixed(bench: Bench) -> Bench:
    publication = office.Publication(flow=from_source(SOURCE), source=SOURCE, who="test")
    with bench.database.transaction() as connection:
        scene = bench.road.scene(connection)
        office.publish(scene, publication, "en")
        scene.flush()
    bench.think()
    return bench


def bar(bench: Bench, name: str, *, scope: str = "mixed", hours: int = 24, kind: str = "mute") -> int:
    who, now = bench.id_of(name), bench.now
    made: int = bench.read(
        lambda connection: sanctions.impose(
            connection,
            who,
            scope=scope,
            kind=kind,
            since_ms=ms(now),
            until_ms=ms(now + timedelta(hours=hours)),
            reason="spam",
        )
    )
    return made


def ballots(bench: Bench) -> dict[str, str]:
    return dict(bench.rows("SELECT question, answer FROM ballots WHERE consultation = 'mixed'"))


@pytest.mark.parametrize("sanction", ["mute", "ban"])
def test_somebody_barred_goes_through_and_votes(mixed: Bench, sanction: str) -> None:
    bar(mixed, "lea", kind=sanction)
    mixed.says("lea", "/start mixed")
    for words in ("1", "I sign", "Plant roses", "send", "1"):
        mixed.says("lea", words)
    assert mixed.rows("SELECT COUNT(*) FROM stances") == [(0,)]
    assert mixed.rows("SELECT COUNT(*) FROM signatures") == [(0,)]
    assert mixed.rows("SELECT COUNT(*) FROM proposals WHERE source = 'participant'") == [(0,)]
    assert ballots(mixed)["choice"] == '["answer","trees"]'
    assert {ballots(mixed)[name] for name in ("cards", "petition", "idea")} == {'["skipped",null]'}
    assert mixed.rows("SELECT stage FROM sessions") == [("sent",)]
    counters = mixed.rows("SELECT question, code, n FROM tallies WHERE n > 0 AND question <> 'choice'")
    assert {(question, code) for question, code, _n in counters} == {
        (q, "s:skipped") for q in ("cards", "petition", "idea")
    }


@pytest.mark.parametrize(
    ("scope", "hours", "sanction"), [("elsewhere", 24, "ban"), ("mixed", -1, "ban"), ("mixed", 24, "warn")]
)
def test_what_does_not_hold_here_keeps_nobody_from_anything(
    mixed: Bench, scope: str, hours: int, sanction: str
) -> None:
    bar(mixed, "lea", scope=scope, hours=hours, kind=sanction)
    mixed.says("lea", "/start mixed")
    mixed.says("lea", "1")
    assert mixed.rows("SELECT COUNT(*) FROM stances") == [(1,)]


def test_a_lifted_one_holds_no_more_and_one_for_everything_holds_everywhere(mixed: Bench) -> None:
    id = bar(mixed, "lea", scope="*")
    mixed.says("lea", "/start mixed")
    assert "you cannot put forward" in " ".join(mixed.says("lea", "1"))
    mixed.read(lambda connection: sanctions.lift(connection, id, ms(mixed.now)))
    mixed.says("tim", "/start mixed")
    mixed.says("tim", "1")
    assert mixed.rows("SELECT COUNT(*) FROM stances") == [(1,)]


def test_what_was_judged_before_stays(mixed: Bench) -> None:
    mixed.says("lea", "/start mixed")
    mixed.says("lea", "1")
    bar(mixed, "lea")
    mixed.says("lea", "1")
    assert mixed.rows("SELECT COUNT(*) FROM stances") == [(1,)]
