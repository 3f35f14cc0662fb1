"""Who people are: participants, their identities on messengers, their conversations, their roles.

The one rule: a platform's id of a person lives here and in rows that address a message, nowhere else; everything
about opinions hangs on the participant or on a keyed token.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from storage import watched
from storage.among import among
from storage.tables import (
    announcements,
    chats,
    conversations,
    formers,
    identities,
    participants,
    roles,
    sessions,
    subscriptions,
)
from storage.writing import Row, many, upsert


@dataclass(frozen=True, slots=True)
class Speaker:
    """The participant behind a lane, and where their conversation there stands. `menu` is the last menu that was
    shown and not used yet, as JSON text, so that it can be answered by typing."""

    lane: str
    participant: int
    lang: str | None
    session: int | None
    reachable: bool
    menu: str | None = None


def identity(adapter: str, person: str) -> str:
    """What a messenger calls a person, such as `telegram:17`: the same through each of its bots (`telegram.4242`)."""
    return f"{adapter.partition('.')[0]}:{person}"


def new_id() -> int:
    """A random id for a row whose order of birth must not show."""
    return secrets.randbits(62)


_BY_LANE = (
    select(
        conversations.c.lane,
        conversations.c.participant,
        participants.c.lang,
        conversations.c.session,
        conversations.c.reachable,
        conversations.c.menu,
    )
    .join(participants, participants.c.id == conversations.c.participant)
    .where(among(conversations.c.lane, "lanes"))
)


def speakers(connection: Connection, names: Sequence[str]) -> dict[str, Speaker]:
    """The speakers of those lanes that have a conversation already."""
    return {row[0]: Speaker(*row) for row in connection.execute(_BY_LANE, {"lanes": names}).all()}


def by_identity(connection: Connection, names: Sequence[str]) -> dict[str, tuple[int, str | None]]:
    """identity -> (participant, language) for those identities that are known."""
    query = (
        select(identities.c.identity, participants.c.id, participants.c.lang)
        .join(participants, participants.c.id == identities.c.participant)
        .where(identities.c.identity.in_(list(names)))
    )
    return {row[0]: (row[1], row[2]) for row in connection.execute(query)}


_ADD, _NAME = insert(participants), insert(identities)


def add(connection: Connection, people: Sequence[Row], names: Sequence[Row], talks: Sequence[Row]) -> None:
    """Insert participants, identities and conversations, in that order."""
    many(connection, _ADD, people)
    many(connection, _NAME, names)
    upsert(connection, conversations, talks, update=("session", "reachable"))


_FOCUS = update(conversations).where(conversations.c.lane == bindparam("at")).values(session=bindparam("to"))


def focus(connection: Connection, rows: Sequence[Row]) -> None:
    """Set the session that conversations are about: rows of `at` (lane) and `to` (session id or None)."""
    many(connection, _FOCUS, rows)


_MENU = update(conversations).where(conversations.c.lane == bindparam("at")).values(menu=bindparam("shown"))


def set_menus(connection: Connection, rows: Sequence[Row]) -> None:
    """Note the menus that conversations show: rows of `at` (lane) and `shown` (JSON text or None)."""
    many(connection, _MENU, rows)


def set_lang(connection: Connection, participant: int, lang: str) -> None:
    connection.execute(update(participants).where(participants.c.id == participant).values(lang=lang))


def set_reachable(connection: Connection, place: str, reachable: bool) -> None:
    """Note that a place can (or can no longer) be written to."""
    connection.execute(update(conversations).where(conversations.c.place == place).values(reachable=reachable))


def move_place(connection: Connection, before: str, after: str) -> None:
    """Re-key everything that addresses the place `before`: a group that became a supergroup. Who has spoken in the new
    place already keeps the conversation there."""
    there = set(connection.execute(select(conversations.c.lane).where(conversations.c.place == after)).scalars())
    left = [lane.replace(after, before, 1) for lane in there]
    connection.execute(delete(conversations).where(conversations.c.place == before, conversations.c.lane.in_(left)))
    for table in (conversations, sessions, subscriptions):
        rows = connection.execute(select(table.c.lane).where(table.c.place == before)).scalars().all()
        for lane in rows:
            moved = lane.replace(before, after, 1)
            connection.execute(update(table).where(table.c.lane == lane).values(lane=moved, place=after))
    for participant, role, _scope in holders(connection, before):
        grant(connection, participant, role, after, 0)
    connection.execute(delete(roles).where(roles.c.scope == before))
    if not admins_launch(connection, before):
        let_admins_launch(connection, after, False)
    if watched.is_watched(connection, before):
        watched.watch(connection, after, True)
    connection.execute(delete(chats).where(chats.c.place == before))


def erase(connection: Connection, participant: int) -> None:
    """Delete a person: identities, conversations, roles and subscriptions go with the participant's row."""
    connection.execute(delete(sessions).where(sessions.c.participant == participant))
    connection.execute(delete(participants).where(participants.c.id == participant))


def lanes_of(connection: Connection, participant: int) -> list[tuple[str, str]]:
    """(lane, place) of each conversation of a person."""
    query = select(conversations.c.lane, conversations.c.place).where(conversations.c.participant == participant)
    return [(row[0], row[1]) for row in connection.execute(query)]


def identities_of(connection: Connection, participant: int) -> list[str]:
    """What messengers call a person, each as `telegram:17`."""
    query = select(identities.c.identity).where(identities.c.participant == participant)
    return list(connection.execute(query.order_by(identities.c.identity)).scalars())


def alone_in(connection: Connection, participant: int, place: str) -> bool:
    """Is nobody else spoken to in `place`, neither a person nor a public?"""
    others = select(conversations.c.lane).where(
        conversations.c.place == place, conversations.c.participant != participant
    )
    public = select(announcements.c.place).where(announcements.c.place == place)
    return not any(connection.execute(query.limit(1)).first() for query in (others, public))


