"""The command line. Exit status: 0 done, 1 the thing asked for has mistakes or is not possible, 2 wrong usage."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

import click

from bot import backdoor
from bot.config import ConfigError, Settings, load, misspelt
from locales import tr


class Palabre(click.Group):
    """Every error that is somebody's to mend ends as one sentence, never as a traceback."""

    def invoke(self, context: click.Context) -> Any:
        from storage.database import StorageError

        try:
            return super().invoke(context)
        except (ConfigError, StorageError) as error:
            _fail(str(error))


def _fail(sentence: str) -> NoReturn:
    click.secho(sentence, fg="red", err=True)
    sys.exit(1)


def _settings() -> Settings:
    return load()


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


# --- Flow files ------------------------------------------------------------------------------------------------------


@main.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON list, for editors.")
def check(files: tuple[Path, ...], as_json: bool) -> None:
    """Find every mistake in flow files, with line and column.

    \b
    Example:
      palabre check flows/library/*.yaml
    """
    from bot.checking import render_report
    from flows.load import load_file

    wrong = False
    for file in files:
        loaded = load_file(file, _language())
        wrong |= loaded.flow is None
        click.echo(render_report(loaded, colour=_colour(), as_json=as_json))
    sys.exit(1 if wrong else 0)


@main.command("try")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--lang", help="Language of the participant (default: the flow's).")
@click.option("--repro", is_flag=True, help="Print the chat as a transcript for a test at the end.")
def try_(file: Path, lang: str | None, repro: bool) -> None:
    """Play a flow in the terminal, with no database; type +2d to let time pass.

    \b
    Example:
      palabre try flows/library/local-vote.yaml --lang en --repro
    """
    from bot.trying import in_terminal

    flow = _flow(file).flow
    assert flow is not None
    sys.exit(in_terminal(flow, lang=lang or flow.lang, repro=repro))


def _flow(file: Path) -> Any:
    """A checked flow file; leaves with the report when there are mistakes."""
    from bot.checking import render_report
    from flows.load import load_file

    loaded = load_file(file, _language())
    if loaded.flow is None:
        click.echo(render_report(loaded, colour=_colour(), as_json=False), err=True)
        sys.exit(1)
    return loaded


def _language() -> str:
    try:
        return _settings().locale
    except ConfigError:
        return "fr"


def _colour() -> bool:
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ


# --- The service -----------------------------------------------------------------------------------------------------


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

    settings = _settings()
    if console:
        settings.console.enabled = True
    logs.set_up(settings.log, _secrets(settings))
    path = _database_path(settings)
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
        _fail(sentence)
    except CannotListen as error:
        _fail(str(error))


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
    """Some of the shipped consultations, if there is none at all."""
    from flows.load import load_file
    from storage import consultations

    if await service.storage.within(lambda connection: bool(consultations.all_of(connection))):
        return
    folder = Path(__file__).parent.parent / "flows" / "library"
    for name in SAMPLES:
        loaded = load_file(folder / f"{name}.yaml", service.settings.locale)
        if loaded.flow is not None:
            request = _publication(loaded, (), None, None, at_once=True, lang=service.settings.locale)
            await service.storage.call(backdoor.perform, service.road, request)


def _secrets(settings: Settings) -> list[str]:
    found = (
        settings.telegram.token,
        settings.telegram.webhook_secret,
        settings.matrix.password,
        settings.matrix.access_token,
        settings.matrix.store_key,
    )
    password = urlsplit(settings.database.url).password
    return [secret.get_secret_value() for secret in found if secret is not None] + ([password] if password else [])


def _database_path(settings: Settings) -> Path | None:
    prefix = "sqlite:///"
    url = settings.database.url
    return Path(url.removeprefix(prefix)) if url.startswith(prefix) and len(url) > len(prefix) else None


# --- The office ------------------------------------------------------------------------------------------------------


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--place", "places", multiple=True, help="Where to announce it, such as telegram:-100123.")
@click.option("--open", "opens", help="'now', or the hour it opens, in the flow's time zone.")
@click.option("--close", "closes", help="The hour it closes, such as 2026-12-01T20:00, in the flow's time zone.")
def publish(file: Path, places: tuple[str, ...], opens: str | None, closes: str | None) -> None:
    """Make a consultation of a flow file; prints its id.

    \b
    Examples:
      palabre publish my-vote.yaml --open now --close 2026-12-01T20:00
      palabre publish my-vote.yaml --place telegram:-100123
    """
    from adapters.base import Place

    loaded = _flow(file)
    try:
        for place in places:
            Place.parse(place)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--place") from None
    at_once = opens == "now"
    request = _publication(
        loaded, places, None if at_once else _wall(opens, "--open"), _wall(closes, "--close"), at_once, _language()
    )
    done = _perform(request)
    click.echo(done["id"])
    if sys.stderr.isatty():
        _tell_published(done, _language())


def _tell_published(done: dict[str, Any], lang: str) -> None:
    """For somebody who reads along; programs get the id alone."""
    hours = done["hours"] or tr(lang, "It has no closing hour: it stays open until you close it.")
    click.echo(f"{hours}\n{done['link']}", err=True)
    if done["beside"]:
        sentence = tr(lang, "Careful: “{id}”, of the same flow, is still running beside it.", id=done["beside"])
        click.secho(sentence, fg="yellow", err=True)


def _publication(
    loaded: Any, places: tuple[str, ...], opens: str | None, closes: str | None, at_once: bool, lang: str
) -> dict[str, Any]:
    return {
        "do": "publish",
        "source": loaded.source,
        "places": list(places),
        "opens": opens,
        "closes": closes,
        "at_once": at_once,
        "lang": lang,
    }


def _wall(text: str | None, option: str) -> str | None:
    """A wall time; one with an offset is refused, because the flow's zone decides."""
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is not an hour; write 2026-12-01T20:00", param_hint=option) from None
    if at.tzinfo is not None:
        raise click.BadParameter("write the hour without an offset; the flow's zone applies", param_hint=option)
    return at.isoformat()


@main.command()
@click.argument("id")
@click.option("--reason", default="", help="Why before the announced hour; told with the result.")
def close(id: str, reason: str) -> None:
    """Close a consultation before its hour.

    \b
    Example:
      palabre close local-vote --reason "Everybody has voted."
    """
    click.echo(_perform({"do": "close", "id": id, "reason": reason, "lang": _language()})["state"])


def _perform(request: dict[str, Any]) -> dict[str, Any]:
    """Through the running service, else here under the same lock."""
    settings = _settings()
    path = _database_path(settings)
    reply = backdoor.ask(backdoor.door_of(path), request) if path is not None else None
    if reply is None:
        reply = _perform_here(settings, path, request)
    if "error" in reply:
        _fail(reply["error"])
    return reply


def _perform_here(settings: Settings, path: Path | None, request: dict[str, Any]) -> dict[str, Any]:
    from bot.app import open_database
    from bot.clock import now_from
    from bot.road import Road
    from bot.scene import Rules

    def do() -> dict[str, Any]:
        database = open_database(settings)
        try:
            rules = Rules(lang=settings.locale, quiet=settings.quiet_hours, public_url=settings.public_url)
            return backdoor.perform(Road(database, rules, now_from(settings.clock)), request)
        finally:
            database.close()

    if path is None:
        return do()
    try:
        with backdoor.only_one(path):
            return do()
    except backdoor.Taken:
        return {"error": tr(settings.locale, "Another Palabre works on {file} and does not answer.", file=path)}


@main.command("list")
@click.option("--json", "as_json", is_flag=True)
def list_(as_json: bool) -> None:
    """Every consultation: id, state, hours, how many people.

    \b
    Example:
      palabre list
    """
    from bot.wording import moment, title
    from storage import consultations, sessions
    from storage.instants import when

    def read(connection: Any, flows: Any) -> list[dict[str, Any]]:
        return [
            {
                "id": run.id,
                "state": run.state,
                "title": title(flows.of(connection, run), _language()),
                "closes": moment(when(run.closes_ms), run.zone, _language()) if run.closes_ms else "",
                "people": sum(n for stage, n in sessions.stages(connection, run.id).items() if stage != "declined"),
            }
            for run in consultations.all_of(connection)
        ]

    found = _read(read)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    for row in found:
        click.echo(f"{row['id']:24} {row['state']:10} {row['people']:>6}  {row['title']}  {row['closes']}".rstrip())


@main.command()
@click.argument("id")
@click.option("--by", "by", help="By the groups of this question; small numbers are hidden.")
@click.option("--why", "with_why", is_flag=True, help="With the reason why: the rule, the steps, what was close.")
@click.option("--json", "as_json", is_flag=True)
def results(id: str, by: str | None, with_why: bool, as_json: bool) -> None:
    """The result of a consultation, when it may be seen. Works while the service runs.

    \b
    Examples:
      palabre results local-vote --json
      palabre results local-vote --why
      palabre results local-vote --by district
    """
    from bot import resulting
    from bot.resulting import NotPossible

    lang = _language()
    try:
        found = _read(lambda connection, flows: resulting.look(connection, flows, _found(connection, id), lang, by=by))
    except NotPossible as error:
        _fail(str(error))
    if as_json:
        click.echo(json.dumps(resulting.facts(found), ensure_ascii=False, indent=2))
    else:
        click.echo("\n\n".join(resulting.told(found, lang, with_why=with_why)))


@main.command()
@click.argument("id")
@click.option(
    "--format",
    "format",
    type=click.Choice(["csv", "json", "zip", "ics"]),
    default="csv",
    show_default=True,
    help="One file for a spreadsheet, one for programs, all of it with a program that counts again, or the best dates.",
)
@click.option("--texts", is_flag=True, help="With what people wrote in their own words.")
@click.option("--personal", is_flag=True, help="With the questions marked personal.")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Write to this file instead of standard output.")
def export(id: str, format: str, texts: bool, personal: bool, output: Path | None) -> None:
    """The ballots of a consultation, without names. Works while the service runs.

    \b
    Examples:
      palabre export local-vote --format csv -o local-vote.csv
      palabre export local-vote --format zip -o local-vote.zip
    """
    from bot import office
    from bot.showing import NotYet, file_of

    lang = _language()

    def read(connection: Any, flows: Any) -> bytes:
        run = _found(connection, id)
        flow = flows.of(connection, run)
        result = office.as_it_stands(connection, run, flow)
        return file_of(connection, run, flow, result, format, lang, texts=texts, personal=personal)

    try:
        data = _read(read)
    except NotYet as error:
        _fail(str(error))
    if output is not None:
        output.write_bytes(data)
    else:
        sys.stdout.buffer.write(data)


@main.command("flow")
@click.argument("id")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Write to this file instead of standard output.")
def flow_(id: str, output: Path | None) -> None:
    """The flow file of a consultation, a draft's too, as it stands now. Works while the service runs.

    \b
    Example:
      palabre flow quel-jour -o quel-jour.yaml
    """
    from storage import consultations

    text = _read(lambda connection, _flows: consultations.source(connection, _found(connection, id).version))
    if output is not None:
        output.write_text(text, encoding="utf-8")
    else:
        click.echo(text, nl=False)


@main.command()
@click.argument("file", type=click.Path(exists=True, path_type=Path))
def verify(file: Path) -> None:
    """Count a consultation again from the zip that `palabre export` made, or from the folder it was unpacked into.

    The same as verify.py, which is in the zip and needs nothing but Python. Status: 0 all is right, 1 something was
    changed, 2 this is no such file.

    \b
    Example:
      palabre verify local-vote.zip
    """
    from bot.results import verify as program

    program.LANGUAGE = "fr" if _language() == "fr" else "en"
    sys.exit(program.main([str(file)]))


@main.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
@click.option("--method", help="How to count (see above); the usual one for such ballots, if left out.")
@click.option("--seats", type=click.IntRange(1, 1000), help="How many are elected (stv, plurality, approval ...).")
@click.option("--budget", help="How much money there is, where the file does not say.")
@click.option(
    "--completion",
    type=click.Choice(["none", "add1", "greedy", "add1u"]),
    default="add1u",
    show_default=True,
    help="equal_shares: what to do with the money left over.",
)
@click.option(
    "--satisfaction",
    type=click.Choice(["cost", "cardinality", "scores"]),
    help="equal_shares: what a project is worth to those who want it.",
)
@click.option("--stop", is_flag=True, help="greedy: stop at the first project that does not fit.")
@click.option("--grades", help="majority_judgment: the grades from best to worst, such as good,fair,poor.")
@click.option(
    "--tie",
    type=click.Choice(["open", "order", "draw"]),
    default="open",
    show_default=True,
    help="How ties are cut: not at all, by the order of the list, or by lot.",
)
@click.option("--seed", help="The seed of the lot; a hash over all ballots, if left out.")
@click.option("--question", help="The question to count, where the file has several.")
@click.option("--explain", is_flag=True, help="Say the rule in plain words as well.")
@click.option("--json", "as_json", is_flag=True, help="Every number, for programs.")
def count(
    file: Path,
    method: str | None,
    seats: int | None,
    budget: str | None,
    completion: str,
    satisfaction: str | None,
    stop: bool,
    grades: str | None,
    tie: str,
    seed: str | None,
    question: str | None,
    explain: bool,
    as_json: bool,
) -> None:
    """Count ballots that come from elsewhere, with the code that counts consultations.

    FILE is PrefLib (.soc .soi .toc .toi), Pabulib (.pb), or CSV or JSON as `palabre export` writes them; - reads
    standard input. Status: 0 counted, 1 the file has mistakes, 2 wrong usage.

    \b
    Methods: plurality approval score dots quadratic majority_judgment
             schulze irv borda stv greedy equal_shares

    \b
    Examples:
      palabre count dublin.soi --method stv --seats 3 --explain
      palabre count warszawa.pb --method equal_shares --completion add1u --json
      palabre export local-vote | palabre count - --question mode
    """
    from bot import counted, counting
    from bot.ruletold import explain as rule_of
    from flows.tally.files import BadFile, Unclear, read
    from flows.tally.files.text import MOST_BYTES

    lang = _language()
    with click.open_file(str(file), "rb") as opened:
        data = opened.read(MOST_BYTES + 1)
    try:
        wish = counting.wish_of(
            lang, method=method, seats=seats, budget=budget, completion=completion, satisfaction=satisfaction,
            skip=not stop, grades=grades, tie=tie, seed=seed,
        )  # fmt: skip
        ballots = read(data, file.name, lang, question=question)
        with counted.progress(lang) as progress:
            outcome, aside = counting.count(ballots, wish, lang, progress)
    except BadFile as bad:
        if as_json:
            click.echo(counted.as_json({"mistakes": counting.mistakes_of(bad, file.name)}))
        for mistake in bad.mistakes:
            click.secho(counted.harmless(counting.told(mistake, str(file))), fg="red", err=True)
        sys.exit(2 if isinstance(bad, Unclear) else 1)
    except counting.NotCounted as error:
        click.secho(counted.harmless(str(error)), fg="red", err=True)
        sys.exit(2)
    if as_json:
        click.echo(counted.as_json(counting.facts(ballots, outcome, aside, file.name)))
        return
    said = ["", *rule_of(outcome, counted.labels_of(ballots), lang)] if explain else []
    click.echo("\n".join([*counted.report(ballots, outcome, aside, lang), *said]))


def _found(connection: Any, id: str) -> Any:
    from storage import consultations

    run = consultations.get(connection, id)
    if run is None or run.state == consultations.INTERNAL:
        names = ", ".join(found.id for found in consultations.all_of(connection)) or "-"
        _fail(tr(_language(), "No consultation is called “{id}”. There are: {names}.", id=id, names=names))
    return run


def _read(read: Callable[[Any, Any], Any]) -> Any:
    """Look into the database without changing it."""
    from bot.shelves import Flows
    from storage.database import Database

    settings = _settings()
    path = _database_path(settings)
    if path is not None and not path.exists():
        _fail(tr(settings.locale, "There is no database at {file} yet. Start with: palabre run", file=path))
    database = Database(settings.database.url, read_only=True)
    try:
        with database.transaction() as connection:
            return read(connection, Flows())
    finally:
        database.close()


# --- The server ------------------------------------------------------------------------------------------------------


@main.command()
def migrate() -> None:
    """Bring the database up to date (`palabre run` does it too); a copy is made first.

    \b
    Example:
      palabre migrate
    """
    from bot.app import open_database

    settings = _settings()
    open_database(settings).close()
    click.echo(tr(settings.locale, "The database is up to date."))


@main.command()
@click.argument("target", type=click.Path(path_type=Path, exists=False))
def backup(target: Path) -> None:
    """Copy the database to TARGET while the service runs.

    \b
    Example:
      palabre backup palabre-2026-12-01.db
    """
    from storage.copy import copy_to

    settings = _settings()
    path = _database_path(settings)
    if path is None or not path.exists():
        _fail(tr(settings.locale, "There is no SQLite database to copy."))
    if target.exists():
        _fail(tr(settings.locale, "{file} exists already.", file=target))
    copy_to(path, target)
    click.echo(str(target))


@main.command()
def doctor() -> None:
    """Look at settings, database and messengers, and say what is wrong.

    \b
    Example:
      palabre doctor
    """
    from bot.doctor import examine

    settings = _settings()
    findings = asyncio.run(examine(settings, _database_path(settings)))
    for finding in findings:
        mark = click.style("ok   ", fg="green") if finding.well else click.style("wrong", fg="red")
        click.echo(f"{mark} {finding.sentence}")
    sys.exit(0 if all(finding.well for finding in findings) else 1)


@main.command()
@click.option("--quick", is_flag=True, help="A tenth of the work, to see that it runs.")
def bench(quick: bool) -> None:
    """Measure the road and the Telegram adapter beside bare floors, on this machine.

    \b
    Example:
      palabre bench --quick
    """
    from bot.bench import measure

    measure(quick=quick)


# --- Matrix ----------------------------------------------------------------------------------------------------------


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

    settings = _settings()
    password = None if settings.matrix.password else click.prompt("Password", hide_input=True)
    user, device = asyncio.run(log_in(settings, password, new_device=new_device))
    click.echo(tr(settings.locale, "Logged in as {person}, device {device}.", person=user, device=device))
    where = settings.matrix.store.absolute()
    click.echo(
        tr(settings.locale, "The keys are in {folder}. Keep them safe: nobody can make them again.", folder=where)
    )


if __name__ == "__main__":
    main()
