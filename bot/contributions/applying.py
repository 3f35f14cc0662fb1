"""What people put forward, judge and sign goes on file, or is taken back.

The one rule: the engine says what somebody wants, the file says what may be. A stance needs the word that came with
its card, a proposal that is still published and is not one's own; a proposal needs room within the limits. Whatever is
not taken is told, never dropped in silence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.contributions import limits, proofs, publishing, seeding
from bot.contributions.nearby import spot_of
from bot.contributions.pools import pool_of, react_steps
from bot.followup import thresholds
from bot.moderation.detect import flags
from bot.scene import Live
from flows import effects
from flows.flow import Ask, Checked, Propose, React, Sign
from flows.session import Given
from flows.skeleton import clean
from locales import tr
from storage import proposals, replies, signatures, stances
from storage.consultations import INTERNAL
from storage.database import Connection
from storage.instants import ms
from storage.proposals import PUBLISHED, WAITING, Proposal
from storage.signatures import Signature
from storage.stances import Stance

if TYPE_CHECKING:
    from bot.turn import Turn

LONGEST_NAME = 120


def apply(turn: Turn, live: Live, effect: effects.Stance | effects.Proposed | effects.Signed) -> None:
    """Put it on file, as far as that may be."""
    step = live.flow.step(effect.question)
    if live.token is None or live.consultation.state == INTERNAL or not isinstance(step, Ask):
        return  # a preview, or an organiser who prepares something
    match effect:
        case effects.Stance():
            _judge(turn, live, live.token, step, effect)
        case effects.Proposed():
            _propose(turn, live, live.token, step, effect)
        case effects.Signed():
            _sign(turn, live, live.token, step, effect)


# --- Stances ---------------------------------------------------------------------------------------------------------


def _judge(turn: Turn, live: Live, token: str, ask: Ask, effect: effects.Stance) -> None:
    connection, run = turn.scene.connection, live.consultation
    found = proposals.by_number(connection, run.id, effect.number)
    if found is None or found.pool != pool_of(ask):
        return
    if effect.value is None:
        stances.put(connection, run.id, token, found.id, None)
        return
    via = proofs.read(run.key, live.id, effect.number, effect.proof) if run.key else None
    if via is None or not _may_say(ask, effect.value):
        return  # not a card of ours: nobody comes here by our buttons
    if found.state != PUBLISHED or found.author == token:
        turn.tell(tr(turn.lang, "This one can no longer be judged: what you say of it is not counted."))
        return
    stances.put(connection, run.id, token, found.id, Stance(effect.value, _offered(ask, effect), via))


def _may_say(ask: Ask, value: str) -> bool:
    match ask.kind:
        case React(stands=stands):
            return any(stand.code == value for stand in stands)
        case _:
            return value == stances.AGREE


def _offered(ask: Ask, effect: effects.Stance) -> tuple[str, ...]:
    """The words that were added, as far as they were offered."""
    if not isinstance(ask.kind, React):
        return ()
    known = {one.code for stand in ask.kind.stands if stand.code == effect.value for one in stand.qualifiers}
    return tuple(code for code in effect.qualifiers if code in known)


# --- Proposals -------------------------------------------------------------------------------------------------------


def _propose(turn: Turn, live: Live, token: str, ask: Ask, effect: effects.Proposed) -> None:
    kind = ask.kind
    assert isinstance(kind, Propose)
    scene, now = turn.scene, ms(turn.event.at)
    connection = scene.connection
    if limits.left(connection, live, ask.name, kind, now) == 0:
        turn.say(tr(turn.lang, "This one was not kept: you have already sent as many as one person may for now."))
        return
    text = _text(effect)
    flagged = _flagged(turn, live, effect, text)
    waits = kind.checked is Checked.BEFORE or (kind.checked is Checked.NEWCOMERS and limits.newcomer(connection, live))
    spot = spot_of(effect.spot)
    added = proposals.add(
        connection,
        consultation=live.consultation.id,
        pool=ask.name,
        text=text,
        lang=live.session.lang,
        source=proposals.PARTICIPANT,
        state=WAITING,
        lot=seeding.lot(scene, live.consultation.id, f"{ask.name}:{text}"),
        since_ms=now,
        author=token,
        category=effect.category or None,
        addressee=effect.addressee or None,
        parent=_parent(connection, live, ask.name, effect.parent),
        photo=effect.photo or None,
        lat=spot[0] if spot else None,
        lon=spot[1] if spot else None,
    )
    if not waits:
        publishing.publish(turn, added, at_once=True)
    if waits or flagged:
        _have_read(turn, live, added, flagged)


def _text(effect: effects.Proposed) -> str:
    """The text as it is kept, with the address where one was typed instead of a place on the map."""
    text = clean(effect.text).strip()
    return f"{text} ({clean(effect.spot)})" if effect.spot and spot_of(effect.spot) is None else text


def _flagged(turn: Turn, live: Live, effect: effects.Proposed, text: str) -> tuple[str, ...]:
    """What the automatic rules say of it. An address that was asked for is not held against its author."""
    lang, detection = live.session.lang, turn.scene.rules.detection
    own = flags(clean(effect.text), lang, detection=detection)
    return tuple(code for code in flags(text, lang, detection=detection) if code != "personal" or code in own)


def _parent(connection: Connection, live: Live, pool: str, number: int | None) -> int | None:
    """The proposal that a nuance is added to."""
    if number is None:
        return None
    found = proposals.by_number(connection, live.consultation.id, number)
    return found.id if found is not None and found.pool == pool else None


def _have_read(turn: Turn, live: Live, added: Proposal, flagged: tuple[str, ...]) -> None:
    """Put it in front of the moderators."""
    from bot.moderation import opening  # it speaks through turns, which bring effects here

    stored = proposals.by_id(turn.scene.connection, added.id)
    assert stored is not None
    opening.submitted(turn, live.consultation, stored, flags=flagged)


# --- Signatures ------------------------------------------------------------------------------------------------------


def _sign(turn: Turn, live: Live, token: str, ask: Ask, effect: effects.Signed) -> None:
    kind, scene = ask.kind, turn.scene
    assert isinstance(kind, Sign)
    shown = effect.shown if kind.named and effect.shown in ("name", "initials") else "hidden"
    name = " ".join(clean(effect.name).split())[:LONGEST_NAME] if shown != "hidden" else ""
    signature = Signature(
        question=ask.name,
        shown=shown if name else "hidden",
        name=name,
        reason=clean(effect.reason).strip()[: kind.reason],
        contact=kind.contact and effect.contact,
    )
    signatures.put(scene.connection, live.consultation.id, token, signature)
    thresholds.after_signature(scene, live.consultation.id, live.flow, ask.name)


# --- Taking back -----------------------------------------------------------------------------------------------------


def take_back(turn: Turn, live: Live, question: str) -> None:
    """The answer to a question is withdrawn: with it goes what was put forward, judged or signed there."""
    ask = live.flow.step(question)
    if live.token is None or live.consultation.state == INTERNAL or not isinstance(ask, Ask):
        return
    connection, run, token = turn.scene.connection, live.consultation.id, live.token
    match ask.kind:
        case React() if not _judged_elsewhere(live, ask):
            stances.leave(connection, run, token, pool=pool_of(ask))
        case Propose():
            _withdrawn(turn, proposals.withdraw(connection, run, ask.name, token))
            stances.leave(connection, run, token, pool=ask.name, via=stances.SIMILAR)
        case Sign():
            signatures.take(connection, run, token, question)
        case _:
            pass


def _judged_elsewhere(live: Live, ask: Ask) -> bool:
    """Does another step, whose answer stands, judge the same proposals? A stance does not say where it was given."""
    answers = live.session.answers
    others = (other.name for other in react_steps(live.flow, pool_of(ask)) if other.name != ask.name)
    return any((given := answers.get(name)) is not None and given.given is Given.ANSWER for name in others)


def _withdrawn(turn: Turn, ids: list[int]) -> None:
    if ids:
        from bot.moderation import opening

        opening.withdrawn(turn, ids)


def leave(turn: Turn, live: Live) -> None:
    """The person of a session is erased. While answers count, stances and signatures go with them; after that only
    names and links do, and the counts stay. What waits is withdrawn; what was published stays without an author."""
    if live.token is None:
        return
    connection, run, token = turn.scene.connection, live.consultation, live.token
    if run.state in ("open", "scheduled"):
        stances.leave(connection, run.id, token)
        signatures.leave(connection, run.id, token)
    else:
        signatures.hide(connection, run.id, token)
    waiting = [one.id for one in proposals.of_author(connection, run.id, token) if one.state in proposals.UNREAD]
    proposals.leave(connection, run.id, token)
    replies.leave(connection, run.id, token)
    _withdrawn(turn, waiting)
