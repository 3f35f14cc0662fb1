"""The public pages as HTML.

The one rule: every text goes through `escape` on its way in. Bars are SVG attributes, not styles, so that the pages
need no inline style, and print their bars also where a browser leaves backgrounds out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from html import escape

from babel.numbers import format_decimal
from starlette.responses import Response

from bot.pages.model import ConsultationPage, Listing, QuestionResult, ResultRow, State, Table
from bot.results import phrases
from flows.messages import Block, Bold, Bullets, Inline, Italic, Link, Paragraph, Plain
from locales import LANGUAGES, tr, trn

_NAMES = {"fr": "Français", "en": "English"}
MOST = 10**7
"""People in a consultation: the share of a row is a count of at most so many."""


def consultation_page(lang: str, page: ConsultationPage, *, chat: bool) -> str:
    """One consultation: what it is, whether one may answer, what came out."""
    id = escape(page.id)
    parts = [
        f'<p class="crumb"><a href="/c?lang={lang}">{escape(tr(lang, "All consultations"))}</a></p>',
        f'<p class="state state-{page.state}">{escape(_state(lang, page.state))}</p>',
        f"<h1>{escape(page.title)}</h1>",
        f'<p class="summary">{escape(page.summary)}</p>' if page.summary else "",
        _facts(lang, page),
        _changes(page),
    ]
    if chat and page.state == "open":
        label = tr(lang, "Sign") if page.petition else tr(lang, "Give my answers")
        parts.append(f'<p class="act"><a class="button" href="/start/{id}">{escape(label)}</a></p>')
    parts.append(_results(lang, page))
    if page.trash:
        label = escape(tr(lang, "What was refused or removed, and why"))
        parts.append(f'<p class="note"><a href="/c/{id}/trash?lang={lang}">{label}</a></p>')
    return document(lang, page.title, "".join(parts), address=f"/c/{id}")


def list_page(lang: str, listings: Sequence[Listing], *, chat: bool) -> str:
    """Every consultation there is to see."""
    title = tr(lang, "Consultations")
    cards = "".join(
        f'<li><a class="card" href="/c/{escape(one.id)}?lang={lang}">'
        f'<span class="state state-{one.state}">{escape(_state(lang, one.state))}</span>'
        f'<span class="card-title">{escape(one.title)}</span>'
        f'<span class="card-text">{escape(one.summary)}</span>'
        f'<span class="card-date">{escape(_until(lang, one))}</span></a></li>'
        for one in listings
    )
    shown = (
        f'<ul class="cards">{cards}</ul>'
        if cards
        else f"<p>{escape(tr(lang, 'No consultation is open at the moment. Please come back soon.'))}</p>"
    )
    talk = (
        f'<p class="act"><a class="button" href="/">{escape(tr(lang, "Open the chat"))}</a></p>'
        if chat and listings
        else ""
    )
    return document(lang, title, f"<h1>{escape(title)}</h1>{shown}{talk}", address="/c")


def error_page(lang: str, status: int, *, headers: Mapping[str, str] | None = None) -> Response:
    """A sentence for whoever came to an address that does not answer."""
    match status:
        case 404:
            title, text = tr(lang, "Nothing here"), tr(lang, "This page does not exist, or not any more.")
        case 500:
            title = tr(lang, "Something went wrong")
            text = tr(lang, "That is our fault, not yours. Please try again in a moment.")
        case _:
            title = tr(lang, "That does not work")
            text = tr(lang, "This address does not answer this kind of request.")
    home = f'<p class="act"><a class="button" href="/">{escape(tr(lang, "Back to the start"))}</a></p>'
    body = f'<h1>{escape(title)}</h1><p class="summary">{escape(text)}</p>{home}'
    html = document(lang, title, body, address=None)
    return Response(html, status_code=status, media_type="text/html", headers=dict(headers or {}))


def document(lang: str, title: str, body: str, *, address: str | None) -> str:
    others = "".join(
        f'<a href="{address}?lang={other}" hreflang="{other}" lang="{other}">{_NAMES[other]}</a>'
        for other in LANGUAGES
        if other != lang and address
    )
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f'<title>{escape(title)} · Palabre</title><link rel="icon" href="/icon.svg" type="image/svg+xml">'
        '<link rel="stylesheet" href="/pages.css"></head><body>'
        '<header><a class="home" href="/"><img src="/icon.svg" alt="" width="32" height="32">Palabre</a>'
        f"<nav>{others}</nav></header>"
        f"<main>{unbroken(lang, body)}</main></body></html>"
    )


_TAG = re.compile(r"(<code>.*?</code>|<[^>]*>)", re.DOTALL)


def unbroken(lang: str, html: str) -> str:
    """French puts a space before some signs; no line begins with them. Only what is read is changed: no tag (so no
    address), no code."""
    if lang != "fr":
        return html
    parts = _TAG.split(html)
    parts[::2] = [re.sub(r" ([?!:;»])", "\u00a0\\1", said).replace("« ", "«\u00a0") for said in parts[::2]]
    return "".join(parts)


def _facts(lang: str, page: ConsultationPage) -> str:
    facts = [(tr(lang, "Opening"), page.opens), (tr(lang, "Closing"), page.closes)]
    if page.turnout is not None:
        count = _count(lang, page.turnout)
        facts.append((tr(lang, "Took part"), trn(lang, "{count} person", "{count} people", page.turnout, count=count)))
    rows = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(fact)}</dd></div>" for name, fact in facts if fact)
    return f'<dl class="facts">{rows}</dl>' if rows else ""


def _changes(page: ConsultationPage) -> str:
    """What was changed since it opened, and what comes of it."""
    lines = "".join(f"<li>{escape(sentence)}</li>" for sentence in page.changes)
    return f'<ul class="changes">{lines}</ul>' if lines else ""


def _results(lang: str, page: ConsultationPage) -> str:
    heading = f"<h2>{escape(tr(lang, 'Results'))}</h2>"
    if page.results is None:
        why = page.hidden or tr(lang, "The results are not shown yet.")
        return f'<section class="results">{heading}<p class="hidden-reason">{escape(why)}</p></section>'
    questions = "".join(_question(lang, number, one) for number, one in enumerate(page.results, start=1))
    note = f'<p class="note">{escape(page.note)}</p>' if page.note else ""
    chart = _chart(lang, page)
    before, after = (chart, "") if page.picture_first else ("", chart)
    told = f'<section class="results">{heading}{note}{before}{questions}</section>'
    return f"{told}{after}{_downloads(lang, page)}"


def _question(lang: str, number: int, question: QuestionResult) -> str:
    rows = "".join(_row(lang, row) for row in question.rows)
    heads = "".join(
        f'<th scope="col">{escape(head)}</th>' for head in (tr(lang, "Answer"), tr(lang, "Votes"), tr(lang, "Share"))
    )
    table = f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>" if rows else ""
    if question.tables:
        table = "".join(_table(one) for one in question.tables)
    verdict = f'<p class="verdict">{escape(question.verdict)}</p>' if question.verdict else ""
    note = f'<p class="note">{escape(question.note)}</p>' if question.note else ""
    return (
        f'<section class="question" aria-labelledby="q{number}">'
        f'<h3 id="q{number}">{escape(question.text)}</h3>{verdict}{table}{note}{_why(lang, question)}</section>'
    )


def _table(table: Table) -> str:
    """A table of a vote. It scrolls by itself where it is wide, by touch and by keyboard."""
    heads = "".join(f'<th scope="col">{escape(head)}</th>' for head in table.heads)
    rows = ""
    for at, (name, *cells) in enumerate(table.rows):
        bar = _bar(table.bars[at]) if at < len(table.bars) else ""
        rows += f'<tr><th scope="row">{escape(name)}{bar}</th>' + "".join(f"<td>{escape(one)}</td>" for one in cells)
        rows += "</tr>"
    caption = escape(table.caption)
    wide = " wide" if len(table.heads) > 4 else ""
    shown = (
        f'<div class="scroll{wide}" role="region" aria-label="{caption}" tabindex="0"><table>'
        f"<caption><span>{caption}</span></caption><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )
    return f"<details><summary>{escape(table.folded)}</summary>{shown}</details>" if table.folded else shown


def _why(lang: str, question: QuestionResult) -> str:
    """The explanation, folded until somebody asks."""
    if not question.why:
        return ""
    told = "".join(_block(block) for block in question.why)
    return f"<details><summary>{escape(tr(lang, 'Why this result?'))}</summary>{told}</details>"


def _block(block: Block) -> str:
    match block:
        case Paragraph((Bold(text),)):
            return f"<h4>{escape(text)}</h4>"
        case Paragraph(parts):
            return f"<p>{_inline(parts)}</p>"
        case Bullets(items, numbered):
            kind = "ol" if numbered else "ul"
            return f"<{kind}>" + "".join(f"<li>{_inline(item)}</li>" for item in items) + f"</{kind}>"


def _inline(parts: Sequence[Inline]) -> str:
    said = ""
    for part in parts:
        match part:
            case Plain(text):
                said += escape(text).replace("\n", "<br>")
            case Bold(text):
                said += f"<strong>{escape(text)}</strong>"
            case Italic(text):
                said += f"<em>{escape(text)}</em>"
            case Link(text, url):
                said += f'<a href="{escape(url)}">{escape(text)}</a>' if url.startswith("http") else escape(text)
    return said


def _row(lang: str, row: ResultRow) -> str:
    share = "" if row.share is None else phrases.share(lang, Fraction(row.share).limit_denominator(MOST))
    return (
        f'<tr><th scope="row">{escape(row.label)}{_bar(row.share or 0.0)}</th>'
        f"<td>{escape(_count(lang, row.count))}</td><td>{escape(share)}</td></tr>"
    )


def _bar(share: float) -> str:
    width = min(max(share, 0.0), 1.0) * 100
    return (
        '<svg class="bar" width="100%" height="10" aria-hidden="true" focusable="false">'
        '<rect class="track" width="100%" height="10" rx="5"/>'
        f'<rect class="fill" width="{width:.1f}%" height="10" rx="5"/></svg>'
    )


def _chart(lang: str, page: ConsultationPage) -> str:
    if not page.chart:
        return ""
    if not page.pictures:
        alt = tr(lang, "Bar chart of the results; the tables above say the same in figures.")
        shown = f'<img src="/c/{escape(page.id)}/chart.png?lang={lang}" alt="{escape(alt)}" loading="lazy">'
        return f'<section class="chart"><h2>{escape(tr(lang, "As a picture"))}</h2>{shown}</section>'
    shown = "".join(_picture(lang, page, number, told) for number, told in enumerate(page.pictures, 1))
    return f'<section class="chart"><h2>{escape(tr(lang, "As a picture"))}</h2>{shown}</section>'


def _picture(lang: str, page: ConsultationPage, number: int, told: str) -> str:
    """A picture, and the same in words for whoever wants to read or hear it."""
    name = "chart.png" if number == 1 else f"chart-{number}.png"
    alt = tr(lang, "Picture of the results; what it shows stands below in words.")
    words = escape(told).replace("\n", "<br>")
    return (
        f'<figure><img src="/c/{escape(page.id)}/{name}?lang={lang}" alt="{escape(alt)}" loading="lazy">'
        f"<figcaption><details><summary>{escape(tr(lang, 'The picture in words'))}</summary><p>{words}</p></details>"
        "</figcaption></figure>"
    )


def _downloads(lang: str, page: ConsultationPage) -> str:
    if not page.downloads:
        return ""
    links = "".join(
        f'<a class="button quiet" href="/c/{escape(page.id)}.{kind}" download>{escape(words)}</a>'
        for kind, words in (
            ("csv", tr(lang, "For a spreadsheet (CSV)")),
            ("json", tr(lang, "For programs (JSON)")),
            *((("ics", tr(lang, "For your calendar (ICS)")),) if page.calendar else ()),
        )
    )
    proof = ""
    if page.fingerprint:
        about = tr(
            lang,
            "Fingerprint of the count. Whoever has the file of the ballots can count again with verify.py, which is in "
            "it, and compare:",
        )
        proof = f'<p class="note">{escape(about)} <code>{escape(page.fingerprint)}</code></p>'
    title = escape(tr(lang, "Download the figures"))
    return f'<section class="downloads"><h2>{title}</h2><p class="links">{links}</p>{proof}</section>'


def _state(lang: str, state: State) -> str:
    match state:
        case "scheduled":
            return tr(lang, "Opens soon")
        case "open":
            return tr(lang, "Open")
        case "closed":
            return tr(lang, "Closed")


def _until(lang: str, one: Listing) -> str:
    if not one.closes:
        return ""
    if one.state == "closed":
        return tr(lang, "Closed on {closes}", closes=one.closes)
    return tr(lang, "Open until {closes}", closes=one.closes)


def _count(lang: str, number: int) -> str:
    return str(format_decimal(number, locale=lang))
