"""Watching a group: its administrators may let us read along, so that what a rule flags comes before a moderator.

    sift      on the way in: what nobody flagged is let go of, before anything is stored
    watch     /watch on, /watch off, told to everybody in the group

The one rule: **talk that no rule flags leaves no trace**, neither a row nor a line of a log. It is looked at once, in
memory, and only in groups whose administrators or organisers switched it on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from adapters.base import Batch, Inbound, Place
from bot import rights
from bot.commands import Command
from bot.moderation import opening
from bot.moderation.detect import Crowd, Detection, flags
from bot.moderation.words import EDITED
from bot.rights import Act
from bot.turn import Turn
from flows.events import Overheard, Said
from flows.messages import message
from locales import LANGUAGES, tr
from storage import audit, reports, watched
from storage.database import Connection
from storage.instants import ms

_ON = {"on", "oui", "yes", "activer", "start"}
_OFF = {"off", "non", "no", "arreter", "arrêter", "stop", "desactiver", "désactiver"}


# --- On the way in ---------------------------------------------------------------------------------------------------


def sift(
    connection: Connection,
    arrived: Sequence[tuple[str, Batch]],
    crowd: Crowd,
    detection: Detection,
    lang: str,
) -> Sequence[tuple[str, Batch]]:
    """The batches without the talk that nobody flagged; what stays carries its flags."""
    heard = [item for _name, batch in arrived for item in batch.items if isinstance(item.event, Overheard)]
    if not heard:
        return arrived
    there = watched.among(connection, {group_of(item.place) for item in heard})

    def kept(items: Iterable[Inbound]) -> Iterable[Inbound]:
        for item in items:
            if not isinstance(item.event, Overheard):
                yield item
            elif found := _flags(connection, item, item.event, there, crowd, detection, lang):
                yield replace(item, event=replace(item.event, flags=found))

    return [(name, replace(batch, items=tuple(kept(batch.items)))) for name, batch in arrived]


def unflagged(item: Inbound) -> bool:
    """Is this talk that must not be stored?"""
    return isinstance(item.event, Overheard) and not item.event.flags


def group_of(place: Place) -> str:
    """The whole group, whatever its topic or thread."""
    return str(replace(place, thread=None))


def _flags(
    connection: Connection,
    item: Inbound,
    event: Overheard,
    there: set[str],
    crowd: Crowd,
    detection: Detection,
    lang: str,
) -> tuple[str, ...]:
    """Why a moderator should see this; nothing for nearly everything. What a moderator has seen once comes again when
    its author changes it, watched or not: nobody approves one text and finds another."""
    again = (EDITED,) if event.edited and reports.has_case(connection, str(item.place), event.ref) else ()
    if group_of(item.place) not in there:
        return again
    spoken = item.locale[:2] if item.locale and item.locale[:2] in LANGUAGES else lang
    found = flags(event.text, spoken, detection=detection)
    place = group_of(item.place)
    crowded = () if event.edited else crowd.saw(place, item.person, event.text, event.at, key=item.key)
    return (*again, *found, *(code for code in crowded if code not in detection.off))


def overheard(turn: Turn, event: Overheard) -> None:
    """What was flagged becomes a case, or joins the one about this message."""
    if event.flags:
        opening.overheard(turn, event)


# --- Switching it on and off -----------------------------------------------------------------------------------------


def watch(turn: Turn, argument: str) -> None:
    """/watch on, /watch off; alone, how it stands."""
    lang = turn.lang
    if turn.item.private:
        turn.say(tr(lang, "Write this in the group that is meant: /watch on, or /watch off."))
        return
    place = group_of(Place.parse(turn.item.place))
    word = argument.strip().lower()
    if word not in _ON | _OFF:
        _tell(turn, place)
    elif not _may(turn):
        turn.say(tr(lang, "Only the administrators of this group and organisers can switch this on or off."))
    else:
        _switch(turn, place, word in _ON)


def _may(turn: Turn) -> bool:
    admin = turn.event.admin if isinstance(turn.event, Said) else None
    return rights.may(turn.roles(), Act.WATCH, place=turn.item.place, group_admin=admin, private=False)


def _switch(turn: Turn, place: str, wanted: bool) -> None:
    """Write it down, and say it to everybody: whoever is read has to know."""
    scene = turn.scene
    before = watched.is_watched(scene.connection, place)
    watched.watch(scene.connection, place, wanted)
    if before is not wanted:
        act = "watch on" if wanted else "watch off"
        who, at = str(turn.participant), ms(scene.now)
        audit.note(scene.connection, at_ms=at, who=who, act=act, subject="", detail=place)
    _tell(turn, place)


def _tell(turn: Turn, place: str) -> None:
    lang = turn.lang
    if watched.is_watched(turn.scene.connection, place):
        turn.say(
            message(
                tr(lang, "I read along in this group, as its administrators asked."),
                tr(
                    lang,
                    "Rules look at each message: links, insults, spam, personal data, the same text again and again. "
                    "What they flag is kept and shown to the moderators. Everything else is forgotten at once.",
                ),
                tr(lang, "A rule removes nothing: people decide. To stop this: /watch off"),
            )
        )
    else:
        turn.say(
            message(
                tr(lang, "I do not read along in this group. I read only what is addressed to me."),
                tr(lang, "Its administrators can change this: /watch on"),
            )
        )


COMMANDS = (
    Command(
        name="watch",
        aliases=("surveiller",),
        act=watch,
        about=lambda lang: tr(lang, "let me read along in a group, for the moderators"),
        told_to=Act.WATCH,
        in_group=True,
    ),
)
