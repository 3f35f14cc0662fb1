"""Dates: who could come, then who comes without reservation."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from flows.tally.availability import availability

SLOTS = ("mon", "tue", "wed")
BALLOTS = st.lists(st.dictionaries(st.sampled_from(SLOTS), st.sampled_from(("yes", "maybe", "no"))), max_size=8)


def told(ballots: list[dict[str, str]]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for ballot in ballots:
        for slot, answer in ballot.items():
            counts = found.setdefault(slot, {})
            counts[answer] = counts.get(answer, 0) + 1
    return found


@given(BALLOTS)
def test_the_best_date_is_the_one_most_can_make(ballots: list[dict[str, str]]) -> None:
    outcome = availability(SLOTS, told(ballots), voters=len(ballots))

    def key(slot: str) -> tuple[int, int]:
        answers = [ballot.get(slot, "no") for ballot in ballots]
        return len(answers) - answers.count("no"), answers.count("yes")

    assert [code for level in outcome.order for code in level] == sorted(SLOTS, key=key, reverse=True)
    best = [slot for slot in SLOTS if key(slot) == max(map(key, SLOTS)) and key(slot)[0]]
    assert outcome.winners == (tuple(best) if len(best) == 1 else ())
    assert [tie.codes for tie in outcome.ties] == ([tuple(best)] if len(best) > 1 else [])
    for line in outcome.lines:
        assert line.more["yes"] + line.more["maybe"] + line.more["no"] == len(ballots)
        assert line.score == key(line.code)[0]


def test_yes_decides_between_dates_that_as_many_could_make() -> None:
    counts = {"mon": {"yes": 1, "maybe": 3}, "tue": {"yes": 2, "maybe": 2}, "wed": {"yes": 3}}
    assert availability(SLOTS, counts, voters=4).winners == ("tue",)


def test_a_date_left_unanswered_is_no() -> None:
    outcome = availability(SLOTS, {"mon": {"yes": 1}}, voters=3)
    assert outcome.lines[0].more["no"] == 2
    assert outcome.histograms[0].counts == (("no", 2), ("maybe", 0), ("yes", 1))


def test_when_nobody_can_come_no_date_wins() -> None:
    outcome = availability(SLOTS, {slot: {"no": 2} for slot in SLOTS}, voters=2)
    assert (outcome.winners, outcome.ties) == ((), ())
