"""Rules about code, tables, pictures and formulas: they fit a face, run, and say what they show."""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import basename

from markdown_it.token import Token

from recto.checks.reading import Part, Reading
from recto.checks.rule import Finding, style_rule
from recto.diagnostic import Severity
from recto.length import units
from recto.parse.markdown import token_span

ERROR, WARNING = Severity.ERROR, Severity.WARNING

_BITMAP = re.compile(r"\.(?:png|jpe?g|gif|webp)$", re.IGNORECASE)
_ASSERT = re.compile(r"^\s*assert\b", re.MULTILINE)


def _words(fence: Token) -> list[str]:
    return fence.info.split()


def _fences(part: Part, *, shown: bool) -> Iterator[Token]:
    """The fences of a part; with `shown` those that a learner sees, outputs apart."""
    for token in part.blocks("fence"):
        words = _words(token)
        hidden = "verify" in words[1:]
        if not shown or (not hidden and words[:1] != ["output"]):
            yield token


@style_rule(strict=ERROR, standard=WARNING)
def code_too_long(reading: Reading, *, limit: int = 15, blank: int = 1) -> Iterator[Finding]:
    """More than fifteen lines are scrolled on a phone and copied in the head, not understood.

    Bad:
        A class of forty lines.

    Good:
        The five lines that matter, the rest in a word.
    """
    for part in (*reading.questions, *reading.answers):
        for token in _fences(part, shown=True):
            lines = token.content.rstrip("\n").split("\n")
            empty = sum(not line.strip() for line in lines)
            if len(lines) > limit:
                message = f"{len(lines)} lines of code on one side"
                yield Finding(part.span_of(token), message, f"keep the {limit} that matter")
            elif empty > blank:
                yield Finding(
                    part.span_of(token), f"{empty} empty lines in the code", "a phone shows few lines; take them out"
                )


@style_rule(strict=ERROR, standard=WARNING)
def code_without_language(reading: Reading) -> Iterator[Finding]:
    """Code without its language is shown without colours, and read more slowly. `text` is a language too.

    Bad:
        ```
        x = 1
        ```

    Good:
        ```python
        x = 1
        ```
    """
    for part in reading.parts:
        for token in part.blocks("fence"):
            if not _words(token):
                yield Finding(
                    part.span_of(token), "this code names no language", f"{token.markup}python, or {token.markup}text"
                )


@style_rule(strict=ERROR)
def code_not_executed(
    reading: Reading, *, kinds: tuple[str, ...] = ("code",), language: str = "python"
) -> Iterator[Finding]:
    """Code that nobody ran has a mistake in it. `run` shows it and compares its output, `verify` proves it unseen.

    Bad:
        ```python
        print(sum(range(4)))
        ```

    Good:
        ```python run
        print(sum(range(4)))
        ```
        ```output
        6
        ```
    """
    if reading.tag("kind") not in kinds:
        return
    fences = [(part, token) for part in (*reading.answers, *reading.sections) for token in _fences(part, shown=False)]
    if any({"run", "verify"} & set(_words(token)[1:]) for _, token in fences):
        return
    for part, token in fences:
        if _words(token)[:1] == [language]:
            yield Finding(
                part.span_of(token), "this code was never run", f"```{language} run, and its ```output below it"
            )
            return


@style_rule(strict=ERROR)
def compute_without_proof(reading: Reading, *, kinds: tuple[str, ...] = ("compute",)) -> Iterator[Finding]:
    """A number worked out by hand may be wrong. A hidden block that asserts it is checked whenever the card changes.

    Bad:
        ## How many bytes? {#bytes tags="kind::compute"}

        2 × 32 × 8 × 128 × 2 = 131,072

    Good:
        The same, and ```` ```python verify ```` with `assert 2 * 32 * 8 * 128 * 2 == 131072`
    """
    if reading.tag("kind") not in kinds:
        return
    for part in (*reading.answers, *reading.sections):
        for token in _fences(part, shown=False):
            words = set(_words(token)[1:])
            if "run" in words or ("verify" in words and _ASSERT.search(token.content)):
                return
    yield Finding(reading.card.span, "no program works this number out", "add a ```python verify block with an assert")


