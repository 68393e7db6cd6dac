"""Markdown of an answer → the HTML that Anki stores, as examples in tests/render/*.md (title, input, expected)."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from conftest import DECK_TOML, ROOT
from markdown_it.utils import read_fixture_file

from recto.compile import compile_source
from recto.config import parse_config
from recto.files import read_source
from recto.look import parse_look
from recto.model import NoteType, Unit
from recto.source import Source

FOLDER = Path(__file__).parent / "render"
CASES = [
    pytest.param(path.stem, *case[2:4], id=f"{path.stem}: {case[1]}")
    for path in sorted(FOLDER.glob("*.md"))
    for case in read_fixture_file(path)
]


@cache
def load_notetypes() -> dict[str, NoteType]:
    """The note types of this repository."""
    paths = [p for p in sorted((ROOT / "templates").rglob("*.*")) if p.suffix in (".toml", ".html", ".css")]
    sources = [read_source(ROOT, path)[0] for path in paths]
    notetypes, faults = parse_look({source.path: source for source in sources})
    assert faults == ()
    return notetypes


def compile_text(text: str) -> Unit:
    """Compile a topic file with this repository's note types and the tests' deck.toml."""
    config, _ = parse_config(Source("deck.toml", DECK_TOML))
    assert config
    return compile_source(Source("cards/a/topic.md", text), config, load_notetypes())


@pytest.mark.parametrize(("group", "text", "expected"), CASES)
def test_field(group: str, text: str, expected: str) -> None:
    """Each example renders to exactly the HTML below it."""
    kind = ".cloze" if group == "cloze" else ""
    unit = compile_text(f"# T\n\n## Q {{#q {kind}}}\n\n{text}")
    body = unit.notes[0].fields[1]
    assert body + "\n" == expected
    allowed = {"hole-outside-cloze", "foreign-mark"} if "{{c1::x}}" in text and not kind else set()
    assert {d.rule for d in unit.diagnostics} <= allowed


def test_question_is_one_line() -> None:
    """A question is inline content: text, code, math, no paragraph around it."""
    unit = compile_text("# T\n\n## 为何除以 $\\sqrt{d_k}$？ {#q}\n\nA\n")
    assert unit.notes[0].fields[0] == "为何除以 \\(\\sqrt{d_k}\\)？"
