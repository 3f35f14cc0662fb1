"""All groups of figures, in the order of the page."""

from __future__ import annotations

from bot.bench import (
    broadcast,
    counting,
    disk,
    faults,
    matrix,
    memory,
    proposals,
    road,
    scale,
    spam,
    start,
    telegram,
    webhook,
)
from bot.bench.figure import Group

_FIFTY = f"{telegram.PEOPLE} people at once, {telegram.QUESTIONS} questions each, a Bot API emulator on loopback"

GROUPS = (
    Group(
        name=road.GROUP,
        title="the road alone",
        about="From the inbox to the committed outbox, without any messenger: 1,000 people answer 12 questions (5 on "
        "PostgreSQL), 100 presses a batch, everything durable. The floor is the database's own driver writing the very "
        "same rows in the same batches; it neither reads nor thinks.",
        measure=road.figures,
    ),
    Group(
        name=telegram.GROUP,
        title="through Telegram, polled",
        about=f"{_FIFTY}. The floor is a bare python-telegram-bot that stores each press and changes the message, "
        "before the same crowd.",
        measure=telegram.figures,
    ),
    Group(
        name=webhook.GROUP,
        title="through Telegram, pushed",
        about=f"{_FIFTY}; each press is answered in the HTTP answer to its push. The floor is the same bare bot, which "
        "polls.",
        measure=webhook.figures,
    ),
    Group(
        name=broadcast.GROUP,
        title="a broadcast, and people who press meanwhile",
        about="The emulator keeps Telegram's limits: 30 messages a second, fewer for one chat.",
        measure=broadcast.figures,
    ),
    Group(
        name=faults.GROUP,
        title="a bad day",
        about="One press in five happens twice; of all calls of the Bot API, 2 % each end in 502, in 429 and in a lost "
        "answer.",
        measure=faults.figures,
    ),
    Group(
        name=matrix.GROUP,
        title="through Matrix",
        about="20 people at once, 25 answers each, not encrypted, a Synapse on loopback. The floor is a bare "
        "matrix-nio bot that echoes.",
        measure=matrix.figures,
    ),
    Group(
        name=proposals.GROUP,
        title="proposals: the next ten cards, and what is similar",
        about="Each person has judged 50. The floor is the same with the fewest proposals and stances.",
        measure=proposals.figures,
    ),
    Group(
        name=counting.GROUP,
        title="counting ballots",
        about="Ten options, or twenty projects. The floor is reading the same ballots once.",
        measure=counting.figures,
    ),
    Group(
        name=spam.GROUP,
        title="spam and ordinary talk",
        about="On lines that were not learned from, of a sample of our own in French and English.",
        measure=spam.figures,
    ),
    Group(
        name=memory.GROUP,
        title="memory for open sessions",
        about="A Palabre polled through Telegram; everybody has answered one of two questions.",
        measure=memory.figures,
    ),
    Group(
        name=start.GROUP,
        title="start-up time",
        about="With the web chat and Telegram, on a database that is there already.",
        measure=start.figures,
    ),
    Group(
        name=scale.GROUP,
        title="the cost of a vote as a consultation grows",
        about=f"A poll in a group whose tally is alive, {scale.VOTES} votes at a time, half of them by people who have "
        f"voted before, {2 * scale.BY_HALVES} a batch. The floor is the smallest consultation.",
        measure=scale.figures,
    ),
    Group(
        name=disk.GROUP,
        title="a slow disk",
        about="With enough events waiting. On SQLite the flush is made up: `synchronous=OFF`, and a sleep of so long "
        "at each commit that wrote anything. On PostgreSQL it is `commit_delay` with `commit_siblings = 0`. The floor "
        "is a flush of 0.1 ms.",
        measure=disk.figures,
    ),
)
NAMES = tuple(group.name for group in GROUPS)
