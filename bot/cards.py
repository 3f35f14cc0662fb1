"""Cards: a consultation in front of a whole group or channel, with its buttons and, when it may be seen, its tally.

    post      hang a card in a place
    press     somebody pressed a button on one
    face      what a card shows now

The one rule: everybody's buttons are the same, and what somebody pressed is told to nobody else. The card shows totals,
and those only while `bot.visibility` lets it. (When it is drawn again: `bot.hanging`.)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bot import presses
from bot.letters import Card
from bot.linking import one
from bot.office import adding
from bot.results import phrases
from bot.scene import Live, Scene
from bot.turn import Turn
from bot.visibility import published, visible
from bot.wording import hours, petition, title
from flows import kinds, shared
from flows.effects import Note
from flows.events import Said
from flows.flow import AnyOf, Ask, Flow, ResultsMode
from flows.messages import (
    Block,
    Bold,
    Bullets,
    Button,
    Inline,
    Italic,
    Message,
    Paragraph,
    Plain,
    Poll,
    Prompt,
    paragraph,
)
from flows.prompts import card, read_card
from flows.session import Session
from flows.tally import counts
from flows.tally.counts import QuestionResult, Result
from flows.wording import paragraphs, write
from locales import tr, trn
from storage import ballots
from storage.consultations import Consultation
from storage.instants import ms
from storage.outbox import Rank

BAR = 10
"""Signs in a bar, all of them for everybody's vote."""


# --- Hanging and pressing --------------------------------------------------------------------------------------------


def post(scene: Scene, consultation: str, place: str, *, key: str) -> None:
    """Show the card in a place, as a new message."""
    letter = Card(consultation, scene.rules.lang)
    scene.send(place, letter, key=key, rank=Rank.BROADCAST, consultation=consultation)


def press(turn: Turn, id: str, token: str) -> None:
    """Count, change or withdraw the vote of somebody who pressed a button on a card, or typed what stands for it. What
    was typed is not confirmed by a message to the whole group where the card shows soon that it counts."""
    scene = turn.scene
    consultation = scene.consultation(id)
    if consultation is None or not published(consultation):
        turn.note(tr(turn.lang, "This button is no longer in use."))
        return
    if consultation.state == "scheduled":
        turn.note(hours(consultation, turn.lang))
        return
    live = _seated(turn, id)
    if live is None and one.is_barred(scene, consultation, turn.participant, turn.identity):
        presses.has_voted(turn, consultation)
        return
    live = live or _seat(turn, consultation)
    if not turn.accepts(live):
        presses.too_late(turn, consultation)
        return
    flow = scene.flows.of(scene.connection, consultation)
    if shared.votable(flow) is None:
        presses.refuse(turn, consultation)
        return
    step = shared.vote(flow, live.session, token)
    if isinstance(turn.event, Said) and step.session is not live.session and visible(consultation):
        step = replace(step, effects=tuple(effect for effect in step.effects if not isinstance(effect, Note)))
    turn.vote(live, flow, step)


def _seated(turn: Turn, id: str) -> Live | None:
    """The presser's session, if they have one; the scene has loaded it."""
    who, lives = turn.participant, turn.scene.lives.values()
    return next((live for live in lives if live.participant == who and live.consultation.id == id), None)


def _seat(turn: Turn, consultation: Consultation) -> Live:
    """A session for somebody who votes here for the first time. It has no private place: nothing is ever sent there
    on account of a press in a group."""
    scene = turn.scene
    id = scene.rules.draw(turn.item.lane, consultation.id)
    flow = scene.flows.of(scene.connection, consultation)
    return Live(
        id=id,
        participant=turn.participant,
        consultation=consultation,
        flow=flow,
        lane="",
        place="",
        session=Session(id=str(id), flow=flow.version, lang=turn.lang),
        last_ms=ms(turn.event.at),
        token=ballots.token(consultation.key, turn.participant) if consultation.key else None,
    )


# --- What it shows ---------------------------------------------------------------------------------------------------


