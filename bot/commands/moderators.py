"""What moderators type: `/cases`, `/case`, `/claim`, `/log`, and `/moderation` to say where they work. And what authors
type: `/reword`.

The one rule: what waits for a moderator is shown in private, or in a group that was made a desk; nowhere else.
"""

from __future__ import annotations

from bot.commands import Command
from bot.moderation import backlog, card, claiming, deciding, desks, rewording, rules, tokens, words
from bot.office import OfficeError
from bot.rights import Act
from bot.turn import Turn
from bot.wording import span, title
from flows.messages import Block, Bold, Bullets, Button, Inline, Plain, Prompt, message, paragraph
from flows.prompts import command
from locales import LANGUAGES, tr, trn
from storage import audit, cases, consultations
from storage import desks as stored
from storage.cases import Case
from storage.instants import ms, when

SHOWN = 10
LAST = 20
FIRST_CARDS = 20
"""So many of the cases that wait are shown when a group becomes a desk."""

_SUMMARY = ("summary", "resume", "résumé", "bilan")
_OFF = ("off", "stop", "non", "arret", "arrêt")
_EVERYTHING = ("*", "all", "tout", "tous", "everything")
_NOTE = ("note", "noter")
_VERBS = {
    "ok": ("ok", "approve", "approuver", "publish", "publier"),
    "leave": ("leave", "laisser", "keep", "garder"),
    "no": ("no", "refuse", "refuser"),
    "out": ("out", "remove", "retirer", "enlever"),
    "del": ("del", "delete", "supprimer", "effacer"),
    "word": ("word", "reword", "reformuler"),
    "join": ("join", "merge", "fusionner", "réunir", "reunir"),
    "hide": ("hide", "masquer", "cacher"),
    "mute": ("mute", "muet"),
    "ban": ("ban", "bannir"),
    "up": ("up", "escalate", "organisers", "organisateurs"),
    "take": ("take", "claim", "prendre"),
    "free": ("free", "rendre", "release"),
    "uphold": ("uphold", "confirmer", "maintenir"),
    "reverse": ("reverse", "annuler", "revenir"),
}
_AS_TYPED = {typed: verb for verb, all_ in _VERBS.items() for typed in all_}


# --- What waits ------------------------------------------------------------------------------------------------------


def _scopes(turn: Turn) -> list[str] | None:
    """The scopes whose cases may be shown here to this person; None where they may not be shown at all."""
    connection = turn.scene.connection
    scopes = [scope for scope in cases.scopes_open(connection) if _may(turn, scope)]
    if turn.item.private:
        return scopes
    here = stored.scopes_of(connection, turn.item.place)
    if not here:
        return None
    return (
        scopes
        if desks.EVERYTHING in here
        else [scope for scope in scopes if scope in here or _series(turn, scope) in here]
    )


def _series(turn: Turn, scope: str) -> str:
    run = turn.scene.consultation(scope)
    return run.series if run is not None else ""


def _may(turn: Turn, scope: str, act: Act = Act.MODERATE) -> bool:
    if consultations.get(turn.scene.connection, scope) is not None:
        return turn.may(act, scope)
    return turn.may_in(act, scope)


def show_cases(turn: Turn, argument: str) -> None:
    """/cases: what waits, the oldest first; `/cases summary` for whoever takes over."""
    turn.scene.flush()
    lang, scopes = turn.lang, _scopes(turn)
    if scopes is None:
        raise OfficeError(_not_here(turn))
    if argument.strip().lower() in _SUMMARY:
        turn.say(backlog.summary(turn, scopes))
        return
    found = cases.open_in(turn.scene.connection, scopes, SHOWN)
    if not found:
        turn.say(tr(lang, "No case waits."))
        return
    waiting = cases.waiting(turn.scene.connection, scopes, ms(turn.scene.now))
    head = trn(lang, "{n} case waits.", "{n} cases wait, the oldest first.", waiting.n)
    blocks: list[Block | str] = [paragraph(Bold(head)), Bullets(tuple(_line(turn, case) for case in found))]
    if waiting.n > len(found):
        more = waiting.n - len(found)
        blocks.append(trn(lang, "And {n} more.", "And {n} more.", more))
    buttons = tuple(Button(label=tr(lang, "Case {n}", n=case.id), data=command("case", str(case.id))) for case in found)
    turn.say(message(*blocks, prompt=Prompt(id="", buttons=buttons, columns=3)))


