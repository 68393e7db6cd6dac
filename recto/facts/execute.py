"""Inside the child process: execute one block, catch what it prints, and find where and why it failed.

Imports the standard library only.
"""

from __future__ import annotations

import ast
import contextlib
import errno
import io
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from types import CodeType, TracebackType
from typing import Any

MAX_OUTPUT = 64 << 10
"""How much a block may print, in bytes: a card shows a few lines."""
_NAME = "<block {}>"
_VALUE = "_recto_value_{}"
_LONGEST = 80


class OutputTooLong(BaseException):
    """A block has printed more than `MAX_OUTPUT`. No `Exception`, so that no `except Exception` goes on printing."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a block failed: `what` is exception, assertion, memory, processes or output.

    `block` (from 0) is where the fault was raised, with `line` from 1, `column` and `end_column` from 0 in characters
    (`end_column` 0: to the end of the line); `line` 0 stands for the whole block.
    """

    what: str
    message: str
    block: int
    line: int = 0
    column: int = 0
    end_column: int = 0


class _Counted(io.FileIO):
    """Standard output that refuses what is too long."""

    count = 0

    def write(self, data: Any) -> int:
        self.count += len(data)
        if self.count > MAX_OUTPUT:
            raise OutputTooLong
        return super().write(data)


class Execution:
    """The blocks of one card, one after the other. Shown blocks share their names; a hidden one has a copy of them."""

    def __init__(self, texts: list[str]) -> None:
        self.texts = texts
        self.trees: dict[int, ast.Module] = {}
        self.shared: dict[str, Any] = {"__name__": "__main__"}
        self.owner = os.getpid()

    def run(self, index: int, *, hidden: bool) -> dict[str, Any]:
        """Execute a block: its `output`, and its `failure` or None."""
        names = dict(self.shared) if hidden else self.shared
        failure = None
        with tempfile.TemporaryFile() as file:
            os.dup2(file.fileno(), 1)
            raw = _Counted(1, "w", closefd=False)
            try:
                with _printing(raw):
                    exec(self._compile(index), names)
            except BaseException as error:
                failure = self._explain(error, index)
            if os.getpid() != self.owner:  # a process that the card forked ends here, or it would go on as we do
                os._exit(0)
            file.seek(0)
            output = file.read(MAX_OUTPUT + 1)
        if max(raw.count, len(output)) > MAX_OUTPUT:
            failure = failure or Failure("output", "", index)
        return {
            "output": output[:MAX_OUTPUT].decode("utf-8", "replace").replace("\r\n", "\n"),
            "failure": asdict(failure) if failure else None,
        }

    def _compile(self, index: int) -> CodeType:
        tree = ast.parse(self.texts[index], _NAME.format(index))
        self.trees[index] = tree = ast.fix_missing_locations(_Assertions().visit(tree))
        return compile(tree, _NAME.format(index), "exec", dont_inherit=True)  # not our own __future__ imports

    def _explain(self, error: BaseException, index: int) -> Failure | None:
        if isinstance(error, SystemExit) and error.code in (None, 0):
            return None
        block, line, column, end_column, frame_values = self._place(error, index)
        what, message = _describe(error)
        if isinstance(error, AssertionError):
            what, message = self._describe_assertion(error, block, line, column, frame_values)
        return Failure(what, message, block, line, column, end_column)

    def _place(self, error: BaseException, index: int) -> tuple[int, int, int, int, dict[str, Any]]:
        """Block, line, columns and local names of the last frame that is the card's own code."""
        if isinstance(error, SyntaxError) and error.filename == _NAME.format(index):
            start = max((error.offset or 1) - 1, 0)
            same = error.end_lineno == error.lineno and (error.end_offset or 0) > start
            return index, error.lineno or 0, start, (error.end_offset or 1) - 1 if same else 0, {}
        own = {_NAME.format(number): number for number in range(len(self.texts))}
        frames = [tb for tb in _walk(error.__traceback__) if tb.tb_frame.f_code.co_filename in own]
        if not frames:
            return index, 0, 0, 0, {}
        last = frames[-1]
        block = own[last.tb_frame.f_code.co_filename]
        return block, *self._columns(last, block), last.tb_frame.f_locals

    def _columns(self, last: TracebackType, block: int) -> tuple[int, int, int]:
        positions = list(last.tb_frame.f_code.co_positions())
        line, end_line, start, end = positions[last.tb_lasti // 2]
        lines = self.texts[block].split("\n")
        if line is None or line != last.tb_lineno or start is None:
            return last.tb_lineno or 0, 0, 0
        raw = lines[line - 1].encode()  # these columns count bytes
        column = len(raw[:start].decode("utf-8", "replace"))
        return line, column, len(raw[:end].decode("utf-8", "replace")) if end and line == end_line else 0

    def _describe_assertion(
        self, error: AssertionError, block: int, line: int, column: int, values: dict[str, Any]
    ) -> tuple[str, str]:
        text = _cut(str(error))
        at = line, self._bytes(block, line, column)
        nodes = ast.walk(self.trees.get(block, ast.Module([], [])))
        found = [node for node in nodes if isinstance(node, ast.Assert) and (node.lineno, node.col_offset) == at]
        if not found:
            return "exception", f"AssertionError: {text}" if text else "AssertionError"
        shown = [_show(values[n.target.id]) for n in _noted(found[0].test) if n.target.id in values]
        if len(shown) == 2 and isinstance(found[0].test, ast.Compare):
            said = f"left = {shown[0]}, right = {shown[1]}"
        else:
            said = ", ".join(f"value {number} = {value}" for number, value in enumerate(shown, 1))
        return "assertion", "; ".join(part for part in (said, text) if part)

    def _bytes(self, block: int, line: int, column: int) -> int:
        return len(self.texts[block].split("\n")[line - 1][:column].encode())


class _Assertions(ast.NodeTransformer):
    """Let an assertion keep the values that it compares, under names that the report reads when it fails.

    `assert a and b` becomes two assertions, so that the place is that of the one which fails.
    """

    def __init__(self) -> None:
        self.count = 0

    def visit_Assert(self, node: ast.Assert) -> Any:
        parts = node.test.values if isinstance(node.test, ast.BoolOp) and isinstance(node.test.op, ast.And) else []
        return [self._noting(part, node) for part in parts or [node.test]]

    def _noting(self, test: ast.expr, node: ast.Assert) -> ast.Assert:
        if isinstance(test, ast.Compare):
            test.left = self._keep(test.left)
            test.comparators = [self._keep(value) for value in test.comparators]
        elif isinstance(test, ast.Call):
            test.args = [value if isinstance(value, ast.Starred) else self._keep(value) for value in test.args]
        return ast.copy_location(ast.Assert(test, node.msg), test)

    def _keep(self, value: ast.expr) -> ast.expr:
        if isinstance(value, ast.NamedExpr | ast.GeneratorExp):
            return value
        self.count += 1
        name = ast.copy_location(ast.Name(_VALUE.format(self.count), ast.Store()), value)
        return ast.copy_location(ast.NamedExpr(name, value), value)


def _noted(test: ast.expr) -> list[ast.NamedExpr]:
    """The operands of a test that were kept."""
    operands = [test.left, *test.comparators] if isinstance(test, ast.Compare) else getattr(test, "args", [])
    return [value for value in operands if isinstance(value, ast.NamedExpr)]


def _describe(error: BaseException) -> tuple[str, str]:
    """The kind of trouble, and its text."""
    if isinstance(error, MemoryError):
        return "memory", ""
    too_many = isinstance(error, BlockingIOError) and error.errno == errno.EAGAIN
    if too_many or (isinstance(error, RuntimeError) and "start new thread" in str(error)):
        return "processes", ""
    if isinstance(error, OutputTooLong) or (isinstance(error, OSError) and error.errno == errno.EFBIG):
        return "output", ""
    text = error.msg if isinstance(error, SyntaxError) else _text_of(error)
    return "exception", type(error).__name__ + (f": {_cut(text)}" if text else "")


def _text_of(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # a class of the card may have a broken __str__
        return ""


def _show(value: Any) -> str:
    try:
        return _cut(repr(value))
    except Exception as error:
        return f"<{type(value).__name__} whose repr raises {type(error).__name__}>"


def _cut(text: str) -> str:
    """A text in one line of bounded length."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def _walk(traceback: TracebackType | None) -> Iterator[TracebackType]:
    while traceback:
        yield traceback
        traceback = traceback.tb_next


@contextlib.contextmanager
def _printing(raw: _Counted) -> Iterator[None]:
    """`sys.stdout` over the file descriptor 1."""
    before = sys.stdout
    sys.stdout = io.TextIOWrapper(io.BufferedWriter(raw), encoding="utf-8", errors="backslashreplace", newline="\n")
    try:
        yield
        sys.stdout.flush()
    finally:
        with contextlib.suppress(BaseException):
            sys.stdout.close()
        sys.stdout = before
