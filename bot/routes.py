"""Where an event goes: to a command, to the conversation, to the office.

The one rule: whatever somebody does, they get an answer. A press on an old button, somebody else's button, forged
data, an unknown command, a photo where nothing is open: each gets a sentence, and nothing is changed.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import assert_never

from bot import menus, office, reminders
from bot.commands import Command
from bot.commands.citizens import start, tell_closed
from bot.commands.register import ALL, HELP, find, nearest
from bot.scene import Live
from bot.turn import Turn
from flows.engine import advance
from flows.events import Blocked, Commanded, Moved, Pressed, Rang, Returned, Said, Shared
from flows.messages import Button, Prompt, message
from flows.prompts import read, read_command
from locales import tr
from storage import consultations, meta, outbox, people
from storage.instants import ms

_COMMAND = re.compile(r"[/!](\w+)(?:@\w+)?(?:\s+(.*))?", re.DOTALL)
_OWNER_CODE = re.compile(r"[A-Z2-7]{4}(?:[ -][A-Z2-7]{4}){2}")


def route(turn: Turn) -> None:
    """Handle one event."""
    event = turn.event
    match event:
        case Rang():
            _rang(turn, event)
        case Pressed():
            _pressed(turn, event)
        case Said():
            _said(turn, event)
        case Shared() | Commanded():
            _converse(turn)
        case Blocked():
            people.set_reachable(turn.scene.connection, turn.item.place, False)
        case Returned():
            people.set_reachable(turn.scene.connection, turn.item.place, True)
        case Moved(to_chat=chat):
            _moved(turn, chat)
        case _:
            assert_never(event)


# --- What people say -------------------------------------------------------------------------------------------------


def _said(turn: Turn, event: Said) -> None:
    text = event.text.strip()
    found = _COMMAND.fullmatch(text)
    speaker = turn.scene.speakers[turn.item.lane]
    picked = menus.pick(speaker.menu, text) if speaker.menu is not None else None
    turn.asked = speaker.menu is not None
    turn.scene.show_menu(turn.item.lane, None)
    if picked is not None:
        _pressed_command(turn, *picked)
    elif found is not None:
        _command(turn, found[1], found[2] or "")
    elif _OWNER_CODE.fullmatch(text.upper()) and turn.item.private:
        _claim_office(turn, text.upper())
    elif turn.item.private:
        _converse(turn)


def _command(turn: Turn, word: str, argument: str) -> None:
    if word == "start" and _OWNER_CODE.fullmatch(argument.strip().upper()):
        _claim_office(turn, argument.strip().upper())
        return
    command = find(word)
    if command is None:
        _unknown_command(turn, word)
        return
    _run(turn, command, argument)


def _run(turn: Turn, command: Command, argument: str) -> None:
    if command.role != "everybody" and not turn.is_organiser():
        name = command.aliases[0] if turn.lang == "fr" and command.aliases else command.name
        turn.say(tr(turn.lang, "/{name} is for organisers.", name=name))
    elif not turn.item.private and not (command.in_group or command.role != "everybody"):
        _send_to_private(turn)
    elif not turn.item.private and command.name in ("start", "help"):
        _send_to_private(turn, argument)
    else:
        command.act(turn, argument)


def _send_to_private(turn: Turn, payload: str = "") -> None:
    """In a group nobody's answers are shown: the way leads to a private chat."""
    rules, lang = turn.scene.rules, turn.lang
    url = rules.link(turn.item.adapter, payload) or f"{rules.public_url}/start/{payload}".rstrip("/")
    button = Button(label=tr(lang, "Answer in private"), data="", url=url)
    prompt = Prompt(id="", buttons=(button,))
    turn.say(message(tr(lang, "Let us continue in private, where only you can see your answers."), prompt=prompt))


def _unknown_command(turn: Turn, word: str) -> None:
    if not turn.item.private:
        return
    allowed = ALL if turn.is_organiser() else tuple(entry for entry in ALL if entry.role == "everybody")
    guess = nearest(word, tuple(entry for entry in allowed if entry.about))
    if guess:
        text = tr(turn.lang, "I do not know /{word}. Did you mean /{guess}?", word=word[:40], guess=guess)
    else:
        text = tr(turn.lang, "I do not know /{word}. Type /help to see what I can do.", word=word[:40])
    turn.say(text)


