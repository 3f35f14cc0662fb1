"""The settings of a line, each once, and the hours that they mean.

The one rule: a thing said twice in two ways is asked about; nothing wins by standing first or last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from bot.polls import when
from bot.polls.model import Mistake
from bot.polls.options import Setting
from bot.polls.when import Problem
from bot.polls.words import Family, Span, three_days
from bot.walltime import exists, following, instant, local
from bot.wording import moment
from flows.flow import Every
from locales import tr

T = TypeVar("T")
_LONGEST = timedelta(days=366)
_PERIODS = {Every.DAY: timedelta(days=1), Every.WEEK: timedelta(days=7), Every.MONTH: timedelta(days=28)}


@dataclass(slots=True)
class Chosen:
    """Settings by what they are about. `mistakes` collects what does not fit."""

    settings: Sequence[Setting]
    lang: str
    mistakes: list[Mistake] = field(default_factory=list)

    def of(self, family: Family) -> list[Setting]:
        return [one for one in self.settings if one.family is family]

    def said(self, *families: Family) -> str:
        """The words that set one of these things, as they were typed; empty when none did."""
        return next((one.said for one in self.settings if one.family in families), "")

    def value(self, family: Family, kind: type[T]) -> T | None:
        """What was set; a number of another kind (a share where a number is asked for) does not count."""
        found = self.of(family)
        return found[-1].value if found and isinstance(found[-1].value, kind) else None

    def wrong(self, word: str, sentence: str) -> None:
        self.mistakes.append(Mistake(word=word, sentence=sentence))

    def once(self) -> None:
        """Complain of what was said twice in two ways."""
        for family in Family:
            found = self.of(family)
            first = found[0] if found else None
            if first is None or family is Family.UNTIL:
                continue
            other = next((one for one in found if one.value != first.value), None)
            if other is not None:
                self.wrong(
                    other.said,
                    tr(
                        self.lang,
                        "“{first}” and “{second}” contradict each other: keep one of them.",
                        first=first.said,
                        second=other.said,
                    ),
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """When a poll opens and closes, and when it stops coming back; wall times."""

    opens: datetime
    closes: datetime | None = None
    every: Every | None = None
    until: datetime | None = None


def hours(chosen: Chosen, now: datetime, zone: str) -> Hours:
    """What the settings say of time. `now` is an instant."""
    opens = local(now, zone).replace(second=0, microsecond=0)
    told = [(one.said, at) for one in chosen.of(Family.UNTIL) if (at := _deadline(chosen, one, now, zone))]
    lasting = chosen.value(Family.LASTS, Span)
    if lasting == Span():
        lasting = None
        _no_time(chosen)
    closes = _after(now, lasting, zone) if lasting else None
    if closes is not None and instant(closes, zone) - now > _LONGEST:
        said = tr(chosen.lang, "“{word}” is too long: a poll lasts a year at most.", word=chosen.said(Family.LASTS))
        chosen.wrong(chosen.said(Family.LASTS), said)
    every = chosen.value(Family.EVERY, Every)
    if every is None:
        return Hours(opens=opens, closes=_only(chosen, told, closes))
    return _recurring(chosen, every, opens, closes, told, zone)


def _no_time(chosen: Chosen) -> None:
    word = chosen.said(Family.LASTS)
    said = tr(
        chosen.lang,
        "“{word}” is no time at all. Write for example: {example}. If it is a choice, put it in quotes.",
        word=word,
        example=three_days(chosen.lang),
    )
    chosen.wrong(word, said)


def _only(chosen: Chosen, told: list[tuple[str, datetime]], closes: datetime | None) -> datetime | None:
    """The closing hour of a poll that does not come back."""
    lang, rounds = chosen.lang, chosen.said(Family.TIMES)
    if rounds:
        example = tr(lang, "weekly {times}", times=rounds)
        chosen.wrong(
            rounds,
            tr(lang, "“{word}” needs how often, for example: {example}", word=rounds, example=example),
        )
    said = [*([(chosen.said(Family.LASTS), closes)] if closes else []), *told]
    other = next((one for one in said if one[1] != said[0][1]), None)
    if other is not None:
        sentence = tr(
            lang, "“{first}” and “{second}” contradict each other: keep one of them.", first=said[0][0], second=other[0]
        )
        chosen.wrong(other[0], sentence)
    return said[0][1] if said else None


def _recurring(
    chosen: Chosen,
    every: Every,
    opens: datetime,
    closes: datetime | None,
    told: list[tuple[str, datetime]],
    zone: str,
) -> Hours:
    """Two hours: the earlier closes the first round, the later ends the series. One: it ends the series, unless a
    number of rounds does."""
    lang, word = chosen.lang, chosen.said(Family.EVERY)
    rounds = chosen.value(Family.TIMES, int)
    told = sorted(told, key=lambda one: one[1])
    until = following(opens, every, rounds - 1) if rounds else None
    if told and until is None:
        until = told.pop()[1]
    if told and closes is None:
        closes = told.pop()[1]
    if told:
        chosen.wrong(told[0][0], tr(lang, "“{word}” is one hour too many.", word=told[0][0]))
    if until is None:
        lasts = following(opens, every, 7)
        example = f"{word} {tr(lang, 'until')} {lasts:%Y-%m-%d}"
        other = f"{word} {tr(lang, '8 times')}"
        sentence = tr(
            lang,
            "“{word}” has no end. Write until when, for example “{example}”, or how many times, for example “{other}”.",
            word=word,
            example=example,
            other=other,
        )
        chosen.wrong(word, sentence)
        return Hours(opens=opens, closes=closes, every=every)
    if closes is None:
        closes = _whole_period(opens, every, zone)
    length = instant(closes, zone) - instant(opens, zone)
    if length > _PERIODS[every]:
        said = tr(lang, "One round would still be open when the next one begins. Choose a shorter time.")
        chosen.wrong(chosen.said(Family.LASTS, Family.UNTIL), said)
    elif until < closes and not rounds:
        said = tr(lang, "The end of the series, {when}, comes before its first closing.", when=_told(until, zone, lang))
        chosen.wrong(chosen.said(Family.UNTIL), said)
    return Hours(opens=opens, closes=closes, every=every, until=max(until, closes) if rounds else until)


def _whole_period(opens: datetime, every: Every, zone: str) -> datetime:
    """Open all the time: until the next round begins (28 days in a month), and never longer by a change of clocks."""
    end = min(instant(opens, zone) + _PERIODS[every], instant(opens + _PERIODS[every], zone))
    return local(end, zone)


def _after(now: datetime, span: Span, zone: str) -> datetime:
    """The wall time at the end of a length of time: to the same hour for days, exactly for hours; to the full minute,
    and never earlier than what was said."""
    start = now + timedelta(seconds=59, microseconds=999_999)
    wall = local(start, zone).replace(second=0, microsecond=0)
    wall = following(wall, Every.MONTH, span.months) if span.months else wall
    wall += timedelta(days=span.days)
    return local(instant(wall, zone) + span.rest, zone)


def _deadline(chosen: Chosen, setting: Setting, now: datetime, zone: str) -> datetime | None:
    """A closing hour as a wall time, when it can be one."""
    lang, word = chosen.lang, setting.said
    here = local(now, zone)
    found = when.read(str(setting.value), here, zone)
    match found:
        case Problem.NO_SUCH_DAY:
            chosen.wrong(word, tr(lang, "There is no such day: “{word}”.", word=word))
        case Problem.OTHER_WEEKDAY:
            chosen.wrong(word, tr(lang, "That date is another day of the week: “{word}”.", word=word))
        case Problem.TOO_FAR:
            chosen.wrong(word, tr(lang, "“{word}” is more than five years away.", word=word))
        case None:
            chosen.wrong(word, tr(lang, "I do not understand “{word}”.", word=word))
        case datetime():
            return _possible(chosen, word, found, here, zone)
    return None


def _possible(chosen: Chosen, word: str, found: datetime, here: datetime, zone: str) -> datetime | None:
    lang = chosen.lang
    if found <= here:
        sentence = tr(
            lang,
            "“{word}” is in the past: {when}. It is now {now}.",
            word=word,
            when=_told(found, zone, lang),
            now=_told(here, zone, lang),
        )
        chosen.wrong(word, sentence)
        return None
    if not exists(found, zone):
        after = moment(instant(found, zone), zone, lang)
        sentence = tr(
            lang,
            "“{word}” does not exist: the clocks go forward that night. The hour after is {when}.",
            word=word,
            when=after,
        )
        chosen.wrong(word, sentence)
        return None
    return found


def _told(wall: datetime, zone: str, lang: str) -> str:
    return moment(instant(wall, zone), zone, lang)
