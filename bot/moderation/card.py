"""The card of a case: everything that somebody needs to decide, and the buttons to do it with.

The one rule: it is drawn when it leaves and never stored, so that it shows no old state. What the author wrote is
always plain text; people are named by their short code.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot import acting
from bot.contributions import beside
from bot.moderation import aftermath, reviewers, rules, similar, tokens, words
from bot.moderation.detect import shown_hosts
from bot.moderation.ports import Powers
from bot.moderation.tokens import RULED, TIMED, Token
from bot.scene import Rules
from bot.shelves import Flows
from bot.wording import title
from flows.flow import Flow
from flows.messages import (
    Block,
    Bold,
    Bullets,
    Button,
    Inline,
    Italic,
    Message,
    Paragraph,
    Picture,
    Plain,
    Prompt,
    paragraph,
)
from locales import tr, trn
from storage import cases, consultations, desks, proposals, sanctions
from storage.cases import OPEN, Case
from storage.consultations import Consultation
from storage.database import Connection
from storage.instants import ms
from storage.proposals import HIDDEN, PUBLISHED, Proposal

LONGEST = 1_500
"""So much of a text is shown on a card."""
SHORT = 120
NOTES = 3
HOSTS = 5
LINKS = frozenset({"link", "deceptive_link"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What a card is drawn from. `similar` are proposals that say nearly the same, `lacking` are acts that the
    messenger does not let us do in the group, `impossible` those of them that nobody can let us do there."""

    connection: Connection
    case: Case
    consultation: Consultation | None
    title: str
    proposal: Proposal | None
    similar: Sequence[Proposal]
    lang: str
    now: datetime
    flow: Flow | None = None
    lacking: frozenset[str] = frozenset()
    impossible: frozenset[str] = frozenset()

    @property
    def zone(self) -> str:
        return words.zone_of(self.consultation)


def of_group(connection: Connection, id: int) -> str | None:
    """The group in which something may have to be done for this case."""
    case = cases.by_id(connection, id)
    return case.place if case is not None and case.kind == "message" and case.state == OPEN else None


def draw(
    connection: Connection,
    flows: Flows,
    rules_: Rules,
    id: int,
    lang: str,
    place: str,
    now: datetime,
) -> Message:
    """The card of a case as it hangs in `place`."""
    case, lang = cases.by_id(connection, id), lang or rules_.lang
    if case is None:
        return Message(body=(paragraph(tr(lang, "This case is no longer there.")),))
    like = similar.of_case(connection, flows, case)
    drawn = prepare(connection, flows, case, lang, now, similar=like, powers=rules_.powers)
    hung = desks.card(connection, id, place)
    return face(drawn, hung.view if hung else "")


def prepare(
    connection: Connection,
    flows: Flows,
    case: Case,
    lang: str,
    now: datetime,
    *,
    similar: Sequence[Proposal] = (),
    powers: Powers | None = None,
) -> Drawn:
    """Read what the card of a case is drawn from."""
    run = consultations.get(connection, case.consultation) if case.consultation else None
    flow = flows.of(connection, run) if run else None
    return Drawn(
        connection=connection,
        case=case,
        consultation=run,
        title=title(flow, lang) if flow else "",
        proposal=proposals.by_id(connection, case.proposal) if case.proposal else None,
        similar=similar,
        lang=lang,
        now=now,
        flow=flow,
        lacking=powers.lacking(case.place) if powers is not None and case.kind == "message" else frozenset(),
        impossible=powers.impossible(case.place) if powers is not None and case.kind == "message" else frozenset(),
    )


def face(drawn: Drawn, view: str = "") -> Message:
    """The card; without buttons once it is decided."""
    case, lang = drawn.case, drawn.lang
    body: list[Block] = [Paragraph((Bold(_head(drawn)),)), *_text(drawn), *_beside(drawn)]
    facts = [*_facts(drawn), *_cannot(drawn)]
    body += [paragraph("\n".join(facts))] if facts else []
    if drawn.similar and case.state == OPEN:
        body += [paragraph(tr(lang, "Like it:")), _similar(drawn.similar)]
    said = tuple(_notes(drawn))
    body += [Bullets(said)] if said else []
    if case.state != OPEN:
        more = (*_verdict(drawn), *aftermath.punished(drawn))
        return Message(body=(*body, *more), prompt=aftermath.prompt(drawn, view), picture=_photo(drawn))
    asked = _asked(view, lang)
    body += [paragraph(Italic(asked))] if asked else []
    return Message(body=tuple(body), prompt=prompt(drawn, view), picture=_photo(drawn))


