"""Reactions, proposals and signatures on the public page: tables of every number, and the rule beside them.

The one rule: a table needs no picture, and a statement that citizens wrote is the text of a cell, escaped by the page
like any other.
"""

from __future__ import annotations

from bot.opinions import phrasing, reasons, telling
from bot.opinions.figures import Discussion, Gathered, Opinions, Petition, Statement
from bot.opinions.groups import Grouping
from bot.pages.model import QuestionResult, Table
from bot.results import phrases
from flows.flow import Ask, Flow, React
from flows.tally import zones
from flows.tally.zones import Zone
from locales import tr, trn

MOST_ROWS = 1_000
"""Statements on a page; the file has all."""
SIDES = 5
"""Statements that tell what a group stands for."""


def question(flow: Flow, ask: Ask, found: Opinions, lang: str) -> QuestionResult | None:
    """One question as the page shows it; None when it is another kind of question."""
    text = ask.text.read(lang, flow.lang)
    why = tuple(reasons.explain(flow, ask, found, lang)[1:])
    discussion = found.discussion(ask.name)
    if discussion is not None and discussion.questions[0] != ask.name:
        return QuestionResult(text=text, rows=(), note=tr(lang, "The same statements as above."))
    if discussion is not None:
        return _discussion(flow, ask, discussion, lang, text)
    gathered, petition = found.gathering(ask.name), found.petition(ask.name)
    if gathered is not None:
        tables = (_texts(flow, ask, gathered, lang),) if gathered.statements else ()
        note = " ".join(telling.sentences(gathered, lang))
        return QuestionResult(text=text, rows=(), note=note, tables=tables, why=why)
    return _petition(petition, lang, text) if petition is not None else None


# --- Statements ------------------------------------------------------------------------------------------------------


def _discussion(flow: Flow, ask: Ask, found: Discussion, lang: str, text: str) -> QuestionResult:
    remarks = [
        phrasing.turnout(lang, found),
        phrasing.marked(lang, found),
        phrasing.links(lang, found),
        phrasing.policy(lang, found.policy),
        phrasing.evenness(lang, found),
        phrasing.grouped(lang, found.grouping) if found.judges else "",
    ]
    tables = [_zone(flow, ask, found, zone, lang) for zone, statements in found.zoned.items() if statements]
    tables += _groups(flow, found, lang)
    tables += [_statements(flow, ask, found, lang)] if found.statements else []
    return QuestionResult(
        text=text,
        rows=(),
        note=" ".join(one for one in remarks if one),
        verdict=_verdict(found, lang),
        tables=tuple(tables),
        why=tuple(reasons.of_discussion(flow, ask, found, lang)[1:]),
    )


def _verdict(found: Discussion, lang: str) -> str:
    """How many statements stand in each zone."""
    if not found.statements:
        return tr(lang, "There are no statements yet.")
    parts = [
        tr(lang, "{zone}: {count}", zone=phrasing.zone(lang, zone), count=phrases.number(lang, len(statements)))
        for zone, statements in found.zoned.items()
        if statements
    ]
    return " · ".join(parts)


def _zone(flow: Flow, ask: Ask, found: Discussion, zone: Zone, lang: str) -> Table:
    """The statements of one zone, with no more columns than a phone shows."""
    lines = found.zoned[zone][:MOST_ROWS]
    count = phrases.number(lang, len(found.zoned[zone]))
    title = tr(lang, "{zone} ({count})", zone=phrasing.zone(lang, zone), count=count)
    return Table(
        caption=title,
        heads=(tr(lang, "Statement"), *_stands(flow, ask, lang)),
        rows=tuple((phrasing.numbered(lang, one, flow.lang), *_shares(one, lang)) for one in lines),
        bars=tuple(_agree(one) for one in lines),
        folded=title if zone is Zone.NOT_ENOUGH and len(found.statements) > len(lines) else "",
    )


def _stands(flow: Flow, ask: Ask, lang: str) -> list[str]:
    kind = ask.kind
    assert isinstance(kind, React)
    return [phrasing.stand(lang, kind, code, flow.lang) for code in ("agree", "disagree", "neutral")]


def _shares(one: Statement, lang: str) -> list[str]:
    counts = (one.served.agree, one.served.disagree, one.served.neutral)
    return [phrasing.part(lang, n, one.served.total) if one.told else "–" for n in counts]


def _agree(one: Statement) -> float:
    return one.served.agree / one.served.total if one.told else 0.0


def _statements(flow: Flow, ask: Ask, found: Discussion, lang: str) -> Table:
    """Every number of every statement, for those who ask."""
    lines = [*found.ranked, *found.merged][:MOST_ROWS]
    return Table(
        caption=tr(
            lang,
            "What people think of each statement. The range says where the share of those who agree probably lies. "
            "Votes through links are told beside the others. Of a statement that fewer than ten people judged, only "
            "their number is told.",
        ),
        heads=(
            tr(lang, "Statement"),
            tr(lang, "From"),
            tr(lang, "Where it stands"),
            *_stands(flow, ask, lang),
            tr(lang, "Range"),
            tr(lang, "Votes"),
            tr(lang, "With links"),
            tr(lang, "Shown"),
        ),
        rows=tuple(_row(flow, one, lang) for one in lines),
        bars=tuple(_agree(one) for one in lines),
        folded=tr(lang, "Every number of every statement"),
    )


