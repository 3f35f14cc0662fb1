"""What only all the ballots of a closed consultation can tell: what else could have come out, and a fingerprint.

The one rule: nothing is studied before the closing. Then nothing changes any more, and what was found is kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.results import archive, phrases, why
from bot.results.votes import Vote, vote_of
from bot.results.why import Beyond
from flows.flow import Flow
from flows.session import Answer
from flows.tally.counts import Ballot, Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Studied:
    """Of each vote, by question, what the ballots tell; and the fingerprint of the whole."""

    beyond: Mapping[str, Beyond]
    fingerprint: str


def study(flow: Flow, ballots: Sequence[Ballot], result: Result, source: str) -> Studied:
    """As much work as counting everything several times."""
    last = {(ballot.token, ballot.question): ballot.answer for ballot in ballots}
    given: dict[str, Counter[Answer]] = {}
    for (_token, question), answer in last.items():
        given.setdefault(question, Counter())[answer] += 1
    beyond = {
        vote.ask.name: why.beyond(vote, given.get(vote.ask.name, Counter()).items())
        for vote in votes(flow, result, flow.lang)
    }
    return Studied(beyond=beyond, fingerprint=archive.fingerprint(flow, ballots, result, source=source))


def votes(flow: Flow, result: Result, lang: str, *, closed: bool = True) -> list[Vote]:
    """The votes of a result that may be told."""
    asked = phrases.public_questions(flow, result.public())
    found = [vote_of(flow, ask, question, lang, closed=closed) for ask, question in asked]
    return [vote for vote in found if vote is not None]
