"""Driving the emulator from another process: `POST /control` with a JSON object whose `do` names the act.

    {"do": "say", "id": 7, "text": "/start", "name": "Léa", "lang": "fr", "group": -100123, "thread": 3}
    {"do": "press", "id": 7, "button": "Oui"}          a label or the data; `message` picks one message
    {"do": "screen", "id": 7}                          what this person sees, and the notes they got
    {"do": "block" | "unblock" | "deactivate", "id": 7}
    {"do": "group", "group": -100123, "title": "Quartier", "topics": [3], "admin": false, "admins": [7],
     "rights": ["can_delete_messages"]}                the bot as an administrator with just these rights
    {"do": "file", "id": 7, "name": "sondage.yaml", "text": "palabre: 1"}
    {"do": "photo", "id": 7, "base64": "/9j/...", "caption": "le trou"}
    {"do": "place", "id": 7, "lat": 49.04, "lon": 2.07}
    {"do": "edit", "id": 7, "message": 12, "text": "...", "group": -100123}
    {"do": "poll", "id": 7, "question": "Quand ?", "options": ["lundi", "mardi"], "several": false, "group": -100123}
    {"do": "unnamed", "id": 7, "text": "/poll Quand ? | lundi | mardi", "group": -100123}
    {"do": "fault", "method": "sendMessage", "kind": "lost", "times": 1, "seconds": 1, "rate": 1}
    {"do": "calm"}                                     no faults any more
    {"do": "limits", "on": true}
    {"do": "crowd", "people": 50, "presses": 20, "opening": "/start", "choice": -1, "first": 1000000, "think": 0.5,
     "twice": 0.1}
    {"do": "figures"}                                  how the crowd is doing
    {"do": "status"}                                   calls, unconfirmed updates, refusals, time
    {"do": "many", "acts": [...]}                      several at once, one answer each

The one rule: an act answers at once; nothing here waits for the bot.
"""

from __future__ import annotations

from base64 import b64decode
from typing import Any

from adapters.telegram_emulator.crowd import Crowd
from adapters.telegram_emulator.people import Citizen, Group
from adapters.telegram_emulator.server import Emulator
from adapters.telegram_emulator.world import Json, Shown


class Control:
    """Callable as `emulator.control`."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._crowd: Crowd | None = None

    def __call__(self, act: str, request: Json) -> Any:
        match act:
            case "many":
                return [self(str(one["do"]), one) for one in request["acts"]]
            case "say":
                return self._citizen(request).say(
                    request["text"],
                    group=self._group(request),
                    thread=request.get("thread"),
                    reply_to=request.get("reply_to"),
                )
            case "share":
                return self._citizen(request).share(request["what"], caption=request.get("caption"))
            case "press":
                return self._citizen(request).press(
                    request["button"], group=self._group(request), message=request.get("message")
                )
            case "screen":
                citizen = self._citizen(request)
                return {"messages": [seen(one) for one in citizen.screen(self._group(request))], "notes": citizen.notes}
            case "file":
                return self._citizen(request).send_file(request["name"], request["text"].encode())
            case "photo":
                return self._citizen(request).send_photo(
                    b64decode(request["base64"]),
                    caption=request.get("caption"),
                    group=self._group(request),
                    reply_to=request.get("reply_to"),
                )
            case "place":
                return self._citizen(request).send_place(
                    request["lat"], request["lon"], group=self._group(request), reply_to=request.get("reply_to")
                )
            case "edit":
                self._citizen(request).edit(request["message"], request["text"], group=self._group(request))
                return True
            case "poll":
                return self._citizen(request).post_poll(
                    request["question"],
                    *request["options"],
                    several=bool(request.get("several")),
                    group=self._group(request),
                )
            case "unnamed":
                return self._citizen(request).say_unnamed(request["text"], self._emulator.group(int(request["group"])))
            case "block" | "unblock" | "deactivate":
                getattr(self._citizen(request), act)()
                return True
            case "group":
                topics = request.get("topics")
                group = self._emulator.group(
                    int(request["group"]),
                    request.get("title", "Quartier"),
                    topics=None if topics is None else set(topics),
                    admin=bool(request.get("admin")),
                )
                group.chat.admins.update(request.get("admins", ()))
                if "rights" in request:
                    group.empower(*request["rights"])
                return group.id
            case _:
                return self._machinery(act, request)

    def _machinery(self, act: str, request: Json) -> Any:
        match act:
            case "fault":
                fields = _given(request, "times", "seconds", "rate")
                self._emulator.fault(request.get("method", "*"), request["kind"], **fields)
                return True
            case "calm":
                self._emulator.faults.clear()
                return True
            case "limits":
                self._emulator.limits = bool(request.get("on", True))
                return True
            case "crowd":
                fields = _given(request, "people", "presses", "opening", "choice", "first", "think", "twice")
                self._crowd = Crowd(self._emulator, **fields)
                self._crowd.start()
                return True
            case "figures":
                return self._crowd.summary() if self._crowd else None
            case "status":
                return {
                    "calls": dict(self._emulator.calls),
                    "faults": dict(self._emulator.faults.met),
                    "unconfirmed": self._emulator.unconfirmed,
                    "expired": self._emulator.world.expired,
                    "too_fast": self._emulator.too_fast,
                    "time": self._emulator.world.clock(),
                }
            case _:
                raise LookupError(f"unknown act {act!r}")

    def _citizen(self, request: Json) -> Citizen:
        return self._emulator.citizen(int(request["id"]), request.get("name", "Léa"), request.get("lang", "fr"))

    def _group(self, request: Json) -> Group | None:
        return self._emulator.group(int(request["group"])) if "group" in request else None


def _given(request: Json, *names: str) -> Json:
    return {name: request[name] for name in names if name in request}


def seen(shown: Shown) -> Json:
    """One message as JSON."""
    return {
        "id": shown.id,
        "text": shown.text,
        "buttons": shown.rows,
        "edits": shown.edits,
        "thread": shown.thread,
        "photo": shown.photo is not None,
    }
