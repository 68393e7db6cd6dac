"""What is known of one note while it is rendered."""

from __future__ import annotations

from dataclasses import dataclass, field

from markdown_it.token import Token

from recto.diagnostic import Diagnostic, Rule
from recto.model import DiagramUse, HoleUse, MediaUse, Passage
from recto.parse.markdown import block_span, token_span
from recto.parse.parts import PartList
from recto.source import Source, Span


def media_mark(path: str) -> str:
    """How a media file stands in a field until `link` knows its packaged name (see `model.Note`)."""
    return f"\x02{path}\x03"


@dataclass(slots=True)
class Sheet:
    """One note while it is rendered: where its faults, media and footnotes go, and which holes it has.

    `has_holes` says whether its author may mark holes. `cloze` is True while a field that Anki searches for holes is
    rendered. `parts` is what a diagram asks for while the field with its picture is rendered, `diagram` its drawing
    afterwards. `options` says how the marks of task lists come out:
    "plain", or while the options of a choice are rendered "hidden" or "marked".
    """

    source: Source
    has_holes: bool
    footnotes: dict[str, Passage]
    diagnostics: list[Diagnostic] = field(default_factory=list)
    media: list[MediaUse] = field(default_factory=list)
    cloze: bool = False
    options: str = "plain"
    holes: int = 0
    taken: frozenset[int] = frozenset()
    footnote_numbers: dict[str, int] = field(default_factory=dict)
    inline: Token | None = None
    hole_depth: int = 0
    hole_uses: list[HoleUse] = field(default_factory=list)
    parts: PartList | None = None
    diagram: DiagramUse | None = None
    open_tags: list[tuple[str, Span]] = field(default_factory=list)

    def report(self, rule: Rule, span: Span, message: str, help: str = "") -> None:  # noqa: A002
        """Note a fault."""
        self.diagnostics.append(rule.at(span, message, help))

    def span_of(self, token: Token) -> Span:
        """Where an inline or block token stands."""
        return block_span(self.source, token) if self.inline is None else token_span(self.source, self.inline, token)

    def next_number(self, explicit: int | None) -> int:
        """The number of a hole: the author's, or the next one that no explicit hole of the card uses."""
        if explicit is not None:
            return explicit
        self.holes += 1
        while self.holes in self.taken:
            self.holes += 1
        return self.holes
