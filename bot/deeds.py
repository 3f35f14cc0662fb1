"""The audit in words: who did what, for those who watch.

The one rule: people are shown by their short code, never by a messenger's id, and the ballots' content is left out.
"""

from __future__ import annotations

from datetime import datetime

from bot.moderation import rules, words
from bot.moderation.card import span
from bot.office import adding
from bot.rights import Role
from bot.walltime import instant
from bot.wording import moment
from locales import tr
from storage import links, people
from storage.audit import Deed
from storage.database import Connection
from storage.instants import when


def sentence(connection: Connection, deed: Deed, zone: str, lang: str) -> str:
    """One act: when, who, what."""
    at, what = moment(when(deed.at_ms), zone, lang), _what(deed, zone, lang)
    # A participant is written down by the token of one consultation, which is no person that we could name.
    who = tr(lang, "a participant") if deed.act == adding.ACT else _who(connection, deed.who, lang)
    return tr(lang, "{when} — {who}: {what}", when=at, who=who, what=what)


def code(connection: Connection, who: str) -> str:
    """Somebody as programs read them: a short code where there is one, never a number that other tables know."""
    return (people.code_if_known(connection, links.now(connection, int(who))) or "") if who.isdecimal() else who


def read_only(connection: Connection, deed: Deed, zone: str, lang: str) -> str:
    """The sentence where nothing may be written: whoever has no code yet is named without."""
    at, what = moment(when(deed.at_ms), zone, lang), _what(deed, zone, lang)
    if deed.act == adding.ACT:
        who = tr(lang, "a participant")
    elif deed.who.isdecimal() and people.known(connection, links.now(connection, int(deed.who))):
        who = code(connection, deed.who) or tr(lang, "somebody without a code")
    else:
        who = _who(connection, deed.who, lang)
    return tr(lang, "{when} — {who}: {what}", when=at, who=who, what=what)


def _who(connection: Connection, who: str, lang: str) -> str:
    if who == "palabre":
        return tr(lang, "the program")
    if who == "command line":
        return tr(lang, "on the server")
    if who == "participant":
        return tr(lang, "a participant")
    if who == "reports":
        return tr(lang, "several people who reported it")
    now = links.now(connection, int(who)) if who.isdecimal() else 0
    known = people.known(connection, now)
    return people.code_of(connection, now) if known else tr(lang, "somebody who is no longer here")


def _what(deed: Deed, zone: str, lang: str) -> str:
    if deed.act == adding.ACT:
        return tr(lang, "added the choice “{choice}”", choice=deed.detail)
    said = _act(deed.act, lang)
    if deed.act in _HOURS and deed.detail:
        return f"{said} ({_hour(deed.detail, zone, lang)})"
    return f"{said} ({_detail(deed, lang)})" if deed.act in _TOLD and deed.detail else said


def _detail(deed: Deed, lang: str) -> str:
    """The codes of a detail in words; what was never a code as it stands."""
    first, _, rest = deed.detail.partition(" ")
    match deed.act:
        case "grant" | "revoke":
            return f"{role_named(first, lang)} {rest}".strip()
        case "decide" | "hide":
            return _decision(first, rest, lang)
        case "alone" | "ask second" | "seconded" | "not seconded":
            return _asked(deed.detail, lang)
        case "remind":
            return _reminded(deed.detail, lang)
        case _:
            return deed.detail


def _decision(number: str, rest: str, lang: str) -> str:
    """`4: ban spam 24`: the case, how it ended, the rule, for how long or with which other one."""
    code, *more = rest.replace(",", "").split() or [""]
    rule = more.pop(0) if more and more[0] in rules.REASONS else None
    said = tr(lang, "case {n}: {verdict}", n=number.rstrip(":"), verdict=words.verdict(code, rule, lang))
    if not more or not more[0].isdecimal():
        return said
    match code:
        case "mute" | "ban":
            return f"{said}, {span(int(more[0]), lang)}"
        case "merge":
            return f"{said}, {tr(lang, 'With {number}', number=more[0])}"
        case _:
            return said


def _asked(act: str, lang: str) -> str:
    """What a second person was asked for."""
    match act:
        case "close":
            return tr(lang, "closing before the hour")
        case "owner":
            return tr(lang, "who is an owner")
        case other:
            return other


