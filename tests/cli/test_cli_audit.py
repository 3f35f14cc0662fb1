"""`palabre audit`: the record of what was done is listed, and whoever changes it is found out."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import main
from storage import audit, cases, consultations, migrate
from storage.cases import About
from storage.database import Database


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database with a decision and some further acts."""
    path = tmp_path / "palabre.db"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PALABRE_DATABASE__URL", f"sqlite:///{path}")
    monkeypatch.setenv("PALABRE_LOCALE", "en")
    database = Database(f"sqlite:///{path}")
    migrate.upgrade(database)
    with database.transaction() as connection:
        consultations.add_version(connection, "v1", "square", "palabre: 1", 0)
        run = consultations.blank("square", "v1", "open", results="live", secrecy="open", zone="UTC", now_ms=0)
        consultations.add(connection, run)
        about = About(kind="message", subject="message:1", scope="square", place="p", text="x", lang="en")
        case, _opened = cases.open_or_join(connection, about, ("spam",), 1, again=True)
        cases.decide(connection, case, who=7, outcome="delete", reason="spam", at_ms=2)
        audit.note(connection, at_ms=1, who="palabre", act="open", subject="square")
        audit.note(connection, at_ms=2, who="7", act="decide", subject="", detail=f"{case.id}: delete spam square")
        audit.note(connection, at_ms=3, who="palabre", act="close", subject="square", detail="{}")
    database.close()
    return path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["audit", *arguments])


def change(file: Path, statement: str) -> None:
    """Behind the program's back."""
    with sqlite3.connect(file) as raw:
        raw.execute(statement)
    raw.close()


def test_a_whole_audit_is_told_with_status_0(file: Path) -> None:
    done = run("--verify")
    assert (done.exit_code, done.output) == (0, "3 acts, and the chain is whole.\n")


@pytest.mark.parametrize(
    "column", ["detail = 'nothing'", "who = '8'", "at_ms = 9", "act = 'leave'", "subject = 'else'"]
)
def test_an_altered_row_is_named(file: Path, column: str) -> None:
    change(file, f"UPDATE audit SET {column} WHERE id = 2")
    done = run("--verify")
    assert done.exit_code == 1
    assert "Row 2 was altered. It now reads: " in done.output
    assert "Row 3" not in done.output


def test_a_row_taken_out_is_noticed_at_the_next_one(file: Path) -> None:
    change(file, "DELETE FROM audit WHERE id = 1")
    done = run("--verify")
    assert done.exit_code == 1
    assert "Row 2 does not follow the one before it" in done.output


def test_a_row_written_anew_with_its_hash_breaks_the_chain(file: Path) -> None:
    forged = audit.digest("", 1, "palabre", "leave", "square", "")
    change(file, f"UPDATE audit SET act = 'leave', hash = '{forged}' WHERE id = 1")
    assert "Row 2 does not follow the one before it" in run("--verify").output


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE decisions SET outcome = 'leave'",
        "UPDATE decisions SET who = 8",
        "UPDATE decisions SET reason = 'insulting'",
        "INSERT INTO decisions (\"case\", who, outcome, detail, at_ms) VALUES (1, 7, 'ban', '24', 5)",
    ],
)
def test_a_decision_that_the_audit_does_not_know_is_named(file: Path, statement: str) -> None:
    change(file, statement)
    done = run("--verify")
    assert done.exit_code == 1
    assert "is not in the audit as it stands" in done.output


def test_a_decision_that_was_taken_out_is_named_by_its_line(file: Path) -> None:
    change(file, "DELETE FROM decisions")
    done = run("--verify")
    assert done.exit_code == 1
    assert "Row 2 tells of a decision that is not on file" in done.output


def test_programs_get_the_rows(file: Path) -> None:
    change(file, "UPDATE audit SET detail = 'nothing' WHERE id = 3")
    done = run("--verify", "--json")
    assert done.exit_code == 1
    assert json.loads(done.output) == {"rows": 3, "breaches": [{"fault": "altered", "row": 3}]}


def test_the_acts_are_listed_the_newest_last(file: Path) -> None:
    rows = [json.loads(line) for line in run("--json").output.splitlines()]
    assert [row["row"] for row in rows] == [1, 2, 3]
    assert rows[1]["who"] == "", "a participant without a code is not named by a number that other tables know"
    assert [json.loads(line)["row"] for line in run("--json", "--subject", "square").output.splitlines()] == [1, 3]
    assert [json.loads(line)["row"] for line in run("--json", "--last", "1").output.splitlines()] == [3]
    told = run("--subject", "square").output
    assert "the program: opened it" in told
    assert run("--subject", "nowhere").output == "Nothing was done yet.\n"


def test_the_help_has_examples() -> None:
    said = run("--help").output
    assert "palabre audit --verify" in said
    assert "palabre audit --last 200 --json" in said
