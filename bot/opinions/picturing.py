"""Reactions and petitions in pictures: statements as bars, people as islands, signatures towards a goal.

The one rule: on a map nobody can be found again. A dot is moved by a distance drawn from its voter token, always the
same, so that looking twice tells no more; a map of fewer than fifty people is not drawn.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from fractions import Fraction
from hashlib import sha256

from bot.opinions import phrasing
from bot.opinions.figures import Discussion, Opinions, Petition, Statement
from bot.opinions.groups import LEAST_GROUP, Grouping
from bot.opinions.telling import signed, towards
from bot.results import phrases
from bot.results.shapes import Island, Islands, Panel, Stack, Stacks
from flows.flow import Ask, Flow, React
from flows.tally.zones import Zone
from locales import tr

MOST = {Zone.CONSENSUS: 4, Zone.CONTROVERSY: 3, Zone.DIVIDED: 2, Zone.REJECTION: 2, Zone.LIMBO: 1}
"""Statements of each zone on one picture; the page has a table of all."""
MOST_DOTS = 3_000
"""Dots on a map; of more people so many are drawn, each group's part of them (tokens are drawn by lot as it is)."""
MOVED = 0.03
"""How far dots are moved, as a part of the map."""

Spot = tuple[float, float]


def panels(flow: Flow, ask: Ask, found: Opinions, lang: str) -> list[Panel]:
    """The panels of one question; none when there is nothing to draw."""
    discussion, petition = found.discussion(ask.name), found.petition(ask.name)
    question = " ".join(ask.text.read(lang, flow.lang).split())
    if discussion is not None and discussion.questions[0] == ask.name:
        drawn = [_statements(flow, ask, discussion, lang, question), _people(discussion, lang)]
        return [panel for panel in drawn if panel is not None]
    if petition is not None and petition.signatures:
        return [_signatures(petition, lang, question)]
    return []


# --- Statements ------------------------------------------------------------------------------------------------------


def _statements(flow: Flow, ask: Ask, found: Discussion, lang: str, question: str) -> Panel | None:
    shown = [one for zone, most in MOST.items() for one in found.zoned[zone][:most]]
    if not shown:
        return None
    kind = ask.kind
    assert isinstance(kind, React)
    key = tuple(phrasing.stand(lang, kind, code, flow.lang) for code in ("disagree", "neutral", "agree"))
    return Panel(
        question=question,
        note="",
        bars=(),
        headline=_headline(found, lang),
        stacks=Stacks(key=key, stacks=tuple(_stack(flow, one, lang) for one in shown)),
        basis=phrasing.turnout(lang, found).removesuffix("."),
    )


def _headline(found: Discussion, lang: str) -> str:
    """How many statements stand where."""
    parts = [
        tr(lang, "{zone}: {count}", zone=phrasing.zone(lang, zone), count=phrases.number(lang, len(statements)))
        for zone, statements in found.zoned.items()
        if statements
    ]
    return " · ".join(parts)


def _stack(flow: Flow, one: Statement, lang: str) -> Stack:
    total = one.served.total
    parts = [Fraction(part, total) for part in (one.served.disagree, one.served.neutral, one.served.agree)]
    label = tr(
        lang,
        "{zone} — {statement}",
        zone=phrasing.zone(lang, one.zone),
        statement=phrasing.numbered(lang, one, flow.lang),
    )
    figures = tuple(phrases.share(lang, part) if part else "" for part in parts)
    return Stack(label=label, parts=tuple(float(part) for part in parts), figures=figures)


# --- People ----------------------------------------------------------------------------------------------------------


def _people(found: Discussion, lang: str) -> Panel | None:
    if not found.grouping.groups:
        return None
    return people(found.grouping, lang, title=tr(lang, "Who thinks alike"))


