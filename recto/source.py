"""One text file and places in it; the only arithmetic on lines and columns in the project."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import accumulate

BOM = "\ufeff"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of one file, as people and editors count: lines and columns from 1, columns in characters.

    `end_line`/`end_column` point just behind the last character. `excerpt` is the whole first line, for reports.
    """

    path: str
    line: int
    column: int
    end_line: int = field(compare=False)
    end_column: int = field(compare=False)
    excerpt: str = field(compare=False, repr=False)

    def __str__(self) -> str:
        """`cards/gpu.md:14:1`, which terminals and editors turn into a link."""
        return f"{self.path}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Source:
    r"""One file's text: `path` relative to the deck with `/`, `text` with `\n` line ends and no BOM.

    Offsets are indices into `text`; because `\r\n` and `\r` became one `\n`, lines and columns are those of the file.
    """

    path: str
    text: str
    # Cut once, because thousands of faults may stand in one long line; and late, because most files have been compiled.
    _cut: list[tuple[str, ...]] = field(init=False, repr=False, compare=False, default_factory=list)
    _begun: list[tuple[int, ...]] = field(init=False, repr=False, compare=False, default_factory=list)

    @property
    def _lines(self) -> tuple[str, ...]:
        if not self._cut:
            self._cut.append(tuple(self.text.split("\n")))
        return self._cut[0]

    @property
    def _starts(self) -> tuple[int, ...]:
        if not self._begun:
            self._begun.append((0, *accumulate(len(line) + 1 for line in self._lines)))
        return self._begun[0]

    @property
    def lines(self) -> list[str]:
        """The lines without their ends."""
        return list(self._lines)

    def line_start(self, line: int) -> int:
        """Offset of the first character of a line, counted from 0; past the last line, the end of the text."""
        return min(self._starts[min(line, len(self._starts) - 1)], len(self.text))

    def line_text(self, line: int) -> str:
        """The text of a line, counted from 0, without its end."""
        return self._lines[line]

    def span(self, start: int, end: int | None = None) -> Span:
        """The stretch from offset `start` to `end` (default: the one character at `start`)."""
        end = start + 1 if end is None else max(end, start)
        line, column = self._locate(start)
        end_line, end_column = self._locate(end)
        return Span(self.path, line + 1, column + 1, end_line + 1, end_column + 1, self.line_text(line))

    def offsets(self, span: Span) -> tuple[int, int]:
        """(start, end) of a span that was made here."""
        return (
            self.line_start(span.line - 1) + span.column - 1,
            self.line_start(span.end_line - 1) + span.end_column - 1,
        )

    def text_at(self, span: Span) -> str:
        """What stands at a span that was made here."""
        start, end = self.offsets(span)
        return self.text[start:end]

    def line_span(self, line: int) -> Span:
        """The text of a whole line, counted from 0, without its indentation."""
        text = self.line_text(line)
        indent = len(text) - len(text.lstrip())
        start = self.line_start(line)
        return self.span(start + indent, start + max(len(text.rstrip()), indent + 1))

    def _locate(self, offset: int) -> tuple[int, int]:
        offset = min(max(offset, 0), len(self.text))
        line = min(bisect_right(self._starts, offset) - 1, len(self._starts) - 2)
        return line, offset - self._starts[line]


def normalize(text: str) -> str:
    r"""Take the BOM away and make every line end `\n`, as Anki itself does with fields (measured, Anki 26.09.3)."""
    return text.removeprefix(BOM).replace("\r\n", "\n").replace("\r", "\n")
