"""The best dates of an availability vote as a calendar file (iCalendar, RFC 5545).

The one rule: hours are written in UTC, so that the file needs no table of time zones and every calendar shows them
right. A whole day has no zone: it is that day, wherever one is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from flows.flow import Flow, Slot, Slots
from flows.tally.counts import Result
from flows.tally.outcome import Cut

ONE_HOUR = timedelta(hours=1)


def calendar_of(flow: Flow, result: Result, lang: str, *, at: datetime, url: str = "") -> bytes | None:
    """The best dates of all availability votes that are public; several where they are level. None when there are
    none. `at` is when it was counted."""
    found: list[str] = []
    questions = {question.name: question for question in result.public().questions}
    for ask in flow.asks:
        question = questions.get(ask.name)
        if question is None or question.outcome is None or not isinstance(ask.kind, Slots):
            continue
        level = [tie.codes for tie in question.outcome.ties if tie.how == Cut.OPEN]
        best = question.outcome.winners or (level[0] if level else ())
        about = " ".join(ask.text.read(lang, flow.lang).split())
        name = flow.title.read(lang, flow.lang).strip()
        for slot in ask.kind.slots:
            if slot.code in best:
                uid = f"{result.consultation}-{ask.name}-{slot.code}@palabre"
                found += _event(slot, ask.kind, uid=uid, name=name, about=about, at=at, url=url)
    return _written(found) if found else None


def _event(slot: Slot, kind: Slots, *, uid: str, name: str, about: str, at: datetime, url: str) -> list[str]:
    lines = ["BEGIN:VEVENT", f"UID:{_text(uid)}", f"DTSTAMP:{_utc(at.astimezone(UTC))}"]
    if isinstance(slot.at, datetime):
        begins = slot.at.replace(tzinfo=ZoneInfo(kind.zone)).astimezone(UTC)
        lines += [f"DTSTART:{_utc(begins)}", f"DTEND:{_utc(begins + (kind.lasts or ONE_HOUR))}"]
    else:
        days = max(1, (kind.lasts or timedelta(days=1)).days)
        lines += [f"DTSTART;VALUE=DATE:{_day(slot.at)}", f"DTEND;VALUE=DATE:{_day(slot.at + timedelta(days=days))}"]
    lines += [f"SUMMARY:{_text(name)}", f"DESCRIPTION:{_text(about)}"]
    return [*lines, *([f"URL:{url}"] if url else []), "END:VEVENT"]


def _written(events: Iterable[str]) -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Palabre//Palabre//EN", *events, "END:VCALENDAR"]
    return b"".join(_folded(line) + b"\r\n" for line in lines)


def _folded(line: str) -> bytes:
    """A line of at most 75 bytes, then its continuation behind a space (RFC 5545, 3.1); letters stay whole."""
    pieces, piece = [], b""
    for letter in line:
        more = letter.encode("utf-8", "replace")
        if len(piece) + len(more) > 74:
            pieces.append(piece)
            piece = b""
        piece += more
    return b"\r\n ".join([*pieces, piece])


def _text(text: str) -> str:
    """A text in which nothing is taken for the format's own marks (RFC 5545, 3.3.11)."""
    plain = re.sub(r"[\x00-\x09\x0b-\x1f\x7f]", " ", text)
    return re.sub(r"([\\;,])", r"\\\1", plain).replace("\n", "\\n")


def _utc(at: datetime) -> str:
    return f"{at:%Y%m%dT%H%M%SZ}"


def _day(at: date) -> str:
    return f"{at:%Y%m%d}"
