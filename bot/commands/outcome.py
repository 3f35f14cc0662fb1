"""What organisers tell people while it runs and after: reminders, corrections, outcomes.

The one rule: an organiser reads what will be sent, and to how many, before it leaves.
"""

from __future__ import annotations

from bot import marks, menus
from bot.commands import Command, dates
from bot.commands.lifecycle import confirm, sure_of
from bot.commands.meant import meant
from bot.letters import Progress
from bot.mailings import running
from bot.mailings.told import announced, draw_of
from bot.office import OfficeError, answering, correcting, nudging
from bot.rights import Act
from bot.turn import Turn
from bot.walltime import local
from bot.wording import moment, title
from flows import fixing
from flows.flow import Audience, Flow
from flows.messages import Block, Bold, Bullets, Button, Inline, Plain, Prompt, message, paragraph
from flows.prompts import command
from locales import tr, trn
from storage.changes import Outcome
from storage.consultations import Consultation
from storage.instants import ms

LONGEST = 2_000
LONGEST_WHO = 200


# --- Reminders -------------------------------------------------------------------------------------------------------


def remind(turn: Turn, argument: str) -> None:
    """/remind: how many people a reminder would reach, and one tap to send it."""
    found = meant(turn, "remind", Act.REMIND, argument, "open")
    if found is None:
        return
    run, flow, rest = found
    first, _, second = rest.lower().partition(" ")
    audience = _audience(first)
    if told := nudging.too_soon(turn, run):
        turn.say(told)
    elif audience is not None and sure_of(second)[0]:
        mailing = nudging.remind(turn, run, flow, audience)
        turn.scene.send(turn.item.place, Progress(mailing, turn.lang), key=running.name(mailing), consultation=run.id)
        shown = draw_of(turn.scene, mailing, run, flow, turn.lang).prompt
        turn.scene.show_menu(turn.item.lane, menus.write(shown) if shown is not None else None)
    else:
        _preview(turn, run, flow, audience)


def _audience(word: str) -> Audience | None:
    match word:
        case "unfinished" | "inacheves" | "inachevés":
            return Audience.UNFINISHED
        case "subscribed" | "inscrits" | "abonnes" | "abonnés":
            return Audience.SUBSCRIBED
        case _:
            return None


def _reaches_nobody(wanted: Audience | None, name: str, lang: str) -> str:
    match wanted:
        case Audience.UNFINISHED:
            why = tr(lang, "nobody has begun and not finished, except those who said stop or cannot be reached.")
        case Audience.SUBSCRIBED:
            why = tr(lang, "nobody who asked to be told has still to begin.")
        case _:
            why = tr(
                lang,
                "nobody has begun and not finished, except those who said stop or cannot be reached; "
                "and nobody who asked to be told has still to begin.",
            )
    return tr(lang, "A reminder of “{title}” would reach nobody at the moment: {why}", title=name, why=why)


def _preview(turn: Turn, run: Consultation, flow: Flow, wanted: Audience | None) -> None:
    """The number of people for each audience, never a name."""
    lang, found = turn.lang, nudging.reach(turn.scene.connection, run.id)
    shown = {audience: n for audience, n in found.items() if n and wanted in (None, audience)}
    if not shown:
        turn.say(_reaches_nobody(wanted, title(flow, lang), lang))
        return
    lines: list[Block | str] = [paragraph(Bold(title(flow, lang)))]
    at = nudging.leaves(turn, run)
    for audience, n in shown.items():
        whom = running.reach(turn.scene.connection, "nudge", audience.value, flow, run.id)
        takes = announced(whom, turn.scene.rules.pace, at, run.zone, lang)
        lines.append(f"{_reaches(audience, n, lang)} {takes}".strip())
    if at > turn.scene.now:
        lines.append(tr(lang, "It is quiet time: it leaves {when}.", when=moment(at, run.zone, lang)))
    buttons = [
        Button(label=_send(audience, n, lang), data=command("remind", f"{run.id} {audience.value} yes"))
        for audience, n in shown.items()
    ]
    buttons.append(Button(label=tr(lang, "No, send nothing"), data=command("keep"), quiet=True))
    turn.ask(message(*lines, prompt=Prompt(id="", buttons=tuple(buttons))))


def _reaches(audience: Audience, n: int, lang: str) -> str:
    if audience is Audience.UNFINISHED:
        return trn(
            lang,
            "{n} person has begun and not finished. This reaches {n} person. Send?",
            "{n} people have begun and not finished. This reaches {n} people. Send?",
            n,
        )
    return trn(
        lang,
        "{n} person asked to be told and has not begun. This reaches {n} person. Send?",
        "{n} people asked to be told and have not begun. This reaches {n} people. Send?",
        n,
    )


def _send(audience: Audience, n: int, lang: str) -> str:
    if audience is Audience.UNFINISHED:
        return tr(lang, "Send to those who have not finished ({n})", n=n)
    return tr(lang, "Send to those who have not begun ({n})", n=n)


# --- Corrections -----------------------------------------------------------------------------------------------------