# --- What it says ----------------------------------------------------------------------------------------------------


def _head(drawn: Drawn) -> str:
    case, lang = drawn.case, drawn.lang
    kind = words.kind(case, lang)
    if drawn.proposal is not None and case.kind == "proposal":
        kind = tr(lang, "proposal {number}", number=drawn.proposal.number)
    if drawn.title:
        return tr(lang, "Case {n}: {kind} — {title}", n=case.id, kind=kind, title=drawn.title)
    return tr(lang, "Case {n}: {kind}", n=case.id, kind=kind)


def _text(drawn: Drawn) -> list[Block]:
    """What it is about; of a decision that is contested also what was decided."""
    return aftermath.contested(drawn, LONGEST) or [Paragraph((Plain(_quoted(drawn)),))]


def _quoted(drawn: Drawn) -> str:
    text = drawn.case.text
    if not text:
        return tr(drawn.lang, "(The text is no longer kept.)")
    return tr(drawn.lang, "“{text}”", text=text if len(text) <= LONGEST else text[: LONGEST - 1] + "…")


def _beside(drawn: Drawn) -> list[Block]:
    """What goes with the words of a proposal, while they are kept."""
    if drawn.proposal is None or drawn.flow is None or not drawn.case.text:
        return []
    return beside.facts(drawn.flow, drawn.proposal, drawn.lang)


def _photo(drawn: Drawn) -> Picture | None:
    return beside.photo(drawn.proposal, drawn.lang) if drawn.case.text else None


def _facts(drawn: Drawn) -> Iterator[str]:
    """Who, why, since when: a line each."""
    case, lang, connection = drawn.case, drawn.lang, drawn.connection
    yield _author(drawn)
    yield from _why(drawn)
    if case.state != OPEN:
        return
    yield tr(lang, "Waiting since {when}.", when=words.at(case.opened_ms, drawn.zone, lang))
    for decision in cases.decisions_of(connection, case.id)[:3]:
        who = words.named(connection, decision.who, lang)
        said = words.verdict(decision.outcome, decision.reason, lang)
        yield tr(lang, "Before: {verdict} — {code}, {when}.", verdict=said, code=who, when=_at(drawn, decision.at_ms))
    holder = case.held(ms(drawn.now))
    if holder is not None and case.claimed_until_ms is not None:
        until = words.clock(case.claimed_until_ms, drawn.zone)
        yield tr(lang, "Taken on by {code} until {time}.", code=words.named(connection, holder, lang), time=until)
    if reviewers.stuck(connection, case):
        yield _somebody(case, lang)
    elif case.escalated:
        yield tr(lang, "The organisers decide this one.")


def _somebody(case: Case, lang: str) -> str:
    """Who has to be named so that this one can be decided."""
    said = tr(lang, "Nobody is there to decide this but who took the decision: somebody else has to be named.")
    how = (
        tr(lang, "/roles {id} add organiser CODE, and then /case {n}", id=case.scope, n=case.id)
        if case.escalated
        else tr(lang, "/roles {id} add moderator CODE, and then /case {n}", id=case.scope, n=case.id)
    )
    return f"{said} {how}"


def _author(drawn: Drawn) -> str:
    case, lang = drawn.case, drawn.lang
    if case.author is None:
        return tr(lang, "From somebody who is no longer here.")
    past = cases.history(drawn.connection, case.author, without=case.id)
    held = sanctions.of_participant(drawn.connection, case.author)
    punished = sum(one.case != case.id and one.lifted_ms is None for one in held)
    earlier = words.history(past, punished, lang)
    code = words.named(drawn.connection, case.author, lang)
    if not earlier:
        return tr(lang, "From {code}. Nothing was decided about them before.", code=code)
    return tr(lang, "From {code}. Before: {history}.", code=code, history=earlier)


