"""Commands for whoever runs the server: run, doctor, the Matrix account.

The one rule: secrets are asked for or read from the settings, and never printed.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from bot import backdoor
from bot.cli.consultations import publication
from bot.cli.database import database_path
from bot.cli.group import fail, main, settings_now
from bot.config import Settings, misspelt
from bot.matrixaccount import secrets_of
from locales import tr

if TYPE_CHECKING:
    from storage.database import Connection


@main.command()
@click.option("--samples", is_flag=True, help="Publish the sample consultations if the database is empty.")
@click.option("--console", is_flag=True, help="Take part in this terminal as well.")
def run(samples: bool, console: bool) -> None:
    """Start the service: messengers, web chat, scheduler.

    \b
    Examples:
      palabre run --samples
      PALABRE_TELEGRAM__TOKEN=... palabre run
    """
    from bot import logs
    from bot.server import CannotListen

    settings = settings_now()
    if console:
        settings.console.enabled = True
    logs.set_up(settings.logging, _secrets(settings))
    path = database_path(settings)
    lang = settings.locale
    for name, meant in misspelt(os.environ):
        click.secho(
            tr(lang, "{name} is no setting. Did you mean {meant}?", name=name, meant=meant), fg="yellow", err=True
        )
    try:
        if path is None:
            _run(settings, samples)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            with backdoor.only_one(path):
                _run(settings, samples)
    except backdoor.Taken:
        sentence = tr(
            lang, "Another Palabre already works on {file}. Stop it, or set PALABRE_DATABASE__URL.", file=path
        )
        fail(sentence)
    except CannotListen as error:
        fail(str(error))


def _run(settings: Settings, samples: bool) -> None:
    import uvloop

    from bot.app import Service, open_database
    from bot.upkeep import calm_collector

    database = open_database(settings)

    async def serve() -> None:
        service = Service(settings, database, say=click.echo)
        loop = asyncio.get_running_loop()
        for name in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(name, service.stop)
        if samples:
            await _publish_samples(service)
        calm_collector()
        await service.run(lambda: _greet(settings))

    uvloop.run(serve())


def _greet(settings: Settings) -> None:
    lang = settings.locale
    if settings.web.enabled:
        click.echo(tr(lang, "Open {url} and press a consultation, or type /start.", url=settings.public_url))
    if settings.telegram.token is None:
        click.echo(tr(lang, "No Telegram yet: set PALABRE_TELEGRAM__TOKEN to the token that @BotFather gave you."))
    click.echo(tr(lang, "Ctrl-C stops; nothing is lost."))


SAMPLES = (
    "local-vote",
    "participatory-budget",
    "candidate-choice",
    "meeting-date",
    "service-feedback",
    "great-debate",
)
"""What a first visitor sees: one of each kind, few enough to read. The other templates wait in /new."""


async def _publish_samples(service: Any) -> None:
    """Some of the shipped consultations, if there is none at all; of several workers that start at once, one does."""
    from bot.polls.templates import LIBRARY as TEMPLATES
    from flows.load import load_file
    from storage import consultations, meta

    def mine(connection: Connection) -> bool:
        return meta.claim(connection, "samples") and not consultations.all_of(connection)

    if not await service.storage.within(mine):
        return
    for name in SAMPLES:
        loaded = load_file(TEMPLATES / f"{name}.yaml", service.settings.locale)
        if loaded.flow is not None:
            request = publication(loaded, (), None, None, at_once=True, lang=service.settings.locale)
            await service.storage.call(backdoor.perform, service.road, request)


def _secrets(settings: Settings) -> list[str]:
    found = (
        settings.telegram.webhook_secret,
        settings.matrix.password,
        settings.matrix.access_token,
        settings.matrix.store_key,
    )
    password = urlsplit(settings.database.url).password
    told = [secret.get_secret_value() for secret in found if secret is not None] + ([password] if password else [])
    return [*settings.telegram.bots.values(), *told, *secrets_of(settings)]


@main.command()
@click.option("--json", "as_json", is_flag=True, help="One object for each finding, for programs.")
def doctor(as_json: bool) -> None:
    """Look at settings, machine, database and messengers, and say what is wrong and what to do about it.

    Exit status 1 when something is wrong. Nothing is changed. Works while the service runs.

    \b
    Examples:
      palabre doctor
      palabre doctor --json
    """
    from bot.doctor import examine

    settings = settings_now()
    findings = asyncio.run(examine(settings, database_path(settings)))
    if as_json:
        told = [{"check": one.check, "well": one.well, "sentence": one.sentence} for one in findings]
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        for finding in findings:
            mark = click.style("ok   ", fg="green") if finding.well else click.style("wrong", fg="red")
            click.echo(f"{mark} {finding.sentence}")
    sys.exit(0 if all(finding.well for finding in findings) else 1)


@main.group()
def matrix() -> None:
    """The bot's Matrix account.

    \b
    Example:
      palabre matrix login
    """


@matrix.command()
@click.option("--new-device", is_flag=True, help="The old device's keys are lost: set them aside and make a new one.")
def login(new_device: bool) -> None:
    """Log in once; the device and its keys are kept for ever. The password is asked for, and not kept.

    \b
    Example:
      PALABRE_MATRIX__HOMESERVER=https://matrix.ville.fr PALABRE_MATRIX__USER=@palabre:ville.fr palabre matrix login
    """
    from bot.matrixaccount import log_in

    settings = settings_now()
    password = None if settings.matrix.password else click.prompt("Password", hide_input=True)
    user, device = asyncio.run(log_in(settings, password, new_device=new_device))
    click.echo(tr(settings.locale, "Logged in as {person}, device {device}.", person=user, device=device))
    where = settings.matrix.store.absolute()
    click.echo(
        tr(settings.locale, "The keys are in {folder}. Keep them safe: nobody can make them again.", folder=where)
    )


@matrix.command()
@click.option("--url", help="Where the homeserver reaches Palabre's web server; else PALABRE_WEB__URL or __LISTEN.")
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), help="The file; else PALABRE_MATRIX__REGISTRATION."
)
def registration(url: str | None, output: Path | None) -> None:
    """Write the file that makes Palabre an application service of the homeserver. Written again, it keeps its tokens.

    \b
    Example:
      PALABRE_MATRIX__USER=@palabre:ville.fr palabre matrix registration --url http://127.0.0.1:8080
    """
    from bot.matrixaccount import register

    settings = settings_now()
    lang, file = settings.locale, output or settings.matrix.registration
    made = register(settings, url, file)
    click.echo(
        tr(lang, "{file} is for {person}, reached at {url}.", file=file.absolute(), person=made.user, url=made.url)
    )
    click.echo(tr(lang, "1. Copy it to where the homeserver can read it, and nobody else but you."))
    click.echo(tr(lang, "2. In homeserver.yaml, name that copy, then start the homeserver again:"))
    click.echo(f"app_service_config_files:\n  - /etc/matrix-synapse/{file.name}")
    click.echo(tr(lang, "3. Set PALABRE_MATRIX__MODE=appservice and start Palabre. No login is needed."))
