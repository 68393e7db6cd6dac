"""What a program did → what the author is told, at the line of the card."""

from __future__ import annotations

import ast
import signal
from dataclasses import replace
from itertools import zip_longest
from typing import Any

from recto.diagnostic import Diagnostic, Severity
from recto.facts.execute import MAX_OUTPUT
from recto.facts.runner import Ending
from recto.model import CodeBlock, Listing, Program, RunSettings
from recto.rulebook import CODE_LIMIT, CODE_NOT_RUN, FAILED_CODE, NOTHING_VERIFIED, WRONG_OUTPUT
from recto.source import Span

_ENLARGE = "make the example smaller, or raise {} in [run] of deck.toml"


def judge(program: Program, ending: Ending, settings: RunSettings) -> tuple[list[Diagnostic], int]:
    """The faults of an executed program, and how many of its blocks passed."""
    diagnostics: list[Diagnostic] = []
    passed = 0
    for message in ending.messages:
        if "end" in message:
            found = _judge_block(program, message, settings)
            diagnostics += found
            passed += not found
    if not ending.is_done:
        started = [message["begin"] for message in ending.messages if "begin" in message]
        diagnostics.append(_judge_end(program.blocks[started[-1] if started else 0], ending, settings))
    return diagnostics, passed


def not_run(program: Program, missing: list[str], settings: RunSettings) -> Diagnostic:
    """The report of a program whose modules are not installed."""
    names = ", ".join(missing)
    verb = "is" if len(missing) == 1 else "are"
    spans = [span for block in program.blocks for span in _imports_at(block, missing)]
    text = f"not executed: {names} {verb} not installed"
    found = CODE_NOT_RUN.at(spans[0], text, "install what the deck's code imports")
    return replace(found, severity=Severity(settings.skipped))


def unverified(program: Program) -> list[Diagnostic]:
    """A warning for each hidden block that asserts nothing."""
    return [
        NOTHING_VERIFIED.at(
            block.code.span, "this hidden block asserts nothing", "compare what it computes with what the card says"
        )
        for block in program.blocks
        if block.kind == "verify" and not _asserts(block.code.text)
    ]


def imported_modules(program: Program) -> set[str]:
    """The top-level names that the code imports, wherever in it."""
    found: set[str] = set()
    for block in program.blocks:
        found |= {name for name, _ in _imports(block.code.text)}
    return found


def _imports(text: str) -> list[tuple[str, int]]:
    """(module, line from 1) of each import; nothing of code that is no Python."""
    found: list[tuple[str, int]] = []
    for node in ast.walk(_parse(text)):
        if isinstance(node, ast.Import):
            found += [(alias.name.split(".")[0], node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.append((node.module.split(".")[0], node.lineno))
    return found


def _imports_at(block: CodeBlock, missing: list[str]) -> list[Span]:
    return [block.code.lines[line - 1] for name, line in _imports(block.code.text) if name in missing]


def _asserts(text: str) -> bool:
    """Whether the code can fail on purpose; code that is no Python fails anyway."""
    tree = _parse(text)
    names = [getattr(node, "attr", getattr(node, "id", "")) for node in ast.walk(tree)]
    stops = any(isinstance(node, ast.Assert | ast.Raise) for node in ast.walk(tree))
    return stops or not tree.body or any(name.startswith("assert") for name in names)


def _parse(text: str) -> ast.Module:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return ast.Module([], [])


def _judge_block(program: Program, message: dict[str, Any], settings: RunSettings) -> list[Diagnostic]:
    block = program.blocks[message["end"]]
    failure = message["failure"]
    if not failure:
        return _compare(block, message["output"]) if block.kind == "run" else []
    listing = program.blocks[failure["block"]].code
    span = _place(listing, failure["line"], failure["column"], failure["end_column"])
    match failure["what"]:
        case "memory":
            text = f"the code needs more memory than {settings.memory} MiB"
            return [CODE_LIMIT.at(span, text, _ENLARGE.format("memory"))]
        case "processes":
            return [CODE_LIMIT.at(span, "the code starts too many processes or threads", "a card needs one")]
        case "output":
            text = f"the code prints more than {MAX_OUTPUT >> 10} KiB, or writes too large a file"
            return [CODE_LIMIT.at(span, text, "print only what the card shows")]
        case "assertion":
            said = f": {failure['message']}" if failure["message"] else ""
            return [FAILED_CODE.at(span, f"this does not hold{said}", "mend the card, or the check")]
        case _:
            refused = failure["message"].startswith("PermissionError")
            help_ = "cards have no network and start no programs" if refused else "mend the code"
            return [FAILED_CODE.at(span, f"the code fails with {failure['message']}", help_)]


def _judge_end(block: CodeBlock, ending: Ending, settings: RunSettings) -> Diagnostic:
    name = _signal_name(-ending.code)
    if ending.timed_out or name in ("SIGXCPU", "SIGALRM"):
        text = f"the card's code ran for {settings.time} s and had not finished this block"
        return CODE_LIMIT.at(block.code.span, text, _ENLARGE.format("time"))
    if ending.code < 0:
        help_ = "a library has crashed, or the machine ran out of memory"
        return CODE_LIMIT.at(block.code.span, f"the process was ended by {name}", help_)
    text = f"the process ended itself, with exit code {ending.code}"
    return FAILED_CODE.at(block.code.span, text, "let the code run to its end")


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _compare(block: CodeBlock, output: str) -> list[Diagnostic]:
    """Compare what a block prints with what the card shows; white space at the ends of lines does not count."""
    printed = _lines(output)
    if block.output is None:
        if not printed:
            return []
        more = len(printed) - 1
        lines = f" and {more} more line{'s' * (more > 1)}" if more else ""
        text = f"the code prints «{_cut(printed[0])}»{lines}, the card shows no output"
        return [WRONG_OUTPUT.at(block.code.span, text, "put it into a fence ```output below the code")]
    shown = _lines(block.output.text)
    if printed == shown:
        return []
    pairs = list(zip_longest(printed, shown))
    first = next(number for number, (ours, theirs) in enumerate(pairs) if ours != theirs)
    ours, theirs = (f"«{_cut(line)}»" if line is not None else "nothing" for line in pairs[first])
    text = f"the code prints {ours} here, the card shows {theirs}"
    return [WRONG_OUTPUT.at(_place(block.output, first + 1), text, "show what it prints, or mend the code")]


def _lines(text: str) -> list[str]:
    lines = [line.rstrip() for line in text.split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _cut(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"


def _place(listing: Listing, line: int, column: int = 0, end_column: int = 0) -> Span:
    """A stretch of a line (from 1; columns from 0, no end: to the end of the line); else where the fence begins."""
    if not 0 < line <= len(listing.lines):
        return listing.span
    span = listing.lines[line - 1]
    text = listing.text.split("\n")[line - 1]
    if span.excerpt[span.column - 1 :].rstrip() != text.rstrip():
        return span  # a hole's marks stand in the line, so that columns differ
    start = min(column, len(text))
    start = start if column else len(text) - len(text.lstrip())
    end = end_column if end_column > start else len(text.rstrip())
    return replace(span, column=span.column + start, end_column=span.column + max(end, start + 1))
