"""`react`: statements to agree or disagree with, one a message.

The one rule: a button names the card it is for by the card's `proof` (`a~<proof>`), so that a press delivered twice
does what one does, and a late one never judges the wrong card.

How it goes. Whenever there is no card in hand, the engine returns a `Fetch` and shows nothing until it is answered:

    Fetch(question=<this step>, want=Want.CARDS, queue=(...), n=11, via="served")

`queue` holds the numbers that an earlier answer promised. When it is not empty, the answer is the first of them that
may still be shown, and the rest as the new queue. When it is empty, up to `n` are to be chosen by the policy of the
kind: the first as the card, the others as the queue. `n` is one more than a batch has left, so that the queue tells
whether there is more after the batch. With `via="shared"` the first number is that of the link by which the person
came (draft `("shared", "12")`). Where nothing of a queue may be shown, the answer has no card, and the engine asks
again with an empty queue and `via="served"`.

    Fetched(question=<this step>, want="cards", cards=(card,) or (), queue=(...))

No card means that there is none left; the step is then answered. Never choose a statement that the person has judged;
one that was only shown may come again (after an undo, its number stands in the queue once more; after a break, the
rest of a queue is let go). `Card.proof` is one word of at most 32 letters, digits, `-` and `_`, another one for each
card.

Each judgement is an effect `Stance(question=<this step>, number, value, qualifiers, via, proof)`: it replaces what the
person had said of this number (a qualifier ticked later comes as the same stance once more, with its words); `value`
None takes it off. A `Record` with the number of statements judged follows each; a `Withdraw` of this question takes
all its stances off.

Buttons: `a~`, `d~`, `n~` with the proof under a card; under the card judged last `u~` (undo), `+a0~` and `-a0~` (the
first word to add to an agreement, taken in or out), each with the proof; at a break `more`, and the engine's own
`done`. The codes to call them by (`code`): agree, disagree, neutral, undo, more, enough, and those of the qualifiers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from flows.effects import Fetch, Want
from flows.events import Fetched
from flows.flow import React
from flows.kinds import judging, served
from flows.kinds.judging import anew, back, done, pointed
from flows.kinds.reply import Partly, Reply, Taken, Then, Wrong
from flows.kinds.served import SERVED, SHARED, Judged, Served
from flows.kinds.typedstances import own_word, read
from flows.messages import Block, Button, Italic, Message, Paragraph, Plain, Prompt, paragraph
from flows.prompts import DONE, data
from flows.session import Value
from locales import tr, trn

__all__ = [
    "anew",
    "back",
    "behind",
    "blocks",
    "buttons",
    "closed",
    "code",
    "done",
    "draft",
    "expected",
    "fetched",
    "headed",
    "own_word",
    "pointed",
    "press",
    "press_behind",
    "read",
    "said",
    "step_forward",
    "wants",
]

GO_ON = "more"
_QUALIFIER = re.compile(r"([+-])([adn])([0-3])")
_CODES = {"a": "agree", "d": "disagree", "n": "neutral", "u": "undo"}


def draft(value: Value) -> tuple[str, ...]:
    """Where somebody goes on who comes back to the question."""
    return Served(judged=value, rest=True).write() if isinstance(value, int) and value else ()


def headed(kept: tuple[str, ...]) -> bool:
    """Is the question itself told? With the first card only."""
    here = served.read(kept)
    return not here.judged and not here.rest and here.last is None


# Data


def wants(kind: React, kept: tuple[str, ...]) -> Fetch | None:
    """What has to be fetched before anything can be shown."""
    here = served.read(kept)
    if here.card is not None or here.rest:
        return None
    n = max(kind.batch - here.dealt, 0) + 1
    if kind.most is not None:
        n = min(n, max(kind.most - here.judged, 1))
    return Fetch(question="", want=Want.CARDS, queue=here.queue, n=n, via=here.via)


def fetched(kind: React, kept: tuple[str, ...], event: Fetched, lang: str) -> Reply:
    here = served.read(kept)
    if wants(kind, kept) is None or event.want != Want.CARDS:
        return None
    if event.cards:
        card = event.cards[0]
        if here.dealt >= kind.batch:
            return Partly(replace(here, queue=(card.number, *event.queue), rest=True).write())
        seen = tuple(number for number in here.seen if number != card.number)
        return Partly(replace(here, card=card, queue=event.queue, seen=seen).write())
    if here.via == SHARED or here.queue:
        return Partly(replace(here, via=SERVED, queue=(), rest=judging.full(kind, here)).write())
    over = replace(here, rest=True)
    return Taken(here.judged, draft=over.write() if over.judged else (), say=_nothing_left(here, lang))


def _nothing_left(here: Served, lang: str) -> str:
    if not here.judged:
        return tr(lang, "There is nothing here to give your opinion on yet.")
    return " ".join(filter(None, (_told(here, lang), tr(lang, "That was the last one for now. Thank you!"))))


# What is shown


def blocks(kind: React, lang: str, default: str, kept: tuple[str, ...]) -> tuple[Block, ...]:
    here = served.read(kept)
    told = _told_fully(kind, here, lang, default) if here.told else ""
    before = (paragraph(told),) if told else ()
    if here.card is not None:
        return (*before, *_card(here.card.text, _small(kind, here, lang)))
    return (*before, paragraph(_break(kind, here, lang)))


def _card(text: str, small: str) -> tuple[Block, ...]:
    return (Paragraph((Plain(text),)), Paragraph((Italic(small),)))


def _small(kind: React, here: Served, lang: str) -> str:
    """Where the card comes from, and how many there are in this batch."""
    source = _source(here, lang)
    whole = min(here.dealt + 1 + len(here.queue), _batch(kind, here))
    return source if here.via == SHARED else f"{source} · {here.dealt + 1}/{max(whole, here.dealt + 1)}"


def _batch(kind: React, here: Served) -> int:
    """How many cards this batch can have."""
    if kind.most is None:
        return kind.batch
    return min(kind.batch, here.dealt + max(kind.most - here.judged, 0))


def _source(here: Served, lang: str) -> str:
    card = here.card
    official = card is not None and card.official
    return tr(lang, "From the organiser") if official else tr(lang, "From a participant")


def _break(kind: React, here: Served, lang: str) -> str:
    count = trn(
        lang,
        "You have given your opinion on {n} statement.",
        "You have given your opinion on {n} statements.",
        here.judged,
    )
    return count if judging.full(kind, here) else count + " " + tr(lang, "Would you like to see more?")


def _told(here: Served, lang: str) -> str:
    return tr(lang, "Recorded.") if here.told else ""


def _told_fully(kind: React, here: Served, lang: str, default: str) -> str:
    """What somebody who typed reads of the card before: there may be no message that changes."""
    last = here.last
    stand = judging.stand_of(kind, last.stand) if last else None
    if stand is None:
        return ""
    told = [tr(lang, "Recorded: {verdict}.", verdict=_quoted([stand.label.read(lang, default)], lang))]
    if stand.qualifiers:
        told.append(
            tr(lang, "You can add: {words}.", words=_quoted(judging.labels(stand.qualifiers, lang, default), lang))
        )
    told.append(tr(lang, "To take it back, type “{word}”.", word=tr(lang, "undo")))
    return " ".join(told)


def _quoted(labels: Sequence[str], lang: str) -> str:
    return ", ".join(tr(lang, "“{word}”", word=label) for label in labels)


def buttons(kind: React, lang: str, default: str, prompt: str, kept: tuple[str, ...]) -> tuple[list[Button], int]:
    here = served.read(kept)
    card = here.card
    if card is not None:
        return [
            Button(label=stand.label.read(lang, default), data=data(prompt, f"{stand.code[0]}~{card.proof}"))
            for stand in kind.stands
        ], len(kind.stands)
    shown = [] if judging.full(kind, here) else [Button(label=tr(lang, "Go on"), data=data(prompt, GO_ON))]
    if here.last is not None:
        shown.append(_undo(here.last, prompt, lang))
    return shown, 1


def _undo(last: Judged, prompt: str, lang: str) -> Button:
    return Button(label=tr(lang, "Undo"), data=data(prompt, f"u~{last.card.proof}"), quiet=True)


def step_forward(kept: tuple[str, ...], lang: str) -> str:
    here = served.read(kept)
    return tr(lang, "That is enough") if here.judged or here.rest else ""


def behind(kind: React, kept: tuple[str, ...], lang: str, default: str, prompt: str) -> Message | None:
    """The card judged last, as it stands now: what was said of it, the words to add, and the way back."""
    last = served.read(kept).last
    stand = judging.stand_of(kind, last.stand) if last else None
    if last is None or stand is None:
        return None
    added = [one.label.read(lang, default) for one in stand.qualifiers if one.code in last.qualifiers]
    verdict = f"\n✔ {stand.label.read(lang, default)}" + (f" ({', '.join(added)})" if added else "")
    shown = [
        Button(
            label=one.label.read(lang, default),
            data=data(prompt, f"{'-' if one.code in last.qualifiers else '+'}{stand.code[0]}{i}~{last.card.proof}"),
            chosen=one.code in last.qualifiers,
        )
        for i, one in enumerate(stand.qualifiers)
    ]
    body = (Paragraph((Plain(last.card.text), Plain(verdict))),)
    return Message(body=body, prompt=Prompt(id=prompt, buttons=(*shown, _undo(last, prompt, lang)), columns=2))


def closed(kind: React, kept: tuple[str, ...], lang: str) -> tuple[Block, ...]:
    """What is in front of the person, once it can no longer be pressed."""
    here = served.read(kept)
    return (Paragraph((Plain(here.card.text),)),) if here.card else (paragraph(_break(kind, here, lang)),)


def expected(kind: React, lang: str, default: str, kept: tuple[str, ...]) -> str:
    if served.read(kept).card is None:
        return tr(
            lang, "To see more, type “{more}”; else “{enough}”.", more=tr(lang, "more"), enough=tr(lang, "enough")
        )
    named = [f"{i} {stand.label.read(lang, default)}" for i, stand in enumerate(kind.stands, 1)]
    return tr(lang, "Please type one of these words, or its number: {choices}.", choices=" · ".join(named))


# What came in


def press(kind: React, token: str, kept: tuple[str, ...], lang: str) -> Reply:
    """A button under the card, or at a break."""
    here = served.read(kept)
    if token == GO_ON and here.card is None and not judging.full(kind, here):
        return Partly(replace(here, rest=False, dealt=0, queue=(), told=False).write(), then=Then.NEXT)
    head, _, proof = token.partition("~")
    if head == "u" and here.card is None and here.last is not None:
        return judging.undone(here, _note(lang)) if proof == here.last.card.proof else Wrong(_other(lang))
    stand = judging.stand_of(kind, _CODES.get(head, ""))
    if stand is None or here.card is None:
        return None
    return judging.judged(kind, here, stand) if proof == here.card.proof else Wrong(_other(lang))


def press_behind(kind: React, token: str, kept: tuple[str, ...], lang: str) -> Reply:
    """A button under the card judged last."""
    here = served.read(kept)
    head, _, proof = token.partition("~")
    last = here.last
    if last is None:
        return None
    if proof != last.card.proof:
        return Wrong(_other(lang))
    if head == "u":
        return judging.undone(here, _note(lang))
    if found := _QUALIFIER.fullmatch(head):
        return judging.qualified(kind, here, last, found)
    stand = judging.stand_of(kind, _CODES.get(head, ""))
    if stand is None:
        return None
    if stand.code == last.stand:
        return Partly(kept)
    return Wrong(tr(lang, "You have already given your opinion on this one. To change it, press “Undo” first."))


def _note(lang: str) -> str:
    return tr(lang, "Taken back.")


def _other(lang: str) -> str:
    return tr(lang, "This button belongs to another card.")


# An answer in words


def said(value: Value, lang: str) -> str:
    n = value if isinstance(value, int) else 0
    return trn(lang, "{n} opinion given", "{n} opinions given", n)


def code(kind: React, token: str) -> str:
    """The word by which a transcript calls a button."""
    head = token.partition("~")[0]
    if found := _QUALIFIER.fullmatch(head):
        stand = judging.stand_of(kind, _CODES[found[2]])
        at = int(found[3])
        return stand.qualifiers[at].code if stand and at < len(stand.qualifiers) else ""
    return {DONE: "enough"}.get(token) or _CODES.get(head, "")
