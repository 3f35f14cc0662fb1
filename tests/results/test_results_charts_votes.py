"""The picture of each method: drawn for every shape of vote, complete in words, and nothing outside its frame."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from random import Random

import pytest
from PIL import Image
from randomvotes import a_flow, a_value, a_vote, options, text

from bot.results import chart
from bot.results.easel import MARGIN, SCALES, STANCES, WIDTH, ink_on
from bot.results.panels import sheets
from bot.results.shapes import Sheet
from bot.results.votes import standings, vote_of
from bot.results.wording import MOST_PICTURES, more_pictures, pictures, say_results
from flows.flow import Ask, Basket, Flow, Grades, Method, Order, Points, Slots
from flows.messages import plain_text
from flows.session import Answer, Given
from flows.tally.counts import Ballot, Result, count

LONG = "Aménager une piste cyclable protégée le long de l'avenue de la République, n° {n}"


def a_result(
    method: Method, *, n: int = 5, people: int = 40, label: str = LONG, name: str = "q"
) -> tuple[Flow, Result]:
    """A vote with `n` options of long French names."""
    random = Random(f"{method}{n}{people}")
    ask = a_vote(random, method, name)
    codes = [f"o{at}" for at in range(n)]
    named = tuple(replace(one, label=text(label.format(n=at))) for at, one in enumerate(options(codes)))
    match ask.kind:
        case Grades():
            ask = replace(ask, kind=replace(ask.kind, items=named))
        case Basket(projects=projects):
            more = tuple(
                replace(projects[0], code=one.code, label=one.label, cost=7 + at) for at, one in enumerate(named)
            )
            ask = replace(ask, kind=replace(ask.kind, projects=more))
        case Points() | Order():
            ask = replace(ask, kind=replace(ask.kind, choices=named))
        case Slots():
            pass
        case kind if method is not Method.CONSENT:
            ask = replace(ask, kind=replace(kind, choices=named))  # type: ignore[call-arg]
        case _:
            pass
    assert ask.rule is not None
    ask = replace(ask, rule=replace(ask.rule, quorum=None, threshold=None, seats=min(ask.rule.seats, n)))
    ballots = [
        Ballot(str(at), name, Answer(Given.ANSWER, a_value(random, ask.kind)), ask.wording) for at in range(people)
    ]
    flow = a_flow(ask)
    return flow, count(flow, ballots, consultation="17", finished=people)


def opened(picture: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(picture))
    image.load()
    return image.convert("RGB")


@pytest.mark.parametrize("method", list(Method))
@pytest.mark.parametrize(("n", "people"), [(2, 1), (5, 40), (30, 40), (4, 0)])
def test_a_picture_is_drawn_inside_its_frame(method: Method, n: int, people: int) -> None:
    flow, result = a_result(method, n=n, people=people)
    for picture in chart.draw(flow, result, "fr"):
        image = opened(picture)
        assert image.width == WIDTH
        assert image.height < 8000
        edges = [
            image.crop((0, 0, MARGIN - 14, image.height)),
            image.crop((WIDTH - MARGIN + 14, 0, WIDTH, image.height)),
        ]
        for edge in edges:
            assert edge.getcolors(maxcolors=10) == [(edge.width * edge.height, (255, 255, 255))], (
                "nothing in the margin"
            )


@pytest.mark.parametrize("method", list(Method))
def test_the_words_say_all_that_the_picture_shows(method: Method) -> None:
    flow, result = a_result(method, n=5)
    (sheet,) = sheets(flow, result, "fr")
    told = chart.alt_text(flow, result, "fr")
    vote = vote_of(flow, flow.asks[0], result.questions[0], "fr")
    assert vote is not None
    panel = sheet.panels[0]
    assert panel.headline in told
    for bar in panel.bars:
        assert f"{bar.label} — {bar.figure}" in told
    for stack in panel.stacks.stacks if panel.stacks else ():
        assert stack.label in told
        assert all(figure in told for figure in stack.figures)
    for label, cells in panel.grid.rows if panel.grid else ():
        assert label in told
        assert all(cell.text in told for cell in cells)
    for dot in panel.map.dots if panel.map else ():
        assert dot.label in told
        assert dot.told in told
    if method not in (Method.AVAILABILITY, Method.CONSENT):
        assert all(name in told for _place, name, _number in standings(vote))


@pytest.mark.parametrize("method", list(Method))
def test_a_sheet_survives_the_way_to_the_process_that_draws(method: Method) -> None:
    flow, result = a_result(method, n=6)
    payload = chart.payload(flow, result, "en")
    assert tuple(Sheet.from_json(one) for one in json.loads(json.dumps(payload))["sheets"]) == sheets(
        flow, result, "en"
    )


def test_what_a_picture_leaves_out_is_said_on_it() -> None:
    for method in (Method.IRV, Method.SCHULZE, Method.MAJORITY_JUDGMENT, Method.GREEDY):
        flow, result = a_result(method, n=30)
        assert "on the page" in chart.alt_text(flow, result, "en"), method


def test_the_message_names_the_winner_first_then_the_numbers() -> None:
    for method in Method:
        flow, result = a_result(method, n=4)
        vote = vote_of(flow, flow.asks[0], result.questions[0], "en")
        assert vote is not None
        said = plain_text(say_results(flow, result, "en", closed=True, place_url=None).body)
        for _place, name, number in standings(vote):
            assert f"{name} — {number}" in said
        assert said.index("Not a representative sample") < said.index("Why this result? Type /why 17")


def test_several_votes_make_several_pictures_of_which_a_chat_gets_a_few() -> None:
    parts = [a_result(Method.MATRIX, n=12, name=f"q{at}") for at in range(6)]
    flow = a_flow(*(flow.asks[0] for flow, _result in parts))
    result = Result(
        consultation="17",
        participants=40,
        finished=40,
        questions=tuple(result.questions[0] for _flow, result in parts),
    )
    assert len(pictures(flow, result, "fr", closed=True)) == 6
    more = more_pictures(flow, result, "fr", closed=True)
    assert [message.picture.ref for message in more if message.picture] == ["chart:17:2", "chart:17:3", "chart:17:4"]
    assert len(more) == MOST_PICTURES - 1


def test_lettering_on_colours_can_be_read() -> None:
    def light(color: str) -> float:
        parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for scale in (*SCALES.values(), STANCES):
        for color in scale:
            dark, bright = sorted((light(color), light(ink_on(color))))
            assert (bright + 0.05) / (dark + 0.05) >= 4.5, color


@pytest.mark.parametrize("method", [Method.SCHULZE, Method.GREEDY, Method.EQUAL_SHARES, Method.IRV])
def test_while_it_runs_rankings_and_baskets_show_what_counters_know(method: Method) -> None:
    flow, result = a_result(method, n=4)
    running = replace(result, questions=(replace(result.questions[0], outcome=None),))
    said = plain_text(say_results(replace(flow), running, "en", closed=True, place_url=None).body)
    assert "counted at the closing" in said
    assert chart.draw(flow, running, "en")


def test_a_plain_question_keeps_its_bars() -> None:
    flow, result = a_result(Method.PLURALITY, n=3)
    ask: Ask = replace(flow.asks[0], rule=None)
    plain = a_flow(ask)
    bare = replace(result, questions=(replace(result.questions[0], outcome=None),))
    (sheet,) = sheets(plain, bare, "en")
    assert sheet.panels[0].headline == ""
    assert len(sheet.panels[0].bars) == 3
