"""`palabre status`: what waits and what failed, nobody's words; handled again or dropped, and written down."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from running import Town, until

from bot.cli import main

FLOW = """\
palabre: 1
id: mobilite
lang: en
title: Getting around
steps:
  - ask: mode
    text: How do you come?
    one_of: {velo: By bike, bus: By bus}
  - end: thanks
    text: Thank you!
"""
SECRET = "I vote for the bus and nobody may know"
_ASIDE = """
INSERT INTO inbox (id, adapter, key, lane, place, person, event, private, locale, at_ms, state, attempts, reason)
VALUES (?, 'web', ?, 'web:ana|ana', 'web:ana', 'ana', ?, 1, 'en', ?, 'aside', 3, 'KeyError')
"""
NOW_MS = 1_772_442_000_000  # 2026-03-02T09:00Z


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith("PALABRE_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PALABRE_LOCALE", "en")
    monkeypatch.setenv("PALABRE_CLOCK", str(tmp_path / "clock"))
    (tmp_path / "clock").write_text("2026-03-02T09:00")
    (tmp_path / "flow.yaml").write_text(FLOW)
    assert palabre("publish", "flow.yaml", "--close", "2026-03-03T09:00").exit_code == 0
    with closing(sqlite3.connect(tmp_path / "palabre.db")) as connection:  # as the service would have handled it
        connection.execute("UPDATE inbox SET state = 'done'")
        connection.execute("DELETE FROM lanes")
        connection.commit()
    return tmp_path


def palabre(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def done(*arguments: str) -> str:
    result = palabre(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout.strip()


def refused(*arguments: str, code: int = 1) -> str:
    result = palabre(*arguments)
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result.stderr.strip()


def set_aside(file: Path, number: int, *, event: str | None = None, now_ms: int = NOW_MS) -> None:
    said = json.dumps({"kind": "said", "at": "2026-03-02T06:00:00+00:00", "text": SECRET})
    with closing(sqlite3.connect(file)) as connection:
        row = (number, f"k{number}", said if event is None else event, now_ms - 3 * 3_600_000)
        connection.execute(_ASIDE, row)
        connection.commit()


def state_of(file: Path, number: int) -> tuple[object, ...]:
    with closing(sqlite3.connect(file)) as connection:
        found: tuple[object, ...] = connection.execute(
            "SELECT state, attempts, event FROM inbox WHERE id = ?", (number,)
        ).fetchone()
    return found


def test_where_all_is_well_it_says_so(folder: Path) -> None:
    said = done("status")
    assert "Conversations: none waits." in said
    assert "Nothing was set aside." in said
    assert "Timers: 1 set, the next in 23 hours." in said
    facts = json.loads(done("status", "--json"))
    assert (facts["lanes"]["waiting"], facts["set_aside"], facts["dead_letters"]) == (0, 0, [])


def test_what_failed_is_told_without_what_was_said(folder: Path) -> None:
    set_aside(folder / "palabre.db", 214)
    set_aside(folder / "palabre.db", 215, event="")
    said = done("status")
    assert SECRET not in said + done("status", "--json")
    assert "2 events failed three times and were set aside:" in said
    first = next(line for line in said.splitlines() if " 214 " in line)
    assert first.split() == ["214", "web", "said", "3", "hours", "KeyError"]
    assert "content forgotten" in said
    assert "palabre status --replay 214" in said
    (one, other) = json.loads(done("status", "--json"))["dead_letters"]
    expected = {"number": 214, "adapter": "web", "kind": "said", "error": "KeyError", "attempts": 3, "age_s": 10800.0}
    assert one == expected
    assert other["kind"] == ""


def test_replayed_it_waits_in_its_lane_again(folder: Path) -> None:
    set_aside(folder / "palabre.db", 214)
    assert "Number 214 is handled again" in done("status", "--replay", "214")
    assert state_of(folder / "palabre.db", 214)[:2] == ("new", 0)
    assert "Conversations: 1 waits" in done("status")
    assert "had something handled again that had failed" in done("audit")
    assert "Nothing with the number 214" in refused("status", "--replay", "214")


def test_dropped_it_is_gone_and_its_words_too(folder: Path) -> None:
    set_aside(folder / "palabre.db", 214)
    assert "Say why" in refused("status", "--drop", "214")
    done("status", "--drop", "214", "--reason", "our own test")
    assert state_of(folder / "palabre.db", 214) == ("done", 3, "")
    assert "dropped something that could not be handled (214 web KeyError our own test)" in done("audit")
    assert done("audit", "--verify")
    assert SECRET.encode() not in (folder / "palabre.db").read_bytes()


def test_what_was_forgotten_can_only_be_dropped(folder: Path) -> None:
    set_aside(folder / "palabre.db", 214, event="")
    assert "it can only be dropped" in refused("status", "--replay", "214")
    done("status", "--drop", "214", "--reason", "too old")


def test_both_at_once_is_wrong_usage(folder: Path) -> None:
    refused("status", "--drop", "1", "--replay", "1", code=2)


async def test_beside_the_running_service_it_is_handled_at_once(tmp_path: Path) -> None:
    async with Town(tmp_path, LOCALE="en") as town:
        await town.start()
        set_aside(town.database, 214, now_ms=round(time.time() * 1000))  # the service forgets what is weeks old
        assert "214" in await town.palabre("status")
        await town.palabre("status", "--replay", "214")
        await until(lambda: town.value("SELECT state FROM inbox WHERE id = 214") == "done")
        assert SECRET not in town.log()