def people(grouping: Grouping, lang: str, *, title: str, you: str | None = None) -> Panel:
    """The map of a grouping, with the reader's own place when `you` is their token."""
    key = tr(
        lang,
        "Each dot is a person, moved a little so that nobody can be recognised. The closer two people stand, the more "
        "alike their answers.",
    )
    if grouping.placed > MOST_DOTS:
        key += " " + tr(lang, "Not everybody is drawn: {count} dots stand for all.",
                        count=phrases.number(lang, MOST_DOTS))  # fmt: skip
    here = tr(lang, "You are here") if you is not None else ""
    spots = _framed(grouping.spots)
    return Panel(
        question=title,
        note="",
        bars=(),
        headline=phrasing.grouped(lang, grouping),
        islands=Islands(
            islands=_islands(grouping, spots, lang, you),
            key=key,
            you=spots.get(you) if you is not None else None,
            here=here,
        ),
        basis=phrasing.people(lang, grouping.placed),
    )


def _islands(grouping: Grouping, spots: Mapping[str, Spot], lang: str, you: str | None) -> tuple[Island, ...]:
    islands = []
    for at, group in enumerate(grouping.groups):
        tokens = sorted(token for token, place in grouping.member.items() if place == at)
        kept = max(LEAST_GROUP, len(tokens) * MOST_DOTS // max(MOST_DOTS, grouping.placed))
        dots = sorted(_moved(token, spots[token]) for token in tokens[:kept])
        mine = you is not None and grouping.member.get(you) == at
        told = phrasing.group(lang, at, group) + (", " + tr(lang, "your group") if mine else "")
        name = phrasing.letter(at) if grouping.divided else ""
        islands.append(Island(name=name, dots=tuple(dots), told=(told + ".") if grouping.divided else ""))
    return tuple(islands)


def _framed(spots: Mapping[str, Spot]) -> dict[str, Spot]:
    """Places from 0 to 1, both ways: the same scale across and up where people differ in both, and nobody outside."""
    middles, reach = [], []
    for axis in (0, 1):
        ordered = sorted(spot[axis] for spot in spots.values())
        low, high = _part(ordered, 0.02), _part(ordered, 0.98)
        middles.append((low + high) / 2)
        reach.append((high - low) / 2)
    across = max(reach[0], 1e-9) * 1.1
    up = max(reach[1], reach[0] / 2, 1e-9) * 1.1
    return {
        token: (_within(0.5 + (x - middles[0]) / across / 2), _within(0.5 + (y - middles[1]) / up / 2))
        for token, (x, y) in spots.items()
    }


def _part(ordered: Sequence[float], part: float) -> float:
    return ordered[round(part * (len(ordered) - 1))]


def _within(value: float, beyond: float = 0.0) -> float:
    return round(min(1.0 + beyond, max(-beyond, value)), 3)


def _moved(token: str, spot: Spot) -> Spot:
    """A place moved by a distance that belongs to the person."""
    dice = random.Random(sha256(f"map:{token}".encode()).digest())
    return _within(dice.gauss(spot[0], MOVED), MOVED), _within(dice.gauss(spot[1], MOVED), MOVED)


# --- Signatures ------------------------------------------------------------------------------------------------------


def _signatures(found: Petition, lang: str, question: str) -> Panel:
    goal = max(found.signatures, found.next_goal or (found.goals[-1] if found.goals else 0))
    missing = goal - found.signatures
    pieces = [(tr(lang, "Signatures"), found.signatures)]
    pieces += [(tr(lang, "Missing for the next goal"), missing)] if missing else []
    key = tuple(name for name, _n in pieces)
    figures = tuple(phrases.number(lang, n) for _name, n in pieces)
    stack = Stack(label="", parts=tuple(n / max(goal, 1) for _name, n in pieces), figures=figures)
    return Panel(
        question=question,
        note="",
        bars=(),
        headline=signed(found, lang),
        stacks=Stacks(key=key, stacks=(stack,), tones="money"),
        basis=towards(found, lang).removesuffix(".") or phrasing.people(lang, found.signatures),
    )