@style_rule(strict=ERROR, standard=WARNING)
def table_too_large(reading: Reading, *, rows: int = 4, columns: int = 3) -> Iterator[Finding]:
    """Nobody recalls a whole table. Ask for the one row or column that tells the things apart.

    Bad:
        A table of six methods by five properties.

    Good:
        One card per property, or a cloze card with a hole in each row.
    """
    if reading.card.notetype.is_cloze:
        return
    for part in reading.answers:
        tokens = list(part.passage.tokens)
        for start, token in enumerate(tokens):
            if token.type != "table_open":
                continue
            end = next(n for n in range(start, len(tokens)) if tokens[n].type == "table_close")
            wide = sum(t.type == "th_open" for t in tokens[start:end])
            high = sum(t.type == "tr_open" for t in tokens[start:end]) - 1
            if high > rows or wide > columns:
                message = f"a table of {high} × {wide} to be recalled"
                help_ = f"at most {rows} × {columns}; ask for one row, or move it under a field that folds"
                yield Finding(part.span_of(token), message, help_)


@style_rule(strict=ERROR, standard=WARNING)
def thin_description(reading: Reading, *, shortest: int = 10, longest: int = 120) -> Iterator[Finding]:
    """Who cannot see the picture has its description only, and a file name or «diagram» is none. Lengths are in u.

    Bad:
        ![diagram](media/heads.svg)

    Good:
        ![Four query heads share one key and value head in each of two groups](media/heads.svg)
    """
    for part in reading.parts:
        for inline, image in _images(part):
            alt = image.content
            length, name = units(alt), basename(str(image.attrGet("src") or ""))
            span = token_span(part.source, inline, image)
            if alt == name or (0 < length < shortest):
                yield Finding(span, f"«{alt}» does not say what is to be seen", "describe what the picture tells")
            elif length > longest:
                help_ = "say the point; details belong into the text"
                yield Finding(span, f"a description of {length} u", help_)


@style_rule(strict=WARNING)
def picture_without_licence(reading: Reading, *, field: str = "Source") -> Iterator[Finding]:
    """A photograph or screenshot has an owner. A deck without its licence can be taken down. Own drawings are SVG.

    Bad:
        ![…](media/figure-2.png) and no word of where it is from

    Good:
        The same, and under `### Source`: picture from …, CC BY 4.0
    """
    part = reading.section(field)
    if part and reading.language.licence.search(part.text):
        return
    for other in reading.parts:
        for inline, image in _images(other):
            if _BITMAP.search(str(image.attrGet("src") or "")):
                span = token_span(other.source, inline, image)
                yield Finding(
                    span,
                    "whose picture is this?",
                    f"name its licence, or that it is yours, under ### {reading.heading(field)}",
                )


def _images(part: Part) -> Iterator[tuple[Token, Token]]:
    for inline in part.blocks("inline"):
        for child in inline.children or ():
            if child.type == "image" and not re.search(
                r"\.(?:mp3|og[ga]|opus|wav|m4a|flac)$", str(child.attrGet("src"))
            ):
                yield inline, child


@style_rule(strict=ERROR, standard=WARNING)
def long_sequence(reading: Reading, *, limit: int = 3) -> Iterator[Finding]:
    """Steps in order are asked one after the other: recalled as a list, the first forgotten one fails all.

    Bad:
        1. … 2. … 3. … 4. …

    Good:
        A chain, or a cloze card with a hole for each step.
    """
    if reading.is_numbered or reading.card.notetype.has_options:
        return
    for part in reading.answers:
        tokens = list(part.passage.tokens)
        for start, token in enumerate(tokens):
            if token.type == "ordered_list_open" and token.level == 0:
                end = next(
                    n
                    for n in range(start, len(tokens))
                    if tokens[n].type == "ordered_list_close" and tokens[n].level == 0
                )
                items = sum(t.type == "list_item_open" and t.level == 1 for t in tokens[start:end])
                if items > limit:
                    help_ = "make it a .chain, or a .cloze card"
                    yield Finding(part.span_of(token), f"{items} steps to recall in order", help_)
