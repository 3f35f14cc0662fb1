"""Citizens who answer a consultation on the emulated Telegram, each in their own way, and remember what they saw.

The one rule: a walker knows only what a person knows: what they did, and what stands on their screen. What is on file
is then held against that memory.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from adapters.telegram_emulator import Citizen, Emulator, Shown

FLOW = """
palabre: 1
id: mobilite
lang: fr
title: {fr: "Se déplacer demain", en: "Getting around"}
results: at_close
steps:
  - say: hello
    text: {fr: "Bonjour et bienvenue.", en: "Hello and welcome."}
  - ask: mode
    text: {fr: "Comment venez-vous ?", en: "How do you come?"}
    one_of:
      velo: {fr: "À vélo", en: "By bike"}
      bus: {fr: "En bus", en: "By bus"}
      pied: {fr: "À pied", en: "On foot"}
    dont_know: true
  - ask: freins
    text: {fr: "Qu'est-ce qui vous retient ?", en: "What holds you back?"}
    any_of:
      danger: {fr: "Le danger", en: "Danger"}
      pluie: {fr: "La pluie", en: "Rain"}
      vol: {fr: "Le vol", en: "Theft"}
    dont_know: true
  - ask: note
    text: {fr: "Quelle note donnez-vous ?", en: "What mark do you give?"}
    scale: {from: 0, to: 10}
    dont_know: true
  - ask: idee
    text: {fr: "Avez-vous une idée ?", en: "Do you have an idea?"}
    short_text: true
    optional: true
  - ask: encore
    text: {fr: "Reviendrez-vous ?", en: "Will you come again?"}
    yes_no: true
    dont_know: true
  - end: thanks
    text: {fr: "Merci beaucoup.", en: "Thank you."}
