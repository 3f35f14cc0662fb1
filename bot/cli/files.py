"""Commands about files: check and try a flow, verify an export, count ballots from elsewhere.

The one rule: nothing here needs a database or a running service.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from adapters.base import Place
from bot.cli.group import colour, language, main


@main.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--place", "places", multiple=True, help="Where it is to be announced, such as telegram:-100123.")
@click.option("--json", "as_json", is_flag=True, help="One JSON list, for editors.")
def check(files: tuple[Path, ...], places: tuple[str, ...], as_json: bool) -> None:
    """Find every mistake in flow files, with line and column; with --place, also what cannot be answered there.

    \b
    Examples:
      palabre check flows/library/*.yaml
      palabre check my-vote.yaml --place 'matrix:!abc:example.org'
    """
    from bot.checking import in_places, render_report
    from flows.load import load_file

    messengers = [place.adapter for place in places_of(places)]
    wrong = False
    for file in files:
        loaded = in_places(load_file(file, language()), str(file), messengers)
        wrong |= loaded.flow is None
        click.echo(render_report(loaded, colour=colour(), as_json=as_json))
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

    flow = flow_of(file).flow
    assert flow is not None
    sys.exit(in_terminal(flow, lang=lang or flow.lang, repro=repro))


def places_of(places: tuple[str, ...]) -> list[Place]:
    """The places that were named; leaves with a sentence when one is none."""
    try:
        return [Place.parse(place) for place in places]
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--place") from None


def flow_of(file: Path) -> Any:
    """A checked flow file; leaves with the report when there are mistakes."""
    from bot.checking import render_report
    from flows.load import load_file

    loaded = load_file(file, language())
    if loaded.flow is None:
        click.echo(render_report(loaded, colour=colour(), as_json=False), err=True)
        sys.exit(1)
    return loaded


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

    program.LANGUAGE = "fr" if language() == "fr" else "en"
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

    lang = language()
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
