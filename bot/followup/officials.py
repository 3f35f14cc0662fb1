"""Officials who are asked by name: the question in their own chat, and what they can do with it.

The one rule: somebody answers for one name in one consultation, because an owner said so (`/roles`); nobody else, and
nothing else. A question that is passed on stays where it is until an organiser gives it to somebody else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.contributions import beside
from bot.followup import mentions, reached, steps
from bot.letters import Whole
from bot.office.telling import in_charge, note, tell_in_private
from bot.rights import Role
from bot.turn import Turn
from bot.wording import moment, title
from flows.flow import Choice, Flow
from flows.messages import Block, Bold, Bullets, Button, Message, Plain, Prompt, message, paragraph
from flows.prompts import command
from locales import tr, trn
from storage import people, proposals, replies
from storage.consultations import Consultation
from storage.database import Connection
from storage.instants import when
from storage.outbox import Rank
from storage.proposals import LISTED, Proposal

SHOWN = 8
"""How many waiting contributions a menu offers."""


def scope(run: str, code: str) -> str:
    """The scope of the role of an official."""
    return f"{run}:{code}"


def holders(connection: Connection, run: Consultation, code: str | None) -> list[int]:
    """Who answers for a name."""
    if code is None:
        return []
    held = people.holders(connection, scope(run.id, code))
    return list(dict.fromkeys(one for one, role, _scope in held if role == Role.OFFICIAL))


def ask(turn: Turn, run: Consultation, flow: Flow, number: int, *, only: int | None = None) -> None:
    """Put a question into the chat of whoever answers for its name (or of one of them); without anybody, the organisers
    are told."""
    connection = turn.scene.connection
    proposal = proposals.by_number(connection, run.id, number)
    if proposal is None:
        return
    if proposal.addressee is None:
        _ask_whose(turn, run, flow, proposal)
        return
    found = [only] if only is not None else holders(connection, run, proposal.addressee)
    for one in people.addresses(connection, found):
        lang = one.lang or turn.scene.rules.lang
        shown = card(run, flow, proposal, lang)
        due = reached.polite(turn, run)
        turn.post(one.place, Whole(shown, lang), rank=Rank.BROADCAST, consultation=run.id, due_ms=due)
    if not found:
        _tell_nobody(turn, run, flow, proposal)


def _tell_nobody(turn: Turn, run: Consultation, flow: Flow, proposal: Proposal) -> None:
    def telling(lang: str) -> Message:
        who = steps.official(flow, proposal.addressee, lang)
        asked = tr(lang, "No. {n} is addressed to {who}, for whom nobody answers here yet.", n=proposal.number, who=who)
        role = scope(run.id, proposal.addressee or "")
        how = tr(lang, "To let somebody answer for them: /roles {scope} add official CODE", scope=role)
        return message(paragraph(Bold(title(flow, lang))), asked, how)

    tell_in_private(turn, in_charge(turn.scene, run.id), telling)


def card(run: Consultation, flow: Flow, proposal: Proposal, lang: str) -> Message:
    """One question as an official reads it."""
    who = steps.official(flow, proposal.addressee, lang)
    asked = tr(lang, "A question for {who}, no. {n}:", who=who, n=proposal.number)
    blocks: list[Block | str] = [paragraph(Bold(title(flow, lang))), asked, paragraph(proposal.text)]
    blocks += beside.facts(flow, proposal, lang, whom=False)
    if proposal.agree:
        n = proposal.agree
        blocks.append(trn(lang, "{n} person asks this too.", "{n} people ask this too.", n))
    if proposal.due_ms is not None:
        due = moment(when(proposal.due_ms), run.zone, lang)
        blocks.append(tr(lang, "An answer is due by {when}. It is published.", when=due))
    prompt = Prompt(id="", buttons=_buttons(run, proposal, lang))
    return message(*blocks, prompt=prompt, picture=beside.photo(proposal, lang))


def _buttons(run: Consultation, proposal: Proposal, lang: str) -> tuple[Button, ...]:
    number = f"{run.id} {proposal.number}"
    answer = Button(label=tr(lang, "Answer it"), data=command("answer", number))
    if proposal.addressee is None or proposal.source == LISTED:
        return (answer,)
    return answer, Button(label=tr(lang, "It is not for me"), data=command("notmine", number), quiet=True)


def reminder(run: Consultation, flow: Flow, waiting: Sequence[Proposal], lang: str, *, now_ms: int) -> Message:
    """What waits for somebody's answer: the question itself when it is one, else how many."""
    name = title(flow, lang)
    late = sum(1 for one in waiting if one.due_ms is not None and one.due_ms <= now_ms)
    if len(waiting) == 1:
        head = tr(lang, "“{title}”: this still waits for your answer.", title=name)
    else:
        n = len(waiting)
        head = tr(lang, "“{title}”: {n} contributions still wait for your answer.", title=name, n=n)
    blocks: list[Block | str] = [paragraph(Bold(head))]
    blocks += [mentions.numbered(one, lang, flow=flow) for one in waiting[:1]]
    if late:
        overdue = trn(
            lang, "{n} answer is overdue: everybody can see it.", "{n} answers are overdue: everybody can see it.", late
        )
        blocks.append(overdue)
    one = waiting[0] if len(waiting) == 1 else None
    buttons = (
        _buttons(run, one, lang) if one else (Button(label=tr(lang, "Answer it"), data=command("answer", run.id)),)
    )
    return message(*blocks, prompt=Prompt(id="", buttons=buttons))


