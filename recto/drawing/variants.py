"""One drawing with a part hidden or marked: the pictures of a diagram's questions and answers.

A hidden part is taken out, and a dashed frame with a question mark stands where it was; on the answer the part has a
whole frame. Both are as large on a phone whatever the drawing's units are. The bytes depend on nothing but the drawing.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from functools import lru_cache
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from recto.drawing.places import Box, find_places, numbers
from recto.media import local_name, svg_size

# Names that others refer to stay when the part around them goes.
_RESOURCES = ("defs", "linearGradient", "radialGradient", "pattern", "marker", "clipPath", "mask", "filter", "style")
_UNSEEN = ("title", "desc", "metadata")  # an <img> shows none of them, and they could tell the answer
# Orange-brown: 6.7 against the look's paper and, turned by its night, 8.4 (WCAG 2.2, 1.4.3; 1.4.11 asks for 3).
_MARK = "#96400a"
_PHONE = 328  # px: the width of a picture on a screen of 360 px
_FRAME, _ROOM, _LETTER = 2.0, 3.0, 17.0  # px on that screen: stroke, distance to the part, size of the question mark

ElementTree.register_namespace("", "http://www.w3.org/2000/svg")
ElementTree.register_namespace("xlink", "http://www.w3.org/1999/xlink")


@dataclass(frozen=True, slots=True)
class Drawing:
    """What can be asked of a drawing: `parts` are the ids of what it draws, `others` ids that are not to be seen.

    `root` is the id of the whole, '' if it has none.
    """

    parts: tuple[str, ...]
    others: tuple[str, ...]
    root: str


@lru_cache(maxsize=64)
def read_drawing(data: bytes) -> Drawing:
    """What can be asked of a drawing, which is an SVG without faults (`recto.media`)."""
    root = ElementTree.fromstring(data)
    places = find_places(root)
    named = [element for element in root.iter() if element.get("id") and element is not root]
    return Drawing(
        parts=tuple(dict.fromkeys(element.get("id", "") for element in named if element in places)),
        others=tuple(dict.fromkeys(element.get("id", "") for element in named if element not in places)),
        root=root.get("id", ""),
    )


@lru_cache(maxsize=1024)
def draw_part(data: bytes, part: str, *, is_hidden: bool) -> bytes:
    """The drawing with one of its parts hidden or marked, as an SVG of the same size. `part` is one of its `parts`."""
    root = ElementTree.fromstring(data)
    places = find_places(root)
    element = _find(root, part)
    if is_hidden:
        _take_out(root, element)
    for parent in list(root.iter()):
        for child in [child for child in parent if local_name(child.tag) in _UNSEEN]:
            _remove(parent, child)
    (_mark_hidden if is_hidden else _mark_shown)(root, places[element])
    drawn: bytes = ElementTree.tostring(root, encoding="utf-8")
    return drawn + b"\n"


@lru_cache(maxsize=1024)
def texts_without(data: bytes, part: str) -> tuple[str, ...] | None:
    """The texts that are still to be read while the part is hidden; None if nothing at all is left of the drawing."""
    root = ElementTree.fromstring(data)
    _take_out(root, _find(root, part))
    places = find_places(root)
    texts = [element for element in places if local_name(element.tag) == "text"]
    return tuple(" ".join("".join(text.itertext()).split()) for text in texts) if places else None


def _find(root: Element, part: str) -> Element:
    return next(element for element in root.iter() if element.get("id") == part and element is not root)


def _take_out(root: Element, element: Element) -> None:
    """Remove an element, but not what others refer to by name: gradients, markers and the like."""
    parent = next(parent for parent in root.iter() if element in list(parent))
    group = Element(f"{root.tag.removesuffix('svg')}g", {"display": "none"})
    group.extend([copy.deepcopy(child) for child in _topmost(element)])
    place = list(parent).index(element)
    _remove(parent, element)
    if len(group):
        parent.insert(place, group)


def _topmost(element: Element) -> list[Element]:
    found: list[Element] = []
    for child in element:
        found += [child] if local_name(child.tag) in _RESOURCES else _topmost(child)
    for resource in found:
        resource.tail = None
    return found


def _remove(parent: Element, child: Element) -> None:
    """Remove a child; the text behind it stays."""
    place = list(parent).index(child)
    if child.tail and place:
        parent[place - 1].tail = (parent[place - 1].tail or "") + child.tail
    elif child.tail:
        parent.text = (parent.text or "") + child.tail
    parent.remove(child)


def _canvas(root: Element) -> tuple[Box, float]:
    """The drawing's own area in its units, and how many of them are a px on a phone."""
    width, height = svg_size(root)
    box = numbers(root.get("viewBox"))
    canvas = Box(box[0], box[1], box[0] + box[2], box[1] + box[3]) if len(box) == 4 else Box(0, 0, width, height)
    return canvas, canvas.width / min(width, _PHONE)


def _frame(root: Element, box: Box) -> tuple[Element, Box, float]:
    """A frame around a part, within the drawing's area and large enough for a letter; its box; units per px."""
    canvas, unit = _canvas(root)
    room = (_ROOM + _FRAME / 2) * unit
    width = min(max(box.width + 2 * room, _LETTER * unit), canvas.width - _FRAME * unit)
    height = min(max(box.height + 2 * room, _LETTER * 1.3 * unit), canvas.height - _FRAME * unit)
    left = _within((box.left + box.right - width) / 2, canvas.left, canvas.right - width, _FRAME / 2 * unit)
    top = _within((box.top + box.bottom - height) / 2, canvas.top, canvas.bottom - height, _FRAME / 2 * unit)
    place = {"x": left, "y": top, "width": width, "height": height, "rx": 3 * unit}
    frame = _element(root, "rect", place, f"fill:none;stroke:{_MARK};stroke-width:{_text(_FRAME * unit)}")
    return frame, Box(left, top, left + width, top + height), unit


def _within(value: float, low: float, high: float, edge: float) -> float:
    return max(low + edge, min(value, high - edge))


def _mark_hidden(root: Element, box: Box) -> None:
    """A dashed frame where the part was, and a question mark on a ground of its own, to be read above anything."""
    frame, box, unit = _frame(root, box)
    frame.set("style", f"{frame.get('style')};stroke-dasharray:{_text(4 * unit)} {_text(3 * unit)}")
    x, y, radius = (box.left + box.right) / 2, (box.top + box.bottom) / 2, _LETTER * 0.62 * unit
    disc = _element(root, "circle", {"cx": x, "cy": y, "r": radius}, f"fill:{_MARK};stroke:none")
    font = f"font:bold {_text(_LETTER * unit)}px sans-serif;fill:#ffffff;stroke:none;text-anchor:middle"
    letter = _element(root, "text", {"x": x, "y": y + 0.36 * _LETTER * unit}, font)
    letter.text = "?"
    root.extend([frame, disc, letter])


def _mark_shown(root: Element, box: Box) -> None:
    """A whole frame, and a wash within it."""
    frame, _, _ = _frame(root, box)
    wash = copy.deepcopy(frame)
    wash.set("style", f"fill:{_MARK};fill-opacity:.1;stroke:none")
    root.insert(0, wash)
    root.append(frame)


def _element(root: Element, tag: str, numbers: dict[str, float], style: str) -> Element:
    """An element that no rule and no attribute of the drawing reaches: its style is its own."""
    own = "opacity:1;visibility:visible;display:inline;filter:none;letter-spacing:0;dominant-baseline:auto;"
    attributes = {name: _text(value) for name, value in numbers.items()}
    return Element(f"{root.tag.removesuffix('svg')}{tag}", {**attributes, "style": own + style})


def _text(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")
