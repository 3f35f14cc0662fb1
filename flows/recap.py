"""The recap: every question with its answer, to read over before sending and to change until closing.

The one rule: the recap is no step. Its message leaves under the step name `recap`, but the session calls it `@recap`,
which no step can be called.
"""

from __future__ import annotations

from collections.abc import Sequence

from flows import keeping, kinds, prompts, verbs
from flows.flow import Ask, Flow
from flows.messages import Block, Bullets, Button, Italic, Message, Plain, Prompt, message, paragraph
from flows.session import Answer, Session
from flows.trail import Trail
from flows.wording import write
from locales import tr

STEP = "recap"
OPEN = "@recap"
COLUMNS = 3
_QUESTION, _ANSWER = 150, 500


def recap(flow: Flow, session: Session, lang: str) -> Message:
    """What somebody has answered so far, to read only."""
    trail = verbs.walk(flow, session.answers, said=session.said, timed_out=session.timed_out, reopened=session.reopened)
    listed = answered(trail)
    if not listed:
        return message(tr(lang, "You have not answered anything yet."))
    return Message(body=(paragraph(tr(lang, "Your answers:")), _listing(trail, listed, lang)))


def show(trail: Trail, lang: str, prompt: str, *, sent: bool, before: Sequence[Block] = ()) -> Message:
    """The recap with its buttons: send (unless that is done), and one for each answer to change."""
    listed = answered(trail)
    if sent:
        head = tr(lang, "Here are your answers.")
        foot = tr(lang, "To change an answer, type its number.")
    else:
        head = tr(lang, "Here are your answers. Is everything right?")
        foot = tr(lang, "If so: “{send}”. To change an answer, type its number.", send=tr(lang, "Send"))
    buttons = (
        [] if sent else [Button(label=tr(lang, "Send"), data=prompts.data(prompt, prompts.SEND), quiet=True, main=True)]
    )
    buttons += [
        Button(
            label=tr(lang, "Change {number}", number=number),
            data=prompts.data(prompt, f"e{trail.flow.index[ask.name]}"),
            quiet=True,
        )
        for number, (ask, _) in enumerate(listed, 1)
    ]
    if sent:
        buttons.append(Button(label=take_back(listed, lang), data=prompts.data(prompt, prompts.WITHDRAW), quiet=True))
    body = (*before, paragraph(head), _listing(trail, listed, lang), paragraph(Italic(foot)))
    return Message(body=body, prompt=Prompt(id=prompt, buttons=tuple(buttons), columns=COLUMNS))


def take_back(listed: Sequence[object], lang: str) -> str:
    """The words that withdraw everything."""
    return tr(lang, "Withdraw my vote") if len(listed) == 1 else tr(lang, "Withdraw my answers")


def answered(trail: Trail) -> list[tuple[Ask, Answer]]:
    """Questions of the path with their answers, in the order asked; an agreement to take part is no answer."""
    asked = (ask for ask in trail.asked if ask.name in trail.answers and keeping.listed(trail.flow, ask))
    return [(ask, trail.answers[ask.name]) for ask in asked]


def _listing(trail: Trail, listed: Sequence[tuple[Ask, Answer]], lang: str) -> Bullets:
    flow = trail.flow
    return Bullets(
        tuple(
            (
                Plain(_short(_question(write(flow, ask.text, lang, trail.left)), _QUESTION) + " → "),
                Plain(_short(kinds.say(ask, answer, lang, flow.lang), _ANSWER)),
            )
            for ask, answer in listed
        ),
        numbered=True,
    )


def _question(text: str) -> str:
    """The question itself, out of a text that may explain it first."""
    if "\n" not in text:
        return text
    pieces = [" ".join(piece.split()) for piece in text.split("\n\n") if piece.strip()]
    return next((piece for piece in reversed(pieces) if piece.endswith("?")), pieces[0] if pieces else "")


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
