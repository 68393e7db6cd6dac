"""What a note asks and answers in short, for rules that compare notes; worked out when a note is compiled."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape

from recto.model import FieldType, Note

_TAG = re.compile(r"<[^<>]*>")
_HOLE = re.compile(r"\{\{c\d+::(.*?)(?:::[^}]*)?\}\}", re.DOTALL)
_BOLD = re.compile(r"<strong>(.*?)</strong>", re.DOTALL)
_NUMBER = re.compile(r"\d[\d,.]*")
_NAME = re.compile(r"[A-Z][A-Za-z0-9-]*(?: [A-Z0-9][A-Za-z0-9-]*){0,2}")


def asked_by(note: Note, types: Sequence[FieldType]) -> str:
    """What a note asks, as plain text: its question, and for a note of holes its text too."""
    origins = ("heading", "body") if note.holes else ("heading",)
    return _plain(" ".join(html for html, field in zip(note.fields, types, strict=True) if field.origin in origins))


def said_by(note: Note, types: Sequence[FieldType]) -> tuple[str, str]:
    """What kind of answer a note has (a number, a name, '' for anything longer) and what it is."""
    html = "".join(html for html, field in zip(note.fields, types, strict=True) if field.origin == "body")
    bold = _BOLD.search(html)
    text = _plain(bold[1] if bold else html).strip(" 。.")
    if _NUMBER.match(text) and len(text) <= 24:
        return "number", text
    return ("name", text) if _NAME.fullmatch(text) else ("", "")


def _plain(html: str) -> str:
    """A field's words without its tags and the marks of its holes."""
    return unescape(_TAG.sub("", _HOLE.sub(r"\1", html)))
