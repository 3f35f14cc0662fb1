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
    OFFICIAL = "official"
    """Answers for one name in one consultation; the scope is `<consultation>:<choice code>`."""


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
    ANSWER = "answer"
    """Give the official answer to what people put forward."""
    NEWS = "news"
    """Write to those who signed and agreed to be written to."""
    ARCHIVE = "archive"
    MODERATE = "moderate"
    """Decide cases: approve, refuse, merge, ask to reword, remove, act in a group."""
    SANCTION = "sanction"
    """Warn, slow, mute or ban the author of what was refused."""
    ARBITRATE = "arbitrate"
    """Decide what moderators left to the organisers."""
    DESK = "desk"
    """Say in which group moderators work."""
    WATCH = "watch"
    """Say whether we read along in a group, for the moderators."""
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
    Act.ANSWER,
    Act.NEWS,
    Act.ARCHIVE,
    Act.WATCH,
    Act.ROLES,
    Act.MODERATE,
    Act.SANCTION,
    Act.ARBITRATE,
    Act.DESK,
}

ALLOWED: dict[str, frozenset[Act]] = {
    Role.OWNER: _RUN | {Act.GRANT, Act.ADMINS},
    Role.ORGANISER: _RUN,
    Role.MODERATOR: _WATCH | {Act.MODERATE, Act.SANCTION},
    Role.OBSERVER: _WATCH,
    Role.OFFICIAL: frozenset({Act.ANSWER}),
}

GROUP_ADMIN = frozenset({Act.LAUNCH, Act.WATCH})
"""What the administrators of a group may do in it without any role of ours."""

IN_GROUP = frozenset(
    {
        Act.STATUS,
        Act.LAUNCH,
        Act.OPEN,
        Act.EXTEND,
        Act.CLOSE,
        Act.REOPEN,
        Act.OUTCOME,
        Act.ADMINS,
        Act.WATCH,
        Act.MODERATE,
        Act.SANCTION,
        Act.ARBITRATE,
        Act.DESK,
    }
)
"""What may be done where others read along. Elsewhere drafts, names of organisers or the number of those who have not
answered would be shown; in a small group a number is a name. Cases are shown in a group only where it is a desk."""


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
