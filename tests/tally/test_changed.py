"""The same vote twice: who changed, and how sure one can be of it."""

from math import isclose

from hypothesis import given
from hypothesis import strategies as st

from flows.tally.changed import Part, compare, difference

CODES = ("for", "against")
PAIRS = st.lists(
    st.tuples(
        st.sampled_from((*CODES, "dont_know")),
        st.sampled_from((*CODES, "dont_know")),
        st.sampled_from(("control", "texts")),
        st.integers(min_value=1, max_value=50),
    ),
    max_size=20,
)


def test_who_changed_is_counted_and_so_is_each_answer_before_and_after() -> None:
    found = compare(
        [("for", "for", "texts", 3), ("for", "against", "texts", 2), ("dont_know", "for", "control", 1)],
        CODES,
        ("control", "texts"),
    )
    assert (found.all.people, found.all.changed, found.all.kept) == (6, 3, 3)
    assert found.totals == (("for", 5, 4), ("against", 0, 2), ("dont_know", 1, 0))
    assert [(part.group, part.people, part.changed) for part in found.parts] == [("control", 1, 1), ("texts", 5, 2)]


def test_nobody_is_nothing_and_the_range_is_everything() -> None:
    found = compare([], CODES)
    assert (found.all.people, found.totals, found.parts) == (0, (), ())
    assert found.all.range == (0.0, 1.0)


def test_the_difference_of_two_shares_is_newcombes() -> None:
    """Newcombe's own example: 56 of 70 and 48 of 80 differ by 0.2, from 0.0524 to 0.3339 (method 10)."""
    found = difference(Part(people=70, changed=56), Part(people=80, changed=48))
    for value, published in zip(found, (0.2, 0.0524, 0.3339), strict=True):
        assert isclose(value, published, abs_tol=0.0001)


@given(PAIRS)
def test_nobody_is_lost_between_before_and_after(pairs: list[tuple[str, str, str, int]]) -> None:
    found = compare(pairs, CODES, ("control", "texts"))
    assert sum(before for _code, before, _after in found.totals) == found.all.people
    assert sum(after for _code, _before, after in found.totals) == found.all.people
    assert sum(part.people for part in found.parts) == found.all.people
    assert sum(part.changed for part in found.parts) == found.all.changed
    low, high = found.all.range
    assert 0 <= low <= high <= 1
