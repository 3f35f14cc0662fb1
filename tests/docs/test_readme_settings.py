"""The settings that the README lists for `/poll` are settings, all of them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.polls.line import import_poll
from bot.polls.model import PollLine

README = (Path(__file__).parents[2] / "README.md").read_text()
TABLE = README.partition("| setting | English | French |")[2].partition("\n\n")[0]
ROWS = [line.strip("|").split("|") for line in TABLE.splitlines() if line.startswith("| ") and "---" not in line]
SAID = [(lang, said) for row in ROWS for lang, cell in zip(("en", "fr"), row[1:], strict=True)
        for said in re.findall(r"`([^`]+)`", cell)]  # fmt: skip
NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


def test_the_table_is_found() -> None:
    assert len(SAID) > 60


@pytest.mark.parametrize(("lang", "said"), SAID)
def test_a_setting_of_the_readme_is_understood(lang: str, said: str) -> None:
    choices = ["mardi 18h", "jeudi 18h", "samedi 18h"] if said == "dates" else ["Anne", "Paul", "Zoé"]
    choices = [] if said.startswith("consent") else choices
    found = import_poll("Quel jour ?", choices, multiple=False, now=NOW, zone="Europe/Paris", lang=lang, settings=said)
    assert isinstance(found, PollLine), [str(one) for one in found]
    assert not found.notes or said.startswith(("max", "min"))
