"""The public pages as HTML.

The one rule: every text goes through `escape` on its way in. Bars are SVG attributes, not styles, so that the pages
need no inline style, and print their bars also where a browser leaves backgrounds out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from babel.numbers import format_decimal, format_percent
from starlette.responses import Response

from bot.pages.model import ConsultationPage, Listing, QuestionResult, ResultRow, State
from locales import LANGUAGES, tr, trn

_NAMES = {"fr": "Français", "en": "English"}


def consultation_page(lang: str, page: ConsultationPage, *, chat: bool) -> str:
    """One consultation: what it is, whether one may answer, what came out."""
    id = escape(page.id)
    parts = [
        f'<p class="crumb"><a href="/c?lang={lang}">{escape(tr(lang, "All consultations"))}</a></p>',
        f'<p class="state state-{page.state}">{escape(_state(lang, page.state))}</p>',
        f"<h1>{escape(page.title)}</h1>",
        f'<p class="summary">{escape(page.summary)}</p>' if page.summary else "",
        _facts(lang, page),
    ]
    if chat and page.state == "open":
        parts.append(
            f'<p class="act"><a class="button" href="/start/{id}">{escape(tr(lang, "Give my answers"))}</a></p>'
        )
    parts.append(_results(lang, page))
    return _document(lang, page.title, "".join(parts), address=f"/c/{id}")


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
    return _document(lang, title, f"<h1>{escape(title)}</h1>{shown}{talk}", address="/c")


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
    html = _document(lang, title, body, address=None)
    return Response(html, status_code=status, media_type="text/html", headers=dict(headers or {}))


def _document(lang: str, title: str, body: str, *, address: str | None) -> str:
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
        f"<main>{body}</main></body></html>"
    )


def _facts(lang: str, page: ConsultationPage) -> str:
    facts = [(tr(lang, "Opening"), page.opens), (tr(lang, "Closing"), page.closes)]
    if page.turnout is not None:
        count = _count(lang, page.turnout)
        facts.append((tr(lang, "Took part"), trn(lang, "{count} person", "{count} people", page.turnout, count=count)))
    rows = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(fact)}</dd></div>" for name, fact in facts if fact)
    return f'<dl class="facts">{rows}</dl>' if rows else ""


def _results(lang: str, page: ConsultationPage) -> str:
    heading = f"<h2>{escape(tr(lang, 'Results'))}</h2>"
    if page.results is None:
        why = page.hidden or tr(lang, "The results are not shown yet.")
        return f'<section class="results">{heading}<p class="hidden-reason">{escape(why)}</p></section>'
    questions = "".join(_question(lang, number, one) for number, one in enumerate(page.results, start=1))
    note = f'<p class="note">{escape(page.note)}</p>' if page.note else ""
    return f'<section class="results">{heading}{note}{questions}</section>{_chart(lang, page)}{_downloads(lang, page)}'


def _question(lang: str, number: int, question: QuestionResult) -> str:
    rows = "".join(_row(lang, row) for row in question.rows)
    heads = "".join(
        f'<th scope="col">{escape(head)}</th>' for head in (tr(lang, "Answer"), tr(lang, "Votes"), tr(lang, "Share"))
    )
    table = f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>" if rows else ""
    note = f'<p class="note">{escape(question.note)}</p>' if question.note else ""
    return (
        f'<section class="question" aria-labelledby="q{number}">'
        f'<h3 id="q{number}">{escape(question.text)}</h3>{table}{note}</section>'
    )


def _row(lang: str, row: ResultRow) -> str:
    share = "" if row.share is None else format_percent(row.share, "#,##0 %" if lang == "fr" else "#,##0%", locale=lang)
    width = 0.0 if row.share is None else min(max(row.share, 0.0), 1.0) * 100
    bar = (
        '<svg class="bar" width="100%" height="10" aria-hidden="true" focusable="false">'
        '<rect class="track" width="100%" height="10" rx="5"/>'
        f'<rect class="fill" width="{width:.1f}%" height="10" rx="5"/></svg>'
    )
    return (
        f'<tr><th scope="row">{escape(row.label)}{bar}</th>'
        f"<td>{escape(_count(lang, row.count))}</td><td>{escape(share)}</td></tr>"
    )


def _chart(lang: str, page: ConsultationPage) -> str:
    if not page.chart:
        return ""
    alt = tr(lang, "Bar chart of the results; the tables above say the same in figures.")
    return (
        f'<section class="chart"><h2>{escape(tr(lang, "As a picture"))}</h2>'
        f'<img src="/c/{escape(page.id)}/chart.png?lang={lang}" alt="{escape(alt)}" loading="lazy"></section>'
    )


def _downloads(lang: str, page: ConsultationPage) -> str:
    if not page.downloads:
        return ""
    links = "".join(
        f'<a class="button quiet" href="/c/{escape(page.id)}.{kind}" download>{escape(words)}</a>'
        for kind, words in (
            ("csv", tr(lang, "For a spreadsheet (CSV)")),
            ("json", tr(lang, "For programs (JSON)")),
        )
    )
    return f'<section class="downloads"><h2>{escape(tr(lang, "Download the figures"))}</h2><p>{links}</p></section>'


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
