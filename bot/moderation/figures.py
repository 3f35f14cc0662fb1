"""The public figures of moderation, month by month: cases, decisions, reasons, appeals, hours, reports, sanctions.

The one rule: a month with fewer than five cases shows its totals and nothing else. Where little happened, a reason or a
sanction would be somebody's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

from babel.dates import format_date

from bot.moderation import rules
from bot.walltime import local
from flows.messages import Block, Bold, Bullets, Plain, paragraph
from locales import tr, trn
from storage import figures
from storage.database import Connection
from storage.figures import Rows
from storage.instants import when

LEAST = 5
_AGAINST = ("refuse", "remove", "delete", "mute", "ban")
_NO_VERDICT = ("escalate", "hide")
_HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """One month, `2026-03`. `few`: only the totals may be told."""

    month: str
    opened: int = 0
    decided: int = 0
    approved: int = 0
    refused: Mapping[str, int]
    appealed: int = 0
    overturned: int = 0
    median_hours: float | None = None
    reports: int = 0
    sanctions: Mapping[str, int]

    @property
    def few(self) -> bool:
        return max(self.opened, self.decided) < LEAST


def of_scope(connection: Connection, scope: str, zone: str) -> list[Month]:
    """Every month in which something happened, the last one first."""
    return months(figures.rows(connection, scope), zone)


def months(found: Rows, zone: str) -> list[Month]:
    """The months of these rows, in the zone of the consultation."""

    def at(ms: int) -> str:
        return f"{local(when(ms), zone):%Y-%m}"

    opened = Counter(at(ms) for ms, kind in found.opened if kind != "appeal")
    appealed = Counter(at(ms) for ms, kind in found.opened if kind == "appeal")
    reported = Counter(at(ms) for ms in found.reported)
    verdicts = [(at(ms), outcome, reason, took) for ms, outcome, reason, took in found.decided if _is_verdict(outcome)]
    punished = [(at(ms), kind) for ms, kind in found.sanctioned]
    names = {*opened, *appealed, *reported, *(one[0] for one in verdicts), *(one[0] for one in punished)}
    return [
        _month(
            name,
            [(outcome, reason, took) for month, outcome, reason, took in verdicts if month == name],
            Counter(kind for month, kind in punished if month == name),
            opened=opened[name],
            appealed=appealed[name],
            reports=reported[name],
        )
        for name in sorted(names, reverse=True)
    ]


def _is_verdict(outcome: str) -> bool:
    return outcome not in _NO_VERDICT and not outcome.startswith("author:")


def _month(
    name: str,
    verdicts: Sequence[tuple[str, str | None, int | None]],
    sanctions: Mapping[str, int],
    *,
    opened: int,
    appealed: int,
    reports: int,
) -> Month:
    first = [one for one in verdicts if one[0] not in ("uphold", "reverse")]
    hours = [took / _HOUR_MS for _outcome, _reason, took in verdicts if took is not None]
    return Month(
        month=name,
        opened=opened,
        decided=len(first),
        approved=sum(outcome in ("approve", "leave") for outcome, _reason, _took in first),
        refused=Counter(reason or "other" for outcome, reason, _took in first if outcome in _AGAINST),
        appealed=appealed,
        overturned=sum(outcome == "reverse" for outcome, _reason, _took in verdicts),
        median_hours=median(hours) if hours else None,
        reports=reports,
        sanctions=sanctions,
    )


# --- In words --------------------------------------------------------------------------------------------------------


def name(month: str, lang: str) -> str:
    """A month as people say it."""
    return str(format_date(date.fromisoformat(f"{month}-01"), "LLLL y", locale=lang))


def lines(one: Month, lang: str) -> list[str]:
    """One month as sentences: totals only where there is little."""
    said = [
        trn(lang, "{n} case opened", "{n} cases opened", one.opened),
        trn(lang, "{n} decided", "{n} decided", one.decided),
    ]
    if one.few:
        return [*said, tr(lang, "Too few for more than the totals: a number could be somebody.")]
    said.append(trn(lang, "{n} approved or left as it was", "{n} approved or left as they were", one.approved))
    refused = sum(one.refused.values())
    said.append(_with(trn(lang, "{n} refused or removed", "{n} refused or removed", refused), _reasons(one, lang)))
    said.append(
        trn(lang, "{n} contested", "{n} contested", one.appealed)
        + ", "
        + trn(lang, "{n} decision taken back", "{n} decisions taken back", one.overturned)
    )
    if one.median_hours is not None:
        said.append(tr(lang, "Half of them were decided within {n} h", n=_hours(one.median_hours)))
    said.append(trn(lang, "{n} report", "{n} reports", one.reports))
    given = ", ".join(f"{kind(code, lang)}: {n}" for code, n in sorted(one.sanctions.items()))
    said.append(_with(trn(lang, "{n} sanction", "{n} sanctions", sum(one.sanctions.values())), given))
    return said


def _hours(hours: float) -> str:
    return str(round(hours)) if hours >= 1 else "1"


def _with(total: str, parts: str) -> str:
    return f"{total} ({parts})" if parts else total


def _reasons(one: Month, lang: str) -> str:
    found = sorted(one.refused.items(), key=lambda pair: (-pair[1], pair[0]))
    return ", ".join(f"{rules.label(code, lang) or tr(lang, 'Something else')}: {n}" for code, n in found)


def kind(code: str, lang: str) -> str:
    """A sanction by its name."""
    match code:
        case "warn":
            return tr(lang, "warnings")
        case "slow":
            return tr(lang, "one text a day")
        case "mute":
            return tr(lang, "mutes")
        case "ban":
            return tr(lang, "bans")
        case other:
            return other


def told(found: Iterable[Month], lang: str, most: int = 6) -> list[Block | str]:
    """The last months, as a message."""
    blocks: list[Block | str] = []
    for one in list(found)[:most]:
        blocks += [paragraph(Bold(name(one.month, lang))), Bullets(tuple((Plain(line),) for line in lines(one, lang)))]
    return blocks or [tr(lang, "Moderators have had nothing to decide here so far.")]
