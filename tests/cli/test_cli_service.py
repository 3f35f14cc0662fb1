"""The command line, beside a real running service and without one."""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from bot.backdoor import ask, door_of, only_one
from bot.cli import main
from storage import audit
from storage.database import Database

FLOW = """\
palabre: 1
id: mobilite
lang: en
title: Getting around
steps:
  - ask: mode
    text: How do you come?
    one_of: {velo: By bike, bus: By bus}
    dont_know: true
  - end: thanks
    text: Thank you!
"""


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith("PALABRE_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    settings = {
        "LOCALE": "en",
        "WEB__LISTEN": f"127.0.0.1:{free_port()}",
        "CLOCK": str(tmp_path / "clock"),
        "TICK": "0.1",
        "OWNERS": "telegram:1",
    }
    for name, value in settings.items():
        monkeypatch.setenv(f"PALABRE_{name}", value)
    (tmp_path / "clock").write_text("2026-03-02T09:00")
    (tmp_path / "flow.yaml").write_text(FLOW)
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


def until(true: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.1)


def state(id: str) -> str:
    return {row["id"]: row["state"] for row in json.loads(done("list", "--json"))}[id]


@pytest.fixture
def service(folder: Path) -> Iterator[subprocess.Popen[str]]:
    with open(folder / "log", "w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot.cli", "run", "--console"],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            text=True,
        )
    try:
        until(door_of(folder / "palabre.db").exists)
        yield process
    finally:
        process.kill()
        process.wait(5)
        assert process.stdin is not None
        process.stdin.close()


def test_a_consultation_from_the_command_line_beside_the_running_service(
    folder: Path, service: subprocess.Popen[str]
) -> None:
    assert service.stdin is not None
    # a second instance
    sentence = refused("run")
    assert sentence.startswith("Another Palabre already works on palabre.db.")
    # published through the service, answered in the terminal
    assert done("publish", "flow.yaml", "--close", "2026-03-10T20:00") == "mobilite"
    assert door_of(folder / "palabre.db").stat().st_mode & 0o077 == 0
    service.stdin.write("/start mobilite\n2\nsend\n")
    service.stdin.flush()
    until(lambda: json.loads(done("list", "--json"))[0]["people"] == 1)
    for command in (("results", "mobilite", "--json"), ("results", "mobilite"), ("export", "mobilite")):
        assert refused(*command) == "The result is shown to nobody before the closing."
    assert "Web: Palabre is running on" in done("doctor")
    # a copy beside the running service
    assert done("backup", "copy.db") == "copy.db"
    assert "exists already" in refused("backup", "copy.db")
    # the clock moves past the closing hour
    (folder / "clock").write_text("2026-03-10T18:59:59")
    time.sleep(0.5)
    assert state("mobilite") == "open"
    (folder / "clock").write_text("2026-03-10T19:00:00")
    until(lambda: state("mobilite") == "closed")
    result = json.loads(done("results", "mobilite", "--json"))
    assert result["participants"] == 1
    assert {row["code"]: row["count"] for row in result["questions"][0]["rows"]} == {"velo": 0, "bus": 1}
    assert "By bus" in done("results", "mobilite")
    assert "bus" in done("export", "mobilite")
    # another one, closed early
    assert done("publish", "flow.yaml", "--open", "now") == "mobilite-2"
    assert done("close", "mobilite-2") == "closing"
    assert refused("close", "mobilite-2") == "No open consultation is called “mobilite-2”."
    until(lambda: state("mobilite-2") == "closed")
    # and it stops in peace
    service.send_signal(signal.SIGTERM)
    assert service.wait(15) == 0
    assert not door_of(folder / "palabre.db").exists()
    assert "Traceback" not in (folder / "log").read_text()


