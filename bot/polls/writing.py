"""A `PollLine` as the text of a flow file.

The one rule: whatever people typed is data. Every text is written in double quotes with each sign that could end them,
or that a file may not hold, as an escape; braces are doubled, because a brace in a flow is a blank. The text goes
through `flows.load.load_text` like the file of anybody.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import datetime
from fractions import Fraction

from bot.polls.model import PollLine
from bot.polls.words import plain
from flows.flow import Method, ResultsMode, Secrecy
from flows.tally.outcome import Cut
from locales import tr

STEP = "vote"
"""The name of the one question: the column in the export."""
LONGEST_CODE = 40
LONGEST_ID = 32
APART = frozenset({"skipped", "dont_know", "abstain", "blank", "none"})
"""What is recorded apart cannot be the code of a choice."""

_VERB = {
    **dict.fromkeys((Method.SCHULZE, Method.IRV, Method.BORDA, Method.STV), "rank"),
    Method.MAJORITY_JUDGMENT: "grade",
}
_NOT_SLUG = re.compile(r"[^a-z0-9]+")


def flow_text(line: PollLine, *, id: str, lang: str, zone: str) -> str:
    """The file of a poll: one question, and its end. `zone` is whose clock the hours are on."""
    return "\n".join([*_head(line, id, lang, zone), "steps:", *_vote(line), *_end(lang), ""])


def poll_id(question: str, taken: Collection[str]) -> str:
    """A short name that people can type: `quel-jour`, and `quel-jour-2` when that is taken."""
    words = _slug(question, "-").split("-")
    base = words[0][:LONGEST_ID]
    for word in words[1:]:
        if len(base) + 1 + len(word) > LONGEST_ID:
            break
        base += f"-{word}"
    return _free(base or "poll", "-", taken)


def codes(labels: Collection[str]) -> list[str]:
    """One code for each label: its letters and digits, `option_3` where it has none that a code can hold."""
    found: list[str] = []
    for number, label in enumerate(labels, 1):
        base = _slug(label, "_")[: LONGEST_CODE - 4].strip("_") or f"option_{number}"
        found.append(_free(base, "_", {*found, *APART}))
    return found


def _slug(text: str, joint: str) -> str:
    return _NOT_SLUG.sub(joint, plain(text)).strip(joint)


def _free(base: str, joint: str, taken: Collection[str]) -> str:
    number, found = 1, base
    while found in taken:
        number += 1
        found = f"{base}{joint}{number}"
    return found


def quoted(text: str) -> str:
    """`text` as a YAML scalar that reads back as the very same signs."""
    return '"' + "".join(_sign(one) for one in text.replace("{", "{{").replace("}", "}}")) + '"'


def _sign(one: str) -> str:
    if one in '"\\':
        return "\\" + one
    if one.isprintable() and ord(one) & 0xFFFF < 0xFFFE and not 0xD800 <= ord(one) <= 0xDFFF:
        return one
    return f"\\U{ord(one):08X}" if ord(one) > 0xFFFF else f"\\u{ord(one):04X}"


# --- The lines of the file -------------------------------------------------------------------------------------------


def _head(line: PollLine, id: str, lang: str, zone: str) -> Iterator[str]:
    yield "palabre: 1"
    yield f"id: {quoted(id)}"
    yield f"lang: {lang}"
    yield f"title: {quoted(line.question)}"
    yield f"results: {ResultsMode(line.results).value}"
    yield f"secrecy: {Secrecy(line.secrecy).value}"
    yield "recap: false"
    yield "window:"
    yield f"  zone: {zone}"
    if line.every is not None and line.until is not None:
        yield f"  opens: {_wall(line.opens)}"
    if line.closes is not None:
        yield f"  closes: {_wall(line.closes)}"
    if line.every is not None and line.until is not None:
        yield f"  every: {line.every.value}"
        yield f"  until: {_wall(line.until)}"


def _vote(line: PollLine) -> Iterator[str]:
    yield f"  - {_VERB.get(line.method, 'vote')}: {STEP}"
    yield f"    text: {quoted(line.question)}"
    yield f"    method: {line.method.value}"
    yield from _options(line)
    for key, value in _numbers(line):
        if value is not None:
            yield f"    {key}: {value}"
    yield from (f"    {key}: true" for key in _switches(line))


def _options(line: PollLine) -> Iterator[str]:
    if line.slots:
        yield "    slots:"
        for slot in line.slots:
            yield f"      - {_wall(slot) if isinstance(slot, datetime) else slot.isoformat()}"
    elif line.choices:
        yield "    options:"
        for code, label in zip(codes(line.choices), line.choices, strict=True):
            yield f'      "{code}": {quoted(label)}'


def _numbers(line: PollLine) -> Iterator[tuple[str, object]]:
    yield "at_least", line.at_least if line.at_least or line.method is Method.APPROVAL else None
    yield "at_most", line.at_most
    yield "seats", line.seats
    yield "most", line.most
    yield "points", line.points
    yield "each", line.each
    yield "grades", line.grades
    yield "reason", line.reason
    yield "quorum", _percent(line.quorum) if isinstance(line.quorum, Fraction) else line.quorum
    yield "electorate", line.electorate
    if line.threshold is not None:
        share = f'"{line.threshold.numerator}/{line.threshold.denominator}"'
        yield "threshold", "majority" if line.strictly else share
    if line.tie is not Cut.OPEN:
        yield "tie", line.tie.value


def _switches(line: PollLine) -> Iterator[str]:
    for key in ("shuffle", "add", "blank", "none", "abstain"):
        if getattr(line, key):
            yield key


def _percent(share: Fraction) -> str:
    """`"25%"`, `"66.7%"`: tenths of a percent at the finest."""
    tenths = share.numerator * 1000 // share.denominator
    whole, rest = divmod(tenths, 10)
    return f'"{whole}.{rest}%"' if rest else f'"{whole}%"'


def _end(lang: str) -> Iterator[str]:
    yield "  - end: thanks"
    yield f"    text: {quoted(tr(lang, 'Thank you. Your vote is recorded.'))}"


def _wall(at: datetime) -> str:
    return at.isoformat(timespec="minutes")
