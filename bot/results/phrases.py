"""The small phrases that the chat message, the picture and its text equivalent share.

The one rule: a vote never reads as none, nor a minority as everybody: 1 of 1,000 is "< 1%", 999 of 1,000 is "> 99%".
"""

from __future__ import annotations

import re
from datetime import date, datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent

from flows import wording
from flows.flow import Ask, Flow, ResultsMode, Slot
from flows.kinds import slots
from flows.tally.counts import QuestionResult, Result, Row, percents
from flows.tally.outcome import Number
from flows.wording import day_in_words
from locales import LANGUAGES, tr, trn

NATURAL_ORDER = frozenset({"scale", "date", "slots"})
"""Kinds whose rows are read in their own order, not by count."""


_POINTED = re.compile(r"([?!])\s*[.:](?=\s|$)")


def may_show(flow: Flow, *, closed: bool) -> bool:
    """May anything that depends on answers be shown now? (`after_vote`: who has voted is the caller's to know.)"""
    return closed or flow.results is not ResultsMode.AT_CLOSE


def public_questions(flow: Flow, result: Result) -> list[tuple[Ask, QuestionResult]]:
    """Each question that is not personal, with its result, in flow order. To agree to take part is no opinion."""
    found = {question.name: question for question in result.questions}
    shown = [ask for ask in flow.asks if ask.name in found and not ask.personal and ask.consent is None]
    return [(ask, found[ask.name]) for ask in shown]


def number(lang: str, value: float) -> str:
    return str(format_decimal(value, format="#,##0.##", locale=_locale(lang)))


def figure(lang: str, value: Number) -> str:
    """A number of a count as people write it, with at most two decimals; a vote is never rounded to none."""
    if isinstance(value, int):
        return number(lang, value)
    if 0 < value < Fraction(1, 200):
        return "<\u00a0" + number(lang, 0.01)
    return number(lang, round(float(value), 2))


def share(lang: str, part: Number) -> str:
    """A share of a whole as a percentage."""
    whole = Fraction(part)
    return percent(lang, int(whole * 100 + Fraction(1, 2)), whole.numerator, whole.denominator)


def percent(lang: str, part: int, count: int, total: int) -> str:
    """`part` hundredths as a percentage, for `count` of `total`."""
    if not part and count:
        return "<\u00a0" + _percent(lang, 1)
    if part == 100 and count < total:
        return ">\u00a0" + _percent(lang, 99)
    return _percent(lang, part)


def day(lang: str, iso: str) -> str:
    """A calendar date in words; what is not a date stays as it is."""
    try:
        return day_in_words(format_date(date.fromisoformat(iso), format="long", locale=_locale(lang)), lang)
    except ValueError:
        return iso


def slot(lang: str, code: str, *, brief: bool = False) -> str:
    """A date, or a date and hour, to choose from, in words. Its code is `2027-03-11` or `2027-03-11T18-30`."""
    there, _, hour = code.partition("T")
    try:
        at = datetime.fromisoformat(f"{there}T{hour.replace('-', ':')}") if hour else date.fromisoformat(there)
    except ValueError:
        return code
    one = Slot(code=code, at=at)
    if brief:
        return slots.brief(one, _locale(lang))
    return " ".join(part for part in (slots.long_day(one, _locale(lang)), slots.hours(one, None)) if part)


def listed(lang: str, items: list[str]) -> str:
    """`a, b and c`."""
    return format_list(items, locale=_locale(lang))


def moment(lang: str, flow: Flow, at: datetime) -> str:
    """When `at` was, on the consultation's own wall clock, with its zone. A naive time is already on that clock."""
    zone = flow.window.zone if flow.window else "UTC"
    if at.tzinfo:
        at = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return wording.moment(at, zone, lang)


def title(lang: str, flow: Flow, *, closed: bool) -> str:
    name = flow.title.read(lang, flow.lang)
    return tr(lang, "Results: {title}", title=name) if closed else tr(lang, "Results so far: {title}", title=name)


