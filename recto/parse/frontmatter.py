"""The settings between two `---` lines at the head of a file: YAML, only text and lists of text, with places."""

from __future__ import annotations

import re
from dataclasses import dataclass

from recto.diagnostic import Diagnostic
from recto.rulebook import BROKEN_FRONT_MATTER, UNKNOWN_FRONT_MATTER
from recto.source import Source, Span
from recto.suggest import did_you_mean
from recto.yamltree import MappingNode, Node, ScalarNode, SequenceNode, YamlError, compose, is_null, span_of, words_of

KEYS = ("deck", "tags", "covers", "order")
_FENCE = re.compile(r"---[ \t]*")
_END = re.compile(r"(?:---|\.\.\.)[ \t]*")


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """`tags` and `covers` come with their places; `lines` is how many lines of the file it takes."""

    deck: tuple[str, Span] | None = None
    tags: tuple[tuple[str, Span], ...] = ()
    covers: tuple[tuple[str, Span], ...] = ()
    order: int = 0
    lines: int = 0


def parse_front_matter(source: Source) -> tuple[FrontMatter, list[Diagnostic]]:
    """Read the front matter of a file, if it has one."""
    lines = source.lines
    first = next((n for n, line in enumerate(lines) if line.strip()), 0)
    if not _FENCE.fullmatch(lines[first]):
        return FrontMatter(), []
    end = next((n for n, line in enumerate(lines[first + 1 :], first + 1) if _END.fullmatch(line)), None)
    if end is None:
        span = source.line_span(first)
        help_ = "add a line --- below the settings"
        taken = next((n for n, line in enumerate(lines[first:], first) if not line.strip() or line.startswith("#")), 0)
        return FrontMatter(lines=taken), [BROKEN_FRONT_MATTER.at(span, "front matter without its end", help_)]
    if first > 0:
        span = source.line_span(first)
        message = "front matter must begin in the first line"
        return FrontMatter(lines=end + 1), [BROKEN_FRONT_MATTER.at(span, message, "delete the empty lines above it")]
    start = source.line_start(1)
    diagnostics: list[Diagnostic] = []
    try:
        root = compose(source, start, source.line_start(end))
    except YamlError as fault:
        return FrontMatter(lines=end + 1), [BROKEN_FRONT_MATTER.at(fault.span, str(fault), fault.help)]
    reader = _Reader(source, start, diagnostics)
    return reader.read(root, end + 1), diagnostics


class _Reader:
    def __init__(self, source: Source, start: int, diagnostics: list[Diagnostic]) -> None:
        self.source, self.start, self.diagnostics = source, start, diagnostics

    def read(self, root: Node | None, lines: int) -> FrontMatter:
        if root is None:
            return FrontMatter(lines=lines)
        if not isinstance(root, MappingNode):
            self.fault(root, "front matter is not a list of `key: value` lines")
            return FrontMatter(lines=lines)
        found: dict[str, Node] = {}
        for key, value in root.value:
            name = str(key.value) if isinstance(key, ScalarNode) else ""
            if name not in KEYS:
                self.diagnostics.append(
                    UNKNOWN_FRONT_MATTER.at(self.span(key), f'unknown setting "{name}"', did_you_mean(name, KEYS))
                )
            elif name in found:
                self.fault(key, f"{name} is set twice", "keep one")
            else:
                found[name] = value
        deck = self.texts(found["deck"], "deck", single=True) if "deck" in found else []
        return FrontMatter(
            deck=deck[0] if deck else None,
            tags=tuple(self.texts(found["tags"], "tags")) if "tags" in found else (),
            covers=tuple(self.texts(found["covers"], "covers")) if "covers" in found else (),
            order=self.number(found["order"]) if "order" in found else 0,
            lines=lines,
        )

    def texts(self, node: Node, name: str, *, single: bool = False) -> list[tuple[str, Span]]:
        if isinstance(node, ScalarNode) and not is_null(node):
            if single:
                return [(str(node.value).strip(), self.span(node))]
            return words_of(self.source, self.start, node)
        items = node.value if isinstance(node, SequenceNode) and not single else [node]
        if all(isinstance(item, ScalarNode) for item in items) and items != [node]:
            return [(str(item.value), self.span(item)) for item in items]
        self.fault(node, f"{name} must be {'text' if single else 'a list like [one, two]'}")
        return []

    def number(self, node: Node) -> int:
        if isinstance(node, ScalarNode) and re.fullmatch(r"-?\d{1,6}", str(node.value)):
            return int(node.value)
        self.fault(node, "order must be a whole number")
        return 0

    def span(self, node: Node) -> Span:
        return span_of(self.source, self.start, node)

    def fault(self, node: Node, message: str, help: str = "") -> None:  # noqa: A002
        self.diagnostics.append(BROKEN_FRONT_MATTER.at(self.span(node), message, help))
