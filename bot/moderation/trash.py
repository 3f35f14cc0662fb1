"""The public trash: what was refused or removed in a consultation, by which rule, on which day.

The one rule: no author, no moderator, no hour. Personal data in a text is hidden; a text that was refused because it
hurts somebody, or gives somebody's data away, is not published a second time: its reason is.
"""

from __future__ import annotations

from babel.dates import format_date

from bot.moderation import figures, rules
from bot.pages.model import TrashEntry, TrashPage
from bot.walltime import local
from bot.wording import title
from flows.clinic import hidden
from flows.flow import Flow
from flows.wording import day_in_words
from locales import tr
from storage import appeals, cases, proposals
from storage.cases import OPEN, Case
from storage.consultations import Consultation
from storage.database import Connection
from storage.instants import when
from storage.proposals import PARTICIPANT, REFUSED, REMOVED, Proposal

UNSHOWN = frozenset({"personal_data", "insulting", "discriminatory"})


def page(connection: Connection, consultation: Consultation, flow: Flow, lang: str) -> TrashPage:
    """The trash of a consultation, the newest first, and what moderators did month by month."""
    found = proposals.of_consultation(connection, consultation.id, REFUSED, REMOVED)
    entries = [_entry(connection, consultation, one, lang) for one in found if one.source == PARTICIPANT]
    months = figures.of_scope(connection, consultation.id, consultation.zone)
    return TrashPage(
        id=consultation.id,
        title=title(flow, lang),
        entries=tuple(reversed(entries)),
        months=tuple((figures.name(one.month, lang), tuple(figures.lines(one, lang))) for one in months),
    )


def there(connection: Connection, consultation: Consultation) -> bool:
    """Is there anything to see?"""
    states = proposals.states(connection, consultation.id)
    return bool(states.get(REFUSED, 0) + states.get(REMOVED, 0)) or bool(
        figures.of_scope(connection, consultation.id, consultation.zone)
    )


def _entry(connection: Connection, consultation: Consultation, one: Proposal, lang: str) -> TrashEntry:
    case = cases.by_subject(connection, f"proposal:{one.id}")
    code = one.reason or (case.reason if case is not None else None)
    return TrashEntry(
        number=one.number,
        verdict=_verdict(one, lang),
        day=_day(case, consultation, lang),
        reason=rules.label(code, lang),
        rule=rules.sentence(code, lang),
        text=hidden(one.text, lang) if one.text and code not in UNSHOWN else "",
        contested=_contested(connection, case, lang),
    )


def _verdict(one: Proposal, lang: str) -> str:
    return tr(lang, "Refused") if one.state == REFUSED else tr(lang, "Removed")


def _day(case: Case | None, consultation: Consultation, lang: str) -> str:
    """The day only: an hour could tell who wrote, or who decided."""
    if case is None or case.decided_ms is None:
        return ""
    return day_in_words(format_date(local(when(case.decided_ms), consultation.zone), "d MMMM y", locale=lang), lang)


def _contested(connection: Connection, case: Case | None, lang: str) -> str:
    """What became of it when it was contested; empty when it was not."""
    found = [one for one in appeals.of_case(connection, case.id) if appeals.sanction_of(one) is None] if case else []
    if not found:
        return ""
    if found[0].state == OPEN:
        return tr(lang, "Its author contests this; somebody else is looking at it.")
    if found[0].outcome == "uphold":
        return tr(lang, "Its author contested this; somebody else looked at it, and it stands.")
    return tr(lang, "Its author contested this.")
