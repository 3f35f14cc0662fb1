"""The laws of the engine once more, on a conversation made of rankings, comparisons and cards."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from flows import kinds, prompts
from flows.effects import Amend, Record, Send, Withdraw
from flows.engine import Step, advance, begin
from flows.events import Commanded, Event, Pressed, Said
from flows.flow import Ask, Choice, Criterion, End, Flow, Grades, Order, Text, make_flow
from flows.session import Answer, Session, Value

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
LABELS = ("Un", "Deux", "Trois", "Quatre", "Cinq")


def text(words: str) -> Text:
    return Text({"fr": words, "en": words})


def choices(count: int) -> tuple[Choice, ...]:
    return tuple(Choice(code=label.lower(), label=text(label)) for label in LABELS[:count])


GRADES = tuple(Choice(code=code, label=text(code.title())) for code in ("bien", "moyen", "mal"))


def criteria(*codes: str) -> tuple[Criterion, ...]:
    return tuple(Criterion(code=code, label=text(f"{code} ?"), grades=GRADES) for code in codes)


FLOW: Flow = make_flow(
    id="c",
    version="v",
    lang="fr",
    langs=("fr", "en"),
    title=text("C"),
    steps=(
        Ask(name="rang", text=text("Rang ?"), kind=Order(choices=choices(4), at_least=2), blank=True),
        Ask(name="duel", text=text("Duel ?"), kind=Order(choices=choices(5), pairwise=True, at_most=3), shuffle=True),
        Ask(
            name="mention", text=text("Mention ?"), kind=Grades(items=choices(3), criteria=criteria("")), optional=True
        ),
        Ask(name="carte", text=text("Carte ?"), kind=Grades(items=choices(5), criteria=criteria("x", "y"), batch=2)),
        End(name="fin", text=text("Merci")),
    ),
)
TYPED = st.one_of(
    st.sampled_from(
        ["1", "2", "3 1 2", "un, deux", "bien", "Un: bien", "terminé", "retour", "stop", "continuer", "oui"]
    ),
    st.sampled_from(
        ["non", "sans opinion", "passer", "envoyer", "garder", "recommencer", "blanc", "aide", "changer 2"]
    ),
    st.text(max_size=6),
)
TOKENS = st.sampled_from([*"01234", "0.0", "1.1", "3.2", "2.x", "9.0", "@0", "@3", "+4", "+5", "0n", "1o", "2s", "b0"])
EVENTS = st.one_of(
    st.builds(lambda words: Said(at=AT, text=words), TYPED),
    st.builds(lambda name: Commanded(at=AT, name=name), st.sampled_from(["back", "skip", "resume", "myvote", "again"])),
    st.just(None),
)


def shown(step: Step, buttons: tuple[str, ...]) -> tuple[str, ...]:
    """What can be pressed after the step."""
    for effect in reversed(step.effects):
        if isinstance(effect, Send | Amend) and effect.message.prompt is not None:
            return tuple(button.data for button in effect.message.prompt.buttons)
    return buttons


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_any_conversation(data: st.DataObject) -> None:
    step = begin(FLOW, session="s", lang="fr", at=AT)
    file: dict[str, Answer] = {}
    buttons = shown(step, ())
    for _ in range(data.draw(st.integers(1, 40))):
        event: Event | None = data.draw(EVENTS)
        if event is None:
            prompt = step.session.open.id if step.session.open else "x"
            raw = data.draw(TOKENS.map(lambda token, id=prompt: prompts.data(id, token)))  # type: ignore[misc]
            event = Pressed(at=AT, data=data.draw(st.sampled_from([*buttons, *buttons, raw])), message="m")
        session = step.session
        assert Session.from_json(session.to_json(), id="s", flow="v", seq=session.seq) == session
        step = advance(FLOW, session, event)
        assert advance(FLOW, session, event) == step, "the same event does the same"
        replay(step, file)
        assert file == dict(step.session.answers)
        buttons = shown(step, buttons)
        if isinstance(event, Pressed):
            again = advance(FLOW, step.session, event)
            assert again.session.answers == step.session.answers, "a press twice does what one does"
            assert again.session.open == step.session.open
        check(step.session)


def replay(step: Step, file: dict[str, Answer]) -> None:
    for effect in step.effects:
        match effect:
            case Record(question=name, answer=answer, before=before):
                assert before == file.get(name)
                file[name] = answer
            case Withdraw(question=name):
                del file[name]


def check(session: Session) -> None:
    for name, answer in session.answers.items():
        ask = FLOW.step(name)
        assert isinstance(ask, Ask)
        assert kinds.say(ask, answer, "fr", "fr")
        assert kinds.canonical(ask, answer) == answer
        assert valid(ask, answer.value), answer
    if session.open:
        assert len(session.open.draft) <= 12


def valid(ask: Ask, value: Value) -> bool:
    if not isinstance(value, tuple):
        return value is None
    match ask.kind:
        case Order(at_least=least, at_most=most, choices=some):
            return least <= len(set(value)) == len(value) <= (most or len(some))
        case Grades(batch=None, items=items, criteria=judged):
            return len(value) == len(items) * len(judged)
        case _:
            return len(dict(value)) == len(value)  # type: ignore[arg-type]
