"""The engine asks what to show next; the answer belongs to the transaction that asked.

    cards      the next statement to judge, and which come after it
    similar    earlier proposals that say nearly the same, or were reported close by; one's own while it waits
    left       how many proposals somebody may still send

The one rule: nobody is shown twice what they have judged, nor asked to judge what they wrote themselves. What
is promised (the queue) is checked again when its turn comes, because a moderator may have been faster.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

import orjson

from bot.contributions import beside, limits, nearby, proofs, serving, similar
from bot.contributions.pools import pool_of
from bot.scene import Live
from bot.visibility import visible
from flows.effects import Fetch, Want
from flows.events import Card, Fetched
from flows.flow import Ask, Propose, React
from flows.kinds import served
from flows.session import Given
from storage import candidates, proposals, stances
from storage.candidates import Reader
from storage.consultations import INTERNAL
from storage.instants import ms
from storage.proposals import ORGANISER, PUBLISHED, WAITING, Proposal
from storage.stances import SHARED, SIMILAR

if TYPE_CHECKING:
    from bot.turn import Turn


def answer(turn: Turn, live: Live, fetch: Fetch) -> Fetched:
    """What the engine waits for."""
    ask = live.flow.step(fetch.question)
    assert isinstance(ask, Ask)
    match fetch.want:
        case Want.CARDS:
            return _cards(turn, live, ask, fetch)
        case Want.SIMILAR:
            return _similar(turn, live, ask, fetch)
        case Want.LEFT:
            return _left(turn, live, ask, fetch)
        case _:
            assert_never(fetch.want)


def _fetched(turn: Turn, fetch: Fetch, cards: tuple[Card, ...] = (), queue: tuple[int, ...] = ()) -> Fetched:
    return Fetched(at=turn.event.at, question=fetch.question, want=fetch.want.value, cards=cards, queue=queue)


# --- Cards -----------------------------------------------------------------------------------------------------------


def _cards(turn: Turn, live: Live, ask: Ask, fetch: Fetch) -> Fetched:
    if live.token is None:
        return _fetched(turn, fetch)
    if fetch.queue:
        return _promised(turn, live, live.token, ask, fetch)
    reader = _reader(live, ask, live.token)
    kind = ask.kind
    assert isinstance(kind, React)
    if _looks_ahead(live, ask, kind):
        return _fetched(turn, fetch, tuple(_peek(turn, live, reader)))
    chosen = serving.choose(turn.scene, reader, kind.policy, ask.name, fetch.n)
    found = proposals.by_numbers(turn.scene.connection, live.consultation.id, chosen[:1])
    return _show(turn, live, fetch, found[chosen[0]], chosen[1:]) if chosen else _fetched(turn, fetch)


def _promised(turn: Turn, live: Live, token: str, ask: Ask, fetch: Fetch) -> Fetched:
    """The first of the queue that may still be shown."""
    connection, run = turn.scene.connection, live.consultation.id
    found = proposals.by_numbers(connection, run, fetch.queue)
    for at, number in enumerate(fetch.queue):
        one = found.get(number)
        if one is None or one.state != PUBLISHED or one.pool != pool_of(ask) or one.author == token:
            continue
        if stances.of(connection, run, token, one.id) is None:
            return _show(turn, live, fetch, one, fetch.queue[at + 1 :])
    return _fetched(turn, fetch)


def _show(turn: Turn, live: Live, fetch: Fetch, one: Proposal, queue: tuple[int, ...]) -> Fetched:
    if not _seen_before(live, fetch, one.number):
        proposals.shown(turn.scene.connection, one.id)
    via = SHARED if fetch.via == SHARED else stances.SERVED
    return _fetched(turn, fetch, (_card(live, one, via),), queue)


def _seen_before(live: Live, fetch: Fetch, number: int) -> bool:
    """Does it come again (after an undo, a break, another language)? A person counts once among those who saw it."""
    opened = live.session.open
    return opened is not None and opened.step == fetch.question and number in served.read(opened.draft).seen


def _card(live: Live, one: Proposal, via: str) -> Card:
    key = live.consultation.key
    assert key is not None, "a consultation whose key is gone serves nothing"
    return Card(
        number=one.number,
        text=beside.judged(live.flow, one, live.session.lang),
        official=one.source == ORGANISER,
        proof=proofs.make(key, live.id, one.number, via),
        supports=one.agree if visible(live.consultation) else 0,
    )


def _looks_ahead(live: Live, ask: Ask, kind: React) -> bool:
    """Is the batch over, and only asked whether there is more?"""
    opened = live.session.open
    return opened is not None and opened.step == ask.name and served.read(opened.draft).dealt >= kind.batch


def _peek(turn: Turn, live: Live, reader: Reader) -> list[Card]:
    """One that is left to judge, not shown: it is neither counted as seen nor as served."""
    found = candidates.least_seen(turn.scene.connection, reader, 1)
    numbers = [one.number for one in found]
    rows = proposals.by_numbers(turn.scene.connection, live.consultation.id, numbers)
    return [_card(live, rows[number], stances.SERVED) for number in numbers]


def _reader(live: Live, ask: Ask, token: str) -> Reader:
    """For whom, and from which pool. Who has no side is shown every side."""
    kind, side = ask.kind, None
    assert isinstance(kind, React)
    if kind.other_side is not None:
        mine = live.session.answers.get(kind.other_side)
        if mine is not None and mine.given is Given.ANSWER:
            side = (kind.other_side, orjson.dumps(mine.to_json()).decode())
    return Reader(consultation=live.consultation.id, pool=pool_of(ask), token=token, side=side)


# --- What is there already -------------------------------------------------------------------------------------------


def _similar(turn: Turn, live: Live, ask: Ask, fetch: Fetch) -> Fetched:
    kind, scene = ask.kind, turn.scene
    assert isinstance(kind, Propose)
    if live.token is None:
        return _fetched(turn, fetch)
    run, n = live.consultation.id, fetch.n or similar.OFFERED
    spot = nearby.spot_of(fetch.spot) if kind.near is not None else None
    own = _own_waiting(turn, live, ask, kind, fetch.text, spot)
    if own is not None:
        return _fetched(turn, fetch, (replace(_card(live, own, SIMILAR), waiting=True),))
    if spot is not None:
        near = nearby.find(scene.connection, run, ask.name, spot, kind.within, n=n, not_by=live.token)
    else:
        near = similar.find(scene.connection, scene.flows.indexes, run, ask.name, fetch.text, not_by=live.token, n=n)
    return _fetched(turn, fetch, tuple(_card(live, one, SIMILAR) for one in near))


def _own_waiting(
    turn: Turn, live: Live, ask: Ask, kind: Propose, text: str, spot: tuple[float, float] | None
) -> Proposal | None:
    """What this person sent before that says nearly the same, or was reported close by, and waits for a moderator."""
    scene, run = turn.scene, live.consultation.id
    assert live.token is not None
    held = [
        one
        for one in proposals.of_author(scene.connection, run, live.token)
        if one.state == WAITING and one.pool == ask.name and one.parent is None
    ]
    if not held:
        return None
    if spot is not None:
        placed = ((one, (one.lat, one.lon)) for one in held if one.lat is not None and one.lon is not None)
        return next((one for one, at in placed if nearby.distance(spot, at) <= kind.within), None)
    found = similar.find(
        scene.connection, scene.flows.indexes, run, ask.name, text, states=(WAITING,), by=live.token, n=1
    )
    return found[0] if found and found[0].parent is None else None


def _left(turn: Turn, live: Live, ask: Ask, fetch: Fetch) -> Fetched:
    kind = ask.kind
    assert isinstance(kind, Propose)
    left = None
    if live.token is not None and live.consultation.state != INTERNAL:
        left = limits.left(turn.scene.connection, live, ask.name, kind, ms(turn.event.at))
    return Fetched(at=turn.event.at, question=fetch.question, want=fetch.want.value, left=left)
