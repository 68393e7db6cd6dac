"""A card as a reader meets it: its fields, their paragraphs as plain text, and the way back from there to the file."""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from markdown_it.token import Token

from recto.length import units
from recto.model import Card, Note, Passage
from recto.parse.markdown import block_span, inline_span, meta
from recto.source import Source, Span

if TYPE_CHECKING:
    from recto.checks.plain import Plain
    from recto.lang import Language
    from recto.terms import Terms

CODE, MATH, DISPLAY, PICTURE, NOTE_MARK = "\ue000", "\ue001", "\ue002", "\ue003", "\ue004"
"""What stands in `Prose.text` for a piece of inline code, a formula, a display formula, a picture, a footnote mark."""

_STAND_INS = {
    "code_inline": CODE,
    "math_inline": MATH,
    "math_inline_double": DISPLAY,
    "image": PICTURE,
    "footnote_ref": NOTE_MARK,
}
_ENTITY = re.compile(r"&(?:#\d+|#[xX][0-9a-fA-F]+|\w+);")
_HOLE_OPEN = re.compile(r"==|\{\{c\d+::")
_HOLE_CLOSE = re.compile(r"==|(?:::[^{}]*)?\}\}")


@dataclass(frozen=True, slots=True)
class Prose:
    r"""One paragraph, list item's line, table cell or heading: what is read, and where each of its characters stands.

    Marks of emphasis, links and holes are left out of `text`; code, formulas and pictures are one character each
    (`CODE` …), a line end is `\n`. `segments` are (offset in text, offset in the inline content, end there); `marks`
    what was left out: (start, end in the content, 1 opens, -1 closes, 0 is HTML).
    """

    source: Source
    inline: Token
    text: str
    segments: tuple[tuple[int, int, int], ...]
    marks: tuple[tuple[int, int, int], ...] = ()

    def span(self, start: int, end: int) -> Span:
        """Where a stretch of `text` stands in the file."""
        first, last = self.offsets(start)[0], self.offsets(max(end - 1, start))[1]
        return inline_span(self.source, self.inline, first, max(last, first))

    def raw(self, start: int, end: int) -> str:
        """What the author wrote for a stretch of `text`, marks inside it included."""
        first, last = self.offsets(start)[0], self.offsets(max(end - 1, start))[1]
        return self.inline.content[first:last]

    def offsets(self, index: int) -> tuple[int, int]:
        """Where a character of `text` begins and ends in the inline content."""
        place = max(bisect_right(self.segments, (index, 1 << 60)) - 1, 0)
        at, start, end = self.segments[place]
        direct = end - start == self._length(place)
        return (start + index - at, start + index - at + 1) if direct else (start, end)

    def _length(self, place: int) -> int:
        following = self.segments[place + 1][0] if place + 1 < len(self.segments) else len(self.text)
        return following - self.segments[place][0]


def read_prose(source: Source, inline: Token) -> Prose:
    """The prose of an inline token."""
    content, pos = inline.content, 0
    text: list[str] = []
    segments: list[tuple[int, int, int]] = []
    marks: list[tuple[int, int, int]] = []
    length = 0

    def put(piece: str, start: int, end: int) -> None:
        nonlocal length
        segments.append((length, start, end))
        text.append(piece)
        length += len(piece)

    for child in inline.children or ():
        kind = child.type
        if kind in _STAND_INS:
            start, end = child.meta["at"]
            put(_STAND_INS[kind], start, end)
            pos = end
        elif kind == "text":
            for piece, start, end in _align(child.content, content, pos):
                put(piece, start, end)
                pos = end
        elif kind in ("softbreak", "hardbreak"):
            end = content.find("\n", pos)
            end = pos if end < 0 else end
            put("\n", end, end + 1)
            pos = end + 1
            while content[pos : pos + 1] in (" ", "\t") and pos < len(content):
                pos += 1
        else:
            start, pos = _mark(child, content, pos)
            marks.append((start, pos, child.nesting))
    return Prose(source, inline, "".join(text), tuple(segments) or ((0, 0, 0),), tuple(marks))


def _mark(child: Token, content: str, pos: int) -> tuple[int, int]:
    """Where a mark begins and ends; what stands behind `pos` in the content is not read yet."""
    kind = child.type
    if kind in ("em_open", "em_close", "strong_open", "strong_close", "s_open", "s_close"):
        return pos, pos + len(child.markup)
    if kind == "link_open":
        return child.meta["at"][0], child.meta["at"][0] + 1
    if kind == "html_inline":
        start, end = child.meta["at"]
        return start, end
    if kind == "link_close":
        return pos, child.meta["at"][1]
    if kind in ("hole_open", "hole_close"):
        found = (_HOLE_OPEN if kind == "hole_open" else _HOLE_CLOSE).match(content, pos)
        return pos, found.end() if found else pos
    return pos, pos


def _align(text: str, content: str, pos: int) -> Iterator[tuple[str, int, int]]:
    """(piece of a text token, where it begins in the content, where it ends)."""
    if not text:
        return
    if content.startswith(text, pos):
        yield text, pos, pos + len(text)
        return
    found = content.find(text, pos)
    if found >= 0 and "\\" not in content[pos:found] and "&" not in content[pos:found]:
        yield text, found, found + len(text)  # a callout's or a task's mark was cut off
        return
    for char in text:
        if content.startswith("\\" + char, pos):
            yield char, pos, pos + 2
            pos += 2
        elif (entity := _ENTITY.match(content, pos)) and html.unescape(entity[0]).startswith(char):
            yield char, pos, entity.end()
            pos = entity.end()
        else:
            at = content.find(char, pos)
            pos = pos if at < 0 else at
            yield char, pos, pos + 1
            pos += 1


