"""The prose of a card with all that is no word (addresses, code written as HTML) made unreadable for rules."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import cached_property

from markdown_it.token import Token

from recto.checks.plain import ADDRESS, CODE_TAGS, SOURCE_FIELD, TAG, Plain
from recto.checks.reading import CODE, PICTURE, Part, Prose, Reading, read_prose
from recto.parse.markdown import inline_span

# An address may hold letters of any script; full-width marks end it.
_URL = re.compile(
    r"(?:https?://|ftp://|www\.|mailto:)[^\s<>\"|，。；：！？、（）「」『』《》【】]+|[\w.+-]+@[\w-]+\.[\w.-]+",
    re.ASCII,
)


def read_plain(reading: Reading) -> Iterator[Plain]:
    """All prose of a card, descriptions of pictures included, in the order of the file."""
    for part in reading.parts:
        for prose in part.prose:
            yield _plain(prose, part)
            if PICTURE in prose.text:
                for image in prose.inline.children or ():
                    if image.type == "image":
                        yield _plain(_read_alt(prose, image), part)


def _plain(prose: Prose, part: Part) -> Plain:
    ranges = _Ranges(prose)
    text = _URL.sub(lambda found: ADDRESS * len(found[0]), prose.text) if _may_hold_url(prose.text) else prose.text
    for start, end in ranges.autolinks:
        text = text[:start] + ADDRESS * (end - start) + text[end:]
    for start, end in ranges.code:
        text = text[:start] + CODE * (end - start) + text[end:]
    is_quoting = part.name == SOURCE_FIELD
    return Plain(prose, text, tuple(ranges.links) if is_quoting else (), is_quoting)


def _may_hold_url(text: str) -> bool:
    return "://" in text or "@" in text or "www." in text or "mailto:" in text


class _Ranges:
    """Stretches of a prose's text by what they stand in."""

    def __init__(self, prose: Prose) -> None:
        self.prose = prose

    @cached_property
    def _links(self) -> list[tuple[bool, int, int]]:
        found: list[tuple[bool, int, int]] = []
        for child in self.prose.inline.children or ():
            if child.type == "link_open":
                found.append((child.info == "auto", self._index(child.meta["at"][0]), self._index(child.meta["at"][1])))
        return found

    @property
    def autolinks(self) -> list[tuple[int, int]]:
        return [(start, end) for is_auto, start, end in self._links if is_auto]

    @property
    def links(self) -> list[tuple[int, int]]:
        return [(start, end) for is_auto, start, end in self._links if not is_auto]

    @property
    def code(self) -> Iterator[tuple[int, int]]:
        opened: dict[str, int] = {}
        for begin, stop, nesting in self.prose.marks:
            tag = TAG.match(self.prose.inline.content, begin) if not nesting else None
            name = tag["name"].lower() if tag else ""
            if not tag or name not in CODE_TAGS:
                continue
            if not tag["close"]:
                opened.setdefault(name, self._index(stop))
            elif name in opened:
                yield opened.pop(name), self._index(begin)

    def _index(self, offset: int) -> int:
        """The first character of the text that stands at an offset of the content or behind it."""
        segments = self.prose.segments
        place = bisect_left(segments, offset, key=lambda segment: segment[2])
        while place < len(segments) and segments[place][2] <= offset:
            place += 1
        if place == len(segments):
            return len(self.prose.text)
        at, start, _ = segments[place]
        return at + max(offset - start, 0)


def _read_alt(prose: Prose, image: Token) -> Prose:
    """The description of a picture, as prose of its own."""
    first = image.meta["at"][0] + len("![")
    source, origin = prose.source, prose.inline.meta["origin"]
    begin = source.offsets(inline_span(source, prose.inline, first, first))[0]
    shifted = ((0, begin), *((at - first, offset) for at, offset in origin if at > first))
    inline = Token(
        *("inline", "", 0),
        children=image.children,
        content=image.content,
        map=prose.inline.map,
        meta={"origin": shifted},
    )
    return read_prose(source, inline)
