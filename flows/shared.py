"""A vote cast on a card that many people see: one question, buttons that are the same for everybody.

    votable(flow)                              -> the question a card can ask, if there is one
    options(flow, ask)                         -> the tokens of what can be chosen in a messenger's own poll
    vote(flow, session, token)                 -> Step    what a press on the card does

The one rule: a press on a card says nothing that others can read. It changes the presser's own session and answers in
a note that only they see; the card itself shows totals, and those only when results may be seen.
"""

from __future__ import annotations

from dataclasses import replace

from flows import kinds, prompts
from flows.effects import Amend, Effect, Note, Record, Withdraw
from flows.flow import AnyOf, Ask, Flow, OneOf, Scale, Secrecy, YesNo
from flows.kinds import choices
from flows.session import Answer, Given, Session, Stage
from flows.turn import Step, same
from flows.verbs import ask as asking
from locales import tr

WITHDRAW = "out"
BLANK, NONE, DONT_KNOW, ABSTAIN = "blank", "none", "dk", "abs"
MOST = 20
"""Choices that a card can carry without becoming a wall of buttons."""


def votable(flow: Flow) -> Ask | None:
    """The question that a card can ask in front of everybody: the flow's only one, answered by a press, and neither
    confidential nor personal. None when answering needs a private chat."""
    if flow.secrecy is not Secrecy.OPEN or len(flow.asks) != 1:
        return None
    ask = flow.asks[0]
    if ask.personal or ask.when is not None or ask.consent is not None:
        return None
    match ask.kind:
        case OneOf() | YesNo() | Scale():
            return ask
        case AnyOf(at_least=least, choices=offered) if least <= 1 and len(offered) <= MOST:
            return ask
    return None


def vote(flow: Flow, session: Session, token: str) -> Step:
    """What a press on the card does to the presser's session."""
    ask = votable(flow)
    lang = session.lang
    if ask is None:
        return same(session, Note(text=tr(lang, "This question is answered in private.")))
    before = session.answers.get(ask.name)
    chosen = prompts.read_selection(token)
    if token == WITHDRAW or chosen == ():
        if before is None:
            return same(session, Note(text=tr(lang, "You have not voted here.")))
        return _withdrawn(flow, session, ask, before)
    after = _meant(ask, token, before, lang) if chosen is None else _selected(flow, ask, chosen, lang)
    match after:
        case None:
            return same(session, Note(text=tr(lang, "This button is no longer in use.")))
        case str(why):
            return same(session, Note(text=why))
        case Answer(Given.ANSWER, ()):
            return same(session) if before is None else _withdrawn(flow, session, ask, before)
        case Answer():
            return _recorded(flow, session, ask, before, after)


def _meant(ask: Ask, token: str, before: Answer | None, lang: str) -> Answer | str | None:
    """The answer after the press; a sentence when it cannot be one; None for a token that means nothing here."""
    aside = {
        BLANK: ask.blank and Given.BLANK,
        NONE: ask.none and Given.NONE,
        DONT_KNOW: ask.dont_know and Given.DONT_KNOW,
        ABSTAIN: ask.abstain and Given.ABSTAIN,
    }.get(token)
    if aside:
        return Answer(aside)
    if isinstance(ask.kind, AnyOf):
        return _ticked(ask.kind, token, before, lang)
    match kinds.press(ask, token, lang):
        case kinds.Taken(value):
            return Answer(Given.ANSWER, value)
        case _:
            return None


def options(flow: Flow, ask: Ask) -> tuple[str, ...]:
    """The tokens of everything that can be chosen in a messenger's own poll, in the order of the list. Where several
    can be chosen together, what is counted apart (blank, none of these) is left out: it goes with nothing else."""
    several = isinstance(ask.kind, AnyOf)
    apart = ((ask.none, NONE), (ask.blank, BLANK), (ask.dont_know, DONT_KNOW), (ask.abstain, ABSTAIN))
    offered, _columns = kinds.buttons(ask, flow.lang, flow.lang, "", None)
    choices_of = (str(at) for at in range(len(offered)))
    return (*choices_of, *(token for there, token in apart if there and not several))


def _selected(flow: Flow, ask: Ask, chosen: tuple[int, ...], lang: str) -> Answer | str | None:
    """A whole selection, whatever was chosen before."""
    tokens = options(flow, ask)
    if chosen[-1] >= len(tokens):
        return None
    if not isinstance(ask.kind, AnyOf):
        return _meant(ask, tokens[chosen[0]], None, lang) if len(chosen) == 1 else None
    after = choices.in_order(ask.kind.choices, {ask.kind.choices[at].code for at in chosen})
    return choices.too_many(ask.kind, after, lang) or Answer(Given.ANSWER, after)


def _ticked(kind: AnyOf, token: str, before: Answer | None, lang: str) -> Answer | str | None:
    """Everybody's button is the same, so here a press turns a choice round: in when it was out, out when it was in."""
    at = choices.index(token, len(kind.choices))
    if at is None:
        return None
    code = kind.choices[at].code
    held = before.value if before and isinstance(before.value, tuple) else ()
    after = choices.in_order(kind.choices, {str(one) for one in held} ^ {code})
    if len(after) > len(held) and (wrong := choices.too_many(kind, after, lang)):
        return wrong
    return Answer(Given.ANSWER, after)


def _recorded(flow: Flow, session: Session, ask: Ask, before: Answer | None, after: Answer) -> Step:
    lang = session.lang
    said = kinds.say(ask, after, lang, flow.lang)
    if after == before:
        return same(session, Note(text=_short(tr(lang, "Your vote stands: {answer}.", answer=said))))
    effects: list[Effect] = [Record(question=ask.name, answer=after, before=before, wording=ask.wording)]
    answers = {**session.answers, ask.name: after}
    effects += _close(flow, session, ask, after)
    text = tr(lang, "Your vote: {answer}.", answer=said)
    if before is None:
        text += " " + tr(lang, "You can change it until the closing.")
    effects.append(Note(text=_short(text)))
    return Step(
        session=replace(
            session, seq=session.seq + 1, answers=answers, stage=Stage.SENT, open=None, reopened=None, timed_out=()
        ),
        effects=tuple(effects),
    )


def _withdrawn(flow: Flow, session: Session, ask: Ask, before: Answer) -> Step:
    answers = {name: answer for name, answer in session.answers.items() if name != ask.name}
    effects: list[Effect] = [Withdraw(question=ask.name, before=before)]
    effects += _close(flow, session, ask, None)
    effects.append(Note(text=tr(session.lang, "Your vote is withdrawn.")))
    return Step(
        session=replace(
            session, seq=session.seq + 1, answers=answers, stage=Stage.ACTIVE, open=None, reopened=None, timed_out=()
        ),
        effects=tuple(effects),
    )


def _close(flow: Flow, session: Session, ask: Ask, answer: Answer | None) -> list[Effect]:
    """The same question, open in the person's private chat, is settled there too."""
    if session.open is None:
        return []
    shown = asking.settled(flow, ask, answer, session.lang)
    return [Amend(prompt=session.open.id, message=shown, only_edit=True)]


def _short(text: str) -> str:
    """A note holds 200 characters."""
    return text if len(text) <= 200 else text[:199] + "…"
