"""Cases: what a moderator has to decide, who took it on, what was decided.

The one rule: a case changes by compare-and-set on its state and its turn, and each decision is a row that is only
added. Of two moderators who press at once the first one decides; the second finds another turn and changes nothing.

A subject (a proposal, a message in a group) has one case for ever. What comes up about it again joins that case, or
opens it again under the next turn, so that whoever decides sees what was decided before.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, case, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from storage.tables import cases, decisions, reports

OPEN, DECIDED = "open", "decided"


@dataclass(frozen=True, slots=True)
class Case:
    """One case. `why` are the codes of what brought it here, in the order in which they came."""

    id: int
    kind: str
    scope: str
    consultation: str | None
    proposal: int | None
    subject: str
    place: str
    ref: str | None
    author: int | None
    text: str
    lang: str
    why: tuple[str, ...]
    state: str
    turn: int
    escalated: bool
    claimed_by: int | None
    claimed_until_ms: int | None
    decided_by: int | None
    outcome: str | None
    reason: str | None
    opened_ms: int
    decided_ms: int | None
    appeal_of: int | None

    def held(self, now_ms: int) -> int | None:
        """Who has taken it on at this moment."""
        if self.claimed_by is None or self.claimed_until_ms is None or self.claimed_until_ms <= now_ms:
            return None
        return self.claimed_by


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a case is about. `subject` names it for ever; `scope` says whose affair it is: a consultation or a place;
    `place` is the chat of the author, or the group where it was written, with its message in `ref`."""

    kind: str
    subject: str
    scope: str
    place: str
    text: str
    lang: str
    ref: str | None = None
    consultation: str | None = None
    proposal: int | None = None
    author: int | None = None
    appeal_of: int | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision as it was written down. `detail` is the number of a note, of a proposal, or hours."""

    case: int
    who: int
    outcome: str
    reason: str | None
    detail: str
    at_ms: int


_COLUMNS: tuple[Any, ...] = tuple(cases.c[name] for name in Case.__slots__)
_CASE: Any = select(*_COLUMNS)
_WHY = Case.__slots__.index("why")


def _read(row: Any) -> Case:
    values = list(row)
    values[_WHY] = tuple(values[_WHY].split())
    return Case(*values)


def _one(connection: Connection, query: Any) -> Case | None:
    row = connection.execute(query).first()
    return _read(row) if row else None


def by_id(connection: Connection, id: int) -> Case | None:
    return _one(connection, _CASE.where(cases.c.id == id))


def by_subject(connection: Connection, subject: str) -> Case | None:
    return _one(connection, _CASE.where(cases.c.subject == subject))


# --- Opening ---------------------------------------------------------------------------------------------------------


def open_or_join(
    connection: Connection, about: About, why: Sequence[str], at_ms: int, *, again: bool
) -> tuple[Case, bool]:
    """The case about this, and whether it has just been opened: made, or with `again` opened once more after it was
    decided. What is open already is joined: it keeps its age, and gets what is new."""
    found = _locked(connection, about.subject)
    if found is None and _insert(connection, about, why, at_ms):
        made = by_subject(connection, about.subject)
        assert made is not None
        return made, True
    found = found or _locked(connection, about.subject)
    assert found is not None, "whoever was faster has made it"
    if found.state == OPEN:
        return _join(connection, found, about, why), False
    return (_reopen(connection, found, about, why, at_ms), True) if again else (found, False)


def _locked(connection: Connection, subject: str) -> Case | None:
    return _one(connection, _CASE.where(cases.c.subject == subject).with_for_update())


def _insert(connection: Connection, about: About, why: Sequence[str], at_ms: int) -> bool:
    """Make it; False when somebody else has made it in the meantime."""
    row = {name: getattr(about, name) for name in About.__slots__}
    first = {"state": OPEN, "turn": 0, "escalated": False, "opened_ms": at_ms, "why": " ".join(why)}
    into: Any = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(cases)
    made = into.values(**row, **first).on_conflict_do_nothing(index_elements=["subject"])
    return connection.execute(made.returning(cases.c.id)).first() is not None


def _join(connection: Connection, found: Case, about: About, why: Sequence[str]) -> Case:
    """More about an open case. Another text is another turn: nobody decides on words that they have not seen."""
    flags = tuple(dict.fromkeys((*found.why, *why)))
    changed = about.text != found.text
    if flags == found.why and not changed:
        return found
    values = {"why": " ".join(flags), "text": about.text, "turn": found.turn + changed}
    return _set(connection, found.id, **values)


def _reopen(connection: Connection, found: Case, about: About, why: Sequence[str], at_ms: int) -> Case:
    return _set(
        connection,
        found.id,
        text=about.text,
        lang=about.lang,
        place=about.place,
        author=about.author,
        why=" ".join(why),
        state=OPEN,
        turn=found.turn + 1,
        escalated=False,
        claimed_by=None,
        claimed_until_ms=None,
        decided_by=None,
        outcome=None,
        reason=None,
        opened_ms=at_ms,
        decided_ms=None,
    )


def _set(connection: Connection, id: int, **values: Any) -> Case:
    connection.execute(update(cases).where(cases.c.id == id).values(**values))
    found = by_id(connection, id)
    assert found is not None
    return found


# --- Taking on -------------------------------------------------------------------------------------------------------


def _free_for(who: int, now_ms: int) -> Any:
    """Has nobody else taken it on?"""
    return or_(
        cases.c.claimed_by.is_(None),
        cases.c.claimed_by == who,
        cases.c.claimed_until_ms.is_(None),
        cases.c.claimed_until_ms <= now_ms,
    )


def claim(connection: Connection, id: int, who: int, now_ms: int, until_ms: int) -> bool:
    """Take an open case on; False when somebody else has, or it is decided."""
    done = connection.execute(
        update(cases)
        .where(cases.c.id == id, cases.c.state == OPEN, _free_for(who, now_ms))
        .values(claimed_by=who, claimed_until_ms=until_ms)
    )
    return done.rowcount == 1


def give_back(connection: Connection, id: int, *, who: int | None = None, until_ms: int | None = None) -> bool:
    """Let go of a case: by whoever took it on, or because that time (`until_ms`) is over."""
    query = update(cases).where(cases.c.id == id, cases.c.state == OPEN, cases.c.claimed_by.is_not(None))
    if who is not None:
        query = query.where(cases.c.claimed_by == who)
    if until_ms is not None:
        query = query.where(cases.c.claimed_until_ms <= until_ms)
    return connection.execute(query.values(claimed_by=None, claimed_until_ms=None)).rowcount == 1


# --- Deciding --------------------------------------------------------------------------------------------------------


def decide(
    connection: Connection,
    found: Case,
    *,
    who: int,
    outcome: str,
    at_ms: int,
    reason: str | None = None,
    detail: str = "",
) -> bool:
    """Decide as the first one: False when it was decided, changed or taken on by somebody else since it was read."""
    made = Decision(found.id, who, outcome, reason, detail, at_ms)
    return _move(
        connection,
        found,
        made,
        state=DECIDED,
        outcome=outcome,
        reason=reason,
        decided_by=who,
        decided_ms=at_ms,
    )


def escalate(connection: Connection, found: Case, *, who: int, at_ms: int) -> bool:
    """Leave it to the organisers: it stays open, under another turn."""
    return _move(connection, found, Decision(found.id, who, "escalate", None, "", at_ms), escalated=True)


def _move(connection: Connection, found: Case, made: Decision, **values: Any) -> bool:
    """The compare-and-set, and the decision that goes with it."""
    free = _free_for(made.who, made.at_ms)
    done = connection.execute(
        update(cases)
        .where(cases.c.id == found.id, cases.c.state == OPEN, cases.c.turn == found.turn, free)
        .values(turn=found.turn + 1, claimed_by=None, claimed_until_ms=None, **values)
    )
    if done.rowcount == 1:
        _write(connection, made)
    return done.rowcount == 1


def _write(connection: Connection, made: Decision) -> None:
    connection.execute(insert(decisions), [{name: getattr(made, name) for name in Decision.__slots__}])


def record(
    connection: Connection,
    id: int,
    *,
    who: int,
    outcome: str,
    at_ms: int,
    reason: str | None = None,
    detail: str = "",
) -> None:
    """Write down what somebody did in a case that goes on, or after it was decided."""
    _write(connection, Decision(id, who, outcome, reason, detail, at_ms))


def settle(connection: Connection, id: int, outcome: str, at_ms: int) -> bool:
    """Nothing is left to decide (its author took it back, or left): it is closed, and nobody decided."""
    done = connection.execute(
        update(cases)
        .where(cases.c.id == id, cases.c.state == OPEN)
        .values(
            state=DECIDED, turn=cases.c.turn + 1, outcome=outcome, decided_ms=at_ms, claimed_by=None, decided_by=None
        )
    )
    return done.rowcount == 1


def remark(connection: Connection, id: int, outcome: str) -> None:
    """What became of a decided case since: the author took the wording that was offered."""
    connection.execute(update(cases).where(cases.c.id == id, cases.c.state == DECIDED).values(outcome=outcome))


_DECISION: Any = select(*(decisions.c[name] for name in Decision.__slots__)).order_by(decisions.c.id.desc())


def decisions_of(connection: Connection, id: int) -> list[Decision]:
    """What was decided in a case, the newest first."""
    return [Decision(*row) for row in connection.execute(_DECISION.where(decisions.c.case == id))]


def decision(connection: Connection, id: int) -> Decision | None:
    """One decision by its own number."""
    row = connection.execute(_DECISION.where(decisions.c.id == id)).first()
    return Decision(*row) if row else None


def last_decisions(connection: Connection, scopes: Collection[str] | None, n: int) -> list[Decision]:
    """The last decisions in some scopes (None: in all), the newest first."""
    query = _DECISION.limit(n)
    if scopes is not None:
        query = query.join(cases, cases.c.id == decisions.c.case).where(cases.c.scope.in_(list(scopes)))
    return [Decision(*row) for row in connection.execute(query)]


# --- What waits ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many cases are open, since when the oldest one, how many somebody has taken on, how many are left to the
    organisers."""

    n: int
    oldest_ms: int | None
    taken: int
    escalated: int


