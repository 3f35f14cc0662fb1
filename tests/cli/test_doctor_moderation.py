"""`palabre doctor` on what Palabre may do in the groups that it watches, with the service running and without."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr
from running import Town

from adapters.telegram_emulator import Emulator
from bot.config import DatabaseSettings, Settings, TelegramSection
from bot.doctor import examine
from bot.standing import told
from locales import tr
from storage import migrate, watched
from storage.database import Database

QUARTER, PLACE = -1001234567890, "telegram:-1001234567890"


def watch(path: Path, *places: str) -> None:
    database = Database(f"sqlite:///{path}")
    migrate.upgrade(database)
    with database.transaction() as connection:
        for place in places:
            watched.watch(connection, place, True)
    database.close()


async def findings(path: Path, telegram: Emulator) -> list[tuple[bool, str]]:
    settings = Settings(
        database=DatabaseSettings(url=f"sqlite:///{path}"),
        telegram=TelegramSection(token=SecretStr(telegram.token), base_url=telegram.url),
        locale="en",
    )
    found = await examine(settings, path)
    return [(one.well, one.sentence) for one in found if one.sentence.startswith("Moderation")]


async def test_each_watched_group_has_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "palabre.db"
    async with Emulator() as telegram:
        quarter = telegram.group(QUARTER, admin=True)
        assert await findings(path, telegram) == []
        watch(path)
        assert await findings(path, telegram) == []
        watch(path, PLACE, "telegram:-100777", "matrix:!r:ville.fr")
        may = f"Moderation in {PLACE}: Palabre may delete messages, mute people for a while, ban people."
        nobody = [
            (False, "Moderation in matrix:!r:ville.fr: the messenger gives no answer."),
            (False, "Moderation in telegram:-100777: the messenger gives no answer."),
        ]
        assert await findings(path, telegram) == sorted([*nobody, (True, may)], key=lambda one: one[1].split(" ")[2])
        quarter.empower("can_delete_messages")
        (line,) = [one for one in await findings(path, telegram) if PLACE in one[1]]
        assert line[0] is False
        assert "may not mute people for a while, ban people" in line[1]
        assert "Ban users" in line[1]
        assert "Delete messages" not in line[1]


async def test_while_the_service_runs_it_is_asked(tmp_path: Path) -> None:
    async with Emulator() as telegram:
        telegram.group(QUARTER, admin=False)
        town = Town(tmp_path, telegram=telegram, LOCALE="en")
        watch(town.database, PLACE)
        async with town:
            await town.start()
            said = await town.palabre("doctor", status=1)
    assert f"Moderation in {PLACE}: Palabre may not delete messages" in said


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_all_is_well_only_where_everything_may_be_done(lang: str) -> None:
    assert told("telegram:-1", ["ban", "delete", "mute", "unban", "unmute"], lang)[0]
    assert not told("telegram:-1", ["delete"], lang)[0]
    assert told("telegram:-1", None, lang) == (
        False,
        tr(lang, "Moderation in {place}: the messenger gives no answer.", place="telegram:-1"),
    )
