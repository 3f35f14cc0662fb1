"""Why statements stand where they stand: the rule, how they were shown, how groups were found.

The one rule: every sentence is the rule that was applied, with the numbers it was applied to.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.opinions import phrasing, telling
from bot.opinions.figures import Discussion, Gathered, Opinions, Petition
from bot.opinions.groups import FEWEST_JUDGED, FEWEST_PLACED
from bot.results import phrases
from flows.flow import Ask, Checked, Flow, Propose
from flows.messages import Block, Bold, paragraph
from flows.tally.zones import Zone
from locales import tr, trn


def explain(flow: Flow, ask: Ask, found: Opinions, lang: str) -> list[Block]:
    """The explanation of one question; nothing when it is another kind of question."""
    discussion = found.discussion(ask.name)
    if discussion is not None:
        return of_discussion(flow, ask, discussion, lang) if discussion.questions[0] == ask.name else []
    gathered, petition = found.gathering(ask.name), found.petition(ask.name)
    if gathered is not None:
        return _gathered(flow, ask, gathered, lang)
    return _petition(flow, ask, petition, lang) if petition is not None else []


def of_discussion(flow: Flow, ask: Ask, found: Discussion, lang: str) -> list[Block]:
    """Zones, showing, links, groups."""
    said = _heading(flow, ask, lang)
    said += _part(tr(lang, "Where statements stand"), [*phrasing.zone_rules(lang), _standing(found, lang)])
    shown = [phrasing.policy(lang, found.policy), phrasing.evenness(lang, found)]
    said += _part(tr(lang, "How they were shown"), shown)
    apart = tr(
        lang,
        "Zones are made of the votes on statements that were dealt out in turn. Whoever follows a link to one "
        "statement may vote on it as well; these votes are told apart, because links go to friends.",
    )
    said += _part(tr(lang, "Votes through links"), [apart, phrasing.links(lang, found), phrasing.marked(lang, found)])
    return said + _part(tr(lang, "How groups are found"), _groups(found, lang))


def _standing(found: Discussion, lang: str) -> str:
    few = len(found.zoned[Zone.NOT_ENOUGH])
    return (
        trn(
            lang,
            "{few} statement of {count} has not enough votes to say.",
            "{few} statements of {count} have not enough votes to say.",
            few,
            few=phrases.number(lang, few),
            count=phrases.number(lang, len(found.statements)),
        )
        if few
        else ""
    )


def _groups(found: Discussion, lang: str) -> list[str]:
    grouping = found.grouping
    about = tr(
        lang,
        "Whoever judged at least {few} statements is placed by what they said, so that people who answer alike stand "
        "close to each other; then it is looked for two to five groups with clear borders (after Polis: principal "
        "components and k-means). Groups are told only where people's answers hang together more than shuffled answers "
        "would, where each has at least ten people, and from {needed} people on.",
        few=FEWEST_JUDGED,
        needed=FEWEST_PLACED,
    )
    shared = tr(
        lang,
        "What all groups share is counted for each statement: in each group the people who agree, plus one, divided by "
        "those who judged it, plus two; then these shares are multiplied. One group that is against makes it small.",
    )
    return [about, phrasing.grouped(lang, grouping), *([shared] if grouping.divided else [])]


def _gathered(flow: Flow, ask: Ask, found: Gathered, lang: str) -> list[Block]:
    said = [*telling.sentences(found, lang)]
    if isinstance(ask.kind, Propose):
        match ask.kind.checked:
            case Checked.BEFORE:
                said.append(tr(lang, "A moderator reads each one before others see it."))
            case Checked.NEWCOMERS:
                said.append(tr(lang, "A moderator reads those of newcomers before others see them."))
            case Checked.AFTER:
                said.append(tr(lang, "They are shown at once; a moderator reads those that are reported."))
        said.append(tr(lang, "Who is refused is told by which published rule, and may ask for another moderator."))
    return _heading(flow, ask, lang) + _part(tr(lang, "What was put forward"), said)


def _petition(flow: Flow, ask: Ask, found: Petition, lang: str) -> list[Block]:
    once = tr(lang, "Each person can sign once, and take the signature back until the closing.")
    said = [telling.signed(found, lang), telling.towards(found, lang), once]
    return _heading(flow, ask, lang) + _part(tr(lang, "Signatures"), said)


def _heading(flow: Flow, ask: Ask, lang: str) -> list[Block]:
    return [paragraph(Bold(ask.text.read(lang, flow.lang).strip()))]


def _part(title: str, sentences: Sequence[str]) -> list[Block]:
    said = [sentence for sentence in sentences if sentence]
    return [paragraph(Bold(title)), paragraph(" ".join(said))] if said else []
