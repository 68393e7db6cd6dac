"""Build the deck of this repository: `python build_deck.py [COMMAND]`, where no command means build.

The commands are those of `recto`. Where its packages are missing but `make deck` has made a .venv, that is used.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
IN_VENV = HERE / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def main() -> int:
    """Run a command of recto for the deck in this folder."""
    try:
        from recto.cli import run
    except ModuleNotFoundError as error:
        if IN_VENV.exists() and Path(sys.prefix).resolve() != (HERE / ".venv").resolve():
            os.execv(IN_VENV, [str(IN_VENV), *sys.argv])
        print(f"error: the package {error.name} is not installed\n  help: run `make deck` once", file=sys.stderr)
        return 2
    return run(sys.argv[1:], default="build", program="build_deck.py")


if __name__ == "__main__":
    sys.exit(main())
