"""Where an event goes: to a command, to the conversation, to the office.

The one rule: whatever somebody does, they get an answer. A press on an old button, somebody else's button, forged
data, an unknown command, a photo where nothing is open: each gets a sentence, and nothing is changed.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import assert_never

from bot import cards, menus, office, preparing, presses, reminders, signs, unreadable
from bot.commands import Command, new
from bot.commands.citizens import start, tell_closed
from bot.commands.contributions import come
from bot.commands.poll import add_choice, hang
from bot.commands.register import ALL, HELP, find, nearest
from bot.followup import quoting, ringing
from bot.moderation import answering, deciding, tokens, watching
from bot.office import OfficeError, adding, seconding
from bot.rights import IN_GROUP, Act
from bot.scene import Live
from bot.turn import Turn
from flows import keeping
from flows.engine import advance
from flows.events import Blocked, Commanded, Fetched, Moved, Overheard, Pressed, Rang, Returned, Said, Shared
from flows.messages import Button, Prompt, message
from flows.prompts import read, read_card
from locales import tr
from storage import cases, consultations, desks, meta, outbox, people
from storage.cards import shown_as
from storage.instants import ms

_COMMAND = re.compile(r"[/!](\w+)(?:@\w+)?(?:\s+(.*))?", re.DOTALL)
_OWNER_CODE = re.compile(r"[A-Z2-7]{4}(?:[ -][A-Z2-7]{4}){2}")
_PAYLOAD = re.compile(r"[\w-]{1,64}", re.ASCII)
"""What an address may carry: nothing else that somebody typed goes into one."""


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
        case Shared() if turn.item.private and new.is_flow_file(event):
            new.take_file(turn, event)
        case Shared(what=what) if what in unreadable.KINDS:
            unreadable.tell(turn, what)
        case Shared() | Commanded():
            _converse(turn)
        case Blocked():
            people.set_reachable(turn.scene.connection, turn.item.place, False)
        case Returned():
            people.set_reachable(turn.scene.connection, turn.item.place, True)
        case Moved(to_chat=chat):
            _moved(turn, chat)
        case Overheard():
            watching.overheard(turn, event)
        case Fetched():
            pass
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
    if event.unnamed:
        _ask_name(turn)
    elif picked is not None:
        _pressed_command(turn, *picked)
    elif found is not None:
        _command(turn, found[1], found[2] or "")
    elif _OWNER_CODE.fullmatch(text.upper()) and turn.item.private:
        _claim_office(turn, text.upper())
    elif turn.item.private:
        _converse(turn)
    elif event.reply_to is not None:
        _replied(turn, event.reply_to, text)


def _replied(turn: Turn, ref: str, words: str) -> None:
    """In a group, an answer to a card adds a choice where that is allowed, and one to a case decides it or notes
    something; any other is talk among the members."""
    if answering.answer(turn, ref, words):
        return
    id = shown_as(turn.scene.connection, turn.item.place, ref)
    found = turn.scene.consultation(id) if id is not None else None
    if found is None or signs.answer(turn, found, words):
        return
    if adding.open_list(turn.scene.flows.of(turn.scene.connection, found)) is not None:
        add_choice(turn, found, words)


def _command(turn: Turn, word: str, argument: str) -> None:
    if word == "start" and _OWNER_CODE.fullmatch(argument.strip().upper()):
        _claim_office(turn, argument.strip().upper())
        return
    if word == "start" and _to_prepare(turn, argument):
        new.new(turn, "")
        return
    if word == "start" and turn.item.private and (quoted := quoting.payload(argument)) is not None:
        come(turn, quoted)
        return
    command = find(word)
    if command is None:
        _unknown_command(turn, word)
        return
    _run(turn, command, argument)


def _to_prepare(turn: Turn, payload: str) -> bool:
    """Does somebody come in by the link that /new shows in a group?"""
    return turn.item.private and payload.strip() == "new" and turn.scene.consultation("new") is None


def _run(turn: Turn, command: Command, argument: str) -> None:
    if command.needs is not None and not turn.might(command.needs):
        name = command.aliases[0] if turn.lang == "fr" and command.aliases else command.name
        turn.say(tr(turn.lang, "/{name} is for organisers.", name=name))
    elif not turn.item.private and not (command.in_group or command.needs in IN_GROUP):
        _send_to_private(turn, office_work=command.needs is not None)
    elif not turn.item.private and command.name == "start" and _hung(turn, argument):
        return
    elif not turn.item.private and command.name in ("start", "help"):
        _send_to_private(turn, argument)
    else:
        _act(turn, command, argument)


def _act(turn: Turn, command: Command, argument: str) -> None:
    """Do it; what the office cannot do is a sentence for whoever asked."""
    try:
        command.act(turn, argument)
    except OfficeError as error:
        turn.say(str(error))


def _hung(turn: Turn, id: str) -> bool:
    """Somebody brought the bot into this group by the link of a consultation: its card hangs here from now on."""
    found = turn.scene.consultation(id.strip()) if id.strip() else None
    if found is None or found.state not in ("scheduled", "open") or not turn.may(Act.LAUNCH):
        return False
    hang(turn, found)
    return True


def _ask_name(turn: Turn) -> None:
    """An administrator writes as the group: nobody can know who it is, so nothing can be done in their name."""
    rules, lang = turn.scene.rules, turn.lang
    url = rules.link(turn.item.adapter, "")
    buttons = (Button(label=tr(lang, "Write to me in private"), data="", url=url),) if url else ()
    text = tr(
        lang,
        "You write here as the group, so I cannot know who you are. Write to me in private, or write here under your "
        "own name, and try again.",
    )
    turn.say(message(text, prompt=Prompt(id="", buttons=buttons) if buttons else None))


def _send_to_private(turn: Turn, payload: str = "", *, office_work: bool = False) -> None:
    """In a group nobody's answers are shown, nor what only organisers see: the way leads to a private chat."""
    rules, lang = turn.scene.rules, turn.lang
    payload = payload if _PAYLOAD.fullmatch(payload) else ""
    url = rules.link(turn.item.adapter, payload) or f"{rules.public_url}/start/{payload}".rstrip("/")
    if office_work:
        label = tr(lang, "Write to me in private")
        text = tr(lang, "This is done in private, where only you can read it.")
    else:
        label = tr(lang, "Answer in private")
        text = tr(lang, "Let us continue in private, where only you can see your answers.")
    turn.say(message(text, prompt=Prompt(id="", buttons=(Button(label=label, data="", url=url),))))


