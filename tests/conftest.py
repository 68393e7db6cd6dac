"""What the tests share: decks in temporary folders, the command line, golden files."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from recto.project import Checked, Project, open_project

os.environ["RECTO_CACHE"] = ""  # nothing that a test made may hide what the next one does

ROOT = Path(__file__).resolve().parent.parent
NOW = 1_795_300_000
"""The time of every build in the tests unless a test says otherwise: 2026-11-21 (UTC)."""

DECK_TOML = """\
name = "Test"
slug = "test"
version = "1.0.0"
namespace = "test"
deck-id = 1763780400009
tag-prefix = "t"
rules.profile = "minimal"
"""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite the expected outputs")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table of tests/test_surface.py: violations and looks by criterion, of all clients together."""
    totals: dict[str, list[int]] = {}
    for report in (*terminalreporter.stats.get("passed", ()), *terminalreporter.stats.get("failed", ())):
        for name, counts in getattr(report, "user_properties", ()):
            for criterion, pair in counts.items() if name == "surface" else ():
                totals[criterion] = [a + b for a, b in zip(totals.get(criterion, (0, 0)), pair, strict=True)]
    if totals:
        from surface_criteria import CRITERIA

        terminalreporter.section("review surface")
        terminalreporter.write_line(f"{'':6}{'criterion':54}{'level':9}{'violations':>10}{'looks':>9}")
        for criterion, (level, meaning) in CRITERIA.items():
            found, looks = totals.get(criterion, (0, 0))
            terminalreporter.write_line(f"{criterion:6}{meaning:54}{level:9}{found:>10}{looks:>9}")


@dataclass(frozen=True)
class Deck:
    """A deck in a folder of its own."""

    root: Path

    @property
    def project(self) -> Project:
        return open_project(self.root)

    def write(self, path: str, content: str | bytes) -> Deck:
        """Write a file of the deck, byte for byte."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
        return self

    def read(self, path: str) -> str:
        return (self.root / path).read_bytes().decode()

    def check(self, now: int = NOW) -> Checked:
        return self.project.check(clock=lambda: now)

    def build(self, now: int = NOW, *, lock: bool = False) -> Path:
        """Write dist/….apkg and return its path; with `lock` as a release does, deck.lock included.

        The version stays that of deck.toml: what a release demands of it is not at issue here.
        """
        from recto.layout import LOCK_FILE
        from recto.ledger import advance_ledger, format_ledger
        from recto.package import write_apkg
        from recto.stamps import at_version

        checked = self.check(now)
        assert checked.edition, checked.diagnostics
        assert checked.ok, checked.diagnostics
        edition = checked.edition
        if lock:
            edition = replace(at_version(edition, self.project.config().version), released=now)
            text = format_ledger(advance_ledger(self.project.ledger(), edition))
            self.write(LOCK_FILE, text)
        target = self.project.package_path(edition.slug, edition.version)
        write_apkg(edition, self.root, target)
        return target


MakeDeck = Callable[..., Deck]


@pytest.fixture
def make_deck(tmp_path: Path) -> MakeDeck:
    """`make_deck({"cards/a.md": "…"})`: a deck with this repository's templates and the given files."""
    count = 0

    def make(files: dict[str, str | bytes] | None = None) -> Deck:
        nonlocal count
        count += 1
        deck = Deck(tmp_path / f"deck{count}")
        shutil.copytree(ROOT / "templates", deck.root / "templates")
        (deck.root / "cards").mkdir()
        deck.write("deck.toml", DECK_TOML)
        for path, content in (files or {}).items():
            deck.write(path, content)
        return deck

    return make


Golden = Callable[[str, Path], None]


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """`golden(text, path)`: the text must be what the file says; `make golden` rewrites the file."""

    def compare(text: str, path: Path) -> None:
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        assert path.exists(), f"{path} is missing; `make golden` writes it"
        assert text == path.read_bytes().decode()

    return compare
