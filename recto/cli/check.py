"""`recto check`."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import click

from recto.cli import ExitCode
from recto.cli.common import (
    cache_option,
    check_project,
    deck_options,
    execute_code,
    open_outcomes,
    print_diagnostics,
    read_clock,
)


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
@click.option("--fix", "fixes", is_flag=True, help="First mend in the files what can be mended without a doubt.")
@click.option("--diff", "shows", is_flag=True, help="Only show what --fix would change, and write nothing.")
@cache_option
@deck_options
def command(deck: Path, quiet: bool, style: str, executes: bool, fixes: bool, shows: bool, no_cache: bool) -> int:
    """Report every fault of the deck, sorted, each with its place and what to do.

    \b
    Example:
      recto check --run --format github
    """
    from recto.diagnostic import has_errors
    from recto.outcome import Outcome
    from recto.report import format_github, format_json, summary

    if shows:
        return _show_fixes(deck)
    if fixes:
        _fix(deck, quiet=quiet)
    now = read_clock()
    outcomes = open_outcomes("check", deck, now, cached=not (no_cache or executes))
    outcome = outcomes.find()
    code = ""
    if outcome is None:
        project, checked = check_project(deck, quiet=quiet, now=now, cached=not no_cache)
        outcome = Outcome(now, checked.diagnostics, notes=len(checked.edition.notes) if checked.edition else 0)
        outcomes.keep(outcome)
        if executes and checked.edition:
            facts = execute_code(project, checked.programs, quiet=quiet, cached=not no_cache)
            code = facts.summary
            every = tuple(sorted((*outcome.diagnostics, *facts.diagnostics), key=lambda d: d.sort_key))
            outcome = replace(outcome, diagnostics=every)
    diagnostics = outcome.diagnostics
    if style == "json":
        click.echo(format_json(diagnostics))
    elif style == "github":
        if diagnostics:
            click.echo(format_github(diagnostics, _folder_from_here(deck.resolve())))
    else:
        print_diagnostics(diagnostics, quiet=quiet)
    if not quiet:
        # What reads JSON or annotations from standard output gets nothing else there.
        click.echo(
            f"{outcome.notes} notes: {summary(diagnostics)}" + (f"; {code}" if code else ""), err=style != "text"
        )
    return ExitCode.AUTHOR if has_errors(diagnostics) else ExitCode.OK


def _fix(deck: Path, *, quiet: bool) -> None:
    """Mend the files and say on standard error what was done."""
    from recto.project import open_project

    files = open_project(deck).fix(write=True)
    for file in files:
        if file.reason:
            click.echo(f"{file.path}: nothing mended: {file.reason}", err=True)
        for d in file.unsafe:
            click.echo(f"{d.span}: not mended: it would change the card [{d.rule}]", err=True)
    if not quiet:
        changed = [file for file in files if file.count]
        click.echo(f"{sum(file.count for file in changed)} fixes in {len(changed)} files", err=True)


def _show_fixes(deck: Path) -> int:
    """What `--fix` would write, as a unified diff."""
    from difflib import unified_diff

    from recto.project import open_project

    for file in open_project(deck).fix(write=False):
        before, after = (re.findall(r"[^\n]*\n|[^\n]+", text) for text in (file.before, file.after))
        for line in unified_diff(before, after, f"a/{file.path}", f"b/{file.path}"):
            click.echo(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n", nl=False)
    return ExitCode.OK


def _folder_from_here(root: Path) -> str:
    """A deck's folder below this one, with its `/`; '' for this one, and for one that lies elsewhere."""
    here = Path.cwd()
    if root == here or not root.is_relative_to(here):
        return ""
    return f"{root.relative_to(here).as_posix()}/"
