r"""One card's two sides as Anki renders them: template + fields → HTML.

Grammar and output follow Anki's manual ("Field Replacements", "Cloze Deletion") and were compared with the backend,
Anki 26.09.3: `{{Field}}`, sections, the special fields and the filters `cloze`, `text`, `hint` and `type`. A filter
that Anki does not know leaves a field as it is; so do those that recto does not work out (`furigana`, `kana`, `kanji`,
`tts`).
"""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from recto.identity import with_edition
from recto.model import LinkedNote, NoteType
from recto.template import Replacement, fill_template, is_empty_field

# What desktop Anki puts for a sound (aqt/sound.py): its classes and its viewBox, so that a deck's CSS finds them.
REPLAY_BUTTON = (
    '<a class="replay-button soundLink" href="#" data-sound="{name}" draggable="false">'
    '<svg class="playImage" viewBox="0 0 64 64"><circle cx="32" cy="32" r="29"/>'
    '<path d="M24 18 L48 32 L24 46 Z"/></svg></a>'
)

_SOUND = re.compile(r"\[sound:(.+?)\]", re.DOTALL)
_TYPED = re.compile(r"\[\[type:(.+?)\]\]")
_NOT_TEXT = re.compile(r"<!--.*?-->|<style.*?>.*?</style>|<script.*?>.*?</script>|<.*?>", re.DOTALL | re.IGNORECASE)
_MATH = re.compile(r"(\\[(\[])(.*?)(\\[\])])", re.DOTALL)
_CLOZE_MARK = re.compile(r"\{\{c(\d+)::|\}\}")


@dataclass(frozen=True, slots=True)
class Face:
    """What Anki's backend gives for one card: the HTML of both sides, without the style sheet of its note type.

    Sounds and typed answers still stand there as `[sound:…]` and `[[type:…]]`; `show` puts what desktop Anki does.
    """

    question: str
    answer: str


def render_face(linked: LinkedNote, notetype: NoteType, ordinal: int) -> Face:
    """Both sides of the card with this ordinal (from 0), which is one of `linked.ordinals`."""
    template = notetype.templates[0 if notetype.is_cloze else ordinal]
    stored = with_edition(notetype, linked.note.fields, linked.changed_in)
    values = {f.name: text for f, text in zip(notetype.fields, stored, strict=True)}
    values |= {
        # Anki sorts a note's tags when it stores them.
        "Tags": " ".join(sorted(linked.note.tags, key=str.casefold)),
        "Type": notetype.name,
        "Deck": linked.deck,
        "Subdeck": linked.deck.rpartition("::")[2],
        "Card": template.name,
        "CardFlag": "flag0",
    }
    filled = {name for name, value in values.items() if not is_empty_field(value)}
    if notetype.is_cloze:
        filled.add(f"c{ordinal + 1}")

    def side(text: str, front: str | None) -> str:
        def fill(node: Replacement) -> str:
            if node.field == "FrontSide":
                return front or ""
            return _filter(values.get(node.field, ""), node, ordinal, is_question=front is None)

        return fill_template(text, fill, filled)

    question = side(template.front, None)
    return Face(question, side(template.back, question))


def show(side: str, *, is_question: bool, values: Mapping[str, str]) -> str:
    """A side with what desktop Anki puts for sounds and for typed answers, of which none was typed.

    `values` are the note's fields by name.
    """

    def typed(match: re.Match[str]) -> str:
        name = match[1].rpartition(":")[2]
        if is_question:
            return '<center><input type="text" id="typeans" aria-label="answer"></center>'
        return f'<code id="typeans">{html.escape(strip_html(values.get(name, "")), quote=False)}</code>'

    buttons = _SOUND.sub(lambda m: REPLAY_BUTTON.format(name=html.escape(html.unescape(m[1]))), side)
    return _TYPED.sub(typed, buttons)


