"""A vote that was cast twice, in words and as a table: who changed, who kept, and what the control group tells.

The one rule: the share stands with its range, and groups drawn by lot are compared from ten people in each, because
what one of a few did could be told.
"""

from __future__ import annotations

from bot.opinions import phrasing
from bot.opinions.figures import Repeated
from bot.pages.model import Table
from bot.results import phrases
from bot.results.breakdown import LEAST
from flows.flow import Ask, Flow, OneOf
from flows.session import Given
from flows.tally.changed import Part, difference
from locales import tr, trn


def sentences(flow: Flow, ask: Ask, found: Repeated, lang: str) -> list[str]:
    """For the message and the page."""
    whole = found.found.all
    if not whole.people:
        return [tr(lang, "Nobody has answered both times yet.")]
    said = [_share(whole, lang)]
    moved = " · ".join(
        f"{answer(flow, ask, code, lang)} {before} → {after}" for code, before, after in found.found.totals
    )
    said.append(tr(lang, "Before → after: {list}.", list=moved))
    return [*said, *_between(found, lang)]


def _share(whole: Part, lang: str) -> str:
    people = trn(
        lang,
        "{n} person answered both times: {changed} changed the answer, {kept} kept it.",
        "{n} people answered both times: {changed} changed their answer, {kept} kept it.",
        whole.people,
        changed=phrases.number(lang, whole.changed),
        kept=phrases.number(lang, whole.kept),
    )
    share = tr(
        lang,
        "Changed: {share} (with chance allowed for: {range}).",
        share=phrasing.part(lang, whole.changed, whole.people),
        range=phrasing.ends(lang, *whole.range),
    )
    return f"{people} {share}"


def _between(found: Repeated, lang: str) -> list[str]:
    """The first group of the draw beside all others."""
    if not found.found.parts:
        return []
    if not found.told:
        return [tr(lang, "The groups drawn by lot are compared once each has {n} people.", n=LEAST)]
    first, *rest = found.found.parts
    others = Part(people=sum(part.people for part in rest), changed=sum(part.changed for part in rest))
    said = tr(
        lang,
        "In group {group}, {share} of {people} changed; in the others, {share2} of {people2}.",
        group=first.group,
        share=phrasing.part(lang, first.changed, first.people),
        people=phrasing.people(lang, first.people),
        share2=phrasing.part(lang, others.changed, others.people),
        people2=phrasing.people(lang, others.people),
    )
    return [f"{said} {_apart(first, others, lang)}"]


def _apart(first: Part, others: Part, lang: str) -> str:
    """Whether the difference can be chance."""
    by, low, high = (round(end * 100) for end in difference(others, first))
    ends = tr(lang, "{low} to {high} points", low=low, high=high)
    if low > 0 or high < 0:
        return tr(lang, "Chance hardly explains a difference of {by} points (probably {range}).", by=by, range=ends)
    return tr(lang, "A difference of {by} points may be chance (probably {range}).", by=by, range=ends)


def answer(flow: Flow, ask: Ask, code: str, lang: str) -> str:
    """An answer in words."""
    choices = ask.kind.choices if isinstance(ask.kind, OneOf) else ()
    label = next((one.label.read(lang, flow.lang) for one in choices if one.code == code), None)
    if label is not None:
        return " ".join(label.split())
    match code:
        case Given.DONT_KNOW.value:
            return tr(lang, "I don't know")
        case Given.ABSTAIN.value:
            return tr(lang, "I abstain")
        case Given.BLANK.value:
            return tr(lang, "Blank vote")
        case Given.NONE.value:
            return tr(lang, "None of these")
        case _:
            return code


def table(flow: Flow, ask: Ask, found: Repeated, lang: str) -> Table:
    """Before and after, for the page."""
    rows = [
        (answer(flow, ask, code, lang), phrases.number(lang, before), phrases.number(lang, after))
        for code, before, after in found.found.totals
    ]
    return Table(
        caption=tr(lang, "Those who answered both times, before and after."),
        heads=(tr(lang, "Answer"), tr(lang, "Before"), tr(lang, "After")),
        rows=tuple(rows),
    )
