r"""What Anki's MathJax would refuse in a formula, found without MathJax.

`recto/data/mathjax.txt` holds what MathJax says of itself (`tools/mathjax_commands.py`): commands with the arguments
that they read, environments, delimiters. The walk follows MathJax 3.2.2: an argument is cut out first and read as a
formula of its own, so that `\left` and `\right` cannot stand in two of them. Every character is read a fixed number of
times, nothing recurses, and nothing raises. Formulas that define commands are checked for their braces only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from recto.suggest import nearest

_COMMAND = re.compile(r"\\(?:([a-zA-Z]+)|(.)|$)", re.DOTALL)
_DEFINES = re.compile(
    r"\\(?:def|let|require|(?:re)?new(?:command|environment|tagform)|Newextarrow|Declare[A-Za-z]+)(?![A-Za-z])"
)
_COMMENT = re.compile(r"(?<!\\)(?:\\\\)*%")
# MathJax 3.2.2, ParseUtil.matchDimen: a number with a point or a comma, and one of these units.
_DIMENSION = re.compile(r"\s*[-+]?(?:\d+(?:[.,]\d*)?|[.,]\d+)\s*(?:pt|em|ex|mu|px|mm|cm|in|pc)")
_SPECIAL = frozenset("\\{}&^_'’#%~") | frozenset(" \t\n\r\f\v\xa0")
# Their text columns are text and no formula (MathJax 3.2.2, BaseMethods.Entry).
_TEXT_COLUMNS = frozenset({"cases*", "dcases*", "rcases*", "drcases*", "numcases", "subnumcases"})
_COUNTED = re.compile(r"x?x?alignat\*?")


@dataclass(frozen=True, slots=True)
class TexFault:
    """What MathJax would stumble over, and where: from `start` to `end` in the formula."""

    start: int
    end: int
    message: str
    help: str = ""


@dataclass(frozen=True, slots=True)
class _Word:
    """A command or an environment: codes of its arguments and its marks, as the head of mathjax.txt explains them."""

    arguments: tuple[str, ...] = ()
    marks: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Known:
    commands: dict[str, _Word]
    environments: dict[str, _Word]
    delimiters: frozenset[str]


@dataclass(slots=True)
class _Frame:
    r"""An open `{`, `\left` or `\begin`, or a formula itself (kind ''), and what its last item can still take."""

    kind: str = ""
    name: str = ""
    start: int = 0
    end: int = 0
    columns: bool = False
    outer: str = ""
    sub: bool = False
    sup: bool = False
    primed: bool = False
    operator: bool = False
    waiting: tuple[int, int, str] | None = None
    over: bool = False
    filled: bool = False

    def fresh(self, marks: frozenset[str] = frozenset(), *, operator: bool = False) -> None:
        """Another item stands last: what scripts it has already, and whether it takes limits."""
        self.sub = self.sup = "full" in marks
        self.primed = False
        self.operator = operator or "op" in marks


@dataclass(slots=True)
class _Reading:
    """One formula, or one argument of it, while it is read: the stretch that is left, and its open frames."""

    pos: int
    end: int
    frames: list[_Frame] = field(default_factory=list)
    tagged: bool = False


class _Stop(Exception):  # noqa: N818 - ends the reading of one stretch, never leaves this module
    def __init__(self, fault: TexFault) -> None:
        self.fault = fault


def check_tex(tex: str) -> TexFault | None:
    """The first fault of a formula as MathJax would read it between its delimiters, None if there is none."""
    return _Checker(tex).run()


@cache
def _known() -> _Known:
    tables: dict[str, dict[str, _Word]] = {"command": {}, "environment": {}, "delimiter": {}}
    for line in files("recto").joinpath("data/mathjax.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        kind, names, arguments, marks = [*line.split("\t"), "", ""][:4]
        for name in names.split(" "):
            tables[kind][name] = _Word(tuple(arguments.split()), frozenset(marks.split()))
    tables["command"][" "] = _Word()
    return _Known(tables["command"], tables["environment"], frozenset(tables["delimiter"]))


class _Checker:
    """Reads the stretches that are still to be read, one after the other; each names further ones: its arguments."""

    def __init__(self, tex: str) -> None:
        self.tex = tex
        self.partner = _match_braces(tex)
        self.todo: list[tuple[int, int, str]] = [(0, len(tex), "m")]
        self.known = _known()

    def run(self) -> TexFault | None:
        faults: list[TexFault] = list(self._lone_braces())
        if not faults and not _DEFINES.search(self.tex):
            while self.todo:
                start, end, kind = self.todo.pop()
                try:
                    if kind == "t":
                        self._read_text(start, end)
                    else:
                        self._read_math(_Reading(start, end, [_Frame(start=start, end=start, columns=kind == "A")]))
                except _Stop as stop:
                    faults.append(stop.fault)
        stripped = self.tex.rstrip("\\")
        if not faults and (len(self.tex) - len(stripped)) % 2:
            message = "a \\ at the end takes the end of the formula for its own"
            faults.append(TexFault(len(self.tex) - 1, len(self.tex), message, "write {} behind it, or delete it"))
        return min(faults, key=lambda fault: (fault.start, -fault.end), default=None)

    def _lone_braces(self) -> Iterator[TexFault]:
        # A comment hides a brace from MathJax where it reads a formula, and not where it cuts out an argument.
        if _COMMENT.search(self.tex):
            return
        for place, partner in self.partner.items():
            if partner < 0:
                brace = self.tex[place]
                other = "}" if brace == "{" else "{"
                yield TexFault(place, place + 1, f"{brace} without its {other}", f"write \\{brace} for the character")

    # --- formulas ------------------------------------------------------------------------------------------

    def _read_math(self, at: _Reading) -> None:
        tex = self.tex
        while at.pos < at.end:
            char = tex[at.pos]
            if char not in _SPECIAL:
                at.pos += 1
                self._put(at)
            elif char == "\\":
                self._read_command(at)
            elif char in "^_":
                self._open_script(at, char)
            elif char in "'’":
                self._read_primes(at)
            elif char == "{":
                at.frames.append(_Frame("{", "{", at.pos, at.pos + 1, outer=at.frames[-1].outer))
                at.pos += 1
            elif char == "}":
                self._close(at, "{", "}", at.pos, at.pos + 1)
                at.pos += 1
            elif char == "&":
                self._next_column(at)
            elif char == "#":
                raise _stop(at.pos, at.pos + 1, "# has no meaning in a formula", "write \\# for the character")
            elif char == "%":
                line_end = tex.find("\n", at.pos, at.end)
                at.pos = at.end if line_end < 0 else line_end
            else:
                if char == "~":
                    self._put(at)
                at.pos += 1
        self._settle(at)
        top = at.frames[-1]
        if top.kind:
            raise _unclosed(top)

    def _put(self, at: _Reading, marks: frozenset[str] = frozenset(), start: int = 0, end: int = 0) -> None:
        """Something that scripts can be set to; with a script open, it becomes the script."""
        top = at.frames[-1]
        top.filled = True
        if not top.waiting:
            top.fresh(marks)
            return
        if "noscript" in marks and top.waiting[2] == _SCRIPT:
            message = f"{self.tex[start:end]} as a script needs braces around it"
            raise _stop(start, end, message, f"write {{{self.tex[start:end]} …}}")
        top.waiting = None

    def _settle(self, at: _Reading) -> None:
        """Before something closes: nothing may be left waiting."""
        waiting = at.frames[-1].waiting
        if waiting:
            start, end, what = waiting
            raise _stop(start, end, f"{self.tex[start:end]} without its {what}", "write {} for an empty one")

    def _open_script(self, at: _Reading, char: str) -> None:
        top = at.frames[-1]
        self._settle(at)
        if (top.sup and char == "^") or (top.sub and char == "_"):
            message = f"a second {char} on the same base"
            raise _stop(at.pos, at.pos + 1, message, "say with braces which belongs to what: {x^a}^b or x^{a^b}")
        if char == "^":
            top.sup = True
        else:
            top.sub, top.sup = True, top.sup or top.primed
        top.primed = False
        top.waiting = (at.pos, at.pos + 1, _SCRIPT)
        at.pos += 1

    def _read_primes(self, at: _Reading) -> None:
        top = at.frames[-1]
        self._settle(at)
        if top.sup or top.primed:
            raise _stop(at.pos, at.pos + 1, "a ' behind a ^ is a second superscript", "write the ' first, or braces")
        while at.pos < at.end and (self.tex[at.pos] in "'’" or self.tex[at.pos].isspace()):
            at.pos += 1
        top.primed = top.filled = True

    def _close(self, at: _Reading, kind: str, closing: str, start: int, end: int) -> None:
        r"""Close the innermost frame with `}`, `\right` or `\end`; it becomes an item of the frame around it."""
        top = at.frames[-1]
        if top.kind != kind:
            if top.kind:
                raise _unclosed(top)
            raise _stop(start, end, f"{closing} without its {_OPENERS[kind]}", "delete it, or open what it closes")
        self._settle(at)
        at.frames.pop()
        outer = at.frames[-1]
        outer.filled = True
        if outer.waiting:
            outer.waiting = None
        else:
            # Whether a group takes limits depends on what is in it: it gets the benefit.
            outer.fresh(operator=kind != "left" and top.filled)

    def _next_column(self, at: _Reading) -> None:
        top = at.frames[-1]
        if not top.columns:
            raise _stop(at.pos, at.pos + 1, "& outside of an alignment", "write \\& for the character")
        self._settle(at)
        at.pos += 1
        top.fresh()
        top.over, top.filled = False, True
        if top.name in _TEXT_COLUMNS:
            start = at.pos
            while at.pos < at.end and not self.tex.startswith(("&", "\\\\", "\\cr", "\\end"), at.pos):
                at.pos = self._behind(at.pos, at.end)
            self.todo.append((start, at.pos, "t"))

    def _behind(self, pos: int, end: int) -> int:
        """Where the next character, command or group ends."""
        if self.tex[pos] == "\\":
            return min(pos + 2, end)
        if self.tex[pos] == "{":
            partner = self.partner.get(pos, -1)
            return partner + 1 if 0 <= partner < end else end
        return pos + 1

    # --- commands ------------------------------------------------------------------------------------------

    def _read_command(self, at: _Reading) -> None:
        start = at.pos
        name, at.pos = self._name(at.pos, at.end)
        if name == "\\":
            self._next_row(at, start)
        elif name == "verb":
            self._read_verbatim(at, start)
        elif name in ("begin", "end"):
            self._read_environment(at, start, name)
        elif name in ("left", "middle", "right"):
            self._read_fence(at, start, name)
        elif name in ("limits", "nolimits"):
            if not at.frames[-1].operator:
                message = f"\\{name} behind something that is no operator"
                raise _stop(start, at.pos, message, "write \\operatorname*{…} or \\mathop{…} around it")
        else:
            self._read_plain(at, start, name)

    def _read_plain(self, at: _Reading, start: int, name: str) -> None:
        word, top, end = self.known.commands.get(name), at.frames[-1], at.pos
        if word is None:
            guess = (
                nearest(name, sorted(self.known.commands, key=lambda known: known[0] != name[0]))
                if len(name) > 1
                else ""
            )
            raise _stop(start, end, f"MathJax knows no \\{name}", f'did you mean "\\{guess}"?' if guess else "")
        if name in ("hline", "hdashline", "cr") and not top.columns:
            raise _stop(start, end, f"\\{name} outside of an alignment")
        if name in _TAKES_GROUP:
            self._skip_space(at)
            if at.pos == at.end:
                raise _stop(start, end, f"\\{name} lacks an argument")
        if name == "tag":
            if at.tagged:
                raise _stop(start, end, "a second \\tag for the same line")
            at.tagged = True
        if "over" in word.marks:
            self._settle(at)
            if top.over:
                raise _stop(start, end, f"a second \\{name} in the same group", "say with braces what is over what")
            top.over = True
        for code in word.arguments:
            self._read_argument(at, code, start, end)
        if name == "cr":
            self._next_row(at, start)
        elif name in _MOVES:
            self._settle(at)
            top.waiting = (start, end, "box")
        elif "same" not in word.marks and "special" not in word.marks:
            self._put(at, word.marks, start, end)

    def _name(self, pos: int, end: int) -> tuple[str, int]:
        """The name of the command at `pos` and where it ends; a backslash at the end is a space."""
        found = _COMMAND.match(self.tex, pos, end)
        return (found[1] or found[2] or " ", found.end()) if found else (" ", end)

    def _next_row(self, at: _Reading, start: int) -> None:
        self._settle(at)
        top = at.frames[-1]
        if self.tex[start : at.pos] == "\\\\":
            if self.tex.startswith("*", at.pos):
                at.pos = min(at.pos + 1, at.end)
            if self.tex.startswith("[", at.pos) and at.pos < at.end:
                inner = self._bracket(at, start, at.pos)
                text = self.tex[inner[0] : inner[1]]
                if text and not _DIMENSION.fullmatch(text.rstrip()):
                    message = "behind \\\\ a [ begins a distance"
                    raise _stop(inner[0] - 1, inner[1] + 1, message, "write \\\\{} [ for the bracket")
        top.fresh()
        top.filled = False
        if top.columns:
            top.over = at.tagged = False

    def _read_verbatim(self, at: _Reading, start: int) -> None:
        mark = self.tex[at.pos : at.pos + 1] if at.pos < at.end else ""
        closing = self.tex.find(mark, at.pos + 1, at.end) if mark else -1
        if closing < 0:
            raise _stop(start, at.pos, "\\verb without its closing mark", "write \\verb|text|")
        at.pos = closing + 1
        self._put(at)

    def _read_fence(self, at: _Reading, start: int, name: str) -> None:
        end = at.pos
        self._read_argument(at, "d", start, end)
        if name == "left":
            at.frames.append(_Frame("left", "\\left", start, end, outer=at.frames[-1].outer))
        elif name == "right":
            self._close(at, "left", "\\right", start, end)
        else:
            self._settle(at)
            if at.frames[-1].kind != "left":
                raise _stop(
                    start, end, "\\middle without a \\left before it", "use \\mid or \\big| outside of \\left … \\right"
                )
            at.frames[-1].fresh()

    def _read_environment(self, at: _Reading, start: int, command: str) -> None:
        inner = self._argument(at, start, at.pos)
        name = self.tex[inner[0] : inner[1]]
        end = at.pos
        word = self.known.environments.get(name)
        if word is None:
            guess = nearest(name, self.known.environments) if name else ""
            message = f"MathJax knows no environment {name}" if name else f"\\{command} without a name"
            raise _stop(start, end, message, f'did you mean "{guess}"?' if guess else "")
        top = at.frames[-1]
        if command == "end":
            if top.kind == "begin" and top.name != name:
                message = f"\\begin{{{top.name}}} is ended by \\end{{{name}}}"
                raise _stop(start, end, message, "end what was begun last")
            self._close(at, "begin", f"\\end{{{name}}}", start, end)
            return
        if top.waiting and top.waiting[2] == _SCRIPT:
            raise _stop(start, end, "an environment as a script needs braces around it", "write {\\begin … \\end}")
        if top.outer and "outer" in word.marks:
            message = f"{name} cannot stand inside {top.outer}"
            raise _stop(start, end, message, "use aligned, gathered or split for the inner one")
        for code in word.arguments:
            before = at.pos
            self._read_argument(at, code, start, end)
            if _COUNTED.fullmatch(name) and not self.tex[before : at.pos].strip(" {}").isdigit():
                raise _stop(start, end, f"{name} needs the number of its columns", f"write \\begin{{{name}}}{{2}}")
        if name == "CD":
            closing = self.tex.find("\\end{CD}", at.pos, at.end)
            at.pos = closing if closing >= 0 else at.pos
        outer = name if "outer" in word.marks else top.outer
        at.frames.append(_Frame("begin", name, start, end, columns="amp" in word.marks, outer=outer))

    # --- arguments -----------------------------------------------------------------------------------------

    def _read_argument(self, at: _Reading, code: str, start: int, end: int) -> None:
        """Step over one argument of the command at `start`…`end`, and note it for reading if it is math or text."""
        self._skip_space(at)
        if code == "*":
            at.pos += self.tex.startswith("*", at.pos, at.end)
        elif code.startswith("["):
            if self.tex.startswith("[", at.pos, at.end):
                self._note(self._bracket(at, start, end), code[1:])
        elif code in ("d", "D"):
            self._read_delimiter(at, start, end, braces=code == "D")
        elif code == "n":
            self._read_dimension(at, start, end)
        elif code.startswith("u:"):
            self._note(self._up_to(at, code[2:], start, end), "m")
        else:
            inner = self._argument(at, start, end)
            text = self.tex[inner[0] : inner[1]].strip() if code == "g" else ""
            if text and text not in self.known.delimiters:
                raise _stop(*inner, f"{self.tex[start:end]} needs a delimiter here", _DELIMITERS)
            self._note(inner, code)

    def _note(self, stretch: tuple[int, int], kind: str) -> None:
        if kind in "mAt":
            self.todo.append((*stretch, kind))

    def _skip_space(self, at: _Reading) -> None:
        while at.pos < at.end and self.tex[at.pos].isspace():
            at.pos += 1

    def _argument(self, at: _Reading, start: int, end: int) -> tuple[int, int]:
        """The next argument: what is between braces, or one character, or one command."""
        self._skip_space(at)
        char = self.tex[at.pos] if at.pos < at.end else ""
        if char in ("", "}"):
            help_ = "a command's arguments stand in braces behind it: \\frac{a}{b}"
            raise _stop(start, end, f"{self.tex[start:end]} lacks an argument", help_)
        if char == "{":
            partner = self.partner.get(at.pos, -1)
            if not 0 <= partner < at.end:
                raise _stop(at.pos, at.pos + 1, "{ without its }", "write \\{ for the character")
            inner = (at.pos + 1, partner)
            at.pos = partner + 1
            return inner
        begin = at.pos
        at.pos = self._name(begin, at.end)[1] if char == "\\" else begin + 1
        return begin, at.pos

    def _bracket(self, at: _Reading, start: int, end: int) -> tuple[int, int]:
        """What is between the [ at the position and its ]."""
        begin = at.pos + 1
        pos = begin
        while pos < at.end and self.tex[pos] not in "]}":
            pos = self._behind(pos, at.end)
        if pos >= at.end or self.tex[pos] == "}":
            message = f"{self.tex[start:end]} has a [ without its ]"
            raise _stop(begin - 1, begin, message, "write {} in front of a [ that belongs to the formula")
        at.pos = pos + 1
        return begin, pos

    def _up_to(self, at: _Reading, token: str, start: int, end: int) -> tuple[int, int]:
        begin = at.pos
        while at.pos < at.end:
            here = at.pos
            if self.tex[here] == "\\":
                name, at.pos = self._name(here, at.end)
                if name == token[1:]:
                    return begin, here
            else:
                at.pos = self._behind(here, at.end)
        raise _stop(start, end, f"{self.tex[start:end]} without its {token}")

    def _read_delimiter(self, at: _Reading, start: int, end: int, *, braces: bool) -> None:
        begin = at.pos
        char = self.tex[begin] if begin < at.end else ""
        if char == "\\":
            name, at.pos = self._name(begin, at.end)
            char += name
        elif char == "{" and braces:
            inner = self._argument(at, start, end)
            char = self.tex[inner[0] : inner[1]].strip()
        else:
            at.pos = min(begin + 1, at.end)
        if char not in self.known.delimiters:
            raise _stop(start, max(at.pos, end), f"{self.tex[start:end]} without a delimiter behind it", _DELIMITERS)

    def _read_dimension(self, at: _Reading, start: int, end: int) -> None:
        if self.tex.startswith("{", at.pos, at.end):
            inner = self._argument(at, start, end)
            found = _DIMENSION.fullmatch(self.tex[inner[0] : inner[1]].strip())
        else:
            found = _DIMENSION.match(self.tex, at.pos, at.end)
            at.pos = found.end() if found else at.pos
        if not found:
            raise _stop(start, end, f"{self.tex[start:end]} without a distance", "write a number and a unit: 1em, 3pt")

    # --- text ----------------------------------------------------------------------------------------------

    def _read_text(self, start: int, end: int) -> None:
        r"""A box of text: formulas in it stand between dollars or between `\(` and `\)`."""
        tex, opened, closing, pos = self.tex, -1, "", start
        while pos < end:
            here = pos
            mark = tex[here : min(here + 2, end)] if tex[here] == "\\" else tex[here]
            pos = here + len(mark)
            if closing and mark == closing:
                self.todo.append((opened, here, "m"))
                closing = ""
            elif not closing and mark in ("$", "\\("):
                opened, closing = pos, "$" if mark == "$" else "\\)"
            elif closing and mark == "{":
                pos = self._behind(here, end)
        if closing:
            mark = "$" if closing == "$" else "\\("
            raise _stop(opened - len(mark), opened, f"{mark} in a text without its end", "write \\$ for the character")


_SCRIPT = "script"
_OPENERS = {"{": "{", "left": "\\left", "begin": "\\begin"}
_DELIMITERS = "delimiters are ( ) [ ] | \\{ \\} \\langle \\rangle … and . for none"
_MOVES = frozenset({"lower", "raise", "moveleft", "moveright"})
_TAKES_GROUP = frozenset({"set", "Set", "braket", "Braket"})


def _stop(start: int, end: int, message: str, help: str = "") -> _Stop:  # noqa: A002
    return _Stop(TexFault(start, end, message, help))


def _unclosed(frame: _Frame) -> _Stop:
    closing = {"{": "}", "left": "\\right", "begin": f"\\end{{{frame.name}}}"}[frame.kind]
    opening = f"\\begin{{{frame.name}}}" if frame.kind == "begin" else frame.name
    help_ = (
        "write \\right. for none" if frame.kind == "left" else "write \\{ for the character" if closing == "}" else ""
    )
    return _stop(frame.start, frame.end, f"{opening} without its {closing}", help_)


def _match_braces(tex: str) -> dict[int, int]:
    """For every brace that is not escaped the place of its partner, -1 if it has none."""
    partner: dict[int, int] = {}
    opened: list[int] = []
    for found in re.finditer(r"\\.|[{}]", tex, re.DOTALL):
        place = found.start()
        if found[0] == "{":
            partner[place] = -1
            opened.append(place)
        elif found[0] == "}":
            start = opened.pop() if opened else -1
            partner[place] = start
            if start >= 0:
                partner[start] = place
    return partner
