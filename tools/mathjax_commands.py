"""Ask Anki's own MathJax which commands and environments it knows; write recto/data/mathjax.txt.

    python tools/mathjax_commands.py

To be run again when Anki ships another MathJax. It needs the extra `gallery`: `aqt` brings the MathJax and Playwright
drives the machine's Chromium. Every command is called once with stand-ins for the methods that read arguments, so that
the table says what MathJax does and not what a manual says; only these facts go into the file.
"""

from __future__ import annotations

import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import screenshots
from chromium import ARGUMENTS, find_chromium
from playwright.sync_api import Page, sync_playwright

TARGET = Path(__file__).resolve().parent.parent / "recto/data/mathjax.txt"
ASK = Path(__file__).with_suffix(".js")
HEAD = """\
# What MathJax {mathjax} knows as Anki {anki} configures it. Made by tools/mathjax_commands.py; do not edit.
#
# Divided by tabs: kind, names, arguments, marks.
# Arguments: m math, A math with & and \\\\, t text, s other, d delimiter, D delimiter also in braces, g delimiter in
# braces or none, n dimension, * star that may be, u:\\x math up to \\x; a [ in front: optional, in brackets.
# Marks: op takes \\limits; same leaves the base of scripts as it was; full has both
# scripts already; noscript cannot be a script itself; over cannot stand twice in a group; special has a rule of its own
# or none; amp has columns; outer cannot stand in an outer one.
"""


@contextmanager
def open_mathjax() -> Iterator[Page]:
    """A page of Chromium in which Anki's MathJax waits for formulas."""
    with tempfile.TemporaryDirectory() as base:
        folder = Path(base)
        (folder / "_anki").symlink_to(screenshots.anki_web_folder())
        shell = screenshots.SHELL.format(html="chrome", body="", number=1, card="")
        (folder / "index.html").write_text(shell, encoding="utf-8")
        with screenshots.serve(folder) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
            page = browser.new_page()
            page.goto(f"{address}index.html")
            page.evaluate(screenshots.TYPESET)
            yield page
            browser.close()


def format_table(answers: dict[str, Any]) -> str:
    """The file: names with the same arguments and marks share a line."""
    grouped: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for kind in ("command", "environment"):
        for name, (arguments, marks) in answers[kind].items():
            grouped[kind, arguments, marks].append(name)
    grouped["delimiter", "", ""] = answers["delimiter"]
    lines = [
        f"{kind}\t{' '.join(sorted(names))}\t{arguments}\t{marks}"
        for (kind, arguments, marks), names in sorted(grouped.items())
    ]
    head = HEAD.format(mathjax=answers["version"], anki=version("aqt"))
    return head + "\n".join(line.rstrip() for line in lines) + "\n"


def main() -> int:
    """Write the table."""
    if sys.argv[1:]:
        print("usage: python tools/mathjax_commands.py", file=sys.stderr)
        return 2
    with open_mathjax() as page:
        answers = page.evaluate(ASK.read_text(encoding="utf-8"))
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_bytes(format_table(answers).encode())
    print(f"{len(answers['command'])} commands and {len(answers['environment'])} environments in {TARGET}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
