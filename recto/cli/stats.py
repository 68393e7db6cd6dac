"""`recto stats`."""

from __future__ import annotations

import time
from pathlib import Path

import click

from recto.cli import ExitCode
from recto.cli.common import check_project, deck_options, print_diagnostics, read_clock


@click.command("stats")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--per-day", type=click.IntRange(1, 9999), default=20, show_default=True, help="New cards a day.")
@deck_options
def command(deck: Path, quiet: bool, style: str, per_day: int) -> int:
    """Count the deck: subdecks, kinds and tags against their targets, lengths, ages, days.

    \b
    Example:
      recto stats
      recto stats --per-day 30 --format json
    """
    from recto.report import summary
    from recto.stats.count import compute_stats
    from recto.stats.text import format_stats, format_stats_json

    _, checked = check_project(deck, quiet=quiet)
    if checked.edition is None or checked.config is None or not checked.ok:
        print_diagnostics(checked.diagnostics, quiet=True)
        click.echo(f"not counted: {summary(checked.diagnostics)}", err=True)
        return ExitCode.AUTHOR
    stats = compute_stats(checked.edition, checked.programs, checked.config.stats, per_day=per_day)
    month = time.strftime("%Y-%m", time.gmtime(read_clock()))
    click.echo(format_stats_json(stats) if style == "json" else format_stats(stats, month))
    return ExitCode.OK
