"""The log of a service that people use, with everything going wrong that can: neither secrets nor what anybody said."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from running import Town, until

from adapters.telegram_emulator import Emulator
from bot.config import Settings

FLOW = """\
palabre: 1
id: mobilite
lang: en
title: Getting around
steps:
  - ask: mode
    text: How do you come?
    one_of: {velo: By bike, bus: By bus}
  - ask: idea
    text: An idea?
    short_text: true
  - end: thanks
    text: Thank you!
"""
OPINION = "Xylophones instead of cars"
NAME = "Zénobie"
WEBHOOK = "a-webhook-secret-that-nobody-knows"


async def used(folder: Path, log: str) -> str:
    """The log of a service in which somebody voted, wrote an idea, and three events failed."""
    async with Emulator() as telegram:
        town = Town(folder, telegram=telegram, LOCALE="en", LOG=log, TELEGRAM__WEBHOOK_SECRET=WEBHOOK)
        async with town:
            await town.publish(FLOW, "--open", "now")
            await town.start()
            person = telegram.citizen(7_654_321, name=NAME)
            person.say("/start mobilite")
            await until(lambda: town.value("SELECT count(*) FROM sessions") == 1)
            person.say("By bus")
            await until(lambda: town.value("SELECT count(*) FROM ballots") == 1)
            with closing(sqlite3.connect(town.database, timeout=30)) as damage:
                damage.execute("UPDATE sessions SET state = ?, seq = seq + 1", (f'{{"{OPINION}": ',))
                damage.commit()
            telegram.fault("sendmessage", "server_error", times=2)
            person.say(OPINION)
            await until(lambda: town.value("SELECT count(*) FROM inbox WHERE state = 'aside'") == 1)
            told = town.log()
    for secret in (telegram.token, telegram.token.partition(":")[2], WEBHOOK):
        assert secret not in told
    return told


@pytest.mark.parametrize("log", ["DEBUG", "json:DEBUG"])
async def test_neither_secrets_nor_content(tmp_path: Path, log: str) -> None:
    told = await used(tmp_path, log)
    assert "Traceback" in told, "something did fail"
    assert "JSONDecodeError" in told
    for mark in (OPINION, "Xylophones", "By bus", NAME, "7654321"):
        assert mark not in told, next(line for line in told.splitlines() if mark in line)
    if log.startswith("json"):
        records = [json.loads(line) for line in told.splitlines() if line.startswith("{")]
        failed = [record for record in records if "error" in record]
        assert {"at", "level", "logger", "message", "error", "trace"} == set(failed[0])
        assert all(record["level"] in ("DEBUG", "INFO", "WARNING", "ERROR") for record in records)


@pytest.mark.parametrize(
    ("said", "level", "json_"),
    [("INFO", "INFO", False), ("json", "INFO", True), ("json:WARNING", "WARNING", True), ("DEBUG", "DEBUG", False)],
)
def test_what_is_logged_and_how(monkeypatch: pytest.MonkeyPatch, said: str, level: str, json_: bool) -> None:
    monkeypatch.setenv("PALABRE_LOG", said)
    found = Settings().logging
    assert (found.level, found.json) == (level, json_)


@pytest.mark.parametrize("said", ["loud", "json:", "json:loud", "text:INFO", "", "jsonINFO"])
def test_what_is_no_way_to_log(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setenv("PALABRE_LOG", said)
    with pytest.raises(ValueError, match="write DEBUG, INFO, WARNING, ERROR, json"):
        Settings()
