"""`recto release`."""

from __future__ import annotations

from pathlib import Path

import click

from recto.cli import ExitCode
from recto.cli.common import check_project, deck_options, print_diagnostics, read_clock


@click.command("release")
@click.argument("version", required=False, default="")
@click.option("--dry-run", is_flag=True, help="Show what would be released and write nothing.")
@click.option(
    "--rebuild-lock",
    "package",
    metavar="APKG",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Restore a lost deck.lock from the last released package; VERSION is that package's.",
)
@deck_options
def command(deck: Path, quiet: bool, version: str, dry_run: bool, package: Path | None) -> int:
    """Release the deck: version, NEWS.md, package, checksum and deck.lock, all but publishing.

    VERSION may be left out: the changes decide it, and a smaller one than they require is refused.

    \b
    Example:
      recto release --dry-run
      recto release
    """
    from recto.errors import ToolError
    from recto.release import plan_release, write_release
    from recto.report import summary

    now = read_clock()
    if package:
        return _rebuild_lock(deck, package, version, dry_run=dry_run)
    project, checked = check_project(deck, quiet=quiet, now=now, audience="LEARNERS")
    edition = checked.edition
    if edition is None or not checked.ok:
        print_diagnostics(checked.diagnostics, quiet=quiet)
        click.echo(f"nothing released: {summary(checked.diagnostics)}", err=True)
        return ExitCode.AUTHOR
    if not edition.notes:
        raise ToolError("this deck has no cards", hint="write one: ## Question {#an-id}, the answer below it")
    release = plan_release(project, edition, version, now)
    if not quiet:
        click.echo(release.section)
    if dry_run:
        click.echo(f"would release {release.version}; nothing written")
        return ExitCode.OK
    target = write_release(project, release)
    if not quiet:
        click.echo(f"{target.name}: {len(release.edition.notes)} notes → {target}")
        click.echo("Next, when you like what you see:")
        click.echo(f"  git add -A && git commit -m 'Release {release.version}' && git tag v{release.version}")
        click.echo("  git push --follow-tags")
    return ExitCode.OK


def _rebuild_lock(deck: Path, package: Path, version: str, *, dry_run: bool) -> int:
    """Write deck.lock anew, keeping what was there as deck.lock.bak; nothing changes unless all is known."""
    from recto.errors import ToolError
    from recto.files import replace_file
    from recto.layout import LOCK_FILE
    from recto.ledger import format_ledger
    from recto.model import Ledger
    from recto.project import open_project
    from recto.release import rebuild_ledger

    project = open_project(deck)
    edition = project.check(clock=read_clock, ledger=Ledger()).edition
    if edition is None:
        raise ToolError("deck.toml or templates/ have errors", hint="run `check`")
    ledger = rebuild_ledger(project, edition, package, version or project.config().version)
    lock = project.root / LOCK_FILE
    if not dry_run:
        if lock.exists():
            replace_file(lock.with_suffix(".lock.bak"), lock.read_bytes())
        replace_file(lock, format_ledger(ledger).encode())
    click.echo(f"{LOCK_FILE}: {len(ledger.notes)} notes and {len(ledger.gone)} removed ones as of {ledger.version}")
    return ExitCode.OK
