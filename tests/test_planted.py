"""Twenty planted mistakes of twenty kinds, in files as editors leave them: each is reported once, at its place.

The places were counted by hand in the files: lines and columns from 1, columns in characters, CRLF one line end, a tab
one character, a BOM none.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from conftest import Deck, MakeDeck

from recto.cli import ExitCode, run

PLANTED = Path(__file__).parent / "decks" / "planted"

MISTAKES = [
    # front matter, LF
    ("cards/attention/front.md", 3, 12, "bad-tag"),  # U+3000 inside
    ("cards/attention/front.md", 4, 1, "unknown-front-matter"),  # tgas
    ("cards/attention/front.md", 16, 1, "unknown-field"),  # 来原
    ("cards/attention/front.md", 20, 15, "malformed-id"),  # behind eleven wide characters
    # BOM, CRLF, front matter
    ("cards/attention/windows.md", 11, 1, "missing-id"),
    ("cards/attention/windows.md", 14, 8, "missing-media"),  # in the second line of a paragraph
    ("cards/attention/windows.md", 16, 1, "missing-answer"),
    ("cards/attention/windows.md", 22, 1, "lost-table-cell"),  # the last line of the file
    # BOM, LF
    ("cards/bom.md", 7, 1, "two-topics"),
    ("cards/bom.md", 15, 1, "stray-text"),
    # no front matter, much CJK
    ("cards/plain.md", 3, 1, "cloze-without-hole"),
    ("cards/plain.md", 7, 37, "unknown-option"),
    ("cards/plain.md", 9, 39, "undefined-footnote"),  # a character beyond U+FFFF and bold text before it
    ("cards/plain.md", 11, 1, "duplicate-id"),  # the first one is in cards/attention/front.md
    # front matter that is no YAML
    ("cards/serving/broken.md", 2, 9, "broken-front-matter"),
    ("cards/serving/broken.md", 7, 19, "unknown-kind"),
    ("cards/serving/broken.md", 11, 1, "missing-question"),
    # tabs
    ("cards/serving/tabs.md", 5, 7, "unsafe-media"),
    ("cards/serving/tabs.md", 6, 9, "unsafe-html"),
    ("cards/serving/tabs.md", 10, 24, "wrong-case-media"),
]


@pytest.fixture
def deck(make_deck: MakeDeck) -> Deck:
    files = {p.relative_to(PLANTED).as_posix(): p.read_bytes() for p in sorted(PLANTED.rglob("*")) if p.is_file()}
    return make_deck(files)


def test_git_has_kept_the_bytes():
    """What .gitattributes is for: without these bytes the deck would test less than it says."""
    windows = (PLANTED / "cards/attention/windows.md").read_bytes()
    assert windows.startswith(b"\xef\xbb\xbf---\r\n")
    assert windows.count(b"\r\n") == windows.count(b"\n") == 22
    assert (PLANTED / "cards/bom.md").read_bytes().startswith(b"\xef\xbb\xbf# ")
    assert b"\r" not in (PLANTED / "cards/attention/front.md").read_bytes()
    assert (PLANTED / "cards/serving/tabs.md").read_bytes().count(b"\t") == 7


def test_twenty_mistakes_of_twenty_kinds():
    assert len(MISTAKES) == len({rule for *_, rule in MISTAKES}) == 20


def test_check_reports_exactly_these(deck: Deck):
    found = [(d.span.path, d.span.line, d.span.column, d.rule) for d in deck.check().diagnostics]
    assert found == MISTAKES


def test_command_fails_and_shows_every_place(deck: Deck, capsys: pytest.CaptureFixture[str]):
    assert run(["check", "--deck", str(deck.root)]) == ExitCode.AUTHOR == 1
    out, err = capsys.readouterr()
    places = re.findall(r"(?m)^(\S+?):(\d+):(\d+): (?:error|warning): .* \[([a-z0-9-]+)\]$", err)
    assert [(path, int(line), int(column), rule) for path, line, column, rule in places] == MISTAKES
    assert out.endswith("19 errors, 1 warning\n")


def test_json_has_the_twenty(deck: Deck, capsys: pytest.CaptureFixture[str]):
    assert run(["check", "--deck", str(deck.root), "--format", "json"]) == 1
    entries = json.loads(capsys.readouterr().out)
    assert [(e["path"], e["line"], e["column"], e["rule"]) for e in entries] == MISTAKES


def test_github_has_twenty_annotations(deck: Deck, capsys: pytest.CaptureFixture[str]):
    assert run(["check", "--deck", str(deck.root), "--format", "github"]) == 1
    lines = capsys.readouterr().out.splitlines()
    pattern = re.compile(r"::(?:error|warning) file=([^,]+),line=(\d+),col=(\d+),.*title=([a-z0-9-]+)::.+")
    found = [pattern.fullmatch(line) for line in lines]
    assert [(m[1], int(m[2]), int(m[3]), m[4]) for m in found if m] == MISTAKES
    assert len(lines) == 20
