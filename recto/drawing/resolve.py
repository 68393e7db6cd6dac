"""The pictures that a diagram needs of its drawing, and what is wrong with the parts that it names."""

from __future__ import annotations

from collections.abc import Iterator

from recto.diagnostic import Diagnostic
from recto.drawing.marks import fold_words, names_of, part_key
from recto.drawing.variants import Drawing, draw_part, read_drawing, texts_without
from recto.media import describe_media
from recto.model import DiagramUse, MediaFile, PartUse
from recto.rulebook import LEAKED_PART, MISSING_DRAWING, UNHIDEABLE_PART, UNKNOWN_PART
from recto.suggest import nearest

_MANY = 12  # ids that a message lists


def resolve_parts(use: DiagramUse, file: MediaFile, data: bytes) -> tuple[dict[str, MediaFile], list[Diagnostic]]:
    """The pictures by key (`marks.part_key`), for the parts without a fault; the drawing itself has none."""
    if not (file.width and file.height):
        message = f"{file.path} does not say how large it is"
        return {}, [MISSING_DRAWING.at(use.span, message, 'write viewBox="0 0 WIDTH HEIGHT" into its <svg>')]
    found: dict[str, MediaFile] = {}
    diagnostics: list[Diagnostic] = []
    drawing = read_drawing(data)
    for part in use.parts:
        fault = _find_fault(part, drawing, file.path, data)
        if fault:
            diagnostics.append(fault)
            continue
        diagnostics += _find_leaks(part, data)
        for is_hidden in (True, False):
            picture, _ = describe_media(file.path, drawn := draw_part(data, part.id, is_hidden=is_hidden))
            key = part_key(use.path, part.id, is_hidden=is_hidden)
            found[key] = MediaFile(file.path, picture.name, picture.digest, file.width, file.height, drawn)
    return found, diagnostics


def _find_fault(part: PartUse, drawing: Drawing, path: str, data: bytes) -> Diagnostic | None:
    if part.id in drawing.parts:
        if texts_without(data, part.id) is not None:
            return None
        message = f"`{part.id}` is all that {path} shows"
        return UNHIDEABLE_PART.at(part.span, message, "give an id to a part of it")
    if part.id == drawing.root:
        message = f"`{part.id}` is the whole of {path}"
        return UNHIDEABLE_PART.at(part.span, message, "give an id to a part of it, usually a <g>")
    if part.id in drawing.others:
        message = f"nothing is to be seen of `{part.id}` in {path}"
        help_ = "give the id to what is drawn, not to something in <defs>, hidden or empty"
        return UNHIDEABLE_PART.at(part.span, message, help_)
    guess = nearest(part.id, drawing.parts)
    return UNKNOWN_PART.at(
        part.span, f"{path} has no part `{part.id}`", f'did you mean "{guess}"?' if guess else _list_ids(drawing)
    )


def _list_ids(drawing: Drawing) -> str:
    if not drawing.parts:
        return 'nothing in it has an id; write id="…" into a <g>'
    more = f" and {len(drawing.parts) - _MANY} more" if len(drawing.parts) > _MANY else ""
    return f"it has {', '.join(drawing.parts[:_MANY])}{more}"


def _find_leaks(part: PartUse, data: bytes) -> Iterator[Diagnostic]:
    """A text of the drawing that is the answer and stays when the part goes."""
    names = names_of(part.label)
    for text in dict.fromkeys(texts_without(data, part.id) or ()):
        if fold_words(text) in names:
            message = f"while `{part.id}` is hidden, the drawing still says «{text}»"
            yield LEAKED_PART.at(part.span, message, "put that text into the part, or ask for something else")
