"""Run a recto command and send it a signal just before its N-th step of writing: `driver.py SIGNAL N COMMAND …`.

A step is a call from Python into what makes, fills, flushes, renames or removes a file, or talks to SQLite. With N = 0
the command runs to its end, and the last line of standard output says how many steps there were.
"""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

from recto.cli import run

_STEPS = frozenset(
    [
        *("open", "fdopen", "write", "flush", "fsync", "close", "truncate", "replace", "rename", "unlink", "remove"),
        *("mkdir", "chmod", "execute", "executemany", "executescript", "commit", "serialize"),
    ]
)


def main(name: str, at: int, words: list[str]) -> int:
    count = 0

    def watch(_frame: FrameType, event: str, called: object) -> None:
        nonlocal count
        owner = getattr(called, "__self__", None)
        if event == "c_call" and getattr(called, "__name__", "") in _STEPS and not isinstance(owner, str):
            count += 1
            if count == at:
                os.kill(os.getpid(), signal.Signals[name])

    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell starts what is in its background without
    sys.setprofile(watch)
    code = run(words)
    sys.setprofile(None)
    sys.stdout.write(f"{count}\n")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), sys.argv[3:]))