def turnout(lang: str, result: Result, *, closed: bool) -> str:
    """How many took part, and how many went to the end where that is known."""
    n, finished = result.participants, result.finished
    if not n:
        return tr(lang, "Nobody took part.") if closed else tr(lang, "Nobody has taken part yet.")
    took_part = trn(lang, "{count} person took part", "{count} people took part", n, count=number(lang, n))
    if finished is None:
        return took_part + "."
    if not finished:
        return took_part + ", " + tr(lang, "nobody went to the end.")
    if n == finished == 1:
        return took_part + ", " + tr(lang, "to the end.")
    if finished == n:
        return took_part + ", " + tr(lang, "all to the end.")
    went = trn(lang, "{count} went to the end.", "{count} went to the end.", finished, count=number(lang, finished))
    return f"{took_part}, {went}"


def taken_part(lang: str, result: Result) -> str:
    """How many took part so far."""
    n = result.participants
    if not n:
        return tr(lang, "Nobody has taken part yet.")
    return trn(lang, "{n} person has taken part.", "{n} people have taken part.", n)


def not_a_sample(lang: str) -> str:
    """Who these people are not."""
    return tr(
        lang,
        "Not a representative sample: everybody could take part, and accounts were not checked against a register.",
    )


def will_change(lang: str) -> str:
    """That the figures beside it are not the last ones."""
    return tr(lang, "The consultation is still open: these figures will change.")


def unpointed(text: str) -> str:
    """A sentence without the colon or full stop that would follow a name that ends with ? or ! of its own."""
    return _POINTED.sub(r"\1", text)


def basis(lang: str, question: QuestionResult) -> str:
    """How many answered, and the five ways of not answering, each on its own."""
    n = question.answered
    said = trn(lang, "{count} answer", "{count} answers", n, count=number(lang, n)) if n else tr(lang, "No answer")
    return " · ".join([said, *not_answered(lang, question)])


def not_answered(lang: str, question: QuestionResult) -> list[str]:
    """How many voted blank, wanted none of these, did not know, abstained, skipped the question; what nobody did is
    not said."""
    said = []
    if n := question.blank:
        said.append(trn(lang, "{count} blank vote", "{count} blank votes", n, count=number(lang, n)))
    if n := question.none:
        said.append(trn(lang, "{count} “none of these”", "{count} “none of these”", n, count=number(lang, n)))
    if n := question.dont_know:
        said.append(trn(lang, "{count} does not know", "{count} do not know", n, count=number(lang, n)))
    if n := question.abstained:
        said.append(trn(lang, "{count} abstention", "{count} abstentions", n, count=number(lang, n)))
    if n := question.skipped:
        said.append(trn(lang, "{count} skipped it", "{count} skipped it", n, count=number(lang, n)))
    return said


def label(lang: str, flow: Flow, question: QuestionResult, row: Row) -> str:
    """What a row is called, on one line."""
    if question.kind == "date":
        return day(lang, row.code)
    if question.kind == "slots":
        return slot(lang, row.code)
    return " ".join(row.label.read(lang, flow.lang).split()) or row.code


def measure(lang: str, question: QuestionResult, row: Row, part: int) -> str:
    """`18 (43%)`."""
    return f"{number(lang, row.count)} ({percent(lang, part, row.count, question.answered)})"


def ranked(question: QuestionResult) -> list[tuple[Row, int]]:
    """Rows with their percentages in reading order: by count, the flow's order among equals; scales and dates in
    their own order."""
    rows = list(zip(question.rows, percents(question), strict=True))
    if question.kind in NATURAL_ORDER:
        return rows
    return sorted(rows, key=lambda pair: -pair[0].count)


def leaders(question: QuestionResult) -> list[Row]:
    """The rows with the most votes; several when they are tied, none without votes."""
    most = max((row.count for row in question.rows), default=0)
    return [row for row in question.rows if row.count == most] if most else []


def tie(lang: str, flow: Flow, question: QuestionResult) -> str:
    """Who is tied for the first place, in words; empty when nobody is."""
    first = leaders(question)
    if question.kind in NATURAL_ORDER or len(first) < 2:
        return ""
    names = listed(lang, [label(lang, flow, question, row) for row in first])
    return tr(lang, "Tied in first place: {names}.", names=names)


def _percent(lang: str, part: int) -> str:
    return str(format_percent(part / 100, locale=_locale(lang)))


def _locale(lang: str) -> str:
    """Figures are written as in the sentences around them: in English where Palabre has no sentences in `lang`."""
    return lang if lang in LANGUAGES else "en"
