"""When a consultation is open, and the words that remind of it: from the form to `Window` and `Reminder`, checked."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flows import times
from flows.flow import Audience, Every, Reminder, Window
from flows.mistakes import Notebook, Page, Path
from flows.placed import Origin
from flows.schema import ReminderForm, WindowForm
from flows.texts import Texts
from locales import tr

_PERIODS = {"day": timedelta(days=1), "week": timedelta(weeks=1), "month": timedelta(days=28)}


class Windows:
    """Makes the window and the reminders of one flow. `broken` are the keys of the window that had mistakes."""

    def __init__(self, page: Page, broken: frozenset[str], notes: Notebook) -> None:
        self.page = page
        self.broken = broken
        self.notes = notes

    def mistake(self, key: str, what: str, hint: str) -> None:
        self.notes.mistake(self.page, ("window", key), what, hint)

    def window(self, form: WindowForm) -> Window:
        zone = ZoneInfo(form.zone)
        opens, closes, until = (
            self.wall(key, value, zone)
            for key, value in (("opens", form.opens), ("closes", form.closes), ("until", form.until))
        )
        lang = self.notes.lang
        if opens and closes and self.span(opens, closes, zone) <= timedelta(0):
            self.mistake("closes", tr(lang, "closing comes before opening"), tr(lang, "choose a later time"))
        self.repeats(form, zone, opens, closes, until)
        every = Every(form.every) if form.every else None
        return Window(zone=form.zone, opens=opens, closes=closes, every=every, until=until)

    def wall(self, key: str, value: datetime | None, zone: ZoneInfo) -> datetime | None:
        if value is None:
            return None
        naive = times.wall(value, zone)
        proposal = times.skipped(naive, zone)
        if proposal is not None:
            what = tr(self.notes.lang, "this hour does not exist: clocks go forward that night")
            shown = proposal.isoformat(timespec="minutes")
            self.mistake(key, what, tr(self.notes.lang, "write {example}", example=shown))
        return naive

    def repeats(
        self,
        form: WindowForm,
        zone: ZoneInfo,
        opens: datetime | None,
        closes: datetime | None,
        until: datetime | None,
    ) -> None:
        lang = self.notes.lang
        if form.every is None:
            if until is not None and "every" not in self.broken:
                self.mistake("until", tr(lang, "until stands without every"), tr(lang, "add every, or remove until"))
            return
        example = "until: 2026-12-31T20:00"
        if until is None and "until" not in self.broken:
            what = tr(lang, "every stands without until")
            self.mistake("every", what, tr(lang, "add for example {example}", example=example))
        if not self.broken & {"opens", "closes"} and (opens is None or closes is None):
            what = tr(lang, "what comes again needs an opening and a closing")
            self.mistake("every", what, tr(lang, "add opens and closes"))
        if until and closes and self.span(until, closes, zone) > timedelta(0):
            self.mistake("until", tr(lang, "until comes before closing"), tr(lang, "choose a later time"))
        if opens and closes and self.span(opens, closes, zone) > _PERIODS[form.every]:
            what = tr(lang, "the window is longer than the time until it comes again")
            self.mistake("closes", what, tr(lang, "choose an earlier time"))

    @staticmethod
    def span(start: datetime, end: datetime, zone: ZoneInfo) -> timedelta:
        return times.instant(end, zone) - times.instant(start, zone)

    def reminder(self, place: int, form: ReminderForm, texts: Texts, lang: str) -> Reminder:
        path: Path = ("reminders", place)
        origin = Origin(path=path, lang=lang)
        text = texts.spoken(self.page, (*path, "text"), form.text, origin)
        return Reminder(to=Audience(form.to), text=text, after=form.after, before=form.before)

    def fits(self, place: int, form: ReminderForm, broken: frozenset[str], window: Window | None) -> None:
        """Can this reminder ever ring?"""
        lang = self.notes.lang
        path: Path = ("reminders", place)
        if not broken & {"after", "before"} and (form.after is None) is (form.before is None):
            what = tr(lang, "a reminder has either after or before")
            hint = tr(lang, "keep one of them, for example {example}", example="after: 2d")
            self.notes.mistake(self.page, path, what, hint)
        if form.before is not None and window is not None and window.closes is None and "closes" not in self.broken:
            what = tr(lang, "before needs a closing time")
            hint = tr(lang, "write closes in the window, or give it when you publish")
            self.notes.remark(self.page, (*path, "before"), what, hint)
        self.too_late(path, form, window)

    def too_late(self, path: Path, form: ReminderForm, window: Window | None) -> None:
        if window is None or window.opens is None or window.closes is None:
            return
        length = self.span(window.opens, window.closes, ZoneInfo(window.zone))
        key = "after" if form.after is not None else "before"
        if length > timedelta(0) and (form.after or form.before or timedelta(0)) >= length:
            lang = self.notes.lang
            what = tr(lang, "this reminder is longer than the window")
            self.notes.remark(self.page, (*path, key), what, tr(lang, "it will never be sent; choose a shorter time"))
