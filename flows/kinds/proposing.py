"""The draft of `propose`: how far somebody is with a text of their own, as a few short words that survive JSON, and the
moves that bring it further.

The one rule: a text that was typed is kept until it was sent or left, whatever happens in between.

    ()                 nothing written yet
    n=1 u              sent so far; `u`: an earlier proposal was supported
    s=<stage>          where the person is (`Stage`); without it, at the beginning
    t=<text>           the text as it would be sent, opener included
    k=<code>           its category
    m                  the person has said that none of the earlier ones is the same
    p=<card>           the proposal that the text adds a nuance to (or that was just supported)
    0=<card> 1=.. 2=.. the earlier proposals to choose from
    x=<text> y=sent    the text that just left the person's hands, and how: sent, left, support
    r=2                how many more may be sent, by what is on file

A card is written as in `flows.kinds.served`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from flows.effects import Proposed, Stance
from flows.events import Card
from flows.flow import Propose
from flows.kinds.reply import Partly, Reply, Taken, Then, Wrong
from flows.kinds.served import SIMILAR, fields, read_card, write_card
from flows.session import Given
from locales import tr

SIMILAR_SHOWN = 3


class Stage(StrEnum):
    """Where somebody is with a proposal. `ALLOWED` and `LOOK` wait for data; the others for the person."""

    ALLOWED = "allowed"
    WRITE = "write"
    LOOK = "look"
    LIKE = "like"
    NUANCE = "nuance"
    SORT = "sort"
    READ = "read"
    MORE = "more"


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    sent: int = 0
    supported: bool = False
    stage: Stage | None = None
    text: str = ""
    category: str = ""
    different: bool = False
    parent: Card | None = None
    like: tuple[Card, ...] = ()
    past: str = ""
    became: str = ""
    left: int | None = None

    def write(self) -> tuple[str, ...]:
        kept = {
            "n": str(self.sent) if self.sent else "",
            "s": self.stage or "",
            "t": self.text,
            "k": self.category,
            "p": write_card(self.parent) if self.parent else "",
            **{str(i): write_card(card) for i, card in enumerate(self.like)},
            "x": self.past,
            "y": self.became,
            "r": "" if self.left is None else str(self.left),
        }
        flags = (name for name, on in (("u", self.supported), ("m", self.different)) if on)
        return (*(f"{name}={value}" for name, value in kept.items() if value), *flags)


def read(kept: tuple[str, ...]) -> Writing:
    """The draft that `Writing.write` wrote; whatever else it is given, something that can be gone on from."""
    pairs = fields(kept)
    stage, left = pairs.get("s", ""), pairs.get("r", "")
    cards = (read_card(pairs.get(str(i), "")) for i in range(SIMILAR_SHOWN))
    return Writing(
        sent=_count(pairs.get("n", "")),
        supported="u" in kept,
        stage=Stage(stage) if stage in set(Stage) else None,
        text=pairs.get("t", ""),
        category=pairs.get("k", ""),
        different="m" in kept,
        parent=read_card(pairs.get("p", "")),
        like=tuple(card for card in cards if card is not None),
        past=pairs.get("x", ""),
        became=pairs.get("y", ""),
        left=_count(left) if left else None,
    )


def _count(word: str) -> int:
    return int(word) if word.isascii() and word.isdigit() and len(word) < 10 else 0


# Moves


def stage(here: Writing) -> Stage:
    """Where the person is."""
    return here.stage or Stage.ALLOWED


def room(kind: Propose, here: Writing) -> bool:
    """May another one be sent?"""
    return here.sent < kind.most and (here.left is None or here.left > 0)


def repeated(here: Writing) -> bool:
    """Is what is like it their own, sent before and not read by a moderator yet? There is nothing to support then."""
    return any(card.waiting for card in here.like)


def asks(kind: Propose) -> bool:
    """Is it a question to somebody, or something seen somewhere, rather than an idea?"""
    return kind.near is not None or (kind.answering is not None and kind.answering.by is not None)


def back(kind: Propose, kept: tuple[str, ...]) -> Partly | None:
    """From what was made of a text, the way back is to the text."""
    here = read(kept)
    match stage(here):
        case Stage.READ:
            return changed(here)
        case Stage.LIKE | Stage.SORT:
            return Partly(replace(here, stage=Stage.WRITE, like=(), different=False).write(), then=Then.NEXT)
        case _:
            return None


def sorted_next(kind: Propose, here: Writing) -> Writing:
    """The category, where it is asked and not known yet; then the text to read over."""
    asked = bool(kind.categories) and not here.category and here.parent is None
    return replace(here, like=(), past="", became="", stage=Stage.SORT if asked else Stage.READ)


def with_topic(here: Writing, code: str, then: Then) -> Reply:
    return Partly(replace(here, category=code, stage=Stage.READ).write(), then=then)


def different(kind: Propose, here: Writing) -> Reply:
    return Partly(sorted_next(kind, replace(here, different=True)).write())


def supported(kind: Propose, here: Writing, card: Card) -> Reply:
    """The person supports an earlier one; their own words are not sent, but may become a nuance."""
    after = Writing(
        sent=here.sent,
        supported=True,
        stage=Stage.NUANCE,
        text=here.text,
        parent=card,
        past=card.text,
        became="support",
        left=here.left,
    )
    return Partly(after.write(), keep=here.sent, effects=(_stance(card, "agree"),), then=Then.NEXT)


def _stance(card: Card, value: str | None) -> Stance:
    return Stance(question="", number=card.number, value=value, via=SIMILAR, proof=card.proof)


def unsupported(here: Writing, lang: str, then: Then = Then.HERE) -> Reply:
    """Back to the person's own text, as something different."""
    card = here.parent
    assert card is not None
    after = Writing(sent=here.sent, stage=Stage.LIKE, text=here.text, like=(card,), left=here.left)
    note = tr(lang, "Taken back.")
    return Partly(after.write(), keep=here.sent, effects=(_stance(card, None),), then=then, note=note)


