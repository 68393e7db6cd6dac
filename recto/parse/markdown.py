"""The only MarkdownIt of the project: our dialect, and tokens that know where they stand in the file.

markdown-it-py gives block tokens a line range and inline tokens nothing. Here every `inline` token gets
`meta["origin"]`, the source offset of each of its content lines, and every inline construct that a diagnostic may point
at gets `meta["at"]`, its (start, end) in the inline content. `token_span` joins the two; nobody else computes a column.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, partial
from itertools import pairwise
from typing import Any

from markdown_it import MarkdownIt, rules_inline
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.dollarmath.index import math_block_dollar, math_inline_dollar
from mdit_py_plugins.footnote.index import footnote_def, footnote_ref

from recto.parse.cloze import cloze_plugin
from recto.parse.emphasis import cjk_emphasis_plugin
from recto.parse.heading import split_attributes
from recto.source import Source, Span

CALLOUTS = ("note", "tip", "important", "warning", "caution")  # GitHub's five
_CALLOUT = re.compile(r"\[!(\w+)\][ \t]*")
_TASK = re.compile(r"\[([ xX])\][ \t\n]+(?=\S)")  # GFM 5.3: white space behind it, and then something

InlineRule = Callable[[StateInline, bool], bool]


@cache
def parser() -> MarkdownIt:
    """CommonMark, tables, strikethrough, task lists, footnotes, dollar math, holes, heading attributes.

    Built once, stateless.
    """
    md = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    # Links that markdown-it would refuse become plain text; we want them as tokens, to refuse them with their place.
    md.validateLink = lambda url: True  # type: ignore[method-assign]
    cjk_emphasis_plugin(md)
    cloze_plugin(md)
    md.block.ruler.before("reference", "footnote_def", footnote_def, {"alt": ["paragraph", "reference"]})
    md.block.ruler.before("fence", "math_block", math_block_dollar(allow_labels=False))
    # Pandoc's conditions for dollars keep money money: no space inside, no digit behind the closing dollar.
    md.inline.ruler.before(
        "escape",
        "math_inline",
        _placed(_from_start(math_inline_dollar(allow_space=False, allow_digits=False, allow_double=True))),
    )
    md.inline.ruler.after("image", "footnote_ref", _placed(partial(footnote_ref, always_match=True)))
    for name, rule in (
        ("image", rules_inline.image),
        ("link", _linked(rules_inline.link)),
        ("autolink", _linked(rules_inline.autolink)),
        ("html_inline", rules_inline.html_inline),
        ("backticks", rules_inline.backtick),
    ):
        md.inline.ruler.at(name, _placed(rule))
    md.core.ruler.after("block", "heading_attributes", _heading_attributes)
    md.core.ruler.push("callouts", _callouts)
    md.core.ruler.push("tasks", _tasks)
    return md


def parse_markdown(source: Source, skip_lines: int = 0) -> list[Token]:
    """The block tokens of a file, `inline` tokens with children and `meta["origin"]`.

    The first `skip_lines` lines (front matter) are taken for empty, so that line numbers stay those of the file.
    """
    text = source.text
    if skip_lines:
        text = "\n" * skip_lines + text[source.line_start(skip_lines) :]
    tokens = parser().parse(text, {})
    _set_origins(source, tokens)
    return tokens


def document_html(text: str) -> str:
    """A document that is no topic (NEWS.md) as HTML: plain CommonMark, raw HTML as text."""
    rendered: str = MarkdownIt("commonmark", {"html": False}).render(text)
    return rendered


def token_span(source: Source, inline: Token, child: Token) -> Span:
    """Where a child of an `inline` token stands; the block's first line when the child has no place of its own."""
    at = child.meta.get("at")
    return inline_span(source, inline, *at) if at else block_span(source, inline)


def inline_span(source: Source, inline: Token, start: int, end: int) -> Span:
    """A stretch of an `inline` token's content as a stretch of the file."""
    return source.span(_offset(inline, start), _offset(inline, end))


