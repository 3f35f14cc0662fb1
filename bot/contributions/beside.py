"""What goes with a proposal besides its words: what it is about, whom it is for, where it is, what it would change in a
text, its photo.

The one rule: whoever decides about something, or answers it, sees all of it; labels are the flow's, never codes.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.contributions.pools import propose_step, words_of
from bot.photos import PHOTO
from flows import amending
from flows.flow import Ask, Choice, Flow, OneOf, Propose
from flows.messages import Block, Link, Paragraph, Picture, Plain, paragraph
from locales import tr
from storage.proposals import LISTED, ORGANISER, Proposal

MAP = "https://www.openstreetmap.org/?mlat={lat:.5f}&mlon={lon:.5f}#map=19/{lat:.5f}/{lon:.5f}"


def facts(flow: Flow, proposal: Proposal, lang: str, *, whom: bool = True) -> list[Block]:
    """What is read under the words: a line each. Whom it is for is left out where its reader knows."""
    named = _whom(flow, proposal, lang) if whom else ()
    return [*named, *_about(flow, proposal, lang), *_where(proposal, lang), *changes(flow, proposal, lang)]


def _by(kind: Propose | None) -> str | None:
    return kind.answering.by if kind is not None and kind.answering is not None else None


def _whom(flow: Flow, proposal: Proposal, lang: str) -> Iterator[Block]:
    if proposal.source == LISTED:
        return  # each of those who answer the list has a copy of their own
    by = _by(propose_step(flow, proposal.pool))
    if proposal.addressee:
        yield paragraph(tr(lang, "For: {who}", who=_label(_asked(flow, by), proposal.addressee, flow, lang)))
    elif by is not None:
        yield paragraph(tr(lang, "For: nobody by name yet"))


def _about(flow: Flow, proposal: Proposal, lang: str) -> Iterator[Block]:
    kind = propose_step(flow, proposal.pool)
    by = _by(kind)
    if sum(isinstance(ask.kind, Propose) for ask in flow.asks) > 1 and kind is not None:
        asked = next(ask.text for ask in flow.asks if ask.name == proposal.pool)
        yield paragraph(tr(lang, "In answer to: {question}", question=_first_line(asked.read(lang, flow.lang))))
    if kind is not None and proposal.category and (kind.category is None or kind.category != by):
        label = _label(kind.categories or _asked(flow, kind.category), proposal.category, flow, lang)
        yield paragraph(tr(lang, "Subject: {category}", category=label))


def _asked(flow: Flow, name: str | None) -> tuple[Choice, ...]:
    """The choices of an earlier question."""
    ask = flow.step(name) if name is not None and name in flow.index else None
    return ask.kind.choices if isinstance(ask, Ask) and isinstance(ask.kind, OneOf) else ()


def _label(choices: tuple[Choice, ...], code: str, flow: Flow, lang: str) -> str:
    return next((one.label.read(lang, flow.lang) for one in choices if one.code == code), code)


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0]


def _where(proposal: Proposal, lang: str) -> Iterator[Block]:
    if proposal.lat is None or proposal.lon is None:
        return
    spot = f"{proposal.lat:.5f}, {proposal.lon:.5f}"
    url = MAP.format(lat=proposal.lat, lon=proposal.lon)
    yield Paragraph((Plain(tr(lang, "Where:") + " "), Link(spot, url)))


# --- Another wording -------------------------------------------------------------------------------------------------


def changes(flow: Flow, proposal: Proposal, lang: str) -> list[Block]:
    """What an amendment changes; nothing for any other proposal."""
    lines = _changed(flow, proposal, words_of(flow, proposal, lang), lang)
    return [paragraph(tr(lang, "What changes:")), Paragraph((Plain("\n".join(lines)),))] if lines else []


def judged(flow: Flow, proposal: Proposal, lang: str) -> str:
    """A proposal as somebody judges it: of an amendment also what it changes."""
    words = words_of(flow, proposal, lang)
    lines = _changed(flow, proposal, words, lang)
    return "\n".join((words, "", tr(lang, "What changes:"), *lines)) if lines else words


def _changed(flow: Flow, proposal: Proposal, words: str, lang: str) -> tuple[str, ...]:
    """A nuance comments on an amendment; it is not one."""
    kind = propose_step(flow, proposal.pool)
    if kind is None or kind.amends is None or proposal.parent is not None:
        return ()
    written = lang if proposal.source == ORGANISER else proposal.lang
    return amending.lines(kind.amends.read(written, flow.lang), words)


# --- The photo -------------------------------------------------------------------------------------------------------


def photo(proposal: Proposal | None, lang: str) -> Picture | None:
    """The picture that was sent with it."""
    if proposal is None or not proposal.photo:
        return None
    return Picture(ref=f"{PHOTO}{proposal.photo}", alt=tr(lang, "There is a photo with it."))
