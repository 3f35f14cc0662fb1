"""Who has which role, and what was done: `/roles`, `/audit`.

The one rule: people are named by a short code that each gets with `/roles me`, never by a messenger's id; the last
owner stays.
"""

from __future__ import annotations

from functools import partial

from bot import deeds
from bot.commands import Command
from bot.commands.meant import meant
from bot.deeds import role_named
from bot.followup import officials, steps
from bot.office import OfficeError, seconding
from bot.office.telling import tell_in_private
from bot.rights import Act, Role, may
from bot.turn import Turn
from bot.wording import title
from flows.flow import Flow
from flows.messages import Bold, Bullets, Inline, Message, Plain, message, paragraph
from locales import tr
from storage import audit, consultations, people
from storage.consultations import Consultation
from storage.instants import ms
from storage.seconds import Asked

LAST = 20
"""How many acts /audit shows."""

_EVERYWHERE = ("*", "all", "tout", "tous", "partout")
_ME = ("me", "moi", "code")
_ADD = ("add", "ajouter")
_REMOVE = ("remove", "retirer", "supprimer")
_NAMES = {
    "proprietaire": Role.OWNER,
    "propriétaire": Role.OWNER,
    "organisateur": Role.ORGANISER,
    "organisatrice": Role.ORGANISER,
    "organizer": Role.ORGANISER,
    "moderateur": Role.MODERATOR,
    "modérateur": Role.MODERATOR,
    "moderatrice": Role.MODERATOR,
    "modératrice": Role.MODERATOR,
    "observateur": Role.OBSERVER,
    "observatrice": Role.OBSERVER,
    "elu": Role.OFFICIAL,
    "élu": Role.OFFICIAL,
    "elue": Role.OFFICIAL,
    "élue": Role.OFFICIAL,
    "officiel": Role.OFFICIAL,
    "officielle": Role.OFFICIAL,
    **{role.value: role for role in Role},
}


def roles(turn: Turn, argument: str) -> None:
    """/roles: one's own code, who has which role, giving and taking roles; in a group, what its admins may do."""
    words = argument.split()
    match [word.lower() for word in words]:
        case ["admins", *rest] if not turn.item.private:
            _admins(turn, rest)
        case _ if not turn.item.private:
            _admins(turn, [])
        case [word] if word in _ME:
            _own_code(turn)
        case _ if not turn.might(Act.ROLES):
            _own_code(turn)
        case []:
            _overview(turn)
        case [_]:
            _show(turn, _scope(turn, words[0]))
        case [_, verb, role, *code] if verb in (*_ADD, *_REMOVE) and code:
            _change(turn, _scope(turn, words[0]), verb in _ADD, role, " ".join(words[3:]))
        case _:
            turn.say(_how(turn))


def _own_code(turn: Turn) -> None:
    turn.scene.flush()
    code = people.code_of(turn.scene.connection, turn.participant)
    said = tr(turn.lang, "Your code is {code}. Give it to whoever is to give you a role.", code=code)
    turn.say(said, *([_how(turn)] if turn.might(Act.GRANT) else []))


def _how(turn: Turn) -> str:
    return tr(
        turn.lang,
        "To give a role: /roles ID add organiser CODE. To take it away: /roles ID remove organiser CODE. "
        "The roles: owner, organiser, moderator, observer. ID is a consultation, a place such as telegram:-100123, "
        "or * for everything.",
    )


def _overview(turn: Turn) -> None:
    """Everything one may look into, with who has which role there."""
    connection = turn.scene.connection
    scopes = [scope for _who, _role, scope in people.all_holders(connection) if _may(turn, Act.ROLES, scope)]
    turn.say(_list(turn, *dict.fromkeys(scopes)), _how(turn))


def _show(turn: Turn, scope: str) -> None:
    if not _may(turn, Act.ROLES, scope):
        raise OfficeError(tr(turn.lang, "You have no role for “{id}” that allows this.", id=scope))
    turn.say(_list(turn, scope), _how(turn))


def _list(turn: Turn, *scopes: str) -> Message:
    connection, lang = turn.scene.connection, turn.lang
    items: list[tuple[Inline, ...]] = []
    for who, role, scope in people.holders(connection, *scopes):
        mine = " " + tr(lang, "(you)") if who == turn.participant else ""
        items.append((Bold(people.code_of(connection, who)), Plain(f" — {role_named(role, lang)}, {scope}{mine}")))
    if not items:
        return message(tr(lang, "Nobody has a role there."))
    return message(tr(lang, "Who has which role:"), Bullets(tuple(items)))


