"""`python -m bot.cli` is `palabre`."""

from bot.cli import main

main()
