"""Where the elements of a drawing are: their boxes, in the units of its viewBox.

Shapes are measured exactly. Without fonts the width of a text can only be estimated (`_ADVANCE`); a box is for a frame
around something, so that is enough.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element

import svgelements

from recto.drawing.style import INHERITED, Styles
from recto.media import local_name

_SHAPES = {
    "rect": svgelements.Rect,
    "circle": svgelements.Circle,
    "ellipse": svgelements.Ellipse,
    "line": svgelements.SimpleLine,
    "polyline": svgelements.Polyline,
    "polygon": svgelements.Polygon,
    "path": svgelements.Path,
}
_CONTAINERS = ("svg", "g", "a", "switch", "symbol")
# Widths in em, as common sans-serif fonts have them.
_ADVANCE = (("iljtf.,:;'|!()[] ", 0.32), ("mwMW@%", 0.88), ("ABCDEFGHIJKLNOPQRSTUVXYZ", 0.68))
_OTHER, _FULL, _MONO = 0.56, 1.0, 0.62
# (above, below) the line that a text stands on, in em.
_REACH = {"middle": (0.52, 0.52), "central": (0.52, 0.52), "hanging": (0.1, 1.0), "text-before-edge": (0.0, 1.1)}
_ON_BASELINE = (0.84, 0.24)
_DEPTH = 12  # of <use> in <use>; a drawing that refers to itself ends there


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in the units of the viewBox: left, top, right, bottom."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """Its width."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Its height."""
        return self.bottom - self.top


def find_places(root: Element) -> dict[Element, Box]:
    """The box of every element below the root that is drawn; what is in `<defs>`, hidden or empty has none."""
    walk = _Walk(root)
    style = {"font-size": "16", **walk.styles.of(root)}
    for child in root:
        walk.measure(child, svgelements.Matrix(), style)
    return walk.places


def join_boxes(boxes: Iterable[Box]) -> Box | None:
    """The smallest box around all; None without any."""
    found = tuple(boxes)
    if not found:
        return None
    return Box(
        min(b.left for b in found), min(b.top for b in found), max(b.right for b in found), max(b.bottom for b in found)
    )


class _Walk:
    """One pass over a drawing. `style` is what an element inherits, `matrix` its parent's units into the root's."""

    def __init__(self, root: Element) -> None:
        self.styles = Styles(root)
        self.places: dict[Element, Box] = {}
        self._by_id = {element.get("id"): element for element in root.iter() if element.get("id")}

    def measure(self, element: Element, matrix: svgelements.Matrix, style: Mapping[str, str], depth: int = 0) -> None:
        """Note the boxes of an element and of all in it."""
        box = self._box(element, matrix, style, depth)
        if box is not None:
            self.places[element] = box

    def _box(self, element: Element, matrix: svgelements.Matrix, style: Mapping[str, str], depth: int) -> Box | None:
        tag, own = local_name(element.tag), self.styles.of(element)
        if own.get("display") == "none" or depth > _DEPTH:
            return None
        style = {**{name: style[name] for name in INHERITED if name in style}, **own, "font-size": _size(own, style)}
        if own.get("transform"):
            matrix = svgelements.Matrix(own["transform"]) * matrix
        if tag in _CONTAINERS:
            if tag == "svg":
                matrix = _viewport(element) * matrix
            children = [child for child in element if local_name(child.tag) != "symbol"]
            for child in children:
                self.measure(child, matrix, style, depth)
            return join_boxes(self.places[child] for child in children if child in self.places)
        if style.get("visibility") == "hidden":
            return None
        if tag == "use":
            return self._of_use(element, matrix, style, depth)
        if tag == "text":
            return join_boxes(_transformed(box, matrix) for box in self._of_text(element, style))
        if tag in _SHAPES or tag == "image":
            return _of_shape(element, tag, matrix)
        return None

    def _of_use(self, element: Element, matrix: svgelements.Matrix, style: Mapping[str, str], depth: int) -> Box | None:
        target = self._by_id.get(_href(element).removeprefix("#"))
        if target is None:
            return None
        move = svgelements.Matrix.translate(_number(element.get("x")), _number(element.get("y")))
        # The boxes of what is used belong to this use, not to the element that others use too.
        kept, self.places = self.places, {}
        box = self._box(target, move * matrix, style, depth + 1)
        self.places = kept
        return box

    def _of_text(self, text: Element, style: Mapping[str, str]) -> Iterator[Box]:
        """The boxes of a text's lines, in its own units. A line begins where x or y is given."""
        line = _Line(0.0, 0.0, "start")
        for element, said, inherited in self._pieces(text, style):
            size = _number(inherited["font-size"])
            if element is not None:
                path = self._by_id.get(_href(element).removeprefix("#"))
                if local_name(element.tag) == "textPath" and path is not None:
                    self_box = _of_shape(path, local_name(path.tag), svgelements.Matrix())
                    yield from [self_box] if self_box else []
                    return
                if element.get("x") or element.get("y"):
                    yield from line.boxes()
                    x, y = numbers(element.get("x"), size), numbers(element.get("y"), size)
                    anchor = inherited.get("text-anchor", "start")
                    line = _Line(x[0] if x else line.end, y[0] if y else line.y, anchor, x[1:])
                line.move(numbers(element.get("dx"), size), numbers(element.get("dy"), size))
            line.add(said, size, inherited)
        yield from line.boxes()

    def _pieces(
        self, element: Element, style: Mapping[str, str]
    ) -> Iterator[tuple[Element | None, str, Mapping[str, str]]]:
        """(the element that begins here, the words, their style) of a text, in the order of reading."""
        yield element, element.text or "", style
        for child in element:
            own = self.styles.of(child)
            if own.get("display") != "none":
                yield from self._pieces(child, {**style, **own, "font-size": _size(own, style)})
            yield None, child.tail or "", style


