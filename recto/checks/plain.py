"""A piece of prose as rules read it that mend words and marks, and what they may write into it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, pairwise

from recto.checks.reading import Prose
from recto.checks.rule import Finding
from recto.parse.markdown import inline_span

ADDRESS = "\ue005"
"""What stands in `Plain.text` for each character of an address."""

SOURCE_FIELD = "Source"  # its name in templates/notetypes.toml

TAG = re.compile(r"<(?P<close>/?)(?P<name>[A-Za-z][A-Za-z0-9]*)")
CODE_TAGS = frozenset(["code", "kbd", "pre", "samp", "tt", "var"])
# Elements around which one writes as if they were not there; a note above a line (<rt>, <sup>) begins no word.
_WORD_TAGS = frozenset([*CODE_TAGS, "abbr", "b", "del", "em", "i", "ins", "mark", "s", "small", "span", "strong", "u"])
_SMALL_TAGS = frozenset(["sub", "sup"])


@dataclass(frozen=True)
class Plain:
    """One prose. `text` is its text with addresses and code that is written as HTML made unreadable, char for char.

    `is_quoting`: it names works and their sections, as those spell them; `titles` are stretches that are quotations.
    """

    prose: Prose
    text: str
    titles: tuple[tuple[int, int], ...]
    is_quoting: bool

    def find(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        """Every match outside of quoted titles; an empty one may stand at a title's edge."""
        matches = pattern.finditer(self.text)
        return (match for match in matches if self._is_free(match)) if self.titles else matches

    def _is_free(self, match: re.Match[str]) -> bool:
        first, last = match.start(), max(match.end() - 1, match.start())
        return not any(start <= last and first < end and (start < first or match[0]) for start, end in self.titles)

    def report(self, start: int, end: int, message: str, help_: str = "") -> Finding:
        """What is to be mended by hand."""
        return Finding(self.prose.span(start, end), message, help_)

    def replace(self, start: int, end: int, text: str, message: str) -> Finding:
        """Another text instead of a stretch; by hand if marks stand inside or characters are escaped."""
        span = self.prose.span(start, end)
        now = self.prose.source.text_at(span)
        safe = self._is_placed and now == self.text[start:end] and "\n" not in now
        return Finding(span, message, _written(text), text if safe else None)

    def wrap(self, start: int, end: int, marks: tuple[str, str], message: str, margin: tuple[int, int]) -> Finding:
        """Other marks around a stretch, whatever stands in between; `margin` is how long they are now."""
        span = self.prose.span(start, end)
        now = self.prose.source.text_at(span)
        before, after = self.text[start : start + margin[0]], self.text[end - margin[1] : end]
        safe = self._is_placed and now.startswith(before) and now.endswith(after) and "\n" not in now
        fix = f"{marks[0]}{now[margin[0] : len(now) - margin[1]]}{marks[1]}"
        return Finding(span, message, f"write {marks[0].strip()}…{marks[1].strip()}", fix if safe else None)

    def has_mark(self, start: int, end: int) -> bool:
        """Whether marks of emphasis, links or holes stand inside a stretch."""
        offsets = [self.prose.offsets(index) for index in range(start, end)]
        return any(before[1] != after[0] for before, after in pairwise(offsets))

    def insert_space(self, index: int, message: str) -> Finding | None:
        """A space in front of a character, outside of the marks there; None where no space can be meant."""
        at = self._place(index)
        if at is None:
            return None
        prose = self.prose
        span = inline_span(prose.source, prose.inline, at, prose.offsets(index)[1])
        fix = f" {prose.source.text_at(span)}" if self._is_placed else None
        return Finding(span, message, "put a space between them", fix)

    @cached_property
    def _is_placed(self) -> bool:
        """Whether all of the inline content stands in the file where it is said to; else nothing may be written."""
        source, content = self.prose.source.text, self.prose.inline.content
        origin = [*self.prose.inline.meta["origin"], (len(content), 0)]
        return all(
            source.startswith(content[start:end].partition("\n")[0], offset)
            for (start, offset), (end, _) in pairwise(origin)
        )

    def _place(self, index: int) -> int | None:
        """Where in the content a space goes between a character and the one before: behind the marks that close."""
        end, start = self.prose.offsets(index - 1)[1], self.prose.offsets(index)[0]
        place = pos = end
        is_open = False
        marks = self.prose.marks
        for begin, stop, nesting in islice(marks, bisect_left(marks, (end, 0, -1)), None):
            if begin >= start:
                break
            opens = nesting or _nesting_of_tag(self.prose.inline.content[begin:stop])
            if begin != pos or not opens or (opens < 0 and is_open):
                return None
            is_open, pos = opens > 0, stop
            place = stop if opens < 0 else place
        return place if pos == start else None


def _nesting_of_tag(html: str) -> int:
    """1 for a tag that opens a word, -1 for one that closes it, 0 for any other."""
    found = TAG.match(html)
    name = found["name"].lower() if found else ""
    if not found or html.endswith("/>"):
        return 0
    if found["close"]:
        return -1 if name in _WORD_TAGS or name in _SMALL_TAGS else 0
    return 1 if name in _WORD_TAGS else 0


def _written(text: str) -> str:
    return f"write {text}" if text.strip() else "delete it" if not text else "write one space"