def _alone(turn: Turn) -> int | None:
    """The one person who reads this; nobody in particular in a group."""
    return turn.participant if turn.item.private else None


def _line(turn: Turn, case: Case) -> tuple[Inline, ...]:
    """A case in a line: number, what, for how long, who has it."""
    scene, lang = turn.scene, turn.lang
    parts = [words.kind(case, lang), tr(lang, "since {age}", age=span(scene.now - when(case.opened_ms), lang))]
    holder = case.held(ms(scene.now))
    if holder is not None:
        parts.append(tr(lang, "taken on by {code}", code=words.named(scene.connection, holder, lang, to=_alone(turn))))
    if case.escalated:
        parts.append(tr(lang, "for the organisers"))
    return (Bold(str(case.id)), Plain(f" — {', '.join(parts)}\n{card.shortened(case.text)}"))


def _not_here(turn: Turn) -> str:
    return tr(turn.lang, "This group is no place for that. Write to me in private, or make it one: /moderation")


def show_case(turn: Turn, argument: str) -> None:
    """/case: show one, or do something with it: `/case 12`, `/case 12 refuse off_topic`, `/case 12 note ...`."""
    turn.scene.flush()
    number, _, rest = argument.strip().partition(" ")
    case = cases.by_id(turn.scene.connection, int(number)) if number.isdecimal() and len(number) < 18 else None
    if case is None or not deciding.may(turn, case):
        turn.tell(tr(turn.lang, "There is no such case that you may decide. /cases shows what waits."))
    elif not _shown_here(turn, case):
        raise OfficeError(_not_here(turn))
    else:
        _do(turn, case, rest.strip())


def _shown_here(turn: Turn, case: Case) -> bool:
    """May what this case is about be read here?"""
    connection, place = turn.scene.connection, turn.item.place
    return (
        turn.item.private
        or place in desks.places(turn.scene, case)
        or stored.card(connection, case.id, place) is not None
    )


def _do(turn: Turn, case: Case, rest: str) -> None:
    first, _, more = rest.partition(" ")
    if not first:
        desks.show(turn, case)
    elif first.isdecimal():  # from a button: the turn that it was shown in, and what it stands for
        token, _, said = more.partition(" ")
        deciding.press(turn, case.id, int(first[:9]), token, more=said)
    elif first.lower() in _NOTE:
        _note(turn, case, more)
    else:
        _typed(turn, case, first.lower(), more.strip())


def _typed(turn: Turn, case: Case, verb: str, more: str) -> None:
    """What somebody types instead of pressing: a verb, a number, a rule, a wording."""
    known = _AS_TYPED.get(verb)
    token = tokens.token(known) if known else None
    if token is None:
        turn.tell(_how(turn, case))
        return
    parts = [token.verb]
    first, _, rest = more.partition(" ")
    if (token.verb in tokens.TIMED or token.verb == "join") and first.isdecimal():
        parts.append(first)
        more = rest.strip()
    offer = ""
    if token.verb in (*tokens.RULED, *tokens.TIMED):
        rule, offer = _rule(more)
        parts += [rule] if rule else []
    meant = ".".join(parts)
    if tokens.token(meant) is None:
        turn.tell(_how(turn, case))
    else:
        if stored.card(turn.scene.connection, case.id, turn.item.place) is None:
            stored.hang(turn.scene.connection, case.id, turn.item.place)
        deciding.press(turn, case.id, case.turn, meant, more=offer)


def _rule(said: str) -> tuple[str, str]:
    """The rule that a text begins with, and the rest of it."""
    parts = said.split()
    for n in range(min(len(parts), 4), 0, -1):
        code = rules.named(" ".join(parts[:n]), LANGUAGES)
        if code is not None:
            return code, " ".join(parts[n:])
    return "", said


def _how(turn: Turn, case: Case) -> str:
    example = f"/{'dossier' if turn.lang == 'fr' else 'case'} {case.id}"
    return tr(
        turn.lang,
        "I did not understand. {example} shows the case; {example} approve, {example} refuse off_topic or {example} "
        "note ... decide it or note something.",
        example=example,
    )


