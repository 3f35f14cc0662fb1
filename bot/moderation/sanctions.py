"""Sanctions: imposed, told to whoever they are about, lifted, and over.

The one rule: whoever is sanctioned is told in their language what, why, until when, and who can look at it again; and
they are told when it is over. The end is a time on file: it comes also while nobody is watching.
"""

from __future__ import annotations

from datetime import timedelta

from adapters.base import messenger_of
from bot.letters import Do, Whole
from bot.moderation import rules, telling, words
from bot.moderation.ladder import Rung
from bot.turn import Turn
from flows.messages import message
from locales import tr
from storage import people, sanctions
from storage.cases import Case
from storage.database import Connection
from storage.instants import ms
from storage.outbox import Rank
from storage.sanctions import Sanction

TIMER = "sanctionends"


def impose(turn: Turn, case: Case, rung: Rung, reason: str | None) -> Sanction:
    """Write it down, carry it out where it holds, and see that its end comes."""
    scene = turn.scene
    assert case.author is not None, "nobody is sanctioned whom we do not know"
    until = scene.now + timedelta(hours=rung.hours)
    id = sanctions.impose(
        scene.connection,
        case.author,
        scope=case.scope,
        kind=rung.kind,
        since_ms=ms(scene.now),
        until_ms=ms(until),
        case=case.id,
        reason=reason,
    )
    if rung.kind != "warn":
        scene.arm(f"{TIMER}:{id}", TIMER, f"case:{case.id}", due_ms=ms(until), lane=f"case|{case.id}")
    made = sanctions.by_id(scene.connection, id)
    assert made is not None
    _in_group(turn, case, made, rung.kind)
    return made


def _in_group(turn: Turn, case: Case, one: Sanction, act: str) -> None:
    """What the messenger does for us: it lifts what it can by itself; where it cannot, the deliverer does it."""
    person = identity(turn, case)
    if case.kind != "message" or one.kind not in ("mute", "ban") or person is None:
        return
    until = turn.scene.now + timedelta(milliseconds=one.until_ms - one.since_ms) if act == one.kind else None
    lang = turn.scene.rules.lang
    turn.post(case.place, Do(act=act, person=person, until=until, desk=turn.item.place, lang=lang))


def identity(turn: Turn, case: Case) -> str | None:
    """What the messenger of the group calls the author."""
    messenger = messenger_of(case.place.partition(":")[0])
    known = people.identities_of(turn.scene.connection, case.author) if case.author is not None else []
    return next((one.partition(":")[2] for one in known if one.partition(":")[0] == messenger), None)


# --- Lifting ---------------------------------------------------------------------------------------------------------


def lift(turn: Turn, case: Case, *, only: int | None = None) -> bool:
    """Take back what was imposed because of a case, as if it had not been: it is no strike any more either."""
    scene, lifted = turn.scene, False
    for one in sanctions.of_case(scene.connection, case.id):
        if only in (None, one.id) and sanctions.lift(scene.connection, one.id, ms(scene.now)):
            lifted = True
            scene.disarmed.add(f"{TIMER}:{one.id}")
            if one.until_ms > ms(scene.now):
                _in_group(turn, case, one, f"un{one.kind}")
    return lifted


def ring(turn: Turn, case: Case) -> None:
    """A sanction is over: whoever it was about is told, once."""
    scene = turn.scene
    author = telling.author_of(scene, case)
    for one in sanctions.of_case(scene.connection, case.id):
        if one.lifted_ms is None and one.kind != "warn" and one.until_ms <= ms(scene.now) and author is not None:
            said = tr(author.lang, "It is over: from now on you can take part as before.")
            where = words.scope(scene, case, author.lang)
            letter = Whole(message(where, said), author.lang)
            scene.send(author.place, letter, key=f"{TIMER}:{one.id}:told", rank=Rank.BROADCAST, resend=False)


# --- Words -----------------------------------------------------------------------------------------------------------


def tell(turn: Turn, case: Case, one: Sanction) -> bool:
    """Tell whoever it is about; False when they cannot be reached."""
    author = telling.author_of(turn.scene, case)
    if author is None:
        return False
    lang, zone = author.lang, words.zone_of(turn.scene.consultation(case.consultation) if case.consultation else None)
    lines = [words.scope(turn.scene, case, lang), *what(one, zone, lang)]
    turn.post(author.place, Whole(message(*lines), lang), consultation=case.consultation)
    return True


def what(one: Sanction, zone: str, lang: str) -> list[str]:
    """What was decided, the rule, what stays, and who can look at it again."""
    until, rule = words.at(one.until_ms, zone, lang), rules.sentence(one.reason, lang)
    lines = [_decided(one, until, lang)]
    if rule:
        lines.append(tr(lang, "The rule: {rule}", rule=rule))
    if one.kind != "warn":
        lines.append(tr(lang, "It ends by itself. Questions and votes stay open to you: nobody takes a vote away."))
    lines.append(
        tr(
            lang,
            "If you think that this is wrong, write /appeal {n} and why, within two weeks: somebody else will look at "
            "it.",
            n=f"s{one.id}",
        )
    )
    return lines


def _decided(one: Sanction, until: str, lang: str) -> str:
    match one.kind:
        case "warn":
            return tr(
                lang, "A moderator warns you because of what you wrote. The warning counts until {when}.", when=until
            )
        case "slow":
            return tr(lang, "Because of what you wrote you can send one text a day, until {when}.", when=until)
        case "mute":
            return tr(
                lang,
                "Because of what you wrote you cannot put forward, judge, sign or report anything here until {when}.",
                when=until,
            )
        case _:
            return tr(
                lang,
                "Because of what you wrote you are kept out until {when}: you cannot put forward, judge, sign or "
                "report anything here.",
                when=until,
            )


# --- For whoever asks what is kept about them ------------------------------------------------------------------------


def held(turn: Turn, participant: int) -> list[str]:
    """What was imposed on somebody and holds now, or did: a sentence each."""
    scene = turn.scene
    found = []
    for one in sanctions.of_participant(scene.connection, participant):
        run = scene.consultation(one.scope)
        if one.lifted_ms is None:
            found.append(_decided(one, words.at(one.until_ms, words.zone_of(run), turn.lang), turn.lang))
    return found


def facts(connection: Connection, participant: int) -> list[dict[str, object]]:
    """The same for programs."""
    return [
        {
            "kind": one.kind,
            "scope": one.scope,
            "case": one.case,
            "reason": one.reason,
            "since_ms": one.since_ms,
            "until_ms": one.until_ms,
            "lifted_ms": one.lifted_ms,
        }
        for one in sanctions.of_participant(connection, participant)
    ]
