"""Which consultation a command is about.

The one rule: only those that the person may do this to are named or offered. Whoever may not learns that they may not,
and what is missing is told with an example.
"""

from __future__ import annotations

from rapidfuzz import fuzz, process

from bot.rights import Act
from bot.turn import Turn
from bot.visibility import published
from bot.wording import title
from flows import reading
from flows.flow import Flow
from flows.messages import Button, Prompt, message
from flows.prompts import command
from locales import tr
from storage import consultations
from storage.consultations import Consultation

_NEAR = 80
"""From this likeness (of 100) on, a word is taken for a mistyped consultation. Dates lie far below."""


def meant(
    turn: Turn, name: str, act: Act | None, argument: str, *states: str, alone: bool = False
) -> tuple[Consultation, Flow, str] | None:
    """The consultation that somebody means, with the rest of what they typed: the one named, or the only one there is;
    else a menu of them is shown, which remembers the rest. `alone`: with only one there is, everything is the rest."""
    lang = turn.lang
    runs = consultations.all_of(turn.scene.connection, *states)
    found = [(run, _flow(turn, run)) for run in runs if act is None or turn.may(act, run.id)]
    first, _, rest = argument.strip().partition(" ")
    first, _, more = first.partition("\n")
    rest = f"{more}\n{rest}".strip() if more else rest.strip()
    named = next((pair for pair in found if pair[0].id == first.lower()), None)
    if named is not None:
        return (*named, rest)
    other = consultations.get(turn.scene.connection, first.lower()) if first else None
    if other is not None and (told := _not_now(turn, other, act)):
        turn.say(told)
        return None
    titles = [title(flow, lang) for _run, flow in found]
    if argument.strip() and isinstance(at := reading.pick(argument, titles), int):
        return (*found[at], "")
    near = process.extractOne(first.lower(), [run.id for run, _flow in found], scorer=fuzz.ratio, score_cutoff=_NEAR)
    if first and near is not None:
        _did_you_mean(turn, name, first, near[0], rest)
        return None
    if len(found) == 1 and (alone or not argument.strip()):
        return (*found[0], argument.strip())
    if not found:
        turn.say(tr(lang, "There is no such consultation at the moment."))
        return None
    labels = [
        f"{label} ({run.id})" if titles.count(label) > 1 else label
        for label, (run, _flow) in zip(titles, found, strict=True)
    ]
    buttons = tuple(
        Button(label=label, data=command(name, run.id)) for label, (run, _flow) in zip(labels, found, strict=True)
    )
    name = argument.strip()[:60]
    unknown = [tr(lang, "There is no consultation called “{name}”.", name=name)] if name and not alone else []
    which = tr(lang, "Which consultation do you mean?")
    asked = message(*unknown, which, prompt=Prompt(id="", buttons=buttons))
    turn.ask(asked, more=argument.strip() if alone else "")
    return None


def _did_you_mean(turn: Turn, name: str, typed: str, id: str, rest: str) -> None:
    """Offer the consultation whose name is nearly what was typed; what was typed after it is kept."""
    lang = turn.lang
    unknown = tr(lang, "There is no consultation called “{name}”.", name=typed[:60])
    buttons = (
        Button(label=id, data=command(name, id)),
        Button(label=tr(lang, "No, change nothing"), data=command("keep"), quiet=True),
    )
    asked = message(unknown, tr(lang, "Did you mean “{near}”?", near=id), prompt=Prompt(id="", buttons=buttons))
    turn.ask(asked, more=rest)


def _flow(turn: Turn, run: Consultation) -> Flow:
    return turn.scene.flows.of(turn.scene.connection, run)


def _not_now(turn: Turn, run: Consultation, act: Act | None) -> str:
    """Why nothing can be done to a consultation that exists; empty when the person should not know of it."""
    lang = turn.lang
    known = published(run) or turn.may(Act.STATUS, run.id)
    if not known:
        return ""
    if act is not None and not turn.may(act, run.id):
        return tr(lang, "You have no role for “{id}” that allows this.", id=run.id)
    told = published(run) or turn.item.private
    name = title(_flow(turn, run), lang) if told else run.id
    said = tr(lang, "“{title}” is {state}: this cannot be done now.", title=name, state=state(run.state, lang))
    return f"{said} {_first(run, act, lang)}".strip()


def _first(run: Consultation, act: Act | None, lang: str) -> str:
    """What has to be done before; empty where nothing would help."""
    match run.state, act:
        case "open", Act.OUTCOME | Act.ARCHIVE:
            return tr(lang, "Close it first: /close {id}", id=run.id)
        case "draft", Act.EXTEND | Act.CLOSE | Act.REMIND | Act.OUTCOME:
            return tr(lang, "Publish it first: /open {id}", id=run.id)
        case "review", Act.EXTEND | Act.CLOSE | Act.REMIND | Act.OUTCOME | Act.ARCHIVE:
            return tr(lang, "It is waiting for approval: /review {id}", id=run.id)
        case "closing", _:
            return tr(lang, "Try again in a moment.")
        case _:
            return ""


def state(name: str, lang: str) -> str:
    """A state as a word in a sentence."""
    match name:
        case "draft":
            return tr(lang, "a draft")
        case "review":
            return tr(lang, "being reviewed")
        case "scheduled":
            return tr(lang, "announced, not open yet")
        case "open":
            return tr(lang, "open")
        case "closing":
            return tr(lang, "being counted")
        case "closed":
            return tr(lang, "closed")
        case "answered":
            return tr(lang, "closed and answered")
        case _:
            return tr(lang, "put away")
