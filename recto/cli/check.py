"""`recto check`."""

from __future__ import annotations

from pathlib import Path

import click

from recto.cli import ExitCode
from recto.cli.common import cache_option, check_project, deck_options, execute_code, print_diagnostics


@click.command("check")
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    show_default=True,
    help="For people, for editors, for annotations in a pull request.",
)
@click.option("--run", "executes", is_flag=True, help="Execute the code of the cards too, and compare its output.")
@cache_option
@deck_options
def command(deck: Path, quiet: bool, style: str, executes: bool, no_cache: bool) -> int:
    """Report every fault of the deck, sorted, each with its place and what to do.

    \b
    Example:
      recto check --run --format github
    """
    from recto.diagnostic import has_errors
    from recto.report import format_github, format_json, summary

    project, checked = check_project(deck, quiet=quiet, cached=not no_cache)
    diagnostics, code = checked.diagnostics, ""
    if executes and checked.edition:
        facts = execute_code(project, checked.programs, quiet=quiet, cached=not no_cache)
        code = facts.summary
        diagnostics = tuple(sorted((*diagnostics, *facts.diagnostics), key=lambda d: d.sort_key))
    if style == "json":
        click.echo(format_json(diagnostics))
    elif style == "github":
        if diagnostics:
            click.echo(format_github(diagnostics, _folder_from_here(project.root)))
    else:
        print_diagnostics(diagnostics, quiet=quiet)
    if not quiet:
        notes = len(checked.edition.notes) if checked.edition else 0
        # What reads JSON or annotations from standard output gets nothing else there.
        click.echo(f"{notes} notes: {summary(diagnostics)}" + (f"; {code}" if code else ""), err=style != "text")
    return ExitCode.AUTHOR if has_errors(diagnostics) else ExitCode.OK


def _folder_from_here(root: Path) -> str:
    """A deck's folder below this one, with its `/`; '' for this one, and for one that lies elsewhere."""
    here = Path.cwd()
    if root == here or not root.is_relative_to(here):
        return ""
    return f"{root.relative_to(here).as_posix()}/"
