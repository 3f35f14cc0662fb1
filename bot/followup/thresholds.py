"""When a goal of a petition is reached.

The one rule: it is counted and written down in the transaction of the signature, behind a lock on the consultation, so
that fifty people who sign in the same second reach it once, and nobody has to sign after them.
"""

from __future__ import annotations

from collections.abc import Collection

from babel.numbers import format_decimal

from bot.followup import steps
from bot.scene import Scene
from flows.flow import Flow, Goal, Sign
from locales import tr, trn
from storage import replies, signatures
from storage.database import Connection
from storage.instants import ms

GOAL = "goal"


def after_signature(scene: Scene, consultation: str, flow: Flow, question: str) -> list[Goal]:
    """Somebody has signed: write down which goals are reached with it, and have each fire."""
    petition = steps.petitions(flow).get(question)
    if petition is None or not petition.goals:
        return []
    replies.lock(scene.connection, consultation)
    n = signatures.count(scene.connection, consultation, question)
    passed = {goal.at: goal for goal in petition.goals if goal.at <= n}
    new = signatures.reach(scene.connection, consultation, question, list(passed), ms(scene.now))
    for at in new:
        detail = f"{question}.{at}.0"
        key = f"{GOAL}:{consultation}:{question}:{at}"
        scene.follow(GOAL, consultation, lane=f"consultation:{consultation}", place="", key=key, detail=detail)
    return [passed[at] for at in new]


def progress(petition: Sign, n: int, reached: Collection[int], lang: str) -> str:
    """How far a petition is: "640 of 1,000 signatures"."""
    said = format_decimal(n, locale=lang)
    following = next((goal.at for goal in sorted(petition.goals, key=lambda goal: goal.at) if goal.at > n), None)
    if following is not None:
        return tr(lang, "{count} of {goal} signatures.", count=said, goal=format_decimal(following, locale=lang))
    counted = trn(lang, "{count} signature.", "{count} signatures.", n, count=said)
    if not reached:
        return counted
    last = format_decimal(max(reached), locale=lang)
    return f"{counted} {tr(lang, 'The goal of {goal} is reached.', goal=last)}"


def sentences(connection: Connection, consultation: str, flow: Flow, lang: str) -> list[str]:
    """For the card, the page and the result: the progress of each petition."""
    found = []
    for question, petition in steps.petitions(flow).items():
        n = signatures.count(connection, consultation, question)
        reached = {at for at, _when in signatures.reached(connection, consultation, question)}
        found.append(progress(petition, n, reached, lang))
    return found
