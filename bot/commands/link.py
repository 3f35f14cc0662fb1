"""`/link` and `/unlink`: one person on several messengers, counted once.

The one rule: a code is asked for on one messenger and typed on the other, so that only somebody who holds both can link
them. It works for fifteen minutes by our own clock, once; whoever guesses is stopped after five wrong ones.
"""

from __future__ import annotations

import re
from datetime import timedelta

from bot.commands import Command
from bot.letters import Whole
from bot.linking import one, telling
from bot.linking.naming import listed, mark, names
from bot.turn import Turn
from flows.messages import message
from locales import tr
from storage import links, people
from storage.instants import ms
from storage.links import Pairing

WORKS = timedelta(minutes=15)
TRIES = 5
_CODE = re.compile(r"[A-Z0-9]{4}-[A-Z0-9]{4}")


def link(turn: Turn, argument: str) -> None:
    """/link: a code for the other messenger; /link CODE: link with the one where it was asked for."""
    turn.scene.flush()
    typed, _, word = argument.strip().rpartition(" ")
    sure = bool(typed) and word.lower() in ("yes", "oui")
    code = people.written_code(typed if sure else argument)
    if not argument.strip():
        _offer(turn)
    elif links.tries(turn.scene.connection, turn.participant, ms(turn.scene.now)) >= TRIES:
        turn.say(tr(turn.lang, "You have typed several codes that do not work. Please wait an hour, then try again."))
    elif (found := _pairing(turn, code)) is not None:
        if sure:
            _join(turn, code, found)
        else:
            turn.say(telling.before_linking(turn, found.participant, code))


def _offer(turn: Turn) -> None:
    scene, now = turn.scene, turn.scene.now
    code = scene.rules.spell(turn.item.lane)
    links.offer(scene.connection, code, turn.participant, turn.item.lane, ms(now), ms(now + WORKS))
    turn.say(telling.how(turn, code))


def _pairing(turn: Turn, code: str) -> Pairing | None:
    """Who asked for this code; else why it cannot be used is said."""
    lang, connection, now = turn.lang, turn.scene.connection, ms(turn.scene.now)
    found = links.pairing(connection, code) if _CODE.fullmatch(code) else None
    if found is None:
        links.wrong(connection, turn.participant, now)
        turn.say(tr(lang, "I do not know this code. Please check it, or type /link on the other messenger again."))
    elif found.lane == turn.item.lane:
        turn.say(tr(lang, "This is your own code. Send it to me on the other messenger, the one you want to link."))
    elif found.participant == turn.participant:
        turn.say(tr(lang, "These two are linked already: I know that both are you."))
    elif found.until_ms <= now:
        turn.say(tr(lang, "This code is too old. Type /link on the other messenger for a new one."))
    else:
        return found
    return None


def _join(turn: Turn, code: str, found: Pairing) -> None:
    scene, connection = turn.scene, turn.scene.connection
    if not links.use(connection, code):
        turn.say(tr(turn.lang, "I do not know this code. Please check it, or type /link on the other messenger again."))
        return
    links.withdraw_codes(connection, found.participant)
    one.join(scene, found.participant, turn.participant)
    turn.held = None
    some = people.identities_of(connection, turn.participant)
    lang = turn.lang
    together = listed(list(names(some, lang).values()), lang)
    done = tr(lang, "Done: {messengers} are linked. I know that they are all you.", messengers=together)
    after = tr(lang, "/mydata shows what is kept about you. If this was not you, type /unlink at once.")
    for lane in (turn.item.lane, found.lane):
        _tell(turn, lane, lang, done, after)


def _tell(turn: Turn, lane: str, lang: str, *sentences: str) -> None:
    place = turn.item.place if lane == turn.item.lane else links.place_of(turn.scene.connection, lane)
    if place is not None:
        turn.post(place, Whole(message(*sentences), lang))


# --- Parting ---------------------------------------------------------------------------------------------------------


def unlink(turn: Turn, argument: str) -> None:
    """/unlink: choose a messenger, be told what that means, separate it."""
    scene, lang = turn.scene, turn.lang
    scene.flush()
    called = names(people.identities_of(scene.connection, turn.participant), lang)
    if len(called) < 2:
        turn.say(tr(lang, "Nothing is linked: you write to me from one messenger only. /link links another one."))
        return
    marks = {identity: mark(identity) for identity in called}
    typed, _, word = argument.strip().rpartition(" ")
    sure = bool(typed) and word.lower() in ("yes", "oui")
    chosen = _chosen(typed if sure else argument.strip(), called, marks)
    if chosen is None:
        turn.say(telling.which(turn, called, marks))
    elif not links.lanes_apart(scene.connection, turn.participant, chosen)[1]:
        turn.say(tr(lang, "This is the only one where I can write to you. Write to me on another one first."))
    elif sure:
        _part(turn, chosen, called)
    else:
        turn.say(telling.before_parting(turn, chosen, called, marks[chosen]))


def _chosen(typed: str, called: dict[str, str], marks: dict[str, str]) -> str | None:
    """The identity that a button, or its name typed, means."""
    word = typed.strip().lower()
    found = [identity for identity in called if word and word in (marks[identity], called[identity].lower())]
    return found[0] if found else None


def _part(turn: Turn, chosen: str, called: dict[str, str]) -> None:
    scene, lang = turn.scene, turn.lang
    its, others = links.lanes_apart(scene.connection, turn.participant, chosen)
    one.part(scene, turn.participant, chosen)
    turn.held = None
    rest = listed([name for identity, name in called.items() if identity != chosen], lang)
    done = tr(lang, "Done: {messenger} is separated from {rest}.", messenger=called[chosen], rest=rest)
    there = [others[0][0]] if turn.item.lane in its else its[:1]
    for lane in (turn.item.lane, *there):
        _tell(turn, lane, lang, done)


COMMANDS = (
    Command(
        name="link",
        aliases=("relier",),
        act=link,
        about=lambda lang: tr(lang, "be one person on several messengers"),
    ),
    Command(
        name="unlink",
        aliases=("delier", "délier"),
        act=unlink,
        about=lambda lang: tr(lang, "separate messengers that are linked"),
    ),
)
