"""Commands about what people put forward: replay.

The one rule: what is told can be checked. A replay reads the log and the database, and believes neither.
"""

from __future__ import annotations

import sys
from typing import Any

import click

from bot.cli.database import look, named
from bot.cli.group import language, main
from locales import tr, trn


@main.command()
@click.argument("id")
def replay(id: str) -> None:
    """Check that every card was chosen as the published policy says.

    Each choice is made again from what was logged: the proposals to choose from, and the seed. Exit status 1 when one
    comes out otherwise. Works while the service runs.

    \b
    Example:
      palabre replay make-consultation
    """
    from bot.contributions import replaying

    lang = language()
    done = look(lambda connection, flows: _replayed(connection, flows, id))
    if not done.servings:
        click.echo(tr(lang, "No card has been chosen for anybody yet: there is nothing to check."))
        return
    click.echo(
        trn(
            lang,
            "{count} choice was made again ({cards} cards).",
            "{count} choices were made again ({cards} cards).",
            done.servings,
            count=done.servings,
            cards=done.cards,
        )
    )
    for number, why in done.wrong:
        click.secho(tr(lang, "Number {n} in the log: {why}", n=number, why=replaying.said(why, lang)), fg="red")
    if done.wrong:
        sys.exit(1)
    click.echo(tr(lang, "Every one follows from its pool and its seed, by the policy of the flow."))


def _replayed(connection: Any, flows: Any, id: str) -> Any:
    from bot.contributions import replaying

    run = named(connection, id)
    return replaying.replay(connection, run.id, flows.of(connection, run))
