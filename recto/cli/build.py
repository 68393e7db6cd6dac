"""`recto build`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from recto.cli import ExitCode
from recto.cli.common import (
    cache_option,
    check_project,
    deck_options,
    open_outcomes,
    print_diagnostics,
    read_clock,
)
from recto.errors import ToolError

if TYPE_CHECKING:
    from recto.outcome import Outcome, Outcomes


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
    now = read_clock()
    outcomes = open_outcomes("build", deck, now, cached=not (no_cache or locked or out))
    if outcome := outcomes.find():
        print_diagnostics(outcome.diagnostics, quiet=quiet)
    else:
        outcome = _build(outcomes, deck, now, quiet=quiet, out=out, locked=locked, cached=not no_cache)
    if not outcome.target:
        from recto.report import summary

        click.echo(f"no package written: {summary(outcome.diagnostics)}", err=True)
        return ExitCode.AUTHOR
    if not quiet:
        name, size = Path(outcome.target).name, f"{outcome.size / 1000:,.0f} kB"
        click.echo(f"{name}: {outcome.notes} notes, {outcome.cards} cards, {size} → {outcome.target}")
    return ExitCode.OK


def _build(
    outcomes: Outcomes, deck: Path, now: int, *, quiet: bool, out: Path | None, locked: bool, cached: bool
) -> Outcome:
    """Check the deck and say what is wrong with it; write the package if nothing is. Raises `ToolError`."""
    from recto.ledger import unpromised
    from recto.outcome import Outcome
    from recto.package import write_apkg

    audience = "AUTHOR" if locked else "TESTERS"
    project, checked = check_project(deck, quiet=quiet, now=now, audience=audience, cached=cached)
    print_diagnostics(checked.diagnostics, quiet=quiet)
    edition, config = checked.edition, checked.config
    if edition is None or config is None or not checked.ok:
        outcome = Outcome(now, checked.diagnostics, notes=0)
        outcomes.keep(outcome, [project.draft_path(config)] if config else [])
        return outcome
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
    cards = sum(len(linked.ordinals) for linked in edition.notes)
    outcome = Outcome(now, checked.diagnostics, len(edition.notes), cards, size, str(target))
    # What it wrote is what testers may have from now on, and building on that gives the same bytes.
    outcomes.keep(outcome, [target, project.draft_path(config)])
    return outcome


def _package_path(out: Path) -> Path:
    """The place that --out names. Anki takes some names for backups that replace the whole collection."""
    if out.is_dir() or out.suffix != ".apkg" or out.name == "collection.apkg" or out.name.startswith("backup-"):
        raise ToolError(
            f"{out} cannot be the package's name",
            hint="end it in .apkg, and do not call it collection or backup-…",
        )
    return out
