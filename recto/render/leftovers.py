"""Marks that are left over as text: begun and never ended, or those of another program."""

from __future__ import annotations

import re

from markdown_it.token import Token

from recto.parse.markdown import inline_span
from recto.render.sheet import Sheet
from recto.rulebook import FOREIGN_MARK, MISSING_MEDIA, UNCLOSED_HOLE, UNCLOSED_MATH

# `$$`, `{{c1::`, a picture's marks with a space in its path, and `==` beside a word.
_OPEN = re.compile(r"\$\$|\{\{c\d+::|!\[[^\]\n]*\]\([^()<>\n]* [^()\n]*\)|==(?=[^\s=])|(?<=[^\s=])==")

_PARTS = ("code_inline", "math_inline", "math_inline_double", "image", "hole_open", "html_inline")
# `\[1, 2\]` are brackets, `\[x^2\]` is a formula. Of limited length: text full of `\(` must not take quadratic time.
_MATH = (
    r"\\{1,2}\((?!\s).{1,200}?\\{1,2}\)"
    r"|\\{1,2}\[(?=(?:(?!\\\]).){0,200}?(?:\\[a-zA-Z]|[\^_=])).{1,400}?\\{1,2}\]"
)
_FOREIGN = {
    "embed": (r"!\[\[[^\[\]\n]+\]\]", "Obsidian's embedding", "write ![what is to be seen](media/file.png)"),
    "link": (r"\[\[[^\[\]\n]*[^\W\d_][^\[\]\n]*\]\]", "a wiki link", "write the words, or [words](https://…)"),
    "comment": (r"%%(?=\S|\s\S).{1,400}?%%", "Obsidian's comment", "write <!-- … -->, which no learner sees"),
    "block": (r"(?<=\s)\^[a-z][a-z0-9-]{3,}\s*\Z", "Obsidian's name of a block", "delete it"),
    "reference": (r"\(\([0-9a-f]{8}-[0-9a-f-]{27}\)\)", "Logseq's reference to a block", "write its words"),
    "macro": (r"\{\{(?:embed|cloze|query)\s[^{}]*\}\}", "Logseq's macro", "write a hole ==like this== (.cloze)"),
    "admonition": (r"(?m:^:::[^\n]*$)", "a container of another program", "a callout is a quotation: > [!TIP]"),
    "shortcode": (r"\{\{[<%].{0,400}?[%>]\}\}", "Hugo's shortcode", "write Markdown in its place"),
    "sound": (r"\[sound:[^\]\n]*\]", "Anki's mark of a sound", "write ![what is to be heard](media/file.mp3)"),
    "latex": (r"\[(?P<tag>latex|\$\$?)\].{0,400}?\[/(?P=tag)\]", "Anki's mark of a formula", "write $…$ or $$…$$"),
    "math": (_MATH, "LaTeX's mark of a formula", "write $…$ or $$…$$"),
    "contents": (r"(?i:\A\[toc\]\Z)", "a mark for a table of contents", "delete it"),
}
_ANY_FOREIGN = re.compile("|".join(f"(?P<{name}>{pattern})" for name, (pattern, *_) in _FOREIGN.items()), re.DOTALL)


def check_leftovers(inline: Token, sheet: Sheet) -> None:
    """Report marks of ours that were begun and are none, and marks that another program would read."""
    children = inline.children or []
    is_open = any(child.type == "text" and _OPEN.search(child.content) for child in children)
    is_foreign = _ANY_FOREIGN.search(inline.content)
    if not is_open and not is_foreign:
        return
    text = inline.content
    for child in children:
        if child.type in _PARTS:
            start, end = child.meta["at"]
            text = text[:start] + " " * (end - start) + text[end:]
    if is_open:
        _report_open(text, inline, sheet)
    for found in _ANY_FOREIGN.finditer(text):
        _, what, help_ = _FOREIGN[found.lastgroup or ""]
        span = inline_span(sheet.source, inline, *found.span())
        sheet.report(FOREIGN_MARK, span, f"{what} is plain text on a card", help_)


def _report_open(text: str, inline: Token, sheet: Sheet) -> None:
    for found in re.finditer(r"\\.|" + _OPEN.pattern, text):
        span = inline_span(sheet.source, inline, *found.span())
        if found[0] == "$$":
            sheet.report(UNCLOSED_MATH, span, "$$ without its end", "close the formula with $$, or write \\$")
        elif found[0].startswith("!["):
            sheet.report(MISSING_MEDIA, span, "this is no picture", "a path with spaces goes into < >: ![…](<a b.svg>)")
        elif found[0].startswith("{{") or (found[0] == "==" and sheet.cloze and sheet.has_holes):
            sheet.report(UNCLOSED_HOLE, span, f"{found[0]} without its end", "close the hole, or write \\ in front")
