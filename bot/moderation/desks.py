"""Where moderators work: the groups in which the cards of cases hang, and what happens where there is none.

    post      a new card in every desk
    amend     what hangs already is drawn again
    show      a card where somebody asked for it

The one rule: a card changes everywhere at once. Whoever has one in front of them, in a group or in private, sees the
verdict; a change while many look is one edit for each beat of three seconds.
"""

from __future__ import annotations

from bot import menus
from bot.hanging import BEAT_MS
from bot.letters import CaseCard, Whole
from bot.moderation import card, similar, tokens
from bot.rights import Act, may
from bot.scene import Scene
from bot.turn import Turn
from flows.messages import Message, message
from locales import tr
from storage import consultations, desks, people
from storage.cases import OPEN, Case
from storage.desks import Hung
from storage.instants import ms
from storage.outbox import Rank

EVERYTHING = "*"


def places(scene: Scene, case: Case) -> list[str]:
    """The desks of a case: those of its consultation or group, else those of everything."""
    run = scene.consultation(case.consultation) if case.consultation else None
    own = desks.places_of(scene.connection, case.scope, *([run.series] if run else []))
    return own or desks.places_of(scene.connection, EVERYTHING)


def post(turn: Turn, case: Case) -> None:
    """Bring a case to every desk as a new message. Without a desk it waits, and those in charge are told how to set one
    up."""
    found = places(turn.scene, case)
    for place in found:
        _hang(turn, case, place)
    if not found:
        _no_desk(turn, case)


def show(turn: Turn, case: Case) -> None:
    """Show a case where somebody asks for it; in private it can be answered by typing a number."""
    _hang(turn, case, turn.item.place)
    offer(turn, case)


def show_to(turn: Turn, case: Case, participant: int) -> bool:
    """Bring a case to somebody in private; False when they cannot be reached."""
    found = people.addresses(turn.scene.connection, [participant])
    for one in found:
        _hang(turn, case, one.place)
    return bool(found)


def amend(turn: Turn, case: Case, *, at: str | None = None, quietly: bool = False) -> None:
    """Draw the cards of a case again, now; those in one place only when it is named. Where a card cannot be changed a
    new one is shown, unless `quietly`."""
    for hung in desks.cards_of(turn.scene.connection, case.id):
        if at is None or hung.place == at:
            turn.post(hung.place, _letter(turn.scene, hung, only_edit=quietly), replaces=f"case:{case.id}")
    if at == turn.item.place:
        offer(turn, case)


def amend_soon(turn: Turn, case: Case) -> None:
    """Draw them again at the next beat: a thousand reports are one edit."""
    scene = turn.scene
    due = (ms(scene.now) // BEAT_MS + 1) * BEAT_MS
    for hung in desks.cards_of(scene.connection, case.id):
        scene.send(
            hung.place,
            _letter(scene, hung, only_edit=True),
            key=f"case:{case.id}:{hung.place}:{due}",
            rank=Rank.BROADCAST,
            replaces=f"case:{case.id}",
            due_ms=due,
        )


def _hang(turn: Turn, case: Case, place: str) -> None:
    desks.hang(turn.scene.connection, case.id, place)
    turn.post(place, _letter(turn.scene, Hung(case.id, place, None, "")))


def _letter(scene: Scene, hung: Hung, *, only_edit: bool = False) -> CaseCard:
    lang = desks.lang_of(scene.connection, hung.place) or scene.rules.lang
    return CaseCard(hung.case, lang, only_edit)


def offer(turn: Turn, case: Case) -> None:
    """Let what the card offers here be answered by typing."""
    if not turn.item.private or case.state != OPEN:
        return
    scene = turn.scene
    prompt = offered(turn, case).prompt
    if prompt is not None:
        scene.show_menu(turn.item.lane, menus.write(tokens.typed(prompt)))


def offered(turn: Turn, case: Case) -> Message:
    """The card of a case as it hangs here."""
    scene = turn.scene
    hung = desks.card(scene.connection, case.id, turn.item.place)
    like = similar.of_case(scene.connection, scene.flows, case)
    lang = turn.lang if turn.item.private else scene.rules.lang
    powers = scene.rules.powers
    drawn = card.prepare(scene.connection, scene.flows, case, lang, scene.now, similar=like, powers=powers)
    return card.face(drawn, hung.view if hung else "")


# --- Nobody's desk ---------------------------------------------------------------------------------------------------


def _no_desk(turn: Turn, case: Case) -> None:
    """Tell those in charge, once, in private. The key of the letter says so: a second one is refused."""
    scene = turn.scene
    for one in people.addresses(scene.connection, in_charge(scene, case.scope, Act.DESK)):
        lang = one.lang or scene.rules.lang
        scene.send(
            one.place,
            Whole(how(lang, case), lang),
            key=f"desk:{case.scope[:200]}:{one.participant}",
            rank=Rank.BROADCAST,
        )


def how(lang: str, case: Case) -> Message:
    """What somebody reads for whom something waits, and who has no desk."""
    return message(
        tr(lang, "Something waits for a moderator (case {n}), and no group is set up for that.", n=case.id),
        tr(
            lang,
            "To decide here: /cases. To have it in a group of moderators: add me to that group, and write {command} "
            "in it.",
            command=f"/moderation {case.scope}" if case.consultation else "/moderation *",
        ),
    )


def in_charge(scene: Scene, scope: str, act: Act) -> list[int]:
    """Everybody who may do this in a scope: those named for it first, else those of everything."""
    connection = scene.connection
    run = scene.consultation(scope)
    own = [scope, *consultations.announced(connection, scope)] if run else [scope]
    for scopes in (own, [EVERYTHING]):
        held = people.holders(connection, *scopes)
        found = [who for who, role, at in held if may([(role, at)], act, consultation=scope, place=at)]
        if found:
            return list(dict.fromkeys(found))
    return []
