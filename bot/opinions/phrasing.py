"""The small phrases that the message, the page, the picture and its words share.

The one rule: a number never stands without what it is a number of, and a group has a letter, not an adjective: who
thinks what is for the statements to say.
"""

from __future__ import annotations

from fractions import Fraction

from bot.opinions.figures import ORGANISER, Discussion, Statement
from bot.opinions.groups import AGREE, FEWEST_PLACED, Group, Grouping, Side
from bot.results import phrases
from flows.flow import Ask, Choice, Flow, Policy, Propose, React
from flows.tally import zones
from flows.tally.zones import Stands, Zone
from locales import tr, trn

BAR = 10
"""Signs in a bar of progress."""


def people(lang: str, n: int) -> str:
    return trn(lang, "{count} person", "{count} people", n, count=phrases.number(lang, n))


def votes(lang: str, n: int) -> str:
    return trn(lang, "{count} vote", "{count} votes", n, count=phrases.number(lang, n))


def numbered(lang: str, one: Statement, default: str) -> str:
    """`12. What it says`."""
    return f"{one.number}. {one.read(lang, default)}"


def source(lang: str, one: Statement) -> str:
    """Whose statement it is."""
    said = tr(lang, "the organiser") if one.source == ORGANISER else tr(lang, "a participant")
    return f"{said}, {tr(lang, 'corrected by a moderator')}" if one.corrected else said


def zone(lang: str, found: Zone) -> str:
    match found:
        case Zone.CONSENSUS:
            return tr(lang, "Consensus")
        case Zone.CONTROVERSY:
            return tr(lang, "Controversy")
        case Zone.DIVIDED:
            return tr(lang, "Divided, to be confirmed")
        case Zone.REJECTION:
            return tr(lang, "Rejection")
        case Zone.LIMBO:
            return tr(lang, "No clear opinion")
        case Zone.NOT_ENOUGH:
            return tr(lang, "Not enough votes to say")


def zone_rules(lang: str) -> list[str]:
    """When each zone is claimed, one sentence each."""
    return [
        tr(
            lang,
            "Consensus: at least {most} agree; or fewer than {neutral} are neutral and fewer than {against} disagree. "
            "Rejection: the same the other way round.",
            most=phrases.share(lang, zones.MOST_AGREE),
            neutral=phrases.share(lang, zones.MANY_NEUTRAL),
            against=phrases.share(lang, zones.FEW_AGAINST),
        ),
        tr(
            lang,
            "No clear opinion: at least {neutral} are neutral. Controversy: none of these.",
            neutral=phrases.share(lang, zones.MANY_NEUTRAL),
        ),
        tr(
            lang,
            "A statement stands in one of these only from {few} votes on, and only where chance can hardly explain it: "
            "the whole range in which the share of everybody probably lies (Wilson, 95 times in 100) must be on one "
            "side of the bound. Otherwise there are not enough votes to say.",
            few=zones.FEWEST,
        ),
        tr(
            lang,
            "Divided, to be confirmed: none of these is sure yet, but from {few} votes on at least {side} surely agree "
            "and at least {side} surely disagree (the low ends of the ranges). More votes will tell.",
            few=zones.FEWEST_DIVIDED,
            side=phrases.share(lang, zones.BOTH_SIDES),
        ),
    ]


def stand(lang: str, kind: React, code: str, default: str) -> str:
    """The word on the button."""
    found = next((one.label.read(lang, default) for one in kind.stands if one.code == code), code)
    return " ".join(found.split())


def split(lang: str, found: Stands) -> str:
    """`82% agree, 10% disagree, 8% neutral`."""
    n = found.total
    agree, disagree, neutral = (
        phrases.share(lang, Fraction(part, n)) for part in (found.agree, found.disagree, found.neutral)
    )
    if not found.neutral:
        return tr(lang, "{agree} agree, {disagree} disagree", agree=agree, disagree=disagree)
    return tr(
        lang,
        "{agree} agree, {disagree} disagree, {neutral} neutral",
        agree=agree,
        disagree=disagree,
        neutral=neutral,
    )


def part(lang: str, count: int, total: int) -> str:
    """A share of a whole."""
    return phrases.share(lang, Fraction(count, total)) if total else "–"


def two(lang: str, agree: int, disagree: int, judged: int) -> str:
    """`82% / 10%`."""
    return f"{part(lang, agree, judged)} / {part(lang, disagree, judged)}"


def figures(lang: str, one: Statement) -> str:
    """What was said of a statement; of a few, only how many they are."""
    n = votes(lang, one.served.total)
    return f"{split(lang, one.served)} ({n})" if one.told else n


def ends(lang: str, low: float, high: float) -> str:
    """`74% – 88%`."""
    return f"{_hundredths(lang, low)} – {_hundredths(lang, high)}"


def _hundredths(lang: str, part: float) -> str:
    return phrases.share(lang, Fraction(round(part * 100), 100))


