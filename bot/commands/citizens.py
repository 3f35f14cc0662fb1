"""What everybody may ask: take part, be helped, see and take back what is kept about them."""

from __future__ import annotations

import re
from collections.abc import Mapping

import orjson

from bot import reminders
from bot.commands import Command
from bot.contributions import applying, kept, sharing
from bot.contributions.pools import react_steps
from bot.letters import Results
from bot.linking import one, telling
from bot.linking.naming import listed, names
from bot.moderation import deciding, opening, rewording, sanctions
from bot.scene import Live
from bot.turn import Turn
from bot.visibility import published
from bot.wording import hours, menu, title
from flows import keeping, reading, visiting
from flows.engine import Step, advance, begin, recap
from flows.events import Commanded
from flows.flow import Flow
from flows.kinds import served
from flows.messages import Block, Bold, Bullets, Button, Message, Paragraph, Plain, Prompt, message
from flows.prompts import command
from flows.wording import paragraphs, write
from locales import LANGUAGES, tr
from storage import audit, ballots, consultations, erasures, outbox, people, proposals, sessions, shelf, stances, timers
from storage.consultations import Consultation
from storage.instants import ms
from storage.proposals import Proposal

_OPENABLE = ("scheduled", "open")
_OF_CASE = re.compile(r"(?P<by>[co])(?P<case>[0-9]{1,17})\.(?P<turn>[0-9]{1,9})")
"""A question about a case, of a moderator (`c`) or of the author (`o`), and the turn that it was asked in."""


# --- Taking part -----------------------------------------------------------------------------------------------------


def start(turn: Turn, argument: str) -> None:
    """/start: take part in the named consultation, or choose one."""
    if argument:
        found = turn.scene.consultation(argument.strip())
        if found is None and _start_at_card(turn, argument):
            return
        found = found or _titled(turn, argument)
        if found is None or not published(found):
            turn.say(tr(turn.lang, "There is no consultation called “{name}”.", name=argument.strip()[:60]))
            _offer(turn)
            return
        enter(turn, found)
        return
    open_now = _runs(turn, "open")
    if len(open_now) == 1:
        enter(turn, open_now[0][0])
    else:
        _offer(turn)


def _start_at_card(turn: Turn, payload: str) -> bool:
    """Somebody comes by the link to one proposal: it is the first that they see."""
    asked = sharing.read(payload)
    run = turn.scene.consultation(asked[0]) if asked else None
    if asked is None or run is None or not published(run):
        return False
    known = session_of(turn, run.id)
    flow = known.flow if known is not None else turn.scene.flows.of(turn.scene.connection, run)
    shown = proposals.by_number(turn.scene.connection, run.id, asked[1])
    ask = next(iter(react_steps(flow, shown.pool)), None) if shown is not None else None
    if ask is None or shown is None or run.state != "open":
        enter(turn, run)
    elif known is not None and (why := _done_with(turn, known, shown)):
        turn.say(why)
        enter(turn, run)
    elif known is None:
        enter(turn, run, drafts={ask.name: served.shared(asked[1])})
    else:
        turn.scene.focus(turn.item.lane, known.id)
        event = Commanded(at=turn.event.at, name="start")
        turn.apply(known, visiting.visit(flow, known.session, event, ask, asked[1]))
    return True


def _done_with(turn: Turn, live: Live, shown: Proposal) -> str:
    """Why somebody is not asked about a proposal, if so."""
    if live.token is not None and shown.author == live.token:
        return tr(turn.lang, "You wrote this one yourself.")
    if live.token is not None and stances.of(turn.scene.connection, live.consultation.id, live.token, shown.id):
        return tr(turn.lang, "You have already given your opinion on this one.")
    return ""


def _titled(turn: Turn, words: str) -> Consultation | None:
    """The consultation whose title somebody types, with a typo or without accents."""
    runs = _runs(turn, *_OPENABLE)
    at = reading.pick(words, [title(flow, turn.lang) for _run, flow in runs])
    return runs[at][0] if isinstance(at, int) else None


