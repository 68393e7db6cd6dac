"""The `recto` command: the click group, and the one place where a `ToolError` becomes a message and an exit code."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from enum import IntEnum

import click

from recto import __version__
from recto.errors import ToolError

COMMANDS = ("build", "check", "preview", "ids", "verify", "diff", "release", "coverage", "stats")


class ExitCode(IntEnum):
    """What a command tells the shell."""

    OK = 0
    AUTHOR = 1  # the author's text has errors
    SURROUNDINGS = 2  # the surroundings are wrong; click uses the same number for bad usage


class _Commands(click.Group):
    """Commands are imported when they are used, so that `--help` costs nothing."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"recto.cli.{name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        from recto.suggest import nearest

        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            guess = nearest(args[0], COMMANDS)
            raise click.UsageError(
                f'{error.message} Did you mean "{guess}"?' if guess else error.message, ctx
            ) from None


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="recto")
def group() -> None:
    """Turn Markdown cards into a versioned Anki deck.

    \b
    Example:
      recto check && recto build
    """


def run(arguments: Sequence[str], *, default: str = "", program: str = "recto") -> int:
    """Run a command and return its exit code. `default` is the command that an empty command line stands for."""
    words = list(arguments)
    if default and (not words or (words[0].startswith("-") and words[0] not in ("-h", "--help", "--version"))):
        words.insert(0, default)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a C locale or an old Windows console must not make Chinese text a crash
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        result = group.main(words, prog_name=program, standalone_mode=False)
    except ToolError as error:
        click.echo(f"{click.style('error:', fg='red')} {error.message}", err=True)
        if error.hint:
            click.echo(f"  help: {error.hint}", err=True)
        return ExitCode.SURROUNDINGS
    except click.ClickException as error:
        error.show()
        return ExitCode.SURROUNDINGS
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped", err=True)
        return ExitCode.SURROUNDINGS
    except BrokenPipeError:  # `recto check | head`
        sys.stderr.close()
        return ExitCode.OK
    return int(result) if isinstance(result, int) else ExitCode.OK


def main() -> None:
    """Entry point of the `recto` script."""
    sys.exit(run(sys.argv[1:]))
