"""A result as a chat message."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.results import phrases
from bot.results.wording import more_pictures, pictures, say_results
from flows.flow import Ask, Choice, Flow, OneOf, ResultsMode, Text, make_flow
from flows.messages import Bullets, Link, Paragraph, plain_text
from flows.session import Answer, Given
from flows.tally.counts import Ballot, Result, count, from_counters
from flows.wording import day_in_words

URL = "https://ville.example/c/17"


def text_of(flow: Flow, result: Result, lang: str = "en", *, closed: bool = True) -> str:
    return plain_text(say_results(flow, result, lang, closed=closed, place_url=URL).body)


def test_the_whole_message(flow: Flow, ballots: list[Ballot]) -> None:
    result = count(flow, ballots, consultation="17", finished=3)
    assert (
        text_of(flow, result)
        == """Results: Getting around tomorrow

5 people took part, 3 went to the end.

Which way?

• By bike — 2 (67%)
• By bus — 1 (33%)
• On foot — 0 (0%)

3 answers · 1 does not know.

What keeps you?

• Danger — 2 (100%)
• Theft — 1 (50%)

Several answers were possible. 2 answers · 1 skipped it.

Which mark?

• -1 — 1 (33%)
• 0 — 0 (0%)
• 1 — 0 (0%)
• 2 — 2 (67%)

Average: 1. Half answered 2 or less, half 2 or more.

3 answers.

How many benches?

Average: 1. Half answered 1 or less, half 1 or more. From -3 to 5.

2 answers.

Any idea?

2 people wrote an answer · 1 skipped it.

Which day?

• May 1, 2026 — 2 (67%)
• May 2, 2026 — 1 (33%)

3 answers.

Do you agree?

• Yes — 1 (50%)
• No — 1 (50%)

Tied in first place: Yes and No. 2 answers · 1 abstention.

Not a representative sample: everybody could take part, and accounts were not checked against a register.

See the results page (https://ville.example/c/17)"""
    )


def test_personal_answers_and_free_texts_are_not_said(flow: Flow, ballots: list[Ballot]) -> None:
    said = text_of(flow, count(flow, ballots, consultation="17"))
    assert "Your age" not in said
    assert "71" not in said
    assert "HYPERLINK" not in said


def test_before_closing_nothing_depends_on_the_answers(flow: Flow, ballots: list[Ballot]) -> None:
    assert flow.results is ResultsMode.AT_CLOSE
    full, empty = count(flow, ballots, consultation="17", finished=3), count(flow, [], consultation="17")
    for lang in ("fr", "en"):
        message = say_results(flow, full, lang, closed=False, place_url=URL)
        assert message == say_results(flow, empty, lang, closed=False, place_url=URL)
        assert message.picture is None
        assert pictures(flow, full, lang, closed=False) == ()
        assert more_pictures(flow, full, lang, closed=False) == ()


def test_a_live_result_says_that_it_will_change(flow: Flow, ballots: list[Ballot]) -> None:
    live = replace(flow, results=ResultsMode.LIVE)
    said = text_of(live, count(live, ballots, consultation="17"), closed=False)
    assert said.startswith("Results so far: Getting around tomorrow\n\n5 people took part.")
    assert "these figures will change" in said


def test_nobody_took_part(flow: Flow) -> None:
    said = text_of(flow, count(flow, [], consultation="17"))
    assert "Nobody took part." in said
    assert "Which way?\n\nNo answer." in said
    assert "%" not in said


def test_what_people_wrote_stays_in_nodes_of_its_own() -> None:
    nasty = "<b>$x$</b> *a* [b](http://c) ‮"
    ask = Ask(name="q", text=Text({"fr": nasty}), kind=OneOf(choices=(Choice(code="a", label=Text({"fr": nasty})),)))
    flow = make_flow(id="x", version="v", lang="fr", langs=("fr",), title=Text({"fr": nasty}), steps=(ask,))
    result = count(flow, [Ballot("t", "q", Answer(Given.ANSWER, "a"), "w")], consultation="17")
    message = say_results(flow, result, "fr", closed=True, place_url=None)
    rows = next(block for block in message.body if isinstance(block, Bullets))
    assert rows.items[0][0].text == nasty
    nodes = [part for block in message.body if isinstance(block, Paragraph) for part in block.parts]
    assert not any(isinstance(part, Link) for part in nodes)


