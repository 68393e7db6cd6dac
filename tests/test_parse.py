"""A topic file → its topic and notes, as examples in tests/parse/*.md (title, input, expected)."""

from __future__ import annotations

from pathlib import Path

import pytest
from markdown_it.utils import read_fixture_file
from test_render import compile_text, load_notetypes

from recto.link import CardMaker
from recto.parse.cards import parse_cards
from recto.source import Source

CASES = [
    pytest.param(*case[2:4], id=case[1])
    for path in sorted((Path(__file__).parent / "parse").glob("*.md"))
    for case in read_fixture_file(path)
]


def describe(text: str) -> str:
    """The filled fields of every note of a file, a line each."""
    notetypes = load_notetypes()
    topic, _ = parse_cards(Source("cards/a/topic.md", text), notetypes)
    lines = [f"topic: {topic.title} | deck: {topic.deck} | order: {topic.order}"]
    for note in compile_text(text).notes:
        notetype = notetypes[note.kind]
        lines.append(f"{note.id} {note.kind} ({len(CardMaker(notetype).ordinals(note.fields, note.filled))} cards)")
        lines += [f"  tags: {' '.join(note.tags)}"] if note.tags else []
        lines += [f"  covers: {' '.join(item.id for item in note.covers)}"] if note.covers else []
        lines += [
            f"  {f.name}: {html.replace(chr(10), '⏎')}"
            for f, html in zip(notetype.fields, note.fields, strict=True)
            if html
        ]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_file(text: str, expected: str) -> None:
    """Each example file is read as described below it, without a complaint."""
    assert describe(text) == expected
    assert compile_text(text).diagnostics == ()


def test_crlf_and_lf_files__same_notes() -> None:
    """Windows line ends and a BOM change nothing that Anki stores."""
    from recto.source import normalize

    text = "---\ntags: [a]\n---\n\n# T\n\n## Q {#q}\n\n```text\na\n\nb\n```\n"
    windows = normalize("\ufeff" + text.replace("\n", "\r\n"))
    assert compile_text(windows) == compile_text(text)
