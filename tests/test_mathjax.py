"""The formula check and Anki's own MathJax agree: on two tables, on slips, on every formula of the deck."""

from __future__ import annotations

import html
import random
import re
from collections.abc import Callable, Iterator

import mathjax_commands
import pytest
from conftest import ROOT
from playwright.sync_api import Page
from test_tex import BAD, GOOD

from recto.project import open_project
from recto.template import cloze_ordinals
from recto.tex import check_tex

# What MathJax says of each formula, '' when it typesets it; an unknown command is no error to it but red text.
ASK = r"""formulas => formulas.map(tex => {
  let out;
  MathJax.texReset();
  try { out = MathJax.tex2mml(tex); } catch (error) { return 'thrown: ' + error.message; }
  const fault = out.match(/data-mjx-error="([^"]*)"/), unknown = out.match(/<mtext mathcolor="red">(\\[^<]*)/);
  return fault ? fault[1] : unknown ? 'unknown ' + unknown[1] : '';
})"""
_HOLE = re.compile(r"\{\{c(\d+)::((?:(?!\}\}).)*)\}\}", re.DOTALL)
_FORMULA = re.compile(r"\\\((.*?)\\\)|\\\[(.*?)\\\]", re.DOTALL)
_TOKEN = re.compile(r"\\[a-zA-Z]+|\\?.", re.DOTALL)
_SLIPS = ["{", "}", "^", "_", "'", "&", r"\\", r"\left", r"\right", r"\frac", r"\sqrt", "[", "]", "$", r"\limits", "#"]
_SLIPS += [r"\begin{matrix}", r"\end{matrix}", r"\text", r"\over", r"\sum", r"\log", r"\middle", r"\hat", r"\hline"]

Ask = Callable[[list[str]], list[str]]


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """A page with Anki's MathJax."""
    with mathjax_commands.open_mathjax() as page:
        yield page


@pytest.fixture
def ask(page: Page) -> Ask:
    """Ask MathJax about formulas."""
    return lambda formulas: page.evaluate(ASK, formulas)


@pytest.fixture(scope="module")
def formulas() -> list[str]:
    """Every formula of the deck as cards hold it: with its holes filled, and with those of each card hidden."""
    checked = open_project(ROOT).check(clock=lambda: 2**31)
    assert checked.edition
    found: dict[str, None] = {}
    for linked in checked.edition.notes:
        for text in linked.note.fields:
            for number in (0, *(n + 1 for n in cloze_ordinals(text))):
                shown = _HOLE.sub(lambda hole, asked=number: _fill(hole, asked), text)
                for formula in _FORMULA.finditer(re.sub(r"<code.*?</code>", "", shown, flags=re.DOTALL)):
                    found[html.unescape(formula[1] or formula[2] or "")] = None
    return list(found)


def _fill(hole: re.Match[str], asked: int) -> str:
    content, _, hint = hole[2].partition("::")
    return f"[{hint or '...'}]" if int(hole[1]) == asked else content


def disagreements(ask: Ask, formulas: list[str]) -> list[str]:
    """The formulas that only one of both refuses."""
    found = []
    for tex, said in zip(formulas, ask(formulas), strict=True):
        fault = check_tex(tex)
        if bool(said) is not bool(fault):
            found.append(f"{tex!r}: MathJax says {said!r}, we say {fault and fault.message!r}")
    return found


def test_tables__are_right(ask: Ask) -> None:
    """At least 60 formulas that MathJax typesets and 60 that it does not, and we say the same of each."""
    assert len(GOOD) >= 60
    assert len(BAD) >= 60
    assert [tex for tex, said in zip(GOOD, ask(GOOD), strict=True) if said] == []
    assert [tex for tex, said in zip(BAD, ask(BAD), strict=True) if not said] == []
    assert disagreements(ask, GOOD + BAD) == []


def test_formulas_of_the_deck__are_typeset(ask: Ask, formulas: list[str]) -> None:
    """Real MathJax finds no fault in the deck, and neither do we."""
    assert len(formulas) > 300
    assert [f"{tex}: {said}" for tex, said in zip(formulas, ask(formulas), strict=True) if said] == []
    assert disagreements(ask, formulas) == []


def test_slips__are_found_as_mathjax_finds_them(ask: Ask, formulas: list[str]) -> None:
    """A token lost, added or swapped in a formula of the deck: of 2000 at most 1 in 200 is judged otherwise."""
    random_ = random.Random(20260822)
    slipped = []
    for _ in range(2000):
        tokens = _TOKEN.findall(random_.choice(formulas))
        place = random_.randrange(len(tokens))
        match random_.randrange(3):
            case 0:
                del tokens[place]
            case 1:
                tokens.insert(place, random_.choice(_SLIPS))
            case _:
                other = random_.randrange(len(tokens))
                tokens[place], tokens[other] = tokens[other], tokens[place]
        slipped.append("".join(tokens))
    # MathJax is not asked for the end of a formula, which it looks for in the page.
    slipped = [tex for tex in slipped if (len(tex) - len(tex.rstrip("\\"))) % 2 == 0]
    refused = sum(map(bool, ask(slipped)))
    assert len(slipped) // 4 < refused < len(slipped) * 3 // 4
    found = disagreements(ask, slipped)
    assert len(found) <= len(slipped) // 200, "\n".join(found)


def test_table_of_commands__is_up_to_date(page: Page) -> None:
    """recto/data/mathjax.txt is what the installed MathJax says of itself, but for the version of Anki."""
    page.reload()  # earlier formulas may have defined something
    page.evaluate(mathjax_commands.screenshots.TYPESET)
    answers = page.evaluate(mathjax_commands.ASK.read_text(encoding="utf-8"))
    expected, actual = mathjax_commands.format_table(answers), mathjax_commands.TARGET.read_text(encoding="utf-8")
    assert expected.split("\n")[1:] == actual.split("\n")[1:]
