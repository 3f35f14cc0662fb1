"""What linking and separating would do, told before it is done.

The one rule: nobody finds out afterwards. Which consultations were answered twice, which answers will count and what
can no longer be answered is said by title, before anything is changed.
"""

from __future__ import annotations

from bot.linking.naming import listed, names
from bot.linking.one import Both, both, taken_part
from bot.turn import Turn
from bot.wording import moment, title
from flows.messages import Block, Bullets, Button, Message, Plain, Prompt, message
from flows.prompts import command
from locales import tr
from storage import consultations, links, people
from storage.consultations import Consultation
from storage.instants import when
from storage.sessions import Stored


def how(turn: Turn, code: str) -> Message:
    """What linking is for, and the code that does it on the other messenger."""
    lang = turn.lang
    points = (
        tr(lang, "You count once, as one person."),
        tr(lang, "You can see and change your answers from both."),
        tr(
            lang,
            "If you have answered the same consultation on both, the answers you gave last count; the others are "
            "taken back.",
        ),
    )
    return message(
        tr(lang, "Do you also write to me on another messenger? Link the two, and I know that both are you:"),
        _bullets(points),
        tr(lang, "To link them, send me this on the other messenger within 15 minutes:"),
        tr(lang, "/link {code}", code=code),
        tr(lang, "Give this code to nobody: whoever uses it can see and change your answers."),
        *_linked_already(turn),
    )


def _linked_already(turn: Turn) -> list[str]:
    some = list(names(people.identities_of(turn.scene.connection, turn.participant), turn.lang).values())
    if len(some) < 2:
        return []
    return [tr(turn.lang, "Linked already: {messengers}. /unlink separates them.", messengers=", ".join(some))]


def _bullets(points: tuple[str, ...]) -> Bullets:
    return Bullets(tuple((Plain(point),) for point in points))


# --- Before linking --------------------------------------------------------------------------------------------------


def before_linking(turn: Turn, stays: int, code: str) -> Message:
    """What happens when this person becomes one with the one who asked for the code."""
    lang, connection = turn.lang, turn.scene.connection
    mine, theirs = (people.identities_of(connection, who) for who in (turn.participant, stays))
    called = names([*mine, *theirs], lang)
    here, there = (listed([called[one] for one in some], lang) for some in (mine, theirs))
    found = [one for one in both(turn.scene, stays, turn.participant) if one.run.state != consultations.INTERNAL]
    points = tuple(_of_both(turn, one, called) for one in found if one.taken_back)
    blocks: list[Block | str] = [
        tr(lang, "Link {here} with {there}? Then you are one person here, with one vote.", here=here, there=there),
        _bullets(points) if points else tr(lang, "No answer is lost: you have not answered anything on both."),
    ]
    if people.roles_of(connection, stays) or people.roles_of(connection, turn.participant):
        blocks.append(tr(lang, "What you may do as an organiser or moderator is put together too."))
    blocks.append(tr(lang, "Only do this if both are really you: each can then see and change your answers."))
    buttons = (
        Button(label=tr(lang, "Yes, link them"), data=command("link", f"{code} yes")),
        Button(label=tr(lang, "No, do not link"), data=command("keep"), quiet=True),
    )
    return message(*blocks, prompt=Prompt(id="", buttons=buttons))


def _of_both(turn: Turn, one: Both, called: dict[str, str]) -> str:
    """A consultation that was answered on both, and which answers will count."""
    lang, run = turn.lang, one.run
    name = title(turn.scene.flows.of(turn.scene.connection, run), lang)
    if not one.counts:
        return tr(lang, "“{title}” is closed: it stays counted as it was.", title=name)
    kept, given = _from(one.keeps, called), moment(when(one.keeps.last_ms), run.zone, lang)
    if not kept:
        return tr(
            lang,
            "“{title}”: you answered twice. Your answers of {when} count; the others are taken back.",
            title=name,
            when=given,
        )
    return tr(
        lang,
        "“{title}”: you answered on both. Your answers from {messenger}, of {when}, count; the others are taken back.",
        title=name,
        messenger=kept,
        when=given,
    )


def _from(row: Stored, called: dict[str, str]) -> str:
    """The messenger where a session was answered; empty for one that only knows presses in a group."""
    return called.get(links.identity_of(row.lane, row.place), "") if row.lane else ""


# --- Before separating -----------------------------------------------------------------------------------------------


def which(turn: Turn, called: dict[str, str], marks: dict[str, str]) -> Message:
    """The messengers of somebody, each with its button."""
    lang = turn.lang
    buttons = [Button(label=called[one], data=command("unlink", marks[one])) for one in called]
    buttons.append(Button(label=tr(lang, "None, leave it as it is"), data=command("keep"), quiet=True))
    text = tr(lang, "These are linked, and I know that they are all you. Which one do you want to separate?")
    return message(text, prompt=Prompt(id="", buttons=tuple(buttons)))


def before_parting(turn: Turn, one: str, called: dict[str, str], mark: str) -> Message:
    """What happens when one messenger is separated."""
    lang, which = turn.lang, called[one]
    rest = listed([name for identity, name in called.items() if identity != one], lang)
    points = [
        tr(lang, "Your answers stay with {rest}. There you can see and change them as before.", rest=rest),
        tr(lang, "On {messenger} you begin as a new person, without them.", messenger=which),
    ]
    if closed_to := [_title(turn, run) for run, _row in taken_part(turn.scene, turn.participant) if _votes(run)]:
        points.append(
            tr(
                lang,
                "One person has one vote: from {messenger} you cannot answer {titles} again.",
                messenger=which,
                titles=listed([f"“{name}”" for name in closed_to], lang),
            )
        )
    if people.roles_of(turn.scene.connection, turn.participant):
        points.append(tr(lang, "What you may do as an organiser or moderator stays with {rest}.", rest=rest))
    buttons = (
        Button(label=tr(lang, "Yes, separate it"), data=command("unlink", f"{mark} yes")),
        Button(label=tr(lang, "No, leave it as it is"), data=command("keep"), quiet=True),
    )
    blocks: list[Block | str] = [
        tr(lang, "Separate {messenger} from {rest}?", messenger=which, rest=rest),
        _bullets(tuple(points)),
    ]
    return message(*blocks, prompt=Prompt(id="", buttons=buttons))


def _votes(run: Consultation) -> bool:
    return run.state in ("scheduled", "open", "closing")


def _title(turn: Turn, run: Consultation) -> str:
    return title(turn.scene.flows.of(turn.scene.connection, run), turn.lang)


def barred(lang: str, name: str) -> str:
    """To somebody who was separated and comes to what they have answered as the one they were."""
    return tr(
        lang,
        "You have answered “{title}” already, from a messenger that was linked with this one. One person has one "
        "vote. To see or change your answers here, link the two again: /link",
        title=name,
    )
