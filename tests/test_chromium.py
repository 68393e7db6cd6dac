"""One answer to the question which Chromium is driven."""

from __future__ import annotations

import shutil

import chromium
import pytest


@pytest.mark.parametrize("name", chromium.NAMES)
def test_any_installed_chromium__is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever it is called; what the set-up accepts, the tests use."""
    monkeypatch.setattr(shutil, "which", lambda wanted: f"/bin/{wanted}" if wanted == name else None)
    monkeypatch.setattr(chromium, "MAC_APPS", ())
    assert chromium.find_chromium() == f"/bin/{name}"


def test_none_installed__leaves_it_to_playwright(monkeypatch: pytest.MonkeyPatch) -> None:
    """None makes Playwright take its own."""
    monkeypatch.setattr(shutil, "which", lambda wanted: None)
    monkeypatch.setattr(chromium, "MAC_APPS", ())
    assert chromium.find_chromium() is None
