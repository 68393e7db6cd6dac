"""`recto verify`."""

from __future__ import annotations

from pathlib import Path

import click

from recto.cli import ExitCode
from recto.cli.common import deck_options, paint


@click.command("verify")
@click.argument("apkg", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@deck_options
def command(deck: Path, quiet: bool, apkg: Path | None) -> int:
    """Import a package into a throw-away collection of real Anki and look at every card.

    \b
    Example:
      recto verify dist/my-deck-1.2.0.apkg
    """
    from recto.project import open_project
    from recto.verify import import_apkg

    package = apkg or open_project(deck).built_package()
    report = import_apkg(package)
    if not quiet:
        click.echo(f"{package.name} in Anki {report.anki_version}:")
        click.echo(f"  {report.notes} notes, {report.cards} cards, {report.media} media files imported")
        for name, cards in report.decks:
            click.echo(f"  {cards:>5} cards in {name}")
        for name, notes in report.notetypes:
            click.echo(f"  {notes:>5} notes of type {name}")
    for problem in report.problems:
        click.echo(f"{paint('problem:', 'red')} {problem}", err=True)
    if report.problems:
        return ExitCode.AUTHOR
    if not quiet:
        click.echo("  every card renders on both sides, no missing or unused media, no empty cards, database clean")
        click.echo("  importing it again changes nothing")
    return ExitCode.OK
