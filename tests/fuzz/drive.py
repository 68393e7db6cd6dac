"""Atheris over one target: `drive.py TARGET SECONDS`; a finding is shown, and kept in build/fuzz/ as TARGET-….

It starts from the cards and fixtures of this repository and combines the words of `words.json`. What it learns stays in
build/fuzz/TARGET/ for the next time.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import atheris

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests"))
with atheris.instrument_imports(include=["recto", "markdown_it", "mdit_py_plugins"]):
    from fuzz.targets import BYTES, TEXTS


def options(target: str, seconds: int) -> list[str]:
    """LibFuzzer's command line, with the files that it names made."""
    folder = ROOT / "build" / "fuzz"
    corpus, seeds, words = folder / target, folder / "seeds", folder / "words"
    for path in (corpus, seeds):
        path.mkdir(parents=True, exist_ok=True)
    for path in (*(ROOT / "cards").rglob("*.md"), *(ROOT / "tests").rglob("*.md"), ROOT / "deck.lock"):
        (seeds / "-".join(path.relative_to(ROOT).parts)).write_bytes(path.read_bytes())
    entries = json.loads((Path(__file__).parent / "words.json").read_text(encoding="utf-8"))
    coded = ("".join(map("\\x{:02x}".format, word.encode())) for word in entries)
    words.write_text("".join(f'"{word}"\n' for word in coded))
    return [
        f"-max_total_time={seconds}",
        f"-dict={words}",
        f"-artifact_prefix={folder / target}-",
        "-max_len=600",
        "-timeout=20",
        str(corpus),
        str(seeds),
    ]


def main(target: str, seconds: int) -> None:
    """Search until the time is over or something is found."""

    def holds(data: bytes) -> None:
        if target in BYTES:
            BYTES[target](data)
            return
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            return
        TEXTS[target](text)

    atheris.Setup([sys.argv[0], *options(target, seconds)], holds)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
