"""The public trash as HTML: what was refused or removed and why, and the figures of the months.

The one rule: every text goes through `escape` on its way in.
"""

from __future__ import annotations

from html import escape

from bot.pages.html import document
from bot.pages.model import TrashEntry, TrashPage
from locales import tr


def trash_page(lang: str, page: TrashPage) -> str:
    """What is not shown elsewhere, with the rule that was applied."""
    id, heading = escape(page.id), tr(lang, "What was refused or removed")
    about = tr(
        lang,
        "Moderators refuse or remove what breaks one of the published rules. Everybody can see here what that was, and "
        "by which rule. Nobody is named. Texts that hurt somebody or give personal data away are not shown again.",
    )
    body = "".join(
        [
            f'<p class="crumb"><a href="/c/{id}?lang={lang}">{escape(page.title)}</a></p>',
            f"<h1>{escape(heading)}</h1>",
            f'<p class="summary">{escape(about)}</p>',
            _entries(lang, page),
            _months(lang, page),
        ]
    )
    return document(lang, f"{heading} · {page.title}", body, address=f"/c/{id}/trash")


def _entries(lang: str, page: TrashPage) -> str:
    if not page.entries:
        return f"<p>{escape(tr(lang, 'Nothing was refused or removed.'))}</p>"
    return '<section class="results">' + "".join(_entry(lang, one) for one in page.entries) + "</section>"


def _entry(lang: str, one: TrashEntry) -> str:
    head = tr(lang, "No. {n}", n=one.number)
    lines = [" · ".join(part for part in (one.verdict, one.day, one.reason) if part)]
    if one.rule:
        lines.append(tr(lang, "The rule: {rule}", rule=one.rule))
    lines += [one.contested] if one.contested else []
    quoted = f"<blockquote>{escape(one.text)}</blockquote>" if one.text else ""
    hidden = "" if one.text else f'<p class="note">{escape(tr(lang, "The text is not shown."))}</p>'
    told = "".join(f"<p>{escape(line)}</p>" for line in lines)
    return f'<section class="question"><h3>{escape(head)}</h3>{quoted}{hidden}{told}</section>'


def _months(lang: str, page: TrashPage) -> str:
    if not page.months:
        return ""
    title = escape(tr(lang, "What moderators did, month by month"))
    months = "".join(
        f"<h3>{escape(name)}</h3><ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>"
        for name, lines in page.months
    )
    return f'<section class="question"><h2>{title}</h2>{months}</section>'
