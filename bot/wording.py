"""How dates, hours and consultations are told to people, in their language."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from babel.dates import format_timedelta

from bot.walltime import local
from flows import wording
from flows.flow import Flow, Propose, React, Sign
from flows.messages import Bold, Button, Message, Paragraph, Plain, Prompt, message
from flows.prompts import command
from locales import tr
from storage.consultations import Consultation
from storage.instants import when


def moment(at: datetime, zone: str, lang: str) -> str:
    """A day and an hour with the zone they are meant in: "samedi 21 mars 2026 à 20:00 (heure : France)"."""
    return wording.moment(local(at, zone), zone, lang)


def span(delta: timedelta, lang: str) -> str:
    """A length of time in words: "3 jours"."""
    return str(format_timedelta(delta, granularity="minute", threshold=1.2, locale=lang))


def title(flow: Flow, lang: str) -> str:
    return flow.title.read(lang, flow.lang)


def petition(flow: Flow) -> bool:
    """Is signing what one comes for? What is asked beside a signature is neither counted as a vote nor judged."""
    signing = any(isinstance(ask.kind, Sign) for ask in flow.asks)
    return signing and not any(ask.rule is not None or isinstance(ask.kind, Propose | React) for ask in flow.asks)


def hours(consultation: Consultation, lang: str) -> str:
    """When the consultation opens or closes, as far as it matters now; empty when it has no hour."""
    zone = consultation.zone
    if consultation.state == "scheduled" and consultation.opens_ms is not None:
        return tr(lang, "Opens {when}.", when=moment(when(consultation.opens_ms), zone, lang))
    if consultation.state == "open" and consultation.closes_ms is not None:
        return tr(lang, "You can answer until {when}.", when=moment(when(consultation.closes_ms), zone, lang))
    if consultation.closed_ms is not None:
        return tr(lang, "Closed since {when}.", when=moment(when(consultation.closed_ms), zone, lang))
    return ""


def menu(lang: str, found: Sequence[tuple[Consultation, Flow]]) -> Message:
    """The consultations one can take part in, each with its button."""
    if not found:
        return message(tr(lang, "No consultation is open at the moment. Come back soon, or type /help."))
    blocks = [Paragraph((Plain(tr(lang, "Which consultation would you like to answer?")),))]
    for consultation, flow in found:
        about = hours(consultation, lang)
        blocks.append(Paragraph((Bold(title(flow, lang)), Plain(f"\n{about}" if about else ""))))
    buttons = tuple(
        Button(label=title(flow, lang), data=command("start", consultation.id)) for consultation, flow in found
    )
    return Message(body=tuple(blocks), prompt=Prompt(id="", buttons=buttons))