def ask_all(turn: Turn, run: Consultation, flow: Flow, name: str, choice: Choice, *, only: int | None = None) -> None:
    """Put everything that waits for somebody in a list into their chat, in one message."""
    connection = turn.scene.connection
    mine = replies.owed(connection, run.id, [steps.listed(name)], addressee=choice.code)
    if not mine:
        return
    found = [only] if only is not None else holders(connection, run, choice.code)
    for one in people.addresses(connection, found):
        lang = one.lang or turn.scene.rules.lang
        shown = list_card(run, flow, mine, choice.label.read(lang, flow.lang), lang)
        due = reached.polite(turn, run)
        turn.post(one.place, Whole(shown, lang), rank=Rank.BROADCAST, consultation=run.id, due_ms=due)
    if not found:
        _tell_nobody(turn, run, flow, mine[0])


def list_card(run: Consultation, flow: Flow, mine: Sequence[Proposal], who: str, lang: str) -> Message:
    """The list as one of those who answer it reads it."""
    head = trn(
        lang,
        "For {who}: the proposal that people agree on most. What do you say to it?",
        "For {who}: the {n} proposals that people agree on most. What do you say to each?",
        len(mine),
        who=who,
    )
    blocks: list[Block | str] = [paragraph(Bold(title(flow, lang))), head]
    blocks.append(Bullets(tuple((Plain(mentions.numbered(one, lang, flow=flow)),) for one in mine)))
    if mine[0].due_ms is not None:
        due = moment(when(mine[0].due_ms), run.zone, lang)
        blocks.append(tr(lang, "Please answer by {when}. All answers stand beside each other, in public.", when=due))
    button = Button(label=tr(lang, "Answer now"), data=command("answer", run.id))
    return message(*blocks, prompt=Prompt(id="", buttons=(button,)))


# --- Somebody new answers, or passes on ------------------------------------------------------------------------------


def welcome(turn: Turn, run: Consultation, flow: Flow, code: str, participant: int) -> None:
    """Somebody answers for a name from now on: they get what waits for it."""
    for name, owed in steps.lists(flow).items():
        choice = next((one for one in owed.each if one.code == code), None)
        if choice is not None:
            ask_all(turn, run, flow, name, choice, only=participant)
    single = [pool for pool, owed in steps.answering(flow).items() if not owed.each]
    waiting = replies.owed(turn.scene.connection, run.id, single, addressee=code)
    for proposal in waiting[:SHOWN]:
        ask(turn, run, flow, proposal.number, only=participant)


def _ask_whose(turn: Turn, run: Consultation, flow: Flow, proposal: Proposal) -> None:
    """Whoever asked did not know whom: an organiser gives it to somebody, or answers."""
    _whose(turn, run, flow, proposal, lambda lang: tr(lang, "No. {n} names nobody. Whose is it?", n=proposal.number))


def pass_on(turn: Turn, run: Consultation, flow: Flow, proposal: Proposal) -> None:
    """An official says that a question is not for them: an organiser gives it to somebody else, or answers."""
    note(turn, "not mine", run.id, f"{proposal.number} {proposal.addressee}")

    def said(lang: str) -> str:
        who = steps.official(flow, proposal.addressee, lang)
        return tr(lang, "{who} says that no. {n} is not for them. Whose is it?", who=who, n=proposal.number)

    _whose(turn, run, flow, proposal, said)


def _whose(turn: Turn, run: Consultation, flow: Flow, proposal: Proposal, said: Callable[[str], str]) -> None:
    """Have the organisers give it to somebody, or answer it."""

    def telling(lang: str) -> Message:
        buttons = (*_others(run, flow, proposal, lang), _buttons(run, proposal, lang)[0])
        return message(
            paragraph(Bold(title(flow, lang))),
            said(lang),
            mentions.numbered(proposal, lang),
            prompt=Prompt(id="", buttons=buttons),
        )

    tell_in_private(turn, in_charge(turn.scene, run.id), telling)


def _others(run: Consultation, flow: Flow, proposal: Proposal, lang: str) -> list[Button]:
    """The other names, each a button that gives them the question."""
    owed = steps.answering(flow)[proposal.pool]
    return [
        Button(label=choice.label.read(lang, flow.lang), data=command("handto", f"{run.id} {proposal.number} .{at}"))
        for at, choice in enumerate(steps.officials(flow, owed))
        if choice.code != proposal.addressee
    ]
