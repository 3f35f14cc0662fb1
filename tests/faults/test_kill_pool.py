"""kill -9 at random moments while forty people propose, judge, undo and sign, and two moderators decide on cards:
nothing that was taken is lost, nobody counts twice, each proposal has one state, each case one verdict.

A citizen knows only what a person knows: what they typed and pressed, and what stands on their screen.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from postgres import OnServer
from running import PATIENCE, Town, until
from striking import Executioner

from adapters.telegram_emulator import Citizen, Emulator, Group, Shown
from locales import tr
from storage.ballots import token

DESK = -1001234567890
MODERATORS = (50, 51)
CITIZENS = 40
INSIST = 4.0
JUDGED = 6
NEVER = "00:00-00:00"
"""No quiet hours: what a goal has everybody told is told at whatever hour these tests run."""
GOALS = {5: "Cinq voix pour la place !", 25: "Vingt-cinq voix pour la place !"}
STATEMENTS = [f"Il faut aménager le quartier numéro {n}" for n in range(8)]
FLOW = f"""
palabre: 1
id: idees
lang: fr
title: La place
results: at_close
recap: false
steps:
  - propose: idee
    text: Que faut-il faire ?
    most: 2
    similar: false
    moderate: before
  - react: cartes
    text: Qu'en pensez-vous ?
    of: idee
    most: {JUDGED}
    statements: {{{", ".join(f"s{n}: {text}" for n, text in enumerate(STATEMENTS))}}}
  - sign: petition
    text: Signez-vous pour la place ?
    named: false
    reason: 0
    contact: false
    goals: [{", ".join(f"{{at: {at}, say: '{say}'}}" for at, say in GOALS.items())}]
  - end: merci
    text: Merci beaucoup.
