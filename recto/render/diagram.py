"""The drawing of a diagram → its pictures, a hole for each part."""

from __future__ import annotations

import html

from recto.drawing.marks import fold_words, names_of, part_key
from recto.model import DiagramUse, HoleUse, PartUse
from recto.parse.markdown import plain_text
from recto.parse.parts import Part
from recto.render.escape import escape_cloze
from recto.render.sheet import Sheet, media_mark
from recto.rulebook import IMAGE_WITHOUT_ALT, LEAKED_PART
from recto.source import Span


def render_drawing(path: str, alt: str, span: Span, sheet: Sheet) -> str:
    """What stands in the text where the author put the drawing: per part a hole, on its card the only one shown.

    The question is the hint of the hole, so that Anki shows it in the hole's place.
    """
    assert sheet.parts is not None
    parts = sheet.parts.parts
    check_alt(alt, span, sheet)
    uses = tuple(PartUse(part.id, plain_text(part.label.tokens[0]), part.span) for part in parts)
    sheet.diagram = DiagramUse(path, span, uses)
    sheet.hole_uses += [HoleUse(part.number, part.id, part.span) for part in parts]
    said = fold_words(alt)
    for use in uses:
        if any(name in said for name in names_of(use.label) if len(name) > 1):
            message = f"this description names `{use.id}`, which the learner has to say"
            sheet.report(LEAKED_PART, span, message, "describe the picture without the words of its parts")
    return f'<span class="parts">{"".join(_render_part(part, path, alt) for part in parts)}</span>'


def _render_part(part: Part, path: str, alt: str) -> str:
    def picture(description: str, *, is_hidden: bool) -> str:
        mark = media_mark(part_key(path, part.id, is_hidden=is_hidden))
        return f'<span class="part"><img {mark} alt="{html.escape(escape_cloze(description))}"></span>'

    shown, hidden = picture(alt, is_hidden=False), picture(f"(?) {alt}", is_hidden=True)
    return f"{{{{c{part.number}::{shown}::{hidden}}}}}"


def wrap_label(part: Part, label: str) -> str:
    """The answer of a part in words, as a hole. Its identity is read from here (`recto.identity`)."""
    return f'{{{{c{part.number}::<span class="part" data-part="{escape_cloze(html.escape(part.id))}">{label}</span>}}}}'


def check_alt(alt: str, span: Span, sheet: Sheet) -> None:
    """Report a picture without a description."""
    if not alt:
        sheet.report(IMAGE_WITHOUT_ALT, span, "this picture has no description", "write it between the [ ]")