def _claim_office(turn: Turn, code: str) -> None:
    """The one-time code that the first start printed makes its sender the first owner."""
    connection = turn.scene.connection
    if meta.get(connection, "owner_code") != sha256(code.replace(" ", "-").encode()).hexdigest():
        turn.say(tr(turn.lang, "This code is not valid (any more)."))
        return
    turn.scene.flush()
    meta.drop(connection, "owner_code")
    people.grant(connection, turn.participant, "owner", "*", ms(turn.scene.now))
    turn.say(tr(turn.lang, "Welcome! You are now the owner of this Palabre. Type /help to see what you can do."))


def _converse(turn: Turn) -> None:
    """Something for the conversation that is going on here."""
    live = turn.live
    if not turn.item.private:
        return
    if live is None:
        _no_conversation(turn)
    elif not turn.accepts(live):
        tell_closed(turn, live.consultation, live.flow)
    else:
        turn.apply(live, advance(live.flow, live.session, turn.event))


def _no_conversation(turn: Turn) -> None:
    """Nothing is going on: a bare word may be a command or a consultation's name; else offer what there is."""
    event = turn.event
    text = event.text.strip() if isinstance(event, Said) else ""
    command = find(text) if text else None
    if command is not None and command.role == "everybody":
        command.act(turn, "")
    elif text and len(text) <= 64 and turn.scene.consultation(text.lower()) is not None:
        start(turn, text.lower())
    elif text and turn.asked:
        turn.say(tr(turn.lang, "Sorry, I did not understand. Press a button, or type its number."))
        start(turn, "")
    elif text:
        start(turn, "")
    else:
        HELP.act(turn, "")


# --- What people press -----------------------------------------------------------------------------------------------


def _pressed(turn: Turn, event: Pressed) -> None:
    notes = len(turn.scene.notes)
    menu = read_command(event.data)
    shown = turn.scene.speakers[turn.item.lane].menu or ""
    turn.scene.show_menu(turn.item.lane, None)
    if menu is not None and menu[1].endswith("yes") and event.data not in shown:
        # A button that erases or closes works once, in the last menu; an old one must not surprise anybody.
        turn.note(tr(turn.lang, "This button is no longer in use."))
    elif menu is not None:
        _pressed_command(turn, *menu)
    else:
        _pressed_prompt(turn, event)
    if len(turn.scene.notes) == notes:
        turn.note("")


def _pressed_command(turn: Turn, name: str, argument: str) -> None:
    command = find(name)
    if command is None:
        turn.note(tr(turn.lang, "This button is no longer in use."))
    else:
        _run(turn, command, argument)


def _pressed_prompt(turn: Turn, event: Pressed) -> None:
    pressed = read(event.data)
    if pressed is None:
        turn.note(tr(turn.lang, "This button is no longer in use."))
        return
    live = _owner_of(turn, pressed[0])
    if live is None:
        turn.note(tr(turn.lang, "This button is no longer in use."))
    elif live.participant != turn.participant:
        turn.note(tr(turn.lang, "This button belongs to somebody else's conversation. Type /start to begin yours."))
    elif not turn.accepts(live):
        turn.note(tr(turn.lang, "This consultation is closed; answers are no longer taken."))
    else:
        if turn.live is not live:
            turn.scene.focus(turn.item.lane, live.id)
        turn.apply(live, advance(live.flow, live.session, event))


def _owner_of(turn: Turn, prompt: str) -> Live | None:
    """The session whose prompt this is: the current one, or whichever the prompt was made for."""
    live = turn.live
    if live is not None and live.session.open is not None and live.session.open.id == prompt:
        return live
    shown = turn.scene.shown.get(prompt)
    return turn.scene.lives.get(shown.session) if shown else None


# --- What comes due, and what platforms tell -------------------------------------------------------------------------


def _rang(turn: Turn, event: Rang) -> None:
    if event.timer in ("timeout", "remind"):
        live = turn.scene.lives.get(int(event.subject))
        if live is None:
            return
        if event.timer == "remind":
            reminders.ring(turn, event, live)
        elif live.consultation.state == "open":
            turn.apply(live, advance(live.flow, live.session, event))
        return
    consultation = turn.scene.consultation(event.subject)
    if consultation is not None:
        office.ring(turn, event, consultation)


def _moved(turn: Turn, chat: str) -> None:
    before = turn.item.place
    after = f"{turn.item.adapter}:{chat}"
    turn.scene.flush()
    for move in (people.move_place, outbox.move_place, consultations.move_place):
        move(turn.scene.connection, before, after)
