"""`recto verify`."""

from __future__ import annotations

from pathlib import Path

import click

from recto.cli import ExitCode
from recto.cli.common import deck_options, paint


@click.command("verify")
@click.argument("apkg", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--upgrade-from",
    "old",
    metavar="OLD.apkg",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Simulate a learner who has studied OLD and imports the package.",
)
@click.option("--migrate", is_flag=True, help="The learner ticks what a migration asks for (docs/migration.md).")
@deck_options
def command(deck: Path, quiet: bool, apkg: Path | None, old: Path | None, migrate: bool) -> int:
    """Import a package into a throw-away collection of real Anki and look at every card.

    With --upgrade-from: import OLD first, review cards, edit, tag and move some, then import the package and report
    what changed for the learner. A lost review, a duplicate, a conflict or an overwritten note is a problem (exit 1).

    \b
    Example:
      recto verify dist/my-deck-1.2.0.apkg
      recto verify --upgrade-from my-deck-1.1.0.apkg
    """
    from recto.errors import ToolError
    from recto.project import open_project
    from recto.verify import import_apkg

    package = apkg or open_project(deck).built_package()
    if migrate and not old:
        raise ToolError("--migrate belongs to --upgrade-from", hint="name the package that the learner has")
    if old:
        return _verify_upgrade(old, package, quiet=quiet, migrate=migrate)
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


def _verify_upgrade(old: Path, new: Path, *, quiet: bool, migrate: bool) -> int:
    from recto.upgrade import simulate_upgrade

    report = simulate_upgrade(old, new, migrate=migrate)
    if not quiet:
        click.echo(f"{old.name} → {new.name} in Anki {report.anki_version}:")
        click.echo(f"  before: {report.cards_before} cards in all states, {report.reviews} reviews")
        click.echo(f"  Anki's log: {report.log}")
        own = f"{report.edits_kept} kept, {report.edits_replaced} replaced by ours"
        click.echo(f"  {report.new_cards} new cards; the learner's own text: {own}")
    for problem in report.problems:
        click.echo(f"{paint('problem:', 'red')} {problem}", err=True)
    if report.problems:
        return ExitCode.AUTHOR
    if not quiet:
        click.echo("  no review lost, nothing twice, no conflict, no untouched note overwritten")
    return ExitCode.OK
