"""`palabre broadcasts`: what is being sent to many people, how far it is, and stopping it.

The one rule: looking changes nothing; numbers, never names. Colours and a line that moves only on a terminal.
"""

from __future__ import annotations

import sys
import time
from typing import Any

import click

from bot.cli.database import look, perform
from bot.cli.group import colour, language, main
from locales import tr

STEP = 1.0
WIDTH = 30
SHOWN = 10
_COLOURS = {"running": "green", "paused": "yellow", "stopped": "red"}


@main.command()
@click.option(
    "--follow", is_flag=True, help="Show it until everything has left; Ctrl-C ends the looking, not the sending."
)
@click.option("--pause", type=int, metavar="N", help="Let the one with this number wait.")
@click.option("--resume", type=int, metavar="N", help="Go on with it.")
@click.option("--stop", type=int, metavar="N", help="Write to nobody else, for good.")
def broadcasts(follow: bool, pause: int | None, resume: int | None, stop: int | None) -> None:
    """What is being sent to many people: reminders, results, invitations.

    \b
    Examples:
      palabre broadcasts
      palabre broadcasts --follow
      palabre broadcasts --pause 12
    """
    asked = {word: id for word, id in (("pause", pause), ("resume", resume), ("stop", stop)) if id is not None}
    if len(asked) > 1:
        raise click.UsageError("Only one of --pause, --resume and --stop.")
    for word, id in asked.items():
        perform({"do": "broadcast", "word": word, "id": id, "lang": language()})
    found = _found()
    if not found:
        click.echo(tr(language(), "Nothing is on its way to many people at the moment."))
    lines = _show(found, over=0)
    while follow and any(mailing.state == "running" for mailing, _stands in found):
        time.sleep(STEP)
        found = _found()
        lines = _show(found, over=lines if colour() else 0)


def _found() -> list[tuple[Any, Any]]:
    from storage import mailings

    def read(connection: Any, _flows: Any) -> list[tuple[Any, Any]]:
        some = mailings.latest(connection, SHOWN)
        return [(mailing, mailings.progress(connection, mailing.id)) for mailing in reversed(some)]

    return list(look(read))


def _show(found: list[tuple[Any, Any]], *, over: int) -> int:
    """Print a line for each; over the last `over` lines. How many lines."""
    if over:
        click.echo(f"\x1b[{over}A", nl=False)
    for mailing, stands in found:
        click.echo(("\x1b[2K" if over else "") + line(mailing, stands, language(), colours=colour()))
    sys.stdout.flush()
    return len(found)


def line(mailing: Any, stands: Any, lang: str, *, colours: bool) -> str:
    """One mailing: its number, what it is, how far it is, and what went wrong."""
    ended = mailing.state == "done"
    sent, failed, unsure = (mailing if ended else stands).sent, stands.failed, stands.unsure
    full = round(WIDTH * min(1.0, sent / mailing.people)) if mailing.people else WIDTH
    bar = "█" * full + "░" * (WIDTH - full)
    about = tr(
        lang,
        "{sent} of {all} sent, {failed} could not be reached, {unsure} unsure, {out} left out",
        sent=sent,
        all=mailing.people,
        failed=mailing.failed if ended else failed,
        unsure=mailing.unsure if ended else unsure,
        out=mailing.left_out,
    )
    state = _state(mailing.state, lang)
    told = click.style(state, fg=_COLOURS.get(mailing.state)) if colours else state
    return f"{mailing.id:>5}  {mailing.kind} {mailing.consultation}  {bar}  {told}: {about}"


def _state(state: str, lang: str) -> str:
    match state:
        case "running":
            return tr(lang, "on its way")
        case "paused":
            return tr(lang, "paused")
        case "stopped":
            return tr(lang, "stopped")
        case _:
            return tr(lang, "done")