def _scope(turn: Turn, word: str) -> str:
    """What somebody names: everything, a consultation, a name in it (`elus:dupont`), or a group."""
    connection = turn.scene.connection
    if word.lower() in _EVERYWHERE:
        return "*"
    if consultations.get(connection, word.lower()) is not None:
        return word.lower()
    if ":" in word and people.is_group(connection, word):
        return word
    if _named(turn, word.lower()) is not None:
        return word.lower()
    raise OfficeError(
        tr(turn.lang, "“{word}” is no consultation and no group that I know. Look with /status.", word=word[:60])
    )


def _named(turn: Turn, scope: str) -> tuple[Consultation, Flow] | None:
    """The consultation in which this scope is the name of an official."""
    id, _, code = scope.partition(":")
    run = consultations.get(turn.scene.connection, id) if code else None
    flow = turn.scene.flows.of(turn.scene.connection, run) if run is not None else None
    return (run, flow) if run is not None and flow is not None and code in steps.every_official(flow) else None


def _fits(turn: Turn, role: Role, scope: str) -> None:
    """An official answers for a name, and nobody else has a role for one."""
    named = _named(turn, scope)
    if named is not None and role is not Role.OFFICIAL:
        raise OfficeError(tr(turn.lang, "For a name there is one role: /roles {scope} add official CODE", scope=scope))
    if named is None and role is Role.OFFICIAL:
        run = consultations.get(turn.scene.connection, scope)
        names = steps.every_official(turn.scene.flows.of(turn.scene.connection, run)) if run is not None else {}
        found = ", ".join(officials.scope(scope, code) for code in names)
        if not found:
            raise OfficeError(tr(turn.lang, "“{id}” asks no officials by name.", id=scope))
        raise OfficeError(
            tr(
                turn.lang,
                "An official answers for one name. Write one of these in place of {id}: {names}",
                id=scope,
                names=found,
            )
        )


def _may(turn: Turn, act: Act, scope: str) -> bool:
    """Roles of a group are its owner's affair, or that of an owner of everything."""
    if (named := _named(turn, scope)) is not None:
        return turn.may(act, named[0].id)
    if scope != "*" and ":" not in scope:
        return turn.may(act, scope)
    return turn.may_in(act, scope)


def _change(turn: Turn, scope: str, adding: bool, word: str, code: str) -> None:
    lang, connection = turn.lang, turn.scene.connection
    role = _NAMES.get(word.lower())
    if role is None:
        raise OfficeError(tr(lang, "“{word}” is no role. The roles: owner, organiser, moderator, observer.", word=word))
    if not _may(turn, Act.GRANT, scope):
        raise OfficeError(tr(lang, "Only an owner of “{id}” gives roles and takes them away.", id=scope))
    _fits(turn, role, scope)
    turn.scene.flush()
    who = people.by_code(connection, code)
    if who is None:
        raise OfficeError(
            tr(lang, "Nobody has the code “{code}”. Each person gets theirs with /roles me.", code=code[:20])
        )
    if role is Role.OWNER and who != turn.participant:
        if not adding:
            _takeable(turn, who, role, scope)
        others = seconding.reachable(turn, [one for one in _granting(turn, scope) if one != who])
        if others:
            mine, code = people.code_of(connection, turn.participant), people.code_of(connection, who)
            detail = f"{'add' if adding else 'remove'} {who} {scope}"
            asked = partial(_asks_owner, mine, code, scope, adding)
            seconding.ask(turn, seconding.OWNER, _subject(scope), detail, others, asked)
            return
        seconding.alone(turn, seconding.OWNER, _subject(scope))
    _carry_out(turn, scope, adding, role, who, by=str(turn.participant))


def _granting(turn: Turn, scope: str) -> list[int]:
    """Everybody who may give roles in a scope."""
    connection = turn.scene.connection
    named = _named(turn, scope)
    id = named[0].id if named is not None else scope
    places = consultations.announced(connection, id) if consultations.get(connection, id) is not None else []
    held = people.holders(connection, "*", id, *places)
    return [one for one, role, at in held if may([(role, at)], Act.GRANT, consultation=id, place=at)]


def _asks_owner(mine: str, code: str, scope: str, adding: bool, lang: str) -> tuple[str, ...]:
    """What the second owner reads."""
    if adding:
        return (tr(lang, "{mine} wants to make {code} an owner of “{id}”.", mine=mine, code=code, id=scope),)
    return (tr(lang, "{mine} wants {code} to be no owner of “{id}” any more.", mine=mine, code=code, id=scope),)


def second_owner(turn: Turn, asked: Asked, *, agrees: bool) -> None:
    """A second owner answers whether somebody becomes an owner, or stops being one."""
    verb, who, scope = asked.detail.split(" ", 2)
    if not _may(turn, Act.GRANT, scope):
        raise OfficeError(tr(turn.lang, "Only an owner of “{id}” gives roles and takes them away.", id=scope))
    if int(who) == turn.participant:
        raise OfficeError(tr(turn.lang, "This is about yourself: somebody else has to agree."))
    if not people.known(turn.scene.connection, int(who)):
        raise OfficeError(tr(turn.lang, "This person is no longer here."))
    if agrees and verb != "add":
        _takeable(turn, int(who), Role.OWNER, scope)
    seconding.answer(turn, asked, agrees=agrees)
    if agrees:
        _carry_out(turn, scope, verb == "add", Role.OWNER, int(who), by=str(asked.who))
    else:
        turn.say(tr(turn.lang, "Good: nothing is done, and whoever asked is told."))


