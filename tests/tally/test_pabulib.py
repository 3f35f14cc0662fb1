"""Pabulib's files: each kind of ballot, everything untidy that real ones have, and anything else there could be."""

from __future__ import annotations

import time
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.tally.files import BadFile, BallotFile, Kind, Option, read
from flows.tally.files.pabulib import write
from flows.tally.files.shape import together

FILES = Path(__file__).parent / "files"


def pb(votes: str = "1;a\n", projects: str = "a;5;A\nb;7;B\n", meta: str = "budget;10\nvote_type;approval\n") -> str:
    return f"META\nkey;value\n{meta}PROJECTS\nproject_id;cost;name\n{projects}VOTES\nvoter_id;vote;points\n{votes}"


def wrong(text: str) -> list[tuple[int, str]]:
    with pytest.raises(BadFile) as caught:
        read(text.encode(), "x.pb", "en")
    return [(mistake.line, mistake.what) for mistake in caught.value.mistakes]


def test_an_approval_file_with_quotes_semicolons_and_an_empty_ballot() -> None:
    file = read((FILES / "park.pb").read_bytes(), "park.pb", "en")
    assert file.title == "A park; and more"
    assert file.limit == 100_000
    assert [(one.code, one.name, one.cost) for one in file.options] == [
        ("1", 'Trees; benches, "and" water', 60_000),
        ("2", "Lights", 40_000),
        ("7", "Café", Fraction(100_001, 2)),
    ]
    assert file.ballots == ((("1", "2"), 2), (("1",), 1), (("2", "7"), 1), ((), 1))
    assert file.remarks == ()


def test_points() -> None:
    file = read((FILES / "points.pb").read_bytes(), "points.pb", "en")
    assert (file.kind, file.most) == (Kind.POINTS, 4)
    assert file.ballots[0] == ((("a", 3), ("b", 1)), 1)
    assert file.ballots[-1] == ((), 1)


@pytest.mark.parametrize(
    ("kind", "said", "ballot"),
    [
        ("choose-1", "1;b\n", ("b",)),
        ("ordinal", "1;b,a\n", (("b",), ("a",))),
        ("scoring", "1;b,a;2,0.5\n", (("b", 2), ("a", Fraction(1, 2)))),
        ("score", "1;b;0\n", (("b", 0),)),
        ("Approval", '1;"a,b,"\n', ("a", "b")),
    ],
)
def test_each_kind_of_ballot(kind: str, said: str, ballot: object) -> None:
    assert read(pb(said, meta=f"budget;10\nvote_type;{kind}\n").encode(), "x.pb", "en").ballots == ((ballot, 1),)


def test_votes_for_projects_that_are_gone_and_voters_who_stand_twice_are_told() -> None:
    file = read(pb("1;a,z\n1;y,b,b\n").encode(), "x.pb", "en")
    assert file.ballots == ((("a",), 1), (("b",), 1))
    assert file.remarks == (
        "2 votes are for projects that are not in the list; they are left out.",
        "1 ballot names an option twice; its first place counts.",
        "1 line is of a voter who was there before; every line counts.",
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (pb(projects="a;-5;A\n"), (7, "“-5” is not an amount of money.")),
        (pb(projects="a;nan;A\n"), (7, "“nan” is not an amount of money.")),
        (pb(projects="a;1e999999999;A\n"), (7, "“1e999999999” is not an amount of money.")),
        (pb(projects=f"a;{'9' * 50};A\n"), (7, f"“{'9' * 40}” is not an amount of money.")),
        (pb(projects="a;5;A\na;6;B\n"), (8, "Two projects have the same id “a”.")),
        (pb(projects=""), (5, "There are no options in this file.")),
        (pb(projects="a;1;A\n" * 5001), (5, "There are too many options: 5001, at most 5000.")),
        (pb(meta="budget;much\nvote_type;approval\n"), (3, "“much” is not an amount of money.")),
        (
            pb(meta="budget;1\nvote_type;thumbs\n"),
            (4, "“thumbs” is no kind of ballot; possible are approval, choose-1, cumulative, scoring, score, ordinal."),
        ),
        (pb("1;a;x\n", meta="vote_type;scoring\n"), (10, "“x” is not a list of points.")),
        (pb("1;a,b;1\n", meta="vote_type;scoring\n"), (10, "2 projects, but points for 1.")),
        (pb("1;a;-2\n", meta="vote_type;scoring\n"), (10, "Points cannot be less than 0: -2.")),
        (pb('1;"a\n' + "2;a\n" * 100), (11, "A quotation mark is opened here and never closed.")),
        ("META\nkey;value\nvote_type;approval\n", (0, "The section PROJECTS is missing.")),
        ("a;b\nMETA\n", (1, "A Pabulib file begins with the line META.")),
        (pb().replace("cost", "price"), (5, "The column cost is missing.")),
        (pb().replace("vote;", "wish;"), (9, "The column vote is missing.")),
    ],
)
def test_every_mistake_is_told_with_its_line(text: str, said: tuple[int, str]) -> None:
    before = time.perf_counter()
    assert wrong(text)[0] == said
    assert time.perf_counter() - before < 2


