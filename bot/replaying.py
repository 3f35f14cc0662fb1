"""What is done about an event that was set aside: have it handled again, or drop it. Both are written down."""

from __future__ import annotations

from typing import Any

from bot.road import Road
from locales import tr
from storage import audit, deadletters
from storage.instants import ms


def perform(road: Road, request: dict[str, Any]) -> dict[str, Any]:
    """`replay` or `drop` one event, by its number. The reply holds `error`, a sentence, when it cannot be done."""
    lang, id, act = request["lang"], int(request["id"]), str(request["do"])
    now = ms(road.now())
    with road.database.transaction() as connection:
        letter = deadletters.get(connection, id)
        if letter is None:
            return {"error": tr(lang, "Nothing with the number {n} was set aside. See: palabre status", n=id)}
        if act == "drop":
            deadletters.drop(connection, id)
        elif not letter.kind:
            said = tr(lang, "What number {n} said was forgotten in the meantime; it can only be dropped.", n=id)
            return {"error": said}
        else:
            deadletters.replay(connection, id, now)
        why = f"{id} {letter.adapter} {letter.error} {str(request.get('reason', '')).strip()[:500]}".strip()
        audit.note(connection, at_ms=now, who="command line", act=act, subject="", detail=why)
    return {"id": id, "kind": letter.kind, "adapter": letter.adapter, "error_before": letter.error}
