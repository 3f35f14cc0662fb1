"""A proposal changes its state: published, refused, merged, removed, hidden, brought back.

The one rule: each is a compare-and-set that says False when it was no longer possible, so that whoever decides second
is told; and none of them touches a stance. Votes of a merged proposal stay its own.

    waiting     published, refused, reworded (other words were asked for), merged, withdrawn
    reworded    waiting again with other words, or as above
    published   hidden (for a day at most), removed, merged, waiting again with other words
    hidden      published again, removed, merged
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.contributions import following
from bot.scene import Scene
from storage import proposals
from storage.instants import ms
from storage.proposals import HIDDEN, MERGED, PUBLISHED, REFUSED, REMOVED, REWORDED, WAITING, Proposal

if TYPE_CHECKING:
    from bot.turn import Turn


def _scene(where: Turn | Scene) -> Scene:
    return where if isinstance(where, Scene) else where.scene


def publish(where: Turn | Scene, proposal: Proposal, *, at_once: bool = False) -> bool:
    """Let everybody read and judge it. `at_once`: nobody has read it first."""
    scene = _scene(where)
    before, now = (WAITING, REWORDED), ms(scene.now)
    done = proposals.change_state(scene.connection, proposal.id, before, PUBLISHED, published_ms=now)
    if done:
        following.published(scene, proposal, at_once=at_once)
    return done


def refuse(where: Turn | Scene, proposal: Proposal, reason: str) -> bool:
    """Do not publish it; `reason` is the code of the published rule."""
    connection = _scene(where).connection
    return proposals.change_state(connection, proposal.id, (WAITING, REWORDED), REFUSED, reason=reason)


def ask_to_reword(where: Turn | Scene, proposal: Proposal, reason: str) -> bool:
    """Wait for other words of its author."""
    return proposals.change_state(_scene(where).connection, proposal.id, (WAITING,), REWORDED, reason=reason)


def rewrite(where: Turn | Scene, proposal: Proposal, text: str, *, state: str = WAITING) -> bool:
    """The author gives it other words: it is read again before others see it. What people have judged already stays
    as they read it."""
    connection = _scene(where).connection
    current = proposals.by_id(connection, proposal.id)
    if current is None or current.text != proposal.text or (current.published_ms and current.votes + current.shared):
        return False
    before = (WAITING, REWORDED, PUBLISHED)
    return proposals.change_state(connection, proposal.id, before, state, text=text, original=None)


def correct(where: Turn | Scene, proposal: Proposal, text: str) -> bool:
    """A moderator mends the spelling; what the author wrote is kept beside it."""
    return proposals.set_text(_scene(where).connection, proposal.id, proposal.text, text, corrected=True)


def merge(where: Turn | Scene, proposal: Proposal, into: Proposal) -> bool:
    """The two say the same: from now on only `into` is served. Both keep their authors and their votes. False also
    when `into` is not published, lies in another pool, or is the same one."""
    connection = _scene(where).connection
    target = proposals.by_id(connection, into.id)
    if target is None or target.state != PUBLISHED or target.id == proposal.id:
        return False
    if (target.consultation, target.pool) != (proposal.consultation, proposal.pool):
        return False
    before = (WAITING, REWORDED, PUBLISHED, HIDDEN)
    done = proposals.change_state(connection, proposal.id, before, MERGED, reason="duplicate", into=target.id)
    if done:
        following.merged(_scene(where), proposal)
    return done


def unmerge(where: Turn | Scene, proposal: Proposal) -> bool:
    """It was not the same after all: served again, with the votes that it had."""
    scene = _scene(where)
    values: dict[str, Any] = {"into": None, "published_ms": proposal.published_ms or ms(scene.now)}
    done = proposals.change_state(scene.connection, proposal.id, (MERGED,), PUBLISHED, **values)
    if done and proposal.published_ms is None:
        following.published(scene, proposal)
    return done


def remove(where: Turn | Scene, proposal: Proposal, reason: str) -> bool:
    """Take away what was published. Its votes stay on file, and it is no longer served."""
    connection = _scene(where).connection
    return proposals.change_state(connection, proposal.id, (PUBLISHED, HIDDEN), REMOVED, reason=reason)


def hide(where: Turn | Scene, proposal: Proposal, reason: str) -> bool:
    """Keep it from sight until somebody has decided; whoever hides sees to it that it comes back within a day."""
    connection = _scene(where).connection
    return proposals.change_state(connection, proposal.id, (PUBLISHED,), HIDDEN, reason=reason)


def restore(where: Turn | Scene, proposal: Proposal) -> bool:
    """Bring back what was hidden, or what was removed or refused wrongly."""
    scene = _scene(where)
    published = proposal.published_ms or ms(scene.now)
    if proposals.change_state(scene.connection, proposal.id, (HIDDEN,), PUBLISHED):
        return True
    gone = (REMOVED, REFUSED)
    done = proposals.change_state(scene.connection, proposal.id, gone, PUBLISHED, published_ms=published)
    if done:
        following.published(scene, proposal)
    return done