def test_a_locked_database_is_waited_for(folder: Path, service: subprocess.Popen[str]) -> None:
    """Longer than the database itself would wait: the service says so, loses nothing, and goes on."""
    done("publish", "flow.yaml")
    assert service.stdin is not None
    with closing(sqlite3.connect(folder / "palabre.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        service.stdin.write("/start mobilite\n2\n")
        service.stdin.flush()
        until(lambda: "locked by another program" in (folder / "log").read_text())
        assert "Trying again each second; nothing is lost." in (folder / "log").read_text()
        assert done("list")
        other.execute("COMMIT")
    until(lambda: json.loads(done("list", "--json"))[0]["people"] == 1)
    with closing(sqlite3.connect(folder / "palabre.db")) as look:
        until(lambda: look.execute("SELECT answer FROM ballots").fetchall() == [('["answer","bus"]',)])
    assert (folder / "log").read_text().count("locked by another program") == 1


def test_a_full_disk_is_waited_for(folder: Path, service: subprocess.Popen[str]) -> None:
    """No file of the service may grow, as on a full disk: what comes in waits, and nothing is half there."""
    done("publish", "flow.yaml")
    assert service.stdin is not None
    hard = resource.prlimit(service.pid, resource.RLIMIT_FSIZE)[1]
    resource.prlimit(service.pid, resource.RLIMIT_FSIZE, (16_384, hard))
    service.stdin.write("/start mobilite\n2\n")
    service.stdin.flush()
    until(lambda: "The database cannot be written" in (folder / "log").read_text())
    assert json.loads(done("list", "--json"))[0]["people"] == 0
    resource.prlimit(service.pid, resource.RLIMIT_FSIZE, (hard, hard))
    with closing(sqlite3.connect(folder / "palabre.db")) as look:
        until(lambda: look.execute("SELECT answer FROM ballots").fetchall() == [('["answer","bus"]',)])
        assert look.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert look.execute("SELECT count(*) FROM inbox WHERE adapter = 'console'").fetchone() == (2,)


def test_without_a_service_the_command_line_does_it_itself(folder: Path) -> None:
    assert "There is no database at palabre.db yet" in refused("list")
    assert done("publish", "flow.yaml", "--open", "2026-03-05T08:00", "--close", "2026-03-06T08:00") == "mobilite"
    assert state("mobilite") == "scheduled"
    assert "No open consultation" in refused("close", "mobilite")
    assert done("publish", "flow.yaml") == "mobilite-2"
    assert done("close", "mobilite-2") == "closing"
    assert "There are: mobilite, mobilite-2" in refused("results", "nowhere")
    assert done("migrate") == "The database is up to date."


def test_a_palabre_that_does_not_answer_is_a_sentence(folder: Path) -> None:
    done("publish", "flow.yaml")
    with only_one(folder / "palabre.db"):
        assert "works on palabre.db and does not answer" in refused("close", "mobilite")
    door = door_of(folder / "palabre.db")
    with socket.socket(socket.AF_UNIX) as line:
        line.bind(str(door))
        assert ask(door, {"do": "close", "lang": "en"}) is None, "a door that nobody opens is no door"
        line.listen()
        reply = ask(door, {"do": "close", "lang": "en"}, seconds=0.2)
    assert reply is not None
    assert "did not answer" in reply["error"]


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("--close", "2026-03-01T20:00"), 1, "must lie after the opening and in the future"),
        (("--open", "2026-04-10T08:00", "--close", "2026-04-09T08:00"), 1, "must lie after the opening"),
        (("--close", "2026-03-29T02:30"), 1, "That hour does not exist: the clocks change that night. Try"),
        (("--close", "tomorrow"), 2, "is not an hour; write 2026-12-01T20:00"),
        (("--close", "2026-12-01T20:00+01:00"), 2, "without an offset"),
        (("--place", "telegram"), 2, "not a place: 'telegram'"),
        (("--place", ":12"), 2, "not a place"),
    ],
)
def test_what_cannot_be_published_is_a_sentence(folder: Path, options: tuple[str, ...], code: int, said: str) -> None:
    assert said in " ".join(refused("publish", "flow.yaml", *options, code=code).split())
    if code == 1:
        assert json.loads(done("list", "--json")) == []


def test_a_flow_with_mistakes_is_not_published(folder: Path) -> None:
    (folder / "flow.yaml").write_text(FLOW.replace("one_of", "one_off"))
    assert "flow.yaml:8:5: ask mode / one_off" in refused("publish", "flow.yaml")
    assert not (folder / "palabre.db").exists()
    assert palabre("check", "flow.yaml").exit_code == 1
    assert refused("publish", "nowhere.yaml")


