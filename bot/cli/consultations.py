"""Commands about consultations: publish, close, list, results, export, flow. They work while the service runs.

The one rule: standard output is for programs (an id, a state, a file); what is said to people goes to standard error.
"""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from bot.cli.database import look, named, perform
from bot.cli.files import flow_of, places_of
from bot.cli.group import fail, language, main
from locales import tr


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
    from bot import presses

    loaded = flow_of(file)
    messengers = [place.adapter for place in places_of(places)]
    at_once = opens == "now"
    request = publication(
        loaded, places, None if at_once else _wall(opens, "--open"), _wall(closes, "--close"), at_once, language()
    )
    done = perform(request)
    click.echo(done["id"])
    for sentence in presses.told(loaded.flow, messengers, language()):
        click.secho(sentence, fg="yellow", err=True)
    if sys.stderr.isatty():
        _tell_published(done, language())


def _tell_published(done: dict[str, Any], lang: str) -> None:
    """For somebody who reads along; programs get the id alone."""
    hours = done["hours"] or tr(lang, "It has no closing hour: it stays open until you close it.")
    click.echo(f"{hours}\n{done['link']}", err=True)
    if done["beside"]:
        sentence = tr(lang, "Careful: “{id}”, of the same flow, is still running beside it.", id=done["beside"])
        click.secho(sentence, fg="yellow", err=True)


def publication(
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
    click.echo(perform({"do": "close", "id": id, "reason": reason, "lang": language()})["state"])


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
                "title": title(flows.of(connection, run), language()),
                "closes": moment(when(run.closes_ms), run.zone, language()) if run.closes_ms else "",
                "people": sum(n for stage, n in sessions.stages(connection, run.id).items() if stage != "declined"),
            }
            for run in consultations.all_of(connection)
        ]

    found = look(read)
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

    lang = language()
    try:
        found = look(lambda connection, flows: resulting.look(connection, flows, named(connection, id), lang, by=by))
    except NotPossible as error:
        fail(str(error))
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

    lang = language()

    def read(connection: Any, flows: Any) -> bytes:
        run = named(connection, id)
        flow = flows.of(connection, run)
        result = office.as_it_stands(connection, run, flow)
        return file_of(connection, run, flow, result, format, lang, texts=texts, personal=personal)

    try:
        data = look(read)
    except NotYet as error:
        fail(str(error))
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

    text = look(lambda connection, _flows: consultations.source(connection, named(connection, id).version))
    if output is not None:
        output.write_text(text, encoding="utf-8")
    else:
        click.echo(text, nl=False)
