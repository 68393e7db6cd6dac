"""`recto preview`."""

from __future__ import annotations

from pathlib import Path

import click

from recto.cli import ExitCode
from recto.cli.common import deck_options


@click.command("preview")
@click.option("--port", type=click.IntRange(0, 65535), default=8377, show_default=True, help="0 picks a free one.")
@click.option(
    "--export",
    "target",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write a static site instead, fit for GitHub Pages.",
)
@deck_options
def command(deck: Path, quiet: bool, port: int, target: Path | None) -> int:
    """Show every card as Anki does, on a local page that follows your edits.

    Phone and desktop, day and night, question and answer, with the faults of each card beside it. Ctrl-C ends it.

    An exported site also says what the deck is, with its news and its license, and offers the package for download if
    `build` has made it of just these cards.

    \b
    Example:
      recto preview
      recto preview --export site
    """
    from recto.diagnostic import has_errors
    from recto.preview.site import Session, mathjax_folder
    from recto.project import open_project

    project = open_project(deck)
    if not quiet and not mathjax_folder():
        click.echo("formulas stay TeX: pip install aqt brings Anki's MathJax", err=True)
    if target:
        from recto.errors import ToolError
        from recto.preview.export import export_site
        from recto.preview.pages import package_for

        view = Session(project).view
        if has_errors(view.diagnostics) or view.edition is None:
            raise ToolError("the deck has errors, so nothing was exported", hint="run `check`")
        built = project.package_path(view.edition.slug, view.edition.version)
        package = package_for(view.edition, built)
        count = export_site(view, project.root, target, news=project.news(), package=package)
        if not quiet:
            if not package:
                click.echo(
                    f"nothing to download: {built.name} is not built of these cards; run `build` first", err=True
                )
            click.echo(f"{count} cards in {target / 'index.html'}")
        return ExitCode.OK
    from recto.preview.server import serve

    serve(Session(project), port, lambda address: click.echo(f"{address}  (Ctrl-C ends it)"))
    return ExitCode.OK
