"""What the pictures of a result show: which panel for which question, and which panels together on a sheet.

The one rule: a question that may not be shown makes no panel (see `phrases.may_show`). Drawing is in
`bot.results.chart`.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from bot.opinions import picturing
from bot.opinions.figures import NONE, Opinions
from bot.results import phrases
from bot.results.shapes import Bar, Panel, Sheet, say_sheet
from bot.results.votepanels import panel_of
from bot.results.votes import vote_of
from flows.flow import AnyOf, Ask, Flow, Scale
from flows.tally.counts import CHOICE_KINDS, QuestionResult, Result
from locales import tr, trn

MOST_PANELS = 6
MOST_LINES = 24
"""On one picture; a phone shows a picture of about twice its width without shrinking it beyond reading."""
MOST_BARS = 15


def payload(
    flow: Flow,
    result: Result,
    lang: str,
    *,
    closed: bool = True,
    at: datetime | None = None,
    opinions: Opinions = NONE,
) -> dict[str, Any]:
    """What `bot.results.chart` draws, ready for JSON; `at` as for `sheets`."""
    found = sheets(flow, result, lang, closed=closed, at=at, opinions=opinions)
    return {"sheets": [asdict(sheet) for sheet in found]}


def sheets(
    flow: Flow,
    result: Result,
    lang: str,
    *,
    closed: bool = True,
    at: datetime | None = None,
    opinions: Opinions = NONE,
) -> tuple[Sheet, ...]:
    """One sheet for the choice questions that are not personal, more when there are many. `at`: when it was counted
    (None: the closing hour of the flow, once closed). `opinions`: what was said of statements, and signed."""
    if not phrases.may_show(flow, closed=closed):
        return ()
    panels: list[Panel] = []
    for ask, question in phrases.public_questions(flow, result):
        if question.kind in CHOICE_KINDS or ask.rule is not None:
            panels.append(_panel(flow, ask, question, lang, closed=closed))
        panels += picturing.panels(flow, ask, opinions, lang)
    groups = _grouped(panels)
    title, footer = phrases.title(lang, flow, closed=closed), _footer(flow, result, lang, closed=closed, at=at)
    if len(groups) < 2:
        return tuple(Sheet(title=title, panels=group, footer=footer) for group in groups)
    return tuple(
        Sheet(title=f"{title} ({i}/{len(groups)})", panels=group, footer=footer) for i, group in enumerate(groups, 1)
    )


def alt_text(
    flow: Flow,
    result: Result,
    lang: str,
    *,
    closed: bool = True,
    at: datetime | None = None,
    opinions: Opinions = NONE,
) -> str:
    """All that the pictures show, in words."""
    found = sheets(flow, result, lang, closed=closed, at=at, opinions=opinions)
    return "\n\n".join(say_sheet(sheet) for sheet in found)


def _panel(flow: Flow, ask: Ask, question: QuestionResult, lang: str, *, closed: bool) -> Panel:
    """How a question is drawn: as its method is, where it has an outcome; else as bars."""
    vote = vote_of(flow, ask, question, lang, closed=closed)
    if vote is not None and (drawn := panel_of(vote)) is not None:
        return drawn
    return Panel(
        question=" ".join(ask.text.read(lang, flow.lang).split()),
        note=_note(flow, ask, question, lang),
        bars=_bars(flow, question, lang),
        basis=phrases.basis(lang, question),
    )


def _bars(flow: Flow, question: QuestionResult, lang: str) -> tuple[Bar, ...]:
    ranked = phrases.ranked(question)
    first = {row.code for row in phrases.leaders(question)} if question.kind != "scale" else set()
    total = question.answered or 1
    bars = [
        Bar(
            label=row.code if question.kind == "scale" else phrases.label(lang, flow, question, row),
            figure=phrases.measure(lang, question, row, part),
            length=row.count / total,
            first=row.code in first,
            spare=row.code,
        )
        for row, part in ranked
    ]
    if question.kind == "scale" or len(bars) <= MOST_BARS:
        return tuple(bars)
    rest = ranked[MOST_BARS - 1 :]
    left_out = sum(row.count for row, _ in rest)
    others = Bar(
        label=trn(
            lang, "{count} other choice", "{count} other choices", len(rest), count=phrases.number(lang, len(rest))
        ),
        figure=phrases.number(lang, left_out),
        length=left_out / total,
    )
    return (*bars[: MOST_BARS - 1], others)


def _note(flow: Flow, ask: Ask, question: QuestionResult, lang: str) -> str:
    """How to read the bars: what the ends of a scale mean, that several answers were possible."""
    kind = ask.kind
    if isinstance(kind, AnyOf):
        return tr(lang, "Several answers were possible.")
    if not isinstance(kind, Scale):
        return ""
    ends = ((kind.low, kind.low_label), (kind.high, kind.high_label))
    said = [f"{point} = {words.read(lang, flow.lang)}" for point, words in ends if words]
    if question.mean is not None:
        said.append(tr(lang, "Average: {mean}", mean=phrases.number(lang, question.mean)))
    return " · ".join(said)


def _grouped(panels: list[Panel]) -> list[tuple[Panel, ...]]:
    """Panels in order, as many on a sheet as stay legible."""
    groups: list[tuple[Panel, ...]] = []
    lines = 0
    for panel in panels:
        needed = panel.lines
        if groups and len(groups[-1]) < MOST_PANELS and lines + needed <= MOST_LINES:
            groups[-1] = (*groups[-1], panel)
            lines += needed
        else:
            groups.append((panel,))
            lines = needed
    return groups


def _footer(flow: Flow, result: Result, lang: str, *, closed: bool, at: datetime | None) -> str:
    said = [phrases.turnout(lang, result, closed=closed)]
    if at is None and closed and flow.window:
        at = flow.window.closes
    if at is not None:
        when = phrases.moment(lang, flow, at)
        said.append(
            tr(lang, "Closed on {moment}.", moment=when) if closed else tr(lang, "Counted on {moment}.", moment=when)
        )
    return "\n".join(said)