def _note(turn: Turn, case: Case, text: str) -> None:
    if claiming.note(turn, case, text):
        turn.tell(tr(turn.lang, "Noted."))
    else:
        turn.tell(tr(turn.lang, "Write what you want to note: /case {n} note ...", n=case.id))


def claim(turn: Turn, argument: str) -> None:
    """/claim: take on the oldest case that waits, or the one of this number."""
    turn.scene.flush()
    lang, scopes, number = turn.lang, _scopes(turn), argument.strip()
    if scopes is None:
        raise OfficeError(_not_here(turn))
    found = cases.open_in(turn.scene.connection, scopes, 500)
    if number:
        found = [case for case in found if str(case.id) == number]
    free = [case for case in found if not deciding.hindrance(turn, case)]
    for case in free:
        if claiming.claim(turn, case):
            fresh = cases.by_id(turn.scene.connection, case.id)
            assert fresh is not None
            desks.show(turn, fresh)
            return
    if number and found:
        turn.tell(deciding.hindrance(turn, found[0]))
    else:
        turn.tell(tr(lang, "There is no such case that waits.") if number else tr(lang, "No case waits."))


def log(turn: Turn, _argument: str) -> None:
    """/log: the last decisions."""
    turn.scene.flush()
    connection, lang = turn.scene.connection, turn.lang
    here = None if turn.item.private else stored.scopes_of(connection, turn.item.place)
    if here == []:
        raise OfficeError(_not_here(turn))
    items: list[tuple[Inline, ...]] = []
    for decision in cases.last_decisions(connection, None, LAST * 5):
        case = cases.by_id(connection, decision.case)
        if case is None or len(items) == LAST or not _may(turn, case.scope):
            continue
        if here is not None and desks.EVERYTHING not in here and case.scope not in here:
            continue
        run = turn.scene.consultation(case.consultation) if case.consultation else None
        at = words.at(decision.at_ms, words.zone_of(run), lang)
        who = words.named(connection, decision.who, lang, to=_alone(turn))
        said = words.verdict(decision.outcome, decision.reason, lang)
        items.append(
            (Plain(tr(lang, "{when} — {code}: case {n}, {verdict}", when=at, code=who, n=case.id, verdict=said)),)
        )
    turn.say(message(Bullets(tuple(items))) if items else tr(lang, "Nothing was decided yet."))


# --- Where moderators work -------------------------------------------------------------------------------------------


def moderation(turn: Turn, argument: str) -> None:
    """/moderation: make this group the place where moderators decide; `/moderation off` undoes it."""
    turn.scene.flush()
    word = argument.strip().lower()
    if turn.item.private:
        _tell_desks(turn)
    elif word in _OFF:
        _close_desk(turn)
    elif word:
        _open_desk(turn, desks.EVERYTHING if word in _EVERYTHING else word)
    elif here := _mine(turn):
        turn.say(_standing(turn, here))
    else:
        _offer(turn)


def _mine(turn: Turn) -> list[str]:
    return [scope for scope in stored.scopes_of(turn.scene.connection, turn.item.place) if _may(turn, scope, Act.DESK)]


def _named(turn: Turn, scope: str) -> str:
    """What a desk is for, in words."""
    run = turn.scene.consultation(scope)
    if scope == desks.EVERYTHING:
        return tr(turn.lang, "everything")
    return title(turn.scene.flows.of(turn.scene.connection, run), turn.lang) if run is not None else scope


def _standing(turn: Turn, scopes: list[str]) -> str:
    named = ", ".join(_named(turn, scope) for scope in scopes)
    return tr(turn.lang, "Moderators decide here about: {scopes}. To stop that: /moderation off", scopes=named)


def _offer(turn: Turn) -> None:
    """What this group can become the place for."""
    lang = turn.lang
    runs = consultations.all_of(turn.scene.connection, "draft", "review", "scheduled", "open", "closing", "closed")
    scopes = [scope for scope in (desks.EVERYTHING, *(run.id for run in runs)) if _may(turn, scope, Act.DESK)]
    if not scopes:
        raise OfficeError(tr(lang, "You have no role for “{id}” that allows this.", id=turn.item.place))
    buttons = tuple(Button(label=_named(turn, scope), data=command("moderation", scope)) for scope in scopes[:20])
    no = Button(label=tr(lang, "No, change nothing"), data=command("keep"), quiet=True)
    asked = tr(lang, "What shall moderators decide about in this group? Everybody in it will read what waits.")
    turn.say(message(asked, prompt=Prompt(id="", buttons=(*buttons, no))))


