"""Lines and columns: from 1, in characters, the same as an editor shows."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from recto.source import Source, normalize


def test_span__counts_characters_from_one() -> None:
    """A CJK character and a tab are one column each."""
    source = Source("a.md", "一\t二\n三四五\n")
    span = source.span(4, 6)
    assert (span.line, span.column, span.end_line, span.end_column) == (2, 1, 2, 3)
    assert str(source.span(2)) == "a.md:1:3"
    assert span.excerpt == "三四五"


def test_line_span__leaves_indentation_out() -> None:
    """A whole line is reported from its first visible character on."""
    span = Source("a.md", "x\n   text  \n").line_span(1)
    assert (span.line, span.column, span.end_column) == (2, 4, 8)


def test_normalize__makes_every_line_end_one() -> None:
    """CRLF, CR and LF are one line end each; a BOM is no character."""
    assert normalize("\ufeffa\r\nb\rc\n") == "a\nb\nc\n"


@given(st.text(alphabet="ab一\t\n", max_size=60), st.data())
def test_every_offset__lies_where_counting_says(text: str, data: st.DataObject) -> None:
    """For any text and offset the place is what counting line ends by hand gives."""
    offset = data.draw(st.integers(0, len(text)))
    span = Source("a.md", text).span(offset)
    assert span.line == text[:offset].count("\n") + 1
    assert span.column == offset - (text[:offset].rfind("\n") + 1) + 1


@given(st.text(alphabet="ab\n", max_size=40))
def test_line_texts__join_to_the_text(text: str) -> None:
    """The lines of a source are its text cut at line ends."""
    source = Source("a.md", text)
    assert [source.line_text(n) for n in range(len(source.lines))] == text.split("\n")
