"""Words that several messages share: a proposal by its number, an answer, a number of people.

The one rule: what somebody typed is a `Plain` node of its own.
"""

from __future__ import annotations

from dataclasses import replace

from bot.contributions.pools import words_of
from bot.followup import steps
from flows.flow import Answering, Flow
from flows.messages import Block, Bold, Button, Italic, paragraph
from flows.prompts import command
from locales import tr
from storage.proposals import LISTED, Proposal

LONGEST = 300
"""How much of a proposal is repeated in a message about it."""


def short(text: str, most: int = LONGEST) -> str:
    """The beginning of a text, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def numbered(proposal: Proposal, lang: str, most: int = LONGEST, *, flow: Flow | None = None) -> str:
    """A proposal with its number; with `flow`, what the organiser wrote is in the reader's language."""
    text = proposal.text if flow is None else words(flow, proposal, lang)
    return tr(lang, "No. {n}: “{text}”", n=proposal.number, text=short(text, most))


def words(flow: Flow, proposal: Proposal, lang: str) -> str:
    """What a proposal says, also where it is a copy on a list."""
    if proposal.source != LISTED or proposal.code is None:
        return words_of(flow, proposal, lang)
    source = replace(proposal, pool=proposal.pool.partition(":")[0], code=proposal.code.partition(":")[0])
    return words_of(flow, source, lang)


def answer(flow: Flow, owed: Answering, proposal: Proposal, lang: str) -> list[Block]:
    """The answer as everybody reads it: who gives it, its state, its reason."""
    state, who = steps.state(flow, owed, proposal.status, lang), steps.official(flow, proposal.addressee, lang)
    if who:
        head = tr(lang, "The answer of {who}: {state}.", who=who, state=state)
    else:
        head = tr(lang, "The answer: {state}.", state=state)
    return [paragraph(Bold(head)), paragraph(proposal.reply or "")]


def mute(consultation: str, lang: str) -> tuple[Block, Button]:
    """How to get no more news: a line that says what to type, and a button."""
    word = "sansnouvelles" if lang == "fr" else "mute"
    line = tr(lang, "To get no more news of this consultation: {command}", command=f"/{word} {consultation}")
    label = tr(lang, "No more news of this consultation")
    return paragraph(Italic(line)), Button(label=label, data=command("mute", consultation), quiet=True, told=True)
