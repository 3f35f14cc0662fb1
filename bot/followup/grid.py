"""What several people say to the same proposals, beside each other; told once to those who wrote or support them.

The one rule: nobody's answer is told alone. The grid goes out when all is answered, or when it is due, and says who has
not answered.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.contributions.pools import words_of
from bot.followup import mentions, reached, steps
from bot.letters import Whole
from bot.office.telling import next_page
from bot.pages.model import QuestionResult, Table
from bot.reminders import lane_of
from bot.turn import Turn
from bot.wording import title
from flows.events import Rang
from flows.flow import Answering, Choice, Flow
from flows.messages import Block, Bold, Bullets, Inline, Plain, Prompt, message, paragraph
from locales import tr
from storage import proposals, replies
from storage.consultations import Consultation
from storage.database import Connection
from storage.outbox import Rank
from storage.proposals import Proposal

TIMER = "grid"
PAGE = 2_000
"""How many people one event tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One proposal of the list, and what each person says to it (None: nothing yet), in the order of the flow."""

    number: int
    text: str
    answers: tuple[Proposal | None, ...]


def grid(connection: Connection, run: Consultation, flow: Flow, name: str, lang: str) -> list[Line]:
    """The list with its answers. What was taken away since is left out, with what was said to it."""
    owed = steps.lists(flow)[name]
    lines: dict[int, dict[str, Proposal]] = {}
    for copy in replies.listed(connection, run.id, steps.listed(name)):
        if copy.parent is not None:
            lines.setdefault(copy.parent, {})[copy.addressee or ""] = copy
    sources, found = proposals.by_ids(connection, lines), []
    for parent, copies in lines.items():
        source = sources.get(parent)
        if source is not None and source.state in (proposals.PUBLISHED, proposals.MERGED):
            answers = [copies.get(choice.code) for choice in owed.each]
            given = tuple(one if one is not None and one.answered_ms is not None else None for one in answers)
            found.append(Line(number=source.number, text=words_of(flow, source, lang), answers=given))
    return found


def told(connection: Connection, run: Consultation, flow: Flow, lang: str) -> list[Block | str]:
    """The grid for a chat: each proposal, and under it one line for each person; nothing where there is no list."""
    blocks: list[Block | str] = []
    for name, owed in steps.lists(flow).items():
        for line in grid(connection, run, flow, name, lang):
            blocks.append(paragraph(Bold(tr(lang, "No. {n}: “{text}”", n=line.number, text=mentions.short(line.text)))))
            blocks.append(Bullets(tuple(_said(flow, owed, who, one, lang) for who, one in _each(owed, line))))
    return blocks


def _each(owed: Answering, line: Line) -> list[tuple[Choice, Proposal | None]]:
    return list(zip(owed.each, line.answers, strict=True))


def _said(flow: Flow, owed: Answering, who: Choice, one: Proposal | None, lang: str) -> tuple[Inline, ...]:
    name = who.label.read(lang, flow.lang)
    if one is None:
        return (Plain(tr(lang, "{who}: {said}", who=name, said=tr(lang, "no answer"))),)
    state = steps.state(flow, owed, one.status, lang)
    return Bold(tr(lang, "{who}: {said}", who=name, said=state)), Plain(f" — {mentions.short(one.reply or '')}")


def question(connection: Connection, run: Consultation, flow: Flow, lang: str) -> QuestionResult | None:
    """The grid for the page; None where there is no list."""
    tables = tuple(
        _table(flow, owed, lines, lang)
        for name, owed in steps.lists(flow).items()
        if (lines := grid(connection, run, flow, name, lang))
    )
    return QuestionResult(text=tr(lang, "Who says what"), rows=(), tables=tables) if tables else None


def _table(flow: Flow, owed: Answering, lines: list[Line], lang: str) -> Table:
    def cell(one: Proposal | None) -> str:
        if one is None:
            return tr(lang, "no answer")
        state = steps.state(flow, owed, one.status, lang)
        return tr(lang, "{who}: {said}", who=state, said=one.reply or "")

    return Table(
        caption=tr(lang, "The proposals that people agree on most, and what each person says to them."),
        heads=(tr(lang, "Proposal"), *(one.label.read(lang, flow.lang) for one in owed.each)),
        rows=tuple((f"{line.number}. {line.text}", *(cell(one) for one in line.answers)) for line in lines),
    )


# --- Told once -------------------------------------------------------------------------------------------------------


def answered(turn: Turn, run: Consultation) -> None:
    """Somebody answered: when nothing is owed any more, everybody is told."""
    flow = turn.scene.flows.of(turn.scene.connection, run)
    pools = [steps.listed(name) for name in steps.lists(flow)]
    if not replies.count_owed(turn.scene.connection, run.id, pools):
        due(turn, run)


def due(turn: Turn, run: Consultation) -> None:
    """The grid is told, unless it was: its key is the same whenever it comes."""
    turn.scene.follow(TIMER, run.id, lane=lane_of(run.id), place="", key=f"{TIMER}:{run.id}", detail="0")


def ring(turn: Turn, event: Rang, run: Consultation, flow: Flow) -> None:
    """The grid goes to the next page of those who wrote or support what is on it."""
    connection, after = turn.scene.connection, int(event.detail)
    sources = {
        number
        for name in steps.lists(flow)
        for copy in replies.listed(connection, run.id, steps.listed(name))
        if (number := copy.parent) is not None
    }
    written = {one.author for one in proposals.by_ids(connection, sources).values() if one.author}
    tokens = sorted(written | replies.supporters(connection, run.id, sources))
    for person in reached.whose(turn, run, tokens[after : after + PAGE]).values():
        lang = person.lang
        head = tr(lang, "What the people you asked say to the proposals that you wrote or support, and to the others:")
        line, out = mentions.mute(run.id, lang)
        blocks = [paragraph(Bold(title(flow, lang))), head, *told(connection, run, flow, lang), line]
        shown = message(*blocks, prompt=Prompt(id="", buttons=(out,)))
        letter, polite = Whole(shown, lang), reached.polite(turn, run)
        turn.post(person.place, letter, rank=Rank.BROADCAST, resend=False, consultation=run.id, due_ms=polite)
    if after + PAGE < len(tokens):
        next_page(turn, TIMER, run.id, str(after + PAGE))
