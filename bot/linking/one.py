"""Two people become one, and part again, with everything that counts.

The one rule: **one person, one vote, at every moment**. Where both have answered a consultation that still counts, the
answers given last stay whole and the others are taken back with their counters, in the same transaction. Whoever is
separated again may not begin anew where the person has taken part: a keyed mark of the identity says so until the
consultation's key is destroyed. Nobody can vote twice by linking and separating who could not do so without.

"Last" is the time of the last change of a session. One in which nothing is on file yields to one in which something is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.scene import Scene
from flows.flow import Ask, Flow
from flows.session import Answer
from flows.tally.counts import deltas
from storage import audit, ballots, consultations, links, people, sessions, signatures, stances, timers
from storage.consultations import Consultation
from storage.instants import ms
from storage.sessions import Stored

COUNTING = ("scheduled", "open", "closing")
"""The states in which answers can still be taken back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Both:
    """A consultation that both have a session in. `counts`: answers can still be taken back; else both stay counted,
    as it was when it was closed."""

    run: Consultation
    keeps: Stored
    yields: Stored
    counts: bool
    taken_back: bool
    """Is there anything on file to be taken back?"""


def both(scene: Scene, stays: int, goes: int) -> Iterator[Both]:
    """The consultations that two people both have a session in, and which of the two would stay."""
    mine = {row.consultation: row for row in sessions.of_participant(scene.connection, stays)}
    for other in sessions.of_participant(scene.connection, goes):
        if other.consultation in mine:
            yield _both(scene, mine[other.consultation], other)


def _both(scene: Scene, mine: Stored, other: Stored) -> Both:
    run = scene.consultation(mine.consultation)
    assert run is not None
    counts = run.key is not None and run.state in COUNTING
    left = {row.id: _on_file(scene, run, row) for row in (mine, other)}
    later = _weight(other, left) > _weight(mine, left)
    swapped = later and (counts or run.state == consultations.INTERNAL or not left[mine.id])
    keeps, yields = (other, mine) if swapped else (mine, other)
    return Both(run=run, keeps=keeps, yields=yields, counts=counts, taken_back=left[yields.id])


def _weight(row: Stored, left: dict[int, bool]) -> tuple[bool, int]:
    return left[row.id], row.last_ms


def _on_file(scene: Scene, run: Consultation, row: Stored) -> bool:
    return run.key is not None and links.on_file(scene.connection, run.id, ballots.token(run.key, row.participant))


# --- Becoming one ----------------------------------------------------------------------------------------------------


def join(scene: Scene, stays: int, goes: int) -> None:
    """Make one person of two: `goes` is `stays` from here on."""
    scene.flush()
    connection = scene.connection
    links.lock(connection, stays, goes)
    for one in list(both(scene, stays, goes)):
        _settle(scene, one, stays, goes)
    moved = [row.consultation for row in sessions.of_participant(connection, goes)]
    scene.load_consultations(set(moved))
    for id in moved:
        _rekey(scene, scene.by_id[id], stays, goes, votes=True)
    links.join(connection, stays, goes)
    links.unbar(connection, _keyed(scene, stays), people.identities_of(connection, stays))
    _note(scene, stays, "link")
    scene.separated.clear()
    scene.flush()
    _reread(scene, stays, goes)


def _settle(scene: Scene, one: Both, stays: int, goes: int) -> None:
    """Of two sessions in one consultation, one goes."""
    run, connection = one.run, scene.connection
    if one.counts:
        _take_back(scene, run, scene.flows.of(connection, run, one.yields.version), one.yields.participant)
        links.drop_consents(connection, one.yields.participant, run.id)
    if one.yields.participant == goes:
        _rekey(scene, run, stays, goes, votes=False)
    timers.forget(connection, str(one.yields.id))
    links.forget_session(connection, one.yields.id)
    sessions.drop(connection, one.yields.id)
    scene.lives.pop(one.yields.id, None)


