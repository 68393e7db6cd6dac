"""Which Chromium the browser tests and tools drive: one that is on the machine, else Playwright's own.

`python tools/chromium.py` exits with 0 if there is one; tools/chromium.sh installs one otherwise.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC_APPS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
ARGUMENTS = ["--no-sandbox", "--disable-background-networking"]


def find_chromium() -> str | None:
    """The path of an installed Chromium or Chrome; None to let Playwright use its own."""
    found = (shutil.which(name) for name in NAMES)
    apps = (path for path in MAC_APPS if Path(path).exists())
    return next((path for path in (*found, *apps) if path), None)


def main() -> int:
    """Tell whether there is any."""
    if find_chromium():
        return 0
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return 0 if Path(playwright.chromium.executable_path).exists() else 1


if __name__ == "__main__":
    sys.exit(main())
