"""What a card shows once something was decided: the second step about the author, sanctions, what is contested.

The one rule: the second step is offered where a text was refused for how somebody behaved, and once. The ladder
proposes a rung by the strikes that still count; a person chooses.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot.moderation import ladder, tokens, words
from flows.messages import Block, Button, Paragraph, Plain, Prompt, paragraph
from locales import tr
from storage import appeals, cases, sanctions
from storage.cases import OPEN, Case
from storage.database import Connection
from storage.instants import ms
from storage.sanctions import Sanction

if TYPE_CHECKING:
    from bot.moderation.card import Drawn


# --- And the author? -------------------------------------------------------------------------------------------------


def asks(connection: Connection, case: Case) -> bool:
    """Is there a second step: was something refused for how somebody behaved, and nothing done about them yet?"""
    known = case.author is not None and case.outcome in ladder.FROM and case.reason in ladder.CONDUCT
    return known and case.state != OPEN and not sanctions.of_case(connection, case.id)


def prompt(drawn: Drawn, view: str) -> Prompt | None:
    """The second step on the card of a decided case: the ladder, the proposed rung first."""
    case, lang = drawn.case, drawn.lang
    if not asks(drawn.connection, case) or case.author is None:
        return None
    if view != ladder.VIEW:
        return Prompt(id="", buttons=(_button(case, tr(lang, "And the author? ..."), ladder.VIEW, quiet=True),))
    given = sanctions.strikes_of(drawn.connection, case.author)
    first = ladder.proposed(ladder.strikes(given, ms(drawn.now)))
    rungs = [first, *(rung for rung in ladder.RUNGS if rung != first)]
    labels = [ladder.label(rung, lang) for rung in rungs]
    labels[0] = tr(lang, "{sanction} (proposed)", sanction=labels[0])
    some = [_button(case, label, rung.token) for label, rung in zip(labels, rungs, strict=True)]
    back = _button(case, tr(lang, "Back"), f"{ladder.VIEW}.1", quiet=True)
    return Prompt(id="", buttons=(*some, back), columns=2)


def _button(case: Case, label: str, token: str, *, quiet: bool = False) -> Button:
    return Button(label=label, data=tokens.data(case.id, case.turn, token), quiet=quiet)


def punished(drawn: Drawn) -> Iterator[Block]:
    """What was done about the author, and that it was taken back."""
    for one in sanctions.of_case(drawn.connection, drawn.case.id):
        yield paragraph(_said(drawn, one))


def _said(drawn: Drawn, one: Sanction) -> str:
    what = words.outcome(words.punished(one.kind), drawn.lang)
    if one.lifted_ms is not None:
        return tr(drawn.lang, "{what} (taken back)", what=what)
    until = words.at(one.until_ms, drawn.zone, drawn.lang)
    return tr(drawn.lang, "{what}, until {when}", what=what, when=until)


# --- What is contested -----------------------------------------------------------------------------------------------


def contested(drawn: Drawn, longest: int) -> list[Block]:
    """For whoever looks at a decision again: the text, what was decided by whom, and why its author contests it."""
    lang, connection, case = drawn.lang, drawn.connection, drawn.case
    before = cases.by_id(connection, case.appeal_of) if case.appeal_of is not None else None
    if before is None:
        return []
    text = before.text if len(before.text) <= longest else before.text[: longest - 1] + "…"
    quoted = tr(lang, "“{text}”", text=text) if text else tr(lang, "(The text is no longer kept.)")
    lines = [_decided(drawn, before)]
    lines.append(
        tr(lang, "Its author says: “{text}”", text=case.text) if case.text else tr(lang, "Its author gives no reason.")
    )
    return [Paragraph((Plain(quoted),)), Paragraph((Plain("\n".join(lines)),))]


def _decided(drawn: Drawn, before: Case) -> str:
    lang, connection = drawn.lang, drawn.connection
    id = appeals.sanction_of(drawn.case)
    code = words.punished(kind) if (kind := _kind(connection, id)) else None
    taken = cases.decisions_of(connection, before.id)
    made = next((one for one in taken if (one.outcome == code if code else one.at_ms == before.decided_ms)), None)
    code = made.outcome if made is not None else before.outcome
    who = made.who if made is not None else before.decided_by
    at_ms = made.at_ms if made is not None else before.decided_ms or 0
    return tr(
        lang,
        "Contested: case {n}, {verdict} — {code}, {when}.",
        n=before.id,
        verdict=words.verdict(code, before.reason, lang),
        code=words.named(connection, who, lang),
        when=words.at(at_ms, drawn.zone, lang),
    )


def _kind(connection: Connection, id: int | None) -> str:
    one = sanctions.by_id(connection, id) if id is not None else None
    return one.kind if one is not None else ""
