"""Events of our own that follow when a proposal changes: it was published, it was merged, it was answered.

The one rule: who changes a proposal need not know what follows. What follows (`bot.followup`) is handled behind it, as
an event of the consultation.
"""

from __future__ import annotations

from bot.scene import Scene
from storage.instants import ms
from storage.proposals import Proposal

PUBLISHED, MERGED = "published", "merged"
AT_ONCE = "at_once"


def published(scene: Scene, proposal: Proposal, *, at_once: bool = False) -> None:
    """Everybody can read it now; `at_once`: without anybody having read it first, so that nobody tells its author."""
    _follow(scene, PUBLISHED, proposal, AT_ONCE if at_once else "")


def merged(scene: Scene, proposal: Proposal) -> None:
    """It stands with another one now."""
    _follow(scene, MERGED, proposal, "")


def _follow(scene: Scene, timer: str, proposal: Proposal, how: str) -> None:
    id = proposal.consultation
    key = f"{timer}:{id}:{proposal.number}:{ms(scene.now)}"
    detail = f"{proposal.number}.{how}" if how else str(proposal.number)
    scene.follow(timer, id, lane=f"consultation:{id}", place="", key=key, detail=detail)
