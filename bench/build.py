"""What recto costs against a script without features (bench/naive.py): one corpus, in turns, as median ratios.

    python bench/build.py 100 1000 10000 100000
    python bench/build.py --short

Each round runs the script, a cold build, and a build and a check after each sort of change; ratios are taken within a
round, because a machine's pace drifts. A further round, not timed, gives peak memory: the proportional share (PSS) of
a command and all its children together, as Linux tells it every 20 ms. `--short` is for CI: two small sizes, and exit
code 1 if processor time grows faster than the cards to the power of 1.15.
"""

from __future__ import annotations

import argparse
import math
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from corpus import ROOT, write_corpus

GOALS = {
    "cold": {1000: 0.65, 10_000: 0.48, 100_000: 0.48},
    "nothing changed": {1000: 0.12, 10_000: 0.04, 100_000: 0.03},
    "one card changed": {1000: 0.15, 10_000: 0.06, 100_000: 0.05},
    "check, nothing changed": {1000: 0.12, 10_000: 0.04},
    "peak memory, MiB": {1000: 60, 10_000: 150, 100_000: 1024},
    "package size": {1000: 0.25, 10_000: 0.25, 100_000: 0.25},
}
"""Row → cards → the most that is aimed at (ratios, unless the row names a unit)."""

LIMIT = 1.15
"""The exponent of growth that fails `--short`."""

REPORT = ROOT / "docs/performance.md"
_MARKED = re.compile(r"(<!-- measured -->\n).*?(<!-- end -->)", re.DOTALL)
_SHORT = (500, 2000)