def _reminded(audience: str, lang: str) -> str:
    match audience:
        case "unfinished":
            return tr(lang, "those who have not finished")
        case "subscribed":
            return tr(lang, "those who asked to be told")
        case other:
            return other


def role_named(role: str, lang: str) -> str:
    """A role in a word."""
    match role:
        case Role.OWNER:
            return tr(lang, "owner")
        case Role.ORGANISER:
            return tr(lang, "organiser")
        case Role.MODERATOR:
            return tr(lang, "moderator")
        case Role.OFFICIAL:
            return tr(lang, "official")
        case _:
            return tr(lang, "observer")


def _hour(wall: str, zone: str, lang: str) -> str:
    """A wall time as it was written down, in words."""
    try:
        at = datetime.fromisoformat(wall)
    except ValueError:
        return wall
    said = moment(instant(at, zone) if at.tzinfo is None else at, zone, lang)
    return tr(lang, "until {when}", when=said)


_HOURS = frozenset({"extend", "reopen"})
"""Acts whose detail is the new closing hour."""


_TOLD = frozenset({"decide", "clone", "send back", "close early", "fix", "propose fix", "approve fix"}) | {
    "seconded",
    "ask second",
    "not seconded",
    "alone",
    "answer",
    "not mine",
    "readdress",
    "reopen number",
    "outcome",
    "remind",
    "hide",
    "grant",
    "revoke",
    "restore",
    "drop",
}
"""Acts whose detail says something to people. That of a closing is the whole result."""


def _act(act: str, lang: str) -> str:
    match act:
        case "publish":
            return tr(lang, "published")
        case "draft":
            return tr(lang, "made a draft")
        case "clone":
            return tr(lang, "made a copy")
        case "review":
            return tr(lang, "asked for a review")
        case "approve":
            return tr(lang, "approved it")
        case "send back":
            return tr(lang, "sent it back")
        case "open":
            return tr(lang, "opened it")
        case "extend":
            return tr(lang, "put the closing off")
        case "remind":
            return tr(lang, "reminded people")
        case "close early":
            return tr(lang, "closed it by hand")
        case "close":
            return tr(lang, "counted and closed")
        case "differ":
            return tr(lang, "found counters that differ from the ballots")
        case "forget":
            return tr(lang, "destroyed the key")
        case "reopen":
            return tr(lang, "opened it again")
        case "fix" | "approve fix":
            return tr(lang, "corrected the wording")
        case "propose fix":
            return tr(lang, "proposed a correction")
        case "refuse fix":
            return tr(lang, "refused a correction")
        case "outcome":
            return tr(lang, "gave an outcome")
        case "answer":
            return tr(lang, "gave an official answer")
        case "not mine":
            return tr(lang, "passed a question on")
        case "readdress":
            return tr(lang, "gave a question to somebody else")
        case "reopen number":
            return tr(lang, "opened a report again that people say is not done")
        case "news":
            return tr(lang, "wrote to those who signed")
        case "archive" | "put away":
            return tr(lang, "put it away")
        case "grant":
            return tr(lang, "gave a role")
        case "revoke":
            return tr(lang, "took a role away")
        case "decide":
            return tr(lang, "decided on a case")
        case "hide":
            return tr(lang, "hid it until somebody has decided")
        case "watch on":
            return tr(lang, "let me read along in a group")
        case "watch off":
            return tr(lang, "stopped me from reading along in a group")
        case "admins on":
            return tr(lang, "let the administrators of a group launch polls")
        case "admins off":
            return tr(lang, "stopped the administrators of a group from launching polls")
        case "erase":
            return tr(lang, "erased what was kept about them")
        case "restore":
            return tr(lang, "put a backup back")
        case "replay":
            return tr(lang, "had something handled again that had failed")
        case "drop":
            return tr(lang, "dropped something that could not be handled")
        case "link":
            return tr(lang, "linked two messengers")
        case "unlink":
            return tr(lang, "separated two messengers")
        case "seconded":
            return tr(lang, "agreed as the second person")
        case "ask second":
            return tr(lang, "asked for a second person")
        case "not seconded":
            return tr(lang, "did not agree as the second person")
        case "alone":
            return tr(lang, "did it alone: there was no second person to ask")
        case "desk":
            return tr(lang, "made a group the place for moderators")
        case "desk off":
            return tr(lang, "took a group as the place for moderators away")
        case other:
            return other
