"""Acts in groups: what a `letters.Do` comes to, who lifts what has an end, and what moderators are told when it cannot
be done.

The one rule: what has an end ends. Where the platform does not count time itself, the lifting is a letter of its own
that is due at the end, and it is in the outbox before the act leaves: a crash in between lifts what was never laid on,
which is harmless; the other way round somebody would stay banned for ever.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from hashlib import sha256

from adapters.base import Action, Capabilities, Lacking, Place, Refused, messenger_of
from bot import letters
from bot.letters import Do, Whole
from flows.messages import Message, message
from locales import tr
from storage import outbox
from storage.database import Connection
from storage.instants import ms
from storage.writing import Row

LIFTED = {"mute": "unmute", "ban": "unban"}


def action_of(do: Do, key: str, place: Place) -> Action:
    return Action(key=key, place=place, act=do.act, ref=do.ref, person=do.person, until=do.until)


def foresee(connection: Connection, do: Do, key: str, place: Place, caps: Capabilities) -> None:
    """Before `do` leaves: what was to be lifted because of an earlier act no longer is, and this one is at its end."""
    kind = {back: there for there, back in LIFTED.items()}.get(do.act, do.act)
    if kind not in LIFTED:
        return
    name = _lift_name(place, do.person, kind)
    if not key.endswith(LIFT):
        outbox.drop_waiting(connection, name)
    if do.act in LIFTED and do.until is not None and not caps.ends_acts:
        lift = replace(do, act=LIFTED[do.act], until=None, desk="")
        row = _row(str(place), lift, key + LIFT, ms(do.until))
        outbox.put(connection, [row | {"coalesce": name}])


LIFT = ".lift"


def refused(connection: Connection, do: Do, key: str, place: Place, why: Refused, now: datetime) -> None:
    """The act was not done: nothing is to be lifted, and the moderators are told."""
    kind = LIFTED.get(do.act)
    if kind is not None:
        outbox.drop_waiting(connection, _lift_name(place, do.person, do.act))
    if do.desk:
        said = Whole(told(do, place, why.lacking, do.lang), do.lang)
        outbox.put(connection, [_row(do.desk, said, f"{key}.refused", ms(now))])


def told(do: Do, place: Place, lacking: Lacking | None, lang: str) -> Message:
    """What was not done, why, and what can be done about it."""
    match lacking:
        case Lacking.RIGHT:
            return message(
                _not_done(do, place, lang),
                tr(lang, "Palabre has not been given the right to do that there."),
                how_to_give(place.adapter, do.act, lang),
            )
        case Lacking.STANDING:
            return message(
                _not_done(do, place, lang),
                tr(lang, "This person administrates the group. Only its owner can do something here."),
            )
        case Lacking.KIND:
            return message(
                _not_done(do, place, lang),
                tr(lang, "This kind of group does not know that. A group administrator has to do it by hand."),
            )
        case _:
            return message(
                _not_done(do, place, lang),
                tr(lang, "The messenger refused. The person or the message may no longer be there."),
            )


def how_to_give(adapter: str, act: str, lang: str) -> str:
    """What an administrator of the group has to press so that the act becomes possible."""
    if messenger_of(adapter) == "telegram":
        if act == "delete":
            return tr(
                lang,
                "In the group on Telegram: open its page, Edit, Administrators, choose Palabre, "
                "and switch on “Delete messages”.",
            )
        return tr(
            lang,
            "In the group on Telegram: open its page, Edit, Administrators, choose Palabre, and switch on “Ban users”.",
        )
    if messenger_of(adapter) == "matrix":
        return tr(
            lang,
            "In the room on Matrix: open the list of people, choose Palabre, and make it a moderator or administrator.",
        )
    return tr(lang, "Please make Palabre an administrator of the group.")


def act_named(act: str, lang: str) -> str:
    """An act as one says it in a list."""
    match act:
        case "delete":
            return tr(lang, "delete messages")
        case "mute" | "unmute":
            return tr(lang, "mute people for a while")
        case _:
            return tr(lang, "ban people")


def _not_done(do: Do, place: Place, lang: str) -> str:
    match do.act:
        case "delete":
            return tr(lang, "The message could not be deleted in {place}.", place=str(place))
        case "mute":
            return tr(lang, "The person could not be muted in {place}.", place=str(place))
        case "ban":
            return tr(lang, "The person could not be banned from {place}.", place=str(place))
        case "unmute":
            return tr(lang, "The person could not be given their voice back in {place}.", place=str(place))
        case _:
            return tr(lang, "The person could not be let back into {place}.", place=str(place))


def _lift_name(place: Place, person: str, kind: str) -> str:
    """What a lifting is waiting under: one for each person, place and kind of act."""
    return "lift:" + sha256(f"{place.adapter}:{place.chat}|{person}|{kind}".encode()).hexdigest()


def _row(place: str, letter: letters.Letter, key: str, due_ms: int) -> Row:
    return {
        "key": key,
        "adapter": place.partition(":")[0],
        "place": place,
        "payload": letters.write(letter),
        "prompt": None,
        "replaces": None,
        "consultation": None,
        "rank": int(outbox.Rank.REPLY),
        "resend": True,
        "due_ms": due_ms,
        "state": outbox.WAITING,
        "coalesce": None,
    }
