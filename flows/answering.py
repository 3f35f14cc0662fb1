"""What an answer does: a press or a typed reply to the open question becomes moves of a turn.

The one rule: a reply that cannot be taken loses nothing. The question stays open, what was ticked stays ticked, and
the person reads what is expected; the third time, how everything works.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from flows import keeping, kinds, prompts, reading
from flows.effects import Note, Send, Withdraw
from flows.flow import Ask, Flow, Words
from flows.kinds.reply import Partly, Taken, Wrong
from flows.messages import message, paragraph
from flows.session import Answer, Given, OpenPrompt, Session, Stage
from flows.turn import Step, Turn, open_ask, reply, same
from flows.verbs import ask as asking
from locales import tr

TRIES = 3


def pressed(flow: Flow, session: Session, ask: Ask, opened: OpenPrompt, token: str) -> Step:
    """A button under the open question."""
    match token:
        case prompts.SKIP if ask.name not in session.answers:
            return skip(flow, session, ask, pressed=True)
        case prompts.BACK:
            return back(flow, session, pressed=True)
        case prompts.KEEP if ask.name in session.answers:
            return keep(flow, session)
        case prompts.DONT_KNOW if ask.dont_know:
            return take(flow, session, ask, Answer(Given.DONT_KNOW), pressed=True)
        case prompts.ABSTAIN if ask.abstain:
            return take(flow, session, ask, Answer(Given.ABSTAIN), pressed=True)
        case prompts.BLANK if ask.blank:
            return take(flow, session, ask, Answer(Given.BLANK), pressed=True)
        case prompts.NONE if ask.none:
            return take(flow, session, ask, Answer(Given.NONE), pressed=True)
        case prompts.DONE if kinds.drafted(ask.kind):
            return done(flow, session, ask, opened, pressed=True)
    match kinds.press(ask, token, session.lang, opened.draft):
        case Taken(value):
            return take(flow, session, ask, Answer(Given.ANSWER, value), pressed=True)
        case Partly() as moved:
            return _moved(flow, session, ask, opened, moved)
        case Wrong(why):
            return same(session, Note(text=why))
        case None:
            return same(session, Note(text=tr(session.lang, "This button does not belong to this question.")))


def take(flow: Flow, session: Session, ask: Ask, answer: Answer, *, pressed: bool = False) -> Step:
    """Put the answer on file, and go on."""
    turn = Turn.of(flow, session)
    turn.record(ask, answer)
    turn.close(only_edit=False)
    if pressed:
        recorded = tr(turn.lang, "Recorded.") if turn.kept else tr(turn.lang, "Understood.")
        turn.note(tr(turn.lang, "Skipped.") if answer.given is Given.SKIPPED else recorded)
    turn.settle()
    return turn.step()


def _moved(flow: Flow, session: Session, ask: Ask, opened: OpenPrompt, moved: Partly) -> Step:
    """An answer made in several moves has come further: show how far, in the message that is there."""
    if moved.draft == opened.draft:
        return same(session)
    turn = Turn.of(flow, session)
    if moved.keep is not None:
        turn.keep_so_far(ask, moved.keep)
    turn.tick(moved.draft, ask, opened)
    return turn.step()


def done(flow: Flow, session: Session, ask: Ask, opened: OpenPrompt, *, pressed: bool = False) -> Step:
    """What has been given so far is the answer, if it is enough."""
    match kinds.done(ask, opened.draft, session.lang):
        case Taken(value):
            return take(flow, session, ask, Answer(Given.ANSWER, value), pressed=pressed)
        case Wrong(why):
            return _tell(session, why, pressed)
        case None:
            return same(session)


def skip(flow: Flow, session: Session, ask: Ask, *, pressed: bool = False) -> Step:
    """Pass the question where it may be passed. To pass a question that has its answer is to keep the answer."""
    if ask.name in session.answers:
        return keep(flow, session)
    if ask.optional:
        return take(flow, session, ask, Answer(Given.SKIPPED), pressed=pressed)
    lang = session.lang
    others = [label for token, label in asking.ways(ask, Turn.of(flow, session).walk(), lang) if token in _OUT]
    sentence = tr(lang, "This question needs an answer. To leave here, type “stop”: your answers so far are kept.")
    if not keeping.kept(flow, session.answers):
        sentence = tr(lang, "This question needs an answer. To leave here, type “stop”.")
    if others and not pressed:  # a note under a press has room for one sentence
        sentence += " " + tr(lang, "You can also answer {words}.", words=_quoted(others, lang))
    return _tell(session, sentence, pressed)


def _quoted(labels: Sequence[str], lang: str) -> str:
    return ", ".join(tr(lang, "“{word}”", word=label) for label in labels)


_OUT = (prompts.DONT_KNOW, prompts.ABSTAIN, prompts.BLANK, prompts.NONE)


def keep(flow: Flow, session: Session) -> Step:
    """Leave the answer of a reopened question as it stands."""
    turn = Turn.of(flow, session)
    turn.reopened = None
    turn.close()
    turn.settle()
    return turn.step()


def back(flow: Flow, session: Session, *, pressed: bool = False) -> Step:
    """Open the question before this one again, with its answer; typed among cards, go to the card before."""
    ask, opened = open_ask(flow, session.open, session.id), session.open
    if ask is not None and opened is not None and not pressed:
        inside = kinds.back(ask, opened.draft, answered=ask.name in session.answers)
        if inside is not None:
            return _partly(flow, session, ask, opened, inside)
    turn = Turn.of(flow, session)
    trail = turn.walk()
    here = turn.ask
    before = trail.before(here.name if here else None)
    if before is None:
        return _tell(session, tr(session.lang, "This is the first question: there is nothing before it."), pressed)
    turn.reopen(before, trail)
    return turn.step()


def _tell(session: Session, sentence: str, pressed: bool) -> Step:
    return same(session, Note(text=sentence)) if pressed else reply(session, sentence)


# Typed replies


def said(flow: Flow, session: Session, ask: Ask, opened: OpenPrompt, text: str) -> Step:
    """Something typed while a question is open. Whether we meant one answer is a question for one reply only."""
    step = _said(flow, session, ask, opened, text)
    if opened.meant and step.session is session:
        turn = Turn.of(flow, session)
        turn.open = replace(opened, meant="")
        turn.effects += step.effects
        return turn.step()
    return step


def _said(flow: Flow, session: Session, ask: Ask, opened: OpenPrompt, text: str) -> Step:
    lang = session.lang
    is_label = kinds.is_label(ask, text, lang, flow.lang, opened.draft)
    if opened.meant and not is_label:
        match reading.yes_no(text, strict=True):
            case True:
                text, is_label = opened.meant, True
            case False:
                return reply(session, kinds.expected(ask, lang))
    if not is_label:
        step = _steered(flow, session, ask, opened, control(text, lang))
        if step is not None:
            return step
    understood = kinds.read(ask, text, lang, flow.lang, opened.draft)
    match understood:
        case Taken(value):
            return take(flow, session, ask, Answer(Given.ANSWER, value))
        case Partly() as moved:
            return _partly(flow, session, ask, opened, moved)
        case Wrong(why, meant=meant) if meant:
            return _wondered(flow, session, opened, why, meant)
        case Wrong(why, mild=True):
            return reply(session, why)
        case Wrong(why):
            return _misunderstood(flow, session, ask, opened, why)
        case None if kinds.drafted(ask.kind) and opened.draft and reading.yes_no(text, strict=True):
            return done(flow, session, ask, opened)
        case None:
            return _misunderstood(flow, session, ask, opened, "")


def control(text: str, lang: str) -> str | None:
    return reading.control(text) or _labels(lang).get(reading.fold(text))


@lru_cache(maxsize=64)
def _labels(lang: str) -> dict[str, str]:
    """The words that we ask people to type, as this language has them."""
    return {
        reading.fold(label): name
        for name, label in (
            ("skip", tr(lang, "Skip")),
            ("back", tr(lang, "Back")),
            ("done", tr(lang, "Done")),
            ("keep", tr(lang, "Keep my answer")),
            ("dont_know", tr(lang, "I don't know")),
            ("abstain", tr(lang, "I'd rather not say")),
            ("send", tr(lang, "Send")),
            ("resume", tr(lang, "Continue")),
        )
    }


def _steered(flow: Flow, session: Session, ask: Ask, opened: OpenPrompt, word: str | None) -> Step | None:
    """What a control word does here; None where it is no control word. Free text takes most words as its answer."""
    match word:
        case "skip":
            return skip(flow, session, ask)
        case "back":
            return back(flow, session)
        case "stop":
            return stop(flow, session)
        case "keep" if ask.name in session.answers:
            return keep(flow, session)
        case "dont_know" if ask.dont_know:
            return take(flow, session, ask, Answer(Given.DONT_KNOW))
        case "abstain" | "opinion" if ask.abstain:
            return take(flow, session, ask, Answer(Given.ABSTAIN))
        case "opinion" if ask.dont_know:
            return take(flow, session, ask, Answer(Given.DONT_KNOW))
        case "abstain" if ask.optional and ask.name not in session.answers:
            return take(flow, session, ask, Answer(Given.SKIPPED))
        case "blank" if ask.blank:
            return take(flow, session, ask, Answer(Given.BLANK))
        case "none" if ask.none:
            return take(flow, session, ask, Answer(Given.NONE))
        case "done" if kinds.drafted(ask.kind):
            return done(flow, session, ask, opened)
        case "help" if not isinstance(ask.kind, Words):
            return _helped(flow, session, ask, "")
        case "resume" | "again" if not isinstance(ask.kind, Words):
            return again(flow, session)
    return None


def _partly(flow: Flow, session: Session, ask: Ask, opened: OpenPrompt, moved: Partly) -> Step:
    """Part of an answer was typed: say what is missing, or show the question as it stands now."""
    if moved.draft == opened.draft and moved.say:
        return reply(session, moved.say)
    turn = Turn.of(flow, session)
    if moved.keep is not None:
        turn.keep_so_far(ask, moved.keep)
    if moved.say:
        turn.tick(moved.draft, ask, opened)
        turn.effects.append(Send(message=message(moved.say)))
    else:
        turn.open = replace(opened, draft=moved.draft)
        turn.reshow()
    return turn.step()


def _wondered(flow: Flow, session: Session, opened: OpenPrompt, why: str, meant: str) -> Step:
    """Ask whether the one choice that it could be was meant; a plain yes is enough then."""
    turn = Turn.of(flow, session)
    turn.open = replace(opened, meant=meant)
    turn.effects.append(Send(message=message(why)))
    return turn.step()


def _misunderstood(flow: Flow, session: Session, ask: Ask, opened: OpenPrompt, why: str) -> Step:
    tries = opened.tries + 1
    if tries >= TRIES:
        return _helped(flow, session, ask, why)
    lang = session.lang
    if not why:
        sorry = (
            tr(lang, "Sorry, I did not understand.") if tries == 1 else tr(lang, "Sorry, I still do not understand.")
        )
        why = sorry + " " + kinds.expected(ask, lang)
    turn = Turn.of(flow, session)
    turn.open = OpenPrompt(id=opened.id, step=opened.step, draft=opened.draft, tries=tries)
    turn.effects.append(Send(message=message(why)))
    return turn.step()


def _helped(flow: Flow, session: Session, ask: Ask, why: str) -> Step:
    """The question once more, with all the ways to answer it."""
    lang = session.lang
    turn = Turn.of(flow, session)
    draft = session.open.draft if session.open else ()
    words = [label for _, label in asking.ways(ask, turn.walk(), lang, draft)]
    lines = [tr(lang, "No worries, here is how to answer."), why or kinds.expected(ask, lang)]
    example = kinds.example(ask, lang, flow.lang)
    if example:
        lines.append(example)
    words.append(tr(lang, "stop"))
    lines.append(tr(lang, "You can also type: {words}.", words=_quoted(words, lang)))
    turn.reshow(after=[paragraph(" ".join(lines))])
    return turn.step()


# Leaving and coming back


def stop(flow: Flow, session: Session) -> Step:
    """Pause: answers stay on file, nothing more is asked until the person comes back."""
    lang = session.lang
    if session.stage is Stage.PAUSED:
        return reply(session, paused(lang))
    turn = Turn.of(flow, session)
    if turn.stage is Stage.SENT:
        turn.reopened = None
        if turn.walk().here is None:
            if session.open is None:
                return reply(session, tr(lang, "You have finished: nothing more will be asked."))
            turn.close()
            turn.confirm()
            return turn.step()
    turn.before_pause, turn.stage = turn.stage, Stage.PAUSED
    kept = tr(lang, "We stop here. Your answers so far are kept and count.")
    if keeping.held(flow, session):
        kept = tr(lang, "We stop here. Your answers so far wait for you for one day; then they are deleted.")
    none = tr(lang, "We stop here. You have not answered anything yet.")
    how = tr(lang, "To go on where you left, type /resume.")
    turn.effects.append(Send(message=message((kept if session.answers else none) + " " + how)))
    return turn.step()


def take_back(flow: Flow, session: Session) -> Step:
    """Withdraw everything that was sent, until the closing; the person may begin anew."""
    turn = Turn.of(flow, session)
    turn.effects += [Withdraw(question=name, before=answer) for name, answer in session.answers.items()]
    turn.answers, turn.said, turn.stage = {}, (), Stage.DECLINED
    turn.close()
    turn.effects.append(
        Send(message=message(tr(session.lang, "Your answers are withdrawn. To take part again, type /start.")))
    )
    return turn.step()


def paused(lang: str) -> str:
    return tr(lang, "You have stopped here. To go on where you left, type /resume.")


def again(flow: Flow, session: Session, greeting: str = "") -> Step:
    """Show what is open once more; somebody who had stopped goes on."""
    turn = Turn.of(flow, session)
    turn.reshow(before=[paragraph(greeting)] if greeting else ())
    return turn.step()
