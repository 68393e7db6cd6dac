"""How long after a save the preview shows it: from before the write to the frame after the text stands in the cards.

    python bench/preview.py 1000 10000

Starts the real preview on a seeded deck (bench/corpus.py), opens it in Chromium, edits the question of one card in the
middle of the deck 20 times. Times are of this machine's clock on both sides; the last one is taken in the animation
frame behind the one in which every visible frame has the new text, so it is on the screen.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from corpus import ROOT, write_corpus

sys.path.insert(0, str(ROOT / "tools"))
from chromium import ARGUMENTS, find_chromium
from playwright.sync_api import Page, sync_playwright

GOALS = {1_000: 200, 10_000: 400}
"""Cards of a deck → the median in ms that is aimed at."""

# Answers with ms since 1970 when `text` was painted in every frame that is in sight.
_SEEN = """text => new Promise(done => {
  const now = () => performance.timeOrigin + performance.now();
  const there = () => [...document.querySelectorAll('figure')].filter(f => f.offsetParent).every(figure =>
    figure.querySelector('iframe').contentDocument.getElementById('qa').textContent.includes(text));
  const look = () => requestAnimationFrame(() => there() ? requestAnimationFrame(() => done(now())) : look());
  look(); })"""


def measure(page: Page, path: Path, card: str, times: int) -> list[float]:
    """Save a card some times; the ms from each save to the frame that shows it."""
    text = path.read_text(encoding="utf-8")
    heading = re.search(rf"^## (.*) \{{#{card}\b", text, re.MULTILINE)
    assert heading, card
    found: list[float] = []
    for number in range(times):
        token = f"改动{number}号"
        edited = text[: heading.start(1)] + token + text[heading.start(1) :]
        page.evaluate(f"window.seen = ({_SEEN})({token!r}); 0")
        page.wait_for_timeout(300)  # the page is at rest, as it is between two saves of an author
        began = time.time()
        path.write_text(edited, encoding="utf-8")
        found.append(float(page.evaluate("window.seen")) - began * 1000)
    path.write_text(text, encoding="utf-8")
    return found


def bench(count: int, times: int, folder: Path) -> list[float]:
    """Measure one size of deck."""
    paths = write_corpus(folder, count)
    card = f"b-{count // 2}"
    path = next(p for p in paths if f"{{#{card}" in p.read_text(encoding="utf-8"))
    environment = {**os.environ, "PYTHONPATH": os.environ.get("PYTHONPATH", str(ROOT))}
    arguments = [sys.executable, "-u", "-m", "recto", "preview", "--port", "0", "--deck", str(folder)]
    with subprocess.Popen(arguments, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            address = process.stdout.readline().split()[0]
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
                page = browser.new_page(viewport={"width": 1600, "height": 1000})
                began = time.perf_counter()
                page.goto(f"{address}#{card}-1")
                page.wait_for_selector("html[data-live][data-shown]")
                print(f"{count:>6} cards: page opened in {(time.perf_counter() - began) * 1000:.0f} ms", flush=True)
                page.wait_for_timeout(1500)
                measure(page, path, card, 2)
                return measure(page, path, card, times)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(20)


def main() -> int:
    """Run the command line; 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description="Measure how soon the preview shows a save.")
    parser.add_argument("sizes", type=int, nargs="*", default=list(GOALS), help="cards of each deck")
    parser.add_argument("--times", type=int, default=20, help="saves per deck (default 20)")
    args = parser.parse_args()
    missed = False
    for count in args.sizes:
        with tempfile.TemporaryDirectory() as folder:
            found = sorted(bench(count, args.times, Path(folder)))
        median, ninety = statistics.median(found), found[int(len(found) * 0.9)]
        goal = GOALS.get(count)
        missed |= goal is not None and median > goal
        print(
            f"{count:>6} cards: save to pixels, {len(found)} saves: median {median:.0f} ms, p90 {ninety:.0f} ms, "
            f"max {found[-1]:.0f} ms{f' (goal: median ≤ {goal} ms)' if goal else ''}",
            flush=True,
        )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
