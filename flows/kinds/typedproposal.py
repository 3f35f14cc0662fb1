"""What somebody types while they put a text forward: the text itself, or a word about it.

The one rule: a text that cannot be sent is never shortened or mended for its author; they are told what to change.
"""

from __future__ import annotations

from dataclasses import replace

from flows import reading
from flows.flow import Propose
from flows.kinds import proposing
from flows.kinds.proposing import Stage, Writing
from flows.kinds.reply import Partly, Reply, Then, Wrong
from flows.words import CHANGE, DIFFERENT, ENDING, ENOUGH, LEAVE, MORE, NO, NONE_LEFT, NOTHING, SEND, SUPPORT, UNDO
from locales import tr, trn

LEAST = 5
"""Letters and figures that a proposal has at least."""
SENTENCE = 4
"""From so many words on, what is typed after one text is the next one."""


def own_word(kind: Propose, text: str, kept: tuple[str, ...], lang: str, default: str) -> bool:
    """Is this a word that what is in front of the person asks for?"""
    here = proposing.read(kept)
    folded, word = reading.fold(text), reading.control(text)
    match proposing.stage(here):
        case Stage.LIKE if proposing.repeated(here):
            return folded in SEND or folded in LEAVE or word == "skip"
        case Stage.LIKE:
            return folded in SUPPORT or folded in DIFFERENT or word == "skip"
        case Stage.NUANCE:
            return folded in UNDO or folded in ENOUGH or word == "skip"
        case Stage.READ:
            return folded in SEND or folded in CHANGE or folded in LEAVE or word == "skip"
        case Stage.MORE:
            return folded in MORE or ends(text) or word == "resume"
        case Stage.SORT:
            labels = [one.label.read(lang, default) for one in kind.categories]
            return word == "skip" or reading.exact(text, labels) is not None
        case _:
            return False


def read(kind: Propose, text: str, lang: str, default: str, kept: tuple[str, ...]) -> Reply:
    here = proposing.read(kept)
    match proposing.stage(here):
        case Stage.WRITE:
            if ends(text) and (here.sent or here.supported):
                return proposing.done(kind, here.write(), lang)
            return _written(kind, here, text, lang, default)
        case Stage.NUANCE:
            return _nuanced(kind, here, text, lang)
        case Stage.LIKE if proposing.repeated(here):
            return _read_repeated(kind, here, text)
        case Stage.LIKE:
            return _read_like(kind, here, text)
        case Stage.SORT:
            if reading.control(text) == "skip":
                return Wrong(tr(lang, "Every proposal needs a topic: please choose the nearest one."), mild=True)
            at = reading.pick(text, [one.label.read(lang, default) for one in kind.categories])
            return proposing.with_topic(here, kind.categories[at].code, Then.NEXT) if isinstance(at, int) else None
        case Stage.READ:
            return _read_own(kind, here, text, lang, default)
        case Stage.MORE:
            return _read_more(kind, here, text, lang, default)
        case Stage.ALLOWED | Stage.LOOK:
            return None


def ends(text: str) -> bool:
    """Does somebody say that there is nothing more to put forward? "Non aux pesticides" is a text."""
    folded = reading.fold(text)
    if folded in ENOUGH or folded in NO or folded in NOTHING or reading.yes_no(text, strict=True) is False:
        return True
    words = folded.split()
    return ENDING.issuperset(words) and not NONE_LEFT.isdisjoint(words)


def _read_like(kind: Propose, here: Writing, text: str) -> Reply:
    at = reading.place(text, len(here.like) + 1)
    if at is not None:
        mine = at == len(here.like)
        return proposing.different(kind, here) if mine else proposing.supported(kind, here, here.like[at])
    folded = reading.fold(text)
    if folded in DIFFERENT or reading.control(text) == "skip" or reading.yes_no(text) is False:
        return proposing.different(kind, here)
    if len(here.like) == 1 and (folded in SUPPORT or reading.yes_no(text)):
        return proposing.supported(kind, here, here.like[0])
    return None


def _read_repeated(kind: Propose, here: Writing, text: str) -> Reply:
    """Their own text waits already: send this one too, or leave it."""
    folded, at, yes = reading.fold(text), reading.place(text, 2), reading.yes_no(text, strict=True)
    if at == 1 or folded in LEAVE or yes is False or reading.control(text) == "skip":
        return proposing.left(kind, here)
    return proposing.different(kind, here) if at == 0 or yes or folded in SEND or folded in DIFFERENT else None