def _unknown_command(turn: Turn, word: str) -> None:
    if not turn.item.private:
        return
    guess = nearest(word, tuple(entry for entry in ALL if entry.about and entry.is_for(turn)))
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
        _advance(turn, live)


def _advance(turn: Turn, live: Live) -> None:
    step = advance(live.flow, live.session, turn.event)
    if preparing.complete(live, step):
        new.prepared(turn, live, step)
    else:
        turn.apply(live, step)


def _no_conversation(turn: Turn) -> None:
    """Nothing is going on: a bare word may be a command or a consultation's name; else offer what there is."""
    event = turn.event
    text = event.text.strip() if isinstance(event, Said) else ""
    command = find(text) if text else None
    if command is not None and command.needs is None:
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
    shown = turn.scene.speakers[turn.item.lane].menu or ""
    menu = menus.pressed(shown, event.data)
    turn.scene.show_menu(turn.item.lane, None)
    if menu is not None and event.data.endswith("yes") and event.data not in shown:
        # A button that erases or closes works once, in the last menu; an old one must not surprise anybody.
        turn.note(tr(turn.lang, "This button is no longer in use."))
    elif menu is not None:
        _pressed_command(turn, *menu)
    elif (card := read_card(event.data)) is not None:
        cards.press(turn, *card)
    elif (case := tokens.read(event.data)) is not None:
        deciding.press(turn, *case)
    elif not (answering.sign(turn, event) or signs.put(turn, event)):
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
    if presses.in_words(turn, event):
        return
    if pressed is None:
        turn.note(tr(turn.lang, "This button is no longer in use."))
        return
    live = _owner_of(turn, pressed[0])
    if live is None:
        turn.note(tr(turn.lang, "This button is no longer in use."))
    elif not turn.item.private:
        # Nobody is asked anything in a group: whoever sends this from there shows everybody what they answer.
        turn.note(tr(turn.lang, "This question is answered in private."))
    elif live.participant != turn.participant:
        turn.note(tr(turn.lang, "This button belongs to somebody else's conversation. Type /start to begin yours."))
    elif not turn.accepts(live):
        turn.note(tr(turn.lang, "This consultation is closed; answers are no longer taken."))
    else:
        if turn.live is not live:
            turn.scene.focus(turn.item.lane, live.id)
        _advance(turn, live)


def _owner_of(turn: Turn, prompt: str) -> Live | None:
    """The session whose prompt this is: the current one, or whichever the prompt was made for."""
    live = turn.live
    if live is not None and live.session.open is not None and live.session.open.id == prompt:
        return live
    shown = turn.scene.shown.get(prompt)
    return turn.scene.lives.get(shown.session) if shown else None


# --- What comes due, and what platforms tell -------------------------------------------------------------------------


def _rang(turn: Turn, event: Rang) -> None:
    if event.timer in answering.TIMERS:
        answering.ring(turn, event)
        return
    if event.timer == seconding.TIMER:
        seconding.ring(turn, event)
        return
    if event.timer in ("timeout", "remind", keeping.TIMER):
        live = turn.scene.lives.get(int(event.subject))
        if live is None:
            return
        if event.timer == "remind":
            reminders.ring(turn, event, live)
        elif live.consultation.state == "open":
            turn.apply(live, advance(live.flow, live.session, event))
        return
    consultation = turn.scene.consultation(event.subject)
    if consultation is None:
        return
    if event.timer in ringing.TIMERS:
        ringing.ring(turn, event, consultation)
    else:
        office.ring(turn, event, consultation)


def _moved(turn: Turn, chat: str) -> None:
    before = turn.item.place
    after = f"{turn.item.adapter}:{chat}"
    turn.scene.flush()
    for move in (
        people.move_place,
        outbox.move_place,
        consultations.move_place,
        desks.move_place,
        cases.move_place,
    ):
        move(turn.scene.connection, before, after)
