"""`ids --write`: an id for every card that has none, written into the heading once."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import pairwise

from markdown_it.token import Token

from recto.parse.frontmatter import parse_front_matter
from recto.parse.heading import split_attributes
from recto.parse.markdown import meta, parse_markdown, plain_text
from recto.source import Source
from recto.suggest import slug

_LONGEST = 40


@dataclass(frozen=True, slots=True)
class NewId:
    """An id to be written: line of the heading counted from 1, and the text that the line becomes."""

    path: str
    line: int
    id: str
    text: str


def written_ids(source: Source) -> list[str]:
    """The ids that stand in a file's card headings, well-formed or not."""
    return [ident for _, _, ident in _card_headings(source) if ident]


def propose_ids(source: Source, taken: Collection[str]) -> list[NewId]:
    """An id for each card of a file without one, different from all in `taken` and from each other.

    It is made of the Latin words of the question behind the file's name, or of the file's name and a number.
    """
    used = set(taken)
    stem = slug(posixpath.splitext(posixpath.basename(source.path))[0]) or "card"
    found: list[NewId] = []
    for opening, inline, ident in _card_headings(source):
        if ident is not None or not opening.map:
            continue
        new = _free_id(stem, slug(plain_text(inline)), used)
        used.add(new)
        # An underlined (setext) heading has its attributes in the line above the underline.
        line = opening.map[1] - 1 if opening.markup.startswith("#") else opening.map[1] - 2
        found.append(NewId(source.path, line + 1, new, _with_id(source.line_text(line), new)))
    return found


def _card_headings(source: Source) -> Iterator[tuple[Token, Token, str | None]]:
    """(opening, inline, id or None) of every H2."""
    front_matter, _ = parse_front_matter(source)
    tokens = parse_markdown(source, front_matter.lines)
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open" and opening.tag == "h2" and opening.level == 0:
            words = (meta(opening, "attributes") or "").split()
            yield opening, inline, next((word[1:] for word in words if word.startswith("#")), None)


def _free_id(stem: str, words: str, used: set[str]) -> str:
    base = words if words.startswith(stem) else f"{stem}-{words}" if words else ""
    base = base[:_LONGEST].rpartition("-")[0] if len(base) > _LONGEST else base
    if base and base != stem and base not in used:
        return base
    number = 1
    while f"{base or stem}-{number}" in used:
        number += 1
    return f"{base or stem}-{number}"


def _with_id(line: str, ident: str) -> str:
    """The heading line with the id, in front of what its attributes already say."""
    body = re.sub(r"\s+#+\s*$", "", line.rstrip()) if line.lstrip().startswith("##") else line.rstrip()
    text, attributes, offset = split_attributes(body)
    if offset < 0:
        return f"{body} {{#{ident}}}"
    return f"{text} {{#{ident} {attributes.strip()}}}"


def apply_ids(data: str, new_ids: list[NewId]) -> str:
    r"""A file's text (line ends, BOM and all) with the new headings; every other character stays."""
    lines = re.split(r"(\r\n|\r|\n)", data)
    for new in new_ids:
        index = (new.line - 1) * 2
        bom = "\ufeff" if index == 0 and lines[0].startswith("\ufeff") else ""
        lines[index] = bom + new.text
    return "".join(lines)
