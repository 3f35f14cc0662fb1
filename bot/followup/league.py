"""How officials answer: how much they were asked and answered, how fast, and what people say of it.

The one rule: every official that can be asked is in the table, whoever was asked nothing too; a share of few questions
is told with both numbers, never as a percentage alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from babel.dates import format_timedelta

from bot.followup import sameness, steps
from bot.pages.model import QuestionResult, Table
from bot.wording import title
from flows.flow import Flow
from flows.messages import Block, Bold, Bullets, Inline, Plain, paragraph
from locales import tr, trn
from storage import replies
from storage.consultations import Consultation
from storage.database import Connection
from storage.proposals import Proposal


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One official. `delay_ms` is the median between publication and answer (None: nothing answered). `verdicts` counts
    what people said of the answers; `pasted` are answers with the text of an earlier one."""

    code: str
    name: str
    asked: int
    answered: int
    overdue: int
    delay_ms: int | None
    verdicts: dict[str, int]
    pasted: int

    @property
    def share(self) -> float | None:
        """Answered, of those asked; None when nobody asked."""
        return self.answered / self.asked if self.asked else None

    @property
    def satisfied(self) -> float | None:
        """How many of those who said anything say yes; a partly counts half. None when nobody said anything."""
        said = sum(self.verdicts.values())
        good = self.verdicts.get(steps.YES, 0) + self.verdicts.get(steps.PARTLY, 0) / 2
        return good / said if said else None


def standings(connection: Connection, run: Consultation, flow: Flow, lang: str, *, now_ms: int) -> tuple[Standing, ...]:
    """Every official, those who answered the largest share first; whoever was asked nothing stands last."""
    by_code: dict[str, list[Proposal]] = defaultdict(list)
    for proposal in replies.addressed(connection, run.id, steps.answering(flow)):
        by_code[proposal.addressee or ""].append(proposal)
    judged = replies.judgments(connection, [one.id for found in by_code.values() for one in found])
    officials = steps.every_official(flow)
    table = [
        _standing(code, choice.label.read(lang, flow.lang), by_code.get(code, []), judged, now_ms)
        for code, choice in officials.items()
    ]
    return tuple(sorted(table, key=lambda one: (-1.0 if one.share is None else one.share, one.asked), reverse=True))


def _standing(
    code: str, name: str, found: Sequence[Proposal], judged: dict[int, dict[str, int]], now_ms: int
) -> Standing:
    done = sorted((one for one in found if one.answered_ms is not None), key=lambda one: one.answered_ms or 0)
    late = [one for one in found if one.answered_ms is None and one.due_ms is not None and one.due_ms <= now_ms]
    delays = [(one.answered_ms or 0) - (one.published_ms or one.since_ms) for one in done]
    verdicts: dict[str, int] = {}
    for one in done:
        for value, n in judged.get(one.id, {}).items():
            verdicts[value] = verdicts.get(value, 0) + n
    return Standing(
        code=code,
        name=name,
        asked=len(found),
        answered=len(done),
        overdue=len(late),
        delay_ms=int(median(delays)) if delays else None,
        verdicts=verdicts,
        pasted=len(sameness.pasted([(one.number, one.reply or "") for one in done])),
    )


# --- In words --------------------------------------------------------------------------------------------------------


def told(flow: Flow, found: Sequence[Standing], lang: str) -> tuple[Block, ...]:
    """The table for a chat: one item for each official."""
    items: list[tuple[Inline, ...]] = [(Bold(one.name), Plain(f" — {_line(one, lang)}")) for one in found]
    return paragraph(Bold(title(flow, lang))), paragraph(tr(lang, "Who answers:")), Bullets(tuple(items))


def _line(one: Standing, lang: str) -> str:
    if not one.asked:
        return tr(lang, "nobody has asked them anything yet")
    said = [trn(lang, "{n} answer (of {asked} asked)", "{n} answers (of {asked} asked)", one.answered, asked=one.asked)]
    if one.delay_ms is not None:
        said.append(tr(lang, "usually after {time}", time=span(one.delay_ms, lang)))
    if one.verdicts:
        happy, n = one.verdicts.get(steps.YES, 0), sum(one.verdicts.values())
        said.append(trn(lang, "{yes} of {n} person is satisfied", "{yes} of {n} people are satisfied", n, yes=happy))
    if one.overdue:
        said.append(trn(lang, "{n} answer overdue", "{n} answers overdue", one.overdue))
    if one.pasted:
        said.append(trn(lang, "{n} time the same text", "{n} times the same text", one.pasted))
    return ", ".join(said)


def table(found: Sequence[Standing], lang: str) -> Table:
    """The same for the page."""
    heads = (
        tr(lang, "Name"),
        tr(lang, "Asked"),
        tr(lang, "Answered"),
        tr(lang, "Usually after"),
        tr(lang, "Satisfied"),
        tr(lang, "Overdue"),
        tr(lang, "Same text again"),
    )
    rows = tuple(
        (
            one.name,
            str(one.asked),
            str(one.answered),
            "–" if one.delay_ms is None else span(one.delay_ms, lang),
            tr(lang, "{yes} of {n}", yes=one.verdicts.get(steps.YES, 0), n=sum(one.verdicts.values())),
            str(one.overdue),
            str(one.pasted),
        )
        for one in found
    )
    return Table(caption=tr(lang, "Who answers"), heads=heads, rows=rows, bars=tuple(one.share or 0.0 for one in found))


def question(connection: Connection, run: Consultation, flow: Flow, lang: str, *, now_ms: int) -> QuestionResult | None:
    """The part of the page; None where nobody is asked by name."""
    if not steps.every_official(flow):
        return None
    found = standings(connection, run, flow, lang, now_ms=now_ms)
    return QuestionResult(text=tr(lang, "Who answers"), rows=(), tables=(table(found, lang),))


def span(delay_ms: int, lang: str) -> str:
    """A length of time in words: "9 days"."""
    delta = timedelta(milliseconds=max(delay_ms, 60_000))
    return str(format_timedelta(delta, granularity="minute", threshold=1.5, locale=lang))
