"""A conversation with `propose` and `react` in memory: the engine, and a pool that answers what it fetches.

    chat = Talk(flow)          begins
    chat.says("pour")          types; chat.presses("agree") presses a button by its code
    chat.texts                 every message shown, as words; chat.notes the words to whoever pressed

The one rule: what it records is what the effects say, so that a test sees what would be on file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.transcript import code_of
from bot.trypool import Pool
from flows import prompts
from flows.effects import Amend, Effect, Fetch, Note, Proposed, Record, Send, Signed, Stance, Withdraw
from flows.engine import Step, advance, begin
from flows.events import Commanded, Event, Pressed, Said
from flows.flow import Ask, Choice, End, Flow, Propose, React, Stand, Text, make_flow
from flows.messages import Message, plain_text
from flows.session import Answer, Session

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def text(fr: str, en: str = "") -> Text:
    return Text({"fr": fr, "en": en or fr})


def choice(code: str, fr: str, en: str = "") -> Choice:
    return Choice(code=code, label=text(fr, en))


PRIORITY = choice("priority", "Priorité", "Priority")
FEASIBLE = choice("feasible", "Faisable", "Feasible")
STANDS = (
    Stand(code="agree", label=text("D'accord", "Agree"), qualifiers=(PRIORITY, FEASIBLE)),
    Stand(code="disagree", label=text("Pas d'accord", "Disagree")),
    Stand(code="neutral", label=text("Neutre", "Neutral")),
)
STATEMENTS = (
    choice("velo", "Il faut plus de pistes cyclables.", "We should build bike lanes."),
    choice("bus", "Il faut des bus la nuit.", "We should run night buses."),
    choice("banc", "Il faut des bancs à l'ombre.", "We should put benches in the shade."),
    choice("eau", "Il faut des fontaines.", "We should install fountains."),
)


TOPICS = (choice("roads", "Voirie", "Roads"), choice("green", "Nature", "Nature"))


def a_flow(*asks: Ask, recap: bool = False, keep: str | None = None) -> Flow:
    return make_flow(
        steps=(*asks, End(name="end", text=text("Merci !", "Thank you!"))),
        id="x",
        version="v",
        lang="fr",
        langs=("fr", "en"),
        title=text("Titre"),
        recap=recap,
        keep=keep,
    )


def cards(of: str | None = None, *, optional: bool = False, **fields: object) -> Ask:
    kind = React(**{"stands": STANDS, "statements": STATEMENTS, "of": of, **fields})  # type: ignore[arg-type]
    return Ask(name="cards", text=text("Qu'en pensez-vous ?", "What do you think?"), kind=kind, optional=optional)


def idea(*, optional: bool = False, **fields: object) -> Ask:
    kind = Propose(**fields)  # type: ignore[arg-type]
    return Ask(name="idea", text=text("Que proposez-vous ?", "What do you propose?"), kind=kind, optional=optional)


@dataclass(slots=True, kw_only=True)
class Talk:
    flow: Flow
    lang: str = "fr"
    drafts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    pool: Pool = field(init=False)
    session: Session = field(init=False)
    file: dict[str, Answer] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    served: list[int] = field(default_factory=list)
    """Every card that was fetched, in order."""
    effects: list[Effect] = field(default_factory=list)
    """All that was ever done."""
    shown: dict[str, Message] = field(default_factory=dict)
    """Messages with buttons as they stand, by prompt."""

    def __post_init__(self) -> None:
        self.pool = Pool.of(self.flow)

    def begin(self) -> Talk:
        self.take(begin(self.flow, session="s1", lang=self.lang, at=AT, drafts=self.drafts))
        return self

    def happens(self, event: Event) -> list[Effect]:
        """What an event brings about, all that is fetched on the way included."""
        before = len(self.effects)
        self.take(advance(self.flow, self.session, event))
        return self.effects[before:]

    def take(self, step: Step) -> None:
        self.session = step.session
        for effect in step.effects:
            self.effects.append(effect)
            self._do(effect)

    def _do(self, effect: Effect) -> None:
        match effect:
            case Send(message=message):
                self.texts.append(plain_text(message.body))
                if message.prompt:
                    self.shown[message.prompt.id] = message
            case Amend(prompt=prompt, message=message):
                self.shown[prompt] = message
            case Note(text=words):
                self.notes.append(words)
            case Record(question=question, answer=answer, before=before):
                assert self.file.get(question) == before
                self.file[question] = answer
            case Withdraw(question=question, before=before):
                assert self.file.pop(question) == before
                self.pool.withdraw(question)
            case Stance() | Proposed() | Signed():
                self.pool.take(effect)
            case Fetch():
                found = self.pool.answer(effect, lang=self.session.lang, at=AT)
                if effect.want == "cards":
                    self.served += [card.number for card in found.cards]
                self.take(advance(self.flow, self.session, found))
            case _:
                pass

    def says(self, words: str) -> str:
        """Type something; the last message that was shown then."""
        self.happens(Said(at=AT, text=words))
        return self.last

    def presses(self, code: str) -> str:
        """Press a button that can be pressed now, by its code; the last message that was shown then."""
        self.happens(Pressed(at=AT, data=self.buttons[code]))
        return self.last

    def commands(self, name: str, argument: str = "") -> str:
        self.happens(Commanded(at=AT, name=name, argument=argument))
        return self.last

    @property
    def last(self) -> str:
        return self.texts[-1]

    @property
    def buttons(self) -> dict[str, str]:
        """What can be pressed now: under the open message, and under the one before where that still counts."""
        opened = self.session.open
        assert opened is not None
        found = {}
        for prompt in (opened.behind, opened.id):
            message = self.shown.get(prompt)
            for button in message.prompt.buttons if message and message.prompt else ():
                found[code_of(self.flow, opened.step, button)] = button.data
        return found

    @property
    def alive(self) -> set[str]:
        """The prompts of all messages that still have session buttons."""
        return {
            prompt
            for prompt, message in self.shown.items()
            if message.prompt and any(prompts.read(button.data) for button in message.prompt.buttons)
        }