def _take_back(scene: Scene, run: Consultation, flow: Flow, participant: int) -> None:
    """What somebody answered, judged and signed is taken back, with its counters. What they put forward stays."""
    assert run.key is not None
    connection, token = scene.connection, ballots.token(run.key, participant)
    for ballot in ballots.of_token(connection, run.id, token):
        question, answer = str(ballot["question"]), Answer.from_json(ballot["answer"])
        ask = flow.step(question)
        for code, n in (deltas(ask, answer, None) if isinstance(ask, Ask) else {}).items():
            counter = (run.id, question, code)
            scene.deltas[counter] = scene.deltas.get(counter, 0) + n
        scene.voted.add(run.id)
    scene.flush()
    ballots.erase(connection, run.id, token)
    stances.leave(connection, run.id, token)
    signatures.leave(connection, run.id, token)


def _rekey(scene: Scene, run: Consultation, stays: int, goes: int, *, votes: bool) -> None:
    """What hangs on the token of `goes` hangs on that of `stays`. Nobody judges what they put forward themselves."""
    if run.key is None:
        return
    connection = scene.connection
    after, before = ballots.token(run.key, stays), ballots.token(run.key, goes)
    if votes:
        links.move_votes(connection, run.id, before, after)
    links.move_words(connection, run.id, before, after)
    if run.state in COUNTING:
        for proposal in links.own_judged(connection, run.id, after):
            stances.put(connection, run.id, after, proposal, None)


def counted_again(scene: Scene, run: Consultation) -> None:
    """A closed consultation is opened again: where one person was counted twice because they were linked after it was
    closed, only what they answered as the one they are stays."""
    assert run.key is not None
    scene.flush()
    flow = scene.flows.of(scene.connection, run)
    for former, now in links.formers_of(scene.connection):
        tokens = [ballots.token(run.key, who) for who in (former, now)]
        if all(links.on_file(scene.connection, run.id, token) for token in tokens):
            _take_back(scene, run, flow, former)
    scene.flush()


# --- Parting ---------------------------------------------------------------------------------------------------------


def taken_part(scene: Scene, participant: int) -> list[tuple[Consultation, Stored]]:
    """The consultations of a person whose key is there: in these, one person has one vote."""
    stored = sessions.of_participant(scene.connection, participant)
    scene.load_consultations({row.consultation for row in stored})
    found = [(scene.by_id[row.consultation], row) for row in stored]
    return [(run, row) for run, row in found if run.key is not None and run.state != consultations.INTERNAL]


def _keyed(scene: Scene, participant: int) -> list[tuple[str, bytes]]:
    return [(run.id, run.key) for run, _row in taken_part(scene, participant) if run.key is not None]


def part(scene: Scene, participant: int, identity: str) -> int:
    """Make `identity` a person of its own; their number."""
    scene.flush()
    connection, new = scene.connection, people.new_id()
    links.lock(connection, participant)
    links.bar(connection, _keyed(scene, participant), identity)
    links.part(connection, participant, identity, new, ms(scene.now))
    _note(scene, participant, "unlink")
    scene.separated.clear()
    _reread(scene, participant)
    return new


def is_barred(scene: Scene, run: Consultation, participant: int, identity: str) -> bool:
    """Has this person taken part as somebody else, from whom they were separated? `identity` is the one that speaks:
    whoever speaks for the first time is not on file yet."""
    if run.id not in scene.separated:
        scene.separated[run.id] = links.marks(scene.connection, run.id)
    known = scene.separated[run.id]
    if not known or run.key is None:
        return False
    some = {identity, *people.identities_of(scene.connection, participant)}
    return links.is_barred(known, run.key, sorted(some))


# --- Both ------------------------------------------------------------------------------------------------------------


def _note(scene: Scene, participant: int, act: str) -> None:
    """Written down by name only for people who hold an office."""
    who = str(participant) if people.roles_of(scene.connection, participant) else "participant"
    audit.note(scene.connection, at_ms=ms(scene.now), who=who, act=act, subject="")


def _reread(scene: Scene, *some: int) -> None:
    """What was read of these people for the events that follow is read again."""
    lanes = [lane for lane, speaker in scene.speakers.items() if speaker.participant in some]
    for lane in lanes:
        del scene.speakers[lane]
    scene.speakers.update(people.speakers(scene.connection, lanes))
    known = {id for id, live in scene.lives.items() if live.participant in some}
    for id in known:
        del scene.lives[id]
    scene.load_sessions(known)
