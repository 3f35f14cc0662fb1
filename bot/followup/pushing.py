"""An answer goes to its author and to those who supported the proposal, once, each in their language.

The one rule: an answer is named by when it was given. One that was changed meanwhile is on its way by itself, so what
is told is always the last one, and each one once.
"""

from __future__ import annotations

from bot.followup import lineage, mentions, reached, sameness, steps
from bot.followup.reached import Person
from bot.letters import Whole
from bot.office.telling import next_page
from bot.reminders import lane_of
from bot.turn import Turn
from bot.wording import title
from flows.events import Rang
from flows.flow import Answering, Flow
from flows.messages import Block, Bold, Button, Italic, Message, Prompt, message, paragraph
from flows.prompts import command
from locales import tr
from storage import proposals, replies
from storage.consultations import Consultation
from storage.database import Connection
from storage.instants import ms
from storage.outbox import Rank
from storage.proposals import Proposal

TIMER = "answered"
PAGE = 2_000
"""How many people one event tells: finding them reads all sessions of the consultation."""


def begin(turn: Turn, run: Consultation, number: int, answered_ms: int) -> None:
    """Have an answer told: now, or after the quiet hours, where a later answer takes the place of one that waits."""
    scene, detail, lane = turn.scene, f"{number}.{answered_ms}.0", lane_of(run.id)
    due, key = reached.polite(turn, run), f"{TIMER}:{run.id}:{number}"
    if due > ms(scene.now):
        scene.arm(key, TIMER, run.id, due_ms=due, lane=lane, detail=detail)
    else:
        scene.follow(TIMER, run.id, lane=lane, place="", key=f"{key}.{turn.item.id}", detail=detail)


def ring(turn: Turn, event: Rang, run: Consultation, flow: Flow) -> None:
    """Tell an answer to the next page of people."""
    number, answered_ms, after = map(int, event.detail.split("."))
    connection = turn.scene.connection
    proposal = proposals.by_number(connection, run.id, number)
    if proposal is None or proposal.answered_ms != answered_ms or proposal.state != proposals.PUBLISHED:
        return
    owed = steps.answering(flow).get(proposal.pool)
    if owed is None:
        return
    authors, tokens = audience(connection, proposal)
    page = sorted(tokens)[after : after + PAGE]
    same = same_text(connection, flow, proposal)
    for token, person in reached.whose(turn, run, page).items():
        shown = _told(run, flow, owed, proposal, person, wrote=token in authors, same=same)
        letter = Whole(shown, person.lang)
        turn.post(person.place, letter, rank=Rank.BROADCAST, resend=False, consultation=run.id)
    if after + PAGE < len(tokens):
        next_page(turn, TIMER, run.id, f"{number}.{answered_ms}.{after + PAGE}")


def audience(connection: Connection, proposal: Proposal) -> tuple[set[str], set[str]]:
    """(tokens of the authors, tokens of everybody who is told): of the proposal and of all that was merged into it."""
    together = (proposal, *lineage.lineage(connection, proposal).absorbed)
    authors = {one.author for one in together if one.author}
    joined = replies.supporters(connection, proposal.consultation, [one.id for one in together])
    return authors, authors | joined


def same_text(connection: Connection, flow: Flow, proposal: Proposal) -> int | None:
    """The number of an earlier proposal that got the same text for an answer."""
    earlier = [
        (one.number, one.reply or "")
        for one in replies.answered(connection, proposal.consultation, steps.answering(flow))
        if one.id != proposal.id and one.addressee == proposal.addressee
    ]
    return sameness.same_as(proposal.reply or "", earlier)


def _told(
    run: Consultation,
    flow: Flow,
    owed: Answering,
    proposal: Proposal,
    person: Person,
    *,
    wrote: bool,
    same: int | None,
) -> Message:
    lang, number = person.lang, proposal.number
    text = mentions.short(proposal.text)
    if wrote:
        about = tr(lang, "No. {n}, which you wrote: “{text}”", n=number, text=text)
    else:
        about = tr(lang, "No. {n}, which you support: “{text}”", n=number, text=text)
    blocks: list[Block | str] = [
        paragraph(Bold(title(flow, lang))),
        about,
        *mentions.answer(flow, owed, proposal, lang),
    ]
    if same is not None:
        blocks.append(paragraph(Italic(same_words(same, lang))))
    asked = steps.asked_after(owed, proposal.status)
    if asked and owed.confirm is not None:
        typed = _typed(run, number, asked, lang)
        blocks += [paragraph(Bold(owed.confirm.read(lang, flow.lang))), paragraph(Italic(typed))]
    line, out = mentions.mute(run.id, lang)
    buttons = (*(_button(run.id, number, one, lang) for one in asked), out)
    return message(*blocks, line, prompt=Prompt(id="", buttons=buttons, columns=3))


def same_words(number: int, lang: str) -> str:
    """Points out that an answer was pasted."""
    return tr(lang, "The same text was given to no. {n}.", n=number)


def label(value: str, lang: str) -> str:
    """What somebody may say of an answer, as a word."""
    match value:
        case steps.YES:
            return tr(lang, "Yes")
        case steps.PARTLY:
            return tr(lang, "Partly")
        case _:
            return tr(lang, "No")


def _button(run: str, number: int, value: str, lang: str) -> Button:
    return Button(label=label(value, lang), data=command("verdict", f"{run} {number} {value[0]}"), told=True)


def _typed(run: Consultation, number: int, asked: tuple[str, ...], lang: str) -> str:
    word = "avis" if lang == "fr" else "verdict"
    example = f"/{word} {run.id} {number} {label(asked[0], lang).lower()}"
    return tr(lang, "Press a button, or type for example: {example}", example=example)