def test_130_000_ballots_are_read_in_seconds() -> None:
    rows = "".join(f"{n};{n % 60},{n % 7},{n % 11}\n" for n in range(130_000))
    text = pb(rows, projects="".join(f"{n};{n + 1};P\n" for n in range(60)))
    before = time.perf_counter()
    assert read(text.encode(), "x.pb", "en").voters == 130_000
    assert time.perf_counter() - before < 10


@given(st.text(alphabet='METAPROJECTSVOTESvote_typeapproval;,"\n019.-', max_size=300) | st.binary())
@settings(max_examples=300, deadline=None)
def test_anything_is_read_or_refused(data: str | bytes) -> None:
    raw = data.encode() if isinstance(data, str) else data
    with suppress(BadFile):
        read(raw, "x.pb", "fr")


PIECES = ["META", "PROJECTS", "VOTES", "key;value", "vote_type;scoring", "project_id;cost", "a;5", "voter_id;vote"]
PIECES += ["voter_id;vote;points", "1;a;3", "1;a", '"', ";;;", "budget;9", "vote_type;ordinal", "cost", "vote"]


@given(st.lists(st.sampled_from(PIECES), max_size=20).map("\n".join))
@settings(max_examples=300, deadline=None)
def test_the_pieces_of_a_file_in_any_order_are_read_or_refused(text: str) -> None:
    with suppress(BadFile):
        read(text.encode(), "x.pb", "fr")


@st.composite
def budgets(draw: st.DrawFn) -> BallotFile:
    codes = draw(st.lists(st.text("abcxyz019_-", min_size=1, max_size=5), min_size=1, max_size=5, unique=True))
    amounts = st.integers(0, 10**9) | st.integers(1, 10**6).map(lambda n: Fraction(n, 100)).filter(
        lambda n: n.denominator > 1
    )
    names = st.text('abcé;,"# -', min_size=1, max_size=9).map(lambda name: " ".join(name.split())).filter(bool)
    kind = draw(st.sampled_from([Kind.APPROVAL, Kind.POINTS, Kind.RANKING]))
    ballots = []
    for _ in range(draw(st.integers(0, 5))):
        wanted = draw(st.permutations(codes))[: draw(st.integers(0, len(codes)))]
        ballot: tuple[object, ...] = tuple(wanted)
        if kind is Kind.POINTS:
            ballot = tuple((code, draw(st.integers(0, 9))) for code in wanted)
        if kind is Kind.RANKING:
            ballot = tuple((code,) for code in wanted)
        ballots.append((ballot, draw(st.integers(1, 3))))
    return BallotFile(
        kind=kind,
        options=tuple(Option(code=code, name=draw(names), cost=draw(amounts)) for code in codes),
        ballots=together(ballots),  # type: ignore[arg-type]
        title=draw(names).strip(" ;"),
        format="pabulib",
        limit=draw(amounts),
        most=9 if kind is Kind.POINTS else None,
    )


@given(budgets())
@settings(deadline=None)
def test_what_is_written_reads_the_same(file: BallotFile) -> None:
    assert read(write(file).encode(), "x.pb", "en") == file


def test_a_code_that_the_format_cannot_hold_is_refused() -> None:
    option = Option(code="a,b", name="A", cost=1)
    with pytest.raises(ValueError, match="id of a project"):
        write(BallotFile(kind=Kind.APPROVAL, options=(option,), ballots=()))
