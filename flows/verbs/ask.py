"""`ask`: one question, shown as one message, and what it turns into once it is answered."""

from __future__ import annotations

from collections.abc import Sequence

from flows import keeping, kinds, prompts
from flows.flow import Ask, Flow, Grades, Lot, Photo, Propose, React, Sign, Spot
from flows.kinds import staged
from flows.messages import Block, Button, Italic, Message, Paragraph, Plain, Prompt, paragraph
from flows.session import Answer, Given
from flows.trail import Trail
from flows.wording import paragraphs, write
from locales import tr

COMPOSED = 5_000
"""So many questions of one flow are kept in words: more than any flow has places at which somebody can stand."""
_WANTS = {Photo: "photo", Spot: "place"}
"""What answers a question besides words."""


def walk(step: Ask, trail: Trail, at: int) -> int:
    """Pass the question when it is answered or not shown; else the person stands here."""
    if not trail.shows(step) or _too_early(step, trail):
        trail.answers.pop(step.name, None)
        return at + 1
    (trail.drawn if isinstance(step.kind, Lot) else trail.asked).append(step)
    answer = trail.answers.get(step.name)
    if answer is None:
        trail.unanswered.add(step.name)
        trail.open = trail.open or step
    elif step.name in trail.timed_out and answer.given is Given.SKIPPED:
        target = _target(step, trail.flow)
        if target > at:
            trail.forget(at + 1, target)
            return target
    return at + 1


def _too_early(step: Ask, trail: Trail) -> bool:
    """What others will see is not asked for before the person has said that their answers may be kept."""
    if trail.flow.keep is None or not isinstance(step.kind, Propose | React | Sign):
        return False
    if keeping.kept(trail.flow, trail.answers):
        return False
    trail.exact = trail.exact and trail.flow.keep in trail.answers
    return True


def _target(step: Ask, flow: Flow) -> int:
    to = step.timeout.to if step.timeout else None
    return -1 if to is None else flow.index.get(to, -1)


def show(
    step: Ask,
    trail: Trail,
    lang: str,
    prompt: str,
    *,
    draft: tuple[str, ...] = (),
    before: Sequence[Block] = (),
    after: Sequence[Block] = (),
) -> Message:
    """The question with everything needed to answer it, between some blocks of ours. `draft` is what has been given of
    an answer that is made in several moves."""
    if draft or before or after or step.name in trail.answers or not _as_written(step, trail.flow):
        return _compose(step, trail, lang, prompt, draft, before, after)
    return _stamp(_composed(step, trail, lang), prompt)


def _as_written(step: Ask, flow: Flow) -> bool:
    """Is this the question of the flow, and not one in somebody's own order?"""
    at = flow.index.get(step.name)
    return at is not None and flow.steps[at] is step


def _composed(step: Ask, trail: Trail, lang: str) -> Message:
    """The question as everybody sees it who comes to it for the first time, under a prompt without an id. Of one person
    there is nothing in it, so it is put into words once for all who stand at the same place."""
    left = trail.left if tells_left(step) else 0
    key = (step.name, lang, _place(step, trail), left, trail.before(step.name) is not None)
    known = trail.flow.composed
    found: Message | None = known.get(key)
    if found is None:
        if len(known) >= COMPOSED:
            known.clear()
        found = known[key] = _compose(step, trail, lang, "", (), (), ())
    return found


def _stamp(shown: Message, prompt: str) -> Message:
    """The same under the prompt with this id."""
    blank = shown.prompt
    assert blank is not None
    buttons = tuple(
        Button(
            label=one.label,
            data=prompts.under(prompt, one.data),
            chosen=one.chosen,
            quiet=one.quiet,
            main=one.main,
            number=one.number,
            told=one.told,
        )
        for one in blank.buttons
    )
    stamped = Prompt(id=prompt, buttons=buttons, free=blank.free, columns=blank.columns, wants=blank.wants)
    return Message(body=shown.body, prompt=stamped)


def _compose(
    step: Ask,
    trail: Trail,
    lang: str,
    prompt: str,
    draft: tuple[str, ...],
    before: Sequence[Block],
    after: Sequence[Block],
) -> Message:
    flow = trail.flow
    present = trail.answers.get(step.name)
    body: list[Block] = [*before]
    if staged.headed(step, draft):
        body += _head(step, trail, lang, draft)
    of_draft = kinds.blocks(step, lang, flow.lang, draft)
    if present is not None and not of_draft and not staged.staged(step.kind):
        answer = kinds.say(step, present, lang, flow.lang)
        body.append(paragraph(Italic(tr(lang, "Your answer so far:")), Plain(" " + answer)))
    body.extend(of_draft)
    body.extend(after)
    main, columns = kinds.buttons(step, lang, flow.lang, prompt, present.value if present else None, draft)
    main.extend(_aside(step, trail, lang, prompt, draft))
    return Message(
        body=tuple(body),
        prompt=Prompt(
            id=prompt,
            buttons=tuple(main),
            free=kinds.free(step, draft),
            columns=columns,
            wants=_WANTS.get(type(step.kind), ""),
        ),
    )


