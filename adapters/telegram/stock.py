"""The bot one would write first: python-telegram-bot's `Application` as it comes, for comparison in `palabre bench`.

It does for each press what any voting bot must: one durable upsert, one `answerCallbackQuery`, one `editMessageText`.

    python -m adapters.telegram.stock URL TOKEN FILE
"""

from __future__ import annotations

import sqlite3
import sys
import warnings
from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import Application, CallbackQueryHandler, CommandHandler, ContextTypes

CHOICES = ("Plutôt pour", "Plutôt contre", "Autre chose", "Attendre encore")


def open_votes(path: str) -> sqlite3.Connection:
    """A database with the same durability as Palabre's: WAL, `synchronous=FULL`, a commit for each vote."""
    votes = sqlite3.connect(path, isolation_level=None)
    votes.execute("PRAGMA journal_mode = wal")
    votes.execute("PRAGMA synchronous = full")
    votes.execute("CREATE TABLE vote (person INTEGER PRIMARY KEY, choice TEXT, presses INTEGER)")
    return votes


def main(url: str, token: str, path: str) -> None:
    votes = open_votes(path)
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=label)] for label in CHOICES])

    async def start(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.message is not None
        await update.message.reply_text("Que pensez-vous du point 1 ?", reply_markup=keyboard)

    async def press(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        query = update.callback_query
        assert query is not None
        votes.execute(
            "INSERT INTO vote VALUES (?, ?, 1) ON CONFLICT (person) "
            "DO UPDATE SET choice = excluded.choice, presses = presses + 1",
            (query.from_user.id, query.data),
        )
        (presses,) = votes.execute("SELECT presses FROM vote WHERE person = ?", (query.from_user.id,)).fetchone()
        await query.answer()
        text = f"Que pensez-vous du point {presses + 1} ?\n✔ {query.data}"
        await query.edit_message_text(text, reply_markup=keyboard)

    builder: Any = Application.builder().token(token).base_url(f"{url}/bot").concurrent_updates(True)
    application = builder.build()
    application.add_handler(CommandHandler("start", start))
    application.add_handler(CallbackQueryHandler(press))
    application.run_polling(allowed_updates=["message", "callback_query"])


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main(*sys.argv[1:])
