"""The executable code of a file's cards, with the place of every line."""

from __future__ import annotations

from itertools import pairwise

from markdown_it.token import Token

from recto.model import Card, CodeBlock, Listing, Passage, Program, Topic
from recto.parse.cloze import find_holes
from recto.parse.markdown import block_span, content_span
from recto.source import Source, Span

LANGUAGE = "python"
OUTPUT = "output"


def code_programs(topic: Topic, source: Source) -> tuple[Program, ...]:
    """One program for each card, and each footnote, that has `run` or `verify` blocks.

    The output of a `run` block is the next fence below it, if that is an `output` fence. Holes of a cloze card are
    taken out of what is shown; hidden code has none.
    """
    programs = [_program(card.id, _passages(card), source, is_cloze=card.notetype.is_cloze) for card in topic.cards]
    programs += [_program(f"^{label}", (note,), source, is_cloze=False) for label, note in topic.footnotes.items()]
    return tuple(program for program in programs if program.blocks)


def _passages(card: Card) -> tuple[Passage, ...]:
    return (card.body, *(answer for _, answer in card.steps), *(passage for _, passage in card.sections))


def _program(name: str, passages: tuple[Passage, ...], source: Source, *, is_cloze: bool) -> Program:
    blocks: list[CodeBlock] = []
    for passage in passages:
        fences = [token for token in passage.tokens if token.type == "fence"]
        for fence, following in pairwise([*fences, None]):
            kind = _kind(fence) if fence else ""
            if fence and kind:
                output = following if following and following.info.split()[:1] == [OUTPUT] else None
                shown = is_cloze and kind == "run"
                expected = _listing(output, source, has_holes=shown) if output and kind == "run" else None
                blocks.append(CodeBlock(kind, _listing(fence, source, has_holes=shown), expected))
    return Program(name, tuple(sorted(blocks, key=lambda block: block.code.span)))


def _kind(fence: Token) -> str:
    """What is done with a fence: `verify` hides it, so the other word is of no consequence then; '' for nothing."""
    language, *words = fence.info.split() or [""]
    if language != LANGUAGE:
        return ""
    return next((kind for kind in ("verify", "run") if kind in words), "")


def _listing(fence: Token, source: Source, *, has_holes: bool) -> Listing:
    spans: list[Span] = []
    start = 0
    for line in fence.content.split("\n")[:-1]:
        spans.append(content_span(source, None, fence, start, start + len(line)))
        start += len(line) + 1
    text = _without_holes(fence.content) if has_holes else fence.content
    return Listing(text, block_span(source, fence), tuple(spans))


def _without_holes(text: str) -> str:
    """The code as the learner sees it when every hole is filled."""
    out, pos = "", 0
    for hole in find_holes(text, is_math=False):
        out += text[pos : hole.start] + hole.content
        pos = hole.end
    return out + text[pos:]
