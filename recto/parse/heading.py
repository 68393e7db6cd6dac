"""Heading attributes, Pandoc's convention: `{#id .class key=value key="two words"}` at the end of a heading."""

from __future__ import annotations

import re
from collections.abc import Callable

from recto.diagnostic import Diagnostic
from recto.model import Attributes
from recto.rulebook import BAD_ATTRIBUTE
from recto.source import Span

SpanAt = Callable[[int, int], Span]

_BLOCK = re.compile(r"""\s*\{(\s*(?:[#.]|[\w-]+=)(?:[^{}"']|"[^"]*"|'[^']*'|["'])*+)\}\s*$""")
_WORD = re.compile(
    r"""\#(?P<id>[^\s#.=}"']*) | \.(?P<cls>[^\s.=}"']+) | (?P<key>[\w-]+)=(?P<value>"[^"]*"|'[^']*'|[^\s"'}]+(?=\s|$)) |
        (?P<bad>[\w-]+=["'][^"']*$ | \S+)""",
    re.VERBOSE,
)


def split_attributes(content: str) -> tuple[str, str, int]:
    """(text, what stands between the braces, its offset in the content); no attributes: (content, '', -1).

    Braces that hold no attribute, as in `集合 {a, b}`, belong to the text.
    """
    found = _BLOCK.search(content)
    if not found:
        return content, "", -1
    return content[: found.start()], found[1], found.start(1)


def find_slip(content: str) -> tuple[int, int, str, str] | None:
    """(start, end, message, help) of braces that look like attributes but are none, in a heading without an id."""
    if found := re.search(r"\{\s*#[^{}]*$", content):
        return found.start(), len(content.rstrip()), "{ without its }", "close it at the end of the line"
    if found := re.search(r"(?<![{\w])#[\w-]+[^{}]*\}\s*$", content):
        word = found[0].split("}")[0].split()[0]
        return found.start(), len(content.rstrip()), "} without its {", f"write {{ in front of {word}"
    if found := re.search(r"\{\s*#[\w-]+[^{}]*\}", content):
        rest = content[found.end() :].strip()
        help_ = "put everything into one pair of { }" if rest.startswith("{") else "move it there"
        return found.start(), found.end(), f"{found[0]} is not at the end of the heading", help_
    return None


def parse_attributes(text: str, offset: int, span_at: SpanAt) -> tuple[Attributes, list[Diagnostic]]:
    """Read what stands between the braces. `span_at(start, end)` turns content offsets into places."""
    ident: tuple[str, Span] | None = None
    classes: list[tuple[str, Span]] = []
    options: list[tuple[str, str, Span]] = []
    diagnostics: list[Diagnostic] = []
    for word in _WORD.finditer(text):
        span = span_at(offset + word.start(), offset + word.end())
        if word["id"] is not None:
            if ident:
                diagnostics.append(BAD_ATTRIBUTE.at(span, "a second id", "keep one; a card has one identity"))
            else:
                ident = (word["id"], span)
        elif word["cls"] is not None:
            classes.append((word["cls"], span))
        elif word["key"] is not None:
            if any(key == word["key"] for key, _, _ in options):
                diagnostics.append(BAD_ATTRIBUTE.at(span, f"{word['key']} is set twice", "keep one"))
            else:
                options.append((word["key"], word["value"].strip("\"'"), span))
        else:
            diagnostics.append(
                BAD_ATTRIBUTE.at(
                    span,
                    f"cannot read {word['bad']}",
                    'the form is {#id .kind key=value key="two words"}, with straight quotes',
                )
            )
    return Attributes(ident, tuple(classes), tuple(options)), diagnostics


def option_words(text: str, offset: int, span_at: SpanAt, name: str) -> tuple[tuple[str, Span], ...]:
    """The words of an option's value, each with its own place; arguments as for `parse_attributes`."""
    value = next((word for word in _WORD.finditer(text) if word["key"] == name), None)
    if value is None:
        return ()
    begin = offset + value.start("value")
    words = re.finditer(r"[^\s\"']+", value["value"])
    return tuple((word[0], span_at(begin + word.start(), begin + word.end())) for word in words)
