"""`recto build`."""

from __future__ import annotations

from pathlib import Path

import click

from recto.cli import ExitCode
from recto.cli.common import cache_option, check_project, deck_options, print_diagnostics
from recto.errors import ToolError


@click.command("build")
@click.option("--out", metavar="PATH", type=click.Path(path_type=Path), help="Where the package goes (default: dist/).")
@click.option("--locked", is_flag=True, help="Refuse anything that is not as deck.lock promises.")
@cache_option
@deck_options
def command(deck: Path, quiet: bool, out: Path | None, locked: bool, no_cache: bool) -> int:
    """Check the deck, then write the package. A build never changes cards/, and a failed one leaves no trace.

    \b
    Example:
      recto build --out ~/Desktop/deck.apkg
    """
    from recto.ledger import unpromised
    from recto.package import write_apkg
    from recto.report import summary

    audience = "AUTHOR" if locked else "TESTERS"
    project, checked = check_project(deck, quiet=quiet, audience=audience, cached=not no_cache)
    print_diagnostics(checked.diagnostics, quiet=quiet)
    edition = checked.edition
    if edition is None or not checked.ok:
        click.echo(f"no package written: {summary(checked.diagnostics)}", err=True)
        return ExitCode.AUTHOR
    if not edition.notes:
        raise ToolError("this deck has no cards", hint="write one: ## Question {#an-id}, the answer below it")
    changed = unpromised(project.ledger(), edition)
    if locked and changed:
        raise ToolError(
            f"{len(changed)} not as deck.lock promises: {', '.join(changed[:8])}{' …' if len(changed) > 8 else ''}",
            hint="`release` writes deck.lock; commit it, then build",
        )
    target = _package_path(out) if out else project.package_path(edition.slug, edition.version)
    size = write_apkg(edition, project.root, target)
    if not quiet:
        cards = sum(len(linked.ordinals) for linked in edition.notes)
        click.echo(f"{target.name}: {len(edition.notes)} notes, {cards} cards, {size / 1000:,.0f} kB → {target}")
    return ExitCode.OK


def _package_path(out: Path) -> Path:
    """The place that --out names. Anki takes some names for backups that replace the whole collection."""
    if out.is_dir() or out.suffix != ".apkg" or out.name == "collection.apkg" or out.name.startswith("backup-"):
        raise ToolError(
            f"{out} cannot be the package's name",
            hint="end it in .apkg, and do not call it collection or backup-…",
        )
    return out
