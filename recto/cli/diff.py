"""`recto diff`."""

from __future__ import annotations

from pathlib import Path

import click

from recto.cli import ExitCode
from recto.cli.common import check_project, deck_options, paint, print_diagnostics


@click.command("diff")
@click.argument("old", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("new", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
@deck_options
def command(deck: Path, quiet: bool, old: Path | None, new: Path | None, style: str) -> int:
    """Show what changes for learners: between two packages, a package and the cards, or the last release and the cards.

    Packages may be of any tool. With the last release in dist/, or a package named, changed text is shown word by word.

    \b
    Example:
      recto diff
      recto diff old.apkg new.apkg
    """
    from recto.diff import changes_as_json, compare, format_changes
    from recto.errors import ToolError
    from recto.release import previous_snapshot
    from recto.report import summary
    from recto.snapshot import read_package, snapshot_of_edition

    if old and new:
        changes = compare(read_package(old), read_package(new))
    else:
        project, checked = check_project(deck, quiet=quiet)
        if checked.edition is None or not checked.ok:
            print_diagnostics(checked.diagnostics, quiet=True)
            click.echo(f"not compared: {summary(checked.diagnostics)}", err=True)
            return ExitCode.AUTHOR
        ledger = project.ledger()
        if old is None and not ledger.version:
            raise ToolError("there is no release to compare with", hint="name a package: diff OLD.apkg")
        before = read_package(old) if old else previous_snapshot(project, ledger, checked.edition)
        changes = compare(before, snapshot_of_edition(checked.edition))
    if style == "json":
        click.echo(changes_as_json(changes))
    else:
        click.echo(format_changes(changes, paint))
        if not quiet and changes.bump:
            click.echo(f"requires a {changes.bump} version")
    return ExitCode.OK