def policy(lang: str, found: Policy) -> str:
    """How it is decided which statement a person is shown next."""
    match found:
        case Policy.LEAST_SEEN:
            return tr(lang, "Each person was shown first the statements that the fewest people had seen.")
        case Policy.BANDIT:
            return tr(
                lang,
                "Of ten statements that a person was shown, three were new, one was contested, and the others were "
                "drawn by lot, with better chances for those that many agree with.",
            )
        case Policy.POLIS:
            return tr(
                lang,
                "Statements were drawn by lot, with better chances for new ones, for those that many agree with and "
                "for those that divide people.",
            )


def evenness(lang: str, found: Discussion) -> str:
    """How evenly statements were shown, in a sentence."""
    if len(found.statements) < 2 or not sum(one.seen for one in found.statements):
        return ""
    return tr(
        lang,
        "How evenly they were shown: {gini} on a scale (Gini) from 0, each as often as the others, to 1, one of them "
        "alone.",
        gini=phrases.number(lang, round(float(found.gini), 2)),
    )


def turnout(lang: str, found: Discussion) -> str:
    """How many people judged how many statements."""
    n = len(found.statements)
    return tr(
        lang,
        "{people}, {statements}, {reactions}.",
        people=people(lang, found.judges),
        statements=trn(lang, "{count} statement", "{count} statements", n, count=phrases.number(lang, n)),
        reactions=trn(
            lang, "{count} reaction", "{count} reactions", found.reactions, count=phrases.number(lang, found.reactions)
        ),
    )


def contributed(lang: str, proposals: int, reactions: int, signatures: int) -> str:
    """How much there is so far: `12 proposals · 340 reactions`; nothing of what nobody did."""
    parts = [
        trn(lang, "{count} proposal", "{count} proposals", proposals, count=phrases.number(lang, proposals)),
        trn(lang, "{count} reaction", "{count} reactions", reactions, count=phrases.number(lang, reactions)),
        trn(lang, "{count} signature", "{count} signatures", signatures, count=phrases.number(lang, signatures)),
    ]
    return " · ".join(part for part, n in zip(parts, (proposals, reactions, signatures), strict=True) if n)


def links(lang: str, found: Discussion) -> str:
    """How many votes came through links, and that they count apart."""
    n = sum(one.shared.total for one in found.statements)
    if not n:
        return ""
    return trn(
        lang,
        "{count} more vote came through a shared link. It is counted apart and moves no zone.",
        "{count} more votes came through shared links. They are counted apart and move no zone.",
        n,
        count=phrases.number(lang, n),
    )


def marked(lang: str, found: Discussion) -> str:
    """Where links pull a statement the other way."""
    if not found.marked:
        return ""
    numbers = phrases.listed(lang, [str(one.number) for one in found.marked])
    return trn(
        lang,
        "To look at: many votes came through links to statement {numbers} and say the opposite of the others. Nothing "
        "was taken away; both totals are shown.",
        "To look at: many votes came through links to statements {numbers} and say the opposite of the others. Nothing "
        "was taken away; both totals are shown.",
        len(found.marked),
        numbers=numbers,
    )


# --- Groups ----------------------------------------------------------------------------------------------------------


def letter(at: int) -> str:
    return "ABCDEFGH"[at]


def group(lang: str, at: int, found: Group) -> str:
    """`A (34 people)`."""
    return f"{letter(at)} ({people(lang, found.size)})"


def grouped(lang: str, found: Grouping) -> str:
    """Whether people fall into groups, and how many stand in each."""
    if found.placed < FEWEST_PLACED:
        return tr(
            lang,
            "Groups of opinion are looked for once {needed} people have judged enough statements; so far: {placed}.",
            needed=FEWEST_PLACED,
            placed=phrases.number(lang, found.placed),
        )
    if not found.divided:
        return tr(
            lang, "People do not fall into groups: what somebody thinks of one statement says little of the others."
        )
    names = phrases.listed(lang, [group(lang, at, one) for at, one in enumerate(found.groups)])
    said = tr(lang, "People fall into {n} groups of opinion: {names}.", n=len(found.groups), names=names)
    if found.clear < BLURRED:
        said += " " + tr(lang, "The borders between them are blurred.")
    return said


BLURRED = 0.5
"""Below this silhouette many people stand near a border."""


def side(lang: str, found: Side) -> str:
    """`agrees (91%, the others 30%)`."""
    share, others = _hundredths(lang, found.share), _hundredths(lang, found.others)
    if found.stand == AGREE:
        return tr(lang, "agree: {share} of the group, {others} of the others", share=share, others=others)
    return tr(lang, "disagree: {share} of the group, {others} of the others", share=share, others=others)


def progress(count: int, goal: int) -> str:
    """`▰▰▰▰▱▱▱▱▱▱`."""
    filled = min(BAR, count * BAR // goal) if goal else BAR
    return "▰" * filled + "▱" * (BAR - filled)


# --- Official answers ------------------------------------------------------------------------------------------------


def status(lang: str, flow: Flow, ask: Ask, code: str) -> str:
    """The state of an official answer in words."""
    found = ask.kind.answering.states if isinstance(ask.kind, Propose) and ask.kind.answering is not None else ()
    return _label(lang, flow, found, code)


def _label(lang: str, flow: Flow, choices: tuple[Choice, ...], code: str) -> str:
    return next((one.label.read(lang, flow.lang) for one in choices if one.code == code), code)