def fix(turn: Turn, argument: str) -> None:
    """/fix: correct a typing mistake; after the first answer a colleague has to agree."""
    found = meant(turn, "fix", Act.FIX, argument, "draft", "review", "scheduled", "open")
    if found is None:
        return
    run, flow, rest = found
    where, _, text = rest.partition(" ")
    if where in ("ok", "no", "non") and text.strip().isdecimal():
        _decide(turn, run, where == "ok", int(text))
        return
    name, _, lang = where.partition(":")
    lang = lang or (turn.lang if turn.lang in flow.langs else flow.lang)
    if not text.strip():
        _show_texts(turn, run, flow, lang)
        return
    written, done = correcting.correct(turn, run, name, lang, text.strip()[: fixing.LONGEST])
    if done:
        turn.say(message(tr(turn.lang, "Corrected:"), marks.compared(written, turn.lang)))
    else:
        asked = tr(turn.lang, "People have already answered: a colleague has to agree. They were asked.")
        turn.say(message(asked, marks.compared(written, turn.lang)))


def _decide(turn: Turn, run: Consultation, agreed: bool, number: int) -> None:
    if agreed:
        correcting.approve(turn, run, number)
        turn.say(tr(turn.lang, "The correction is in force, and everybody can see it."))
    else:
        correcting.refuse(turn, run, number)
        turn.say(tr(turn.lang, "The wording stays as it is."))


def _show_texts(turn: Turn, run: Consultation, flow: Flow, lang: str) -> None:
    """What can be corrected, and how."""
    items: list[tuple[Inline, ...]] = [
        (Bold(where), Plain(f" — {text.read(lang, flow.lang)}")) for where, text in fixing.texts(flow).items()
    ]
    how = tr(
        turn.lang,
        "To correct a text, write its name and the new text. For example: /fix {id} title {text}",
        id=run.id,
        text=title(flow, lang),
    )
    other = tr(turn.lang, "In another language: /fix {id} title:{lang} ...", id=run.id, lang=flow.langs[-1])
    turn.say(message(Bullets(tuple(items)), how, *([other] if len(flow.langs) > 1 else [])))


# --- Outcomes --------------------------------------------------------------------------------------------------------


def outcome(turn: Turn, argument: str) -> None:
    """/outcome: what comes of it, who follows it up, until when; read over once, then told to everybody."""
    found = meant(turn, "outcome", Act.OUTCOME, argument, "closed", "answered")
    if found is None:
        return
    run, flow, rest = found
    lang, (sure, said) = turn.lang, sure_of(rest)
    if not said:
        asked = tr(lang, "What comes of “{title}”? Write three things, with a | between them:", title=title(flow, lang))
        no = Button(label=tr(lang, "Not now"), data=command("keep"), quiet=True)
        shown = message(asked, _example(lang, ""), prompt=Prompt(id="", buttons=(no,)))
        turn.ask(shown, free=f"outcome {run.id}")
        return
    given = _read(turn, run, said)
    if given is None:
        return
    if not sure:
        where = tr(lang, "It is sent to everybody who took part, and where the consultation was announced.")
        shown = answering.told(flow, given, lang)
        written = f"{given.text} | {given.who} | {given.due}"
        confirm(turn, message(*shown.body, where), tr(lang, "Yes, publish"), "outcome", run.id, more=written)
        return
    answering.give(turn, run, given)
    turn.say(tr(lang, "Published. On that day I will ask you how it stands."))


def _read(turn: Turn, run: Consultation, said: str) -> Outcome | None:
    """The outcome as typed; what is missing is told."""
    lang = turn.lang
    parts = [part.strip() for part in said.replace("\n", " ").split("|") if part.strip()]
    if len(parts) < 3:
        missing = tr(lang, "Who follows it up, and until when?") if len(parts) < 2 else tr(lang, "Until when?")
        turn.say(message(missing, _example(lang, run.id)))
        return None
    *texts, who, due = parts
    text = " | ".join(texts)
    today = local(turn.scene.now, run.zone)
    day = dates.read(due, today, run.zone)
    if day is None:
        turn.say(message(tr(lang, "I do not understand the date “{words}”.", words=due[:60]), _example(lang, run.id)))
        return None
    if day.date() <= today.date():
        raise OfficeError(tr(lang, "The day until which it is followed up must lie in the future."))
    if len(text) > LONGEST or len(who) > LONGEST_WHO:
        raise OfficeError(tr(lang, "That is too long: at most {n} characters.", n=LONGEST))
    return Outcome(text, who, day.date().isoformat(), ms(turn.scene.now))


def _example(lang: str, id: str) -> str:
    example = tr(lang, "The lane will be built next spring. | Ms Dupont, roads department | 2027-03-31")
    word = "suite" if lang == "fr" else "outcome"
    return tr(lang, "For example: {example}", example=f"/{word} {id} {example}" if id else example)


COMMANDS = (
    Command(
        name="remind",
        aliases=("relancer",),
        act=remind,
        about=lambda lang: tr(lang, "remind people, with their number first"),
        needs=Act.REMIND,
    ),
    Command(
        name="fix",
        aliases=("corriger",),
        act=fix,
        about=lambda lang: tr(lang, "correct a typing mistake"),
        needs=Act.FIX,
    ),
    Command(
        name="outcome",
        aliases=("suite",),
        act=outcome,
        about=lambda lang: tr(lang, "tell people what comes of it"),
        needs=Act.OUTCOME,
    ),
)
