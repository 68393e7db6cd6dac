"""Versions of the deck: patch = wording, minor = new cards, major = the learner must act or cards are withdrawn."""

from __future__ import annotations

import re
from enum import IntEnum

DEV = "-dev"
"""What the version of a build between releases ends in."""


class Bump(IntEnum):
    """How large a step from one version to the next is."""

    NONE = 0
    PATCH = 1
    MINOR = 2
    MAJOR = 3

    def __str__(self) -> str:
        return self.name.lower()


def parse_version(text: str) -> tuple[int, int, int]:
    """`1.2.3` as numbers. Raises `ValueError` for anything else."""
    found = re.fullmatch(r"(\d+)\.(\d+)\.(\d+)", text)
    if not found:
        raise ValueError(f"{text} is not of the form 1.2.3")
    return int(found[1]), int(found[2]), int(found[3])


def step_between(old: str, new: str) -> Bump:
    """The step that a new version takes; before 1.0.0 a minor step may carry everything (semver.org, item 4)."""
    before, after = parse_version(old), parse_version(new)
    if after <= before:
        return Bump.NONE
    if after[0] > before[0] or (before[0] == 0 and after[1] > before[1]):
        return Bump.MAJOR
    return Bump.MINOR if after[1] > before[1] else Bump.PATCH


def next_version(old: str, bump: Bump) -> str:
    """The smallest version that takes at least this step."""
    major, minor, patch = parse_version(old)
    if bump is Bump.MAJOR and major > 0:
        return f"{major + 1}.0.0"
    if bump >= Bump.MINOR:
        return f"{major}.{minor + 1}.0"
    return f"{major}.{minor}.{patch + 1}"
