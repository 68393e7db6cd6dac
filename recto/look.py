"""templates/ → note types: ids, fields, templates and the joined CSS. Knows nothing of any deck's subject."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from recto.diagnostic import Diagnostic
from recto.model import CardTemplate, FieldType, NoteType
from recto.rulebook import BROKEN_TEMPLATE
from recto.settings import Settings
from recto.source import Source
from recto.template import SPECIAL_FIELDS, TemplateError, named_fields, parse_template

NOTETYPES_FILE = "templates/notetypes.toml"
STYLE_FOLDER = "templates/style/"

# What may stand behind `from =`, and behind its colon.
ORIGINS = {
    "heading": "",
    "body": "",
    "section": "",
    "options": "(marked)?",
    "parts": "(labels|below)?",
    "step": r"[2-9]|[1-9]\d",
    "step-body": r"[2-9]|[1-9]\d",
    "option": ".+",
    "tag": ".+",
    "topic": "",
    "id": "",
    "edition": "",
    "spare": "",
}
_FIELD_KEYS = ("name", "id", "from", "headings", "required", "flag", "with")
_TYPE_KEYS = ("id", "name", "type", "fields", "templates")


def parse_look(files: Mapping[str, Source]) -> tuple[dict[str, NoteType], tuple[Diagnostic, ...]]:
    """Note types by kind, from the text files below templates/ (path relative to the deck → Source).

    A note type with a fault is left out and the fault reported.
    """
    settings = Settings.parse(files[NOTETYPES_FILE])
    css = "\n".join(files[path].text.strip() for path in sorted(files) if _is_style(path)) + "\n"
    notetypes: dict[str, NoteType] = {}
    for kind, table in settings.values.items():
        before = len(settings.diagnostics)
        if not isinstance(table, dict):
            settings.report(f"{kind} must be a table", settings.span_of(kind), f"begin it with a line [{kind}]")
            continue
        notetype = _parse_notetype(kind, table, files, css, settings)
        if len(settings.diagnostics) == before:
            notetypes[kind] = notetype
    if not settings.values and not settings.diagnostics:
        settings.report("no note type is defined", settings.source.line_span(0), "see docs/format.md, «Note types»")
    _refuse_shared_ids(notetypes, settings)
    return notetypes, tuple(settings.diagnostics)


def _is_style(path: str) -> bool:
    return path.startswith(STYLE_FOLDER) and path.endswith(".css")


def _parse_notetype(
    kind: str, table: dict[str, Any], files: Mapping[str, Source], css: str, settings: Settings
) -> NoteType:
    here = f"[{kind}]"
    before = len(settings.diagnostics)
    settings.refuse_unknown(table, _TYPE_KEYS, here)
    fields = tuple(_parse_field(entry, here, settings) for entry in settings.take(table, "fields", list, [], here))
    type_ = settings.take(table, "type", str, "normal", here)
    if type_ not in ("normal", "cloze"):
        settings.report(f'type = "{type_}" means nothing', settings.span_of("type", here), "one of: normal, cloze")
    is_cloze = type_ == "cloze"
    names = {field.name for field in fields}
    if len(settings.diagnostics) == before:
        _check_origins(kind, fields, is_cloze, here, settings)
    if not fields or len(names) < len(fields):
        settings.report(f"note type {kind} needs fields with different names", settings.span_of("fields", here))
    templates = tuple(
        _parse_template_entry(entry, here, names, is_cloze, files, settings)
        for entry in settings.take(table, "templates", list, [], here)
    )
    if not templates or (is_cloze and len(templates) > 1):
        settings.report(
            f"note type {kind} needs {'exactly one template' if is_cloze else 'a template'}",
            settings.span_of("templates", here),
        )
    if len(settings.diagnostics) == before:
        _check_edition(kind, fields, templates, here, settings)
    return NoteType(
        kind=kind,
        span=settings.span_of_text(here),
        id=_parse_id(table, settings, here),
        name=settings.take(table, "name", str, "", here) or kind,
        is_cloze=is_cloze,
        fields=fields,
        templates=templates,
        css=css,
    )


def _parse_id(table: dict[str, Any], settings: Settings, *after: str) -> int:
    value: int = settings.take(table, "id", int, 1, *after)
    if "id" not in table or not 0 < value < 2**53:
        # JSON numbers above 2^53 do not survive JavaScript, and Anki's editor is a web page.
        span = settings.span_of("id", *after) if "id" in table else settings.span_of_text(*after)
        settings.report("id is missing or not a number between 1 and 2^53", span)
    return value


def _parse_field(entry: Any, here: str, settings: Settings) -> FieldType:
    if not isinstance(entry, dict):
        settings.report("each field is a table { name = …, id = …, from = … }", settings.span_of("fields", here))
        entry = {}
    name = settings.take(entry, "name", str, "", here)
    after = (here, f'"{name}"') if name else (here,)
    settings.refuse_unknown(entry, _FIELD_KEYS, *after)
    origin, _, argument = settings.take(entry, "from", str, "", *after).partition(":")
    if not re.fullmatch(ORIGINS.get(origin, "(?!)"), argument):
        settings.report(
            f'field {name}: from = "{entry.get("from", "")}" means nothing',
            settings.span_of("from", *after),
            f"one of: {', '.join(ORIGINS)} (option and tag with a name, as in option:reverse; steps with 2, 3, …)",
        )
    headings = settings.take(entry, "headings", list, [], *after)
    return FieldType(
        name=name,
        id=_parse_id(entry, settings, *after),
        origin=origin,
        argument=argument,
        headings=(name, *(str(heading) for heading in headings)),
        required=settings.take(entry, "required", bool, False, *after),
        flag=settings.take(entry, "flag", bool, False, *after),
        needs_option=settings.take(entry, "with", str, "", *after),
    )


def _check_origins(kind: str, fields: tuple[FieldType, ...], is_cloze: bool, here: str, settings: Settings) -> None:
    """What goes together: both lists of a choice, a diagram's pictures and labels, each step's question and answer."""
    span = settings.span_of("fields", here)
    lists = [f.argument for f in fields if f.origin == "options"]
    if lists and (lists != ["", "marked"] or any(f.origin == "body" for f in fields)):
        help_ = 'a field with from = "options", behind it one with from = "options:marked", and none with "body"'
        settings.report(f"note type {kind} cannot show its options", span, help_)
    parts = [f.argument for f in fields if f.origin == "parts"]
    if parts and (not is_cloze or sorted(parts) != ["", "below", "labels"] or any(f.origin == "body" for f in fields)):
        help_ = 'type = "cloze", fields with from = "parts", "parts:labels" and "parts:below", and none with "body"'
        settings.report(f"note type {kind} cannot show its parts", span, help_)
    steps, answers = (sorted(int(f.argument) for f in fields if f.origin == o) for o in ("step", "step-body"))
    if not steps and not answers:
        return
    if is_cloze:
        settings.report(f"note type {kind}: the cards of a cloze note are its holes", span, "remove the steps")
    elif steps != answers or steps != list(range(2, len(steps) + 2)):
        help_ = 'fields with from = "step:N" and from = "step-body:N", N = 2, 3, … without a gap'
        settings.report(f"note type {kind} misses a part of a step", span, help_)


def _check_edition(
    kind: str, fields: tuple[FieldType, ...], templates: tuple[CardTemplate, ...], here: str, settings: Settings
) -> None:
    """The version of the last change is one field and on no front: it must not decide which cards there are."""
    names = [f.name for f in fields if f.origin == "edition"]
    fronts = {name for template in templates for name, _ in named_fields(parse_template(template.front))}
    if len(names) > 1 or fields[0].name in names or fronts.intersection(names):
        help_ = 'one field with from = "edition", not the first, shown on backs only'
        settings.report(f"note type {kind} cannot show the version", settings.span_of("fields", here), help_)


def _parse_template_entry(
    entry: Any,
    here: str,
    fields: set[str],
    is_cloze: bool,
    files: Mapping[str, Source],
    settings: Settings,
) -> CardTemplate:
    if not isinstance(entry, dict):
        settings.report(
            "each template is a table { name = …, id = …, front = …, back = … }",
            settings.span_of("templates", here),
        )
        entry = {}
    name = settings.take(entry, "name", str, "", here)
    after = (here, f'"{name}"') if name else (here,)
    settings.refuse_unknown(entry, ("name", "id", "front", "back"), *after)
    sides = [_read_side(entry, side, name, after, fields, is_cloze, files, settings) for side in ("front", "back")]
    return CardTemplate(name, _parse_id(entry, settings, *after), *sides)


def _read_side(
    entry: dict[str, Any],
    side: str,
    name: str,
    after: tuple[str, ...],
    fields: set[str],
    is_cloze: bool,
    files: Mapping[str, Source],
    settings: Settings,
) -> str:
    """One side of a template: a file, or several joined in their order."""
    value = entry.get(side, "")
    sources: list[Source] = []
    for part in value if isinstance(value, list) else [value]:
        path = f"templates/{part}"
        if path in files:
            sources.append(files[path])
        else:
            settings.report(f"template {name}: there is no file {path}", settings.span_of(side, *after))
    faults = [fault for source in sources for fault in _check_template(source, fields, is_cloze)]
    if sources and not faults:
        faults = _check_side(sources, fields, side, is_cloze)
    settings.diagnostics.extend(faults)
    return "".join(source.text.strip() + "\n" for source in sources)


def _check_template(source: Source, fields: set[str], is_cloze: bool) -> list[Diagnostic]:
    """What Anki's own check (`col.models.add_dict`, 26.09.3) would refuse; the importer does not look."""
    try:
        nodes = parse_template(source.text)
    except TemplateError as error:
        help_ = "write &#123;&#123; for a literal {{" if error.message.startswith("{{ ") else ""
        return [BROKEN_TEMPLATE.at(source.span(error.offset, error.offset + 2), error.message, help_)]
    known = fields | SPECIAL_FIELDS
    return [
        BROKEN_TEMPLATE.at(
            source.span(offset, source.text.index("}}", offset) + 2),
            f'there is no field "{name}" in this note type',
            "write &#123;&#123; for a literal {{",
        )
        for name, offset in named_fields(nodes)
        if name not in known and not (is_cloze and name.startswith("c") and name[1:].isdigit())
    ]


def _check_side(sources: list[Source], fields: set[str], side: str, is_cloze: bool) -> list[Diagnostic]:
    """What a whole side lacks: a field on the front, holes on both sides of a cloze note type."""
    span = sources[0].line_span(0)
    text = "".join(source.text for source in sources)
    if side == "front" and not any(name in fields for name, _ in named_fields(parse_template(text))):
        return [BROKEN_TEMPLATE.at(span, "the front shows no field, so Anki makes no card of it")]
    if is_cloze and "{{cloze:" not in text:
        return [BROKEN_TEMPLATE.at(span, "both sides of a cloze note type need {{cloze:Field}}")]
    return []


def _refuse_shared_ids(notetypes: dict[str, NoteType], settings: Settings) -> None:
    seen: set[int] = set()
    for kind, notetype in notetypes.items():
        here = f"[{kind}]"
        named = [(f.id, f'"{f.name}"') for f in notetype.fields] + [(t.id, f'"{t.name}"') for t in notetype.templates]
        for number, name in ((notetype.id, ""), *named):
            if number in seen:
                span = settings.span_of("id", here, *([name] if name else []))
                settings.report(f"id {number} stands twice", span, "every id is a number of its own")
            seen.add(number)