def _runs(turn: Turn, *states: str) -> list[tuple[Consultation, Flow]]:
    found = consultations.all_of(turn.scene.connection, *states)
    return [(run, turn.scene.flows.of(turn.scene.connection, run)) for run in found]


def _offer(turn: Turn) -> None:
    turn.say(menu(turn.lang, _runs(turn, *_OPENABLE)))


def enter(turn: Turn, consultation: Consultation, drafts: Mapping[str, tuple[str, ...]] | None = None) -> None:
    """Let somebody into a consultation, as far as it is open. `drafts` is what questions begin with, for somebody who
    takes part for the first time."""
    flow = turn.scene.flows.of(turn.scene.connection, consultation)
    match consultation.state:
        case "open":
            _walk_in(turn, consultation, flow, drafts)
        case "scheduled":
            _tell_before_opening(turn, consultation, flow)
        case _:
            tell_closed(turn, consultation, flow)


def _walk_in(turn: Turn, consultation: Consultation, flow: Flow, drafts: Mapping[str, tuple[str, ...]] | None) -> None:
    scene = turn.scene
    known = session_of(turn, consultation.id)
    if known is not None:
        scene.focus(turn.item.lane, known.id)
        turn.apply(known, advance(known.flow, known.session, Commanded(at=turn.event.at, name="start")))
        return
    if one.is_barred(scene, consultation, turn.participant, turn.identity):
        turn.say(telling.barred(turn.lang, title(flow, turn.lang)))
        return
    id = scene.rules.draw(turn.item.lane, consultation.id)
    step: Step = begin(flow, session=str(id), lang=turn.lang, at=turn.event.at, drafts=drafts)
    live = Live(
        id=id,
        participant=turn.participant,
        consultation=consultation,
        flow=flow,
        lane=turn.item.lane,
        place=turn.item.place,
        session=step.session,
        last_ms=ms(turn.event.at),
        token=ballots.token(consultation.key, turn.participant) if consultation.key else None,
        dirty=True,
    )
    scene.lives[id] = scene.new_sessions[id] = live
    scene.focus(turn.item.lane, id)
    turn.apply(live, step)
    reminders.arm_first(turn, live)


def session_of(turn: Turn, consultation: str) -> Live | None:
    """The session of this person in a consultation, loaded or still being written."""
    for live in turn.scene.lives.values():
        if live.participant == turn.participant and live.consultation.id == consultation:
            return live
    stored = sessions.find(turn.scene.connection, turn.participant, consultation)
    return turn.scene.adopt(stored) if stored else None


def _tell_before_opening(turn: Turn, consultation: Consultation, flow: Flow) -> None:
    lang = turn.lang
    blocks = [Paragraph((Bold(title(flow, lang)),))]
    if flow.summary is not None:
        blocks += paragraphs(write(flow, flow.summary, lang, len(flow.questions)))
    blocks.append(Paragraph((Plain(hours(consultation, lang)),)))
    button = Button(label=tr(lang, "Tell me when it opens"), data=command("subscribe", consultation.id))
    turn.say(Message(body=tuple(blocks), prompt=Prompt(id="", buttons=(button,))))


def subscribe(turn: Turn, argument: str) -> None:
    """The button under the notice before an opening."""
    consultation = turn.scene.consultation(argument)
    if consultation is None:
        _offer(turn)
        return
    if consultation.state != "scheduled":
        enter(turn, consultation)
        return
    turn.scene.flush()
    lane, place = turn.item.lane, turn.item.place
    sessions.subscribe(turn.scene.connection, turn.participant, argument, lane, place, wants=True)
    turn.say(tr(turn.lang, "Good, you will be told when it opens. Type /stop to change your mind."))


def tell_closed(turn: Turn, consultation: Consultation, flow: Flow) -> None:
    """What everybody gets who comes after the closing: never silence. The conversation is over; what is typed next is
    about something else."""
    lang = turn.lang
    if turn.live is not None and turn.live.consultation.id == consultation.id:
        turn.scene.focus(turn.item.lane, None)
    turn.say(tr(lang, "“{title}” is closed; answers are no longer taken.", title=title(flow, lang)))
    if consultation.result is not None:
        turn.post(turn.item.place, Results(consultation.id, lang), consultation=consultation.id)


