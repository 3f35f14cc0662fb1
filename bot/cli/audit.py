"""`palabre audit`: what organisers and moderators did, and whether anybody has changed the record of it.

The one rule: looking changes nothing, and people are named by their short code.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from bot.cli.database import look
from bot.cli.group import language, main
from locales import tr, trn


@main.command()
@click.option("--verify", is_flag=True, help="Check the chain, and every decision against it; status 1 names the row.")
@click.option("--subject", help="Only what was done to this consultation.")
@click.option("--last", default=50, show_default=True, type=click.IntRange(1), help="So many acts.")
@click.option("--json", "as_json", is_flag=True, help="One object a line, for programs.")
def audit(verify: bool, subject: str | None, last: int, as_json: bool) -> None:
    """Who did what, the newest last; or whether the record of it is whole.

    Every act of organisers and moderators carries the hash of the one before. Exit status 1 when a row was changed,
    taken out or put in, or when a decision is not in the audit. Works while the service runs.

    \b
    Examples:
      palabre audit --verify
      palabre audit --subject my-vote
      palabre audit --last 200 --json
    """
    if verify:
        _verify(as_json=as_json)
    else:
        _list(subject, last, as_json=as_json)


def _verify(*, as_json: bool) -> None:
    lang = language()
    rows, found = look(lambda connection, _flows: _checked(connection, lang))
    if as_json:
        click.echo(json.dumps({"rows": rows, "breaches": [{"fault": fault, "row": id} for fault, id, _said in found]}))
    else:
        for _fault, _id, said in found:
            click.secho(said, fg="red", err=True)
    if found:
        sys.exit(1)
    if not as_json:
        click.echo(trn(lang, "{n} act, and the chain is whole.", "{n} acts, and the chain is whole.", rows))


def _checked(connection: Any, lang: str) -> tuple[int, list[tuple[str, int, str]]]:
    """How many rows there are, and what is wrong: (fault, row, sentence)."""
    from storage import audit as stored
    from storage.verifying import breaches

    found = breaches(connection)
    return stored.size(connection), [(one.fault, one.id, _said(connection, one, lang)) for one in found]


def _said(connection: Any, breach: Any, lang: str) -> str:
    from storage import audit as stored
    from storage import cases

    match breach.fault:
        case "unwritten":
            one = cases.decision(connection, breach.id)
            said = f"{one.case}: {one.outcome}" if one is not None else ""
            return tr(lang, "Decision {n} ({what}) is not in the audit as it stands.", n=breach.id, what=said)
        case "undecided":
            about = _told(connection, stored.row(connection, breach.id), lang)
            return tr(lang, "Row {n} tells of a decision that is not on file: {what}", n=breach.id, what=about)
        case "broken":
            about = _told(connection, stored.row(connection, breach.id), lang)
            return tr(
                lang,
                "Row {n} does not follow the one before it; a row was taken out, put in or written anew: {what}",
                n=breach.id,
                what=about,
            )
        case _:
            about = _told(connection, stored.row(connection, breach.id), lang)
            return tr(lang, "Row {n} was altered. It now reads: {what}", n=breach.id, what=about)


def _told(connection: Any, row: Any, lang: str) -> str:
    from bot import deeds
    from bot.office import DEFAULT_ZONE

    return deeds.read_only(connection, row.deed, DEFAULT_ZONE, lang)


def _list(subject: str | None, last: int, *, as_json: bool) -> None:
    lang = language()

    def read(connection: Any, _flows: Any) -> list[str]:
        from storage import audit as stored

        rows = stored.last_rows(connection, last, subject)
        return [_facts(connection, row) if as_json else _line(connection, row, lang) for row in rows]

    lines = look(read)
    for line in lines:
        click.echo(line)
    if not lines and not as_json:
        click.echo(tr(lang, "Nothing was done yet."))


def _line(connection: Any, row: Any, lang: str) -> str:
    about = f" [{row.deed.subject}]" if row.deed.subject else ""
    return f"{row.id}{about} {_told(connection, row, lang)}"


def _facts(connection: Any, row: Any) -> str:
    from bot import deeds
    from storage.instants import when

    deed = row.deed
    return json.dumps(
        {
            "row": row.id,
            "at": when(deed.at_ms).isoformat(),
            "who": deeds.code(connection, deed.who),
            "act": deed.act,
            "subject": deed.subject,
            "detail": deed.detail,
            "hash": row.hash,
        },
        ensure_ascii=False,
    )