def strip_html(text: str) -> str:
    """A field's text as Anki's `text` filter gives it."""
    return html.unescape(_NOT_TEXT.sub("", text)).replace("\xa0", " ")


def reveal_cloze(text: str, number: int, *, is_question: bool) -> str:
    """A cloze field on the card of hole `number` (from 1); '' when it has no such hole."""
    root = _parse_cloze(text)
    if not any(hole.number == number for hole in root.holes()):
        return ""
    shown = root.render(number, is_question=is_question)
    # MathJax would take a tag for a relation sign; so Anki leaves only text inside formulas, holes or not.
    return _MATH.sub(lambda m: m[1] + _NOT_TEXT.sub("", m[2]) + m[3], shown)


def _filter(text: str, node: Replacement, ordinal: int, *, is_question: bool) -> str:
    if "type" in node.filters:
        # Client work: the backend leaves a mark with the filters that stand behind `type`.
        inner = [name for name in reversed(node.filters) if name != "type"]
        return f"[[type:{':'.join([*inner, node.field])}]]"
    for name in node.filters:
        if name == "cloze":
            text = reveal_cloze(text, ordinal + 1, is_question=is_question)
        elif name == "text":
            text = strip_html(text)
        elif name == "hint":
            text = _hint(text, node.field)
    return text


def _hint(text: str, name: str) -> str:
    if not text.strip():
        return text
    ident = f"hint{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    return (
        f'\n<a class=hint href="#"\nonclick="this.style.display=\'none\';\n'
        f"document.getElementById('{ident}').style.display='block';\nreturn false;\" draggable=false>\n{name}</a>\n"
        f'<div id="{ident}" class=hint style="display: none">{text}</div>\n'
    )


@dataclass(slots=True)
class _Hole:
    """A hole while it is read, or the whole field (`is_root`), number 0. A child is text or a hole inside this one."""

    number: int
    is_root: bool = True
    hint: str | None = None
    children: list[str | _Hole] = field(default_factory=list)

    def holes(self) -> list[_Hole]:
        inner = [hole for child in self.children if isinstance(child, _Hole) for hole in child.holes()]
        return [*([self] if self.number else []), *inner]

    def render(self, number: int, *, is_question: bool) -> str:
        content = "".join(
            child if isinstance(child, str) else child.render(number, is_question=is_question)
            for child in self.children
        )
        if self.is_root:
            return content
        if self.number != number:
            return f'<span class="cloze-inactive" data-ordinal="{self.number}">{content}</span>'
        if not is_question:
            return f'<span class="cloze" data-ordinal="{self.number}">{content}</span>'
        shown = f"[{self.hint or '...'}]"
        return f'<span class="cloze" data-cloze="{_attribute(content)}" data-ordinal="{self.number}">{shown}</span>'


def _parse_cloze(text: str) -> _Hole:
    stack = [_Hole(0)]
    at = 0
    for mark in _CLOZE_MARK.finditer(text):
        _add_text(stack[-1], text[at : mark.start()])
        at = mark.end()
        if mark[1]:
            stack.append(_Hole(int(mark[1]), is_root=False))
        elif len(stack) > 1:
            hole = stack.pop()
            stack[-1].children.append(hole)
        else:
            _add_text(stack[-1], mark[0])
    _add_text(stack[-1], text[at:])
    # What is in a hole that is never closed is lost in Anki, too.
    return stack[0]


def _add_text(hole: _Hole, text: str) -> None:
    if not hole.is_root and "::" in text:
        text, _, hole.hint = text.partition("::")
    if text:
        hole.children.append(text)


_NAMED = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}


def _attribute(text: str) -> str:
    """As Anki writes it: of Latin-1 only ASCII letters and digits stand for themselves, so nothing acts on the rest."""

    def reference(char: str) -> str:
        if char > "\xff" or (char.isascii() and char.isalnum()):
            return char
        return _NAMED.get(char, f"&#x{ord(char):02X};")

    return "".join(map(reference, text))
