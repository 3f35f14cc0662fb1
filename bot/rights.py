"""Who may do what: one table of roles and acts.

The one rule: what is not in the table is not allowed. A role holds in its scope only: the whole instance (`*`), one
consultation, or one place with what was announced there. Where others read along, only what they may read is done.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Role(StrEnum):
    OWNER = "owner"
    ORGANISER = "organiser"
    MODERATOR = "moderator"
    OBSERVER = "observer"


class Act(StrEnum):
    STATUS = "status"
    """See how consultations stand, drafts too."""
    AUDIT = "audit"
    """Read who did what."""
    LAUNCH = "launch"
    """Make a consultation."""
    CLONE = "clone"
    REVIEW = "review"
    """Ask another pair of eyes, approve, or send back."""
    FIX = "fix"
    """Correct the wording, or approve a correction."""
    OPEN = "open"
    EXTEND = "extend"
    REMIND = "remind"
    CLOSE = "close"
    REOPEN = "reopen"
    OUTCOME = "outcome"
    ARCHIVE = "archive"
    ROLES = "roles"
    """See who has which role."""
    GRANT = "grant"
    """Give roles and take them away."""
    ADMINS = "admins"
    """Say whether a group's administrators may launch polls in it."""


_WATCH = frozenset({Act.STATUS, Act.AUDIT})
_RUN = _WATCH | {
    Act.LAUNCH,
    Act.CLONE,
    Act.REVIEW,
    Act.FIX,
    Act.OPEN,
    Act.EXTEND,
    Act.REMIND,
    Act.CLOSE,
    Act.REOPEN,
    Act.OUTCOME,
    Act.ARCHIVE,
    Act.ROLES,
}

ALLOWED: dict[str, frozenset[Act]] = {
    Role.OWNER: _RUN | {Act.GRANT, Act.ADMINS},
    Role.ORGANISER: _RUN,
    Role.MODERATOR: _WATCH,
    Role.OBSERVER: _WATCH,
}

GROUP_ADMIN = frozenset({Act.LAUNCH})
"""What the administrators of a group may do in it without any role of ours."""

IN_GROUP = frozenset({Act.STATUS, Act.LAUNCH, Act.OPEN, Act.EXTEND, Act.CLOSE, Act.REOPEN, Act.OUTCOME, Act.ADMINS})
"""What may be done where others read along. Elsewhere drafts, names of organisers or the number of those who have not
answered would be shown; in a small group a number is a name."""


def may(
    roles: Iterable[tuple[str, str]],
    act: Act,
    *,
    consultation: str | None = None,
    place: str | None = None,
    group_admin: bool | None = None,
    private: bool = True,
) -> bool:
    """May somebody with these (role, scope) pairs do this? `consultation` and `place` say what it is done to: a
    consultation, a place where it was announced, or the place where something new begins. `group_admin`: the messenger
    says that they administrate the group they write in, and its administrators may launch polls; None: not known."""
    if not private and act not in IN_GROUP:
        return False
    if group_admin is True and not private and place is not None and consultation is None and act in GROUP_ADMIN:
        return True
    scopes = {"*", consultation, place}
    return any(scope in scopes and act in ALLOWED.get(role, ()) for role, scope in roles)


def ever(roles: Iterable[tuple[str, str]], act: Act) -> bool:
    """Is there any scope in which they may do this? Commands are offered to those."""
    return any(act in ALLOWED.get(role, ()) for role, _scope in roles)
