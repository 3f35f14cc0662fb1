"""What there is to tell of statements, proposals and petitions, as data.

The one rule: a statement that fewer than `LEAST` people judged tells only how many they are. Among so few, whoever
knows what some of them think knows what the others do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

from bot.opinions.groups import Grouping, Side
from bot.results.breakdown import LEAST
from flows.flow import Policy, Text
from flows.tally import zones
from flows.tally.changed import Changed
from flows.tally.gini import gini
from flows.tally.suspicion import Burst, pulled
from flows.tally.zones import Stands, Zone

ORGANISER = "organiser"
NO_ONE = Grouping(voters=0, placed=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement and what became of it. `served`: votes on cards that were dealt out fairly; `shared`: votes that
    came through a link to it. `qualifiers` are (stand, word, how many). `into` is the number of the one it was merged
    into; `corrected`: a moderator mended its spelling."""

    id: int
    number: int
    text: str
    source: str
    served: Stands
    shared: Stands = field(default_factory=Stands)
    seen: int = 0
    qualifiers: tuple[tuple[str, str, int], ...] = ()
    code: str | None = None
    own: Text | None = None
    """What the organiser wrote, in each language."""
    category: str | None = None
    addressee: str | None = None
    parent: int | None = None
    into: int | None = None
    corrected: bool = False
    status: str | None = None
    reply: str | None = None

    def read(self, lang: str, default: str) -> str:
        """What it says: the organiser's in the reader's language, a citizen's as it was written."""
        return " ".join(self.own.read(lang, default).split()) if self.own is not None else self.text

    @property
    def zone(self) -> Zone:
        return zones.zone(self.served)

    @property
    def both(self) -> Stands:
        return self.served + self.shared

    @property
    def pulled(self) -> bool:
        """Do votes through links pull it another way?"""
        return pulled(self.served, self.shared)

    @property
    def told(self) -> bool:
        """May its votes be told apart?"""
        return self.served.total >= LEAST

    @property
    def told_shared(self) -> bool:
        """May the votes through links be told apart? (Where there are none, there is nothing to tell.)"""
        return not self.shared.total or self.shared.total >= LEAST

    def to_json(self) -> dict[str, Any]:
        data: dict[str, Any] = {
            "number": self.number,
            "text": self.text,
            "source": self.source,
            "zone": self.zone.value,
            "votes": self.served.total,
            "shared": self.shared.total,
            "seen": self.seen,
            "served": _stands(self.served) if self.told else None,
            "with_shared": _stands(self.both) if self.told and self.told_shared else None,
            "marked": self.pulled,
        }
        if self.told:
            data["intervals"] = {
                name: [round(end, 4) for end in zones.interval(count, self.served.total)]
                for name, count in _stands(self.served).items()
            }
            data["qualifiers"] = [list(one) for one in self.qualifiers if one[2] >= LEAST]
        beside = {
            "code": self.code,
            "category": self.category,
            "addressee": self.addressee,
            "nuance_of": self.parent,
            "merged_into": self.into,
            "corrected": self.corrected or None,
            "status": self.status,
            "reply": self.reply,
        }
        return data | {name: value for name, value in beside.items() if value is not None}


def _stands(votes: Stands) -> dict[str, int]:
    return {"agree": votes.agree, "disagree": votes.disagree, "neutral": votes.neutral}


@dataclass(frozen=True)
class Discussion:
    """The statements that people judged in one or more questions (`questions`, the first tells them). `judges` are the
    people who judged any; `statements` are those that can be judged, in their order of number; `merged` were merged
    into another and keep their own votes."""

    questions: tuple[str, ...]
    policy: Policy
    judges: int
    statements: tuple[Statement, ...]
    merged: tuple[Statement, ...] = ()
    grouping: Grouping = NO_ONE

    @cached_property
    def ranked(self) -> list[Statement]:
        """The most surely agreed first; where there are groups, by what all of them share. Those with too few votes to
        say come last."""
        shared = self.grouping.scores
        order = [one for one, _votes in zones.ranked((one, one.served) for one in self.statements)]
        order.sort(key=lambda one: (not one.told, -shared.get(one.number, 0.0) if one.told else 0.0))
        return order

    @cached_property
    def zoned(self) -> Mapping[Zone, list[Statement]]:
        """The statements of each zone: the most agreed consensus, the most rejected rejection, the most even
        controversy or division and the most neutral limbo first."""
        found: dict[Zone, list[Statement]] = {zone: [] for zone in Zone}
        for one in self.ranked:
            found[one.zone].append(one)
        found[Zone.REJECTION].sort(key=lambda one: -zones.interval(one.served.disagree, one.served.total)[0])
        found[Zone.CONTROVERSY].sort(key=_uneven)
        found[Zone.DIVIDED].sort(key=_uneven)
        found[Zone.LIMBO].sort(key=lambda one: -zones.interval(one.served.neutral, one.served.total)[0])
        return found

    @cached_property
    def reactions(self) -> int:
        return sum(one.both.total for one in self.statements)

    @cached_property
    def gini(self) -> Fraction:
        """How unevenly the statements were shown."""
        return gini(one.seen for one in self.statements)

    @cached_property
    def marked(self) -> list[Statement]:
        return [one for one in self.statements if one.pulled]

    def statement(self, number: int) -> Statement | None:
        return next((one for one in self.statements if one.number == number), None)

    def to_json(self) -> dict[str, Any]:
        grouping = self.grouping
        groups: dict[str, Any] = {"voters": grouping.voters, "placed": grouping.placed}
        if grouping.divided:
            groups["clear"] = round(grouping.clear, 3)
            groups["groups"] = [
                {"size": one.size, "stands_for": [_side(side) for side in one.stands_for]} for one in grouping.groups
            ]
            groups["consensus"] = {str(number): round(score, 6) for number, score in grouping.scores.items()}
            groups["by_statement"] = _by_statement(grouping)
        return {
            "questions": list(self.questions),
            "policy": self.policy.value,
            "people": self.judges,
            "reactions": self.reactions,
            "exposure_gini": round(float(self.gini), 4),
            "statements": [one.to_json() for one in self.ranked],
            "merged": [one.to_json() for one in self.merged],
            "groups": groups,
        }


