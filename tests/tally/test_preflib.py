"""PrefLib's files: both headers, everything untidy that real ones have, and anything else there could be."""

from __future__ import annotations

import time
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from string import printable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.tally.files import BadFile, BallotFile, Kind, Option, read
from flows.tally.files.preflib import write
from flows.tally.files.shape import together

FILES = Path(__file__).parent / "files"
HEAD = "# NUMBER ALTERNATIVES: 3\n# ALTERNATIVE NAME 1: Ada\n# ALTERNATIVE NAME 2: Bob\n# ALTERNATIVE NAME 3: Cy\n"


def wrong(text: str, name: str = "x.soi") -> list[tuple[int, str]]:
    with pytest.raises(BadFile) as caught:
        read(text.encode(), name, "en")
    return [(mistake.line, mistake.what) for mistake in caught.value.mistakes]


def test_ties_cut_short_ballots_stray_commas_and_a_header_that_counts_otherwise() -> None:
    file = read((FILES / "untidy.toi").read_bytes(), "untidy.toi", "en")
    assert [option.name for option in file.options] == ["Érable", "Lime: the small one", "Oak, common", "4"]
    assert file.title == "Which tree, which place"
    assert file.ballots == (
        ((("1",), ("2", "3")), 4),
        ((("2",), ("1",)), 3),
        ((("1", "4"),), 2),
        ((), 1),
        ((("3",), ("1",)), 1),
    )
    assert file.remarks == (
        "1 ballot names an option twice; its first place counts.",
        "The header speaks of 12 voters; the ballots are 11. The ballots count.",
    )


def test_the_old_header() -> None:
    file = read((FILES / "old.soc").read_bytes(), "old.soc", "en")
    assert [option.name for option in file.options] == ["Ada", "Bob, the second", "Cléo"]
    assert file.ballots == (((("1",), ("2",), ("3",)), 4), ((("3",), ("2",), ("1",)), 3))
    assert file.remarks == ()


@pytest.mark.parametrize("name", ["untidy.toi", "old.soc"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16"])
def test_other_encodings_and_line_ends_read_the_same(name: str, encoding: str) -> None:
    text = (FILES / name).read_text()
    plain = read(text.encode(), name, "en")
    other = read(text.replace("\n", "\r\n").encode(encoding), name, "en")
    assert (other.options, other.ballots) == (plain.options, plain.ballots)


def test_without_a_name_the_content_says_what_it_is() -> None:
    for name in ("untidy.toi", "old.soc"):
        assert read((FILES / name).read_bytes(), "-", "en").format == "preflib"


def test_every_mistake_is_told_with_its_line() -> None:
    assert wrong(HEAD + "2: 1,9\nno ballot\nmany: 1\n1: {1,2\n1: 2}\n-3: 1\n") == [
        (5, "There is no option with the number “9”."),
        (6, "A line of ballots looks like “3: 1,2,4”; there is no “:” here."),
        (7, "“many” is not a number of ballots."),
        (8, "A brace is opened and not closed, or closed and not opened."),
        (9, "A brace is opened and not closed, or closed and not opened."),
        (10, "“-3” is not a number of ballots."),
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("# NUMBER ALTERNATIVES: 1000000\n1: 1\n", 1),
        ("# NUMBER ALTERNATIVES: nan\n1: 1\n", 1),
        ("# NUMBER ALTERNATIVES: -2\n1: 1\n", 1),
        ("9999999\n1,A\n", 1),
        ("99999999999999999999999999\n1,A\n", 1),
        (HEAD + "9" * 400 + ": 1\n", 5),
        (HEAD + "1e9: 1\n", 5),
        (HEAD + "1: " + "1," * 200_000 + "\n", 5),
        (HEAD + "1: " + "{" * 190_000 + "\n", 5),
        ("#" + " A" * 90_000 + "\n" + HEAD + "x\n", 6),
        (HEAD + "1: 1\0\n", 5),
        ("", 0),
        (" \n\t\n", 0),
        ("# TITLE: nobody\n", 0),
    ],
)
def test_hostile_files_are_refused_at_once(text: str, line: int) -> None:
    before = time.perf_counter()
    assert wrong(text)[0][0] == line
    assert time.perf_counter() - before < 2


def test_a_file_of_another_kind_says_so_a_few_times_and_not_for_each_line() -> None:
    assert len(wrong(HEAD + "nothing\n" * 100_000)) == 20


@given(st.text(alphabet="0123456789,:{}# \nAB=;\"'\0é", max_size=200) | st.text(printable) | st.binary())
@settings(max_examples=400, deadline=None)
def test_anything_is_read_or_refused(data: str | bytes) -> None:
    raw = data.encode() if isinstance(data, str) else data
    for name in ("x.soc", "x.toi", "-"):
        with suppress(BadFile):
            read(raw, name, "fr")


@st.composite
def files(draw: st.DrawFn) -> BallotFile:
    codes = [str(place) for place in range(1, draw(st.integers(1, 6)) + 1)]
    names = st.text("abcé,;:{}# -", min_size=1, max_size=12).map(lambda name: " ".join(name.split())).filter(bool)
    ballots = []
    for _ in range(draw(st.integers(1, 6))):
        order = draw(st.permutations(codes))[: draw(st.integers(0, len(codes)))]
        cuts = sorted(draw(st.sets(st.integers(1, len(order) or 1), max_size=len(order))) | {0, len(order)})
        levels = [tuple(order[a:b]) for a, b in pairwise(cuts)]
        ballots.append((tuple(level for level in levels if level), draw(st.integers(1, 9))))
    return BallotFile(
        kind=Kind.RANKING,
        options=tuple(Option(code=code, name=draw(names)) for code in codes),
        ballots=together(ballots),
        title=draw(names),
        format="preflib",
    )


@given(files())
@settings(deadline=None)
def test_what_is_written_reads_the_same(file: BallotFile) -> None:
    assert read(write(file).encode(), "x.toi", "en") == file
