"""Reactions, proposals and signatures in a message: the statements that stand out, and what stands behind them.

The one rule: what a citizen wrote is a plain node of its own. A chat shows the few statements that matter most and says
how many there are; the page has all.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.opinions import phrasing
from bot.opinions.figures import Discussion, Gathered, Opinions, Petition, Statement
from bot.opinions.groups import FEWEST_PLACED
from bot.results import phrases
from bot.wording import moment
from flows.flow import Ask, Flow
from flows.messages import Block, Bold, Bullets, Inline, Italic, Plain, paragraph
from flows.tally.zones import Zone
from locales import tr, trn
from storage.instants import when

MOST = {Zone.CONSENSUS: 4, Zone.CONTROVERSY: 3, Zone.DIVIDED: 3, Zone.REJECTION: 2, Zone.LIMBO: 1}
"""Statements of each zone that a chat shows."""
MOST_SHARED = 3
MOST_TEXTS = 8
MOST_NAMES = 12


def blocks(flow: Flow, ask: Ask, found: Opinions, lang: str, *, consultation: str) -> list[Block] | None:
    """What there is to tell of one question; None when it is another kind of question, or nothing is known."""
    discussion = found.discussion(ask.name)
    if discussion is not None and discussion.questions[0] != ask.name:
        return [paragraph(Italic(tr(lang, "The same statements as above.")))]
    if discussion is not None:
        return _discussion(flow, discussion, lang, consultation)
    gathered, petition = found.gathering(ask.name), found.petition(ask.name)
    if gathered is not None:
        return _gathered(flow, ask, gathered, lang)
    return _petition(petition, lang) if petition is not None else None


# --- Statements ------------------------------------------------------------------------------------------------------


def _discussion(flow: Flow, found: Discussion, lang: str, consultation: str) -> list[Block]:
    if not found.statements:
        return [paragraph(Italic(tr(lang, "There are no statements yet.")))]
    said: list[Block] = [paragraph(phrasing.turnout(lang, found))]
    for zone, most in MOST.items():
        if found.zoned[zone]:
            said += _zone(flow, lang, zone, found.zoned[zone], most)
    if few := len(found.zoned[Zone.NOT_ENOUGH]):
        said.append(
            paragraph(
                trn(
                    lang,
                    "{count} statement has not enough votes to say.",
                    "{count} statements have not enough votes to say.",
                    few,
                    count=phrases.number(lang, few),
                )
            )
        )
    said += _groups(flow, found, lang)
    remarks = [phrasing.marked(lang, found), phrasing.links(lang, found), phrasing.policy(lang, found.policy)]
    said.append(paragraph(Italic(" ".join(one for one in [*remarks, phrasing.evenness(lang, found)] if one))))
    if found.grouping.placed >= FEWEST_PLACED:
        said.append(paragraph(tr(lang, "Where do you stand yourself? Type /map {id}", id=consultation)))
    return said


def _zone(flow: Flow, lang: str, zone: Zone, statements: Sequence[Statement], most: int) -> list[Block]:
    """The name of a zone, how many statements stand there, and the first of them."""
    count = phrases.number(lang, len(statements))
    head = tr(lang, "{zone} ({count})", zone=phrasing.zone(lang, zone), count=count)
    return [paragraph(Bold(head)), Bullets(tuple(_line(flow, lang, one) for one in statements[:most]))]


def _line(flow: Flow, lang: str, one: Statement) -> tuple[Inline, ...]:
    return Plain(phrasing.numbered(lang, one, flow.lang)), Plain(f" — {phrasing.figures(lang, one)}")


def _groups(flow: Flow, found: Discussion, lang: str) -> list[Block]:
    grouping = found.grouping
    if not found.judges:
        return []
    said: list[Block] = [paragraph(phrasing.grouped(lang, grouping))]
    if not grouping.divided:
        return said
    shared = [one for number in grouping.common(MOST_SHARED) if (one := found.statement(number)) is not None]
    if shared:
        said.append(paragraph(Bold(tr(lang, "What all groups share"))))
        said.append(Bullets(tuple(_line(flow, lang, one) for one in shared)))
    else:
        said.append(paragraph(tr(lang, "So far there is no statement that a majority of each group agrees with.")))
    return said


def crowds(found: Opinions, zone: str, lang: str) -> list[str]:
    """When far more people came at once than otherwise, for those who look after the consultation."""
    return [
        tr(
            lang,
            "To look at: {people} were last active in the ten minutes from {moment}; usually there are {usual}. That "
            "may be a meeting, or an invitation that was sent to many. Nothing was taken away.",
            people=phrasing.people(lang, one.people),
            moment=moment(when(one.at_ms), zone, lang),
            usual=phrases.number(lang, one.usual),
        )
        for one in found.crowds
    ]


# --- Proposals -------------------------------------------------------------------------------------------------------


def _gathered(flow: Flow, ask: Ask, found: Gathered, lang: str) -> list[Block]:
    said: list[Block] = [paragraph(" ".join(sentences(found, lang)))]
    if found.statements:
        shown = found.statements[:MOST_TEXTS]
        items: list[tuple[Inline, ...]] = [
            (
                Plain(phrasing.numbered(lang, one, flow.lang)),
                Plain(f" — {phrasing.status(lang, flow, ask, one.status)}" if one.status else ""),
            )
            for one in shown
        ]
        said.append(Bullets(tuple(items)))
        if rest := len(found.statements) - len(shown):
            count = phrases.number(lang, rest)
            said.append(paragraph(trn(lang, "{count} more is on the page.", "{count} more are on the page.", rest,
                                      count=count)))  # fmt: skip
    return said


def sentences(found: Gathered, lang: str) -> list[str]:
    """How many were put forward, and what became of them."""
    n, published = found.sent, found.published
    if not n:
        return [tr(lang, "Nothing was put forward.")]
    said = [trn(lang, "{count} proposal.", "{count} proposals.", n, count=phrases.number(lang, n))]
    if published:
        said.append(trn(lang, "{count} is published.", "{count} are published.", published,
                        count=phrases.number(lang, published)))  # fmt: skip
    waiting = found.states.get("waiting", 0) + found.states.get("reworded", 0) + found.states.get("hidden", 0)
    if waiting:
        said.append(trn(lang, "{count} is being read by moderators.", "{count} are being read by moderators.", waiting,
                        count=phrases.number(lang, waiting)))  # fmt: skip
    if refused := found.states.get("refused", 0) + found.states.get("removed", 0):
        said.append(
            trn(
                lang,
                "{count} was not published; its author was told why.",
                "{count} were not published; their authors were told why.",
                refused,
                count=phrases.number(lang, refused),
            )
        )
    return said


# --- Petitions -------------------------------------------------------------------------------------------------------


def _petition(found: Petition, lang: str) -> list[Block]:
    goal = found.next_goal or (found.goals[-1] if found.goals else 0)
    bar = f"{phrasing.progress(found.signatures, goal)} " if goal else ""
    said: list[Block] = [paragraph(Bold(f"{bar}{signed(found, lang)}")), paragraph(towards(found, lang))]
    if names := named(found, lang, MOST_NAMES):
        said.append(paragraph(names))
    return [one for one in said if one != paragraph("")]


def signed(found: Petition, lang: str) -> str:
    n = found.signatures
    if not n:
        return tr(lang, "Nobody has signed.")
    return trn(lang, "{count} person has signed.", "{count} people have signed.", n, count=phrases.number(lang, n))


def towards(found: Petition, lang: str) -> str:
    """How far it is to the next goal."""
    if found.next_goal is None:
        if not found.goals:
            return ""
        return tr(lang, "The last goal, {goal} signatures, is reached.", goal=phrases.number(lang, found.goals[-1]))
    missing = found.next_goal - found.signatures
    return trn(
        lang,
        "{count} more signature is needed for the next goal, {goal}.",
        "{count} more signatures are needed for the next goal, {goal}.",
        missing,
        count=phrases.number(lang, missing),
        goal=phrases.number(lang, found.next_goal),
    )


def named(found: Petition, lang: str, most: int) -> str:
    """Who signed, as each person chose to be shown; the others are counted."""
    shown = list(found.names[:most])
    if not shown:
        return ""
    rest = found.signatures - len(shown)
    if rest > 0:
        shown.append(trn(lang, "{count} other", "{count} others", rest, count=phrases.number(lang, rest)))
    said = tr(lang, "Signed by {names}.", names=phrases.listed(lang, shown))
    return said.removesuffix(".") if said.endswith("..") else said  # initials end with a point of their own