class Bench:
    """One deck of a size, built in a temporary folder."""

    def __init__(self, count: int, folder: Path) -> None:
        self.folder = folder
        self.deck = folder / "deck"
        self.topics = write_corpus(self.deck, count)
        self.edits = 0

    def steps(self) -> dict[str, tuple[Callable[[], object], list[str]]]:
        """Name → (what happens before, the command), in their order."""
        build = ["-m", "recto", "build", "--quiet", "--deck", str(self.deck)]
        check = ["-m", "recto", "check", "--quiet", "--deck", str(self.deck)]
        first = str(self.folder / "first.apkg")
        return {
            "cold": (self._forget, build),
            "nothing changed": (self._nothing, build),
            "one card changed": (lambda: self._append(self.topics[len(self.topics) // 2], "\n又一句 {}。\n"), build),
            "one template changed": (
                lambda: self._append(self.deck / "templates/style/99-bench.css", "/* {} */\n"),
                build,
            ),
            "one image changed": (
                lambda: self._append(min(self.deck.glob("cards/**/*.svg")), "<!-- {} -->\n"),
                build,
            ),
            "one file added": (self._add_file, build),
            "`diff` with an older package": (self._nothing, ["-m", "recto", "diff", "--quiet", first, *build[-2:]]),
            "check, cold": (self._forget, check),
            "check, nothing changed": (self._nothing, check),
            "check, one card changed": (lambda: self._append(self.topics[0], "\n又一句 {}。\n"), check),
        }

    def run(self, arguments: list[str], *, watched: bool = False) -> tuple[float, float, float]:
        """Wall seconds, processor seconds, and peak MiB with children (0 unless `watched`) of a command."""
        environment = {**os.environ, "RECTO_CACHE": str(self.folder / "cache")}
        with (self.folder / "log").open("wb") as log:
            began = time.perf_counter()
            process = subprocess.Popen([sys.executable, *arguments], env=environment, cwd=ROOT, stdout=log, stderr=log)
            watch = _Watch(process.pid) if watched else None
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            sys.exit(f"{' '.join(arguments)} failed:\n{(self.folder / 'log').read_text()[-2000:]}")
        return seconds, usage.ru_utime + usage.ru_stime, watch.stop() if watch else 0.0

    def naive(self, *, watched: bool = False) -> tuple[float, float, float]:
        """The same of the script."""
        return self.run(["bench/naive.py", str(self.deck), str(self.folder / "naive.apkg")], watched=watched)

    def keep_first(self) -> None:
        """Put the package that was just built aside, for `diff`."""
        shutil.copy(next(self.deck.glob("dist/*.apkg")), self.folder / "first.apkg")

    def size(self) -> float:
        """The package as a share of the script's."""
        package, naive = next(self.deck.glob("dist/*.apkg")), self.folder / "naive.apkg"
        return package.stat().st_size / naive.stat().st_size

    def _forget(self) -> None:
        shutil.rmtree(self.folder / "cache", ignore_errors=True)
        shutil.rmtree(self.deck / "dist", ignore_errors=True)

    def _nothing(self) -> None:
        pass

    def _append(self, path: Path, text: str) -> None:
        self.edits += 1
        with path.open("a", encoding="utf-8") as file:
            file.write(text.format(self.edits))

    def _add_file(self) -> None:
        self.edits += 1
        path = self.topics[0].with_name(f"added-{self.edits}.md")
        path.write_text(f"# 新\n\n## 新题 {self.edits}？ {{#added-{self.edits}}}\n\n答。\n", encoding="utf-8")


class _Watch:
    """The peak of what a process and its children hold."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._peak = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def stop(self) -> float:
        """In MiB."""
        self._over.set()
        self._thread.join()
        return self._peak / 1024

    def _look(self) -> None:
        while not self._over.wait(0.02):
            self._peak = max(self._peak, sum(map(_share, _family(self._pid))))


def _family(pid: int) -> list[int]:
    try:
        tasks = list(Path(f"/proc/{pid}/task").glob("*/children"))
        children = [int(child) for task in tasks for child in task.read_text().split()]
    except OSError:  # it has ended
        return []
    return [pid, *(member for child in children for member in _family(child))]


def _share(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    found = re.search(r"^Pss:\s+(\d+)", text, re.MULTILINE)
    return int(found[1]) if found else 0


def measure(count: int, times: int) -> dict[str, str]:
    """One column of the table: row → what was measured."""
    ratios: dict[str, list[float]] = {}
    naive: list[float] = []
    with tempfile.TemporaryDirectory() as name:
        bench = Bench(count, Path(name))
        for _ in range(times):
            naive.append(bench.naive()[0])
            for step, (before, command) in bench.steps().items():
                before()
                ratios.setdefault(step, []).append(bench.run(command)[0] / naive[-1])
                if step == "cold":
                    bench.keep_first()
                    size = bench.size()
        memory: dict[str, float] = {}
        if sys.platform == "linux":
            memory["the script"] = bench.naive(watched=True)[2]
            for step, (before, command) in list(bench.steps().items())[:3]:
                before()
                memory[step] = bench.run(command, watched=True)[2]
    column = {"the script, s": f"{statistics.median(naive):.2f}", "rounds": str(times)}
    for step, found in ratios.items():
        spread = f" ({min(found):.2f}–{max(found):.2f})" if times > 1 else ""
        column[step] = f"{statistics.median(found):.2f}{spread}{_beside(step, count)}"
    column["package size"] = f"{size:.2f}{_beside('package size', count)}"
    if memory:
        most = max(value for step, value in memory.items() if step != "the script")
        column["peak memory, MiB"] = f"{most:.0f}{_beside('peak memory, MiB', count)}"
        column["of that, after one card changed"] = f"{memory['one card changed']:.0f}"
        column["peak memory of the script, MiB"] = f"{memory['the script']:.0f}"
    return column


def _beside(row: str, count: int) -> str:
    goal = GOALS.get(row, {}).get(count)
    return f" · goal {goal}" if goal else ""


def start_up(times: int = 11) -> str:
    """`--help` against a program that only imports click."""
    ratios = []
    for _ in range(times):
        took = []
        for arguments in (["-c", "import click"], ["-m", "recto", "--help"]):
            began = time.perf_counter()
            subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL, cwd=ROOT)
            took.append(time.perf_counter() - began)
        ratios.append(took[1] / took[0])
    return f"`--help`: {statistics.median(ratios):.2f} times a program that only imports click (goal 1.3)"


def table(columns: dict[int, dict[str, str]]) -> str:
    """The measured columns in Markdown."""
    rows = list(dict.fromkeys(row for column in columns.values() for row in column))
    lines = ["| | " + " | ".join(f"{count:,} cards" for count in columns) + " |", "|---|" + "--:|" * len(columns)]
    lines += [f"| {row} | " + " | ".join(column.get(row, "") for column in columns.values()) + " |" for row in rows]
    return "\n".join(lines)


def check_growth() -> int:
    """Print ratios and exponents of growth for two small decks; 1 if one is above the limit."""
    columns: dict[int, dict[str, str]] = {}
    spent: dict[str, list[float]] = {}
    # What a warm run adds for each card is too little beside its start to tell a power from noise.
    steps = ("cold", "check, cold")
    printed = (*steps, "nothing changed", "one card changed")
    for count in (25, *_SHORT):  # the first is what starting costs
        with tempfile.TemporaryDirectory() as name:
            bench, best = Bench(count, Path(name)), dict.fromkeys(steps, math.inf)
            columns[count] = {"the script, s": f"{bench.naive()[0]:.2f}"}
            for _ in range(3):
                naive = bench.naive()[0]
                for step, (before, command) in bench.steps().items():
                    if step in printed:
                        before()
                        wall, processor, _ = bench.run(command)
                        columns[count][step] = f"{wall / naive:.2f}"
                        best[step] = min(best.get(step, math.inf), processor)
            for step in steps:
                spent.setdefault(step, []).append(best[step])
    print(table(columns))
    exponents = {
        step: math.log((large - start) / (small - start)) / math.log(_SHORT[1] / _SHORT[0])
        for step, (start, small, large) in spent.items()
    }
    grown = ", ".join(f"{step}: cards^{value:.2f}" for step, value in exponents.items())
    print(f"growth of processor time: {grown} (limit {LIMIT})")
    return 1 if max(exponents.values()) > LIMIT else 0


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description="Measure what recto costs.")
    parser.add_argument("sizes", type=int, nargs="*", help="cards of each deck")
    parser.add_argument("--times", type=int, default=5, help="rounds for each size (5; above 10,000 cards 1)")
    parser.add_argument("--write", action="store_true", help="put the table into docs/performance.md")
    parser.add_argument("--short", action="store_true", help="two small sizes; fail if time grows too fast")
    args = parser.parse_args()
    if args.short:
        return check_growth()
    columns = {}
    for count in args.sizes:
        columns[count] = measure(count, args.times if count <= 10_000 else 1)
        print(f"{count:,} cards: " + ", ".join(f"{row} {value}" for row, value in columns[count].items()), flush=True)
    found = f"{os.cpu_count()} cores, Python {platform.python_version()}. {start_up()}.\n\n{table(columns)}\n"
    print(found)
    if args.write:
        text = REPORT.read_text(encoding="utf-8")
        REPORT.write_text(_MARKED.sub(lambda m: m[1] + found + m[2], text), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
