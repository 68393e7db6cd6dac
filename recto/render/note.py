"""Card → Note: which field gets what."""

from __future__ import annotations

import html

from recto.diagnostic import Diagnostic
from recto.model import RETIRED_TAG, Card, FieldType, Note, Passage, Topic
from recto.render.html import explicit_hole_numbers, render_blocks, render_line
from recto.render.sheet import Sheet
from recto.rulebook import CLOZE_WITHOUT_HOLE, MISSING_ANSWER, MISSING_QUESTION
from recto.source import Source
from recto.template import is_empty_field


def render_note(card: Card, topic: Topic, source: Source, tag_prefix: str) -> tuple[Note, tuple[Diagnostic, ...]]:
    """Render every field of a card's note type."""
    sheet = Sheet(source, card.notetype.is_cloze, topic.footnotes)
    sections = dict(card.sections)
    fields = tuple(_render_field(f, card, topic, sections, sheet) for f in card.notetype.fields)
    tags = (*card.tags, RETIRED_TAG) if card.attributes.option("retired") else card.tags
    note = Note(
        id=card.id,
        kind=card.notetype.kind,
        fields=fields,
        tags=tuple(sorted(f"{tag_prefix}::{tag}" if tag_prefix else tag for tag in tags)),
        media=tuple(sheet.media),
        covers=card.covers,
        span=card.span,
        topic=topic.title,
        alias=card.attributes.option("alias"),
        holes=tuple(sheet.hole_uses),
    )
    return note, tuple(sheet.diagnostics)


def _render_field(f: FieldType, card: Card, topic: Topic, sections: dict[str, Passage], sheet: Sheet) -> str:
    match f.origin:
        case "heading":
            html_ = render_line(card.question, sheet)
            if is_empty_field(html_):
                sheet.report(MISSING_QUESTION, card.span, "this card has no question", "write it behind the ##")
            return html_
        case "body":
            return _render_body(card, sheet)
        case "section":
            return render_blocks(sections[f.name], sheet) if f.name in sections else ""
        case "option" if f.flag:
            return "y" if card.attributes.has_class(f.argument) else ""
        case "option":
            return html.escape(card.attributes.option(f.argument), quote=False)
        case "tag":
            start = f"{f.argument}::"
            return html.escape(next((t.removeprefix(start) for t in card.tags if t.startswith(start)), ""), quote=False)
        case "topic":
            return html.escape(topic.title, quote=False)
        case "id":
            return card.id
        case _:
            return ""


def _render_body(card: Card, sheet: Sheet) -> str:
    sheet.cloze = card.notetype.is_cloze
    sheet.taken = explicit_hole_numbers(card.body)
    out = render_blocks(card.body, sheet)
    if is_empty_field(out):
        message, help_ = (
            "this card has a question but no answer",
            "write the answer under the heading, or delete the card",
        )
        sheet.report(MISSING_ANSWER, card.span, message, help_)
    elif sheet.cloze and "{{c" not in out:
        help_ = "mark what the learner has to say ==like this=="
        sheet.report(CLOZE_WITHOUT_HOLE, card.span, "a cloze card without a hole", help_)
    sheet.cloze = False
    return out