def _head(step: Ask, trail: Trail, lang: str, draft: tuple[str, ...]) -> list[Block]:
    """The question itself, and what it expects."""
    flow = trail.flow
    body: list[Block] = [*paragraphs(write(flow, step.text, lang, trail.left))]
    hint = kinds.hint(step, lang, flow.lang, draft)
    small = " · ".join(part for part in (hint, _progress(_place(step, trail), lang)) if part)
    return [*body, Paragraph((Italic(small),))] if small else body


def _aside(step: Ask, trail: Trail, lang: str, prompt: str, draft: tuple[str, ...]) -> list[Button]:
    # Among statements to judge one may go on as long as one likes: nothing there pushes to leave.
    main = "" if isinstance(step.kind, React) else prompts.DONE
    return [
        Button(label=label, data=prompts.data(prompt, token), quiet=True, main=token == main)
        for token, label in ways(step, trail, lang, draft)
    ]


def ways(step: Ask, trail: Trail, lang: str, draft: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """The quiet buttons (token and label): what can be done with a question besides choosing."""
    found: list[tuple[str, str]] = []
    if forward := kinds.step_forward(step, draft, lang):
        found.append((prompts.DONE, forward))
    if step.none:
        found.append((prompts.NONE, tr(lang, "None of these")))
    if step.blank:
        found.append((prompts.BLANK, tr(lang, "Blank vote")))
    if step.dont_know:
        found.append((prompts.DONT_KNOW, tr(lang, "I don't know")))
    if step.abstain:
        found.append((prompts.ABSTAIN, tr(lang, "I'd rather not say")))
    present = trail.answers.get(step.name)
    if present is not None and not (kept_as_given(step) and present.given is Given.ANSWER):
        found.append((prompts.KEEP, tr(lang, "Keep my answer")))
    elif step.optional and step.name not in trail.answers and _untouched(step, draft):
        found.append((prompts.SKIP, tr(lang, "Skip")))
    if trail.before(step.name) is not None and not kinds.back(step, draft, answered=step.name in trail.answers):
        found.append((prompts.BACK, tr(lang, "Back")))
    return found


def _untouched(step: Ask, draft: tuple[str, ...]) -> bool:
    """May the question still be passed, with nothing of it lost?"""
    return staged.headed(step, draft) and not (isinstance(step.kind, Sign) and draft)


def kept_as_given(step: Ask) -> bool:
    """Is every part of the answer on file as soon as it is given? Then there is nothing to keep or to lose."""
    return staged.staged(step.kind) or (isinstance(step.kind, Grades) and step.kind.batch is not None)


def tells_left(step: Ask) -> bool:
    """Does the text say how many questions are left?"""
    return any("{left}" in text for text in step.text.by_lang.values())


def _place(step: Ask, trail: Trail) -> tuple[int, int]:
    """Which question of how many this is; 0 for what is not told."""
    number = total = 0
    for ask in trail.asked:
        if ask.consent is None:
            total += 1
            if ask.name == step.name:
                number = total
    if not number or total == 1:
        return 0, 0
    return number, total if trail.exact else 0


def _progress(place: tuple[int, int], lang: str) -> str:
    number, total = place
    if not number:
        return ""
    if total:
        return tr(lang, "Question {number} of {total}", number=number, total=total)
    return tr(lang, "Question {number}", number=number)


def settled(
    flow: Flow, step: Ask, answer: Answer | None, lang: str, left: int = 0, draft: tuple[str, ...] = ()
) -> Message:
    """The question once it is done with: no buttons, and the answer where there is one."""
    of_draft = staged.closed(step, draft, lang, flow.lang)
    if of_draft and (answer is None or staged.staged(step.kind)):
        return Message(body=of_draft)
    text = write(flow, step.text, lang, left).strip()
    if answer is None:
        return Message(body=paragraphs(text))
    *first, last = paragraphs(text)
    mark = "✔" if answer.given is not Given.SKIPPED else "–"
    said = kinds.say(step, answer, lang, flow.lang)
    if of_draft:
        return Message(body=(*of_draft, paragraph(f"{mark} {said}")))
    return Message(body=(*first, Paragraph((*last.parts, Plain(f"\n{mark} {said}")))))