def export(connection: Connection, participant: int) -> dict[str, Any]:
    """What these tables hold about one person."""
    person = connection.execute(select(participants).where(participants.c.id == participant)).mappings().first()
    names = connection.execute(select(identities.c.identity).where(identities.c.participant == participant)).scalars()
    return {
        "language": person["lang"] if person else None,
        "identities": list(names),
        "roles": sorted(f"{role} ({scope})" for role, scope in roles_of(connection, participant)),
        "code": person["code"] if person else None,
    }


# --- Roles -----------------------------------------------------------------------------------------------------------


def roles_of(connection: Connection, participant: int) -> set[tuple[str, str]]:
    """(role, scope) pairs; scope `*` is the whole instance, else a consultation id or a place."""
    query = select(roles.c.role, roles.c.scope).where(roles.c.participant == participant)
    return {(row[0], row[1]) for row in connection.execute(query)}


def grant(connection: Connection, participant: int, role: str, scope: str, at_ms: int) -> None:
    row = {"participant": participant, "role": role, "scope": scope, "since_ms": at_ms}
    upsert(connection, roles, [row], update=())


def revoke(connection: Connection, participant: int, role: str, scope: str) -> bool:
    """Take a role away; False when the person does not have it."""
    done = connection.execute(
        delete(roles).where(roles.c.participant == participant, roles.c.role == role, roles.c.scope == scope)
    )
    return done.rowcount == 1


def holders(connection: Connection, *scopes: str) -> list[tuple[int, str, str]]:
    """(participant, role, scope) of everybody who has a role in one of `scopes`, longest first."""
    query = (
        select(roles.c.participant, roles.c.role, roles.c.scope)
        .where(roles.c.scope.in_(scopes))
        .order_by(roles.c.since_ms, roles.c.participant, roles.c.role)
    )
    return [(row[0], row[1], row[2]) for row in connection.execute(query)]


def all_holders(connection: Connection) -> list[tuple[int, str, str]]:
    """(participant, role, scope) of everybody who has a role anywhere."""
    query = select(roles.c.participant, roles.c.role, roles.c.scope).order_by(roles.c.scope, roles.c.since_ms)
    return [(row[0], row[1], row[2]) for row in connection.execute(query)]


def known(connection: Connection, participant: int) -> bool:
    """Is this person still here?"""
    query = select(participants.c.id).where(participants.c.id == participant)
    return connection.execute(query).first() is not None


def owners(connection: Connection, scope: str = "*") -> int:
    """How many owners there are, of the whole instance or of one consultation or place."""
    query = select(roles.c.participant).where(roles.c.role == "owner", roles.c.scope == scope)
    return len(connection.execute(query).all())


_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def new_code() -> str:
    """Eight letters that nobody mixes up, drawn by chance."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(8))
    return written_code(letters)


def written_code(typed: str) -> str:
    """A code as it is written, however it was typed."""
    bare = "".join(typed.upper().replace("-", "").split())
    return f"{bare[:4]}-{bare[4:]}"


def code_of(connection: Connection, participant: int) -> str:
    """The short code by which a person can be named without a messenger's id; made when first asked for."""
    query = select(participants.c.code).where(participants.c.id == participant)
    known = connection.execute(query).scalar()
    while known is None:
        code = new_code()
        if by_code(connection, code) is None:
            connection.execute(update(participants).where(participants.c.id == participant).values(code=code))
            known = code
    return str(known)


def code_if_known(connection: Connection, participant: int) -> str | None:
    """The code of a person when they have one; nothing is written."""
    found: str | None = connection.execute(select(participants.c.code).where(participants.c.id == participant)).scalar()
    return found


def by_code(connection: Connection, code: str) -> int | None:
    """The person of a code, however it is typed; also of one that was theirs before two messengers were linked."""
    written = written_code(code)
    found: int | None = connection.execute(select(participants.c.id).where(participants.c.code == written)).scalar()
    if found is None:
        found = connection.execute(select(formers.c.participant).where(formers.c.code == written)).scalar()
    return found


@dataclass(frozen=True, slots=True)
class Address:
    """Where one can write to a person in private, and in which language."""

    participant: int
    place: str
    lang: str | None
    lane: str


def addresses(connection: Connection, some: Sequence[int]) -> list[Address]:
    """A private conversation of each of these people who can be reached in one, in their order."""
    query = (
        select(conversations.c.participant, conversations.c.place, participants.c.lang, conversations.c.lane)
        .join(participants, participants.c.id == conversations.c.participant)
        .where(conversations.c.participant.in_(list(some)), conversations.c.reachable, conversations.c.private)
        .order_by(conversations.c.lane.desc())
    )
    found = {row[0]: Address(*row) for row in connection.execute(query)}
    return [found[one] for one in dict.fromkeys(some) if one in found]


def admins_launch(connection: Connection, place: str) -> bool:
    """May the administrators of this group launch polls in it? Yes, unless it was switched off."""
    found = connection.execute(select(chats.c.admins).where(chats.c.place == place)).scalar()
    return found is None or bool(found)


def let_admins_launch(connection: Connection, place: str, allowed: bool) -> None:
    upsert(connection, chats, [{"place": place, "admins": allowed}], update=("admins",))


def is_group(connection: Connection, place: str) -> bool:
    """Is this a place where several people speak, or something was announced?"""
    spoken = select(conversations.c.lane).where(conversations.c.place == place, conversations.c.private.is_(False))
    told = select(announcements.c.place).where(announcements.c.place == place)
    return any(connection.execute(query.limit(1)).first() for query in (spoken, told))
