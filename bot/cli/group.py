"""The command itself, and what every subcommand needs: settings, language, colours, and a way to fail in one sentence.

The one rule: every error that is somebody's to mend ends as a sentence and status 1, never as a traceback.
"""

from __future__ import annotations

import os
import sys
from typing import Any, NoReturn

import click

from bot.config import ConfigError, Settings, load


class Palabre(click.Group):
    """Every error that is somebody's to mend ends as one sentence, never as a traceback."""

    def invoke(self, context: click.Context) -> Any:
        from storage.database import StorageError

        try:
            return super().invoke(context)
        except (ConfigError, StorageError) as error:
            fail(str(error))


def fail(sentence: str) -> NoReturn:
    click.secho(sentence, fg="red", err=True)
    sys.exit(1)


def settings_now() -> Settings:
    return load()


def language() -> str:
    try:
        return settings_now().locale
    except ConfigError:
        return "fr"


def colour() -> bool:
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ


@click.group(cls=Palabre, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="palabre")
def main() -> None:
    """Public decisions from the messenger people already use.

    \b
    Examples:
      palabre check my-vote.yaml          find every mistake in a flow file
      palabre try my-vote.yaml            play it in the terminal
      palabre run                         start the service
      palabre publish my-vote.yaml --close 2026-12-01T20:00
      palabre results my-vote
    """
