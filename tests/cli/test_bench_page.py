"""`palabre bench`: figures said and written the same way; a run of some groups leaves the others' tables alone."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from postgres import Server

from bot.bench import crew, floor, machine, measuring, postgres
from bot.bench.figure import Figure, Found, Group, LeftOut, Size, at_least, at_most, line, number, row
from bot.bench.groups import GROUPS, NAMES
from bot.bench.machine import Load
from bot.bench.page import Elsewhere, Run, page, require_same_machine
from bot.bench.postgres import NoServer
from bot.cli import main

RUN = Run(
    machine="A processor, 2 cores",
    versions="Python 3.11",
    day=date(2026, 3, 2),
    load=Load(average=0.2, cores=2),
    rounds=3,
    quick=False,
)
BUSY = Run(
    machine=RUN.machine,
    versions=RUN.versions,
    day=date(2026, 3, 3),
    load=Load(average=1.5, cores=2),
    rounds=1,
    quick=True,
)


def nothing(_size: Size) -> Iterator[Found]:
    yield from ()


def group(name: str) -> Group:
    return Group(name=name, title=f"the {name}", about=f"About the {name}.", measure=nothing)


ROAD, DISK, START = group("road"), group("disk"), group("start")
ALL = (ROAD, DISK, START)


def figure(of: Group, value: float, **more: object) -> Figure:
    return Figure(group=of.name, name="events | in", value=value, unit="events/s", **more)  # type: ignore[arg-type]


# --- One figure ------------------------------------------------------------------------------------------------------


def test_a_figure_is_a_line_and_a_row() -> None:
    one = figure(ROAD, 5_000.4, floor=10_000.0, reach=at_least(0.5, 0.4, "within 2.5 times"), note="as told")
    assert re.sub(" +", " ", line(one)) == (
        " events | in 5,000 events/s floor 10,000, ratio 0.50 [within 2.5 times: yes] (as told)"
    )
    assert row(one) == "| events \\| in | 5,000 | events/s | 10,000 | 0.50 | within 2.5 times | yes | as told |"


def test_a_figure_without_floor_or_reach_says_so() -> None:
    assert row(figure(ROAD, 12.34)) == "| events \\| in | 12.3 | events/s |  |  |  | nothing stated |  |"
    assert row(figure(ROAD, 3.0, reach=at_most(3, 0, "none"))).endswith("| none | no |  |")


@pytest.mark.parametrize(
    ("value", "said"), [(0, "0"), (0.0312, "0.03"), (12.34, "12.3"), (1234567.8, "1,234,568"), (100.4, "100")]
)
def test_a_number_has_as_many_places_as_mean_something(value: float, said: str) -> None:
    assert number(value) == said


def test_every_row_of_a_table_has_as_many_cells_as_its_head() -> None:
    made = page("", RUN, ALL, {"road": [figure(ROAD, 1.0), figure(ROAD, 2.0, floor=1.0)]})
    rows = [text for text in made.splitlines() if text.startswith("|")]
    assert len(rows) == 4
    assert len({len(re.findall(r"(?<!\\)\|", text)) for text in rows}) == 1


# --- The page --------------------------------------------------------------------------------------------------------


def test_the_page_opens_with_what_it_is_and_what_it_was_measured_on() -> None:
    made = page("", RUN, ALL, {"road": [figure(ROAD, 1.0)]})
    assert made.startswith("# Figures\n\nWritten by `make bench`")
    assert "- Machine: A processor, 2 cores\n- Versions: Python 3.11\n- Last run: 2026-03-02, load average 0.20" in made
    assert "Warning" not in made
    assert "Measured on 2026-03-02, the median of 3 rounds" in made


def test_a_run_of_some_groups_replaces_only_their_tables() -> None:
    old = page("", RUN, ALL, {"road": [figure(ROAD, 1.0)], "start": [figure(START, 7.0)]})
    new = page(old, BUSY, ALL, {"disk": [figure(DISK, 3.0)], "road": [figure(ROAD, 2.0)]})
    assert re.findall(r"^## (\w+)", new, re.MULTILINE) == ["road", "disk", "start"]
    assert re.findall(r"^\| events \\\| in \| (\S+)", new, re.MULTILINE) == ["2", "3", "7"]
    start = new[new.index("## start") :]
    assert start == old[old.index("## start") :]
    assert page(new, BUSY, ALL, {}).count("# Figures\n") == 1


def test_a_busy_machine_and_a_quick_run_are_warned_about_where_the_figures_stand() -> None:
    made = page("", BUSY, ALL, {"road": [figure(ROAD, 1.0)]})
    about, section = made.split("## road")
    assert "busy with something else (load average 1.50 on 2 cores)" in about
    assert "busy with something else" in section
    assert "the figures mean nothing" in section


def test_what_was_left_out_is_a_sentence_below_the_table() -> None:
    made = page("", RUN, ALL, {"disk": [figure(DISK, 1.0), LeftOut(group="disk", sentence="No server here.")]})
    assert made.endswith("| nothing stated |  |\n\nNo server here.\n")
    assert "| Figure |" not in page("", RUN, ALL, {"disk": [LeftOut(group="disk", sentence="No server here.")]})


def test_figures_of_two_machines_are_not_mixed() -> None:
    old = page("", RUN, ALL, {"road": [figure(ROAD, 1.0)]})
    require_same_machine(old, RUN.machine)
    require_same_machine("", RUN.machine)
    with pytest.raises(Elsewhere, match="another machine"):
        require_same_machine(old, "Another processor, 8 cores")


def test_the_machine_is_told_without_saying_whose_it_is() -> None:
    told = machine.machine() + machine.versions()
    assert socket.gethostname() not in told
    assert str(Path.home()) not in told
    assert re.search(r"\d+ cores, \d+ GB of memory", told)
    assert re.search(r"Python 3\.\d+.*SQLite 3\..*PostgreSQL .*SQLAlchemy 2\..*python-telegram-bot 22\.", told)


# --- The command -----------------------------------------------------------------------------------------------------


def bench(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["bench", *arguments])


def test_the_help_has_examples_and_names_every_group() -> None:
    told = bench("--help").output
    assert "palabre bench road disk" in told.split("Examples", 1)[1]
    assert told.split("Groups: ", 1)[1].split("\n", 1)[0].split() == list(NAMES)
    assert [group.name for group in GROUPS] == list(NAMES)


def test_what_is_measured_is_written_beside_what_was_there(tmp_path: Path) -> None:
    file = tmp_path / "BENCH.md"
    assert bench("spam", "--quick", "--write", str(file)).exit_code == 0
    first = file.read_text()
    assert "## spam: " in first
    assert "classifier: spam flagged" in first
    file.write_text(first + "\n## road: the road alone\n\nAs it was.\n")
    result = bench("spam", "--rounds", "1", "--write", str(file))
    assert result.exit_code == 0
    assert "classifier: spam flagged" in result.output
    assert file.read_text().count("## spam") == 1
    assert "## road: the road alone\n\nAs it was.\n" in file.read_text()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("speed",), "There is no group called speed. There are: road, "),
        (("disk", "--profile"), "Only the road has a profile"),
    ],
)
def test_what_cannot_be_measured_is_refused_in_a_sentence(arguments: tuple[str, ...], sentence: str) -> None:
    result = bench(*arguments)
    assert result.exit_code == 1
    assert sentence in result.stderr


def test_a_page_of_another_machine_is_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "BENCH.md"
    file.write_text(page("", RUN, ALL, {"road": [figure(ROAD, 1.0)]}))
    before = file.read_text()
    result = bench("spam", "--write", str(file))
    assert result.exit_code == 1
    assert "come from another machine (A processor, 2 cores)" in result.stderr
    assert file.read_text() == before


def test_a_group_that_breaks_stops_no_other_and_is_told() -> None:
    def breaks(_size: Size) -> Iterator[Found]:
        yield figure(ROAD, 1.0)
        raise RuntimeError("the crowd got stuck")

    said: list[str] = []
    groups = (Group(name="road", title="the road", about="", measure=breaks), START)
    found, well = measuring.take(groups, Size(), said.append, lambda _found: None)
    assert not well
    assert [len(ones) for ones in found.values()] == [2, 0]
    assert said[-2:] == ["  Broke off: RuntimeError: the crowd got stuck", "start: the start"]


# --- The floor -------------------------------------------------------------------------------------------------------


def test_the_floor_writes_what_the_road_wrote_on_both_databases(tmp_path: Path, server: Server) -> None:
    taken = floor.record(tmp_path, citizens=7, questions=3, at_once=4)
    assert (taken.events, len(taken.batches)) == (21, 6)
    assert floor.on_sqlite(taken) > 0
    before, copy = server.new(of=None), ""
    crew.fill(server.url_of(before), taken.before)
    try:
        copy = server.new(of=before)
        assert floor.on_postgres(taken, server.url_of(copy)) > 0
        assert crew.measure_crew(server.url_of(before), 2, 3).per_second > 0
    finally:
        for name in (before, copy):
            server.drop(name)


def test_without_a_server_that_part_is_left_out_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PALABRE_BENCH_POSTGRES", "postgresql://nobody@127.0.0.1:1/none")
    assert postgres.version() is None
    with pytest.raises(NoServer, match="PALABRE_BENCH_POSTGRES names cannot be reached"), postgres.started():
        pass


def test_a_floor_that_writes_something_else_is_refused(tmp_path: Path) -> None:
    taken = floor.record(tmp_path, citizens=3, questions=2)
    less = floor.Recording(before=taken.before, after=taken.after, batches=taken.batches[:-1], events=taken.events)
    with pytest.raises(AssertionError, match="has not written what the road wrote"):
        floor.on_sqlite(less)
