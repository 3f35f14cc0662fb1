"""A draft as its organisers read it before it is published, wherever they read it.

The one rule: there is one preview (`bot.polls.preview`). This file only looks up what it needs to know of a draft.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.polls import preview as polls
from bot.scene import Scene
from flows.flow import Flow
from flows.messages import Block
from storage import consultations
from storage.consultations import Consultation


def preview(
    scene: Scene,
    draft: Consultation,
    flow: Flow,
    lang: str,
    *,
    notes: Sequence[str] = (),
    settings: Sequence[str] = (),
    named: bool = True,
) -> tuple[Block, ...]:
    """Title, questions with their choices, rules, hours with their zone, and who can see what. `named`: with the name
    by which commands know it."""
    return polls.preview(
        flow,
        draft,
        lang=lang,
        places=consultations.announced(scene.connection, draft.id),
        notes=notes,
        settings=settings,
        now=scene.now,
        named=named,
    )
