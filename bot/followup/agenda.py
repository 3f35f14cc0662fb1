"""The list that several people answer: the most agreed proposals after the closing, put to each of them, and the grid
of what they say.

    /toplist -> one copy of each proposal for each person who answers -> reminders -> answers -> the grid, told once

The one rule: the list is made once, from the result as it was closed, and is the same for all of them. What they
answer is told to people when all is answered, or when it is due, never one by one.
"""

from __future__ import annotations

from bot.contributions.pools import words_of
from bot.contributions.seeding import LOTS
from bot.followup import officials, owing, steps
from bot.office.telling import note
from bot.opinions import looking
from bot.opinions.figures import Statement
from bot.turn import Turn
from flows.flow import Choice, Flow
from storage import proposals, replies
from storage.consultations import Consultation
from storage.database import Connection
from storage.instants import ms


def best(connection: Connection, flow: Flow, run: Consultation, name: str, n: int) -> list[Statement]:
    """The `n` proposals that most surely find agreement, across the groups of opinion where there are any; none that
    more people reject than want."""
    found = looking.look_whole(connection, flow, run)
    ranked = [
        one
        for discussion in found.discussions
        for one in discussion.ranked
        if one.served.agree > one.served.disagree and _lies_in(connection, run, one, name)
    ]
    return ranked[:n]


def _lies_in(connection: Connection, run: Consultation, one: Statement, name: str) -> bool:
    proposal = proposals.by_number(connection, run.id, one.number)
    return proposal is not None and proposal.pool == name


def made(connection: Connection, run: Consultation, flow: Flow) -> bool:
    """Is there a list already?"""
    return any(replies.listed(connection, run.id, steps.listed(name)) for name in steps.lists(flow))


def put(turn: Turn, run: Consultation, flow: Flow) -> int:
    """Make the list and put it to everybody who answers; how many proposals are on it."""
    connection, now, n = turn.scene.connection, ms(turn.scene.now), 0
    turn.scene.flush()
    for name, owed in steps.lists(flow).items():
        chosen = best(connection, flow, run, name, owed.top)
        n += len(chosen)
        for choice in owed.each:
            for statement in chosen:
                _copy(turn, run, flow, name, choice, statement, now)
        for choice in owed.each:
            officials.ask_all(turn, run, flow, name, choice)
    note(turn, "list", run.id, str(n))
    return n


def _copy(turn: Turn, run: Consultation, flow: Flow, name: str, choice: Choice, one: Statement, now: int) -> None:
    """What one person answers: a copy, so that each of them has an answer of their own."""
    connection = turn.scene.connection
    source = proposals.by_number(connection, run.id, one.number)
    assert source is not None, "what was ranked is on file"
    copy = proposals.add(
        connection,
        consultation=run.id,
        pool=steps.listed(name),
        text=words_of(flow, source, flow.lang),
        lang=source.lang,
        source=proposals.LISTED,
        state=proposals.PUBLISHED,
        lot=source.lot % LOTS,
        since_ms=now,
        code=f"{source.code or source.number}:{choice.code}",
        addressee=choice.code,
        parent=source.id,
    )
    owing.begin(turn, run, flow, copy)
