"""Markdown tokens → field HTML: one method per token type that Anki needs otherwise than markdown-it makes it."""

from __future__ import annotations

import html
import posixpath
import re
import unicodedata
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

from markdown_it.renderer import RendererHTML
from markdown_it.rules_block.table import escapedSplit
from markdown_it.token import Token

from recto.model import HoleUse, MediaUse, Passage
from recto.parse.cloze import Hole, find_holes
from recto.parse.emphasis import is_cjk
from recto.parse.markdown import block_span, content_span, parser, without_comments
from recto.render.code import highlight, lexer_for
from recto.render.diagram import check_alt, render_drawing
from recto.render.escape import escape_cloze, escape_code, escape_tex, escape_text
from recto.render.formula import check_formula, check_width
from recto.render.leftovers import check_leftovers
from recto.render.raw import read_tags
from recto.render.sheet import Sheet, media_mark
from recto.rulebook import (
    EMPTY_HOLE,
    HOLE_NUMBER,
    HOLE_OUTSIDE_CLOZE,
    LOST_TABLE_CELL,
    MISSING_MEDIA,
    NESTED_HOLE,
    NOT_EXECUTED,
    UNDEFINED_FOOTNOTE,
    UNKNOWN_CODE_WORD,
    UNKNOWN_LANGUAGE,
    UNSAFE_HTML,
    UNSAFE_LINK,
    UNSAFE_MEDIA,
)
from recto.source import Span
from recto.suggest import did_you_mean

CODE_WORDS = ("run", "verify")
EXECUTED = "python"
AUDIO = (".mp3", ".ogg", ".oga", ".opus", ".wav", ".m4a", ".flac")
_MAX_HOLE = 500  # Anki 26.09.3 takes c1 … c500


def render_blocks(passage: Passage, sheet: Sheet) -> str:
    """A field of blocks: paragraphs, lists, code …, with the footnotes that it refers to at its end."""
    before = len(sheet.footnote_numbers)
    out = _RENDERER.render(passage.tokens, parser().options, {"sheet": sheet})
    out += render_footnotes(before, sheet)
    _check_closed(sheet, 0)
    return out.strip()


def render_line(passage: Passage, sheet: Sheet) -> str:
    """A field of one line: the inline content of a heading."""
    return _RENDERER.render(passage.tokens, parser().options, {"sheet": sheet}).strip()


def explicit_hole_numbers(passage: Passage) -> frozenset[int]:
    """The numbers that the author gave to holes in a passage."""
    numbers: set[int] = set()
    for token in passage.tokens:
        for child in (token, *(token.children or ())):
            if child.type == "hole_open" and child.meta["number"] is not None:
                numbers.add(child.meta["number"])
            elif child.type in _CODE_TYPES or child.type.startswith("math_"):
                holes = find_holes(child.content, is_math=child.type.startswith("math_"))
                numbers.update(hole.number for hole in holes if hole.number is not None)
    return frozenset(numbers)


_CODE_TYPES = ("code_inline", "code_block", "fence")


def render_footnotes(before: int, sheet: Sheet) -> str:
    """The list of the footnotes first referred to since number `before`; a footnote may refer to further ones."""
    items: list[str] = []
    done = before
    while done < len(sheet.footnote_numbers):
        label = list(sheet.footnote_numbers)[done]
        tokens = sheet.footnotes[label].tokens
        if len(tokens) == 3 and tokens[0].type == "paragraph_open":
            tokens = (tokens[1],)
        body = _RENDERER.render(tokens, parser().options, {"sheet": sheet}).strip()
        items.append(f"<li>{body}</li>")
        done += 1
    if not items:
        return ""
    start = f' start="{before + 1}"' if before else ""
    return f'<ol class="footnotes"{start}>' + "".join(items) + "</ol>\n"


