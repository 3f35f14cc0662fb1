"""Figures: each a ratio against a bare floor in the same run, because machines are noisy."""

from __future__ import annotations

import click

from bot.bench import counting, delivery, matrix, proposals, road, spam, telegram
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
    _proposals(share)
    _spam()
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
    _matrix(rounds, share)
    _delivery(share)
    people = 10_000 // share
    click.echo(f"With {people:,} open sessions")
    crowd = telegram.measure_palabre(people, 2)
    click.echo(f"  resident memory         {crowd.memory_mb:10.0f} MB")


def _delivery(share: int) -> None:
    rate, seconds = 50, 60 // share
    click.echo(f"By webhook, {rate} presses a second, each call of the Bot API 50 ms")
    pushed = delivery.measure_webhook(rate, seconds)
    click.echo(
        f"  {pushed.per_second:4.0f} presses/s   answered p50 {pushed.answer_p50_ms:5.1f} ms, p95 "
        f"{pushed.answer_p95_ms:5.1f} ms   message changed p50 {pushed.edit_p50_ms:5.1f} ms, p95 "
        f"{pushed.edit_p95_ms:5.1f} ms   {pushed.cpu_ms:5.2f} ms CPU/press"
    )
    sent = delivery.measure_broadcast(1_800 // share)
    click.echo(f"A broadcast to {sent.people:,} people, 30 messages a second allowed")
    click.echo(
        f"  {sent.per_second:4.1f} messages/s ({sent.per_second / delivery.ALLOWED:4.0%}), "
        f"{sent.all_per_second:4.1f} with presses   {sent.too_fast} refused with 429   "
        f"presses p50 {sent.alone_p50_ms:4.0f} ms, p95 {sent.alone_p95_ms:4.0f} ms alone; "
        f"p50 {sent.during_p50_ms:4.0f} ms, p95 {sent.during_p95_ms:4.0f} ms meanwhile"
    )
    bad = delivery.measure_faults(400 // share, 10)
    click.echo("A bad day: 20 % of presses twice; 2 % each of 502, 429 and lost answers")
    click.echo(
        f"  {bad.bad:6.0f} presses/s of {bad.good:.0f} in good weather ({bad.bad / bad.good:4.0%})   "
        f"{bad.met} faults   {'every vote counted once' if bad.exact else 'THE COUNT IS WRONG'}"
    )


def _count(share: int) -> None:
    click.echo(f"Counting {100_000 // share:,} ballots of 10 options (20 projects), and reading them once")
    for one in counting.measure_counts(100_000 // share):
        ratio = one.seconds / one.floor
        click.echo(f"  {one.name:22}  {one.seconds:10.2f} s   reading {one.floor:5.2f} s   ratio {ratio:5.1f}")


def _card(share: int) -> None:
    click.echo("A card in a group, by the number of ballots on file (half of the presses by people who voted before)")
    first: counting.Alive | None = None
    for on_file in (10, 10_000 // share, 1_000_000 // share):
        card = counting.measure_card(on_file, 5000 // share)
        first = first or card
        click.echo(
            f"  {on_file:9,} ballots       {card.per_second:10,.0f} presses/s   {card.cpu_us:4.0f} us CPU/press   "
            f"card drawn in {card.draw_ms:4.1f} ms   ratio {first.per_second / card.per_second:4.1f}, "
            f"{first.cpu_us / card.cpu_us:4.1f}, {first.draw_ms / card.draw_ms:4.1f}"
        )


def _proposals(share: int) -> None:
    click.echo("The next ten cards, chosen and logged, by what is on file (each person has judged 50)")
    first: dict[str, proposals.Chosen] = {}
    for n in (1_000, 20_000 // share):
        for judged in (10_000, 1_000_000 // share):
            for one in proposals.measure_choosing(n, judged, 400):
                least = first.setdefault(one.policy, one)
                click.echo(
                    f"  {n:6,} proposals {judged:9,} stances  {one.policy:10}  p50 {one.spent.p50:5.1f} ms   "
                    f"p95 {one.spent.p95:5.1f} ms   processor {one.spent.cpu_p95:5.1f} ms   "
                    f"ratio {one.spent.cpu_p95 / least.spent.cpu_p95:4.1f}"
                )
    found = proposals.measure_similar(20_000 // share, 200)
    click.echo(
        f"  similar among {found.proposals:,}   p50 {found.spent.p50:5.1f} ms   p95 {found.spent.p95:5.1f} ms   "
        f"processor {found.spent.cpu_p95:5.1f} ms   (the first one builds the index: {found.built:.1f} s)"
    )


def _spam() -> None:
    click.echo("Spam and ordinary talk, on lines aside (a sample of our own, French and English)")
    for told in spam.measure_spam():
        click.echo(
            f"  {told.name:22}  spam flagged {told.spam_flagged:3} of {told.spam:3} ({told.recall:4.0%})   "
            f"talk flagged {told.ham_flagged:3} of {told.ham:3} ({told.false_alarms:4.1%})"
        )


def _matrix(rounds: int, share: int) -> None:
    click.echo("Through Matrix (Synapse on loopback, 20 people at once, 25 answers each, not encrypted)")
    if not matrix.there():
        click.echo("  no Synapse here: sh tests/live/install-synapse.sh")
        return
    both = [matrix.measure_matrix(20 // min(share, 4), 25 // min(share, 5)) for _ in range(rounds)]
    ours, stock = sorted(both, key=lambda runs: runs[0].per_second / runs[1].per_second)[rounds // 2]
    for name, run in (("palabre", ours), ("matrix-nio, an echo", stock)):
        click.echo(
            f"  {name:22}  {run.per_second:10,.0f} answers/s   reply p50 {run.p50_ms:6.0f} ms, "
            f"p95 {run.p95_ms:6.0f} ms   {run.cpu_ms:5.2f} ms CPU/answer"
        )
    click.echo(f"  ratio                   {ours.per_second / stock.per_second:10.1f}")


def _median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]