@dataclass(frozen=True)
class Part:
    """One field of a card as written: `role` question, answer or section, `name` the field's, `html` as rendered."""

    role: str
    name: str
    passage: Passage
    source: Source
    html: str

    @property
    def span(self) -> Span:
        """Its heading."""
        return self.passage.span

    @cached_property
    def prose(self) -> tuple[Prose, ...]:
        """Every paragraph, item, cell and callout title, in order."""
        found: list[Prose] = []
        for token in self.passage.tokens:
            title = meta(token, "title") if token.type == "callout_open" else None
            for inline in (title, token if token.type == "inline" else None):
                if inline is not None:
                    found.append(read_prose(self.source, inline))
        return tuple(found)

    @cached_property
    def text(self) -> str:
        """All its prose, a paragraph a line."""
        return "\n".join(prose.text for prose in self.prose)

    @cached_property
    def units(self) -> int:
        """Its length in u."""
        return units(self.html)

    @cached_property
    def spoken(self) -> int:
        """Its length in u without code blocks, which nobody says aloud."""
        return units(self.html, code=False)

    def blocks(self, *types: str) -> Iterator[Token]:
        """Its tokens of these types (`fence`, `list_item_open`, `table_open`, `math_block` …)."""
        return (token for token in self.passage.tokens if token.type in types)

    def span_of(self, token: Token) -> Span:
        """The first line of a block token."""
        return block_span(self.source, token)

    def find(self, pattern: re.Pattern[str]) -> Iterator[tuple[Prose, re.Match[str]]]:
        """Every match of a pattern in its prose."""
        for prose in self.prose:
            for match in pattern.finditer(prose.text):
                yield prose, match


@dataclass(frozen=True)
class Reading:
    """A card with all that a rule may look at."""

    card: Card
    note: Note
    topic: str
    source: Source
    language: Language
    terms: Terms

    @cached_property
    def questions(self) -> tuple[Part, ...]:
        """The question, and those of a chain's steps."""
        steps = [question for question, _ in self.card.steps]
        return tuple(self._part("question", "heading", q, n) for n, q in enumerate([self.card.question, *steps]))

    @property
    def question(self) -> Part:
        """The (first) question."""
        return self.questions[0]

    @cached_property
    def answers(self) -> tuple[Part, ...]:
        """The answer, and those of a chain's steps."""
        steps = [answer for _, answer in self.card.steps]
        return tuple(self._part("answer", "body", a, n) for n, a in enumerate([self.card.body, *steps]))

    @property
    def answer(self) -> Part:
        """The (first) answer."""
        return self.answers[0]

    @cached_property
    def sections(self) -> tuple[Part, ...]:
        """The fields that an H3 starts."""
        return tuple(self._section(name, passage) for name, passage in self.card.sections)

    def section(self, name: str) -> Part | None:
        """A field by its name in the note type."""
        return next((part for part in self.sections if part.name == name), None)

    def heading(self, name: str) -> str:
        """The heading under which an author writes a field: its first other name, such as 来源 for Source."""
        names = next((f.headings for f in self.card.notetype.fields if f.name == name), (name,))
        return names[1] if len(names) > 1 else name

    def has_field(self, name: str) -> bool:
        """Whether the card's note type has a field of this name that an H3 can start."""
        return any(f.name == name and f.origin == "section" for f in self.card.notetype.fields)

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """All of it, in the order of the file."""
        return tuple(sorted((*self.questions, *self.answers, *self.sections), key=lambda part: part.span))

    @cached_property
    def plain(self) -> tuple[Plain, ...]:
        """All its prose, as the rules read it that mend words and marks."""
        from recto.checks.protect import read_plain

        return tuple(read_plain(self))

    def tag(self, group: str) -> str:
        """What follows `group::` in the card's tags, '' if nothing does."""
        start = f"{group}::"
        return next((tag.removeprefix(start) for tag in self.card.tags if tag.startswith(start)), "")

    @property
    def is_numbered(self) -> bool:
        """Whether the note has its cards by number: holes, or the questions of a chain."""
        return self.card.notetype.is_cloze or bool(self.card.notetype.max_steps)

    def _part(self, role: str, origin: str, passage: Passage, step: int) -> Part:
        wanted = {"heading": ("heading", "step"), "body": ("body", "options:marked", "step-body")}[origin]
        fields = [
            (f.name, text)
            for f, text in zip(self.card.notetype.fields, self.note.fields, strict=True)
            if (f.origin if f.origin != "options" else f"options:{f.argument}") in wanted
            and (int(f.argument) - 1 if f.origin in ("step", "step-body") else 0) == step
        ]
        name, text = fields[0] if fields else ("", "")
        return Part(role, name, passage, self.source, text)

    def _section(self, name: str, passage: Passage) -> Part:
        values = zip(self.card.notetype.fields, self.note.fields, strict=True)
        return Part("section", name, passage, self.source, next(text for f, text in values if f.name == name))
