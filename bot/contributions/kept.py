"""What somebody put forward, judged and signed, for /mydata.

The one rule: found by the person's own token alone; once the key is destroyed there is nothing left to find.
"""

from __future__ import annotations

from typing import Any

from bot.contributions.pools import react_steps, words_of
from bot.scene import Live
from flows.flow import Flow, React
from flows.messages import Block, Bullets, Plain, paragraph
from locales import tr
from storage import proposals, signatures, stances
from storage.database import Connection
from storage.proposals import Proposal
from storage.signatures import Signature
from storage.stances import Stance


def told(connection: Connection, live: Live, lang: str) -> list[Block]:
    """In words."""
    if live.token is None:
        return []
    run, token = live.consultation.id, live.token
    blocks: list[Block] = []
    if own := proposals.of_author(connection, run, token):
        blocks += [paragraph(tr(lang, "What you put forward:")), _list(_own(one, lang) for one in own)]
    given = stances.of_token(connection, run, token)
    found = proposals.by_ids(connection, [id for id, _stance in given])
    if given:
        blocks += [
            paragraph(tr(lang, "Your opinions on proposals:")),
            _list(_opinion(live.flow, found[id], stance, lang) for id, stance in given),
        ]
    if signed := signatures.of_token(connection, run, token):
        blocks += [paragraph(tr(lang, "What you signed:")), _list(_signed(one, lang) for one in signed)]
    return blocks


def _list(lines: Any) -> Bullets:
    return Bullets(tuple((Plain(line),) for line in lines))


def _own(one: Proposal, lang: str) -> str:
    return f"{one.text or '–'} ({_state(one, lang)})"


def _state(one: Proposal, lang: str) -> str:
    match one.state:
        case proposals.PUBLISHED:
            return tr(lang, "published, number {n}", n=one.number)
        case proposals.MERGED:
            return tr(lang, "put together with another one")
        case proposals.REFUSED:
            return tr(lang, "not published")
        case proposals.REMOVED | proposals.HIDDEN:
            return tr(lang, "no longer shown")
        case proposals.WITHDRAWN:
            return tr(lang, "taken back")
        case _:
            return tr(lang, "a moderator reads it first")


def _opinion(flow: Flow, one: Proposal, stance: Stance, lang: str) -> str:
    said = [_label(flow, one.pool, stance.value, lang), *_added(flow, one.pool, stance, lang)]
    return f"{words_of(flow, one, lang)} – {', '.join(said)}"


def _label(flow: Flow, pool: str, value: str, lang: str) -> str:
    for ask in react_steps(flow, pool):
        for stand in ask.kind.stands if isinstance(ask.kind, React) else ():
            if stand.code == value:
                return stand.label.read(lang, flow.lang)
    return tr(lang, "Agree") if value == stances.AGREE else value


def _added(flow: Flow, pool: str, stance: Stance, lang: str) -> list[str]:
    labels = {
        one.code: one.label.read(lang, flow.lang)
        for ask in react_steps(flow, pool)
        for stand in (ask.kind.stands if isinstance(ask.kind, React) else ())
        for one in stand.qualifiers
    }
    return [labels.get(code, code) for code in stance.qualifiers]


def _signed(one: Signature, lang: str) -> str:
    shown = one.name if one.shown != "hidden" else tr(lang, "your name is not shown")
    return f"{one.question}: {shown}" + (f" – {one.reason}" if one.reason else "")


def data(connection: Connection, live: Live) -> dict[str, Any]:
    """For programs; empty where there is nothing."""
    if live.token is None:
        return {}
    run, token = live.consultation.id, live.token
    kept: dict[str, Any] = {
        "proposals": [_row(one) for one in proposals.of_author(connection, run, token)],
        "opinions": _opinions(connection, run, token),
        "signatures": [
            {name: getattr(one, name) for name in Signature.__slots__}
            for one in signatures.of_token(connection, run, token)
        ],
    }
    return {name: found for name, found in kept.items() if found}


def _row(one: Proposal) -> dict[str, Any]:
    names = ("number", "text", "original", "lang", "category", "addressee", "photo", "lat", "lon", "state", "reason")
    return {name: value for name in names if (value := getattr(one, name)) is not None}


def _opinions(connection: Connection, run: str, token: str) -> list[dict[str, Any]]:
    given = stances.of_token(connection, run, token)
    found = proposals.by_ids(connection, [id for id, _stance in given])
    return [
        {"proposal": found[id].number, "value": one.value, "qualifiers": list(one.qualifiers), "via": one.via}
        for id, one in given
    ]
