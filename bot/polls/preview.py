"""What a poll will do, in plain sentences, before anybody is asked: its organiser reads this and then publishes it.

The one rule: honest. It says who can see what, the messenger and the person who runs the server included; and it
tells what the flow does, not what was typed, so that a misunderstanding shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import assert_never

from babel.dates import format_date

from bot import presses
from bot.polls.line import import_poll
from bot.polls.rules import rules
from bot.walltime import following, instant
from bot.wording import moment
from flows.flow import (
    AnyOf,
    Ask,
    Basket,
    Every,
    Flow,
    Grades,
    Kind,
    OneOf,
    Order,
    Points,
    ResultsMode,
    Secrecy,
    Slots,
    Window,
    YesNo,
)
from flows.messages import Block, Bold, Bullets, Italic, Paragraph, Plain, paragraph
from flows.shared import votable
from flows.wording import day_in_words, paragraphs, write
from locales import LANGUAGES, tr, trn
from storage.consultations import Consultation
from storage.instants import when

__all__ = ["import_poll", "preview"]


def preview(
    flow: Flow,
    draft: Consultation | None = None,
    *,
    lang: str,
    places: Sequence[str] = (),
    notes: Sequence[str] = (),
    settings: Sequence[str] = (),
    now: datetime | None = None,
    named: bool = False,
) -> tuple[Block, ...]:
    """Everything that the organiser has to read. `draft` is the run, if there is one already: its hours count, and
    with `named` its name is told. `places` are the chats that it will hang in. `notes` and `settings` come from the
    `PollLine`. With `now`, an opening that is still to come is told."""
    name = f" ({draft.id})" if named and draft is not None else ""
    body: list[Block] = [Paragraph((Bold(flow.title.read(lang, flow.lang) + name),))]
    if flow.summary is not None:
        body += paragraphs(write(flow, flow.summary, lang, len(flow.questions)))
    for ask in flow.questions:
        body += _question(flow, ask, lang)
    body.append(_lines(rules(flow, lang)))
    body.append(_lines([*_opens(draft, now, lang), *_hours(flow, draft, lang)]))
    messengers = [place.partition(":")[0] for place in places]
    body.append(_lines([_who(flow, places, lang), *presses.told(flow, messengers, lang), *_sight(flow, lang)]))
    if settings:
        said = tr(lang, "Read as settings: {list}. If one of them is a choice, put it in quotes.",
                  list=" · ".join(settings))  # fmt: skip
        body.append(Paragraph((Italic(said),)))
    if notes:
        body.append(Bullets(tuple((Plain(f"⚠ {note}"),) for note in notes)))
    return tuple(body)


def _lines(said: Sequence[str]) -> Paragraph:
    return paragraph("\n".join(said))


# --- The question and its choices ------------------------------------------------------------------------------------


def _question(flow: Flow, ask: Ask, lang: str) -> list[Block]:
    """A question that is the title itself is not said again; one that depends on an answer says so."""
    text = write(flow, ask.text, lang, 0)
    said: list[Block] = [] if text == flow.title.read(lang, flow.lang) else [paragraph(text)]
    if ask.when is not None:
        said = [paragraph(Italic(tr(lang, "Depending on the answer:")), " " + text)]
    labels = [*_labels(ask.kind, lang, flow.lang), *_apart(ask, lang)]
    return [*said, Bullets(tuple((Plain(label),) for label in labels), numbered=True)] if labels else said


def _labels(kind: Kind, lang: str, default: str) -> list[str]:
    match kind:
        case OneOf(choices=choices) | AnyOf(choices=choices) | Points(choices=choices) | Order(choices=choices):
            return [choice.label.read(lang, default) for choice in choices]
        case Grades(items=items):
            return [item.label.read(lang, default) for item in items]
        case Basket(projects=projects):
            return [project.label.read(lang, default) for project in projects]
        case YesNo():
            return [tr(lang, "Yes"), tr(lang, "No")]
        case Slots(slots=slots, zone=zone):
            return [_slot(slot.at, zone, lang) for slot in slots]
        case _:
            return []


def _slot(at: date | datetime, zone: str, lang: str) -> str:
    if isinstance(at, datetime):
        return moment(instant(at, zone), zone, lang)
    return day_in_words(format_date(at, "full", locale=lang if lang in LANGUAGES else "en"), lang)


def _apart(ask: Ask, lang: str) -> list[str]:
    """What can be answered besides the choices, and is counted apart; in the words of the buttons."""
    offered = (
        (ask.blank, tr(lang, "Blank vote")),
        (ask.none, tr(lang, "None of these")),
        (ask.dont_know, tr(lang, "I don't know")),
        (ask.abstain, tr(lang, "I'd rather not say")),
    )
    return [tr(lang, "{label} (counted apart)", label=label) for shown, label in offered if shown]


# --- Hours -----------------------------------------------------------------------------------------------------------


def _opens(draft: Consultation | None, now: datetime | None, lang: str) -> list[str]:
    """When it opens, where that is not as soon as it is published."""
    if draft is None or now is None or draft.opens_ms is None or when(draft.opens_ms) <= now:
        return []
    return [tr(lang, "Opens {when}.", when=moment(when(draft.opens_ms), draft.zone, lang))]


def _hours(flow: Flow, draft: Consultation | None, lang: str) -> list[str]:
    """When it closes, with the zone it is meant in, and when it comes back."""
    window = flow.window
    zone = draft.zone if draft is not None else window.zone if window is not None else "UTC"
    closes = when(draft.closes_ms) if draft is not None and draft.closes_ms is not None else None
    if closes is None and draft is None and window is not None and window.closes is not None:
        closes = instant(window.closes, zone)
    if closes is None:
        return [tr(lang, "There is no closing hour: people can answer until you close the vote.")]
    said = [tr(lang, "Closes {when}.", when=moment(closes, zone, lang))]
    if window is not None and window.every is not None and window.until is not None:
        said.append(_again(window, window.every, window.until, lang))
    return said


def _again(window: Window, every: Every, until: datetime, lang: str) -> str:
    end = moment(instant(until, window.zone), window.zone, lang)
    rounds = _rounds(window.opens or until, every, until)
    match every:
        case Every.DAY:
            said = tr(lang, "It comes back every day until {when}.", when=end)
        case Every.WEEK:
            said = tr(lang, "It comes back every week until {when}.", when=end)
        case Every.MONTH:
            said = tr(lang, "It comes back every month until {when}.", when=end)
        case _:
            assert_never(every)
    return said + " " + trn(lang, "That makes {n} poll in all.", "That makes {n} polls in all.", rounds)


def _rounds(opens: datetime, every: Every, until: datetime) -> int:
    """How often the window opens: the rounds begin at the hour of the first one, up to `until`."""
    count = 1
    while count < 2000 and following(opens, every, count) <= until:
        count += 1
    return count


# --- People ----------------------------------------------------------------------------------------------------------


def _who(flow: Flow, places: Sequence[str], lang: str) -> str:
    """Who may vote, and where."""
    if not places:
        who = tr(lang, "Whoever has the link can vote, once, and change or take back the vote until the closing.")
    elif len(places) == 1:
        who = tr(
            lang,
            "Everybody in this chat, and whoever has the link, can vote, once, and change or take back the vote "
            "until the closing.",
        )
    else:
        who = tr(
            lang,
            "Everybody in the {n} chats, and whoever has the link, can vote, once, and change or take back the vote "
            "until the closing.",
            n=len(places),
        )
    if places and votable(flow) is None:
        who += " " + tr(lang, "Votes are given in private, one tap away.")
    return who


def _sight(flow: Flow, lang: str) -> list[str]:
    """Who can see what, and when."""
    said = []
    match flow.results:
        case ResultsMode.LIVE:
            said.append(tr(lang, "The result can be seen while it runs."))
        case ResultsMode.AFTER_VOTE:
            said.append(tr(lang, "Who has answered sees the result; everybody does after the closing."))
        case ResultsMode.AT_CLOSE:
            said.append(tr(lang, "The result is shown to nobody before the closing."))
        case _:
            assert_never(flow.results)
    match flow.secrecy:
        case Secrecy.OPEN:
            said.append(
                tr(
                    lang,
                    "Participants see totals only; the organisers also see which answers come from one person, "
                    "without the name.",
                )
            )
        case Secrecy.CONFIDENTIAL:
            said.append(tr(lang, "Only totals are shown, never who voted what; the link between person and ballot is "
                                 "destroyed after the closing."))  # fmt: skip
        case _:
            assert_never(flow.secrecy)
    said.append(tr(lang, "The messenger, and whoever runs this service, can see messages pass."))
    return said
