"""`recto coverage`."""

from __future__ import annotations

from pathlib import Path

import click

from recto.cli import ExitCode
from recto.cli.common import check_project, deck_options, print_diagnostics


@click.command("coverage")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--item", "ident", metavar="ID", help="Only this item, with its cards.")
@deck_options
def command(deck: Path, quiet: bool, style: str, ident: str | None) -> int:
    """Which items of the syllabus are covered by which cards, and which are not.

    Exit 1 when `[coverage] require` in deck.toml demands an item that is missing, or a card names an unknown one.

    \b
    Example:
      recto coverage
      recto coverage --item t-n01
    """
    from recto.coverage.text import find_item, format_coverage, format_coverage_json, format_item, format_item_json
    from recto.errors import ToolError
    from recto.rulebook import SYLLABUS_RULES

    _, checked = check_project(deck, quiet=quiet)
    faults = [d for d in checked.diagnostics if checked.edition is None or d.rule in SYLLABUS_RULES]
    if checked.coverage is None and not faults:
        raise ToolError("there is no folder syllabus/", hint="docs/format.md says what stands in it")
    print_diagnostics(faults, quiet=True)
    if checked.coverage and ident:
        one = find_item(checked.coverage, ident)
        click.echo(format_item_json(one) if style == "json" else format_item(one))
    elif checked.coverage:
        click.echo(format_coverage_json(checked.coverage) if style == "json" else format_coverage(checked.coverage))
    return ExitCode.AUTHOR if faults else ExitCode.OK
