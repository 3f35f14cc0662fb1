"""The pictures: drawn, re-read with another library, and by a process of its own."""

from __future__ import annotations

import io
import json
import subprocess
import sys

import pytest
from PIL import Image

from bot.results import chart
from bot.results.drawing import LABEL, QUESTION, RIGHT, drawable, measured, wrap
from bot.results.panels import MOST_BARS, sheets
from flows.flow import Ask, Choice, Flow, OneOf, Text, make_flow
from flows.tally.counts import Ballot, Result, count, from_counters

FIRST = (10, 61, 110)
BAR = (95, 146, 196)


def one_question(
    labels: list[str], counts: list[int], title: str = "Titre", text: str = "Lequel ?"
) -> tuple[Flow, Result]:
    choices = tuple(Choice(code=f"c{i}", label=Text({"fr": label})) for i, label in enumerate(labels))
    ask = Ask(name="q", text=Text({"fr": text}), kind=OneOf(choices=choices))
    flow = make_flow(id="x", version="v", lang="fr", langs=("fr",), title=Text({"fr": title}), steps=(ask,))
    counters = {f"c:c{i}": n for i, n in enumerate(counts)} | {"n:answered": sum(counts)}
    return flow, from_counters(flow, {"q": counters}, consultation="17", participants=sum(counts))


def opened(picture: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(picture))
    image.load()
    return image.convert("RGB")


def lengths(image: Image.Image, colour: tuple[int, int, int]) -> list[int]:
    """How long the bars of one colour are, from top to bottom."""
    found: list[int] = []
    inside = False
    for y in range(image.height):
        n = sum(image.getpixel((x, y)) == colour for x in range(image.width))
        if n > 1 and not inside:
            found.append(0)
        if n > 1:
            found[-1] = max(found[-1], n)
        inside = n > 1
    return found


def test_the_bars_are_as_long_as_their_counts() -> None:
    (picture,) = chart.draw(*one_question(["À vélo", "En bus", "À pied", "En car"], [40, 20, 10, 0]), "fr")
    image = opened(picture)
    assert image.width == 1080
    (first,) = lengths(image, FIRST)
    second, third, none = lengths(image, BAR)
    assert second / first == pytest.approx(20 / 40, abs=0.02)
    assert third / first == pytest.approx(10 / 40, abs=0.02)
    assert none < 6


def test_the_same_result_makes_the_same_bytes_without_a_date(flow: Flow, ballots: list[Ballot]) -> None:
    result = count(flow, ballots, consultation="17", finished=3)
    first, second = chart.draw(flow, result, "fr"), chart.draw(flow, result, "fr")
    assert first == second
    assert not Image.open(io.BytesIO(first[0])).info.keys() & {"Software", "Creation Time", "date"}


@pytest.mark.parametrize(
    ("labels", "counts"),
    [
        (["Oui", "Non"], [0, 0]),
        (["Oui", "Non"], [1, 0]),
        ([f"Un choix au long nom qui prend plus d'une ligne, le {i}e" for i in range(12)], list(range(12))),
        ([f"Choix {i}" for i in range(100)], list(range(100))),
        (["😀", "مرحبا بكم", "שלום", "$\\frac{1}{0}$", "\u200b\u202e", "x" * 500], [1, 2, 3, 4, 5, 6]),
        (["$", "$$", "\\", "<b>", "a\nb\tc", "中文"], [1, 2, 3, 4, 5, 6]),
    ],
)
def test_any_label_can_be_drawn(labels: list[str], counts: list[int]) -> None:
    flow, result = one_question(labels, counts, title="$\\alpha$ 🎉 " * 3, text="Et $ça ? " * 30)
    (picture,) = chart.draw(flow, result, "fr")
    image = opened(picture)
    assert image.width == 1080
    assert 300 < image.height < 4000
    margin = {image.getpixel((x, y)) for x in (*range(20), *range(1060, 1080)) for y in range(image.height)}
    assert margin == {(255, 255, 255)}


def test_lines_stay_inside_and_lose_no_word() -> None:
    text = "Refaire la toiture de l'école élémentaire Jacques-Prévert et isoler les combles avant l'hiver ?"
    lines = wrap(text, QUESTION, RIGHT)
    assert all(measured(line, QUESTION) <= RIGHT for line in lines)
    assert " ".join(lines).replace("\u00a0", " ") == text
    assert lines[-1] != "?"


def test_a_text_without_end_is_cut_with_an_ellipsis() -> None:
    lines = wrap("mot " * 5000 + "z" * 5000, LABEL, 500)
    assert len(lines) == LABEL.lines
    assert lines[-1].endswith("…")
    assert all(measured(line, LABEL) <= 500 for line in lines)


def test_characters_that_the_font_lacks_are_left_out() -> None:
    assert drawable("Bonjour 中 à\u200b tous\n!", LABEL) == "Bonjour à tous !"


def test_long_lists_are_summed_up() -> None:
    flow, result = one_question([f"Choix {i}" for i in range(100)], [1] * 100)
    (sheet,) = sheets(flow, result, "en")
    assert len(sheet.panels[0].bars) == MOST_BARS
    assert (sheet.panels[0].bars[-1].label, sheet.panels[0].bars[-1].figure) == ("86 other choices", "86")


def test_nothing_is_drawn_before_closing_when_results_come_at_closing(flow: Flow, ballots: list[Ballot]) -> None:
    assert chart.draw(flow, count(flow, ballots, consultation="17"), "fr", closed=False) == []


async def test_drawn_apart_is_the_same_picture(flow: Flow, ballots: list[Ballot]) -> None:
    result = count(flow, ballots, consultation="17", finished=3)
    payload = json.loads(json.dumps(chart.payload(flow, result, "fr")))
    twice = {"sheets": payload["sheets"] * 2}
    assert await chart.draw_apart(twice) == chart.draw(flow, result, "fr") * 2
    assert await chart.draw_apart({"sheets": []}) == []


async def test_a_drawing_that_fails_says_why() -> None:
    with pytest.raises(chart.ChartFailed, match="title"):
        await chart.draw_apart({"sheets": [{"panels": []}]})


def test_pictures_cut_short_are_refused(flow: Flow, ballots: list[Ballot]) -> None:
    (picture,) = chart.draw(flow, count(flow, ballots, consultation="17"), "fr")
    assert chart.split(picture * 2) == [picture, picture]
    for wrong in (picture[:-4], picture + b"x", b"nonsense"):
        with pytest.raises(chart.ChartFailed):
            chart.split(wrong)


def test_the_service_does_not_load_the_drawing_library() -> None:
    code = (
        "import sys, bot.results.chart, bot.results.wording, bot.results.export\n"
        "print(sorted({'matplotlib', 'numpy', 'PIL'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
