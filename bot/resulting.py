"""`palabre results`: a result for the command line, in words or as JSON, by groups where somebody asks for them.

The one rule: the command line shows no more than everybody may see; what may not be told is refused with a sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import orjson

from bot import office
from bot.opinions import filing, looking, reasons, telling
from bot.opinions.figures import NONE, Opinions
from bot.results import funnel, phrases, why
from bot.results.breakdown import ELSE, LEAST, Crossed, can_group, crossed
from bot.results.wording import say_results
from bot.shelves import Flows
from bot.studied import Studied, study, votes
from bot.visibility import visible
from flows.flow import Ask, Flow
from flows.messages import plain_text
from flows.tally.counts import Ballot, Result, choices
from locales import tr
from storage import ballots, consultations, sessions
from storage.consultations import Consultation
from storage.database import Connection


class NotPossible(Exception):
    """What was asked for may not be told, or does not exist; the message is for the person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What there is to tell of one consultation."""

    consultation: Consultation
    flow: Flow
    result: Result
    funnel: funnel.Funnel
    by: tuple[Crossed, ...] = ()
    studied: Studied | None = None
    opinions: Opinions = NONE


def look(
    connection: Connection, flows: Flows, consultation: Consultation, lang: str, *, by: str | None = None
) -> Looked:
    """Everything that may be told now."""
    flow = flows.of(connection, consultation)
    if not visible(consultation):
        raise NotPossible(tr(lang, "The result is shown to nobody before the closing."))
    result = office.as_it_stands(connection, consultation, flow)
    stored = sessions.states(connection, consultation.id)
    came = funnel.funnel_of(flow, ((stage, orjson.loads(state) if state else None) for stage, state in stored))
    found = [Ballot(*row) for row in ballots.all_of(connection, consultation.id)]
    closed = consultation.result is not None
    source = consultations.source(connection, consultation.version)
    return Looked(
        consultation=consultation,
        flow=flow,
        result=result.public(),
        funnel=came,
        by=tuple(crossed(flow, found, _grouping(flow, by, lang))) if by is not None else (),
        studied=study(flow, found, result, source) if closed else None,
        opinions=looking.look_whole(connection, flow, consultation),
    )


def _grouping(flow: Flow, name: str, lang: str) -> Ask:
    able = [ask for ask in flow.asks if can_group(ask)]
    found = next((ask for ask in able if ask.name == name), None)
    if found is None:
        names = ", ".join(ask.name for ask in able) or "-"
        raise NotPossible(tr(lang, "“{name}” makes no groups. These questions do: {names}.", name=name, names=names))
    return found


def facts(found: Looked) -> dict[str, Any]:
    """For programs."""
    run = found.consultation
    data = {"id": run.id, "state": run.state, "version": run.version, **found.result.to_json()}
    data["funnel"] = found.funnel.to_json()
    data["representative"] = False
    if found.studied is not None:
        data["fingerprint"] = found.studied.fingerprint
        data["beyond"] = {
            name: {"others": [other.to_json() for other in one.others], "changed_by": one.changed_by}
            for name, one in found.studied.beyond.items()
        }
    if found.by:
        data["by"] = [one.to_json() for one in found.by]
    data |= filing.facts(found.opinions)
    if found.opinions.crowds:
        data["crowds"] = [asdict(one) for one in found.opinions.crowds]
    return data


def told(found: Looked, lang: str, *, with_why: bool) -> list[str]:
    """For people."""
    closed = found.consultation.result is not None
    whole = say_results(found.flow, found.result, lang, closed=closed, place_url=None, opinions=found.opinions)
    said = [plain_text(whole.body)]
    said.append("\n".join(funnel.told(found.flow, found.funnel, lang)))
    if with_why:
        for vote in votes(found.flow, found.result, lang, closed=closed):
            more = found.studied.beyond.get(vote.ask.name) if found.studied else None
            said.append(plain_text(tuple(why.explain(vote, more, whole=True))))
        for ask, _question in phrases.public_questions(found.flow, found.result):
            if explained := reasons.explain(found.flow, ask, found.opinions, lang):
                said.append(plain_text(tuple(explained)))
    said += telling.crowds(found.opinions, found.consultation.zone, lang)
    said += [_crossed(found.flow, one, lang) for one in found.by]
    if found.by:
        said.append(
            tr(lang, "–: fewer than {least}, or hidden so that no smaller number can be worked out.",
               least=phrases.number(lang, LEAST))
        )  # fmt: skip
    if found.studied is not None:
        said.append(tr(lang, "Fingerprint: {fingerprint}", fingerprint=found.studied.fingerprint))
    return said


def _crossed(flow: Flow, one: Crossed, lang: str) -> str:
    """A table in lines, the groups beside each other."""
    name, _, code = one.question.partition(":")
    ask, by = flow.step(name), flow.step(one.by)
    assert isinstance(ask, Ask)
    assert isinstance(by, Ask)
    rows, groups = _labels(flow, ask, lang), _labels(flow, by, lang)
    title = " ".join(ask.text.read(lang, flow.lang).split())
    lines = [[title, *(groups.get(group, group) for group in one.groups), tr(lang, "Together")]]
    for row, cells, total in zip(one.rows, one.cells, one.totals, strict=True):
        label = tr(lang, "not picked, or no answer") if code and row == ELSE else rows.get(row, row)
        lines.append([label, *("–" if n is None else phrases.number(lang, n) for n in cells), str(total)])
    lines.append([tr(lang, "Together"), *(phrases.number(lang, n) for n in one.sizes), str(sum(one.sizes))])
    return "\n".join(_aligned(lines))


def _labels(flow: Flow, ask: Ask, lang: str) -> dict[str, str]:
    found = {one.code: " ".join(one.label.read(lang, flow.lang).split()) for one in choices(ask.kind, flow.lang)}
    return found | {ELSE: tr(lang, "no answer")}


def _aligned(lines: Sequence[Sequence[str]]) -> list[str]:
    widths = [min(36, max(len(line[at]) for line in lines)) for at in range(len(lines[0]))]
    return [
        "  ".join(
            cell[:width].ljust(width) if at == 0 else cell[:width].rjust(width)
            for at, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    ]
