"""From the tables to what there is to tell.

The one rule: whether it may be told is not decided here (see `bot.visibility`), and nobody's name or token comes along.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.opinions import groups, phrasing
from bot.opinions.figures import NO_ONE, NONE, Discussion, Gathered, Opinions, Petition, Repeated, Statement
from bot.opinions.groups import Grouping
from bot.opinions.ledger import Count, Ledger
from bot.visibility import visible
from flows.flow import Ask, Flow, Lot, OneOf, Propose, React, Sign, Text
from flows.session import Answer, Given
from flows.tally.changed import compare
from flows.tally.suspicion import crowds
from flows.tally.zones import Stands
from storage import ballots, opinions, proposals, signatures, stances
from storage.consultations import Consultation
from storage.database import Connection
from storage.opinions import Put

MOST_NAMES = 500
"""Names of signatories that are read; the others are counted."""
PAGE = 20_000
"""Votes that are read in one go."""

Groupings = Mapping[str, Grouping]
"""The groups of each discussion, by its first question."""


@dataclass(frozen=True, slots=True)
class Votes:
    """All votes, counted: of each proposal, and how many people took part in each discussion, by its first question."""

    counts: Mapping[int, Count]
    judges: Mapping[str, int]


def has_any(flow: Flow) -> bool:
    """Does a consultation ask for anything of this kind?"""
    return any(isinstance(ask.kind, Propose | React | Sign) or ask.again for ask in flow.asks)


def reactions(flow: Flow) -> list[list[Ask]]:
    """The questions in which statements are judged; those that take them from the same pool together."""
    found: list[list[Ask]] = []
    for ask in flow.asks:
        if isinstance(ask.kind, React) and not ask.personal:
            same = next((one for one in found if any(pools(ask) & pools(other) for other in one)), None)
            if same is None:
                found.append([ask])
            else:
                same.append(ask)
    return found


def pools(ask: Ask) -> set[str]:
    """Where the statements of a question come from: what was put forward in another, and its own."""
    return {ask.name} | ({ask.kind.of} if isinstance(ask.kind, React) and ask.kind.of else set())


def look(
    connection: Connection, flow: Flow, consultation: Consultation, votes: Votes, groupings: Groupings
) -> Opinions:
    """Everything there is to tell, with votes that were counted and groups that were found beforehand."""
    id = consultation.id
    put = put_forward(connection, id)
    known = {one.id: one.number for one in put}
    together = reactions(flow)
    judged = {pool for asks in together for ask in asks for pool in pools(ask)}
    return Opinions(
        discussions=tuple(
            _discussion(asks, put, votes, known, groupings.get(asks[0].name, NO_ONE)) for asks in together
        ),
        gathered=tuple(
            _gathered(connection, id, ask, [] if ask.name in judged else put, votes, known)
            for ask in flow.asks
            if isinstance(ask.kind, Propose) and not ask.personal
        ),
        petitions=tuple(
            _petition(connection, id, ask) for ask in flow.asks if isinstance(ask.kind, Sign) and not ask.personal
        ),
        repeated=tuple(_repeated(connection, flow, id, ask) for ask in flow.asks if ask.again and not ask.personal),
        crowds=crowds(opinions.last_active(connection, id)) if consultation.key is not None else (),
    )


def look_whole(connection: Connection, flow: Flow, consultation: Consultation) -> Opinions:
    """The same with everything counted on the spot, for a command that waits for it."""
    if not has_any(flow):
        return NONE
    ledger, put = Ledger(), put_forward(connection, consultation.id)
    after = ("", 0)
    while page := opinions.stances_after(connection, consultation.id, after, PAGE):
        ledger.add(page)
        after = page[-1][:2]
    return look(connection, flow, consultation, counted(ledger, put, flow), find_groups(ledger, put, flow))


def put_forward(connection: Connection, id: str) -> list[Put]:
    """What can be judged, or could until it was merged."""
    return opinions.put_forward(connection, id, [proposals.PUBLISHED, proposals.MERGED])


def contributed(connection: Connection, flow: Flow, consultation: Consultation, lang: str) -> str:
    """How much was put forward and judged, in a line for a card; signatures only where the result may be seen, because
    they are the result."""
    if not has_any(flow):
        return ""
    put, judged, signed = opinions.numbers(connection, consultation.id)
    return phrasing.contributed(lang, put, judged, signed if visible(consultation) else 0)


def counted(ledger: Ledger, put: Sequence[Put], flow: Flow) -> Votes:
    """The votes of a ledger."""
    judges = {asks[0].name: ledger.people([one.id for one in _of(put, asks)]) for asks in reactions(flow)}
    return Votes(ledger.counts, judges)


def find_groups(ledger: Ledger, put: Sequence[Put], flow: Flow) -> dict[str, Grouping]:
    """The groups of each discussion. As much work as there are votes."""
    found: dict[str, Grouping] = {}
    for asks in reactions(flow):
        mine = {one.id: one.number for one in _of(put, asks) if one.state == proposals.PUBLISHED}
        votes = ((token, mine[proposal], value) for token, proposal, value in ledger.votes() if proposal in mine)
        found[asks[0].name] = groups.find(votes, mine.values())
    return found


# --- The parts -------------------------------------------------------------------------------------------------------


def _of(put: Iterable[Put], asks: Iterable[Ask]) -> list[Put]:
    wanted = {pool for ask in asks for pool in pools(ask)}
    return [one for one in put if one.pool in wanted]


def _discussion(
    asks: Sequence[Ask], put: Sequence[Put], votes: Votes, known: Mapping[int, int], grouping: Grouping
) -> Discussion:
    first = asks[0].kind
    assert isinstance(first, React)
    own = _own_words(asks)
    found = [(one, _statement(one, votes.counts.get(one.id, {}), own, known)) for one in _of(put, asks)]
    return Discussion(
        questions=tuple(ask.name for ask in asks),
        policy=first.policy,
        judges=votes.judges.get(asks[0].name, 0),
        statements=tuple(told for one, told in found if one.state == proposals.PUBLISHED),
        merged=tuple(told for one, told in found if one.state == proposals.MERGED),
        grouping=grouping,
    )


def _own_words(asks: Iterable[Ask]) -> dict[tuple[str, str], Text]:
    """The organiser's statements, by pool and code."""
    return {
        (pool, choice.code): choice.label
        for ask in asks
        if isinstance(ask.kind, React)
        for pool in pools(ask)
        for choice in ask.kind.statements
    }