def _read_own(kind: Propose, here: Writing, text: str, lang: str, default: str) -> Reply:
    """Send, change or leave; whoever types the sentence anew has changed it, and reads it over again."""
    folded = reading.fold(text)
    if folded in CHANGE:
        return proposing.changed(here)
    if folded in LEAVE or reading.control(text) == "skip":
        return proposing.left(kind, here)
    if folded in SEND or reading.yes_no(text, strict=True):
        return proposing.sent(kind, here)
    if kind.amends is None and reading.yes_no(text) is not False and len(folded.split()) >= SENTENCE:
        if here.parent is not None:
            return _nuanced(kind, here, text, lang)
        return _written(kind, replace(here, different=False), text, lang, default)
    return None


def _read_more(kind: Propose, here: Writing, text: str, lang: str, default: str) -> Reply:
    """Another one or not; whoever types the next text straight away has said so."""
    folded, yes = reading.fold(text), reading.yes_no(text)
    if ends(text) or (yes is False and len(folded.split()) < SENTENCE):
        return proposing.done(kind, here.write(), lang)
    if folded in MORE or yes or reading.control(text) == "resume" or reading.place(text, 1) == 0:
        if proposing.room(kind, here):
            return proposing.begun_anew(here)
        return Wrong(tr(lang, "That is all you can send here."), mild=True)
    if proposing.room(kind, here) and len(folded.split()) >= SENTENCE:
        return _written(kind, replace(proposing.finished(here), stage=Stage.WRITE), text, lang, default)
    return None


# The text


def _written(kind: Propose, here: Writing, text: str, lang: str, default: str) -> Reply:
    value = reading.clean(text)
    if kind.amends is None:
        value = " ".join(value.split())
    value = _opened(kind, value, lang, default)
    if wrong := _unfit(kind, value, opener_of(kind, lang, default), lang):
        return Wrong(wrong, mild=True)
    if kind.amends is not None and value.split() == kind.amends.read(lang, default).split():
        return Wrong(tr(lang, "This is the text as it stands: nothing in it has changed."), mild=True)
    after = replace(here, text=value, past="", became="")
    if (kind.similar or kind.near is not None) and not here.different:
        return Partly(replace(after, stage=Stage.LOOK).write(), then=Then.NEXT)
    return Partly(proposing.sorted_next(kind, after).write(), then=Then.NEXT)


def _unfit(kind: Propose, value: str, opener: str, lang: str) -> str:
    """Why the text cannot be put forward; empty when it can."""
    own = value[len(opener) :] if reading.fold(value).startswith(reading.fold(opener)) else value
    if sum(map(str.isalnum, own)) < LEAST:
        return tr(lang, "Please say it in a few words, so that others can understand it.")
    over = len(value) - kind.max
    if over <= 0:
        return ""
    return trn(
        lang,
        "{length} characters, {max} at most: {n} too many. Please shorten it and send it again.",
        "{length} characters, {max} at most: {n} too many. Please shorten it and send it again.",
        over,
        length=len(value),
        max=kind.max,
    )


def opener_of(kind: Propose, lang: str, default: str) -> str:
    """What every text begins with; an amendment has none."""
    return kind.opener.read(lang, default) if kind.opener is not None and kind.amends is None else ""


def _opened(kind: Propose, value: str, lang: str, default: str) -> str:
    """The text with its opener, once: whoever typed it too is not made to stutter."""
    opener = opener_of(kind, lang, default)
    if not opener or not value or _begins(value, opener):
        return value
    first, *_ = value.split()
    lower = len(first) > 1 and first[0].isupper() and first[1:].islower() and first[1] not in "'’"
    glue = "" if opener[-1] in "'’" else " "
    return opener + glue + (value[0].lower() + value[1:] if lower else value)


def _begins(value: str, opener: str) -> bool:
    ours, theirs = reading.fold(opener), reading.fold(value)
    return theirs == ours or theirs.startswith(ours + " ")


def _nuanced(kind: Propose, here: Writing, text: str, lang: str) -> Reply:
    folded = reading.fold(text)
    if folded in UNDO and here.parent is not None:
        return proposing.unsupported(here, lang, Then.NEXT)
    if ends(text) or reading.control(text) in ("skip", "done"):
        return proposing.gone_on(kind, here)
    value = " ".join(reading.clean(text).split())
    if wrong := _unfit(kind, value, "", lang):
        return Wrong(wrong, mild=True)
    return Partly(replace(here, text=value, stage=Stage.READ, past="", became="").write(), then=Then.NEXT)
