"""Polls from one line: /poll, the preview, publishing it, sharing it.

The one rule: nothing is published that its organiser has not read back. A line becomes a draft and a preview in plain
sentences; one tap lets it go. Whatever was not understood is said before anything is written down.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot import cards, office
from bot.bots import for_poster
from bot.commands import Command, sharing
from bot.office import OfficeError, Publication, adding
from bot.office.publishing import DEFAULT_ZONE
from bot.polls.line import import_poll, read
from bot.polls.model import Mistake, PollLine
from bot.polls.writing import flow_text, poll_id
from bot.preview import preview
from bot.rights import Act
from bot.turn import Turn
from bot.wording import title
from flows.events import Pressed, Said
from flows.flow import Flow
from flows.load import load_text
from flows.messages import Block, Bold, Bullets, Button, Link, Message, Paragraph, Picture, Plain, Prompt, message
from flows.prompts import command
from locales import tr
from storage import audit, consultations
from storage.consultations import Consultation
from storage.instants import ms

# --- Making one ------------------------------------------------------------------------------------------------------


def poll(turn: Turn, argument: str) -> None:
    """/poll: read the line (or the messenger's own poll that it answers), keep it as a draft, show the preview."""
    if not turn.may(Act.LAUNCH):
        turn.say(not_here(turn))
        return
    understood = _understood(turn, argument)
    if understood is None:
        turn.say(how(turn))
        return
    made = understood if isinstance(understood, list) else make(turn, understood)
    if isinstance(made, list):
        turn.say(wrong(made, turn.lang))
    elif isinstance(understood, PollLine):
        show(turn, made, notes=understood.notes, settings=understood.settings)


def _understood(turn: Turn, argument: str) -> PollLine | list[Mistake] | None:
    """The poll that is meant; what is wrong with it; None when nothing was said."""
    event, now, lang, public = turn.event, turn.scene.now, turn.lang, not turn.item.private
    if isinstance(event, Said) and event.poll:
        question, *options = event.poll
        return import_poll(
            question,
            options,
            multiple=event.several,
            now=now,
            zone=DEFAULT_ZONE,
            lang=lang,
            place_public=public,
            settings=argument,
        )
    if not argument.strip():
        return None
    return read(argument, now=now, zone=DEFAULT_ZONE, lang=lang, place_public=public)


def make(turn: Turn, line: PollLine) -> Consultation | list[Mistake]:
    """Write the poll down as a flow like any other, checked by the same loader: its draft, or what is wrong."""
    id = poll_id(line.question, consultations.taken(turn.scene.connection))
    loaded = load_text(flow_text(line, id=id, lang=turn.lang, zone=line.zone), id, lang=turn.lang)
    if loaded.flow is None:
        return [Mistake(word="", sentence=f"{one.what} - {one.hint}") for one in loaded.mistakes]
    try:
        return keep_draft(turn, loaded.flow, loaded.source)
    except OfficeError as error:
        return [Mistake(word="", sentence=str(error))]


def keep_draft(turn: Turn, flow: Flow, source: str, *, closes: datetime | None = None) -> Consultation:
    """A draft of this flow, for the place where it was asked for. `OfficeError`, and nothing is written, when its
    hours cannot be."""
    turn.scene.flush()
    asked = Publication(
        flow=flow,
        source=source,
        who=str(turn.participant),
        owner=turn.participant,
        places=() if turn.item.private else (turn.item.place,),
        closes=closes,
        draft=True,
    )
    return office.publish(turn.scene, asked, turn.lang)


def show(
    turn: Turn,
    draft: Consultation,
    *further: str,
    notes: Sequence[str] = (),
    settings: Sequence[str] = (),
    named: bool = False,
) -> None:
    """The preview, with the two things that can be done now. `further` are sentences below it."""
    lang = turn.lang
    buttons = (
        Button(label=tr(lang, "Publish"), data=command("publish", draft.id), main=True),
        Button(label=tr(lang, "Throw away"), data=command("discard", draft.id), quiet=True),
    )
    read_back = _preview(turn, draft, notes=notes, settings=settings, named=named)
    turn.say(message(*read_back, *further, prompt=Prompt(id="", buttons=buttons)))


def _preview(
    turn: Turn,
    draft: Consultation,
    *,
    notes: Sequence[str] = (),
    settings: Sequence[str] = (),
    named: bool = False,
) -> tuple[Block, ...]:
    flow = turn.scene.flows.of(turn.scene.connection, draft)
    return preview(turn.scene, draft, flow, turn.lang, notes=notes, settings=settings, named=named)


def how(turn: Turn) -> Message:
    """How a line is written, and the way to be asked instead."""
    lang = turn.lang
    said = (
        tr(lang, "Write the question and the choices on one line, with a bar between them. For example:"),
        Paragraph((Bold(_example(lang)),)),
        tr(
            lang,
            "Or the question on the first line, and one choice on each line below. You can add how long it stays open "
            "(3d, until Friday 18:00), hidden, confidential, max=2, quorum=30, method=approval, weekly.",
        ),
    )
    if not turn.item.private:
        return message(*said)
    guide = Button(label=tr(lang, "Ask me question by question"), data=command("new", "poll"))
    return message(*said, prompt=Prompt(id="", buttons=(guide,)))


def wrong(mistakes: Sequence[Mistake], lang: str, *, example: bool = True) -> Message:
    """What has to change, with a right line beside it."""
    listed = Bullets(tuple((Plain(mistake.sentence),) for mistake in mistakes))
    right = [tr(lang, "A right line is for example: {example}", example=_example(lang))] if example else []
    return message(tr(lang, "I could not read your poll:"), listed, *right)


def _example(lang: str) -> str:
    return tr(lang, "/poll Which day? | Tuesday | Thursday | Saturday | 3d")


def not_here(turn: Turn) -> str:
    """Why this person launches nothing here."""
    if turn.item.private:
        return tr(turn.lang, "Only organisers can launch a poll here. In a group, its administrators can.")
    return tr(turn.lang, "Only the administrators of this group can launch a poll here.")


# --- Letting it go ---------------------------------------------------------------------------------------------------


def publish(turn: Turn, argument: str) -> None:
    """The button below a preview: the poll opens, and its card hangs where it was made."""
    draft = _own_draft(turn, argument)
    if draft is None:
        return
    try:
        turn.scene.flush()
        opened = office.release(turn.scene, draft, turn.lang)
    except OfficeError as error:
        turn.say(str(error))
        return
    audit.note(
        turn.scene.connection,
        at_ms=ms(turn.scene.now),
        who=str(turn.participant),
        act="open",
        subject=opened.id,
    )
    published = tr(turn.lang, "✔ Published.")
    _settle(turn, opened, published)
    if turn.item.private:
        _tell_share(turn, opened)


def discard(turn: Turn, argument: str) -> None:
    """The other button below a preview: the draft is put away."""
    draft = _own_draft(turn, argument)
    if draft is None:
        return
    if consultations.change_state(turn.scene.connection, draft.id, draft.state, "archived"):
        _settle(turn, draft, tr(turn.lang, "Thrown away."))


def _own_draft(turn: Turn, argument: str) -> Consultation | None:
    """The draft that is meant, for somebody who may open it; else they read why not."""
    found = turn.scene.consultation(argument.strip())
    if found is None or found.state not in ("draft", "review"):
        turn.tell(tr(turn.lang, "This button is no longer in use."))
        return None
    if not turn.may(Act.OPEN, found.id):
        turn.tell(tr(turn.lang, "Only whoever made this poll, or an organiser, can do that."))
        return None
    return found


def _settle(turn: Turn, draft: Consultation, ending: str) -> None:
    """The preview stays to be read, without its buttons."""
    body = (*_preview(turn, draft), *message(ending).body)
    shown = Message(body=body)
    event = turn.event
    if isinstance(event, Pressed) and event.message is not None:
        turn.amend(shown, event.message)
    else:
        turn.say(ending)


# --- Adding to it ----------------------------------------------------------------------------------------------------


def add(turn: Turn, argument: str) -> None:
    """/add: one more choice, in a vote that lets people add some."""
    id, _, words = argument.strip().partition(" ")
    found = turn.scene.consultation(id) if id else None
    if found is None or not words.strip():
        turn.say(tr(turn.lang, "Say which vote, and the choice. For example: /add {id} Friday", id=id or "quel-jour"))
        return
    add_choice(turn, found, words)


def add_choice(turn: Turn, consultation: Consultation, words: str) -> None:
    """Add a choice, and say what came of it."""
    turn.scene.flush()
    turn.say(adding.add(turn, consultation, words))


# --- Sharing it ------------------------------------------------------------------------------------------------------


def share(turn: Turn, argument: str) -> None:
    """/share: in a group, hang the card here too; in private, the link and its picture, also to one proposal."""
    name, number = argument.strip(), None
    if turn.item.private and turn.scene.consultation(name) is None:
        name, number = sharing.meant(argument)
    found = turn.scene.consultation(name) if name else _only_one(turn)
    if found is None or found.state in ("draft", "review", "archived"):
        turn.say(tr(turn.lang, "Say which consultation, for example: /share {id}", id="quel-jour"))
    elif number is not None:
        sharing.tell(turn, found, number)
    elif turn.item.private:
        _tell_share(turn, found)
    elif turn.may(Act.LAUNCH):
        hang(turn, found)
    else:
        turn.say(not_here(turn))


def hang(turn: Turn, consultation: Consultation) -> None:
    """One more place that carries the consultation and shows the same tally."""
    consultations.announce(turn.scene.connection, consultation.id, turn.item.place)
    cards.post(turn.scene, consultation.id, turn.item.place, key=turn.key())


def _only_one(turn: Turn) -> Consultation | None:
    found = consultations.all_of(turn.scene.connection, "open")
    return found[0] if len(found) == 1 else None


def _tell_share(turn: Turn, consultation: Consultation) -> None:
    """The link, a picture of it to scan, and the way into a group."""
    scene, lang, (adapter, bots) = turn.scene, turn.lang, for_poster(turn)
    flow = scene.flows.of(scene.connection, consultation)
    url = scene.rules.link(adapter, consultation.id) or f"{scene.rules.public_url}/start/{consultation.id}"
    group = scene.rules.group_link(adapter, consultation.id)
    buttons = (Button(label=tr(lang, "Put it into a group"), data="", url=group),) if group else ()
    body: tuple[Paragraph, ...] = (
        Paragraph((Bold(title(flow, lang)),)),
        Paragraph((Plain(tr(lang, "Share this link, or the square picture to scan:") + "\n"), Link(url, url))),
        Paragraph((Plain(tr(lang, "In a group where I am: /share {id}", id=consultation.id)),)),
    )
    if bots > 1:
        said = tr(
            lang,
            "I answer here under {n} names, so that many people can be answered quickly. Each time you ask for the "
            "link, it leads to one of them: please ask again for each poster.",
            n=bots,
        )
        body = (*body, Paragraph((Plain(said),)))
    turn.say(
        Message(
            body=body,
            prompt=Prompt(id="", buttons=buttons) if buttons else None,
            picture=Picture(ref=f"link:{adapter}:{consultation.id}", alt=url, told=True),
        )
    )


COMMANDS = (
    Command(
        name="poll",
        aliases=("sondage", "vote"),
        act=poll,
        about=lambda lang: tr(lang, "launch a poll"),
        told_to=Act.LAUNCH,
        in_group=True,
    ),
    Command(name="publish", aliases=("publier",), act=publish, about=None, in_group=True),
    Command(name="discard", aliases=("jeter",), act=discard, about=None, in_group=True),
    Command(name="add", aliases=("ajouter",), act=add, about=None, in_group=True),
    Command(
        name="share",
        aliases=("partager",),
        act=share,
        about=lambda lang: tr(lang, "a link and a picture to share"),
        told_to=Act.LAUNCH,
        in_group=True,
    ),
)
