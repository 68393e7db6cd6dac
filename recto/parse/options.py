"""The task list of a choice card: which of the answer's blocks it is, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator

from markdown_it.token import Token

from recto.diagnostic import Diagnostic
from recto.model import Passage
from recto.parse.markdown import block_span
from recto.rulebook import MISSING_OPTIONS, NO_RIGHT_OPTION, ONLY_RIGHT_OPTIONS, TWO_OPTION_LISTS
from recto.source import Source, Span

_SHOW = "write each option as a line - [ ] wrong or - [x] right"


def split_options(body: Passage) -> tuple[Passage, Passage]:
    """(what stands up to the end of the first task list, what stands below it); without a list all stands above."""
    tokens = body.tokens
    for start, end in _task_lists(tokens):
        if tokens[start].level == 0:
            return Passage(body.span, tokens[:end]), Passage(body.span, tokens[end:])
    return body, Passage(body.span, ())


def check_options(body: Passage, question: Span, source: Source) -> list[Diagnostic]:
    """Every fault of a choice card's options. `question` is where a missing list is reported."""
    tokens = body.tokens
    lists = list(_task_lists(tokens))
    start, end = next(((s, e) for s, e in lists if tokens[s].level == 0), (0, 0))
    if not end:
        return [MISSING_OPTIONS.at(question, "this choice has no options", _SHOW)]
    found: list[Diagnostic] = []
    for other, _ in lists:
        if other != start:
            help_ = "one card, one choice: make it a plain list, or a card of its own"
            found.append(TWO_OPTION_LISTS.at(block_span(source, tokens[other]), "a second list of options", help_))
    span = block_span(source, tokens[start])
    items = [t for t in tokens[start:end] if t.type == "list_item_open" and t.level == tokens[start].level + 1]
    unmarked = [item for item in items if "done" not in item.meta]
    right = sum(item.meta.get("done", False) for item in items)
    if unmarked:
        found += [MISSING_OPTIONS.at(block_span(source, item), "this option has no mark", _SHOW) for item in unmarked]
    elif len(items) < 2:
        found.append(MISSING_OPTIONS.at(span, "this choice has only one option", "write at least one more"))
    elif not right:
        found.append(NO_RIGHT_OPTION.at(span, "no option is marked as right", "mark it with - [x]"))
    elif right == len(items):
        found.append(ONLY_RIGHT_OPTIONS.at(span, "all options are right", "add one that is wrong: - [ ]"))
    return found


def _task_lists(tokens: tuple[Token, ...]) -> Iterator[tuple[int, int]]:
    """(index of its opening token, index behind its closing one) of every task list, nested ones too."""
    for start, token in enumerate(tokens):
        if token.nesting == 1 and token.meta.get("tasks"):
            depth = 0
            for end in range(start, len(tokens)):
                depth += tokens[end].nesting
                if not depth:
                    yield start, end + 1
                    break
