"""Card → Note: which field gets what."""

from __future__ import annotations

import html
from dataclasses import replace

from recto.diagnostic import Diagnostic
from recto.model import RETIRED_TAG, Card, FieldType, HoleUse, Note, Passage, Topic
from recto.parse.markdown import plain_text
from recto.parse.options import split_options
from recto.parse.parts import PartList, split_parts
from recto.render.diagram import wrap_label
from recto.render.html import explicit_hole_numbers, render_blocks, render_footnotes, render_line
from recto.render.sheet import Sheet
from recto.rulebook import CLOZE_WITHOUT_HOLE, MISSING_ANSWER, MISSING_QUESTION
from recto.source import Source
from recto.template import is_empty_field


def render_note(card: Card, topic: Topic, source: Source, tag_prefix: str) -> tuple[Note, tuple[Diagnostic, ...]]:
    """Render every field of a card's note type."""
    has_parts = card.notetype.has_parts
    sheet = Sheet(source, card.notetype.is_cloze and not has_parts, topic.footnotes)
    sheet.parts = split_parts(card.body, source) if has_parts else None
    sections = dict(card.sections)
    if card.notetype.max_steps:
        sheet.hole_uses += _step_uses(card)
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
        as_of=card.attributes.option("as-of"),
        diagram=sheet.diagram,
    )
    return note, tuple(sheet.diagnostics)


def _render_field(f: FieldType, card: Card, topic: Topic, sections: dict[str, Passage], sheet: Sheet) -> str:
    match f.origin:
        case "heading":
            return _render_question(card.question, "this card has no question", "write it behind the ##", sheet)
        case "body":
            return _render_body(card, sheet)
        case "options":
            return _render_options(card, sheet, is_marked=f.argument == "marked")
        case "parts":
            return _render_parts(sheet.parts, f.argument, sheet) if sheet.parts else ""
        case "step" | "step-body" if int(f.argument) > len(card.steps) + 1:
            return ""
        case "step":
            question, _ = card.steps[int(f.argument) - 2]
            return _render_question(question, "this step has no question", "write it behind the ###", sheet)
        case "step-body":
            _, answer = card.steps[int(f.argument) - 2]
            return _render_answer(answer, "this step has a question but no answer", "step", sheet)
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
    out = _render_answer(card.body, "this card has a question but no answer", "card", sheet)
    if sheet.cloze and not is_empty_field(out) and "{{c" not in out:
        help_ = "mark what the learner has to say ==like this=="
        sheet.report(CLOZE_WITHOUT_HOLE, card.span, "a cloze card without a hole", help_)
    sheet.cloze = False
    return out


def _render_question(question: Passage, message: str, help_: str, sheet: Sheet) -> str:
    out = render_line(question, sheet)
    if is_empty_field(out):
        sheet.report(MISSING_QUESTION, question.span, message, help_)
    return out


def _render_answer(answer: Passage, message: str, what: str, sheet: Sheet) -> str:
    out = render_blocks(answer, sheet)
    if is_empty_field(out):
        sheet.report(MISSING_ANSWER, answer.span, message, f"write the answer under the heading, or delete the {what}")
    return out


def _render_options(card: Card, sheet: Sheet, *, is_marked: bool) -> str:
    """The options, and on the back what stands below them. Both hold the same text: the front's is taken for a copy."""
    choice, explanation = split_options(card.body)
    if not is_marked:
        copy = replace(sheet, diagnostics=[], media=[], footnote_numbers=dict(sheet.footnote_numbers), options="hidden")
        return render_blocks(choice, copy)
    sheet.options = "marked"
    out = render_blocks(choice, sheet)
    below = render_blocks(explanation, sheet)
    sheet.options = "plain"
    return f'{out}\n<div class="explanation">{below}</div>' if below else out


def _render_parts(parts: PartList, which: str, sheet: Sheet) -> str:
    """A diagram's text with its pictures, its answers in words, or what stands below the list."""
    if which == "below":
        return render_blocks(parts.below, sheet)
    sheet.cloze = True
    if which == "labels":
        before = len(sheet.footnote_numbers)
        out = "".join(wrap_label(part, render_line(part.label, sheet)) for part in parts.parts)
        out += render_footnotes(before, sheet)
    else:
        out = render_blocks(parts.above, sheet)
    sheet.cloze = False
    return out


def _step_uses(card: Card) -> list[HoleUse]:
    questions = [card.question, *(question for question, _ in card.steps)]
    return [HoleUse(n, plain_text(q.tokens[0]), q.span) for n, q in enumerate(questions, 1)]
