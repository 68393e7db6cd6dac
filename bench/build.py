"""What `build` costs against a script without features (bench/naive.py), on one corpus, in turns, as median ratios.

    python bench/build.py 10000 5

Cold (nothing kept), nothing changed, one card changed; then peak memory of each process and the size of the packages.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from corpus import ROOT, write_corpus


def run(arguments: list[str], cache: Path) -> tuple[float, int]:
    """Wall seconds and peak KiB of a command (the largest of its processes)."""
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, *arguments], env={**os.environ, "RECTO_CACHE": str(cache)}, cwd=ROOT)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(arguments)} failed")
    return seconds, usage.ru_maxrss


def main() -> None:
    """Write a corpus into a temporary folder, build it in turns with the script, print the medians."""
    parser = argparse.ArgumentParser(description="Measure what `build` costs.")
    parser.add_argument("cards", type=int)
    parser.add_argument("times", type=int)
    args = parser.parse_args()
    ratios: dict[str, list[float]] = {"cold": [], "nothing changed": [], "one card changed": []}
    memory: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as name:
        deck, naive = Path(name) / "deck", Path(name) / "naive.apkg"
        paths = write_corpus(deck, args.cards)
        build = ["-m", "recto", "build", "--quiet", "--deck", str(deck)]
        for number in range(args.times):
            cache = Path(name) / f"cache{number}"
            base, memory["naive"] = run(["bench/naive.py", str(deck), str(naive)], cache)
            for what, found in ratios.items():
                if what == "one card changed":
                    text = paths[len(paths) // 2].read_text(encoding="utf-8")
                    paths[len(paths) // 2].write_text(f"{text}\n又一句 {number}。\n", encoding="utf-8")
                seconds, memory[what] = run(build, cache)
                found.append(seconds / base)
        (package,) = (deck / "dist").glob("*.apkg")
        size = package.stat().st_size / naive.stat().st_size
    print(f"{args.cards} cards, {args.times} times each; the script is 1.00 ({memory['naive'] / 1024:.0f} MiB)")
    for what, found in ratios.items():
        spread = f"{min(found):.2f}…{max(found):.2f}"
        print(f"{what:<18} {statistics.median(found):.2f} ({spread}), {memory[what] / 1024:.0f} MiB")
    print(f"{'size':<18} {size:.2f}")


if __name__ == "__main__":
    main()
