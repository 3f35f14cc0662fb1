"""Which cards somebody is shown next, chosen by the published policy and logged.

The one rule: a policy chooses from a small pool that indexes deliver, never from the whole table: with a million
stances on file it takes as long as with ten. The pool and the seed go into the log, so that every choice can be
replayed (`bot.contributions.replaying`).
"""

from __future__ import annotations

from bot.contributions.seeding import LOTS
from bot.scene import Scene
from flows import exposure
from flows.exposure import Candidate
from flows.flow import Policy
from storage import candidates, servings
from storage.candidates import Reader

LEAST, NEW, HEATED, ANY = 60, 40, 15, 40
"""How many of each kind a pool holds, for ten cards at a time; more for larger batches."""


def choose(scene: Scene, reader: Reader, policy: Policy, question: str, n: int) -> tuple[int, ...]:
    """The numbers of up to `n` cards, in the order in which to show them; none when all is judged."""
    seed = scene.rules.draw(question, reader.consultation)
    pool = pool_for(scene, reader, policy, n, seed % LOTS)
    if not pool:
        return ()
    chosen = exposure.choose(policy, pool, n, seed)
    servings.add(
        scene.connection,
        reader.consultation,
        question=question,
        policy=policy.value,
        seed=seed,
        pool=exposure.write(pool),
        chosen=" ".join(map(str, chosen)),
    )
    return chosen


def pool_for(scene: Scene, reader: Reader, policy: Policy, n: int, start: int) -> list[Candidate]:
    """What the policy chooses from: all that is left to judge where that is little, else some of each kind."""
    connection, more = scene.connection, max(1, n // 10)
    match policy:
        case Policy.LEAST_SEEN:
            return candidates.least_seen(connection, reader, LEAST * more)
        case Policy.BANDIT:
            found = candidates.least_judged(connection, reader, NEW * more)
            found += candidates.most_heated(connection, reader, HEATED * more)
        case Policy.POLIS:
            found = candidates.least_judged(connection, reader, NEW * more)
    found += candidates.by_lot(connection, reader, start, ANY * more)
    return list({one.number: one for one in found}.values())
