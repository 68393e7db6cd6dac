"""`ids --write`: ids where there are none, nothing else."""

from __future__ import annotations

import pytest
from conftest import MakeDeck
from hypothesis import given
from hypothesis import strategies as st

from recto.ids import apply_ids, propose_ids, written_ids
from recto.source import Source, normalize


def with_ids(text: str, path: str = "cards/a/kv-cache.md") -> str:
    return apply_ids(text, propose_ids(Source(path, normalize(text)), set()))


@pytest.mark.parametrize(
    ("heading", "written"),
    [
        ("## Why KV cache?", "## Why KV cache? {#kv-cache-why-kv-cache}"),
        ("## 为什么？", "## 为什么？ {#kv-cache-1}"),
        ("## PagedAttention 的页 ##", "## PagedAttention 的页 {#kv-cache-pagedattention}"),
        ("## 填空 {.cloze tags='a'}", "## 填空 {#kv-cache-1 .cloze tags='a'}"),
        ("## 有 {#mine}", "## 有 {#mine}"),
        ("下划\n---", "下划 {#kv-cache-1}\n---"),
        ("```\n## no card\n```", "```\n## no card\n```"),
        ("> ## quoted", "> ## quoted"),
    ],
)
def test_heading__gets_an_id_people_can_read(heading: str, written: str) -> None:
    """Made of the file's name and the Latin words of the question; attributes stay."""
    assert with_ids(f"# T\n\n{heading}\n\nA\n") == f"# T\n\n{written}\n\nA\n"


def test_line_ends_and_bom__stay() -> None:
    """Every other byte of the file stays as it is."""
    text = "\ufeff---\r\ntags: [a]\r\n---\r\n# T\r\n## Q\r\n\tA\rB\n"
    assert with_ids(text) == text.replace("## Q", "## Q {#kv-cache-q}")


def test_ids__are_new_in_the_whole_deck_and_in_the_lock(make_deck: MakeDeck) -> None:
    """No id of another file, and none that deck.lock remembers, is given out."""
    deck = make_deck({"cards/b/x.md": "# T\n\n## Q {#x-1}\n\nA\n", "cards/a/x.md": "# T\n\n## 问\n\nA\n\n## 二\n\nB\n"})
    deck.write("deck.lock", "recto-lock 1\nversion 1.0.0\nreleased 1\nnamespace test\ngone x-2 1.0.0 qa 0 1\n")
    assert [new.id for new in deck.project.assign_ids(write=True)] == ["x-3", "x-4"]
    assert deck.project.assign_ids(write=True) == []
    assert deck.check().ok


@given(
    st.lists(st.sampled_from(["## Q", "## 问 KV", "## Q {#a}", "text", "", "- x", "```", "# T", "---"]), max_size=12)
)
def test_second_run__changes_nothing(lines: list[str]) -> None:
    """Whatever the file, every card has an id afterwards, all differ, and writing again changes nothing."""
    once = with_ids("\n".join(lines))
    assert with_ids(once) == once
    ids = [ident for ident in written_ids(Source("cards/x.md", once)) if ident != "a"]
    assert len(ids) == len(set(ids))
