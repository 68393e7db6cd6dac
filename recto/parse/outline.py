"""A file's tokens → its headings and what stands under each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from markdown_it.token import Token

from recto.diagnostic import Diagnostic
from recto.model import Passage
from recto.parse.markdown import block_span, inline_span, meta, plain_text, without_comments
from recto.rulebook import (
    BAD_ATTRIBUTE,
    HEADING_WITHOUT_SPACE,
    MISSING_TOPIC,
    NO_CARDS,
    STRAY_TEXT,
    TWO_TOPICS,
    UNCLOSED_FENCE,
    UNSAFE_HTML,
)
from recto.source import Source


@dataclass(slots=True)
class Part:
    """What stands under one heading: the heading's tokens and the blocks up to the next heading that matters."""

    opening: Token
    inline: Token
    blocks: list[Token] = field(default_factory=list)


@dataclass(slots=True)
class CardPart(Part):
    """A card's H2 and body, its H3 parts in order (not all of them start a field), and the comments between."""

    comments: list[Token] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)


class Outline:
    """A file's block tokens cut at its headings: its topic, its cards, its footnotes, and what is wrong between."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.title = ""
        self.sections: list[CardPart] = []
        self.footnotes: dict[str, Passage] = {}
        self.diagnostics: list[Diagnostic] = []
        self._topics = 0
        self._closed = False  # behind a thematic break no card is open
        self._strayed = False  # one report per gap is enough

    def read(self, tokens: list[Token]) -> None:
        """Take the tokens of the whole file."""
        has_topic = any(t.type == "heading_open" and t.tag == "h1" and t.level == 0 for t in tokens)
        if not has_topic:
            span = self.source.line_span(next((t.map[0] for t in tokens if t.map), 0))
            self.diagnostics.append(MISSING_TOPIC.at(span, "this file has no topic", "begin it with a line # Topic"))
            self._topics = 1  # what stands before the first H2 is then an introduction
        for group in _blocks(tokens):
            self._take(group)
        self._check_footnotes(tokens)
        swallowed = self._check_ends(tokens)
        if has_topic and not self.sections and not swallowed:
            span = next(block_span(self.source, t) for t in tokens if t.type == "heading_open" and t.tag == "h1")
            self.diagnostics.append(
                NO_CARDS.at(span, "this file has no card", "a card begins with a line ## Question {#id}")
            )

    def _check_ends(self, tokens: list[Token]) -> bool:
        """Report fences and comments that never end; whether there is one. They swallow what follows, cards and all."""
        before = len(self.diagnostics)
        for token in tokens:
            if token.type == "fence" and not _is_closed(token, self.source):
                span = block_span(self.source, token)
                self.diagnostics.append(
                    UNCLOSED_FENCE.at(span, "this code block has no end", f"close it with a line {token.markup}")
                )
            elif token.type == "html_block" and "<!--" in without_comments(token.content):
                span = block_span(self.source, token)
                self.diagnostics.append(UNSAFE_HTML.at(span, "<!-- without its -->", "close the comment with -->"))
        return len(self.diagnostics) > before

    def _take(self, group: list[Token]) -> None:
        first = group[0]
        if first.type == "heading_open" and first.tag == "h1":
            self._take_topic(first, group[1])
        elif first.type == "heading_open" and first.tag == "h2":
            self.sections.append(CardPart(first, group[1]))
            self._closed = self._strayed = False
        elif first.type == "footnote_reference_open":
            self._take_footnote(first, group)
        elif first.type == "html_block" and is_comment(first.content):
            if self.sections and not self._closed:
                self.sections[-1].comments.append(first)
        elif not self.sections or self._closed:
            self._check_spaces(group)
            self._take_stray(first)
        elif first.type == "hr":
            self._closed = True
        elif first.type == "heading_open" and first.tag == "h3":
            self.sections[-1].parts.append(Part(first, group[1]))
        else:
            self._check_spaces(group)
            card = self.sections[-1]
            (card.parts[-1] if card.parts else card).blocks.extend(group)

    def _take_topic(self, opening: Token, inline: Token) -> None:
        self._topics += 1
        if self._topics > 1:
            self.diagnostics.append(
                TWO_TOPICS.at(
                    block_span(self.source, opening),
                    "a second topic in one file",
                    "make it a card with ##, or a file of its own",
                )
            )
            self._closed = False
            return
        self.title = plain_text(inline)
        if meta(opening, "attributes"):
            self.diagnostics.append(
                BAD_ATTRIBUTE.at(
                    block_span(self.source, opening),
                    "a topic takes no attributes",
                    "settings for a file stand in its front matter",
                )
            )
        if not self.title:
            self.diagnostics.append(
                MISSING_TOPIC.at(block_span(self.source, opening), "the topic is empty", "write it behind the #")
            )

    def _take_footnote(self, first: Token, group: list[Token]) -> None:
        label, span = first.meta["label"], block_span(self.source, first)
        if label in self.footnotes:
            self.diagnostics.append(
                STRAY_TEXT.at(span, f"a second footnote [^{label}]", "cards show only the first; give it another name")
            )
        else:
            self.footnotes[label] = Passage(span, tuple(group[1:-1]))

    def _check_spaces(self, group: list[Token]) -> None:
        """Report `##Question {#id}`: Markdown wants a space there."""
        for inline in group:
            found = (
                re.search(r"(?m)^(#{1,6})[^#\s].*\{#[\w-]+[^{}]*\}[ \t]*$", inline.content)
                if inline.type == "inline"
                else None
            )
            if found:
                span = inline_span(self.source, inline, found.start(), found.end(1))
                help_ = f"write a space behind {found[1]}"
                self.diagnostics.append(HEADING_WITHOUT_SPACE.at(span, "this is no heading", help_))

    def _check_footnotes(self, tokens: list[Token]) -> None:
        children = [child for token in tokens for child in token.children or ()]
        used = {child.meta["label"] for child in children if child.type == "footnote_ref"}
        for label, passage in self.footnotes.items():
            if label not in used:
                help_ = f"put [^{label}] where it belongs, or delete it"
                self.diagnostics.append(
                    STRAY_TEXT.at(passage.span, f"nothing refers to the footnote [^{label}]", help_)
                )

    def _take_stray(self, first: Token) -> None:
        if self._strayed:
            return
        if self._closed:
            message, help_ = (
                "text between cards",
                "below a line --- nothing belongs to a card; delete the line or the text",
            )
        elif self._topics:
            return  # the introduction
        else:
            message, help_ = "text before the topic", "move it below the # line, where it is an introduction"
        self._strayed = True
        self.diagnostics.append(STRAY_TEXT.at(block_span(self.source, first), message, help_))


def _is_closed(fence: Token, source: Source) -> bool:
    """Whether a fence ends where its author meant it: by a line of marks, with no further fence begun inside."""
    if fence.map is None or fence.map[1] - fence.map[0] < 2:
        return False
    last = source.line_text(fence.map[1] - 1).strip("> \t")
    if last.strip(fence.markup[0]) or len(last) < len(fence.markup):
        return False
    return re.search(rf"(?m)^[> ]*{re.escape(fence.markup)}\w", fence.content) is None


def _blocks(tokens: list[Token]) -> Iterator[list[Token]]:
    """The top-level blocks: each a list of tokens from its opening to its closing one."""
    group: list[Token] = []
    depth = 0
    for token in tokens:
        group.append(token)
        depth += token.nesting
        if depth == 0:
            yield group
            group = []


def is_comment(html: str) -> bool:
    """Whether a block of HTML is comments only, which no learner sees."""
    return re.fullmatch(r"\s*(?:<!--.*?-->\s*)+", html, re.DOTALL) is not None