# --- Within a consultation -------------------------------------------------------------------------------------------


def pass_on(turn: Turn, name: str, argument: str = "") -> None:
    """Let the conversation that is going on here handle a command."""
    live = turn.live
    if live is None:
        turn.say(tr(turn.lang, "You are not in a consultation at the moment."))
        _offer(turn)
        return
    if not turn.accepts(live):
        tell_closed(turn, live.consultation, live.flow)
        return
    turn.apply(live, advance(live.flow, live.session, Commanded(at=turn.event.at, name=name, argument=argument)))


def back(turn: Turn, _argument: str) -> None:
    """/back: to the question before."""
    pass_on(turn, "back")


def skip(turn: Turn, _argument: str) -> None:
    """/skip: pass an optional question."""
    pass_on(turn, "skip")


def myvote(turn: Turn, _argument: str) -> None:
    """/myvote: read over one's answers, and change them until closing."""
    pass_on(turn, "myvote")


def stop(turn: Turn, _argument: str) -> None:
    """/stop: pause, and no more messages from our side."""
    subscribed = sessions.unsubscribe(turn.scene.connection, turn.participant)
    if turn.live is not None:
        pass_on(turn, "stop")
    elif subscribed:
        turn.say(tr(turn.lang, "Good, you will not be told any more."))
    else:
        turn.say(tr(turn.lang, "There is nothing to stop: you will get no message from here unless you write first."))


def resume(turn: Turn, argument: str) -> None:
    """/resume, and the button under a reminder: go on where one was."""
    if argument.isdecimal():
        turn.scene.load_sessions({int(argument)})
        wanted = turn.scene.lives.get(int(argument))
        if wanted is not None and wanted.participant == turn.participant:
            turn.scene.focus(turn.item.lane, wanted.id)
    pass_on(turn, "resume")


# --- Language ------------------------------------------------------------------------------------------------------


_NAMES = {"fr": "Français", "en": "English"}


def language(turn: Turn, argument: str) -> None:
    """/language: choose the language one is spoken to."""
    wanted = _language_meant(argument)
    if wanted is None:
        buttons = tuple(Button(label=_NAMES[code], data=command("language", code)) for code in LANGUAGES)
        turn.say(message(tr(turn.lang, "Which language do you prefer?"), prompt=Prompt(id="", buttons=buttons)))
        return
    turn.scene.flush()
    people.set_lang(turn.scene.connection, turn.participant, wanted)
    turn.speak(wanted)
    turn.say(tr(wanted, "From now on I write in English."))
    live = turn.live
    if live is not None and turn.accepts(live):
        step = advance(live.flow, live.session, Commanded(at=turn.event.at, name="language", argument=wanted))
        turn.apply(live, step)


def _language_meant(argument: str) -> str | None:
    word = argument.strip().lower()
    return next(
        (code for code, name in _NAMES.items() if word and (word == code or name.lower().startswith(word))), None
    )


# --- What is kept about a person -------------------------------------------------------------------------------------


def privacy(turn: Turn, _argument: str) -> None:
    """/privacy: who can see what, in plain words."""
    lang = turn.lang
    items = (
        tr(lang, "Other participants see totals only, never who answered what."),
        tr(lang, "The organisers see totals; after the closing they can also get the answers, without names."),
        tr(lang, "The people who run this server could look into its database until the closing."),
        tr(lang, "The messenger you use (for example Telegram) sees the messages pass."),
        tr(lang, "Some days after the closing, the key that links you to your answers is destroyed for good."),
    )
    asked = tr(lang, "/mydata shows everything kept about you, /erase deletes it.")
    bullets = Bullets(tuple((Plain(item),) for item in items))
    turn.say(message(tr(lang, "Who can see what:"), bullets, asked))