def _open_desk(turn: Turn, scope: str) -> None:
    connection, lang = turn.scene.connection, turn.lang
    known = scope == desks.EVERYTHING or consultations.get(connection, scope) is not None
    if not known:
        raise OfficeError(
            tr(lang, "“{word}” is no consultation and no group that I know. Look with /status.", word=scope[:60])
        )
    if not _may(turn, scope, Act.DESK):
        raise OfficeError(tr(lang, "You have no role for “{id}” that allows this.", id=scope))
    stored.place(connection, scope, turn.item.place, ms(turn.scene.now))
    _write_down(turn, "desk", scope)
    turn.say(
        tr(lang, "From now on moderators decide here about: {scopes}.", scopes=_named(turn, scope)),
        tr(
            lang,
            "Who decides needs the role of moderator: each writes /roles me to me in private, and you give the role "
            "with that code. To stop: /moderation off",
        ),
    )
    waiting = [
        case
        for case in cases.open_in(connection, None if scope == desks.EVERYTHING else [scope], FIRST_CARDS)
        if stored.card(connection, case.id, turn.item.place) is None
    ]
    for case in waiting:
        if turn.item.place in desks.places(turn.scene, case):
            desks.show(turn, case)


def _close_desk(turn: Turn) -> None:
    lang, mine = turn.lang, _mine(turn)
    if not stored.remove(turn.scene.connection, turn.item.place, mine):
        raise OfficeError(tr(lang, "This group is not a place for moderators that you can close."))
    for scope in mine:
        _write_down(turn, "desk off", scope)
    turn.say(tr(lang, "Moderators no longer decide here. What waits is in /cases, in private."))


def _tell_desks(turn: Turn) -> None:
    """In private: which groups there are, and how to make one."""
    lang = turn.lang
    found = [pair for pair in stored.all_of(turn.scene.connection) if _may(turn, pair[0], Act.DESK)]
    items = tuple((Bold(_named(turn, scope)), Plain(f" — {place}")) for scope, place in found)
    how = tr(
        lang,
        "Add me to a group of moderators and write /moderation in it: what waits then comes to that group. Without "
        "one, /cases shows it here.",
    )
    head: list[Block | str] = [tr(lang, "Moderators decide in:"), Bullets(items)] if items else []
    turn.say(message(*head, how))


def _write_down(turn: Turn, act: str, scope: str) -> None:
    who, at = str(turn.participant), ms(turn.scene.now)
    subject = "" if scope == desks.EVERYTHING else scope[:64]
    audit.note(turn.scene.connection, at_ms=at, who=who, act=act, subject=subject, detail=turn.item.place)


COMMANDS = (
    Command(
        name="cases",
        aliases=("dossiers",),
        act=show_cases,
        about=lambda lang: tr(lang, "what waits for a moderator"),
        needs=Act.MODERATE,
    ),
    Command(name="case", aliases=("dossier",), act=show_case, about=None, needs=Act.MODERATE),
    Command(
        name="claim",
        aliases=("prendre",),
        act=claim,
        about=lambda lang: tr(lang, "take a case on for a quarter of an hour"),
        needs=Act.MODERATE,
    ),
    Command(
        name="log",
        aliases=("decisions", "décisions"),
        act=log,
        about=lambda lang: tr(lang, "the last decisions of moderators"),
        needs=Act.MODERATE,
    ),
    Command(
        name="moderation",
        aliases=("moderation", "modération"),
        act=moderation,
        about=lambda lang: tr(lang, "in which group moderators decide"),
        needs=Act.DESK,
    ),
)

AUTHORS = (
    Command(
        name="reword",
        aliases=("reformuler",),
        act=rewording.reword,
        about=lambda lang: tr(lang, "change the words of your proposal"),
    ),
    Command(name="accept", aliases=("accepter",), act=rewording.accept, about=None),
)
