"""What an answer does: a press or a typed reply to the open question becomes moves of a turn.

The one rule: a reply that cannot be taken loses nothing. The question stays open, what was ticked stays ticked, and
the person reads what is expected; the third time, how everything works.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from flows import keeping, kinds, leaving, onward, prompts, reading
from flows.effects import Note, Send
from flows.events import Fetched, Shared
from flows.flow import Ask, Flow, Sign, Words
from flows.kinds import staged
from flows.kinds.reply import Partly, Taken, Then, Wrong
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
        case Taken() as taken:
            return _taken(flow, session, ask, taken, pressed=True)
        case Partly() as moved:
            return _moved(flow, session, ask, opened, moved)
        case Wrong(why):
            return same(session, Note(text=why))
        case None:
            return same(session, Note(text=tr(session.lang, "This button does not belong to this question.")))


def pressed_behind(flow: Flow, session: Session, ask: Ask, opened: OpenPrompt, token: str) -> Step:
    """A button under the message before the open question, where that one may still be pressed."""
    match staged.press_behind(ask, token, session.lang, opened.draft):
        case Partly() as moved:
            return _moved(flow, session, ask, opened, moved)
        case Wrong(why):
            return same(session, Note(text=why))
        case _:
            return same(session, Note(text=tr(session.lang, "This button does not belong to this question.")))


def fetched(flow: Flow, session: Session, event: Fetched) -> Step:
    """What the open question was waiting for. Whatever nobody waits for changes nothing."""
    ask, opened = open_ask(flow, session.open, session.id), session.open
    if ask is None or opened is None or ask.name != event.question or session.stage is Stage.PAUSED:
        return same(session)
    match staged.fetched(ask, opened.draft, event, session.lang):
        case Taken() as taken:
            return _taken(flow, session, ask, taken)
        case Partly(draft=draft):
            turn = Turn.of(flow, session)
            onward.fetched(turn, ask, opened, draft)
            return turn.step()
        case _:
            return same(session)


def shared(flow: Flow, session: Session, ask: Ask, event: Shared) -> Step | None:
    """A picture or a place as the answer; None where the question has no use for it."""
    match kinds.received(ask, event, session.lang):
        case Taken() as taken:
            return _taken(flow, session, ask, taken)
        case Wrong(why):
            return reply(session, why)
        case _:
            return None


def _taken(flow: Flow, session: Session, ask: Ask, taken: Taken, *, pressed: bool = False) -> Step:
    """An answer is complete, with all that it does besides."""
    return take(flow, session, ask, Answer(taken.given, taken.value), pressed=pressed, taken=taken)


def take(
    flow: Flow, session: Session, ask: Ask, answer: Answer, *, pressed: bool = False, taken: Taken | None = None
) -> Step:
    """Put the answer on file, and go on."""
    turn = Turn.of(flow, session)
    if taken is not None:
        turn.contribute(ask, taken.effects)
    turn.record(ask, answer)
    if taken is not None and staged.staged(ask.kind):
        onward.settle_behind(turn, ask, taken)
    turn.close(only_edit=False)
    if pressed:
        recorded = tr(turn.lang, "Recorded.") if turn.kept else tr(turn.lang, "Understood.")
        turn.note(tr(turn.lang, "Skipped.") if answer.given is Given.SKIPPED else recorded)
    if taken is not None and taken.say:
        turn.effects.append(Send(message=message(taken.say)))
    if taken is not None and taken.draft and answer.given is Given.ANSWER:
        turn.drafts[ask.name] = taken.draft
    turn.settle()
    return turn.step()


def _moved(flow: Flow, session: Session, ask: Ask, opened: OpenPrompt, moved: Partly) -> Step:
    """An answer made in several moves has come further: show how far, in the message that is there."""
    if moved.draft == opened.draft:
        return same(session)
    turn = Turn.of(flow, session)
    onward.keep_so_far(turn, ask, moved)
    if moved.note or moved.effects:
        turn.note(moved.note or tr(turn.lang, "Recorded."))
    if staged.staged(ask.kind):
        onward.go(turn, ask, opened, moved)
    else:
        turn.tick(moved.draft, ask, opened)
    return turn.step()


def done(flow: Flow, session: Session, ask: Ask, opened: OpenPrompt, *, pressed: bool = False) -> Step:
    """What has been given so far is the answer, if it is enough."""
    match kinds.done(ask, opened.draft, session.lang):
        case Taken() as taken:
            return _taken(flow, session, ask, taken, pressed=pressed)
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
                return reply(session, _expected(flow, ask, session))
    if not is_label:
        step = _steered(flow, session, ask, opened, control(text, lang))
        if step is not None:
            return step
    understood = kinds.read(ask, text, lang, flow.lang, opened.draft)
    match understood:
        case Taken() as taken:
            return _taken(flow, session, ask, taken)
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
            return leaving.stop(flow, session)
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
            return leaving.again(flow, session)
    return None


def _partly(flow: Flow, session: Session, ask: Ask, opened: OpenPrompt, moved: Partly) -> Step:
    """Part of an answer was typed: say what is missing, or show the question as it stands now."""
    if moved.draft == opened.draft and moved.say:
        return reply(session, moved.say)
    turn = Turn.of(flow, session)
    onward.keep_so_far(turn, ask, moved)
    if staged.staged(ask.kind):
        onward.go(turn, ask, opened, moved if moved.then is not Then.HERE else replace(moved, then=Then.NEXT))
        if moved.say:
            turn.effects.append(Send(message=message(moved.say)))
    elif moved.say:
        turn.tick(moved.draft, ask, opened)
        turn.effects.append(Send(message=message(moved.say)))
    elif isinstance(ask.kind, Sign):
        turn.close()
        turn.show(ask, turn.walk(), draft=moved.draft)
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


def _expected(flow: Flow, ask: Ask, session: Session) -> str:
    draft = session.open.draft if session.open else ()
    return kinds.expected(ask, session.lang, flow.lang, draft)


def _misunderstood(flow: Flow, session: Session, ask: Ask, opened: OpenPrompt, why: str) -> Step:
    tries = opened.tries + 1
    if tries >= TRIES:
        return _helped(flow, session, ask, why)
    lang = session.lang
    if not why:
        sorry = (
            tr(lang, "Sorry, I did not understand.") if tries == 1 else tr(lang, "Sorry, I still do not understand.")
        )
        why = sorry + " " + _expected(flow, ask, session)
    turn = Turn.of(flow, session)
    turn.open = OpenPrompt(id=opened.id, step=opened.step, draft=opened.draft, tries=tries, behind=opened.behind)
    turn.effects.append(Send(message=message(why)))
    return turn.step()


def _helped(flow: Flow, session: Session, ask: Ask, why: str) -> Step:
    """The question once more, with all the ways to answer it."""
    lang = session.lang
    turn = Turn.of(flow, session)
    draft = session.open.draft if session.open else ()
    words = [label for _, label in asking.ways(ask, turn.walk(), lang, draft)]
    lines = [tr(lang, "No worries, here is how to answer."), why or _expected(flow, ask, session)]
    example = kinds.example(ask, lang, flow.lang)
    if example:
        lines.append(example)
    words.append(tr(lang, "stop"))
    lines.append(tr(lang, "You can also type: {words}.", words=_quoted(words, lang)))
    turn.reshow(after=[paragraph(" ".join(lines))])
    return turn.step()
