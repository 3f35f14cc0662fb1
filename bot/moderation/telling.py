"""Telling people what was decided: the author always, in their language, in the chat where they take part; whoever
reported it once.

The one rule: a decision is told with the published rule and the way to have it looked at again. Whoever blocked us or
left cannot be told; nothing is tried elsewhere, where others would read it, except for what was done in a group itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import orjson

from bot import menus
from bot.contributions import limits
from bot.contributions.pools import propose_step, react_steps
from bot.followup import steps
from bot.letters import Whole
from bot.moderation import rules, standing, words
from bot.moderation.card import shortened, span
from bot.scene import Scene
from bot.turn import Turn
from bot.wording import title
from flows.flow import Flow
from flows.kinds.proposing import asks
from flows.messages import Block, Bold, Button, Message, Prompt, message, paragraph
from flows.prompts import command
from locales import tr
from storage import appeals, ballots, cases, consultations, people, proposals, sessions
from storage.cases import Case
from storage.instants import ms
from storage.outbox import Rank
from storage.proposals import PUBLISHED, Proposal

WORDING = frozenset({"unclear", "several_ideas", "personal_data"})
"""Reasons that are about how something is said: the same idea may come again in other words."""
CONTESTABLE = frozenset({"refuse", "remove", "delete", "mute", "ban", "merge"})
"""Outcomes against somebody: they may have them looked at again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Where an author can be written to, and where what they type comes from."""

    participant: int
    lane: str
    place: str
    lang: str


def author_of(scene: Scene, case: Case) -> Author | None:
    """The author in the chat where they take part, else in another private one; None when they cannot be reached."""
    if case.author is None or not people.known(scene.connection, case.author):
        return None
    if case.consultation is not None:
        stored = sessions.find(scene.connection, case.author, case.consultation)
        speaker = people.speakers(scene.connection, [stored.lane]).get(stored.lane) if stored else None
        if stored is not None and speaker is not None and speaker.reachable:
            lang = str(orjson.loads(stored.state)["lang"]) if stored.state else speaker.lang or scene.rules.lang
            return Author(participant=case.author, lane=stored.lane, place=stored.place, lang=lang)
    for one in people.addresses(scene.connection, [case.author]):
        return Author(participant=case.author, lane=one.lane, place=one.place, lang=one.lang or scene.rules.lang)
    return None


def tell_author(turn: Turn, case: Case, outcome: str, reason: str | None, *, hours: int = 0, offer: str = "") -> bool:
    """Tell the author what was decided; False when nobody can be told."""
    author = author_of(turn.scene, case)
    if author is None:
        return _tell_group(turn, case, outcome, reason, hours) if case.kind == "message" else False
    said = told(turn.scene, case, outcome, reason, author.lang, hours=hours, offer=offer)
    _post(turn, author, said, case)
    return True


def _post(turn: Turn, author: Author, said: Message, case: Case) -> None:
    turn.post(author.place, Whole(said, author.lang), consultation=case.consultation)
    if said.prompt is not None:
        shown = menus.write(said.prompt)
        turn.scene.flush()
        people.set_menus(turn.scene.connection, [{"at": author.lane, "shown": shown}])


def _tell_group(turn: Turn, case: Case, outcome: str, reason: str | None, hours: int) -> bool:
    """Somebody who never wrote to us in private is told where it happened, without their words and without a name."""
    if outcome not in ("delete", "mute", "ban"):
        return False
    lang = turn.scene.rules.lang
    deleted = tr(lang, "A moderator deleted a message in the group.")
    lines = [deleted, _ended(outcome, lang, hours), _rule(reason, lang), _again(case, lang)]
    turn.post(case.place, Whole(message(*(line for line in lines if line)), lang))
    return True


# --- The words -------------------------------------------------------------------------------------------------------


def told(
    scene: Scene, case: Case, outcome: str, reason: str | None, lang: str, *, hours: int = 0, offer: str = ""
) -> Message:
    """What the author reads."""
    proposal = proposals.by_id(scene.connection, case.proposal) if case.proposal else None
    run = consultations.get(scene.connection, case.consultation) if case.consultation else None
    flow = scene.flows.of(scene.connection, run) if run else None
    lines: list[Block | str] = []
    if flow is not None:
        lines.append(paragraph(Bold(title(flow, lang))))
    about = _contested(scene, case)
    published = proposal.text if outcome == "accepted" and proposal is not None else about.text
    lines.append(_about(replace(about, text=published), flow, proposal, lang))
    if outcome == "approve" and flow is not None and proposal is not None:
        lines.append(_approved(flow, proposal, lang))
    else:
        lines.append(_said(scene, case, proposal, outcome, lang, hours, offer))
    if outcome not in ("approve", "leave", "accepted"):
        lines += [line for line in (_rule(reason, lang),) if line]
    if outcome in CONTESTABLE:
        lines.append(_again(case, lang))
    buttons = _answers(case, proposal, lang, offer) if outcome == "reword" else ()
    if outcome == "refuse" and reason in WORDING and proposal is not None and _may_send(scene, case, proposal, flow):
        lines.append(tr(lang, "You can say it differently and send it again."))
        again = command("propose", f"{proposal.consultation} p{proposal.number}")
        buttons = (Button(label=tr(lang, "I rewrite it"), data=again),)
    return message(*lines, prompt=Prompt(id="", buttons=buttons) if buttons else None)


def _may_send(scene: Scene, case: Case, proposal: Proposal, flow: Flow | None) -> bool:
    """Is there still room for another text of theirs? Nothing is promised that would be refused for its number."""
    run = scene.consultation(proposal.consultation)
    kind = propose_step(flow, proposal.pool) if flow is not None else None
    if run is None or run.state != "open" or run.key is None or kind is None or case.author is None:
        return False
    token, now_ms = ballots.token(run.key, case.author), ms(scene.now)
    if token != proposal.author or standing.barred(scene.connection, case.author, run.id, now_ms) is not None:
        return False
    return limits.left_of(scene.connection, run.id, case.author, token, proposal.pool, kind, now_ms) > 0


def _contested(scene: Scene, case: Case) -> Case:
    """What somebody contested, with its own text; any other case as it is."""
    found = cases.by_id(scene.connection, case.appeal_of) if case.appeal_of is not None else None
    return found or case


def _about(case: Case, flow: Flow | None, proposal: Proposal | None, lang: str) -> str:
    text = shortened(case.text)
    if not text:
        return words.kind(case, lang)
    if proposal is not None:
        kind = propose_step(flow, proposal.pool) if flow is not None else None
        if kind is not None and asks(kind):
            return tr(lang, "No. {n}, which you wrote: “{text}”", n=proposal.number, text=text)
        return tr(lang, "Your proposal no. {n}: “{text}”", n=proposal.number, text=text)
    return tr(lang, "What you wrote: “{text}”", text=text)


def _said(scene: Scene, case: Case, proposal: Proposal | None, outcome: str, lang: str, hours: int, offer: str) -> str:
    match outcome:
        case "approve":
            return tr(lang, "A moderator has read it. It is published: others can judge it now.")
        case "leave":
            return tr(lang, "A moderator has looked at it again. It stays as it is.")
        case "refuse":
            return tr(lang, "A moderator has read it. It is not published.")
        case "merge":
            into = proposals.by_id(scene.connection, proposal.into) if proposal and proposal.into else None
            return tr(
                lang, "A moderator put it together with no. {n}, which says the same.", n=into.number if into else ""
            )
        case "reword":
            asked = tr(lang, "A moderator asks you to say it in other words.")
            return asked + (" " + tr(lang, "They offer this wording: “{text}”", text=offer) if offer else "")
        case "accepted":
            return tr(lang, "It is published in the wording that you accepted. What you wrote first is kept beside it.")
        case "hide":
            return tr(lang, "It is hidden for a day at most, until somebody has decided about it.")
        case "remove":
            return tr(lang, "A moderator took it away. Others no longer see it.")
        case "uphold":
            return tr(lang, "Somebody else has looked at the decision. It stands.")
        case "reverse":
            return _taken_back(case, proposal, lang)
        case _:
            return _done(outcome, lang, hours)


def _approved(flow: Flow, proposal: Proposal, lang: str) -> str:
    """What happens to a text that was approved: it is judged by others, or it waits for an answer."""
    if react_steps(flow, proposal.pool):
        return tr(lang, "A moderator has read it. It is published: others can judge it now.")
    who = steps.official(flow, proposal.addressee, lang)
    if who:
        return tr(lang, "A moderator has read it. It goes to {who} now; you will get the answer here.", who=who)
    if proposal.pool in steps.answering(flow):
        return tr(lang, "A moderator has read it. It is published; you will get the answer here.")
    return tr(lang, "A moderator has read it. It is published.")


def _taken_back(case: Case, proposal: Proposal | None, lang: str) -> str:
    """What it comes to that somebody else saw it otherwise."""
    said = tr(lang, "Somebody else has looked at the decision, and took it back.")
    if appeals.sanction_of(case) is not None:
        return f"{said} {tr(lang, 'The sanction is lifted, and is not held against you.')}"
    if proposal is not None and proposal.state == PUBLISHED:
        return f"{said} {tr(lang, 'It is published now.')}"
    return said


def _done(outcome: str, lang: str, hours: int) -> str:
    """What was done in a group, to its author."""
    if outcome == "mute":
        return tr(lang, "A moderator deleted it. You cannot write in the group for {time}.", time=span(hours, lang))
    if outcome == "ban":
        return tr(lang, "A moderator deleted it. You are kept out of the group for {time}.", time=span(hours, lang))
    return tr(lang, "A moderator deleted it.")


def _ended(outcome: str, lang: str, hours: int) -> str:
    """What was done to somebody, for a group that they may read along with others; empty for nothing."""
    if outcome == "mute":
        return tr(lang, "Its author cannot write here for {time}.", time=span(hours, lang))
    if outcome == "ban":
        return tr(lang, "Its author is kept out of here for {time}.", time=span(hours, lang))
    return ""


def _rule(reason: str | None, lang: str) -> str:
    rule = rules.sentence(reason, lang)
    return tr(lang, "The rule: {rule}", rule=rule) if rule else ""


def _again(case: Case, lang: str) -> str:
    return tr(
        lang,
        "If you think that this is wrong, write /appeal {n} and why: another moderator will look at it.",
        n=case.id,
    )


def _answers(case: Case, proposal: Proposal | None, lang: str, offer: str) -> tuple[Button, ...]:
    """What an author may do who was asked for other words."""
    if proposal is None:
        return ()
    this = f"{case.id}.{case.turn}"
    use = Button(label=tr(lang, "Use this wording"), data=command("accept", f"{case.id} {case.turn}"))
    write = Button(label=tr(lang, "I rewrite it"), data=command("reword", f"c{this}"))
    leave = Button(label=tr(lang, "No, leave it"), data=command("keep", f"o{this}"), quiet=True)
    return (use, write, leave) if offer else (write, leave)


# --- Whoever reported it ---------------------------------------------------------------------------------------------


def tell_reporters(turn: Turn, case: Case, outcome: str) -> None:
    """Whoever reported it is told once how it ended."""
    scene = turn.scene
    reporters = [who for who, _reason, _trusted in cases.reporters(scene.connection, case.id)]
    for one in people.addresses(scene.connection, reporters):
        lang = one.lang or scene.rules.lang
        said = tr(
            lang,
            "You reported something: “{text}”. A moderator has decided: {outcome}. Thank you.",
            text=shortened(case.text),
            outcome=words.outcome(outcome, lang),
        )
        turn.post(one.place, Whole(message(said), lang), rank=Rank.BROADCAST, resend=False)
