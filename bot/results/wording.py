"""A result as a message that reads well in a chat.

The one rule: everything that an organiser or a citizen wrote is a plain or bold node of its own, never markup. Personal
questions are left out, free texts are only counted.
"""

from __future__ import annotations

from datetime import datetime

from bot.opinions import repeating, telling
from bot.opinions.figures import NONE, Opinions
from bot.results import panels, phrases
from bot.results.shapes import say_sheet
from bot.results.votes import Vote, declared, standings, verdict, vote_of
from flows.flow import Ask, Flow
from flows.messages import Block, Bold, Bullets, Inline, Italic, Link, Message, Paragraph, Picture, Plain, paragraph
from flows.tally.counts import QuestionResult, Result
from locales import tr, trn

MOST_ROWS = 20
MOST_DATES = 7
MOST_PICTURES = 4
"""In a chat."""


def say_results(
    flow: Flow,
    result: Result,
    lang: str,
    *,
    closed: bool,
    place_url: str | None,
    at: datetime | None = None,
    opinions: Opinions = NONE,
) -> Message:
    """The whole result in one message, with its first picture; `more_pictures` has the others. `place_url` is the page
    of the result, if there is one. `at`: when it was counted. `opinions`: what was said of statements, and signed."""
    if not phrases.may_show(flow, closed=closed):
        return Message(body=(_heading(lang, flow, closed=closed), paragraph(_later(lang))))
    body: list[Block] = [
        _heading(lang, flow, closed=closed),
        paragraph(phrases.turnout(lang, result, closed=closed)),
    ]
    asked = phrases.public_questions(flow, result)
    for ask, question in asked:
        body.append(paragraph(Bold(ask.text.read(lang, flow.lang).strip())))
        told = telling.blocks(flow, ask, opinions, lang, consultation=result.consultation)
        vote = vote_of(flow, ask, question, lang, closed=closed)
        body.extend(told or (_vote(vote) if vote is not None else _question(lang, flow, ask, question)))
        if (again := opinions.again(ask.name)) is not None:
            body.extend(paragraph(one) for one in repeating.sentences(flow, ask, again, lang))
    if not closed:
        body.append(paragraph(phrases.will_change(lang)))
    if result.participants:
        body.append(paragraph(Italic(phrases.not_a_sample(lang))))
    if any(ask.rule is not None for ask, _question in asked) or opinions is not NONE:
        body.append(paragraph(tr(lang, "Why this result? Type /why {id}", id=result.consultation)))
    if place_url:
        body.append(paragraph(Link(tr(lang, "See the results page"), place_url)))
    found = pictures(flow, result, lang, closed=closed, at=at, opinions=opinions)
    return Message(body=tuple(body), picture=found[0] if found else None)


def more_pictures(
    flow: Flow, result: Result, lang: str, *, closed: bool, at: datetime | None = None, opinions: Opinions = NONE
) -> tuple[Message, ...]:
    """One message for each picture after the first, when the questions did not fit on one; a chat gets a few of them,
    the page has all."""
    sheets = panels.sheets(flow, result, lang, closed=closed, at=at, opinions=opinions)
    found = pictures(flow, result, lang, closed=closed, at=at, opinions=opinions)
    return tuple(
        Message(body=(paragraph(sheet.title),), picture=picture)
        for sheet, picture in list(zip(sheets, found, strict=True))[1:MOST_PICTURES]
    )


def pictures(
    flow: Flow, result: Result, lang: str, *, closed: bool, at: datetime | None = None, opinions: Opinions = NONE
) -> tuple[Picture, ...]:
    """The pictures of a result: `chart:17`, then `chart:17:2` and so on, in the order of the bytes that
    `chart.draw_apart` gives."""
    ref = f"chart:{result.consultation}"
    return tuple(
        Picture(ref=ref if i == 1 else f"{ref}:{i}", alt=say_sheet(sheet), told=True)
        for i, sheet in enumerate(panels.sheets(flow, result, lang, closed=closed, at=at, opinions=opinions), 1)
    )


def _heading(lang: str, flow: Flow, *, closed: bool) -> Paragraph:
    return paragraph(Bold(phrases.title(lang, flow, closed=closed)))


def _later(lang: str) -> str:
    return tr(lang, "The results will be shown when the consultation has closed.")


