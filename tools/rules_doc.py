"""Write docs/rules.md from recto/rulebook.py and tests/checks; `--check` exits 1 when the page is not up to date."""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from recto.diagnostic import Rule  # noqa: E402
from recto.rulebook import RULES  # noqa: E402
from recto.source import normalize  # noqa: E402

CHECKS = ROOT / "tests" / "checks"
PAGE = ROOT / "docs" / "rules.md"
AROUND = 3  # lines of the example shown before and after the line that is reported
LANGUAGES = {".md": "markdown", ".toml": "toml", ".html": "html", ".svg": "xml"}

HEAD = """\
# The rules of `check`

<!-- Made by tools/rules_doc.py from recto/rulebook.py and tests/checks. Do not edit: change those and run it. -->

An **error** stops a build, a **warning** does not. Every report gives the place (line and column from 1, columns in
characters), what is wrong, the rule's name in brackets, and what to do.

| rule | severity | why |
|---|---|---|
"""


def make_page() -> str:
    """The whole page."""
    rows = [f"| [{rule.name}](#{rule.name}) | {rule.severity} | {_cell(rule.reason)} |" for rule in RULES]
    return HEAD + "\n".join(rows) + "\n" + "".join(_section(rule) for rule in RULES)


def _cell(text: str) -> str:
    """Text in a table: a | would end the cell."""
    return _prose(text).replace("|", "\\|")


def _prose(text: str) -> str:
    """A reason is plain text with `code`; outside of code Markdown would take < for HTML and # and * for marks."""
    parts = re.split(r"(`[^`]*`)", text)
    return "".join(part if part.startswith("`") else re.sub(r"([<*_#])", r"\\\1", part) for part in parts)


def _section(rule: Rule) -> str:
    report = _first_report(rule)
    found = re.match(r"(.+?):(\d+):\d+: ", report)
    if not found:
        raise SystemExit(f"tests/checks/{rule.name}/expected.txt begins with no report")
    path, line = found[1], int(found[2])
    example = _example(CHECKS / rule.name / "bad" / path, line)
    return f"\n## {rule.name}\n\n**{rule.severity}**: {_prose(rule.reason)}\n\n{example}{_block(report, 'text')}"


def _first_report(rule: Rule) -> str:
    """The first report that the bad deck gets for this rule; reports are divided by empty lines."""
    expected = (CHECKS / rule.name / "expected.txt").read_text(encoding="utf-8")
    reports = [report.strip("\n") for report in re.split(r"\n\n(?=\S)", expected)]
    named = [report for report in reports if report.split("\n")[0].endswith(f" [{rule.name}]")]
    return named[0] if named else ""


def _example(path: Path, line: int) -> str:
    """The lines around the reported one; nothing for a file that is itself the fault, such as an unused picture."""
    if path.suffix not in (".md", ".toml", ".html"):
        return ""
    text = normalize(path.read_bytes().decode("utf-8", errors="replace")).rstrip("\n")
    lines = text.split("\n")
    start, end = max(0, line - 1 - AROUND), min(len(lines), line + AROUND)
    shown = "\n".join(lines[start:end]).strip("\n")
    return _block(shown, LANGUAGES[path.suffix]) + "\n" if shown.strip() else ""


def _block(text: str, language: str) -> str:
    """A code block whose fence is longer than any inside; control characters become their pictures (U+2400 …)."""
    visible = re.sub(r"[\x00-\x08\x0b-\x1f]", lambda m: chr(0x2400 + ord(m[0])), text).replace("\x7f", "\u2421")
    visible = "\n".join(line.rstrip() for line in visible.split("\n"))
    fence = "`" * max([3, *(len(run) + 1 for run in re.findall(r"`+", visible))])
    return f"{fence}{language}\n{visible}\n{fence}\n"


def main() -> int:
    """Write or check the page."""
    page = make_page()
    if sys.argv[1:] == ["--check"]:
        if PAGE.exists() and PAGE.read_bytes() == page.encode():
            return 0
        print(f"{PAGE.relative_to(ROOT)} is not up to date; run python tools/rules_doc.py", file=sys.stderr)
        return 1
    if sys.argv[1:]:
        print("usage: python tools/rules_doc.py [--check]", file=sys.stderr)
        return 2
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_bytes(page.encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
