"""Documented or it does not merge: every command, setting and entry point is on a page that people read."""

from __future__ import annotations

import re
from importlib.metadata import entry_points
from pathlib import Path

import click
import click.testing
import pytest

from bot.cli import main
from bot.commands.register import ALL
from bot.config import Settings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
PAGES = (
    README
    + (ROOT / "CONTRIBUTING.md").read_text()
    + "".join((ROOT / room / "README.md").read_text() for room in ("flows", "adapters"))
)


@pytest.mark.parametrize("command", [command for command in ALL if command.about], ids=lambda command: command.name)
def test_a_command_of_the_chat_is_in_the_readme_with_its_french_name(command: object) -> None:
    assert f"`/{command.name}` `/{command.aliases[0]}`" in README  # type: ignore[attr-defined]


def settings() -> list[str]:
    names = []
    for name, field in Settings.model_fields.items():
        section = field.annotation
        inner = getattr(section, "model_fields", None)
        names += [f"PALABRE_{name}__{key}".upper() for key in inner] if inner else [f"PALABRE_{name}".upper()]
    return names


@pytest.mark.parametrize("name", settings())
def test_a_setting_is_in_the_readme(name: str) -> None:
    assert f"`{name}`" in README


@pytest.mark.parametrize("name", sorted(main.commands))
def test_a_command_of_the_command_line_is_on_a_page_and_its_help_has_an_example(name: str) -> None:
    command = main.commands[name]
    assert re.search(rf"\bpalabre\s+{name}\b|make {name}\b", PAGES), f"no page speaks of `palabre {name}`"
    text = click.testing.CliRunner().invoke(main, [name, "--help"]).output
    assert f"palabre {name}" in text.split("Example", 1)[1]
    assert command.help


def test_the_messengers_that_ship_are_named() -> None:
    for entry in entry_points(group="palabre.adapters"):
        assert entry.name.lower() in PAGES.lower()


def test_no_page_leads_to_a_file_that_is_not_there() -> None:
    for page in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "flows/README.md", ROOT / "adapters/README.md"):
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name} leads to {target}"
