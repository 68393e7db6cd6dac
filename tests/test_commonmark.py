"""CommonMark's own examples (`tools/commonmark.sh`): each passes through, and means on a card what markdown-it says.

What differs by intention: headings make cards, a thematic break ends one, comments and raw HTML beyond a short list are
kept away from learners, links that lead to no web address are text, pictures are files of the deck, code is coloured.
"""

from __future__ import annotations

import json
import re
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import pytest
from conftest import ROOT
from markdown_it import MarkdownIt
from test_render import compile_text

FILE = ROOT / "build" / "commonmark.json"
EXAMPLES: list[dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else []
SPECIFICATION = MarkdownIt("commonmark")


def meaning(html: str) -> str:
    """HTML as a browser understands it, less what differs by intention."""
    return re.sub(r"\s+", " ", _inner(html5lib.parseFragment(html, container="div"))).replace("> <", "><").strip()


def _inner(element: Element) -> str:
    return (element.text or "") + "".join(_outer(child) + (child.tail or "") for child in element)


def _outer(element: Element) -> str:
    if not isinstance(element.tag, str):  # a comment
        return ""
    name = element.tag.rpartition("}")[2]
    if name == "pre":
        return f"<pre>{''.join(element.itertext()).strip()}</pre>"
    if name == "hr":  # ends a card where it is none of a list or a quotation
        return ""
    if name == "img":
        return f"<img {element.get('alt')}>"
    if name == "span" or (name == "a" and not re.match("(?i)(https?|mailto):", element.get("href", ""))):
        return _inner(element)
    href = f" {element.get('href')}" if name == "a" else ""
    return f"<{name}{href}>{_inner(element)}</{name}>"


def test_all_examples_are_there() -> None:
    """`make test` fetches them; a run without them would test nothing."""
    assert len(EXAMPLES) > 600


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example['example']} {example['section']}")
def test_example(example: dict[str, Any]) -> None:
    """No exception, and where nothing is reported the same meaning."""
    unit = compile_text(f"# T\n\n## Q {{#q}}\n\n{example['markdown']}")
    if not unit.diagnostics:
        expected = SPECIFICATION.render(example["markdown"])
        ours = [re.sub("<img \x02[^\x03]*\x03", "<img", note.fields[1]) for note in unit.notes]
        assert [meaning(html) for html in ours] == [meaning(expected)]


def test_most_examples_are_compared() -> None:
    """Those that are reported are headings, raw HTML, pictures that are no files and the like: less than a quarter."""
    reported = [e for e in EXAMPLES if compile_text(f"# T\n\n## Q {{#q}}\n\n{e['markdown']}").diagnostics]
    assert len(reported) < len(EXAMPLES) / 4


@pytest.mark.parametrize(("one", "other"), [("<p>a</p>", "<p>b</p>"), ("<em>a</em>", "<i>a</i>"), ("<ul></ul>", "")])
def test_meaning__can_differ(one: str, other: str) -> None:
    """The comparison sees words, elements and what is missing."""
    assert meaning(one) != meaning(other)
