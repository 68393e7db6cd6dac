"""What a build of somebody else's deck touches: it reads inside the deck, writes package and cache, runs nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, Deck, MakeDeck
from test_package import everything

HOOK = """
import json, os, sys
seen = []
def watch(event, args):
    if event == "open" and isinstance(args[0], (str, bytes)):
        flags = args[2] or 0
        writes = bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)) or (args[1] or "").strip("rbt") != ""
        seen.append(["write" if writes else "read", os.path.abspath(os.fsdecode(args[0]))])
    elif event.partition(".")[0] in ("subprocess", "socket") or event in ("os.system", "os.exec", "os.fork"):
        seen.append(["other", event])
    elif event in ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "shutil.rmtree"):
        seen.append(["write", os.path.abspath(os.fsdecode(args[0]))])
from recto.cli import run
sys.addaudithook(watch)
code = run(sys.argv[1:])
sys.stdout.write("\\n" + json.dumps(seen) + "\\n")
sys.exit(code)
"""


def touched(deck: Deck, cache: Path, *words: str) -> list[tuple[str, str]]:
    """(read, write or other; path or event) of everything that a command does through Python."""
    environment = {**os.environ, "RECTO_CACHE": str(cache)}
    command = [sys.executable, "-c", HOOK, *words, "--deck", str(deck.root)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [(what, where) for what, where in json.loads(done.stdout.splitlines()[-1])]


def is_within(path: str, *folders: Path) -> bool:
    return any(Path(path).is_relative_to(folder) for folder in folders)


@pytest.mark.parametrize("command", ["build", "check"])
def test_untrusted_deck(make_deck: MakeDeck, tmp_path: Path, command: str) -> None:
    """Code in cards is text, media are bytes; nothing is executed, no network and no other program is asked."""
    cache = tmp_path / "cache"
    deck = everything(make_deck)
    deck.write("cards/run.md", '# T\n\n## Q {#run}\n\nA\n\n```python run\nopen("/tmp/never", "w")\n```\n')
    found = touched(deck, cache, command)
    python = [Path(sys.prefix), Path(sys.base_prefix), ROOT / "recto"]
    allowed_reads = [deck.root, cache, *python]
    assert [where for what, where in found if what == "other"] == []
    assert [where for what, where in found if what == "read" and not is_within(where, *allowed_reads)] == []
    written = [where for what, where in found if what == "write"]
    caches = [where for where in written if "__pycache__" in where]
    assert [w for w in written if w not in caches and not is_within(w, deck.root / "dist", cache)] == []
    assert any(is_within(where, deck.root / "dist") for where in written) == (command == "build")


def test_watch_can_fail(make_deck: MakeDeck, tmp_path: Path) -> None:
    """The hook sees what it is there to see: `ids --write` writes into cards/."""
    deck = make_deck({"cards/a.md": "# T\n\n## Q\n\nA\n"})
    written = [where for what, where in touched(deck, tmp_path / "cache", "ids", "--write") if what == "write"]
    assert any(is_within(where, deck.root / "cards") for where in written)
