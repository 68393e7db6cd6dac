"""The formula check without MathJax: what it accepts, where it points, and that no text makes it slow or raises."""

from __future__ import annotations

import time
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


@pytest.mark.parametrize(
    "make",
    [
        lambda n: "{" * n + "}" * n,
        lambda n: "{" * n,
        lambda n: r"\sqrt{" * n + "}" * n,
        lambda n: r"\sqrt[{" * n + "}]" * n,
        lambda n: r"\sqrt[" * n,
        lambda n: r"\text{$" * n + "$}" * n,
        lambda n: r"\root{" * n + r"}\of x" * n,
        lambda n: r"\left(" * n + r"\right)" * n,
        lambda n: r"\begin{matrix}" * n + r"\end{matrix}" * n,
        lambda n: r"\begin{cases*}a&{" * n + r"}\end{cases*}" * n,
        lambda n: r"\set" * n,
        lambda n: "x_1^2 " * n,
        lambda n: "\\" * n,
        lambda n: " " * n,
        lambda n: r"\foo" * n,
    ],
)
def test_time__grows_with_the_length_only(make) -> None:
    """20000 nested or repeated pieces take well under the time that a square of them would (minutes)."""
    tex = make(20_000)
    before = time.perf_counter()
    check_tex(tex)
    assert time.perf_counter() - before < 5
