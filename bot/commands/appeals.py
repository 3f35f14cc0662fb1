"""`/appeal`: whoever a decision went against has somebody else look at it. `/figures`: what moderators did, in numbers.

The one rule: one appeal for each decision and each sanction, within two weeks. Whoever comes too late, or a second
time, is told so and why, never left without an answer.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.commands import Command
from bot.commands.following import those, which
from bot.moderation import appealing, card, figures, sanctions, telling, words
from bot.turn import Turn
from bot.visibility import published
from bot.wording import title
from flows import reading
from flows.messages import Bold, Bullets, Button, Plain, Prompt, message, paragraph
from flows.prompts import command
from locales import tr
from storage import appeals, cases, proposals
from storage import sanctions as stored
from storage.cases import DECIDED, OPEN, Case
from storage.instants import ms
from storage.proposals import HIDDEN
from storage.sanctions import Sanction

LONGEST = 500
SHOWN = 8
_NOTHING = "-"
"""What a button says in place of a reason."""


@dataclass(frozen=True, slots=True)
class Thing:
    """What is contested: a decision in a case, or the sanction that was given because of it."""

    case: Case
    sanction: Sanction | None = None

    @property
    def name(self) -> str:
        return f"s{self.sanction.id}" if self.sanction is not None else str(self.case.id)

    @property
    def at_ms(self) -> int:
        return self.sanction.since_ms if self.sanction is not None else self.case.decided_ms or 0


def appeal(turn: Turn, argument: str) -> None:
    """/appeal 12 why, /appeal s3 why; alone, what can be contested."""
    turn.scene.flush()
    name, _, why = argument.strip().partition(" ")
    thing = _named(turn, name)
    meant = _about_proposal(turn, name) if thing is None or thing.case.kind == "appeal" else []
    if len(meant) > 1:
        _choose(turn, why)
        return
    thing = next(iter(meant), thing)
    if thing is None and (_number(name) or _number(name.removeprefix("s"))):
        turn.say(tr(turn.lang, "Nothing was decided against you under this number. To see what was: /appeal"))
    elif thing is None:
        _choose(turn, argument.strip())
    elif reason := _hindrance(turn, thing):
        turn.say(reason)
    else:
        _take(turn, thing, reading.clean(why).strip())


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else None


def _named(turn: Turn, name: str) -> Thing | None:
    """What is theirs under this number."""
    connection = turn.scene.connection
    if name[:1] in ("s", "S") and (id := _number(name[1:])) is not None:
        one = stored.by_id(connection, id)
        case = cases.by_id(connection, one.case) if one is not None and one.case is not None else None
        mine = one is not None and one.participant == turn.participant
        return Thing(case, one) if mine and case is not None else None
    id = _number(name)
    case = cases.by_id(connection, id) if id is not None else None
    return Thing(case) if case is not None and case.author == turn.participant else None


def _about_proposal(turn: Turn, name: str) -> list[Thing]:
    """What was decided last against each proposal of theirs with this number: the number that authors know."""
    number, connection = _number(name), turn.scene.connection
    if number is None:
        return []
    found: dict[int, Thing] = {}
    for case in appeals.decided_against(connection, turn.participant, telling.CONTESTABLE, 0):
        proposal = proposals.by_id(connection, case.proposal) if case.proposal is not None else None
        if proposal is not None and proposal.number == number:
            found.setdefault(proposal.id, Thing(case))
    return list(found.values())


def _hindrance(turn: Turn, thing: Thing) -> str:
    """Why it cannot be contested; empty when it can."""
    connection, lang, case = turn.scene.connection, turn.lang, thing.case
    earlier = cases.by_subject(connection, appeals.subject(case, thing.sanction.id if thing.sanction else None))
    if earlier is not None and earlier.state == OPEN:
        return tr(lang, "Somebody else is looking at it already (case {n}). You will be told.", n=earlier.id)
    if earlier is not None:
        return tr(lang, "Somebody else has looked at it already: a decision can be contested once.")
    if thing.sanction is None and case.state != DECIDED:
        return _not_yet(turn, case)
    if thing.sanction is None and case.outcome not in telling.CONTESTABLE:
        return tr(lang, "Nothing was decided against you under this number. To see what was: /appeal")
    if thing.sanction is not None and thing.sanction.lifted_ms is not None:
        return tr(lang, "This was taken back already.")
    if thing.at_ms < ms(turn.scene.now - appealing.WITHIN):
        at = words.at(thing.at_ms, _zone(turn, case), lang)
        return tr(lang, "This was decided on {when}. A decision can be contested for two weeks.", when=at)
    return ""


def _not_yet(turn: Turn, case: Case) -> str:
    """Nothing is decided: it waits, or is hidden while it does."""
    proposal = proposals.by_id(turn.scene.connection, case.proposal) if case.proposal is not None else None
    if proposal is not None and proposal.state == HIDDEN:
        return tr(
            turn.lang,
            "It is hidden for a day at most, and a moderator is looking at it. You will be told what is decided, and "
            "can contest that.",
        )
    return tr(turn.lang, "Nothing is decided yet. You will be told, and can contest it then.")


def _zone(turn: Turn, case: Case) -> str:
    return words.zone_of(turn.scene.consultation(case.consultation) if case.consultation else None)


def _things(turn: Turn) -> list[Thing]:
    """What can be contested at present."""
    connection, since = turn.scene.connection, ms(turn.scene.now - appealing.WITHIN)
    decided = [
        Thing(case) for case in appeals.decided_against(connection, turn.participant, telling.CONTESTABLE, since)
    ]
    given = [_named(turn, f"s{one.id}") for one in stored.of_participant(connection, turn.participant)]
    return [thing for thing in (*decided, *given) if thing is not None and not _hindrance(turn, thing)]


def _choose(turn: Turn, why: str) -> None:
    """The only one there is, or a menu; what was typed is kept as the reason."""
    found, lang = _things(turn), turn.lang
    if not found:
        turn.say(tr(lang, "Nothing was decided against you in the last two weeks that could be contested."))
    elif len(found) == 1:
        _take(turn, found[0], reading.clean(why).strip())
    else:
        items = tuple((Bold(one.name), Plain(f" — {_line(one, lang)}")) for one in found[:SHOWN])
        buttons = tuple(Button(label=one.name, data=command("appeal", one.name)) for one in found[:SHOWN])
        asked = tr(lang, "Which decision do you contest?")
        shown = message(asked, Bullets(items), prompt=Prompt(id="", buttons=buttons, columns=4))
        turn.ask(shown, more=why)


def _line(thing: Thing, lang: str) -> str:
    code = words.punished(thing.sanction.kind) if thing.sanction is not None else thing.case.outcome
    text = card.shortened(thing.case.text)
    said = words.outcome(code, lang)
    return tr(lang, "{what}: “{text}”", what=said, text=text) if text else said


def _take(turn: Turn, thing: Thing, why: str) -> None:
    """Ask for a word why, which nobody has to give; then file it."""
    lang, sanction = turn.lang, thing.sanction
    if len(why) > LONGEST:
        turn.say(tr(lang, "That is too long: at most {n} characters.", n=LONGEST))
    elif why:
        said = "" if why == _NOTHING else why
        appealing.contest(turn, thing.case, said, sanction=sanction.id if sanction is not None else None)
    else:
        zone = _zone(turn, thing.case)
        about = sanctions.what(sanction, zone, lang)[0] if sanction is not None else _line(thing, lang)
        asked = tr(lang, "Why do you think that this is wrong? A sentence is enough, and you do not have to say.")
        buttons = (
            Button(label=tr(lang, "Without a reason"), data=command("appeal", f"{thing.name} {_NOTHING}")),
            Button(label=tr(lang, "No, leave it"), data=command("keep"), quiet=True),
        )
        turn.ask(message(about, asked, prompt=Prompt(id="", buttons=buttons)), free=f"appeal {thing.name}")


# --- In numbers ------------------------------------------------------------------------------------------------------


def tell_figures(turn: Turn, argument: str) -> None:
    """/figures: what moderators did, month by month."""
    turn.scene.flush()
    found = which(
        turn,
        "figures",
        argument,
        those(turn, lambda run, _flow: published(run), "open", "closing", "closed", "answered", "archived"),
    )
    if found is None:
        return
    run, flow, _rest = found
    months = figures.of_scope(turn.scene.connection, run.id, run.zone)
    url = f"{turn.scene.rules.public_url}/c/{run.id}/trash"
    turn.say(
        message(
            paragraph(Bold(title(flow, turn.lang))),
            *figures.told(months, turn.lang),
            tr(turn.lang, "What was refused or removed, and by which rule: {url}", url=url),
        )
    )


COMMANDS = (
    Command(
        name="appeal",
        aliases=("contester",),
        act=appeal,
        about=lambda lang: tr(lang, "have somebody else look at a decision"),
    ),
    Command(
        name="figures",
        aliases=("chiffres",),
        act=tell_figures,
        about=lambda lang: tr(lang, "what moderators did, in numbers"),
        in_group=True,
    ),
)
