"""A consultation as the engine sees it: frozen data, already checked.

`flows.load` makes a `Flow` from a YAML file; nothing else needs to build one by hand except tests. The names of steps
and the codes of choices are the columns and codes of the export: changing one is changing the data. A `Flow` is never
changed after a session has started with it (the session is pinned to `Flow.version`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Any, TypeAlias

from flows.expr import Expr
from flows.tally.outcome import Cut


@dataclass(frozen=True, slots=True)
class Text:
    """What the organiser wrote, one text per language code."""

    by_lang: Mapping[str, str]

    def read(self, lang: str, default: str) -> str:
        """The text in `lang`, else in the flow's own language `default`, else in whichever language there is."""
        texts = self.by_lang
        return texts.get(lang) or texts.get(default) or next(iter(texts.values()), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One answer that can be picked. `code` is what is recorded."""

    code: str
    label: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOf:
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf:
    choices: tuple[Choice, ...]
    at_least: int = 1
    at_most: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Whole numbers from `low` to `high`, both included; the two ends may carry a label."""

    low: int
    high: int
    low_label: Text | None = None
    high_label: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A typed number; `whole` refuses decimals."""

    min: float | None = None
    max: float | None = None
    whole: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Free text of at most `max` characters; `long` invites several lines."""

    max: int = 500
    long: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A calendar date."""

    min: date | None = None
    max: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class YesNo:
    """Recorded as the codes `yes` and `no`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """Points for options: up to `most` each. With `total` they come out of one purse; `squared` makes n points cost
    n times n of it (quadratic voting). Without `total` every option is scored by itself, from 0."""

    choices: tuple[Choice, ...]
    most: int
    total: int | None = None
    squared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Options put in order, the best first; those left out are all behind. `pairwise` asks for two at a time."""

    choices: tuple[Choice, ...]
    at_least: int = 1
    at_most: int | None = None
    pairwise: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """What items are judged by, in a matrix: its question, and its grades from best to worst."""

    code: str
    label: Text
    grades: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grades:
    """One card an item: a grade for each criterion. Majority judgment has one criterion, with an empty code. `batch`
    items are shown at a time; after them the person may go on or stop. None: all of them, and all are needed."""

    items: tuple[Choice, ...]
    criteria: tuple[Criterion, ...]
    batch: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One date, or one date and hour (wall time in the window's zone)."""

    code: str
    at: date | datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Slots:
    """Dates to answer with yes, if need be, or no (codes `yes`, `maybe`, `no`). `lasts` is how long each takes."""

    slots: tuple[Slot, ...]
    zone: str
    lasts: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """Something that costs `cost`, in whole units of the budget's currency."""

    code: str
    label: Text
    cost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Basket:
    """Projects to put into a basket that holds at most `limit` (ISO 4217 `currency`)."""

    projects: tuple[Project, ...]
    limit: int
    currency: str
    at_least: int = 1
    at_most: int | None = None


class Policy(StrEnum):
    """Which proposals are shown next, see `flows.exposure`. It is published with the consultation."""

    LEAST_SEEN = "least_seen"
    BANDIT = "bandit"
    POLIS = "polis"


class Checked(StrEnum):
    """When a moderator reads what somebody put forward: always before others see it, only for newcomers, or after."""

    BEFORE = "before"
    NEWCOMERS = "newcomers"
    AFTER = "after"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """The official answer that every proposal is owed. `by` names the one_of question whose choices are the officials
    (None: the organisers answer); the answer is due `due` after publication, and they are reminded after each of
    `remind`. With `confirm` the author and those who joined are asked whether it answered them (yes, partly, no). With
    `each` nothing is owed until the closing: then the `top` most agreed proposals are put to each of these people."""

    states: tuple[Choice, ...]
    due: timedelta
    remind: tuple[timedelta, ...] = ()
    by: str | None = None
    confirm: Text | None = None
    each: tuple[Choice, ...] = ()
    top: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Propose:
    """Something to put forward, in at most `max` characters, up to `most` a person (`month`, `year`: at most so many in
    30 and 365 days, over all consultations of the same flow). `opener` is how it begins ("We should"). `similar`
    looks for near-duplicates before it is sent. `near` names the place question within whose `within` metres an
    earlier report is offered to join; `photo` the photo question whose picture goes with it. `amends` is the text that
    is being amended."""

    max: int = 140
    most: int = 1
    month: int | None = None
    year: int | None = None
    opener: Text | None = None
    categories: tuple[Choice, ...] = ()
    category: str | None = None
    """The one_of question whose answer is its category, where it is not asked here."""
    similar: bool = True
    near: str | None = None
    within: int = 50
    photo: str | None = None
    amends: Text | None = None
    checked: Checked = Checked.BEFORE
    answering: Answering | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """One way to judge a statement: `agree`, `disagree` or `neutral`, with optional words to add to it."""

    code: str
    label: Text
    qualifiers: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class React:
    """Statements to judge, one a message: the organiser's `statements`, and what people proposed in step `of`. After
    `batch` the person may go on or stop; after `most` there are no more. `other_side` names the question whose answer
    is the person's side: only what the other sides wrote is shown."""

    stands: tuple[Stand, ...]
    statements: tuple[Choice, ...] = ()
    of: str | None = None
    batch: int = 10
    most: int | None = None
    policy: Policy = Policy.LEAST_SEEN
    other_side: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What happens once at `at` signatures: something is said, or the consultation `open` is opened."""

    at: int
    say: Text | None = None
    open: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """A petition to sign. `named`: the person chooses how their name is shown (name, initials, not at all). `reason`
    is how many characters they may add (0: none). `contact` asks whether the author may write to them."""

    named: bool = True
    reason: int = 280
    contact: bool = True
    goals: tuple[Goal, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A picture; recorded as the messenger's reference of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place on the map, shared or typed as an address; recorded as `48.85661,2.35222` or as the words typed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """Nobody is asked: each person is put into one of the groups by lot, in proportion to its weight."""

    arms: tuple[tuple[str, int], ...]


Kind: TypeAlias = (
    OneOf
    | AnyOf
    | Scale
    | Number
    | Words
    | Day
    | YesNo
    | Points
    | Order
    | Grades
    | Slots
    | Basket
    | Propose
    | React
    | Sign
    | Photo
    | Spot
    | Lot
)


class Method(StrEnum):
    """How the ballots of a vote are counted; each has its file in `flows.tally`."""

    PLURALITY = "plurality"
    APPROVAL = "approval"
    SCORE = "score"
    DOTS = "dots"
    QUADRATIC = "quadratic"
    CONSENT = "consent"
    AVAILABILITY = "availability"
    SCHULZE = "schulze"
    IRV = "irv"
    BORDA = "borda"
    STV = "stv"
    MAJORITY_JUDGMENT = "majority_judgment"
    MATRIX = "matrix"
    EQUAL_SHARES = "equal_shares"
    GREEDY = "greedy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What a vote decides by, declared before it opens. `quorum` is a number of people, or a share of `electorate`.
    `threshold` is the share of the counted ballots that a winner must reach; with `strictly` it must exceed it."""

    method: Method
    seats: int = 1
    quorum: int | Fraction | None = None
    electorate: int | None = None
    threshold: Fraction | None = None
    strictly: bool = False
    tie: Cut = Cut.OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeout:
    """What happens to a question left alone: after `after`, it is passed (answer `skipped`), or the path goes to step
    `to` (a later step)."""

    after: timedelta
    to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    name: str
    text: Text
    when: Expr | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One question.

    `optional` lets the person skip; `dont_know` and `abstain` add a choice each, recorded as its own value.
    `consent` names a purpose: a yes is stored with the hash of the wording before any later answer, and `no` is
    refused nothing but goes wherever `when` sends it. `personal` answers never appear in public results.
    `wording` is the hash of the question's full text in all languages; each ballot names it. `blank` and `none` (none
    of these) add a choice each, recorded as its own value. `shuffle` shows the choices to each person in an order of
    their own. `add` lets people add choices. A vote (`vote`, `rank`, `grade`, `budget`) has a `rule`. `again` names
    the earlier vote that this one repeats, `between` the draw whose groups are then compared.
    """

    name: str
    text: Text
    kind: Kind
    when: Expr | None = None
    optional: bool = False
    dont_know: bool = False
    abstain: bool = False
    timeout: Timeout | None = None
    consent: str | None = None
    personal: bool = False
    wording: str = ""
    blank: bool = False
    none: bool = False
    shuffle: bool = False
    add: bool = False
    rule: Rule | None = None
    again: str | None = None
    between: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Goto:
    """Continue at step `to`.

    Forward: the steps between are not shown. Backward (only with a `when`): the target question is opened again, its
    answer offered as it stands, and the answers that this `when` reads and that lie after the target are withdrawn,
    so that the same jump cannot repeat by itself.
    """

    name: str
    to: str
    when: Expr | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    name: str
    text: Text
    when: Expr | None = None


Step: TypeAlias = Say | Ask | Goto | End


class ResultsMode(StrEnum):
    """When results may be seen; locked at opening."""

    LIVE = "live"
    AFTER_VOTE = "after_vote"
    AT_CLOSE = "at_close"


class Secrecy(StrEnum):
    """Who may learn what somebody answered."""

    OPEN = "open"
    CONFIDENTIAL = "confidential"


class Audience(StrEnum):
    """Whom a reminder is for: who started and did not finish, or who asked to be told and did not start."""

    UNFINISHED = "unfinished"
    SUBSCRIBED = "subscribed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """Exactly one of the two is set. `after`: since the person's last answer (unfinished) or since the opening
    (subscribed). `before`: ahead of the closing hour."""

    to: Audience
    text: Text
    after: timedelta | None = None
    before: timedelta | None = None


class Every(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Opening and closing as wall-clock times (naive) in `zone` (IANA name). `every` repeats the window until
    `until` (naive, same zone)."""

    zone: str
    opens: datetime | None = None
    closes: datetime | None = None
    every: Every | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A whole consultation. `version` is the content hash of the file with its included blocks. `keep` names the
    question whose yes puts answers on file; until then they are held in the session alone, see `flows.keeping`."""

    id: str
    version: str
    lang: str
    langs: tuple[str, ...]
    title: Text
    steps: tuple[Step, ...]
    summary: Text | None = None
    window: Window | None = None
    reminders: tuple[Reminder, ...] = ()
    results: ResultsMode = ResultsMode.AT_CLOSE
    secrecy: Secrecy = Secrecy.CONFIDENTIAL
    recap: bool = True
    forget: timedelta = timedelta(days=7)
    keep: str | None = None
    index: Mapping[str, int] = field(default_factory=dict)
    composed: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    """Questions that `flows.verbs.ask` has put into words, for whoever comes next; a copy with other hours has none."""

    def step(self, name: str) -> Step:
        """The step called `name`; KeyError when there is none."""
        return self.steps[self.index[name]]

    @property
    def asks(self) -> tuple[Ask, ...]:
        return tuple(step for step in self.steps if isinstance(step, Ask))

    @property
    def questions(self) -> tuple[Ask, ...]:
        """What people are asked: nobody sees a draw by lot."""
        return tuple(ask for ask in self.asks if not isinstance(ask.kind, Lot))


def make_flow(*, steps: tuple[Step, ...], **fields: object) -> Flow:
    """A `Flow` with its index of names filled in."""
    return Flow(steps=steps, index={step.name: i for i, step in enumerate(steps)}, **fields)  # type: ignore[arg-type]
