"""What Palabre may do in the groups that it watches, for `palabre doctor`.

The one rule: only the messenger knows, so it is asked: through the running service where there is one (a Matrix account
can be used by one program at a time), else with the settings at hand. No answer is told as such, never as no right.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from importlib.metadata import entry_points
from pathlib import Path

from adapters.base import Adapter, Place, SendError
from bot import backdoor, bots
from bot.acting import act_named, how_to_give
from bot.config import ConfigError, Settings
from locales import tr

ACTS = ("delete", "mute", "ban")
SECONDS = 20.0

Known = Mapping[str, Sequence[str] | None]
"""Place -> what may be done there; None where nobody answers."""


async def rights_of(adapters: Mapping[str, Adapter], places: Sequence[str]) -> dict[str, list[str] | None]:
    """What the messengers say, all asked at the same time."""
    found = await asyncio.gather(*(_rights(adapters, place) for place in places))
    return dict(zip(places, found, strict=True))


async def _rights(adapters: Mapping[str, Adapter], place: str) -> list[str] | None:
    there = Place.parse(place)
    adapter = adapters.get(there.adapter)
    if adapter is None:
        return None
    try:
        async with asyncio.timeout(SECONDS):
            return sorted(await adapter.rights(there) & adapter.capabilities(there).acts)
    except (SendError, TimeoutError):
        return None


async def look(settings: Settings, path: Path | None, places: Sequence[str]) -> Known:
    """The same from the command line."""
    if path is not None:
        request = {"do": "rights", "places": list(places), "lang": settings.locale}
        reply = await asyncio.to_thread(backdoor.ask, backdoor.door_of(path), request)
        if reply is not None:
            found: Known = reply.get("rights", {})
            return {place: found.get(place) for place in places}
    async with AsyncExitStack() as stack:
        adapters: dict[str, Adapter] = {}
        for adapter in _built(settings, {Place.parse(place).adapter for place in places}):
            adapters[adapter.name] = adapter
            stack.push_async_callback(adapter.close)
        return await rights_of(adapters, places)


def _built(settings: Settings, wanted: set[str]) -> list[Adapter]:
    """The adapters that can say something, of those that are set up."""
    built: list[Adapter] = []
    if wanted & settings.telegram.bots.keys():
        from adapters.telegram import build

        with suppress(ConfigError):  # said of Telegram itself
            some = bots.settings_of(settings.telegram)
            built += [build(known, name=name) for name, known in some.items() if name in wanted]
    if "matrix" in wanted and settings.matrix.homeserver is not None:
        from bot import matrixaccount
        from bot.clock import now_from

        (entry,) = entry_points(group="palabre.adapters", name="matrix")
        try:
            built.append(matrixaccount.build(entry, settings, known=True, now=now_from(settings.clock)))
        except ConfigError:
            pass  # said by itself when the service starts
    return built


def told(place: str, held: Sequence[str] | None, lang: str) -> tuple[bool, str]:
    """Whether all is well in a group, and how it stands there."""
    if held is None:
        return False, tr(lang, "Moderation in {place}: the messenger gives no answer.", place=place)
    lacking = [act for act in ACTS if act not in held]
    if not lacking:
        acts = ", ".join(act_named(act, lang) for act in ACTS)
        return True, tr(lang, "Moderation in {place}: Palabre may {acts}.", place=place, acts=acts)
    acts = ", ".join(act_named(act, lang) for act in lacking)
    ways = dict.fromkeys(how_to_give(place.partition(":")[0], act, lang) for act in lacking)
    said = tr(lang, "Moderation in {place}: Palabre may not {acts}.", place=place, acts=acts)
    return False, " ".join((said, *ways))
