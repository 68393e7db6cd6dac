"""Open a place of the deck in the author's editor."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from recto.errors import ToolError

# How each family of editors takes a place, by the name of its program (their manuals).
_GOTO = ("code", "code-insiders", "codium", "vscodium", "cursor", "windsurf")
_COLON = ("subl", "zed", "hx", "helix", "micro", "atom")
_PLUS = ("vi", "vim", "nvim", "gvim", "mvim", "nano", "emacs", "emacsclient", "kak", "kate", "gedit", "joe")


def editor_command(path: Path, line: int, column: int, environment: Mapping[str, str]) -> list[str]:
    """The command that opens a file at a line and column (from 1): $VISUAL or $EDITOR, else VS Code.

    Raises `ToolError` when there is neither.
    """
    chosen = shlex.split(environment.get("VISUAL") or environment.get("EDITOR") or "")
    if not chosen:
        found = shutil.which("code", path=environment.get("PATH"))
        if not found:
            raise ToolError("no editor is known", hint="set EDITOR, for example EDITOR=code, and start preview again")
        chosen = [found]
    name = Path(chosen[0]).stem.lower()
    if name in _GOTO:
        return [*chosen, "-g", f"{path}:{line}:{column}"]
    if name in _COLON:
        return [*chosen, f"{path}:{line}:{column}"]
    if name in _PLUS:
        return [*chosen, f"+{line}", str(path)]
    return [*chosen, str(path)]


def open_editor(path: Path, line: int, column: int) -> None:
    """Start the editor and do not wait for it. Raises `ToolError`."""
    command = editor_command(path, line, column, os.environ)
    try:
        subprocess.Popen(command)
    except OSError as error:
        raise ToolError(f"cannot start {command[0]}: {error.strerror}", hint="set EDITOR to a program") from error
