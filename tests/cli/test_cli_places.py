"""What a place cannot be asked, told before anything is published there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import main

FLOW = """\
palabre: 1
id: bancs
lang: en
title: Benches
secrecy: {secrecy}
steps:
  - ask: wanted
    text: Do we need benches?
    yes_no: true
    optional: true
  - end: thanks
    text: Thank you!
"""
ROOM = "matrix:!square:town.example"
WHY = (
    "On Matrix, everybody in a room sees what others press and write there. These answers are confidential, so none is "
    "taken in the room: people answer in private, one tap away."
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PALABRE_DATABASE__URL", f"sqlite:///{tmp_path}/palabre.db")
    monkeypatch.setenv("PALABRE_LOCALE", "en")
    for secrecy in ("open", "confidential"):
        (tmp_path / f"{secrecy}.yaml").write_text(FLOW.format(secrecy=secrecy))
    return tmp_path


def palabre(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def test_a_confidential_ballot_is_refused_where_others_see_presses(folder: Path) -> None:
    said = palabre("check", "confidential.yaml", "--place", ROOM)
    assert said.exit_code == 0, "people can answer it, in private"
    assert f"confidential.yaml:5:1: secrecy: remark: {WHY}" in said.output
    found = json.loads(palabre("check", "confidential.yaml", "--place", ROOM, "--json").output)
    assert [(one["level"], one["line"], one["what"]) for one in found] == [("remark", 5, WHY)]


def test_where_presses_are_private_there_is_nothing_to_say(folder: Path) -> None:
    for places in ((), ("--place", "telegram:-100123"), ("--place", "console:here")):
        assert "secrecy:" not in palabre("check", "confidential.yaml", *places).output
    assert "sees who votes for what" in palabre("check", "open.yaml", "--place", ROOM).output


def test_what_is_no_place_is_refused(folder: Path) -> None:
    said = palabre("check", "open.yaml", "--place", "nonsense")
    assert said.exit_code == 2
    assert "not a place" in said.output


def test_publishing_says_it_too(folder: Path) -> None:
    said = palabre("publish", "confidential.yaml", "--place", ROOM)
    assert said.exit_code == 0, said.output
    assert (said.stdout.strip(), said.stderr.strip()) == ("bancs", WHY)