def content_span(source: Source, inline: Token | None, token: Token, start: int, end: int) -> Span:
    """A stretch of the content of a code or math token, in a line (`inline` given) or as a block."""
    if inline is not None:
        at: tuple[int, int] = token.meta["at"]
        found = inline.content.find(token.content, *at)
        first = at[0] if found < 0 else found
        return inline_span(source, inline, first + start, first + end)
    before = token.content[:start]
    line = before.count("\n")
    text = token.content.split("\n")[line]
    # A fence and display math have their opening marks in the first line of their own.
    number = (token.map or [0])[0] + line + (1 if token.type == "fence" else 0)
    column = max(source.line_text(number).find(text), 0) + start - (before.rfind("\n") + 1)
    offset = source.line_start(number) + column
    return source.span(offset, offset + end - start)


def block_span(source: Source, token: Token) -> Span:
    """The first line of a block token."""
    return source.line_span(token.map[0] if token.map else 0)


def _placed(rule: InlineRule) -> InlineRule:
    """Let an inline rule note (start, end) in the content on the tokens that it makes; inner tokens keep theirs."""

    def placed(state: StateInline, silent: bool) -> bool:
        start, before = state.pos, len(state.tokens)
        if not rule(state, silent):
            return False
        if not silent:
            for token in state.tokens[before:]:
                if token.type != "text":
                    token.meta.setdefault("at", (start, state.pos))
        return True

    return placed


def _from_start(rule: InlineRule) -> InlineRule:
    """Let the dollar rule see nothing in front of the first character: it looks at `src[-1]`, the last one.

    With a digit there (mdit-py-plugins 0.4.2 to 0.7.0) a formula that begins the text would be shown as TeX source.
    """

    def from_start(state: StateInline, silent: bool) -> bool:
        if state.pos:
            return rule(state, silent)
        src = state.src
        state.src = f"{src}\n"
        try:
            return rule(state, silent)
        finally:
            state.src = src

    return from_start


def _linked(rule: InlineRule) -> InlineRule:
    """Let both ends of a link know its address."""

    def linked(state: StateInline, silent: bool) -> bool:
        before = len(state.tokens)
        if not rule(state, silent):
            return False
        if not silent:
            opening = next(token for token in state.tokens[before:] if token.type == "link_open")
            opening.meta["href"] = state.tokens[-1].meta["href"] = str(opening.attrGet("href") or "")
        return True

    return linked


def _callouts(state: StateCore) -> None:
    """`> [!NOTE] title` becomes `callout_open` (info: type, meta: title as an inline token) … `callout_close`."""
    quotes: list[Token] = []
    for index, token in enumerate(state.tokens):
        if token.type == "blockquote_open":
            quotes.append(token)
            _open_callout(token, state.tokens[index + 1 : index + 4])
        elif token.type == "blockquote_close" and quotes.pop().type == "callout_open":
            token.type = "callout_close"


def _open_callout(opening: Token, following: list[Token]) -> None:
    if len(following) < 3 or following[0].type != "paragraph_open":
        return
    inline = following[1]
    children = inline.children or []
    found = _CALLOUT.match(children[0].content) if children and children[0].type == "text" else None
    if not found or found[1].lower() not in CALLOUTS:
        return
    children[0].content = children[0].content[found.end() :]
    end = next((n for n, child in enumerate(children) if child.type == "softbreak"), len(children))
    title = Token("inline", "", 0, children=children[:end], map=inline.map, content=inline.content, meta=inline.meta)
    opening.type, opening.info, opening.meta = "callout_open", found[1].lower(), {"title": title}
    inline.children = children[end + 1 :]
    if not inline.children:
        following[0].hidden = following[2].hidden = True


def _tasks(state: StateCore) -> None:
    """`- [x] text` becomes a `list_item_open` with meta `done`; its list's both ends get meta `tasks`."""
    lists: list[Token] = []
    for index, token in enumerate(state.tokens):
        if token.type in ("bullet_list_open", "ordered_list_open"):
            lists.append(token)
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            token.meta["tasks"] = lists.pop().meta.get("tasks", False)
        elif token.type == "list_item_open":
            done = _cut_task_mark(state.tokens[index + 1 : index + 3])
            if done is not None:
                token.meta["done"] = done
                lists[-1].meta["tasks"] = True


def _cut_task_mark(following: list[Token]) -> bool | None:
    """Take the mark off an item's first paragraph; whether the task is done, None if there is no mark."""
    if len(following) < 2 or following[0].type != "paragraph_open":
        return None
    found, children = _TASK.match(following[1].content), following[1].children or []
    if not found or not children or children[0].type != "text":
        return None
    children[0].content = children[0].content[found.end() :]
    return found[1] != " "


