"""What somebody types in front of a statement to judge, or at a break between two batches.

The one rule: what could be read two ways judges nothing; they are asked again.
"""

from __future__ import annotations

from dataclasses import replace

from flows import reading
from flows.flow import Choice, React, Stand
from flows.kinds import judging, served
from flows.kinds.reply import Partly, Reply, Then, Wrong
from flows.kinds.served import Served
from flows.words import AGREE, DISAGREE, ENOUGH, MORE, NEUTRAL, UNDO
from locales import tr

FEW = 4
"""Of a longer reply we do not guess what it says of a statement."""
_WORDS = {"agree": AGREE, "disagree": DISAGREE, "neutral": NEUTRAL}


def own_word(kind: React, text: str, kept: tuple[str, ...], lang: str, default: str) -> bool:
    """Is this something to say to a card, or at a break?"""
    return _meant(kind, text, served.read(kept), lang, default) is not None


def read(kind: React, text: str, lang: str, default: str, kept: tuple[str, ...]) -> Reply:
    here = served.read(kept)
    match _meant(kind, text, here, lang, default):
        case Stand() as stand:
            return judging.judged(kind, here, stand, typed=True)
        case Choice() as qualifier:
            return judging.added(here, qualifier, lang, default)
        case "undo":
            if here.last is None:
                return Wrong(tr(lang, "There is nothing to take back."), mild=True)
            return judging.undone(here)
        case "more" if here.card is None and not judging.full(kind, here):
            return Partly(replace(here, rest=False, dealt=0, queue=(), told=False).write(), then=Then.NEXT)
        case "enough":
            return judging.done(here.write(), lang)
        case "skip":
            return Wrong(_no_skip(lang), mild=True)
        case _:
            return None


def _no_skip(lang: str) -> str:
    return tr(lang, "Every card needs a word. To stop here, type “{enough}”.", enough=tr(lang, "enough"))


def _meant(kind: React, text: str, here: Served, lang: str, default: str) -> Stand | Choice | str | None:
    folded = reading.fold(text)
    if folded in UNDO:
        return "undo"
    if here.card is None:
        return _meant_at_a_break(text, folded, lang)
    if found := _stand_said(kind, text, folded, lang, default):
        return found
    if here.last is not None and (stand := judging.stand_of(kind, here.last.stand)):
        at = reading.exact(text, judging.labels(stand.qualifiers, lang, default))
        if isinstance(at, int):
            return stand.qualifiers[at]
    if folded in ENOUGH:
        return "enough"
    return "skip" if here.judged and reading.control(text) == "skip" else None


def _meant_at_a_break(text: str, folded: str, lang: str) -> str | None:
    if folded in MORE or reading.control(text) == "resume" or reading.place(text, 1) == 0:
        return "more"
    if folded in ENOUGH:
        return "enough"
    match reading.yes_no(text):
        case True:
            return "more"
        case False:
            return "enough"
    return None


def _stand_said(kind: React, text: str, folded: str, lang: str, default: str) -> Stand | None:
    """The stand that was typed: its label, its place, one of the usual words for it, a plain yes or no."""
    labels = judging.labels(kind.stands, lang, default)
    at = reading.exact(text, labels)
    if not isinstance(at, int):
        at = reading.place(text, len(labels))
    if isinstance(at, int):
        return kind.stands[at]
    for code, words in _WORDS.items():
        if folded in words:
            return judging.stand_of(kind, code)
    match reading.yes_no(text):
        case True:
            return judging.stand_of(kind, "agree")
        case False:
            return judging.stand_of(kind, "disagree")
    at = reading.roughly(text, labels) if len(folded.split()) <= FEW else None
    return kind.stands[at] if isinstance(at, int) else None
