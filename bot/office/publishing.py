"""A flow becomes a consultation: a draft, or at once scheduled or open.

The one rule: hours are checked before anything is written, when it is made and again when a draft is let go, because
days may lie between the two.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime

from bot.office.opening import arm_wall, open_now
from bot.scene import Scene
from bot.walltime import exists, instant
from bot.wording import moment
from flows.flow import Flow
from locales import tr
from storage import audit, consultations, people
from storage.consultations import Consultation
from storage.database import Connection
from storage.instants import ms, when


class OfficeError(Exception):
    """The office cannot do that; the message is a sentence for the organiser, in their language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """How a flow is to be run. Wall times are naive, in the flow's zone; None leaves what the file says.
    `at_once` opens now whatever the file says; `draft` opens nothing yet. `who` is written into the audit; `owner` is
    the participant who answers for it, if any."""

    flow: Flow
    source: str
    who: str
    places: tuple[str, ...] = ()
    opens: datetime | None = None
    closes: datetime | None = None
    at_once: bool = False
    draft: bool = False
    owner: int | None = None
    occurrence: int = 1
    series: str | None = None


DEFAULT_ZONE = "Europe/Paris"


def publish(scene: Scene, asked: Publication, lang: str) -> Consultation:
    """Make a consultation of a flow, and open it if its hour has come. `OfficeError` says what does not fit."""
    connection, flow, now = scene.connection, asked.flow, ms(scene.now)
    window = flow.window
    zone = window.zone if window else DEFAULT_ZONE
    opens = None if asked.at_once else asked.opens or (window.opens if window else None)
    closes = asked.closes or (window.closes if window else None)
    opens_ms, closes_ms = _checked(opens, zone, lang), _checked(closes, zone, lang)
    starts = max(now, opens_ms or now)
    if closes_ms is not None and closes_ms <= starts:
        said = moment(when(closes_ms), zone, lang)
        raise OfficeError(
            tr(lang, "The closing hour, {when}, must lie after the opening and in the future.", when=said)
        )
    id = _free_id(connection, flow.id)
    consultations.add_version(connection, flow.version, flow.id, asked.source, now)
    modes = {"results": flow.results.value, "secrecy": flow.secrecy.value}
    consultation = replace(
        consultations.blank(id, flow.version, "draft", zone=zone, now_ms=now, **modes),
        opens_wall=opens.isoformat() if opens else None,
        closes_wall=closes.isoformat() if closes else None,
        opens_ms=opens_ms,
        closes_ms=closes_ms,
        every=window.every.value if window and window.every else None,
        until_wall=window.until.isoformat() if window and window.until else None,
        occurrence=asked.occurrence,
        series=asked.series or id,
        key=secrets.token_bytes(32),
        owner=asked.owner,
    )
    consultations.add(connection, consultation)
    for place in asked.places:
        consultations.announce(connection, id, place)
    if asked.owner is not None:
        people.grant(connection, asked.owner, "owner", id, now)
    act = "draft" if asked.draft else "publish"
    audit.note(connection, at_ms=now, who=asked.who, act=act, subject=id, detail=flow.version)
    scene.by_id[id] = consultation
    return consultation if asked.draft else _let_go(scene, consultation)


def release(scene: Scene, consultation: Consultation, lang: str, *, closes: datetime | None = None) -> Consultation:
    """Let a draft go: it opens now, or is scheduled. What is scheduled already opens now. `closes` is a new closing
    hour (wall time). `OfficeError` when its hours have passed meanwhile."""
    now = ms(scene.now)
    if closes is not None:
        consultation = with_closing(consultation, closes, lang)
    if consultation.closes_ms is not None and consultation.closes_ms <= max(now, _opens(consultation)):
        said = moment(when(consultation.closes_ms), consultation.zone, lang)
        raise OfficeError(
            tr(
                lang,
                "Its closing hour, {when}, is over. Say how long it is to stay open, for example: /open {id} 7d",
                when=said,
                id=consultation.id,
            )
        )
    if closes is not None:
        wall, at_ms = consultation.closes_wall, consultation.closes_ms
        consultations.set_times(scene.connection, consultation.id, closes_wall=wall, closes_ms=at_ms)
    return _let_go(scene, consultation)


def with_closing(consultation: Consultation, closes: datetime, lang: str) -> Consultation:
    """The same with another closing hour."""
    return replace(consultation, closes_wall=closes.isoformat(), closes_ms=checked(closes, consultation.zone, lang))


def _opens(consultation: Consultation) -> int:
    return consultation.opens_ms or 0 if consultation.state != "scheduled" else 0


def _let_go(scene: Scene, consultation: Consultation) -> Consultation:
    opens = consultation.opens_ms
    if consultation.state != "scheduled" and opens is not None and opens > ms(scene.now):
        return _schedule(scene, consultation)
    if consultation.state == "scheduled":
        scene.disarmed.add(f"open:{consultation.id}")
    return open_now(scene, consultation, key=f"open:{consultation.id}")


def clone(scene: Scene, consultation: Consultation, who: int) -> Consultation:
    """A new draft of the same flow, with the wording as it stands now and without hours."""
    now, connection = ms(scene.now), scene.connection
    id = _free_id(connection, scene.flows.get(connection, consultation.version).id)
    modes = {"results": consultation.results, "secrecy": consultation.secrecy}
    copy = replace(
        consultations.blank(id, consultation.version, "draft", zone=consultation.zone, now_ms=now, **modes),
        key=secrets.token_bytes(32),
        owner=who,
    )
    consultations.add(connection, copy)
    people.grant(connection, who, "owner", id, now)
    audit.note(connection, at_ms=now, who=str(who), act="clone", subject=id, detail=consultation.id)
    scene.by_id[id] = copy
    return copy


def _checked(wall: datetime | None, zone: str, lang: str) -> int | None:
    return None if wall is None else checked(wall, zone, lang)


def checked(wall: datetime, zone: str, lang: str) -> int:
    """The instant of a wall time that somebody asked for. One that the clocks skip is refused with a proposal."""
    at = instant(wall, zone)
    if not exists(wall, zone):
        said = moment(at, zone, lang)
        raise OfficeError(tr(lang, "That hour does not exist: the clocks change that night. Try {when}.", when=said))
    return ms(at)


def running(connection: Connection, flow: str) -> str | None:
    """The id of a consultation of this flow that is open or scheduled, if there is one."""
    found = consultations.all_of(connection, "scheduled", "open", "closing")
    return next((run.id for run in found if run.id == flow or run.id.removeprefix(f"{flow}-").isdecimal()), None)


def _free_id(connection: Connection, wanted: str) -> str:
    """The id people type: the flow's own, or with a number when that is taken."""
    number, id = 1, wanted
    while consultations.get(connection, id) is not None:
        number += 1
        id = f"{wanted}-{number}"
    return id


def _schedule(scene: Scene, consultation: Consultation) -> Consultation:
    if not consultations.change_state(scene.connection, consultation.id, consultation.state, "scheduled"):
        return consultation
    arm_wall(scene, consultation, "open", consultation.opens_wall, consultation.opens_ms)
    scene.by_id[consultation.id] = scheduled = replace(consultation, state="scheduled")
    return scheduled
