"""`recto stats`."""

from __future__ import annotations

from pathlib import Path

import click

from recto.cli import ExitCode
from recto.cli.common import check_project, deck_options, print_diagnostics


@click.command("stats")
@deck_options
def command(deck: Path, quiet: bool) -> int:
    """Count the deck: cards by deck, kind and tag, lengths of questions and answers.

    \b
    Example:
      recto stats
    """
    from recto.report import summary
    from recto.stats import compute_stats, format_stats

    _, checked = check_project(deck, quiet=quiet)
    if checked.edition is None or not checked.ok:
        print_diagnostics(checked.diagnostics, quiet=True)
        click.echo(f"not counted: {summary(checked.diagnostics)}", err=True)
        return ExitCode.AUTHOR
    click.echo(format_stats(compute_stats(checked.edition)))
    return ExitCode.OK