def _why(drawn: Drawn) -> Iterator[str]:
    lang = drawn.lang
    told = [words.why(code, lang) for code in drawn.case.why if code != words.REPORTED]
    if told:
        yield tr(lang, "Why it is here: {reasons}.", reasons="; ".join(dict.fromkeys(told)))
    hosts = shown_hosts(drawn.case.text) if LINKS.intersection(drawn.case.why) else ()
    if hosts:
        yield tr(lang, "Its links lead to: {hosts}.", hosts=", ".join(hosts[:HOSTS]))
    reporters = cases.reporters(drawn.connection, drawn.case.id)
    if reporters:
        given = dict.fromkeys(reason for _who, reason, _trusted in reporters)
        reasons = [rules.label(reason, lang) or words.why(reason, lang) for reason in given]
        yield trn(
            lang,
            "{n} person reported it: {reasons}.",
            "{n} people reported it: {reasons}.",
            len(reporters),
            reasons=", ".join(reasons),
        )


def _cannot(drawn: Drawn) -> Iterator[str]:
    """What the messenger does not let us do, and whether somebody can change that."""
    lang = drawn.lang
    if drawn.case.state != OPEN:
        return
    missing = _named(drawn.lacking - drawn.impossible, lang)
    if missing:
        yield tr(lang, "In that group I may not: {acts}. Its administrators can let me.", acts=missing)
    never = _named(drawn.impossible, lang)
    if never:
        yield tr(lang, "In that kind of group this is not possible: {acts}.", acts=never)


def _named(acts: frozenset[str], lang: str) -> str:
    return ", ".join(acting.act_named(act, lang) for act in ("delete", "mute", "ban") if act in acts)


def _notes(drawn: Drawn) -> Iterator[tuple[Inline, ...]]:
    """What moderators noted, and the wording that one of them offered."""
    decided = cases.decisions_of(drawn.connection, drawn.case.id)
    offered = {one.detail for one in decided if one.outcome == "reword"}
    for one in desks.notes_of(drawn.connection, drawn.case.id)[-NOTES:]:
        if one.text:
            code = words.named(drawn.connection, one.who, drawn.lang)
            offer = tr(drawn.lang, "offers “{text}”", text=one.text)
            yield (Bold(code), Plain(f": {offer if str(one.number) in offered else one.text}"))


def _similar(found: Sequence[Proposal]) -> Bullets:
    items: list[tuple[Inline, ...]] = [(Bold(str(one.number)), Plain(f" — {shortened(one.text)}")) for one in found[:3]]
    return Bullets(tuple(items))


