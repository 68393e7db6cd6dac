"""What must hold for any input (`fuzz.targets`), for what hypothesis makes of the words of the format.

`make fuzz` searches much longer. A finding becomes a file in tests/fuzz/found/, named TARGET-WHAT.md, before it is
mended, and is tried here ever after.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fuzz.targets import BYTES, TEXTS, check_safe
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

FUZZ = Path(__file__).parent / "fuzz"
FOUND = sorted((FUZZ / "found").iterdir())
WORDS: list[str] = json.loads((FUZZ / "words.json").read_text(encoding="utf-8"))
texts = st.lists(st.sampled_from(WORDS) | st.characters(exclude_categories=["Cs"]), max_size=40).map("".join)


@pytest.mark.parametrize("path", FOUND, ids=lambda path: path.stem)
def test_found(path: Path) -> None:
    """Nothing that was found once happens again."""
    target = path.stem.partition("-")[0]
    if target in BYTES:
        BYTES[target](path.read_bytes())
    else:
        TEXTS[target](path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("target", sorted(TEXTS))
def test_any_text(target: str) -> None:
    """Words of the format in any order, between any characters."""

    @settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
    @given(texts)
    def holds(text: str) -> None:
        TEXTS[target](text)

    holds()


@pytest.mark.parametrize("target", sorted(BYTES))
def test_any_bytes(target: str) -> None:
    """Bytes that are no text and no package."""

    @settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.one_of(st.binary(max_size=200), st.binary(max_size=100).map(lambda data: b"PK\x03\x04" + data)))
    def holds(data: bytes) -> None:
        BYTES[target](data)

    holds()


@pytest.mark.parametrize(
    "html", ["<script>x</script>", '<b onclick="x">y</b>', '<a href=" JavaScript:x">y</a>', "<b>x", "<i><b>x</i></b>"]
)
def test_targets_can_fail(html: str) -> None:
    """The independent parser finds what it is there to find."""
    with pytest.raises(AssertionError):
        check_safe(html, is_whole=True)