def _row(flow: Flow, one: Statement, lang: str) -> tuple[str, ...]:
    name = phrasing.numbered(lang, one, flow.lang)
    if one.into is not None:
        name = tr(lang, "{statement} (merged into no. {number})", statement=name, number=one.into)
    if one.parent is not None:
        name = tr(lang, "{statement} (a nuance to no. {number})", statement=name, number=one.parent)
    zone = phrasing.zone(lang, one.zone)
    if one.pulled:
        zone = f"{zone} · {tr(lang, 'to look at: votes through links')}"
    low, high = zones.interval(one.served.agree, one.served.total)
    return (
        name,
        phrasing.source(lang, one),
        zone,
        *_shares(one, lang),
        phrasing.ends(lang, low, high) if one.told else "–",
        phrases.number(lang, one.served.total),
        _with_links(one, lang),
        phrases.number(lang, one.seen),
    )


def _with_links(one: Statement, lang: str) -> str:
    """All votes, and what they say, where votes came through links."""
    total = phrases.number(lang, one.both.total)
    if not one.shared.total or not one.told or not one.told_shared:
        return total
    return f"{total}: {phrasing.split(lang, one.both)}"


def _groups(flow: Flow, found: Discussion, lang: str) -> list[Table]:
    """What all groups share, then what each group stands for."""
    grouping = found.grouping
    if not grouping.divided:
        return []
    return [
        _shared(flow, found, grouping, lang),
        *(_sides(flow, found, at, lang) for at in range(len(grouping.groups))),
    ]


def _shared(flow: Flow, found: Discussion, grouping: Grouping, lang: str) -> Table:
    numbers = [*grouping.common(SIDES), *grouping.unwanted(SIDES)]
    places = {number: at for at, number in enumerate(grouping.numbers)}
    rows = []
    for number in numbers:
        one = found.statement(number)
        if one is not None:
            at = places[number]
            cells = [
                phrasing.two(lang, group.agree[at], group.disagree[at], group.judged[at]) for group in grouping.groups
            ]
            rows.append((phrasing.numbered(lang, one, flow.lang), *cells))
    if not rows:
        rows = [(tr(lang, "So far there is no statement on which a majority of each group is of one mind."),
                 *("" for _ in grouping.groups))]  # fmt: skip
    heads = (phrasing.group(lang, at, group) for at, group in enumerate(grouping.groups))
    return Table(
        caption=tr(lang, "What all groups share: how many of each group agree / disagree."),
        heads=(tr(lang, "Statement"), *heads),
        rows=tuple(rows),
    )


def _sides(flow: Flow, found: Discussion, at: int, lang: str) -> Table:
    group = found.grouping.groups[at]
    rows = []
    for side in group.stands_for[:SIDES]:
        one = found.statement(side.number)
        if one is not None:
            rows.append((phrasing.numbered(lang, one, flow.lang), phrasing.side(lang, side)))
    name = phrasing.group(lang, at, group)
    title = tr(lang, "What sets group {name} apart", name=name)
    return Table(
        caption=title,
        heads=(tr(lang, "Statement"), tr(lang, "Of the group, and of the others")),
        rows=tuple(rows) or ((tr(lang, "Nothing that is sure."), ""),),
        folded=title,
    )


# --- Proposals and petitions -----------------------------------------------------------------------------------------


def _texts(flow: Flow, ask: Ask, found: Gathered, lang: str) -> Table:
    """What was put forward where nobody judges it, with the official answers."""
    lines = found.statements[:MOST_ROWS]
    answers = any(one.status for one in lines)
    heads = [tr(lang, "Proposal")] + ([tr(lang, "Official answer")] if answers else [])
    rows = []
    for one in lines:
        answer = phrasing.status(lang, flow, ask, one.status) if one.status else "–"
        told = f"{answer}: {one.reply}" if one.status and one.reply else answer
        rows.append((phrasing.numbered(lang, one, flow.lang), *([told] if answers else [])))
    return Table(caption=tr(lang, "What was put forward."), heads=tuple(heads), rows=tuple(rows))


def _petition(found: Petition, lang: str, text: str) -> QuestionResult:
    return QuestionResult(
        text=text,
        rows=(),
        verdict=telling.signed(found, lang),
        note=telling.towards(found, lang),
        tables=(_names(found, lang),) if found.names else (),
    )


def _names(found: Petition, lang: str) -> Table:
    rest = found.signatures - len(found.names)
    rows = [(name,) for name in found.names]
    if rest > 0:
        rows.append((trn(lang, "{count} other", "{count} others", rest, count=phrases.number(lang, rest)),))
    return Table(
        caption=tr(lang, "Who signed, as each person chose to be shown."),
        heads=(tr(lang, "Name"),),
        rows=tuple(rows),
        folded=tr(lang, "Who signed?"),
    )
