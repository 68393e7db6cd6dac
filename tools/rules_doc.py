"""Write docs/rules.md from recto/rulebook.py, recto/checks and tests/checks; `--check` exits 1 if it is out of date."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from recto.checks import RULES as STYLE_RULES  # noqa: E402
from recto.checks.rule import PROFILES, StyleRule  # noqa: E402
from recto.diagnostic import Rule  # noqa: E402
from recto.rulebook import RULES, RUN_RULES  # noqa: E402
from recto.source import normalize  # noqa: E402

CHECKS = ROOT / "tests" / "checks"
PAGE = ROOT / "docs" / "rules.md"
AROUND = 3  # lines of the example shown before and after the line that is reported
LANGUAGES = {".md": "markdown", ".toml": "toml", ".html": "html", ".yaml": "yaml", ".svg": "xml"}

HEAD = """\
# The rules of `check`

<!-- Made by tools/rules_doc.py from recto/rulebook.py, recto/checks, tests/checks: change those and run it. -->

An **error** stops a build, a **warning** does not. Every report gives the place (line and column from 1, columns in
characters), what is wrong, the rule's name in brackets, and what to do.

- [Rules of the format](#rules-of-the-format): what would be lost or break in Anki. They hold for every deck.
- [Rules of style](#rules-of-style): what makes a card worth a learner's time. A deck chooses among them.

# Rules of the format

| rule | severity | why |
|---|---|---|
"""

STYLE_HEAD = """
# Rules of style

`[rules]` in deck.toml says what a deck asks of its cards: a profile, and over it the severity and options of rules.

```toml
[rules]
profile = "standard"                                   # strict, standard (the default) or minimal
yes-no-question = "off"                                # off, warning or error
answer-too-long = { severity = "error", limit = 150 }  # options by their names below
```

`strict` is for a deck that many people learn from, `standard` lives with decks of any field, `minimal` reports only
what is a slip in any deck. Lengths are in **u**, of which about four are spoken in a second: a CJK character, a Latin
word or a number 1, a formula in a line 5, a displayed formula 8, a line of code 3.

A comment in a card allows a rule for that card and says why; a comment that allows nothing is reported:

```markdown
<!-- allow answer-too-long: the derivation is the answer -->
```

`check --fix` mends what the rules marked «fix» report, and reports what is left; `check --diff` only shows it. Code,
formulas, addresses, tags and holes' hints are never touched, files with errors of the format are left alone, and a fix
is kept only if the file still makes the same cards. Rules of style read questions, answers, fields and descriptions of
pictures, not the topic, an introduction or footnotes.

| rule | strict | standard | minimal | | why |
|---|---|---|---|---|---|
"""


def make_page() -> str:
    """The whole page."""
    rows = [f"| [{rule.name}](#{rule.name}) | {rule.severity} | {_cell(rule.reason)} |" for rule in RULES]
    style = [_style_row(rule) for rule in STYLE_RULES]
    return "".join(
        (
            *(HEAD, "\n".join(rows), "\n", *(_section(rule) for rule in RULES)),
            *(STYLE_HEAD, "\n".join(style), "\n", *(_style_section(rule) for rule in STYLE_RULES)),
        )
    )


def _style_row(rule: StyleRule) -> str:
    severities = " | ".join(severity or "–" for severity in rule.severities)
    fix = "fix" if rule.is_fixable else ""
    return f"| [{rule.name}](#{rule.name}) | {severities} | {fix} | {_cell(rule.reason)} |"


def _style_section(rule: StyleRule) -> str:
    levels = zip(PROFILES, rule.severities, strict=True)
    severities = ", ".join(f"{severity or 'off'} in {profile}" for profile, severity in levels)
    fix = ", mended by `check --fix`" if rule.is_fixable else ""
    options = "".join(f"- `{name}` = `{_toml(value)}`\n" for name, value in rule.options.items())
    listed = f"Options and their defaults:\n\n{options}\n" if options else ""
    examples = f"Bad:\n\n{_block(rule.bad, 'markdown')}\nGood:\n\n{_block(rule.good, 'markdown')}"
    return f"\n## {rule.name}\n\n{_prose(rule.reason)}\n\n**{severities}**{fix}\n\n{listed}{examples}"


def _toml(value: object) -> str:
    """A default as it would stand in deck.toml."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_toml(inner)}" for key, inner in value.items()) + " }"
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)


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
    command = " Found by `check --run`." if rule in RUN_RULES else ""
    head = f"**{rule.severity}**: {_prose(rule.reason)}{command}"
    return f"\n## {rule.name}\n\n{head}\n\n{example}{_block(report, 'text')}"


def _first_report(rule: Rule) -> str:
    """The first report that the bad deck gets for this rule; reports are divided by empty lines."""
    expected = (CHECKS / rule.name / "expected.txt").read_text(encoding="utf-8")
    reports = [report.strip("\n") for report in re.split(r"\n\n(?=\S)", expected)]
    named = [report for report in reports if report.split("\n")[0].endswith(f" [{rule.name}]")]
    return named[0] if named else ""


def _example(path: Path, line: int) -> str:
    """The lines around the reported one; nothing for a file that is itself the fault, such as an unused picture."""
    if path.suffix not in (".md", ".toml", ".html", ".yaml"):
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
