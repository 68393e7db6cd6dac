"""The formula check without MathJax: what it accepts, where it points, and that it reads any text to its end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recto.tex import check_tex

TABLES = Path(__file__).parent / "tex"
GOOD, BAD = ((TABLES / name).read_text(encoding="utf-8").splitlines() for name in ("good.txt", "bad.txt"))
_WORDS = r"""\\ \left \right \middle \frac \sqrt \text \begin{array} \end{array} \begin{align} \end{align} \begin{CD}
\verb \limits \hspace \root \of \over \raise \foo \tag \def \substack \set \cases \genfrac \cr \hline *"""
PIECES = st.sampled_from([*"{}[]()^_'&#%~$| x1é中𝔸\n\\", *_WORDS.split()])
# What is put in itself, or in a row, n times -> the text, and what is wrong with it.
NESTED: dict[str, tuple[Callable[[int], str], str | None]] = {
    "{}": (lambda n: "{" * n + "}" * n, None),
    "{": (lambda n: "{" * n, "{ without its }"),
    r"\sqrt{}": (lambda n: r"\sqrt{" * n + "}" * n, None),
    r"\sqrt[{}]": (lambda n: r"\sqrt[{" * n + "}]" * n, r"\sqrt lacks an argument"),
    r"\sqrt[": (lambda n: r"\sqrt[" * n, r"\sqrt has a [ without its ]"),
    r"\text{$$}": (lambda n: r"\text{$" * n + "$}" * n, None),
    r"\root{}\of": (lambda n: r"\root{" * n + r"}\of x" * n, None),
    r"\left(\right)": (lambda n: r"\left(" * n + r"\right)" * n, None),
    "matrix": (lambda n: r"\begin{matrix}" * n + r"\end{matrix}" * n, None),
    "cases*": (lambda n: r"\begin{cases*}a&{" * n + r"}\end{cases*}" * n, None),
    r"\set": (lambda n: r"\set" * n, r"\set lacks an argument"),
    "x_1^2": (lambda n: "x_1^2 " * n, None),
    "\\": (lambda n: "\\" * n, None),
    "space": (lambda n: " " * n, None),
    r"\foo": (lambda n: r"\foo" * n, r"MathJax knows no \foo"),
}


@pytest.mark.parametrize("tex", GOOD)
def test_good_formula__has_no_fault(tex: str) -> None:
    assert check_tex(tex) is None


@pytest.mark.parametrize("tex", BAD)
def test_bad_formula__has_a_fault_inside_it(tex: str) -> None:
    fault = check_tex(tex)
    assert fault
    assert 0 <= fault.start < fault.end <= len(tex)
    assert fault.message


@pytest.mark.parametrize(
    ("tex", "place", "words"),
    [
        (r"a + \frac{1}", r"\frac", "lacks an argument"),
        (r"\left( a \right. \left[ b", r"\left[", r"without its \right"),
        (r"\sqrt{\lamda}", r"\lamda", r"knows no \lamda"),
        (r"\text{当 $x_1_2$}", "_", "a second _"),
        ("x\\", "\\", "at the end"),
    ],
)
def test_fault__stands_where_it_is(tex: str, place: str, words: str) -> None:
    fault = check_tex(tex)
    assert fault
    assert place.startswith(tex[fault.start : fault.end])
    assert words in fault.message


def test_unknown_command__gets_a_suggestion() -> None:
    """The spelling with the author's case comes first."""
    for wrong, right in ((r"\lamda", r"\lambda"), (r"\Lamda", r"\Lambda"), (r"\begin{alinged}", "aligned")):
        fault = check_tex(wrong)
        assert fault
        assert f'"{right}"' in fault.help


def test_first_fault__is_reported() -> None:
    """Arguments are read later than what follows them; the report is in the order of the text."""
    fault = check_tex(r"\frac{\foo}{2} \bar_ x^a^b")
    assert fault
    assert r"\foo" in fault.message


@given(st.lists(PIECES, max_size=30).map("".join))
def test_any_text__never_raises(tex: str) -> None:
    fault = check_tex(tex)
    assert fault is None or 0 <= fault.start < fault.end <= len(tex)


@pytest.mark.parametrize("piece", NESTED)
def test_nested_formula__is_read_to_its_end(piece: str) -> None:
    """20,000 times in each other or in a row: no stack of calls ends it. bench/growth.py measures the time."""
    make, expected = NESTED[piece]
    fault = check_tex(make(20_000))
    assert (fault and fault.message) == expected
