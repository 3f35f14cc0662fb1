"""Figures: each beside a bare floor in the same run, because machines are noisy. One module for each group of them;
`bot.bench.groups` lists them, `bot.bench.measuring` takes them, `bot.bench.page` writes them down."""