def sent(kind: Propose, here: Writing) -> Reply:
    parent = here.parent.number if here.parent else None
    proposed = Proposed(question="", text=here.text, category=here.category, parent=parent)
    left = None if here.left is None else max(here.left - 1, 0)
    after = replace(finished(here), sent=here.sent + 1, past=here.text, became="sent", left=left)
    if not room(kind, after):
        return Taken(after.sent, (proposed,), after.write())
    return Partly(after.write(), keep=after.sent, effects=(proposed,), then=Then.NEXT)


def finished(here: Writing) -> Writing:
    """With this text no longer in hand."""
    return Writing(sent=here.sent, supported=here.supported, stage=Stage.MORE, left=here.left)


def changed(here: Writing) -> Partly:
    back = Stage.NUANCE if here.parent is not None else Stage.WRITE
    return Partly(replace(here, stage=back, past="", became="").write(), then=Then.NEXT)


def left(kind: Propose, here: Writing) -> Reply:
    after = replace(finished(here), past=here.text, became="left")
    if here.parent is not None:
        return gone_on(kind, here)
    if not here.sent and not here.supported:
        return Taken(None, draft=after.write(), given=Given.SKIPPED)
    return Partly(after.write(), then=Then.NEXT)


def gone_on(kind: Propose, here: Writing) -> Reply:
    """Supported, and nothing to add. Where one thing is asked for, that was it."""
    after = replace(finished(here), past=here.parent.text if here.parent else "", became="support")
    if kind.most == 1 or not room(kind, after):
        return Taken(after.sent, draft=after.write())
    return Partly(after.write(), then=Then.NEXT)


def come_back(kept: tuple[str, ...]) -> tuple[str, ...]:
    """The same draft for somebody who left in between: what was told then is not told again."""
    here = read(kept)
    return replace(here, past="", became="").write() if stage(here) is Stage.MORE else kept


def begun_anew(here: Writing) -> Reply:
    return Partly(Writing(sent=here.sent, supported=here.supported).write(), then=Then.NEXT)


def done(kind: Propose, kept: tuple[str, ...], lang: str) -> Taken | Wrong:
    here = read(kept)
    if not here.sent and not here.supported:
        return Wrong(tr(lang, "Please write your idea in words."), mild=True)
    return Taken(here.sent, draft=replace(finished(here), stage=Stage.MORE).write())
