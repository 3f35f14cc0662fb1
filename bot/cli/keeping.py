"""Commands for whoever keeps the data: migrate, move to another database, backup, restore.

The one rule: what replaces or moves everything is done while nobody else writes; what only copies is done at any time.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from bot import backdoor
from bot.cli.database import database_path
from bot.cli.group import fail, main, settings_now
from bot.config import Settings
from locales import tr, trn


@main.command()
@click.option("--to", "url", metavar="URL", help="Move everything into this empty database (sqlite:/// postgresql://).")
def migrate(url: str | None) -> None:
    """Bring the database up to date (`palabre run` does it too); a copy is made first.

    With --to, copy everything into another, empty database, in one transaction, compared table by table. The service
    must be stopped; the database it had until now is only read, and stays.

    \b
    Examples:
      palabre migrate
      palabre migrate --to postgresql://palabre@db.ville.fr/palabre
      PALABRE_DATABASE__URL=postgresql://... palabre migrate --to sqlite:///palabre.db
    """
    from bot.app import open_database

    settings = settings_now()
    if url is None:
        open_database(settings).close()
        click.echo(tr(settings.locale, "The database is up to date."))
    else:
        _move(settings, url)


def _move(settings: Settings, url: str) -> None:
    from bot.files import copy_photos, folder_of
    from storage.database import Database
    from storage.moving import move

    lang = settings.locale
    source, target = _existing(settings), Database(url)
    try:
        with _alone(source, lang), _alone(target, lang), _progress(tr(lang, "Moving")) as told:
            moved = move(source, target, told)
            photos = copy_photos(folder_of(source), folder_of(target))
    finally:
        source.close()
        target.close()
    for one in moved:
        if one.rows:
            click.echo(f"{one.table:<20} {one.rows:>12} {one.checksum[:16]}")
    rows = sum(one.rows for one in moved)
    said = tr(lang, "{n} rows of {tables} tables were moved and compared. {source} was only read, and stays.",
              n=rows, tables=len(moved), source=source.name)  # fmt: skip
    click.echo(said)
    if photos:
        click.echo(trn(lang, "{n} photo was copied.", "{n} photos were copied.", photos))
    click.echo(tr(lang, "Now set PALABRE_DATABASE__URL to the new address and start Palabre."))


@main.command()
@click.argument("target", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--output", "-o", type=click.Path(path_type=Path, dir_okay=False), help="The file to write, as the argument."
)
def backup(target: Path | None, output: Path | None) -> None:
    """Copy everything into one file while the service runs: the database, and the photos that belong to it.

    A name that ends in .db makes a copy of the database alone. A file that is there is never written over. The keys of
    Matrix are not in it: copy their folder while the service stands still.

    \b
    Examples:
      palabre backup                                      makes palabre-2026-12-01T0300.zip
      palabre backup --output /mnt/backups/palabre.zip
      palabre backup copy.db                              the database alone
    """
    from bot import backups
    from bot.clock import now_from

    if target is not None and output is not None:
        raise click.UsageError("Name the file once.")
    settings = settings_now()
    lang, at = settings.locale, now_from(settings.clock)()
    file = output or target or Path(f"palabre-{at:%Y-%m-%dT%H%M}.zip")
    if file.exists():
        fail(tr(lang, "{file} exists already.", file=file))
    database = _existing(settings)
    try:
        with _progress(tr(lang, "Copying")) as told:
            made = backups.make(database, file, at, told)
    finally:
        database.close()
    click.echo(_inside(made.held, made.photos, lang), err=True)
    size = f"{file.stat().st_size / 1_000_000:.1f}"
    click.echo(tr(lang, "{n} MB. It holds what people answered: keep it where only you can read it.", n=size), err=True)
    click.echo(str(file))


@main.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def restore(file: Path) -> None:
    """Put a backup in the place of the database. The service must be stopped.

    What is there now is kept beside it. Whoever erased their data after the backup was made is erased again, before
    anybody is served. Messages that were due when it was made, or since, are not sent.

    \b
    Example:
      palabre restore palabre-2026-12-01T0300.zip
    """
    from bot import restoring
    from bot.clock import now_from
    from bot.scene import Rules
    from storage.database import Database

    settings = settings_now()
    lang = settings.locale
    rules = Rules(lang=lang, quiet=settings.quiet_hours, public_url=settings.public_url)
    current = Database(settings.database.url)
    try:
        with _alone(current, lang), _progress(tr(lang, "Putting back")) as told:
            done = restoring.restore(file, current, rules, now_from(settings.clock), told)
    finally:
        current.close()
    click.echo(_inside(done.held, done.photos, lang))
    if done.erased:
        said = trn(
            lang,
            "{n} person had erased their data since, and is erased again.",
            "{n} people had erased their data since, and are erased again.",
            done.erased,
        )
        click.echo(said)
    if done.unsent:
        said = trn(
            lang, "{n} message that was due is not sent.", "{n} messages that were due are not sent.", done.unsent
        )
        click.echo(said)
    if done.kept is not None:
        click.echo(tr(lang, "What was there before is in {file}; delete it in time.", file=done.kept))


# --- What they share -------------------------------------------------------------------------------------------------


def _existing(settings: Settings) -> Any:
    """The database of the settings, which must be there."""
    from storage.database import Database

    path = database_path(settings)
    if path is not None and not path.exists():
        fail(tr(settings.locale, "There is no database at {file} yet. Start with: palabre run", file=path))
    return Database(settings.database.url, read_only=True)


@contextmanager
def _alone(database: Any, lang: str) -> Iterator[None]:
    """Nobody else is at work on this database."""
    from storage import leases, migrate

    if database.path is not None:
        try:
            with backdoor.only_one(database.path):
                yield
        except backdoor.Taken:
            fail(tr(lang, "Palabre works on {file}. Stop it first.", file=database.name))
        return
    if migrate.current(database) is not None:
        with database.transaction() as connection:
            working = sorted(set(leases.holders(connection).values()))
        if working:
            fail(tr(lang, "Palabre works on {file}. Stop it first.", file=f"{database.name} ({', '.join(working)})"))
    yield


@contextmanager
def _progress(doing: str) -> Iterator[Callable[[str, int, int], None]]:
    """A bar on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _what, _done, _all: None
        return
    with click.progressbar(length=1_000, label=doing, file=sys.stderr) as bar:
        reached = 0

        def told(_what: str, done: int, all_: int) -> None:
            nonlocal reached
            now = 1_000 * done // max(all_, 1)
            bar.update(max(0, now - reached))
            reached = max(reached, now)

        yield told


def _inside(held: Any, photos: int, lang: str) -> str:
    """What a backup holds."""
    counted = (
        trn(lang, "{n} consultation", "{n} consultations", held.consultations),
        trn(lang, "{n} person", "{n} people", held.people),
        trn(lang, "{n} answer", "{n} answers", held.ballots),
        trn(lang, "{n} proposal", "{n} proposals", held.proposals),
        trn(lang, "{n} photo", "{n} photos", photos),
    )
    return ", ".join(counted)
