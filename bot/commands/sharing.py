"""`/share <consultation> 12`, in private: the link to one proposal, and a picture of it to scan.

The one rule: only what everybody can read and judge already is shared.
"""

from __future__ import annotations

import re

from bot.bots import for_poster
from bot.contributions import sharing
from bot.contributions.pools import react_steps, words_of
from bot.turn import Turn
from bot.wording import title
from flows.messages import Link, Paragraph, Picture, Plain, message
from locales import tr
from storage import proposals
from storage.consultations import Consultation

_NUMBERED = re.compile(r"(?:\bno?[°º.]|#) ?(?=\d)", re.IGNORECASE)


def meant(argument: str) -> tuple[str, int | None]:
    """The consultation and the proposal that somebody names behind the command; either may be left out."""
    words = _NUMBERED.sub(" ", argument).split()
    if not words or not (words[-1].isascii() and words[-1].isdecimal() and len(words[-1]) < 10):
        return argument.strip(), None
    return (words[0] if len(words) > 1 else ""), int(words[-1])


def tell(turn: Turn, run: Consultation, number: int) -> None:
    """The link to proposal `number`, with its words."""
    scene, lang, (adapter, _bots) = turn.scene, turn.lang, for_poster(turn)
    scene.flush()
    flow = scene.flows.of(scene.connection, run)
    proposal = proposals.by_number(scene.connection, run.id, number)
    published = proposal is not None and proposal.state == proposals.PUBLISHED
    if proposal is None or not published or not react_steps(flow, proposal.pool) or run.state != "open":
        turn.say(tr(lang, "In “{title}” there is no proposal {n} to share.", title=title(flow, lang), n=number))
        return
    link = sharing.share_link(scene.rules, adapter, run.id, number)
    asked = tr(lang, "Whoever comes by this link is asked about it first. What they say of it is counted apart.")
    shared = message(
        Paragraph((Plain(words_of(flow, proposal, lang)),)),
        Paragraph((Plain(tr(lang, "Share this link, or the square picture to scan:") + "\n"), Link(link, link))),
        asked,
        picture=Picture(ref=f"link:{adapter}:{sharing.payload(run.id, number)}", alt=link, told=True),
    )
    turn.say(shared)
