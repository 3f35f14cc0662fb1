"""A message of a group that somebody would like to see put forward: its author is asked in private first.

The one rule: **silence keeps nothing.** The text is stored once, in what the messenger brought, and repeated once, in
the question to its author; both are emptied when the author says no, and after 48 hours in any case. With a yes it
becomes a draft in the author's own hands. The group learns that the author was asked, nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from hashlib import blake2b

import orjson

from bot.letters import Whole
from bot.reminders import lane_of
from bot.turn import Turn
from bot.wording import title
from flows import events, quoting
from flows.events import Rang, Said
from flows.flow import Flow
from flows.messages import Button, Message, Prompt, message, paragraph
from flows.prompts import command
from locales import tr
from storage import consultations, people, replies
from storage.consultations import Consultation
from storage.instants import ms

TIMER = "quoted"
KEPT = timedelta(hours=48)
PAYLOAD = "q-"
"""How the payload of a link begins that an author follows whom we could not write to."""
LONGEST = 2_000
_MS = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """Somebody's message, as another person's command brought it. `id` is the inbox row that holds it."""

    id: int
    place: str
    author: str
    """The author's identity."""
    text: str


# --- In the group ----------------------------------------------------------------------------------------------------


def ask(turn: Turn, quoted: tuple[str, ...], runs: list[tuple[Consultation, Flow]]) -> str:
    """Ask the author of a message whether it may be put forward; what to tell the group."""
    lang, scene = turn.lang, turn.scene
    ref, author, text = quoted
    key = f"{TIMER}:{_named(turn.item.place, ref)}"
    if why := _unfit(turn, text, key):
        forget(turn, turn.item.id)
        return why
    known = people.by_identity(scene.connection, [people.identity(turn.item.adapter, author)])
    found = people.addresses(scene.connection, [participant for participant, _lang in known.values()])
    letter = f"{turn.item.id}.asked"
    for one in found:
        theirs = one.lang or scene.rules.lang
        shown = asked(turn.item.id, text, runs, theirs)
        scene.send(one.place, Whole(shown, theirs), key=letter)
    due = ms(scene.now + KEPT)
    run, detail = runs[0][0].id, f"{turn.item.id} {letter}"
    scene.arm(key, TIMER, run, due_ms=due, lane=lane_of(run), detail=detail)
    return tr(lang, "I have asked the author in private.") if found else ""


def _unfit(turn: Turn, text: str, key: str) -> str:
    """Why its author is not asked; empty when they are."""
    lang = turn.lang
    turn.scene.flush()
    if not text.strip():
        return tr(lang, "There is no text in that message.")
    if len(text) > LONGEST:
        return tr(lang, "That message is too long to be put forward.")
    if replies.armed(turn.scene.connection, key) is not None:
        return tr(lang, "The author of this message was asked already.")
    return ""


def link_for(turn: Turn) -> Message:
    """To an author whom we cannot write to: a way to a private chat."""
    rules, lang = turn.scene.rules, turn.lang
    payload = f"{PAYLOAD}{turn.item.id}"
    url = rules.link(turn.item.adapter, payload) or f"{rules.public_url}/start/{payload}"
    text = tr(lang, "I cannot write to the author of this message. If it is yours, come and tell me whether I may.")
    button = Button(label=tr(lang, "It is my message"), data="", url=url)
    return message(text, prompt=Prompt(id="", buttons=(button,)))


def payload(argument: str) -> int | None:
    """The message that somebody comes for by the link of the group."""
    head, _, id = argument.strip().partition(PAYLOAD)
    return int(id) if not head and id.isascii() and id.isdecimal() and len(id) < 19 else None


def _named(place: str, ref: str) -> str:
    """A short name for one message of a group."""
    return blake2b(f"{place}\0{ref}".encode(), digest_size=16).hexdigest()


# --- To the author ---------------------------------------------------------------------------------------------------


def asked(id: int, text: str, runs: list[tuple[Consultation, Flow]], lang: str) -> Message:
    """The question to the author, with a yes for each consultation that it could go to."""
    first = title(runs[0][1], lang)
    if len(runs) == 1:
        may = tr(lang, "Somebody in your group would like to see this put forward in “{title}”. May I?", title=first)
        yes = [Button(label=tr(lang, "Yes"), data=_data(id, "y", runs[0][0]), told=True)]
    else:
        may = tr(lang, "Somebody in your group would like to see this put forward. May I, and where?")
        yes = [
            Button(label=tr(lang, "Yes, in “{title}”", title=title(flow, lang)), data=_data(id, "y", run), told=True)
            for run, flow in runs
        ]
    change = Button(label=tr(lang, "Change it first"), data=_data(id, "c", runs[0][0]), told=True)
    no = Button(label=tr(lang, "No"), data=command("agree", f"{id} n"), told=True)
    word = "/accord" if lang == "fr" else "/agree"
    typed = tr(lang, "Press a button, or type: {word} yes, {word} change, {word} no.", word=word)
    kept = tr(
        lang, "Nothing is put forward before you have read it once more. Without an answer I forget it in 48 hours."
    )
    return message(may, paragraph(text), typed, kept, prompt=Prompt(id="", buttons=(*yes, change, no)))


def _data(id: int, token: str, run: Consultation) -> str:
    return command("agree", f"{id} {token} {run.id}")


def held(turn: Turn, id: int) -> Quoted | None:
    """The message that waits for this person's word; None when it is forgotten, or somebody else's."""
    turn.scene.flush()
    found = replies.waiting_event(turn.scene.connection, id)
    event = events.from_json(orjson.loads(found[2])) if found is not None else None
    if found is None or not isinstance(event, Said) or len(event.quoted) != 3:
        return None
    _ref, author, text = event.quoted
    identity = people.identity(found[0], author)
    known = people.by_identity(turn.scene.connection, [identity])
    if identity not in known or known[identity][0] != turn.participant:
        return None
    return Quoted(id=id, place=found[1], author=identity, text=text)


def newest(turn: Turn) -> Quoted | None:
    """The message that this person was asked about last; None when nothing waits for their word."""
    details = replies.armed_details(turn.scene.connection, TIMER)
    found = (held(turn, int(detail.partition(" ")[0])) for detail in details)
    return max((one for one in found if one is not None), key=lambda one: one.id, default=None)


def runs_in(turn: Turn, place: str) -> list[tuple[Consultation, Flow]]:
    """The open consultations of a group in which something can be put forward."""
    found = []
    for run in consultations.all_of(turn.scene.connection, "open"):
        flow = turn.scene.flows.of(turn.scene.connection, run)
        here = place in consultations.announced(turn.scene.connection, run.id)
        if here and quoting.question_for(flow) is not None:
            found.append((run, flow))
    return found


def forget(turn: Turn, id: int) -> None:
    """Let go of the text, wherever it stands."""
    turn.scene.flush()
    replies.empty_event(turn.scene.connection, id, f"{id}.asked")
    turn.scene.scrub = True


def ring(turn: Turn, event: Rang) -> None:
    """Two days have passed: whatever was not agreed to is forgotten."""
    id, _, letter = event.detail.partition(" ")
    turn.scene.flush()
    replies.empty_event(turn.scene.connection, int(id), letter)
    turn.scene.scrub = True
