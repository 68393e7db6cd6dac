"""Versions: what a step may carry, and which one comes next."""

from __future__ import annotations

import pytest

from recto.versions import Bump, next_version, parse_version, step_between


@pytest.mark.parametrize(
    ("old", "new", "step"),
    [
        ("1.2.3", "1.2.4", Bump.PATCH),
        ("1.2.3", "1.3.0", Bump.MINOR),
        ("1.2.3", "2.0.0", Bump.MAJOR),
        ("0.1.0", "0.1.1", Bump.PATCH),
        ("0.1.9", "0.2.0", Bump.MAJOR),
        ("0.9.0", "1.0.0", Bump.MAJOR),
        ("1.2.3", "1.2.3", Bump.NONE),
        ("1.2.3", "1.2.2", Bump.NONE),
        ("1.10.0", "1.9.0", Bump.NONE),
    ],
)
def test_step__is_what_changed_first(old: str, new: str, step: Bump) -> None:
    """Before 1.0.0 a minor step may carry everything (semver.org, item 4)."""
    assert step_between(old, new) is step


@pytest.mark.parametrize(
    ("old", "bump", "new"),
    [
        ("1.2.3", Bump.PATCH, "1.2.4"),
        ("1.2.3", Bump.MINOR, "1.3.0"),
        ("1.2.3", Bump.MAJOR, "2.0.0"),
        ("0.2.3", Bump.MAJOR, "0.3.0"),
    ],
)
def test_next_version__is_the_smallest_that_carries_the_changes(old: str, bump: Bump, new: str) -> None:
    """No version is skipped, and none is too small."""
    assert next_version(old, bump) == new
    assert step_between(old, new) >= bump


def test_other_forms__are_refused() -> None:
    """A version is three numbers."""
    for text in ("1.2", "v1.2.3", "1.2.3-dev", ""):
        with pytest.raises(ValueError, match="of the form"):
            parse_version(text)