def _vote(vote: Vote) -> list[Block]:
    """A vote: who won, then what each option got, then whose votes were counted."""
    lang = vote.lang
    said: list[Block] = [paragraph(Bold(" ".join(verdict(vote))))] if verdict(vote) else []
    if vote.outcome.voters:
        lines = standings(vote)
        shown, rest = (lines, 0) if len(lines) <= MOST_ROWS + 1 else (lines[:MOST_ROWS], len(lines) - MOST_ROWS)
        items: list[tuple[Inline, ...]] = [(Plain(name), Plain(f" — {number}")) for _place, name, number in shown]
        if rest:
            count = phrases.number(lang, rest)
            items.append((Plain(trn(lang, "{count} other choice", "{count} other choices", rest, count=count)),))
        said.append(Bullets(tuple(items)))
    several = tr(lang, "Several answers were possible.") if vote.question.kind == "any_of" else ""
    remarks = [*declared(vote), several, phrases.basis(lang, vote.question) + "."]
    return [*said, paragraph(Italic(" ".join(remark for remark in remarks if remark)))]


def _question(lang: str, flow: Flow, ask: Ask, question: QuestionResult) -> list[Block]:
    """What was answered to one question."""
    match question.kind:
        case "one_of" | "any_of" | "yes_no" | "scale" | "date" | "draw":
            said = _rows(lang, flow, question)
        case "number":
            said = _measures(lang, question)
        case "order" | "basket":
            said = _rows(lang, flow, question)
        case _:
            said = []
    remarks = [
        tr(lang, "Several answers were possible.") if question.kind in ("any_of", "basket") else "",
        tr(lang, "First choices so far; the rest is counted at the closing.") if question.kind == "order" else "",
        tr(lang, "Votes so far; what is chosen is counted at the closing.") if question.kind == "basket" else "",
        "" if ask.rule is not None else phrases.tie(lang, flow, question),
        _written(lang, question) if question.kind == "text" else phrases.basis(lang, question) + ".",
    ]
    return [*said, paragraph(Italic(" ".join(remark for remark in remarks if remark)))]


def _rows(lang: str, flow: Flow, question: QuestionResult) -> list[Block]:
    if not question.answered:
        return []
    ranked = phrases.ranked(question)
    if question.kind == "date":
        ranked = sorted(ranked, key=lambda pair: -pair[0].count)
    most = MOST_DATES if question.kind == "date" else MOST_ROWS
    shown, rest = (ranked, []) if len(ranked) <= most + 1 else (ranked[:most], ranked[most:])
    items: list[tuple[Inline, ...]] = [
        (
            Plain(phrases.label(lang, flow, question, row)),
            Plain(f" — {phrases.measure(lang, question, row, part)}"),
        )
        for row, part in shown
    ]
    if rest:
        others = phrases.number(lang, len(rest))
        votes = phrases.number(lang, sum(row.count for row, _ in rest))
        left_out = trn(lang, "{count} other choice", "{count} other choices", len(rest), count=others)
        items.append((Plain(f"{left_out} — {votes}"),))
    said: list[Block] = [Bullets(tuple(items))]
    return said + (_measures(lang, question) if question.kind == "scale" else [])


def _measures(lang: str, question: QuestionResult) -> list[Block]:
    """Mean, middle and ends of what was given, in a sentence."""
    mean, median, least, most = question.mean, question.median, question.min, question.max
    if mean is None or median is None or least is None or most is None:
        return []
    said = tr(
        lang,
        "Average: {mean}. Half answered {median} or less, half {median} or more.",
        mean=phrases.number(lang, mean),
        median=phrases.number(lang, median),
    )
    if question.kind == "number" and least != most:
        said += " " + tr(
            lang, "From {least} to {most}.", least=phrases.number(lang, least), most=phrases.number(lang, most)
        )
    return [paragraph(said)]


def _written(lang: str, question: QuestionResult) -> str:
    """How many wrote something; what they wrote is not shown."""
    n = question.answered
    if not n:
        return phrases.basis(lang, question) + "."
    wrote = trn(
        lang, "{count} person wrote an answer", "{count} people wrote an answer", n, count=phrases.number(lang, n)
    )
    apart = phrases.not_answered(lang, question)
    return " · ".join([wrote, *apart]) + "."