"""
STANDS = {tr("fr", "Agree"): "agree", tr("fr", "Disagree"): "disagree", tr("fr", "Neutral"): "neutral"}
SEND, ENOUGH, UNDO, SIGN = (tr("fr", word) for word in ("Send", "That is enough", "Undo", "I sign"))
APPROVE, REFUSE, BACK = (tr("fr", word) for word in ("Approve", "Refuse ...", "Back"))
TOLD = {
    "published": tr("fr", "A moderator has read it. It is published: others can judge it now."),
    "refused": tr("fr", "A moderator has read it. It is not published."),
}
VERDICTS = ("approve", "refuse", "reword", "merge", "remove", "leave")


@dataclass(slots=True)
class Voice:
    """Puts one idea forward, judges what is shown, takes some of it back, signs."""

    citizen: Citizen
    dice: random.Random
    idea: str
    judged: dict[str, str] = field(default_factory=dict)
    """What they last pressed under each text."""
    last: str = ""
    undone: int = 0
    done: bool = False
    typed: bool = False
    acted_at: float = 0.0
    again: int = 0
    acted: set[tuple[str, ...]] = field(default_factory=set)
    repeat: Callable[[], object] | None = None

    def begin(self) -> None:
        self.acted_at = time.monotonic()
        self.citizen.say("/start idees")

    def look(self, shown: Shown) -> None:
        if shown.text.startswith("Merci beaucoup."):
            self.done = True
        elif not self.done:
            asyncio.get_running_loop().call_later(self.dice.uniform(0, 0.15), self.act)

    def act(self) -> None:
        """Do whatever the newest message asks for, once."""
        if self.done:
            return
        screen = self.citizen.screen()
        if not self.typed and any(one.text.startswith("Que faut-il faire ?") for one in screen):
            self.typed, self.acted_at = True, time.monotonic()
            self.citizen.say(self.idea)  # the messenger keeps it: nobody types the same again
            return
        for shown in reversed(screen):
            if self._answer(shown):
                return

    def _answer(self, shown: Shown) -> bool:
        labels = set(shown.labels)
        if labels >= set(STANDS):
            back = self._undoing(shown)
            return back or self._press(self.dice.choice(list(STANDS)), shown)
        found = next((label for label in (SEND, SIGN, ENOUGH) if label in labels), None)
        return found is not None and self._press(found, shown)

    def _undoing(self, shown: Shown) -> bool:
        """Sometimes they take back what they said of the card before."""
        before = next((one for one in reversed(self.citizen.screen()) if UNDO in one.labels and one is not shown), None)
        if before is None or _card(before) != self.last or self.undone >= 2 or self.dice.random() > 0.2:
            return False  # only what was said last can be taken back
        self.undone += 1
        self.acted.add(_key("", shown))  # its turn comes again
        return self._press(UNDO, before)

    def _press(self, label: str, shown: Shown) -> bool:
        key = _key(UNDO if label == UNDO else "", shown)
        if key in self.acted:
            return True
        self.acted.add(key)
        button = next(one for one in shown.buttons if one["text"] == label)

        def press() -> None:
            self.acted_at = time.monotonic()
            self.citizen.press_data(button["callback_data"], shown)

        if label in STANDS:
            self.last = _card(shown)
            self.judged[self.last] = STANDS[label]
        elif label == UNDO:
            self.judged.pop(_card(shown), None)
        self.repeat = press
        press()
        return True

    def insist(self) -> None:
        """Nothing happened for a long time: press again, as a person would."""
        if self.done or time.monotonic() - self.acted_at < INSIST:
            return
        self.again += 1
        self.acted_at = time.monotonic()
        if self.repeat is not None:
            self.repeat()
        self.act()


def _key(label: str, shown: Shown) -> tuple[str, ...]:
    """What was pressed; two copies of a message are one."""
    return (label, *(button["callback_data"] for button in shown.buttons))


def _card(shown: Shown) -> str:
    """The statement that a message shows."""
    return next((line.strip("“”« \u00a0»") for line in shown.text.split("\n") if line.startswith("Il faut")), "")


@dataclass(slots=True)
class Moderator:
    """Presses whatever decides something, on any card, also on one that somebody else just decided."""

    citizen: Citizen
    group: Group
    dice: random.Random
    pressed: int = 0

    def act(self) -> bool:
        """False when no card waits any more."""
        waiting = [one for one in self.group.screen() if _deciding(one)]
        if not waiting:
            return False
        shown = self.dice.choice(waiting)
        label = self.dice.choice(_deciding(shown))
        self.pressed += 1
        self.citizen.press_data(next(one for one in shown.buttons if one["text"] == label)["callback_data"], shown)
        return True


def _deciding(shown: Shown) -> list[str]:
    """The labels that approve, refuse, or give the rule for it."""
    labels = shown.labels
    if APPROVE in labels:
        return [APPROVE, APPROVE, REFUSE]
    return [label for label in labels if label != BACK] if BACK in labels else []


# --- What is on file -------------------------------------------------------------------------------------------------


def names(town: Town) -> dict[str, int]:
    """token -> Telegram id."""
    with town.reading() as connection:
        (key,) = connection.execute("SELECT key FROM consultations WHERE id = 'idees'").fetchone()
        people = connection.execute("SELECT identity, participant FROM identities").fetchall()
    return {token(key, participant): int(identity.partition(":")[2]) for identity, participant in people}


def wrong(town: Town) -> list[str]:
    """Counters that a recount does not confirm, and cases that were decided twice; at any moment."""
    with town.reading() as connection:
        return _wrong(lambda query: connection.execute(query).fetchall())


def _wrong(rows: Callable[[str], list[Any]]) -> list[str]:
    found = []
    counted = rows(
        "SELECT p.number, p.agree, p.disagree, p.neutral,"
        " count(*) FILTER (WHERE s.value = 'agree'), count(*) FILTER (WHERE s.value = 'disagree'),"
        " count(*) FILTER (WHERE s.value = 'neutral')"
        " FROM proposals p LEFT JOIN stances s ON s.proposal = p.id GROUP BY p.id"
    )
    found += [f"counters of {row[0]}: {row[1:4]}, recounted {row[4:]}" for row in counted if row[1:4] != row[4:]]
    marks = ", ".join(f"'{one}'" for one in VERDICTS)
    verdicts = rows(f'SELECT "case", count(*) FROM decisions WHERE outcome IN ({marks}) GROUP BY 1')
    found += [f"case {case} was decided {n} times" for case, n in verdicts if n > 1]
    states = rows("SELECT p.number, p.state, c.state, c.outcome FROM proposals p JOIN cases c ON c.proposal = p.id")
    meant = {"approve": "published", "refuse": "refused", None: "waiting"}
    found += [f"proposal {row[0]} is {row[1:]}" for row in states if meant.get(row[3]) != row[1]]
    ((signed,),) = rows("SELECT count(*) FROM signatures")
    ((counter,),) = rows("SELECT coalesce(sum(n), 0) FROM tallies WHERE question = 'petition' AND code = 'c:signed'")
    return found if signed == counter else [*found, f"{signed} signatures, {counter} counted"]


def filed(town: Town) -> dict[int, dict[str, str]]:
    """Telegram id -> statement -> value."""
    who = names(town)
    found: dict[int, dict[str, str]] = {}
    rows = town.rows("SELECT s.token, p.text, s.value FROM stances s JOIN proposals p ON p.id = s.proposal")
    for by, text, value in rows:
        assert text not in found.setdefault(who[by], {}), "two stances on one statement"
        found[who[by]][text] = value
    return found


# --- The test --------------------------------------------------------------------------------------------------------


async def kills(folder: Path, server: OnServer | None, times: int, seed: int) -> None:
    dice, began = random.Random(seed), time.monotonic()
    owners = ",".join(f"telegram:{id}" for id in MODERATORS)
    settings = {"OWNERS": owners, "QUIET": NEVER}
    async with Emulator() as telegram, Town(folder, telegram=telegram, server=server, **settings) as town:
        group = telegram.group(DESK, "Modération")
        await town.publish(FLOW, "--open", "now")
        await town.start_warm()
        both = [Moderator(telegram.citizen(id, f"M{id}", "fr"), group, dice) for id in MODERATORS]
        for one in both:
            one.citizen.say("/start")
        await until(lambda: all(one.citizen.screen() for one in both), "the moderators are known")
        both[0].citizen.say("/moderation *", group=group)
        await until(group.screen, "the desk")
        voices: dict[int, Voice] = {}
        for number in range(CITIZENS):
            id = 100 + number
            idea = f"Il faut planter {number + 2} tilleuls rue {id}"
            voices[id] = Voice(telegram.citizen(id, f"C{number}", "fr"), dice, idea)
        death = Executioner(town, telegram, seed)

        def shown(what: Shown) -> None:
            voice = voices.get(what.chat.id)
            if voice is not None and what.ours:
                voice.look(what)
            death.shown()

        telegram.world.on_shown = shown
        loop = asyncio.get_running_loop()
        for voice in voices.values():
            loop.call_later(dice.uniform(0, 3), voice.begin)
        deciding = asyncio.create_task(_decide(both, dice))
        for life in range(times):
            if life:
                await town.start_warm()
                await town.at_work()
                assert wrong(town) == [], f"seed {seed}"
            await asyncio.sleep(dice.uniform(0, 0.5))
            await death.strike()
        await town.start_warm()
        await _finished(voices, seed)
        await until(
            lambda: not _open(town) or deciding.done(),
            lambda: f"seed {seed}: {_open(town)} cases open, cards {[one.labels for one in group.screen()]}",
        )
        assert not deciding.done(), deciding.exception()
        deciding.cancel()
        await until(lambda: not _waiting(town), lambda: f"seed {seed}: {_waiting(town)} has not left")
        _judge(town, voices, times, seed)
        stale = sum(bool(_deciding(one)) for one in group.screen())
        assert stale <= times, "a card can only be pressed after its case is decided where a kill showed it twice"
        print(
            f"\n{times} kills ({dict(death.how)}) in {time.monotonic() - began:.0f} s: {CITIZENS} people, "
            f"{sum(len(one.judged) for one in voices.values())} stances, {sum(one.undone for one in voices.values())} "
            f"undone, {sum(one.again for one in voices.values())} pressed again, "
            f"{sum(one.pressed for one in both)} presses of moderators"
        )


async def _decide(both: list[Moderator], dice: random.Random) -> None:
    while True:
        for one in both:
            one.act()
        await asyncio.sleep(dice.uniform(0.05, 0.3))


async def _finished(voices: dict[int, Voice], seed: int) -> None:
    end = time.monotonic() + PATIENCE
    while waiting := [one for one in voices.values() if not one.done]:
        assert time.monotonic() < end, (seed, {one.citizen.id: one.citizen.texts()[-2:] for one in waiting})
        for one in waiting:
            one.insist()
        await asyncio.sleep(0.05)


def _open(town: Town) -> int:
    return int(town.value("SELECT count(*) FROM cases WHERE state = 'open'"))


def _waiting(town: Town) -> list[tuple[str, str]]:
    """What is still to be handled or sent."""
    inbox = town.rows("SELECT lane, event FROM inbox WHERE state NOT IN ('done', 'aside')")
    outbox = town.rows("SELECT place, state FROM outbox WHERE state IN ('waiting', 'sending') AND due_ms <= ?", _now())
    return [(str(one), str(other)) for one, other in (*inbox, *outbox)]


def _now() -> int:
    return int(time.time() * 1000)


def _judge(town: Town, voices: dict[int, Voice], times: int, seed: int) -> None:
    assert wrong(town) == [], seed
    stored = filed(town)
    lost = [
        (id, sorted(set(one.judged.items()) ^ set(stored.get(id, {}).items())), one.citizen.texts()[-16:])
        for id, one in voices.items()
        if one.judged != stored.get(id, {})
    ]
    assert not lost, (seed, lost[0])
    who = names(town)
    written = town.rows("SELECT author, text, state FROM proposals WHERE source = 'participant'")
    assert Counter((who[by], text) for by, text, _ in written) == Counter((id, one.idea) for id, one in voices.items())
    states = {who[by]: state for by, _, state in written}
    assert set(states.values()) <= {"published", "refused"}
    signed = Counter(who[by] for (by,) in town.rows("SELECT token FROM signatures"))
    assert signed == Counter(list(voices)), seed
    for id, voice in voices.items():
        told = _told(voice, states[id])
        assert 1 <= told <= 1 + times, (seed, id, states[id], voice.citizen.texts())
        assert not _told(voice, "refused" if states[id] == "published" else "published"), (seed, id)
    repeated = sum(_told(voice, states[id]) - 1 for id, voice in voices.items())
    print(f"\nseed {seed}: {repeated} verdicts seen twice after {times} kills, of one person one a kill at most")
    reached = town.rows("SELECT question, at, count(*) FROM goals GROUP BY 1, 2")
    assert sorted(reached) == [("petition", at, 1) for at in GOALS], seed
    for say in GOALS.values():
        seen = [sum(say in text for text in one.citizen.texts()) for one in voices.values()]
        assert sum(max(0, n - 1) for n in seen) <= times, (seed, say, seen)
        assert any(seen), say
    assert town.value("SELECT count(*) FROM inbox WHERE state = 'aside'") == 0
    assert town.damage() == []


def _told(voice: Voice, state: str) -> int:
    """How many messages say what was decided about their idea."""
    return sum(voice.idea in text and TOLD[state] in text for text in voice.citizen.texts())


async def test_eight_kills_while_forty_people_propose_and_judge(tmp_path: Path, elsewhere: OnServer | None) -> None:
    await kills(tmp_path, elsewhere, 8, seed=random.randrange(1_000_000))


@pytest.mark.soak
async def test_a_hundred_kills_while_forty_people_propose_and_judge(tmp_path: Path, elsewhere: OnServer | None) -> None:
    await kills(tmp_path, elsewhere, 100, seed=random.randrange(1_000_000))
