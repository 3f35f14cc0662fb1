"""What is told to somebody whose message could not be read: it came encrypted, and its key did not.

The one rule: nobody waits for an answer to something that was never read.
"""

from __future__ import annotations

from bot.turn import Turn
from locales import tr

KINDS = frozenset({"locked", "late", "verification"})


def tell(turn: Turn, what: str) -> None:
    lang = turn.lang
    if not turn.item.private:
        return
    if what == "locked":
        turn.say(
            tr(
                lang,
                "I cannot read your last message: it is encrypted, and your app has not sent me its key. "
                "Please write it again. If the key still comes, I will count your message.",
            )
        )
    elif what == "late":
        turn.say(
            tr(
                lang,
                "An earlier message of yours could not be read in time, so it did not count. "
                "If it still matters, please write it again.",
            )
        )
    else:
        turn.say(
            tr(
                lang,
                "I am a program and cannot compare pictures with you. You can write to me all the same: "
                "our messages are encrypted.",
            )
        )