def shortened(text: str) -> str:
    """The beginning of a text, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= SHORT else line[: SHORT - 1].rstrip() + "…"


def _verdict(drawn: Drawn) -> Iterator[Block]:
    """How it ended, by whom, why."""
    case, lang = drawn.case, drawn.lang
    said = words.outcome(case.outcome, lang)
    who = words.named(drawn.connection, case.decided_by, lang) if case.decided_by is not None else ""
    at = _at(drawn, case.decided_ms) if case.decided_ms is not None else ""
    yield Paragraph((Bold(f"✔ {', '.join(part for part in (said, who, at) if part)}"),))
    if rule := rules.sentence(case.reason, lang):
        yield paragraph(Italic(tr(lang, "Rule: {rule}", rule=rule)))


def _at(drawn: Drawn, at_ms: int) -> str:
    return words.at(at_ms, drawn.zone, drawn.lang)


def _asked(view: str, lang: str) -> str:
    """What a choice within the card is about."""
    at = tokens.token(view) if view else None
    match at.verb if at else "":
        case "no" | "out" | "del" | "word":
            return tr(lang, "For which reason? The author is told this rule.")
        case "mute" | "ban":
            if at is not None and at.more:
                return tr(lang, "For which reason? The author is told this rule.")
            return tr(lang, "For how long?")
        case "join":
            return tr(lang, "With which one?")
        case _:
            return ""


# --- Buttons ---------------------------------------------------------------------------------------------------------


def prompt(drawn: Drawn, view: str) -> Prompt | None:
    """What can be pressed on an open case; nothing where nobody is there who may."""
    if reviewers.stuck(drawn.connection, drawn.case):
        return None
    labels = list(_choices(drawn, view))
    some = [_button(drawn.case, label, token) for label, token in labels]
    aside = [_button(drawn.case, label, token, quiet=True) for label, token in _aside(drawn, view)]
    return Prompt(id="", buttons=(*some, *aside), columns=2)


def _button(case: Case, label: str, token: str, *, quiet: bool = False) -> Button:
    return Button(label=label, data=tokens.data(case.id, case.turn, token), quiet=quiet)


def _choices(drawn: Drawn, view: str) -> Iterator[tuple[str, str]]:
    """(label, token) of what decides."""
    at, lang = tokens.token(view) if view else None, drawn.lang
    if at is None or at.whole:
        yield from _verbs(drawn)
    elif at.verb in RULED or (at.verb in TIMED and at.more):
        for rule in rules.about(drawn.case.kind):
            yield rule.label(lang), str(Token(at.verb, at.more, rule.code))
    elif at.verb in TIMED:
        for hours in TIMED[at.verb]:
            yield span(hours, lang), str(Token(at.verb, hours))
    else:
        for one in drawn.similar[:3]:
            yield tr(lang, "With {number}", number=one.number), str(Token("join", one.number))


def span(hours: int, lang: str) -> str:
    """A length of time on a button."""
    if hours < 24:
        return trn(lang, "{n} hour", "{n} hours", hours)
    return trn(lang, "{n} day", "{n} days", hours // 24)


def _verbs(drawn: Drawn) -> Iterator[tuple[str, str]]:
    lang = drawn.lang
    match drawn.case.kind:
        case "proposal":
            yield from _about_proposal(drawn)
        case "message":
            yield from _about_message(drawn)
        case "appeal":
            yield tr(lang, "The decision stands"), "uphold"
            yield tr(lang, "Take it back"), "reverse"
        case _:
            yield tr(lang, "Leave it as it is"), "leave"
            yield tr(lang, "Remove ..."), "out"


def _about_message(drawn: Drawn) -> Iterator[tuple[str, str]]:
    """Only what the messenger lets us do."""
    lang, lacking = drawn.lang, drawn.lacking
    yield tr(lang, "Leave it as it is"), "leave"
    if "delete" in lacking:
        return
    yield tr(lang, "Delete ..."), "del"
    if drawn.case.author is not None:
        if "mute" not in lacking:
            yield tr(lang, "Delete and mute ..."), "mute"
        if "ban" not in lacking:
            yield tr(lang, "Delete and ban ..."), "ban"


def _about_proposal(drawn: Drawn) -> Iterator[tuple[str, str]]:
    lang, proposal = drawn.lang, drawn.proposal
    if proposal is not None and proposal.state in (PUBLISHED, HIDDEN):
        yield tr(lang, "Leave it as it is"), "leave"
        yield tr(lang, "Remove ..."), "out"
        if proposal.state == PUBLISHED:
            yield tr(lang, "Hide for a day"), "hide"
    else:
        yield tr(lang, "Approve"), "ok"
        yield tr(lang, "Refuse ..."), "no"
        yield tr(lang, "Ask to reword ..."), "word"
    if drawn.similar:
        yield tr(lang, "Put together ..."), "join"


def fits(drawn: Drawn, verb: str) -> bool:
    """Can this be done about such a case, as it stands? Together with another one also when nothing like it is
    shown."""
    always = {"take", "free", "back", "show", "up"}
    joined = {"join"} if drawn.proposal is not None and drawn.case.kind == "proposal" else set()
    return verb in always | joined | {token for _label, token in _verbs(drawn)}


def _aside(drawn: Drawn, view: str) -> Iterator[tuple[str, str]]:
    """(label, token) of what decides nothing."""
    case, lang = drawn.case, drawn.lang
    if view:
        yield tr(lang, "Back"), "back"
        return
    if case.held(ms(drawn.now)) is None:
        yield tr(lang, "I take it on"), "take"
    else:
        yield tr(lang, "I give it back"), "free"
    if not case.escalated:
        yield tr(lang, "For the organisers"), "up"
