"""terms.yaml: how the words of a deck's field are written, their names in its language, which are ambiguous."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from recto.diagnostic import Diagnostic
from recto.layout import TERMS_FILE
from recto.rulebook import BROKEN_TERMS
from recto.source import Source, Span
from recto.suggest import did_you_mean
from recto.yamltree import MappingNode, Node, ScalarNode, SequenceNode, YamlError, compose

KEYS = ("term", "local", "also", "not", "cues")


@dataclass(frozen=True, slots=True)
class Term:
    """One entry. `name` is how it is written in English, `local` its names in the deck's language, `wrong` slips.

    `also` are other spellings that are right: its long form, an older name, an ordinary word of the same letters.
    `cues` are words of which one must stand beside the term, because by itself it means several things.
    """

    name: str
    local: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    cues: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Terms:
    """All entries, in the order of the file."""

    entries: tuple[Term, ...] = ()


def parse_terms(source: Source) -> tuple[Terms, tuple[Diagnostic, ...]]:
    """Read terms.yaml: a list of `term`, with `local`, `also`, `not` and `cues` (each a text or a list of texts)."""
    try:
        root = compose(source, 0, len(source.text))
    except YamlError as error:
        return Terms(), (BROKEN_TERMS.at(error.span, str(error), error.help),)
    reader = _Reader(source)
    return Terms(tuple(reader.entries(root))), tuple(reader.diagnostics)


class _Reader:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.diagnostics: list[Diagnostic] = []
        self._seen: set[str] = set()

    def entries(self, root: Node | None) -> Iterator[Term]:
        if root is not None and not isinstance(root, SequenceNode):
            self._report(root, f"{TERMS_FILE} is not a list", "begin each entry with a line `- term: …`")
        for node in root.value if isinstance(root, SequenceNode) else ():
            term = self._entry(node)
            if term and term.name in self._seen:
                self._report(node, f'"{term.name}" stands twice', "make it one entry")
            elif term:
                self._seen.add(term.name)
                yield term

    def _entry(self, node: Node) -> Term | None:
        if not isinstance(node, MappingNode):
            self._report(node, "this is no entry", "begin it with `- term: …`")
            return None
        found: dict[str, tuple[str, ...]] = {}
        for key, value in node.value:
            name = str(key.value)
            if name in KEYS:
                found[name] = self._texts(value, name)
            else:
                self._report(key, f'unknown key "{name}"', did_you_mean(name, KEYS))
        if len(found.get("term", ())) != 1:
            self._report(node, "this entry has no term", "write how the word is spelt: `term: KV cache`")
            return None
        local, wrong, cues, also = (found.get(key, ()) for key in ("local", "not", "cues", "also"))
        return Term(found["term"][0], local, wrong, cues, also)

    def _texts(self, node: Node, name: str) -> tuple[str, ...]:
        items = node.value if isinstance(node, SequenceNode) else [node]
        if not all(isinstance(item, ScalarNode) and str(item.value).strip() for item in items):
            self._report(node, f"{name} must be a text or a list of texts")
            return ()
        return tuple(str(item.value).strip() for item in items)

    def _report(self, node: Node, message: str, help: str = "") -> None:  # noqa: A002
        self.diagnostics.append(BROKEN_TERMS.at(self._span(node), message, help))

    def _span(self, node: Node) -> Span:
        start = node.start_mark.index
        line_end = self.source.text.find("\n", start)
        return self.source.span(start, min(node.end_mark.index, line_end if line_end >= 0 else len(self.source.text)))