def _heading_attributes(state: StateCore) -> None:
    """Cut `{#id …}` off each heading before its inline content is parsed; keep it with its offset in the content."""
    for opening, inline in pairwise(state.tokens):
        if opening.type == "heading_open":
            text, attributes, offset = split_attributes(inline.content)
            opening.meta = {"attributes": attributes, "offset": offset}
            inline.meta["full"] = inline.content
            inline.content = text


def _set_origins(source: Source, tokens: list[Token]) -> None:
    cells: list[tuple[int, str]] = []
    for token in tokens:
        if token.type == "tr_open" and token.map:
            cells = _cells(source.line_text(token.map[0]))
        if token.type == "table_close":
            cells = []
        if token.type != "inline" or not token.map:
            continue
        first = token.map[0]
        if cells:
            token.meta["origin"] = _cell_origin(source.line_start(first), *cells.pop(0), token.content)
            continue
        origin: list[tuple[int, int]] = []
        content_start = 0
        lines = token.meta.get("full", token.content).split("\n")
        # The parser takes lines of ideographic spaces off a paragraph's start: to CommonMark they are no blank lines.
        candidates = range(first, token.map[1] - len(lines) + 1)
        first = next((n for n in candidates if lines[0].strip() in source.line_text(n)), first)
        for index, content in enumerate(lines):
            line = source.line_text(first + index)
            stripped = content.lstrip()
            skipped = len(content) - len(stripped)
            found = line.find(stripped)
            if found < 0:  # a tab that was expanded: the line's first character
                found = len(line) - len(line.lstrip())
            origin.append((content_start + skipped, source.line_start(first + index) + found))
            content_start += len(content) + 1
        token.meta["origin"] = tuple(origin)


def _cells(line: str) -> list[tuple[int, str]]:
    """(column, text) of each piece between the bars of a table row, less a container's marks before the first bar."""
    pieces = [(m.start(), m[0]) for m in re.finditer(r"(?:\\.|[^|\\])+|(?<=\|)(?=\|)", line)]
    if pieces and not pieces[0][1].strip("> \t") and line.find("|") >= 0:
        pieces = pieces[1:]
    return pieces or [(0, line)]


def _cell_origin(line_start: int, column: int, text: str, content: str) -> tuple[tuple[int, int], ...]:
    r"""Where a cell's content stands; behind each `\|`, which is one character of content, the offset grows by one."""
    plain = text.replace("\\|", "|")
    shift = max(plain.find(content), 0)
    source_at = line_start + column + shift + text[:shift].count("\\|")
    origin = [(0, source_at)]
    raw = text[shift:]
    for number, found in enumerate(re.finditer(r"\\\|", raw)):
        origin.append((found.start() - number, source_at + found.start() + 1))
    return tuple(origin)


def _offset(inline: Token, position: int) -> int:
    origin: tuple[tuple[int, int], ...] = inline.meta["origin"]
    start, offset = origin[0]
    for line_start, line_offset in origin:
        if line_start > position:
            break
        start, offset = line_start, line_offset
    return offset + position - start


def plain_text(inline: Token) -> str:
    """The words of an inline token, for headings and messages: text, code and math as written, no marks."""
    parts: list[str] = []

    def collect(children: list[Token] | None) -> None:
        for child in children or []:
            if child.type in ("text", "code_inline", "math_inline", "math_inline_double", "text_special"):
                parts.append(child.content)
            elif child.type in ("softbreak", "hardbreak"):
                parts.append(" ")
            elif child.type == "image":
                collect(child.children)

    collect(inline.children)
    return "".join(parts).strip()


def meta(token: Token, key: str) -> Any:
    """A note that one of our rules left on a token, None if it did not."""
    return token.meta.get(key)


def without_comments(html: str) -> str:
    """Raw HTML less its comments, in linear time: a pattern would search for the missing end of each."""
    parts: list[str] = []
    pos = 0
    while (start := html.find("<!--", pos)) >= 0 and (end := html.find("-->", start)) >= 0:
        parts.append(html[pos:start])
        pos = end + 3
    return "".join((*parts, html[pos:]))
