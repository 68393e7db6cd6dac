"""`recto ids`."""

from __future__ import annotations

from pathlib import Path

import click

from recto.cli import ExitCode
from recto.cli.common import deck_options


@click.command("ids")
@click.option("--write", is_flag=True, help="Write the ids into the files; without it they are only shown.")
@deck_options
def command(deck: Path, quiet: bool, write: bool) -> int:
    """Give an id to every card that has none. Ids that stand in a file are never touched.

    \b
    Example:
      recto ids --write
    """
    from recto.project import open_project

    new_ids = open_project(deck).assign_ids(write=write)
    for new in new_ids if not quiet else ():
        click.echo(f"{new.path}:{new.line}: {new.text}")
    if not quiet:
        done = "written" if write else "missing; `ids --write` writes them"
        click.echo(f"{len(new_ids)} ids {done}" if new_ids else "every card has an id")
    return ExitCode.OK
