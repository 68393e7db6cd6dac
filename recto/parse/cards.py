"""Tokens of a file → its cards: H1 is the topic, H2 a card, an H3 that names a field starts that field."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from markdown_it.token import Token

from recto.config import is_deck_name
from recto.diagnostic import Diagnostic
from recto.model import Attributes, Card, FieldType, ItemUse, NoteType, Passage, Topic
from recto.parse.allowances import read_allowances
from recto.parse.frontmatter import FrontMatter, parse_front_matter
from recto.parse.heading import find_slip, option_words, parse_attributes
from recto.parse.markdown import block_span, inline_span, meta, parse_markdown, plain_text
from recto.parse.options import check_options
from recto.parse.outline import CardPart, Outline, Part, is_comment
from recto.parse.parts import check_parts
from recto.rulebook import (
    BAD_ATTRIBUTE,
    BAD_DECK_NAME,
    BAD_OPTION_VALUE,
    BAD_TAG,
    CHAIN_WITHOUT_STEP,
    DUPLICATE_FIELD,
    EMPTY_FIELD,
    FIELD_WITHOUT_OPTION,
    MALFORMED_ID,
    MISSING_ID,
    TOO_MANY_STEPS,
    UNKNOWN_FIELD,
    UNKNOWN_KIND,
    UNKNOWN_OPTION,
)
from recto.source import Source, Span
from recto.suggest import did_you_mean, nearest, slug

DEFAULT_KIND = "qa"
CARD_OPTIONS = ("tags", "covers", "alias")
_ID = re.compile(r"[a-z0-9][a-z0-9-]*")
_MONTH = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])")


def parse_cards(source: Source, notetypes: Mapping[str, NoteType]) -> tuple[Topic, tuple[Diagnostic, ...]]:
    """Read one topic file. Every fault is reported and as much as possible still read."""
    front_matter, diagnostics = parse_front_matter(source)
    outline = Outline(source)
    outline.read(parse_markdown(source, front_matter.lines))
    diagnostics += outline.diagnostics
    if front_matter.deck and not is_deck_name(front_matter.deck[0]):
        name, span = front_matter.deck
        diagnostics.append(
            BAD_DECK_NAME.at(span, f'"{name}" cannot be a deck\'s name', "no empty part between ::, no quotes")
        )
    file_tags = _checked_tags(front_matter.tags, diagnostics)
    cards = tuple(
        _read_card(section, source, notetypes, front_matter, file_tags, diagnostics) for section in outline.sections
    )
    topic = Topic(
        title=outline.title,
        deck=front_matter.deck[0] if front_matter.deck else "",
        order=front_matter.order,
        cards=cards,
        footnotes=outline.footnotes,
    )
    return topic, tuple(diagnostics)


def _read_card(
    part: CardPart,
    source: Source,
    notetypes: Mapping[str, NoteType],
    front_matter: FrontMatter,
    file_tags: tuple[str, ...],
    diagnostics: list[Diagnostic],
) -> Card:
    span = block_span(source, part.opening)
    written = (
        meta(part.opening, "attributes") or "",
        meta(part.opening, "offset"),
        lambda start, end: inline_span(source, part.inline, start, end),
    )
    attributes, found = parse_attributes(*written)
    diagnostics += found
    notetype = _choose_notetype(attributes, notetypes, diagnostics)
    _check_options(attributes, notetype, diagnostics)
    question = Passage(span, (part.inline,))
    body, sections, steps = _read_fields(part, source, notetype, notetypes, diagnostics)
    if notetype.has_options:
        diagnostics += check_options(body, span, source)
    if notetype.has_parts:
        diagnostics += check_parts(body, span, source)
    _check_section_options(part, sections, notetype, attributes, diagnostics)
    own_tags = tuple(
        (word, s) for key, value, s in attributes.options if key == "tags" for word in value.split(" ") if word
    )
    allowances, found = read_allowances(part.comments, source)
    diagnostics += found
    covers: dict[str, Span] = {}
    for word, place in (*front_matter.covers, *option_words(*written, "covers")):
        covers.setdefault(word, place)
    return Card(
        id=_read_id(attributes, part, source, diagnostics),
        span=span,
        notetype=notetype,
        attributes=attributes,
        tags=tuple(dict.fromkeys((*file_tags, *_checked_tags(own_tags, diagnostics)))),
        covers=tuple(ItemUse(word, place) for word, place in covers.items()),
        question=question,
        body=body,
        sections=sections,
        steps=steps,
        allowances=allowances,
    )


def _read_id(attributes: Attributes, part: CardPart, source: Source, diagnostics: list[Diagnostic]) -> str:
    slip = None if attributes.id else find_slip(part.inline.meta["full"])
    if slip:
        start, end, message, help_ = slip
        diagnostics.append(BAD_ATTRIBUTE.at(inline_span(source, part.inline, start, end), message, help_))
        return ""
    if not attributes.id:
        span = block_span(source, part.opening)
        bare = re.search(r"\{([a-z0-9][a-z0-9-]*)\}\s*$", part.inline.content)
        help_ = (
            f"did you mean {{#{bare[1]}}}?"
            if bare
            else "`ids --write` gives one, or write {#your-id} behind the question"
        )
        diagnostics.append(MISSING_ID.at(span, "this card has no id", help_))
        return ""
    ident, id_span = attributes.id
    if _ID.fullmatch(ident):
        return ident
    proposal = slug(ident)
    diagnostics.append(
        MALFORMED_ID.at(
            id_span,
            f'"{ident}" cannot be an id' if ident else "the id is empty",
            "ids are of a-z, 0-9 and -" + (f", for example {{#{proposal}}}" if proposal else ""),
        )
    )
    return ""


def _choose_notetype(
    attributes: Attributes, notetypes: Mapping[str, NoteType], diagnostics: list[Diagnostic]
) -> NoteType:
    kinds = [(word, span) for word, span in attributes.classes if word in notetypes]
    for word, span in kinds[1:]:
        diagnostics.append(BAD_ATTRIBUTE.at(span, f"a second kind, .{word}", f"keep one of .{kinds[0][0]} and .{word}"))
    kind = kinds[0][0] if kinds else DEFAULT_KIND
    guesses = [nearest(word, notetypes) for word, _ in attributes.classes]
    guess = next((word for word in guesses if word), DEFAULT_KIND)  # read on as what was probably meant
    notetype = notetypes.get(kind if kinds else guess) or next(iter(notetypes.values()))
    flags = _option_names(notetype, flags=True)
    for word, span in attributes.classes:
        if word in notetypes or word in flags:
            continue
        if word in {flag for other in notetypes.values() for flag in _option_names(other, flags=True)}:
            diagnostics.append(
                UNKNOWN_OPTION.at(span, f".{word} is not possible on a {notetype.kind} card", "remove it")
            )
        else:
            diagnostics.append(
                UNKNOWN_KIND.at(span, f"there is no kind .{word}", did_you_mean(word, (*notetypes, *flags)))
            )
    return notetype


def _option_names(notetype: NoteType, *, flags: bool) -> tuple[str, ...]:
    return tuple(f.argument for f in notetype.fields if f.origin == "option" and f.flag is flags)


def _check_options(attributes: Attributes, notetype: NoteType, diagnostics: list[Diagnostic]) -> None:
    known = (*CARD_OPTIONS, *_option_names(notetype, flags=False))
    for key, value, span in attributes.options:
        if key not in known:
            diagnostics.append(UNKNOWN_OPTION.at(span, f"there is no option {key}", did_you_mean(key, known)))
        elif key == "as-of" and not _MONTH.fullmatch(value):
            diagnostics.append(BAD_OPTION_VALUE.at(span, f'"{value}" is no month', "write as-of=2026-06"))
        elif key == "alias" and not (_ID.fullmatch(value) or re.fullmatch(r"guid:[\x21-\x7e]{1,64}", value)):
            diagnostics.append(
                BAD_OPTION_VALUE.at(
                    span, f'"{value}" is no former identity', "write alias=former-id, or alias=guid:THE-GUID"
                )
            )
        elif not value.strip():
            diagnostics.append(BAD_OPTION_VALUE.at(span, f"{key} is empty", "give it a value or remove it"))


def _read_fields(
    part: CardPart,
    source: Source,
    notetype: NoteType,
    notetypes: Mapping[str, NoteType],
    diagnostics: list[Diagnostic],
) -> tuple[Passage, tuple[tuple[str, Passage], ...], tuple[tuple[Passage, Passage], ...]]:
    """The body, the fields and the steps: in a chain every H3 that names no field is the next question."""
    by_heading = {heading.casefold(): f for f in notetype.fields if f.origin == "section" for heading in f.headings}
    current, passages = part.blocks, []
    named: list[tuple[str, Span, list[Token]]] = []
    asked: list[tuple[Part, Span]] = []
    for sub in part.parts:
        text = plain_text(sub.inline)
        span = block_span(source, sub.opening)
        found = by_heading.get(text.casefold())
        if meta(sub.opening, "attributes"):
            full = sub.inline.meta["full"]
            at = inline_span(source, sub.inline, full.rindex("{"), len(full.rstrip()))
            diagnostics.append(
                BAD_ATTRIBUTE.at(at, "only questions take attributes", "remove them, or move them to the H2")
            )
        if found is None:
            owner = next((n for n in notetypes.values() if _has_section(n, text)), None)
            guess = nearest(text, (h for f in by_heading.values() for h in f.headings))
            if owner or guess:
                help_ = f"it is one of a {owner.kind} card" if owner else f'did you mean "{guess}"?'
                diagnostics.append(UNKNOWN_FIELD.at(span, f'"{text}" is no field of a {notetype.kind} card', help_))
            if notetype.max_steps:
                asked.append((sub, span))
                current = sub.blocks
                continue
            current.extend((sub.opening, sub.inline, _closing(sub.opening), *sub.blocks))
            continue
        if any(name == found.name for name, _, _ in named):
            diagnostics.append(DUPLICATE_FIELD.at(span, f"a second {text} in this card", "put both under one heading"))
        current = list(sub.blocks)
        named.append((found.name, span, current))
    for name, span, blocks in named:
        if all(_is_hidden(block) for block in blocks):
            diagnostics.append(
                EMPTY_FIELD.at(span, "nothing stands under this heading", "write it or remove the heading")
            )
        else:
            passages.append((name, Passage(span, tuple(blocks))))
    steps = tuple((Passage(span, (sub.inline,)), Passage(span, tuple(sub.blocks))) for sub, span in asked)
    _check_steps(steps, block_span(source, part.opening), notetype, diagnostics)
    return Passage(block_span(source, part.opening), tuple(part.blocks)), tuple(passages), steps


def _check_steps(
    steps: tuple[tuple[Passage, Passage], ...], span: Span, notetype: NoteType, diagnostics: list[Diagnostic]
) -> None:
    most = notetype.max_steps
    if most and not steps:
        help_ = "ask the next one under a heading ###, or remove the kind"
        diagnostics.append(CHAIN_WITHOUT_STEP.at(span, "a chain with one question", help_))
    elif len(steps) >= max(most, 1):
        message, help_ = f"a chain has at most {most} questions", "make what follows a chain of its own"
        diagnostics.append(TOO_MANY_STEPS.at(steps[most - 1][0].span, message, help_))


def _has_section(notetype: NoteType, heading: str) -> bool:
    return any(heading.casefold() == h.casefold() for f in notetype.fields if f.origin == "section" for h in f.headings)


def _closing(opening: Token) -> Token:
    return Token("heading_close", opening.tag, -1, block=True)


def _check_section_options(
    part: CardPart,
    sections: tuple[tuple[str, Passage], ...],
    notetype: NoteType,
    attributes: Attributes,
    diagnostics: list[Diagnostic],
) -> None:
    by_name: dict[str, FieldType] = {f.name: f for f in notetype.fields}
    for name, passage in sections:
        needed = by_name[name].needs_option
        if needed and not attributes.has_class(needed) and not attributes.option(needed):
            diagnostics.append(
                FIELD_WITHOUT_OPTION.at(
                    passage.span,
                    f"this field is shown only on .{needed} cards",
                    f"add .{needed} to the heading",
                )
            )


def _is_hidden(token: Token) -> bool:
    """Whether a top-level block shows nothing to the learner."""
    if token.type == "fence":
        return "verify" in token.info.split()[1:]
    return token.type == "html_block" and is_comment(token.content)


def _checked_tags(tags: tuple[tuple[str, Span], ...], diagnostics: list[Diagnostic]) -> tuple[str, ...]:
    good: list[str] = []
    for tag, span in tags:
        tag_nfc = unicodedata.normalize("NFC", tag)
        if re.search(r"[\s\x00-\x1f\x7f\u00a0\u3000\"]", tag_nfc) or not all(tag_nfc.split("::")):
            diagnostics.append(
                BAD_TAG.at(
                    span,
                    f'"{tag}" cannot be a tag',
                    "no white space (U+3000 either), no quotes, no empty part between ::",
                )
            )
        elif tag_nfc.casefold() in ("marked", "leech"):
            diagnostics.append(BAD_TAG.at(span, f'"{tag}" is a tag that Anki itself sets', "choose another word"))
        else:
            good.append(tag_nfc)
    return tuple(good)
