"""The documentation tells the truth: what exists is described, and what is described exists."""

from __future__ import annotations

import re

import pytest
from conftest import ROOT, MakeDeck

from recto.cli import COMMANDS
from recto.config import KEYS as CONFIG_KEYS
from recto.goals import COVERAGE_KEYS, STATS_KEYS
from recto.parse.frontmatter import KEYS as FRONT_MATTER_KEYS
from recto.syllabus import GROUP_KEYS, ITEM_KEYS

PAGES = [ROOT / "README.md", ROOT / "README.zh-CN.md", *sorted((ROOT / "docs").glob("*.md")), ROOT / "CONTRIBUTING.md"]


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_command__is_in_both_readmes(command: str, page: str) -> None:
    """Every command is named for readers of either language."""
    assert f"`{command}" in (ROOT / page).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "key", [*CONFIG_KEYS, *COVERAGE_KEYS, *STATS_KEYS, *FRONT_MATTER_KEYS, *GROUP_KEYS, *ITEM_KEYS]
)
def test_key__is_in_the_format(key: str) -> None:
    """Every setting of deck.toml, of front matter and of the syllabus is described."""
    assert re.search(rf"(?:`|\n *|- |\[|\.){key}\b", (ROOT / "docs/format.md").read_text(encoding="utf-8"))


def test_module__is_in_the_architecture() -> None:
    """Every module has its sentence."""
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    rooms = {path.stem for path in (ROOT / "recto").glob("[a-z]*.py")}
    rooms |= {
        path.stem
        for folder in ("parse", "render", "checks", "drawing", "coverage", "stats")
        for path in (ROOT / "recto" / folder).glob("[a-z]*.py")
    }
    assert [room for room in sorted(rooms) if f"`{room}`" not in text] == []


def test_tokens__are_in_the_theming() -> None:
    """Every token of the look is described, and no other."""
    pages = ("templates/style/10-tokens.css", "docs/theming.md")
    tokens, described = (
        re.findall(pattern, (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE)
        for pattern, page in zip((r"^ +(--x-[a-z-]+):", r"^\| `(--x-[a-z-]+)` \|"), pages, strict=True)
    )
    assert sorted(set(tokens)) == sorted(described)


def test_links_to_files__lead_somewhere() -> None:
    """No relative link or picture of the documentation is broken."""
    broken = []
    for page in PAGES:
        prose = re.sub(r"(?s)^(`{3,}).*?^\1|`[^`\n]+`", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
        for target in re.findall(r"(?:\]\(|src=\")([^)\"#]+)[)\"#]", prose):
            if not re.match(r"[a-z]+:", target) and not (page.parent / target).exists():
                broken.append(f"{page.name}: {target}")
    assert broken == []


def test_example_of_the_format__builds(make_deck: MakeDeck) -> None:
    """The example at the head of docs/format.md, and those of the READMEs, are clean topic files."""
    for page in ("docs/format.md", "README.md", "README.zh-CN.md"):
        example = re.search(r"````markdown\n(.*?)````", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL)
        assert example, page
        checked = make_deck({"cards/a/x.md": example[1]}).check()
        assert checked.diagnostics == (), page
        assert checked.edition
        assert checked.edition.notes, page
