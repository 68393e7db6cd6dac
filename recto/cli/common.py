"""What the commands share: their options, the clock, the progress bar, printing diagnostics."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from recto.errors import ToolError

if TYPE_CHECKING:
    from recto.diagnostic import Diagnostic
    from recto.facts.check import Facts
    from recto.model import Program
    from recto.outcome import Outcomes
    from recto.project import Checked, Project
    from recto.source import Source

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])


def deck_options(command: F) -> F:
    """`--deck` and `--quiet`, which every command has."""
    command = click.option("--quiet", "-q", is_flag=True, help="Print errors only.")(command)
    return click.option(
        "--deck",
        "deck",
        metavar="DIR",
        type=click.Path(file_okay=False, path_type=Path),
        default=Path(),
        help="The folder with deck.toml (default: this one).",
    )(command)


def cache_option(command: F) -> F:
    """`--no-cache`, of commands that compile a whole deck."""
    return click.option("--no-cache", is_flag=True, help="Compile every file anew and keep nothing.")(command)


def read_clock() -> int:
    """Now, in seconds since 1970 (UTC); SOURCE_DATE_EPOCH instead, if it is set (reproducible-builds.org)."""
    fixed = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not fixed:
        return int(time.time())
    if not fixed.isdigit() or int(fixed) == 0:
        raise ToolError(
            f"SOURCE_DATE_EPOCH is «{fixed}», not a number of seconds since 1970",
            hint="set it right or unset it",
        )
    return int(fixed)


def open_outcomes(command: str, deck: Path, now: int, *, cached: bool) -> Outcomes:
    """What the command came to when it last ran on this deck; nothing is found or kept unless `cached`."""
    from recto.cache import NO_CACHE, user_cache
    from recto.outcome import Outcomes

    return Outcomes(user_cache("outcomes") if cached else NO_CACHE, deck, command, now)


def check_project(
    deck: Path, *, quiet: bool, now: int = 0, audience: str = "AUTHOR", cached: bool = True
) -> tuple[Project, Checked]:
    """Open and check a deck, with a progress bar on a terminal once it takes over a second.

    `now` is the time of the build if the caller has read the clock already; `audience` names one
    of `project.Audience`. With `cached` files that did not change since an earlier run are not compiled again.
    """
    from recto.cache import NO_CACHE, user_cache
    from recto.project import Audience, open_project

    project = open_project(deck, user_cache("units") if cached else NO_CACHE)

    def path(source: Source) -> str:
        return source.path

    return project, project.check(
        clock=(lambda: now) if now else read_clock,
        progress=_progress(path, quiet=quiet),
        audience=Audience[audience],
    )


def execute_code(project: Project, programs: tuple[Program, ...], *, quiet: bool, cached: bool) -> Facts:
    """Execute the code of a checked deck, with the same progress bar. Raises `ToolError`."""
    from recto.cache import NO_CACHE, user_cache
    from recto.facts.check import check_facts

    def card(program: Program) -> str:
        return program.card

    cache = user_cache("facts") if cached else NO_CACHE
    return check_facts(programs, project.config().run, cache, progress=_progress(card, quiet=quiet))


def _progress(name: Callable[[T], str], *, quiet: bool) -> Callable[[Iterable[T], int], Iterable[T]]:
    """A progress bar on a terminal, once it takes over a second, with the name of what was taken last."""

    def progress(items: Iterable[T], count: int) -> Iterable[T]:
        return items if quiet or not sys.stderr.isatty() else _show_progress(items, count, name)

    return progress


def _show_progress(items: Iterable[T], count: int, name: Callable[[T], str]) -> Iterator[T]:
    started = time.monotonic()
    shown = False
    for number, item in enumerate(items):
        if time.monotonic() - started > 1:
            shown = True
            click.echo(f"\r{number * 100 // count:>3}%  {name(item)[:70]:<70}", nl=False, err=True)
        yield item
    if shown:
        click.echo("\r" + " " * 76 + "\r", nl=False, err=True)


def print_diagnostics(diagnostics: Sequence[Diagnostic], *, quiet: bool) -> None:
    """Show diagnostics to a person, on standard error; warnings not when `quiet`."""
    from recto.diagnostic import Severity
    from recto.report import format_text

    shown = [d for d in diagnostics if not quiet or d.severity is Severity.ERROR]
    if shown:
        click.echo(format_text(shown, paint), err=True)


def paint(text: str, colour: str) -> str:
    """Colour for a terminal; click takes it away when the output is a pipe."""
    return click.style(text, fg=colour, bold=True)