def _open_in(scopes: Collection[str] | None) -> Any:
    there = cases.c.state == OPEN
    return there if scopes is None else and_(there, cases.c.scope.in_(list(scopes)))


def open_in(connection: Connection, scopes: Collection[str] | None, n: int) -> list[Case]:
    """The open cases of some scopes (None: of all), oldest first."""
    query = _CASE.where(_open_in(scopes)).order_by(cases.c.opened_ms, cases.c.id).limit(n)
    return [_read(row) for row in connection.execute(query)]


def waiting(connection: Connection, scopes: Collection[str] | None, now_ms: int) -> Waiting:
    """How the open cases stand."""
    taken = case((cases.c.claimed_until_ms > now_ms, 1), else_=0)
    escalated = case((cases.c.escalated, 1), else_=0)
    query = select(func.count(), func.min(cases.c.opened_ms), func.sum(taken), func.sum(escalated)).where(
        _open_in(scopes)
    )
    n, oldest, held, left = connection.execute(query).one()
    return Waiting(int(n), oldest, int(held or 0), int(left or 0))


def scopes_open(connection: Connection) -> list[str]:
    """The scopes in which something is open."""
    return list(connection.execute(select(cases.c.scope).where(cases.c.state == OPEN).distinct()).scalars())


def outcomes_since(connection: Connection, scopes: Collection[str] | None, since_ms: int) -> dict[str, int]:
    """How many cases were decided since then, by outcome."""
    decided = and_(cases.c.state == DECIDED, cases.c.decided_ms >= since_ms)
    query = select(cases.c.outcome, func.count()).where(decided).group_by(cases.c.outcome)
    if scopes is not None:
        query = query.where(cases.c.scope.in_(list(scopes)))
    return {row[0]: int(row[1]) for row in connection.execute(query)}