def mydata(turn: Turn, argument: str) -> None:
    """/mydata: everything that is kept about the person, in words; `/mydata json` as a text that programs can read."""
    turn.scene.flush()
    connection, participant, lang = turn.scene.connection, turn.participant, turn.lang
    about = people.export(connection, participant)
    found = [(row, turn.scene.adopt(row)) for row in sessions.of_participant(connection, participant)]
    if argument.strip().lower() == "json":
        everything = {
            **about,
            "sessions": [_session_data(turn, row, live) for row, live in found],
            "consents": ballots.consents_of(connection, participant),
            "sanctions": sanctions.facts(connection, participant),
        }
        turn.say(message(Paragraph((Plain(orjson.dumps(everything, option=orjson.OPT_INDENT_2).decode()),))))
        return
    facts = [
        tr(lang, "Your address here: {addresses}", addresses=", ".join(about["identities"])),
        tr(lang, "Your language: {language}", language=_NAMES.get(about["language"] or "", "-")),
    ]
    if about["roles"]:
        facts.append(tr(lang, "What you may do here: {roles}", roles=", ".join(about["roles"])))
    facts += sanctions.held(turn, participant)
    blocks: list[Block | str] = [
        tr(lang, "This is everything kept about you:"),
        Bullets(tuple((Plain(fact),) for fact in facts)),
    ]
    for _row, live in found:
        blocks.append(Paragraph((Bold(title(live.flow, lang)),)))
        blocks += recap(live.flow, live.session, lang).body
        blocks += kept.told(connection, live, lang)
    blocks.append(tr(lang, "For a copy that programs can read: /mydata json. To delete it all: /erase."))
    turn.say(message(*blocks))


def _session_data(turn: Turn, row: sessions.Stored, live: Live) -> dict[str, object]:
    consultation = turn.scene.consultation(row.consultation)
    assert consultation is not None
    if consultation.state == consultations.INTERNAL:
        known = turn.scene.lives.get(row.id) or turn.scene.adopt(row)
        return {"consultation": row.consultation, "stage": row.stage, "answers": known.session.to_json()["answers"]}
    answers: list[dict[str, object]] = []
    if consultation.key is not None:
        token = ballots.token(consultation.key, row.participant)
        answers = ballots.of_token(turn.scene.connection, row.consultation, token)
    data: dict[str, object] = {"consultation": row.consultation, "stage": row.stage, "answers": answers}
    data |= kept.data(turn.scene.connection, live)
    held = keeping.held(live.flow, live.session)
    return {**data, "held": {name: answer.to_json() for name, answer in held.items()}} if held else data


def erase(turn: Turn, argument: str) -> None:
    """/erase: delete the person. Before a closing the ballots go too; after it only the link does, the counts stay."""
    lang = turn.lang
    if argument.strip().lower() not in ("yes", "oui"):
        buttons = (
            Button(label=tr(lang, "Yes, erase everything"), data=command("erase", "yes")),
            Button(label=tr(lang, "No, keep it"), data=command("keep"), quiet=True),
        )
        warning = tr(
            lang, "This deletes your answers in open consultations and everything kept about you. It cannot be undone."
        )
        said = (*_everywhere(turn), *_what_stays(turn))
        turn.say(message(warning, *said, prompt=Prompt(id="", buttons=buttons)))
        return
    scene, participant = turn.scene, turn.participant
    scene.flush()
    connection = scene.connection
    stored = sessions.of_participant(connection, participant)
    for row in stored:
        _withdraw_ballots(turn, row)
        _leave(turn, row)
    scene.flush()
    timers.forget(connection, *(str(row.id) for row in stored))
    for lane, place in people.lanes_of(connection, participant):
        scene.erased.append(lane)
        if people.alone_in(connection, participant, place):
            outbox.forget_place(connection, place)
            shelf.forget(connection, place)
    opening.left(turn, participant)
    erasures.note(connection, participant, ms(scene.now))
    people.erase(connection, participant)
    audit.note(connection, at_ms=ms(scene.now), who="participant", act="erase", subject="")
    turn.leave()
    scene.scrub = True
    turn.say(tr(lang, "Done: everything kept about you is erased. Type /start to begin anew."))


