"""Inline constructs know where they stand in the file, through quotations, lists, tables and line ends."""

from __future__ import annotations

import pytest

from recto.parse.markdown import parse_markdown, token_span
from recto.source import Source


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("中文 ![a](b)\n", 1, 4),
        ("一行\n二行 ![a](b)\n", 2, 4),
        ("> 引文\n> 又 ![a](b)\n", 2, 5),
        ("- 甲\n  - 乙 ![a](b)\n", 2, 7),
        ("1. 甲\n\n   又 ![a](b)\n", 3, 6),
        ("## 题 ![a](b) {#x}\n", 1, 6),
        ("题 ![a](b)\n---\n", 1, 3),
        ("| 甲 | 乙 |\n|--|--|\n| x | 又 ![a](b) |\n", 3, 9),
        ("| x | x |\n|--|--|\n| y | y ![a](b) |\n", 3, 9),
        ("**粗（体）** ![a](b)\n", 1, 10),
        ("[链 ![a](b)](c)\n", 1, 4),
        ("==洞 ![a](b)==\n", 1, 5),
        ("\t代码\n\n文 ![a](b)\n", 3, 3),
        ("> 懒\n续行 ![a](b)\n", 2, 4),
        ("\u3000\n文 ![a](b)\n又\n", 2, 3),
        ("> \u3000\n> \u3000\n> \u3000文 ![a](b)\n> \u3000\n", 3, 6),
        ("- \u3000\n  一\n  文 ![a](b)\n", 3, 5),
        ("x[^1]\n\n[^1]: 注 ![a](b)\n", 3, 9),
    ],
)
def test_image__is_found_where_it_stands(text: str, line: int, column: int) -> None:
    """The first image of each text is at the given line and column."""
    source = Source("a.md", text)
    spans = [
        token_span(source, token, child)
        for token in parse_markdown(source)
        if token.type == "inline"
        for child in token.children or ()
        if child.type == "image"
    ]
    assert [(span.line, span.column) for span in spans] == [(line, column)]
    assert spans[0].excerpt[spans[0].column - 1 :].startswith("![a](b)")


def test_front_matter__is_skipped_but_counted() -> None:
    """Lines of the front matter count."""
    source = Source("a.md", "---\na: b\n---\n\n![a](b)\n")
    inline = next(token for token in parse_markdown(source, 3) if token.type == "inline")
    assert inline.children
    assert str(token_span(source, inline, inline.children[0])) == "a.md:5:1"
