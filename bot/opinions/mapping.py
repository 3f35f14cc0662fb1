"""`/map`: where one person stands among all, for that person alone.

The one rule: the words say all that the picture shows, and nobody is shown but the reader. Below fifty people nothing
is drawn, because among few somebody could be recognised; and once the key of a consultation is gone, nobody can be
found, not even by us.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from bot.opinions import groups, phrasing, picturing
from bot.opinions.figures import Discussion, Statement
from bot.opinions.groups import AGREE, DISAGREE, FEWEST_PLACED, Grouping
from bot.results import phrases
from bot.results.shapes import Sheet
from flows.flow import Flow
from flows.messages import Block, Bold, Bullets, Inline, Italic, Message, Picture, Plain, paragraph
from locales import tr, trn

MOST = 3
"""Statements of each list."""

Mine = Mapping[int, str]
"""What the reader thinks, by number of statement."""


def not_drawn(found: Discussion, token: str | None, mine: Mine, lang: str) -> str:
    """Why there is no map for this person; empty when there is one."""
    grouping = found.grouping
    if token is None:
        return tr(
            lang,
            "The link between you and your answers has been deleted, as announced. So nobody can tell any more where "
            "you stand, not even me.",
        )
    if grouping.placed < FEWEST_PLACED:
        return _too_few(grouping, lang)
    if token not in grouping.spots:
        needed = max(1, min(groups.FEWEST_JUDGED, len(found.statements)))
        missing = needed - sum(1 for number in mine if found.statement(number) is not None)
        if missing <= 0:
            return tr(lang, "Your answers are not on the map yet. It is drawn anew once a minute: please ask again.")
        return trn(
            lang,
            "To find your place I need your opinion on {count} more statement.",
            "To find your place I need your opinion on {count} more statements.",
            missing,
            count=phrases.number(lang, missing),
        )
    return ""


def _too_few(grouping: Grouping, lang: str) -> str:
    why = tr(
        lang,
        "The map is drawn from {needed} people on: among fewer, somebody could be recognised.",
        needed=FEWEST_PLACED,
    )
    n = grouping.placed
    if not n:
        return f"{why} {tr(lang, 'So far nobody has judged enough statements.')}"
    so_far = trn(
        lang,
        "So far {count} person has judged enough statements.",
        "So far {count} people have judged enough statements.",
        n,
        count=phrases.number(lang, n),
    )
    return f"{why} {so_far}"


def told(flow: Flow, found: Discussion, token: str, mine: Mine, lang: str, *, title: str, ref: str) -> Message:
    """The map in words, with the picture. There must be one (see `not_drawn`)."""
    grouping = found.grouping
    own = grouping.member[token]
    body: list[Block] = [paragraph(Bold(tr(lang, "Where you stand: {title}", title=title)))]
    if grouping.divided:
        body.append(paragraph(_place(grouping, own, lang)))
        body += _listed(tr(lang, "What sets your group apart"), _sides(flow, found, own, lang))
        body += _listed(tr(lang, "What all groups share"), _shared(flow, found, mine, lang))
        body += _listed(tr(lang, "Where you differ from your group"), _differences(flow, found, own, mine, lang))
        if not _differences(flow, found, own, mine, lang):
            body.append(paragraph(tr(lang, "You do not differ clearly from your group on any statement.")))
    else:
        body.append(paragraph(phrasing.grouped(lang, grouping)))
        body += _listed(tr(lang, "What most people share"), _shared(flow, found, mine, lang))
        body += _listed(tr(lang, "Where you differ from most people"), _differences(flow, found, own, mine, lang))
    body.append(paragraph(Italic(tr(lang, "Only you are sent this. Your own place is marked for nobody else."))))
    return Message(body=tuple(body), picture=Picture(ref=ref, alt="", told=True))


def payload(found: Discussion, token: str, lang: str, *, title: str) -> dict[str, Any]:
    """What `bot.results.chart` draws."""
    panel = picturing.people(found.grouping, lang, title=tr(lang, "Where you stand"), you=token)
    sheet = Sheet(title=title, panels=(panel,), footer=tr(lang, "Only you are sent this picture."))
    return {"sheets": [asdict(sheet)]}


def _place(grouping: Grouping, own: int, lang: str) -> str:
    others = [phrasing.group(lang, at, one) for at, one in enumerate(grouping.groups) if at != own]
    said = tr(
        lang,
        "You are in group {letter}, with {size} of {placed} people. The other groups: {others}.",
        letter=phrasing.letter(own),
        size=phrases.number(lang, grouping.groups[own].size),
        placed=phrases.number(lang, grouping.placed),
        others=phrases.listed(lang, others),
    )
    blurred = grouping.clear < phrasing.BLURRED
    return f"{said} {tr(lang, 'The borders between them are blurred.')}" if blurred else said


def _listed(title: str, items: Sequence[tuple[Inline, ...]]) -> list[Block]:
    return [paragraph(Bold(title)), Bullets(tuple(items))] if items else []


def _sides(flow: Flow, found: Discussion, own: int, lang: str) -> list[tuple[Inline, ...]]:
    items = []
    for side in found.grouping.groups[own].stands_for[:MOST]:
        if (one := found.statement(side.number)) is not None:
            items.append(_item(flow, one, phrasing.side(lang, side), lang))
    return items


def _shared(flow: Flow, found: Discussion, mine: Mine, lang: str) -> list[tuple[Inline, ...]]:
    items = []
    for number in found.grouping.common(MOST):
        if (one := found.statement(number)) is not None:
            items.append(_item(flow, one, f"{phrasing.figures(lang, one)}{_own(mine.get(number), lang)}", lang))
    return items


def _own(stand: str | None, lang: str) -> str:
    """What the reader said of it."""
    match stand:
        case None:
            return ""
        case "agree":
            return ". " + tr(lang, "You agree.")
        case "disagree":
            return ". " + tr(lang, "You disagree.")
        case _:
            return ". " + tr(lang, "You are neutral.")


def _differences(flow: Flow, found: Discussion, own: int, mine: Mine, lang: str) -> list[tuple[Inline, ...]]:
    """Statements on which the reader is on one side and a majority of the group on the other, the clearest first."""
    grouping = found.grouping
    group = grouping.groups[own]
    differing = []
    for at, number in enumerate(grouping.numbers):
        stand, judged = mine.get(number), group.judged[at]
        if stand not in (AGREE, DISAGREE) or judged < groups.LEAST_GROUP:
            continue
        against = (group.disagree if stand == AGREE else group.agree)[at]
        if against * 2 > judged:
            differing.append((-against / judged, number, stand, against, judged))
    items = []
    for _share, number, stand, against, judged in sorted(differing)[:MOST]:
        if (one := found.statement(number)) is not None:
            items.append(_item(flow, one, _against(lang, grouping, stand, against, judged), lang))
    return items


def _against(lang: str, grouping: Grouping, stand: str, against: int, judged: int) -> str:
    share = phrasing.part(lang, against, judged)
    match stand == AGREE, grouping.divided:
        case True, True:
            return tr(lang, "you agree, {share} of your group disagree", share=share)
        case False, True:
            return tr(lang, "you disagree, {share} of your group agree", share=share)
        case True, _:
            return tr(lang, "you agree, {share} disagree", share=share)
        case _:
            return tr(lang, "you disagree, {share} agree", share=share)


def _item(flow: Flow, one: Statement, told: str, lang: str) -> tuple[Inline, ...]:
    return Plain(phrasing.numbered(lang, one, flow.lang)), Plain(f" — {told}")
