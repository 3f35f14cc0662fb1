"""`palabre try`: a whole conversation in the terminal, with a clock that can be moved."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.transcript import passes
from bot.trying import play
from flows.flow import (
    AnyOf,
    Ask,
    Audience,
    Choice,
    End,
    Flow,
    Number,
    OneOf,
    Reminder,
    Scale,
    Text,
    Timeout,
    Window,
    Words,
    YesNo,
    make_flow,
)

NOON = datetime(2026, 3, 2, 11, tzinfo=UTC)
"""Noon in Paris."""


def words(text: str) -> Text:
    return Text({"en": text})


def wall(hour: str) -> datetime:
    return datetime.fromisoformat(hour)


def choices(**labels: str) -> tuple[Choice, ...]:
    return tuple(Choice(code=code, label=words(label)) for code, label in labels.items())


MODE = Ask(name="mode", text=words("How do you come?"), kind=OneOf(choices=choices(bike="By bike", bus="By bus")))
WHY = Ask(name="why", text=words("Why?"), kind=AnyOf(choices=choices(fear="Danger", theft="Theft")))
MARK = Ask(name="mark", text=words("Your mark?"), kind=Scale(low=0, high=3), timeout=Timeout(after=timedelta(days=3)))
AGE = Ask(name="age", text=words("Your age?"), kind=Number(min=12), optional=True)
AGAIN = Ask(name="again", text=words("Every day?"), kind=YesNo(), optional=True)
IDEA = Ask(name="idea", text=words("An idea?"), kind=Words(max=100))
END = End(name="thanks", text=words("Thank you!"))


def flow(*asks: Ask, recap: bool = False, **fields: object) -> Flow:
    every = {"id": "mobility", "version": "v1", "lang": "en", "langs": ("en",), "title": words("Mobility")}
    return make_flow(steps=(*asks, END), recap=recap, **every, **fields)


def lines(*typed: str) -> Iterator[str | None]:
    yield from typed
    yield None


def played(flow: Flow, *typed: str, repro: bool = False, now: datetime = NOON) -> str:
    screen = io.StringIO()
    source = lines(*typed)
    status = play(
        flow,
        lang="en",
        read=lambda: next(source),
        write=lambda text: screen.write(text + "\n"),
        now=now,
        repro=repro,
    )
    assert status == 0
    return screen.getvalue()


def transcript(flow: Flow, *typed: str, now: datetime = NOON) -> list[str]:
    text = played(flow, *typed, repro=True, now=now)
    return text[text.index("flow mobility") :].rstrip().split("\n")


def test_what_the_participant_sees() -> None:
    seen = played(flow(MODE), "2")
    assert "How do you come?\n\n1. By bike\n2. By bus\n\n" in seen
    assert seen.index("✔ By bus") < seen.index("Thank you!")


def test_a_chat_as_a_transcript() -> None:
    assert transcript(flow(MODE, AGAIN), "2", "/skip") == [
        "flow mobility, en, buttons",
        "at 2026-03-02 12:00",
        "",
        "Léa  > /start mobility",
        "bot  < How do you come?",
        "       Question 1 of 2",
        "       (bike) By bike   (bus) By bus",
        "Léa  > 2",
        "bot  ~ How do you come?",
        "       ✔ By bus",
        "bot  < Every day?",
        "       Question 2 of 2",
        "       (yes) Yes   (no) No",
        "       (skip) Skip   (back) Back",
        "Léa  > /skip",
        "bot  ~ Every day?",
        "       – skipped",
        "bot  < Thank you!",
        "       You can still change your answers: type /myvote.",
        "file: mode=bus, again=skipped",
    ]


def test_buttons_are_pressed_by_their_code() -> None:
    said = transcript(flow(WHY, MARK), "#theft", "#fear", "#theft", "#done", "#3")
    assert [line for line in said if line.startswith("Léa  #")] == [
        "Léa  # theft",
        "Léa  # fear",
        "Léa  # theft",
        "Léa  # done",
        "Léa  # 3",
    ]
    assert "       (fear) ✔ Danger   (theft) ✔ Theft" in said
    assert said[-1] == "file: why=fear, mark=3"


def test_a_word_that_is_no_button_is_said() -> None:
    assert transcript(flow(IDEA), "#bus")[-1] == 'file: idea="#bus"'


def test_time_passes_and_timers_ring() -> None:
    seen = played(flow(MARK, AGE), "+2d", "+1d")
    assert seen.index("It is now Wednesday") < seen.index("Your age?") < seen.index("It is now Thursday")
    assert transcript(flow(MARK, AGE), "+3d")[-1] == "file: mark=skipped"
    assert transcript(flow(MARK, AGE), "+71h", "2", "+3d")[-1] == "file: mark=2"


REMINDED = flow(
    MODE,
    AGE,
    reminders=(
        Reminder(to=Audience.UNFINISHED, text=words("{left} to go!"), after=timedelta(days=2)),
        Reminder(to=Audience.UNFINISHED, text=words("Last day!"), before=timedelta(days=1)),
        Reminder(to=Audience.SUBSCRIBED, text=words("Begin!"), after=timedelta(days=1)),
    ),
    window=Window(zone="Europe/Paris", opens=wall("2026-03-02 08:00"), closes=wall("2026-03-21 23:00")),
)


def test_who_has_not_finished_is_reminded_by_day() -> None:
    seen = played(REMINDED, "1", "+2d", "+15d")
    assert seen.count("1 to go!") == 1
    assert "Last day!" not in seen
    assert "Last day!" in played(REMINDED, "1", "+18d", "+20h")
    assert "Begin!" not in seen


def test_an_answer_puts_the_reminder_off_and_the_end_takes_it_away() -> None:
    seen = played(REMINDED, "+1d", "1", "+25h")
    assert "to go!" not in seen
    assert "1 to go!" in played(REMINDED, "+1d", "1", "+2d")
    assert "to go!" not in played(REMINDED, "1", "20", "+3d")


def test_the_button_of_a_reminder_continues() -> None:
    said = transcript(REMINDED, "1", "+2d", "#resume")
    after = said[said.index("Léa  # resume") :]
    assert "bot  < Your age?" in after


def test_the_play_ends_at_the_closing_hour() -> None:
    seen = played(REMINDED, "+30d", "1")
    assert "The consultation closes here: Saturday 21 March 2026, 23:00." in seen
    assert "Last day!" in seen
    assert "✔" not in seen


@pytest.mark.parametrize(
    ("now", "begins"),
    [
        (datetime(2026, 1, 1, tzinfo=UTC), "at 2026-03-02 08:00"),
        (datetime(2026, 3, 10, 9, tzinfo=UTC), "at 2026-03-10 10:00"),
        (datetime(2027, 1, 1, tzinfo=UTC), "at 2026-03-02 08:00"),
    ],
)
def test_a_flow_with_hours_is_played_within_them(now: datetime, begins: str) -> None:
    assert transcript(REMINDED, now=now)[1] == begins


def test_a_flow_that_only_closes_is_played_the_day_before() -> None:
    closing = flow(MODE, window=Window(zone="Europe/Paris", closes=wall("2026-03-20 20:00")))
    assert transcript(closing, now=datetime(2027, 1, 1, tzinfo=UTC))[1] == "at 2026-03-19 20:00"


def test_commands_may_be_french_and_those_of_the_service_say_so() -> None:
    assert "How do you come?" in played(flow(MODE, AGE), "1", "/retour").rpartition("Your age?")[2]
    assert "How do you come?" in played(flow(MODE), "/help").split("1. By bike", 1)[1]
    assert "needs the running service" in played(flow(MODE), "/mydata")


def test_bad_input_is_answered_and_changes_nothing() -> None:
    said = transcript(flow(MODE), "", "+", "+2x", "+99999w", "\x1b[2J", "😀" * 5000, "\ud800", "#nothing")
    assert said[-1] == "file:"
    assert not any("\x1b" in line for line in said)


def test_minutes_hours_and_days() -> None:
    assert [passes(timedelta(minutes=n)) for n in (90, 120, 2880)] == ["+90m", "+2h", "+2d"]


def test_on_the_real_streams() -> None:
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from test_trying import MODE, flow\n"
        "from bot.trying import in_terminal\n"
        "sys.exit(in_terminal(flow(MODE), lang='en', repro=True))\n"
    )
    run = [sys.executable, "-W", "error", "-c", program, str(Path(__file__).parent)]
    done = subprocess.run(run, input=b"caf\xe9\n2", capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode().rstrip().endswith("file: mode=bus")
