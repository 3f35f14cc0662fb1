"""What somebody put forward or signed, and how it stands.

The one rule: it is found by the person's own token, while there is a key; nobody else's is shown.
"""

from __future__ import annotations

from bot.contributions.pools import react_steps
from bot.followup import lineage, mentions, steps
from bot.moderation.rules import REASONS
from bot.turn import Turn
from bot.wording import moment, title
from flows.flow import Flow
from flows.messages import Block, Bold, Bullets, Inline, Plain, paragraph
from locales import tr
from storage import ballots, proposals, sessions, signatures
from storage.consultations import Consultation
from storage.instants import when
from storage.proposals import Proposal

SHOWN = 20
"""How many of one consultation are told, the newest ones."""


def told(turn: Turn) -> list[Block]:
    """Everything of this person's, one consultation after the other; empty when there is nothing."""
    connection, found = turn.scene.connection, list[Block]()
    for row in sessions.of_participant(connection, turn.participant):
        run = turn.scene.consultation(row.consultation)
        if run is None or run.key is None:
            continue
        flow, token = turn.scene.flows.of(connection, run), ballots.token(run.key, turn.participant)
        items = [
            *(_item(turn, run, flow, one) for one in proposals.of_author(connection, run.id, token)[-SHOWN:]),
            *(_signed(one, turn.lang) for one in signatures.of_token(connection, run.id, token)),
        ]
        if items:
            found += [paragraph(Bold(f"{title(flow, turn.lang)} ({run.id})")), Bullets(tuple(items))]
            found += _to_share(turn, run, flow, token)
    return found


def _to_share(turn: Turn, run: Consultation, flow: Flow, token: str) -> list[Block]:
    """How to bring others to the newest one that they can read and judge."""
    mine = proposals.of_author(turn.scene.connection, run.id, token)[-SHOWN:]
    shown = [one for one in mine if one.state == proposals.PUBLISHED and react_steps(flow, one.pool)]
    if run.state != "open" or not shown:
        return []
    return [paragraph(tr(turn.lang, "A link to share one of them: /share {id} {n}", id=run.id, n=shown[-1].number))]


def _item(turn: Turn, run: Consultation, flow: Flow, proposal: Proposal) -> tuple[Inline, ...]:
    said = mentions.numbered(proposal, turn.lang, 120) if proposal.text else f"{proposal.number}"
    return (Plain(f"{said} — {standing(turn, run, flow, proposal)}"),)


def standing(turn: Turn, run: Consultation, flow: Flow, proposal: Proposal) -> str:
    """How a proposal stands, for its author."""
    lang = turn.lang
    match proposal.state:
        case proposals.WAITING:
            return tr(lang, "a moderator is going to read it")
        case proposals.REWORDED:
            return tr(lang, "you were asked for other words")
        case proposals.REFUSED:
            return tr(lang, "not published: {why}", why=_why(proposal, lang))
        case proposals.REMOVED:
            return tr(lang, "taken away: {why}", why=_why(proposal, lang))
        case proposals.HIDDEN:
            return tr(lang, "hidden until a moderator has read it again")
        case proposals.WITHDRAWN:
            return tr(lang, "you took it back")
        case proposals.MERGED:
            other = lineage.stands_with(turn.scene.connection, proposal)
            return tr(lang, "stands with no. {n}", n=other.number)
        case _:
            return _published(run, flow, proposal, lang)


def _published(run: Consultation, flow: Flow, proposal: Proposal, lang: str) -> str:
    owed = steps.answering(flow).get(proposal.pool)
    if owed is not None and proposal.answered_ms is not None:
        state = steps.state(flow, owed, proposal.status, lang)
        reply = mentions.short(proposal.reply or "")
        return tr(lang, "answered: {state}. {reply}", state=state, reply=reply)
    if owed is None or proposal.due_ms is None:
        return tr(lang, "everybody can read it")
    state = steps.state(flow, owed, proposal.status, lang)
    due = moment(when(proposal.due_ms), run.zone, lang)
    if state:
        return tr(lang, "{state}; an answer is due by {when}", state=state, when=due)
    return tr(lang, "published; an answer is due by {when}", when=due)


def _why(proposal: Proposal, lang: str) -> str:
    """The published rule that it fell under."""
    rule = REASONS.get(proposal.reason or "")
    return rule.sentence(lang) if rule is not None else tr(lang, "no reason was kept")


def _signed(signature: signatures.Signature, lang: str) -> tuple[Inline, ...]:
    match signature.shown:
        case "name":
            said = tr(lang, "You signed, with your name: {name}", name=signature.name)
        case "initials":
            said = tr(lang, "You signed, with your initials.")
        case _:
            said = tr(lang, "You signed; your name is not shown.")
    return (Plain(said),)
