"""`palabre status`: what waits, since when, what failed, and what can be done about it.

The one rule: looking changes nothing and shows nobody's words; what changes something is written down in the audit.
"""

from __future__ import annotations

import json
from typing import Any

import click

from bot.cli.database import look, perform
from bot.cli.group import fail, language, main, settings_now
from locales import tr, trn


@main.command()
@click.option("--replay", type=int, metavar="N", help="Have the event with this number handled again.")
@click.option("--drop", type=int, metavar="N", help="Give the event with this number up; --reason says why.")
@click.option("--reason", default="", help="Why it is dropped; kept in the audit.")
@click.option("--last", default=20, show_default=True, type=click.IntRange(1), help="So many of what was set aside.")
@click.option("--json", "as_json", is_flag=True, help="One object, for programs.")
def status(replay: int | None, drop: int | None, reason: str, last: int, as_json: bool) -> None:
    """How the work stands: conversations, messages and timers that wait, and what failed.

    An event that failed three times is set aside with a number; its author was told. Once the cause is mended, --replay
    has it handled again. Works while the service runs.

    \b
    Examples:
      palabre status
      palabre status --replay 214
      palabre status --drop 214 --reason "a test message of ours"
    """
    if replay is not None and drop is not None:
        raise click.UsageError("Either --replay or --drop.")
    if replay is not None:
        _replay(replay)
    elif drop is not None:
        _drop(drop, reason.strip())
    else:
        _tell(last, as_json=as_json)


def _replay(id: int) -> None:
    lang = language()
    perform({"do": "replay", "id": id, "lang": lang})
    click.echo(tr(lang, "Number {n} is handled again. If it fails, it comes back here.", n=id))


def _drop(id: int, reason: str) -> None:
    lang = language()
    if not reason:
        fail(tr(lang, 'Say why: palabre status --drop {n} --reason "..."', n=id))
    perform({"do": "drop", "id": id, "reason": reason, "lang": lang})
    click.echo(tr(lang, "Number {n} is dropped, and what it said is deleted.", n=id))


def _tell(last: int, *, as_json: bool) -> None:
    from bot.clock import now_from
    from storage import deadletters, pulse
    from storage.instants import ms

    now = ms(now_from(settings_now().clock)())
    found, states, dead = look(
        lambda connection, _flows: (
            pulse.read(connection, now),
            pulse.outbox_by_state(connection),
            deadletters.some(connection, last),
        )
    )
    if as_json:
        click.echo(json.dumps(_facts(found, states, dead, now), ensure_ascii=False, indent=2))
        return
    for line in _lines(found, states, dead, now, language()):
        click.echo(line)


def _facts(found: Any, states: dict[tuple[str, str], int], dead: Any, now: int) -> dict[str, Any]:
    def seconds(since: int | None) -> float | None:
        return None if since is None else round((now - since) / 1000, 3)

    return {
        "lanes": {"waiting": found.lanes, "oldest_s": seconds(found.lanes_since_ms), "events": found.events},
        "outbox": {
            "due": found.waiting,
            "oldest_s": {adapter: seconds(since) for adapter, since in found.waiting_since_ms.items()},
            "states": [{"adapter": name, "state": state, "n": n} for (name, state), n in sorted(states.items())],
        },
        "timers": {"set": found.timers, "late": found.timers_due, "next_ms": found.next_timer_ms},
        "working": found.working,
        "set_aside": found.aside,
        "dead_letters": [
            {
                "number": one.id,
                "adapter": one.adapter,
                "kind": one.kind,
                "error": one.error,
                "attempts": one.attempts,
                "age_s": seconds(one.at_ms),
            }
            for one in dead
        ],
    }


def _lines(found: Any, states: dict[tuple[str, str], int], dead: Any, now: int, lang: str) -> list[str]:
    lines = [_lanes(found, now, lang), *_outbox(found, states, now, lang), *_timers(found, now, lang)]
    lines += [tr(lang, "{what}: held by {process}.", what=name, process=who) for name, who in found.working.items()]
    if not found.aside:
        return [*lines, tr(lang, "Nothing was set aside.")]
    said = trn(
        lang,
        "{n} event failed three times and was set aside:",
        "{n} events failed three times and were set aside:",
        found.aside,
    )
    lines.append(said)
    for one in dead:
        kind = one.kind or tr(lang, "content forgotten")
        lines.append(f"  {one.id:>8}  {one.adapter:<10} {kind:<12} {_age(one.at_ms, now, lang):>12}  {one.error}")
    said = tr(lang, 'Once the cause is mended: palabre status --replay {n}, or --drop {n} --reason "..."', n=dead[0].id)
    lines.append(said)
    return lines


def _lanes(found: Any, now: int, lang: str) -> str:
    if not found.lanes:
        return tr(lang, "Conversations: none waits.")
    return trn(
        lang,
        "Conversations: {n} waits, for {time}.",
        "Conversations: {n} wait, the first for {time}.",
        found.lanes,
        time=_age(found.lanes_since_ms, now, lang),
    )


def _outbox(found: Any, states: dict[tuple[str, str], int], now: int, lang: str) -> list[str]:
    lines = [
        trn(
            lang,
            "Messages on {adapter}: {n} could leave, since {time}.",
            "Messages on {adapter}: {n} could leave, the first since {time}.",
            n,
            adapter=adapter,
            time=_age(found.waiting_since_ms[adapter], now, lang),
        )
        for adapter, n in found.waiting.items()
    ]
    if not lines:
        lines.append(tr(lang, "Messages: none waits to leave."))
    for (adapter, state), n in sorted(states.items()):
        if state == "unsure":
            lines.append(tr(lang, "Messages on {adapter}: {n} may or may not have arrived.", adapter=adapter, n=n))
        elif state == "failed":
            lines.append(tr(lang, "Messages on {adapter}: {n} could not be delivered.", adapter=adapter, n=n))
    return lines


def _timers(found: Any, now: int, lang: str) -> list[str]:
    if found.timers_due:
        lines = [tr(lang, "Timers: {n} set, {late} late.", n=found.timers, late=found.timers_due)]
    elif found.next_timer_ms is not None:
        until = _age(now, found.next_timer_ms, lang)
        lines = [tr(lang, "Timers: {n} set, the next in {time}.", n=found.timers, time=until)]
    else:
        lines = [tr(lang, "Timers: none is set.")]
    return lines


def _age(since_ms: int, now_ms: int, lang: str) -> str:
    from datetime import timedelta

    from babel.dates import format_timedelta

    span = timedelta(milliseconds=max(0, now_ms - since_ms))
    return str(format_timedelta(span, granularity="second", threshold=1.2, locale=lang))