class _Line:
    """A line of text while its words come."""

    def __init__(self, x: float, y: float, anchor: str, further: list[float] | None = None) -> None:
        self.x, self.y, self.anchor, self.width, self._boxes = x, y, anchor, 0.0, [*(further or [])]
        self._above = self._below = 0.0

    @property
    def end(self) -> float:
        """Where what follows goes on."""
        return self.x + self.width

    def move(self, dx: list[float], dy: list[float]) -> None:
        """Go on elsewhere."""
        self.width += dx[0] if dx and self.width else 0.0
        self.x += dx[0] if dx and not self.width else 0.0
        self.y += dy[0] if dy else 0.0

    def add(self, words: str, size: float, style: Mapping[str, str]) -> None:
        """Words at the end of the line."""
        words = re.sub(r"\s+", " ", words)
        words = words if self.width else words.lstrip()
        if not words:
            return
        mono = "mono" in style.get("font-family", "").lower()
        bold = 1.06 if style.get("font-weight", "") in ("bold", "bolder", "600", "700", "800", "900") else 1.0
        self.width += sum(_advance(char, mono=mono) for char in words) * size * bold
        above, below = _REACH.get(style.get("dominant-baseline", ""), _ON_BASELINE)
        self._above, self._below = max(self._above, above * size), max(self._below, below * size)

    def boxes(self) -> Iterator[Box]:
        """The line's box, none for an empty one."""
        if not self.width:
            return
        left = self.x - self.width * {"middle": 0.5, "end": 1.0}.get(self.anchor, 0.0)
        right = max(left + self.width, *self._boxes) if self._boxes else left + self.width
        yield Box(left, self.y - self._above, right, self.y + self._below)


def _advance(char: str, *, mono: bool) -> float:
    if unicodedata.combining(char):
        return 0.0
    if unicodedata.east_asian_width(char) in ("W", "F"):
        return _FULL
    return _MONO if mono else next((width for chars, width in _ADVANCE if char in chars), _OTHER)


def _of_shape(element: Element, tag: str, matrix: svgelements.Matrix) -> Box | None:
    values = {name: value for name, value in element.attrib.items() if name not in ("transform", "style", "id")}
    try:
        shape = svgelements.Rect(values) if tag == "image" else _SHAPES[tag](values)
        found = (shape * matrix).bbox()
    except (ValueError, TypeError, KeyError, IndexError, ZeroDivisionError):
        return None  # a browser draws nothing of it, or only its beginning
    return Box(*(float(value) for value in found)) if found else None


def _viewport(element: Element) -> svgelements.Matrix:
    """How the units of an inner <svg> become those around it."""
    x, y = _number(element.get("x")), _number(element.get("y"))
    box = numbers(element.get("viewBox"))
    width, height = _number(element.get("width")), _number(element.get("height"))
    if len(box) < 4 or not width or not height:
        return svgelements.Matrix.translate(x, y)
    aspect = element.get("preserveAspectRatio")
    return svgelements.Matrix(svgelements.Viewbox.viewbox_transform(x, y, width, height, *box[:4], aspect))


def _transformed(box: Box, matrix: svgelements.Matrix) -> Box:
    corners = [matrix.point_in_matrix_space((x, y)) for x in (box.left, box.right) for y in (box.top, box.bottom)]
    xs, ys = [float(p.x) for p in corners], [float(p.y) for p in corners]
    return Box(min(xs), min(ys), max(xs), max(ys))


def _size(own: Mapping[str, str], inherited: Mapping[str, str]) -> str:
    """The font size in units, as text."""
    before = _number(inherited.get("font-size"), default=16.0)
    return str(_number(own.get("font-size"), em=before, default=before))


def _href(element: Element) -> str:
    return next((value for name, value in element.attrib.items() if local_name(name) == "href"), "")


def _number(text: str | None, em: float = 16.0, default: float = 0.0) -> float:
    return (numbers(text, em) or [default])[0]


def numbers(text: str | None, em: float = 16.0) -> list[float]:
    """The lengths of an attribute, in units; em and % are of `em`."""
    scale = {"": 1.0, "px": 1.0, "pt": 4 / 3, "em": em, "rem": 16.0, "ex": em / 2, "%": em / 100, "mm": 96 / 25.4}
    found = re.findall(r"([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)(px|pt|em|rem|ex|%|mm|)", text or "", re.IGNORECASE)
    return [float(number) * scale[unit.lower()] for number, unit in found]