def face(
    consultation: Consultation,
    flow: Flow,
    result: Result,
    lang: str,
    *,
    private_url: str,
    rules: Iterable[str] = (),
    happened: Iterable[str] = (),
    contributed: str = "",
) -> Message:
    """The card as it is now. `private_url` opens a private chat; `rules` (what decides), `happened` (what was changed
    since it opened) and `contributed` (how much was put forward and judged) are sentences."""
    ask = shared.votable(flow)
    name = title(flow, lang)
    blocks: list[Block] = [Paragraph((Bold(name),))]
    if flow.summary is not None:
        blocks += paragraphs(write(flow, flow.summary, lang, len(flow.questions)))
    if ask is not None and (text := write(flow, ask.text, lang, 0)).strip() != name.strip():
        blocks += paragraphs(text)
    running = consultation.state == "open"
    if ask is not None and visible(consultation):
        blocks += _tally(flow, ask, result.questions[0], lang)
    blocks.append(paragraph(_turnout(result, lang) if ask is not None else phrases.taken_part(lang, result)))
    if contributed:
        blocks.append(paragraph(contributed))
    if told := " ".join(sentence for sentence in (*rules, _hidden(consultation, lang)) if sentence):
        blocks.append(paragraph(Italic(told)))
    blocks += [paragraph(Italic(sentence)) for sentence in happened]
    if running and adding.open_list(flow) is not None:
        blocks.append(paragraph(tr(lang, "To add a choice, reply to this message with it.")))
    if when := hours(consultation, lang):
        blocks.append(paragraph(when))
    poll = _poll(consultation, flow, ask, lang) if ask is not None else None
    if not running:
        return Message(body=tuple(blocks), poll=poll)
    buttons = ballot(consultation, flow, ask, lang) if ask is not None else []
    if ask is None:
        label = tr(lang, "Sign in private") if petition(flow) else tr(lang, "Answer in private")
        buttons.append(Button(label=label, data="", url=private_url))
    columns = kinds.buttons(ask, lang, flow.lang, "", None)[1] if ask is not None else 1
    return Message(body=tuple(blocks), prompt=Prompt(id="", buttons=tuple(buttons), columns=columns), poll=poll)


def _poll(consultation: Consultation, flow: Flow, ask: Ask, lang: str) -> Poll | None:
    """The question for messengers with polls of their own. They show everybody the tally at once, so that only a vote
    with a live result becomes one; and none of them can add a choice to a poll that runs."""
    tokens = shared.options(flow, ask)
    if consultation.results != ResultsMode.LIVE or adding.open_list(flow) is not None or len(tokens) > shared.MOST:
        return None
    over = consultation.result is not None
    if not over and consultation.state != "open":
        return None
    labels = {read_card(one.data): one.label for one in ballot(consultation, flow, ask, lang)}
    return Poll(
        id=card(consultation.id, ""),
        question=write(flow, ask.text, lang, 0),
        options=tuple(labels[consultation.id, token] for token in tokens),
        most=ask.kind.at_most or len(tokens) if isinstance(ask.kind, AnyOf) else 1,
        over=over,
    )


def ballot(consultation: Consultation, flow: Flow, ask: Ask, lang: str) -> list[Button]:
    """A button for each choice, the same for everybody, and the way to take a vote back."""
    offered, _columns = kinds.buttons(ask, lang, flow.lang, "", None)
    buttons = [Button(label=one.label, data=card(consultation.id, str(at))) for at, one in enumerate(offered)]
    aside = (
        (ask.none, shared.NONE, tr(lang, "None of these")),
        (ask.blank, shared.BLANK, tr(lang, "Blank vote")),
        (ask.dont_know, shared.DONT_KNOW, tr(lang, "I don't know")),
        (ask.abstain, shared.ABSTAIN, tr(lang, "I'd rather not say")),
        (True, shared.WITHDRAW, tr(lang, "Withdraw my vote")),
    )
    buttons += [
        Button(label=label, data=card(consultation.id, token), quiet=True) for offered, token, label in aside if offered
    ]
    return buttons


def _tally(flow: Flow, ask: Ask, question: QuestionResult, lang: str) -> list[Block]:
    """A bar, a share and a number for each choice, in the order of the list, so that nothing jumps about."""
    all_of_them = question.answered
    items: list[tuple[Inline, ...]] = []
    for row, part in zip(question.rows, counts.percents(question), strict=True):
        bar = "▰" * (-(-row.count * BAR // all_of_them) if all_of_them else 0)
        measure = phrases.measure(lang, question, row, part)
        items.append((Plain(phrases.label(lang, flow, question, row) + "\n" + f"{bar:▱<{BAR}} {measure}"),))
    several = isinstance(ask.kind, AnyOf)
    apart = " · ".join(phrases.not_answered(lang, question))
    remarks = [tr(lang, "Several answers are possible.") if several else "", apart]
    said = " ".join(remark for remark in remarks if remark)
    blocks: list[Block] = [Bullets(tuple(items))]
    return [*blocks, paragraph(Italic(said))] if said else blocks


def _turnout(result: Result, lang: str) -> str:
    n = result.participants
    if not n:
        return tr(lang, "Nobody has voted yet.")
    return trn(lang, "{count} person has voted.", "{count} people have voted.", n, count=phrases.number(lang, n))


def _hidden(consultation: Consultation, lang: str) -> str:
    if visible(consultation) or consultation.state != "open":
        return ""
    return tr(lang, "The result is shown to nobody before the closing.")
