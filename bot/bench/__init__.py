"""Figures: each a ratio against a bare floor in the same run, because machines are noisy."""

from __future__ import annotations

import click

from bot.bench import counting, road, telegram
from bot.upkeep import calm_collector


def measure(*, quick: bool) -> None:
    """Print the table of figures. A round of each in turn, three rounds, the median of each."""
    rounds, share = (1, 10) if quick else (3, 1)
    calm_collector()
    click.echo("The road alone (inbox to committed outbox, SQLite, synchronous=FULL)")
    roads, bares = [], []
    for _ in range(rounds):
        roads.append(road.measure_road(1000 // share, 12).per_second)
        bares.append(road.measure_bare(3000 // share).per_second)
    own, bare = _median(roads), _median(bares)
    click.echo(f"  road, batches           {own:10,.0f} events/s")
    click.echo(f"  one transaction/event   {bare:10,.0f} events/s")
    click.echo(f"  ratio                   {own / bare:10.1f}")
    _count(share)
    _card(share)
    click.echo("Through Telegram (emulator on loopback, 50 people at once, 12 questions)")
    ours, stocks = [], []
    for _ in range(rounds):
        ours.append(telegram.measure_palabre(50, 12, 10 // share))
        stocks.append(telegram.measure_stock(50, 12, 1))
    best = sorted(ours, key=lambda run: run.per_second)[rounds // 2]
    stock = sorted(stocks, key=lambda run: run.per_second)[rounds // 2]
    for name, run in (("palabre", best), ("python-telegram-bot", stock)):
        click.echo(
            f"  {name:22}  {run.per_second:10,.0f} presses/s   reply p50 {run.reply_p50_ms:6.0f} ms, "
            f"p95 {run.reply_p95_ms:6.0f} ms   {run.cpu_ms:5.2f} ms CPU/press   {run.memory_mb:4.0f} MB"
        )
    click.echo(f"  ratio                   {best.per_second / stock.per_second:10.1f}")
    people = 10_000 // share
    click.echo(f"With {people:,} open sessions")
    crowd = telegram.measure_palabre(people, 2)
    click.echo(f"  resident memory         {crowd.memory_mb:10.0f} MB")


def _count(share: int) -> None:
    click.echo(f"Counting {100_000 // share:,} ballots of 10 options (20 projects), and reading them once")
    for one in counting.measure_counts(100_000 // share):
        ratio = one.seconds / one.floor
        click.echo(f"  {one.name:22}  {one.seconds:10.2f} s   reading {one.floor:5.2f} s   ratio {ratio:5.1f}")


def _card(share: int) -> None:
    click.echo("A card in a group, by the number of ballots on file (half of the presses by people who voted before)")
    first: counting.Alive | None = None
    for on_file in (100, 10_000 // share, 1_000_000 // share):
        card = counting.measure_card(on_file, 5000 // share)
        first = first or card
        click.echo(
            f"  {on_file:9,} ballots       {card.per_second:10,.0f} presses/s   {card.cpu_us:4.0f} us CPU/press   "
            f"card drawn in {card.draw_ms:4.1f} ms   ratio {first.per_second / card.per_second:4.1f}, "
            f"{first.cpu_us / card.cpu_us:4.1f}, {first.draw_ms / card.draw_ms:4.1f}"
        )


def _median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]
