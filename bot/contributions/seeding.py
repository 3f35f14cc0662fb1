"""The organiser's own statements become proposals when their consultation opens.

The one rule: once. A statement is known by its pool and code; opening again adds only what is new.
"""

from __future__ import annotations

from bot.contributions.pools import pool_of
from bot.scene import Scene
from flows.flow import Flow, React
from storage import proposals
from storage.consultations import Consultation
from storage.instants import ms

LOTS = 2**31


def seed(scene: Scene, consultation: Consultation, flow: Flow) -> int:
    """Put the statements of every react step on file; how many were new."""
    new = 0
    for ask in flow.asks:
        if not isinstance(ask.kind, React) or not ask.kind.statements:
            continue
        pool = pool_of(ask)
        known = proposals.codes(scene.connection, consultation.id, pool)
        for statement in ask.kind.statements:
            if statement.code in known:
                continue
            known.add(statement.code)
            proposals.add(
                scene.connection,
                consultation=consultation.id,
                pool=pool,
                code=statement.code,
                text=statement.label.read(flow.lang, flow.lang),
                lang=flow.lang,
                source=proposals.ORGANISER,
                state=proposals.PUBLISHED,
                lot=lot(scene, consultation.id, f"{pool}:{statement.code}"),
                since_ms=ms(scene.now),
            )
            new += 1
    return new


def lot(scene: Scene, consultation: str, what: str) -> int:
    """Where a proposal lies among those that are chosen by lot."""
    return scene.rules.draw(what, consultation) % LOTS