def _everywhere(turn: Turn) -> list[str]:
    """The messengers that somebody is erased on, when they have linked several."""
    some = list(names(people.identities_of(turn.scene.connection, turn.participant), turn.lang).values())
    if len(some) < 2:
        return []
    return [tr(turn.lang, "It holds for {messengers}, which are linked.", messengers=listed(some, turn.lang))]


def _what_stays(turn: Turn) -> list[str]:
    """What an erasure leaves, for somebody of whom something would be left."""
    runs = proposals.taken_part(turn.scene.connection, turn.participant)
    tokens = [(id, ballots.token(key, turn.participant)) for id, key in runs]
    sent = proposals.sent(turn.scene.connection, tokens)
    if not any(sent.get(state) for state in (proposals.PUBLISHED, proposals.MERGED, proposals.HIDDEN)):
        return []
    return [tr(turn.lang, "What you proposed and others can read already stays, without any link to you.")]


def _leave(turn: Turn, row: sessions.Stored) -> None:
    """What the person put forward, judged and signed, as long as it can be told whose it is."""
    consultation = turn.scene.consultation(row.consultation)
    if consultation is not None and consultation.state != consultations.INTERNAL:
        applying.leave(turn, turn.scene.lives.get(row.id) or turn.scene.adopt(row))


def keep(turn: Turn, argument: str) -> None:
    """The way out of a question that asks twice; a question of moderation is put away with it."""
    asked = _OF_CASE.fullmatch(argument)
    if asked is not None:
        answer = rewording.keep if asked["by"] == "o" else deciding.keep
        answer(turn, int(asked["case"]), int(asked["turn"]))
        return
    turn.say(tr(turn.lang, "Good: nothing was changed."))


def _withdraw_ballots(turn: Turn, row: sessions.Stored) -> None:
    consultation = turn.scene.consultation(row.consultation)
    if consultation is None or consultation.key is None or consultation.state not in ("open", "scheduled"):
        return
    live = turn.scene.lives.get(row.id) or turn.scene.adopt(row)
    for question, answer in keeping.on_file(live.flow, live.session).items():
        turn.withdraw(live, question, answer)


COMMANDS = (
    Command(
        name="start",
        aliases=("commencer", "demarrer", "démarrer"),
        act=start,
        about=lambda lang: tr(lang, "take part in a consultation"),
        in_group=True,
    ),
    Command(name="back", aliases=("retour",), act=back, about=lambda lang: tr(lang, "to the question before")),
    Command(
        name="skip", aliases=("passer",), act=skip, about=lambda lang: tr(lang, "pass a question that is not required")
    ),
    Command(
        name="stop",
        aliases=("arreter", "arrêter"),
        act=stop,
        about=lambda lang: tr(lang, "pause, and get no more messages"),
    ),
    Command(name="resume", aliases=("reprendre",), act=resume, about=lambda lang: tr(lang, "go on where you were")),
    Command(
        name="myvote",
        aliases=("monvote",),
        act=myvote,
        about=lambda lang: tr(lang, "read over your answers and change them"),
    ),
    Command(name="language", aliases=("langue",), act=language, about=lambda lang: tr(lang, "choose your language")),
    Command(
        name="privacy",
        aliases=("confidentialite", "confidentialité"),
        act=privacy,
        about=lambda lang: tr(lang, "who can see what"),
    ),
    Command(
        name="mydata",
        aliases=("mesdonnees", "mesdonnées"),
        act=mydata,
        about=lambda lang: tr(lang, "everything kept about you"),
    ),
    Command(
        name="erase", aliases=("effacer",), act=erase, about=lambda lang: tr(lang, "delete everything kept about you")
    ),
    Command(name="keep", aliases=(), act=keep, about=None, in_group=True),
    Command(name="subscribe", aliases=(), act=subscribe, about=None),
)
