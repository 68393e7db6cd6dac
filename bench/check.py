"""What `check` costs: parsing alone, cold, warm, and each rule of style, as shares of one run.

python bench/check.py 10000
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

from corpus import write_corpus  # noqa: E402

from recto.cache import NO_CACHE, Cache  # noqa: E402
from recto.checks.linter import ActiveRule  # noqa: E402
from recto.diagnostic import Diagnostic  # noqa: E402
from recto.files import read_source  # noqa: E402
from recto.parse.frontmatter import parse_front_matter  # noqa: E402
from recto.parse.markdown import parse_markdown  # noqa: E402
from recto.project import open_project  # noqa: E402

NOW = 1_795_600_000


def main() -> None:
    """Write a corpus into a temporary folder, check it three times, print the shares."""
    parser = argparse.ArgumentParser(description="Measure what `check` costs.")
    parser.add_argument("cards", type=int)
    count = parser.parse_args().cards
    with tempfile.TemporaryDirectory() as name:
        root = Path(name) / "deck"
        paths = write_corpus(root, count)
        (root / "deck.toml").write_text((root / "deck.toml").read_text() + '\n[rules]\nprofile = "strict"\n')
        started = time.perf_counter()
        for path in paths:
            source, _ = read_source(root, path)
            parse_markdown(source, parse_front_matter(source)[0].lines)
        parsed = time.perf_counter() - started
        cache = Cache(Path(name) / "cache")
        cold, warm = (_check(root, cache) for _ in range(2))
        shares = _rules(root)
    print(f"{count} cards; parsing alone 1.00, check cold {cold / parsed:.2f}, check warm {warm / parsed:.2f}")
    for rule, seconds in shares.most_common(12):
        print(f"{rule:<24} {100 * seconds / cold:5.1f} % of the cold check")


def _check(root: Path, cache: Cache) -> float:
    started = time.perf_counter()
    open_project(root, cache).check(clock=lambda: NOW)
    return time.perf_counter() - started


def _rules(root: Path) -> Counter[str]:
    """Seconds by rule, of one more cold check in which each is timed."""
    seconds: Counter[str] = Counter()
    find = ActiveRule.find

    def timed(self: ActiveRule, subject: object) -> Iterator[Diagnostic]:
        started = time.perf_counter()
        found = list(find(self, subject))
        seconds[self.rule.name] += time.perf_counter() - started
        return iter(found)

    ActiveRule.find = timed  # type: ignore[method-assign]
    open_project(root, NO_CACHE).check(clock=lambda: NOW)
    ActiveRule.find = find  # type: ignore[method-assign]
    return seconds


if __name__ == "__main__":
    main()
