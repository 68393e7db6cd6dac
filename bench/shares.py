"""Where the time of a build goes, by sort of work: cProfile of one process, its functions summed up.

    python bench/shares.py 10000

A cold build and one after a changed card. A profiler makes calls of small Python functions dearer than calls into C, so
the shares say what to look at, not what a user waits for; that is what bench/build.py measures.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import pstats
import sys
import tempfile
from collections import Counter
from pathlib import Path

from corpus import ROOT, write_corpus

sys.path.insert(0, str(ROOT))

SORTS = (
    ("deflate", ("zlib.",)),
    ("SQLite", ("sqlite3.",)),
    ("records to and from bytes (msgspec)", ("msgspec",)),
    ("digests", ("_hashlib", "_blake2", "_sha")),
    ("parsing (markdown-it-py)", ("markdown_it", "mdit_py_plugins")),
    ("highlighting (Pygments)", ("pygments",)),
    ("start: imports, regular expressions", ("importlib", "/re/", "_imp.", "marshal")),
    ("cards, places of every piece (recto/parse, source)", ("recto/parse", "recto/source")),
    ("HTML (recto/render, tex)", ("recto/render", "recto/tex")),
    ("rules of style (recto/checks, terms, lang)", ("recto/checks", "recto/terms", "recto/lang", "recto/length")),
    ("identity, media, link", ("recto/link", "recto/identity", "recto/media", "recto/stamps", "recto/template")),
    ("rows of the package", ("recto/package", "recto/apkg", "genanki")),
    ("the rest of recto", ("recto/",)),
)
Function = tuple[str, int, str]


def sort_of(function: Function) -> str:
    """The sort of work that a function is; '' if it does not say."""
    where = f"{function[0]} {function[2]}"
    return next((name for name, marks in SORTS if any(mark in where for mark in marks)), "")


def profile(arguments: list[str]) -> None:
    """Run a command in this process and print seconds by sort of work."""
    from recto.cli import run

    profiler = cProfile.Profile()
    profiler.enable()
    code = run(arguments)
    profiler.disable()
    if code:
        sys.exit(f"{' '.join(arguments)} failed")
    spent: Counter[str] = Counter()
    for function, (_, _, own, _, callers) in pstats.Stats(profiler).stats.items():  # type: ignore[attr-defined]
        name = sort_of(function)
        if name or not callers:
            spent[name or "other"] += own
            continue
        for caller, (_, _, share, _) in callers.items():  # a built-in function is part of who calls it
            spent[sort_of(caller) or "other"] += share
    total = sum(spent.values())
    print(f"| {total:.1f} s in all | s | share |\n|---|--:|--:|")
    for name, seconds in spent.most_common():
        print(f"| {name} | {seconds:.2f} | {seconds / total:.0%} |")


def main() -> None:
    """Run the command line; each build in a process of its own."""
    parser = argparse.ArgumentParser(description="Show where the time of a build goes.")
    parser.add_argument("cards", type=int)
    args = parser.parse_args()
    os.environ["RECTO_JOBS"] = "1"
    with tempfile.TemporaryDirectory() as name:
        os.environ["RECTO_CACHE"] = f"{name}/cache"
        topics = write_corpus(Path(name) / "deck", args.cards)
        for what in ("cold", "one card changed"):
            if what != "cold":
                with topics[len(topics) // 2].open("a", encoding="utf-8") as file:
                    file.write("\n又一句。\n")
            print(f"\n{what}:\n", flush=True)
            child = os.fork()
            if not child:
                profile(["build", "--quiet", "--deck", f"{name}/deck"])
                sys.stdout.flush()
                os._exit(0)
            os.waitpid(child, 0)


if __name__ == "__main__":
    main()
