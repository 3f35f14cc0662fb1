"""The shipped flows load without a mistake, and people who answer as they like can reach every question and the end."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from bot.trypool import Pool
from flows import prompts
from flows.effects import Amend, Consented, Effect, Fetch, Proposed, Record, Send, Signed, Stance, Withdraw
from flows.engine import Step, advance, begin
from flows.events import Event, Pressed, Said, Shared
from flows.flow import Ask, End, Flow, Lot, Photo, Propose, Say, Sign, Spot, Words
from flows.load import load_file
from flows.messages import Button, Message, plain_text
from flows.session import Stage

LIBRARY = Path(__file__).parents[2] / "flows" / "library"
NAMES = sorted(path.stem for path in LIBRARY.glob("*.yaml"))
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
SEEDS = range(30)
ENOUGH = 400
"""Walks after which everything that can be reached has been."""
TYPED = (
    "Il faut ouvrir la piscine le dimanche",
    "Quand le bus de nuit reviendra-t-il ?",
    "12 rue des Lilas",
    "Léa Perrin",
)
AGREED = sorted(set(NAMES) - {"meeting-date", "candidate-compare"})
"""Those that ask for agreement before the first question."""


def load(name: str) -> Flow:
    loaded = load_file(LIBRARY / f"{name}.yaml")
    assert loaded.flow is not None, "\n".join(map(str, loaded.mistakes))
    return loaded.flow


@pytest.mark.parametrize("name", NAMES)
def test_it_loads_without_a_mistake_and_without_a_remark(name: str) -> None:
    loaded = load_file(LIBRARY / f"{name}.yaml")
    assert [str(found) for found in (*loaded.mistakes, *loaded.remarks)] == []
    assert loaded.flow is not None
    assert loaded.flow.id == name
    assert loaded.flow.langs == ("fr", "en")


@dataclass(kw_only=True)
class Walk:
    """One person who answers at random; everything they were shown is kept."""

    flow: Flow
    lang: str
    dice: Random
    agrees: bool = True
    shown: dict[str, Message] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    pool: Pool = field(init=False)
    """What others put forward, as far as this person sees it."""

    def __post_init__(self) -> None:
        self.pool = Pool.of(self.flow)
        for ask in self.flow.asks:
            if isinstance(ask.kind, Propose):
                for text in ("Il faut planter des haies.", "Il faut baisser la vitesse.", "Il faut un marché."):
                    self.pool.put(ask.name, text, official=True)  # not this person's own

    def go(self) -> Step:
        step = self.fetched(begin(self.flow, session=f"s{self.dice.random()}", lang=self.lang, at=AT))
        for _ in range(1500):
            if step.session.stage in (Stage.SENT, Stage.DECLINED):
                return step
            step = self.fetched(advance(self.flow, step.session, self.answer(step)))
        raise AssertionError(f"no end in sight: {self.steps[-20:]}")

    def fetched(self, step: Step) -> Step:
        """Look at what happened, and give the engine what it waits for."""
        self.look(step)
        for effect in step.effects:
            match effect:
                case Fetch():
                    return self.fetched(
                        advance(self.flow, step.session, self.pool.answer(effect, lang=self.lang, at=AT))
                    )
                case Stance() | Proposed() | Signed():
                    self.pool.take(effect)
                case Withdraw(question=question):
                    self.pool.withdraw(question)
                case _:
                    pass
        return step

    def look(self, step: Step) -> None:
        for effect in step.effects:
            self.effects.append(effect)
            if isinstance(effect, Send | Amend):
                self.texts.append(plain_text(effect.message.body))
                if effect.message.prompt is not None:
                    self.shown[effect.message.prompt.id] = effect.message
            if isinstance(effect, Send):
                self.steps.append(effect.step)

    def answer(self, step: Step) -> Event:
        opened = step.session.open
        assert opened is not None, f"nothing to answer after {self.steps[-3:]}"
        prompt = self.shown[opened.id].prompt
        assert prompt is not None
        if step.session.stage is Stage.RECAP:
            return Pressed(at=AT, data=prompts.data(opened.id, prompts.SEND))
        if opened.step == "consent":
            return Said(at=AT, text="oui" if self.agrees else "non")
        ask = next(ask for ask in self.flow.asks if ask.name == opened.step)
        buttons = [button for button in prompt.buttons if onward(button)]
        if isinstance(ask.kind, Words) and (not buttons or self.dice.random() < 0.7):
            return Said(at=AT, text="J'habite au bout de la rue {left} <b>et</b> j'y tiens.")
        if isinstance(ask.kind, Propose | Sign | Spot) and (not buttons or self.dice.random() < 0.5):
            return Said(at=AT, text=self.dice.choice(TYPED))
        if isinstance(ask.kind, Photo) and (not buttons or self.dice.random() < 0.5):
            return Shared(at=AT, what="photo", ref="photo:1")
        return Pressed(at=AT, data=self.dice.choice(buttons).data)


def onward(button: Button) -> bool:
    found = prompts.read(button.data)
    return found is not None and found[1] != prompts.BACK


def walks(flow: Flow) -> list[Walk]:
    made = [Walk(flow=flow, lang="fr" if seed % 2 else "en", dice=Random(seed)) for seed in SEEDS]
    for walk in made:
        walk.go()
    return made


@pytest.mark.parametrize("name", NAMES)
def test_every_question_and_every_text_can_be_reached(name: str) -> None:
    flow = load(name)
    refused = Walk(flow=flow, lang="fr", dice=Random(0), agrees=False)
    refused.go()
    shown = [step for step in flow.steps if isinstance(step, Ask | Say | End)]
    missing = {step.name for step in shown if not (isinstance(step, Ask) and isinstance(step.kind, Lot))}
    missing -= set(refused.steps)
    for seed in range(ENOUGH):
        if not missing:
            return
        walk = Walk(flow=flow, lang="fr", dice=Random(seed))
        walk.go()
        missing -= set(walk.steps)
    assert not missing


@pytest.mark.parametrize("name", NAMES)
def test_what_is_shown_is_complete(name: str) -> None:
    for walk in walks(load(name)):
        for text in walk.texts:
            assert text.strip()
            assert "{" not in text.replace("{left} <b>", "")


@pytest.mark.parametrize("name", AGREED)
def test_who_does_not_agree_is_asked_nothing_else(name: str) -> None:
    flow = load(name)
    walk = Walk(flow=flow, lang="fr", dice=Random(1), agrees=False)
    step = walk.go()
    asked = [name for name in walk.steps if name in {ask.name for ask in flow.asks}]
    assert asked == ["consent"]
    assert walk.steps[-1] == "consent_refused"
    assert "recap" not in walk.steps
    assert set(step.session.answers) == {"consent"}
    assert [effect.given for effect in walk.effects if isinstance(effect, Consented)] == [False]


@pytest.mark.parametrize("name", AGREED)
def test_agreement_is_on_file_before_any_answer(name: str) -> None:
    for walk in walks(load(name))[:5]:
        kept = [effect for effect in walk.effects if isinstance(effect, Record | Consented)]
        assert isinstance(kept[0], Consented)
        assert kept[0].given


def test_a_comparison_keeps_nothing_without_a_yes() -> None:
    flow = load("candidate-compare")
    kept = 0
    for seed in SEEDS:
        walk = Walk(flow=flow, lang="fr", dice=Random(seed))
        step = walk.go()
        yes = any(isinstance(effect, Consented) for effect in walk.effects)
        assert yes is any(isinstance(effect, Record) for effect in walk.effects)
        assert (step.session.stage is Stage.SENT) is bool(step.session.answers)
        kept += yes
    assert 0 < kept < len(SEEDS)


def test_another_theme_keeps_the_answers_of_the_first() -> None:
    flow = load("great-debate")
    step = begin(flow, session="s", lang="fr", at=AT)
    chat = Walk(flow=flow, lang="fr", dice=Random(4))
    chat.look(step)

    def say(step: Step, text: str) -> Step:
        step = advance(flow, step.session, Said(at=AT, text=text))
        chat.look(step)
        return step

    step = say(step, "oui")
    step = say(step, "La démocratie et la citoyenneté")
    while step.session.open and step.session.open.step.startswith("dem_"):
        step = say(step, "je ne sais pas" if flow.asks and "je ne sais pas" in said_aloud(flow, step) else "passer")
    first = dict(step.session.answers)
    assert len([name for name in first if name.startswith("dem_")]) == 12
    assert step.session.open
    assert step.session.open.step == "another_theme"
    step = say(step, "oui")
    assert step.session.open
    assert step.session.open.step == "themes"
    assert step.session.open.draft == ("democracy",)
    step = say(step, "La transition écologique, la démocratie et la citoyenneté")
    assert step.session.answers["themes"].value == ("ecology", "democracy")
    assert step.session.open
    assert step.session.open.step == "eco_concern"
    assert {name: step.session.answers[name] for name in first if name.startswith("dem_")} == {
        name: answer for name, answer in first.items() if name.startswith("dem_")
    }
    assert "another_theme" not in step.session.answers


def said_aloud(flow: Flow, step: Step) -> str:
    """The way out of the open question that can be typed."""
    opened = step.session.open
    ask = next(ask for ask in flow.asks if opened and ask.name == opened.step)
    return "je ne sais pas" if ask.dont_know else "passer"


def test_the_reason_asked_depends_on_the_rating() -> None:
    flow = load("service-feedback")
    for rating, expected in (("2", "problems"), ("3", "problems"), ("4", "strengths"), ("je ne sais pas", "place")):
        step = begin(flow, session="s", lang="fr", at=AT)
        for text in ("oui", rating):
            step = advance(flow, step.session, Said(at=AT, text=text))
        assert step.session.open
        assert step.session.open.step == expected
