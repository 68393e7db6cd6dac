"""YAML as a tree of nodes that know their place. The only module that knows PyYAML."""

from __future__ import annotations

import yaml
from yaml import MappingNode as MappingNode
from yaml import Node as Node
from yaml import ScalarNode as ScalarNode
from yaml import SequenceNode as SequenceNode

from recto.source import Source, Span


class YamlError(Exception):
    """The text is no YAML; `str()` is what is wrong with it, `help` what to do, `span` where."""

    def __init__(self, span: Span, message: str, help: str) -> None:  # noqa: A002
        super().__init__(message)
        self.span, self.help = span, help


def compose(source: Source, start: int, end: int) -> Node | None:
    """The tree of the text from offset `start` to `end`; None of an empty one. Raises `YamlError`."""
    try:
        # compose gives nodes with places and builds no objects: no Python tags, and aliases stay one node.
        root: Node | None = yaml.compose(source.text[start:end], Loader=yaml.SafeLoader)
    except RecursionError:
        raise YamlError(source.span(start), "nested too deeply", "lists hold words, not lists") from None
    except (yaml.MarkedYAMLError, yaml.reader.ReaderError) as error:
        mark = getattr(error, "problem_mark", None)
        at = start + (mark.index if mark else getattr(error, "position", 0))
        problem = getattr(error, "problem", None) or getattr(error, "reason", str(error))
        span = source.span(max(min(at, end - 1), 0))
        raise YamlError(span, f"not valid YAML: {problem}", 'quote text with ":" or "#" in it') from None
    return root


def span_of(source: Source, start: int, node: Node) -> Span:
    """Where a node of the tree that begins at offset `start` stands."""
    return source.span(start + node.start_mark.index, start + node.end_mark.index)


def is_null(node: Node) -> bool:
    """Whether a node is nothing: `~`, `null` or an empty value."""
    return bool(node.tag == "tag:yaml.org,2002:null")


def words_of(source: Source, start: int, node: ScalarNode) -> list[tuple[str, Span]]:
    """The words of a text with spaces between, each with its place; that of the text where quoting hides it."""
    begin, end = start + node.start_mark.index, start + node.end_mark.index
    words = [word for word in str(node.value).strip().split(" ") if word]
    offset, places = begin, list[tuple[str, Span]]()
    for word in words:
        offset = source.text.find(word, offset, end)
        if offset < 0:
            return [(word, source.span(begin, end)) for word in words]
        places.append((word, source.span(offset, offset + len(word))))
        offset += len(word)
    return places
