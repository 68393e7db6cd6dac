"""What a drawing says of how an element looks: attributes, style sheets and `style`, in their order of precedence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element

import cssselect2
import tinycss2

from recto.media import local_name

# What the place of a text depends on, and comes down from its parents (SVG 2, "Styling": inherited properties).
INHERITED = (
    "font-size",
    "font-family",
    "font-weight",
    "text-anchor",
    "dominant-baseline",
    "visibility",
)
_PROPERTIES = (*INHERITED, "display", "transform", "alignment-baseline")


class Styles:
    """The declared values of every element of one drawing."""

    def __init__(self, root: Element) -> None:
        self._matcher = cssselect2.Matcher()
        self._wrappers = {w.etree_element: w for w in cssselect2.ElementWrapper.from_xml_root(root).iter_subtree()}
        for sheet in (element.text or "" for element in root.iter() if local_name(element.tag) == "style"):
            for rule in tinycss2.parse_stylesheet(sheet, skip_comments=True, skip_whitespace=True):
                if rule.type == "qualified-rule":
                    self._add(rule)

    def of(self, element: Element) -> Mapping[str, str]:
        """What is declared for the element itself; nothing that it inherits."""
        found = {name: element.get(name, "") for name in _PROPERTIES if element.get(name)}
        urgent: dict[str, str] = {}
        matches = sorted(self._matcher.match(self._wrappers[element]), key=lambda match: match[:2])
        for declarations in (*(match[3] for match in matches), tuple(_declarations(element.get("style", "")))):
            for name, value, is_important in declarations:
                (urgent if is_important else found)[name] = value
        return {**found, **urgent}

    def _add(self, rule: tinycss2.ast.QualifiedRule) -> None:
        try:
            selectors = cssselect2.compile_selector_list(rule.prelude)
        except cssselect2.SelectorError:
            return  # as a browser does
        declarations = tuple(_declarations(rule.content))
        for selector in selectors:
            self._matcher.add_selector(selector, declarations)


def _declarations(css: str | list[tinycss2.ast.Node]) -> Iterator[tuple[str, str, bool]]:
    """(property, value, whether it is important); `font` counts for the size and weight in it."""
    for node in tinycss2.parse_blocks_contents(css, skip_comments=True, skip_whitespace=True):
        if node.type != "declaration":
            continue
        value = tinycss2.serialize(node.value).strip()
        if node.lower_name == "font":
            for token in node.value:
                if token.type == "dimension":
                    yield "font-size", tinycss2.serialize([token]), node.important
                    break
                if token.type == "number" or (token.type == "ident" and token.lower_value == "bold"):
                    yield "font-weight", tinycss2.serialize([token]), node.important
        elif node.lower_name in _PROPERTIES:
            yield node.lower_name, value, node.important