def _statement(
    one: Put, counts: Mapping[tuple[str, str], int], own: Mapping[tuple[str, str], Text], known: Mapping[int, int]
) -> Statement:
    words = sorted((stand, way[1:], n) for (way, stand), n in counts.items() if way.startswith("+") and n)
    return Statement(
        id=one.id,
        number=one.number,
        text=" ".join(one.text.split()),
        own=own.get((one.pool, one.code or "")),
        source=one.source,
        served=_stands(counts, stances.SERVED),
        shared=_stands(counts, stances.SHARED),
        seen=one.seen,
        qualifiers=tuple(words),
        code=one.code,
        category=one.category,
        addressee=one.addressee,
        parent=known.get(one.parent) if one.parent is not None else None,
        into=known.get(one.into) if one.into is not None else None,
        corrected=one.original is not None,
        status=one.status,
        reply=one.reply,
    )


def _stands(counts: Mapping[tuple[str, str], int], way: str) -> Stands:
    agree, disagree, neutral = (counts.get((way, value), 0) for value in stances.VALUES)
    return Stands(agree=agree, disagree=disagree, neutral=neutral)


def _gathered(
    connection: Connection,
    id: str,
    ask: Ask,
    put: Sequence[Put],
    votes: Votes,
    known: Mapping[int, int],
) -> Gathered:
    told = [_statement(one, votes.counts.get(one.id, {}), {}, known) for one in put if one.pool == ask.name]
    return Gathered(
        question=ask.name, states=proposals.states(connection, id, ask.name), statements=tuple(told)
    )  # fmt: skip


def _petition(connection: Connection, id: str, ask: Ask) -> Petition:
    assert isinstance(ask.kind, Sign)
    shown = opinions.signed(connection, id, ask.name)
    return Petition(
        question=ask.name,
        signatures=sum(shown.values()),
        hidden=shown.get("hidden", 0),
        names=tuple(opinions.signers(connection, id, ask.name, MOST_NAMES)),
        reached=tuple(at for at, _when in signatures.reached(connection, id, ask.name)),
        goals=tuple(sorted(goal.at for goal in ask.kind.goals)),
    )


def _repeated(connection: Connection, flow: Flow, id: str, ask: Ask) -> Repeated:
    """Those who answered both times; who skipped one of them gave no answer."""
    assert ask.again is not None
    draw = flow.step(ask.between) if ask.between is not None else None
    groups = [code for code, _weight in draw.kind.arms] if isinstance(draw, Ask) and isinstance(draw.kind, Lot) else []
    pairs = [
        (_word(first), _word(second), str(group.value) if group is not None else "", n)
        for first, second, group, n in ballots.pairs(connection, id, ask.again, ask.name, ask.between)
        if Given.SKIPPED not in (first.given, second.given)
    ]
    codes = [choice.code for choice in ask.kind.choices] if isinstance(ask.kind, OneOf) else []
    found = compare(pairs, codes, groups)
    return Repeated(question=ask.name, first=ask.again, found=found, between=ask.between)


def _word(answer: Answer) -> str:
    """The code that was picked, or which answer was given instead."""
    return str(answer.value) if answer.given is Given.ANSWER else answer.given.value