def _carry_out(turn: Turn, scope: str, adding: bool, role: Role, who: int, *, by: str) -> None:
    """Give or take a role; `by` asked for it."""
    connection, lang = turn.scene.connection, turn.lang
    if adding:
        people.grant(connection, who, role, scope, ms(turn.scene.now))
    else:
        _take(turn, who, role, scope)
    _note(turn, "grant" if adding else "revoke", scope, f"{role} {people.code_of(connection, who)}", by=by)
    turn.held = None
    turn.say(tr(lang, "Done."), _list(turn, scope))
    if who != turn.participant:
        tell_in_private(turn, [who], lambda lang: _news(adding, role, scope, lang))
    if adding and (named := _named(turn, scope)) is not None:
        officials.welcome(turn, *named, scope.partition(":")[2], who)


def _take(turn: Turn, who: int, role: Role, scope: str) -> None:
    _takeable(turn, who, role, scope)
    people.revoke(turn.scene.connection, who, role, scope)


def _takeable(turn: Turn, who: int, role: Role, scope: str) -> None:
    """Can this role be taken away?"""
    connection, lang = turn.scene.connection, turn.lang
    if (role, scope) not in people.roles_of(connection, who):
        raise OfficeError(tr(lang, "This person does not have this role."))
    if role is Role.OWNER and people.owners(connection, scope) == 1:
        raise OfficeError(tr(lang, "This is the last owner: first make somebody else an owner."))


def _news(adding: bool, role: Role, scope: str, lang: str) -> Message:
    if adding:
        return message(tr(lang, "You are now {role} of “{id}”. Type /help.", role=role_named(role, lang), id=scope))
    return message(tr(lang, "You are no longer {role} of “{id}”.", role=role_named(role, lang), id=scope))


def _subject(scope: str) -> str:
    return scope if len(scope) <= 64 else ""


def _note(turn: Turn, act: str, scope: str, detail: str, *, by: str = "") -> None:
    subject = _subject(scope)
    at, who = ms(turn.scene.now), by or str(turn.participant)
    said = detail if subject else f"{detail} {scope}"
    audit.note(turn.scene.connection, at_ms=at, who=who, act=act, subject=subject, detail=said)


# --- Administrators of a group ---------------------------------------------------------------------------------------


def _admins(turn: Turn, rest: list[str]) -> None:
    """What the administrators of this group may do; an owner switches it."""
    connection, lang, place = turn.scene.connection, turn.lang, turn.item.place
    if rest:
        if rest[0] not in ("on", "off", "oui", "non"):
            turn.say(tr(lang, "Write /roles admins on, or /roles admins off."))
            return
        if not turn.may(Act.ADMINS):
            turn.say(tr(lang, "Only an owner can change that."))
            return
        allowed = rest[0] in ("on", "oui")
        people.let_admins_launch(connection, place, allowed)
        _note(turn, "admins on" if allowed else "admins off", place, "")
    if people.admins_launch(connection, place):
        turn.say(tr(lang, "The administrators of this group may launch polls here. To stop that: /roles admins off"))
    else:
        turn.say(tr(lang, "Only organisers may launch polls here. To let administrators: /roles admins on"))


# --- The audit -------------------------------------------------------------------------------------------------------


def read_audit(turn: Turn, argument: str) -> None:
    """/audit: the last acts on a consultation, in words; nothing can be changed here."""
    states = ("draft", "review", "scheduled", "open", "closing", "closed", "answered", "archived")
    found = meant(turn, "audit", Act.AUDIT, argument, *states)
    if found is None:
        return
    run, flow, _rest = found
    turn.scene.flush()
    connection = turn.scene.connection
    acts = audit.deeds(connection, run.id, LAST)
    items = tuple((Plain(deeds.sentence(connection, deed, run.zone, turn.lang)),) for deed in acts)
    turn.say(message(paragraph(Bold(title(flow, turn.lang))), Bullets(items)))


COMMANDS = (
    Command(
        name="roles",
        aliases=("roles", "rôles"),
        act=roles,
        about=lambda lang: tr(lang, "who has which role, and your own code"),
        told_to=Act.ROLES,
        in_group=True,
    ),
    Command(
        name="audit",
        aliases=("journal",),
        act=read_audit,
        about=lambda lang: tr(lang, "who did what"),
        needs=Act.AUDIT,
    ),
)