def _uneven(one: Statement) -> tuple[Fraction, int]:
    n = one.served.total or 1
    return Fraction(abs(one.served.agree - one.served.disagree) + one.served.neutral, n), one.number


def _side(side: Side) -> dict[str, Any]:
    return {
        "number": side.number,
        "stand": side.stand,
        "share": round(side.share, 4),
        "others": round(side.others, 4),
    }


def _by_statement(grouping: Grouping) -> dict[str, list[Any]]:
    """Agree, disagree and judged of each group, for statements that enough people of every group judged: one that is
    left out could be worked out from the others."""
    return {
        str(number): [[group.agree[at], group.disagree[at], group.judged[at]] for group in grouping.groups]
        for at, number in enumerate(grouping.numbers)
        if all(group.judged[at] >= LEAST for group in grouping.groups)
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What was put forward in one question: how many by state, and, where nobody judges them, the texts."""

    question: str
    states: Mapping[str, int]
    statements: tuple[Statement, ...] = ()

    @property
    def sent(self) -> int:
        """All but those that their authors took back."""
        return sum(n for state, n in self.states.items() if state != "withdrawn")

    @property
    def published(self) -> int:
        return self.states.get("published", 0) + self.states.get("merged", 0)

    @property
    def answered(self) -> Mapping[str, int]:
        """How many got each official answer."""
        found: dict[str, int] = {}
        for one in self.statements:
            if one.status:
                found[one.status] = found.get(one.status, 0) + 1
        return found

    def to_json(self) -> dict[str, Any]:
        data: dict[str, Any] = {"question": self.question, "sent": self.sent, "states": dict(self.states)}
        if self.answered:
            data["answered"] = dict(self.answered)
        if self.statements:
            data["proposals"] = [one.to_json() for one in self.statements]
        return data


@dataclass(frozen=True, slots=True, kw_only=True)
class Petition:
    """How many signed; the names of those who want to be seen; what comes next."""

    question: str
    signatures: int
    hidden: int
    names: tuple[str, ...] = ()
    reached: tuple[int, ...] = ()
    goals: tuple[int, ...] = ()

    @property
    def next_goal(self) -> int | None:
        return next((goal for goal in self.goals if goal > self.signatures), None)

    def to_json(self) -> dict[str, Any]:
        return {
            "question": self.question,
            "signatures": self.signatures,
            "hidden": self.hidden,
            "goals": list(self.goals),
            "reached": list(self.reached),
            "next_goal": self.next_goal,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """A vote that was cast twice: `question` repeats `first`, and `found` compares the groups of the draw `between`."""

    question: str
    first: str
    found: Changed
    between: str | None = None

    @property
    def told(self) -> bool:
        """May the groups be told apart? One of few people tells what each of them did."""
        return bool(self.found.parts) and all(part.people >= LEAST for part in self.found.parts)

    def to_json(self) -> dict[str, Any]:
        data: dict[str, Any] = {"question": self.question, "first": self.first, **self.found.all.to_json()}
        del data["group"]
        data["totals"] = [list(one) for one in self.found.totals]
        if self.between is not None:
            data["between"] = self.between
            data["groups"] = [part.to_json() for part in self.found.parts] if self.told else None
        return data


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinions:
    """All of it, of one consultation. `crowds` are for those who look after it, and in no file."""

    discussions: tuple[Discussion, ...] = ()
    gathered: tuple[Gathered, ...] = ()
    petitions: tuple[Petition, ...] = ()
    repeated: tuple[Repeated, ...] = ()
    crowds: tuple[Burst, ...] = ()

    def discussion(self, question: str) -> Discussion | None:
        """The discussion that a question belongs to."""
        return next((one for one in self.discussions if question in one.questions), None)

    def gathering(self, question: str) -> Gathered | None:
        return next((one for one in self.gathered if one.question == question), None)

    def petition(self, question: str) -> Petition | None:
        return next((one for one in self.petitions if one.question == question), None)

    def again(self, question: str) -> Repeated | None:
        """The comparison with the first time, of a question that was asked twice."""
        return next((one for one in self.repeated if one.question == question), None)

    def to_json(self) -> dict[str, Any]:
        data: dict[str, Any] = {
            "discussions": [one.to_json() for one in self.discussions],
            "proposals": [one.to_json() for one in self.gathered],
            "petitions": [one.to_json() for one in self.petitions],
        }
        return data | ({"repeated": [one.to_json() for one in self.repeated]} if self.repeated else {})


NONE = Opinions()