"""
HELLO, RECAP, THANKS = "Bonjour et bienvenue.", "Voici vos réponses", "Merci beaucoup."
ASKED = {
    "mode": "Comment venez-vous ?",
    "freins": "Qu'est-ce qui vous retient ?",
    "note": "Quelle note donnez-vous ?",
    "idee": "Avez-vous une idée ?",
    "encore": "Reviendrez-vous ?",
}
LABELS = {
    "mode": {"velo": "À vélo", "bus": "En bus", "pied": "À pied"},
    "freins": {"danger": "Le danger", "pluie": "La pluie", "vol": "Le vol"},
    "encore": {"yes": "Oui", "no": "Non"},
}
DONE, SEND = "Terminé", "Envoyer"

Value = str | int | tuple[str, ...]


def label(question: str, value: Value) -> str:
    """The answer as the bot says it."""
    if isinstance(value, tuple):
        return ", ".join(LABELS[question][code] for code in value)
    return LABELS[question][str(value)] if question in LABELS else str(value)


@dataclass(slots=True)
class Plan:
    """What a citizen will answer, in which manner, and what they will change at the end."""

    answers: dict[str, Value]
    changes: dict[str, Value]
    typed: frozenset[str]


def plan(dice: random.Random, number: int) -> Plan:
    def answer(question: str) -> Value:
        match question:
            case "freins":
                chosen = [code for code in LABELS["freins"] if dice.random() < 0.5]
                return tuple(chosen) or ("vol",)
            case "note":
                return dice.randrange(11)
            case "idee":
                return f"Des bancs, idée {number}-{dice.randrange(1000)}"
            case choice:
                return dice.choice(list(LABELS[choice]))

    changed = [question for question in ASKED if dice.random() < 0.12]
    return Plan(
        answers={question: answer(question) for question in ASKED},
        changes={question: answer(question) for question in changed},
        typed=frozenset(question for question in ASKED if dice.random() < 0.4 or question == "idee"),
    )


@dataclass(slots=True)
class Walker:
    citizen: Citizen
    plan: Plan
    hurry: Callable[[], float]
    on_end: Callable[[Walker], None]
    given: dict[str, list[Value]] = field(default_factory=dict)
    """What they answered, in order; the last of each question is what must count."""
    confirmed: dict[str, int] = field(default_factory=dict)
    """Up to which of these answers they saw a confirmation."""
    started: bool = False
    finished: bool = False
    acted_at: float = 0.0
    again: int = 0
    edits: int = 0
    twice: Counter[int] = field(default_factory=Counter)
    """New messages seen twice, by the life of the service that repeated them."""
    disorder: list[str] = field(default_factory=list)
    surprises: list[str] = field(default_factory=list)
    _seen: dict[int, str] = field(default_factory=dict)
    _names: list[str] = field(default_factory=list)
    _settled: set[str] = field(default_factory=set)
    _acted: set[tuple[str, tuple[str, ...]]] = field(default_factory=set)
    _repeat: Callable[[], object] | None = None
    _ticks: Counter[str] = field(default_factory=Counter)

    def begin(self) -> None:
        self.started = True
        self.acted_at = time.monotonic()
        self.citizen.say("/start mobilite")

    # --- Seeing ------------------------------------------------------------------------------------------------------

    def look(self, shown: Shown, life: int) -> None:
        """Something changed on the screen."""
        if shown.id not in self._seen:
            self._notice(shown, life)
        else:
            self.edits += 1
        for question, text in ASKED.items():
            if shown.text.startswith(f"{text}\n✔ "):
                self._confirm(question, shown)
        if shown.text.startswith(THANKS) and not self.finished:
            self.finished = True
            self.on_end(self)
        elif not self.finished:
            asyncio.get_running_loop().call_later(self.hurry(), self.act)

    def _notice(self, shown: Shown, life: int) -> None:
        name = _prompt(shown) or shown.text
        if name in self._names:
            self.twice[life] += 1
            if name != self._names[-1]:
                self.disorder.append(shown.text)
        else:
            self._names.append(name)
        self._seen[shown.id] = name
        known = (HELLO, RECAP, THANKS, *ASKED.values())
        if not shown.text.startswith(known):
            self.surprises.append(shown.text)

    def _confirm(self, question: str, shown: Shown) -> None:
        """The message of a question now shows the answer that was taken."""
        if self._seen[shown.id] in self._settled:
            return
        self._settled.add(self._seen[shown.id])
        self._ticks[question] += 1
        said = shown.text.partition("✔ ")[2].partition("\n")[0]
        answers = self.given.get(question, [])
        if not answers or label(question, answers[-1]) != said:
            self.surprises.append(f"{question}: {said!r} is confirmed, {answers} was answered")
        self.confirmed[question] = len(answers) - 1

    # --- Acting ------------------------------------------------------------------------------------------------------

    def act(self) -> None:
        """Answer whatever is in front of them, once."""
        shown = self._open()
        if shown is None or self.finished:
            return
        key = (self._seen[shown.id], tuple(shown.labels))
        if key in self._acted:
            return
        self._acted.add(key)
        self._repeat = None
        self.acted_at = time.monotonic()
        if shown.text.startswith(RECAP):
            self._read_over(shown)
            return
        for question, text in ASKED.items():
            if shown.text.startswith(text):
                self._answer(question, shown)

    def insist(self) -> None:
        """Nothing happened for a long time: press again, as a person would. What was typed is not typed again."""
        if self._repeat is not None and self._open() is not None:
            self.again += 1
            self.acted_at = time.monotonic()
            self._repeat()

    def _open(self) -> Shown | None:
        """The newest message that waits for an answer; of two copies of it, the one where their ticks show."""
        waiting = [
            shown
            for shown in self.citizen.screen()
            if shown.buttons and shown.id in self._seen and self._seen[shown.id] not in self._settled
        ]
        if not waiting:
            return None
        copies = [shown for shown in waiting if self._seen[shown.id] == self._seen[waiting[-1].id]]
        return max(copies, key=lambda shown: (shown.edits, shown.id))

    def _answer(self, question: str, shown: Shown) -> None:
        first = question not in self.given
        value = self.plan.answers[question] if first else self.plan.changes[question]
        if question in self.plan.typed:
            self._note(question, value)
            self.citizen.say(self._words(question, value))
        elif isinstance(value, tuple):
            self._tick(question, value, shown)
        else:
            self._note(question, value)
            self._press(label(question, value), shown)

    def _tick(self, question: str, value: tuple[str, ...], shown: Shown) -> None:
        ticked = {text.removeprefix("✔ ") for text in shown.labels if text.startswith("✔ ")}
        wanted = {LABELS[question][code] for code in value}
        wrong = sorted(ticked ^ wanted)
        if wrong:
            self._press(wrong[0], shown)
        else:
            self._note(question, value)
            self._press(DONE, shown)

    def _words(self, question: str, value: Value) -> str:
        """One of the ways to type an answer."""
        if isinstance(value, tuple):
            places = list(LABELS[question])
            return " ".join(str(places.index(code) + 1) for code in value)
        return label(question, value)

    def _read_over(self, shown: Shown) -> None:
        for question, answers in self.given.items():
            line = f"{ASKED[question]} → {label(question, answers[-1])}"
            if line not in shown.text:
                self.surprises.append(f"the recap lacks {line!r}: {shown.text!r}")
            self.confirmed[question] = len(answers) - 1
        self._settled.add(self._seen[shown.id])
        for question in self.plan.changes:
            if len(self.given[question]) == 1:
                number = list(ASKED).index(question) + 1
                if question in self.plan.typed:
                    self.citizen.say(str(number))
                else:
                    self._press(f"Changer {number}", shown)
                return
        self._press(SEND, shown)

    def _note(self, question: str, value: Value) -> None:
        self.given.setdefault(question, []).append(value)

    def _press(self, text: str, shown: Shown) -> None:
        for button in shown.buttons:
            if button["text"].removeprefix("✔ ") == text:
                self._repeat = partial(self.citizen.press_data, button["callback_data"], shown)
                self._repeat()
                return
        self.surprises.append(f"no button {text!r} among {shown.labels}")

    # --- Judging -----------------------------------------------------------------------------------------------------

    @property
    def seen_twice(self) -> int:
        return sum(self.twice.values())

    @property
    def confirmed_twice(self) -> int:
        """How often an answer was confirmed more often than it was given."""
        return sum(max(0, self._ticks[question] - len(self.given.get(question, []))) for question in ASKED)

    def agrees(self, filed: dict[str, Value]) -> list[str]:
        """What is wrong with what is on file, by what this citizen saw confirmed so far."""
        wrong = []
        for question, last in self.confirmed.items():
            if last >= 0 and filed.get(question) not in self.given[question][last:]:
                wrong.append(
                    f"{self.citizen.id} {question}: {filed.get(question)!r}, saw {self.given[question][last]!r}"
                )
        for question, value in filed.items():
            if value not in self.given.get(question, []):
                wrong.append(f"{self.citizen.id} {question}: {value!r} was never answered")
        return wrong


def _prompt(shown: Shown) -> str:
    """The prompt that the buttons of a message carry."""
    for button in shown.buttons:
        version, _, rest = button.get("callback_data", "").partition(".")
        if version == "1":
            return str(rest.partition(".")[0])
    return ""


class Square:
    """Many walkers at once on one emulator. `life` numbers the lives of the service."""

    def __init__(self, telegram: Emulator, *, at_once: int, seed: int, hurry: float = 0.05) -> None:
        self.walkers: dict[int, Walker] = {}
        self.life = 0
        self.open = True
        self.on_shown: Callable[[Shown], None] = lambda shown: None
        self._telegram = telegram
        self._dice = random.Random(seed)
        self._hurry = hurry
        self._at_once = at_once
        telegram.world.on_shown = self._shown

    def begin(self) -> None:
        for _ in range(self._at_once):
            self._come()

    def _come(self) -> None:
        """Somebody comes by and starts after a moment."""
        number = 1000 + len(self.walkers)
        walker = Walker(
            self._telegram.citizen(number, f"C{number}", "fr"),
            plan(self._dice, number),
            lambda: self._dice.uniform(0, self._hurry),
            self._left,
        )
        self.walkers[number] = walker
        asyncio.get_running_loop().call_later(self._dice.uniform(0, self._hurry), walker.begin)

    def _left(self, walker: Walker) -> None:
        if self.open:
            self._come()

    def _shown(self, shown: Shown) -> None:
        walker = self.walkers.get(shown.chat.id)
        if walker is not None and shown.ours:
            walker.look(shown, self.life)
        self.on_shown(shown)

    @property
    def in_flight(self) -> list[Walker]:
        return [walker for walker in self.walkers.values() if not walker.finished]

    async def finish(self, *, patience: float, seconds: float) -> None:
        """Let nobody new in, and wait until everybody who came has reached the end."""
        self.open = False
        end = time.monotonic() + seconds
        while self.in_flight:
            if time.monotonic() > end:
                stuck = {walker.citizen.id: walker.citizen.texts()[-3:] for walker in self.in_flight}
                raise AssertionError(f"messages are missing: {stuck}")
            self.insist(patience)
            await asyncio.sleep(0.05)

    def insist(self, patience: float) -> None:
        for walker in self.in_flight:
            if walker.started and time.monotonic() - walker.acted_at > patience:
                walker.insist()