# --- Authors and reporters -------------------------------------------------------------------------------------------


def history(connection: Connection, author: int, *, without: int = 0) -> dict[str, int]:
    """How many earlier cases of this author ended how."""
    query = (
        select(cases.c.outcome, func.count())
        .where(cases.c.author == author, cases.c.state == DECIDED, cases.c.id != without)
        .group_by(cases.c.outcome)
    )
    return {row[0]: int(row[1]) for row in connection.execute(query)}


def report(connection: Connection, id: int, participant: int, reason: str, *, trusted: bool, at_ms: int) -> bool:
    """Note that somebody reports this; False when they have done so already."""
    into: Any = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(reports)
    row = {"case": id, "participant": participant, "reason": reason, "trusted": trusted, "at_ms": at_ms}
    made = into.values(**row).on_conflict_do_nothing(index_elements=["case", "participant"])
    return connection.execute(made.returning(reports.c.at_ms)).first() is not None


def reporters(connection: Connection, id: int) -> list[tuple[int, str, bool]]:
    """(participant, reason, trusted) of everybody who reported it, the first one first."""
    query = select(reports.c.participant, reports.c.reason, reports.c.trusted).where(reports.c.case == id)
    return [(row[0], row[1], row[2]) for row in connection.execute(query.order_by(reports.c.at_ms))]


# --- Forgetting ------------------------------------------------------------------------------------------------------


def empty_old(connection: Connection, before_ms: int) -> list[int]:
    """Empty the text of what was decided before then; the ids of those that had one."""
    old = and_(cases.c.state == DECIDED, cases.c.decided_ms < before_ms, cases.c.text != "")
    found = list(connection.execute(select(cases.c.id).where(old)).scalars())
    connection.execute(update(cases).where(old).values(text=""))
    return found


def forget_authors(connection: Connection, consultation: str) -> None:
    """The key of a consultation is destroyed: nothing here may link its proposals to people any more."""
    connection.execute(update(cases).where(cases.c.consultation == consultation).values(author=None))


def of_author(connection: Connection, author: int) -> list[Case]:
    return [_read(row) for row in connection.execute(_CASE.where(cases.c.author == author))]


def forget_author(connection: Connection, author: int, at_ms: int) -> list[int]:
    """A person leaves: what they wrote goes, and nothing of theirs is left to decide. The ids of what was open."""
    found = [one.id for one in of_author(connection, author) if one.state == OPEN]
    for id in found:
        settle(connection, id, "left", at_ms)
    connection.execute(update(cases).where(cases.c.author == author).values(author=None, text="", ref=None))
    return found


def move_place(connection: Connection, before: str, after: str) -> None:
    """A group has another address now. Its messages have other references, or none."""
    connection.execute(update(cases).where(cases.c.place == before).values(place=after))
    connection.execute(update(cases).where(cases.c.scope == before).values(scope=after))
