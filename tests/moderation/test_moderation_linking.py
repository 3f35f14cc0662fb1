"""Nobody decides about themselves, on however many messengers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from storage import cases, sanctions
from storage.instants import ms

if TYPE_CHECKING:
    from conftest import Bench


def link(bench: Bench, stays: str, goes: str) -> None:
    code = bench.says(stays, "/link")[-1].rpartition("/link ")[2].split()[0]
    assert "are linked" in bench.says(goes, f"/link {code} yes")[-1]


@pytest.mark.parametrize(("stays", "goes"), [("lea", "mod"), ("mod", "lea")])
def test_an_author_who_is_the_moderator_cannot_decide(bench: Bench, stays: str, goes: str) -> None:
    bench.gets("mod", "moderator")
    bench.gets("other", "moderator")
    case = bench.submits("lea", "We should paint the bridge")
    before = bench.says("mod", "hello")
    assert before is not None
    link(bench, stays, goes)
    bench.presses("mod", case.id, "ok")
    assert bench.case(case.id).state == cases.OPEN
    bench.presses("other", case.id, "ok")
    assert bench.case(case.id).state == cases.DECIDED


def test_a_case_that_one_had_taken_on_is_free_again(bench: Bench) -> None:
    bench.gets("mod", "moderator")
    case = bench.submits("lea", "We should paint the bridge")
    until = ms(bench.now) + 900_000
    mod = bench.id_of("mod")
    assert bench.read(lambda c: cases.claim(c, case.id, mod, ms(bench.now), until))
    link(bench, "mod", "lea")
    assert bench.case(case.id).claimed_by is None


def test_decisions_and_sanctions_follow_the_person(bench: Bench) -> None:
    bench.gets("mod", "moderator")
    case = bench.submits("lea", "We should paint the bridge")
    bench.presses("mod", case.id, "ok")
    tom = bench.id_of("tom")
    until = ms(bench.now) + 86_400_000
    bench.read(lambda c: sanctions.impose(c, tom, scope="*", kind="ban", since_ms=1, until_ms=until, case=case.id))
    link(bench, "new", "mod")
    link(bench, "fresh", "tom")
    now = bench.id_of("new")
    assert bench.case(case.id).decided_by == now
    assert [one.who for one in bench.read(lambda c: cases.decisions_of(c, case.id))] == [now]
    fresh = bench.id_of("fresh")
    assert len(bench.read(lambda c: sanctions.in_force(c, fresh, "*", ms(bench.now)))) == 1
