"""syllabus/*.yaml → Syllabus: what a deck has to cover, in groups."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from recto.diagnostic import Diagnostic
from recto.rulebook import BROKEN_SYLLABUS, DUPLICATE_ITEM, UNKNOWN_ITEM, UNKNOWN_SYLLABUS_KEY
from recto.source import Source, Span
from recto.suggest import did_you_mean, nearest
from recto.yamltree import MappingNode, Node, ScalarNode, SequenceNode, YamlError, compose, is_null, span_of, words_of

GROUP_KEYS = ("title", "source", "items")
ITEM_KEYS = ("id", "title", "tier", "same-as", "out-of-scope", "asked-by")
# What `covers` can name: words between spaces, inside quotes, inside braces.
_ID = re.compile(r"""[^\s"'{},\[\]]+""")


@dataclass(frozen=True, slots=True)
class Item:
    """One question or subject. `tier` is '' where it has none, `out_of_scope` the reason why no card has to cover it.

    `same_as` are the ids of items that ask the same, with their places; `asked_by` is in how many sources it is asked
    (0: unknown).
    """

    id: str
    span: Span
    title: str
    tier: str = ""
    same_as: tuple[tuple[str, Span], ...] = ()
    out_of_scope: str = ""
    asked_by: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """Items that belong together; `source` says where they come from ('' if nobody said)."""

    title: str
    source: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Syllabus:
    """All groups, files by name and groups in their order. `faulty` when items may be missing because of an error."""

    groups: tuple[Group, ...]
    faulty: bool = False

    @property
    def items(self) -> tuple[Item, ...]:
        """Every item, in order."""
        return tuple(item for group in self.groups for item in group.items)


def parse_syllabus(sources: Sequence[Source]) -> tuple[Syllabus, tuple[Diagnostic, ...]]:
    """Read the files of a syllabus, in the order given. Every fault is reported and as much as possible still read."""
    groups: list[Group] = []
    diagnostics: list[Diagnostic] = []
    for source in sources:
        groups += _Reader(source, diagnostics).read()
    faulty = any(d.rule in (BROKEN_SYLLABUS.name, UNKNOWN_SYLLABUS_KEY.name) for d in diagnostics)
    syllabus = Syllabus(tuple(groups), faulty)
    diagnostics += _find_twins(syllabus.items)
    if not faulty:
        diagnostics += find_unknown((word for item in syllabus.items for word in item.same_as), syllabus)
    return syllabus, tuple(diagnostics)


def find_unknown(uses: Iterable[tuple[str, Span]], syllabus: Syllabus) -> list[Diagnostic]:
    """Report the ids that the syllabus does not have."""
    known = {item.id: item for item in syllabus.items}
    found = []
    for word, span in uses:
        if word not in known:
            guess = nearest(word, known)
            help_ = f'did you mean "{guess}"?' if guess else "the items are those of syllabus/*.yaml"
            found.append(UNKNOWN_ITEM.at(span, f'the syllabus has no item "{word}"', help_))
    return found


def _find_twins(items: Iterable[Item]) -> list[Diagnostic]:
    first: dict[str, Item] = {}
    found = []
    for item in items:
        twin = first.setdefault(item.id, item)
        if item.id and twin is not item:
            found.append(DUPLICATE_ITEM.at(item.span, f'the id "{item.id}" is taken by {twin.span}', "choose another"))
    return found


class _Reader:
    """Reads one file, which is a list of groups."""

    def __init__(self, source: Source, diagnostics: list[Diagnostic]) -> None:
        self.source, self.diagnostics = source, diagnostics

    def read(self) -> list[Group]:
        try:
            root = compose(self.source, 0, len(self.source.text))
        except YamlError as fault:
            self.diagnostics.append(BROKEN_SYLLABUS.at(fault.span, str(fault), fault.help))
            return []
        if root is None:
            return []
        if not isinstance(root, SequenceNode):
            self.fault(root, "a syllabus file is a list of groups", "begin each with `- title: …`")
            return []
        return [group for node in root.value if (group := self.group(node))]

    def group(self, node: Node) -> Group | None:
        found = self.mapping(node, GROUP_KEYS, "a group")
        if found is None:
            return None
        items = found.get("items")
        if not isinstance(items, SequenceNode):
            self.fault(items or node, "a group needs its items", "write them as a list under `items:`")
            return None
        return Group(
            title=self.text(found, "title", node, required=True),
            source=self.text(found, "source", node),
            items=tuple(item for child in items.value if (item := self.item(child))),
        )

    def item(self, node: Node) -> Item | None:
        found = self.mapping(node, ITEM_KEYS, "an item")
        if found is None:
            return None
        ident = self.text(found, "id", node, required=True)
        if ident and not _ID.fullmatch(ident):
            self.fault(found["id"], f'"{ident}" cannot be an id', "no white space, no quotes, brackets or commas")
        return Item(
            id=ident,
            span=self.span(found.get("id", node)),
            title=self.text(found, "title", node, required=True),
            tier=self.text(found, "tier", node),
            same_as=self.words(found, "same-as"),
            out_of_scope=self.text(found, "out-of-scope", node),
            asked_by=self.number(found, "asked-by"),
        )

    def mapping(self, node: Node, keys: tuple[str, ...], what: str) -> dict[str, Node] | None:
        if not isinstance(node, MappingNode):
            self.fault(node, f"{what} is written as `key: value` lines", f"with the keys {', '.join(keys)}")
            return None
        found: dict[str, Node] = {}
        for key, value in node.value:
            name = str(key.value) if isinstance(key, ScalarNode) else ""
            if name not in keys:
                span = self.span(key)
                self.diagnostics.append(
                    UNKNOWN_SYLLABUS_KEY.at(span, f'unknown key "{name}"', did_you_mean(name, keys))
                )
            elif name in found:
                self.fault(key, f"{name} is set twice", "keep one")
            else:
                found[name] = value
        return found

    def text(self, found: dict[str, Node], key: str, owner: Node, *, required: bool = False) -> str:
        node = found.get(key)
        if node is None:
            if required:
                self.fault(owner, f"{key} is missing", f"add a line `{key}: …`")
            return ""
        text = str(node.value).strip() if isinstance(node, ScalarNode) and not is_null(node) else ""
        if not text:
            self.fault(node, f"{key} must be text", "write it behind the colon, or remove the key")
        return text

    def words(self, found: dict[str, Node], key: str) -> tuple[tuple[str, Span], ...]:
        node = found.get(key)
        if node is None:
            return ()
        if isinstance(node, ScalarNode) and not is_null(node):
            return tuple(words_of(self.source, 0, node))
        if isinstance(node, SequenceNode) and all(isinstance(child, ScalarNode) for child in node.value):
            return tuple((str(child.value), self.span(child)) for child in node.value)
        self.fault(node, f"{key} must be a list like [one, two]")
        return ()

    def number(self, found: dict[str, Node], key: str) -> int:
        node = found.get(key)
        if node is None:
            return 0
        if isinstance(node, ScalarNode) and re.fullmatch(r"\d{1,9}", str(node.value)):
            return int(node.value)
        self.fault(node, f"{key} must be a whole number")
        return 0

    def span(self, node: Node) -> Span:
        return span_of(self.source, 0, node)

    def fault(self, node: Node, message: str, help: str = "") -> None:  # noqa: A002
        span = self.span(node)
        if isinstance(node, (MappingNode, SequenceNode)):  # a whole block would be marked to the end of its first line
            span = self.source.line_span(span.line - 1)
        self.diagnostics.append(BROKEN_SYLLABUS.at(span, message, help))
