"""What a judgement does to the draft of `react`: a card judged, taken back, a word added to it.

The one rule: a statement is judged or taken back by exactly one `Stance`, so that the effects of a conversation
replayed in order give what the person thinks now.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from flows.effects import Stance
from flows.flow import Choice, React, Stand
from flows.kinds import served
from flows.kinds.reply import Partly, Reply, Taken, Then, Wrong
from flows.kinds.served import SERVED, SHARED, Judged, Served
from locales import tr


def full(kind: React, here: Served) -> bool:
    """Has the person judged as many as one may?"""
    return kind.most is not None and here.judged >= kind.most


def stand_of(kind: React, code: str) -> Stand | None:
    return next((stand for stand in kind.stands if stand.code == code), None)


def labels(some: Sequence[Stand | Choice], lang: str, default: str) -> list[str]:
    return [one.label.read(lang, default) for one in some]


def judged(kind: React, here: Served, stand: Stand, *, typed: bool = False) -> Reply:
    card = here.card
    assert card is not None
    last = Judged(card=card, stand=stand.code, via=here.via)
    after = replace(here, judged=here.judged + 1, dealt=here.dealt + 1, card=None, via=SERVED, last=last, told=typed)
    after = replace(after, rest=full(kind, after) or (after.dealt >= kind.batch and bool(after.queue)))
    effects = (_stance(last),)
    if full(kind, after):
        return Taken(after.judged, effects, after.write())
    return Partly(after.write(), keep=after.judged, effects=effects, then=Then.NEXT)


def _stance(last: Judged, *, off: bool = False) -> Stance:
    return Stance(
        question="",
        number=last.card.number,
        value=None if off else last.stand,
        qualifiers=() if off else last.qualifiers,
        via=last.via,
        proof=last.card.proof,
    )


def anew(kept: tuple[str, ...]) -> tuple[str, ...]:
    """The draft from which the card in front of the person is fetched once more, in another language."""
    here = served.read(kept)
    if here.card is None:
        return kept
    return replace(here, card=None, queue=(here.card.number, *here.queue), seen=served.aside(here)).write()


def pointed(kept: tuple[str, ...], number: int) -> tuple[str, ...]:
    """The draft of somebody who comes by a link to a statement: it is next, whatever is in front of them."""
    here = served.read(kept)
    seen = served.aside(here)
    return replace(here, card=None, via=SHARED, queue=(number,), seen=seen, rest=False, told=False).write()


def back(kept: tuple[str, ...]) -> Partly | None:
    """Among cards, the way back is to the one judged last."""
    here = served.read(kept)
    return undone(here) if here.last is not None else None


def undone(here: Served, note: str = "") -> Partly:
    """The last card comes back; the one in front waits its turn again."""
    last = here.last
    assert last is not None
    queue = here.queue if here.card is None else (here.card.number, *here.queue)
    after = Served(
        judged=max(here.judged - 1, 0),
        dealt=max(here.dealt - 1, 0),
        card=last.card,
        via=last.via,
        queue=queue,
        seen=served.aside(here),
    )
    effects = (_stance(last, off=True),)
    return Partly(after.write(), keep=after.judged, effects=effects, then=Then.BACK, note=note)


def qualified(kind: React, here: Served, last: Judged, found: re.Match[str]) -> Reply:
    stand = stand_of(kind, last.stand)
    at = int(found[3])
    if stand is None or stand.code[0] != found[2] or at >= len(stand.qualifiers):
        return None
    return _with(here, last, stand.qualifiers[at].code, added=found[1] == "+")


def _with(here: Served, last: Judged, code: str, *, added: bool, say: str = "") -> Partly:
    if (code in last.qualifiers) is added:
        return Partly(here.write(), say=say)
    others = tuple(one for one in last.qualifiers if one != code)
    last = replace(last, qualifiers=(*others, code) if added else others)
    return Partly(replace(here, last=last).write(), say=say, effects=(_stance(last),), then=Then.BEHIND)


def added(here: Served, qualifier: Choice, lang: str, default: str) -> Reply:
    last = here.last
    assert last is not None
    label = qualifier.label.read(lang, default)
    return _with(here, last, qualifier.code, added=True, say=tr(lang, "Added: “{word}”.", word=label))


def done(kept: tuple[str, ...], lang: str) -> Taken | Wrong:
    here = served.read(kept)
    if not here.judged:
        return Wrong(tr(lang, "Please give your opinion on one card at least."), mild=True)
    queue = here.queue if here.card is None else (here.card.number, *here.queue)
    after = replace(here, card=None, queue=queue, seen=served.aside(here), rest=True, told=False)
    return Taken(here.judged, draft=after.write())
