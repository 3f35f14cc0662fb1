"""How fast we write, who goes first, and what happens when a messenger does not answer."""

from __future__ import annotations

import logging
from bisect import bisect_left
from itertools import pairwise

import pytest

from adapters.base import Limit
from bot.breaker import FAILURES, Breaker, State
from bot.pacing import SHARE, Pacer, pace

WHOLE = Limit("telegram", 30, 1.0)
CHAT = Limit("telegram:7", 5, 5.0)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def busiest(times: list[float], span: float) -> int:
    """How many of `times` lie in the busiest stretch of so many seconds."""
    return max(bisect_left(times, start + span) - at for at, start in enumerate(times))


def leave(pacer: Pacer, clock: Clock, seconds: float, *, evenly: bool, chats: int = 1000) -> list[float]:
    """When messages leave that always wait; each to another chat."""
    times: list[float] = []
    until = clock.now + seconds
    while clock.now < until:
        wait, _name = pacer.wait(
            (Limit(f"telegram:{len(times) % chats}", 5, 5.0), WHOLE), evenly="telegram" if evenly else ""
        )
        if not wait:
            times.append(clock.now)
        clock.now += wait + 0.0005 if wait else 0.0
    return times


def test_what_goes_to_everybody_leaves_at_nearly_the_allowed_rate_and_evenly() -> None:
    clock = Clock()
    times = leave(Pacer(clock), clock, 20, evenly=True)
    assert 0.95 * 30 <= len(times) / 20 <= 30
    assert busiest(times, 1.04) <= 30
    assert max(after - before for before, after in pairwise(times)) < 0.075


def test_in_no_second_more_leaves_than_is_allowed_whatever_the_hurry() -> None:
    clock = Clock()
    times = leave(Pacer(clock), clock, 5, evenly=False)
    assert busiest(times, 1.04) <= 30


def test_an_answer_to_somebody_waits_for_one_place_at_most() -> None:
    clock = Clock()
    pacer = Pacer(clock)
    leave(pacer, clock, 3, evenly=True)
    wait, name = pacer.wait((CHAT, WHOLE))
    assert wait <= 1 / (30 * SHARE) + 0.001
    assert name in ("", "telegram")


def test_while_people_press_the_next_answer_finds_a_place_at_once() -> None:
    clock = Clock()
    pacer = Pacer(clock)
    leave(pacer, clock, 3, evenly=True)
    waits: list[float] = []
    for person in range(40):
        leave(pacer, clock, 0.33, evenly=True)
        waits += [pacer.wait((Limit(f"telegram:-{person}", 5, 5.0), WHOLE))[0] for _message in range(2)]
    assert max(waits[10:]) == 0


def test_one_who_watches_slows_nothing_down() -> None:
    clock = Clock()
    pacer = Pacer(clock)
    times: list[float] = []
    for _glance in range(4):
        times += leave(pacer, clock, 5, evenly=True)
        pacer.wait((CHAT, WHOLE))
    assert len(times) / 20 >= 0.95 * 30


def test_after_a_stop_what_goes_to_everybody_does_not_make_up_for_it() -> None:
    clock = Clock()
    pacer = Pacer(clock)
    leave(pacer, clock, 3, evenly=True)
    clock.now += 0.5
    times = leave(pacer, clock, 0.02, evenly=True)
    assert len(times) <= 2


def test_a_chat_that_is_full_stops_only_itself() -> None:
    clock = Clock()
    pacer = Pacer(clock)
    for _ in range(5):
        assert pacer.wait((CHAT, WHOLE)) == (0.0, "")
    wait, name = pacer.wait((CHAT, WHOLE))
    assert (round(wait, 2), name) == (5.2, "telegram:7")
    assert pacer.wait((Limit("telegram:8", 5, 5.0), WHOLE)) == (0.0, "")


def test_chats_that_are_quiet_again_are_forgotten() -> None:
    clock = Clock()
    pacer = Pacer(clock)
    for chat in range(10_500):
        clock.now += 0.05
        assert pacer.wait((Limit(f"telegram:{chat}", 5, 5.0),)) == (0.0, "")
    assert len(pacer._left) < 10_001


def test_the_pace_that_is_told_is_the_one_that_is_kept() -> None:
    assert pace((CHAT, WHOLE), "telegram") == pytest.approx(30 * SHARE)
    assert pace((), "matrix") == 0.0


# --- The breaker -----------------------------------------------------------------------------------------------------


def new() -> Breaker:
    return Breaker("telegram", chance=lambda: 1.0)


def fail(breaker: Breaker, times: int, now: float = 0.0) -> None:
    for _ in range(times):
        breaker.failed(now)


def test_a_few_failures_or_an_answer_in_between_do_not_open_it() -> None:
    breaker = new()
    fail(breaker, FAILURES - 1)
    breaker.answered()
    fail(breaker, FAILURES - 1)
    assert breaker.state is State.CLOSED
    assert breaker.wait(0.0) == 0.0


def test_one_probe_at_a_time_and_longer_waits_until_it_answers(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    breaker = new()
    fail(breaker, FAILURES)
    fail(breaker, 50)  # those that were on their way
    now, waits = 0.0, []
    for _ in range(9):
        wait = breaker.wait(now)
        assert wait
        waits.append(wait)
        now += wait
        assert breaker.wait(now) == 0.0
        breaker.leaves()
        assert breaker.wait(now) is None
        breaker.failed(now)
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    now += breaker.wait(now) or 0.0
    breaker.leaves()
    breaker.answered()
    assert breaker.state is State.CLOSED
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]
    fail(breaker, FAILURES, now)
    assert breaker.wait(now) == 1.0


def test_no_two_services_come_back_in_the_same_instant() -> None:
    waits = set()
    for _ in range(20):
        breaker = Breaker("telegram")
        fail(breaker, FAILURES)
        waits.add(breaker.wait(0.0))
    assert len(waits) > 15
    assert all(0.5 <= (wait or 0) <= 1.0 for wait in waits)


def test_after_one_failure_a_letter_is_soon_tried_again_after_several_later() -> None:
    breaker = new()
    assert [breaker.failed(0.0) for _ in range(4)] == [0.25, 0.5, 1.0, 2.0]
    breaker.answered()
    assert breaker.failed(0.0) == 0.25


def test_one_chat_that_is_too_fast_is_its_own_affair_three_are_everybodys() -> None:
    breaker = new()
    assert [breaker.hurried("a") for _ in range(9)] == [False] * 9
    breaker.answered()
    assert [breaker.hurried(chat) for chat in "abc"] == [False, False, True]