def test_trouble_with_the_database_is_a_sentence(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "palabre.db").write_text("not a database " * 500)
    for command in (("list",), ("migrate",), ("publish", "flow.yaml")):
        assert "not a database" in refused(*command)
    monkeypatch.setenv("PALABRE_DATABASE__URL", f"sqlite:///{folder}/newer.db")
    done("migrate")
    database = Database(f"sqlite:///{folder}/newer.db")
    with database.transaction() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    for command in (("run",), ("migrate",), ("publish", "flow.yaml")):
        assert "newer version of Palabre" in refused(*command)
    monkeypatch.setenv("PALABRE_DATABASE__URL", f"sqlite:///{folder}/no/where/palabre.db")
    assert "cannot be written" in refused("publish", "flow.yaml")
    monkeypatch.setenv("PALABRE_DATABASE__URL", "palabre")
    assert "PALABRE_DATABASE__URL" in refused("list")


def test_a_wrong_setting_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PALABRE_QUIET", "at night")
    for command in (("run",), ("list",), ("doctor",), ("publish", "flow.yaml")):
        assert refused(*command) == "PALABRE_QUIET: write from when to when, such as 21:00-08:00"


# --- The doctor ------------------------------------------------------------------------------------------------------


def findings() -> tuple[int, list[str]]:
    result = palabre("doctor")
    assert "Traceback" not in result.output
    return result.exit_code, [line[6:] for line in result.output.splitlines() if line.startswith("wrong")]


def test_the_doctor_is_content_with_a_healthy_instance(folder: Path) -> None:
    assert findings() == (0, [])
    done("publish", "flow.yaml")
    assert findings() == (0, [])


def test_the_doctor_finds_what_is_wrong(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done("publish", "flow.yaml")
    database = Database(f"sqlite:///{folder}/palabre.db")
    with database.transaction() as connection:
        assert audit.verify(connection) is None
        connection.exec_driver_sql("UPDATE audit SET who = 'nobody'")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    (folder / "palabre.toml").write_text("locale = 'en'\n")
    (folder / "palabre.toml").chmod(0o644)
    monkeypatch.setenv("PALABRE_TELEGRAM__TOKEN", "123456:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw")
    monkeypatch.setenv("PALABRE_TELEGRAM__BASE_URL", f"http://127.0.0.1:{free_port()}")
    host, port = "127.0.0.1", int(os.environ["PALABRE_WEB__LISTEN"].rpartition(":")[2])
    with closing(socket.create_server((host, port))):
        code, wrong = findings()
    assert code == 1
    expected = ["Settings: others can read", "Database: version 9999", "Audit: row 1", "Web: Another", "Telegram: "]
    assert [next((text for text in wrong if text.startswith(start)), start) for start in expected] == wrong
    assert "AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw" not in " ".join(wrong)


def test_the_doctor_looks_at_a_file_that_is_no_database(folder: Path) -> None:
    (folder / "palabre.db").write_text("not a database " * 500)
    code, wrong = findings()
    assert code == 1
    assert "not a database" in wrong[0]


# --- Every command ---------------------------------------------------------------------------------------------------


def commands() -> list[str]:
    return sorted(main.commands)


@pytest.mark.parametrize("name", commands())
def test_each_command_tells_what_it_does_with_an_example(name: str) -> None:
    text = done(name, "--help")
    assert "Example" in text
    assert f"palabre {name}" in text
    command: Any = main.commands[name]
    for option in command.params:
        if isinstance(option, click.Option) and option.name not in ("help", "as_json"):
            assert option.help, f"--{option.name} of {name} is not explained"


def test_wrong_usage_ends_with_two() -> None:
    for arguments in ((), ("dance",), ("close",), ("export", "x", "--format", "pdf"), ("check",)):
        assert palabre(*arguments).exit_code == 2, arguments


def test_the_names_promised_to_other_programs_are_there() -> None:
    promised = {"run", "try", "check", "publish", "list", "close", "results", "export", "doctor", "migrate", "backup"}
    assert promised <= set(commands())
