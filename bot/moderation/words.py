"""Cases in words: what they are about, why they are here, how they ended.

The one rule: codes are what is stored; a code that nobody knows (an older or newer one) is told by its own name, never
left out.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.moderation import rules
from bot.moderation.detect import said
from bot.office import DEFAULT_ZONE
from bot.scene import Scene
from bot.walltime import local
from bot.wording import moment, title
from locales import tr, trn
from storage import people
from storage.cases import Case
from storage.consultations import Consultation
from storage.database import Connection
from storage.instants import when

BEFORE = "before"
"""Every proposal of this consultation is read before it is published."""
NEWCOMER = "newcomer"
EDITED = "edited"
REPORTED = "reported"
APPEALED = "appealed"


def kind(case: Case, lang: str) -> str:
    """What a case is about, to begin a line with."""
    match case.kind:
        case "proposal":
            return tr(lang, "a proposal")
        case "signature":
            return tr(lang, "a reason given with a signature")
        case "message":
            return tr(lang, "a message in a group")
        case "appeal":
            return tr(lang, "a decision that is contested")
        case other:
            return other


def why(code: str, lang: str) -> str:
    """What brought a case here, as part of a list."""
    match code:
        case "before":
            return tr(lang, "everything is read before it is published")
        case "newcomer":
            return tr(lang, "it is among the first things this person writes")
        case "edited":
            return tr(lang, "the author changed the text")
        case "reported":
            return tr(lang, "it was reported")
        case "appealed":
            return tr(lang, "its author asks for another look")
        case "other":
            return tr(lang, "no reason was given")
        case other:
            return said(other, lang) or rules.label(other.removeprefix("report:"), lang) or other


def outcome(code: str | None, lang: str) -> str:
    """How a case ended, as a word or two."""
    match code:
        case "approve":
            return tr(lang, "approved")
        case "leave":
            return tr(lang, "left as it is")
        case "refuse":
            return tr(lang, "refused")
        case "merge":
            return tr(lang, "put together with another one")
        case "reword":
            return tr(lang, "the author was asked to reword it")
        case "accepted":
            return tr(lang, "published in the wording that was offered")
        case "hide":
            return tr(lang, "hidden for a day")
        case "remove":
            return tr(lang, "removed")
        case "delete":
            return tr(lang, "deleted in the group")
        case "mute":
            return tr(lang, "muted in the group")
        case "ban":
            return tr(lang, "banned from the group")
        case "escalate":
            return tr(lang, "left to the organisers")
        case "uphold":
            return tr(lang, "the first decision stands")
        case "reverse":
            return tr(lang, "the first decision is taken back")
        case "reversed":
            return tr(lang, "decided against, and then taken back")
        case "author:warn":
            return tr(lang, "its author was warned")
        case "author:slow":
            return tr(lang, "its author can send one text a day")
        case "author:mute":
            return tr(lang, "its author was muted")
        case "author:ban":
            return tr(lang, "its author was banned")
        case "withdrawn":
            return tr(lang, "taken back by its author")
        case "overtaken":
            return tr(lang, "it was changed in the meantime")
        case "left":
            return tr(lang, "its author left, and it went with them")
        case other:
            return other or ""


def punished(kind: str) -> str:
    """The outcome that a sanction is written down as."""
    return f"author:{kind}"


def is_punished(outcome: str) -> bool:
    """Is this a sanction, and not a decision about a text?"""
    return outcome.startswith("author:")


def verdict(code: str | None, reason: str | None, lang: str) -> str:
    """How a case ended, with the short name of the rule."""
    rule = rules.label(reason, lang)
    return f"{outcome(code, lang)} ({rule})" if rule else outcome(code, lang)


def history(past: Mapping[str, int], sanctions: int, lang: str) -> str:
    """What was decided about somebody before, in one line; empty when nothing was."""
    approved = sum(past.get(code, 0) for code in ("approve", "leave", "accepted", "merge"))
    refused = sum(past.get(code, 0) for code in ("refuse", "remove", "delete", "mute", "ban"))
    parts = [
        trn(lang, "{n} text approved", "{n} texts approved", approved) if approved else "",
        trn(lang, "{n} text refused", "{n} texts refused", refused) if refused else "",
        trn(lang, "{n} sanction", "{n} sanctions", sanctions) if sanctions else "",
    ]
    return ", ".join(part for part in parts if part)


# --- Who and when ----------------------------------------------------------------------------------------------------


def named(connection: Connection, who: int | None, lang: str, *, to: int | None = None) -> str:
    """A person by their code, and nothing else; whoever it is told to (`to`) is "you"."""
    if who is not None and who == to:
        return tr(lang, "you")
    if who is None or not people.known(connection, who):
        return tr(lang, "somebody who is no longer here")
    return people.code_of(connection, who)


def zone_of(consultation: Consultation | None) -> str:
    return consultation.zone if consultation is not None else DEFAULT_ZONE


def scope(scene: Scene, case: Case, lang: str) -> str:
    """Where a case belongs, as a heading: the name of its consultation, else that it is about a group."""
    run = scene.consultation(case.consultation) if case.consultation else None
    if run is None:
        return tr(lang, "About the group in which you wrote:")
    return title(scene.flows.of(scene.connection, run), lang)


def at(ms: int, zone: str, lang: str) -> str:
    """A moment with its day."""
    return moment(when(ms), zone, lang)


def clock(ms: int, zone: str) -> str:
    """An hour of today."""
    return f"{local(when(ms), zone):%H:%M}"


def decided(scene: Scene, case: Case, lang: str, *, to: int | None = None) -> str:
    """Who decided what and when, for somebody who comes second: for whoever decided themselves, without saying who."""
    zone = zone_of(scene.consultation(case.consultation) if case.consultation else None)
    moment = at(case.decided_ms, zone, lang) if case.decided_ms is not None else ""
    told = verdict(case.outcome, case.reason, lang)
    if case.decided_by is None or case.decided_by == to:
        return tr(lang, "Case {n}: {verdict}, {when}.", n=case.id, verdict=told, when=moment)
    who = named(scene.connection, case.decided_by, lang)
    return tr(lang, "{code} was faster. Case {n}: {verdict}, {when}.", code=who, n=case.id, verdict=told, when=moment)
