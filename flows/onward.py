"""How the messages of a question move on that is a small conversation of its own (`propose`, `react`).

The one rule: whatever can no longer be pressed loses its buttons in the same turn, so that at most two messages can be
answered: the one in front of the person, and the one before it where that one may still be changed.
"""

from __future__ import annotations

from dataclasses import replace

from flows.effects import Amend, Stance
from flows.flow import Ask, React
from flows.kinds import staged
from flows.kinds.reply import Partly, Taken, Then
from flows.messages import Message
from flows.session import OpenPrompt
from flows.turn import Turn
from flows.verbs import ask as asking


def _done_with(turn: Turn, ask: Ask, opened: OpenPrompt, draft: tuple[str, ...], *, acted: bool) -> Message | None:
    """What the open message becomes, where something was done with it: a card that was judged, a text that left."""
    if not acted and isinstance(ask.kind, React):
        return None
    return staged.behind(ask, draft, turn.lang, turn.flow.lang, opened.id)


def keep_so_far(turn: Turn, ask: Ask, moved: Partly) -> None:
    """Put this much on file; where the only thing there was taken back, nothing."""
    turn.contribute(ask, moved.effects)
    taken_back = any(isinstance(one, Stance) and one.value is None for one in moved.effects)
    if moved.keep == 0 and taken_back:
        turn.take_off(ask)
    elif moved.keep is not None:
        turn.keep_so_far(ask, moved.keep)


def go(turn: Turn, ask: Ask, opened: OpenPrompt, moved: Partly) -> None:
    """A conversation within a question has come further: what becomes of its messages."""
    draft, default = moved.draft, turn.flow.lang
    match moved.then:
        case Then.BEHIND:
            turn.open = replace(opened, draft=draft, tries=0)
            if shown := staged.behind(ask, draft, turn.lang, default, opened.behind):
                turn.effects.append(Amend(prompt=opened.behind, message=shown, only_edit=True))
        case Then.HERE if not staged.wants(ask, draft):
            turn.tick(draft, ask, opened)
        case Then.HERE | Then.NEXT:
            turn.leave_behind(ask, opened)
            shown = _done_with(turn, ask, opened, draft, acted=bool(moved.effects))
            if shown is None:
                shown = asking.settled(turn.flow, ask, None, turn.lang, 0, opened.draft)
            if not (shown.prompt and staged.wants(ask, draft)):  # else once it is known what comes next, see `fetched`
                turn.effects.append(Amend(prompt=opened.id, message=shown, only_edit=True))
            turn.show(ask, turn.walk(), draft=draft, behind=opened.id if shown.prompt else "")
        case Then.BACK:
            before = staged.closed(ask, draft, turn.lang, default)
            if opened.behind:
                turn.effects.append(Amend(prompt=opened.behind, message=Message(body=before), only_edit=True))
            shown = asking.settled(turn.flow, ask, None, turn.lang, 0, opened.draft)
            turn.effects.append(Amend(prompt=opened.id, message=shown, only_edit=True))
            turn.show(ask, turn.walk(), draft=draft)


def fetched(turn: Turn, ask: Ask, opened: OpenPrompt, draft: tuple[str, ...]) -> None:
    """What the question waited for is here: the message before keeps what was done with it, and the next is shown."""
    if opened.behind and not staged.wants(ask, draft):
        shown = staged.behind(ask, draft, turn.lang, turn.flow.lang, opened.behind)
        if shown is not None:
            turn.effects.append(Amend(prompt=opened.behind, message=shown, only_edit=True))
    turn.show(ask, turn.walk(), draft=draft, behind=opened.behind)


def settle_behind(turn: Turn, ask: Ask, taken: Taken) -> None:
    """The message in front of the person keeps what they did with it, not what was asked."""
    opened = turn.open
    if opened is None or staged.wants(ask, opened.draft):
        return
    shown = _done_with(turn, ask, opened, taken.draft, acted=bool(taken.effects))
    if shown is not None:
        turn.leave_behind(ask, opened)
        turn.effects.append(Amend(prompt=opened.id, message=Message(body=shown.body)))
        turn.open = None