class _FieldRenderer(RendererHTML):
    """Rules take (tokens, index, options, env) as markdown-it's renderer calls them; `env["sheet"]` is the `Sheet`."""

    def render(self, tokens: Sequence[Token], options: Any, env: Any) -> str:
        sheet: Sheet = env["sheet"]
        out: list[str] = []
        for index, token in enumerate(tokens):
            if token.type == "inline":
                sheet.inline, open_tags = token, len(sheet.open_tags)
                check_leftovers(token, sheet)
                out.append(self.renderInline(token.children or [], options, env))
                _check_closed(sheet, open_tags)
                sheet.inline = None
            elif token.type in self.rules:
                out.append(self.rules[token.type](tokens, index, options, env))
            else:
                out.append(self.renderToken(tokens, index, options, env))
        return "".join(out)

    # --- text ----------------------------------------------------------------------------------------------

    def text(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return escape_text(tokens[idx].content, cloze=env["sheet"].cloze)

    def softbreak(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """A line end in the source is a space on the card, but not between two CJK characters, which are set solid."""
        before = tokens[idx - 1].content[-1:] if idx else ""
        after = tokens[idx + 1].content[:1] if idx + 1 < len(tokens) else ""
        return "" if before and after and is_cjk(before) and is_cjk(after) else "\n"

    def hardbreak(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return "<br>\n"

    def html_inline(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return self._raw(tokens[idx], env["sheet"])

    def html_block(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return self._raw(tokens[idx], env["sheet"])

    def _raw(self, token: Token, sheet: Sheet) -> str:
        content = without_comments(token.content)
        # A comment without its end is reported where the file is read.
        if "<!--" in content or not _check_tags(content, sheet.span_of(token), sheet):
            content = html.escape(content)  # the preview shows cards with errors too, and must not run them
        return escape_cloze(content) if sheet.cloze else content

    # --- links and media -----------------------------------------------------------------------------------

    def link_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """Links to other files of the deck are for readers of the source; on a card they would lead nowhere."""
        sheet: Sheet = env["sheet"]
        href: str = tokens[idx].meta["href"]
        if not _is_web_address(href):
            scheme = urlsplit(href).scheme
            if scheme:
                span = sheet.span_of(tokens[idx])
                sheet.report(UNSAFE_LINK, span, f"a card cannot link to {scheme}: addresses", "use https")
            return ""
        address = html.escape(href)
        return f'<a href="{escape_cloze(address) if sheet.cloze else address}">'

    def link_close(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return "</a>" if _is_web_address(tokens[idx].meta["href"]) else ""

    def image(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        sheet: Sheet = env["sheet"]
        token = tokens[idx]
        span = sheet.span_of(token)
        path = _media_path(str(token.attrGet("src") or ""), span, sheet)
        if path is None:
            return ""
        alt = self.renderInlineAsText(token.children or [], options, env).strip()
        if sheet.parts is not None and token is sheet.parts.picture:
            return render_drawing(path, alt, span, sheet)
        sheet.media.append(MediaUse(path, span))
        if path.lower().endswith(AUDIO):
            return f"[sound:{media_mark(path)}]"
        check_alt(alt, span, sheet)
        return f'<img {media_mark(path)} alt="{html.escape(escape_cloze(alt) if sheet.cloze else alt)}">'

    # --- code and math -------------------------------------------------------------------------------------

    def code_inline(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return f"<code>{self._code(tokens[idx], '', env['sheet'])}</code>"

    def code_block(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return f'<pre class="code"><code>{self._code(tokens[idx], "", env["sheet"])}</code></pre>\n'

    def fence(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        sheet: Sheet = env["sheet"]
        token = tokens[idx]
        language, *words = token.info.split() or [""]
        _check_fence(token, language, words, sheet)
        if "verify" in words:
            return ""
        if language == "output":
            return f'<pre class="output"><samp>{self._code(token, "", sheet)}</samp></pre>\n'
        css = f' class="language-{html.escape(language)}"' if language else ""
        return f'<pre class="code"><code{css}>{self._code(token, language, sheet)}</code></pre>\n'

    def _code(self, token: Token, language: str, sheet: Sheet) -> str:
        text = token.content.rstrip("\n")
        holes = list(find_holes(text, is_math=False)) if sheet.has_holes else []
        plain, opened, closed = "", {}, set()
        pos = 0
        for hole in holes:
            plain += text[pos : hole.start]
            opened[len(plain)] = self._opening(hole, token, sheet), _closing(hole)
            plain += hole.content
            closed.add(len(plain))
            pos = hole.end
        plain += text[pos:]

        def escape(piece: str) -> str:
            return escape_code(piece, cloze=sheet.cloze)

        if not holes and not language:
            return escape(plain)
        out: list[str] = []
        end_mark = ""
        for offset, piece in highlight(plain, language, (*opened, *closed), escape):
            if offset in closed:
                out.append(end_mark)
                end_mark = ""
            if offset in opened:
                start_mark, end_mark = opened[offset]
                out.append(start_mark)
            out.append(piece)
        return "".join(out) + end_mark

    def math_inline(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        check_width(tokens[idx], env["sheet"])
        return rf"\({self._tex(tokens[idx], env['sheet'])}\)"

    def math_inline_double(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return rf"\[{self._tex(tokens[idx], env['sheet'])}\]"

    def math_block(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return rf'<div class="math">\[{self._tex(tokens[idx], env["sheet"])}\]</div>' + "\n"

    def _tex(self, token: Token, sheet: Sheet) -> str:
        text = token.content.strip()
        lead = len(token.content) - len(token.content.lstrip())
        holes = tuple(find_holes(text, is_math=True)) if sheet.has_holes else ()
        check_formula(token, lead, holes, sheet)
        out, pos = "", 0
        for hole in holes:
            out += escape_tex(text[pos : hole.start], cloze=sheet.cloze)
            inner = escape_tex(hole.content, cloze=True)
            # A brace beside the hole's own would be taken for one of them.
            out += f"{' ' if out.endswith('{') else ''}{self._opening(hole, token, sheet, lead)}{inner}"
            out += f"{' ' if inner.endswith('}') else ''}{_closing(hole)}"
            out += " " if text[hole.end :].startswith("}") else ""
            pos = hole.end
        return out + escape_tex(text[pos:], cloze=sheet.cloze)

    # --- holes ---------------------------------------------------------------------------------------------

    def _opening(self, hole: Hole, token: Token, sheet: Sheet, lead: int = 0) -> str:
        """The opening marks of a hole; `lead` is what precedes its text in the token."""
        span = content_span(sheet.source, sheet.inline, token, lead + hole.start, lead + hole.end)
        if not sheet.cloze:
            sheet.report(HOLE_OUTSIDE_CLOZE, span, "a hole outside the text of the card", _HOLES_GO)
        if sheet.hole_depth:
            sheet.report(NESTED_HOLE, span, "a hole inside a hole", "make them two holes side by side")
        return _open_hole(hole.number, hole.content, span, sheet)

    def hole_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        sheet: Sheet = env["sheet"]
        token = tokens[idx]
        if not (sheet.cloze and sheet.has_holes):
            where = _HOLES_GO if sheet.has_holes else "add .cloze to the heading, or remove the marks"
            sheet.report(HOLE_OUTSIDE_CLOZE, sheet.span_of(token), "a hole where none is possible", where)
            return ""
        if sheet.hole_depth:
            sheet.report(NESTED_HOLE, sheet.span_of(token), "a hole inside a hole", "make them two holes side by side")
        sheet.hole_depth += 1
        return _open_hole(token.meta["number"], token.meta["text"], sheet.span_of(token), sheet)

    def hole_close(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        sheet: Sheet = env["sheet"]
        if not (sheet.cloze and sheet.has_holes):
            return ""
        sheet.hole_depth -= 1
        hint = tokens[idx].meta["hint"]
        return (f"::{escape_text(hint, cloze=True)}" if hint else "") + "}}"

    # --- blocks --------------------------------------------------------------------------------------------

    def bullet_list_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        if not tokens[idx].meta.get("tasks"):
            return self.renderToken(tokens, idx, options, env)
        if env["sheet"].options == "plain":
            return '<ul class="tasks">\n'
        several = " several" if _count_done(tokens, idx) > 1 else ""
        return f'<ol class="options{several}">\n'

    def bullet_list_close(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        is_choice = tokens[idx].meta.get("tasks") and env["sheet"].options != "plain"
        return "</ol>\n" if is_choice else self.renderToken(tokens, idx, options, env)

    def ordered_list_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        is_choice = tokens[idx].meta.get("tasks") and env["sheet"].options != "plain"
        return (self.bullet_list_open if is_choice else self.renderToken)(tokens, idx, options, env)

    def list_item_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        opening = self.renderToken(tokens, idx, options, env)
        done = tokens[idx].meta.get("done")
        if done is None or env["sheet"].options != "marked":
            return opening
        return opening.replace("<li>", f'<li class="{"right" if done else "wrong"}">')

    def paragraph_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        opening = self.renderToken(tokens, idx, options, env)
        done = tokens[idx - 1].meta.get("done") if idx else None
        if done is None or env["sheet"].options == "hidden":
            return opening
        marks = "☐☑" if env["sheet"].options == "plain" else "✗✓"
        return f'{opening}<span class="mark">{marks[done]}</span> '

    def table_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        _check_table(tokens, idx, env["sheet"])
        return '<div class="table"><table>\n'

    def table_close(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return "</table></div>\n"

    def callout_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """`> [!NOTE] title`; without a title the look gives it one."""
        title = self.render([tokens[idx].meta["title"]], options, env).strip()
        return f'<div class="callout {tokens[idx].info}"><p class="callout-title">{title}</p>\n'

    def callout_close(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return "</div>\n"

    def footnote_ref(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        sheet: Sheet = env["sheet"]
        label = tokens[idx].meta["label"]
        if label not in sheet.footnotes:
            sheet.report(
                UNDEFINED_FOOTNOTE,
                sheet.span_of(tokens[idx]),
                f"there is no footnote [^{label}]",
                f"write it on a line of its own: [^{label}]: … (or \\[^{label}] for the characters)",
            )
            return ""
        number = sheet.footnote_numbers.setdefault(label, len(sheet.footnote_numbers) + 1)
        return f'<sup class="fn">[{number}]</sup>'


_CLOSE_TAGS = "close the tag in the field that opens it"
_HOLES_GO = "holes go into the text under the heading, not into other fields"
_RENDERER = _FieldRenderer()


def _check_tags(content: str, span: Span, sheet: Sheet) -> bool:
    """Report tags that are not allowed or close nothing; remember those that are open. One fault is one report.

    Returns whether all of them are allowed.
    """
    tags = read_tags(content)
    for tag in tags:
        top = sheet.open_tags[-1][0] if sheet.open_tags else ""
        if tag.nesting < 0 and top == tag.name:
            sheet.open_tags.pop()
        elif tag.problem:
            sheet.report(UNSAFE_HTML, span, tag.problem, "write \\< for a literal <, or put it in `code`")
        elif tag.nesting < 0:
            sheet.report(UNSAFE_HTML, span, f"</{tag.name}> closes nothing that is open", _CLOSE_TAGS)
        if tag.nesting > 0:
            sheet.open_tags.append((tag.name, span))
    return not any(tag.problem for tag in tags)


def _check_closed(sheet: Sheet, kept: int) -> None:
    """Report tags that are still open at the end of a field, or of the line of text that opened them."""
    open_tags = sheet.open_tags[kept:]
    reported = {d.span for d in sheet.diagnostics if d.rule == UNSAFE_HTML.name} if open_tags else set()
    for name, span in open_tags:
        if span not in reported:
            sheet.report(UNSAFE_HTML, span, f"<{name}> is never closed", _CLOSE_TAGS)
    del sheet.open_tags[kept:]


def _is_web_address(href: str) -> bool:
    return urlsplit(href).scheme.lower() in ("http", "https", "mailto")


def _count_done(tokens: Sequence[Token], idx: int) -> int:
    """How many items of the list that opens at `idx` are marked as done."""
    level = tokens[idx].level
    end = next(n for n in range(idx + 1, len(tokens)) if tokens[n].level == level and tokens[n].nesting < 0)
    return sum(token.meta.get("done", False) for token in tokens[idx:end] if token.level == level + 1)


def _open_hole(explicit: int | None, text: str, span: Span, sheet: Sheet) -> str:
    if not text.strip():
        sheet.report(EMPTY_HOLE, span, "an empty hole", "write what the learner has to say inside it")
    if explicit is not None and not 1 <= explicit <= _MAX_HOLE:
        sheet.report(HOLE_NUMBER, span, f"hole number {explicit}", f"numbers are 1 to {_MAX_HOLE}")
    number = sheet.next_number(explicit)
    if explicit is None and number == _MAX_HOLE + 1:
        message = f"this is hole {number} of the card"
        sheet.report(HOLE_NUMBER, span, message, f"Anki makes cards of {_MAX_HOLE}; divide the card")
    sheet.hole_uses.append(HoleUse(number, text, span))
    return f"{{{{c{number}::"


def _closing(hole: Hole) -> str:
    return (f"::{escape_text(hole.hint, cloze=True)}" if hole.hint else "") + "}}"


def _check_fence(token: Token, language: str, words: list[str], sheet: Sheet) -> None:
    span = block_span(sheet.source, token)
    if language and language != "output" and lexer_for(language) is None:
        sheet.report(
            UNKNOWN_LANGUAGE,
            span,
            f'unknown language "{language}"',
            "see pygments.org/languages; `text` for none",
        )
    for word in words:
        if word not in CODE_WORDS:
            sheet.report(UNKNOWN_CODE_WORD, span, f'"{word}" means nothing here', did_you_mean(word, CODE_WORDS))
    if language != EXECUTED and (word := next((word for word in words if word in CODE_WORDS), "")):
        help_ = f"write ```{EXECUTED} {word} if it is Python, else remove {word}"
        sheet.report(NOT_EXECUTED, span, f"only {EXECUTED} is executed, not {language}", help_)


def _check_table(tokens: Sequence[Token], idx: int, sheet: Sheet) -> None:
    """Report rows that have more cells than the header: the tokenizer has already dropped what is too much."""
    columns = 0
    for token in tokens[idx + 1 :]:
        if token.type == "table_close":
            return
        if token.type == "th_open":
            columns += 1
        elif token.type == "tr_open" and columns and token.map:
            line = sheet.source.line_text(token.map[0]).lstrip("> \t").rstrip()
            cells = escapedSplit(line)
            cells = cells[1:] if cells and not cells[0].strip() else cells
            cells = cells[:-1] if cells and not cells[-1].strip() else cells
            if len(cells) > columns:
                sheet.report(
                    LOST_TABLE_CELL,
                    block_span(sheet.source, token),
                    f"this row has {len(cells)} cells, the header {columns}",
                    "write \\| for a | that belongs to a cell, also inside code and math",
                )


def _media_path(src: str, span: Span, sheet: Sheet) -> str | None:
    """The deck-relative path of a reference, or None with a diagnostic when it leaves the folder of the cards."""
    target = unicodedata.normalize("NFC", unquote(src))
    root = sheet.source.path.split("/", 1)[0]
    if not target:
        sheet.report(MISSING_MEDIA, span, "this picture names no file", "write its path between the ( )")
        return None
    if re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//", target):
        sheet.report(
            UNSAFE_MEDIA,
            span,
            f"{target} is not a file of the deck",
            "save it beside the topic and write its relative path",
        )
        return None
    folder = unicodedata.normalize("NFC", posixpath.dirname(sheet.source.path))
    path = posixpath.normpath(posixpath.join(folder, target.replace("\\", "/")))
    if target.startswith(("/", "\\")) or not path.startswith(f"{root}/"):
        sheet.report(
            UNSAFE_MEDIA,
            span,
            f"{target} is outside {root}/",
            f"move it into {root}/ and write its relative path",
        )
        return None
    return path
