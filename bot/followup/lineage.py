"""What was merged into what.

The one rule: a merged proposal keeps its number, its author and its votes; it only says with which it stands now.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.followup import mentions, reached
from bot.letters import Whole
from bot.office.telling import Telling
from bot.turn import Turn
from bot.wording import title
from flows.flow import Flow
from flows.messages import Bold, Message, Prompt, message, paragraph
from locales import tr
from storage import proposals, replies
from storage.consultations import Consultation
from storage.database import Connection
from storage.outbox import Rank
from storage.proposals import Proposal

_DEPTH = 50
"""Nobody merges so often; a ring, which cannot be made by pressing buttons, would end here too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """`stands_with` is the proposal that speaks for this one now (None: it speaks for itself); `absorbed` are all
    those that stand with it, however many steps away, by number."""

    stands_with: Proposal | None
    absorbed: tuple[Proposal, ...]


def lineage(connection: Connection, proposal: Proposal) -> Lineage:
    """Where a proposal went, and what came to it."""
    last = stands_with(connection, proposal)
    return Lineage(
        stands_with=None if last.id == proposal.id else last, absorbed=tuple(_absorbed(connection, proposal))
    )


def stands_with(connection: Connection, proposal: Proposal) -> Proposal:
    """The end of the chain: what was merged into something that was merged stands with the last one."""
    last, seen = proposal, {proposal.id}
    while last.state == proposals.MERGED and last.into is not None and len(seen) < _DEPTH:
        following = proposals.by_id(connection, last.into)
        if following is None or following.id in seen:
            break
        seen.add(following.id)
        last = following
    return last


def _absorbed(connection: Connection, proposal: Proposal) -> list[Proposal]:
    found: dict[int, Proposal] = {}
    ids = [proposal.id]
    while ids:
        below = [one for one in replies.merged_into(connection, ids) if one.id not in found and one.id != proposal.id]
        found.update((one.id, one) for one in below)
        ids = [one.id for one in below]
    return sorted(found.values(), key=lambda one: one.number)


def sentences(found: Lineage, lang: str) -> list[str]:
    """For the page and lists: with what it stands, and what stands with it."""
    said = []
    if found.stands_with is not None:
        said.append(tr(lang, "Stands with no. {n} now. Its votes stay here.", n=found.stands_with.number))
    if found.absorbed:
        numbers = ", ".join(str(one.number) for one in found.absorbed)
        said.append(
            tr(lang, "Speaks for these numbers too: {numbers}. Their authors are its authors.", numbers=numbers)
        )
    return said


def ring_merged(turn: Turn, run: Consultation, flow: Flow, number: int) -> None:
    """Proposal `number` stands with another one: tell the author of that one, and those whose proposals came along.
    The author of `number` is told by whoever decided, with the reason and the way to contest it."""
    connection = turn.scene.connection
    gone = proposals.by_number(connection, run.id, number)
    if gone is None or gone.state != proposals.MERGED:
        return
    kept = stands_with(connection, gone)
    _tell(turn, run, flow, kept.author, told(flow, gone, kept), but={gone.author})
    for one in _absorbed(connection, gone):
        _tell(turn, run, flow, one.author, told_along(flow, one, kept), but={gone.author, kept.author})


def _tell(
    turn: Turn, run: Consultation, flow: Flow, author: str | None, telling: Telling, *, but: set[str | None]
) -> None:
    if author is None or author in but:
        return
    for person in reached.whose(turn, run, [author]).values():
        line, out = mentions.mute(run.id, person.lang)
        shown = telling(person.lang)
        shown = message(*shown.body, line, prompt=Prompt(id="", buttons=(out,)))
        letter, due = Whole(shown, person.lang), reached.polite(turn, run)
        turn.post(person.place, letter, rank=Rank.BROADCAST, resend=False, consultation=run.id, due_ms=due)


def told(flow: Flow, gone: Proposal, kept: Proposal) -> Telling:
    """What the author of a proposal reads with which another one stands now."""

    def telling(lang: str) -> Message:
        return message(
            paragraph(Bold(title(flow, lang))),
            tr(lang, "Proposal no. {n} now stands with yours, no. {other}.", n=gone.number, other=kept.number),
            mentions.numbered(gone, lang),
            tr(
                lang,
                "They say the same. Votes stay where they were given, and both of you are named as its authors, "
                "by number.",
            ),
        )

    return telling


def told_along(flow: Flow, mine: Proposal, kept: Proposal) -> Telling:
    """What the author of a proposal reads whose speaker was merged in its turn."""

    def telling(lang: str) -> Message:
        return message(
            paragraph(Bold(title(flow, lang))),
            tr(lang, "Your proposal no. {n} now stands with no. {other}.", n=mine.number, other=kept.number),
            mentions.numbered(kept, lang),
            tr(
                lang,
                "They say the same. Votes stay where they were given, and all of you are named as its authors, "
                "by number.",
            ),
        )

    return telling