def test_a_long_list_ends_in_a_sum() -> None:
    choices = tuple(Choice(code=f"c{i}", label=Text({"fr": f"Choix {i}"})) for i in range(100))
    ask = Ask(name="q", text=Text({"fr": "Lequel ?"}), kind=OneOf(choices=choices))
    flow = make_flow(id="x", version="v", lang="fr", langs=("fr",), title=Text({"fr": "T"}), steps=(ask,))
    counters = {"q": {f"c:c{i}": i for i in range(100)} | {"n:answered": 4950}}
    result = from_counters(flow, counters, consultation="17", participants=4950)
    said = text_of(flow, result)
    assert "Choix 99 — 99 (2%)" in said
    assert "80 other choices — 3,160" in said


def test_the_picture_says_in_words_what_it_shows(flow: Flow, ballots: list[Ballot]) -> None:
    result = count(flow, ballots, consultation="17", finished=3)
    picture = say_results(flow, result, "en", closed=True, place_url=None).picture
    assert picture is not None
    assert picture.ref == "chart:17"
    assert "By bike — 2 (67%); By bus — 1 (33%); On foot — 0 (0%)." in picture.alt
    assert "Closed on Saturday 21 March 2026, 20:00 (Paris time)." in picture.alt
    assert "Your age" not in picture.alt
    assert more_pictures(flow, result, "en", closed=True) == ()


def test_many_questions_make_more_pictures() -> None:
    asks = tuple(
        Ask(
            name=f"q{i}", text=Text({"fr": f"Q{i} ?"}), kind=OneOf(choices=(Choice(code="a", label=Text({"fr": "A"})),))
        )
        for i in range(14)
    )
    flow = make_flow(id="x", version="v", lang="fr", langs=("fr",), title=Text({"fr": "T"}), steps=asks)
    result = count(flow, [], consultation="17")
    assert [picture.ref for picture in pictures(flow, result, "fr", closed=True)] == [
        "chart:17",
        "chart:17:2",
        "chart:17:3",
    ]
    more = more_pictures(flow, result, "fr", closed=True)
    assert [message.picture.ref for message in more if message.picture] == ["chart:17:2", "chart:17:3"]


@pytest.mark.parametrize(
    ("part", "count", "total", "said"), [(0, 0, 9, "0%"), (0, 1, 999, "<\u00a01%"), (100, 998, 999, ">\u00a099%")]
)
def test_one_vote_is_never_none_and_most_are_never_all(part: int, count: int, total: int, said: str) -> None:
    assert phrases.percent("en", part, count, total) == said


def test_figures_are_written_as_the_language_writes_them() -> None:
    assert phrases.number("fr", 12345.678) == "12\u202f345,68"
    assert phrases.number("en", 12345.678) == "12,345.68"
    assert phrases.percent("fr", 43, 43, 100) == "43\u00a0%"
    assert phrases.number("tlh", 1234) == "1,234"


def test_the_hour_is_that_of_the_consultation(flow: Flow) -> None:
    at = datetime(2026, 7, 1, 18, 30, tzinfo=UTC)
    assert phrases.moment("fr", flow, at) == "mercredi 1er juillet 2026, 20:30 (heure de Paris)"
    assert phrases.moment("fr", replace(flow, window=None), at) == "mercredi 1er juillet 2026, 18:30 (heure de UTC)"


@pytest.mark.parametrize(
    ("participants", "finished", "said"),
    [
        (1, None, "1 person took part."),
        (1, 1, "1 person took part, to the end."),
        (2, 2, "2 people took part, all to the end."),
        (2, 0, "2 people took part, nobody went to the end."),
        (1200, 1, "1,200 people took part, 1 went to the end."),
    ],
)
def test_turnout(participants: int, finished: int | None, said: str) -> None:
    result = Result(consultation="17", participants=participants, finished=finished, questions=())
    assert phrases.turnout("en", result, closed=True) == said


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("mardi 1 décembre 2026, 20:00", "mardi 1er décembre 2026, 20:00"),
        ("mar. 1 déc.", "mar. 1er déc."),
        ("11 août", "11 août"),
        ("21 mars", "21 mars"),
    ],
)
def test_the_first_of_a_month_is_an_ordinal_in_french_alone(written: str, read: str) -> None:
    assert day_in_words(written, "fr") == read
    assert day_in_words(written, "en") == written
